"""Who works here is looked up once a revision of the store, and never as it was before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from staff_kit import seed_staff

from social_listener.rights import Role
from social_listener.store import people

if TYPE_CHECKING:
    from desk_kit import Kit


def test_a_change_is_known_at_the_next_reading(kit: Kit) -> None:
    """Whoever was looked up before, and whoever was not there yet, is read anew once somebody is let in."""
    office = kit.desk._office
    seed_staff(kit.desk, "Ann", role=Role.ADMINISTRATOR)
    with office.store.read() as cursor:
        known = office.roster.one(cursor, "Ann")
        assert known is not None
        assert office.roster.one(cursor, "Ann") is known, "looked up again although nothing had changed"
        assert office.roster.one(cursor, "Bob") is None
    seed_staff(kit.desk, "Bob")
    with office.store.read() as cursor:
        assert office.roster.one(cursor, "Bob") == people.one(cursor, "Bob")
        assert office.roster.one(cursor, "Ann") is not known, "kept over a commit"


def test_nobody_is_read_again_for_a_change_of_one_conversation(kit: Kit) -> None:
    """Messages come in all day; who works here and what the labels are does not change by that."""
    office = kit.desk._office
    seed_staff(kit.desk, "Ann")
    with office.store.read() as cursor:
        before = office.roster.one(cursor, "Ann"), office.roster.labels(cursor), office.roster.teams(cursor)
    with office.store.transaction() as writer:
        writer.execute("UPDATE conversations SET version = version + 1")
        office.store.narrow({"one"})
    with office.store.read() as cursor:
        after = office.roster.one(cursor, "Ann"), office.roster.labels(cursor), office.roster.teams(cursor)
    assert all(one is other for one, other in zip(after, before, strict=True))


def test_a_transaction_sees_its_own_change(kit: Kit) -> None:
    """What is about to be committed counts for who writes it, and for nobody else."""
    office = kit.desk._office
    seed_staff(kit.desk, "Ann")
    with office.store.transaction() as writer:
        writer.execute("UPDATE staff SET active = false WHERE id = 'Ann'")
        mine = office.roster.one(writer, "Ann")
        with office.store.read() as reader:
            theirs = office.roster.one(reader, "Ann")
    assert mine is not None
    assert not mine.active
    assert theirs is not None
    assert theirs.active
    with office.store.read() as reader:
        after = office.roster.one(reader, "Ann")
    assert after is not None
    assert not after.active

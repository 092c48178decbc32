"""Taking back what was organised."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from desk_kit import make_kit
from staff_kit import seed_staff

from social_listener.errors import DeskError
from social_listener.model import Status
from social_listener.rights import Role

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from desk_kit import Kit

    from social_listener.desk_types import ConversationView


def view(kit: Kit, talk: str) -> ConversationView:
    """Return a conversation as it is now."""
    return kit.desk.conversation(talk, "ana")


def undo(kit: Kit, staff: str = "ana") -> tuple[int, list[str]]:
    """Take back what somebody did last; return how many things are as they were, and why others are not."""
    offer = kit.desk.undoing.latest(staff)
    assert offer is not None
    done = kit.desk.undoing.undo(offer.id, staff)
    return done.restored, [one.why for one in done.left]


DEEDS: dict[str, Callable[[Kit, str, str], object]] = {
    "Assigned to ben": lambda kit, talk, _: kit.desk.assign(talk, "ana", "ben", view(kit, talk).version),
    "Resolved": lambda kit, talk, _: kit.desk.resolve(talk, "ana", view(kit, talk).version),
    "Snoozed": lambda kit, talk, _: kit.desk.snooze(
        talk, "ana", kit.now() + timedelta(hours=1), view(kit, talk).version
    ),
    "Label vip put on": lambda kit, talk, label: kit.desk.labels.put(talk, label, "ana"),
}


@pytest.mark.parametrize("words", DEEDS)
def test_every_deed_is_taken_back_exactly(kit: Kit, words: str) -> None:
    """Undo names the deed and the customer, and puts back what stood there; then there is nothing more to undo."""
    talk = kit.desk.conversation_of(kit.mention())
    label = kit.desk.labels.define("vip", "blue", "ana")
    before = view(kit, talk)
    DEEDS[words](kit, talk, label.id)
    changed = view(kit, talk)
    offer = kit.desk.undoing.latest("ana")
    assert offer is not None
    assert (offer.words, offer.about) == (words, "Mara")
    assert undo(kit) == (1, [])
    after = view(kit, talk)
    seen = ("status", "snoozed_until", "assignee", "labels")
    assert [getattr(after, name) for name in seen] == [getattr(before, name) for name in seen]
    assert [getattr(changed, name) for name in seen] != [getattr(before, name) for name in seen]
    assert kit.waiting() == [talk]
    assert kit.desk.undoing.latest("ana") is None


def test_it_survives_a_restart_and_ends_after_ten_minutes(kit: Kit) -> None:
    """Another process offers it too; after ten minutes nobody does, and an old page that asks is told."""
    talk = kit.desk.conversation_of(kit.mention())
    DEEDS["Resolved"](kit, talk, "")
    kit.again()
    offer = kit.desk.undoing.latest("ana")
    assert offer is not None
    kit.pass_time(minutes=10)
    assert kit.desk.undoing.latest("ana") is None
    with pytest.raises(DeskError, match="cannot be taken back any more"):
        kit.desk.undoing.undo(offer.id, "ana")
    assert view(kit, talk).status is Status.RESOLVED


def test_what_a_colleague_changed_since_stays(kit: Kit) -> None:
    """Undo leaves what somebody else did after it, and says who it was; other fields do not stand in its way."""
    talk = kit.desk.conversation_of(kit.mention())
    DEEDS["Assigned to ben"](kit, talk, "")
    kit.desk.assign(talk, "ben", None, view(kit, talk).version)
    kit.desk.assign(talk, "ben", "ben", view(kit, talk).version)
    assert undo(kit) == (0, ["ben changed it since"])
    assert view(kit, talk).assignee == "ben"
    DEEDS["Resolved"](kit, talk, "")
    kit.desk.assign(talk, "ben", None, view(kit, talk).version)
    assert undo(kit) == (1, [])
    assert view(kit, talk).status is Status.OPEN


def test_deeds_are_taken_back_one_after_the_other(kit: Kit) -> None:
    """Undo twice leads back over two changes of the same thing."""
    talk = kit.desk.conversation_of(kit.mention())
    DEEDS["Snoozed"](kit, talk, "")
    DEEDS["Resolved"](kit, talk, "")
    assert undo(kit) == (1, [])
    assert view(kit, talk).status is Status.SNOOZED
    assert undo(kit) == (1, [])
    assert view(kit, talk).status is Status.OPEN


def test_nothing_is_put_away_over_new_words(kit: Kit) -> None:
    """A reopening is not taken back once the customer has written: their words would be hidden."""
    item = kit.mention()
    talk = kit.desk.conversation_of(item)
    DEEDS["Resolved"](kit, talk, "")
    kit.desk.reopen(talk, "ana", view(kit, talk).version)
    post = kit.sandbox.world.find(int(item.partition(":")[2]))
    kit.hear(kit.sandbox.world.post(post.author, "hello?", reply_to=post))
    assert undo(kit) == (0, ["it was changed since"])
    assert kit.waiting() == [talk]


def test_nobody_takes_back_for_another(kit: Kit) -> None:
    """A deed is offered to who did it, and refused to others; twice it is refused to everybody."""
    talk = kit.desk.conversation_of(kit.mention())
    DEEDS["Resolved"](kit, talk, "")
    offer = kit.desk.undoing.latest("ana")
    assert offer is not None
    assert kit.desk.undoing.latest("ben") is None
    with pytest.raises(DeskError, match="cannot be taken back"):
        kit.desk.undoing.undo(offer.id, "ben")
    kit.desk.undoing.undo(offer.id, "ana")
    with pytest.raises(DeskError, match="already"):
        kit.desk.undoing.undo(offer.id, "ana")


def test_what_changes_nothing_is_nothing_to_undo(kit: Kit) -> None:
    """Reopening what is open, or taking off a label that is not on, leaves no offer."""
    talk = kit.desk.conversation_of(kit.mention())
    label = kit.desk.labels.define("vip", "blue", "ana")
    kit.desk.reopen(talk, "ana", view(kit, talk).version)
    kit.desk.labels.put(talk, label.id, "ana", on=False)
    assert kit.desk.undoing.latest("ana") is None


def test_what_is_due_and_the_figures_are_as_before(kit: Kit) -> None:
    """Resolved and taken back, an item waits from when it was sent, and is missing when its time ends."""
    talk = kit.desk.conversation_of(kit.mention())
    before = view(kit, talk).due
    kit.pass_time(minutes=5)
    DEEDS["Resolved"](kit, talk, "")
    kit.pass_time(seconds=9)
    assert undo(kit) == (1, [])
    assert before is not None
    assert view(kit, talk).due == before
    kit.pass_time(hours=2)
    (figures,) = kit.desk.levels.answered(before.at.date(), before.at.date(), "ana")
    assert figures.missing == 1


def test_a_proposal_that_came_meanwhile_keeps_it_open(kit: Kit) -> None:
    """Taking back a reopening would hide the proposal from who approves: the conversation stays open, which is told."""
    item = kit.mention()
    talk = kit.desk.conversation_of(item)
    kit.desk.resolve(talk, "ana", kit.desk.conversation(talk, "ana").version)
    kit.desk.reopen(talk, "ana", kit.desk.conversation(talk, "ana").version)
    offer = kit.desk.undoing.latest("ana")
    assert offer is not None
    kit.desk.team.propose(item, "We are on it.", "ben", nonce="one", private=False)
    done = kit.desk.undoing.undo(offer.id, "ana")
    assert (done.restored, [one.why for one in done.left]) == (0, ["a proposal of ben waits for approval in it"])
    assert kit.desk.conversation(talk, "ana").status is Status.OPEN


def test_an_offer_names_nobody_whose_account_was_taken_away(tmp_path: Path) -> None:
    """Who lost access to an account is told what they did last, not to whom; nor who it was that stays as it is."""
    kit = make_kit(tmp_path, accounts=("main", "other"))
    try:
        seed_staff(kit.desk, "zoe")
        talk = kit.desk.conversation_of(kit.mention())
        kit.desk.resolve(talk, "zoe", view(kit, talk).version)
        kit.desk.people.set_rights("ana", "zoe", Role.COMMUNITY_MANAGER, frozenset({"other"}), 1)
        offer = kit.desk.undoing.latest("zoe")
        assert offer is not None
        assert (offer.words, offer.about) == ("Resolved", "")
        left = kit.desk.undoing.undo(offer.id, "zoe").left
        assert [one.name for one in left] == [""]
        assert view(kit, talk).status is Status.RESOLVED
    finally:
        kit.close()

"""Who has a conversation open and who types in it: in memory, and gone by itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from desk_kit import Kit, make_kit

from social_listener.desk.presence import OPEN_FOR, TYPING_FOR, Here, Presence
from social_listener.errors import NotPermitted
from social_listener.rights import Role

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


def test_others_on_the_same_conversation_are_seen() -> None:
    """Colleagues there are named once, with what they type; oneself elsewhere, and others elsewhere, are not."""
    presence = Presence()
    presence.beat("a", "ana", "c1", "", NOW)
    presence.beat("a2", "ana", "c1", "public", NOW)
    presence.beat("b", "ben", "c1", "", NOW)
    presence.beat("b2", "ben", "c1", "note", NOW)
    presence.beat("c", "cleo", "c2", "public", NOW)
    assert presence.others("a", "ana", NOW) == (Here("ben", "note", "c1"),)
    assert presence.others("b", "ben", NOW) == (Here("ana", "public", "c1"),)
    assert presence.others("c", "cleo", NOW) == ()
    assert presence.others("unknown", "ana", NOW) == ()


def test_typing_and_presence_end_by_themselves() -> None:
    """Who types no more is only there; a page that is heard no more, or was closed, is not."""
    presence = Presence()
    presence.beat("a", "ana", "c1", "", NOW)
    presence.beat("b", "ben", "c1", "public", NOW)
    after = NOW + TYPING_FOR + timedelta(seconds=1)
    assert presence.others("a", "ana", after) == (Here("ben", "", "c1"),)
    presence.beat("a", "ana", "c1", "", NOW + OPEN_FOR)
    assert presence.others("a", "ana", NOW + OPEN_FOR + timedelta(seconds=1)) == ()
    presence.beat("b", "ben", "c1", "", NOW + OPEN_FOR)
    assert presence.others("a", "ana", NOW + OPEN_FOR) == (Here("ben", "", "c1"),)
    presence.leave("b", "ben")
    assert presence.others("a", "ana", NOW + OPEN_FOR) == ()


def test_who_stops_typing_has_stopped_at_once() -> None:
    """A page that says that nobody types there is believed, however short ago somebody did."""
    presence = Presence()
    presence.beat("a", "ana", "c1", "", NOW)
    presence.beat("b", "ben", "c1", "public", NOW)
    presence.beat("b", "ben", "c1", "", NOW)
    assert presence.others("a", "ana", NOW) == (Here("ben", "", "c1"),)


def test_at_work_is_who_had_a_page_open_lately() -> None:
    """A page that was closed a minute ago counts; one of an hour ago does not."""
    presence = Presence()
    presence.beat("a", "ana", "", "", NOW)
    presence.leave("a", "ana")
    five = timedelta(minutes=5)
    assert presence.at_work(five, NOW + five) == {"ana"}
    assert presence.at_work(five, NOW + timedelta(minutes=6)) == frozenset()


def test_a_page_tells_only_of_what_its_reader_may_see(kit: Kit) -> None:
    """A stranger, and a conversation that there is not, are shown to nobody; and nothing of it is written."""
    conversation = kit.desk.conversation_of(kit.mention())
    before = kit.store.revision
    for page, staff in (("page-ana", "ana"), ("page-ben", "ben")):
        kit.desk.team.beat(page, staff, conversation, "public")
    with pytest.raises(NotPermitted):
        kit.desk.team.beat("page-mallory", "mallory", conversation, "public")
    kit.desk.team.beat("page-lost", "ben", "x:0:0", "public")
    others = kit.desk.team.presence.others
    assert others("page-ana", "ana", kit.now()) == (Here("ben", "public", conversation),)
    assert others("page-mallory", "mallory", kit.now()) == ()
    assert others("page-lost", "ben", kit.now()) == ()
    assert kit.store.revision == before


def test_a_page_belongs_to_who_showed_it(kit: Kit) -> None:
    """Whoever knows or guesses the name of a colleague's page neither closes it, nor moves it, nor looks through it."""
    conversation, elsewhere = (kit.desk.conversation_of(kit.mention(author=one)) for one in ("mara", "cleo"))
    kit.desk.team.beat("page-ana", "ana", conversation, "public")
    kit.desk.team.beat("page-ben", "ben", conversation, "")
    presence = kit.desk.team.presence
    presence.leave("page-ana", "ben")
    kit.desk.team.beat("page-ana", "ben", elsewhere, "")
    assert presence.others("page-ben", "ben", kit.now()) == (Here("ana", "public", conversation),)
    assert presence.others("page-ana", "cleo", kit.now()) == ()


def test_who_may_not_see_it_any_more_is_gone_from_it_at_once(tmp_path: Path) -> None:
    """With the access a page loses what it shows and whom it sees; it comes back by what it may see alone."""
    kit = make_kit(tmp_path, accounts=("main", "other"))
    conversation, elsewhere = (kit.desk.conversation_of(kit.mention(account=one)) for one in ("main", "other"))
    others = kit.desk.team.presence.others

    def seen() -> tuple[tuple[Here, ...], tuple[Here, ...]]:
        return others("page-ana", "ana", kit.now()), others("page-ben", "ben", kit.now())

    for page, staff in (("page-ana", "ana"), ("page-ben", "ben")):
        kit.desk.team.beat(page, staff, conversation, "")
    assert seen() == ((Here("ben", "", conversation),), (Here("ana", "", conversation),))
    kit.desk.people.set_rights("ana", "ben", Role.COMMUNITY_MANAGER, frozenset({"other"}), 1)
    assert seen() == ((), ())
    kit.desk.team.beat("page-ben", "ben", conversation, "public")
    assert seen() == ((), ())
    kit.desk.team.beat("page-ana", "ana", elsewhere, "")
    kit.desk.team.beat("page-ben", "ben", elsewhere, "")
    assert seen() == ((Here("ben", "", elsewhere),), (Here("ana", "", elsewhere),))
    kit.desk.people.set_active("ana", "ben", False, 2)
    assert seen() == ((), ())
    kit.close()


def test_a_page_that_is_silent_sees_nobody() -> None:
    """What asks who is there, and does not say any more that it is there itself, is told nothing."""
    presence = Presence()
    presence.beat("a", "ana", "c1", "", NOW)
    presence.beat("b", "ben", "c1", "", NOW + OPEN_FOR - timedelta(seconds=1))
    assert presence.others("a", "ana", NOW + OPEN_FOR) == (Here("ben", "", "c1"),)
    assert presence.others("a", "ana", NOW + OPEN_FOR + timedelta(seconds=1)) == ()

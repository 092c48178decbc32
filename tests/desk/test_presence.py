"""Who has a conversation open and who types in it: in memory, and gone by itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from social_listener.desk.presence import OPEN_FOR, TYPING_FOR, Here, Presence

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


def test_others_on_the_same_conversation_are_seen() -> None:
    """Colleagues there are named once, with what they type; oneself elsewhere, and others elsewhere, are not."""
    presence = Presence()
    presence.beat("a", "ana", "c1", "", NOW)
    presence.beat("a2", "ana", "c1", "public", NOW)
    presence.beat("b", "ben", "c1", "", NOW)
    presence.beat("b2", "ben", "c1", "note", NOW)
    presence.beat("c", "cleo", "c2", "public", NOW)
    assert presence.others("a", NOW) == (Here("ben", "note"),)
    assert presence.others("b", NOW) == (Here("ana", "public"),)
    assert presence.others("c", NOW) == ()
    assert presence.others("unknown", NOW) == ()


def test_typing_and_presence_end_by_themselves() -> None:
    """Who types no more is only there; a page that is heard no more, or was closed, is not."""
    presence = Presence()
    presence.beat("a", "ana", "c1", "", NOW)
    presence.beat("b", "ben", "c1", "public", NOW)
    after = NOW + TYPING_FOR + timedelta(seconds=1)
    assert presence.others("a", after) == (Here("ben", ""),)
    presence.beat("a", "ana", "c1", "", NOW + OPEN_FOR)
    assert presence.others("a", NOW + OPEN_FOR + timedelta(seconds=1)) == ()
    presence.beat("b", "ben", "c1", "", NOW + OPEN_FOR)
    assert presence.others("a", NOW + OPEN_FOR) == (Here("ben", ""),)
    presence.leave("b")
    assert presence.others("a", NOW + OPEN_FOR) == ()


def test_who_stops_typing_has_stopped_at_once() -> None:
    """A page that says that nobody types there is believed, however short ago somebody did."""
    presence = Presence()
    presence.beat("a", "ana", "c1", "", NOW)
    presence.beat("b", "ben", "c1", "public", NOW)
    presence.beat("b", "ben", "c1", "", NOW)
    assert presence.others("a", NOW) == (Here("ben", ""),)


def test_at_work_is_who_had_a_page_open_lately() -> None:
    """A page that was closed a minute ago counts; one of an hour ago does not."""
    presence = Presence()
    presence.beat("a", "ana", "", "", NOW)
    presence.leave("a")
    five = timedelta(minutes=5)
    assert presence.at_work(five, NOW + five) == {"ana"}
    assert presence.at_work(five, NOW + timedelta(minutes=6)) == frozenset()

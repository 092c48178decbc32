"""Notes that name colleagues, and what waits for one person."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from desk_kit import Kit, make_kit
from hypothesis import given, settings
from hypothesis import strategies as st

from social_listener.desk.mentions import mentioned
from social_listener.desk_types.team import Kind
from social_listener.errors import DeskError, NotPermitted
from social_listener.rights import Role
from social_listener.store import notifications

NAMES = ("Ann", "Ann Lee", "Zoë", "o.k.")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("@Ann please", ("Ann",)),
        ("@ann lee, please", ("Ann Lee",)),
        ("ask @Zoë or @ANN", ("Zoë", "Ann")),
        ("(@o.k.)", ("o.k.",)),
        ("@Ann and @Ann again", ("Ann",)),
        ("@Anna is somebody else", ()),
        ("write to me@Ann or @@Ann", ()),
        ("Ann without a sign", ()),
        ("", ()),
    ],
)
def test_a_text_names_whom_it_says(text: str, names: tuple[str, ...]) -> None:
    """A name counts after an "@" that begins a word; the longest one does; case does not matter."""
    assert mentioned(text, NAMES) == names


@settings(deadline=None)
@given(st.text(), st.lists(st.text(max_size=8), max_size=5))
def test_any_text_and_any_names_are_read(text: str, names: list[str]) -> None:
    """Whatever is written, only known names come out, each once."""
    found = mentioned(text, names)
    assert set(found) <= set(names)
    assert len(set(found)) == len(found)


def test_a_colleague_who_is_named_is_told_once(kit: Kit) -> None:
    """A note tells whom it names, and nobody else; what was read counts no more, and stays in the list."""
    conversation = kit.desk.conversation_of(kit.mention())
    note = kit.desk.note(conversation, "@ben, can you look? @Ben knows this one. Not @ana herself.", "ana")
    waiting = kit.desk.team.notifications("ben")
    assert waiting.unread == 1
    line = waiting.lines[0]
    assert (line.kind, line.by, line.about, line.conversation_id) == (Kind.MENTION, "ana", note.id, conversation)
    assert line.contact == "Mara"
    assert line.excerpt.startswith("@ben, can you look?")
    assert kit.desk.team.notifications("ana").lines == ()
    assert kit.desk.team.read("ben", [line.id]) == 1
    assert kit.desk.team.read("ben", [line.id]) == 0
    after = kit.desk.team.notifications("ben")
    assert after.unread == 0
    assert [one.id for one in after.lines] == [line.id]
    assert after.lines[0].read_at is not None


def test_reading_is_ones_own(kit: Kit) -> None:
    """Nobody marks what waits for somebody else as read."""
    conversation = kit.desk.conversation_of(kit.mention())
    kit.desk.note(conversation, "@ben", "ana")
    (line,) = kit.desk.team.notifications("ben").lines
    assert kit.desk.team.read("ana", [line.id]) == 0
    assert kit.desk.team.read("ana") == 0
    assert kit.desk.team.notifications("ben").unread == 1
    assert kit.desk.team.read("ben") == 1


def test_what_was_not_read_comes_first(kit: Kit) -> None:
    """An old notification that nobody read stands above newer ones that were."""
    conversation = kit.desk.conversation_of(kit.mention())
    for words in ("first @ben", "second @ben"):
        kit.desk.note(conversation, words, "ana")
        kit.pass_time(minutes=1)
    newest = kit.desk.team.notifications("ben").lines[0]
    assert newest.excerpt == "second @ben"
    kit.desk.team.read("ben", [newest.id])
    assert [line.excerpt for line in kit.desk.team.notifications("ben").lines] == ["first @ben", "second @ben"]


def test_who_is_given_a_conversation_is_told(kit: Kit) -> None:
    """Assigning to a colleague tells them; taking one for oneself tells nobody."""
    conversation = kit.desk.conversation_of(kit.mention())
    version = kit.desk.assign(conversation, "ana", "ana", kit.desk.conversation(conversation, "ana").version)
    assert kit.desk.team.notifications("ana").lines == ()
    kit.desk.assign(conversation, "ana", "ben", version)
    (line,) = kit.desk.team.notifications("ben").lines
    assert (line.kind, line.by) == (Kind.ASSIGNED, "ana")


def test_only_colleagues_can_be_named(kit: Kit) -> None:
    """The picker offers all who may see the conversation but oneself; strangers are told nothing."""
    conversation = kit.desk.conversation_of(kit.mention())
    assert kit.desk.team.around(conversation, "ana").colleagues == ("ben",)
    with pytest.raises(NotPermitted):
        kit.desk.team.around(conversation, "mallory")
    with pytest.raises(DeskError, match="does not work here"):
        kit.desk.assign(conversation, "ana", "mallory", 1)
    assert kit.desk.team.notifications("ben").lines == ()


def test_what_was_read_long_ago_is_forgotten(kit: Kit) -> None:
    """Only what was read, and before the moment given; what nobody read stays."""
    conversation = kit.desk.conversation_of(kit.mention())
    kit.desk.note(conversation, "read @ben", "ana")
    kit.desk.team.read("ben")
    kit.desk.note(conversation, "not read @ben", "ana")
    kit.pass_time(hours=1)
    for before, left in ((timedelta(hours=2), 2), (timedelta(minutes=30), 1)):
        with kit.store.transaction() as cursor:
            notifications.forget(cursor, kit.now() - before)
        assert len(kit.desk.team.notifications("ben").lines) == left
    assert kit.desk.team.notifications("ben").lines[0].excerpt == "not read @ben"


def test_what_they_may_not_see_pushes_nothing_out_of_the_list(tmp_path: Path) -> None:
    """However much waits on an account that was taken away, what waits elsewhere is listed, counted and read alone."""
    kit = make_kit(tmp_path, accounts=("main", "other"))
    mine, theirs = (kit.desk.conversation_of(kit.mention(account=account)) for account in ("main", "other"))
    kit.desk.note(mine, "@ben mine", "ana")
    for number in range(3):
        kit.pass_time(minutes=1)
        kit.desk.note(theirs, f"@ben {number}", "ana")
    kit.desk.people.set_rights("ana", "ben", Role.MANAGER, frozenset({"main"}), 1)
    waiting = kit.desk.team.notifications("ben", limit=2)
    assert ([line.excerpt for line in waiting.lines], waiting.unread) == (["@ben mine"], 1)
    assert kit.desk.team.read("ben") == 1
    kit.desk.people.set_rights("ana", "ben", Role.MANAGER, None, 2)
    assert kit.desk.team.notifications("ben").unread == 3
    kit.close()

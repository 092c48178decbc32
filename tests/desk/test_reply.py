from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from social_listener.errors import Conflict, DeskError, NotAllowed
from social_listener.model import ReplyState

if TYPE_CHECKING:
    from desk_kit import Kit


def test_the_same_composed_text_is_one_reply(kit: Kit) -> None:
    """A double click, a page drawn again and a second tab with the same nonce give the same reply."""
    item = kit.mention()
    lines = [kit.desk.reply_public(item, "Hello", "ana", nonce="n") for _ in range(3)]
    assert len({line.id for line in lines}) == 1
    assert len(kit.desk.outbox()) == 1


def test_a_nonce_is_for_one_text(kit: Kit) -> None:
    """The same nonce with other words or another item is told, not silently taken for the first."""
    item, other = kit.mention(), kit.mention(author="ben")
    kit.desk.reply_public(item, "Hello", "ana", nonce="n")
    with pytest.raises(Conflict, match="sent already"):
        kit.desk.reply_public(item, "Hello!", "ana", nonce="n")
    with pytest.raises(Conflict, match="sent already"):
        kit.desk.reply_public(other, "Hello", "ana", nonce="n")
    with pytest.raises(DeskError, match="nonce"):
        kit.desk.reply_public(item, "Hello", "ana", nonce=" ")


def test_one_slot_per_item_and_visibility(kit: Kit) -> None:
    """A second reply to the same item has to wait for the first; a private one has a slot of its own."""
    item = kit.mention()
    kit.desk.reply_public(item, "Hello", "ana", nonce="1")
    with pytest.raises(Conflict, match=r"ana.*queued.*Hello"):
        kit.desk.reply_public(item, "Hi", "ben", nonce="2")
    kit.desk.reply_private(item, "Hi", "ben", nonce="3")
    kit.outbox.deliver()
    kit.pass_time(seconds=10)
    kit.desk.reply_public(item, "And also", "ben", nonce="4")
    kit.outbox.deliver()
    assert kit.posted(item) == 2


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no text"),
        ("  \n ", "no text"),
        ("x" * 281, "1 too long: 281 of 280"),
        ("half \ud83d", "half of a character"),
    ],
)
def test_what_cannot_be_sent_is_refused_at_once(kit: Kit, text: str, words: str) -> None:
    """Nothing, and too much, never becomes a reply."""
    item = kit.mention()
    with pytest.raises(NotAllowed, match=words):
        kit.desk.reply_public(item, text, "ana", nonce="n")
    assert kit.desk.outbox() == ()


def test_rules_are_checked_when_it_is_composed(kit: Kit) -> None:
    """Outside the platform's window a reply is refused with the rule."""
    kit.channels["main"].window = timedelta(hours=1)
    item = kit.mention()
    kit.pass_time(hours=1)
    with pytest.raises(NotAllowed, match="window has passed"):
        kit.reply(item)


def test_a_deleted_item_cannot_be_answered(kit: Kit) -> None:
    """A tombstone allows nothing."""
    item = kit.mention()
    with kit.store.transaction() as cursor:
        cursor.execute("UPDATE interactions SET deleted_at = ?, text = '' WHERE id = ?", [kit.now(), item])
    assert not any(rule.ok for rule in kit.desk.allowed(item))
    with pytest.raises(NotAllowed, match="deleted"):
        kit.reply(item)


def test_unknown_things_are_named(kit: Kit) -> None:
    """An id that is not stored is answered with a sentence that has it."""
    for call in (
        lambda: kit.desk.reply_public("x:1", "Hello", "ana", nonce="n"),
        lambda: kit.desk.item("x:1"),
        lambda: kit.desk.conversation("x:1", "ana"),
        lambda: kit.desk.reply_line("x:1"),
        lambda: kit.desk.undo("x:1", "ana"),
        lambda: kit.desk.settle("x:1", "ana", None),
        lambda: kit.desk.length("x:1", "text", private=False),
    ):
        with pytest.raises(DeskError, match="x:1"):
            call()


def test_who_saw_an_older_conversation_is_told(kit: Kit) -> None:
    """When a colleague answered or the customer wrote meanwhile, an answer to the older view is a conflict."""
    item = kit.mention()
    conversation = kit.desk.conversation_of(item)
    seen = kit.desk.conversation(conversation, "ben").version
    kit.desk.reply_public(item, "Hello", "ana", nonce="1", seen_version=seen)
    kit.outbox.deliver()
    with pytest.raises(Conflict, match="ana answered"):
        kit.desk.reply_public(item, "Hi", "ben", nonce="2", seen_version=seen)
    seen = kit.desk.conversation(conversation, "ben").version
    post = kit.sandbox.world.find(int(item.partition(":")[2]))
    kit.pass_time(seconds=5)
    newer = kit.sandbox.world.post(post.author, "And now?", reply_to=post)
    kit.hear(newer)
    with pytest.raises(Conflict, match="customer wrote"):
        kit.desk.reply_public(item, "Hi", "ben", nonce="2", seen_version=seen)
    seen = kit.desk.conversation(conversation, "ben").version
    assert kit.desk.reply_public(item, "Hi", "ben", nonce="2", seen_version=seen).state is ReplyState.QUEUED


def test_what_colleagues_do_besides_is_no_conflict(kit: Kit) -> None:
    """Assigning, noting and snoozing do not stop an answer: nothing was said."""
    item = kit.mention()
    conversation = kit.desk.conversation_of(item)
    seen = kit.desk.conversation(conversation, "ben").version
    kit.desk.assign(conversation, "ana", "ben", seen)
    kit.desk.note(conversation, "VIP", "ana")
    assert kit.desk.reply_public(item, "Hi", "ben", nonce="2", seen_version=seen).state is ReplyState.QUEUED


def test_undo_returns_the_text(kit: Kit) -> None:
    """Within the undo window a reply is taken back for good, and its text is in the composer again."""
    item = kit.mention()
    line = kit.desk.reply_public(item, "Hello", "ana", nonce="1", undo=timedelta(seconds=10))
    kit.pass_time(seconds=9)
    kit.outbox.deliver()
    assert kit.desk.undo(line.id, "ana")
    assert kit.desk.undo(line.id, "ana")
    kit.pass_time(seconds=60)
    kit.outbox.deliver()
    assert (kit.state(line.id), kit.posted(item)) == (ReplyState.CANCELLED, 0)
    draft = kit.desk.draft(line.conversation_id, "ana", "public")
    assert (draft.text, draft.nonce != "1") == ("Hello", True)
    kit.desk.reply_public(item, draft.text, "ana", nonce=draft.nonce, undo=timedelta(0))
    kit.outbox.deliver()
    assert kit.posted(item) == 1


def test_undo_after_the_window_is_too_late(kit: Kit) -> None:
    """Once it was claimed a reply cannot be taken back, and the answer says so."""
    item = kit.mention()
    intent = kit.reply(item)
    kit.outbox.deliver()
    assert not kit.desk.undo(intent, "ana")
    assert kit.posted(item) == 1


# -- drafts ------------------------------------------------------------------------------------------------------------


def test_drafts_are_kept_by_person_conversation_and_mode(kit: Kit) -> None:
    """What is typed survives the next process, and nobody else's composer shows it."""
    conversation = kit.desk.conversation_of(kit.mention())
    kit.desk.save_draft(conversation, "ana", "public", "Hello")
    kit.desk.save_draft(conversation, "ana", "note", "VIP")
    kit.again()
    assert kit.desk.draft(conversation, "ana", "public").text == "Hello"
    assert kit.desk.draft(conversation, "ana", "note").text == "VIP"
    assert kit.desk.draft(conversation, "ana", "private").text == ""
    assert kit.desk.draft(conversation, "ben", "public").text == ""


def test_a_drafts_nonce_stays_until_it_is_sent(kit: Kit) -> None:
    """One composed text has one nonce from its first letter on; the next text has another."""
    item = kit.mention()
    conversation = kit.desk.conversation_of(item)
    nonce = kit.desk.draft(conversation, "ana", "public").nonce
    assert kit.desk.save_draft(conversation, "ana", "public", "Hel", nonce).nonce == nonce
    assert kit.desk.draft(conversation, "ana", "public").nonce == nonce
    kit.desk.reply_public(item, "Hello", "ana", nonce=nonce)
    draft = kit.desk.draft(conversation, "ana", "public")
    assert (draft.text, draft.nonce != nonce) == ("", True)


def test_a_late_save_brings_no_sent_text_back(kit: Kit) -> None:
    """An autosave that arrives after the text was sent is dropped."""
    item = kit.mention()
    conversation = kit.desk.conversation_of(item)
    nonce = kit.desk.draft(conversation, "ana", "public").nonce
    kit.desk.reply_public(item, "Hello", "ana", nonce=nonce)
    assert kit.desk.save_draft(conversation, "ana", "public", "Hello", nonce).text == ""
    assert kit.desk.draft(conversation, "ana", "public").text == ""


def test_typing_does_not_wake_the_pages(kit: Kit) -> None:
    """Saving a draft is no news for anybody else; a note is."""
    conversation = kit.desk.conversation_of(kit.mention())
    before = kit.desk.revision
    kit.desk.save_draft(conversation, "ana", "public", "H")
    kit.desk.save_draft(conversation, "ana", "public", "He")
    assert kit.desk.revision == before
    kit.desk.note(conversation, "VIP", "ana")
    assert kit.desk.revision > before


def test_a_draft_has_a_known_mode(kit: Kit) -> None:
    """Another mode than public, private or note is refused by name."""
    with pytest.raises(DeskError, match="'loud'"):
        kit.desk.draft("c", "ana", "loud")

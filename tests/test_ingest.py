from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from reading_kit import NOW, STREAM, Clock, everything, ours, page, person, reading, row, rows, said, tell
from world_channel import stream_of

from social_listener.ingest import Ingest
from social_listener.ingest.merge import merge, unstorable
from social_listener.ingest.told import Told
from social_listener.model import Attachment, Page, Reject
from social_listener.store import queue_upkeep
from social_listener.store.facts import Known


@pytest.fixture
def ingest(tmp_path: Path) -> Iterator[Ingest]:
    """Return an `Ingest` on an empty store."""
    made = reading(tmp_path / "store.duckdb")
    yield made
    made.store.close()


def _item(ingest: Ingest, number: int) -> dict[str, object]:
    return row(ingest.store, "SELECT * FROM interactions WHERE id = ?", f"x:{number}")


def _edited(number: int, version: int, text: str) -> object:
    first = said(number)
    return replace(first, text=text, version_id=str(version), edited_at=first.sent_at + timedelta(minutes=version))


# -- items -------------------------------------------------------------------------------------------------------------


def test_a_page_fills_every_table(ingest: Ingest) -> None:
    """One mention brings an item, a contact, a conversation, a score, a queue row and the raw answer."""
    tell(ingest, page(said(1, "where is my refund?"), contacts=(person(followers=5000),)))
    item, queue = _item(ingest, 1), row(ingest.store, "SELECT * FROM queue")
    assert (item["text"], item["stream_id"], item["deleted_at"]) == ("where is my refund?", STREAM.id, None)
    assert queue["item_id"] == "x:1"
    assert queue["waiting_since"] == item["sent_at"]
    assert queue["unanswered"] == 1
    assert queue["contact_handle"] == "c7"
    assert queue["priority"] == row(ingest.store, "SELECT * FROM scores")["priority"] > 0
    assert row(ingest.store, "SELECT * FROM conversations")["status"] == "open"
    assert row(ingest.store, "SELECT * FROM raw_pages")["item_ids"] == " x:1 "


def test_the_same_page_twice_changes_nothing(ingest: Ingest) -> None:
    """What an overlap reads again is stored once, and no second raw answer is kept."""
    one = page(said(1), said(2), contacts=(person(),))
    tell(ingest, one)
    before = everything(ingest.store)
    assert not tell(ingest, one).told_something
    assert everything(ingest.store) == before


def test_an_item_twice_in_one_page_is_one(ingest: Ingest) -> None:
    """A platform that repeats an item within an answer does not make it two."""
    tell(ingest, page(said(1), said(1)), page(said(1)))
    assert len(rows(ingest.store, "SELECT * FROM interactions")) == 1


@pytest.mark.long
def test_pages_in_any_order_give_the_same_items(tmp_path: Path) -> None:
    """Items, wordings, conversations and who waits do not depend on the order in which pages came.

    Scores do: they tell what was known when an item came.
    """
    first, second = said(1), said(2, thread=1)
    pages = [
        page(first, second),
        page(replace(first, text="edited", version_id="101", edited_at=NOW)),
        page(ours(3, to=first)),
        page(said(4, thread=1)),
    ]
    seen = []
    scored = ("priority", "item_id", "excerpt", "sentiment_label", "language")
    skip = ("page_id", "seq", "version", "said_version", *scored)
    for number, order in enumerate(itertools.permutations(pages)):
        made = reading(tmp_path / f"{number}" / "store.duckdb")
        for one in order:
            tell(made, one)
        seen.append({name: found for name, found in everything(made.store, without=skip).items() if name in _FACTS})
        for conversation in seen[-1]["conversations"]:
            conversation["waiting_ids"] = sorted(conversation["waiting_ids"].split())
        made.store.close()
    assert all(one == seen[0] for one in seen)


_FACTS = ("interactions", "interaction_versions", "conversations", "our_words", "queue")


def test_an_edit_is_a_version_of_one_item(ingest: Ingest) -> None:
    """Every wording is kept, the newest is shown, and its score is its own."""
    tell(ingest, page(said(1, "thanks, great coffee")))
    mild = row(ingest.store, "SELECT * FROM scores")["priority"]
    tell(ingest, page(_edited(1, 11, "the machine burned my hand, I will sue")))
    tell(ingest, page(_edited(1, 12, "it burned my hand and I will call a lawyer")))
    assert _item(ingest, 1)["text"] == "it burned my hand and I will call a lawyer"
    versions = rows(ingest.store, "SELECT version_id, text FROM interaction_versions ORDER BY version_id")
    assert [one["version_id"] for one in versions] == ["1", "11", "12"]
    assert versions[0]["text"] == "thanks, great coffee"
    assert row(ingest.store, "SELECT * FROM queue")["priority"] > mild


def test_an_old_wording_that_comes_late_does_not_return(ingest: Ingest) -> None:
    """An older version told after a newer one is kept as a wording, and the newer stays what is shown."""
    tell(ingest, page(_edited(1, 12, "third")))
    tell(ingest, page(_edited(1, 11, "second")))
    assert _item(ingest, 1)["text"] == "third"
    assert len(rows(ingest.store, "SELECT * FROM interaction_versions")) == 2


def test_a_tombstone_is_never_revived(ingest: Ingest) -> None:
    """A deleted item loses its words everywhere, leaves the queue, and stays deleted when an old answer tells of it."""
    tell(ingest, page(said(1, "canary-words are here")))
    tell(ingest, page(_edited(1, 11, "canary-words, edited")))
    tell(ingest, page(deleted=("x:1",)))
    tell(ingest, page(said(1, "canary-words are here")))
    assert _item(ingest, 1)["text"] == ""
    assert _item(ingest, 1)["deleted_at"] is not None
    assert rows(ingest.store, "SELECT * FROM queue") == []
    assert rows(ingest.store, "SELECT * FROM scores") == []
    assert row(ingest.store, "SELECT * FROM conversations")["status"] == "resolved"
    assert "canary" not in str(everything(ingest.store))


def test_the_deletion_of_the_newest_item_shows_the_one_below(ingest: Ingest) -> None:
    """A conversation that loses its newest item stands in the queue with what is left of it."""
    tell(ingest, page(said(1, thread=1, text="first"), said(2, thread=1, text="second")))
    tell(ingest, page(deleted=("x:2",)))
    assert row(ingest.store, "SELECT * FROM queue")["excerpt"] == "first"
    assert row(ingest.store, "SELECT * FROM conversations")["newest_id"] == "x:1"


def test_an_item_told_and_deleted_in_one_page_leaves_a_tombstone(ingest: Ingest) -> None:
    """The deletion counts, and the words are not stored."""
    tell(ingest, page(said(1, "canary-words"), deleted=("x:1",)))
    assert _item(ingest, 1)["text"] == ""
    assert "canary" not in str(everything(ingest.store, without=("body",)))


def test_deletions_of_what_is_not_known_are_ignored(ingest: Ingest) -> None:
    """A deletion of something we never had changes nothing."""
    assert not tell(ingest, page(deleted=("x:99",), contacts=())).told_something


# -- what can never change ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("other", [{"private": True}, {"outbound": True}, {"channel": "y"}])
def test_what_can_never_change_becomes_a_dead_letter(ingest: Ingest, other: dict[str, object]) -> None:
    """A known item that is suddenly private, ours or of another channel is set aside; the rest of the page goes on."""
    tell(ingest, page(said(1)))
    before = _item(ingest, 1)
    tell(ingest, page(replace(said(1, "other words"), **other), said(2)))
    assert _item(ingest, 1) == before
    assert _item(ingest, 2)["text"]
    letter = row(ingest.store, "SELECT * FROM dead_letters")
    assert letter["reason"].startswith("x:1 ")
    assert "is told as" in letter["reason"]


def test_an_item_of_another_account_of_ours_stays_with_the_first(ingest: Ingest) -> None:
    """What two accounts see is one item of the account that saw it first, from whichever side the other sees it."""
    tell(ingest, page(said(1)))
    other = stream_of("other")
    seen = replace(said(1), account_id="help", conversation_id="x:1:1", outbound=True)
    tell(ingest, page(seen), stream=other)
    assert _item(ingest, 1)["account_id"] == "fernhill"
    assert rows(ingest.store, "SELECT * FROM dead_letters") == []
    assert row(ingest.store, "SELECT * FROM sightings")["stream_id"] == other.id
    assert len(rows(ingest.store, "SELECT * FROM conversations")) == 1


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        (said(1, text="half \ud800 a character"), "halves of characters"),
        (said(1, likes=2**70), "likes"),
        (said(1, likes=-1), "likes"),
        (replace(said(1), sent_at=said(1).sent_at.replace(tzinfo=None)), "time zone"),
        (replace(said(1), id="x:1 2"), "id"),
        (said(1, attachments=(Attachment(kind="photo", alt="\udfff"),)), "halves of characters"),
    ],
)
def test_what_cannot_be_stored_is_set_aside(ingest: Ingest, item: object, reason: str) -> None:
    """One item that no database takes never blocks the rest of its page."""
    assert reason in str(unstorable(item))  # type: ignore[arg-type]
    tell(ingest, page(item, said(2)))
    assert [one["id"] for one in rows(ingest.store, "SELECT id FROM interactions")] == ["x:2"]
    assert reason in row(ingest.store, "SELECT * FROM dead_letters")["reason"]


@pytest.mark.parametrize(
    "text", ["", "\0 nul", "\u202eright to left", "x" * 1_000_000, "'; DROP TABLE queue; --", "😀" * 300]
)
def test_hostile_texts_are_stored_as_they_are(ingest: Ingest, text: str) -> None:
    """Whatever people write comes back unchanged."""
    tell(ingest, page(said(1, text)))
    assert _item(ingest, 1)["text"] == text


def test_a_contact_with_broken_texts_is_mended(ingest: Ingest) -> None:
    """Half characters in a name and impossible figures do not lose the contact."""
    tell(ingest, page(said(1), contacts=(person(name="Mar\ud83d", followers=2**80),)))
    contact = row(ingest.store, "SELECT * FROM contacts")
    assert (contact["name"], contact["followers"]) == ("Mar?", None)


def test_rejects_are_dead_letters_counted_once(ingest: Ingest) -> None:
    """The same unreadable item is one dead letter however often it comes, with the number of times."""
    bad = Reject(native_id="9", reason="created_at is a number", raw=b'{"id":"9"}')
    for _ in range(3):
        tell(ingest, page(said(1), rejects=(bad,)))
    letter = row(ingest.store, "SELECT * FROM dead_letters")
    assert (letter["native_id"], letter["seen"]) == ("9", 3)


def test_a_dead_letter_settles_itself_when_its_item_can_be_read(ingest: Ingest) -> None:
    """A platform that sends nonsense once and the item later leaves nothing for a person to do."""
    tell(ingest, page(rejects=(Reject(native_id="9", reason="created_at is a number", raw=b"{}"),)))
    assert row(ingest.store, "SELECT * FROM dead_letters")["settled_at"] is None
    tell(ingest, page(said(9)))
    assert row(ingest.store, "SELECT * FROM dead_letters")["settled_at"] == NOW


# -- context -----------------------------------------------------------------------------------------------------------


def test_context_is_stored_and_shown_nowhere_else(ingest: Ingest) -> None:
    """A post that another one hangs on has no score, no conversation and no place in the queue."""
    tell(ingest, page(said(1, context=True)))
    assert _item(ingest, 1)["context"]
    for table in ("queue", "scores", "conversations", "sightings"):
        assert rows(ingest.store, f"SELECT * FROM {table}") == []


def test_context_never_overwrites_what_was_met_for_itself(ingest: Ingest) -> None:
    """The same item as context of another one changes nothing."""
    tell(ingest, page(said(1)))
    before = _item(ingest, 1)
    tell(ingest, page(said(1, "cut te…", context=True), said(2)))
    assert _item(ingest, 1) == before


def test_context_met_for_itself_is_promoted(ingest: Ingest) -> None:
    """Context that a stream brings becomes an item like any other: scored, queued, counted for its stream."""
    tell(ingest, page(said(1, context=True)))
    changes = tell(ingest, page(said(1)))
    assert changes.met == 1
    assert not _item(ingest, 1)["context"]
    assert row(ingest.store, "SELECT * FROM queue")["item_id"] == "x:1"
    assert len(rows(ingest.store, "SELECT * FROM scores")) == 1


def test_two_streams_that_see_an_item_differently_do_not_take_turns() -> None:
    """Where an item belongs is told once: merging either telling into the other is stable."""
    stored = said(1)
    told = replace(stored, kind=said(1).kind.COMMENT, conversation_id="x:9:7", thread_id="x:9", url="https://x.com/i/1")
    once = merge(stored, told)
    assert once.conversation_id == stored.conversation_id
    assert merge(once, stored) is once
    assert merge(once, told) is once


# -- conversations -----------------------------------------------------------------------------------------------------


def test_an_answer_settles_what_was_said_before_it(ingest: Ingest) -> None:
    """Words of ours that a poll brings answer the earlier items of that conversation, and no later one."""
    first, later = said(1, thread=1), said(3, thread=1)
    tell(ingest, page(first))
    tell(ingest, page(later, ours(2, to=first)))
    assert _item(ingest, 1)["answered_at"] == ours(2, to=first).sent_at
    assert _item(ingest, 3)["answered_at"] is None
    queue = row(ingest.store, "SELECT * FROM queue")
    assert (queue["item_id"], queue["unanswered"]) == ("x:3", 1)
    assert queue["waiting_since"] == later.sent_at


def test_an_item_that_shows_after_its_answer_is_answered(ingest: Ingest) -> None:
    """A late item does not wait when we said something in its conversation after it."""
    hidden, shown = said(1, thread=1), said(2, thread=1)
    tell(ingest, page(shown))
    tell(ingest, page(ours(3, to=shown), ours(5, to=shown)))
    tell(ingest, page(hidden))
    assert _item(ingest, 1)["answered_at"] == ours(3, to=shown).sent_at
    assert row(ingest.store, "SELECT * FROM queue")["waiting_since"] is None


def test_the_first_answer_is_that_which_was_said_first(ingest: Ingest) -> None:
    """Earlier words of ours that come after later ones are the answer; they answer nothing that was said after them."""
    first, second = said(1, thread=1), said(4, thread=1)
    tell(ingest, page(first, second))
    tell(ingest, page(ours(5, to=first)))
    tell(ingest, page(ours(3, to=first)))
    tell(ingest, page(ours(2, to=first)))
    assert _item(ingest, 1)["answered_at"] == ours(2, to=first).sent_at
    assert _item(ingest, 4)["answered_at"] == ours(5, to=first).sent_at
    assert row(ingest.store, "SELECT * FROM queue")["unanswered"] == 0


def test_what_was_context_before_has_the_first_answer_too(ingest: Ingest) -> None:
    """What was first stored because our answer hangs on it is answered by the first answer, once it is told itself."""
    question = said(1, thread=1)
    tell(ingest, page(ours(2, to=question), replace(question, context=True)))
    tell(ingest, page(ours(4, to=question)))
    tell(ingest, page(question))
    assert _item(ingest, 1)["answered_at"] == ours(2, to=question).sent_at


def test_what_waits_stands_in_the_order_in_which_it_was_said(ingest: Ingest) -> None:
    """An item that shows late goes before what was said after it, as in a replay."""
    tell(ingest, page(said(2, thread=1)))
    tell(ingest, page(said(1, thread=1)))
    assert row(ingest.store, "SELECT waiting_ids FROM conversations")["waiting_ids"] == "x:1 x:2"


def test_an_answer_that_comes_before_its_question_counts(ingest: Ingest) -> None:
    """Our words may be told before those of the customer: the conversation begins answered."""
    question = said(1)
    tell(ingest, page(ours(2, to=question)))
    tell(ingest, page(question))
    assert _item(ingest, 1)["answered_at"] == ours(2, to=question).sent_at
    assert row(ingest.store, "SELECT * FROM queue")["unanswered"] == 0


def test_our_words_as_context_answer_too(ingest: Ingest) -> None:
    """An answer of ours that is told only because the customer answered it is an answer all the same."""
    first = said(1, thread=1)
    reply = replace(ours(2, to=first), context=True)
    tell(ingest, page(first))
    tell(ingest, page(said(3, thread=1, reply_to_id="x:2"), reply))
    assert _item(ingest, 1)["answered_at"] == reply.sent_at
    assert row(ingest.store, "SELECT * FROM queue")["unanswered"] == 1


@pytest.mark.parametrize(("edited", "status"), [(True, "open"), (False, "resolved")], ids=["edited", "in full"])
def test_an_edit_brings_a_conversation_back(ingest: Ingest, edited: bool, status: str) -> None:
    """What was put away is open again when its words are edited, and not when the same wording is told in full."""
    tell(ingest, page(said(1, "thanks for")))
    with ingest.store.transaction() as cursor:
        cursor.execute("UPDATE conversations SET status = 'resolved'")
        cursor.execute("DELETE FROM queue")
    anger = "thanks for nothing, it burned my hand"
    tell(ingest, page(_edited(1, 11, anger) if edited else said(1, anger)))
    assert row(ingest.store, "SELECT status FROM conversations")["status"] == status
    assert [one["excerpt"] for one in rows(ingest.store, "SELECT excerpt FROM queue")] == ([anger] if edited else [])


@pytest.mark.parametrize("status", ["resolved", "snoozed"])
def test_a_new_item_brings_a_conversation_back(ingest: Ingest, status: str) -> None:
    """What was resolved or snoozed is open again when the customer says something, at a higher version."""
    tell(ingest, page(said(1, thread=1)))
    with ingest.store.transaction() as cursor:
        cursor.execute("UPDATE conversations SET status = ?, snoozed_until = ?", [status, NOW + timedelta(days=1)])
        queue_upkeep.refresh(cursor, ["x:1:7"], NOW)
    tell(ingest, page(said(2, thread=1)))
    conversation = row(ingest.store, "SELECT * FROM conversations")
    assert (conversation["status"], conversation["snoozed_until"]) == ("open", None)
    assert conversation["version"] == conversation["said_version"] == 2
    assert row(ingest.store, "SELECT * FROM queue")["status"] == "open"


def test_the_most_pressing_item_stands_in_the_queue(ingest: Ingest) -> None:
    """Of several that wait the most pressing is shown, and waiting counts from the oldest."""
    tell(ingest, page(said(1, thread=1, text="hello"), said(2, thread=1, text="it burned my hand, I call a lawyer")))
    tell(ingest, page(said(3, thread=1, text="ok")))
    queue = row(ingest.store, "SELECT * FROM queue")
    assert (queue["item_id"], queue["unanswered"]) == ("x:2", 3)
    assert queue["waiting_since"] == said(1).sent_at


def test_repeated_contact_raises_the_priority(ingest: Ingest) -> None:
    """Earlier items of a contact within seven days count, and more so when they had no answer."""
    tell(ingest, page(*(said(number, "where is my order?") for number in range(1, 5))))
    points = [
        one["priority"]
        for one in rows(
            ingest.store,
            "SELECT s.priority FROM scores s JOIN interactions i ON i.id = s.interaction_id ORDER BY i.sent_at",
        )
    ]
    assert points == sorted(points)
    assert points[-1] > points[0]
    assert row(ingest.store, "SELECT recent_ids FROM contacts")["recent_ids"] == "x:4 x:3 x:2 x:1"


def test_of_each_contact_ten_items_are_remembered(ingest: Ingest) -> None:
    """However much somebody writes, the look-up for a score stays small."""
    for start in range(0, 30, 10):
        tell(ingest, page(*(said(number) for number in range(start + 1, start + 11))))
    assert row(ingest.store, "SELECT recent_ids FROM contacts")["recent_ids"].split()[0] == "x:30"
    assert len(row(ingest.store, "SELECT recent_ids FROM contacts")["recent_ids"].split()) == 10


def test_an_author_nobody_told_of_has_a_conversation_all_the_same(ingest: Ingest) -> None:
    """Without a word on the author the item is queued under its bare id."""
    tell(ingest, page(said(1), contacts=()))
    assert row(ingest.store, "SELECT * FROM queue")["contact_handle"] == ""
    tell(ingest, page(said(2, thread=1), contacts=(person(),)))
    assert row(ingest.store, "SELECT * FROM queue")["contact_handle"] == "c7"


def test_a_contact_keeps_what_is_not_told_again(ingest: Ingest) -> None:
    """A page that tells less of a person takes nothing away; what changed is changed."""
    tell(ingest, page(said(1), contacts=(person(followers=100, description="baker"),)))
    tell(ingest, page(said(2), contacts=(person(name="New Name"),)))
    contact = row(ingest.store, "SELECT * FROM contacts")
    assert (contact["name"], contact["followers"], contact["description"]) == ("New Name", 100, "baker")


def test_what_we_hid_stays_hidden(ingest: Ingest) -> None:
    """A platform that does not tell whether an item is hidden does not show it again."""
    tell(ingest, page(said(1)))
    with ingest.store.transaction() as cursor:
        cursor.execute("UPDATE interactions SET hidden = TRUE")
    tell(ingest, page(said(1, likes=3)))
    assert _item(ingest, 1)["hidden"]
    assert _item(ingest, 1)["likes"] == 3


def test_an_unchanged_item_is_marked_as_checked_once_an_hour(ingest: Ingest) -> None:
    """An overlap that reads the same items every minute writes nothing until their check is an hour old."""
    clock = ingest.clock
    assert isinstance(clock, Clock)
    tell(ingest, page(said(1)))
    clock.advance(minutes=59)
    assert tell(ingest, page(said(1))).checked_ids == []
    clock.advance(minutes=2)
    assert tell(ingest, page(said(1))).checked_ids == ["x:1"]
    assert _item(ingest, 1)["checked_at"] == clock()


def test_what_was_decided_from_an_older_state_is_decided_again(ingest: Ingest) -> None:
    """When somebody else stores the same items between the look and the writing, each is stored once all the same."""
    calls = 0

    def meanwhile(one: Page, _known: Known) -> Page:
        nonlocal calls
        calls += 1
        if calls == 1:
            tell(ingest, page(said(1), said(2)))
        return one

    told = Told(page=page(said(2, likes=9), said(3)), stream_id=STREAM.id, fetched_at=NOW)
    changes = ingest.store_pages([told], adjust=meanwhile)
    assert calls == 2
    assert list(changes.new_items) == ["x:3"]
    assert [one["likes"] for one in rows(ingest.store, "SELECT likes FROM interactions ORDER BY id")] == [0, 9, 0]
    seqs = [one["seq"] for one in rows(ingest.store, "SELECT seq FROM raw_pages")]
    assert len(set(seqs)) == len(seqs) == 2


def test_ten_pages_in_one_transaction_are_as_ten_transactions(tmp_path: Path) -> None:
    """Group commit changes nothing but the speed."""
    pages = [page(*(said(number + 40 * one, thread=number % 4) for number in range(40))) for one in range(10)]
    together, apart = reading(tmp_path / "a" / "s.duckdb"), reading(tmp_path / "b" / "s.duckdb")
    tell(together, *pages)
    for one in pages:
        tell(apart, one)
    assert not tell(together, *pages).told_something
    skip = ("version", "said_version")
    found = [everything(made.store, without=skip) for made in (together, apart)]
    for one in found:
        for conversation in one["conversations"]:
            conversation["waiting_ids"] = sorted(conversation["waiting_ids"].split())
    assert found[0] == found[1]
    together.store.close()
    apart.store.close()

"""Platforms that push, that tell no edits, and that tell of hiding, links and other programs."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from reading_kit import NOW, everything, ours, page, reading, row, rows, said, tell
from world_channel import stream_of

from social_listener.ingest import Ingest
from social_listener.ingest.merge import merge, worded_then
from social_listener.model import Interaction, Kind, Link, Page

PUSHED = stream_of("webhook")


@pytest.fixture
def ingest(tmp_path: Path) -> Iterator[Ingest]:
    """Return an `Ingest` on an empty store."""
    made = reading(tmp_path / "store.duckdb")
    yield made
    made.store.close()


def told(minute: int, *items: Interaction, **facts: object) -> Page:
    """Return what a platform without versions tells at a minute."""
    return page(*items, unversioned=True, server_time=NOW + timedelta(minutes=minute), **facts)


def message(number: int, **facts: object) -> Interaction:
    """Return a direct message of customer 7."""
    made = said(number, kind=Kind.MESSAGE, private=True, **facts)
    return replace(made, conversation_id="x:direct", thread_id="x:direct")


def _text(ingest: Ingest) -> object:
    return row(ingest.store, "SELECT text FROM interactions WHERE id = 'x:1'")["text"]


def test_other_words_are_a_new_version(ingest: Ingest) -> None:
    """A wording that differs is an edit, made at the latest when it was told; the one before is kept."""
    tell(ingest, told(0, said(1, "good")))
    tell(ingest, told(1, said(1, "good")))
    tell(ingest, told(2, said(1, "bad")))
    found = row(ingest.store, "SELECT * FROM interactions")
    assert (found["text"], found["edited_at"]) == ("bad", NOW + timedelta(minutes=2))
    wordings = rows(ingest.store, "SELECT text FROM interaction_versions ORDER BY text")
    assert [one["text"] for one in wordings] == ["bad", "good"]
    tell(ingest, told(3, said(1, "bad")))
    assert len(rows(ingest.store, "SELECT * FROM interaction_versions")) == 2


def test_a_wording_that_comes_late_concerns_its_conversation(ingest: Ingest) -> None:
    """What was written first may be told last: who has the conversation open is told that there is one wording more."""
    first = said(1, "good")
    for number, words in ((2, "bad"), (3, "worse")):
        tell(ingest, page(replace(first, text=words, version_id=str(number), edited_at=NOW)))
    before = ingest.store.revision
    tell(ingest, page(first))
    assert [one["text"] for one in rows(ingest.store, "SELECT text FROM interaction_versions")].count("good") == 1
    assert ingest.store.touched_since(before, [first.conversation_id])


@pytest.mark.long
def test_the_wording_told_last_holds_in_any_order(tmp_path: Path) -> None:
    """However tellings of an edit are shuffled, what was told last by the platform's clock is what is shown."""
    tellings = [told(minute, said(1, f"wording {minute}")) for minute in range(4)]
    for number, order in enumerate(itertools.permutations(tellings)):
        made = reading(tmp_path / f"{number}" / "store.duckdb")
        for one in order:
            tell(made, one)
        assert _text(made) == "wording 3"
        made.store.close()


def test_by_versions_alone_the_wording_would_depend_on_the_order() -> None:
    """Without the time of telling an older wording that comes late would win."""
    newer, older = said(1, "new"), said(1, "old")
    assert merge(newer, older).text == "old"
    late = worded_then(newer, NOW, older, NOW - timedelta(minutes=1))
    assert merge(newer, late).text == "new"


def test_a_deletion_that_comes_first_is_remembered(ingest: Ingest) -> None:
    """An item told of after its deletion does not come to life, however often and by whichever stream it is told."""
    tell(ingest, told(0, deleted=("x:1",)), stream=PUSHED)
    tell(ingest, told(1, said(1)), stream=PUSHED)
    tell(ingest, told(2, said(1), said(2)))
    assert [one["id"] for one in rows(ingest.store, "SELECT id FROM interactions")] == ["x:2"]
    tell(ingest, told(3, deleted=("x:1",)))
    assert len(rows(ingest.store, "SELECT * FROM gone")) == 1


def test_a_platform_with_versions_tells_of_no_early_deletions(ingest: Ingest) -> None:
    """Where deletions are learned by looking up what is stored, an unknown id is none to remember."""
    tell(ingest, page(deleted=("x:1",)))
    assert rows(ingest.store, "SELECT * FROM gone") == []


def test_hiding_follows_the_platform_both_ways(ingest: Ingest) -> None:
    """What is hidden or shown again elsewhere is so here, told with an item or alone."""
    tell(ingest, told(0, said(1), hidden={"x:1": True}))
    assert row(ingest.store, "SELECT hidden FROM interactions")["hidden"] is True
    tell(ingest, told(1, hidden={"x:1": False, "x:404": True}))
    assert row(ingest.store, "SELECT hidden FROM interactions")["hidden"] is False


def test_a_private_answer_given_elsewhere_settles_the_public_item(ingest: Ingest) -> None:
    """A link that the platform tells is kept once, and nobody waits for an answer to the public item any more."""
    tell(ingest, told(0, said(1)))
    assert row(ingest.store, "SELECT unanswered FROM queue")["unanswered"] == 1
    linked = told(1, said(1), links=(Link(item_id="x:1", conversation_id="x:direct"),))
    tell(ingest, linked)
    tell(ingest, linked)
    link = row(ingest.store, "SELECT * FROM links")
    assert (link["public_conversation_id"], link["private_conversation_id"]) == ("x:1:7", "x:direct")
    assert row(ingest.store, "SELECT unanswered FROM queue")["unanswered"] == 0
    assert row(ingest.store, "SELECT answered_at FROM interactions")["answered_at"] is not None


def test_a_link_counts_from_our_words_in_private(ingest: Ingest) -> None:
    """The public item counts as answered when we wrote in private, where that is known."""
    direct = message(2)
    tell(ingest, told(0, said(1), direct))
    answer = replace(ours(5, to=direct), private=True, kind=Kind.MESSAGE)
    tell(ingest, told(1, answer, links=(Link(item_id="x:1", conversation_id="x:direct"),)))
    assert row(ingest.store, "SELECT answered_at FROM interactions WHERE id = 'x:1'")["answered_at"] == answer.sent_at


def test_who_holds_a_direct_thread_is_told(ingest: Ingest) -> None:
    """Another program takes a thread and gives it back, whether the thread was known before or not."""
    tell(ingest, told(0, message(1), elsewhere={"x:direct": True}))
    assert row(ingest.store, "SELECT elsewhere FROM conversations")["elsewhere"] is True
    tell(ingest, told(1, elsewhere={"x:direct": False}))
    assert row(ingest.store, "SELECT elsewhere FROM conversations")["elsewhere"] is False
    tell(ingest, told(2, elsewhere={"x:direct": True}))
    assert row(ingest.store, "SELECT elsewhere FROM conversations")["elsewhere"] is True


def test_pages_without_versions_change_nothing_when_told_again(ingest: Ingest) -> None:
    """What an overlap reads again is stored once."""
    one = told(0, said(1), message(2), hidden={"x:1": False}, links=(Link(item_id="x:1", conversation_id="x:direct"),))
    tell(ingest, one)
    before = everything(ingest.store)
    assert not tell(ingest, one).told_something
    assert everything(ingest.store) == before

"""What reading keeps to of what staff decided: silenced contacts; and what makes a conversation wait anew."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from pathlib import Path

import pytest
from reading_kit import NOW, ours, page, reading, row, rows, said, tell

from social_listener.desk_types.contacts import Silence, Silencing
from social_listener.ingest import Ingest
from social_listener.ingest.talk import _Talk
from social_listener.store import silences


@pytest.fixture
def ingest(tmp_path: Path) -> Iterator[Ingest]:
    """Return an `Ingest` on an empty store."""
    made = reading(tmp_path / "store.duckdb")
    yield made
    made.store.close()


def silence(ingest: Ingest, contact_id: str, *, on: bool = True) -> None:
    """Call a contact spam, or hear them again."""
    one = Silence(kind=Silencing.SPAM, until=None, staff="ana", since=NOW)
    with ingest.store.transaction() as cursor:
        silences.write(cursor, {contact_id: one if on else None}, NOW)


def test_new_items_of_silenced_contacts_raise_no_queue_row(ingest: Ingest) -> None:
    """In the transaction that stores it: the item has its score and its conversation waits, and no row is there."""
    tell(ingest, page(said(1)))
    silence(ingest, "x:7")
    tell(ingest, page(said(2), said(3, author=8), said(4, thread=1)))
    assert [one["conversation_id"] for one in rows(ingest.store, "SELECT * FROM queue")] == ["x:3:8"]
    assert len(rows(ingest.store, "SELECT * FROM scores")) == 4
    assert row(ingest.store, "SELECT * FROM conversations WHERE id = 'x:1:7'")["waiting_ids"] == "x:1 x:4"
    silence(ingest, "x:7", on=False)
    assert len(rows(ingest.store, "SELECT * FROM queue")) == 3


QUESTION = said(1)
ANSWER = ours(2, to=QUESTION)
EDIT = replace(QUESTION, text="and it burned me", version_id="3", edited_at=ANSWER.sent_at + timedelta(minutes=1))


def waits(ingest: Ingest) -> tuple[object, ...]:
    """Return since when the conversation waits, for how many items, and whether its item counts as answered."""
    queue = row(ingest.store, "SELECT * FROM queue")
    item = row(ingest.store, "SELECT * FROM interactions WHERE id = 'x:1'")
    return queue["waiting_since"], queue["unanswered"], item["answered_at"]


def test_an_edit_after_our_answer_waits_anew(ingest: Ingest) -> None:
    """A customer who rewords what we had answered waits again, since the edit; our next words answer them."""
    tell(ingest, page(QUESTION))
    tell(ingest, page(ANSWER))
    assert waits(ingest) == (None, 0, ANSWER.sent_at)
    tell(ingest, page(EDIT))
    assert waits(ingest) == (EDIT.edited_at, 1, None)
    again = replace(ours(5, to=QUESTION), sent_at=EDIT.edited_at + timedelta(minutes=1))
    tell(ingest, page(again))
    assert waits(ingest) == (None, 0, again.sent_at)


def test_an_edit_before_our_answer_is_answered(ingest: Ingest) -> None:
    """Words reworded before we answered wait since they were first said, and our answer answers them."""
    early = replace(EDIT, edited_at=ANSWER.sent_at - timedelta(seconds=1))
    tell(ingest, page(QUESTION))
    tell(ingest, page(early))
    assert waits(ingest) == (QUESTION.sent_at, 1, None)
    tell(ingest, page(ANSWER))
    assert waits(ingest) == (None, 0, ANSWER.sent_at)


@pytest.mark.parametrize("order", list(permutations([QUESTION, ANSWER, EDIT])))
@pytest.mark.parametrize("together", [True, False])
def test_it_waits_anew_in_whatever_order_it_is_told(tmp_path: Path, order: tuple, together: bool) -> None:
    """Question, answer and edit make the same conversation in any order, page by page or at once."""
    ingest = reading(tmp_path / "store.duckdb")
    pages = [page(*order)] if together else [page(one) for one in order]
    for one in pages:
        tell(ingest, one)
    assert waits(ingest) == (EDIT.edited_at, 1, None)
    ingest.store.close()


def test_an_edit_without_a_time_opens_and_does_not_wait(ingest: Ingest) -> None:
    """Where the platform tells no time of edits nobody knows whether our answer came first: it is open, not waiting."""
    for one in (QUESTION, ANSWER, replace(QUESTION, text="and it burned me")):
        tell(ingest, page(one, unversioned=True))
    assert waits(ingest) == (None, 0, ANSWER.sent_at)
    assert row(ingest.store, "SELECT status, excerpt FROM queue") == {"status": "open", "excerpt": "and it burned me"}


def test_an_edit_that_nobody_waits_for_is_found(ingest: Ingest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: reading that does not let edits wait leaves the customer answered."""
    monkeypatch.setattr(_Talk, "wait_again", lambda *_: None)
    for one in (QUESTION, ANSWER, EDIT):
        tell(ingest, page(one))
    assert waits(ingest) == (None, 0, ANSWER.sent_at)

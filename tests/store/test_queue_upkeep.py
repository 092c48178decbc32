from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from reading_kit import NOW, page, reading, row, rows, said, tell

from social_listener.ingest import Ingest
from social_listener.store import queue_upkeep

TALK = "x:1:7"


@pytest.fixture
def ingest(tmp_path: Path) -> Iterator[Ingest]:
    """Return an `Ingest` whose store holds one conversation of three items."""
    made = reading(tmp_path / "store.duckdb")
    tell(made, page(*(said(number, f"where is my order {number}?", thread=1) for number in (1, 2, 3))))
    yield made
    made.store.close()


def _change(ingest: Ingest, sql: str, *values: object) -> None:
    with ingest.store.transaction() as cursor:
        cursor.execute(sql, list(values))
        queue_upkeep.refresh(cursor, [TALK, "x:unknown"], NOW)


def _queue(ingest: Ingest) -> dict[str, object]:
    return row(ingest.store, "SELECT * FROM queue")


def test_a_resolved_conversation_leaves_the_queue_and_comes_back(ingest: Ingest) -> None:
    """The row goes with the status, and returns with it as it was."""
    before = _queue(ingest)
    _change(ingest, "UPDATE conversations SET status = 'resolved'")
    assert rows(ingest.store, "SELECT * FROM queue") == []
    _change(ingest, "UPDATE conversations SET status = 'open'")
    assert _queue(ingest) == before


def test_assignee_snooze_and_version_are_the_conversations(ingest: Ingest) -> None:
    """What staff set on a conversation stands in its row."""
    _change(
        ingest,
        "UPDATE conversations SET assignee = 'ada', status = 'snoozed', snoozed_until = ?, version = 9",
        NOW,
    )
    queue = _queue(ingest)
    assert (queue["assignee"], queue["status"], queue["snoozed_until"], queue["version"]) == ("ada", "snoozed", NOW, 9)


def test_an_answered_item_waits_no_more(ingest: Ingest) -> None:
    """Answers written by other hands are seen: the row shows what still waits, then the newest."""
    _change(ingest, "UPDATE interactions SET answered_at = ? WHERE id IN ('x:1', 'x:2')", NOW)
    assert (_queue(ingest)["item_id"], _queue(ingest)["unanswered"]) == ("x:3", 1)
    _change(ingest, "UPDATE interactions SET answered_at = ?", NOW)
    queue = _queue(ingest)
    assert (queue["item_id"], queue["unanswered"], queue["waiting_since"]) == ("x:3", 0, None)
    assert row(ingest.store, "SELECT waiting_ids FROM conversations")["waiting_ids"] == ""


def test_a_deleted_newest_item_gives_way(ingest: Ingest) -> None:
    """When nothing waits and the newest is gone, the one below stands in the row; with none left it is resolved."""
    _change(ingest, "UPDATE interactions SET answered_at = ?", NOW)
    _change(ingest, "UPDATE interactions SET deleted_at = ? WHERE id = 'x:3'", NOW)
    assert _queue(ingest)["item_id"] == "x:2"
    _change(ingest, "UPDATE interactions SET deleted_at = ?", NOW)
    assert rows(ingest.store, "SELECT * FROM queue") == []
    assert row(ingest.store, "SELECT status FROM conversations")["status"] == "resolved"

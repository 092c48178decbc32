"""Changes of many conversations: which ones, and how far a run has come."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import TYPE_CHECKING, Any, Final

from social_listener.desk_types import View
from social_listener.desk_types.organising import BulkRun, Left
from social_listener.store import organised, queue, search
from social_listener.store.rows import aware
from social_listener.store.sought import BOTH
from social_listener.store.staging import select

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from duckdb import DuckDBPyConnection

    from social_listener.desk_types import QueueFilter
    from social_listener.desk_types.people import Accounts
    from social_listener.store.due import PlatformTime
    from social_listener.store.sought import Sought

#: failures that are kept by name; all are counted
_KEPT: Final = 200
#: how long a run is told of, and kept
_TOLD_FOR: Final = timedelta(minutes=10)


@dataclass(slots=True, kw_only=True)
class Progress:
    """How far a run has come."""

    done: int = 0
    changed: int = 0
    failed: int = 0
    failures: list[tuple[str, str]]  #: conversation, why
    first: str | None = None  #: the first that was changed


def versions(cursor: DuckDBPyConnection, ids: Collection[str], within: Accounts) -> dict[str, int]:
    """Return the versions of those conversations; unknown ones, and those not of accounts in `within`, are left out."""
    found = select(cursor, "conversations", "id", ("id", "account_id", "version"), sorted(set(ids)))
    return {one: version for one, account_id, version in found if within is None or account_id in within}


def versions_in(
    cursor: DuckDBPyConnection, wanted: QueueFilter, staff: str, now: PlatformTime, sought: Sought | None
) -> dict[str, int]:
    """Return the versions of all conversations that a filter finds, however many."""
    if wanted.view in {View.RESOLVED, View.SPAM}:
        return search.versions(cursor, wanted, sought)
    if wanted.view in BOTH:
        return search.versions(cursor, wanted, sought) | queue.versions(cursor, wanted, staff, now, sought)
    return queue.versions(cursor, wanted, staff, now, sought)


def begin(cursor: DuckDBPyConnection, now: datetime, staff: str, *, run_id: str, words: str, total: int) -> None:
    """Write that a run begins; runs that nobody is told of any more are forgotten."""
    cursor.execute("DELETE FROM bulk_runs WHERE started_at <= ?", [now - timedelta(days=1)])
    cursor.execute(
        """INSERT INTO bulk_runs (id, staff, words, total, done, changed, failures, failed, started_at)
           VALUES (?, ?, ?, ?, 0, 0, '[]', 0, ?)""",
        [run_id, staff, words, total, now],
    )


def advance(cursor: DuckDBPyConnection, run_id: str, progress: Progress, ended_at: datetime | None) -> None:
    """Write how far a run has come, in the transaction of its last step."""
    cursor.execute(
        "UPDATE bulk_runs SET done = ?, changed = ?, failed = ?, failures = ?, ended_at = ? WHERE id = ?",
        [
            progress.done,
            progress.changed,
            progress.failed,
            json.dumps(progress.failures[:_KEPT], ensure_ascii=False),
            ended_at,
            run_id,
        ],
    )


def latest(cursor: DuckDBPyConnection, staff: str, now: datetime) -> BulkRun | None:
    """Return what somebody began last, if that was lately."""
    row = cursor.execute(
        """SELECT id, words, total, done, changed, failed, failures, started_at, ended_at FROM bulk_runs
           WHERE staff = ? AND started_at > ? ORDER BY started_at DESC, id DESC LIMIT 1""",
        [staff, now - _TOLD_FOR],
    ).fetchone()
    return _run(cursor, row) if row else None


def _run(cursor: DuckDBPyConnection, row: Sequence[Any]) -> BulkRun:
    run_id, words, total, done, changed, failed, failures, started_at, ended_at = row
    told = json.loads(failures)
    called = organised.names(cursor, [one for one, _ in told]) if told else {}
    return BulkRun(
        id=run_id,
        words=words,
        total=total,
        done=done,
        changed=changed,
        failed=failed,
        failures=tuple(Left(id=one, name=called[one], why=why) for one, why in told),
        started_at=started_at.astimezone(UTC),
        ended_at=aware(ended_at),
    )

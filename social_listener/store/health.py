"""What Health shows, as it stands in the database: accounts, streams, gaps, dead letters, jobs, figures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

import zstandard

from social_listener.desk_types import AccountHealth, DeadLetter, GapLine, PushHealth
from social_listener.store import deliveries
from social_listener.store.deliveries import PushRow
from social_listener.store.rows import among, aware, named

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from social_listener.desk_types.people import Accounts

_EXCERPT = 300
#: a dead letter is unpacked no further than this; what is shown is its beginning
_MOST_UNPACKED = 4_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamRow:
    """One row of `streams`, with what hangs on it."""

    id: str
    account_id: str
    kind: str
    name: str
    complete_from: datetime | None
    complete_up_to: datetime | None
    walking: bool
    next_due_at: datetime
    not_before: datetime | None
    last_poll_at: datetime | None
    last_ok_at: datetime | None
    errors: int
    last_error: str | None
    last_error_kind: str | None
    interactions: int
    worst_lag: timedelta
    active: bool
    open_gaps: int
    dead_letters: int


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRow:
    """What the runs of one job tell."""

    job: str
    last_started_at: datetime | None
    last_ended_at: datetime | None
    outcome: str | None
    detail: str | None
    failures_24h: int
    missed_24h: int
    last_ok_at: datetime | None


def accounts(cursor: DuckDBPyConnection) -> list[AccountHealth]:
    """Return what is known of our accounts."""
    names = (
        *("id", "channel", "name", "handle", "state", "problem", "checked_at"),
        *("not_before", "used", "used_at", "handshake_at"),
    )
    rows = cursor.execute(f"SELECT {', '.join(names)} FROM accounts ORDER BY id").fetchall()
    pushed = deliveries.by_account(cursor)
    found = []
    for row in rows:
        data = named(names, row)
        came = pushed.get(data["id"], PushRow())
        push = PushHealth(
            handshake_at=data.pop("handshake_at"),
            last_at=came.last_at,
            waiting=came.waiting,
            waiting_since=came.waiting_since,
            failed=came.failed,
        )
        found.append(AccountHealth(**{**data, "name": data["name"] or data["id"], "push": push}))
    return found


def streams(cursor: DuckDBPyConnection) -> list[StreamRow]:
    """Return every stream there ever was, with its open gaps and dead letters."""
    gaps = _count(cursor, "SELECT stream_id, count(*) FROM gaps WHERE closed_at IS NULL GROUP BY stream_id")
    letters = _count(cursor, "SELECT stream_id, count(*) FROM dead_letters WHERE settled_at IS NULL GROUP BY stream_id")
    names = (
        *("id", "account_id", "kind", "name", "complete_from", "complete_up_to", "walking", "next_due_at"),
        *("not_before", "last_poll_at", "last_ok_at", "errors", "last_error", "last_error_kind"),
        *("interactions", "worst_lag", "active"),
    )
    rows = cursor.execute(
        """SELECT id, account_id, kind, name, complete_from, cursor_since, cursor_resume IS NOT NULL, next_due_at,
                  not_before, last_poll_at, last_ok_at, errors, last_error, last_error_kind, items_stored, worst_lag_s,
                  active
           FROM streams ORDER BY account_id, name"""
    ).fetchall()
    found = []
    for row in rows:
        data = named(names, row)
        data["worst_lag"] = timedelta(seconds=data["worst_lag"])
        found.append(StreamRow(**data, open_gaps=gaps.get(data["id"], 0), dead_letters=letters.get(data["id"], 0)))
    return found


def _count(cursor: DuckDBPyConnection, query: str) -> dict[str, int]:
    return dict(cursor.execute(query).fetchall())


def gaps(cursor: DuckDBPyConnection) -> list[GapLine]:
    """Return the gaps that nobody has acknowledged, newest first."""
    names = ("id", "stream_id", "since", "until", "reason", "found_at")
    rows = cursor.execute(
        f"SELECT {', '.join(names)} FROM gaps WHERE closed_at IS NULL ORDER BY until DESC, id LIMIT 200"
    ).fetchall()
    return [GapLine(**named(names, row)) for row in rows]


def dead_letters(cursor: DuckDBPyConnection) -> list[DeadLetter]:
    """Return the raw items that could not be read and nobody has dismissed, newest first."""
    names = ("id", "stream_id", "native_id", "reason", "first_seen_at", "seen", "excerpt")
    rows = cursor.execute(
        """SELECT id, stream_id, native_id, reason, first_seen_at, seen, raw FROM dead_letters
           WHERE settled_at IS NULL ORDER BY first_seen_at DESC, id LIMIT 200"""
    ).fetchall()
    return [DeadLetter(**named(names, (*row[:-1], _begin(row[-1])))) for row in rows]


def _begin(packed: bytes) -> str:
    """Return the beginning of a raw item, as far as it is text."""
    try:
        raw = zstandard.ZstdDecompressor().decompress(packed, max_output_size=_MOST_UNPACKED)
    except zstandard.ZstdError:
        raw = packed
    return raw[: _EXCERPT * 4].decode("utf-8", errors="replace")[:_EXCERPT]


def jobs(cursor: DuckDBPyConnection, now: datetime) -> list[JobRow]:
    """Return how every job went lately."""
    day = now - timedelta(hours=24)
    names = (
        *("job", "last_started_at", "last_ended_at", "outcome", "detail"),
        *("failures_24h", "missed_24h", "last_ok_at"),
    )
    rows: list[Any] = cursor.execute(
        """SELECT job, max(started_at), arg_max(ended_at, started_at), arg_max(outcome, started_at),
                  arg_max(detail, started_at),
                  count(*) FILTER (outcome IN ('failed', 'cut_off') AND started_at >= ?),
                  count(*) FILTER (outcome IN ('missed', 'overrun') AND started_at >= ?),
                  max(ended_at) FILTER (outcome = 'ok')
           FROM job_runs GROUP BY job ORDER BY job""",
        [day, day],
    ).fetchall()
    return [JobRow(**named(names, row)) for row in rows]


def interactions(cursor: DuckDBPyConnection, within: Accounts = None) -> int:
    """Return how many items are stored, context left out; `within`: those of these accounts."""
    condition, values = among("account_id", within)
    row = cursor.execute(f"SELECT count(*) FROM interactions WHERE NOT context AND {condition}", values).fetchone()
    return int(row[0]) if row else 0


def created_at(cursor: DuckDBPyConnection) -> datetime | None:
    """Return when the database was made."""
    row = cursor.execute("SELECT min(applied_at) FROM schema_versions").fetchone()
    return aware(row[0]) if row else None


def clock_offsets(cursor: DuckDBPyConnection) -> dict[str, timedelta]:
    """Return by stream how far the platform's clock was ahead of ours when it last answered."""
    rows = cursor.execute(
        """SELECT stream_id, arg_max(server_time, seq) - arg_max(fetched_at, seq) FROM raw_pages
           WHERE NOT ends_with(stream_id, '/webhook') GROUP BY stream_id"""
    ).fetchall()
    return dict(rows)


def account_of(stream_id: str) -> str:
    """Return the account that a stream belongs to."""
    return stream_id.partition("/")[0]


def stream_of(cursor: DuckDBPyConnection, table: Literal["gaps", "dead_letters"], row_id: str) -> str | None:
    """Return the stream that a gap or a dead letter belongs to; None when there is no such row."""
    row = cursor.execute(f"SELECT stream_id FROM {table} WHERE id = ?", [row_id]).fetchone()
    return row[0] if row else None


def streams_with_dead_letters(cursor: DuckDBPyConnection) -> list[str]:
    """Return the streams that have dead letters which nobody has settled."""
    return sorted(
        _count(cursor, "SELECT stream_id, count(*) FROM dead_letters WHERE settled_at IS NULL GROUP BY stream_id")
    )


# -- what an operator settles ------------------------------------------------------------------------------------------


def close_gap(cursor: DuckDBPyConnection, gap_id: str, staff: str, now: datetime) -> bool:
    """Write that somebody knows of a gap; False when there is no such open gap."""
    row = cursor.execute(
        "UPDATE gaps SET closed_at = ?, closed_by = ? WHERE id = ? AND closed_at IS NULL RETURNING id",
        [now, staff, gap_id],
    ).fetchone()
    return row is not None


def dismiss(cursor: DuckDBPyConnection, dead_letter_id: str, now: datetime) -> bool:
    """Write that a dead letter needs no more looking at; False when there is no such open one."""
    row = cursor.execute(
        "UPDATE dead_letters SET settled_at = ? WHERE id = ? AND settled_at IS NULL RETURNING id",
        [now, dead_letter_id],
    ).fetchone()
    return row is not None

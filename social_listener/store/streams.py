"""The schedule and the ledger: streams with their cursors, accounts, gaps."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from social_listener.cursor import Cursor, Gap
from social_listener.store.rows import marks, named

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from social_listener.model import Owner, Stream


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamRow:
    """One row of `streams`."""

    id: str
    account_id: str
    channel: str
    kind: str
    name: str
    cursor_since: datetime | None
    cursor_resume: str | None
    cursor_started: datetime | None
    cursor_oldest: datetime | None
    cursor_items: int
    cursor_joined: bool
    complete_from: datetime | None
    next_due_at: datetime
    not_before: datetime | None
    last_poll_at: datetime | None
    last_ok_at: datetime | None
    errors: int
    last_error: str | None
    last_error_kind: str | None
    last_error_at: datetime | None
    items_stored: int
    worst_lag_s: float
    active: bool

    @property
    def cursor(self) -> Cursor:
        """Return how far the stream has been read."""
        return Cursor(
            since=self.cursor_since,
            resume=self.cursor_resume,
            started=self.cursor_started,
            oldest=self.cursor_oldest,
            items=self.cursor_items,
            joined=self.cursor_joined,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRow:
    """One row of `accounts`."""

    id: str
    channel: str
    owner_id: str | None
    handle: str | None
    name: str | None
    state: str
    problem: str | None
    checked_at: datetime
    retry_at: datetime | None
    not_before: datetime | None = None
    used: float | None = None
    used_at: datetime | None = None


_STREAM: Final = tuple(each.name for each in fields(StreamRow))
_REFUSED: Final = "last_error_kind IN ('Unauthorized', 'OutOfCredit')"
_ACCOUNT: Final = tuple(each.name for each in fields(AccountRow))


def cursor_columns(mark: Cursor) -> dict[str, Any]:
    """Return a cursor as columns of `streams`."""
    return {
        "cursor_since": mark.since,
        "cursor_resume": mark.resume,
        "cursor_started": mark.started,
        "cursor_oldest": mark.oldest,
        "cursor_items": mark.items,
        "cursor_joined": mark.joined,
    }


def sync(cursor: DuckDBPyConnection, streams: Iterable[Stream], now: datetime) -> None:
    """Make a row for every stream and account of the settings; what is no longer there becomes inactive, its data kept.

    What the platform refused is tried again at once: somebody who starts the program may have mended it.
    """
    wanted = {stream.id: stream for stream in streams}
    known = {row[0] for row in cursor.execute("SELECT id FROM streams").fetchall()}
    for stream in wanted.values():
        if stream.id not in known:
            cursor.execute(
                """INSERT INTO streams (id, account_id, channel, kind, name, cursor_items, cursor_joined, next_due_at,
                                        errors, items_stored, worst_lag_s, active)
                   VALUES (?, ?, ?, ?, ?, 0, FALSE, ?, 0, 0, 0, TRUE)""",
                [stream.id, stream.account_id, stream.channel, stream.kind, stream.name, now],
            )
    # Without any stream the comparison is with NULL, and neither true nor false.
    cursor.execute(f"UPDATE streams SET active = coalesce(id IN ({marks(list(wanted))}), FALSE)", list(wanted))
    accounts = {row[0] for row in cursor.execute("SELECT id FROM accounts").fetchall()}
    for account_id, channel in {stream.account_id: stream.channel for stream in wanted.values()}.items():
        if account_id not in accounts:
            cursor.execute(
                "INSERT INTO accounts (id, channel, state, checked_at) VALUES (?, ?, 'unknown', ?)",
                [account_id, channel, now],
            )
    cursor.execute("UPDATE accounts SET retry_at = ? WHERE retry_at > ?", [now, now])
    # Its budget may have been raised; the next poll looks at it before it makes a call.
    spent = "SELECT id FROM accounts WHERE state = 'out_of_budget'"
    cursor.execute(f"UPDATE streams SET not_before = NULL, next_due_at = ? WHERE account_id IN ({spent})", [now])
    cursor.execute("UPDATE accounts SET not_before = NULL WHERE state = 'out_of_budget'")
    cursor.execute(f"UPDATE streams SET next_due_at = ? WHERE next_due_at > ? AND {_REFUSED}", [now, now])


def due(cursor: DuckDBPyConnection, now: datetime) -> list[str]:
    """Return the streams to poll now, most overdue first."""
    rows = cursor.execute(
        """SELECT id FROM streams WHERE active AND next_due_at <= ? AND (not_before IS NULL OR not_before <= ?)
           AND account_id NOT IN (SELECT id FROM accounts WHERE not_before > ?) ORDER BY next_due_at, id""",
        [now, now, now],
    ).fetchall()
    return [row[0] for row in rows]


def stream(cursor: DuckDBPyConnection, stream_id: str) -> StreamRow | None:
    """Return a stream's row; None when there is none."""
    row = cursor.execute(f"SELECT {', '.join(_STREAM)} FROM streams WHERE id = ?", [stream_id]).fetchone()
    return StreamRow(**named(_STREAM, row)) if row else None


def streams(cursor: DuckDBPyConnection) -> list[StreamRow]:
    """Return every stream, by id."""
    rows = cursor.execute(f"SELECT {', '.join(_STREAM)} FROM streams ORDER BY id").fetchall()
    return [StreamRow(**named(_STREAM, row)) for row in rows]


def put(cursor: DuckDBPyConnection, stream_id: str, columns: dict[str, Any]) -> None:
    """Write some columns of a stream's row."""
    changes = ", ".join(f"{name} = ?" for name in columns)
    cursor.execute(f"UPDATE streams SET {changes} WHERE id = ?", [*columns.values(), stream_id])


def count_items(cursor: DuckDBPyConnection, stream_id: str, more: int, lag_s: float) -> None:
    """Count items that a stream brought first, and how far below the mark one of them turned up."""
    if more or lag_s:
        cursor.execute(
            "UPDATE streams SET items_stored = items_stored + ?, worst_lag_s = greatest(worst_lag_s, ?) WHERE id = ?",
            [more, lag_s, stream_id],
        )


# -- accounts ----------------------------------------------------------------------------------------------------------


def account(cursor: DuckDBPyConnection, account_id: str) -> AccountRow | None:
    """Return an account's row; None when there is none."""
    row = cursor.execute(f"SELECT {', '.join(_ACCOUNT)} FROM accounts WHERE id = ?", [account_id]).fetchone()
    return AccountRow(**named(_ACCOUNT, row)) if row else None


def accounts(cursor: DuckDBPyConnection) -> list[AccountRow]:
    """Return every account, by id."""
    rows = cursor.execute(f"SELECT {', '.join(_ACCOUNT)} FROM accounts ORDER BY id").fetchall()
    return [AccountRow(**named(_ACCOUNT, row)) for row in rows]


def refused(cursor: DuckDBPyConnection, account_id: str, but: str) -> bool:
    """Return whether the platform refuses a stream of an account other than `but`."""
    rows = cursor.execute(
        f"SELECT id FROM streams WHERE account_id = ? AND id <> ? AND active AND {_REFUSED}", [account_id, but]
    ).fetchall()
    return bool(rows)


def set_state(
    cursor: DuckDBPyConnection,
    account_id: str,
    state: str,
    *,
    problem: str | None,
    now: datetime,
    retry_at: datetime | None = None,
) -> None:
    """Write how an account stands: ok | unauthorized | out_of_credit | out_of_budget | unreachable | unknown."""
    cursor.execute(
        "UPDATE accounts SET state = ?, problem = ?, checked_at = ?, retry_at = ? WHERE id = ?",
        [state, problem, now, retry_at, account_id],
    )


def hold(cursor: DuckDBPyConnection, account_id: str, until: datetime) -> None:
    """Have nothing of an account read before `until`; a longer wait that is written already stays."""
    cursor.execute(
        "UPDATE accounts SET not_before = greatest(coalesce(not_before, ?), ?) WHERE id = ?", [until, until, account_id]
    )
    cursor.execute(
        """UPDATE streams SET not_before = greatest(coalesce(not_before, ?), ?), next_due_at = greatest(next_due_at, ?)
           WHERE account_id = ? AND active""",
        [until, until, until, account_id],
    )


def throttled_until(cursor: DuckDBPyConnection, account_id: str, now: datetime) -> datetime | None:
    """Return until when the platform wants no call of an account at all; None: it does not mind."""
    row = account(cursor, account_id)
    if row is None or row.not_before is None or row.not_before <= now or row.state == "out_of_budget":
        return None
    return row.not_before


def put_off_look_ups(cursor: DuckDBPyConnection, account_id: str, until: datetime) -> None:
    """Have nothing looked up again before `until`."""
    cursor.execute("UPDATE accounts SET retry_at = ? WHERE id = ?", [until, account_id])


def set_usage(cursor: DuckDBPyConnection, account_id: str, used: float, now: datetime) -> None:
    """Write how much of its allowance an account has used, in percent."""
    cursor.execute("UPDATE accounts SET used = ?, used_at = ? WHERE id = ?", [used, now, account_id])


def set_handshake(cursor: DuckDBPyConnection, account_id: str, now: datetime) -> None:
    """Write that the platform asked whether the webhook is ours, and was answered."""
    cursor.execute("UPDATE accounts SET handshake_at = ? WHERE id = ?", [now, account_id])


def set_owner(cursor: DuckDBPyConnection, account_id: str, channel: str, owner: Owner, now: datetime) -> None:
    """Write who the platform says an account is."""
    cursor.execute(
        "UPDATE accounts SET owner_id = ?, handle = ?, name = ?, checked_at = ? WHERE id = ?",
        [f"{channel}:{owner.native_id}", owner.handle, owner.name, now, account_id],
    )


# -- gaps --------------------------------------------------------------------------------------------------------------


def add_gap(cursor: DuckDBPyConnection, stream_id: str, gap: Gap, now: datetime, *, near: timedelta) -> None:
    """Write a gap; with the open gaps of the same kind that lie no further than `near` from it, it becomes one.

    So what goes on (a stream that is always short, or answered in part) is one row that grows, and not one a minute.
    Of reasons that differ behind the first "; " or ": " the plain one stays, as it says the most; else the first.
    """
    rows = cursor.execute(
        """SELECT id, since, until, reason FROM gaps WHERE stream_id = ? AND closed_at IS NULL
           AND since <= ? AND until >= ? ORDER BY found_at, id""",
        [stream_id, gap.until + near, gap.since - near],
    ).fetchall()
    same = [row for row in rows if _kind(row[3]) == _kind(gap.reason)]
    if same:
        since = min(gap.since, *(row[1] for row in same))
        until = max(gap.until, *(row[2] for row in same))
        reasons = [*(row[3] for row in same), gap.reason]
        reason = _kind(gap.reason) if _kind(gap.reason) in reasons else reasons[0]
        for row in same[1:]:
            cursor.execute("DELETE FROM gaps WHERE id = ?", [row[0]])
        cursor.execute(
            "UPDATE gaps SET since = ?, until = ?, reason = ? WHERE id = ?", [since, until, reason, same[0][0]]
        )
        return
    parts = (stream_id, gap.since.isoformat(), gap.until.isoformat(), now.isoformat(), gap.reason)
    cursor.execute(
        "INSERT INTO gaps (id, stream_id, since, until, reason, found_at) VALUES (?, ?, ?, ?, ?, ?)",
        [hashlib.sha256(" ".join(parts).encode()).hexdigest()[:24], stream_id, gap.since, gap.until, gap.reason, now],
    )


def _kind(reason: str) -> str:
    """Return what kind of gap a reason tells of: its words before the particulars."""
    return re.split("[;:] ", reason, maxsplit=1)[0]

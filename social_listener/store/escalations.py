"""Who was told that a promised time ends soon, or has passed: once a waiting period and step."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from social_listener.desk_types.levels import EscalationLine
from social_listener.levels import Due
from social_listener.store import staging
from social_listener.store.due import StoredDue
from social_listener.store.rows import among, named

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from duckdb import DuckDBPyConnection

    from social_listener.desk_types.people import Accounts
    from social_listener.store.due import PlatformTime

SOON, LATE = "soon", "late"


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """A conversation of which somebody has to be told."""

    conversation_id: str
    account_id: str
    assignee: str | None
    step: str
    due: StoredDue

    @property
    def id(self) -> str:
        """Return what makes it one of a kind: conversation, what is due, its waiting period, step."""
        return f"{self.conversation_id} {self.due.what} {self.due.since.isoformat()} {self.step}"


_NAMES = ("conversation_id", "account_id", "assignee", "due_at", "due_what", "due_since", "due_seen_at", "late")


def owed(cursor: DuckDBPyConnection, now: PlatformTime, limit: int = 500) -> list[Owed]:
    """Return what nobody was told of yet, the longest due first; who was told that it is late needs no warning more."""
    late, late_values = now.due_within(timedelta(0))
    warned, warned_values = now.due_within(timedelta(0), "warn_at")
    rows = cursor.execute(
        f"""SELECT conversation_id, account_id, assignee, due_at, due_what, due_since, due_seen_at, {late} AS is_late
            FROM queue WHERE ({warned} OR {late}) AND NOT EXISTS (
                SELECT 1 FROM escalations e WHERE e.conversation_id = queue.conversation_id
                AND e.due_what = queue.due_what AND e.due_since = queue.due_since
                AND (e.step = '{LATE}' OR NOT {late}))
            ORDER BY due_at, conversation_id LIMIT ?""",
        [*late_values, *warned_values, *late_values, *late_values, limit],
    ).fetchall()
    return [_owed(named(_NAMES, row)) for row in rows]


def _owed(row: dict[str, Any]) -> Owed:
    due = StoredDue.of(row)
    assert due is not None  # noqa: S101 - a row without due_at is not found
    return Owed(
        conversation_id=row["conversation_id"],
        account_id=row["account_id"],
        assignee=row["assignee"],
        step=LATE if row["late"] else SOON,
        due=due,
    )


_STORED = ("id", "conversation_id", "account_id", "step", "due_what", "due_since", "due_at", "told", "told_at")


def insert(cursor: DuckDBPyConnection, found: Sequence[tuple[Owed, Sequence[str]]], now: datetime) -> None:
    """Write of what somebody was told, and who."""
    rows = []
    for one, told in found:
        due = (one.due.what, one.due.since, one.due.at)
        rows.append([one.id, one.conversation_id, one.account_id, one.step, *due, json.dumps(list(told)), now])
    staging.insert(cursor, "escalations", _STORED, rows)


def of_conversation(cursor: DuckDBPyConnection, conversation_id: str) -> tuple[EscalationLine, ...]:
    """Return who was told of a conversation, newest first, due by the platform's clock; see `by_our_clock`."""
    # With ORDER BY and LIMIT the engine leaves the index aside and reads the whole table.
    rows = cursor.execute(
        f"SELECT {', '.join(_LINE)} FROM escalations WHERE conversation_id = ?", [conversation_id]
    ).fetchall()
    lines = sorted((_line(named(_LINE, row)) for row in rows), key=lambda line: line.told_at, reverse=True)
    return tuple(lines[:20])


def by_our_clock(lines: Sequence[EscalationLine], now: PlatformTime) -> tuple[EscalationLine, ...]:
    """Return the same, due by our own clock."""
    return tuple(replace(one, due_at=one.due_at - (now.at(one.account_id) - now.ours)) for one in lines)


def since(
    cursor: DuckDBPyConnection, moment: datetime, now: PlatformTime, within: Accounts = None, limit: int = 50
) -> tuple[EscalationLine, ...]:
    """Return who was told of what since then, newest first; `within`: in conversations of these accounts."""
    theirs, values = among("account_id", within)
    return _lines(cursor, now, f"told_at >= ? AND {theirs}", [moment, *values], limit)


def breached(cursor: DuckDBPyConnection, now: PlatformTime, within: Accounts = None) -> int:
    """Return in how many conversations a promised time has passed; `within`: of these accounts."""
    late, values = now.due_within(timedelta(0))
    theirs, more = among("account_id", within)
    row = cursor.execute(f"SELECT count(*) FROM queue WHERE ({late}) AND {theirs}", [*values, *more]).fetchone()
    return int(row[0]) if row else 0


def forget(cursor: DuckDBPyConnection, before: datetime) -> None:
    """Forget those from before, unless their waiting period lasts: they would be told again."""
    cursor.execute(
        """DELETE FROM escalations WHERE told_at < ? AND NOT EXISTS (
               SELECT 1 FROM queue WHERE queue.conversation_id = escalations.conversation_id
               AND queue.due_what = escalations.due_what AND queue.due_since = escalations.due_since)""",
        [before],
    )


_LINE = ("conversation_id", "account_id", "step", "due_what", "due_at", "told", "told_at")


def _lines(
    cursor: DuckDBPyConnection, now: PlatformTime, condition: str, values: list[object], limit: int
) -> tuple[EscalationLine, ...]:
    rows = cursor.execute(
        f"SELECT {', '.join(_LINE)} FROM escalations WHERE {condition} ORDER BY told_at DESC, id LIMIT ?",
        [*values, limit],
    ).fetchall()
    return by_our_clock([_line(named(_LINE, row)) for row in rows], now)


def _line(row: dict[str, Any]) -> EscalationLine:
    what, told = Due(row.pop("due_what")), tuple(json.loads(row.pop("told")))
    return EscalationLine(**row, what=what, told=told)

"""Whose a conversation is and since when: its team, and who had it and did not answer. Functions take a cursor."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from social_listener.store.rows import aware, marks
from social_listener.store.staging import insert, select, update

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from duckdb import DuckDBPyConnection


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """One row of `assignments`."""

    team_id: str | None = None
    assigned_at: datetime | None = None
    passed_by: tuple[str, ...] = ()


def of(cursor: DuckDBPyConnection, ids: Sequence[str]) -> dict[str, Assignment]:
    """Return what is known of those conversations, by id; those that nobody ever had are left out."""
    rows = cursor.execute(
        f"SELECT id, team_id, assigned_at, passed_by FROM assignments WHERE id IN ({marks(ids)})", list(ids)
    ).fetchall()
    return {
        id_: Assignment(team_id=team_id, assigned_at=aware(assigned_at), passed_by=tuple(json.loads(passed_by)))
        for id_, team_id, assigned_at, passed_by in rows
    }


def team_name(cursor: DuckDBPyConnection, conversation_id: str) -> str | None:
    """Return in whose queue a conversation is; None: in nobody's own."""
    row = cursor.execute("SELECT team_id FROM assignments WHERE id = ?", [conversation_id]).fetchone()
    found = cursor.execute("SELECT name FROM teams WHERE id = ?", [row[0]]).fetchone() if row and row[0] else None
    return found[0] if found else None


def assigned(cursor: DuckDBPyConnection, conversation_id: str, at: datetime | None) -> None:
    """Write since when a conversation's assignee has it; None: nobody has it."""
    _set(cursor, conversation_id, {"assigned_at": at})


def assigned_many(cursor: DuckDBPyConnection, since: Mapping[str, datetime | None]) -> None:
    """Write for conversations since when their assignee has them; None: nobody has them."""
    known = {row[0] for row in select(cursor, "assignments", "id", ("id",), sorted(since))}
    update(cursor, "assignments", ("id", "assigned_at"), [[key, at] for key, at in since.items() if key in known])
    rows = [[key, at, "[]"] for key, at in since.items() if key not in known]
    insert(cursor, "assignments", ("id", "assigned_at", "passed_by"), rows)


def take_back_team(cursor: DuckDBPyConnection, conversation_id: str, before: Assignment) -> None:
    """Put a conversation back into the queue in which it was, with those who had passed it by there."""
    give_team(cursor, conversation_id, before.team_id)
    pass_by(cursor, conversation_id, before.passed_by)


def give_team(cursor: DuckDBPyConnection, conversation_id: str, team_id: str | None) -> None:
    """Put a conversation into a team's queue, or into nobody's; who passed it by before does not count there."""
    _set(cursor, conversation_id, {"team_id": team_id, "passed_by": "[]"})


def pass_by(cursor: DuckDBPyConnection, conversation_id: str, names: Sequence[str]) -> None:
    """Write who had a conversation and did not answer it."""
    _set(cursor, conversation_id, {"passed_by": json.dumps(list(names), ensure_ascii=False)})


def leave_team(cursor: DuckDBPyConnection, team_id: str) -> None:
    """Take every conversation out of a team's queue."""
    cursor.execute("UPDATE assignments SET team_id = NULL WHERE team_id = ?", [team_id])


def _set(cursor: DuckDBPyConnection, conversation_id: str, values: dict[str, object]) -> None:
    names = ", ".join(f"{name} = ?" for name in values)
    changed = cursor.execute(
        f"UPDATE assignments SET {names} WHERE id = ? RETURNING id", [*values.values(), conversation_id]
    ).fetchone()
    if changed is None:
        row = {"id": conversation_id, "team_id": None, "assigned_at": None, "passed_by": "[]"} | values
        cursor.execute(
            f"INSERT INTO assignments ({', '.join(row)}) VALUES ({', '.join('?' for _ in row)})", list(row.values())
        )


# -- what the job looks for --------------------------------------------------------------------------------------------

_OPEN = "(q.status = 'open' OR (q.status = 'snoozed' AND q.snoozed_until <= ?))"


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A conversation of the queue with whose it is."""

    conversation_id: str
    account_id: str
    channel: str
    contact_id: str
    version: int
    assignee: str | None
    team_id: str | None
    passed_by: tuple[str, ...]


_HELD = """q.conversation_id, q.account_id, q.channel, q.contact_id, q.version, q.assignee, a.team_id,
           coalesce(a.passed_by, '[]')
           FROM queue q LEFT JOIN assignments a ON a.id = q.conversation_id"""


def _held(cursor: DuckDBPyConnection, condition: str, values: Sequence[object], limit: int) -> list[Held]:
    rows = cursor.execute(
        f"SELECT {_HELD} WHERE {condition} ORDER BY q.priority DESC, q.waiting_since, q.conversation_id LIMIT ?",
        [*values, limit],
    ).fetchall()
    names = ("conversation_id", "account_id", "channel", "contact_id", "version", "assignee", "team_id")
    return [Held(**dict(zip(names, row[:-1], strict=True)), passed_by=tuple(json.loads(row[-1]))) for row in rows]


def nobodys(cursor: DuckDBPyConnection, team_id: str, accounts: Sequence[str], now: datetime, limit: int) -> list[Held]:
    """Return the conversations that wait for an answer and that nobody has, the most pressing first.

    Those in a team's queue, and those of `accounts` that are in no team's.
    """
    condition = f"""{_OPEN} AND q.assignee IS NULL AND q.waiting_since IS NOT NULL
        AND (a.team_id = ? OR (a.team_id IS NULL AND q.account_id IN ({marks(accounts)})))"""
    return _held(cursor, condition, [now, team_id, *accounts], limit)


def held_by(cursor: DuckDBPyConnection, names: Sequence[str], now: datetime, limit: int) -> list[Held]:
    """Return the open conversations of those people."""
    return _held(cursor, f"{_OPEN} AND q.assignee IN ({marks(names)})", [now, *names], limit)


def held_by_strangers(
    cursor: DuckDBPyConnection, account_id: str, names: Sequence[str], now: datetime, limit: int
) -> list[Held]:
    """Return the open conversations of an account that somebody has who is none of `names`."""
    none_of = f" AND q.assignee NOT IN ({marks(names)})" if names else ""
    condition = f"{_OPEN} AND q.account_id = ? AND q.assignee IS NOT NULL{none_of}"
    return _held(cursor, condition, [now, account_id, *names], limit)


def ignored(cursor: DuckDBPyConnection, since: datetime, now: datetime, limit: int) -> list[Held]:
    """Return the conversations that wait for an answer, and whose assignee has had them so since then at least."""
    condition = f"{_OPEN} AND q.assignee IS NOT NULL AND a.assigned_at <= ? AND q.waiting_since <= ?"
    return _held(cursor, condition, [now, since, since], limit)


def loads(cursor: DuckDBPyConnection, now: datetime) -> dict[str, int]:
    """Return how many open conversations everybody has who has any."""
    rows = cursor.execute(
        f"SELECT q.assignee, count(*) FROM queue q WHERE {_OPEN} AND q.assignee IS NOT NULL GROUP BY q.assignee", [now]
    )
    return dict(rows.fetchall())


def waiting_by_team(cursor: DuckDBPyConnection, now: datetime) -> dict[str, int]:
    """Return how many conversations wait in every team's queue and have no assignee."""
    rows = cursor.execute(
        f"""SELECT a.team_id, count(*) FROM queue q JOIN assignments a ON a.id = q.conversation_id
            WHERE {_OPEN} AND q.assignee IS NULL AND q.waiting_since IS NOT NULL AND a.team_id IS NOT NULL
            GROUP BY a.team_id""",
        [now],
    )
    return dict(rows.fetchall())


def answered_last(cursor: DuckDBPyConnection, account_id: str, contact_ids: Sequence[str]) -> dict[str, str]:
    """Return who last answered each of those contacts of an account from this desk, by contact."""
    of_contact = dict(
        cursor.execute(
            f"SELECT id, contact_id FROM conversations WHERE account_id = ? AND contact_id IN ({marks(contact_ids)})",
            [account_id, *contact_ids],
        ).fetchall()
    )
    rows = cursor.execute(
        f"""SELECT conversation_id, author, created_at FROM replies
            WHERE conversation_id IN ({marks(list(of_contact))}) AND state IN ('queued', 'sending', 'in_doubt', 'sent')
            ORDER BY created_at, id""",
        list(of_contact),
    ).fetchall()
    return {of_contact[conversation_id]: author for conversation_id, author, _ in rows}

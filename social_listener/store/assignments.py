"""Whose a conversation is and since when: its team, and who had it and did not answer. Functions take a cursor."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from social_listener.store.rows import aware, marks

if TYPE_CHECKING:
    from collections.abc import Sequence
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


def assigned(cursor: DuckDBPyConnection, conversation_id: str, at: datetime | None) -> None:
    """Write since when a conversation's assignee has it; None: nobody has it."""
    _set(cursor, conversation_id, {"assigned_at": at})


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

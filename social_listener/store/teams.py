"""Teams, and how much each person takes. Every function takes a cursor; writers need a transaction."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from social_listener.desk_types.team import Team
from social_listener.store.rows import aware

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from duckdb import DuckDBPyConnection


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredWorkload:
    """One row of `workloads`; of somebody who has none, as if it were there."""

    staff: str
    capacity: int | None = None
    away_from: datetime | None = None
    away_until: datetime | None = None
    turn: int = 0
    version: int = 0


def teams(cursor: DuckDBPyConnection) -> list[Team]:
    """Return every team, by name."""
    rows = cursor.execute("SELECT id, name, members, version FROM teams ORDER BY lower(name), id").fetchall()
    return [
        Team(id=id_, name=name, members=tuple(json.loads(members)), version=version)
        for id_, name, members, version in rows
    ]


def insert(cursor: DuckDBPyConnection, team: Team, now: datetime) -> None:
    """Write a new team."""
    cursor.execute(
        "INSERT INTO teams (id, name, members, version, created_at) VALUES (?, ?, ?, ?, ?)",
        [team.id, team.name, _json(team.members), team.version, now],
    )


def change(cursor: DuckDBPyConnection, team: Team) -> bool:
    """Write a team's name and members, if its version still is the one given; False: somebody was faster."""
    row = cursor.execute(
        "UPDATE teams SET name = ?, members = ?, version = version + 1 WHERE id = ? AND version = ? RETURNING id",
        [team.name, _json(team.members), team.id, team.version],
    ).fetchone()
    return row is not None


def remove(cursor: DuckDBPyConnection, team_id: str, version: int) -> bool:
    """Remove a team, if its version still is the one given; False: somebody was faster."""
    row = cursor.execute("DELETE FROM teams WHERE id = ? AND version = ? RETURNING id", [team_id, version]).fetchone()
    return row is not None


def _json(names: Sequence[str]) -> str:
    return json.dumps(list(names), ensure_ascii=False)


def workloads(cursor: DuckDBPyConnection) -> dict[str, StoredWorkload]:
    """Return what is written of people, by name."""
    rows = cursor.execute("SELECT id, capacity, away_from, away_until, turn, version FROM workloads").fetchall()
    return {
        row[0]: StoredWorkload(
            staff=row[0],
            capacity=row[1],
            away_from=aware(row[2]),
            away_until=aware(row[3]),
            turn=row[4],
            version=row[5],
        )
        for row in rows
    }


def put_workload(cursor: DuckDBPyConnection, wanted: StoredWorkload) -> bool:
    """Write capacity and absence of somebody, if the version still is the one given; False: somebody was faster."""
    found = cursor.execute("SELECT version FROM workloads WHERE id = ?", [wanted.staff]).fetchone()
    if (found[0] if found else 0) != wanted.version:
        return False
    if found is None:
        _new(cursor, wanted.staff)
    cursor.execute(
        "UPDATE workloads SET capacity = ?, away_from = ?, away_until = ?, version = version + 1 WHERE id = ?",
        [wanted.capacity, wanted.away_from, wanted.away_until, wanted.staff],
    )
    return True


def took_turn(cursor: DuckDBPyConnection, staff: str) -> None:
    """Write that somebody got the newest assignment by rule."""
    if cursor.execute("SELECT 1 FROM workloads WHERE id = ?", [staff]).fetchone() is None:
        _new(cursor, staff)
    cursor.execute("UPDATE workloads SET turn = (SELECT max(turn) + 1 FROM workloads) WHERE id = ?", [staff])


def _new(cursor: DuckDBPyConnection, staff: str) -> None:
    cursor.execute("INSERT INTO workloads (id, turn, version) VALUES (?, 0, 0)", [staff])

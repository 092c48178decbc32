"""Labels. Which ones a conversation wears stands in its own row."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

from social_listener.desk_types.organising import Label
from social_listener.store.rows import marks, named

if TYPE_CHECKING:
    from datetime import datetime

    from duckdb import DuckDBPyConnection

_NAMES = tuple(field.name for field in fields(Label))


def by_id(cursor: DuckDBPyConnection) -> dict[str, Label]:
    """Return every label, archived ones too, by id, in the order of their names."""
    rows = cursor.execute(f"SELECT {', '.join(_NAMES)} FROM labels ORDER BY lower(name), id").fetchall()
    return {row[0]: Label(**named(_NAMES, row)) for row in rows}


def worn(cursor: DuckDBPyConnection, ids: str) -> tuple[Label, ...]:
    """Return the labels of a conversation's "id id"."""
    if not ids:
        return ()
    rows = cursor.execute(
        f"SELECT {', '.join(_NAMES)} FROM labels WHERE id IN ({marks(ids.split())}) ORDER BY lower(name), id",
        ids.split(),
    ).fetchall()
    return tuple(Label(**named(_NAMES, row)) for row in rows)


def insert(cursor: DuckDBPyConnection, label: Label, staff: str, now: datetime) -> None:
    """Write a new label."""
    cursor.execute(
        "INSERT INTO labels (id, name, colour, archived, created_by, created_at, version) VALUES (?, ?, ?, ?, ?, ?, ?)",
        [label.id, label.name, label.colour, label.archived, staff, now, label.version],
    )


def change(cursor: DuckDBPyConnection, label: Label) -> bool:
    """Write a label anew unless its version is an old one; False: it is."""
    changed = cursor.execute(
        """UPDATE labels SET name = ?, colour = ?, archived = ?, version = version + 1
           WHERE id = ? AND version = ? RETURNING id""",
        [label.name, label.colour, label.archived, label.id, label.version],
    ).fetchone()
    return changed is not None

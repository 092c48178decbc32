"""Saved views: filter and search under a name."""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from social_listener.desk_types import QueueFilter, View
from social_listener.desk_types.organising import SavedView
from social_listener.model import SentimentLabel

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from duckdb import DuckDBPyConnection

_COLUMNS: Final = "id, owner, name, filter, version"
_CODES: Final = {"view": View, "sentiment": SentimentLabel}


def of(cursor: DuckDBPyConnection, staff: str) -> list[SavedView]:
    """Return the shared views, then somebody's own, each in their order."""
    rows = cursor.execute(
        f"""SELECT {_COLUMNS} FROM saved_views WHERE owner IS NULL OR owner = ?
            ORDER BY owner IS NOT NULL, position, id""",
        [staff],
    ).fetchall()
    return [_view(row) for row in rows]


def one(cursor: DuckDBPyConnection, view_id: str) -> SavedView | None:
    """Return a saved view; None when there is none of that id."""
    row = cursor.execute(f"SELECT {_COLUMNS} FROM saved_views WHERE id = ?", [view_id]).fetchone()
    return _view(row) if row else None


def insert(cursor: DuckDBPyConnection, view: SavedView, staff: str, now: datetime) -> None:
    """Write a new view, behind the others of its owner."""
    cursor.execute(
        """INSERT INTO saved_views (id, owner, name, filter, position, created_by, created_at, version)
           SELECT ?, ?, ?, ?, coalesce(max(position), 0) + 1, ?, ?, ? FROM saved_views
           WHERE owner IS NOT DISTINCT FROM ?""",
        [view.id, view.owner, view.name, _text(view.wanted), staff, now, view.version, view.owner],
    )


def change(cursor: DuckDBPyConnection, view: SavedView) -> bool:
    """Write name and filter anew unless the version is an old one; False: it is."""
    changed = cursor.execute(
        "UPDATE saved_views SET name = ?, filter = ?, version = version + 1 WHERE id = ? AND version = ? RETURNING id",
        [view.name, _text(view.wanted), view.id, view.version],
    ).fetchone()
    return changed is not None


def order(cursor: DuckDBPyConnection, ids: Sequence[str]) -> None:
    """Write the places of an owner's views: the first of `ids` stands first."""
    for position, view_id in enumerate(ids, 1):
        cursor.execute("UPDATE saved_views SET position = ? WHERE id = ?", [position, view_id])


def delete(cursor: DuckDBPyConnection, view_id: str, version: int) -> bool:
    """Remove a view unless the version is an old one; False: it is."""
    gone = cursor.execute(
        "DELETE FROM saved_views WHERE id = ? AND version = ? RETURNING id", [view_id, version]
    ).fetchone()
    return gone is not None


def _view(row: Sequence[Any]) -> SavedView:
    view_id, owner, name, text, version = row
    return SavedView(id=view_id, owner=owner, name=name, wanted=_wanted(text), version=version)


def _text(wanted: QueueFilter) -> str:
    plain = QueueFilter()
    told = {each.name: getattr(wanted, each.name) for each in fields(QueueFilter)}
    changed = {key: value for key, value in told.items() if value != getattr(plain, key)}
    lasting = {key: value.total_seconds() for key, value in changed.items() if isinstance(value, timedelta)}
    return json.dumps(changed | lasting, ensure_ascii=False)


def _wanted(text: str) -> QueueFilter:
    """Return the filter that was kept, without what this version of the program does not know."""
    known = {each.name for each in fields(QueueFilter)}
    told = {key: value for key, value in json.loads(text).items() if key in known}
    if "due_within" in told:
        told["due_within"] = timedelta(seconds=told["due_within"])
    for key, kind in _CODES.items():
        if key in told:
            try:
                told[key] = kind(told[key])
            except ValueError:
                del told[key]
    return QueueFilter(**told)

"""The texts of what a search found."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from social_listener.store.rows import marks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from duckdb import DuckDBPyConnection


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundText:
    """An item or a note."""

    text: str
    by: str  #: them | us | note
    sent_at: datetime


def read(cursor: DuckDBPyConnection, ids: Sequence[str]) -> dict[str, FoundText]:
    """Return items and notes by their ids."""
    rows = cursor.execute(
        f"""SELECT id, text, CASE WHEN outbound THEN 'us' ELSE 'them' END, sent_at FROM interactions
            WHERE id IN ({marks(ids)})""",
        list(ids),
    ).fetchall()
    left = sorted(set(ids) - {row[0] for row in rows})
    if left:
        rows += cursor.execute(
            f"SELECT id, text, 'note', created_at FROM notes WHERE id IN ({marks(left)})", left
        ).fetchall()
    return {row[0]: FoundText(text=row[1], by=row[2], sent_at=row[3].astimezone(UTC)) for row in rows}

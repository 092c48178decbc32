"""What tests of the store share."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from social_listener.store import Store

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def put(store: Store, name: str, value: int = 1) -> None:
    """Commit a counter."""
    with store.transaction() as cursor:
        cursor.execute("INSERT INTO counters VALUES (?, ?)", [name, value])


def names(store: Store) -> set[str]:
    """Return the names of the counters."""
    with store.read() as cursor:
        return {row[0] for row in cursor.execute("SELECT name FROM counters").fetchall()}

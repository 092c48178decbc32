"""What waits in a conversation that is resolved is settled by that; reopened by staff, it waits again.

Functions need a transaction, and are called before the new status is written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from social_listener.model import Status
from social_listener.store.rows import marks
from social_listener.store.staging import chunks, select

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from duckdb import DuckDBPyConnection


def settle(cursor: DuckDBPyConnection, ids: Sequence[str], now: datetime) -> None:
    """Note when conversations were resolved: what waits in them is settled by that. Resolved ones stay as they are."""
    for part in chunks(_standing(cursor, ids, resolved=False)):
        cursor.execute(
            f"UPDATE conversations SET settled_before = settled_at, settled_at = ? WHERE id IN ({marks(part)})",
            [now, *part],
        )


def unsettle(cursor: DuckDBPyConnection, ids: Sequence[str], now: datetime) -> None:
    """Take back that conversations were resolved: what waited in them waits again, and their clock goes on."""
    for part in chunks(_standing(cursor, ids, resolved=True)):
        cursor.execute(
            f"UPDATE conversations SET settled_at = settled_before, clock_from = ? WHERE id IN ({marks(part)})",
            [now, *part],
        )


def _standing(cursor: DuckDBPyConnection, ids: Sequence[str], *, resolved: bool) -> list[str]:
    """Return those conversations that are resolved, or those that are not."""
    rows = select(cursor, "conversations", "id", ("id", "status"), ids)
    return [one for one, status in rows if (status == Status.RESOLVED.value) is resolved]

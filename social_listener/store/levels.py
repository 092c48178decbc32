"""The service levels as they were last applied, what is due, and who was told of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from social_listener.store import queue_upkeep
from social_listener.store.staging import chunks

if TYPE_CHECKING:
    from datetime import datetime

    from social_listener.levels import Levels
    from social_listener.store import Store

_ONE = "applied"


def apply(store: Store, levels: Levels, now: datetime) -> bool:
    """Let those service levels hold from now on, for what waits too; return whether others held before.

    What a crash leaves half done is done again by the next call.
    """
    body = levels.text()
    with store.read() as cursor:
        if cursor.execute("SELECT body FROM service_levels").fetchall() == [(body,)]:
            return False
        ids = [each[0] for each in cursor.execute("SELECT conversation_id FROM queue").fetchall()]
    parts = list(chunks(ids)) or [[]]
    for part in parts:
        with store.transaction() as cursor:
            cursor.execute("DELETE FROM service_levels")
            cursor.execute(
                "INSERT INTO service_levels (id, body, applied_at) VALUES (?, ?, ?)",
                [_ONE, body if part is parts[-1] else f"{body} ", now],
            )
            queue_upkeep.refresh(cursor, part, now)
    return True

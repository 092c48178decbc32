"""What staff change on conversations and items: status, assignee, hidden, liked, deleted.

A conversation changes by compare-and-set on its version: whoever acts on an older view than the newest is told so.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from social_listener.model import Status
from social_listener.store import assignments, queue_upkeep, search_log, settling, stats

if TYPE_CHECKING:
    from datetime import datetime

    from duckdb import DuckDBPyConnection

    from social_listener.model import Interaction


def set_status(
    cursor: DuckDBPyConnection,
    conversation_id: str,
    version: int,
    now: datetime,
    *,
    status: Status,
    snoozed_until: datetime | None = None,
) -> int | None:
    """Set where a conversation stands; return its new version, None when somebody was faster."""
    values: dict[str, object] = {"status": status.value, "snoozed_until": snoozed_until}
    if _version(cursor, conversation_id) != version:
        return None
    (settling.settle if status is Status.RESOLVED else settling.unsettle)(cursor, [conversation_id], now)
    return _change(cursor, conversation_id, version, now, values)


def set_assignee(
    cursor: DuckDBPyConnection, conversation_id: str, version: int, now: datetime, assignee: str | None
) -> int | None:
    """Set who answers a conversation; return its new version, None when somebody was faster."""
    changed = _change(cursor, conversation_id, version, now, {"assignee": assignee})
    if changed is not None:
        assignments.assigned(cursor, conversation_id, now if assignee else None)
    return changed


def _change(
    cursor: DuckDBPyConnection, conversation_id: str, version: int, now: datetime, values: dict[str, object]
) -> int | None:
    if _version(cursor, conversation_id) != version:
        return None
    names = "".join(f"{name} = ?, " for name in values)
    cursor.execute(
        f"UPDATE conversations SET {names}version = version + 1, updated_at = ? WHERE id = ?",
        [*values.values(), now, conversation_id],
    )
    queue_upkeep.refresh(cursor, [conversation_id], now)
    return version + 1


def _version(cursor: DuckDBPyConnection, conversation_id: str) -> int | None:
    """Return a conversation's version, None where there is none; while the one writer's transaction lasts it stays."""
    row = cursor.execute("SELECT version FROM conversations WHERE id = ?", [conversation_id]).fetchone()
    return row[0] if row else None


def set_hidden(cursor: DuckDBPyConnection, item_id: str, *, hidden: bool) -> None:
    """Write that the platform hides an item, or shows it again."""
    cursor.execute("UPDATE interactions SET hidden = ? WHERE id = ?", [hidden, item_id])


def set_liked(cursor: DuckDBPyConnection, item_id: str, *, liked: bool) -> None:
    """Write that we like an item, or no longer."""
    cursor.execute("UPDATE interactions SET liked_by_us = ? WHERE id = ?", [liked, item_id])


def set_text(cursor: DuckDBPyConnection, item: Interaction, text: str, now: datetime) -> None:
    """Write that we reworded our own words at the platform; the wording before stays as a version."""
    digest = hashlib.sha256(f"{now.isoformat()} {text}".encode()).hexdigest()[:12]
    version = f"{item.id.partition(':')[2]}~{digest}"
    cursor.execute(
        "UPDATE interactions SET text = ?, version_id = ?, edited_at = ? WHERE id = ?", [text, version, now, item.id]
    )
    for wording, words, seen_at in ((item.version_id, item.text, item.sent_at), (version, text, now)):
        cursor.execute(
            """INSERT INTO interaction_versions (id, interaction_id, version_id, text, seen_at) VALUES (?, ?, ?, ?, ?)
               ON CONFLICT (id) DO NOTHING""",
            [f"{item.channel}:{wording}", item.id, wording, words, seen_at],
        )
    search_log.touch(cursor, [item.conversation_id])


def set_deleted(cursor: DuckDBPyConnection, item_id: str, now: datetime) -> None:
    """Leave a tombstone of an item that we deleted: that it was, and when; not what it said."""
    sql = "SELECT conversation_id, deleted_at FROM interactions WHERE id = ?"
    conversation_id, deleted_at = cursor.execute(sql, [item_id]).fetchone() or (None, None)
    cursor.execute("UPDATE interaction_versions SET text = '' WHERE interaction_id = ?", [item_id])
    if conversation_id is not None and deleted_at is None:
        cursor.execute("UPDATE interactions SET deleted_at = ?, text = '' WHERE id = ?", [now, item_id])
        stats.touch_items(cursor, [item_id])
        search_log.touch(cursor, [conversation_id])
        search_log.words_left(cursor)

"""What was asked of us, and when we answered: what figures on service levels are made of."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from social_listener.store.rows import named

if TYPE_CHECKING:
    from datetime import datetime

    from duckdb import DuckDBPyConnection


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One inbound item."""

    channel: str
    account_id: str
    private: bool
    priority: int  #: without waiting time; 0: it was not scored
    sent_at: datetime
    answered_at: datetime | None
    settled_at: datetime | None  #: when it was settled without an answer


def asked(cursor: DuckDBPyConnection, since: datetime, until: datetime) -> list[Asked]:
    """Return the inbound items that were sent or answered between two moments, deleted ones left out."""
    names = tuple(field.name for field in fields(Asked))
    rows = cursor.execute(
        """SELECT i.channel, i.account_id, i.private, coalesce(s.priority, 0), i.sent_at, i.answered_at,
                  CASE WHEN i.first_seen_at <= c.settled_at THEN c.settled_at END
           FROM interactions i JOIN conversations c ON c.id = i.conversation_id
           LEFT JOIN scores s ON s.interaction_id = i.id
           WHERE NOT i.outbound AND NOT i.context AND i.deleted_at IS NULL
           AND (i.sent_at BETWEEN ? AND ? OR i.answered_at BETWEEN ? AND ?)""",
        [since, until, since, until],
    ).fetchall()
    return [Asked(**named(names, row)) for row in rows]

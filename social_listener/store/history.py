"""What customers said and what became of it: by what priority is judged in hindsight, and new weights are tried on."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from social_listener.store.rows import named

if TYPE_CHECKING:
    from datetime import datetime

    from duckdb import DuckDBPyConnection


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """One inbound item. Moments are the platform's."""

    id: str
    account_id: str
    conversation_id: str
    author_id: str
    private: bool
    text: str
    language: str | None  #: the platform's guess
    followers: int
    verified: bool
    sent_at: datetime  #: since when it waited
    answered_at: datetime | None
    ended_at: datetime | None  #: answered, or put away without an answer; None: it waits
    priority: int | None  #: by the rules, whatever a person said, without waiting time; None: it was not scored
    escalated: bool  #: somebody was told that its answer was due soon, or late


def said(cursor: DuckDBPyConnection, since: datetime) -> list[Past]:
    """Return the inbound items sent from `since` on, oldest first; deleted ones and context left out."""
    names = tuple(field.name for field in fields(Past))
    rows = cursor.execute(
        """SELECT i.id, i.account_id, i.conversation_id, i.author_id, i.private, i.text, i.language,
                  coalesce(p.followers, 0), coalesce(p.verified, FALSE), coalesce(i.again_at, i.sent_at) AS since,
                  i.answered_at,
                  coalesce(i.answered_at, CASE WHEN i.first_seen_at <= c.settled_at THEN c.settled_at END),
                  coalesce(m.priority, s.priority),
                  EXISTS (SELECT 1 FROM escalations e WHERE e.conversation_id = i.conversation_id
                          AND e.due_what = 'answer' AND e.due_since = coalesce(i.again_at, i.sent_at))
           FROM interactions i JOIN conversations c ON c.id = i.conversation_id
           LEFT JOIN contacts p ON p.id = i.author_id LEFT JOIN scores s ON s.interaction_id = i.id
           LEFT JOIN machine_scores m ON m.interaction_id = i.id
           WHERE NOT i.outbound AND NOT i.context AND i.deleted_at IS NULL AND i.sent_at >= ?
           ORDER BY i.sent_at, i.id""",
        [since],
    ).fetchall()
    return [Past(**named(names, row)) for row in rows]

"""Who did what, append only: audit events and actions. Ids and hashes, no words of customers."""

from __future__ import annotations

import json
import secrets
from typing import TYPE_CHECKING

from social_listener.store.staging import insert

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from duckdb import DuckDBPyConnection

    from social_listener.model import Action

SYSTEM = "system"  #: the name under which the program itself acts


def record(
    cursor: DuckDBPyConnection, now: datetime, staff: str, verb: str, object_id: str, **details: str | int | None
) -> None:
    """Write one event. `verb` is past tense with its subject first: reply.queued, conversation.resolved …"""
    cursor.execute(
        "INSERT INTO audit_events (id, happened_at, staff, verb, object_id, details) VALUES (?, ?, ?, ?, ?, ?)",
        [secrets.token_hex(12), now, staff, verb, object_id, json.dumps(details, ensure_ascii=False)],
    )


_EVENT = ("id", "happened_at", "staff", "verb", "object_id", "details")


def record_many(
    cursor: DuckDBPyConnection, now: datetime, staff: str, verb: str, object_ids: Sequence[str], **details: str
) -> None:
    """Write an event for each of those objects, in one statement."""
    record_each(cursor, now, staff, [(verb, one, details) for one in object_ids])


def record_each(
    cursor: DuckDBPyConnection, now: datetime, staff: str, events: Sequence[tuple[str, str, Mapping[str, str]]]
) -> None:
    """Write events, each a verb, an object and details, in one statement."""
    rows = [
        [secrets.token_hex(12), now, staff, verb, one, json.dumps(details, ensure_ascii=False)]
        for verb, one, details in events
    ]
    insert(cursor, "audit_events", _EVENT, rows)


def record_action(cursor: DuckDBPyConnection, now: datetime, staff: str, action: Action, problem: str | None) -> None:
    """Write down that an action was done, or why it failed."""
    cursor.execute(
        """INSERT INTO actions (id, item_id, account_id, kind, staff, state, reason, created_at)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?)""",
        [
            secrets.token_hex(12),
            action.item_id,
            action.account_id,
            action.kind,
            staff,
            "failed" if problem else "done",
            problem,
            now,
        ],
    )

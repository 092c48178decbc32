"""The queue's rows, kept with every change of a conversation. `store/queue.py` reads them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields, replace
from datetime import datetime
from operator import attrgetter
from typing import TYPE_CHECKING, Final

from social_listener.levels import Levels, from_text
from social_listener.model import Contact, Status
from social_listener.store import facts, search_log
from social_listener.store.changes import QueueRow
from social_listener.store.queue_clock import follow, stop_clock
from social_listener.store.rows import marks
from social_listener.store.staging import chunks, delete, insert, select, update

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from social_listener.store.facts import Inbound, StoredConversation

_NAMES: Final = tuple(each.name for each in fields(QueueRow))
_VALUES = attrgetter(*_NAMES)
_EXCERPT: Final = 200
_USUAL: Final = Levels()


def row_of(
    conversation: StoredConversation,
    inbound: Mapping[str, Inbound],
    contact: Contact | None,
    levels: Levels,
    now: datetime,
    *,
    silenced: bool,
) -> QueueRow | None:
    """Return a conversation's row in the queue, None when it has none; keep `waiting_ids`, status and clock in step.

    Its item is the most pressing one that waits, the newest when nobody waits. A conversation all of whose inbound
    items were deleted counts as resolved. `silenced`: its contact raises no row, though everything else is kept.
    """
    waiting = [
        one
        for item_id in conversation.waiting_ids
        if (one := inbound.get(item_id)) is not None and not one.deleted and one.answered_at is None
    ]
    waiting.sort(key=lambda one: (one.sent_at, one.id))
    conversation.waiting_ids = tuple(one.id for one in waiting)
    newest = inbound.get(conversation.newest_id or "")
    if newest is None or newest.deleted:
        newest = max(waiting, key=lambda one: (one.sent_at, one.id), default=None)
        conversation.newest_id = newest.id if newest else None
    if newest is None:
        conversation.status, conversation.snoozed_until = Status.RESOLVED, None
    if newest is None or silenced or conversation.status is Status.RESOLVED:
        stop_clock(conversation, levels, now)
        return None
    if len(waiting) > 1:
        item = max(waiting, key=lambda one: (one.priority, one.sent_at, one.id))
    else:  # as nearly always
        item = waiting[0] if waiting else newest
    due = follow(conversation, waiting, item.priority, levels, now)
    return QueueRow(
        conversation_id=conversation.id,
        channel=conversation.channel,
        account_id=conversation.account_id,
        stream_id=item.stream_id,
        kind=item.kind,
        private=conversation.private,
        status=conversation.status,
        snoozed_until=conversation.snoozed_until,
        assignee=conversation.assignee,
        item_id=item.id,
        priority=item.priority,
        waiting_since=min([one.since for one in waiting], default=None),
        sentiment_label=item.sentiment_label,
        language=item.language,
        contact_id=conversation.contact_id,
        contact_name=contact.name if contact else "",
        contact_handle=contact.handle if contact else "",
        excerpt=item.text[:_EXCERPT],
        last_at=conversation.last_at,
        unanswered=len(waiting),
        version=conversation.version,
        labels=conversation.labels,
        due_at=due.at if due else None,
        due_what=due.what if due else None,
        due_since=due.since if due else None,
        due_seen_at=due.seen_at if due else None,
        warn_at=due.warn_at if due else None,
    )


def promised(cursor: DuckDBPyConnection) -> Levels:
    """Return the service levels that were last applied; those of the default settings when none were."""
    rows = cursor.execute("SELECT body FROM service_levels").fetchall()
    return from_text(rows[0][0]) if rows else _USUAL


def put(cursor: DuckDBPyConnection, rows: Mapping[str, QueueRow | None], maybe_there: Collection[str]) -> None:
    """Write the rows, and remove those of conversations that have none. Others than `maybe_there` are surely new."""
    there = {row[0] for row in select(cursor, "queue", "conversation_id", ("conversation_id",), sorted(maybe_there))}
    insert(cursor, "queue", _NAMES, [_VALUES(row) for key, row in rows.items() if row and key not in there])
    update(cursor, "queue", _NAMES, [_VALUES(row) for key, row in rows.items() if row and key in there])
    delete(cursor, "queue", "conversation_id", [key for key, row in rows.items() if row is None and key in there])


def rename(cursor: DuckDBPyConnection, contact_ids: Sequence[str]) -> None:
    """Show those contacts in the queue under the names that are stored now, also where nothing new was said."""
    for part in chunks(contact_ids):
        cursor.execute(
            f"""UPDATE queue SET contact_name = contacts.name, contact_handle = contacts.handle FROM contacts
                WHERE contacts.id = queue.contact_id AND queue.contact_id IN ({marks(part)})
                AND (queue.contact_name, queue.contact_handle) <> (contacts.name, contacts.handle)""",
            part,
        )


def refresh(cursor: DuckDBPyConnection, conversation_ids: Collection[str], now: datetime) -> None:
    """Bring the queue's rows in step with conversations and items that were changed by other hands.

    Call it in the transaction that changed a status, an assignee, an answer or a deletion; unknown ids do no harm.
    """
    stored = facts.conversations(cursor, set(conversation_ids))
    wanted = [item_id for one in stored.values() for item_id in (*one.waiting_ids, one.newest_id) if item_id]
    inbound = facts.inbound(cursor, wanted)
    for one in stored.values():
        newest = inbound.get(one.newest_id or "")
        if newest is None or newest.deleted:
            found = facts.newest_inbound(cursor, one.id)
            one.newest_id = found.id if found else None
            inbound |= {found.id: found} if found else {}
    contacts = facts.contacts(cursor, {one.contact_id for one in stored.values()})
    silenced = facts.silenced(cursor, {one.contact_id for one in stored.values()})
    before = {key: replace(one) for key, one in stored.items()}
    levels = promised(cursor)
    rows = {}
    for key, one in stored.items():
        contact = contacts[one.contact_id].contact if one.contact_id in contacts else None
        rows[key] = row_of(one, inbound, contact, levels, now, silenced=one.contact_id in silenced)
    changed = [one for key, one in stored.items() if one != before[key]]
    for one in changed:
        one.updated_at = now
    update(cursor, "conversations", facts.CONVERSATION, [facts.conversation_row(one) for one in changed])
    put(cursor, rows, stored.keys())
    search_log.touch(cursor, stored)

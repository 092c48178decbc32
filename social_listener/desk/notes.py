"""Writing a note: it stands in the conversation, and colleagues whom it names are told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from social_listener.desk import colleagues
from social_listener.desk.mentions import mentioned
from social_listener.desk.notify import notify
from social_listener.desk_types.team import Kind
from social_listener.rights import Right
from social_listener.store import audit, conversations

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from social_listener.desk_types import NoteLine


def write_note(cursor: DuckDBPyConnection, conversation_id: str, account_id: str, note: NoteLine) -> tuple[str, ...]:
    """Write a note in the caller's transaction; who is named after an "@", and may see the account, is told.

    Return who that is.
    """
    conversations.insert_note(cursor, conversation_id, note)
    audit.record(cursor, note.created_at, note.staff, "conversation.noted", conversation_id, note=note.id)
    told = tuple(mentioned(note.text, colleagues.who_may(cursor, Right.READ, account_id)))
    for name in told:
        notify(cursor, name, Kind.MENTION, conversation_id, note.staff, note.created_at, note.id)
    return told

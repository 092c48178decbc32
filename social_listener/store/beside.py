"""Which of the small tables tell anything of a conversation: most tell nothing of most, and are not asked then."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from duckdb import DuckDBPyConnection

#: table → which of its rows concern the conversation $talk with the contact $contact
_CONCERN: Final[Mapping[str, str]] = {
    "notes": "conversation_id = $talk",
    "replies": "conversation_id = $talk",
    "links": "public_conversation_id = $talk OR private_conversation_id = $talk",
    "proposals": "conversation_id = $talk",
    "escalations": "conversation_id = $talk",
    "assignments": "id = $talk",
    "silences": "contact_id = $contact",
    "customers": "contact_id = $contact",
}
_SQL: Final = " UNION ALL ".join(f"SELECT '{table}' FROM {table} WHERE {rows}" for table, rows in _CONCERN.items())


def told_of(cursor: DuckDBPyConnection, conversation_id: str, contact_id: str) -> frozenset[str]:
    """Return the names of the tables in `_CONCERN` that have a row about a conversation, in one query."""
    rows = cursor.execute(_SQL, {"talk": conversation_id, "contact": contact_id}).fetchall()
    return frozenset(row[0] for row in rows)

"""Which of the small tables tell anything of a conversation: most tell nothing of most, and are not asked then."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from social_listener.store.drafts import Place, empty

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
#: the same of what one person types there; pictures: of texts that are not kept yet
_TYPED: Final[Mapping[str, str]] = {
    "drafts": "id IN ($public, $private, $note)",
    "reply_files": "nonce IN ($public_nonce, $private_nonce)",
}


def _union(concern: Mapping[str, str]) -> str:
    return " UNION ALL ".join(f"SELECT '{table}' FROM {table} WHERE {rows}" for table, rows in concern.items())


_SQL: Final = _union(_CONCERN)
_SQL_TYPED: Final = _union(_TYPED)


def told_of(cursor: DuckDBPyConnection, conversation_id: str, contact_id: str) -> frozenset[str]:
    """Return the names of the tables in `_CONCERN` that have a row about a conversation, in one query."""
    rows = cursor.execute(_SQL, {"talk": conversation_id, "contact": contact_id}).fetchall()
    return frozenset(row[0] for row in rows)


def typed_by(cursor: DuckDBPyConnection, staff: str, conversation_id: str) -> frozenset[str]:
    """Return the names of the tables in `_TYPED` that have a row of what somebody types in a conversation."""
    values = {}
    for mode in ("public", "private", "note"):
        place = Place(staff, conversation_id, mode)
        values[mode] = place.id
        if mode != "note":
            values[f"{mode}_nonce"] = empty(place).nonce
    return frozenset(row[0] for row in cursor.execute(_SQL_TYPED, values).fetchall())

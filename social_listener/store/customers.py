"""Which contacts staff said are one person. What platforms say of a contact is never touched."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from social_listener.store import conversations
from social_listener.store.rows import marks, pattern
from social_listener.store.staging import delete, insert, select

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from duckdb import DuckDBPyConnection

    from social_listener.model import Contact


def new_id() -> str:
    """Return an id for a customer."""
    return secrets.token_hex(8)


def together(cursor: DuckDBPyConnection, contact_id: str) -> tuple[str, ...]:
    """Return the contacts that are one customer with this one, this one first."""
    rows = cursor.execute(
        """SELECT contact_id FROM customers WHERE contact_id <> ?
           AND customer_id IN (SELECT customer_id FROM customers WHERE contact_id = ?) ORDER BY contact_id""",
        [contact_id, contact_id],
    ).fetchall()
    return (contact_id, *(row[0] for row in rows))


def of(cursor: DuckDBPyConnection, contact_ids: Collection[str]) -> dict[str, str]:
    """Return contact → customer; absent: nobody said anything of them."""
    return dict(select(cursor, "customers", "contact_id", ("contact_id", "customer_id"), sorted(set(contact_ids))))


def write(cursor: DuckDBPyConnection, members: Mapping[str, str | None], staff: str, now: datetime) -> None:
    """Write which customer contacts belong to; None: to none."""
    known = of(cursor, members.keys())
    delete(cursor, "customers", "contact_id", [key for key, customer in members.items() if customer is None])
    for key in sorted(known.keys() & members.keys()):
        if members[key] is not None:
            cursor.execute(
                "UPDATE customers SET customer_id = ?, staff = ?, merged_at = ? WHERE contact_id = ?",
                [members[key], staff, now, key],
            )
    fresh = [[key, customer, staff, now] for key, customer in members.items() if customer and key not in known]
    insert(cursor, "customers", ("contact_id", "customer_id", "staff", "merged_at"), fresh)


def accounts(cursor: DuckDBPyConnection, contact_ids: Sequence[str]) -> dict[str, set[str]]:
    """Return with which of our accounts each contact has a conversation."""
    found: dict[str, set[str]] = {}
    rows = cursor.execute(
        f"SELECT DISTINCT contact_id, account_id FROM conversations WHERE contact_id IN ({marks(contact_ids)})",
        list(contact_ids),
    ).fetchall()
    for contact_id, account_id in rows:
        found.setdefault(contact_id, set()).add(account_id)
    return found


def alike(cursor: DuckDBPyConnection, contact: Contact, telling: Sequence[str], most: int) -> list[Contact]:
    """Return other contacts of the same handle or name, or who tell one of `telling` (addresses) of themselves."""
    parts, values = [], []
    for column, word in (("handle", contact.handle), ("name", contact.name)):
        if word.strip():
            parts.append(f"lower({column}) = lower(?)")
            values.append(word)
    for word in telling:
        parts.append("(description ILIKE ? ESCAPE '\\' OR url ILIKE ? ESCAPE '\\')")
        values += [pattern(word), pattern(word)]
    if not parts:
        return []
    rows = cursor.execute(
        f"SELECT id FROM contacts WHERE id <> ? AND ({' OR '.join(parts)}) ORDER BY id LIMIT ?",
        [contact.id, *values, most],
    ).fetchall()
    return list(conversations.contacts(cursor, [row[0] for row in rows]).values())


def named_like(cursor: DuckDBPyConnection, text: str, most: int) -> list[Contact]:
    """Return contacts with `text` in name or handle."""
    like = pattern(text.removeprefix("@"))
    rows = cursor.execute(
        """SELECT id FROM contacts WHERE name ILIKE ? ESCAPE '\\' OR handle ILIKE ? ESCAPE '\\'
           ORDER BY lower(name), id LIMIT ?""",
        [like, like, most],
    ).fetchall()
    return list(conversations.contacts(cursor, [row[0] for row in rows]).values())

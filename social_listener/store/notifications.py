"""What waits for one person. Every function takes a cursor; writers need a transaction."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from social_listener.desk_types.team import Kind, Notification
from social_listener.store import staging
from social_listener.store.rows import among, marks, named

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from duckdb import DuckDBPyConnection

    from social_listener.desk_types.people import Accounts

_EXCERPT = 300
_NAMES = (
    *("id", "kind", "conversation_id", "account_id", "by", "about", "created_at", "read_at", "contact"),
    "excerpt",
)


def insert(
    cursor: DuckDBPyConnection,
    *,
    to: str,
    kind: Kind,
    conversation_id: str,
    by: str,
    about: str | None,
    now: datetime,
) -> None:
    """Let something wait for `to`."""
    cursor.execute(
        """INSERT INTO notifications (id, staff, kind, conversation_id, by_staff, about, created_at, read_at)
           VALUES (?, ?, ?, ?, ?, ?, ?, NULL)""",
        [secrets.token_hex(12), to, kind.value, conversation_id, by, about, now],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """What is to wait for one person."""

    to: str
    conversation_id: str
    about: str | None


def insert_many(cursor: DuckDBPyConnection, waits: Sequence[Waits], *, kind: Kind, by: str, now: datetime) -> None:
    """Let many things of one kind wait, each for one person, in one statement."""
    names = ("id", "staff", "kind", "conversation_id", "by_staff", "about", "created_at")
    rows = [[secrets.token_hex(12), one.to, kind.value, one.conversation_id, by, one.about, now] for one in waits]
    staging.insert(cursor, "notifications", names, rows)


def lines(cursor: DuckDBPyConnection, staff: str, limit: int, within: Accounts) -> list[Notification]:
    """Return what waits for somebody on those accounts, what was not read first, then the newest first."""
    theirs, accounts = _theirs(within)
    rows = cursor.execute(
        f"""SELECT id, kind, conversation_id, by_staff, about, created_at, read_at FROM notifications
           WHERE staff = ? AND {theirs} ORDER BY read_at IS NOT NULL, created_at DESC, id LIMIT ?""",
        [staff, *accounts, limit],
    ).fetchall()
    places = _places(cursor, sorted({row[2] for row in rows}))
    words = _words(cursor, sorted({row[4] for row in rows if row[4]}))
    found = []
    for id_, kind, conversation_id, by, about, created_at, read_at in rows:
        account_id, contact = places.get(conversation_id, ("", ""))
        excerpt = words.get(about or "", "")[:_EXCERPT]
        values = (id_, Kind(kind), conversation_id, account_id, by, about, created_at, read_at, contact, excerpt)
        found.append(Notification(**named(_NAMES, values)))
    return found


def _theirs(within: Accounts) -> tuple[str, list[object]]:
    """Return the condition that a notification is about a conversation on one of those accounts; None: any."""
    theirs, accounts = among("account_id", within)
    return (
        ("TRUE", [])
        if within is None
        else (
            f"conversation_id IN (SELECT id FROM conversations WHERE {theirs})",
            accounts,
        )
    )


def _places(cursor: DuckDBPyConnection, ids: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Return account and contact's name of conversations, by id."""
    if not ids:
        return {}
    rows = cursor.execute(
        f"SELECT id, account_id, contact_id FROM conversations WHERE id IN ({marks(ids)})", list(ids)
    ).fetchall()
    people = sorted({row[2] for row in rows})
    names = dict(
        cursor.execute(
            f"SELECT id, coalesce(nullif(name, ''), handle) FROM contacts WHERE id IN ({marks(people)})", people
        ).fetchall()
    )
    return {id_: (account_id, names.get(contact_id, "")) for id_, account_id, contact_id in rows}


def _words(cursor: DuckDBPyConnection, ids: Sequence[str]) -> dict[str, str]:
    """Return what notes, proposals and spikes say, by id; of a refused proposal, why."""
    if not ids:
        return {}
    notes = cursor.execute(f"SELECT id, text FROM notes WHERE id IN ({marks(ids)})", list(ids)).fetchall()
    proposals = cursor.execute(
        f"""SELECT id, CASE WHEN state = 'refused' THEN coalesce(reason, text) ELSE text END
            FROM proposals WHERE id IN ({marks(ids)})""",
        list(ids),
    ).fetchall()
    spikes = cursor.execute(f"SELECT id, words FROM spikes WHERE id IN ({marks(ids)})", list(ids)).fetchall()
    return dict([*notes, *proposals, *spikes])


def unread(cursor: DuckDBPyConnection, staff: str, within: Accounts) -> int:
    """Return how many notifications on those accounts somebody has not read."""
    theirs, accounts = _theirs(within)
    row = cursor.execute(
        f"SELECT count(*) FROM notifications WHERE staff = ? AND read_at IS NULL AND {theirs}", [staff, *accounts]
    ).fetchone()
    return int(row[0]) if row else 0


def mark_read(
    cursor: DuckDBPyConnection, staff: str, ids: Sequence[str] | None, now: datetime, within: Accounts
) -> int:
    """Mark notifications of somebody on those accounts as read, all of them for None; return how many had not been."""
    only = "" if ids is None else f" AND id IN ({marks(ids)})"
    theirs, accounts = _theirs(within)
    return len(
        cursor.execute(
            f"UPDATE notifications SET read_at = ? WHERE staff = ? AND read_at IS NULL AND {theirs}{only} RETURNING id",
            [now, staff, *accounts, *(ids or ())],
        ).fetchall()
    )


def withdraw(cursor: DuckDBPyConnection, about: str) -> None:
    """Take away what nobody has read yet about a note that is not there any more."""
    cursor.execute("DELETE FROM notifications WHERE about = ? AND read_at IS NULL", [about])


def forget(cursor: DuckDBPyConnection, before: datetime) -> None:
    """Forget what was read before then."""
    cursor.execute("DELETE FROM notifications WHERE read_at < ?", [before])

"""Links: that a direct conversation goes on from a public item. Both sides show the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from social_listener.desk_types import LinkLine
from social_listener.store.rows import aware

if TYPE_CHECKING:
    from datetime import datetime

    from duckdb import DuckDBPyConnection

#: characters of the other side's words that are shown
_EXCERPT = 200


def insert(
    cursor: DuckDBPyConnection,
    *,
    item_id: str,
    public_conversation_id: str,
    private_conversation_id: str,
    reply_id: str,
    now: datetime,
) -> None:
    """Write that our reply to a public item stands in a direct conversation; a link the platform told is taken over."""
    cursor.execute(
        """INSERT INTO links (id, item_id, public_conversation_id, private_conversation_id, made_at, reply_id)
           VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET reply_id = excluded.reply_id""",
        [
            f"{item_id} {private_conversation_id}",
            item_id,
            public_conversation_id,
            private_conversation_id,
            now,
            reply_id,
        ],
    )


def of_item(cursor: DuckDBPyConnection, item_id: str) -> str | None:
    """Return the direct conversation that goes on from a public item; None: none is known."""
    found = cursor.execute(
        "SELECT private_conversation_id FROM links WHERE item_id = ? ORDER BY made_at DESC LIMIT 1", [item_id]
    ).fetchone()
    return found[0] if found else None


def lines(cursor: DuckDBPyConnection, conversation_id: str) -> tuple[LinkLine, ...]:
    """Return what a conversation goes on in, or goes on from, oldest first.

    The other side's words: what we wrote in private, or the public item that all began with.
    """
    rows = cursor.execute(
        """SELECT l.item_id, l.public_conversation_id, l.private_conversation_id, l.made_at, r.text
           FROM links l LEFT JOIN replies r ON r.id = l.reply_id
           WHERE l.public_conversation_id = ? OR l.private_conversation_id = ? ORDER BY l.made_at, l.id""",
        [conversation_id, conversation_id],
    ).fetchall()
    found = []
    for item_id, public_id, private_id, made_at, ours in rows:
        to_private = public_id == conversation_id
        other = private_id if to_private else public_id
        words = ours or "" if to_private else _words(cursor, item_id)
        moment = aware(made_at)
        if moment is not None:
            found.append(
                LinkLine(
                    conversation_id=other,
                    private=to_private,
                    item_id=item_id,
                    made_at=moment,
                    excerpt=words[:_EXCERPT],
                    known=_known(cursor, other),
                )
            )
    return tuple(found)


def _words(cursor: DuckDBPyConnection, item_id: str) -> str:
    found = cursor.execute("SELECT text FROM interactions WHERE id = ?", [item_id]).fetchone()
    return found[0] if found else ""


def _known(cursor: DuckDBPyConnection, conversation_id: str) -> bool:
    """Return whether a conversation can be opened: a direct one can once the customer has written in it."""
    return cursor.execute("SELECT id FROM conversations WHERE id = ?", [conversation_id]).fetchone() is not None

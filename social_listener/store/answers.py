"""What our own words change: the item they become, the items they answer, the conversation they stand in."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING

from social_listener.model import Interaction
from social_listener.store import search_log, stats
from social_listener.store.rows import few, marks, named

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from duckdb import DuckDBPyConnection

_ITEM = tuple(field.name for field in fields(Interaction))


def insert_own(cursor: DuckDBPyConnection, item: Interaction, now: datetime) -> bool:
    """Store our own words as an item; False when a poll was faster and it is known already."""
    if cursor.execute("SELECT id FROM interactions WHERE id = ?", [item.id]).fetchone():
        return False
    values = {name: getattr(item, name) for name in _ITEM}
    values["attachments"] = json.dumps([asdict(attachment) for attachment in item.attachments])
    values |= {"first_seen_at": now, "checked_at": now, "liked_by_us": False}
    cursor.execute(
        f"INSERT INTO interactions ({', '.join(values)}) VALUES ({', '.join('?' for _ in values)})",
        list(values.values()),
    )
    cursor.execute(
        "INSERT INTO interaction_versions (id, interaction_id, version_id, text, seen_at) VALUES (?, ?, ?, ?, ?)",
        [f"{item.channel}:{item.version_id}", item.id, item.version_id, item.text, now],
    )
    search_log.touch(cursor, [item.conversation_id])
    return True


def mark_answered(cursor: DuckDBPyConnection, conversation_id: str, item_id: str, at: datetime, seen: datetime) -> None:
    """Mark an item, and what waits in its conversation and was stored by `seen`, as answered at `at`.

    What came in after the reply was composed nobody had in view: it waits, whenever it was sent.
    """
    row = cursor.execute("SELECT waiting_ids FROM conversations WHERE id = ?", [conversation_id]).fetchone()
    waiting = row[0].split() if row else []
    ids = [*waiting, item_id]
    rows = cursor.execute(
        f"""{few("interactions", ids)}
            SELECT id FROM few WHERE NOT outbound AND answered_at IS NULL AND (first_seen_at <= ? OR id = ?)""",
        [*ids, seen, item_id],
    ).fetchall()
    answered = [found for (found,) in rows]
    cursor.execute(f"UPDATE interactions SET answered_at = ? WHERE id IN ({marks(answered)})", [at, *answered])
    done = {item_id, *answered}
    stats.touch_items(cursor, answered)
    left = " ".join(each for each in waiting if each not in done)
    cursor.execute("UPDATE conversations SET waiting_ids = ? WHERE id = ?", [left, conversation_id])


def touch(cursor: DuckDBPyConnection, conversation_id: str, now: datetime) -> None:
    """Raise a conversation's version, because something was said in it."""
    cursor.execute(
        """UPDATE conversations SET version = version + 1, said_version = version + 1, updated_at = ?
           WHERE id = ?""",
        [now, conversation_id],
    )


def direct_conversation(cursor: DuckDBPyConnection, account_id: str, contact_id: str) -> tuple[str, str] | None:
    """Return conversation and thread of the latest direct thread with a contact; None: there is none yet."""
    found = cursor.execute(
        """SELECT id, thread_id FROM conversations WHERE contact_id = ? AND account_id = ? AND private
           ORDER BY last_at DESC LIMIT 1""",
        [contact_id, account_id],
    ).fetchone()
    return (found[0], found[1]) if found else None


def owner(cursor: DuckDBPyConnection, account_id: str) -> str | None:
    """Return our account as a contact id; None while the platform has not told it."""
    found = cursor.execute("SELECT owner_id FROM accounts WHERE id = ?", [account_id]).fetchone()
    return found[0] if found else None


@dataclass(frozen=True, slots=True, kw_only=True)
class SentTo:
    """A public reply that went out, or may have, and what it answers."""

    platform_id: str | None  #: None: not known yet
    item_id: str
    parent_id: str | None  #: what the answered item itself answers
    conversation_id: str
    text: str
    created_at: datetime


def sent_to(cursor: DuckDBPyConnection, account_id: str, natives: Sequence[str]) -> list[SentTo]:
    """Return an account's public replies that have one of those platform ids, or may have one, oldest first."""
    names = tuple(field.name for field in fields(SentTo))
    rows = cursor.execute(
        f"""SELECT platform_id, item_id, reply_to_id, replies.conversation_id, replies.text, created_at
            FROM replies LEFT JOIN interactions ON interactions.id = item_id
            WHERE replies.account_id = ? AND NOT replies.private
              AND (platform_id IN ({marks(natives)}) OR (platform_id IS NULL AND state IN ('sending', 'in_doubt')))
            ORDER BY replies.id""",
        [account_id, *natives],
    ).fetchall()
    return [SentTo(**named(names, row)) for row in rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnWords:
    """Something our account said, as a poll brought it."""

    id: str
    reply_to_id: str | None
    text: str
    sent_at: datetime
    first_seen_at: datetime
    url: str | None


def own_words(cursor: DuckDBPyConnection, *, account_id: str, conversation_id: str, since: datetime) -> list[OwnWords]:
    """Return our own words in a conversation since then that no reply of this desk accounts for, oldest first.

    They are echoes of replies in doubt, or were written in the platform's own app.
    """
    names = tuple(field.name for field in fields(OwnWords))
    rows = cursor.execute(
        f"""SELECT {", ".join(names)} FROM interactions
            WHERE conversation_id = ? AND account_id = ? AND outbound AND deleted_at IS NULL AND sent_at >= ?
            ORDER BY sent_at, id""",
        [conversation_id, account_id, since],
    ).fetchall()
    found = [OwnWords(**named(names, row)) for row in rows]
    natives = [words.id.partition(":")[2] for words in found]
    ours = cursor.execute(
        f"SELECT channel || ':' || platform_id FROM replies WHERE platform_id IN ({marks(natives)})", natives
    ).fetchall()
    known = {row[0] for row in ours}
    return [words for words in found if words.id not in known]

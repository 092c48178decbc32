"""Conversations as staff read them: items with authors, wordings and scores, the contact's card, notes.

Every function takes a cursor. Reading is done in steps by lists of ids, because a join would read whole tables.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, fields
from datetime import UTC
from typing import TYPE_CHECKING, Any

from social_listener.desk_types import NoteLine, ThreadItem, Version
from social_listener.model import Attachment, Contact, Factor, Interaction, Kind, SentimentLabel, Status
from social_listener.store import search_log
from social_listener.store.rows import among, aware, marks, named

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from duckdb import DuckDBPyConnection

    from social_listener.desk_types.people import Accounts
    from social_listener.store.search_lookup import Lookup

_ITEM = tuple(field.name for field in fields(Interaction))
_OURS = ("first_seen_at", "deleted_at", "answered_at", "liked_by_us", "again_at")
_CONTACT = tuple(field.name for field in fields(Contact))
_SCORE = ("interaction_id", "sentiment", "sentiment_label", "sentiment_reason", "language", "priority", "factors")


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationRow:
    """One row of `conversations`."""

    id: str
    channel: str
    account_id: str
    thread_id: str
    contact_id: str
    private: bool
    first_at: datetime
    last_at: datetime
    status: Status
    snoozed_until: datetime | None
    assignee: str | None
    version: int
    said_version: int
    elsewhere: bool
    labels: str  #: "id id"


#: rows found by their keys one by one; of more the whole table is read, which costs less
_BY_KEY = 500
_ROW = tuple(field.name for field in fields(ConversationRow))


def row(cursor: DuckDBPyConnection, conversation_id: str) -> ConversationRow | None:
    """Return a conversation's row; None when there is none of that id."""
    found = cursor.execute(f"SELECT {', '.join(_ROW)} FROM conversations WHERE id = ?", [conversation_id]).fetchone()
    return _row(found) if found else None


def of_contacts(
    cursor: DuckDBPyConnection, contact_ids: Sequence[str], known: Lookup | None = None
) -> list[ConversationRow]:
    """Return every conversation with those contacts, newest first."""
    ids: list[str] | None = []
    for contact_id in contact_ids:
        more = known.of_contact(contact_id) if known is not None else None
        ids = None if more is None or ids is None else [*ids, *more]
    where, values = _where("contact_id", list(contact_ids), "id", ids)
    found = cursor.execute(
        f"""SELECT {", ".join(_ROW)} FROM conversations WHERE {where}
            ORDER BY last_at DESC, id""",
        values,
    ).fetchall()
    return [_row(values) for values in found]


def _where(column: str, values: list[str], key: str, ids: list[str] | None) -> tuple[str, list[object]]:
    """Return the condition that a column has one of the values; by the key where the rows are known and few."""
    if ids is not None and len(ids) <= _BY_KEY:
        return f"{key} IN ({marks(ids)})", list(ids)
    return f"{column} IN ({marks(values)})", list(values)


def others_in_thread(
    cursor: DuckDBPyConnection, conversation: ConversationRow, known: Lookup | None = None, within: Accounts = None
) -> int:
    """Return how many conversations of other customers hang below the same post; `within`: of these accounts."""
    if conversation.private:
        return 0
    ids = known.in_thread(conversation.thread_id) if known is not None else None
    where, values = _where("thread_id", [conversation.thread_id], "id", ids)
    theirs, accounts = among("account_id", within)
    found = cursor.execute(
        f"SELECT count(*) FROM conversations WHERE {where} AND id <> ? AND {theirs}",
        [*values, conversation.id, *accounts],
    ).fetchone()
    return int(found[0]) if found else 0


def _row(values: Sequence[Any]) -> ConversationRow:
    data = named(_ROW, values)
    return ConversationRow(**{**data, "status": Status(data["status"])})


def last_heard(cursor: DuckDBPyConnection, conversation_id: str) -> datetime | None:
    """Return when the customer's latest item in a conversation reached us."""
    found = cursor.execute(
        "SELECT max(first_seen_at) FROM interactions WHERE conversation_id = ? AND NOT outbound AND NOT context",
        [conversation_id],
    ).fetchone()
    return aware(found[0]) if found else None


# -- items -------------------------------------------------------------------------------------------------------------


def item(cursor: DuckDBPyConnection, item_id: str) -> ThreadItem | None:
    """Return one item with all that hangs on it; None when there is none of that id."""
    return next(iter(items_by_id(cursor, [item_id])), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class BareItem:
    """An item without what hangs on it: enough to answer it."""

    item: Interaction
    deleted_at: datetime | None


def bare(cursor: DuckDBPyConnection, item_id: str) -> BareItem | None:
    """Return one item by itself, in one query; None when there is none of that id."""
    found = cursor.execute(
        f"SELECT {', '.join(_ITEM)}, deleted_at FROM interactions WHERE id = ?", [item_id]
    ).fetchone()
    if found is None:
        return None
    data = named((*_ITEM, "deleted_at"), found)
    return BareItem(item=_interaction(data), deleted_at=data["deleted_at"])


def items_by_id(cursor: DuckDBPyConnection, ids: Sequence[str]) -> list[ThreadItem]:
    """Return the items of those ids, oldest first; unknown ids are left out."""
    return _items(cursor, f"id IN ({marks(ids)})", list(ids))


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """An item without its words."""

    id: str
    conversation_id: str
    outbound: bool
    context: bool
    sent_at: datetime
    waits: bool  #: said to us, there, and not answered


def outlines(
    cursor: DuckDBPyConnection, conversation_ids: Sequence[str], most: int = 5_000, known: Lookup | None = None
) -> list[Outline]:
    """Return the newest items of those conversations, oldest first, context included."""
    names = tuple(field.name for field in fields(Outline))
    ids = known.items(conversation_ids) if known is not None else None
    where, values = _where("conversation_id", list(conversation_ids), "id", ids)
    # With a LIMIT the engine leaves its key aside and reads the whole table, twelve times the work for a few rows.
    limit = "" if where.startswith("id ") else f"LIMIT {int(most)}"
    rows = cursor.execute(
        f"""SELECT id, conversation_id, outbound, context, sent_at,
                   NOT outbound AND NOT context AND answered_at IS NULL AND deleted_at IS NULL
            FROM interactions WHERE {where}
            ORDER BY sent_at DESC, id DESC {limit}""",
        values,
    ).fetchall()
    return [Outline(**named(names, row)) for row in reversed(rows[:most])]


def parents(
    cursor: DuckDBPyConnection, items: Sequence[ThreadItem], thread_id: str, most: int = 12
) -> list[ThreadItem]:
    """Return the posts that `items` hang on, oldest first: what they answer and quote, up to the root of the thread."""
    have = {line.item.id: line for line in items}
    wanted = _hangs_on(items) | {thread_id}
    found: dict[str, ThreadItem] = {}
    while (missing := sorted(wanted - have.keys() - found.keys())) and len(found) < most:
        above = items_by_id(cursor, missing[: most - len(found)])
        if not above:
            break
        found |= {line.item.id: line for line in above}
        wanted = _hangs_on(above)
    return sorted(found.values(), key=lambda line: (line.item.sent_at, line.item.id))


def _hangs_on(items: Iterable[ThreadItem]) -> set[str]:
    return {parent for line in items for parent in (line.item.reply_to_id, line.item.quoted_id) if parent}


def _items(cursor: DuckDBPyConnection, condition: str, values: list[str]) -> list[ThreadItem]:
    found = [
        named((*_ITEM, *_OURS), line)
        for line in cursor.execute(
            f"SELECT {', '.join((*_ITEM, *_OURS))} FROM interactions WHERE {condition} ORDER BY sent_at, id", values
        ).fetchall()
    ]
    authors = contacts(cursor, sorted({data["author_id"] for data in found}))
    scores = _scores(cursor, [data["id"] for data in found if not data["outbound"]])
    wordings = _earlier(cursor, [data for data in found if data["edited_at"] is not None])
    return [
        _thread_item(data, authors.get(data["author_id"]), scores.get(data["id"]), wordings.get(data["id"], ()))
        for data in found
    ]


def _thread_item(
    data: dict[str, Any], author: Contact | None, score: dict[str, Any] | None, versions: tuple[Version, ...]
) -> ThreadItem:
    return ThreadItem(
        item=_interaction(data),
        author=author,
        **{name: data[name] for name in _OURS},
        versions=versions,
        sentiment=score["sentiment"] if score else None,
        sentiment_label=SentimentLabel(score["sentiment_label"]) if score else None,
        sentiment_reason=score["sentiment_reason"] if score else "",
        language=score["language"] if score else None,
        priority=score["priority"] if score else None,
        factors=factors(score["factors"]) if score else (),
    )


def _interaction(data: dict[str, Any]) -> Interaction:
    plain = {name: data[name] for name in _ITEM}
    plain["kind"] = Kind(plain["kind"])
    plain["attachments"] = tuple(Attachment(**entry) for entry in json.loads(plain["attachments"] or "[]"))
    return Interaction(**plain)


def factors(text: str) -> tuple[Factor, ...]:
    """Return the factors that a score's JSON column holds."""
    return tuple(Factor(**{**entry, "words": tuple(entry.get("words", ()))}) for entry in json.loads(text or "[]"))


def factors_of(cursor: DuckDBPyConnection, ids: Sequence[str]) -> dict[str, tuple[Factor, ...]]:
    """Return the factors of items, by item id."""
    rows = cursor.execute(
        f"SELECT interaction_id, factors FROM scores WHERE interaction_id IN ({marks(ids)})", list(ids)
    ).fetchall()
    return {key: factors(text) for key, text in rows}


def _scores(cursor: DuckDBPyConnection, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    rows = cursor.execute(
        f"SELECT {', '.join(_SCORE)} FROM scores WHERE interaction_id IN ({marks(ids)})", list(ids)
    ).fetchall()
    return {line[0]: named(_SCORE, line) for line in rows}


def _earlier(cursor: DuckDBPyConnection, edited: Sequence[dict[str, Any]]) -> dict[str, tuple[Version, ...]]:
    """Return the earlier wordings of edited items, oldest first."""
    if not edited:
        return {}
    now = {data["id"]: data["version_id"] for data in edited}
    rows = cursor.execute(
        f"""SELECT interaction_id, version_id, text, seen_at FROM interaction_versions
            WHERE interaction_id IN ({marks(list(now))}) ORDER BY seen_at, version_id""",
        list(now),
    ).fetchall()
    found: dict[str, list[Version]] = defaultdict(list)
    for interaction_id, version_id, text, seen_at in rows:
        if version_id != now[interaction_id]:
            found[interaction_id].append(Version(text=text, seen_at=seen_at.astimezone(UTC)))
    return {key: tuple(versions) for key, versions in found.items()}


# -- contacts, notes ---------------------------------------------------------------------------------------------------


def contacts(cursor: DuckDBPyConnection, ids: Sequence[str]) -> dict[str, Contact]:
    """Return contacts by id; unknown ones are left out."""
    rows = cursor.execute(f"SELECT {', '.join(_CONTACT)} FROM contacts WHERE id IN ({marks(ids)})", list(ids))
    return {line[0]: Contact(**named(_CONTACT, line)) for line in rows.fetchall()}


def first_seen(cursor: DuckDBPyConnection, contact_id: str) -> datetime | None:
    """Return when a contact was first seen."""
    found = cursor.execute("SELECT first_seen_at FROM contacts WHERE id = ?", [contact_id]).fetchone()
    return aware(found[0]) if found else None


def moods(cursor: DuckDBPyConnection, ids: Sequence[str]) -> dict[SentimentLabel, int]:
    """Return how many of those items carry each sentiment."""
    rows = cursor.execute(
        f"SELECT sentiment_label, count(*) FROM scores WHERE interaction_id IN ({marks(ids)}) GROUP BY ALL", list(ids)
    ).fetchall()
    return {SentimentLabel(label): count for label, count in rows}


def excerpts(cursor: DuckDBPyConnection, ids: Sequence[str]) -> dict[str, str]:
    """Return the beginnings of those items' texts, by item id."""
    return dict(
        cursor.execute(f"SELECT id, left(text, 160) FROM interactions WHERE id IN ({marks(ids)})", list(ids)).fetchall()
    )


def notes(cursor: DuckDBPyConnection, conversation_id: str) -> tuple[NoteLine, ...]:
    """Return a conversation's notes, oldest first."""
    rows = cursor.execute(
        "SELECT id, staff, text, created_at FROM notes WHERE conversation_id = ? ORDER BY created_at, id",
        [conversation_id],
    ).fetchall()
    return tuple(NoteLine(**named(("id", "staff", "text", "created_at"), line)) for line in rows)


def insert_note(cursor: DuckDBPyConnection, conversation_id: str, note: NoteLine) -> None:
    """Write a note; it needs a transaction."""
    cursor.execute(
        "INSERT INTO notes (id, conversation_id, staff, text, created_at) VALUES (?, ?, ?, ?, ?)",
        [note.id, conversation_id, note.staff, note.text, note.created_at],
    )
    search_log.touch(cursor, [conversation_id])

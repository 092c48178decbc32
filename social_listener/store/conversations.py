"""Conversations as staff read them: items with authors, wordings and scores, the contact's card, notes.

Every function takes a cursor. Reading is done in steps by lists of ids, because a join would read whole tables.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, fields
from datetime import UTC
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from social_listener.desk_types import NoteLine, ThreadItem, Version
from social_listener.model import Attachment, Contact, Factor, Interaction, Kind, SentimentLabel, Status
from social_listener.store import search_log
from social_listener.store.rows import among, aware, few, marks, named

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


def concern(cursor: DuckDBPyConnection, conversation_id: str) -> tuple[str, ...]:
    """Return what a change of one conversation has to do with; see `Store.narrow`."""
    found = row(cursor, conversation_id)
    return (conversation_id, found.contact_id, found.thread_id) if found else (conversation_id,)


def of_contacts(
    cursor: DuckDBPyConnection,
    contact_ids: Sequence[str],
    known: Lookup | None = None,
    have: ConversationRow | None = None,
) -> list[ConversationRow]:
    """Return every conversation with those contacts, newest first; `have`: one of them, which was read already."""
    ids: list[str] | None = []
    for contact_id in contact_ids:
        more = known.of_contact(contact_id) if known is not None else None
        ids = None if more is None or ids is None else [*ids, *more]
    if have is not None and ids == [have.id]:
        return [have]
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
    if ids is not None and not set(ids) - {conversation.id}:
        return 0
    theirs, values = among("account_id", within)
    if ids is not None:
        sql = f"{few('conversations', ids)} SELECT count(*) FROM few WHERE id <> ? AND {theirs}"
        found = cursor.execute(sql, [*ids, conversation.id, *values]).fetchone()
    else:
        sql = f"SELECT count(*) FROM conversations WHERE thread_id = ? AND id <> ? AND {theirs}"
        found = cursor.execute(sql, [conversation.thread_id, conversation.id, *values]).fetchone()
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


def items_by_id(cursor: DuckDBPyConnection, ids: Sequence[str], people: People | None = None) -> list[ThreadItem]:
    """Return the items of those ids, oldest first; unknown ids are left out. `people`: whoever was read already."""
    return _items(cursor, f"id IN ({marks(ids)})", list(ids), people or People(cursor))


class People:
    """Contacts as they are needed, each read once; those `along` are read together with the first."""

    def __init__(self, cursor: DuckDBPyConnection, along: Sequence[str] = ()) -> None:
        self._cursor = cursor
        self._along = tuple(along)
        self._known: dict[str, tuple[Contact, datetime]] = {}
        self._asked: set[str] = set()

    @property
    def asked(self) -> frozenset[str]:
        """Return the ids that were asked for, known or not."""
        return frozenset(self._asked)

    def again(self, cursor: DuckDBPyConnection) -> People:
        """Return the same for another reader, who need not read again whoever was read."""
        people = People(cursor, self._along)
        people._known, people._asked = dict(self._known), set(self._asked)
        return people

    def of(self, ids: Iterable[str]) -> dict[str, Contact]:
        """Return contacts by id, in the order asked for; unknown ones are left out."""
        wanted = list(dict.fromkeys(ids))
        missing = sorted({*wanted, *self._along} - self._asked)
        if missing:
            columns = ", ".join((*_CONTACT, "first_seen_at"))
            rows = self._cursor.execute(
                f"SELECT {columns} FROM contacts WHERE id IN ({marks(missing)})", missing
            ).fetchall()
            for row in rows:
                data = named((*_CONTACT, "first_seen_at"), row)
                seen = data.pop("first_seen_at")
                self._known[data["id"]] = Contact(**data), seen
            self._asked |= {*missing}
        return {key: self._known[key][0] for key in wanted if key in self._known}

    def first_seen(self, contact_id: str) -> datetime | None:
        """Return when a contact was first seen; None: it is not known."""
        self.of([contact_id])
        return self._known[contact_id][1] if contact_id in self._known else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """An item without its words."""

    id: str
    conversation_id: str
    outbound: bool
    context: bool
    sent_at: datetime
    waits: bool  #: said to us, there, and not answered

    @property
    def inbound(self) -> bool:
        """Whether it was said to us."""
        return not self.outbound and not self.context

    @classmethod
    def of(cls, line: ThreadItem) -> Outline:
        """Return that of an item which was read."""
        item = line.item
        inbound = not item.outbound and not item.context
        return cls(
            id=item.id,
            conversation_id=item.conversation_id,
            outbound=item.outbound,
            context=item.context,
            sent_at=item.sent_at,
            waits=inbound and line.answered_at is None and line.deleted_at is None,
        )


def outlines(
    cursor: DuckDBPyConnection, conversation_ids: Sequence[str], most: int = 5_000, known: Lookup | None = None
) -> list[Outline]:
    """Return the newest items of those conversations, oldest first, context included."""
    names = tuple(field.name for field in fields(Outline))
    if not conversation_ids:
        return []
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


def ids_in(cursor: DuckDBPyConnection, conversation_id: str, known: Lookup | None, most: int = 5_000) -> list[str]:
    """Return the ids of the newest items of a conversation, context included, in no order."""
    ids = known.items([conversation_id]) if known is not None else None
    if ids is not None and len(ids) <= _BY_KEY:
        return ids
    return [one.id for one in outlines(cursor, [conversation_id], most)]


def parents(
    cursor: DuckDBPyConnection,
    items: Sequence[ThreadItem],
    thread_id: str,
    *,
    root: ThreadItem | None,
    people: People,
    most: int = 12,
) -> list[ThreadItem]:
    """Return the posts that `items` hang on, oldest first: what they answer and quote, up to the root of the thread.

    `root`: the post with the id `thread_id`, unless it is among `items`; None: it is not stored.
    """
    found = {} if root is None else {root.item.id: root}
    asked = {thread_id, *(line.item.id for line in items)}
    wanted = _hangs_on([*items, *found.values()])
    while (missing := sorted(wanted - asked)[: most - len(found)]) and len(found) < most:
        above = items_by_id(cursor, missing, people)
        asked.update(missing)
        found |= {line.item.id: line for line in above}
        wanted |= _hangs_on(above)
    return sorted(found.values(), key=lambda line: (line.item.sent_at, line.item.id))


def _hangs_on(items: Iterable[ThreadItem]) -> set[str]:
    return {parent for line in items for parent in (line.item.reply_to_id, line.item.quoted_id) if parent}


def _items(cursor: DuckDBPyConnection, condition: str, values: list[str], people: People) -> list[ThreadItem]:
    rows = cursor.execute(f"SELECT {', '.join((*_ITEM, *_OURS))} FROM interactions WHERE {condition}", values)
    found = [named((*_ITEM, *_OURS), line) for line in rows.fetchall()]
    if not found:
        return []
    found.sort(key=itemgetter("sent_at", "id"))  # the engine takes half as long again to put two rows in order
    authors = people.of(data["author_id"] for data in found)
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
    if not ids:
        return {}
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
    return People(cursor).of(ids)


def moods(cursor: DuckDBPyConnection, ids: Sequence[str]) -> dict[SentimentLabel, int]:
    """Return how many of those items carry each sentiment."""
    if not ids:
        return {}
    rows = cursor.execute(
        f"SELECT sentiment_label, count(*) FROM scores WHERE interaction_id IN ({marks(ids)}) GROUP BY ALL", list(ids)
    ).fetchall()
    return {SentimentLabel(label): count for label, count in rows}


def excerpts(cursor: DuckDBPyConnection, ids: Sequence[str]) -> dict[str, str]:
    """Return the beginnings of those items' texts, by item id."""
    if not ids:
        return {}
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

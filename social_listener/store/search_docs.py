"""What the search index has of the database: one document for every item and every note of a conversation.

Those of posts that are context only are not searched; they are there so that the items of a conversation are found.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa

from social_listener.search.words import fold, tokens
from social_listener.store.rows import marks
from social_listener.store.staging import chunks, staged

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from duckdb import DuckDBPyConnection

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
#: what is read of an item at a time when everything is read
BATCH: Final = 20_000

_ITEM: Final = """
    SELECT id, conversation_id, text, sent_at, CASE WHEN outbound THEN 'ours' ELSE 'theirs' END, context
    FROM interactions WHERE {which}"""
_TALK: Final = ("status", "private", "channel", "account_id", "contact_id", "thread_id")
_NOTE: Final = """
    SELECT n.id, n.conversation_id, n.text, n.created_at, 'note', NULL, NULL, c.status, c.private, c.channel,
           c.account_id, p.name, p.handle, c.contact_id, c.thread_id, FALSE
    FROM notes n JOIN conversations c ON c.id = n.conversation_id LEFT JOIN contacts p ON p.id = c.contact_id
    WHERE {which}"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Doc:
    """One item or note as the index has it."""

    conversation_id: str
    item_id: str
    contact_id: str  #: of the conversation
    thread_id: str
    said: tuple[str, ...]  #: the words of its text
    who: tuple[str, ...]  #: the words of the contact's name and handle
    flags: tuple[str, ...]  #: what it is; a word each
    sent: int  #: µs since 1970


def flag(name: str, value: str) -> str:
    """Return the word that stands in the index for a property: one word, whatever the value holds."""
    return f"{name}={'_'.join(fold(value).split())}"


def micros(moment: datetime) -> int:
    """Return a moment in µs since 1970."""
    return (moment - _EPOCH) // (datetime.resolution)


def of(cursor: DuckDBPyConnection, conversation_ids: Collection[str]) -> Iterator[Doc]:
    """Yield everything said and noted in those conversations."""
    for part in chunks(sorted(conversation_ids)):
        sql = _ITEM.format(which="conversation_id IN (SELECT wanted FROM stage)")
        yield from _docs(cursor, _staged(cursor, sql, part))
        noted = _NOTE.format(which=f"n.conversation_id IN ({marks(part)})")
        yield from map(_doc, cursor.execute(noted, part).fetchall())


def items(cursor: DuckDBPyConnection, first: int) -> list[Doc] | None:
    """Return what stands in the next rows of the table of items, from that row number on; None: there are no more.

    Every table is gone through with a short list in memory: a join over all of them would not fit. Row numbers hold
    within one snapshot only, so the whole table has to be read with one cursor.
    """
    ((last,),) = cursor.execute("SELECT coalesce(max(rowid), -1) FROM interactions").fetchall()
    if first > last:
        return None
    sql = _ITEM.format(which="rowid >= ? AND rowid < ?")
    return _docs(cursor, cursor.execute(sql, [first, first + BATCH]).fetchall())


def _docs(cursor: DuckDBPyConnection, rows: Sequence[Sequence[Any]]) -> list[Doc]:
    """Return the documents of items; those of no conversation are left out."""
    talks = _rows(cursor, "conversations", "id", _TALK, {row[1] for row in rows})
    people = _rows(cursor, "contacts", "id", ("name", "handle"), {talk[4] for talk in talks.values()})
    scores = _rows(cursor, "scores", "interaction_id", ("language", "sentiment_label"), {row[0] for row in rows})
    found = []
    for item_id, conversation_id, text, sent_at, side, context in rows:
        talk = talks.get(conversation_id)
        if talk is not None:
            about, person = scores.get(item_id, (None, None)), people.get(talk[4], ("", ""))
            place = (*talk[:4], *person, *talk[4:], context)
            found.append(_doc((item_id, conversation_id, text, sent_at, side, *about, *place)))
    return found


def _rows(
    cursor: DuckDBPyConnection, table: str, key: str, names: Sequence[str], ids: Collection[str]
) -> dict[str, tuple[Any, ...]]:
    """Return columns of the rows of those keys."""
    sql = f"SELECT {key}, {', '.join(names)} FROM {table} WHERE {key} IN (SELECT wanted FROM stage)"
    return {row[0]: row[1:] for row in _staged(cursor, sql, ids)}


def _staged(cursor: DuckDBPyConnection, sql: str, ids: Collection[str]) -> list[Any]:
    """Return the rows of a statement that looks for ids in `stage`: the list is the small side of the join."""
    with staged(cursor, pa.table({"wanted": pa.array(list(ids), pa.string())})):
        return cursor.execute(sql).fetchall()


def notes(cursor: DuckDBPyConnection) -> list[Doc]:
    """Return every note."""
    return [_doc(row) for row in cursor.execute(_NOTE.format(which="TRUE")).fetchall()]


def count(cursor: DuckDBPyConnection) -> int:
    """Return how many items there are to be taken up."""
    row = cursor.execute("SELECT count(*) FROM interactions").fetchone()
    return int(row[0]) if row else 0


def _doc(row: Sequence[Any]) -> Doc:
    item_id, conversation_id, text, sent_at, side, language, mood, *talk = row
    status, private, channel, account_id, name, handle, contact_id, thread_id, context = talk[:9]
    flags = [
        *(["context"] if context else ["doc", "shut" if status == "resolved" else "open"]),
        "note" if side == "note" else "item",
        side,
        flag("private", "yes" if private else "no"),
        flag("channel", channel),
        flag("account", account_id),
    ]
    if language:
        flags.append(flag("lang", language))
    if mood:
        flags.append(flag("sentiment", mood))
    return Doc(
        conversation_id=conversation_id,
        item_id=item_id,
        contact_id=contact_id,
        thread_id=thread_id,
        said=tokens(text),
        who=tokens(f"{name or ''} {handle or ''}"),
        flags=tuple(flags),
        sent=micros(sent_at),
    )

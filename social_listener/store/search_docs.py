"""What the search index has of the database: one document for every item and every note of a conversation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from social_listener.search.words import fold, tokens
from social_listener.store.rows import marks
from social_listener.store.staging import chunks

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from duckdb import DuckDBPyConnection

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
#: what is read of an item at a time when everything is read
BATCH: Final = 20_000

_ITEM: Final = """
    SELECT i.id, i.conversation_id, i.text, i.sent_at, CASE WHEN i.outbound THEN 'ours' ELSE 'theirs' END,
           s.language, s.sentiment_label, c.status, c.private, c.channel, c.account_id, p.name, p.handle, {more}
    FROM interactions i JOIN conversations c ON c.id = i.conversation_id
    LEFT JOIN contacts p ON p.id = c.contact_id LEFT JOIN scores s ON s.interaction_id = i.id
    WHERE NOT i.context AND {which}"""
_NOTE: Final = """
    SELECT n.id, n.conversation_id, n.text, n.created_at, 'note', NULL, NULL, c.status, c.private, c.channel,
           c.account_id, p.name, p.handle
    FROM notes n JOIN conversations c ON c.id = n.conversation_id LEFT JOIN contacts p ON p.id = c.contact_id
    WHERE {which}"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Doc:
    """One item or note as the index has it."""

    conversation_id: str
    item_id: str
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
        items = _ITEM.format(more="NULL", which=f"i.conversation_id IN ({marks(part)})")
        for row in cursor.execute(items, part).fetchall():
            yield _doc(row)
        notes = _NOTE.format(which=f"n.conversation_id IN ({marks(part)})")
        for row in cursor.execute(notes, part).fetchall():
            yield _doc(row)


def items(cursor: DuckDBPyConnection, after: tuple[datetime, str]) -> tuple[list[Doc], tuple[datetime, str] | None]:
    """Return items, as they were first seen, after that moment and id; and where to go on, None at the end."""
    which = "(i.first_seen_at > ? OR (i.first_seen_at = ? AND i.id > ?)) AND i.first_seen_at >= ?"
    sql = f"{_ITEM.format(more='i.first_seen_at', which=which)} ORDER BY i.first_seen_at, i.id LIMIT ?"
    rows = cursor.execute(sql, [after[0], *after, after[0], BATCH]).fetchall()
    end = (rows[-1][-1].astimezone(UTC), rows[-1][0]) if len(rows) == BATCH else None
    return [_doc(row) for row in rows], end


def notes(cursor: DuckDBPyConnection) -> list[Doc]:
    """Return every note."""
    return [_doc(row) for row in cursor.execute(_NOTE.format(which="TRUE")).fetchall()]


def count(cursor: DuckDBPyConnection) -> int:
    """Return how many items there are to be taken up."""
    row = cursor.execute("SELECT count(*) FROM interactions WHERE NOT context").fetchone()
    return int(row[0]) if row else 0


def _doc(row: Sequence[Any]) -> Doc:
    item_id, conversation_id, text, sent_at, side, language, mood, *talk = row
    status, private, channel, account_id, name, handle = talk[:6]
    flags = [
        "doc",
        side,
        "shut" if status == "resolved" else "open",
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
        said=tokens(text),
        who=tokens(f"{name or ''} {handle or ''}"),
        flags=tuple(flags),
        sent=micros(sent_at),
    )

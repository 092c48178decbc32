"""Words looked for in texts, names and handles; and conversations that were resolved, which no queue row tells of."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from social_listener.model import Status
from social_listener.store.queue import ListedRow, as_row, complete
from social_listener.store.rows import marks, pattern

if TYPE_CHECKING:
    from collections.abc import Sequence

    from duckdb import DuckDBPyConnection

    from social_listener.desk_types import QueueFilter

#: a search looks no further once it has found so many conversations for one word
MOST_FOUND = 2_000
#: words of a search that count; more only make it slower
MOST_WORDS = 6
#: how many resolved conversations, newest first, are looked through when a filter needs their last item
MOST_RESOLVED = 2_000


def search(cursor: DuckDBPyConnection, text: str) -> list[str] | None:
    """Return the conversations in which every word of `text` is found, newest first; None when `text` is empty.

    A word may stand in what was said by either side, or in the contact's name or handle; upper and lower case are the
    same. Of each word the newest `MOST_FOUND` conversations count.
    """
    words = [word.removeprefix("@") for word in text.split()][:MOST_WORDS]
    words = [word for word in words if word]
    if not words:
        return None
    found = _with_word(cursor, words[0])
    for word in words[1:]:
        others = set(_with_word(cursor, word))
        found = [conversation_id for conversation_id in found if conversation_id in others]
    return found


def _with_word(cursor: DuckDBPyConnection, word: str) -> list[str]:
    """Return the newest conversations with one word."""
    like = pattern(word)
    rows = cursor.execute(
        """SELECT conversation_id FROM (
               SELECT conversation_id, max(sent_at) AS newest FROM interactions
               WHERE text ILIKE ? ESCAPE '\\' AND NOT context GROUP BY conversation_id
               UNION ALL
               SELECT id, last_at FROM conversations WHERE contact_id IN (
                   SELECT id FROM contacts WHERE name ILIKE ? ESCAPE '\\' OR handle ILIKE ? ESCAPE '\\')
           ) GROUP BY conversation_id ORDER BY max(newest) DESC, conversation_id LIMIT ?""",
        [like, like, like, MOST_FOUND],
    ).fetchall()
    return [row[0] for row in rows]


def resolved(
    cursor: DuckDBPyConnection, wanted: QueueFilter, *, found: Sequence[str] | None, limit: int, offset: int
) -> list[ListedRow]:
    """Return resolved conversations, the newest first."""
    condition, values = _plain(wanted, found)
    narrow, narrow_values = _by_item(wanted)
    most = MOST_RESOLVED if narrow else limit + offset
    rows = cursor.execute(
        f"""SELECT c.id, c.channel, c.account_id, coalesce(i.stream_id, ''), coalesce(i.kind, 'message'), c.private,
                   c.status, c.assignee, c.snoozed_until, coalesce(c.newest_id, ''), 0, CAST(NULL AS TIMESTAMPTZ),
                   coalesce(s.sentiment_label, 'unsure'), s.language, coalesce(p.name, ''), coalesce(p.handle, ''),
                   coalesce(left(i.text, 200), ''), c.last_at, 0
            FROM (SELECT * FROM conversations WHERE {condition} ORDER BY last_at DESC, id LIMIT ?) c
            LEFT JOIN interactions i ON i.id = c.newest_id
            LEFT JOIN scores s ON s.interaction_id = c.newest_id LEFT JOIN contacts p ON p.id = c.contact_id
            WHERE {narrow or "TRUE"} ORDER BY c.last_at DESC, c.id LIMIT ? OFFSET ?""",
        [*values, most, *narrow_values, limit, offset],
    ).fetchall()
    return complete(cursor, [replace(as_row(row), status=Status.RESOLVED) for row in rows])


def count_resolved(cursor: DuckDBPyConnection, wanted: QueueFilter, found: Sequence[str] | None) -> int:
    """Return how many resolved conversations there are; with a filter on their items, among the newest ones."""
    condition, values = _plain(wanted, found)
    narrow, narrow_values = _by_item(wanted)
    if narrow:
        query = f"""SELECT count(*) FROM (
                        SELECT newest_id FROM conversations WHERE {condition} ORDER BY last_at DESC, id LIMIT ?) c
                    LEFT JOIN interactions i ON i.id = c.newest_id
                    LEFT JOIN scores s ON s.interaction_id = c.newest_id WHERE {narrow}"""
        values = [*values, MOST_RESOLVED, *narrow_values]
    else:
        query = f"SELECT count(*) FROM conversations WHERE {condition}"
    row = cursor.execute(query, values).fetchone()
    return int(row[0]) if row else 0


def _plain(wanted: QueueFilter, found: Sequence[str] | None) -> tuple[str, list[object]]:
    """Return the condition on conversations alone."""
    columns = {
        "channel": wanted.channel,
        "account_id": wanted.account_id,
        "private": wanted.private,
        "assignee": wanted.assignee,
    }
    parts = ["status = 'resolved'", *(f"{name} = ?" for name, value in columns.items() if value is not None)]
    values: list[object] = [value for value in columns.values() if value is not None]
    if found is not None:
        parts.append(f"id IN ({marks(found)})")
        values.extend(found)
    return " AND ".join(parts), values


def _by_item(wanted: QueueFilter) -> tuple[str, list[object]]:
    """Return the condition on the last item."""
    columns = {"s.sentiment_label": wanted.sentiment, "s.language": wanted.language, "i.stream_id": wanted.stream_id}
    parts = [f"{name} = ?" for name, value in columns.items() if value is not None]
    return " AND ".join(parts), [value for value in columns.values() if value is not None]

"""Words looked for in texts, names and handles; and conversations that no queue row tells of: resolved, or silenced."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from social_listener.desk_types import View
from social_listener.store.queue import ListedRow, complete
from social_listener.store.rows import marks, named, pattern

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from duckdb import DuckDBPyConnection

    from social_listener.desk_types import QueueFilter
    from social_listener.store.queue import Factors

#: a search looks no further once it has found so many conversations for one word
MOST_FOUND = 2_000
#: words of a search that count; more only make it slower
MOST_WORDS = 6
#: how many resolved conversations, newest first, are looked through when a filter needs their last item
MOST_RESOLVED = 2_000


def search(cursor: DuckDBPyConnection, text: str) -> list[str] | None:
    """Return the conversations in which every word of `text` is found, newest first; None when `text` is empty.

    A word may stand in what was said by either side, or in the contact's name or handle; upper and lower case are the
    same. Of each word about the newest `MOST_FOUND` conversations count.
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
    said = cursor.execute(
        """SELECT conversation_id, sent_at FROM interactions WHERE text ILIKE ? ESCAPE '\\' AND NOT context
           ORDER BY sent_at DESC LIMIT ?""",
        [like, MOST_FOUND * 3],
    ).fetchall()
    known = cursor.execute(
        """SELECT id, last_at FROM conversations WHERE contact_id IN (
               SELECT id FROM contacts WHERE name ILIKE ? ESCAPE '\\' OR handle ILIKE ? ESCAPE '\\')
           ORDER BY last_at DESC LIMIT ?""",
        [like, like, MOST_FOUND],
    ).fetchall()
    newest_first = sorted([*said, *known], key=lambda row: row[1], reverse=True)
    return list(dict.fromkeys(row[0] for row in newest_first))[:MOST_FOUND]


def resolved(
    cursor: DuckDBPyConnection,
    wanted: QueueFilter,
    *,
    found: Sequence[str] | None,
    factors: Factors,
    limit: int,
    offset: int,
) -> list[ListedRow]:
    """Return resolved conversations, or with View.SPAM those of silenced contacts, the newest first."""
    rows = _newest(cursor, wanted, found, MOST_RESOLVED if is_narrow(wanted) else limit + offset)
    return complete(cursor, _with_items(cursor, rows[offset : offset + limit]), factors)


def count_resolved(cursor: DuckDBPyConnection, wanted: QueueFilter, found: Sequence[str] | None) -> int:
    """Return how many resolved conversations there are; with a filter on their items, among the newest ones."""
    if is_narrow(wanted):
        return len(_newest(cursor, wanted, found, MOST_RESOLVED))
    condition, values = _plain(wanted, found)
    row = cursor.execute(f"SELECT count(*) FROM conversations WHERE {condition}", values).fetchone()
    return int(row[0]) if row else 0


def versions(cursor: DuckDBPyConnection, wanted: QueueFilter, found: Sequence[str] | None) -> dict[str, int]:
    """Return the versions of all conversations that a filter finds outside the queue; narrow ones: of the newest."""
    if is_narrow(wanted):
        return {row["conversation_id"]: row["version"] for row in _newest(cursor, wanted, found, MOST_RESOLVED)}
    condition, values = _plain(wanted, found)
    return dict(
        cursor.execute(f"SELECT id, version FROM conversations WHERE {condition} ORDER BY id", values).fetchall()
    )


def is_narrow(wanted: QueueFilter) -> bool:
    """Return whether a filter asks for something of the last item, which makes counting resolved ones slow."""
    return any((wanted.sentiment, wanted.language, wanted.stream_id))


_NEWEST = (
    *("conversation_id", "channel", "account_id", "private", "status", "assignee", "snoozed_until", "item_id"),
    "version",
    "labels",
)
_NEWEST_MORE = ("contact_id", "last_at")


def _newest(
    cursor: DuckDBPyConnection, wanted: QueueFilter, found: Sequence[str] | None, most: int
) -> list[dict[str, Any]]:
    """Return the newest resolved conversations, of at most `most` those that the filter leaves."""
    condition, values = _plain(wanted, found)
    rows = cursor.execute(
        f"""SELECT id, channel, account_id, private, status, assignee, snoozed_until, coalesce(newest_id, ''),
                   version, labels, contact_id, last_at
            FROM conversations WHERE {condition} ORDER BY last_at DESC, id LIMIT ?""",
        [*values, most],
    ).fetchall()
    named_rows = [named((*_NEWEST, *_NEWEST_MORE), row) for row in rows]
    kept = {row["item_id"] for row in named_rows}
    scored = {"sentiment_label": wanted.sentiment, "language": wanted.language}
    kept = _matching(cursor, "scores", "interaction_id", kept, scored)
    kept = _matching(cursor, "interactions", "id", kept, {"stream_id": wanted.stream_id})
    return [row for row in named_rows if row["item_id"] in kept]


def _matching(
    cursor: DuckDBPyConnection, table: str, key: str, ids: set[str], columns: Mapping[str, str | None]
) -> set[str]:
    """Return those of `ids` whose row in `table` has what `columns` ask for; all when they ask for nothing."""
    asked = {name: value for name, value in columns.items() if value is not None}
    if not asked:
        return ids
    conditions = " AND ".join(f"{name} = ?" for name in asked)
    rows = cursor.execute(
        f"SELECT {key} FROM {table} WHERE {key} IN ({marks(list(ids))}) AND {conditions}", [*ids, *asked.values()]
    ).fetchall()
    return {row[0] for row in rows}


def _with_items(cursor: DuckDBPyConnection, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the rows as the queue has them, with what their last items and contacts tell."""
    items = [row["item_id"] for row in rows]
    said = _by_key(cursor, "interactions", "id", ("stream_id", "kind", "left(text, 200)"), items)
    scores = _by_key(cursor, "scores", "interaction_id", ("sentiment_label", "language"), items)
    people = _by_key(cursor, "contacts", "id", ("name", "handle"), [row["contact_id"] for row in rows])
    complete_rows = []
    for row in rows:
        stream_id, kind, excerpt = said.get(row["item_id"], (None, "message" if row["private"] else "mention", ""))
        sentiment, language = scores.get(row["item_id"], ("unsure", None))
        name, handle = people.get(row["contact_id"], ("", ""))
        told = {name_: row[name_] for name_ in (*_NEWEST, "last_at")}
        told |= {"stream_id": stream_id or "", "kind": kind, "excerpt": excerpt, "sentiment": sentiment}
        told |= {"language": language, "name": name, "handle": handle}
        complete_rows.append(told | {"priority": 0, "waiting_since": None, "unanswered": 0})
    return complete_rows


def _by_key(
    cursor: DuckDBPyConnection, table: str, key: str, names: Sequence[str], ids: Sequence[str]
) -> dict[str, tuple[Any, ...]]:
    """Return columns of rows by their key."""
    rows = cursor.execute(
        f"SELECT {key}, {', '.join(names)} FROM {table} WHERE {key} IN ({marks(ids)})", list(ids)
    ).fetchall()
    return {row[0]: row[1:] for row in rows}


def _plain(wanted: QueueFilter, found: Sequence[str] | None) -> tuple[str, list[object]]:
    """Return the condition on conversations alone."""
    columns = {
        "channel": wanted.channel,
        "account_id": wanted.account_id,
        "private": wanted.private,
        "assignee": wanted.assignee,
    }
    silenced = "status <> 'resolved' AND contact_id IN (SELECT contact_id FROM silences)"
    status = silenced if wanted.view is View.SPAM else "status = 'resolved'"
    parts = [status, *(f"{name} = ?" for name, value in columns.items() if value is not None)]
    values: list[object] = [value for value in columns.values() if value is not None]
    if wanted.label is not None:
        parts.append("labels LIKE ?")
        values.append(f"%{wanted.label}%")
    if found is not None:
        parts.append(f"id IN ({marks(found)})")
        values.extend(found)
    return " AND ".join(parts), values

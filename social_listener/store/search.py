"""Conversations that no queue row tells of: resolved, or silenced."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from social_listener.desk_types import View
from social_listener.store.due import DUE
from social_listener.store.queue import ListedRow, complete
from social_listener.store.rows import among, few, marks, named
from social_listener.store.sought import BOTH, FEW, condition

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from duckdb import DuckDBPyConnection

    from social_listener.desk_types import QueueFilter, QueuePlace
    from social_listener.store.queue import Factors
    from social_listener.store.sought import Sought

_RESOLVED: Final = "status = 'resolved'"
_SILENCED: Final = "status <> 'resolved' AND contact_id IN (SELECT contact_id FROM silences)"
_SELDOM: Final = (View.SPAM, View.IN_DOUBT, View.TO_APPROVE)
#: how many resolved conversations, newest first, are looked through when a filter needs their last item
MOST_RESOLVED = 2_000


def resolved(
    cursor: DuckDBPyConnection,
    wanted: QueueFilter,
    *,
    sought: Sought | None,
    factors: Factors,
    limit: int,
    after: QueuePlace | None = None,
    only: Collection[str] | None = None,
) -> list[ListedRow]:
    """Return resolved conversations, the newest first: behind `after`, or those of `only`.

    With View.SPAM those of silenced contacts; with a view of `BOTH` what it asks for of either.
    """
    if _all_in_queue(cursor, wanted.view):
        return []
    most = MOST_RESOLVED if is_narrow(wanted) else limit
    rows = _newest(cursor, wanted, sought, most, after=after, only=only)
    return complete(cursor, _with_items(cursor, rows[:limit]), factors)


def count_resolved(cursor: DuckDBPyConnection, wanted: QueueFilter, sought: Sought | None) -> int:
    """Return how many resolved conversations there are; with a filter on their items, among the newest ones."""
    if _all_in_queue(cursor, wanted.view):
        return 0
    if is_narrow(wanted):
        return len(_newest(cursor, wanted, sought, MOST_RESOLVED))
    table, values = _table(wanted, sought)
    where, more = _plain(wanted, sought)
    ((number,),) = cursor.execute(f"{table} SELECT count(*) FROM few WHERE {where}", [*values, *more]).fetchall()
    return int(number)


def _all_in_queue(cursor: DuckDBPyConnection, view: View) -> bool:
    """Return whether a view of `BOTH` holds conversations of the queue only, as nearly always."""
    if view not in BOTH:
        return False
    return not cursor.execute(f"{BOTH[view]} EXCEPT SELECT conversation_id FROM queue LIMIT 1").fetchall()


def seldom(cursor: DuckDBPyConnection) -> frozenset[View]:
    """Return those of the views that are mostly empty, and counted in a way of their own, which are not."""
    rows = cursor.execute(
        """SELECT EXISTS (SELECT 1 FROM silences),
                  EXISTS (SELECT 1 FROM replies WHERE state = 'in_doubt'),
                  EXISTS (SELECT 1 FROM proposals WHERE state = 'waiting')"""
    ).fetchall()
    return frozenset(view for view, some in zip(_SELDOM, rows[0], strict=True) if some)


def versions(cursor: DuckDBPyConnection, wanted: QueueFilter, sought: Sought | None) -> dict[str, int]:
    """Return the versions of all conversations that a filter finds outside the queue; narrow ones: of the newest."""
    if is_narrow(wanted):
        return {row["conversation_id"]: row["version"] for row in _newest(cursor, wanted, sought, MOST_RESOLVED)}
    table, values = _table(wanted, sought)
    where, more = _plain(wanted, sought)
    sql = f"{table} SELECT id, version FROM few WHERE {where} ORDER BY id"
    return dict(cursor.execute(sql, [*values, *more]).fetchall())


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
    cursor: DuckDBPyConnection,
    wanted: QueueFilter,
    sought: Sought | None,
    most: int,
    *,
    after: QueuePlace | None = None,
    only: Collection[str] | None = None,
) -> list[dict[str, Any]]:
    """Return the newest resolved conversations, of at most `most` those that the filter leaves."""
    table, values = _table(wanted, sought, only)
    where, more = _plain(wanted, sought)
    if after is not None:
        where += " AND (last_at < ? OR (last_at = ? AND id > ?))"
        more += [after.last_at, after.last_at, after.conversation_id]
    rows = cursor.execute(
        f"""{table}
            SELECT id, channel, account_id, private, status, assignee, snoozed_until, coalesce(newest_id, ''),
                   version, labels, contact_id, last_at
            FROM few WHERE {where} ORDER BY last_at DESC, id LIMIT ?""",
        [*values, *more, most],
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
    if len(ids) <= FEW:
        sql = f"{few(table, list(ids), key)} SELECT {key} FROM few WHERE {conditions}"
    else:  # to look so many up one by one takes longer than to read the columns
        sql = f"SELECT {key} FROM {table} WHERE {key} IN ({marks(list(ids))}) AND {conditions}"
    return {row[0] for row in cursor.execute(sql, [*ids, *asked.values()]).fetchall()}


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
        told |= dict.fromkeys(DUE)
        complete_rows.append(told | {"priority": 0, "waiting_since": None, "unanswered": 0, "urgency": -1})
    return complete_rows


def _by_key(
    cursor: DuckDBPyConnection, table: str, key: str, names: Sequence[str], ids: Sequence[str]
) -> dict[str, tuple[Any, ...]]:
    """Return columns of rows by their key."""
    rows = cursor.execute(
        f"SELECT {key}, {', '.join(names)} FROM {table} WHERE {key} IN ({marks(ids)})", list(ids)
    ).fetchall()
    return {row[0]: row[1:] for row in rows}


def _table(wanted: QueueFilter, sought: Sought | None, only: Collection[str] | None = None) -> tuple[str, list[object]]:
    """Return what `few` stands for: those of `only`, or what a search found if it is little; else all conversations."""
    if only is None and sought is not None and wanted.view is View.RESOLVED and sought.resolved is not None:
        only = sought.resolved if len(sought.resolved) <= FEW else None
    if only is None:
        return "WITH few AS NOT MATERIALIZED (SELECT * FROM conversations)", []
    return few("conversations", list(only)), list(only)


def _plain(wanted: QueueFilter, sought: Sought | None) -> tuple[str, list[object]]:
    """Return the condition on conversations alone."""
    columns = {
        "channel": wanted.channel,
        "account_id": wanted.account_id,
        "private": wanted.private,
        "assignee": wanted.assignee,
    }
    parts = [f"{name} = ?" for name, value in columns.items() if value is not None]
    values: list[object] = [value for value in columns.values() if value is not None]
    if wanted.view in BOTH:
        parts.append(f"id IN ({BOTH[wanted.view]})")
    if wanted.team_id is not None:
        parts.append("id IN (SELECT id FROM assignments WHERE team_id = ?)")
        values.append(wanted.team_id)
    if wanted.label is not None:
        parts.append("labels LIKE ?")
        values.append(f"%{wanted.label}%")
    if wanted.due_within is not None:
        parts.append("FALSE")  # nothing is due in what is resolved
    text, more = _outside(wanted.view, sought)
    theirs, accounts = among("account_id", wanted.within)
    return " AND ".join([*parts, text, theirs]), [*values, *more, *accounts]


def _outside(view: View, sought: Sought | None) -> tuple[str, list[object]]:
    """Return the condition on the status, with what a search asks for of such a conversation."""
    silenced, silenced_values = condition(sought, "spam")
    if view is View.SPAM:
        return f"{_SILENCED} AND {silenced}", silenced_values
    resolved_, values = condition(sought, "resolved")
    if view not in BOTH:
        return f"{_RESOLVED} AND {resolved_}", values
    return f"(({_RESOLVED} AND {resolved_}) OR ({_SILENCED} AND {silenced}))", [*values, *silenced_values]

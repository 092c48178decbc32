"""What a spike comes to at a moment, counted from its items, and the items behind each number."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from social_listener.desk_types.crisis import Behind, SpikeFigures
from social_listener.desk_types.insights import ItemLine
from social_listener.store.rows import among, few, marks, named
from social_listener.store.stats import COUNTED

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from duckdb import DuckDBPyConnection

_QUARTER: Final = timedelta(minutes=15)
#: an item that nobody answered, of a conversation that waits in the queue: snoozed or not, muted ones are not in it
_WAITS: Final = """(i.answered_at IS NULL AND i.conversation_id IN (
    SELECT conversation_id FROM queue WHERE waiting_since IS NOT NULL))"""
_LABEL: Final = "CASE WHEN s.sentiment IS NULL THEN 'none' ELSE s.sentiment_label END"


def figures(
    cursor: DuckDBPyConnection, since: datetime, until: datetime, accounts: Collection[str] | None
) -> SpikeFigures:
    """Return what was said in [since, until) on those accounts; None: on all."""
    theirs, values = among("i.account_id", accounts)
    row = cursor.execute(
        f"""SELECT count(*), count(*) FILTER ({_LABEL} = 'negative'), count(s.sentiment), count(DISTINCT i.author_id),
                   coalesce(sum(i.reach), 0)::BIGINT, count(i.answered_at), count(*) FILTER ({_WAITS}),
                   count(DISTINCT i.conversation_id) FILTER ({_WAITS})
            FROM interactions i LEFT JOIN scores s ON s.interaction_id = i.id
            WHERE {COUNTED} AND i.sent_at >= ? AND i.sent_at < ? AND {theirs}""",
        [since, until, *values],
    ).fetchone()
    items, negative, scored, people, reach, answered, waiting, talks = row or (0,) * 8
    return SpikeFigures(
        items=items,
        negative=negative,
        scored=scored,
        people=people,
        reach=reach,
        answered=answered,
        waiting=waiting,
        talks=talks,
    )


def counts(cursor: DuckDBPyConnection, ends: Sequence[datetime], accounts: Collection[str] | None) -> tuple[int, ...]:
    """Return how many items lie in each stretch between neighbours of `ends`, which rise."""
    theirs, values = among("i.account_id", accounts)
    columns = ", ".join("count(*) FILTER (i.sent_at >= ? AND i.sent_at < ?)" for _ in ends[1:])
    pairs = [moment for pair in pairwise(ends) for moment in pair]
    row = cursor.execute(
        f"SELECT {columns} FROM interactions i WHERE {COUNTED} AND i.sent_at >= ? AND i.sent_at < ? AND {theirs}",
        [*pairs, ends[0], ends[-1], *values],
    ).fetchone()
    return tuple(row or ())


def listed(
    cursor: DuckDBPyConnection,
    span: tuple[datetime, datetime],
    accounts: Collection[str] | None,
    which: tuple[Behind, str],
    *,
    limit: int,
    after: tuple[datetime, str] | None = None,
) -> tuple[int, list[ItemLine]]:
    """Return how many items of [since, until) lie behind a number, and some of them, newest first, behind `after`.

    `Behind.WORD` is not answered here: words are not told apart in the database.
    """
    theirs, values = among("i.account_id", accounts)
    special, more = _special(*which)
    counted = "i.outbound AND NOT i.context AND i.deleted_at IS NULL" if which[0] is Behind.OURS else COUNTED
    source = f"""FROM interactions i LEFT JOIN scores s ON s.interaction_id = i.id
                 WHERE {counted} AND i.sent_at >= ? AND i.sent_at < ? AND {theirs} AND {special}"""
    everything = [*span, *values, *more]
    total = cursor.execute(f"SELECT count(*) {source}", everything).fetchone()
    beyond = "" if after is None else "AND (i.sent_at < ? OR (i.sent_at = ? AND i.id < ?))"
    place = [] if after is None else [after[0], after[0], after[1]]
    rows = cursor.execute(
        f"SELECT {_COLUMNS} {source} {beyond} ORDER BY i.sent_at DESC, i.id DESC LIMIT ?",
        [*everything, *place, limit],
    ).fetchall()
    return (total[0] if total else 0), _lines(cursor, rows)


def called(cursor: DuckDBPyConnection, people: Collection[str], posts: Collection[str]) -> dict[str, str]:
    """Return the names of people by id, and the words of posts; a post that is not stored, or was deleted, has none."""
    wanted, roots = sorted(set(people)), sorted(set(posts))
    rows = cursor.execute(
        f"""SELECT id, coalesce(nullif(name, ''), handle), false FROM contacts WHERE id IN ({marks(wanted)})
            UNION ALL SELECT id, text, private FROM interactions WHERE id IN ({marks(roots)})""",
        [*wanted, *roots],
    ).fetchall()
    # Asked for more than the ids, DuckDB would read the whole table instead of its index (rows.few).
    return {one: words for one, words, private in rows if words and not private}


def by_ids(cursor: DuckDBPyConnection, ids: Collection[str], accounts: Collection[str] | None) -> list[ItemLine]:
    """Return those of the items that still count and stand on those accounts, newest first."""
    wanted = sorted(set(ids))
    theirs, values = among("i.account_id", accounts)
    rows = cursor.execute(
        f"""{few("interactions", wanted)}
            SELECT {_COLUMNS} FROM few i LEFT JOIN scores s ON s.interaction_id = i.id
            WHERE {COUNTED} AND {theirs} ORDER BY i.sent_at DESC, i.id DESC""",
        [*wanted, *values],
    ).fetchall()
    return _lines(cursor, rows)


_NAMES: Final = (
    *("id", "channel", "account_id", "conversation_id", "author", "private", "text", "sent_at", "sentiment_label"),
    *("language", "reach", "answered_at", "url"),
)
_COLUMNS: Final = f"""i.id, i.channel, i.account_id, i.conversation_id, i.author_id, i.private, i.text, i.sent_at,
    {_LABEL}, coalesce(CASE WHEN s.scorer IS NULL THEN i.language ELSE s.language END, ''), i.reach, i.answered_at,
    i.url"""


def _lines(cursor: DuckDBPyConnection, rows: Sequence[Sequence[object]]) -> list[ItemLine]:
    """Return items as pages list them, with their authors' names."""
    people = sorted({str(row[4]) for row in rows})
    names = dict(
        cursor.execute(
            f"SELECT id, coalesce(nullif(name, ''), handle) FROM contacts WHERE id IN ({marks(people)})", people
        ).fetchall()
    )
    found = [named(_NAMES, row) for row in rows]
    return [ItemLine(**one | {"author": names.get(one["author"], "")}) for one in found]


def _special(which: Behind, key: str) -> tuple[str, list[object]]:
    """Return what the items behind a number have in common."""
    if which is Behind.QUARTER:
        since = datetime.fromisoformat(key)
        return "i.sent_at >= ? AND i.sent_at < ?", [since, since + _QUARTER]
    if which is Behind.THREAD:
        return "NOT i.private AND coalesce(i.quoted_id, i.thread_id) = ?", [key]
    plain = {
        Behind.NEGATIVE: f"{_LABEL} = 'negative'",
        Behind.WAITING: _WAITS,
        Behind.ANSWERED: "i.answered_at IS NOT NULL",
    }
    column = {Behind.ACCOUNT: "i.account_id", Behind.PERSON: "i.author_id"}.get(which)
    return (f"{column} = ?", [key]) if column else (plain.get(which, "TRUE"), [])

"""What spikes are found in and told by: counts by quarter and by minute, items, and since when we listen."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from social_listener.desk_types.spikes import SpikeItem
from social_listener.store import stats
from social_listener.store.rows import among, aware, few, marks, named
from social_listener.store.stats import COUNTED

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from duckdb import DuckDBPyConnection

#: account → moment → items, negative ones
Counts = dict[str, dict[datetime, tuple[int, int]]]
#: so many items are looked up one by one; to read the column takes less time than more of that
_FEW: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """How an account is listened to."""

    since: datetime | None  #: since when all its streams are complete; None: not yet
    gaps: tuple[tuple[datetime, datetime], ...]  #: spans that a platform could not give
    well: bool  #: every stream was polled lately, and well


def quarters(cursor: DuckDBPyConnection, since: datetime, until: datetime) -> Counts:
    """Return counts by account and quarter of an hour of [since, until), both on a quarter."""
    found: Counts = defaultdict(dict)
    with stats.counted(cursor, since, until, plain=True) as read:
        rows = cursor.execute(
            f"""SELECT k.account_id, bucket, sum(items)::BIGINT,
                       coalesce(sum(items) FILTER (k.sentiment_label = 'negative'), 0)::BIGINT
                FROM {read.counts} c JOIN {read.keys} k ON k.id = c.key_id GROUP BY ALL"""
        ).fetchall()
    for account_id, bucket, items, negative in rows:
        found[account_id][bucket.astimezone(UTC)] = (items, negative)
    return found


def minutes(cursor: DuckDBPyConnection, since: datetime, until: datetime) -> Counts:
    """Return counts by account and minute of [since, until)."""
    rows = cursor.execute(
        f"SELECT i.id, i.account_id, date_trunc('minute', i.sent_at) FROM interactions i"
        f" WHERE {COUNTED} AND i.sent_at >= ? AND i.sent_at < ?",
        [since, until],
    ).fetchall()
    worse = _negative(cursor, [row[0] for row in rows])
    found: Counts = defaultdict(dict)
    for id_, account_id, moment in rows:
        minute = moment.astimezone(UTC)
        items, negative = found[account_id].get(minute, (0, 0))
        found[account_id][minute] = (items + 1, negative + (id_ in worse))
    return found


def _negative(cursor: DuckDBPyConnection, ids: Sequence[str]) -> set[str]:
    """Return which of those items are negative; few are looked up by key, many in one reading."""
    known = len(ids) <= _FEW
    table = f"{few('scores', ids, 'interaction_id')} SELECT interaction_id FROM few"
    rows = cursor.execute(
        f"""{table if known else "SELECT interaction_id FROM scores"}
            WHERE sentiment IS NOT NULL AND sentiment_label = 'negative'""",
        list(ids) if known else [],
    ).fetchall()
    return {row[0] for row in rows} & set(ids)


def listening(cursor: DuckDBPyConnection, now: datetime) -> dict[str, Listening]:
    """Return how every account with a stream in the settings is listened to."""
    rows = cursor.execute(
        """SELECT account_id, max(complete_from), bool_or(complete_from IS NULL),
                  bool_and(errors = 0 AND coalesce(last_ok_at >= ?, FALSE))
           FROM streams WHERE active GROUP BY account_id ORDER BY account_id""",
        [now - timedelta(minutes=15)],
    ).fetchall()
    gaps: dict[str, list[tuple[datetime, datetime]]] = defaultdict(list)
    for account_id, since, until in cursor.execute(
        "SELECT split_part(stream_id, '/', 1), since, until FROM gaps"
    ).fetchall():
        gaps[account_id].append((since.astimezone(UTC), until.astimezone(UTC)))
    return {
        account_id: Listening(since=None if unknown else aware(since), gaps=tuple(gaps[account_id]), well=bool(well))
        for account_id, since, unknown, well in rows
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """An item as a spike is told by it."""

    id: str
    author_id: str
    text: str
    account_id: str
    conversation_id: str
    thread_id: str
    quoted_id: str | None
    private: bool
    sent_at: datetime
    sentiment: float | None
    label: str
    reach: int | None
    joined_at: datetime | None
    met_at: datetime | None


_LINE: Final = tuple(Line.__dataclass_fields__)


def said(
    cursor: DuckDBPyConnection,
    spans: Sequence[tuple[datetime, datetime]],
    accounts: Collection[str] | None,
    most: int,
    only: Collection[str] | None = None,
) -> list[Line]:
    """Return the newest items of those spans (each [since, until)) on those accounts, None: on all; `most` at most.

    `only`: items of those ids.
    """
    theirs, values = among("i.account_id", accounts)
    chosen, ids = among("i.id", only)
    when = " OR ".join("(i.sent_at >= ? AND i.sent_at < ?)" for _ in spans)
    first, last = min(span[0] for span in spans), max(span[1] for span in spans)
    rows = cursor.execute(
        f"""SELECT i.id, i.author_id, i.text, i.account_id, i.conversation_id, i.thread_id,
                   i.quoted_id, i.private, i.sent_at, i.reach
            FROM interactions i
            WHERE {COUNTED} AND i.sent_at >= ? AND i.sent_at < ? AND ({when}) AND {theirs} AND {chosen}
            ORDER BY i.sent_at DESC, i.id LIMIT ?""",
        [first, last, *(moment for span in spans for moment in span), *values, *ids, most],
    ).fetchall()
    scores = _by_id(
        cursor,
        "scores",
        "interaction_id",
        "CASE WHEN sentiment IS NULL THEN 'none' ELSE sentiment_label END, sentiment",
        [row[0] for row in rows],
    )
    people = _by_id(cursor, "contacts", "id", "joined_at, first_seen_at, followers", [row[1] for row in rows])
    found = []
    for *values_, reach in rows:
        label, sentiment = scores.get(values_[0], ("none", None))
        joined_at, met_at, followers = people.get(values_[1], (None, None, None))
        more = (sentiment, label, followers if reach is None else reach, joined_at, met_at)
        found.append(Line(**named(_LINE, (*values_, *more))))
    return found


class Words(NamedTuple):
    """The words of an item."""

    id: str
    sent_at: datetime
    text: str


def texts(
    cursor: DuckDBPyConnection, span: tuple[datetime, datetime], accounts: Collection[str] | None, most: int
) -> list[Words]:
    """Return what was said in [since, until) on those accounts, None: on all; the newest first, `most` at most."""
    theirs, values = among("i.account_id", accounts)
    rows = cursor.execute(
        f"""SELECT i.id, i.sent_at, i.text FROM interactions i
            WHERE {COUNTED} AND i.sent_at >= ? AND i.sent_at < ? AND {theirs}
            ORDER BY i.sent_at DESC, i.id DESC LIMIT ?""",
        [*span, *values, most],
    ).fetchall()
    return [Words(row[0], row[1].astimezone(UTC), row[2]) for row in rows]


def items(cursor: DuckDBPyConnection, lines: Sequence[Line]) -> tuple[SpikeItem, ...]:
    """Return items as pages show them."""
    names = _by_id(
        cursor, "contacts", "id", "coalesce(nullif(name, ''), handle), channel", [one.author_id for one in lines]
    )
    return tuple(
        SpikeItem(
            id=one.id,
            channel=one.id.partition(":")[0],
            account_id=one.account_id,
            conversation_id=one.conversation_id,
            thread_id=one.thread_id,
            author_id=one.author_id,
            author=names.get(one.author_id, ("",))[0],
            text=one.text,
            private=one.private,
            sent_at=one.sent_at,
            sentiment_label=one.label,
            reach=one.reach,
        )
        for one in lines
    )


def our_names(cursor: DuckDBPyConnection) -> set[str]:
    """Return handles and names of our accounts."""
    rows = cursor.execute("SELECT handle, name FROM accounts").fetchall()
    return {name for row in rows for name in row if name}


def _by_id(
    cursor: DuckDBPyConnection, table: str, key: str, columns: str, ids: Collection[str]
) -> dict[str, tuple[Any, ...]]:
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    rows = cursor.execute(f"SELECT {key}, {columns} FROM {table} WHERE {key} IN ({marks(wanted)})", wanted).fetchall()
    return {row[0]: tuple(row[1:]) for row in rows}

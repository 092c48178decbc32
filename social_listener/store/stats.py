"""Roll-ups: what is said, counted per quarter of an hour, always equal to counting the items.

Whoever changes items, their scores or the labels of their conversations marks the buckets dirty in the same
transaction. Clean buckets are read from `stats` and `counted_items`; of dirty ones the items are counted, so a reader
never sees an old number. `count` counts dirty buckets anew.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

import pyarrow as pa
import pyarrow.compute as pc

from social_listener.store import stats_days
from social_listener.store.rows import marks
from social_listener.store.staging import chunks, staged
from social_listener.store.stats_beside import ABOUT, FEWEST, beside, literals, of_few

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Sequence

    from duckdb import DuckDBPyConnection

T = TypeVar("T")

#: the stretch of time that roll-ups count by: every time zone of today is a multiple of it off UTC
BUCKET: Final = timedelta(minutes=15)
_BUCKET_OF: Final = "time_bucket(INTERVAL 15 MINUTE, {})"
#: by what counts are kept, besides the bucket: the columns of `stats_keys`
DIMENSIONS: Final = (*("channel", "account_id", "stream_ids", "private", "language", "sentiment_label", "labels"),)
_DIMENSIONS: Final = ", ".join(DIMENSIONS)
#: those of them by which `stats_plain` tells apart: what pages ask for most, of few different values
PLAIN: Final = ("channel", "account_id", "private", "sentiment_label")
#: buckets that are counted in one transaction: a week
_AT_ONCE: Final = 672
#: separate stretches of dirty buckets that are read one by one; of more everything between first and last is read
_MOST_RUNS: Final = 12
#: items and conversations whose items are told one by one when they change; of more only the buckets are
_MOST_TOLD, _MOST_TALKS = 300, 10
#: for `counted`: whole days of whatever zone
ANY_DAYS: Final = ""
#: A snapshot is of the moment in which a table is first asked for. What is kept is of one state of the store, so that a
#: reader has to see that one before it is told whether anything was committed since.
_PIN: Final = "SELECT version FROM schema_versions LIMIT 0"
_ITEM: Final = "bucket, key_id, item_id, sent_at, waited_s"
_COUNTS: Final = "SELECT bucket, key_id, items, reach, sentiment_e4, answered FROM {} WHERE {}"
#: an item that is counted
COUNTED: Final = "NOT i.outbound AND NOT i.context AND i.deleted_at IS NULL"


# -- marking -----------------------------------------------------------------------------------------------------------


def touch(cursor: DuckDBPyConnection, moments: Iterable[datetime]) -> None:
    """Mark whole buckets, those of these moments: which of their items changed is not told."""
    buckets = sorted({bucket_of(one) for one in moments})
    if buckets:
        marked = ", ".join("(?)" for _ in buckets)
        cursor.execute(f"INSERT INTO stats_dirty (bucket) VALUES {marked}", buckets)


def touch_items(cursor: DuckDBPyConnection, item_ids: Collection[str]) -> None:
    """Mark the buckets in which those items stand now; where their times change, call it before and after."""
    told = len(item_ids) <= _MOST_TOLD
    for part in chunks(sorted(item_ids)):
        cursor.execute(_marked(f"id IN ({marks(part)})", told=told), part)


def touch_talks(cursor: DuckDBPyConnection, talks: Sequence[tuple[str, datetime, datetime]]) -> None:
    """Mark the buckets of conversations that get other labels; each comes with when it was first and last said in."""
    if talks:
        ids, first, last = zip(*talks, strict=True)
        which = f"conversation_id IN ({marks(ids)}) AND sent_at BETWEEN ? AND ? AND NOT outbound"
        cursor.execute(_marked(which, told=len(ids) <= _MOST_TALKS), [*ids, min(first), max(last)])


def touch_all(cursor: DuckDBPyConnection) -> None:
    """Mark every bucket in which something stands or stood."""
    cursor.execute(
        f"""INSERT INTO stats_dirty (bucket) SELECT DISTINCT {_BUCKET_OF.format("sent_at")} FROM interactions
            UNION SELECT DISTINCT bucket FROM stats"""
    )


def _marked(which: str, *, told: bool) -> str:
    """Return the statement that marks the buckets of some items; `told`: and says which items."""
    bucket, item = _BUCKET_OF.format("sent_at"), "id" if told else "NULL"
    return f"INSERT INTO stats_dirty (bucket, item_id) SELECT DISTINCT {bucket}, {item} FROM interactions WHERE {which}"


def bucket_of(moment: datetime) -> datetime:
    """Return the beginning of the bucket in which a moment lies, UTC."""
    whole = moment.astimezone(UTC).replace(second=0, microsecond=0)
    return whole - timedelta(minutes=whole.minute % 15)


# -- counting ----------------------------------------------------------------------------------------------------------


def count(cursor: DuckDBPyConnection, most: int = _AT_ONCE) -> int:
    """Count the newest dirty buckets anew, so many at a time, in a transaction; return how many are left."""
    dirty = _dirty(cursor, None, None)
    wanted = _newest(dirty, most)
    if not wanted:
        return 0
    first, last = wanted[0], wanted[-1]
    stats_days.forget(cursor, wanted)
    with staged(cursor, table_of(wanted)):
        for table in ("stats", "stats_plain", "counted_items"):
            cursor.execute(
                f"DELETE FROM {table} WHERE bucket BETWEEN ? AND ? AND bucket IN (SELECT bucket FROM stage)",
                [first, last],
            )
        cursor.execute("DELETE FROM stats_dirty WHERE bucket IN (SELECT bucket FROM stage)")
    with staged(cursor, said(cursor, wanted)):
        cursor.execute(
            f"""INSERT INTO stats_keys (id, {_DIMENSIONS})
                SELECT (SELECT coalesce(max(id), 0) FROM stats_keys) + row_number() OVER (), {_DIMENSIONS}
                FROM (SELECT DISTINCT {_DIMENSIONS} FROM stage) came ANTI JOIN stats_keys USING ({_DIMENSIONS})"""
        )
        cursor.execute(
            f"""INSERT INTO stats (bucket, key_id, items, reach, sentiment_e4, answered)
                SELECT bucket, k.id, count(*), sum(reach), sum(sentiment_e4), count(waited_s)
                FROM stage JOIN stats_keys k USING ({_DIMENSIONS}) GROUP BY ALL ORDER BY ALL"""
        )
        cursor.execute(
            f"""INSERT INTO stats_plain (bucket, key_id, items, reach, sentiment_e4, answered)
                SELECT bucket, k.plain, count(*), sum(reach), sum(sentiment_e4), count(waited_s)
                FROM stage JOIN (SELECT *, min(id) OVER (PARTITION BY {", ".join(PLAIN)}) AS plain FROM stats_keys) k
                    USING ({_DIMENSIONS}) GROUP BY ALL ORDER BY ALL"""
        )
        cursor.execute(
            f"""INSERT INTO counted_items (bucket, key_id, item_id, sent_at, waited_s)
                SELECT bucket, k.id, item_id, sent_at, waited_s
                FROM stage JOIN stats_keys k USING ({_DIMENSIONS}) ORDER BY sent_at, item_id"""
        )
    return len(dirty) - len(wanted)


class Live(Protocol):
    """What readers of one state of the store share; `stats_live` has them."""

    def __call__(self, cursor: DuckDBPyConnection, dirty: Sequence[datetime], /) -> pa.Table:
        """Return the items of sorted dirty buckets, as `read_live` does."""

    def kept(self, key: Hashable, make: Callable[[], T], *, lasting: bool = False) -> T:
        """Return what `make` returns; it is made once for all who ask for the same. Nobody changes it.

        `lasting`: in every state of the store that the key fits.
        """


def kept(live: Live | None, key: Hashable, make: Callable[[], T], *, lasting: bool = False) -> T:
    """Return what `make` returns, as `live` keeps it."""
    return make() if live is None else live.kept(key, make, lasting=lasting)


@dataclass(frozen=True, slots=True)
class Counted:
    """Subqueries to select from, good within the block that handed them out."""

    keys: str  #: id and `DIMENSIONS`
    newest: int | None  #: of those keys, which never change; None: one is new, and has another id in another reading
    counts: str  #: bucket, key_id, items, reach, sentiment_e4, answered
    items: str  #: bucket, key_id, item_id, sent_at, waited_s: a row for each item that is counted


@contextmanager
def counted(
    cursor: DuckDBPyConnection,
    since: datetime,
    until: datetime,
    *,
    plain: bool = False,
    days: str | None = None,
    live: Live | None = None,
) -> Iterator[Counted]:
    """Hand out what to select counts and counted items of [since, until) from. One block at a time for a cursor.

    `plain`: counts need be told apart by `PLAIN` only. `days`: whole days of that zone, `ANY_DAYS`: of whatever zone,
    may stand as one row under the bucket in which they begin. Items always stand under their own buckets.
    `live`: what reads the items of dirty buckets, where that is not `read_live`, and keeps what is asked for again.
    """
    if live is not None:
        cursor.execute(_PIN)
    newest = kept(live, ("newest key",), lambda: _newest_key(cursor))
    dirty = kept(live, ("dirty", since, until), lambda: _dirty(cursor, since, until))
    if len(dirty) > _AT_ONCE:  # a backlog: everything between is counted, which needs no list of thousands
        stretch = (dirty[-1] - dirty[0]) // BUCKET + 1
        dirty = [dirty[0] + number * BUCKET for number in range(stretch)]
    clean = _clean(dirty)
    whole = stats_days.Stretches((), ((since, until),))
    if days is not None:
        zone = days or None
        whole = kept(live, ("days", since, until, zone), lambda: stats_days.stretches(cursor, since, until, zone))
    quarters = "stats_plain" if plain else "stats"
    read = [_COUNTS.format(quarters, _within(*stretch) + clean) for stretch in whole.quarters]
    read += [_COUNTS.format(stats_days.DAYS_OF[quarters], _within(*stretch)) for stretch in whole.days]
    items = f"SELECT {_ITEM} FROM counted_items WHERE {_within(since, until)}{clean}"
    if not dirty:
        yield Counted("stats_keys", newest, f"({' UNION ALL '.join(read)})", f"({items})")
        return
    now = (live or read_live)(cursor, dirty)
    new = pc.min(now["key_id"]).as_py()
    with registered(cursor, "live", now):
        read.append("SELECT bucket, key_id, 1, reach, sentiment_e4, (waited_s IS NOT NULL)::BIGINT FROM live")
        keys = "stats_keys"
        if new is not None and new < 0:
            keys = f"""(SELECT id, {_DIMENSIONS} FROM stats_keys UNION ALL
                        SELECT DISTINCT key_id, {_DIMENSIONS} FROM live WHERE key_id < 0)"""
        yield Counted(
            keys,
            newest if keys == "stats_keys" else None,
            f"({' UNION ALL '.join(read)})",
            f"({items} UNION ALL SELECT {_ITEM} FROM live)",
        )


def _newest_key(cursor: DuckDBPyConnection) -> int:
    ((found,),) = cursor.execute("SELECT coalesce(max(id), 0) FROM stats_keys").fetchall()
    return int(found)


def _within(since: datetime, until: datetime) -> str:
    return f"bucket >= {_literal(since)} AND bucket < {_literal(until)}"


def _clean(dirty: Sequence[datetime]) -> str:
    """Return the condition that leaves sorted dirty buckets out; literals: the engine is slow at NOT IN a subquery."""
    if not dirty:
        return ""
    if len(dirty) > _AT_ONCE:
        return f" AND (bucket < {_literal(dirty[0])} OR bucket > {_literal(dirty[-1])})"
    return f" AND bucket NOT IN ({', '.join(_literal(one) for one in dirty)})"


def read_live(cursor: DuckDBPyConnection, dirty: Sequence[datetime]) -> pa.Table:
    """Return the items of dirty buckets with the ids of their keys; a combination that is new has one below zero."""
    return keyed(cursor, said(cursor, dirty))


def changed(cursor: DuckDBPyConnection, dirty: Sequence[datetime], since: int) -> tuple[int, set[str] | None]:
    """Return the number of the last change of dirty buckets, and which items changed since another; None: any."""
    rows = cursor.execute(
        f"""SELECT min(change), max(change), coalesce(bool_or(change > ? AND item_id IS NULL), FALSE),
                   list(DISTINCT item_id) FILTER (change > ?)
            FROM stats_dirty WHERE bucket IN ({", ".join(_literal(one) for one in dirty)}) GROUP BY bucket""",
        [since, since],
    ).fetchall()
    # a bucket that was counted meanwhile has lost what it was marked for before
    any_of_them = len(rows) < len(dirty) or any(first > since or unknown for first, _, unknown, _ in rows)
    last = max((row[1] for row in rows), default=since)
    return last, None if any_of_them else {one for *_, ids in rows for one in ids or ()}


def keyed(cursor: DuckDBPyConnection, items: pa.Table) -> pa.Table:
    """Return items that `said` read with the ids of their keys; a combination that is new has one below zero."""
    with registered(cursor, "live_said", items):
        return cursor.sql(
            f"""SELECT bucket, coalesce(k.id, -dense_rank() OVER (ORDER BY {_DIMENSIONS}))::INTEGER AS key_id,
                       {_DIMENSIONS}, item_id, sent_at, reach, sentiment_e4, waited_s
                FROM live_said LEFT JOIN stats_keys k USING ({_DIMENSIONS})"""
        ).to_arrow_table()


@contextmanager
def registered(cursor: DuckDBPyConnection, name: str, table: pa.Table) -> Iterator[None]:
    """Let statements of the block read a table under that name."""
    cursor.complete()  # the engine takes no table, and lets none go, while somebody has read a result but half
    cursor.register(name, table)
    try:
        yield
    finally:
        cursor.complete()
        cursor.unregister(name)


def said(cursor: DuckDBPyConnection, buckets: Sequence[datetime], only: Collection[str] | None = None) -> pa.Table:
    """Return the items of sorted buckets, the full count: bucket, item_id, sent_at, `DIMENSIONS`, reach, and so on.

    `only`: of these items.
    """
    among = "" if only is None else f" AND i.id IN ({literals(sorted(only))})"
    bucket = _BUCKET_OF.format("i.sent_at")
    runs = _runs(buckets)
    if len(runs) > _MOST_RUNS:
        runs = [(buckets[0], buckets[-1] + BUCKET)]
    one = f"""SELECT i.id, i.sent_at, {bucket} AS bucket, i.channel, i.account_id, i.stream_id, i.private,
                     i.language AS told, i.conversation_id, coalesce(i.reach, 0) AS reach,
                     round(date_diff('microsecond', coalesce(i.again_at, i.sent_at), i.answered_at) / 1e6)::BIGINT
                         AS waited_s
              FROM interactions i WHERE {COUNTED} AND i.sent_at >= ? AND i.sent_at < ?{among}"""
    values = [moment for run in runs for moment in run]
    with staged(cursor, table_of(buckets)):
        items: pa.Table = cursor.sql(
            f"SELECT * FROM ({' UNION ALL '.join([one] * len(runs))}) WHERE bucket IN (SELECT bucket FROM stage)",
            params=values,
        ).to_arrow_table()
    if items.num_rows <= FEWEST:
        own = ("bucket", "id", "sent_at", "channel", "account_id", "private", "reach", "waited_s")
        return pa.table({**{"item_id" if name == "id" else name: items[name] for name in own}, **of_few(cursor, items)})
    with staged(cursor, items):
        return cursor.sql(
            f"""SELECT told.bucket, told.id AS item_id, told.sent_at, told.channel, told.account_id, told.private,
                       told.reach, told.waited_s,
                       coalesce(round(s.sentiment * 10000)::BIGINT, 0) AS sentiment_e4, {ABOUT}
                FROM stage told {beside("stage", items["id"], items["conversation_id"])}"""
        ).to_arrow_table()


def table_of(buckets: Sequence[datetime]) -> pa.Table:
    """Return buckets as a table of one column."""
    return pa.table({"bucket": pa.array(buckets, pa.timestamp("us", "UTC"))})


def waiting(cursor: DuckDBPyConnection) -> int:
    """Return how many buckets are dirty."""
    row = cursor.execute("SELECT count(DISTINCT bucket) FROM stats_dirty").fetchone()
    return int(row[0]) if row else 0


def _dirty(cursor: DuckDBPyConnection, since: datetime | None, until: datetime | None) -> list[datetime]:
    rows = cursor.execute(
        """SELECT DISTINCT bucket FROM stats_dirty
           WHERE bucket >= coalesce(?, bucket) AND bucket < coalesce(?, TIMESTAMPTZ 'infinity') ORDER BY bucket""",
        [since, until],
    ).fetchall()
    return [row[0].astimezone(UTC) for row in rows]


def _newest(dirty: Sequence[datetime], most: int) -> Sequence[datetime]:
    """Return the newest dirty buckets, of a stretch of time in which no more than `most` have room."""
    if not dirty:
        return ()
    floor = dirty[-1] - most * BUCKET
    return [one for one in dirty if one > floor]


def _runs(buckets: Sequence[datetime]) -> list[tuple[datetime, datetime]]:
    """Return the stretches of time that sorted buckets make."""
    runs: list[tuple[datetime, datetime]] = []
    for one in buckets:
        if runs and runs[-1][1] == one:
            runs[-1] = (runs[-1][0], one + BUCKET)
        else:
            runs.append((one, one + BUCKET))
    return runs


def _literal(moment: datetime) -> str:
    return f"TIMESTAMPTZ '{moment.isoformat()}'"

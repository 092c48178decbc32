"""Roll-ups: what is said, counted per quarter of an hour, always equal to counting the items.

Whoever changes items, their scores or the labels of their conversations marks the buckets dirty in the same
transaction. Clean buckets are read from `stats` and `answer_times`; of dirty ones the items are counted, so a reader
never sees an old number. `count` counts dirty buckets anew.
"""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import pyarrow as pa

from social_listener.store.rows import marks
from social_listener.store.staging import chunks, staged

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from duckdb import DuckDBPyConnection

#: the stretch of time that roll-ups count by: every time zone of today is a multiple of it off UTC
BUCKET: Final = timedelta(minutes=15)
_BUCKET_OF: Final = "time_bucket(INTERVAL 15 MINUTE, {})"
#: by what counts are kept, in the order of the columns of both tables
DIMENSIONS: Final = (
    *("bucket", "channel", "account_id", "stream_ids", "private", "language", "sentiment_label", "labels"),
)
#: buckets that are counted in one transaction: a week
_AT_ONCE: Final = 672
#: separate stretches of dirty buckets that are read one by one; of more everything between first and last is read
_MOST_RUNS: Final = 12
#: items whose scores and conversations are looked up by key; of more the tables are joined
_FEW: Final = 2_000
#: an item that is counted
COUNTED: Final = "NOT i.outbound AND NOT i.context AND i.deleted_at IS NULL"


# -- marking -----------------------------------------------------------------------------------------------------------


def touch(cursor: DuckDBPyConnection, moments: Iterable[datetime]) -> None:
    """Mark the buckets of items that were said at those moments."""
    buckets = sorted({bucket_of(one) for one in moments})
    if buckets:
        marked = ", ".join("(?)" for _ in buckets)
        cursor.execute(f"INSERT INTO stats_dirty VALUES {marked}", buckets)


def touch_items(cursor: DuckDBPyConnection, item_ids: Collection[str]) -> None:
    """Mark the buckets in which those items stand now; where their times change, call it before and after."""
    bucket = _BUCKET_OF.format("sent_at")
    for part in chunks(sorted(item_ids)):
        cursor.execute(
            f"INSERT INTO stats_dirty SELECT DISTINCT {bucket} FROM interactions WHERE id IN ({marks(part)})", part
        )


def touch_talks(cursor: DuckDBPyConnection, talks: Sequence[tuple[str, datetime, datetime]]) -> None:
    """Mark the buckets of conversations that get other labels; each comes with when it was first and last said in."""
    if talks:
        ids, first, last = zip(*talks, strict=True)
        cursor.execute(
            f"""INSERT INTO stats_dirty SELECT DISTINCT {_BUCKET_OF.format("sent_at")} FROM interactions
                WHERE conversation_id IN ({marks(ids)}) AND sent_at BETWEEN ? AND ? AND NOT outbound""",
            [*ids, min(first), max(last)],
        )


def touch_all(cursor: DuckDBPyConnection) -> None:
    """Mark every bucket in which something stands or stood."""
    cursor.execute(
        f"""INSERT INTO stats_dirty SELECT DISTINCT {_BUCKET_OF.format("sent_at")} FROM interactions
            UNION SELECT DISTINCT bucket FROM stats"""
    )


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
    with staged(cursor, pa.table({"bucket": pa.array(wanted, pa.timestamp("us", "UTC"))})):
        for table in ("stats", "answer_times"):
            cursor.execute(
                f"DELETE FROM {table} WHERE bucket BETWEEN ? AND ? AND bucket IN (SELECT bucket FROM stage)",
                [first, last],
            )
        cursor.execute("DELETE FROM stats_dirty WHERE bucket IN (SELECT bucket FROM stage)")
    dimensions = ", ".join(DIMENSIONS)
    with staged(cursor, said(cursor, wanted)):
        cursor.execute(
            f"""INSERT INTO stats ({dimensions}, items, reach, sentiment_e4, answered)
                SELECT {dimensions}, count(*), sum(reach), sum(sentiment_e4), count(waited_s) FROM stage
                GROUP BY ALL ORDER BY bucket"""
        )
        cursor.execute(
            f"""INSERT INTO answer_times ({dimensions}, waited_s)
                SELECT {dimensions}, waited_s FROM stage WHERE waited_s IS NOT NULL ORDER BY bucket"""
        )
    return len(dirty) - len(wanted)


@contextmanager
def counted(cursor: DuckDBPyConnection, since: datetime, until: datetime) -> Iterator[tuple[str, str]]:
    """Hand out what to select counts and waiting times from within the block: two subqueries, of [since, until).

    The first has the columns of `stats`, the second those of `answer_times`. One block at a time for a cursor.
    """
    dirty = _dirty(cursor, since, until)
    within = f"bucket >= TIMESTAMPTZ '{since.isoformat()}' AND bucket < TIMESTAMPTZ '{until.isoformat()}'"
    dimensions = ", ".join(DIMENSIONS)
    if not dirty:
        yield (f"(SELECT * FROM stats WHERE {within})", f"(SELECT * FROM answer_times WHERE {within})")
        return
    live = said(cursor, dirty)
    cursor.complete()
    cursor.register("live", live)
    cursor.register("live_buckets", pa.table({"bucket": pa.array(dirty, pa.timestamp("us", "UTC"))}))
    clean = f"{within} AND bucket NOT IN (SELECT bucket FROM live_buckets)"
    try:
        yield (
            f"""(SELECT * FROM stats WHERE {clean}
                 UNION ALL BY NAME SELECT {dimensions}, 1 AS items, reach, sentiment_e4,
                 (waited_s IS NOT NULL)::BIGINT AS answered FROM live)""",
            f"""(SELECT * FROM answer_times WHERE {clean}
                 UNION ALL BY NAME SELECT {dimensions}, waited_s FROM live WHERE waited_s IS NOT NULL)""",
        )
    finally:
        cursor.complete()  # the engine lets no table go while somebody has read a result but half
        cursor.unregister("live")
        cursor.unregister("live_buckets")


def said(cursor: DuckDBPyConnection, buckets: Sequence[datetime]) -> pa.Table:
    """Return the items of sorted buckets: `DIMENSIONS`, reach, sentiment_e4, waited_s. This is the full count."""
    bucket = _BUCKET_OF.format("i.sent_at")
    runs = _runs(buckets)
    if len(runs) > _MOST_RUNS:
        runs = [(buckets[0], buckets[-1] + BUCKET)]
    one = f"""SELECT i.id, {bucket} AS bucket, i.channel, i.account_id, i.stream_id, i.private, i.language,
                     i.conversation_id, coalesce(i.reach, 0) AS reach,
                     round(date_diff('microsecond', coalesce(i.again_at, i.sent_at), i.answered_at) / 1e6)::BIGINT
                         AS waited_s
              FROM interactions i WHERE {COUNTED} AND i.sent_at >= ? AND i.sent_at < ?"""
    values = [moment for run in runs for moment in run]
    with staged(cursor, pa.table({"bucket": pa.array(buckets, pa.timestamp("us", "UTC"))})):
        items: pa.Table = cursor.sql(
            f"SELECT * FROM ({' UNION ALL '.join([one] * len(runs))}) WHERE bucket IN (SELECT bucket FROM stage)",
            params=values,
        ).to_arrow_table()
    if not items.num_rows:
        ids, talks = "FALSE", "FALSE"
    elif items.num_rows <= _FEW:
        ids = f"interaction_id IN ({_literals(items['id'].to_pylist())})"
        talks = f"id IN ({_literals(sorted({*items['conversation_id'].to_pylist()}))})"
    else:
        ids = talks = "TRUE"
    with staged(cursor, items):
        return cursor.sql(
            f"""SELECT i.bucket, i.channel, i.account_id,
                       coalesce(seen.stream_ids, i.stream_id, '') AS stream_ids, i.private,
                       coalesce(CASE WHEN s.scorer IS NULL THEN i.language ELSE s.language END, '') AS language,
                       CASE WHEN s.sentiment IS NULL THEN 'none' ELSE s.sentiment_label END AS sentiment_label,
                       coalesce(c.labels, '') AS labels, i.reach,
                       coalesce(round(s.sentiment * 10000)::BIGINT, 0) AS sentiment_e4, i.waited_s
                FROM stage i
                LEFT JOIN (SELECT interaction_id, sentiment, sentiment_label, language, scorer FROM scores
                           WHERE {ids}) s ON s.interaction_id = i.id
                LEFT JOIN (SELECT id, labels FROM conversations WHERE {talks}) c ON c.id = i.conversation_id
                LEFT JOIN (
                    SELECT interaction_id, string_agg(stream_id, ' ' ORDER BY stream_id) AS stream_ids FROM (
                        SELECT interaction_id, stream_id FROM sightings WHERE {ids}
                        UNION SELECT id, stream_id FROM stage WHERE stream_id IS NOT NULL
                            AND id IN (SELECT interaction_id FROM sightings WHERE {ids}))
                    GROUP BY interaction_id) seen ON seen.interaction_id = i.id"""
        ).to_arrow_table()


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


def _literals(values: Iterable[str]) -> str:
    """Return ids as literals: thousands of marks take longer to bind than to find."""
    return ", ".join("'" + one.replace("'", "''") + "'" for one in values)

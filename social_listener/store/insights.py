"""Figures over time, read from roll-ups: sums, steps, waiting times, shares of voice, and the items behind a number."""

from __future__ import annotations

import math
from contextlib import contextmanager
from datetime import UTC
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from social_listener.desk_types.insights import By, ItemLine, Line, Point, Slice, Tally, Waits
from social_listener.store import stats
from social_listener.store.rows import among, aware, marks

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from duckdb import DuckDBPyConnection

    from social_listener.desk_types.people import Accounts
    from social_listener.periods import Step

#: by what figures are told apart → what stands for it in a roll-up
_KEYS: Final[Mapping[By, str]] = {
    By.CHANNEL: "channel",
    By.ACCOUNT: "account_id",
    By.STREAM: "unnest(string_split(stream_ids, ' '))",
    By.LANGUAGE: "language",
    By.SENTIMENT: "sentiment_label",
    By.LABEL: "unnest(string_split(labels, ' '))",
    By.VISIBILITY: "CASE WHEN private THEN 'private' ELSE 'public' END",
}
_SUMS: Final = """
    coalesce(sum(items), 0)::BIGINT, coalesce(sum(items) FILTER (sentiment_label = 'negative'), 0)::BIGINT,
    coalesce(sum(items) FILTER (sentiment_label = 'neutral'), 0)::BIGINT,
    coalesce(sum(items) FILTER (sentiment_label = 'positive'), 0)::BIGINT,
    coalesce(sum(items) FILTER (sentiment_label = 'unsure'), 0)::BIGINT,
    coalesce(sum(items) FILTER (sentiment_label = 'none'), 0)::BIGINT,
    coalesce(sum(reach), 0)::BIGINT, coalesce(sum(answered), 0)::BIGINT, coalesce(sum(sentiment_e4), 0)::BIGINT"""
#: of the normal distribution: 95 of 100 lie within so many standard deviations
_Z: Final = 1.959964
#: of fewer values no interval is told
_FEWEST: Final = 8


@contextmanager
def _counted(cursor: DuckDBPyConnection, wanted: Slice, within: Accounts) -> Iterator[tuple[str, str, list[object]]]:
    """Hand out the two subqueries of `stats.counted` with the condition of a slice, and what stands for its marks."""
    condition, values = _condition(wanted, within)
    with stats.counted(cursor, wanted.since, wanted.until) as (counts, times):
        yield f"{counts} WHERE {condition}", f"{times} WHERE {condition}", values


def _condition(wanted: Slice, within: Accounts) -> tuple[str, list[object]]:
    """Return what a row of a roll-up must be like."""
    parts, values = [], list[object]()
    plain = {
        "channel": wanted.channels,
        "account_id": wanted.accounts,
        "language": wanted.languages,
        "sentiment_label": wanted.sentiments,
    }
    for column, chosen in plain.items():
        if chosen:
            parts.append(f"{column} IN ({marks(chosen)})")
            values += chosen
    for column, listed in (("stream_ids", wanted.streams), ("labels", wanted.labels)):
        if listed:
            parts.append(f"list_has_any(string_split({column}, ' '), [{marks(listed)}])")
            values += listed
    if wanted.private is not None:
        parts.append("private = ?")
        values.append(wanted.private)
    if wanted.hour_of_week is not None:
        parts.append(f"{_hour(wanted.period.zone)} = ?")
        values.append(wanted.hour_of_week)
    theirs, accounts = among("account_id", within)
    return " AND ".join([*parts, theirs]), [*values, *accounts]


def total(cursor: DuckDBPyConnection, wanted: Slice, within: Accounts) -> Tally:
    """Return the figures of a slice."""
    with _counted(cursor, wanted, within) as (counts, _, values):
        row = cursor.execute(f"SELECT {_SUMS} FROM {counts}", values).fetchone()
    return _tally(row or ())


def lines(cursor: DuckDBPyConnection, wanted: Slice, within: Accounts, by: By) -> list[Line]:
    """Return the figures of a slice told apart, the most items first; the name is still the key."""
    chosen = _chosen(wanted, by)
    with _counted(cursor, wanted, within) as (counts, _, values):
        rows = cursor.execute(
            f"""SELECT key, {_SUMS} FROM (SELECT {_KEYS[by]} AS key, * FROM {counts}) WHERE {_told(by)}
                GROUP BY key ORDER BY 2 DESC, key""",
            values,
        ).fetchall()
    return [Line(row[0], row[0], _tally(row[1:])) for row in rows if not chosen or row[0] in chosen]


def points(cursor: DuckDBPyConnection, wanted: Slice, within: Accounts, step: Step, by: By | None) -> list[Point]:
    """Return the figures of every step in which something was said, in order, told apart by `by`."""
    chosen = _chosen(wanted, by)
    key = "''" if by is None else _KEYS[by]
    with _counted(cursor, wanted, within) as (counts, _, values):
        rows = cursor.execute(
            f"""SELECT start, key, {_SUMS}
                FROM (SELECT {_start(step, wanted.period.zone)} AS start, {key} AS key, * FROM {counts})
                WHERE {_told(by)} GROUP BY start, key ORDER BY start, key""",
            values,
        ).fetchall()
    return [Point(row[0], row[1], _tally(row[2:])) for row in rows if not chosen or row[1] in chosen]


def week(cursor: DuckDBPyConnection, wanted: Slice, within: Accounts) -> dict[int, Tally]:
    """Return the figures by hour of the week: 0 is Monday from midnight to one, in the period's zone."""
    with _counted(cursor, wanted, within) as (counts, _, values):
        rows = cursor.execute(
            f"""SELECT hour, {_SUMS} FROM (SELECT {_hour(wanted.period.zone)} AS hour, * FROM {counts})
                GROUP BY hour ORDER BY hour""",
            values,
        ).fetchall()
    return {row[0]: _tally(row[1:]) for row in rows}


def waits(
    cursor: DuckDBPyConnection, wanted: Slice, within: Accounts, *, by: By | None = None, step: Step | None = None
) -> list[Waits]:
    """Return how long answered items waited: of the slice, told apart, or by steps. Nothing answered: no line."""
    key = "''" if by is None else _KEYS[by]
    start = "NULL::TIMESTAMP" if step is None else _start(step, wanted.period.zone)
    chosen = _chosen(wanted, by)
    with _counted(cursor, wanted, within) as (_, times, values):
        found = cursor.sql(
            f"""SELECT start, key, list(waited_s) AS waits
                FROM (SELECT {start} AS start, {key} AS key, * FROM {times}) WHERE {_told(by)}
                GROUP BY start, key ORDER BY start, key""",
            params=values,
        ).to_arrow_table()
    return [
        _waits(one["waits"].values.to_numpy(), one["key"].as_py(), one["start"].as_py())
        for one in ({name: found[name][place] for name in ("start", "key", "waits")} for place in range(found.num_rows))
        if not chosen or one["key"].as_py() in chosen
    ]


def voices(cursor: DuckDBPyConnection, wanted: Slice, within: Accounts) -> list[tuple[tuple[str, ...], int]]:
    """Return how many items each set of streams saw."""
    with _counted(cursor, wanted, within) as (counts, _, values):
        rows = cursor.execute(
            f"SELECT stream_ids, sum(items)::BIGINT FROM {counts} GROUP BY stream_ids ORDER BY stream_ids", values
        ).fetchall()
    return [(tuple(row[0].split()), row[1]) for row in rows]


def found(cursor: DuckDBPyConnection, within: Accounts) -> dict[str, list[str]]:
    """Return the channels, accounts and languages that anything was said in, as far as it was counted."""
    theirs, accounts = among("account_id", within)

    def distinct(column: str) -> list[str]:
        rows = cursor.execute(f"SELECT DISTINCT {column} FROM stats WHERE {theirs} ORDER BY 1", accounts).fetchall()
        return [row[0] for row in rows]

    return {column: distinct(column) for column in ("channel", "account_id", "language")}


def first(cursor: DuckDBPyConnection, within: Accounts) -> datetime | None:
    """Return when the first bucket begins in which something was said."""
    theirs, accounts = among("account_id", within)
    row = cursor.execute(f"SELECT min(bucket) FROM stats WHERE {theirs}", accounts).fetchone()
    return aware(row[0]) if row else None


def items(
    cursor: DuckDBPyConnection, wanted: Slice, within: Accounts, *, limit: int, after: tuple[datetime, str] | None
) -> list[ItemLine]:
    """Return the items that a slice counts, newest first, behind `after`; roll-ups tell how far back to look."""
    floor, ceiling = _stretch(cursor, wanted, within, limit, after)
    if floor is None:
        return []
    conditions, values = [stats.COUNTED, "i.sent_at >= ?", "i.sent_at < ?"], list[object]([floor, ceiling])
    if after is not None:
        conditions.append("(i.sent_at < ? OR (i.sent_at = ? AND i.id < ?))")
        values += [after[0], after[0], after[1]]
    text, more = _condition(wanted, within)
    rows = cursor.execute(
        f"""SELECT id, channel, account_id, conversation_id, coalesce(nullif(p.name, ''), p.handle, ''), private, text,
                   sent_at, sentiment_label, language, reach, answered_at, url
            FROM (
                SELECT i.id, i.channel, i.account_id, i.conversation_id, i.author_id, i.private, i.text, i.sent_at,
                       i.reach, i.answered_at, i.url, time_bucket(INTERVAL 15 MINUTE, i.sent_at) AS bucket,
                       coalesce(CASE WHEN s.scorer IS NULL THEN i.language ELSE s.language END, '') AS language,
                       CASE WHEN s.sentiment IS NULL THEN 'none' ELSE s.sentiment_label END AS sentiment_label,
                       coalesce(c.labels, '') AS labels,
                       concat_ws(' ', i.stream_id, (SELECT string_agg(stream_id, ' ') FROM sightings
                                                    WHERE interaction_id = i.id)) AS stream_ids
                FROM interactions i LEFT JOIN scores s ON s.interaction_id = i.id
                LEFT JOIN conversations c ON c.id = i.conversation_id
                WHERE {" AND ".join(conditions)}) told
            LEFT JOIN (SELECT id AS contact_id, name, handle FROM contacts) p ON p.contact_id = author_id
            WHERE {text} ORDER BY sent_at DESC, id DESC LIMIT ?""",
        [*values, *more, limit],
    ).fetchall()
    return [_item(row) for row in rows]


def _stretch(
    cursor: DuckDBPyConnection, wanted: Slice, within: Accounts, limit: int, after: tuple[datetime, str] | None
) -> tuple[datetime | None, datetime]:
    """Return between which moments the next items stand: enough of them, and few besides."""
    ceiling = wanted.until if after is None else stats.bucket_of(after[0]) + stats.BUCKET
    # what stands in the bucket of `after` may have been shown
    enough = limit + (0 if after is None else _in_bucket(cursor, wanted, within, after[0]))
    with _counted(cursor, wanted, within) as (counts, _, values):
        row = cursor.execute(
            f"""SELECT min(bucket) FROM (
                    SELECT bucket, sum(items) AS items,
                           sum(sum(items)) OVER (ORDER BY bucket DESC ROWS UNBOUNDED PRECEDING) AS so_far
                    FROM {counts} AND bucket < ? GROUP BY bucket)
                WHERE so_far - items < ?""",
            [*values, ceiling, enough],
        ).fetchone()
    return (aware(row[0]) if row else None), ceiling


def _in_bucket(cursor: DuckDBPyConnection, wanted: Slice, within: Accounts, moment: datetime) -> int:
    condition, values = _condition(wanted, within)
    bucket = stats.bucket_of(moment)
    with stats.counted(cursor, bucket, bucket + stats.BUCKET) as (counts, _):
        row = cursor.execute(f"SELECT sum(items)::BIGINT FROM {counts} WHERE {condition}", values).fetchone()
    return int(row[0] or 0) if row else 0


def _item(row: Sequence[Any]) -> ItemLine:
    item_id, channel, account, talk, author, private, text, sent, label, language, reach, answered, url = row
    return ItemLine(
        id=item_id,
        channel=channel,
        account_id=account,
        conversation_id=talk,
        author=author,
        private=private,
        text=text,
        sent_at=sent.astimezone(UTC),
        sentiment_label=label,
        language=language,
        reach=reach,
        answered_at=aware(answered),
        url=url,
    )


def _tally(row: Sequence[int]) -> Tally:
    if not row:
        return Tally()
    count, negative, neutral, positive, unsure, unscored, reach, answered, e4 = row
    return Tally(
        items=count,
        negative=negative,
        neutral=neutral,
        positive=positive,
        unsure=unsure,
        unscored=unscored,
        reach=reach,
        answered=answered,
        sentiment_sum=e4 / 10_000,
    )


def _waits(values: np.ndarray[Any, Any], key: str, start: datetime | None) -> Waits:
    """Return median and 90th of 100, with intervals by the ranks between which they lie (binomial, normal)."""
    number = len(values)
    ranks = {name: _ranks(number, part) for name, part in (("median", 0.5), ("p90", 0.9))}
    wanted = sorted({rank for pair in ranks.values() if pair for rank in pair})
    ordered = np.partition(values, wanted) if wanted else values
    median, p90 = np.quantile(values, (0.5, 0.9))
    spans = {name: (float(ordered[pair[0]]), float(ordered[pair[1]])) if pair else None for name, pair in ranks.items()}
    return Waits(
        key=key,
        start=start,
        number=number,
        median_s=float(median),
        p90_s=float(p90),
        median_range_s=spans["median"],
        p90_range_s=spans["p90"],
    )


def _ranks(number: int, part: float) -> tuple[int, int] | None:
    """Return the ranks, from 0 on, between which a quantile lies 95 of 100 times; None: there are too few values.

    Conover, Practical Nonparametric Statistics, 3.2.
    """
    if number < _FEWEST:
        return None
    off = _Z * math.sqrt(number * part * (1 - part))
    return max(0, math.ceil(number * part - off) - 1), min(number - 1, math.ceil(number * part + off) - 1)


def _chosen(wanted: Slice, by: By | None) -> tuple[str, ...]:
    """Return the keys that are shown where an item counts for several: those that the slice asks for."""
    return {By.STREAM: wanted.streams, By.LABEL: wanted.labels}.get(by, ()) if by else ()


def _told(by: By | None) -> str:
    return "key <> ''" if by in {By.LABEL, By.STREAM} else "TRUE"


def _start(step: Step, zone: str) -> str:
    """Return where the step of a bucket begins, local time; zones come from a list that is checked (`Period`)."""
    return f"date_trunc('{step.value}', timezone('{zone}', bucket))"


def _hour(zone: str) -> str:
    local = f"timezone('{zone}', bucket)"
    return f"((isodow({local}) - 1) * 24 + hour({local}))"

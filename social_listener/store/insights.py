"""Figures over time, read from roll-ups: sums, steps, waiting times, shares of voice, and the items behind a number."""

from __future__ import annotations

import math
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, timedelta
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from social_listener.desk_types.insights import By, ItemLine, Line, Point, Slice, Tally, Waits
from social_listener.periods import Step
from social_listener.store import clocks, stats
from social_listener.store.rows import among, aware, marks
from social_listener.store.staging import select

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    import pyarrow as pa
    from duckdb import DuckDBPyConnection

    from social_listener.desk_types.people import Accounts

#: by what figures are told apart → its column among the keys, a list of words for some
_KEYS: Final[Mapping[By | None, str]] = {
    None: "''",
    By.CHANNEL: "channel",
    By.ACCOUNT: "account_id",
    By.STREAM: "stream_ids",
    By.LANGUAGE: "language",
    By.SENTIMENT: "sentiment_label",
    By.LABEL: "labels",
    By.VISIBILITY: "CASE WHEN private THEN 'private' ELSE 'public' END",
}
_LISTS: Final = frozenset((By.STREAM, By.LABEL))
_PLAIN: Final = frozenset((None, By.CHANNEL, By.ACCOUNT, By.SENTIMENT, By.VISIBILITY))
_SUMS: Final = """
    coalesce(sum(items), 0)::BIGINT, coalesce(sum(items) FILTER (label = 'negative'), 0)::BIGINT,
    coalesce(sum(items) FILTER (label = 'neutral'), 0)::BIGINT,
    coalesce(sum(items) FILTER (label = 'positive'), 0)::BIGINT,
    coalesce(sum(items) FILTER (label = 'unsure'), 0)::BIGINT,
    coalesce(sum(items) FILTER (label = 'none'), 0)::BIGINT,
    coalesce(sum(reach), 0)::BIGINT, coalesce(sum(answered), 0)::BIGINT, coalesce(sum(sentiment_e4), 0)::BIGINT"""
#: of the normal distribution: 95 of 100 lie within so many standard deviations
_Z: Final = 1.959964
#: columns of an item that lists show
_ITEM: Final = (
    *("id", "channel", "account_id", "conversation_id", "author_id", "private", "text", "sent_at", "reach"),
    *("answered_at", "url"),
)
_BUCKET_US: Final = stats.BUCKET // timedelta(microseconds=1)
#: numbers below this are sorted by their digits, in a third of the time
_SHORT: Final = 1 << 16
#: calendars that were drawn up lately, by all that makes them: a page asks for the same few, and clocks are slow
_CALENDARS: Final[dict[tuple[datetime, datetime, str | None, str], pa.Table]] = {}
_MOST_CALENDARS: Final = 16
#: of values that lie together in so many stretches for each place, or fewer, none are moved
_RUNS_EACH: Final = 8
#: of fewer values no interval is told
_FEWEST: Final = 8


@dataclass(frozen=True, slots=True)
class _Grouped:
    """Subqueries on roll-ups whose keys are in groups: a number for each pair of what is told apart and sentiment."""

    counts: str  #: place, grp, items, reach, sentiment_e4, answered
    items: str  #: bucket, grp, item_id, sent_at, waited_s


@contextmanager
def _grouped(
    cursor: DuckDBPyConnection,
    wanted: Slice,
    within: Accounts,
    *,
    by: By | None = None,
    at: str | None = None,
    fine: bool = False,
    live: stats.Live | None = None,
) -> Iterator[_Grouped]:
    """Hand out what to select from, with the table `chosen` (id, grp, key, label); `at`: what a bucket is put under.

    `fine`: what it is put under tells hours of one day apart.
    Numbers are grouped, and buckets looked up in a table of thousands: words and calendars are slow on millions.
    """
    condition, values = condition_of(wanted, within)
    plain = by in _PLAIN and not (wanted.streams or wanted.labels or wanted.languages)
    days = wanted.period.zone if at is not None else stats.ANY_DAYS
    coarse = None if fine or wanted.hour_of_week is not None else days
    with (
        stats.counted(cursor, wanted.since, wanted.until, plain=plain, days=coarse, live=live) as read,
        ExitStack() as held,
    ):
        chosen = f"""
            SELECT id, dense_rank() OVER (ORDER BY key, label)::INTEGER AS grp, key, label
            FROM (SELECT id, {_KEYS[by]} AS key, sentiment_label AS label FROM {read.keys} WHERE {condition})"""
        kept, asked = live if read.newest is not None else None, ("keys", read.newest, chosen, *values)
        keys = stats.kept(kept, asked, lambda: cursor.sql(chosen, params=values).to_arrow_table(), lasting=True)
        held.enter_context(stats.registered(cursor, "chosen", keys))
        join, under = "JOIN (SELECT id, grp FROM chosen) k ON k.id = key_id", "0"
        if at is not None or wanted.hour_of_week is not None:
            held.enter_context(stats.registered(cursor, "calendar", _calendar(cursor, wanted, at)))
            join, under = f"{join} JOIN calendar USING (bucket)", "place"
        yield _Grouped(
            f"""(SELECT {under} AS place, grp, sum(items) AS items, sum(reach) AS reach,
                        sum(sentiment_e4) AS sentiment_e4, sum(answered) AS answered
                 FROM {read.counts} {join} GROUP BY 1, 2)""",
            f"(SELECT bucket, grp, item_id, sent_at, waited_s FROM {read.items} {join})",
        )


def _calendar(cursor: DuckDBPyConnection, wanted: Slice, at: str | None) -> pa.Table:
    """Return every bucket of a slice, in order, with what it is put under; of an hour of the week only those in it."""
    hour = "TRUE" if wanted.hour_of_week is None else f"{_hour(wanted)} = {int(wanted.hour_of_week)}"
    told = (wanted.since, wanted.until, at, hour)
    found = _CALENDARS.get(told)
    if found is None:
        found = _CALENDARS[told] = _drawn_up(cursor, wanted, at, hour)
        for one in [*_CALENDARS][:-_MOST_CALENDARS]:
            _CALENDARS.pop(one, None)
    return found


def _drawn_up(cursor: DuckDBPyConnection, wanted: Slice, at: str | None, hour: str) -> pa.Table:
    return cursor.sql(
        f"""SELECT bucket, {at or "0"} AS place FROM (
                SELECT unnest(generate_series(?::TIMESTAMPTZ, ?::TIMESTAMPTZ, INTERVAL 15 MINUTE)) AS bucket)
            WHERE bucket < ? AND {hour} ORDER BY bucket""",
        params=[wanted.since, wanted.until, wanted.until],
    ).to_arrow_table()


def _start(wanted: Slice, step: Step) -> str:
    return clocks.step_of(step, wanted.period.zone, wanted.since, wanted.until)


def _hour(wanted: Slice) -> str:
    return clocks.hour_of(wanted.period.zone, wanted.since, wanted.until)


def condition_of(wanted: Slice, within: Accounts) -> tuple[str, list[object]]:
    """Return what keys must be like."""
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
    theirs, accounts = among("account_id", within)
    return " AND ".join([*parts, theirs]), [*values, *accounts]


def total(cursor: DuckDBPyConnection, wanted: Slice, within: Accounts, *, live: stats.Live | None = None) -> Tally:
    """Return the figures of a slice."""
    with _grouped(cursor, wanted, within, live=live) as read:
        rows = cursor.execute(f"SELECT {_SUMS} FROM {_worded(read.counts, None)}").fetchall()
    return _tally(rows[0])


def lines(
    cursor: DuckDBPyConnection, wanted: Slice, within: Accounts, by: By, *, live: stats.Live | None = None
) -> list[Line]:
    """Return the figures of a slice told apart, the most items first; the name is still the key."""
    with _grouped(cursor, wanted, within, by=by, live=live) as read:
        rows = cursor.execute(
            f"SELECT key, {_SUMS} FROM {_worded(read.counts, by)} GROUP BY key ORDER BY 2 DESC, key"
        ).fetchall()
    return [Line(row[0], row[0], _tally(row[1:])) for row in rows if _is_asked(wanted, by, row[0])]


def points(
    cursor: DuckDBPyConnection,
    wanted: Slice,
    within: Accounts,
    step: Step,
    by: By | None,
    *,
    live: stats.Live | None = None,
) -> list[Point]:
    """Return the figures of every step in which something was said, in order, told apart by `by`."""
    with _grouped(cursor, wanted, within, by=by, at=_start(wanted, step), fine=step is Step.HOUR, live=live) as read:
        rows = cursor.execute(
            f"SELECT place, key, {_SUMS} FROM {_worded(read.counts, by)} GROUP BY place, key ORDER BY place, key"
        ).fetchall()
    return [Point(row[0], row[1], _tally(row[2:])) for row in rows if _is_asked(wanted, by, row[1])]


def week(
    cursor: DuckDBPyConnection, wanted: Slice, within: Accounts, *, live: stats.Live | None = None
) -> dict[int, Tally]:
    """Return the figures by hour of the week: 0 is Monday from midnight to one, in the period's zone."""
    with _grouped(cursor, wanted, within, at=_hour(wanted), fine=True, live=live) as read:
        rows = cursor.execute(
            f"SELECT place, {_SUMS} FROM {_worded(read.counts, None)} GROUP BY place ORDER BY place"
        ).fetchall()
    return {row[0]: _tally(row[1:]) for row in rows}


def waits(
    cursor: DuckDBPyConnection,
    wanted: Slice,
    within: Accounts,
    *,
    by: By | None = None,
    step: Step | None = None,
    live: stats.Live | None = None,
) -> list[Waits]:
    """Return how long answered items waited: of the slice, told apart, or by steps. Nothing answered: no line."""
    start = None if step is None else _start(wanted, step)
    together: dict[tuple[Any, str], list[np.ndarray[Any, Any]]] = {}
    rows, keys = _answered(cursor, wanted, within, by, live, stepped=step is not None)
    places = None if start is None else _calendar(cursor, replace(wanted, hour_of_week=None), start)
    for (at, group), values in _apart(rows, places, told_apart=by is not None):
        told = keys[group] if by is not None else ""
        for key in told.split() if by in _LISTS else [told]:
            if _is_asked(wanted, by, key):
                together.setdefault((at, key), []).append(values)
    ordered = sorted(together, key=lambda pair: (str(pair[0]), pair[1]))
    return [_waits(np.concatenate(together[pair]), pair[1], pair[0]) for pair in ordered]


def _answered(
    cursor: DuckDBPyConnection,
    wanted: Slice,
    within: Accounts,
    by: By | None,
    live: stats.Live | None,
    *,
    stepped: bool,
) -> tuple[pa.Table, dict[int, str]]:
    """Return answered items (grp, waited_s, and bucket if they are `stepped`), and the keys of their groups.

    Where all are asked for, and none told apart, nobody looks up their keys, and they have no grp.
    """
    columns = "bucket, waited_s" if stepped else "waited_s"
    everything = condition_of(wanted, within) == condition_of(Slice(period=wanted.period), None)
    if everything and by is None and wanted.hour_of_week is None:
        with stats.counted(cursor, wanted.since, wanted.until, live=live) as read:
            sql = f"SELECT {columns} FROM {read.items} WHERE waited_s IS NOT NULL"
            return cursor.sql(sql).to_arrow_table(), {1: ""}
    with _grouped(cursor, wanted, within, by=by, live=live) as grouped:
        keys = cursor.execute("SELECT grp, any_value(key) FROM chosen GROUP BY grp").fetchall()
        sql = f"SELECT grp, {columns} FROM {grouped.items} WHERE waited_s IS NOT NULL"
        return cursor.sql(sql).to_arrow_table(), dict(keys)


def _apart(
    rows: pa.Table, calendar: pa.Table | None, *, told_apart: bool
) -> Iterator[tuple[tuple[Any, int], np.ndarray[Any, Any]]]:
    """Return `waited_s` by what the calendar puts a bucket under, None without one, and by group, 1 if not told apart.

    Some may come in several parts.

    The engine takes several times as long to look up the places of hundreds of thousands, and to put them into lists.
    """
    waited = rows["waited_s"].to_numpy()
    if not len(waited):
        return
    if calendar is None and not told_apart:
        yield (None, 1), waited
        return
    code, places, groups = np.zeros(len(waited), np.int64), [None], [1]
    if calendar is not None:
        coded = calendar["place"].combine_chunks().dictionary_encode()
        places = coded.dictionary.to_pylist()
        first = calendar["bucket"][0].value
        code = coded.indices.to_numpy()[(rows["bucket"].cast("int64").to_numpy() - first) // _BUCKET_US].astype(
            np.int64
        )
    if told_apart:
        coded = rows["grp"].combine_chunks().dictionary_encode()
        groups = coded.dictionary.to_pylist()
        code = code * len(groups) + coded.indices.to_numpy()
    edges = np.flatnonzero(code[1:] != code[:-1]) + 1
    counts = np.bincount(code)
    if len(edges) <= _RUNS_EACH * len(counts):  # they lie beside each other, as they were said: nothing is to be sorted
        for one, values in zip(code[[0, *edges]].tolist(), np.split(waited, edges), strict=True):
            place, group = divmod(one, len(groups))
            yield (places[place], groups[group]), values
        return
    order = np.argsort(code.astype(np.uint16) if len(counts) <= _SHORT else code, kind="stable")
    parts = np.split(waited[order], np.cumsum(counts)[:-1])
    for one in np.flatnonzero(counts).tolist():
        place, group = divmod(one, len(groups))
        yield (places[place], groups[group]), parts[one]


def voices(
    cursor: DuckDBPyConnection, wanted: Slice, within: Accounts, *, live: stats.Live | None = None
) -> list[tuple[tuple[str, ...], int]]:
    """Return how many items each set of streams saw."""
    with _grouped(cursor, wanted, within, by=By.STREAM, live=live) as read:
        rows = cursor.execute(
            f"""SELECT key, sum(items)::BIGINT FROM {read.counts}
                JOIN (SELECT DISTINCT grp, key FROM chosen) USING (grp) GROUP BY key ORDER BY key"""
        ).fetchall()
    return [(tuple(row[0].split()), row[1]) for row in rows]


def _worded(counts: str, by: By | None) -> str:
    """Return counts with words for their groups: at, key, label, sums; a row for each word of a list."""
    key = "unnest(string_split(key, ' '))" if by in _LISTS else "key"
    full = "WHERE key <> ''" if by in _LISTS else ""
    return f"""(SELECT place, {key} AS key, label, items, reach, sentiment_e4, answered FROM {counts}
                JOIN (SELECT DISTINCT grp, key, label FROM chosen {full}) USING (grp))"""


def _is_asked(wanted: Slice, by: By | None, key: str) -> bool:
    """Return whether a key is shown: an item counts for each of its streams and labels, also for some not asked for."""
    asked = {By.STREAM: wanted.streams, By.LABEL: wanted.labels}.get(by, ()) if by else ()
    return not asked or key in asked


def found(cursor: DuckDBPyConnection, within: Accounts) -> dict[str, list[str]]:
    """Return the channels, accounts and languages that anything was said in, as far as it was counted."""
    theirs, accounts = among("account_id", within)

    def distinct(column: str) -> list[str]:
        rows = cursor.execute(
            f"SELECT DISTINCT {column} FROM stats_keys WHERE {theirs} ORDER BY 1", accounts
        ).fetchall()
        return [row[0] for row in rows]

    return {column: distinct(column) for column in ("channel", "account_id", "language")}


def first(cursor: DuckDBPyConnection, within: Accounts) -> datetime | None:
    """Return when the first bucket begins in which something was said in accounts of `within`, counted or not yet."""
    theirs, accounts = among("account_id", within)
    # without a condition the engine knows the least one and reads nothing
    among_keys = "" if within is None else f"WHERE key_id IN (SELECT id FROM stats_keys WHERE {theirs})"
    ((counted, dirty),) = cursor.execute(
        f"SELECT (SELECT min(bucket) FROM stats_plain {among_keys}), (SELECT min(bucket) FROM stats_dirty)", accounts
    ).fetchall()
    if dirty is None or (counted is not None and counted < dirty):
        return aware(counted)
    # what was counted there may be gone, and what waits to be counted may be of others: the items tell
    theirs, accounts = among("i.account_id", within)
    ((said,),) = cursor.execute(
        f"SELECT min(i.sent_at) FROM interactions i WHERE {stats.COUNTED} AND i.sent_at >= ? AND {theirs}",
        [dirty, *accounts],
    ).fetchall()
    return stats.bucket_of(said) if said else None


def items(
    cursor: DuckDBPyConnection,
    wanted: Slice,
    within: Accounts,
    *,
    limit: int,
    after: tuple[datetime, str] | None,
    answered: bool = False,
    live: stats.Live | None = None,
) -> list[ItemLine]:
    """Return the items that a slice counts, newest first, behind `after`.

    `answered`: only those that were answered.
    """
    parts, values = ["waited_s IS NOT NULL"] if answered else ["TRUE"], list[object]()
    if after is not None:
        parts.append("(sent_at < ? OR (sent_at = ? AND item_id < ?))")
        values += [after[0], after[0], after[1]]
    with _grouped(cursor, wanted, within, by=By.LANGUAGE, live=live) as read:
        counted = cursor.execute(
            f"""SELECT item_id, label, key FROM (
                    SELECT item_id, sent_at, grp FROM {read.items} WHERE {" AND ".join(parts)}
                    ORDER BY sent_at DESC, item_id DESC LIMIT ?)
                JOIN (SELECT DISTINCT grp, key, label FROM chosen) USING (grp) ORDER BY sent_at DESC, item_id DESC""",
            [*values, limit],
        ).fetchall()
    rows = {row[0]: row for row in select(cursor, "interactions", "id", _ITEM, [row[0] for row in counted])}
    people = select(cursor, "contacts", "id", ("id", "name", "handle"), sorted({row[4] for row in rows.values()}))
    names = {contact_id: name or handle for contact_id, name, handle in people}
    return [_item(rows[one], label, language, names.get(rows[one][4], "")) for one, label, language in counted]


def _item(row: Sequence[Any], label: str, language: str, author: str) -> ItemLine:
    item_id, channel, account, talk, _, private, text, sent, reach, answered, url = row
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
    wanted = {rank for pair in ranks.values() if pair for rank in pair}
    wanted |= {rank for part in (0.5, 0.9) for rank in _beside(number, part)}
    ordered = np.partition(values, sorted(wanted))
    median, p90 = (_between(ordered, part) for part in (0.5, 0.9))
    spans = {name: (float(ordered[pair[0]]), float(ordered[pair[1]])) if pair else None for name, pair in ranks.items()}
    return Waits(
        key=key,
        start=start,
        number=number,
        median_s=median,
        p90_s=p90,
        median_range_s=spans["median"],
        p90_range_s=spans["p90"],
    )


def _beside(number: int, part: float) -> tuple[int, int]:
    """Return the ranks, from 0 on, between which a quantile of some values lies."""
    return math.floor((number - 1) * part), math.ceil((number - 1) * part)


def _between(ordered: np.ndarray[Any, Any], part: float) -> float:
    """Return a quantile of values that are ordered at the ranks beside it, as `numpy.quantile` gives it."""
    low, high = _beside(len(ordered), part)
    return float(ordered[low] + (ordered[high] - ordered[low]) * ((len(ordered) - 1) * part - low))


def _ranks(number: int, part: float) -> tuple[int, int] | None:
    """Return the ranks, from 0 on, between which a quantile lies 95 of 100 times; None: there are too few values.

    Conover, Practical Nonparametric Statistics, 3.2.
    """
    if number < _FEWEST:
        return None
    off = _Z * math.sqrt(number * part * (1 - part))
    return max(0, math.ceil(number * part - off) - 1), min(number - 1, math.ceil(number * part + off) - 1)

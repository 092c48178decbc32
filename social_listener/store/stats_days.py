"""Whole days of roll-ups, added up: a reading of months takes them, and quarters of an hour for what they leave.

A day is that of one time zone, the house's. Its row in `stats_days` says that it is added up. `stats.count` takes that
row away with every bucket that it counts anew, and readers pass over a day with a dirty bucket: so a day that is read
equals its quarters. What lies outside of such days is read from the quarters: the ragged ends of a period of another
zone, days with dirty buckets, and the day that is not over.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import pyarrow as pa

from social_listener.periods import midnight
from social_listener.store.staging import staged

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from duckdb import DuckDBPyConnection

#: quarters → the same added up over days
DAYS_OF: Final = {"stats": "day_stats", "stats_plain": "day_plain"}
#: days that are added up in one transaction
_AT_ONCE: Final = 28
#: separate stretches that are read from days; of more, the shortest are read from quarters
_MOST: Final = 12
_SUMS: Final = "sum(items), sum(reach), sum(sentiment_e4), sum(answered)"
#: days begin where buckets do: no zone of today breaks this, some of a century ago did
_ALIGNED: Final = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Stretches:
    """How [since, until) is read: [begin, end) of each stretch, in order."""

    days: tuple[tuple[datetime, datetime], ...]
    quarters: tuple[tuple[datetime, datetime], ...]


def stretches(cursor: DuckDBPyConnection, since: datetime, until: datetime, zone: str | None) -> Stretches:
    """Return which part of [since, until) lies in days that are added up, of `zone` or, without one, of any."""
    rows = cursor.execute(
        """SELECT begins, ends FROM stats_days d
           WHERE begins >= ? AND ends <= ? AND zone = coalesce(?, zone) AND NOT EXISTS (
               SELECT 1 FROM stats_dirty s WHERE s.bucket >= d.begins AND s.bucket < d.ends)
           ORDER BY begins""",
        [since, until, zone],
    ).fetchall()
    runs: list[tuple[datetime, datetime]] = []
    for begins, ends in ((one.astimezone(UTC), other.astimezone(UTC)) for one, other in rows):
        if runs and runs[-1][1] == begins:
            runs[-1] = (runs[-1][0], ends)
        else:
            runs.append((begins, ends))
    longest = sorted(runs, key=lambda run: run[0] - run[1])[:_MOST]
    days = tuple(sorted(longest))
    return Stretches(days, tuple(_between(days, since, until)))


def _between(
    days: Sequence[tuple[datetime, datetime]], since: datetime, until: datetime
) -> Iterator[tuple[datetime, datetime]]:
    at = since
    for begins, ends in days:
        if at < begins:
            yield at, begins
        at = ends
    if at < until:
        yield at, until


def forget(cursor: DuckDBPyConnection, buckets: Sequence[datetime]) -> None:
    """Forget the days in which those buckets lie; `buckets` are sorted."""
    rows = cursor.execute(
        "SELECT begins, ends FROM stats_days WHERE begins <= ? AND ends > ?", [buckets[-1], buckets[0]]
    ).fetchall()
    _drop(cursor, [begins for begins, ends in rows if any(begins <= one < ends for one in buckets)])


def _drop(cursor: DuckDBPyConnection, begins: Sequence[datetime]) -> None:
    if not begins:
        return
    with staged(cursor, pa.table({"begins": pa.array(begins, pa.timestamp("us", "UTC"))})):
        for table in DAYS_OF.values():
            cursor.execute(
                f"DELETE FROM {table} WHERE bucket BETWEEN ? AND ? AND bucket IN (SELECT begins FROM stage)",
                [min(begins), max(begins)],
            )
        cursor.execute("DELETE FROM stats_days WHERE begins IN (SELECT begins FROM stage)")


def waiting(cursor: DuckDBPyConnection, zone: str) -> list[tuple[datetime, datetime]]:
    """Return the days of a zone that can be added up and are not, newest first.

    The day of the newest bucket is not over: it would be added up again every minute.
    """
    row = cursor.execute("SELECT min(bucket), max(bucket) FROM stats_plain").fetchone()
    if row is None or row[0] is None:
        return []
    local = [moment.astimezone(ZoneInfo(zone)).date() for moment in row]
    known = {
        (begins.astimezone(UTC), ends.astimezone(UTC))
        for begins, ends in cursor.execute("SELECT begins, ends FROM stats_days WHERE zone = ?", [zone]).fetchall()
    }
    days = [_day(local[0] + timedelta(days=number), zone) for number in range((local[1] - local[0]).days)]
    missing = [day for day in days[::-1] if day not in known and _is_aligned(day)]
    dirty = cursor.execute("SELECT DISTINCT bucket FROM stats_dirty").fetchall() if missing else []
    unsure = {row[0].astimezone(ZoneInfo(zone)).date() for row in dirty}
    return [day for day in missing if day[0].astimezone(ZoneInfo(zone)).date() not in unsure]


def _day(day: date, zone: str) -> tuple[datetime, datetime]:
    return midnight(day, zone), midnight(day + timedelta(days=1), zone)


def _is_aligned(day: tuple[datetime, datetime]) -> bool:
    return all((moment - datetime(2000, 1, 1, tzinfo=UTC)) % _ALIGNED == timedelta() for moment in day)


def add_up(cursor: DuckDBPyConnection, zone: str, most: int = _AT_ONCE) -> int:
    """Add up the newest days that wait, so many at a time, in a transaction; return how many are left."""
    missing = waiting(cursor, zone)
    days = missing[:most]
    if not days:
        return 0
    first, last = days[-1][0], days[0][1]
    overlapping = cursor.execute(
        "SELECT begins, ends FROM stats_days WHERE zone <> ? AND begins < ? AND ends > ?", [zone, last, first]
    ).fetchall()
    _drop(cursor, [begins for begins, ends in overlapping if any(begins < day[1] and ends > day[0] for day in days)])
    for begins, ends in days:
        for quarters, added in DAYS_OF.items():
            cursor.execute(
                f"""INSERT INTO {added} (bucket, key_id, items, reach, sentiment_e4, answered)
                    SELECT ?::TIMESTAMPTZ, key_id, {_SUMS} FROM {quarters} WHERE bucket >= ? AND bucket < ?
                    GROUP BY key_id ORDER BY key_id""",
                [begins, begins, ends],
            )
        cursor.execute("INSERT INTO stats_days VALUES (?, ?, ?)", [begins, ends, zone])
    return len(missing) - len(days)

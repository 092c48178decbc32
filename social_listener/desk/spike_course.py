"""The course of a spike: what was said quarter by quarter, beside what is usual then and its ordinary range."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from social_listener.desk.spike_usual import HISTORY, history_of
from social_listener.desk_types.crisis import CoursePoint
from social_listener.store import spike_items
from social_listener.trends.baseline import QUARTER, baseline, floor
from social_listener.trends.tails import range_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from duckdb import DuckDBPyConnection

    from social_listener.desk_types.spikes import Spike
    from social_listener.store.spike_items import Counts, Listening
    from social_listener.trends.baseline import Baseline

_LONGEST: Final = timedelta(days=7)
_DAY: Final = timedelta(days=1)
#: spikes whose baselines are kept: they stand on eight weeks before the spike, which hardly change any more
_KEPT: Final = 20


class Courses:
    """Makes courses, and keeps what was usual before the spikes that are looked at. Thread-safe."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self._lock = threading.Lock()
        self._usual: dict[tuple[object, ...], Mapping[str, Baseline]] = {}

    def of(self, cursor: DuckDBPyConnection, spike: Spike, now: datetime) -> tuple[CoursePoint, ...]:
        """Return the quarters from a day before a spike to its end and an hour more; now at most, by its clock."""
        first = floor(spike.began_at - _DAY)
        last = min(now, (spike.ended_at or now) + timedelta(hours=1), first + _LONGEST)
        listening = spike_items.listening(cursor, now)
        usual = self._known(cursor, spike, first, listening)
        heard = {one: listening[one] for one in usual}
        counts = spike_items.quarters(cursor, first, floor(last) + QUARTER)
        points, at = [], first
        while at < last:
            points.append(_point(at, last, counts, usual, heard))
            at += QUARTER
        return tuple(points)

    def usual(
        self, cursor: DuckDBPyConnection, spike: Spike, since: datetime, until: datetime, now: datetime
    ) -> float | None:
        """Return what is usual in [since, until) within a spike, in items; None: not known."""
        known = self._known(cursor, spike, floor(spike.began_at - _DAY), spike_items.listening(cursor, now))
        expected = _together(list(known.values()), since, until)
        return None if expected is None else expected[0]

    def _known(
        self, cursor: DuckDBPyConnection, spike: Spike, first: datetime, listening: Mapping[str, Listening]
    ) -> Mapping[str, Baseline]:
        """Return what is usual for the accounts of a spike, by what came before its course.

        For a spike over all accounts only those count of which it is known, as for whoever found it; when none is, all.
        """
        key = (spike.id, first, *((one, told.since, told.gaps) for one, told in listening.items()))
        with self._lock:
            if key in self._usual:
                return self._usual[key]
        counts = spike_items.quarters(cursor, first - HISTORY, first)
        made = {
            one: baseline(history_of(counts, one, first - HISTORY, first, told), first, self._zone)
            for one, told in listening.items()
            if spike.account_id in {None, one}
        }
        known = {one: told for one, told in made.items() if told.items is not None} or made
        with self._lock:
            if len(self._usual) >= _KEPT:
                self._usual.pop(next(iter(self._usual)))
            self._usual[key] = known
        return known


def _point(
    at: datetime, last: datetime, counts: Counts, usual: Mapping[str, Baseline], listening: Mapping[str, Listening]
) -> CoursePoint:
    until = min(at + QUARTER, last)
    expected = _together(list(usual.values()), at, at + QUARTER)
    low, high = range_of(*expected) if expected else (None, None)
    items = sum(counts.get(one, {}).get(at, (0, 0))[0] for one in usual)
    heard = any(_heard(one, at) for one in listening.values())
    return CoursePoint(
        at=at,
        items=items if heard or items else None,
        usual=expected[0] if expected else None,
        low=low,
        high=high,
        part=(until - at) / QUARTER,
    )


def _heard(listening: Listening, at: datetime) -> bool:
    """Return whether we listened to an account in a quarter."""
    if listening.since is None or listening.since > at:
        return False
    return not any(since < at + QUARTER and at < until for since, until in listening.gaps)


def _together(baselines: Sequence[Baseline], since: datetime, until: datetime) -> tuple[float, float] | None:
    """Return mean and spread of what is usual on all of these accounts together; None: not known of each."""
    each = [one.expected(since, until) for one in baselines]
    if not each or None in each:
        return None
    mean = sum(one.items for one in each if one)
    variance = sum(one.items + one.spread * one.items**2 for one in each if one)
    return mean, max(0.0, variance - mean) / mean**2

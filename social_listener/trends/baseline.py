"""What is usual: the seasonal baseline, from quarter-hour counts of the weeks before. Pure; docs/spikes.md tells more.

The usual rate of a moment is the middle of what the same time of the week had in up to eight weeks before, by the clock
on the wall of the house's time zone: each week smoothed with as few neighbours as give enough items, then the mean of
the middle half (J. W. Tukey's midmean), so that two odd weeks of eight do not count. Where the last seven days had
more than that, the median of their days lifts all of it: growth is no spike. It never lowers it: after a lull usual is
usual.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from social_listener.desk_types.spikes import Basis

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]

QUARTER: Final = timedelta(minutes=15)
DAY: Final = 96  #: quarters
WEEK: Final = 7 * DAY
#: how many weeks, or days, a baseline stands on at most, and at least
WEEKS, LEAST_WEEKS = 8, 2
DAYS, LEAST_DAYS = 14, 3
#: neighbours on either side that a quarter may be smoothed with; the fewest are taken that give this many items
_NEIGHBOURS: Final = (0, 1, 2, 4)
_ENOUGH: Final = 60
#: windows, in quarters, for which it is measured how much more counts vary than those of a Poisson process
SPANS: Final = (1, 4, 12)
#: nothing is steadier than this, whatever the history shows: counts vary by a tenth at least
_LEAST_SPREAD: Final = 0.01
#: of the days the wildest twentieth says nothing of how much counts vary: there the spikes of the past are
_WILD: Final = 0.05
_MOST_LIFT: Final = 3.0


@dataclass(frozen=True, slots=True)
class Quarters:
    """Counts of quarters of an hour, one after the other without a hole."""

    first: datetime  #: where the first one begins: aware, on a quarter
    items: Numbers
    negative: Numbers
    known: NDArray[np.bool_]  #: False: we did not listen then, or a platform has a gap there


class Expected(NamedTuple):
    """What is usual in a window."""

    items: float
    spread: float  #: how much more counts vary than those of a Poisson process: variance = m + spread · m²


@dataclass(frozen=True, slots=True)
class Profile:
    """The usual rates of one kind of item by the time of the week, or of the day."""

    rates: Numbers  #: items a quarter; the first one is that of the anchor
    evidence: Numbers  #: items that each of them stands on
    own: Numbers  #: of these the part that no neighbour stands on as well
    spreads: dict[int, float]  #: by window, in quarters
    lift: float  #: growth, 1 to 3; it is in `rates` already


@dataclass(frozen=True, slots=True)
class Baseline:
    """What is usual for one account, or for all. Good for a week from its anchor on."""

    anchor: datetime
    zone: ZoneInfo
    basis: Basis
    weeks: int  #: weeks (days, for `Basis.DAY`) that it stands on
    items: Profile | None = None  #: None: not enough history
    negative: Profile | None = None
    _origin: int = field(default=0, repr=False)

    def expected(self, since: datetime, until: datetime, *, negative: bool = False) -> Expected | None:
        """Return what is usual from `since` to `until`, by the time of the week; None: there is no history."""
        profile = self.negative if negative else self.items
        if profile is None:
            return None
        total = evidence = own = whole = 0.0
        at = floor(since)
        while at < until:
            part = (min(until, at + QUARTER) - max(since, at)) / QUARTER
            slot = (_wall(at, self.zone) - self._origin) % len(profile.rates)
            total += part * float(profile.rates[slot])
            evidence += part * float(profile.evidence[slot])
            own += part * float(profile.own[slot])
            whole += part
            at += QUARTER
        span = min(SPANS, key=lambda one: abs(one - whole))
        # The mean is not known, but estimated from so many items: that adds to how much a count may vary.
        spread = profile.spreads[span] + 1 / (max(evidence / max(whole, 0.01), own) + 0.5)
        return Expected(max(total, 1e-6), spread)


def floor(moment: datetime) -> datetime:
    """Return the beginning of the quarter of an hour that a moment lies in."""
    seconds = int(moment.timestamp()) // 900 * 900
    return datetime.fromtimestamp(seconds, UTC)


def baseline(quarters: Quarters, anchor: datetime, zone: ZoneInfo) -> Baseline:
    """Return what is usual from `anchor` (a quarter) on, by what was counted before it.

    Two weeks that were listened to are the least for the time of the week, three days for the time of the day.
    """
    anchor = floor(anchor)
    origin = _wall(anchor, zone)
    walls = _walls(quarters.first, len(quarters.items), zone)
    for basis, period, rows, least in (
        (Basis.WEEK, WEEK, WEEKS, LEAST_WEEKS),
        (Basis.DAY, DAY, DAYS, LEAST_DAYS),
    ):
        table = _Table(origin - walls, period, rows)
        exposure = table.laid(quarters.known.astype(float))
        full = int((exposure.mean(axis=1) >= 0.9).sum())
        if full < least:
            continue
        items, negative = (
            _profile(table.laid(np.where(quarters.known, one, 0.0)), exposure, lifted=basis is Basis.WEEK)
            for one in (quarters.items, quarters.negative)
        )
        return Baseline(anchor, zone, basis, full, items, negative, _origin=origin)
    return Baseline(anchor, zone, Basis.NONE, 0)


def _wall(moment: datetime, zone: ZoneInfo) -> int:
    """Return the number of a quarter by the clock on the wall."""
    offset = moment.astimezone(zone).utcoffset() or timedelta(0)
    return int(moment.timestamp() + offset.total_seconds()) // 900


def _walls(first: datetime, count: int, zone: ZoneInfo) -> NDArray[np.int64]:
    start = int(first.timestamp())
    return np.array([_wall(datetime.fromtimestamp(start + 900 * at, UTC), zone) for at in range(count)], dtype=np.int64)


class _Table:
    """Lays quarters into rows, one a week or day, the oldest first, each ending where the next one begins."""

    def __init__(self, back: NDArray[np.int64], period: int, rows: int) -> None:
        """`back`: by how many quarters each one lies before the anchor."""
        self._inside = (back > 0) & (back <= period * rows)
        self._place = period * rows - back[self._inside]
        self._shape = (rows, period)

    def laid(self, values: Numbers) -> Numbers:
        """Return the values in their rows; those of the hour that a clock goes back are added up."""
        flat = np.zeros(self._shape[0] * self._shape[1])
        np.add.at(flat, self._place, values[self._inside])
        return flat.reshape(self._shape)


def _profile(counts: Numbers, exposure: Numbers, *, lifted: bool) -> Profile:
    """Return the usual rates of a table of counts; `exposure`: how many quarters were listened to in each place."""
    rates, evidence, neighbours = _smoothed(counts, exposure)
    weight = 0.8 * float((exposure > 0).sum(axis=0).mean()) * (2 * float(neighbours.mean()) + 1)
    level = _levels(counts, rates * exposure) if lifted else np.ones((len(counts), 1))
    usual = rates * level * exposure
    spreads = {span: _spread(counts, usual, exposure, span, 1 / max(0.5, 1 - 1 / weight)) for span in SPANS}
    lift = _lift(counts[-1], rates * exposure[-1]) if lifted else 1.0
    return Profile(rates * lift, evidence, evidence / (2 * neighbours + 1), spreads, lift)


def _smoothed(counts: Numbers, exposure: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    """Return for each place the middle rate, the items it stands on, and with how many neighbours it was smoothed."""
    rates, evidence = _rates(counts, exposure, _NEIGHBOURS[0])
    neighbours = np.zeros_like(rates)
    for beside in _NEIGHBOURS[1:]:
        few = evidence < _ENOUGH
        wider, items = _rates(counts, exposure, beside)
        rates, evidence = np.where(few, wider, rates), np.where(few, items, evidence)
        neighbours = np.where(few, float(beside), neighbours)
    return rates, evidence, neighbours


def _rates(counts: Numbers, exposure: Numbers, beside: int) -> tuple[Numbers, Numbers]:
    """Return the middle rate of each place and the items it stands on, with so many neighbours on either side."""
    items, heard = _around(counts, beside), _around(exposure, beside)
    enough = heard >= beside + 0.5
    weeks = np.where(enough, items / np.maximum(heard, 1), np.nan)
    least = 0.5 / np.maximum(np.where(enough, heard, 0).sum(axis=0), 1)
    return np.maximum(_middle(weeks), least), np.where(enough, items, 0).sum(axis=0)


def _around(table: Numbers, beside: int) -> Numbers:
    """Return for every place the sum of itself and its neighbours in time, across the rows."""
    flat = np.concatenate([np.zeros(beside + 1), table.ravel(), np.zeros(beside)]).cumsum()
    width = 2 * beside + 1
    sums: Numbers = (flat[width:] - flat[:-width]).reshape(table.shape)
    return sums


def _middle(rows: Numbers) -> Numbers:
    """Return the mean of the middle half of each column; what is not a number does not count, 0 where nothing is."""
    ordered = np.sort(rows, axis=0)  # what is no number comes last
    valid = (~np.isnan(ordered)).sum(axis=0)
    cut = valid // 4
    place = np.arange(len(rows))[:, None]
    inside = (place >= cut) & (place < valid - cut)
    middle: Numbers = np.where(inside, np.nan_to_num(ordered), 0).sum(axis=0) / np.maximum(inside.sum(axis=0), 1)
    return middle


def _levels(counts: Numbers, usual: Numbers) -> Numbers:
    """Return for every week how much it had of what is usual, pulled a little towards 1."""
    made: Numbers = ((counts.sum(axis=1) + 5) / (usual.sum(axis=1) + 5))[:, None]
    return made


def _lift(counts: Numbers, usual: Numbers) -> float:
    """Return the growth that the last seven days show: the median of their days, never below 1."""
    days = (counts.reshape(7, DAY).sum(axis=1) + 5) / (usual.reshape(7, DAY).sum(axis=1) + 5)
    return float(min(_MOST_LIFT, max(1.0, np.median(days))))


def _spread(counts: Numbers, usual: Numbers, exposure: Numbers, span: int, inside: float) -> float:
    """Return by the method of moments how much more than Poisson the counts of windows vary.

    Sum of ((y - m)² - m) over sum of m², by days, without the wildest of them. `inside`: what is measured against a
    mean that it is part of looks steadier than it is; by this it is set right.
    """
    y, m, heard = (table.reshape(-1, span).sum(axis=1) for table in (counts, usual, exposure))
    whole = heard >= span
    more = np.where(whole, (y - m) ** 2 * inside - m, 0).reshape(-1, DAY // span).sum(axis=1)
    most = np.where(whole, m**2, 0).reshape(-1, DAY // span).sum(axis=1)
    days = np.flatnonzero(most > 0)
    if not len(days):
        return _LEAST_SPREAD
    calm = days[np.argsort(more[days] / most[days])][: max(1, round(len(days) * (1 - _WILD)))]
    return _LEAST_SPREAD + 1.2 * max(0.0, float(more[calm].sum() / most[calm].sum()))

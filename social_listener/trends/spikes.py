"""When far more is said than usual: a spike begins, goes on, ends. Pure; docs/spikes.md tells how it was measured.

Windows that end now are compared with the baseline. A count that would hardly ever come by chance begins a spike; while
the window that found it, or the last hour, stays unlikely, it goes on; once it has been calm for half an hour, it has
ended. What begins anew within three hours is the same spike again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import log
from typing import TYPE_CHECKING, Final, NamedTuple

from social_listener.desk_types.spikes import Basis
from social_listener.trends.tails import at_least, at_most

if TYPE_CHECKING:
    from collections.abc import Sequence

    from social_listener.trends.baseline import Baseline

MINUTE: Final = timedelta(minutes=1)
HOUR: Final = timedelta(hours=1)
#: windows that are looked at, all ending now
WINDOWS: Final = (timedelta(minutes=15), HOUR, timedelta(hours=3))
#: so many minutes back counts are needed
BACK: Final = 180
#: what ended is the same spike again when it begins anew within this time
SAME_AGAIN: Final = timedelta(hours=3)
_CALM: Final = timedelta(minutes=30)
_STILL_UNLIKELY: Final = 1e-3
_STILL_TIMES: Final = 1.3
#: a lull: the last three hours had at most this part of what is usual
_LULL: Final = 0.3
#: nobody is woken by a lull, so it need not be as unlikely as a spike
_LULL_CHANCE: Final = 1e-4
#: a lull that ended goes on when it is as quiet again within this time, over a night or a Sunday …
LULL_AGAIN: Final = timedelta(hours=48)
#: … and between at most this part of what is usual was said, or so few more: four of a night's three prove nothing
_LULL_BETWEEN, _A_FEW = 0.5, 3
#: by the time of the day alone weekdays and Sundays look alike: more is asked for
_DAY_TIMES: Final = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What counts as a spike."""

    chance: float = 1e-6  #: a window with so many items comes by chance no more often than this
    least: int = 10  #: items in the window
    times: float = 1.8  #: as many as usual
    floor: int = 40  #: items in an hour that are told of where there is no history; 0: nothing is


class Recent(NamedTuple):
    """Counts by minute, the newest last: the last one ends at `until`."""

    until: datetime
    items: Sequence[int]
    negative: Sequence[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One window against what is usual."""

    since: datetime
    until: datetime
    count: int
    usual: float
    chance: float  #: of so many or more
    negative: bool = False  #: counted are negative items only


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """A spike that goes on, or the last one that ended."""

    began_at: datetime
    last_at: datetime  #: when it last stood out
    window: timedelta  #: the shortest that found it
    peak: Seen  #: its strongest hour
    found_at: datetime
    negative: bool  #: it is of negative items, and all items together do not stand out
    ended_at: datetime | None = None


class Looked(NamedTuple):
    """What a look came to."""

    state: State | None
    began: bool = False
    again: bool = False  #: one that had ended goes on
    ended: bool = False
    lull: Seen | None = None
    window: Seen | None = None  #: the least likely one, for whoever wants to see


def look(state: State | None, recent: Recent, baseline: Baseline, rules: Rules) -> Looked:
    """Return what becomes of a spike at `recent.until`, the end of the newest counts. `state`: after the last look."""
    going = state if state is not None and state.ended_at is None else None
    free_from = state.ended_at if state is not None and going is None else None
    seen = [
        one
        for negative in (False, True)
        for span in WINDOWS
        for one in [_seen(recent, baseline, span, free_from, negative=negative)]
        if one is not None
    ]
    if going is not None:
        return _go_on(_whole(going, seen, recent, baseline, rules), seen, recent, baseline)
    found = [one for one in seen if _stands_out(one, baseline, rules)] or _without_history(recent, baseline, rules)
    if not found:
        return Looked(state, lull=lull(recent, baseline), window=min(seen, key=_chance, default=None))
    return _begin(state, found, recent, baseline)


def lull(recent: Recent, baseline: Baseline) -> Seen | None:
    """Return the last three hours when they had far less than usual. Whether all was polled well the caller knows."""
    since = recent.until - WINDOWS[-1]
    usual = baseline.expected(since, recent.until)
    if usual is None or baseline.basis is not Basis.WEEK:
        return None
    count = sum(recent.items[-BACK:])
    chance = at_most(count, usual.items, usual.spread)
    if count > _LULL * usual.items or chance > _LULL_CHANCE:
        return None
    return Seen(since=since, until=recent.until, count=count, usual=usual.items, chance=chance)


def stayed_quiet(count: int, usual: float) -> bool:
    """Return whether a lull that was seen to end went on: between its two parts `count` items, where `usual` are usual.

    At night so little is usual that three hours prove nothing: a lull of a week would be told as a few a day.
    """
    return count <= _LULL_BETWEEN * usual + _A_FEW


def _chance(one: Seen) -> float:
    return one.chance


def _seen(
    recent: Recent, baseline: Baseline, span: timedelta, free_from: datetime | None, *, negative: bool
) -> Seen | None:
    """Return a window that ends now; what belongs to a spike that ended is left out of it."""
    since = recent.until - span
    if free_from is not None and free_from > since:
        since += MINUTE * -(-(free_from - since) // MINUTE)
    minutes = round((recent.until - since) / MINUTE)
    usual = baseline.expected(since, recent.until, negative=negative) if minutes > 0 else None
    if usual is None:
        return None
    count = sum((recent.negative if negative else recent.items)[-minutes:])
    chance = 1.0 if count <= usual.items else at_least(count, usual.items, usual.spread)
    return Seen(since=since, until=recent.until, count=count, usual=usual.items, chance=chance, negative=negative)


def _stands_out(one: Seen, baseline: Baseline, rules: Rules) -> bool:
    times = rules.times if baseline.basis is Basis.WEEK else max(rules.times, _DAY_TIMES)
    return one.chance < rules.chance and one.count >= max(rules.least, times * one.usual)


def _without_history(recent: Recent, baseline: Baseline, rules: Rules) -> list[Seen]:
    """Return the last hour when nothing is known of what is usual and it has very many items."""
    count = sum(recent.items[-60:])
    if baseline.basis is not Basis.NONE or not rules.floor or count < rules.floor:
        return []
    return [Seen(since=recent.until - HOUR, until=recent.until, count=count, usual=0.0, chance=0.0)]


def _hour(recent: Recent, baseline: Baseline, *, negative: bool) -> Seen:
    usual = baseline.expected(recent.until - HOUR, recent.until, negative=negative)
    count = sum((recent.negative if negative else recent.items)[-60:])
    return Seen(
        since=recent.until - HOUR,
        until=recent.until,
        count=count,
        usual=usual.items if usual else 0.0,
        chance=0.0,
        negative=negative,
    )


def _begin(state: State | None, found: Sequence[Seen], recent: Recent, baseline: Baseline) -> Looked:
    """Begin a spike, or go on with one that ended a short while ago."""
    whole = [one for one in found if not one.negative]
    shortest = min(whole or found, key=lambda one: one.until - one.since)
    hour = _hour(recent, baseline, negative=not whole)
    if state is not None and state.ended_at is not None and recent.until - state.ended_at <= SAME_AGAIN:
        peak = max(state.peak, hour, key=lambda one: one.count)
        return Looked(replace(state, ended_at=None, last_at=recent.until, peak=peak), again=True, window=shortest)
    begun = State(
        began_at=_beginning(recent, baseline, shortest),
        last_at=recent.until,
        window=_window(shortest),
        peak=hour,
        found_at=recent.until,
        negative=not whole,
    )
    return Looked(begun, began=True, window=shortest)


def _beginning(recent: Recent, baseline: Baseline, window: Seen) -> datetime:
    """Return the minute from which on a change of the rate explains the counts best (the likelihood ratio is largest).

    E. S. Page, "Continuous inspection schemes", Biometrika 41, 1954.
    """
    counts = recent.negative if window.negative else recent.items
    best, best_at = 0.0, window.since
    count = 0
    usual = 0.0
    for back in range(1, min(len(counts), BACK) + 1):
        until = recent.until - MINUTE * (back - 1)
        expected = baseline.expected(until - MINUTE, until, negative=window.negative)
        usual += expected.items if expected else 0.01
        count += counts[-back]
        gain = count * log(count / usual) - (count - usual) if count > usual else 0.0
        if gain > best and counts[-back]:
            best, best_at = gain, until - MINUTE
    return best_at


def _whole(state: State, seen: Sequence[Seen], recent: Recent, baseline: Baseline, rules: Rules) -> State:
    """Return a spike that began as one of negative items as one of all items, once those stand out as well."""
    found = [one for one in seen if not one.negative and _stands_out(one, baseline, rules)] if state.negative else []
    if not found:
        return state
    window = min(_window(one) for one in found)
    return replace(state, negative=False, window=window, peak=_hour(recent, baseline, negative=False))


def _window(one: Seen) -> timedelta:
    """Return the window that a count was made for, though a part of it may be left out."""
    return next(span for span in WINDOWS if one.until - one.since <= span)


def _go_on(state: State, seen: Sequence[Seen], recent: Recent, baseline: Baseline) -> Looked:
    """Keep a spike going while it stands out, and end it once it was calm for a while."""
    hour = _hour(recent, baseline, negative=state.negative)
    if baseline.basis is Basis.NONE:
        active = hour.count >= 20
    else:
        spans = {state.window, max(state.window, HOUR)}
        active = any(
            one.negative == state.negative
            and one.until - one.since in spans
            and one.chance < _STILL_UNLIKELY
            and one.count >= _STILL_TIMES * one.usual
            for one in seen
        )
    peak = hour if hour.count > state.peak.count else state.peak
    if active:
        return Looked(replace(state, last_at=recent.until, peak=peak))
    if recent.until - state.last_at < _CALM:
        return Looked(replace(state, peak=peak))
    return Looked(replace(state, ended_at=state.last_at, peak=peak), ended=True)

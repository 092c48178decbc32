"""Opening hours: when a promised time ends, and how much of it has gone by. Pure; moments are aware, results in UTC.

Only opening time counts. Hours are told by the clock on the wall of a time zone, so a day on which the clocks change is
an hour shorter or longer where that hour is an opening hour.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

#: minutes of a day; a span that ends here ends at midnight
DAY: Final = 24 * 60
#: nobody promises more opening time than this
LONGEST: Final = timedelta(days=365)

#: opening and closing time, in minutes after midnight by the clock on the wall
Span = tuple[int, int]
#: the same as moments, in UTC
Stretch = tuple[datetime, datetime]

_ONE_DAY: Final = timedelta(days=1)
_NOTHING: Final = timedelta(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """When we work. Without hours: always."""

    name: str = ""
    zone: str = "UTC"
    week: tuple[tuple[Span, ...], ...] = ()  #: Monday first; (): round the clock, every day
    closed: frozenset[date] = frozenset()  #: days off, whatever the weekday
    _days: dict[date, tuple[Stretch, ...]] = field(default_factory=dict, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Refuse hours between which nothing would ever be due."""
        if self.week and (len(self.week) != 7 or not any(self.week)):
            raise ValueError(f"the calendar {self.name!r} has no opening hour in the week")

    @property
    def always(self) -> bool:
        """Return whether every moment counts."""
        return not self.week and not self.closed

    def stretches(self, day: date) -> tuple[Stretch, ...]:
        """Return when it is open on a day of its zone: in order, none touching another."""
        known = self._days.get(day)
        if known is None:
            spans = self.week[day.weekday()] if self.week else ((0, DAY),)
            known = () if day in self.closed else _united(_moments(day, spans, ZoneInfo(self.zone)))
            if len(self._days) > 10_000:
                self._days.clear()
            self._days[day] = known
        return known

    def day_of(self, moment: datetime) -> date:
        """Return the day that a moment lies in, in the calendar's zone."""
        return moment.astimezone(ZoneInfo(self.zone)).date()


def _moments(day: date, spans: tuple[Span, ...], zone: ZoneInfo) -> list[Stretch]:
    """Return a day's spans as moments; one that the clocks jump over has gone."""
    found = []
    for opens, closes in spans:
        since, until = _moment(day, opens, zone), _moment(day, closes, zone)
        if since < until:
            found.append((since, until))
    return found


def _moment(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    """Return a time on the wall as a moment; of one that comes twice the first."""
    if minutes >= DAY:
        day, minutes = day + _ONE_DAY, minutes - DAY
    return datetime.combine(day, time(minutes // 60, minutes % 60), zone).astimezone(UTC)


def _united(stretches: list[Stretch]) -> tuple[Stretch, ...]:
    """Return stretches in order, those that overlap as one: where clocks jump, two spans may meet."""
    found: list[Stretch] = []
    for since, until in sorted(stretches):
        if found and since <= found[-1][1]:
            found[-1] = (found[-1][0], max(until, found[-1][1]))
        else:
            found.append((since, until))
    return tuple(found)


def due(since: datetime, target: timedelta, calendar: Calendar) -> datetime:
    """Return when `target` of opening time after `since` is over, in UTC; ValueError for more than `LONGEST`.

    It is the first such moment: a target that is used up as the doors close is due then, not in the morning.
    """
    if not _NOTHING < target <= LONGEST:
        raise ValueError(f"a target must be longer than nothing and {LONGEST.days} days at most")
    since = since.astimezone(UTC)
    if calendar.always:
        return since + target
    left = target
    day = calendar.day_of(since) - _ONE_DAY
    while True:
        for opens, closes in calendar.stretches(day):
            begins = max(opens, since)
            if begins < closes:
                if left <= closes - begins:
                    return begins + left
                left -= closes - begins
        day += _ONE_DAY


def worked(since: datetime, until: datetime, calendar: Calendar) -> timedelta:
    """Return how much opening time lies between two moments; none when `until` is not the later one."""
    since, until = since.astimezone(UTC), until.astimezone(UTC)
    if until <= since:
        return _NOTHING
    if calendar.always:
        return until - since
    total = _NOTHING
    day, last = calendar.day_of(since) - _ONE_DAY, calendar.day_of(until)
    while day <= last:
        for opens, closes in calendar.stretches(day):
            total += max(_NOTHING, min(closes, until) - max(opens, since))
        day += _ONE_DAY
    return total

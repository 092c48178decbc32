"""Periods of the calendar, in a time zone, and the one before each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Iterator


class Step(StrEnum):
    """How finely a period is divided."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"  #: from Monday on
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days of a time zone, from `first` to `last`, both included."""

    first: date
    last: date
    zone: str = "UTC"  #: IANA name

    def __post_init__(self) -> None:
        """Refuse a period that ends before it begins; ValueError, also for an unknown zone."""
        if self.last < self.first:
            raise ValueError(f"a period cannot end on {self.last} when it begins on {self.first}")
        try:
            ZoneInfo(self.zone)
        except (KeyError, OSError) as error:
            raise ValueError(f"{self.zone!r} is no time zone") from error

    @property
    def since(self) -> datetime:
        """Return when its first day begins, UTC."""
        return midnight(self.first, self.zone)

    @property
    def until(self) -> datetime:
        """Return when the day after its last one begins, UTC: the first moment that is not in it."""
        return midnight(self.last + timedelta(days=1), self.zone)

    @property
    def days(self) -> int:
        """Return how many days it has."""
        return (self.last - self.first).days + 1

    def before(self) -> Period:
        """Return the period before: whole months before whole months, else as many days."""
        if self.first.day == 1 and (self.last + timedelta(days=1)).day == 1:
            months = (self.last.year - self.first.year) * 12 + self.last.month - self.first.month + 1
            return Period(_months(self.first, -months), self.first - timedelta(days=1), self.zone)
        return Period(self.first - timedelta(days=self.days), self.first - timedelta(days=1), self.zone)

    def step(self) -> Step:
        """Return the step that gives between about 20 and 120 points."""
        if self.days <= 4:
            return Step.HOUR
        if self.days <= 120:
            return Step.DAY
        return Step.WEEK if self.days <= 800 else Step.MONTH

    def starts(self, step: Step) -> Iterator[datetime]:
        """Yield where its steps begin, as local times without a zone; the first may lie before the period itself."""
        at = datetime.combine(start_of(self.first, step), time())
        end = datetime.combine(self.last + timedelta(days=1), time())
        while at < end:
            yield at
            at = _next(at, step)

    def holds(self, start: datetime, step: Step) -> bool:
        """Return whether a step lies within the period whole; the first and last week or month may not."""
        end = datetime.combine(self.last + timedelta(days=1), time())
        return start.date() >= self.first and _next(start, step) <= end

    def spans(self, step: Step) -> Iterator[tuple[datetime, datetime, datetime]]:
        """Yield where each step begins, as `starts` does, and since and until when it lies within the period, UTC.

        An hour that clocks skip has no length; one that they show twice lasts two.
        """
        zone, starts = ZoneInfo(self.zone), list(self.starts(step))
        moments = [one.replace(tzinfo=zone).astimezone(UTC) for one in starts]
        for at, start in enumerate(starts):
            until = moments[at + 1] if at + 1 < len(starts) else self.until
            yield start, max(moments[at], self.since), max(until, moments[at])


def midnight(day: date, zone: str) -> datetime:
    """Return when a day begins in a time zone, UTC; where clocks skip midnight, the first moment after it."""
    local = datetime.combine(day, time(), tzinfo=ZoneInfo(zone))
    return local.astimezone(UTC)


def start_of(day: date, step: Step) -> date:
    """Return the first day of the week or month of a day; the day itself for shorter steps."""
    if step is Step.WEEK:
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if step is Step.MONTH else day


def last_days(number: int, now: datetime, zone: str) -> Period:
    """Return the last whole days before today."""
    today = now.astimezone(ZoneInfo(zone)).date()
    return Period(today - timedelta(days=number), today - timedelta(days=1), zone)


def _next(at: datetime, step: Step) -> datetime:
    if step is Step.MONTH:
        return datetime.combine(_months(at.date(), 1), time())
    return at + {Step.HOUR: timedelta(hours=1), Step.DAY: timedelta(days=1), Step.WEEK: timedelta(weeks=1)}[step]


def _months(day: date, number: int) -> date:
    months = day.year * 12 + day.month - 1 + number
    return date(months // 12, months % 12 + 1, 1)

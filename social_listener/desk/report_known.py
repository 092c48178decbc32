"""What can be known of a stretch of time: what was before anything is stored, or is to come, is not nought. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from social_listener.store.stats import BUCKET

if TYPE_CHECKING:
    from collections.abc import Iterator
    from zoneinfo import ZoneInfo

    from social_listener.desk_types.insights import Standing

_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)
#: in so many days every hour of the week comes, also one that clocks skip once
_EVERY_HOUR: Final = timedelta(days=15)


class Known(StrEnum):
    """How much of a stretch of time is known. The words stand in files: docs/reports.md."""

    WHOLE = "whole"
    PART = "in part"  #: what is stored begins within it, or it lies in the period only in part
    SO_FAR = "so far"  #: it is not over, or not every stream was read up to its end
    NOT_YET = "not yet"  #: it is to come
    NOT = "not known"  #: it was over before anything is stored
    SKIPPED = "no such hour"  #: clocks skipped it


#: of these nothing can be told, not even nought
UNTOLD: Final = frozenset((Known.NOT_YET, Known.NOT, Known.SKIPPED))


@dataclass(frozen=True, slots=True)
class Reach:
    """From when on, and up to when, what was said is stored."""

    first: datetime | None  #: nothing is stored from before; None: nothing is stored at all
    until: datetime  #: up to then every stream was read
    now: datetime

    def of(self, since: datetime, until: datetime, items: int = 0) -> Known:
        """Return what is known of [since, until); `items`: how many were counted in it."""
        if since >= until:
            return Known.SKIPPED
        if self.first is None or self.first >= until:
            return Known.NOT
        if since >= self.now and not items:
            return Known.NOT_YET
        if until > self.until:
            return Known.SO_FAR
        return Known.PART if self.first > since else Known.WHOLE

    def hours(self, since: datetime, until: datetime, zone: ZoneInfo) -> Iterator[int]:
        """Yield the hours of the week, 0 is Monday from midnight to one, of which anything can be told."""
        if self.first is None:
            return
        begin, seen = max(since, self.first), set[int]()
        end = min(until, self.now, begin + _EVERY_HOUR)
        while begin < end:
            here = begin.astimezone(zone)
            hour = here.weekday() * 24 + here.hour
            if hour not in seen:
                seen.add(hour)
                yield hour
            begin += BUCKET


def reach_of(standing: Standing, first: datetime | None) -> Reach:
    """Return how far it reaches, as the page of figures takes it."""
    until = standing.as_of
    if standing.lagging:
        until = min(until, standing.complete_up_to or _LONG_AGO)
    return Reach(first, until, standing.as_of)

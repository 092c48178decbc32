"""Service levels: the times we promise, for whom, and by which hours. Pure; kept in the database as one text."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Final

from social_listener.hours import Calendar


class Band(StrEnum):
    """A range of priorities, without waiting time."""

    HIGH = "high"  #: 70 and more
    MIDDLE = "middle"  #: 40 to 69
    LOW = "low"


class Due(StrEnum):
    """What is due."""

    ANSWER = "answer"
    RESOLUTION = "resolution"


#: least priority of a band, the highest first
_BANDS: Final = ((70, Band.HIGH), (40, Band.MIDDLE), (0, Band.LOW))


def band(priority: int) -> Band:
    """Return the band of a priority."""
    return next((found for least, found in _BANDS if priority >= least), Band.LOW)


def span_of(wanted: Band) -> tuple[int, int]:
    """Return the lowest and the highest priority of a band."""
    place = next(number for number, (_, found) in enumerate(_BANDS) if found is wanted)
    return _BANDS[place][0], _BANDS[place - 1][0] - 1 if place else 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """What is promised, in opening time."""

    first_answer: timedelta
    resolution: timedelta | None  #: None: no promise


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A promise that differs from the usual one; None of the first three means "any"."""

    channel: str | None = None
    band: Band | None = None
    private: bool | None = None
    first_answer: timedelta | None = None  #: None: this rule says nothing about it
    resolution: timedelta | None = None

    def fits(self, channel: str, of: Band, *, private: bool) -> bool:
        """Return whether the rule is about such items."""
        return (
            self.channel in {None, channel}
            and self.band in {None, of}
            and (self.private is None or self.private is private)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Levels:
    """Every promise, every calendar, and when to tell somebody."""

    public: Level = Level(first_answer=timedelta(hours=1), resolution=None)
    private: Level = Level(first_answer=timedelta(minutes=30), resolution=None)
    rules: tuple[Rule, ...] = ()  #: the first that fits and names a time counts
    calendars: Mapping[str, Calendar] = field(default_factory=dict)  #: by account; one that is not here has no hours
    warn_at: float = 0.75  #: share of a promised time after which somebody is told

    def level(self, channel: str, priority: int, *, private: bool) -> Level:
        """Return what is promised for an item; `priority` is the one without waiting time."""
        usual = self.private if private else self.public
        if not self.rules:
            return usual
        fitting = [rule for rule in self.rules if rule.fits(channel, band(priority), private=private)]
        return Level(
            first_answer=next((one.first_answer for one in fitting if one.first_answer), usual.first_answer),
            resolution=next((one.resolution for one in fitting if one.resolution), usual.resolution),
        )

    def calendar(self, account_id: str) -> Calendar:
        """Return an account's hours."""
        return self.calendars.get(account_id, _ALWAYS)

    def text(self) -> str:
        """Return them as the text that is stored; equal levels have equal texts."""
        calendars = {name: _calendar_out(one) for name, one in self.calendars.items()}
        told = {
            "public": _seconds(self.public.first_answer, self.public.resolution),
            "private": _seconds(self.private.first_answer, self.private.resolution),
            "rules": [
                [one.channel, one.band, one.private, *_seconds(one.first_answer, one.resolution)] for one in self.rules
            ],
            "calendars": calendars,
            "warn_at": self.warn_at,
        }
        return json.dumps(told, sort_keys=True)


_ALWAYS: Final = Calendar()


@lru_cache(8)
def from_text(text: str) -> Levels:
    """Return the levels that `Levels.text` wrote."""
    told = json.loads(text)
    public, private = (
        Level(first_answer=_span(a) or timedelta(), resolution=_span(r)) for a, r in (told["public"], told["private"])
    )
    return Levels(
        public=public,
        private=private,
        rules=tuple(
            Rule(
                channel=channel,
                band=Band(of) if of else None,
                private=hidden,
                first_answer=_span(answer),
                resolution=_span(resolution),
            )
            for channel, of, hidden, answer, resolution in told["rules"]
        ),
        calendars={account: _calendar_in(one) for account, one in told["calendars"].items()},
        warn_at=told["warn_at"],
    )


def _seconds(*spans: timedelta | None) -> list[float | None]:
    return [one.total_seconds() if one is not None else None for one in spans]


def _span(seconds: float | None) -> timedelta | None:
    return None if seconds is None else timedelta(seconds=seconds)


def _calendar_out(one: Calendar) -> dict[str, object]:
    return {
        "name": one.name,
        "zone": one.zone,
        "week": one.week,
        "closed": sorted(day.isoformat() for day in one.closed),
    }


def _calendar_in(told: Mapping[str, object]) -> Calendar:
    week, closed = told["week"], told["closed"]
    assert isinstance(week, list)  # noqa: S101 - `_calendar_out` wrote it
    assert isinstance(closed, list)  # noqa: S101
    return Calendar(
        name=str(told["name"]),
        zone=str(told["zone"]),
        week=tuple(tuple((opens, closes) for opens, closes in day) for day in week),
        closed=frozenset(date.fromisoformat(day) for day in closed),
    )

"""What the page of rising words shows, and how that stands in its address. Pure.

Addresses hold raw codes, and nothing for what is not set. What one holds wrongly is left out: an old link still opens.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from social_listener.dashboard.words import MOODS
from social_listener.desk_types.insights import Slice
from social_listener.desk_types.words import Against
from social_listener.periods import Period, last_days

if TYPE_CHECKING:
    from collections.abc import Mapping
    from zoneinfo import ZoneInfo

    Query = Mapping[str, str]

#: code in the address → words
PERIODS: Final[Mapping[str, str]] = {
    "3h": "The last 3 hours",
    "24h": "The last 24 hours",
    "yesterday": "Yesterday",
    "7d": "The last 7 days",
    "28d": "The last 28 days",
    "own": "Other days",
}
USUAL_PERIOD: Final = "7d"
AGAINST: Final[Mapping[str, str]] = {"before": "the period before", "usual": "what is usual then"}
WHO: Final[Mapping[str, str]] = {"": "Public and private", "public": "Public only", "private": "Private only"}
SENTIMENTS: Final[Mapping[str, str]] = {"": "Any sentiment"} | {
    one: MOODS[one][0] for one in ("negative", "neutral", "positive")
}
#: name in the address → field of a slice; the same names as on the page of figures
FILTERS: Final[Mapping[str, str]] = {
    "channel": "channels",
    "account": "accounts",
    "query": "streams",
    "label": "labels",
    "language": "languages",
}
#: stands for the language that is not known, which has no code
UNKNOWN: Final = "unknown"
#: of own days so many are read at most, and none before that day
MOST_DAYS: Final = 367
EARLIEST: Final = date(2000, 1, 1)
#: characters of a value that is read from an address
_LONGEST: Final = 200


@dataclass(frozen=True, slots=True)
class Asked:
    """Everything that an address of the page says; "": all."""

    period: str
    against: Against
    sentiment: str
    who: str
    filters: tuple[tuple[str, str], ...]  #: name in the address → what is chosen, in the order of `FILTERS`
    days: tuple[date, date] | None  #: first and last, of own days

    def of_inbox(self) -> dict[str, str]:
        """Return what the inbox can be narrowed to as well, by its names in an address."""
        names = {"channel": "channel", "account": "account", "query": "stream", "label": "label"}
        return {names[name]: value for name, value in self.filters if value and name in names}

    def slice(self, now: datetime, zone: ZoneInfo) -> Slice:
        """Return what is asked for at a moment, in whole days of a time zone; hours end with the next quarter."""
        chosen = {FILTERS[name]: (value,) for name, value in self.filters if value}
        if chosen.get("languages") == (UNKNOWN,):
            chosen["languages"] = ("",)
        private = {"private": True, "public": False}.get(self.who)
        mood = (self.sentiment,) if self.sentiment else ()
        period, within = self._stretch(now, zone)
        return Slice(period=period, within=within, sentiments=mood, private=private, **chosen)  # type: ignore[arg-type]  # fields of FILTERS, by name

    def _stretch(self, now: datetime, zone: ZoneInfo) -> tuple[Period, tuple[datetime, datetime] | None]:
        if self.period in {"3h", "24h"}:
            until = now.replace(minute=now.minute // 15 * 15, second=0, microsecond=0) + timedelta(minutes=15)
            since = until - timedelta(hours=int(self.period[:-1]))
            return Period(since.astimezone(zone).date(), until.astimezone(zone).date(), zone.key), (since, until)
        if self.days is not None:
            return Period(*self.days, zone.key), None
        return last_days({"yesterday": 1, "28d": 28}.get(self.period, 7), now, zone.key), None


def asked_of(query: Query, today: date) -> Asked:
    """Return what an address says; `today`: the last day that own days can have."""
    period = _one_of(query, "period", PERIODS, USUAL_PERIOD)
    return Asked(
        period=period,
        against=Against.USUAL if query.get("against") == "usual" else Against.BEFORE,
        sentiment=_one_of(query, "sentiment", SENTIMENTS, ""),
        who=_one_of(query, "who", WHO, ""),
        filters=tuple((name, _value(query, name)) for name in FILTERS),
        days=own_days(_day(query, "since"), _day(query, "until"), today) if period == "own" else None,
    )


def own_days(first: date | None, last: date | None, today: date) -> tuple[date, date]:
    """Return days that can be read: in their order, none to come, not too many; the last seven where none are told."""
    ends = [min(max(one, EARLIEST), today) for one in (first, last) if one is not None]
    since, until = (min(ends), max(ends)) if len(ends) == 2 else (today - timedelta(days=6), today)
    return max(since, until - timedelta(days=MOST_DAYS - 1)), until


def _one_of(query: Query, name: str, options: Mapping[str, str], usual: str) -> str:
    told = query.get(name, usual)
    return told if told in options else usual


def _value(query: Query, name: str) -> str:
    told = query.get(name, "")
    return told if len(told) <= _LONGEST else ""


def _day(query: Query, name: str) -> date | None:
    try:
        return date.fromisoformat(query.get(name, ""))
    except ValueError:
        return None

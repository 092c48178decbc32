"""What the Insights page shows, and how that stands in its address, so that it can be kept and sent on. Pure.

Addresses hold raw codes, and nothing for what is not set. What one holds wrongly is left out: an old link still opens.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs, urlencode

from social_listener.desk_types.insights import By, Slice
from social_listener.periods import Period, last_days

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from zoneinfo import ZoneInfo

    Query = Mapping[str, Sequence[str]]

#: code in the address → how people call the period; all end with a whole day but the three that say "this" or "today"
PRESETS: Final[Mapping[str, str]] = {
    "today": "Today",
    "yesterday": "Yesterday",
    "7d": "Last 7 days",
    "28d": "Last 28 days",
    "90d": "Last 90 days",
    "this-month": "This month",
    "last-month": "Last month",
    "this-year": "This year",
    "own": "Own dates",
}
DEFAULT: Final = "28d"
#: name in the address → field of a slice
FILTERS: Final[Mapping[str, str]] = {
    "channel": "channels",
    "account": "accounts",
    "query": "streams",
    "language": "languages",
    "sentiment": "sentiments",
    "label": "labels",
}
SENTIMENTS: Final = ("negative", "neutral", "positive", "unsure", "none")
#: by what the lines of a page can be told apart
APART: Final = (By.CHANNEL, By.ACCOUNT, By.STREAM, By.LABEL, By.LANGUAGE, By.VISIBILITY)
#: stands for the language that is not known, which has no code
_UNKNOWN: Final = "unknown"
_WHO: Final = {"public": False, "private": True}
_EARLIEST: Final = date(2000, 1, 1)
_MOST_DAYS: Final = 3_700
#: values of one filter, and characters of one value, that are read from an address
_MOST_VALUES, _LONGEST = 60, 200


@dataclass(frozen=True, slots=True)
class Look:
    """The items behind a number: its slice, whether only answered ones are meant, and the number when it was shown."""

    wanted: Slice
    answered: bool = False
    count: int = 0  #: 0: not told


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Everything that an address of the page says."""

    section: str
    preset: str
    wanted: Slice
    by: By = By.CHANNEL
    look: Look | None = None  #: the list of items that is open


def place_of(query: Query, now: datetime, zone: ZoneInfo, sections: Sequence[str]) -> Place:
    """Return what an address says; presets are those of `now` in the house's zone."""
    section, by = _first(query, "section"), _first(query, "by")
    preset, period = _period(query, now, zone)
    return Place(
        section=section if section in sections else sections[0],
        preset=preset,
        wanted=_slice(query, period),
        by=next((one for one in APART if one.value == by), APART[0]),
        look=look_of(_first(query, "items"), zone),
    )


def query_of(place: Place, sections: Sequence[str]) -> dict[str, list[str]]:
    """Return the address of what is shown."""
    query: dict[str, list[str]] = {}
    if place.section != sections[0]:
        query["section"] = [place.section]
    if place.preset != DEFAULT:
        query["period"] = [place.preset]
    if place.preset == "own":
        query |= _dates(place.wanted.period)
    query |= _filters(place.wanted)
    if place.by is not APART[0]:
        query["by"] = [place.by.value]
    if place.look is not None:
        query["items"] = [told_look(place.look)]
    return query


def look_of(told: str, zone: ZoneInfo) -> Look | None:
    """Return the list of items that `told_look` wrote; None: that is none."""
    query = parse_qs(told[:5_000], keep_blank_values=False, max_num_fields=None) if told else {}
    period = _own(query, zone)
    if period is None:
        return None
    wanted = replace(_slice(query, period), within=_within(_first(query, "at"), period), hour_of_week=_hour(query))
    return Look(wanted, answered=_first(query, "answered") == "1", count=_number(_first(query, "number")) or 0)


def told_look(look: Look) -> str:
    """Return a list of items as the page's scripts hand it back, and as it stands in the address."""
    wanted = look.wanted
    query = {**_dates(wanted.period), **_filters(wanted)}
    if wanted.within is not None:
        query["at"] = ["/".join(f"{one.astimezone(UTC):%Y-%m-%dT%H:%M}" for one in wanted.within)]
    if wanted.hour_of_week is not None:
        query["hour"] = [str(wanted.hour_of_week)]
    if look.answered:
        query["answered"] = ["1"]
    if look.count:
        query["number"] = [str(look.count)]
    return urlencode(query, doseq=True)


def period_of(preset: str, now: datetime, zone: ZoneInfo) -> Period:
    """Return the period that a preset means on the day of `now`; `KeyError` for own dates, which mean none."""
    today = now.astimezone(zone).date()
    first = today.replace(day=1)
    plain = {
        "today": (today, today),
        "yesterday": (today - timedelta(days=1), today - timedelta(days=1)),
        "this-month": (first, today),
        "last-month": ((first - timedelta(days=1)).replace(day=1), first - timedelta(days=1)),
        "this-year": (today.replace(month=1, day=1), today),
    }
    if preset in plain:
        return Period(*plain[preset], zone.key)
    return last_days({"7d": 7, "28d": 28, "90d": 90}[preset], now, zone.key)


def narrowed(wanted: Slice) -> int:
    """Return how many filters are set."""
    return len(_filters(wanted))


def own_period(first: date, last: date, zone: ZoneInfo) -> Period | None:
    """Return the period of two dates; None: there is none, or it is longer than can be shown."""
    if first < _EARLIEST or last < first or (last - first).days >= _MOST_DAYS or last.year > 2200:
        return None
    return Period(first, last, zone.key)


def _period(query: Query, now: datetime, zone: ZoneInfo) -> tuple[str, Period]:
    preset = _first(query, "period")
    own = _own(query, zone) if preset == "own" else None
    if own is not None:
        return preset, own
    preset = preset if preset in PRESETS and preset != "own" else DEFAULT
    return preset, period_of(preset, now, zone)


def _own(query: Query, zone: ZoneInfo) -> Period | None:
    try:
        first, last = (date.fromisoformat(_first(query, name)) for name in ("from", "to"))
    except ValueError:
        return None
    return own_period(first, last, zone)


def _dates(period: Period) -> dict[str, list[str]]:
    return {"from": [period.first.isoformat()], "to": [period.last.isoformat()]}


def _slice(query: Query, period: Period) -> Slice:
    chosen = {field: _values(query, name) for name, field in FILTERS.items()}
    chosen["languages"] = tuple("" if one == _UNKNOWN else one for one in chosen["languages"])
    chosen["sentiments"] = tuple(one for one in SENTIMENTS if one in chosen["sentiments"])
    private = _WHO.get(_first(query, "who"))
    return Slice(period=period, private=private, **chosen)  # type: ignore[arg-type]  # fields of FILTERS, by name


def _filters(wanted: Slice) -> dict[str, list[str]]:
    told = {name: [one or _UNKNOWN for one in getattr(wanted, field)] for name, field in FILTERS.items()}
    told["who"] = [name for name, private in _WHO.items() if wanted.private is private]
    return {name: values for name, values in told.items() if values}


def _values(query: Query, name: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one for one in query.get(name, ())[:_MOST_VALUES] if 0 < len(one) <= _LONGEST))


def _first(query: Query, name: str) -> str:
    return next(iter(query.get(name, ())), "")


def _within(told: str, period: Period) -> tuple[datetime, datetime] | None:
    """Return a stretch of a period; None: that is none, or it does not lie at quarters of an hour."""
    try:
        since, until = (datetime.fromisoformat(one).replace(tzinfo=UTC) for one in told.split("/"))
    except ValueError:
        return None
    whole = all(one.second == one.microsecond == 0 and one.minute % 15 == 0 for one in (since, until))
    return (since, until) if whole and period.since <= since < until <= period.until else None


def _hour(query: Query) -> int | None:
    told = _number(_first(query, "hour"))
    return told if told is not None and told < 168 else None


def _number(told: str) -> int | None:
    return int(told) if told.isascii() and told.isdecimal() and len(told) <= 12 else None

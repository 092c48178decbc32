"""Days as people write them: 2026-05-03, 3 May, 3.5.2026, May 2026, yesterday, monday, 7d."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November"),
    "December",
)
_WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SPANS: Final = {"d": 1, "w": 7, "m": 30, "y": 365}

#: a stretch of days: the first, and the first after it
Days = tuple[date, date]


def days(text: str, today: date) -> Days | None:
    """Return the day, month or year that `text` names, None when it names none.

    Without a year the last one that has begun is meant; a weekday is the last one that was.
    """
    plain = " ".join(re.sub(r"[,\s]+", " ", text.lower()).split())
    for read in (_named, _ago, _figures, _with_month):
        with suppress(ValueError, OverflowError):  # a thirtieth of February, a year 0
            found = read(plain, today)
            if found is not None:
                return found
    return None


def spoken(stretch: Days, today: date) -> str:
    """Return a stretch of days in words: "3 May", "May 2024", "2023"."""
    first, end = stretch
    year = "" if first.year == today.year else f" {first.year}"
    if end - first == timedelta(days=1):
        return f"{first.day} {MONTHS[first.month - 1]}{year}"
    if first.day == 1 and end == _next_month(first):
        return f"{MONTHS[first.month - 1]} {first.year}"
    return str(first.year)


def _one(day: date) -> Days:
    return day, day + timedelta(days=1)


def _next_month(first: date) -> date:
    return (first.replace(day=1) + timedelta(days=32)).replace(day=1)


def _named(text: str, today: date) -> Days | None:
    if text in {"today", "yesterday"}:
        return _one(today - timedelta(days=text == "yesterday"))
    for number, name in enumerate(_WEEKDAYS):
        if text in {name, name[:3]}:
            return _one(today - timedelta(days=(today.weekday() - number) % 7))
    return None


def _ago(text: str, today: date) -> Days | None:
    if match := re.fullmatch(r"([0-9]{1,4}) ?([dwmy])", text):
        return _one(today - timedelta(days=int(match[1]) * _SPANS[match[2]]))
    return None


def _figures(text: str, today: date) -> Days | None:
    """Read dates in figures. 5/3 is left alone: half the world reads it the other way round."""
    if match := re.fullmatch(r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})", text):
        return _one(date(int(match[1]), int(match[2]), int(match[3])))
    if match := re.fullmatch(r"([0-9]{1,2})\. ?([0-9]{1,2})\. ?([0-9]{4})?", text):
        day, month = int(match[1]), int(match[2])
        return _in_year(match[3], today, lambda year: date(year, month, day))
    if match := re.fullmatch(r"([0-9]{4})[-/]([0-9]{1,2})", text):
        first = date(int(match[1]), int(match[2]), 1)
        return first, _next_month(first)
    if match := re.fullmatch(r"(19|20)[0-9]{2}", text):
        first = date(int(text), 1, 1)
        return first, first.replace(year=first.year + 1)
    return None


def _with_month(text: str, today: date) -> Days | None:
    """Read dates whose month is a word."""
    match = re.fullmatch(
        r"(?:([0-9]{1,2})(?:st|nd|rd|th)?[ .-]*)?([a-z]{3,9})\.?(?:[ -]*([0-9]{1,2})(?:st|nd|rd|th)?(?![0-9]))?"
        r"(?:[ -]*([0-9]{4}))?",
        text,
    )
    if match is None or (match[1] and match[3]):
        return None
    numbers = [at for at, name in enumerate(MONTHS, 1) if name.lower() == match[2] or name[:3].lower() == match[2]]
    if not numbers:
        return None
    month, day = numbers[0], match[1] or match[3]
    if day:
        return _in_year(match[4], today, lambda year: date(year, month, int(day)))
    first, _ = _in_year(match[4], today, lambda year: date(year, month, 1))
    return first, _next_month(first)


def _in_year(year: str | None, today: date, made: Callable[[int], date]) -> Days:
    """Return the day of that year, or the last one that is not to come."""
    if year:
        return _one(made(int(year)))
    with suppress(ValueError):
        if (day := made(today.year)) <= today:
            return _one(day)
    return _one(made(today.year - 1))

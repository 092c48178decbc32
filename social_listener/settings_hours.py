"""How opening hours and days off are written in the settings: "09:00-12:30, 13:30-18:00", 2026-12-24."""

from __future__ import annotations

import re
from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

_HOURS: Final = re.compile(r"(\d\d):(\d\d)\s*-\s*(\d\d):(\d\d)")
_HOW_TO_WRITE_HOURS: Final = 'write opening hours as "09:00-17:30", several as "09:00-12:30, 13:30-18:00", none as ""'
_HOW_TO_WRITE_A_DAY: Final = "write a day as 2026-12-24"


def spans(text: str) -> tuple[tuple[int, int], ...]:
    """Return a day's opening hours in minutes after midnight; ValueError tells how to write them."""
    found: list[tuple[int, int]] = []
    for part in text.split(",") if text.strip() else ():
        written = _HOURS.fullmatch(part.strip())
        if not written:
            raise ValueError(_HOW_TO_WRITE_HOURS)
        first, second, third, fourth = (int(number) for number in written.groups())
        opens, closes = first * 60 + second, third * 60 + fourth
        if max(second, fourth) > 59 or closes > 24 * 60:
            raise ValueError(_HOW_TO_WRITE_HOURS)
        if opens >= closes:
            raise ValueError("must close after it opens; hours that go over midnight are written on both days")
        if found and opens < found[-1][1]:
            raise ValueError("the hours overlap, or are out of order")
        found.append((opens, closes))
    return tuple(found)


def hours(value: object) -> object:
    """Refuse what is no opening hours; other types are left to the type of the key."""
    if isinstance(value, str):
        spans(value)
    return value


def zone(value: object) -> object:
    """Refuse what is no time zone."""
    if isinstance(value, str):
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError):
            raise ValueError("there is no such time zone; write one such as Europe/Berlin") from None
    return value


def day(value: object) -> object:
    """Return a day as a date; YAML reads 2026-12-24 as one by itself."""
    if type(value) is date:
        return value
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise ValueError(_HOW_TO_WRITE_A_DAY) from None
    raise ValueError(_HOW_TO_WRITE_A_DAY)

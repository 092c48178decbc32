"""Values of the settings as the file writes them: durations, names, addresses. Each fault tells how to write it."""

from __future__ import annotations

import re
from datetime import date, timedelta
from email.utils import parseaddr
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field

from social_listener.hours import LONGEST
from social_listener.settings_hours import day, hours, zone

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*([smhd])")
HOW_TO_WRITE_A_DURATION = 'write a duration as a number and a unit: "90s", "5m", "2h", "7d"'
_TOO_LONG = "is longer than a calendar can hold"
_VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]{0,63}")
_HOW_TO_NAME_A_VARIABLE = (
    "write the NAME of an environment variable, such as X_CONSUMER_KEY (capitals, digits and _), not the secret itself"
)

_MAILBOX = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*")
NAME_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"
CLOCK_PATTERN = r"^([01]\d|2[0-3]):[0-5]\d$"


def parse_duration(value: object) -> object:
    """Return the timedelta that "90s", "5m", "2h", "7d" or "1h 30m" means; other types are left to pydantic.

    0 needs no unit. Any other bare number is refused: what reads as seconds may have been meant as minutes.
    """
    if isinstance(value, bool):
        raise ValueError(HOW_TO_WRITE_A_DURATION)  # noqa: TRY004 - pydantic turns a ValueError into a fault of the key
    if not isinstance(value, str | int | float):
        return value
    text = str(value).strip().removesuffix(".0")
    if text == "0":
        return timedelta(0)
    if text in {"inf", "-inf", "nan"}:
        raise ValueError(_TOO_LONG)
    try:
        if re.fullmatch(r"\d+(\.\d+)?", text):
            raise ValueError(f'needs a unit: write "{text}s" for seconds, or m, h or d')
        parts = _DURATION.findall(text)
        if not parts or _DURATION.sub("", text).strip():
            raise ValueError(HOW_TO_WRITE_A_DURATION)
        return timedelta(seconds=sum(float(number) * _UNITS[unit] for number, unit in parts))
    except OverflowError:
        raise ValueError(_TOO_LONG) from None


def _positive(value: timedelta) -> timedelta:
    if value <= timedelta(0):
        message = "must be longer than nothing"
        raise ValueError(message)
    return value


def _number(value: object) -> object:
    """Refuse true and false, which Python counts as 1 and 0."""
    if isinstance(value, bool):
        raise ValueError("must be a number")  # noqa: TRY004 - pydantic turns a ValueError into a fault of the key
    return value


def _variable(value: object) -> object:
    """Refuse what is no name of an environment variable: it may be the secret itself, so it is never shown."""
    if not isinstance(value, str) or not _VARIABLE.fullmatch(value):
        raise ValueError(_HOW_TO_NAME_A_VARIABLE)
    return value


def _promise(value: timedelta) -> timedelta:
    if value > LONGEST:
        raise ValueError(f"nobody promises more than {LONGEST.days}d")
    return value


Duration = Annotated[timedelta, BeforeValidator(parse_duration)]
PositiveDuration = Annotated[timedelta, BeforeValidator(parse_duration), AfterValidator(_positive)]
Promise = Annotated[timedelta, BeforeValidator(parse_duration), AfterValidator(_positive), AfterValidator(_promise)]
Hours = Annotated[str, BeforeValidator(hours)]
Zone = Annotated[str, BeforeValidator(zone)]
Day = Annotated[date, BeforeValidator(day)]
Name = Annotated[str, Field(pattern=NAME_PATTERN)]
Variable = Annotated[str, BeforeValidator(_variable)]
Number = Annotated[int, BeforeValidator(_number)]
Points = Annotated[float, BeforeValidator(_number)]
Usd = Annotated[float, BeforeValidator(_number), Field(ge=0, allow_inf_nan=False)]
Port = Annotated[Number, Field(ge=0, le=65535)]
ClockTime = Annotated[str, Field(pattern=CLOCK_PATTERN)]


def _word(value: object) -> object:
    """Return what was written: YAML reads on and off as true and false, and a number as a number."""
    if isinstance(value, bool):
        return "on" if value else "off"
    return str(value) if isinstance(value, int | float) else value


Word = Annotated[str, BeforeValidator(_word)]


def address(value: str) -> str:
    """Refuse what is no plain address of a site."""
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment or parts.username:
        message = "must be an address such as https://desk.example.com"
        raise ValueError(message)
    return value.rstrip("/")


def is_mailbox(value: str) -> bool:
    """Return whether a text is one e-mail address, with or without a name before it, that a header can hold."""
    address = parseaddr(value)[1]
    one = value == address or value.endswith(f"<{address}>")  # of several, the first alone would get it
    return one and value.isprintable() and bool(_MAILBOX.fullmatch(address))


def _mailbox(value: str) -> str:
    """Refuse what is no e-mail address, with or without a name before it."""
    if not is_mailbox(value):
        raise ValueError("must be an e-mail address such as desk@example.com")
    return value


Mailbox = Annotated[str, AfterValidator(_mailbox)]

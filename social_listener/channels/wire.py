"""Readers for JSON that came from outside: every value is checked where it enters, and nothing untyped goes further.

A field of the wrong type is a `WireError` that names it. Names are tried in the order given, because platforms rename
their fields; a field that is missing or null is None.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

_WORDS: Final = {dict: "an object", list: "a list", str: "text", bool: "yes or no", type(None): "nothing"}
_MOST: Final = 2**63
#: digits of seconds since 1970; a longer number is no such time
_LONGEST_SECONDS: Final = 11
#: what a database cannot keep or a page cannot show: half characters, and the end mark of C texts
_SPOILT: Final = str.maketrans(dict.fromkeys((0, *range(55296, 57344)), "�"))


class WireError(Exception):
    """What came is not what the platform documents; the message names the field."""


class Wire:
    """One JSON object that came from outside. Each reader takes a field's name, and its other one if it has two.

    The readers look for what nearly always comes first: a page has thousands of fields.
    """

    __slots__ = ("_data", "_where")

    def __init__(self, data: Mapping[str, Any], where: str = "") -> None:
        self._data = data
        self._where = where

    def has(self, *names: str) -> bool:
        """Return whether one of the fields is there, whatever it holds."""
        return any(name in self._data for name in names)

    def text(self, name: str, other: str | None = None) -> str | None:
        """Return a text; characters that cannot be stored are replaced."""
        found = self._data.get(name)
        if found.__class__ is str:
            return storable(found)
        name, value = self._find(name, other)
        if value is None:
            return None
        if not isinstance(value, str):
            raise self._fault(name, "text", value)
        return storable(value)

    def id(self, name: str, other: str | None = None) -> str | None:
        """Return an id of digits. A number is taken too, but not one with a fraction: it has lost digits."""
        found = self._data.get(name)
        if found.__class__ is str and is_id(found):
            return found
        name, value = self._find(name, other)
        if value is None:
            return None
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str) or not is_id(value):
            raise self._fault(name, "an id", value)
        return value

    def number(self, name: str, other: str | None = None) -> int | None:
        """Return a whole number."""
        name, value = self._find(name, other)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int):
            raise self._fault(name, "a whole number", value)
        return value

    def figure(self, name: str) -> float | None:
        """Return a finite number of any kind; None when it is missing or something else."""
        value = self._data.get(name)
        if isinstance(value, bool) or not isinstance(value, int | float) or not -_MOST < value < _MOST:
            return None
        return float(value)

    def truth(self, name: str, other: str | None = None) -> bool | None:
        """Return yes or no."""
        name, value = self._find(name, other)
        if value is None or isinstance(value, bool):
            return value
        raise self._fault(name, "yes or no", value)

    def time(self, name: str, other: str | None = None) -> datetime | None:
        """Return a moment written as ISO 8601, aware UTC."""
        name, value = self._find(name, other)
        if value is None:
            return None
        try:
            moment = datetime.fromisoformat(value)
            if moment.tzinfo is UTC:
                return moment
            return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
        except (TypeError, ValueError, OverflowError):
            raise self._fault(name, "a time", value) from None

    def moment(self, name: str, other: str | None = None) -> datetime | None:
        """Return a moment written as ISO 8601, or as seconds since 1970 in a number or in digits; aware UTC."""
        name, value = self._find(name, other)
        if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= _LONGEST_SECONDS:
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int | float):
            return self.time(name)
        try:
            return datetime.fromtimestamp(value, UTC)
        except (ValueError, OverflowError, OSError):
            raise self._fault(name, "a time", value) from None

    def object(self, name: str, other: str | None = None) -> Wire:
        """Return an object; an empty one when it is missing."""
        name, value = self._find(name, other)
        if value is None:
            return _NOTHING
        if not isinstance(value, dict):
            raise self._fault(name, "an object", value)
        return Wire(value, self._path(name))

    def objects(self, name: str, other: str | None = None) -> list[Wire]:
        """Return a list of objects; an empty one when it is missing."""
        if name not in self._data and other not in self._data:
            return []
        return [Wire(_object(one, where), where) for where, one in self._items(name, other)]

    def ids(self, name: str, other: str | None = None) -> tuple[str, ...]:
        """Return a list of ids; an empty one when it is missing."""
        found = []
        for where, one in self._items(name, other):
            if not isinstance(one, str) or not is_id(one):
                raise WireError(f"{where}: expected an id, found {shown(one)}")
            found.append(one)
        return tuple(found)

    def texts(self, name: str, other: str | None = None) -> tuple[str, ...]:
        """Return a list of texts; an empty one when it is missing."""
        found = []
        for where, one in self._items(name, other):
            if not isinstance(one, str):
                raise WireError(f"{where}: expected text, found {shown(one)}")
            found.append(storable(one))
        return tuple(found)

    def raw_items(self, name: str, other: str | None = None) -> list[Any]:
        """Return the entries of a list as they came, so that one bad entry does not hide the others."""
        return [one for _, one in self._items(name, other)]

    def values(self) -> list[Any]:
        """Return all values of the object as they came: some platforms give an object for each id asked for."""
        return list(self._data.values())

    def plain(self) -> dict[str, Any]:
        """Return the object as it came."""
        return dict(self._data)

    def need(self, value: str | None, name: str) -> str:
        """Return `value`; `WireError` when it is missing or empty."""
        if not value:
            raise WireError(f"{self._path(name)}: it is missing")
        return value

    def _find(self, name: str, other: str | None) -> tuple[str, Any]:
        value = self._data.get(name)
        if value is None and other is not None:
            value = self._data.get(other)
            return (name if value is None else other), value
        return name, value

    def _items(self, name: str, other: str | None) -> Iterator[tuple[str, Any]]:
        name, value = self._find(name, other)
        if value is None:
            return
        if not isinstance(value, list):
            raise self._fault(name, "a list", value)
        path = self._path(name)
        for index, one in enumerate(value):
            yield f"{path}[{index}]", one

    def _path(self, name: str) -> str:
        return f"{self._where}.{name}" if self._where else name

    def _fault(self, name: str, expected: str, value: Any) -> WireError:
        return WireError(f"{self._path(name)}: expected {expected}, found {shown(value)}")


_NOTHING: Final = Wire({})


def storable(text: str) -> str:
    """Return `text` with what a database cannot keep replaced."""
    if text.isascii():
        return text if "\x00" not in text else text.translate(_SPOILT)
    try:
        # Nearly every text is fine, and replacing costs ten times as much as looking.
        text.encode()
    except UnicodeEncodeError:
        return text.translate(_SPOILT)
    return text if "\x00" not in text else text.translate(_SPOILT)


def wire(value: Any, where: str) -> Wire:
    """Return `value` as an object; `WireError` when it is something else."""
    return Wire(_object(value, where))


def documents(body: bytes) -> list[Wire]:
    """Return the JSON objects in `body`, one after the other; `WireError` for anything else.

    A platform sends one; what we keep of a look-up that took two calls holds two.
    """
    try:
        text = body.decode("utf-8-sig").strip()
        decoder = json.JSONDecoder(parse_constant=_refuse)
        found, position = [], 0
        while position < len(text):
            value, position = decoder.raw_decode(text, position)
            found.append(Wire(_object(value, "the answer")))
            while position < len(text) and text[position].isspace():
                position += 1
    except (ValueError, RecursionError) as error:
        raise WireError(f"the answer is not JSON ({type(error).__name__}, {len(body)} bytes)") from None
    if not found:
        raise WireError("the answer is empty")
    return found


def web_address(url: str | None) -> str | None:
    """Return `url` when it is an http(s) address, else None."""
    return url if url is not None and url.startswith(("https://", "http://")) else None


def is_id(value: str) -> bool:
    """Return whether `value` is an id as platforms give them: ASCII digits, of a number that fits 63 bits."""
    return value.isdecimal() and value.isascii() and (len(value) < 19 or (len(value) == 19 and int(value) < 2**63))


def shown(value: Any) -> str:
    """Return in words what `value` is; never what a customer wrote."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return _WORDS.get(type(value), type(value).__name__)
    return "a number"


def _object(value: Any, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise WireError(f"{where}: expected an object, found {shown(value)}")
    return value


def _refuse(name: str) -> None:
    raise ValueError(name)

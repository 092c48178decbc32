"""What a file is made of: sheets of rows under columns that say what they mean, and charts."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final, TypeAlias

Value: TypeAlias = str | bool | int | float | date | datetime | None


class ColumnKind(StrEnum):
    """What stands in a column; nothing at all may stand in any of them."""

    TEXT = "text"
    YES_NO = "yes or no"
    COUNT = "count"  #: a whole number
    NUMBER = "number"
    MOMENT = "moment"  #: with its time zone; written in UTC
    DAY = "day"


#: kind → the types of its values
_TYPES: Final[Mapping[ColumnKind, tuple[type, ...]]] = {
    ColumnKind.TEXT: (str,),
    ColumnKind.YES_NO: (bool,),
    ColumnKind.COUNT: (int,),
    ColumnKind.NUMBER: (int, float),
    ColumnKind.MOMENT: (datetime,),
    ColumnKind.DAY: (date,),
}
#: what a signed number of 64 bits holds
_MOST: Final = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Column:
    """One column."""

    name: str
    kind: ColumnKind
    meaning: str
    unit: str = ""  #: "items", "seconds", "UTC" …; '' where there is none


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table. `ValueError` names the row and column whose value does not fit."""

    name: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]

    def __post_init__(self) -> None:
        """Look at every value: what does not fit would come out of each format in another way."""
        names = [column.name for column in self.columns]
        if not names or len({name.casefold() for name in names}) < len(names):
            raise ValueError(f"sheet {self.name!r}: needs columns, no two of the same name")
        for number, row in enumerate(self.rows, 1):
            if len(row) != len(self.columns):
                raise ValueError(f"sheet {self.name!r}, row {number}: {len(row)} values for {len(names)} columns")
            for column, value in zip(self.columns, row, strict=True):
                if value is not None and not _fits(value, column.kind):
                    raise ValueError(f"sheet {self.name!r}, row {number}, {column.name}: {value!r} is no {column.kind}")


def _fits(value: Value, kind: ColumnKind) -> bool:
    """Return whether a value is of a kind; True is no number, a moment is no day, and has a zone."""
    if not isinstance(value, _TYPES[kind]) or isinstance(value, bool) is not (kind is ColumnKind.YES_NO):
        return False
    if isinstance(value, datetime):
        return kind is ColumnKind.MOMENT and value.tzinfo is not None
    if isinstance(value, int):
        return -_MOST <= value <= _MOST
    return not isinstance(value, float) or math.isfinite(value)


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart: what Vega-Lite draws, with its data in it, and the same in words."""

    title: str
    spec: Mapping[str, Any]
    alt: str


@dataclass(frozen=True, slots=True)
class Document:
    """What a report tells: on paper, or as the sheets of a workbook."""

    title: str
    facts: tuple[tuple[str, str], ...]  #: ("Period", "1 May to 7 May 2026") …, in the order in which they are read
    sheets: tuple[Sheet, ...]
    figures: tuple[Figure, ...] = ()
    made_at: datetime | None = None  #: the moment that the figures are of: the file is dated by it


ABOUT: Final = "About"
DICTIONARY: Final = "Dictionary"


def about(document: Document) -> Sheet:
    """Return the sheet that says what a document is of: numbers without it could be of any period."""
    columns = (Column("about", ColumnKind.TEXT, "what is told"), Column("this report", ColumnKind.TEXT, "what it is"))
    return Sheet(ABOUT, columns, (("Title", document.title), *document.facts))


def dictionary(sheets: Iterable[Sheet]) -> Sheet:
    """Return the sheet that says of every column of the others what it means."""
    columns = (
        Column("sheet", ColumnKind.TEXT, "sheet, or file, in which the column stands"),
        Column("column", ColumnKind.TEXT, "its name"),
        Column("kind", ColumnKind.TEXT, "what stands in it"),
        Column("unit", ColumnKind.TEXT, "in what it is counted"),
        Column("meaning", ColumnKind.TEXT, "what it means"),
    )
    rows = tuple(
        (sheet.name, column.name, column.kind.value, column.unit, column.meaning)
        for sheet in sheets
        for column in sheet.columns
    )
    return Sheet(DICTIONARY, columns, rows)


def printable(text: str) -> str:
    """Return a text that every format can hold: half of a surrogate pair is no character, and becomes U+FFFD."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")

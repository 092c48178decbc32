"""Sheets as an Excel workbook. Texts stay texts: nothing in them is a formula or a link."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Final

from social_listener.reports.sheets import ColumnKind, Document, Sheet, Value, about, dictionary, printable

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

#: rows of one sheet, its head not counted, and characters of one cell that Excel takes
#: (https://support.microsoft.com/office/excel-specifications-and-limits-1672b34d-7043-467e-8e27-269d656771c3)
MOST_ROWS: Final = 1_048_575
MOST_CHARACTERS: Final = 32_767
#: integers beyond this lose digits: Excel's numbers are doubles, shown with 15 digits
_EXACT: Final = 10**15
_CUT: Final = " […]"
_EARLIEST: Final = date(1900, 3, 1)  # Excel believes that 1900 was a leap year
_NO_DATE: Final = datetime(2000, 1, 1)  # noqa: DTZ001 - a workbook knows no zones
_UNSEEN: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
_FORBIDDEN: Final = re.compile(r"[\[\]:*?/\\\x00-\x1f]")


def xlsx_bytes(document: Document) -> bytes:
    """Return a workbook: a sheet of the facts, every sheet, and the dictionary. The same document, the same bytes."""
    from xlsxwriter import Workbook  # noqa: PLC0415 - needed only when somebody wants a workbook

    sink = io.BytesIO()
    book = Workbook(
        sink,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    made_at = document.made_at.astimezone(UTC).replace(tzinfo=None) if document.made_at else _NO_DATE
    book.set_properties({"title": fitting(document.title), "created": made_at})
    sheets = [about(document), *document.sheets, dictionary(document.sheets)]
    _fill(book, [part for sheet in sheets for part in _parts(sheet)])
    book.close()
    return sink.getvalue()


def _parts(sheet: Sheet) -> Iterator[Sheet]:
    """Yield a sheet in parts that Excel can hold."""
    for start in range(0, max(len(sheet.rows), 1), MOST_ROWS):
        yield Sheet(sheet.name, sheet.columns, sheet.rows[start : start + MOST_ROWS])


def _fill(book: Workbook, sheets: Iterable[Sheet]) -> None:
    head = book.add_format({"bold": True, "bottom": 1})
    formats = {
        ColumnKind.MOMENT: book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
        ColumnKind.DAY: book.add_format({"num_format": "yyyy-mm-dd"}),
    }
    taken: set[str] = set()
    for sheet in sheets:
        page = book.add_worksheet(_name(sheet.name, taken))
        for at, column in enumerate(sheet.columns):
            page.write_string(0, at, fitting(column.name), head)
            page.set_column(at, at, min(60, max(12, _widest(sheet, at) + 2)))
        page.freeze_panes(1, 0)
        for number, row in enumerate(sheet.rows, 1):
            for at, (column, value) in enumerate(zip(sheet.columns, row, strict=True)):
                _put(page, (number, at), value, formats.get(column.kind))


def _widest(sheet: Sheet, at: int) -> int:
    """Return how many characters the widest of a column's first values has."""
    return max([len(sheet.columns[at].name), *(len(str(row[at])) for row in sheet.rows[:200] if row[at] is not None)])


def _put(page: Worksheet, where: tuple[int, int], value: Value, style: Format | None) -> None:
    """Write a value; moments are written in UTC, as Excel knows no zones."""
    row, column = where
    if isinstance(value, str):
        page.write_string(row, column, fitting(value))
    elif isinstance(value, bool):
        page.write_boolean(row, column, value)
    elif isinstance(value, date):
        if (value.date() if isinstance(value, datetime) else value) < _EARLIEST:
            page.write_string(row, column, value.isoformat())
        else:
            plain = value.astimezone(UTC).replace(tzinfo=None) if isinstance(value, datetime) else value
            page.write_datetime(row, column, plain, style)
    elif isinstance(value, int | float):
        if isinstance(value, int) and abs(value) >= _EXACT:
            page.write_string(row, column, str(value))
        else:
            page.write_number(row, column, value)


def fitting(text: str) -> str:
    """Return a text as a cell can hold it: signs that nobody sees as their pictures, and cut where it is too long.

    A NUL becomes U+2400, and so on: XML has no place for them.
    """
    seen = _UNSEEN.sub(lambda found: _picture(found[0]), printable(text))
    size = len(seen.encode("utf-16-le")) // 2  # Excel counts as JavaScript does
    if size <= MOST_CHARACTERS:
        return seen
    short = seen.encode("utf-16-le")[: 2 * (MOST_CHARACTERS - len(_CUT))].decode("utf-16-le", "ignore")
    return short + _CUT


def _picture(sign: str) -> str:
    code = ord(sign)
    return chr(0x2400 + code) if code < 0x20 else "\u2421" if code == 0x7F else "\ufffd"


def _name(name: str, taken: set[str]) -> str:
    """Return a name that Excel takes for a sheet: 31 characters, some not allowed, no two alike."""
    plain = _FORBIDDEN.sub(" ", printable(name)).strip(" '")[:31].strip(" '") or "Sheet"
    if plain.casefold() == "history":  # Excel keeps that name for itself
        plain = "History of it"
    made, number = plain, 1
    while made.casefold() in taken:
        number += 1
        end = f" ({number})"
        made = plain[: 31 - len(end)] + end
    taken.add(made.casefold())
    return made

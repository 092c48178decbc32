"""A report on paper: what it is of, its charts, its tables, and what every column means.

The font has Latin, Greek and Cyrillic signs. Any other sign is told by its number, such as [U+65E5]: seen, and never
taken for something else.
"""

from __future__ import annotations

import hashlib
import io
import unicodedata
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Final

from social_listener.reports.png import pictures
from social_listener.reports.sheets import Document, Figure, Sheet, Value, dictionary, printable

if TYPE_CHECKING:
    from fpdf import FPDF

#: rows of a table that are printed; a workbook has the others
MOST_ROWS: Final = 200
#: characters of a cell that are printed
MOST_CHARACTERS: Final = 300
#: sizes of the type in tables: the first in which every word has room
_SIZES: Final = (8.0, 7.0, 6.0, 5.0)
#: in mm: beside the text of a cell; what rounding takes; what a word, and a text, may claim of the width
_PADDING: Final = 0.6
_LEEWAY: Final = 0.3
_WIDEST_WORD: Final = 40.0
_WIDEST: Final = 110.0
#: lines of a cell, of which a page has room for twice as many
_MOST_LINES: Final = 28
_FAMILY: Final = "ours"
_INK: Final = (27, 27, 27)
_PALE: Final = (95, 95, 95)
_NO_DATE: Final = datetime(2000, 1, 1, tzinfo=UTC)
_TOLD_MOST: Final = 3  #: signs in a row that are told one by one

Painter = Callable[[Sequence[Figure]], list[bytes]]


def pdf_bytes(document: Document, painter: Painter = pictures) -> bytes:
    """Return a report as PDF. It waits for the charts to be drawn; `PictureFailed`: one cannot be.

    The same document gives the same bytes: dated by `made_at`, and its id is made of what is in it.
    """
    from fpdf.fonts import TTFFont  # noqa: PLC0415 - see below

    drawn = painter(document.figures)
    paper = _paper(document)
    try:
        paper.add_page()
        _title(paper, document)
        for figure, picture in zip(document.figures, drawn, strict=True):
            _chart(paper, figure, picture)
        for sheet in document.sheets:
            _table(paper, sheet)
        if document.sheets:
            _table(paper, dictionary(document.sheets), most=None)
        return bytes(paper.output())
    finally:
        for font in paper.fonts.values():
            if isinstance(font, TTFFont):
                font.close()  # the library closes its files only where it has come to the end


def _paper(document: Document) -> FPDF:
    """Return empty paper with the fonts, dated by the report."""
    import font_source_sans_pro as fonts  # noqa: PLC0415 - needed only when somebody wants a PDF
    from fpdf import FPDF  # noqa: PLC0415 - likewise: it takes a fifth of a second

    name = hashlib.sha256(repr(document).encode("utf-8", "backslashreplace")).hexdigest()[:32].upper()

    class Paper(FPDF):
        """Paper with numbered pages, whose id is made of what is on it."""

        def file_id(self) -> str:
            return f"<{name}><{name}>"

        def footer(self) -> None:
            self.set_y(-12)
            self.set_font(_FAMILY, size=8)
            self.set_text_color(*_PALE)
            self.cell(0, 6, f"{self.page_no()} of {{nb}}", align="R")

    paper = Paper(format="A4")
    folder = Path(fonts.font_directory)
    paper.add_font(_FAMILY, "", folder / "SourceSansPro-Regular.ttf")
    paper.add_font(_FAMILY, "B", folder / "SourceSansPro-Semibold.ttf")
    paper.set_margins(15, 15)
    paper.set_auto_page_break(auto=True, margin=16)
    paper.set_creation_date((document.made_at or _NO_DATE).astimezone(UTC))
    paper.set_producer("Social Listener")
    paper.set_title(told(document.title))
    paper.set_lang("en")
    return paper


def _title(paper: FPDF, document: Document) -> None:
    paper.set_font(_FAMILY, "B", 20)
    paper.set_text_color(*_INK)
    paper.multi_cell(0, 9, told(document.title), new_x="LMARGIN", new_y="NEXT")
    paper.ln(2)
    for name, value in document.facts:
        paper.set_font(_FAMILY, "B", 10)
        paper.cell(38, 5.4, told(name))
        paper.set_font(_FAMILY, "", 10)
        paper.multi_cell(0, 5.4, told(value) or " ", new_x="LMARGIN", new_y="NEXT")
    paper.ln(4)


def _chart(paper: FPDF, figure: Figure, picture: bytes) -> None:
    """Draw a picture over the whole width, on the next page where this one has no room; its words are read aloud."""
    paper.image(io.BytesIO(picture), w=paper.epw, alt_text=told(figure.alt), title=told(figure.title))
    paper.ln(3)


def _table(paper: FPDF, sheet: Sheet, most: int | None = MOST_ROWS) -> None:
    paper.set_font(_FAMILY, "B", 13)
    paper.set_text_color(*_INK)
    paper.ln(2)
    paper.multi_cell(0, 7, told(sheet.name), new_x="LMARGIN", new_y="NEXT")
    shown = sheet.rows[:most]
    numbers = [all(isinstance(row[at], int | float | None) for row in sheet.rows) for at in range(len(sheet.columns))]
    head = [told(column.name.replace("_", " ")) for column in sheet.columns]  # where a long name may be parted
    lines = [[told(_cell(one)) for one in row] for row in shown]
    widths = _fitted(paper, head, lines)
    with paper.table(
        text_align=tuple("RIGHT" if one else "LEFT" for one in numbers),
        col_widths=widths,
        line_height=4.2,
        borders_layout="HORIZONTAL_LINES",
        padding=_PADDING,
    ) as table:
        for cells in [head, *lines]:
            line = table.row()
            for text, width in zip(cells, widths, strict=True):
                line.cell(_cut(paper, text, _MOST_LINES * width))
    if not sheet.rows:
        paper.multi_cell(0, 5, "Nothing was counted.", new_x="LMARGIN", new_y="NEXT")
    if len(shown) < len(sheet.rows):
        left = len(sheet.rows) - len(shown)
        words = f"{left:,} further rows are not printed; the workbook has them."
        paper.multi_cell(0, 5, words, new_x="LMARGIN", new_y="NEXT")


def _fitted(paper: FPDF, head: Sequence[str], lines: Sequence[Sequence[str]]) -> tuple[float, ...]:
    """Set the largest type in which no number and no word is parted; return how wide each column is, in mm."""
    needs, wants = _needed(paper, head, lines, _SIZES[0])
    for size in _SIZES[1:]:
        if sum(needs) <= paper.epw:
            break
        needs, wants = _needed(paper, head, lines, size)
    spare, more = paper.epw - sum(needs), [want - need for need, want in zip(needs, wants, strict=True)]
    if spare <= 0:  # the smallest type is too large: the widest words are parted
        return tuple(need * paper.epw / sum(needs) for need in needs)
    part = min(1.0, spare / sum(more)) if sum(more) else 0.0
    return tuple(need + part * one for need, one in zip(needs, more, strict=True))


def _cut(paper: FPDF, text: str, room: float) -> str:
    """Return a text that takes no more than so many mm, in one line or in several: a row stands on one page."""
    wide = paper.get_string_width(text)
    return text if wide <= room else text[: int(len(text) * room / wide)] + " […]"


def _needed(
    paper: FPDF, head: Sequence[str], lines: Sequence[Sequence[str]], size: float
) -> tuple[list[float], list[float]]:
    """Return how wide each column must be for its widest word, and would be for its widest text, in mm of a type."""
    needs, wants = [], []
    for at, name in enumerate(head):
        paper.set_font(_FAMILY, "B", size)
        words, whole = [paper.get_string_width(word) for word in name.split()], 0.0
        paper.set_font(_FAMILY, "", size)
        for text in {row[at] for row in lines}:
            words += [paper.get_string_width(word) for word in text.split()]
            whole = max(whole, paper.get_string_width(text))
        need = min(max(words, default=0.0), _WIDEST_WORD)
        needs.append(need + 2 * _PADDING + _LEEWAY)
        wants.append(max(need, min(whole, _WIDEST)) + 2 * _PADDING + _LEEWAY)
    return needs, wants


def _cell(value: Value) -> str:
    """Return a value as people read it; moments in UTC."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date):
        return f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S}" if isinstance(value, datetime) else value.isoformat()
    if isinstance(value, int | float):
        return _number(value)
    return value if len(value) <= MOST_CHARACTERS else value[:MOST_CHARACTERS] + " […]"


def _number(value: float) -> str:
    if float(value).is_integer():
        return f"{value:,.0f}"
    return f"{value:,.4g}" if abs(value) < 1 else f"{value:,.2f}"


def told(text: str) -> str:
    """Return a text in signs that the font has; each other one by its number, a long run of them by the first."""
    made = []
    for known, signs in groupby(printable(text), key=_has):
        run = list(signs)
        if known:
            made.append("".join(" " if sign in "\r\n\t" else sign for sign in run))
        elif len(run) <= _TOLD_MOST:
            made.append(f"[{' '.join(f'U+{ord(sign):04X}' for sign in run)}]")
        else:
            made.append(f"[U+{ord(run[0]):04X} and {len(run) - 1} further signs]")
    return "".join(made)


def _has(sign: str) -> bool:
    """Return whether a sign can be printed; one that nobody sees, or that turns others round, is told instead."""
    if sign in "\r\n\t":
        return True
    return unicodedata.category(sign)[0] != "C" and ord(sign) in _signs()


@cache
def _signs() -> frozenset[int]:
    """Return the signs that both cuts of the font have."""
    import font_source_sans_pro as fonts  # noqa: PLC0415 - needed only when somebody wants a PDF
    from fontTools.ttLib import TTFont  # noqa: PLC0415 - likewise

    folder = Path(fonts.font_directory)
    signs = []
    for cut in ("Regular", "Semibold"):
        with TTFont(folder / f"SourceSansPro-{cut}.ttf") as font:
            signs.append(frozenset(font.getBestCmap() or ()))
    return signs[0] & signs[1]

from __future__ import annotations

import io
from datetime import date

import pypdf
import pytest
from pypdf.generic import DictionaryObject
from reports_kit import COLUMNS, document, sheet

from social_listener.reports.pdf import pdf_bytes, told
from social_listener.reports.sheets import Column, ColumnKind, Sheet


def text_of(data: bytes) -> str:
    """Return what a reader finds on the pages, in one line."""
    return " ".join(" ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages).split())


def test_a_report_tells_what_it_is_of() -> None:
    """Title, facts, every value and every meaning can be read on the pages, Greek and Cyrillic too."""
    rows = (("grüße ελληνικά кириллица", 1234567), ("é", 5))
    columns = (Column("said", ColumnKind.TEXT, "what was said"), Column("items", ColumnKind.COUNT, "how many", "items"))
    found = text_of(pdf_bytes(document(Sheet("Words", columns, rows), drawn=True)))
    for words in ("Weekly report", "Period 1 May to 7 May 2026", "grüße ελληνικά кириллица", "1,234,567", "how many"):
        assert words in found


def test_hostile_texts_make_a_report_too() -> None:
    """Signs that the font lacks, or that nobody sees, are told by their number; nothing is left out in silence."""
    found = text_of(pdf_bytes(document(sheet())))
    assert "[U+65E5 and 7 further signs]" in found
    assert "[U+1F600] grüße" in found
    assert "right[U+202E]to left[U+2066]" in found
    assert "nul[U+0000]inside" in found
    assert "=HYPERLINK" in found


def test_a_text_of_plain_signs_is_itself() -> None:
    """Nothing that the font has is changed."""
    assert told("Größe – “50 %” → ελ κ") == "Größe – “50 %” → ελ κ"
    assert told("a\tb\nc") == "a b c"


@pytest.mark.long
def test_rows_that_are_not_printed_are_counted() -> None:
    """A long table says how many rows stand in the workbook only."""
    found = text_of(pdf_bytes(document(sheet("Items", ("a",) * 250))))
    assert "51 further rows are not printed" in found


def test_an_empty_report_can_be_read() -> None:
    """With nothing counted it says so."""
    assert "Nothing was counted" in text_of(pdf_bytes(document(Sheet("Items", COLUMNS, ()))))


@pytest.mark.long
def test_the_same_report_gives_the_same_bytes() -> None:
    """It is dated by the moment that its figures are of, and pictures come out alike."""
    data = pdf_bytes(document(sheet("Items", ("a", "b")), drawn=True))
    assert data == pdf_bytes(document(sheet("Items", ("a", "b")), drawn=True))
    assert data != pdf_bytes(document(sheet("Items", ("a", "c")), drawn=True))
    assert pypdf.PdfReader(io.BytesIO(data)).metadata is not None
    assert b"20260508060007" in data


@pytest.mark.long
def test_pictures_have_words() -> None:
    """A chart can be heard: its alternative text stands in the file's structure."""
    data = pdf_bytes(document(sheet("Items", ("a",)), drawn=True))
    reader = pypdf.PdfReader(io.BytesIO(data))
    objects = [reader.get_object(number) for number in range(1, len(reader.xref[0]) + 1)]
    heard = [str(one["/Alt"]) for one in objects if isinstance(one, DictionaryObject) and "/Alt" in one]
    assert len(heard) == 1
    assert heard[0].startswith("Bars of items. By channel. x: 12")


def test_a_painter_that_gives_too_few_pictures_is_noticed() -> None:
    """No chart is left out of a report without a word."""
    with pytest.raises(ValueError, match="zip"):
        pdf_bytes(document(sheet("Items", ("a",)), drawn=True), painter=lambda _: [])


def test_no_number_and_no_day_is_parted_in_a_wide_table() -> None:
    """Sixteen columns stand on one page, each number in one piece; names of columns are parted between their words."""
    columns = (
        Column("start", ColumnKind.DAY, "day"),
        *(Column(f"negative_share_{at}", ColumnKind.COUNT, "how many") for at in range(14)),
        Column("known", ColumnKind.TEXT, "what is known"),
    )
    rows = tuple((date(2026, 5, day), *((19_187_602 + day,) * 14), "not known") for day in range(1, 4))
    data = pdf_bytes(document(Sheet("Over time", columns, rows)), painter=lambda _: [])
    found = "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages).split()
    for day in range(1, 4):
        assert found.count(f"19,187,{602 + day}") == 14
        assert f"2026-05-{day:02d}" in found
    assert "negative" in found


def test_words_too_long_for_any_page_are_parted() -> None:
    """A table of nothing but such words is printed all the same, however many signs the font lacks."""
    columns = tuple(Column(f"column_{at}", ColumnKind.TEXT, "text") for at in range(16))
    rows = (tuple("a日" * 150 for _ in columns), tuple("x" * 300 for _ in columns), (None,) * 16)
    data = pdf_bytes(document(Sheet("Wide", columns, rows)), painter=lambda _: [])
    assert "Wide" in pypdf.PdfReader(io.BytesIO(data)).pages[0].extract_text()

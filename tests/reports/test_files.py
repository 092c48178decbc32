from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import openpyxl
import pyarrow.parquet as pq
import pytest
from reports_kit import AT, COLUMNS, HOSTILE, document, rows, sheet

from social_listener.cells import cell
from social_listener.reports.excel import MOST_CHARACTERS, xlsx_bytes
from social_listener.reports.files import bundle, csv_bytes, parquet_bytes
from social_listener.reports.sheets import Column, ColumnKind, Sheet

EMPTY = Sheet("Nothing", COLUMNS, ())


def whole(text: str | None) -> str | None:
    """Return a text without half characters, as every format writes it."""
    return text.replace("\ud83d", "\ufffd") if text is not None else None


def read_csv(data: bytes) -> list[list[str]]:
    """Return the rows that another reader finds."""
    return list(csv.reader(io.StringIO(data.decode("utf-8"), newline="")))


def test_csv_gives_back_every_value() -> None:
    """What another reader finds in a CSV is what was put in, with an apostrophe before what would be a formula."""
    head, *found = read_csv(csv_bytes(sheet()))
    assert head == [column.name for column in COLUMNS]
    for line, row in zip(found, rows(), strict=True):
        text, private, items, share, at, day = row
        assert line[0] == ("" if text is None else cell(whole(str(text))))
        assert line[1] == ("" if private is None else str(private).lower())
        assert line[2:4] == ["" if value is None else str(value) for value in (items, share)]
        assert line[4] == ("" if at is None else at.isoformat())  # type: ignore[union-attr]
        assert line[5] == ("" if day is None else day.isoformat())  # type: ignore[union-attr]


def test_csv_runs_no_formula() -> None:
    """No cell of a text begins with a sign that a spreadsheet takes for a formula; without the guard some would."""
    signs = ("=", "+", "-", "@", "\t", "＝")
    found = [line[0] for line in read_csv(csv_bytes(sheet()))[1:]]
    assert [text for text in found if text.startswith(signs)] == []
    assert [text for text in HOSTILE if text.startswith(signs)] != []


def test_csv_can_begin_with_a_mark() -> None:
    """With the mark Excel sees that it is UTF-8; without it the first column has its plain name."""
    assert csv_bytes(EMPTY, mark=True)[:3] == b"\xef\xbb\xbf"
    assert csv_bytes(EMPTY).startswith(b"text,")


def test_parquet_gives_back_every_value_and_every_meaning() -> None:
    """Types, values and meanings survive; moments come back in UTC."""
    table = pq.read_table(io.BytesIO(parquet_bytes(sheet())))
    found = [tuple(row.values()) for row in table.to_pylist()]
    assert found == [(whole(row[0]), *row[1:]) for row in rows()]  # type: ignore[arg-type]
    assert {field.name: field.metadata[b"meaning"].decode() for field in table.schema} == {
        column.name: column.meaning for column in COLUMNS
    }
    assert table.schema.field("items").metadata[b"unit"] == b"items"


def read_xlsx(data: bytes) -> dict[str, list[tuple[Any, ...]]]:
    """Return the rows that another reader finds, by sheet."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    return {page.title: list(page.iter_rows(values_only=True)) for page in book.worksheets}


def test_a_workbook_gives_back_every_value() -> None:
    """Numbers are numbers, days are days, texts are the texts; signs that XML cannot hold come as their pictures."""
    head, *found = read_xlsx(xlsx_bytes(document()))["Items"]
    assert list(head) == [column.name for column in COLUMNS]
    for line, row in zip(found, rows()[:-1], strict=True):
        text, private, items, share, at, day = row
        if isinstance(text, str) and len(text) <= MOST_CHARACTERS:
            plain = whole(text).translate({0: "\u2400", 7: "\u2407", 27: "\u241b"})  # type: ignore[union-attr]
            assert (line[0] or "").replace("_x005F_", "_").replace("_x000D_", "\r") == plain.replace("\r\n", "\r\n")
        assert line[1:3] == (private, items)
        assert line[3] == (None if share is None else pytest.approx(share))
        assert line[4] == (at.replace(tzinfo=None) if isinstance(at, datetime) else None)
        assert (line[5].date() if line[5] else None) == day


def test_a_workbook_holds_no_formula_and_no_link() -> None:
    """Every text is a text: there is no formula, no link, and what is too long says that it was cut."""
    data = xlsx_bytes(document())
    book = openpyxl.load_workbook(io.BytesIO(data))
    cells = [one for page in book.worksheets for row in page.iter_rows() for one in row]
    assert {one.data_type for one in cells} <= {"s", "n", "b", "d", "inlineStr"}
    assert [one for one in cells if one.hyperlink] == []
    assert '=HYPERLINK("http://evil","x")' in {one.value for one in cells}
    longest = max(len(one.value) for one in cells if isinstance(one.value, str))
    assert longest == MOST_CHARACTERS
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert [name for name in archive.namelist() if b"<f>" in archive.read(name)] == []


def test_a_workbook_says_what_its_columns_mean() -> None:
    """The sheet Dictionary has a row for every column, and the first sheet tells what the report is of."""
    found = read_xlsx(xlsx_bytes(document(sheet("One"), sheet("Two", ("a",)))))
    assert list(found) == ["About", "One", "Two", "Dictionary"]
    told = {(row[0], row[1]): row[4] for row in found["Dictionary"][1:]}
    assert told == {(name, column.name): column.meaning for name in ("One", "Two") for column in COLUMNS}
    assert ("Period", "1 May to 7 May 2026") in found["About"]


def test_names_of_sheets_are_made_to_fit() -> None:
    """Names that Excel refuses, are too long or stand twice become names that it takes."""
    names = ("a/b:c*d?[e]\\", "History", "n" * 40, "N" * 40, "", "'quoted'")
    found = list(read_xlsx(xlsx_bytes(document(*(sheet(name, ("a",)) for name in names)))))[1:-1]
    assert found[1] == "History of it"
    assert len({name.casefold() for name in found}) == len(names)
    assert all(0 < len(name) <= 31 and not set(name) & set("[]:*?/\\") for name in found)


def test_more_rows_than_a_sheet_holds_go_onto_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    """No row is lost where Excel's limit is reached."""
    monkeypatch.setattr("social_listener.reports.excel.MOST_ROWS", 3)
    found = read_xlsx(xlsx_bytes(document(sheet("Items", tuple("abcdefg")))))
    assert [len(found[name]) - 1 for name in ("Items", "Items (2)", "Items (3)")] == [3, 3, 1]  # the last row is empty


def test_numbers_that_a_workbook_would_round_are_texts() -> None:
    """An id of 19 digits keeps them all."""
    column = (Column("id", ColumnKind.COUNT, "id"),)
    found = read_xlsx(xlsx_bytes(document(Sheet("Ids", column, ((1234567890123456789,), (42,))))))
    assert [row[0] for row in found["Ids"][1:]] == ["1234567890123456789", 42]


def test_empty_sheets_are_whole_files() -> None:
    """With nothing counted each form is valid and has its columns."""
    names = [column.name for column in COLUMNS]
    assert read_csv(csv_bytes(EMPTY)) == [names]
    assert pq.read_table(io.BytesIO(parquet_bytes(EMPTY))).column_names == names
    assert read_xlsx(xlsx_bytes(document(EMPTY)))["Nothing"] == [tuple(names)]


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_a_bundle_has_a_file_for_every_sheet(ending: str) -> None:
    """One zip: what it is of, each sheet, names that stand twice told apart, and the dictionary."""
    data = bundle(document(sheet("Items"), sheet("Items", ("a",)), EMPTY), ending)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        assert sorted(archive.namelist()) == sorted(
            f"{name}.{ending}" for name in ("about", "items", "items-2", "nothing", "dictionary")
        )


def test_the_same_document_gives_the_same_bytes() -> None:
    """Nothing in a file tells when it was made; another value gives other bytes."""
    other = document(replace(sheet(), rows=rows()[:-2]))
    for write in (xlsx_bytes, lambda one: bundle(one, "csv"), lambda one: bundle(one, "parquet")):
        assert write(document()) == write(document())
        assert write(document()) != write(other)
        assert f"{datetime.now(UTC):%Y-%m-%dT%H}".encode() not in write(document())


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (ColumnKind.COUNT, True),
        (ColumnKind.COUNT, 1.5),
        (ColumnKind.COUNT, 2**64),
        (ColumnKind.NUMBER, float("nan")),
        (ColumnKind.NUMBER, "12"),
        (ColumnKind.MOMENT, datetime(2026, 5, 1)),  # noqa: DTZ001 - that is what is refused
        (ColumnKind.DAY, AT),
        (ColumnKind.TEXT, 1),
        (ColumnKind.YES_NO, 1),
    ],
)
def test_a_value_of_another_kind_is_refused(kind: ColumnKind, value: Any) -> None:
    """What would come out of each format in another way names its row and column."""
    with pytest.raises(ValueError, match=r"sheet 'S', row 1, c: .* is no"):
        Sheet("S", (Column("c", kind, "m"),), ((value,),))


def test_a_moment_of_any_zone_is_taken() -> None:
    """A moment elsewhere is the same moment in every file."""
    east = timezone(timedelta(hours=9))
    one = Sheet("S", (Column("at", ColumnKind.MOMENT, "m"),), ((AT.astimezone(east),),))
    assert read_csv(csv_bytes(one))[1] == [AT.isoformat()]
    assert pq.read_table(io.BytesIO(parquet_bytes(one))).to_pylist() == [{"at": AT}]
    assert read_xlsx(xlsx_bytes(document(one)))["S"][1] == (AT.replace(tzinfo=None),)


def test_huge_whole_numbers_are_numbers_in_every_form() -> None:
    """A sum beyond what a double tells exactly is the nearest double in Parquet, and has all its digits elsewhere."""
    huge = 2**60 + 1
    one = Sheet("S", (Column("a", ColumnKind.NUMBER, "m"), Column("b", ColumnKind.COUNT, "m")), ((huge, huge),))
    assert pq.read_table(io.BytesIO(parquet_bytes(one))).to_pylist() == [{"a": float(huge), "b": huge}]
    assert read_csv(csv_bytes(one))[1] == [str(huge)] * 2
    assert read_xlsx(xlsx_bytes(document(one)))["S"][1] == (str(huge), str(huge))

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest
from reading_kit import ours, page, person, reading, said, tell

from social_listener.cells import cell
from social_listener.errors import StoreError
from social_listener.store import Store, exports

NAMES = [
    "id",
    "channel",
    "account_id",
    "conversation_id",
    "kind",
    "private",
    "outbound",
    "author_id",
    "author_name",
    "text",
    "sent_at",
    "first_seen_at",
    "reply_to_id",
    "deleted",
    "language",
    "sentiment",
    "sentiment_label",
    "priority",
    "priority_factors",
]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Return a store with a few items: a complaint, our answer, a deleted one, context, a formula."""
    ingest = reading(tmp_path / "store.duckdb")
    first = said(1, "where is my refund, this is terrible?", url="https://x.com/i/1")
    tell(
        ingest,
        page(first, ours(2, to=first), said(3, "gone"), said(4, context=True), contacts=(person(name="Ana, B."),)),
    )
    people = (person(name="Ana, B."),)
    tell(
        ingest,
        page(
            said(5, '=HYPERLINK("http://evil")'), said(6, "grüße\n„zweite“ zeile 😀"), deleted=("x:3",), contacts=people
        ),
    )
    yield ingest.store
    ingest.store.close()


def _bytes(store: Store, form: str) -> bytes:
    return b"".join(exports.write(store, form))


def test_the_columns_are_the_promised_ones_in_order() -> None:
    """The documented columns come first, in the documented order."""
    assert list(exports.COLUMNS[: len(NAMES)]) == NAMES


def test_json_lines_hold_values_as_they_are(store: Store) -> None:
    """One object a line: factors as a list, times with their zone, nothing for what is not known."""
    lines = [json.loads(line) for line in _bytes(store, "jsonl").decode().splitlines()]
    assert [line["id"] for line in lines] == ["x:1", "x:2", "x:3", "x:5", "x:6"]
    first, answer, gone = lines[:3]
    assert list(first) == list(exports.COLUMNS)
    assert first["author_name"] == "Ana, B."
    assert datetime.fromisoformat(first["sent_at"]) == said(1).sent_at
    assert sum(one["points"] for one in first["priority_factors"]) == pytest.approx(first["priority"], abs=1)
    assert first["sentiment"] < 0
    assert (answer["outbound"], answer["priority"], answer["priority_factors"]) == (True, None, [])
    assert (gone["deleted"], gone["text"], gone["sentiment"]) == (True, "", None)
    assert lines[4]["text"] == "grüße\n„zweite“ zeile 😀"


def test_csv_runs_no_formula(store: Store) -> None:
    """Every row has every column, and a text that a spreadsheet would run begins with an apostrophe."""
    found = list(csv.DictReader(io.StringIO(_bytes(store, "csv").decode(), newline="")))
    assert [one["id"] for one in found] == ["x:1", "x:2", "x:3", "x:5", "x:6"]
    assert found[3]["text"] == '\'=HYPERLINK("http://evil")'
    assert found[4]["text"] == "grüße\n„zweite“ zeile 😀"
    assert found[0]["private"] == "false"
    assert json.loads(found[0]["priority_factors"])


def test_parquet_keeps_types(store: Store) -> None:
    """Times are times in UTC, figures are figures, and the columns have the documented names."""
    table = pq.read_table(io.BytesIO(_bytes(store, "parquet")))
    assert table.column_names == list(exports.COLUMNS)
    first = table.to_pylist()[0]
    assert first["sent_at"] == said(1).sent_at.astimezone(UTC)
    assert isinstance(first["sentiment"], float)
    assert first["deleted"] is False


@pytest.mark.parametrize("form", exports.FORMATS)
def test_an_empty_store_gives_a_whole_file(tmp_path: Path, form: str) -> None:
    """With nothing stored each form is valid and empty."""
    with Store.open(tmp_path / "store.duckdb") as store:
        body = _bytes(store, form)
    if form == "parquet":
        assert pq.read_table(io.BytesIO(body)).num_rows == 0
    else:
        assert len(body.decode().splitlines()) == (1 if form == "csv" else 0)


def test_more_than_one_piece(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Large exports come in pieces that make one whole."""
    monkeypatch.setattr(exports, "_BATCH", 7)
    ingest = reading(tmp_path / "store.duckdb")
    tell(ingest, page(*(said(number) for number in range(1, 31))))
    pieces = list(exports.write(ingest.store, "parquet"))
    assert len(pieces) > 3
    assert pq.read_table(io.BytesIO(b"".join(pieces))).num_rows == 30
    assert len(_bytes(ingest.store, "jsonl").splitlines()) == 30
    ingest.store.close()


_SIGNS = ["=", "+", "-", "@", "＝", "＋", "－", "＠", "﹦", "﹢", "﹣", "﹫", "\N{MINUS SIGN}", "⁼"]
_BEFORE = [
    "",
    " ",
    "\u00a0",
    "\ufeff",
    "\u200b",
    "\u2060",
    "\u3000",
    "\u202e",
    '"',
    "''",
    "\u201c",
    ' " ',
    "\x00",
    "\t",
    "\r",
    "\n",
    "\v",
]


@pytest.mark.parametrize("before", _BEFORE, ids=ascii)
def test_every_way_to_begin_a_formula_is_stopped(before: str) -> None:
    """Every form of the four signs, bare and behind blanks, invisible signs, quotes, tabs and line ends."""
    for sign in _SIGNS:
        assert cell(f"{before}{sign}1+1").startswith("'"), sign


@pytest.mark.parametrize("start", ["\t", "\r", "\n", "\tx", "\nx"])
def test_a_text_that_begins_with_a_break_is_stopped(start: str) -> None:
    """A spreadsheet may take the break off and look at what follows."""
    assert cell(start).startswith("'")


@pytest.mark.parametrize(
    ("text", "harmless"),
    [
        ("hi;=cmd|' /C calc'!A0", "hi;'=cmd|' /C calc'!A0"),
        ("hi\n=1+1", "hi\n'=1+1"),
        ("hi\r\n  ＝1+1", "hi\r\n  '＝1+1"),
        ("hi\t@SUM(1)", "hi\t'@SUM(1)"),
        ('hi;"-2+3+cmd|x!A0', "hi;\"'-2+3+cmd|x!A0"),
        ("a;=b;=c", "a;'=b;'=c"),
    ],
)
def test_a_formula_inside_a_text_is_stopped(text: str, harmless: str) -> None:
    """A program that parts cells by semicolons, tabs or lines finds no formula either."""
    assert cell(text) == harmless


_HARMLESS = [
    "hello",
    "1=1",
    "a@b",
    "",
    -0.5,
    3,
    None,
    "thanks ;-)",
    "one\n- two\n- three",
    "hi\n@fernhill hello",
    "a;b",
    "«hello»",
    '"quoted"',
]


@pytest.mark.parametrize("plain", _HARMLESS)
def test_what_is_no_formula_stays(plain: object) -> None:
    """Plain texts, faces, lists, names and figures, negative ones too, are not touched."""
    assert cell(plain) == plain


def test_an_unknown_format_names_the_known(tmp_path: Path) -> None:
    """A format nobody has is refused with those there are."""
    with Store.open(tmp_path / "store.duckdb") as store, pytest.raises(ValueError, match="jsonl, csv, parquet"):
        exports.write(store, "xml")


def test_a_closed_store_is_told(tmp_path: Path) -> None:
    """Exporting from a closed store is a StoreError."""
    store = Store.open(tmp_path / "store.duckdb")
    store.close()
    with pytest.raises(StoreError):
        _bytes(store, "jsonl")


def as_first_release(store: Store, path: Path) -> Path:
    """Write the rows of a store into a database of the first schema, as far as that has columns for them."""
    here = Path(__file__).with_name("schema_1.sql").read_text(encoding="utf-8")
    with duckdb.connect(str(path)) as old, store.read() as new:
        for statement in here.split("\n--;\n"):
            old.execute(statement)
        old.execute("INSERT INTO schema_versions VALUES (1, now())")
        for (table,) in old.execute(
            "SELECT table_name FROM duckdb_tables() WHERE table_name <> 'schema_versions'"
        ).fetchall():
            known = {row[0] for row in new.execute(f"DESCRIBE {table}").fetchall()}
            columns = [row[0] for row in old.execute(f"DESCRIBE {table}").fetchall() if row[0] in known]
            rows = new.execute(f"SELECT {', '.join(columns)} FROM {table}").fetchall()
            if rows:
                marks = ", ".join("?" * len(columns))
                old.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", rows)
    return path


@pytest.mark.parametrize("form", ["jsonl", "csv", "parquet"])
def test_an_upgraded_database_exports_what_a_new_one_does(store: Store, tmp_path: Path, form: str) -> None:
    """Rows of the first release leave in the columns of today, and are the same; a row less would be seen."""
    with Store.open(as_first_release(store, tmp_path / "old.duckdb")) as upgraded:
        assert _bytes(upgraded, form) == _bytes(store, form)
        with upgraded.transaction() as cursor:
            cursor.execute("DELETE FROM interactions WHERE id = 'x:6'")
        assert _bytes(upgraded, form) != _bytes(store, form)

"""What nobody can know is not nought in a report: before anything is stored, to come, not over, skipped by clocks."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pyarrow.parquet as pq
import pypdf
import pytest
from desk_kit import Kit, make_kit
from insights_kit import BEGINS, chosen, fill, raw
from staff_kit import seed_staff

from social_listener.desk.digests import text_of
from social_listener.desk.report_document import document
from social_listener.desk.report_known import Known, Reach
from social_listener.desk_types.insights import Annotation, Slice
from social_listener.desk_types.reports import KeptReport, ReportFormat
from social_listener.periods import Period
from social_listener.rights import Role
from social_listener.store import insights, stats

BERLIN = ZoneInfo("Europe/Berlin")
WEEK = Slice(period=Period(date(2026, 3, 26), date(2026, 4, 1), "Europe/Berlin"))
LONG_BEFORE = Slice(period=Period(date(2025, 6, 2), date(2025, 6, 8), "Europe/Berlin"))
SPRING = Slice(period=Period(date(2026, 3, 29), date(2026, 3, 29), "Europe/Berlin"))


@pytest.fixture(scope="module")
def kit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kit]:
    """Return a desk with some hundred items of a week in March, and nothing before; tests leave it as it is."""
    made = make_kit(tmp_path_factory.mktemp("house"))
    fill(made.store)
    yield made
    made.close()


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Kit]:
    """Return such a desk that a test may change."""
    made = make_kit(tmp_path)
    fill(made.store)
    yield made
    made.close()


def sheets(kit: Kit, made: KeptReport) -> dict[str, list[dict[str, str]]]:
    """Return the rows of every file of a report as CSV, as another reader finds them."""
    data = kit.desk.reports.file(made.id, ReportFormat.CSV, "ana")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {
            name.removesuffix(".csv"): list(csv.DictReader(io.StringIO(archive.read(name).decode(), newline="")))
            for name in archive.namelist()
        }


def values(figure: Any, name: str) -> list[Any]:
    """Return the values of one line of a chart."""
    return [row["value"] for row in figure.spec["data"]["values"] if row["name"] == name]


def test_the_period_before_is_not_nought_where_nothing_is_stored_of_it(kit: Kit) -> None:
    """Its days before the first item are empty and called so, in sheet and chart; no change is told of it."""
    made = kit.desk.reports.make(WEEK, "ana")
    first = min(one.sent_at for one in raw(kit.store))
    told = sheets(kit, made)
    steps = told["over-time"]
    assert [(one["items_before"], one["known_before"]) for one in steps[:6]] == [("", "not known")] * 6
    last = sum(one.sent_at.astimezone(BERLIN).date() == date(2026, 3, 25) for one in raw(kit.store))
    assert first.astimezone(BERLIN).date() == date(2026, 3, 25)
    assert (steps[6]["items_before"], steps[6]["known_before"]) == (str(last), "in part")
    assert {one["known"] for one in steps} == {"whole"}
    overview = told["overview"][0]
    assert (overview["before"], overview["change"], overview["known"], overview["known_before"]) == (
        str(last), "", "whole", "in part",
    )  # fmt: skip
    assert values(document(made).figures[0], "period before") == [None] * 7
    assert "stored in part only" in dict(document(made).facts)["Compared with"]
    assert f"items: {len(chosen(raw(kit.store), WEEK))}  (before: {last}, in part)" in text_of(made, ())
    assert "Of the period before: stored in part only." in text_of(made, ())


def test_a_period_before_everything_has_no_numbers_in_any_form(kit: Kit) -> None:
    """Cells are empty, NULL or blank, never 0; the e-mail, the PDF and the workbook say that nobody knows."""
    made = kit.desk.reports.make(LONG_BEFORE, "ana")
    told = sheets(kit, made)
    counts = ("items", "negative", "reach", "answered", "median_wait_s", "items_before")
    assert {one[name] for one in told["over-time"] for name in counts} == {""}
    assert {one[name] for one in told["overview"] for name in ("value", "before", "change", "from")} == {""}
    assert {one["known"] for one in told["overview"]} == {"not known"}
    assert {one["items"] for one in told["hours-of-the-week"]} == {""}
    assert told["by-channel"] == []
    with zipfile.ZipFile(io.BytesIO(kit.desk.reports.file(made.id, ReportFormat.PARQUET, "ana"))) as archive:
        table = pq.read_table(io.BytesIO(archive.read("over-time.parquet")))
    assert table.column("items").null_count == 7
    book = openpyxl.load_workbook(io.BytesIO(kit.desk.reports.file(made.id, ReportFormat.XLSX, "ana")))
    rows = list(book["Over time"].iter_rows(values_only=True))
    assert [row[rows[0].index("items")] for row in rows[1:]] == [None] * 7
    assert [row[1] for row in book["About"].iter_rows(values_only=True) if row[0] == "Period"] == [
        "2 June to 8 June 2025 (nothing is stored of it)"
    ]
    assert all(values(figure, "this period") == [None] * 7 for figure in document(made).figures[:1])
    words = text_of(made, ())
    assert "items: not known  (before: not known)" in words
    assert "Of the period before: nothing is stored of it." in words
    assert "Of this period: nothing is stored of it." in words


@pytest.mark.long
def test_a_printed_report_says_what_is_not_known(kit: Kit) -> None:
    """The PDF names the moment from which on anything is stored."""
    made = kit.desk.reports.make(LONG_BEFORE, "ana")
    paper = pypdf.PdfReader(io.BytesIO(kit.desk.reports.file(made.id, ReportFormat.PDF, "ana")))
    words = " ".join(" ".join(page.extract_text() for page in paper.pages).split())
    first = min(one.sent_at for one in raw(kit.store)).astimezone(BERLIN)
    assert f"from {first.day} March 2026, {stats.bucket_of(first).astimezone(BERLIN):%H:%M} Europe/Berlin on" in words
    assert "nobody knows what was said before" in words


def test_an_empty_house_knows_nothing(tmp_path: Path) -> None:
    """With nothing stored there is no nought in a report either."""
    made = make_kit(tmp_path)
    kept = made.desk.reports.make(WEEK, "ana")
    assert kept.figures["now"]["tally"] is None
    assert dict(document(kept).facts)["Stored"].startswith("nothing yet")
    assert {one["items"] for one in sheets(made, kept)["over-time"]} == {""}
    made.close()


def test_what_is_not_over_is_marked_and_what_is_to_come_is_empty(kit: Kit) -> None:
    """Today stands as so far, tomorrow as not yet; of neither the chart shows anything."""
    today = kit.now().date()
    wanted = Slice(period=Period(today - timedelta(days=3), today + timedelta(days=2)))
    made = kit.desk.reports.make(wanted, "ana")
    steps = sheets(kit, made)["over-time"]
    assert [(one["known"], one["items"]) for one in steps] == [
        *[("whole", "0")] * 3, ("so far", "0"), *[("not yet", "")] * 2,
    ]  # fmt: skip
    assert values(document(made).figures[0], "this period") == [0, 0, 0, None, None, None]
    assert dict(document(made).facts)["Period"].endswith("(so far)")
    assert sheets(kit, made)["overview"][0]["known"] == "so far"


def test_an_hour_that_clocks_skip_is_no_low(kit: Kit) -> None:
    """It has a row that says so, no number and no point in the chart; the hours beside it are as Python counts."""
    made = kit.desk.reports.make(SPRING, "ana")
    steps = sheets(kit, made)["over-time"]
    mine = chosen(raw(kit.store), SPRING)
    by_hour = [sum(one.sent_at.astimezone(BERLIN).hour == hour for one in mine) for hour in range(24)]
    assert [one["items"] for one in steps] == [str(items) if hour != 2 else "" for hour, items in enumerate(by_hour)]
    assert steps[2]["known"] == "no such hour"
    at = [row["at"] for row in document(made).figures[0].spec["data"]["values"] if row["name"] == "this period"]
    assert len(at) == len({*at}) == 23


@pytest.mark.long
def test_a_day_of_23_hours_is_not_over_an_hour_early(own: Kit) -> None:
    """In the evening of the day on which clocks go forward the chart does not show it yet; at midnight it does."""
    own.pass_time(seconds=(datetime(2027, 3, 28, 21, 30, tzinfo=UTC) - own.now()).total_seconds())
    wanted = Slice(period=Period(date(2027, 3, 22), date(2027, 3, 28), "Europe/Berlin"))
    assert values(document(own.desk.reports.make(wanted, "ana")).figures[0], "this period") == [0] * 6 + [None]
    own.pass_time(minutes=30)
    assert values(document(own.desk.reports.make(wanted, "ana")).figures[0], "this period") == [0] * 7


def test_hours_of_the_week_that_are_not_in_the_period_are_empty(kit: Kit) -> None:
    """A report of one Sunday tells nothing of Mondays."""
    made = kit.desk.reports.make(SPRING, "ana")
    hours = sheets(kit, made)["hours-of-the-week"]
    mine = chosen(raw(kit.store), SPRING)
    by_hand = {hour: sum(one.sent_at.astimezone(BERLIN).hour == hour for one in mine) for hour in range(24)}
    assert [one["items"] for one in hours[:144]] == [""] * 144
    assert [one["items"] for one in hours[144:]] == [str(by_hand[hour]) if hour != 2 else "" for hour in range(24)]
    assert len(made.figures["week"]) == 23


@pytest.mark.long
def test_what_is_known_is_told_by_the_accounts_of_the_report(own: Kit) -> None:
    """An item of another account, and one that does not count, begin nothing in a report of this one."""
    seed_staff(own.desk, "otto", role=Role.MARKETER, accounts=frozenset({"page"}))
    early = BEGINS - timedelta(days=20)
    with own.store.transaction() as cursor:
        moved = {"main": "outbound = FALSE", "page": "context = TRUE"}
        for account, how in moved.items():
            row = cursor.execute("SELECT min(id) FROM interactions WHERE account_id = ?", [account]).fetchone()
            assert row
            cursor.execute(f"UPDATE interactions SET sent_at = ?, {how} WHERE id = ?", [early, row[0]])
        cursor.execute(
            "UPDATE interactions SET context = FALSE, deleted_at = NULL WHERE sent_at = ? AND account_id = 'main'",
            [early],
        )
        stats.touch_all(cursor)
    mine = replace(WEEK, period=WEEK.period.before())
    with own.store.read() as cursor:  # while everything waits to be counted
        waiting = insights.first(cursor, frozenset({"page"}))
        assert waiting is not None
        assert waiting >= mine.until
    while own.desk.insights.count():
        pass
    assert min(one.sent_at for one in raw(own.store) if one.account_id == "page") >= mine.until
    theirs, his = own.desk.reports.make(mine, "ana"), own.desk.reports.make(mine, "otto")
    assert (theirs.figures["now"]["known"], his.figures["now"]["known"]) == ("whole", "not known")
    assert own.desk.reports.make(replace(mine, accounts=("page",)), "ana").figures["now"]["known"] == "not known"
    page = own.desk.insights.overview(replace(mine, accounts=("page",)), "ana").first
    assert page is not None
    assert page >= mine.until
    with own.store.read() as cursor:
        assert insights.first(cursor, frozenset({"nobody"})) is None
        assert insights.first(cursor, None) == early


def test_streams_that_were_not_read_to_the_end_leave_gaps() -> None:
    """What lies behind the moment up to which all were read is so far; nothing that was not stored is whole."""
    at = datetime(2026, 5, 4, tzinfo=UTC)
    day = timedelta(days=1)
    reach = Reach(first=at - day / 2, until=at + day, now=at + 3 * day)
    found = [reach.of(at + number * day, at + (number + 1) * day) for number in range(-2, 4)]
    assert found == [Known.NOT, Known.PART, Known.WHOLE, Known.SO_FAR, Known.SO_FAR, Known.NOT_YET]
    assert reach.of(at + 3 * day, at + 4 * day, items=1) is Known.SO_FAR  # a platform's clock may be ahead of ours
    assert reach.of(at, at) is Known.SKIPPED
    assert len([*reach.hours(at - day, at + 9 * day, BERLIN)]) == 84
    assert len([*replace(reach, now=at + 9 * day).hours(at, at + 9 * day, BERLIN)]) == 168


@pytest.mark.long
def test_a_remark_that_began_long_before_does_not_squeeze_the_chart(own: Kit) -> None:
    """In the chart it begins and ends with the period; the sheet tells the moments as they are."""
    told = Annotation(
        id="", kind="campaign", text="All year", since=datetime(2026, 1, 1, tzinfo=UTC),
        until=datetime(2026, 12, 31, tzinfo=UTC), account_id=None, by_staff="", version=0,
    )  # fmt: skip
    own.desk.insights.annotate(told, "ana")
    made = own.desk.reports.make(WEEK, "ana")
    marks = [
        (row["at"], row["until"])
        for layer in document(made).figures[0].spec["layer"]
        for row in layer.get("data", {}).get("values", ())
        if row.get("text") == "All year"
    ]
    assert {*marks} == {("2026-03-26T00:00:00Z", "2026-04-02T00:00:00Z")}
    assert sheets(own, made)["remarks"][0]["since"].startswith("2026-01-01")


def test_every_column_that_says_what_is_known_is_explained(kit: Kit) -> None:
    """The dictionary has each of them, with every word that stands in it."""
    rows = sheets(kit, kit.desk.reports.make(WEEK, "ana"))["dictionary"]
    told: Mapping[tuple[str, str], str] = {(one["sheet"], one["column"]): one["meaning"] for one in rows}
    for name in ("Overview", "Over time"):
        assert all(f"{one.value}: " in told[name, "known"] for one in Known)
        assert (name, "known_before") in told

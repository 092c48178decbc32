from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import openpyxl
import pyarrow.parquet as pq
import pypdf
import pytest
from desk_kit import Kit, make_kit
from insights_kit import BEGINS, fill, raw, tally
from insights_kit import chosen as counted
from staff_kit import seed_staff

from social_listener.desk.report_document import document
from social_listener.desk.report_figures import slice_json, slice_of
from social_listener.desk_types.insights import Annotation, By, Slice
from social_listener.desk_types.reports import ChartKind, ReportFormat
from social_listener.errors import DeskError, NotPermitted
from social_listener.periods import Period, Step
from social_listener.rights import SYSTEM, Role
from social_listener.store import reports as kept
from social_listener.store import stats

WEEK = Slice(period=Period(date(2026, 3, 26), date(2026, 4, 1), "Europe/Berlin"))


@pytest.fixture
def kit(tmp_path: Path) -> Iterator[Kit]:
    """Return a desk with some hundred items of March."""
    made = make_kit(tmp_path)
    fill(made.store)
    told = Annotation(
        id="", kind="outage", text="Payments down", since=BEGINS + timedelta(days=3), until=None, account_id=None,
        by_staff="", version=0,
    )  # fmt: skip
    made.desk.insights.annotate(told, "ana")
    yield made
    made.close()


def move(kit: Kit, item: str, label: str) -> None:
    """Give an item another label, as a correction does."""
    with kit.store.transaction() as cursor:
        stats.touch_items(cursor, [item])
        cursor.execute("UPDATE scores SET sentiment_label = ? WHERE interaction_id = ?", [label, item])


def read_csv(data: bytes, name: str) -> list[dict[str, str]]:
    """Return the rows of one file of a zip."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return list(csv.DictReader(io.StringIO(archive.read(f"{name}.csv").decode(), newline="")))


def test_a_report_tells_what_plain_python_counts(kit: Kit) -> None:
    """Totals, steps and channels in the files are those of the raw items, one by one."""
    made = kit.desk.reports.make(WEEK, "ana")
    mine = counted(raw(kit.store), WEEK)
    assert tuple(made.figures["now"]["tally"][name] for name in ("items", "negative", "reach", "answered")) == (
        len(mine),
        tally(mine)[1],
        tally(mine)[6],
        tally(mine)[7],
    )
    data = kit.desk.reports.file(made.id, ReportFormat.CSV, "ana")
    steps = read_csv(data, "over-time")
    days = [(one["start"], int(one["items"])) for one in steps]
    zone = WEEK.period.zone
    by_hand = [sum(one.sent_at.astimezone(ZoneInfo(zone)).date().isoformat() == day for one in mine) for day, _ in days]
    assert [items for _, items in days] == by_hand
    assert len(days) == 7
    channels = {one["key"]: int(one["items"]) for one in read_csv(data, "by-channel")}
    assert channels == {name: sum(one.channel == name for one in mine) for name in ("x", "facebook")}


def test_every_form_tells_the_same(kit: Kit) -> None:
    """What is read back from CSV, Excel, Parquet and PDF is one and the same number."""
    made = kit.desk.reports.make(WEEK, "ana")
    files = {form: kit.desk.reports.file(made.id, form, "ana") for form in ReportFormat}
    items = made.figures["now"]["tally"]["items"]
    assert next(one for one in read_csv(files[ReportFormat.CSV], "overview") if one["figure"] == "items")[
        "value"
    ] == str(items)
    book = openpyxl.load_workbook(io.BytesIO(files[ReportFormat.XLSX]))
    assert [row[1] for row in book["Overview"].iter_rows(values_only=True) if row[0] == "items"] == [items]
    with zipfile.ZipFile(io.BytesIO(files[ReportFormat.PARQUET])) as archive:
        table = pq.read_table(io.BytesIO(archive.read("by-channel.parquet")))
    assert sum(table.column("items").to_pylist()) == items
    text = " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(files[ReportFormat.PDF])).pages)
    words = " ".join(text.split())
    assert f"items {items:,}" in words
    for told in ("26 March to 1 April 2026", "Europe/Berlin", made.digest[:20], "Payments down", "Compared with"):
        assert told in words


@pytest.mark.long
def test_a_kept_report_stays_as_it_is(kit: Kit) -> None:
    """Whatever changes after it, the same report has the same numbers, digest and bytes; a new one has others."""
    made = kit.desk.reports.make(WEEK, "ana")
    before = {form: kit.desk.reports.file(made.id, form, "ana") for form in (ReportFormat.CSV, ReportFormat.XLSX)}
    item = next(one for one in counted(raw(kit.store), WEEK) if one.label == "neutral")
    move(kit, item.id, "negative")
    kit.pass_time(days=1)
    kit.again()
    assert kit.desk.reports.one(made.id, "ana") == made
    assert {form: kit.desk.reports.file(made.id, form, "ana") for form in before} == before
    newer = kit.desk.reports.make(WEEK, "ana")
    assert newer.digest != made.digest
    assert newer.figures["now"]["tally"]["negative"] == made.figures["now"]["tally"]["negative"] + 1
    assert kit.desk.reports.file(newer.id, ReportFormat.CSV, "ana") != before[ReportFormat.CSV]


@pytest.mark.long
def test_files_need_not_be_kept_to_be_the_same(kit: Kit) -> None:
    """Made anew from the kept figures, a file has the bytes that it had."""
    made = kit.desk.reports.make(WEEK, "ana")
    first = {form: kit.desk.reports.file(made.id, form, "ana") for form in ReportFormat}
    with kit.store.transaction() as cursor:
        cursor.execute("DELETE FROM report_files")
    assert {form: kit.desk.reports.file(made.id, form, "ana") for form in ReportFormat} == first


def test_old_files_are_forgotten_and_made_again(kit: Kit) -> None:
    """Only those of that age go; the report stays, and its file has the bytes that it had."""
    made = kit.desk.reports.make(WEEK, "ana")
    first = kit.desk.reports.file(made.id, ReportFormat.CSV, "ana")
    kit.pass_time(days=3)
    kit.desk.reports.file(made.id, ReportFormat.PARQUET, "ana")
    with kit.store.transaction() as cursor:
        assert kept.forget_files(cursor, kit.now() - timedelta(days=4)) == 0
        assert kept.forget_files(cursor, kit.now() - timedelta(days=1)) == 1
        assert kept.file(cursor, made.id, "csv") is None
        assert kept.file(cursor, made.id, "parquet") is not None
    assert kit.desk.reports.file(made.id, ReportFormat.CSV, "ana") == first


@pytest.mark.long
def test_it_says_what_differs_from_now(kit: Kit) -> None:
    """Each number that is not what it was, with then and now; nothing while nothing changed."""
    made = kit.desk.reports.make(WEEK, "ana")
    assert kit.desk.reports.again(made.id, "ana").differences == ()
    item = next(one for one in counted(raw(kit.store), WEEK) if one.label == "neutral")
    move(kit, item.id, "negative")
    found = {one.what: (one.then, one.now) for one in kit.desk.reports.again(made.id, "ana").differences}
    then = made.figures["now"]["tally"]
    assert found["now · tally · negative"] == (then["negative"], then["negative"] + 1)
    assert found["now · tally · neutral"] == (then["neutral"], then["neutral"] - 1)
    assert f"by · channel · {item.channel} · tally · negative" in found
    assert not [what for what in found if "items" in what]


@pytest.mark.long
def test_figures_that_were_tampered_with_are_noticed(kit: Kit) -> None:
    """A report whose figures do not have its digest any more is not handed out."""
    made = kit.desk.reports.make(WEEK, "ana")
    with kit.store.transaction() as cursor:
        cursor.execute("UPDATE reports SET figures = replace(figures, '\"items\":', '\"items\":1')")
    with pytest.raises(DeskError, match="not as it was kept"):
        kit.desk.reports.one(made.id, "ana")


@pytest.mark.long
def test_who_sees_less_gets_less(kit: Kit) -> None:
    """A report is of the accounts that its maker may see, and is there for those only who may see all of them."""
    seed_staff(kit.desk, "otto", role=Role.MARKETER, accounts=frozenset({"page"}))
    seed_staff(kit.desk, "wilma", role=Role.MANAGER, accounts=frozenset({"page", "main"}))
    seed_staff(kit.desk, "carla", role=Role.COMMUNITY_MANAGER)
    all_of_it, his = kit.desk.reports.make(WEEK, "ana"), kit.desk.reports.make(WEEK, "otto")
    mine = counted(raw(kit.store), replace(WEEK, accounts=("page",)))
    assert his.figures["now"]["tally"]["items"] == len(mine)
    assert [one["key"] for one in his.figures["by"]["account"]] == ["page"]
    for ask in (kit.desk.reports.one, kit.desk.reports.again):
        with pytest.raises(DeskError, match="there is no report of that id"):
            ask(all_of_it.id, "otto")
        assert ask(his.id, "wilma")
    assert [one.id for one in kit.desk.reports.all("wilma")] == [his.id]
    with pytest.raises(NotPermitted):
        kit.desk.reports.make(WEEK, "carla")
    both = kit.desk.reports.make(replace(WEEK, accounts=("page", "second")), "wilma")
    assert both.figures["now"]["tally"]["items"] == len(mine)


@pytest.mark.long
def test_it_is_written_down_who_made_and_took_what(kit: Kit) -> None:
    """Making a report and taking a file of it are audit events."""
    made = kit.desk.reports.make(WEEK, "ana")
    kit.desk.reports.file(made.id, ReportFormat.CSV, "ben")
    with kit.store.read() as cursor:
        found = cursor.execute(
            """SELECT staff, verb, object_id, details FROM audit_events WHERE verb LIKE 'report.%'
               ORDER BY happened_at, verb"""
        ).fetchall()
    assert [(staff, verb, report) for staff, verb, report, _ in found] == [
        ("ana", "report.made", made.id),
        ("ben", "report.taken", made.id),
    ]
    assert json.loads(found[1][3]) == {"format": "csv"}


@pytest.mark.long
def test_steps_that_are_not_over_are_gaps_in_the_chart(kit: Kit) -> None:
    """Of a day that is still going on the chart shows nothing; the sheet has what was counted so far."""
    today = kit.now().date()
    wanted = Slice(period=Period(today - timedelta(days=6), today))
    made = kit.desk.reports.make(wanted, "ana")
    chart = document(made).figures[0]
    values = [row["value"] for row in chart.spec["data"]["values"] if row["name"] == "this period"]
    assert values[-1] is None
    assert None not in values[:-1]


def test_a_slice_comes_back_from_json() -> None:
    """What a report was asked for is kept whole."""
    wanted = replace(
        WEEK,
        channels=("x",),
        labels=("a'b",),
        private=True,
        hour_of_week=5,
        within=(BEGINS, BEGINS + timedelta(hours=1)),
    )
    assert slice_of(slice_json(wanted)) == wanted
    assert slice_of(slice_json(WEEK)) == WEEK


def test_the_sql_behind_a_chart_can_be_run(kit: Kit, tmp_path: Path) -> None:
    """On a snapshot each text gives the numbers of its page."""
    copy = kit.desk.reports.snapshot(tmp_path / "copy.duckdb", "ana").file
    reports = kit.desk.reports
    with duckdb.connect(str(copy), read_only=True) as notebook:
        items = notebook.execute(reports.sql(ChartKind.TOTAL, WEEK, "ana")).fetchall()[0][0]
        assert items == kit.desk.insights.total(WEEK, "ana").items
        lines = notebook.execute(reports.sql(ChartKind.LINES, WEEK, "ana", By.LABEL)).fetchall()
        assert {row[0]: row[1] for row in lines} == {
            one.name: one.tally.items for one in kit.desk.insights.lines(WEEK, "ana", By.LABEL)
        }
        for kind in ChartKind:
            assert notebook.execute(reports.sql(kind, WEEK, "ana", By.CHANNEL, Step.DAY)).fetchall()
    with pytest.raises(DeskError, match="told apart"):
        reports.sql(ChartKind.LINES, WEEK, "ana")


@pytest.mark.long
def test_an_empty_period_makes_a_report(kit: Kit) -> None:
    """With nothing said every form is whole, and says so."""
    wanted = Slice(period=Period(date(2020, 1, 1), date(2020, 1, 2)))
    made = kit.desk.reports.make(wanted, SYSTEM)
    for form in ReportFormat:
        assert kit.desk.reports.file(made.id, form, SYSTEM)
    assert made.as_of == kit.now().astimezone(UTC)
    assert isinstance(made.as_of, datetime)


def test_a_kept_file_that_was_tampered_with_is_not_handed_out(kit: Kit) -> None:
    """It has not the digest any more that it had, so the file is made of the figures again."""
    made = kit.desk.reports.make(WEEK, "ana")
    first = kit.desk.reports.file(made.id, ReportFormat.CSV, "ana")
    with kit.store.transaction() as cursor:
        cursor.execute("UPDATE report_files SET body = 'other'::BLOB")
    assert kit.desk.reports.file(made.id, ReportFormat.CSV, "ana") == first


def test_remarks_of_the_same_words_are_told_apart(kit: Kit) -> None:
    """Of two that say the same, the change of either is a difference."""
    for days in (1, 4):
        told = Annotation(
            id="", kind="other", text="Sale", since=BEGINS + timedelta(days=days), until=None, account_id=None,
            by_staff="", version=0,
        )  # fmt: skip
        kit.desk.insights.annotate(told, "ana")
    made = kit.desk.reports.make(WEEK, "ana")
    one = next(one for one in kit.desk.insights.annotations(WEEK, "ana") if one.text == "Sale")
    kit.desk.insights.annotate(replace(one, kind="campaign"), "ana")
    (found,) = kit.desk.reports.again(made.id, "ana").differences
    assert (found.what, found.then, found.now) == (
        f"remarks · Sale ({one.since.astimezone(UTC).isoformat()}) · kind", "other", "campaign",
    )  # fmt: skip

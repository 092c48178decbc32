"""Every number of a report is the one that plain Python counts of the raw items, sheet by sheet."""

from __future__ import annotations

import csv
import io
import statistics
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from desk_kit import Kit, make_kit
from insights_kit import Raw, chosen, fill, keys, raw

from social_listener.desk_types.insights import By, Slice
from social_listener.desk_types.reports import ReportFormat
from social_listener.periods import Period
from social_listener.store import stats

WEEK = Slice(period=Period(date(2026, 3, 26), date(2026, 4, 1), "Europe/Berlin"))
#: period and filters, of which one is everyday: across the night of changed clocks, hour by hour, seen by few streams
SLICES = {
    "hours over changed clocks": replace(
        WEEK, period=Period(date(2026, 3, 28), date(2026, 3, 30), "Europe/Berlin"), streams=("main/rival", "page/brand")
    ),
    "days": WEEK,
    "three quarters of an hour off": Slice(
        period=Period(date(2026, 3, 27), date(2026, 4, 1), "Asia/Kathmandu"), labels=("bbbbbbbbbbbb",)
    ),
    "half an hour off": Slice(
        period=Period(date(2026, 3, 27), date(2026, 3, 30), "Australia/Adelaide"), languages=("", "de"), private=False
    ),
    "one account": replace(WEEK, accounts=("page",), sentiments=("negative", "none")),
}
COUNTS = ("items", "negative", "neutral", "positive", "unsure", "not_scored")


@pytest.fixture(scope="module")
def kit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kit]:
    """Return a desk with some hundred items, half of them counted."""
    made = make_kit(tmp_path_factory.mktemp("house"))
    fill(made.store, 500)
    with made.store.transaction() as cursor:
        stats.count(cursor, 336)
    yield made
    made.close()


def sheets(kit: Kit, wanted: Slice) -> dict[str, list[dict[str, str]]]:
    """Return the rows of every sheet of a report, as another reader finds them."""
    made = kit.desk.reports.make(wanted, "ana")
    with zipfile.ZipFile(io.BytesIO(kit.desk.reports.file(made.id, ReportFormat.CSV, "ana"))) as archive:
        return {
            name.removesuffix(".csv"): list(csv.DictReader(io.StringIO(archive.read(name).decode(), newline="")))
            for name in archive.namelist()
        }


def number(text: str) -> float | None:
    """Return a cell as a number; None: it is empty."""
    return float(text) if text else None


def told(row: dict[str, str]) -> tuple[object, ...]:
    """Return the figures of a row."""
    named = ("negative_share", "mean_sentiment", "median_wait_s", "p90_wait_s")
    counts = (*(int(row[name]) for name in COUNTS), number(row["reach"]), int(row["answered"]))
    return (*counts, *(number(row[name]) for name in named))


def by_hand(items: Iterable[Raw]) -> tuple[object, ...]:
    """Return the same figures, counted one by one."""
    listed = list(items)
    moods = Counter(one.label for one in listed)
    known = moods["negative"] + moods["neutral"] + moods["positive"]
    scores = [one.sentiment for one in listed if one.sentiment is not None]
    waits = sorted(one.waited_s for one in listed if one.waited_s is not None)
    tenths = statistics.quantiles(waits, n=10, method="inclusive") if len(waits) > 1 else waits * 10
    return (
        len(listed),
        *(moods[name] for name in ("negative", "neutral", "positive", "unsure", "none")),
        sum(one.reach for one in listed) or (None if listed else 0),
        len(waits),
        pytest.approx(moods["negative"] / known) if known else None,
        pytest.approx(statistics.fmean(scores), abs=1e-9) if scores else None,
        pytest.approx(statistics.median(waits)) if waits else None,
        pytest.approx(tenths[8]) if waits else None,
    )


@pytest.mark.parametrize(
    "name", [next(iter(SLICES)), *(pytest.param(one, marks=pytest.mark.long) for one in [*SLICES][1:])]
)
def test_every_number_is_what_plain_python_counts(kit: Kit, name: str) -> None:
    """Overview, steps, each breakdown, hours of the week and shares of voice, of the period and of the one before."""
    compare(kit, SLICES[name])


def heard(one: Raw, wanted: Slice) -> Raw:
    """Return an item as a report of some accounts tells of it: of their streams only."""
    if wanted.streams or not wanted.accounts:
        return one
    return replace(one, streams=frozenset(each for each in one.streams if each.partition("/")[0] in wanted.accounts))


def compare(kit: Kit, wanted: Slice) -> None:
    """Look at every number of a report."""
    zone, everything = ZoneInfo(wanted.period.zone), [heard(one, wanted) for one in raw(kit.store)]
    mine, earlier = chosen(everything, wanted), chosen(everything, wanted.before())
    assert mine
    found = sheets(kit, wanted)

    overview = {row["figure"]: row for row in found["overview"]}
    assert int(overview["items"]["value"]) == len(mine)
    unknown = overview["items"]["known_before"] == "not known"
    assert overview["items"]["before"] == ("" if unknown else str(len(earlier)))
    assert number(overview["mean sentiment"]["value"]) == by_hand(mine)[9]
    assert number(overview["90 of 100 waited no longer than"]["value"]) == by_hand(mine)[11]
    assert number(overview["reach"]["value"]) == by_hand(mine)[6]

    hourly = wanted.period.days <= 4
    form = "%Y-%m-%d %H:%M" if hourly else "%Y-%m-%d"

    def start(one: Raw) -> str:
        return f"{one.sent_at.astimezone(zone).replace(minute=0):{form}}"

    steps = {row["start"]: row for row in found["over-time"]}
    assert {start(one) for one in mine} <= {*steps}
    assert len(steps) == wanted.period.days * (24 if hourly else 1)
    for at, row in steps.items():
        if row["known"] in {"whole", "in part"}:
            assert told(row) == by_hand(one for one in mine if start(one) == at)
        elif row["known"] == "not known":
            assert row["items"] == ""
            assert not [one for one in everything if start(one) <= at]
        else:
            assert (row["known"], at) == ("no such hour", "2026-03-29 02:00")

    for by in By:
        if by is By.SENTIMENT:
            continue
        lines = {row["key"]: told(row) for row in found[f"by-{by}"]}
        assert lines == {
            key: by_hand(one for one in mine if key in keys(one, by, wanted))
            for key in {key for one in mine for key in keys(one, by, wanted)}
        }

    hours = Counter((one.sent_at.astimezone(zone).weekday(), one.sent_at.astimezone(zone).hour) for one in mine)
    week = [(number(row["items"]) or 0) for row in found["hours-of-the-week"]]
    assert week == [hours[at // 24, at % 24] for at in range(168)]

    streams = wanted.streams or {stream for one in mine for stream in one.streams}
    voice = {
        row["key"]: (int(row["items"]), int(row["of_items"]), number(row["share"])) for row in found["share-of-voice"]
    }
    assert voice == {
        stream: (seen, len(mine), pytest.approx(seen / len(mine)))
        for stream in streams
        for seen in [sum(stream in one.streams for one in mine)]
    }


@pytest.mark.long
@pytest.mark.parametrize("zone", ["America/Vancouver", "Africa/Casablanca", "Australia/Lord_Howe", "Asia/Kolkata"])
def test_days_are_cut_by_one_set_of_rules(tmp_path: Path, zone: str) -> None:
    """Where the rules of a zone are new, and the engine has older ones, days and hours are still those of the period.

    So they are where whole days are added up beforehand.
    """
    kit = make_kit(tmp_path)
    kit.settings = kit.settings.model_copy(update={"spikes": kit.settings.spikes.model_copy(update={"zone": zone})})
    kit.again()
    fill(kit.store, 300)
    moved = ", ".join(f"{name} = {name} + INTERVAL 242 DAY" for name in ("sent_at", "again_at", "answered_at"))
    with kit.store.transaction() as cursor:
        cursor.execute(f"UPDATE interactions SET {moved}")
        stats.touch_all(cursor)
    kit.pass_time(days=40)
    first = date(2026, 11, 23)
    wanted = Slice(period=Period(first, first + timedelta(days=5), zone))
    compare(kit, wanted)
    while kit.desk.insights.count():
        pass
    compare(kit, wanted)
    compare(kit, replace(wanted, period=Period(first + timedelta(days=1), first + timedelta(days=3), zone)))
    kit.close()


def test_a_report_can_be_counted_wrongly(kit: Kit) -> None:
    """One item less, and what plain Python counts is not what the report tells: the comparison is able to fail."""
    mine = chosen(raw(kit.store), WEEK)
    (row,) = [row for row in sheets(kit, WEEK)["by-channel"] if row["key"] == "x"]
    said = [one for one in mine if one.channel == "x"]
    assert told(row) == by_hand(said)
    assert told(row) != by_hand(said[1:])
    assert datetime.fromisoformat(sheets(kit, WEEK)["over-time"][0]["start"])

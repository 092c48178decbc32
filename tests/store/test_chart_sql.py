"""The SQL behind each chart gives on a snapshot what the page shows, and what plain Python counts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from statistics import quantiles
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pytest
from insights_kit import BEGINS, LABELS, Raw, chosen, fill, keys, raw, tally

from social_listener.desk_types.insights import By, Slice
from social_listener.periods import Period, Step
from social_listener.store import Store, insights, snapshot, stats
from social_listener.store.chart_sql import ChartSql
from social_listener.store.snapshot import Wanted

WEEK = Period(date(2026, 3, 26), date(2026, 4, 1), "Europe/Berlin")
ALL = Slice(period=WEEK)
SLICES = {
    "everything": ALL,
    "elsewhere": Slice(period=Period(date(2026, 3, 27), date(2026, 3, 30), "Asia/Kathmandu")),
    "channel": replace(ALL, channels=("facebook",)),
    "accounts": replace(ALL, accounts=("main", "second")),
    "streams": replace(ALL, streams=("main/mentions", "main/rival")),
    "languages": replace(ALL, languages=("", "de")),
    "sentiments": replace(ALL, sentiments=("negative", "none")),
    "labels": replace(ALL, labels=("bbbbbbbbbbbb", "aaaaaaaaaaaa")),
    "private": replace(ALL, private=True),
    "public": replace(ALL, private=False),
    "hour": replace(ALL, hour_of_week=6 * 24 + 3),  # the hour after the one that was skipped
    "part": replace(ALL, within=(BEGINS + timedelta(hours=20), BEGINS + timedelta(hours=90))),
    "several": replace(ALL, channels=("x",), labels=("cccccccccccc",), private=False, sentiments=("neutral", "unsure")),
    "nothing": replace(ALL, channels=("'; DROP TABLE items; --",)),
}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Return a store with some hundred items, half of whose buckets are counted."""
    with Store.open(tmp_path_factory.mktemp("house") / "store.duckdb") as store:
        fill(store)
        with store.transaction() as cursor:
            stats.count(cursor, 336)
        yield store


@pytest.fixture(scope="module")
def copy(house: Store, tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """Return an open snapshot of it, as a notebook opens it."""
    file = tmp_path_factory.mktemp("copy") / "copy.duckdb"
    snapshot.write(house, file, Wanted(), datetime(2026, 5, 1, tzinfo=UTC))
    with duckdb.connect(str(file), read_only=True) as opened:
        yield opened


@pytest.fixture(scope="module")
def items(house: Store) -> list[Raw]:
    """Return what was stored, item by item."""
    return raw(house)


#: slices of every day: what is put together of several filters, another zone and time, and an empty one
EVERYDAY = ("elsewhere", "several")


@pytest.fixture(
    params=[name if name in EVERYDAY else pytest.param(name, marks=pytest.mark.long) for name in SLICES], ids=str
)
def wanted(request: pytest.FixtureRequest) -> Slice:
    """Return each slice in turn."""
    return SLICES[request.param]


def told(one: Any) -> tuple[Any, ...]:
    """Return a tally as the tuple that the SQL gives."""
    counts = (one.items, one.negative, one.neutral, one.positive, one.unsure, one.unscored)
    return (*counts, one.reach, one.answered, pytest.approx(one.sentiment_sum))


def by_name(key: str, by: By | None) -> str:
    """Return a key as a snapshot has it: labels by name."""
    return LABELS.get(key, key) if by is By.LABEL else key


def apart(items: list[Raw], wanted: Slice, by: By | None, step: Step | None = None) -> dict[Any, list[Raw]]:
    """Return items by start of their step and by key, counted by hand."""
    found: dict[Any, list[Raw]] = defaultdict(list)
    for one in chosen(items, wanted):
        start = None if step is None else begin(one.sent_at, step, wanted.period.zone)
        for key in {""} if by is None else keys(one, by, wanted):
            found[start, by_name(key, by)].append(one)
    return found


def begin(moment: datetime, step: Step, zone: str) -> datetime:
    """Return where the step of a moment begins by the house's clock."""
    local = moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    if step is Step.HOUR:
        return local.replace(minute=0, second=0, microsecond=0)
    day = local.replace(hour=0, minute=0, second=0, microsecond=0)
    if step is Step.WEEK:
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if step is Step.MONTH else day


def test_totals_agree(house: Store, copy: duckdb.DuckDBPyConnection, items: list[Raw], wanted: Slice) -> None:
    """Page, notebook and plain Python count the same."""
    with house.read() as cursor:
        shown = told(insights.total(cursor, wanted, None))
    assert copy.execute(ChartSql(wanted, LABELS).total()).fetchall() == [shown]
    assert tally(chosen(items, wanted)) == shown


@pytest.mark.parametrize("by", By)
def test_lines_agree(house: Store, copy: duckdb.DuckDBPyConnection, items: list[Raw], wanted: Slice, by: By) -> None:
    """However figures are told apart, all three tell them apart alike."""
    with house.read() as cursor:
        shown = {by_name(one.key, by): told(one.tally) for one in insights.lines(cursor, wanted, None, by)}
    found = {row[0]: row[1:] for row in copy.execute(ChartSql(wanted, LABELS).lines(by)).fetchall()}
    assert found == shown
    assert {key: tally(some) for (_, key), some in apart(items, wanted, by).items()} == shown


@pytest.mark.parametrize("step", Step)
@pytest.mark.parametrize("by", [None, By.STREAM, By.SENTIMENT])
def test_points_agree(
    house: Store, copy: duckdb.DuckDBPyConnection, *, items: list[Raw], wanted: Slice, step: Step, by: By | None
) -> None:
    """Step by step too, across the night in which clocks change."""
    with house.read() as cursor:
        shown = {(one.start, one.key): told(one.tally) for one in insights.points(cursor, wanted, None, step, by)}
    found = {row[:2]: row[2:] for row in copy.execute(ChartSql(wanted, LABELS).points(step, by)).fetchall()}
    assert found == shown
    assert {at: tally(some) for at, some in apart(items, wanted, by, step).items()} == shown


def test_hours_of_the_week_agree(
    house: Store, copy: duckdb.DuckDBPyConnection, items: list[Raw], wanted: Slice
) -> None:
    """The map of the week has the same 168 numbers."""
    with house.read() as cursor:
        shown = {hour: told(one) for hour, one in insights.week(cursor, wanted, None).items()}
    assert {row[0]: row[1:] for row in copy.execute(ChartSql(wanted, LABELS).week()).fetchall()} == shown
    hours: dict[int, list[Raw]] = defaultdict(list)
    for one in chosen(items, wanted):
        local = one.sent_at.astimezone(ZoneInfo(wanted.period.zone))
        hours[local.weekday() * 24 + local.hour].append(one)
    assert {hour: tally(some) for hour, some in hours.items()} == shown


@pytest.mark.parametrize(("by", "step"), [(None, None), (By.ACCOUNT, None), (By.LABEL, None), (None, Step.DAY)])
def test_waiting_times_agree(
    house: Store, copy: duckdb.DuckDBPyConnection, *, items: list[Raw], wanted: Slice, by: By | None, step: Step | None
) -> None:
    """Number, median and 90th of 100 are the same three times."""
    with house.read() as cursor:
        waits = insights.waits(cursor, wanted, None, by=by, step=step)
    shown = {
        (one.start, by_name(one.key, by)): (one.number, pytest.approx(one.median_s), pytest.approx(one.p90_s))
        for one in waits
    }
    found = {row[:2]: row[2:] for row in copy.execute(ChartSql(wanted, LABELS).waits(by=by, step=step)).fetchall()}
    assert found == shown
    by_hand = {
        at: quantile([one.waited_s for one in some if one.waited_s is not None])
        for at, some in apart(items, wanted, by, step).items()
        if any(one.waited_s is not None for one in some)
    }
    assert by_hand == shown


def quantile(values: list[int]) -> tuple[int, float, float]:
    """Return how many there are, their median and 90th of 100, by the standard library."""
    if len(values) == 1:
        return (1, values[0], values[0])
    tenths = quantiles(values, n=10, method="inclusive")
    return (len(values), tenths[4], tenths[8])


def test_shares_of_voice_agree(house: Store, copy: duckdb.DuckDBPyConnection, items: list[Raw], wanted: Slice) -> None:
    """Each stream's items and their common denominator are the same."""
    with house.read() as cursor:
        sets = insights.voices(cursor, wanted, None)
    streams = wanted.streams or {one for seen, _ in sets for one in seen}
    of_all = sum(number for _, number in sets)
    shown = {one: (sum(number for seen, number in sets if one in seen), of_all) for one in streams}
    shown = {one: both for one, both in shown.items() if both[0]}
    found = {row[0]: row[1:3] for row in copy.execute(ChartSql(wanted, LABELS).voice()).fetchall()}
    assert found == shown
    said = chosen(items, wanted)
    counted = {one: sum(one in item.streams for item in said) for one in streams}
    assert {one: (number, len(said)) for one, number in counted.items() if number} == shown


def test_the_items_behind_a_number_are_listed(
    house: Store, copy: duckdb.DuckDBPyConnection, items: list[Raw], wanted: Slice
) -> None:
    """As many rows as the number says, and the same items, newest first."""
    names = [row[0] for row in copy.execute(ChartSql(wanted, LABELS).items()).fetchall()]
    by_hand = sorted(chosen(items, wanted), key=lambda one: (one.sent_at, one.id), reverse=True)
    assert names == [one.id for one in by_hand]


def test_accounts_that_somebody_may_not_see_do_not_count(house: Store, copy: duckdb.DuckDBPyConnection) -> None:
    """On a snapshot of all accounts the SQL of somebody with one of them counts that one; with none, nothing."""
    for within in (frozenset({"main"}), frozenset[str]()):
        with house.read() as cursor:
            shown = told(insights.total(cursor, ALL, within))
        assert copy.execute(ChartSql(ALL, LABELS, within).total()).fetchall() == [shown]


def test_the_slices_are_worth_comparing(items: list[Raw]) -> None:
    """There is something in each but the last, and no two of them are the same: the comparison is able to fail."""
    counts = {name: len(chosen(items, one)) for name, one in SLICES.items()}
    assert counts.pop("nothing") == 0
    assert min(counts.values()) > 0
    assert len({*counts.values()}) > len(counts) - 3


@pytest.mark.parametrize(
    "text", ["'", "''", "\\'", "'; DROP TABLE items; --", "$$", "\n--", "/*", '"', "日本 😀", "%_"]
)
def test_no_text_ends_a_literal(copy: duckdb.DuckDBPyConnection, text: str) -> None:
    """Whatever a filter holds, it is compared with, and not run."""
    wanted = replace(ALL, channels=(text,), streams=(text,), languages=(text,), sentiments=(text,), labels=(text,))
    chart = ChartSql(wanted, {text: text})
    for sql in (chart.total(), chart.voice(), chart.lines(By.LABEL), chart.points(Step.DAY), chart.waits()):
        copy.execute(sql).fetchall()
        assert len(duckdb.extract_statements(sql)) == 1
    assert copy.execute("SELECT count(*) > 0 FROM items").fetchone() == (True,)

"""Roll-ups: at every moment equal to counting the items, whatever happened."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from blank_store import laid
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from stats_kit import DEEDS, SPAN, START, ZONES, both, by_sentiment, do, naive

from social_listener.store import Store, stats, stats_days, stats_live

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from duckdb import DuckDBPyConnection


@pytest.fixture
def store(tmp_path: Path):
    """Return an empty store."""
    with Store.open(laid(tmp_path / "store.duckdb")) as opened:
        yield opened


def by_day(cursor: DuckDBPyConnection, since: datetime, until: datetime, zone: str, *, plain: bool) -> list[object]:
    """Return counts by the days of a zone, "": of the whole time, as readers get them who take whole days."""
    dimensions = ", ".join(stats.PLAIN if plain else stats.DIMENSIONS)
    day = f"timezone('{zone}', bucket)::DATE" if zone else "NULL"
    with stats.counted(cursor, since, until, plain=plain, days=zone) as found:
        return cursor.execute(
            f"""SELECT {day} AS day, {dimensions}, sum(items)::BIGINT, sum(reach)::BIGINT, sum(sentiment_e4)::BIGINT,
                sum(answered)::BIGINT FROM {found.counts} JOIN {found.keys} k ON k.id = key_id
                GROUP BY ALL ORDER BY ALL"""
        ).fetchall()


def naive_by_day(counts: list[object], zone: str, *, plain: bool) -> list[object]:
    """Add up what `naive` counted, in Python."""
    kept = [place for place, name in enumerate(stats.DIMENSIONS) if name in stats.PLAIN or not plain]
    sums: dict[tuple[object, ...], list[int]] = {}
    for bucket, *row in counts:
        day = bucket.astimezone(ZoneInfo(zone)).date() if zone else None
        key = (day, *(row[place] for place in kept))
        old = sums.get(key, [0, 0, 0, 0])
        sums[key] = [one + more for one, more in zip(old, row[-4:], strict=True)]
    return sorted(((*key, *row) for key, row in sums.items()), key=lambda row: (row[0] or START.date(), *row[1:]))


def differing(cursor: DuckDBPyConnection) -> list[tuple[str, bool]]:
    """Return for which days and tables readers get something else than the full count; the time begins in a day."""
    since, until = stats.bucket_of(START), stats.bucket_of(START + 2 * SPAN)
    counts, _ = naive(cursor, since, until)
    return [
        (zone, plain)
        for zone in (*ZONES, stats.ANY_DAYS)
        for plain in (False, True)
        if by_day(cursor, since, until, zone, plain=plain) != naive_by_day(counts, zone, plain=plain)
    ]


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deeds=st.lists(DEEDS, min_size=3, max_size=25))
def test_roll_ups_equal_the_full_count_at_every_moment(tmp_path_factory, deeds) -> None:
    """After any history, with some buckets counted and others dirty, readers get what counting every item gives."""
    equal_throughout(tmp_path_factory.mktemp("stats"), deeds)


@pytest.mark.long
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deeds=st.lists(DEEDS, min_size=3, max_size=40))
def test_roll_ups_equal_the_full_count_after_long_histories(tmp_path_factory, deeds) -> None:
    """The same with more and longer histories."""
    equal_throughout(tmp_path_factory.mktemp("stats"), deeds)


def equal_throughout(folder: Path, deeds: list[tuple[object, ...]]) -> None:
    """Do deeds, and compare what readers get with the full count, before and after everything is counted."""
    since, until = stats.bucket_of(START), stats.bucket_of(START + 2 * SPAN)
    with Store.open(laid(folder / "store.duckdb")) as store:
        kept = stats_live.Kept(store)
        for number, deed in enumerate(deeds):
            do(store, deed, number)
            live = kept.since(store.commits)
            with store.read() as cursor:
                assert both(cursor, since, until, live) == naive(cursor, since, until), deed
                assert by_sentiment(cursor, live) == by_sentiment(cursor, None), deed
        with store.read() as cursor:
            assert both(cursor, since, until) == naive(cursor, since, until)
            assert differing(cursor) == []
        with store.transaction() as cursor:
            while stats.count(cursor) + stats_days.add_up(cursor, ZONES[0]):
                pass
            assert both(cursor, since, until) == naive(cursor, since, until)
            assert differing(cursor) == []
            assert stats.waiting(cursor) == 0
            assert stats_days.waiting(cursor, ZONES[0]) == []


def test_a_change_that_nobody_marked_would_be_seen(store: Store) -> None:
    """Were a deed not marked, the comparison would tell."""
    do(store, ("put", 10, "negative", False), 1)
    do(store, ("count", 700), 2)
    do(store, ("delete", 1), 3, marked=False)
    with store.read() as cursor:
        since, until = stats.bucket_of(START), stats.bucket_of(START + SPAN)
        assert both(cursor, since, until) != naive(cursor, since, until)


def test_an_item_counts_for_every_stream_that_saw_it(store: Store) -> None:
    """Its own stream and all further ones, whether its bucket is dirty or counted; others have but their own."""
    since, until = stats.bucket_of(START), stats.bucket_of(START + SPAN)
    do(store, ("put", 10, "negative", False), 1)
    do(store, ("put", 11, "negative", False), 2)
    do(store, ("see", 1), 3)
    for _ in range(2):
        with store.read() as cursor:
            counts, times = both(cursor, since, until)
            assert {row[3] for row in counts} == {"main/b other/all", "main/a"}
            assert (counts, times) == naive(cursor, since, until)
        do(store, ("count", 700), 4)


def three_days(store: Store) -> None:
    """Store items on three days, and add up those that are over."""
    for number in range(40):
        do(store, ("put", number * 100, "negative", False), number)
    do(store, ("count", 700), 40)
    do(store, ("add up", ZONES[0], 10), 41)


def test_whole_days_are_read_from_one_row_for_each_key(store: Store) -> None:
    """Of a period the days that are over stand as one bucket, its ends as quarters of an hour; the sums are right."""
    three_days(store)
    since, until = stats.bucket_of(START), stats.bucket_of(START + SPAN)
    with store.read() as cursor:
        found = stats_days.stretches(cursor, since, until, ZONES[0])
        assert [begin.astimezone(ZoneInfo(ZONES[0])).isoformat() for begin, _ in found.days] == [
            "2026-03-28T00:00:00+01:00"
        ]
        assert found.days[0][1] - found.days[0][0] == timedelta(hours=47)  # two days, the second lacks an hour
        assert [begin for begin, _ in found.quarters] == [since, found.days[0][1]]
        assert differing(cursor) == []


@pytest.mark.parametrize("table", ["day_stats", "day_plain"])
def test_a_wrong_day_would_be_seen(store: Store, table: str) -> None:
    """Were a day added up wrongly, or not forgotten when a bucket of it is counted anew, the comparison would tell."""
    three_days(store)
    with store.transaction() as cursor:
        cursor.execute(f"UPDATE {table} SET items = items + 1")
        assert {plain for _, plain in differing(cursor)} == {table == "day_plain"}


def test_a_day_is_added_up_anew_when_something_in_it_changes(store: Store) -> None:
    """A day with a dirty bucket is read from its quarters, and added up again once they are counted."""
    three_days(store)
    do(store, ("delete", 8), 50)
    with store.transaction() as cursor:
        assert differing(cursor) == []
        assert stats_days.waiting(cursor, ZONES[0]) == []
        stats.count(cursor)
        assert differing(cursor) == []
        assert len(stats_days.waiting(cursor, ZONES[0])) == 1
        stats_days.add_up(cursor, ZONES[0])
        assert differing(cursor) == []


def test_days_of_another_zone_take_the_place_of_the_old_ones(store: Store) -> None:
    """When the house moves, its new days are added up, and no moment is counted twice."""
    three_days(store)
    with store.transaction() as cursor:
        stats_days.add_up(cursor, ZONES[2], 1)
        assert differing(cursor) == []
        stats_days.add_up(cursor, ZONES[2])
        assert differing(cursor) == []
        assert cursor.execute("SELECT DISTINCT zone FROM stats_days").fetchall() == [(ZONES[2],)]


def test_a_backlog_is_counted_in_steps(store: Store) -> None:
    """Of many dirty buckets the newest are counted first, so many at a time, and the numbers are right throughout."""
    since, until = stats.bucket_of(START), stats.bucket_of(START + 10 * SPAN)
    for number in range(30):
        do(store, ("put", number * 60 * 12, "negative", False), number)
    left = []
    for _ in range(10):
        with store.transaction() as cursor:
            left.append(stats.count(cursor, 96 * 3))
        with store.read() as cursor:
            assert both(cursor, since, until) == naive(cursor, since, until)
    assert left[0] > left[1] > 0 == left[-1]

"""Roll-ups: at every moment equal to counting the items, whatever happened."""

from __future__ import annotations

import contextlib
import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from blank_store import laid
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from social_listener.desk_types.insights import By, Slice
from social_listener.periods import Period
from social_listener.store import Store, insights, stats, stats_beside, stats_days, stats_live

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import pyarrow as pa
    from duckdb import DuckDBPyConnection

START = datetime(2026, 3, 27, 22, 0, tzinfo=UTC)
SPAN = timedelta(days=3)


@pytest.fixture
def store(tmp_path: Path):
    """Return an empty store."""
    with Store.open(laid(tmp_path / "store.duckdb")) as opened:
        yield opened


def put(cursor: DuckDBPyConnection, number: int, minute: int, *, label: str | None, outbound: bool = False) -> None:
    """Store an item with its conversation and its score; `label` None: not scored."""
    item, at = f"x:{number}", START + timedelta(minutes=minute)
    talk = f"talk {number % 5}"
    if not cursor.execute("SELECT 1 FROM conversations WHERE id = ?", [talk]).fetchone():
        cursor.execute(
            """INSERT INTO conversations (id, channel, account_id, thread_id, contact_id, private, first_at, last_at,
                   status, version, updated_at) VALUES (?, 'x', 'main', ?, 'x:9', FALSE, ?, ?, 'open', 1, ?)""",
            [talk, talk, START, START + SPAN, START],
        )
    cursor.execute(
        """INSERT INTO interactions (id, channel, account_id, conversation_id, thread_id, author_id, kind, private,
               outbound, text, sent_at, version_id, addresses_us, hidden, likes, attachments, context, first_seen_at,
               checked_at, liked_by_us, stream_id, language, reach)
           VALUES (?, 'x', 'main', ?, ?, 'x:9', 'mention', FALSE, ?, 'words', ?, '1', TRUE, FALSE, 0, '[]', FALSE, ?, ?,
               FALSE, ?, 'de', ?)""",
        [item, talk, talk, outbound, at, at, at, f"main/{'ab'[number % 2]}", number * 7],
    )
    if label is not None:
        cursor.execute(
            "INSERT INTO scores VALUES (?, ?, ?, '', 'en', 1, '[]', 'test', ?)", [item, number / 97 - 0.5, label, START]
        )


def both(
    cursor: DuckDBPyConnection, since: datetime, until: datetime, live: stats.Live | None = None
) -> tuple[list[object], list[object]]:
    """Return counts and counted items, as readers get them."""
    dimensions = ", ".join(stats.DIMENSIONS)
    with stats.counted(cursor, since, until, live=live) as found:
        return (
            cursor.execute(
                f"""SELECT bucket, {dimensions}, sum(items)::BIGINT, sum(reach)::BIGINT, sum(sentiment_e4)::BIGINT,
                    sum(answered)::BIGINT FROM {found.counts} JOIN {found.keys} k ON k.id = key_id
                    GROUP BY ALL ORDER BY ALL"""
            ).fetchall(),
            cursor.execute(
                f"""SELECT bucket, {dimensions}, item_id, sent_at, waited_s
                    FROM {found.items} JOIN {found.keys} k ON k.id = key_id
                    ORDER BY ALL"""
            ).fetchall(),
        )


def naive(cursor: DuckDBPyConnection, since: datetime, until: datetime) -> tuple[list[object], list[object]]:
    """Count every item by itself, in Python."""
    rows = cursor.execute(
        """SELECT i.id, i.sent_at, i.channel, i.account_id, i.stream_id, i.private, i.language, s.language, s.scorer,
               s.sentiment, s.sentiment_label, c.labels, i.reach, i.answered_at, coalesce(i.again_at, i.sent_at)
           FROM interactions i LEFT JOIN scores s ON s.interaction_id = i.id
           LEFT JOIN conversations c ON c.id = i.conversation_id
           WHERE NOT outbound AND NOT context AND deleted_at IS NULL AND sent_at >= ? AND sent_at < ?""",
        [since, until],
    ).fetchall()
    sighted = cursor.execute("SELECT interaction_id, stream_id FROM sightings").fetchall()
    counts: dict[tuple[object, ...], list[int]] = {}
    items = []
    for (
        item,
        sent,
        channel,
        account,
        stream,
        private,
        told,
        ours,
        scorer,
        mood,
        label,
        labels,
        reach,
        at,
        asked,
    ) in rows:
        streams = " ".join(sorted({stream, *(one for who, one in sighted if who == item)}))
        language = (told if scorer is None else ours) or ""
        key = (stats.bucket_of(sent), channel, account, streams, private, language)
        key += ("none" if mood is None else label, labels)
        row = counts.setdefault(key, [0, 0, 0, 0])
        # the engine rounds halves away from zero, Python to even ones; sentiments here have no halves at this place
        for place, value in enumerate((1, reach or 0, round((mood or 0) * 10000), at is not None)):
            row[place] += value
        items.append((*key, item, sent, None if at is None else round((at - asked).total_seconds())))
    return (
        sorted((*key, *row) for key, row in counts.items()),
        sorted(items),
    )


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


ZONES = ("Europe/Berlin", "Australia/Lord_Howe", "Asia/Kathmandu")  #: summer time begins; half an hour; 5:45 off


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


DEEDS = st.one_of(
    st.tuples(
        st.just("put"), st.integers(0, 4000), st.sampled_from([None, "negative", "neutral", "unsure"]), st.booleans()
    ),
    st.tuples(st.sampled_from(["answer", "delete", "move", "score", "unscore", "see"]), st.integers(0, 30)),
    st.tuples(st.just("label"), st.integers(0, 4), st.sampled_from(["", "one", "one two"])),
    st.tuples(st.just("count"), st.integers(1, 700)),
    st.tuples(st.just("add up"), st.sampled_from(ZONES), st.integers(1, 3)),
)


def do(store: Store, deed: tuple[object, ...], number: int, *, marked: bool = True) -> None:
    """Do one deed in a transaction of its own, marking what it changes as the program does."""
    kind, *how = deed
    with store.transaction() as cursor:
        item = f"x:{how[0]}"
        touch = stats.touch_items if marked else lambda *_: None
        if kind == "put":
            put(cursor, number, how[0], label=how[1], outbound=how[2])
            touch(cursor, [f"x:{number}"])
        elif kind == "label":
            talk, worn = f"talk {how[0]}", how[1]
            if marked:
                stats.touch_talks(cursor, [(talk, START, START + SPAN)])
            cursor.execute("UPDATE conversations SET labels = ? WHERE id = ?", [worn, talk])
        elif kind == "count":
            stats.count(cursor, how[0])
        elif kind == "add up":
            stats_days.add_up(cursor, *how)
        else:
            touch(cursor, [item])
            _change(cursor, kind, item)
            touch(cursor, [item])


def _change(cursor: DuckDBPyConnection, kind: object, item: str) -> None:
    statements = {
        "answer": "UPDATE interactions SET answered_at = sent_at + INTERVAL 95 MINUTE WHERE id = ?",
        "delete": "UPDATE interactions SET deleted_at = now() WHERE id = ?",
        "move": "UPDATE interactions SET sent_at = sent_at + INTERVAL 31 MINUTE WHERE id = ?",
        "score": "UPDATE scores SET sentiment_label = 'positive', sentiment = 0.3 WHERE interaction_id = ?",
        "unscore": "DELETE FROM scores WHERE interaction_id = ?",
        "see": """INSERT INTO sightings (id, interaction_id, stream_id, page_id, seen_at)
                  SELECT 'other ' || id, id, 'other/all', 'p', now() FROM interactions WHERE id = ?
                  ON CONFLICT DO NOTHING""",
    }
    cursor.execute(statements[str(kind)], [item])


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


def test_what_changed_is_all_that_is_read_anew(store: Store) -> None:
    """Were another item told to have changed than did, readers of what is kept would see the old one."""
    since, until = stats.bucket_of(START), stats.bucket_of(START + SPAN)
    kept = stats_live.Kept(store)

    def fits() -> bool:
        live = kept.since(store.commits)
        with store.read() as cursor:
            return both(cursor, since, until, live) == naive(cursor, since, until)

    do(store, ("put", 10, "negative", False), 1)
    do(store, ("put", 11, "negative", False), 2)
    assert fits()
    for told, holds in (("x:1", True), ("x:2", False)):
        with store.transaction() as cursor:
            cursor.execute("UPDATE interactions SET reach = coalesce(reach, 0) + 7 WHERE id = 'x:1'")
            stats.touch_items(cursor, [told])
        assert fits() is holds
    do(store, ("count", 700), 3)  # what was told before is forgotten with it, so that everything is read anew
    with store.transaction() as cursor:
        stats.touch_items(cursor, ["x:2"])
    assert fits()


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


HISTORY = (
    *(("put", 10, "negative", False), ("put", 11, "neutral", False), ("see", 0), ("answer", 1), ("count", 700)),
    *(("put", 12, "negative", False), ("label", 0, "one"), ("score", 5), ("delete", 0), ("count", 700)),
    *(("put", 13, None, False), ("see", 5), ("move", 10), ("unscore", 5)),
)


def test_what_is_kept_of_dirty_buckets_holds_until_the_next_commit(store: Store) -> None:
    """Whoever reads twice reads the items once; after every commit they are read anew, and equal the full count."""
    since, until = stats.bucket_of(START), stats.bucket_of(START + SPAN)
    kept = stats_live.Kept(store)
    for number, deed in enumerate(HISTORY):
        do(store, deed, number)
        live = kept.since(store.commits)
        for _ in range(2):
            with store.read() as cursor:
                assert both(cursor, since, until, live) == naive(cursor, since, until)
        with store.read() as cursor:
            buckets = [stats.bucket_of(START)]
            assert live(cursor, buckets) is live(cursor, buckets)


def test_an_older_snapshot_is_never_mixed_with_what_is_kept(store: Store) -> None:
    """A reader that looks at the state before a commit gets that state, whether the new one was kept or not."""
    since, until = stats.bucket_of(START), stats.bucket_of(START + SPAN)
    kept = stats_live.Kept(store)
    do(store, HISTORY[0], 0)
    old = kept.since(store.commits)
    with store.read() as before:
        was = naive(before, since, until)
        do(store, HISTORY[1], 1)
        with store.read() as after:  # taken later than it tells
            assert both(after, since, until, old) == naive(after, since, until) != was
        assert both(before, since, until, old) == was
        new = kept.since(store.commits)
        with store.read() as after:
            assert both(after, since, until, new) == naive(after, since, until) != was
        assert both(before, since, until, old) == was
        # who names a state that is newer than their snapshot would be told what is not in it: this tells them apart
        assert both(before, since, until, new) != was


def test_many_at_once_are_read_as_few_are(store: Store) -> None:
    """More items than are put together one by one come with the same streams, scores, languages and labels."""
    since, until = stats.bucket_of(START), stats.bucket_of(START + SPAN)
    number = stats_beside.FEWEST + 90
    with store.transaction() as cursor:
        for one in range(number):
            put(cursor, one, one % 40, label=("negative", None, "unsure")[one % 3], outbound=one % 11 == 0)
        stats.touch_items(cursor, [f"x:{one}" for one in range(number)])
    for at, deed in enumerate([("see", 5), ("see", 6), ("label", 1, "one two"), ("answer", 7), ("unscore", 3)]):
        do(store, deed, at)
    kept = stats_live.Kept(store)
    with store.read() as cursor:
        buckets = [row[0] for row in cursor.execute("SELECT DISTINCT bucket FROM stats_dirty ORDER BY 1").fetchall()]
        many = stats.said(cursor, buckets)
        assert many.num_rows > stats_beside.FEWEST
        ids = many["item_id"].to_pylist()
        few = [stats.said(cursor, buckets, ids[start : start + 200]) for start in range(0, len(ids), 200)]
        apart = [row for table in few for row in table.to_pylist()]
        assert sorted(apart, key=str) == sorted(many.to_pylist(), key=str)
        assert few[0].schema == many.schema
        assert both(cursor, since, until, kept.since(store.commits)) == naive(cursor, since, until)
    do(store, ("answer", 8), 0)
    with store.read() as cursor:
        assert both(cursor, since, until, kept.since(store.commits)) == naive(cursor, since, until)


class Interrupted:
    """A way to read what is kept in which something happens once, when `when` was asked for."""

    def __init__(self, live: stats.Live, when: str, what: Callable[[], None]) -> None:
        self._live, self._when, self._what = live, when, [what]

    def __call__(self, cursor: DuckDBPyConnection, dirty: Sequence[datetime], /) -> pa.Table:
        """Return what is kept of the items."""
        found = self._live(cursor, dirty)
        self._happens("live")
        return found

    def kept(self, key: Any, make: Callable[[], Any], *, lasting: bool = False) -> Any:
        """Return what is kept besides."""
        found = self._live.kept(key, make, lasting=lasting)
        self._happens(key[0])
        return found

    def _happens(self, asked: str) -> None:
        if asked == self._when and self._what:
            self._what.pop()()


def by_sentiment(cursor: DuckDBPyConnection, live: stats.Live | None) -> list[tuple[str, int]]:
    """Return how many items of each sentiment a page of figures shows."""
    wanted = Slice(period=Period(START.date(), (START + SPAN).date(), "UTC"))
    return [(line.key, line.tally.items) for line in insights.lines(cursor, wanted, None, By.SENTIMENT, live=live)]


def test_a_commit_within_a_reading_that_has_asked_nothing_is_not_half_of_it(store: Store) -> None:
    """What is kept is of one state, and so is all that is read beside it, though nothing was read before."""
    since, until = stats.bucket_of(START), stats.bucket_of(START + SPAN)
    kept = stats_live.Kept(store)
    for number, deed in enumerate([("put", 10, "negative", False), ("put", 300, "negative", False), ("count", 700)], 1):
        do(store, deed, number)
    do(store, ("put", 301, "negative", False), 4)
    live = kept.since(store.commits)
    with store.read() as cursor:
        was = both(cursor, since, until, live)
        assert was == naive(cursor, since, until)
    with store.read() as cursor:
        interrupted = Interrupted(kept.since(store.commits), "dirty", lambda: do(store, ("delete", 1), 5))
        assert both(cursor, since, until, interrupted) == naive(cursor, since, until) == was


def test_new_keys_are_not_taken_for_each_other_after_a_rollback(store: Store) -> None:
    """Who reads while something is written that is then taken back gives its own numbers to keys that are new."""
    kept = stats_live.Kept(store)
    for number, label in ((1, "unsure"), (2, "negative"), (4, "negative")):
        do(store, ("put", 10 + number, label, False), number)
    live = kept.since(store.commits)
    begun, end = threading.Event(), threading.Event()

    def write() -> None:
        with contextlib.suppress(RuntimeError), store.transaction() as cursor:
            cursor.execute("UPDATE scores SET sentiment = 0.1")
            begun.set()
            end.wait(20)
            raise RuntimeError("taken back")

    writing = threading.Thread(target=write)
    writing.start()
    begun.wait(20)
    wanted = [("negative", 2), ("unsure", 1)]
    with store.read() as cursor:
        assert by_sentiment(cursor, Interrupted(live, "live", lambda: (end.set(), writing.join()))) == wanted
    with store.read() as cursor:
        assert by_sentiment(cursor, kept.since(store.commits)) == wanted


def test_new_keys_are_not_taken_for_each_other_when_much_is_kept(store: Store) -> None:
    """Items that are let go of and read again, in another order, are counted under the same keys."""
    kept = stats_live.Kept(store)
    for number, label in enumerate(("unsure", "negative", "negative"), 1):
        do(store, ("put", 10 + number, label, False), number)
    for number in range(30):
        do(store, ("put", 40 + number * 15, None, False), 10 + number)
    with store.read() as cursor:
        by_sentiment(cursor, kept.since(store.commits))
    do(store, ("score", 1), 50)
    live = kept.since(store.commits)
    since = stats.bucket_of(START)
    with store.read() as cursor:
        wanted = by_sentiment(cursor, None)
        assert by_sentiment(cursor, live) == wanted
        for number in range(25):
            both(cursor, since, since + (number + 2) * stats.BUCKET, live)
        assert by_sentiment(cursor, live) == wanted


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

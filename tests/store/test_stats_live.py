"""What is kept of dirty buckets: whoever reads it gets what counting the items in their state of the store gives."""

from __future__ import annotations

import contextlib
import threading
from typing import TYPE_CHECKING, Any

import pytest
from blank_store import laid
from stats_kit import SPAN, START, both, by_sentiment, do, naive, put

from social_listener.store import Store, stats, stats_beside, stats_live

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from pathlib import Path

    import pyarrow as pa
    from duckdb import DuckDBPyConnection


@pytest.fixture
def store(tmp_path: Path):
    """Return an empty store."""
    with Store.open(laid(tmp_path / "store.duckdb")) as opened:
        yield opened


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

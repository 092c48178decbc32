"""The rows that tell an operator how the jobs went, in a real store with a clock of the test's own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from blank_store import laid

from social_listener.jobs.book import Book
from social_listener.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Clock:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 22, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        """Return the time it shows."""
        return self.now

    def go(self, **span: float) -> None:
        """Put it forward."""
        self.now += timedelta(**span)


@pytest.fixture
def clock() -> Clock:
    """Return a clock that stands."""
    return Clock()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Return an empty store."""
    with Store.open(laid(tmp_path / "s.duckdb")) as opened:
        yield opened


@pytest.fixture
def book(store: Store, clock: Clock) -> Book:
    """Return the book of the first process."""
    return Book(store, clock, "boot-1")


def rows(store: Store) -> list[tuple[str, str | None, str | None]]:
    """Return job, outcome and detail of every row, oldest first."""
    with store.read() as cursor:
        return cursor.execute("SELECT job, outcome, detail FROM job_runs ORDER BY started_at, ended_at").fetchall()


def test_a_run_has_a_row_from_its_beginning(store: Store, book: Book, clock: Clock) -> None:
    """A daily job is written down when it starts, so that a crash leaves a trace, and completed when it ends."""
    book.begin("backup", with_row=True)
    assert rows(store) == [("backup", None, None)]
    clock.go(seconds=3)
    book.end("backup", "ok", "written")
    assert rows(store) == [("backup", "ok", "written")]
    assert book.last_ok("backup") == clock.now - timedelta(seconds=3)


def test_a_run_without_an_end_was_cut_off(store: Store, book: Book, clock: Clock) -> None:
    """The next process finds what the last one did not end, and says so."""
    book.begin("backup", with_row=True)
    clock.go(minutes=5)
    Book(store, clock, "boot-2").open()
    assert rows(store) == [("backup", "cut_off", "the service ended while it ran")]
    assert book.last_ok("backup") is None


def test_quiet_ticks_share_a_row(store: Store, book: Book, clock: Clock) -> None:
    """A job that ticks every second renews one row a minute, not 86,400 rows a day."""
    before = store.commits
    for _ in range(150):
        book.begin("poll", with_row=False)
        book.end("poll", "ok", None)
        clock.go(seconds=1)
    assert rows(store) == [("poll", "ok", "121 runs since the service started")]
    assert store.commits - before == 3


def test_a_failing_tick_has_a_row_a_minute(store: Store, book: Book, clock: Clock) -> None:
    """A fault that comes back every second is seen, and does not fill the table."""
    for number in range(90):
        book.begin("deliver", with_row=False)
        book.end("deliver", "failed", f"StoreError: {number}", ValueError())
        clock.go(seconds=1)
    assert rows(store) == [("deliver", "failed", "StoreError: 0"), ("deliver", "failed", "StoreError: 60")]


def test_an_overrun_is_told_once_a_run(store: Store, book: Book, clock: Clock) -> None:
    """A run that takes too long has one row for it, however often the clock finds it still at work."""
    patience = timedelta(minutes=1)
    book.begin("deliver", with_row=False)
    clock.go(seconds=30)
    book.overrun("deliver", patience)
    assert rows(store) == []
    clock.go(seconds=31)
    book.overrun("deliver", patience)
    book.overrun("deliver", patience)
    assert rows(store) == [("deliver", "overrun", "it has run for 61 s; its next run waits for it")]
    book.end("deliver", "ok", None)
    book.begin("deliver", with_row=False)
    clock.go(seconds=61)
    book.overrun("deliver", patience)
    assert [row[1] for row in rows(store)].count("overrun") == 2


def test_a_job_that_stands_still_is_named(book: Book, clock: Clock) -> None:
    """Readiness hears of a tick that does not come any more, also of one that never came."""
    patience = {"poll": timedelta(minutes=1), "deliver": timedelta(minutes=2)}
    assert book.late(clock.now, patience) == []
    clock.go(seconds=61)
    assert book.late(clock.now, patience) == ["the job poll has not run for 61 s"]
    book.begin("poll", with_row=False)
    clock.go(seconds=60)
    assert book.late(clock.now, patience) == ["the job deliver has not run for 121 s"]


def test_waiting_ends_with_the_last_run(book: Book) -> None:
    """Stopping waits for what is under way, and tells when that takes too long."""
    assert book.wait(timedelta(0))
    book.begin("deliver", with_row=False)
    assert not book.wait(timedelta(milliseconds=10))
    assert book.running() == ["deliver"]
    book.drop("deliver")
    assert book.wait(timedelta(0))


def test_a_closed_store_stops_no_job(store: Store, book: Book) -> None:
    """A row that cannot be written is logged; the job's outcome stands."""
    store.close()
    book.begin("backup", with_row=True)
    book.end("backup", "ok", None)
    assert book.running() == []

"""What is read once for all: never older than the last commit, made once though many ask, and good for a while only."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from blank_store import laid

from social_listener.desk.memo import Memo
from social_listener.store import Store

if TYPE_CHECKING:
    from pathlib import Path

    from duckdb import DuckDBPyConnection

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
COUNT = "SELECT count(*) FROM counters"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Return an empty store."""
    return Store.open(laid(tmp_path / "test.duckdb"))


def counted(cursor: DuckDBPyConnection) -> int:
    """Return how many counters there are."""
    ((number,),) = cursor.execute(COUNT).fetchall()
    return int(number)


def add(store: Store, name: str) -> None:
    """Commit one counter more."""
    with store.transaction() as cursor:
        cursor.execute("INSERT INTO counters VALUES (?, 1)", [name])


class Reading:
    """Counts the counters, and how often it was asked to."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self, cursor: DuckDBPyConnection) -> int:
        """Return how many counters there are."""
        self.times += 1
        return counted(cursor)


def test_every_commit_makes_it_read_again(store: Store) -> None:
    """Between two commits one reading does for all; after a commit nobody gets what was before."""
    memo, read = Memo(store), Reading()
    with store.read() as cursor:
        assert [memo.get(cursor, "n", read) for _ in range(3)] == [0, 0, 0]
        assert read.times == 1
        add(store, "a")
        assert memo.get(cursor, "n", read) == 1
    assert read.times == 2


def test_what_all_share_lasts_over_changes_of_single_conversations(store: Store) -> None:
    """A commit that says which conversations it changes leaves it; one that does not say makes it read again."""
    memo, read = Memo(store), Reading()
    with store.read() as cursor:
        assert memo.get(cursor, "n", read, shared=True) == 0
        for concern in ({"a conversation"}, set[str]()):
            with store.transaction() as writer:
                writer.execute("UPDATE counters SET value = value + 1")
                store.narrow(concern)
            assert memo.get(cursor, "n", read, shared=True) == 0
        assert read.times == 1
        add(store, "a")
        assert memo.get(cursor, "n", read, shared=True) == 1
    assert read.times == 2


def test_a_transaction_sees_what_it_writes_and_nobody_else_does(store: Store) -> None:
    """What is not committed is not kept."""
    memo = Memo(store)
    with store.transaction() as writer:
        writer.execute("INSERT INTO counters VALUES ('a', 1)")
        assert memo.get(writer, "n", counted) == 1
        with store.read() as reader:
            assert memo.get(reader, "n", counted) == 0


def test_many_who_ask_at_once_wait_for_one_reading(store: Store) -> None:
    """While one thread reads, the others wait for it instead of reading too."""
    memo, begun, go, readings = Memo(store), threading.Event(), threading.Event(), []

    def read(own: DuckDBPyConnection) -> int:
        readings.append(1)
        begun.set()
        assert go.wait(30)
        return counted(own)

    def ask() -> int:
        with store.read() as cursor:
            return memo.get(cursor, "n", read)

    with ThreadPoolExecutor(8) as pool:
        answers = [pool.submit(ask) for _ in range(8)]
        assert begun.wait(30)
        go.set()
        assert [answer.result(30) for answer in answers] == [0] * 8
    assert len(readings) == 1


def test_what_the_time_changes_is_good_for_a_while(store: Store) -> None:
    """A reading of two seconds ago does where that was said to do, one of three seconds ago does not."""
    memo, moments = Memo(store), iter(range(100))

    def at(seconds: int) -> int:
        with store.read() as cursor:
            return memo.get(
                cursor,
                "n",
                lambda _: next(moments),
                at=NOW + timedelta(seconds=seconds),
                good_for=timedelta(seconds=2),
            )

    assert [at(0), at(2), at(3), at(5), at(0)] == [0, 0, 1, 1, 2]


def test_a_reading_that_failed_is_made_again(store: Store) -> None:
    """A fault is told to who asked, and the next one reads anew."""
    memo, faults = Memo(store), [ValueError("no")]

    def read(own: DuckDBPyConnection) -> int:
        if faults:
            raise faults.pop()
        return counted(own)

    with store.read() as cursor:
        with pytest.raises(ValueError, match="no"):
            memo.get(cursor, "n", read)
        assert memo.get(cursor, "n", read) == 0

"""An open database: commits, readers, threads, and its end."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from store_kit import names, put

from social_listener.errors import StoreError
from social_listener.store import Store


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where a test's database goes: a directory that is not there yet."""
    return tmp_path / "data" / "social-listener.duckdb"


def _put_and_be_interrupted(store: Store) -> None:
    with store.transaction() as cursor:
        cursor.execute("INSERT INTO counters VALUES ('lost', 1)")
        raise KeyboardInterrupt


def test_open_makes_a_private_directory_and_file(path: Path) -> None:
    """Only the owner can read the directory, the database and its log."""
    with Store.open(path) as store:
        put(store, "a")
        assert path.parent.stat().st_mode & 0o777 == 0o700
        for file in path.parent.iterdir():
            assert file.stat().st_mode & 0o077 == 0, file


def test_what_was_committed_is_there_after_opening_again(path: Path) -> None:
    """Rows outlive the process, and closing twice does no harm."""
    store = Store.open(path)
    put(store, "a")
    store.close()
    store.close()
    with Store.open(path) as again:
        assert names(again) == {"a"}


def test_a_transaction_is_all_or_nothing(path: Path) -> None:
    """Whatever is raised inside a transaction leaves no row behind, and the next one works."""
    with Store.open(path) as store:
        with pytest.raises(KeyboardInterrupt):
            _put_and_be_interrupted(store)
        put(store, "kept")
        assert names(store) == {"kept"}


def test_an_error_of_the_engine_becomes_ours(path: Path) -> None:
    """A constraint broken in a transaction is a StoreError that names the file, and the store goes on."""
    with Store.open(path) as store:
        put(store, "a")
        with pytest.raises(StoreError, match=r"social-listener\.duckdb"):
            put(store, "a")
        put(store, "b")
        assert names(store) == {"a", "b"}


def test_revision_rises_with_every_commit_only(path: Path) -> None:
    """Pages watch the revision: a commit raises it, a rollback and a reading do not."""
    with Store.open(path) as store:
        before = store.revision
        put(store, "a")
        assert store.revision == before + 1
        with pytest.raises(ValueError, match="no"), store.transaction():
            raise ValueError("no")
        names(store)
        assert store.revision == before + 1


def test_eight_threads_write_without_a_conflict(path: Path) -> None:
    """Writers wait for each other: eight of them raise one counter 25 times each, and none is lost."""
    with Store.open(path) as store:
        put(store, "hot", 0)

        def work() -> None:
            for _ in range(25):
                with store.transaction() as cursor:
                    cursor.execute("UPDATE counters SET value = value + 1 WHERE name = 'hot'")

        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        with store.read() as cursor:
            assert cursor.execute("SELECT value FROM counters").fetchone() == (200,)


def test_a_transaction_within_a_transaction_is_refused(path: Path) -> None:
    """A second transaction in the same thread is a mistake of the program and says so."""
    with (
        Store.open(path) as store,
        store.transaction(),
        pytest.raises(RuntimeError, match="already open"),
        store.transaction(),
    ):
        pass


def test_a_reading_sees_one_snapshot(path: Path) -> None:
    """What is committed while a reader reads does not change what it sees, and a reader cannot write."""
    with Store.open(path) as store, store.read() as cursor:
        assert cursor.execute("SELECT count(*) FROM counters").fetchone() == (0,)
        put(store, "a")
        assert cursor.execute("SELECT count(*) FROM counters").fetchone() == (0,)
        with pytest.raises(duckdb.Error):
            cursor.execute("INSERT INTO counters VALUES ('b', 1)")


def test_times_come_back_aware_and_in_utc(path: Path) -> None:
    """A time is the same moment after storing, in UTC, wherever the machine stands."""
    moment = datetime(2026, 3, 29, 3, 30, tzinfo=UTC) + timedelta(microseconds=123456)
    code = (
        "import sys, datetime as d; from pathlib import Path; from social_listener.store import Store\n"
        "with Store.open(Path(sys.argv[1])) as s:\n"
        '    with s.transaction() as c: c.execute("INSERT INTO schema_versions VALUES (-1, ?)",'
        " [d.datetime.fromisoformat(sys.argv[2])])\n"
        "    with s.read() as c:\n"
        "        print(c.execute('SELECT applied_at FROM schema_versions WHERE version = -1').fetchone()[0])"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, str(path), moment.isoformat()],
        env=os.environ | {"TZ": "America/New_York"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.strip() == str(moment)


def test_a_closed_store_says_so(path: Path) -> None:
    """Using a closed store is a StoreError."""
    store = Store.open(path)
    store.close()
    with pytest.raises(StoreError, match="was closed"), store.read():
        pass


def test_closing_while_others_read_refuses_them_in_words(tmp_path: Path) -> None:
    """Threads that begin to read while the store is closed get a StoreError, and the closing itself succeeds."""
    store = Store.open(tmp_path / "a.duckdb")
    begun = threading.Barrier(5)
    faults: list[BaseException] = []

    def read() -> None:
        begun.wait()
        try:
            while True:
                with store.read():
                    pass
        except Exception as fault:  # noqa: BLE001 - which one it is, is what is asked
            faults.append(fault)

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    begun.wait()
    store.close()
    for thread in threads:
        thread.join()
    assert [type(fault) for fault in faults] == [StoreError] * 4


@pytest.mark.parametrize("patience", [timedelta(minutes=1), timedelta(0)])
def test_closing_waits_for_readers_and_interrupts_those_that_go_on(path: Path, patience: timedelta) -> None:
    """Who reads when the database is closed may finish what it is at; who is too long at it gets a StoreError."""
    store = Store.open(path)
    rows = 20_000_000 if patience else 1_000_000_000_000
    reading = threading.Event()
    faults: list[str] = []

    def read() -> None:
        try:
            with store.read() as cursor:
                reading.set()
                cursor.execute(f"SELECT sum(hash(i)) FROM range({rows}) t(i)").fetchall()
            faults.append("")
        except StoreError as fault:
            faults.append(str(fault))

    thread = threading.Thread(target=read)
    thread.start()
    assert reading.wait(20)
    store.close(patience)
    thread.join()
    assert [bool(fault) for fault in faults] == [not patience]
    with pytest.raises(StoreError, match="was closed"), store.read():
        pass

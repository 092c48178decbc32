"""Backups and checkpoints."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from store_kit import NOW, names, put

from social_listener import failpoints
from social_listener.errors import StoreError
from social_listener.store import Store, backup


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where a test's database goes: a directory that is not there yet."""
    return tmp_path / "data" / "social-listener.duckdb"


def test_a_backup_is_whole_while_others_write(path: Path) -> None:
    """Every commit acknowledged before a backup began is in it, and it opens as a store of its own."""
    with Store.open(path) as store:
        stop = threading.Event()
        written: list[int] = []

        def work() -> None:
            while not stop.is_set():
                put(store, f"n{len(written)}")
                written.append(1)

        thread = threading.Thread(target=work)
        thread.start()
        try:
            while len(written) < 20:
                stop.wait(0.001)
            before = len(written)
            saved = store.backup(store.backup_directory, NOW)
        finally:
            stop.set()
            thread.join()
    with Store.open(saved) as copy:
        assert {f"n{number}" for number in range(before)} <= names(copy)
        with copy.read() as cursor:
            keys = cursor.execute("SELECT count(*) FROM duckdb_constraints() WHERE constraint_type = 'PRIMARY KEY'")
            assert keys.fetchone() != (0,)


def test_backups_asked_for_at_once_are_written_one_after_the_other(path: Path, tmp_path: Path) -> None:
    """Whoever asks for a backup while the nightly one is written gets theirs, and does not spoil the other."""
    with Store.open(path) as store:
        with store.transaction() as cursor:
            cursor.execute("INSERT INTO counters SELECT 'row ' || i, i FROM range(50000) rows(i)")
        together = threading.Barrier(3)

        def ask(number: int) -> Path:
            together.wait()
            return store.backup(tmp_path / "saved", NOW + timedelta(seconds=number))

        with ThreadPoolExecutor(3) as threads:
            saved = list(threads.map(ask, range(3)))
    assert sorted((tmp_path / "saved").iterdir()) == saved
    for file in saved:
        with Store.open(file) as copy:
            assert len(names(copy)) >= 50_000


def test_old_backups_go_and_the_newest_stay(path: Path) -> None:
    """No more backups than asked for are kept, and their names tell when they were made."""
    with Store.open(path) as store:
        for day in range(4):
            newest = store.backup(store.backup_directory, NOW + timedelta(days=day), keep=2)
        kept = sorted(store.backup_directory.iterdir())
    assert [backup.taken_at(file) for file in kept] == [NOW + timedelta(days=2), NOW + timedelta(days=3)]
    assert backup.newest(path.parent / "backups") == newest


def test_a_backup_cut_off_is_none(path: Path) -> None:
    """A crash in mid-backup leaves no file that looks like a backup, and the next one clears the remains."""
    with Store.open(path) as store:
        failpoints.arm("store.in_backup=raise")
        try:
            with pytest.raises(failpoints.FailpointReached):
                store.backup(store.backup_directory, NOW)
        finally:
            failpoints.disarm()
        assert backup.newest(store.backup_directory) is None
        saved = store.backup(store.backup_directory, NOW)
        assert list(store.backup_directory.iterdir()) == [saved]


def test_a_backup_that_differs_is_refused(path: Path) -> None:
    """The check of a backup catches a copy that lacks rows."""
    with Store.open(path) as store:
        put(store, "a")
        saved = store.backup(store.backup_directory, NOW)
    with pytest.raises(StoreError, match="counters differ"):
        backup._verify(saved, {"counters": 2})


def test_a_backup_into_no_directory_says_why(path: Path, tmp_path: Path) -> None:
    """A backup that cannot be written is a StoreError that names the place."""
    (tmp_path / "taken").write_text("a file")
    with Store.open(path) as store, pytest.raises(StoreError, match="taken"):
        store.backup(tmp_path / "taken", NOW)


def test_checkpoint_empties_the_log(path: Path) -> None:
    """A checkpoint moves the log into the file; a small log is left when it is below the limit."""
    with Store.open(path) as store:
        put(store, "a")
        assert not store.checkpoint(above=10_000_000)
        assert store.checkpoint()
        assert not store.checkpoint()
        assert names(store) == {"a"}
        assert store.size > 0


def test_a_store_that_was_opened_again_can_checkpoint_updates(path: Path) -> None:
    """Nothing that opening reads stays open and keeps every later checkpoint from success."""
    with Store.open(path) as store:
        put(store, "a")
    with Store.open(path) as store:
        with store.transaction() as cursor:
            cursor.execute("UPDATE counters SET value = 2")
        with store.read() as cursor:
            assert cursor.execute("SELECT value FROM counters").fetchone() == (2,)
        assert store.checkpoint()


def test_a_long_reading_puts_a_checkpoint_off(path: Path) -> None:
    """While somebody reads an older state nothing is raised and nothing done; afterwards it is."""
    with Store.open(path) as store:
        put(store, "a")
        with store.read() as cursor:
            assert cursor.execute("SELECT value FROM counters").fetchone() == (1,)
            with store.transaction() as writer:
                writer.execute("UPDATE counters SET value = 2")
            assert not store.checkpoint()
        assert store.checkpoint()


def copied_whole(store: Store, target: Path) -> None:
    """Copy a database as the engine does by itself."""
    with store.read() as cursor:
        cursor.execute("COMMIT")
        cursor.execute(f"ATTACH '{target}' AS whole")
        cursor.execute(f'COPY FROM DATABASE "{store.path.stem}" TO whole')


@pytest.mark.long
def test_a_backup_needs_less_memory_than_its_indexes(path: Path, tmp_path: Path) -> None:
    """More rows than their keys have room for in memory are copied all the same; the engine's own copy is not."""
    with Store.open(path) as store:
        with store.transaction() as cursor:
            cursor.execute("INSERT INTO counters SELECT 'x:' || (1500000000000000000 + i), i FROM range(1500000) t(i)")
        store.checkpoint()
        with store.read() as cursor:
            cursor.execute("SET memory_limit = '64MB'")
        saved = store.backup(tmp_path / "backups", NOW)
        with pytest.raises(StoreError, match=r"could not|Memory"):
            copied_whole(store, tmp_path / "whole.duckdb")
    with Store.open(saved) as copy, copy.read() as cursor:
        assert cursor.execute("SELECT count(*), sum(value) FROM counters").fetchall() == [
            (1_500_000, 1_500_000 * 1_499_999 // 2)
        ]

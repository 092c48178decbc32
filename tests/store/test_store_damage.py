"""What cannot be opened is told in words and left as it is."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import duckdb
import pytest
from store_kit import NOW, names, put

from social_listener.errors import StoreBusy, StoreError
from social_listener.store import Store, staging


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where a test's database goes: a directory that is not there yet."""
    return tmp_path / "data" / "social-listener.duckdb"


def test_a_file_held_by_another_process_names_that_process(path: Path) -> None:
    """StoreBusy names the process that holds the file, and the file opens once it is gone."""
    code = (
        "import sys; from pathlib import Path; from social_listener.store import Store\n"
        "s = Store.open(Path(sys.argv[1])); print('held', flush=True); sys.stdin.read(); s.close()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdin is not None
        assert holder.stdout.readline().strip() == "held"
        with pytest.raises(StoreBusy, match=f"process {holder.pid} holds"):
            Store.open(path)
        holder.stdin.close()
    Store.open(path).close()


@pytest.mark.parametrize("content", [b"", b"not a database at all " * 500])
def test_rubbish_is_refused_and_left_as_it_is(path: Path, content: bytes) -> None:
    """An overwritten file is a StoreError that says what to do, and not one byte of it changes."""
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(StoreError, match=r"is no database.*Keep social-listener\.duckdb aside"):
        Store.open(path)
    assert path.read_bytes() == content


@pytest.mark.thinned(3)
@pytest.mark.parametrize("length", [12, 100, 4096, 12288, 300_000, 3_000_000])
def test_a_file_cut_short_is_damaged(path: Path, length: int) -> None:
    """A truncated database is told as damage when it is opened or read, and not one byte of it changes."""
    with Store.open(path) as store, store.transaction() as cursor:
        cursor.execute("INSERT INTO counters SELECT md5(i::VARCHAR), i FROM range(200_000) t(i)")
    content = path.read_bytes()[:length]
    assert len(content) == length
    path.write_bytes(content)
    with (
        pytest.raises(StoreError, match=r"is damaged: .*Keep social-listener\.duckdb aside"),
        Store.open(path) as store,
    ):
        names(store)
    assert path.read_bytes() == content
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_a_file_of_another_program_is_no_database(path: Path) -> None:
    """A SQLite file is refused in our words, not with an extension that is missing, and left as it is."""
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE wine (id INTEGER)")
    content = path.read_bytes()
    with pytest.raises(StoreError, match=r"is no database.*Keep social-listener\.duckdb aside"):
        Store.open(path)
    assert path.read_bytes() == content


@pytest.mark.parametrize("content", [b"rubbish " * 500, bytes(4096), b"d\x00b?", b"\xff"])
def test_a_log_that_is_none_is_refused_and_left_as_it_is(path: Path, content: bytes) -> None:
    """What overwrote the log is not thrown away with the commits that it held; moved aside, the database opens."""
    with Store.open(path) as store:
        put(store, "a")
    log = path.with_name(path.name + ".wal")
    log.write_bytes(content)
    with pytest.raises(StoreError, match=r"duckdb\.wal: is no log of a database.*Move it aside"):
        Store.open(path)
    assert log.read_bytes() == content
    log.rename(log.with_suffix(".aside"))
    with Store.open(path) as store:
        assert names(store) == {"a"}


def _log_of_a_killed_process(path: Path) -> Path:
    """Leave a database with a log beside it that holds a commit; return the log."""
    code = (
        "import os, sys; from pathlib import Path; from social_listener.store import Store\n"
        "s = Store.open(Path(sys.argv[1]))\n"
        "with s.transaction() as c: c.execute(\"INSERT INTO counters VALUES ('a', 1)\")\n"
        "s.checkpoint()\n"
        "with s.transaction() as c: c.execute(\"INSERT INTO counters VALUES ('b', 1)\")\n"
        "os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", code, str(path)], check=False)
    return path.with_name(path.name + ".wal")


def test_a_log_without_its_database_is_kept(path: Path) -> None:
    """Who moves the database aside and forgets its log gets no empty one that eats the log, but is told."""
    log = _log_of_a_killed_process(path)
    content = log.read_bytes()
    aside = path.rename(path.with_suffix(".aside"))
    with pytest.raises(StoreError, match=r"duckdb\.wal: is the log of a database that is not there.*move it aside"):
        Store.open(path)
    assert not path.exists()
    assert log.read_bytes() == content
    aside.rename(path)
    with Store.open(path) as store:
        assert names(store) == {"a", "b"}


@pytest.mark.parametrize("copied", [False, True], ids=["backup", "older copy"])
def test_a_backup_next_to_an_old_log_is_refused(path: Path, tmp_path: Path, copied: bool) -> None:
    """Who restores a backup and forgets the log is told to move that, not to install another version."""
    with Store.open(path) as store:
        saved = store.backup(tmp_path / "saved", NOW)
    older = (path if copied else saved).read_bytes()
    log = _log_of_a_killed_process(path)
    path.write_bytes(older)
    with pytest.raises(StoreError, match=r"is not the database that the log .*move social-listener\.duckdb\.wal aside"):
        Store.open(path)
    log.rename(log.with_suffix(".aside"))
    with Store.open(path) as store:
        assert names(store) == set()


@pytest.mark.parametrize("length", [0, 1, 5, 6])
def test_a_log_cut_off_at_its_start_is_fine(path: Path, length: int) -> None:
    """A process that died while it began the log had committed nothing to it: the database opens."""
    with Store.open(path) as store:
        put(store, "a")
        store.checkpoint()
        put(store, "b")
        begin = path.with_name(path.name + ".wal").read_bytes()[:length]
    path.with_name(path.name + ".wal").write_bytes(begin)
    with Store.open(path) as store:
        assert names(store) == {"a", "b"}


def test_a_damaged_file_names_the_newest_backup(path: Path) -> None:
    """Flipped bytes are noticed when the file is opened, and the message names the backup to restore."""
    with Store.open(path) as store:
        put(store, "a")
        saved = store.backup(store.backup_directory, NOW)
    content = bytearray(path.read_bytes())
    for place in range(4096 * 3, len(content), 512):
        content[place] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(StoreError, match=f"is damaged.*{saved.name}"):
        Store.open(path)


def test_the_first_fault_is_the_one_that_is_told(path: Path) -> None:
    """A fault within a page ends its transaction; that tidying up fails as well hides nothing of it."""
    row = ["x:1", "x", "main", None, NOW]
    with (
        Store.open(path) as store,
        pytest.raises(StoreError, match="NOT NULL constraint failed"),
        store.transaction() as cursor,
    ):
        staging.insert(cursor, "interactions", ("id", "channel", "account_id", "text", "sent_at"), [row])


def test_somebody_elses_database_is_refused(path: Path) -> None:
    """A DuckDB file that holds other tables is not taken over."""
    path.parent.mkdir()
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE wine (id INTEGER)")
    with pytest.raises(StoreError, match="not one of ours"):
        Store.open(path)


def test_a_directory_in_the_place_of_the_file_is_refused(path: Path) -> None:
    """A directory of the database's name gives words, not a trace."""
    path.mkdir(parents=True)
    with pytest.raises(StoreError, match="is a directory"):
        Store.open(path)


def test_a_damaged_log_is_refused_and_kept(path: Path) -> None:
    """A log whose end was wiped is noticed when the file is opened, named, and left for whoever mends it."""
    code = (
        "import os, sys; from pathlib import Path; from social_listener.store import Store\n"
        "s = Store.open(Path(sys.argv[1]))\n"
        "for n in range(20):\n"
        "    with s.transaction() as c: c.execute('INSERT INTO counters VALUES (?, 1)', [str(n)])\n"
        "os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", code, str(path)], check=False)
    log = path.with_name(path.name + ".wal")
    content = log.read_bytes()[:-100] + bytes(100)
    log.write_bytes(content)
    with pytest.raises(StoreError, match=r"is damaged.*Keep social-listener\.duckdb and social-listener\.duckdb\.wal"):
        Store.open(path)
    assert log.read_bytes() == content

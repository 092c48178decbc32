from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from social_listener import failpoints
from social_listener.errors import StoreBusy, StoreError
from social_listener.store import Store, backup, migrations, staging
from social_listener.store.migrations import MIGRATIONS

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where a test's database goes: a directory that is not there yet."""
    return tmp_path / "data" / "social-listener.duckdb"


def _put(store: Store, name: str, value: int = 1) -> None:
    with store.transaction() as cursor:
        cursor.execute("INSERT INTO counters VALUES (?, ?)", [name, value])


def _put_and_be_interrupted(store: Store) -> None:
    with store.transaction() as cursor:
        cursor.execute("INSERT INTO counters VALUES ('lost', 1)")
        raise KeyboardInterrupt


def _names(store: Store) -> set[str]:
    with store.read() as cursor:
        return {row[0] for row in cursor.execute("SELECT name FROM counters").fetchall()}


def test_open_makes_a_private_directory_and_file(path: Path) -> None:
    """Only the owner can read the directory, the database and its log."""
    with Store.open(path) as store:
        _put(store, "a")
        assert path.parent.stat().st_mode & 0o777 == 0o700
        for file in path.parent.iterdir():
            assert file.stat().st_mode & 0o077 == 0, file


def test_what_was_committed_is_there_after_opening_again(path: Path) -> None:
    """Rows outlive the process, and closing twice does no harm."""
    store = Store.open(path)
    _put(store, "a")
    store.close()
    store.close()
    with Store.open(path) as again:
        assert _names(again) == {"a"}


def test_a_transaction_is_all_or_nothing(path: Path) -> None:
    """Whatever is raised inside a transaction leaves no row behind, and the next one works."""
    with Store.open(path) as store:
        with pytest.raises(KeyboardInterrupt):
            _put_and_be_interrupted(store)
        _put(store, "kept")
        assert _names(store) == {"kept"}


def test_an_error_of_the_engine_becomes_ours(path: Path) -> None:
    """A constraint broken in a transaction is a StoreError that names the file, and the store goes on."""
    with Store.open(path) as store:
        _put(store, "a")
        with pytest.raises(StoreError, match=r"social-listener\.duckdb"):
            _put(store, "a")
        _put(store, "b")
        assert _names(store) == {"a", "b"}


def test_revision_rises_with_every_commit_only(path: Path) -> None:
    """Pages watch the revision: a commit raises it, a rollback and a reading do not."""
    with Store.open(path) as store:
        before = store.revision
        _put(store, "a")
        assert store.revision == before + 1
        with pytest.raises(ValueError, match="no"), store.transaction():
            raise ValueError("no")
        _names(store)
        assert store.revision == before + 1


def test_eight_threads_write_without_a_conflict(path: Path) -> None:
    """Writers wait for each other: eight of them raise one counter 25 times each, and none is lost."""
    with Store.open(path) as store:
        _put(store, "hot", 0)

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
        _put(store, "a")
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


# -- what cannot be opened ---------------------------------------------------------------------------------------------


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
        _names(store)
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
        _put(store, "a")
    log = path.with_name(path.name + ".wal")
    log.write_bytes(content)
    with pytest.raises(StoreError, match=r"duckdb\.wal: is no log of a database.*Move it aside"):
        Store.open(path)
    assert log.read_bytes() == content
    log.rename(log.with_suffix(".aside"))
    with Store.open(path) as store:
        assert _names(store) == {"a"}


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
        assert _names(store) == {"a", "b"}


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
        assert _names(store) == set()


@pytest.mark.parametrize("length", [0, 1, 5, 6])
def test_a_log_cut_off_at_its_start_is_fine(path: Path, length: int) -> None:
    """A process that died while it began the log had committed nothing to it: the database opens."""
    with Store.open(path) as store:
        _put(store, "a")
        store.checkpoint()
        _put(store, "b")
        begin = path.with_name(path.name + ".wal").read_bytes()[:length]
    path.with_name(path.name + ".wal").write_bytes(begin)
    with Store.open(path) as store:
        assert _names(store) == {"a", "b"}


def test_a_damaged_file_names_the_newest_backup(path: Path) -> None:
    """Flipped bytes are noticed when the file is opened, and the message names the backup to restore."""
    with Store.open(path) as store:
        _put(store, "a")
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


def test_a_closed_store_says_so(path: Path) -> None:
    """Using a closed store is a StoreError."""
    store = Store.open(path)
    store.close()
    with pytest.raises(StoreError, match="was closed"), store.read():
        pass


# -- schema versions ---------------------------------------------------------------------------------------------------


def _add_column(cursor: duckdb.DuckDBPyConnection) -> None:
    cursor.execute("ALTER TABLE counters ADD COLUMN unit VARCHAR")


def _break(cursor: duckdb.DuckDBPyConnection) -> None:
    cursor.execute("DROP TABLE counters")
    raise RuntimeError("the step failed")


def test_a_newer_schema_is_refused(path: Path) -> None:
    """A database written by a newer program is left alone, in words."""
    Store.open(path, steps={**MIGRATIONS, 3: _add_column}).close()
    with pytest.raises(StoreError, match="newer version of this program"):
        Store.open(path)


def test_an_older_schema_is_backed_up_and_upgraded_once(path: Path) -> None:
    """The steps run once, rows stay, and a copy from before the upgrade lies in the backups."""
    with Store.open(path) as store:
        _put(store, "a")
    for _ in range(2):
        with Store.open(path, now=NOW, steps={**MIGRATIONS, 3: _add_column}) as store, store.read() as cursor:
            assert cursor.execute("SELECT name, unit FROM counters").fetchall() == [("a", None)]
    saved = list((path.parent / "backups").iterdir())
    assert len(saved) == 1
    with Store.open(saved[0]) as before:
        assert _names(before) == {"a"}


def test_a_step_that_fails_leaves_the_old_schema(path: Path) -> None:
    """An upgrade is all or nothing: after a failing step the old program opens the file as before."""
    with Store.open(path) as store:
        _put(store, "a")
    with pytest.raises(RuntimeError, match="the step failed"):
        Store.open(path, steps={**MIGRATIONS, 3: _add_column, 4: _break})
    with Store.open(path) as store:
        assert _names(store) == {"a"}


def _columns(store: Store) -> set[tuple[object, ...]]:
    with store.read() as cursor:
        return set(
            cursor.execute(
                "SELECT table_name, column_name, data_type, is_nullable, column_default FROM duckdb_columns()"
            ).fetchall()
        )


def test_a_database_of_the_first_schema_becomes_like_a_new_one(path: Path, tmp_path: Path) -> None:
    """A database made by the first release is brought to the very tables and columns of a new one, its rows kept."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = Path(__file__).with_name("schema_1.sql").read_text(encoding="utf-8")
    with duckdb.connect(str(path)) as connection:
        for statement in text.split("\n--;\n"):
            connection.execute(statement)
        connection.execute("INSERT INTO schema_versions VALUES (1, now())")
        connection.execute("INSERT INTO counters VALUES ('a', 1)")
    with Store.open(path) as upgraded, Store.open(tmp_path / "new" / "new.duckdb") as new:
        assert _columns(upgraded) == _columns(new)
        assert _names(upgraded) == {"a"}


def test_looking_changes_nothing(path: Path) -> None:
    """A look tells how far a database is behind, and leaves it as it is; opening brings it up."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = Path(__file__).with_name("schema_1.sql").read_text(encoding="utf-8")
    with duckdb.connect(str(path)) as connection:
        for statement in text.split("\n--;\n"):
            connection.execute(statement)
        connection.execute("INSERT INTO schema_versions VALUES (1, now())")
    before = path.read_bytes()
    assert Store.look(path) == max(MIGRATIONS) - 1
    assert path.read_bytes() == before
    assert not (path.parent / "backups").exists()
    Store.open(path).close()
    assert Store.look(path) == 0


def test_a_forgotten_step_would_be_seen(path: Path, tmp_path: Path) -> None:
    """Without its steps an old database lacks what a new one has."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = Path(__file__).with_name("schema_1.sql").read_text(encoding="utf-8")
    with duckdb.connect(str(path)) as connection:
        for statement in text.split("\n--;\n"):
            connection.execute(statement)
        connection.execute("INSERT INTO schema_versions VALUES (1, now())")
    with Store.open(path, steps={2: lambda _: None}) as upgraded, Store.open(tmp_path / "new" / "new.duckdb") as new:
        assert _columns(upgraded) != _columns(new)


# -- backup and checkpoint ---------------------------------------------------------------------------------------------


def test_a_backup_is_whole_while_others_write(path: Path) -> None:
    """Every commit acknowledged before a backup began is in it, and it opens as a store of its own."""
    with Store.open(path) as store:
        stop = threading.Event()
        written: list[int] = []

        def work() -> None:
            while not stop.is_set():
                _put(store, f"n{len(written)}")
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
        assert {f"n{number}" for number in range(before)} <= _names(copy)
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
            assert len(_names(copy)) >= 50_000


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
        _put(store, "a")
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
        _put(store, "a")
        assert not store.checkpoint(above=10_000_000)
        assert store.checkpoint()
        assert not store.checkpoint()
        assert _names(store) == {"a"}
        assert store.size > 0


def test_a_store_that_was_opened_again_can_checkpoint_updates(path: Path) -> None:
    """Nothing that opening reads stays open and keeps every later checkpoint from success."""
    with Store.open(path) as store:
        _put(store, "a")
    with Store.open(path) as store:
        with store.transaction() as cursor:
            cursor.execute("UPDATE counters SET value = 2")
        with store.read() as cursor:
            assert cursor.execute("SELECT value FROM counters").fetchone() == (2,)
        assert store.checkpoint()


def test_a_long_reading_puts_a_checkpoint_off(path: Path) -> None:
    """While somebody reads an older state nothing is raised and nothing done; afterwards it is."""
    with Store.open(path) as store:
        _put(store, "a")
        with store.read() as cursor:
            assert cursor.execute("SELECT value FROM counters").fetchone() == (1,)
            with store.transaction() as writer:
                writer.execute("UPDATE counters SET value = 2")
            assert not store.checkpoint()
        assert store.checkpoint()


def test_the_schema_is_the_newest_version() -> None:
    """schema.sql has no two tables of one name, and every table has one text or number key."""
    with duckdb.connect() as connection:
        for statement in migrations.statements():
            connection.execute(statement)
        tables = connection.execute("SELECT count(*) FROM duckdb_tables()").fetchone()
        keys = connection.execute(
            "SELECT count(*) FROM duckdb_constraints() WHERE constraint_type = 'PRIMARY KEY'"
            " AND len(constraint_column_names) = 1"
        ).fetchone()
    assert tables == keys


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

"""The store: one DuckDB file, owned by one process, written by one transaction at a time.

All SQL of the program stands in this package, in the subset that DuckDB and PostgreSQL share where that is possible.
Modules beside this one hold functions that take a cursor and plain values.
"""

from __future__ import annotations

import shutil
import threading
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, Self

import duckdb

from social_listener.errors import StoreError
from social_listener.failpoints import failpoint
from social_listener.store import backup as backups
from social_listener.store import files, migrations
from social_listener.store.search_index import SearchIndex
from social_listener.store.touched import Touched

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from social_listener.store.migrations import Migration

#: below this nothing is stored safely any more
_LEAST_FREE_BYTES: Final = 200_000_000
#: so long may a reader go on when the database is closed
_PATIENCE: Final = timedelta(seconds=5)


class Store:
    """An open database. Threads may share it: each reads with a cursor of its own, one at a time writes."""

    def __init__(self, path: Path, connection: DuckDBPyConnection) -> None:
        self.path = path
        self._connection = connection
        self._opening = threading.Condition()
        self._readers: set[DuckDBPyConnection] = set()
        self._writer = connection.cursor()
        self._lock = threading.RLock()
        self._copying = threading.Lock()
        self._writing = False
        self._commits = 0
        self._revision = 0
        self._concern: set[str] | None = None  # of the transaction that is open; None: everything
        self._touched = Touched()
        self._closed = False
        self.index = SearchIndex(self)  #: of all that was said; opened when it is first needed

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        now: datetime | None = None,
        steps: Mapping[int, Migration] = migrations.MIGRATIONS,
    ) -> Store:
        """Open the database at `path`; create it when there is none, upgrade it (after a backup) when it is older.

        `StoreBusy` names the process that holds it; `StoreError` says what is wrong and what to do: rubbish, damage, a
        newer schema, no permission. A file that cannot be used is never touched.
        """
        when = now or datetime.now(UTC)
        files.prepare(path)
        connection = files.connect(path)
        try:
            _bring_up(connection, path, when, steps)
        except duckdb.Error as error:
            connection.close()
            raise files.explain(path, error) from None
        except BaseException:
            connection.close()
            raise
        return cls(path, connection)

    @staticmethod
    def look(path: Path) -> int:
        """Return how many schema versions the database at `path` is behind this program; nothing is changed.

        0: none, and a database without tables is none behind either. Raises as `open` does.
        """
        connection = files.connect(path, read_only=True)
        try:
            version = migrations.version_of(connection, path)
            migrations.check(version, path)
        except duckdb.Error as error:
            raise files.explain(path, error) from None
        finally:
            connection.close()
        return migrations.latest() - version if version else 0

    @contextmanager
    def transaction(self, *, quiet: bool = False) -> Iterator[DuckDBPyConnection]:
        """Hand out the writing cursor within a transaction: committed at the end, rolled back when anything is raised.

        One at a time: others wait. Faults of the engine become `StoreError`; what was committed before is safe.
        `quiet`: nothing changes that an open inbox shows, so `revision` stays; see also `narrow`.
        """
        with self._lock:
            if self._writing:
                raise RuntimeError("a transaction is already open in this thread")
            self._check_open()
            self._writing, self._concern = True, set() if quiet else None
            try:
                with _translated(self.path), _committed(self._writer):
                    yield self._writer
                self._commits += 1
                if self._concern is None or self._concern:
                    self._touched.note(self._revision + 1, self._concern)
                    self._revision += 1
            finally:
                self._writing = False

    def narrow(self, concern: Iterable[str]) -> None:
        """Say, within a transaction, that of single conversations only those change that `concern` has to do with.

        It names ids of conversations, contacts and threads; none: nothing changes that an open inbox shows, and
        `revision` stays. Without a word a transaction may change everything; with one it changes nothing that the whole
        office shares: who works here, the teams, the labels there are.
        """
        self._concern = {*concern}

    def wake(self) -> None:
        """Have whoever shows lists read them again, though nothing was committed."""
        with self._lock:
            self._touched.note(self._revision + 1, ())
            self._revision += 1

    def touched_since(self, revision: int, concern: Iterable[str]) -> bool:
        """Return whether a conversation may have changed since then; `concern`: it, its contacts and its thread."""
        return self._touched.since(revision, concern)

    @contextmanager
    def read(self) -> Iterator[DuckDBPyConnection]:
        """Hand out a cursor of its own that sees one snapshot; never share it, never write with it."""
        with self._cursor() as cursor, _translated(self.path):
            cursor.execute("BEGIN TRANSACTION READ ONLY")
            yield cursor

    def writes(self, cursor: DuckDBPyConnection) -> bool:
        """Return whether this is the writing cursor: what it sees may be newer than `revision` tells."""
        return cursor is self._writer

    @contextmanager
    def attached(self, path: Path, name: str) -> Iterator[None]:
        """Let transactions read another database file of ours under `name`, until the end of the block."""
        with self._cursor() as cursor, _translated(self.path):
            quoted = str(path).replace("'", "''")
            cursor.execute(f"ATTACH '{quoted}' AS {name} (READ_ONLY)")
            try:
                yield
            finally:
                cursor.execute(f"DETACH {name}")

    @contextmanager
    def beside(self, path: Path, name: str) -> Iterator[DuckDBPyConnection]:
        """Hand out a cursor that reads one state of everything and writes only into a new file, known as `name`.

        One at a time, as backups. What the engine raises comes as it is: the fault is that of the new file.
        """
        with self._copying, self._cursor() as cursor:
            quoted = str(path).replace("'", "''")
            cursor.execute(f"ATTACH '{quoted}' AS {name}")
            try:
                with _committed(cursor):
                    yield cursor
            finally:
                cursor.execute(f"DETACH {name}")

    @property
    def revision(self) -> int:
        """Return a number that rises with every commit that changes what is shown; whoever shows rows watches it."""
        return self._revision

    @property
    def commits(self) -> int:
        """Return a number that rises with every commit of this process; who decides on what was read watches it."""
        return self._commits

    def is_still_at(self, revision: int) -> bool:
        """Return whether nothing was committed since then, nor is being written: a reader's snapshot is that state.

        To be asked after the snapshot was taken.
        """
        return not self._writing and self._revision == revision

    def has_committed(self, commits: int) -> bool:
        """Return whether it was just so many commits, and nothing is being written.

        A snapshot that was taken after `commits` was read, and before this is asked, is then the state after them.
        """
        return not self._writing and self._commits == commits

    @property
    def size(self) -> int:
        """Return the bytes on disk, log included."""
        return files.size(self.path)

    @property
    def low_on_space(self) -> bool:
        """Return whether the disk has so little room left that nothing may be stored any more."""
        return shutil.disk_usage(self.path.parent).free < _LEAST_FREE_BYTES

    @property
    def backup_directory(self) -> Path:
        """Return where backups are kept."""
        return self.path.parent / "backups"

    def checkpoint(self, *, above: int = 0) -> bool:
        """Write the log into the file when the log is larger than `above` bytes; return whether it was done.

        Writers wait meanwhile, so call it when nothing else is going on. A reader that sees an older state than the
        newest holds it off: then nothing is done, and the next call will do it.
        """
        log = files.wal(self.path)
        if not log.exists() or log.stat().st_size <= above:
            return False
        with self._lock, _translated(self.path):
            self._check_open()
            failpoint("store.in_checkpoint")
            try:
                self._writer.execute("CHECKPOINT")
            except duckdb.TransactionException:
                return False
        return True

    def backup(self, directory: Path, now: datetime, *, keep: int = 7) -> Path:
        """Write a checked copy of everything into `directory`, prune all but the newest `keep`; return its path.

        One at a time: somebody who asks while the nightly one is written waits for it.
        """
        with self._copying, self._cursor() as cursor:
            return backups.write(cursor, directory, now, keep)

    def close(self, patience: timedelta = _PATIENCE) -> None:
        """Checkpoint and close; closing twice does no harm.

        From here on nobody begins to read. Who is at it may finish within `patience`, and gets `StoreError` after it.
        """
        self.index.close()
        with self._lock, self._opening:
            if self._closed:
                return
            self._closed = True
            # The engine refuses to close a connection whose cursor another thread is just using.
            self._opening.wait_for(lambda: not self._readers, patience.total_seconds())
            give_up = time.monotonic() + _PATIENCE.total_seconds()
            while self._readers and time.monotonic() < give_up:
                for cursor in self._readers:
                    cursor.interrupt()
                self._opening.wait(0.05)  # a reader that was between two statements is interrupted in the next
            self._writer.close()
            self._connection.close()

    def __enter__(self) -> Self:
        """Return the store itself; it is closed at the end of the block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the store."""
        self.close()

    @contextmanager
    def _cursor(self) -> Iterator[DuckDBPyConnection]:
        """Hand out a new cursor, in turn: the engine refuses a call on a connection that another thread is using."""
        with self._opening:
            self._check_open()
            cursor = self._connection.cursor()
            self._readers.add(cursor)
        try:
            yield cursor
        finally:
            cursor.close()
            with self._opening:
                self._readers.discard(cursor)
                self._opening.notify_all()

    def _check_open(self) -> None:
        if self._closed:
            raise StoreError(f"{self.path}: the database was closed")


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    """Turn the engine's errors into ours."""
    try:
        yield
    except duckdb.Error as error:
        raise files.explain(path, error) from error


@contextmanager
def _committed(cursor: DuckDBPyConnection) -> Iterator[None]:
    """Begin, then commit or roll back."""
    cursor.execute("BEGIN")
    try:
        yield
        cursor.execute("COMMIT")
    except BaseException:
        _roll_back(cursor)
        raise


def _roll_back(cursor: DuckDBPyConnection) -> None:
    """Roll back; an engine that has stopped has rolled back already, and the first error is the one to show."""
    try:
        cursor.execute("ROLLBACK")
    except duckdb.Error:
        return


def _bring_up(connection: DuckDBPyConnection, path: Path, now: datetime, steps: Mapping[int, Migration]) -> None:
    """Create or upgrade the tables."""
    version = migrations.version_of(connection, path)
    migrations.check(version, path, steps)
    if version == 0:
        migrations.create(connection, now, steps)
    elif version < migrations.latest(steps):
        backups.write(connection, path.parent / "backups", now, keep=1_000)
        migrations.upgrade(connection, version, now, steps)
    else:
        return
    connection.execute("CHECKPOINT")

"""A read-only copy for notebooks: documented tables in a DuckDB file of its own, and nothing besides."""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import duckdb

from social_listener.errors import StoreError
from social_listener.store.files import explain
from social_listener.store.snapshot_tables import ABOUT, DICTIONARY, EVERYTHING, TABLES

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from social_listener.store import Store
    from social_listener.store.snapshot_tables import SnapshotTable

_BEGINNING: Final = datetime(1, 1, 2, tzinfo=UTC)
_END: Final = datetime(9999, 12, 30, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a snapshot is to hold."""

    since: datetime | None = None
    until: datetime | None = None  #: not included
    private: bool = False  #: texts that one person alone could read, too
    accounts: frozenset[str] | None = None  #: None: all

    def values(self) -> dict[str, Any]:
        """Return it as parameters of the SQL."""
        return {
            "since": self.since or _BEGINNING,
            "until": self.until or _END,
            "private": self.private,
            "everywhere": self.accounts is None,
            "accounts": sorted(self.accounts or ()),
        }


def write(store: Store, target: Path, wanted: Wanted, now: datetime) -> dict[str, int]:
    """Write a snapshot to `target`; return how many rows each table has. `StoreError`: it cannot be written.

    It is made beside the target in a folder that only its owner can open, and bears its name when it is whole. A file
    that is there is replaced, if it is a snapshot or an empty file: no other file is.
    """
    _may_replace(target)
    try:
        folder = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    except OSError as error:
        raise StoreError(f"{target}: cannot be written: {error.strerror}") from None
    try:
        counts = _made(store, folder / "snapshot.duckdb", wanted, now)
        made = folder / "snapshot.duckdb"
        made.chmod(0o600)
        _sync(made)
        made.replace(target)
    except duckdb.Error as error:
        raise StoreError(f"{target}: cannot be written: {explain(target, error)}") from None
    except OSError as error:
        raise StoreError(f"{target}: cannot be written: {error.strerror}") from None
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return counts


def _may_replace(target: Path) -> None:
    """Raise `StoreError` when something stands there that is no snapshot: a database, or somebody's document."""
    if not target.exists() and not target.is_symlink():
        return
    if target.is_file() and not target.is_symlink() and target.stat().st_size == 0:
        return
    try:
        with duckdb.connect(str(target), read_only=True) as connection:
            found = {row[0] for row in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
    except duckdb.Error:
        found = set()
    if target.is_symlink() or found != {table.name for table in EVERYTHING}:
        raise StoreError(f"{target}: something else stands there; name a file that is not there yet, or a snapshot")


def _made(store: Store, file: Path, wanted: Wanted, now: datetime) -> dict[str, int]:
    """Make the file from one state of the store, while others go on writing."""
    with store.beside(file, "copy") as cursor:
        for table in TABLES:
            _fill(cursor, table, wanted)
        _describe(cursor)
        _create(cursor, ABOUT)
        values = wanted.values()
        shown = values["accounts"] if wanted.accounts is not None else None
        cursor.execute(
            "INSERT INTO copy.about VALUES (?, ?, ?, ?, ?)", [now, wanted.since, wanted.until, wanted.private, shown]
        )
        counts: dict[str, int] = {}
        for table in EVERYTHING:
            row = cursor.execute(f"SELECT count(*) FROM copy.{table.name}").fetchone()
            counts[table.name] = int(row[0]) if row else 0
        return counts


def _create(cursor: DuckDBPyConnection, table: SnapshotTable) -> None:
    columns = ", ".join(f"{column.name} {column.type}" for column in table.columns)
    cursor.execute(f"CREATE TABLE copy.{table.name} ({columns})")


def _fill(cursor: DuckDBPyConnection, table: SnapshotTable, wanted: Wanted) -> None:
    _create(cursor, table)
    sql = f"SELECT {', '.join(column.sql for column in table.columns)} FROM {table.source}"
    values = {name: value for name, value in wanted.values().items() if f"${name}" in sql}
    cursor.execute(f"INSERT INTO copy.{table.name} {sql}", values or None)


def _describe(cursor: DuckDBPyConnection) -> None:
    """Say in the file itself what everything means: in a table, and as comments that tools show."""
    _create(cursor, DICTIONARY)
    rows: list[list[str]] = []
    for table in EVERYTHING:
        rows.append([table.name, "", "", table.meaning])
        rows += [[table.name, column.name, column.type, column.meaning] for column in table.columns]
    cursor.executemany("INSERT INTO copy.dictionary VALUES (?, ?, ?, ?)", rows)
    for table in TABLES:
        cursor.execute(f"COMMENT ON TABLE copy.{table.name} IS '{_quoted(table.meaning)}'")
        for column in table.columns:
            cursor.execute(f"COMMENT ON COLUMN copy.{table.name}.{column.name} IS '{_quoted(column.meaning)}'")


def _quoted(text: str) -> str:
    return text.replace("'", "''")


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

"""Backups: a whole copy of the database in one file, checked before it counts as one."""

from __future__ import annotations

import os
from datetime import datetime
from typing import TYPE_CHECKING, Final

import duckdb
import pyarrow as pa

from social_listener.errors import StoreError
from social_listener.failpoints import failpoint
from social_listener.store.files import connect, explain
from social_listener.store.staging import staged

if TYPE_CHECKING:
    from pathlib import Path

    from duckdb import DuckDBPyConnection

_STEM = "social-listener-"
#: rows that are copied at once, and rows after which what was copied is put on disk
_PART: Final = 20_000
_ON_DISK_AFTER: Final = 400_000


def write(cursor: DuckDBPyConnection, directory: Path, now: datetime, keep: int) -> Path:
    """Write, check and keep a backup; return its path. `StoreError` when it cannot be written or is not whole.

    It reads one snapshot while writers go on, and leaves deleted texts behind: the copy holds live rows only. The file
    bears its name only after it was opened again and every table counted.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        for leftover in directory.glob(f"{_STEM}*.partial*"):
            leftover.unlink()
    except OSError as error:
        raise StoreError(f"{directory}: backups cannot be written there: {error.strerror}") from None
    final = directory / f"{_STEM}{now:%Y%m%dT%H%M%SZ}.duckdb"
    partial = final.with_suffix(".partial")
    try:
        counts = _copy(cursor, partial)
        failpoint("store.in_backup")
        _verify(partial, counts)
        _sync(partial)
        partial.replace(final)
        _sync(directory)
    except duckdb.Error as error:
        raise StoreError(f"{final}: the backup failed: {explain(partial, error)}") from None
    except OSError as error:
        raise StoreError(f"{final}: the backup failed: {error.strerror}") from None
    prune(directory, keep)
    return final


def newest(directory: Path) -> Path | None:
    """Return the newest backup in `directory`, or None."""
    return max(directory.glob(f"{_STEM}*.duckdb"), default=None, key=lambda file: file.name)


def taken_at(backup: Path) -> datetime:
    """Return when a backup was made, by its name; UTC."""
    return datetime.strptime(backup.stem.removeprefix(_STEM) + "+0000", "%Y%m%dT%H%M%SZ%z")


def prune(directory: Path, keep: int) -> None:
    """Remove the oldest backups beyond `keep`."""
    for old in sorted(directory.glob(f"{_STEM}*.duckdb"), key=lambda file: file.name)[: -max(keep, 1)]:
        old.unlink()


def _copy(cursor: DuckDBPyConnection, target: Path) -> dict[str, int]:
    """Copy everything into `target`; return how many rows each table had in the same snapshot.

    `COPY FROM DATABASE` holds the indexes of all rows in memory until its end, which is more than there may be: tables
    are copied in parts, and each part is put on disk before the next.
    """
    source = _name(cursor)
    cursor.execute(f"ATTACH '{_quoted(target)}' AS backup_target")
    writer = cursor.cursor()
    try:
        cursor.execute("BEGIN")
        counts = count(cursor)
        writer.execute(f'COPY FROM DATABASE "{source}" TO backup_target (SCHEMA)')
        for table, rows in counts.items():
            if rows:
                _copy_rows(cursor, writer, table)
        cursor.execute("COMMIT")
    except BaseException:
        cursor.execute("ROLLBACK")
        raise
    finally:
        writer.close()
        cursor.execute("DETACH backup_target")
    return counts


def _copy_rows(cursor: DuckDBPyConnection, writer: DuckDBPyConnection, table: str) -> None:
    """Copy the rows of a table as `cursor` sees them."""
    waiting = 0
    for part in cursor.sql(f'SELECT * FROM "{table}"').to_arrow_reader(_PART):
        with staged(writer, pa.Table.from_batches([part])):
            writer.execute(f'INSERT INTO backup_target."{table}" SELECT * FROM stage')
        waiting += part.num_rows
        if waiting >= _ON_DISK_AFTER:
            writer.execute("CHECKPOINT backup_target")
            waiting = 0
    if waiting >= _PART:
        writer.execute("CHECKPOINT backup_target")


def count(cursor: DuckDBPyConnection) -> dict[str, int]:
    """Return how many rows each table of the current database has."""
    tables = cursor.execute(
        "SELECT table_name FROM duckdb_tables() WHERE database_name = current_database() ORDER BY table_name"
    ).fetchall()
    sql = " UNION ALL ".join(f"SELECT '{name}', count(*) FROM \"{name}\"" for (name,) in tables)
    return dict(cursor.execute(sql).fetchall()) if tables else {}


def _verify(file: Path, expected: dict[str, int]) -> None:
    connection = connect(file, read_only=True)
    try:
        found = count(connection)
    finally:
        connection.close()
    if found != expected:
        different = sorted(name for name in expected if found.get(name) != expected[name])
        raise StoreError(f"{file}: the backup is not whole: {', '.join(different)} differ from the database")


def _name(cursor: DuckDBPyConnection) -> str:
    row = cursor.execute("SELECT current_database()").fetchone()
    return str(row[0]).replace('"', '""') if row else ""


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

"""The database as a file: opening it, and saying in one line what is wrong with it."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Final

import duckdb

from social_listener.errors import StoreBusy, StoreError

#: memory is bounded; one thread a query: pages, queue and items are small, and to share them out costs more than it
#: gains (a page 15 % less, the queue 10 % less; only searches take longer), and staff and polls do not wait for each
#: other; automatic checkpoints come late, because they hold everything up: the service makes its own
CONFIG: Final[dict[str, str | bool | int | float | list[str]]] = {
    "memory_limit": "512MB",
    "threads": 1,
    "checkpoint_threshold": "128MB",
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
}
_HOLDER = re.compile(r"PID (\d+)")
#: what DuckDB says → what to do
_KNOWN: Final = {
    "newer version": "was written by a newer version of DuckDB: install the version of this program that wrote it",
    "Permission denied": "cannot be opened: look at the owner and the mode of the file and of its directory",
    "Read-only file system": "cannot be written: its file system is read-only",
    "No space left": "the disk is full; what was committed is safe: make room and start again",
    "has been invalidated": "the engine stopped after a fault; what was committed is safe: restart the program",
}
#: stands in every DuckDB file, behind the checksum of its first block
_MAGIC: Final = (8, b"DUCK")
#: how every log begins: the record "version of the log", of all versions that DuckDB has written so far
_LOG_BEGINS: Final = b"d\x00be\x00"
#: DuckDB's words for a log that another file or another state of this file wrote
_OTHERS_LOG: Final = re.compile(r"WAL (checkpoint iteration )?does not match( the)? database file")
_DAMAGE: Final = (duckdb.SerializationException, duckdb.InternalException, duckdb.FatalException)


def prepare(path: Path) -> None:
    """Make the directory (0700) and let every file that this process makes be readable by its owner only.

    The mask stays: DuckDB makes the write-ahead log anew after every checkpoint.
    """
    os.umask(0o077)
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise StoreError(f"{path.parent}: cannot be made: {error.strerror}; see data_dir in the settings") from None


def connect(path: Path, *, read_only: bool = False) -> duckdb.DuckDBPyConnection:
    """Return an open connection; `StoreBusy` names the process that holds the file, `StoreError` says what to do."""
    if path.is_dir():
        raise StoreError(f"{path}: is a directory; the database is a file; see data_dir in the settings")
    _check_log(path)
    try:
        connection = duckdb.connect(str(path), read_only=read_only, config=dict(CONFIG))
        connection.execute("SET GLOBAL TimeZone = 'UTC'")
    except duckdb.Error as error:
        raise _cannot_open(path, error) from None
    if not read_only:
        path.chmod(0o600)
    return connection


def _check_log(path: Path) -> None:
    """Raise `StoreError` when what lies beside the database is no log of DuckDB's, or the log of one that is gone.

    DuckDB throws such a file away without a word, and with it whatever was committed to it. A log that was cut off
    within its first bytes is none of these: nothing was ever committed to it.
    """
    log = wal(path)
    if not path.exists() and log.exists() and log.stat().st_size:
        raise StoreError(
            f"{log}: is the log of a database that is not there any more. Nothing was touched. Put {path.name} back "
            f"beside it, or move it aside too and start again"
        )
    try:
        with log.open("rb") as file:
            start = file.read(len(_LOG_BEGINS))
    except OSError:
        return  # there is none, or DuckDB will say why it cannot be read
    if not _LOG_BEGINS.startswith(start):
        raise StoreError(
            f"{log}: is no log of a database: it was overwritten. Nothing was touched. Move it aside and start again: "
            f"{path.name} holds everything up to the last checkpoint. Or restore: {advice(path)}"
        )


def _cannot_open(path: Path, error: duckdb.Error) -> StoreError:
    """Return why a file could not be opened.

    The file is looked at only after DuckDB has failed: closing it again would give up the lock that this process has on
    it, were it open already.
    """
    found = explain(path, error)
    if isinstance(found, StoreBusy) or not isinstance(error, duckdb.IOException) or "Cannot open file" in str(error):
        return found
    if any(words in str(error) for words in _KNOWN) or _OTHERS_LOG.search(str(error)):
        return found
    return _damaged(path, str(error)) if _is_ours(path) else _no_database(path)


def _is_ours(path: Path) -> bool:
    """Return whether a file begins as DuckDB's do; a file that cannot be read is taken for one."""
    place, magic = _MAGIC
    try:
        with path.open("rb") as file:
            return file.read(place + len(magic))[place:] == magic
    except OSError:
        return True


def explain(path: Path, error: duckdb.Error) -> StoreError:
    """Return the fault in words for the one who has to mend it."""
    error = _first(error)
    text = str(error)
    if "lock on file" in text or "Conflicting lock" in text:
        found = _HOLDER.search(text)
        holder = f"process {found[1]}" if found else "another process"
        return StoreBusy(
            f"{path}: {holder} holds this database; one process at a time can open it: stop that one first"
        )
    if _OTHERS_LOG.search(text):
        return _others_log(path)
    for words, sentence in _KNOWN.items():
        if words in text:
            return StoreError(f"{path}: {sentence}")
    if "not a valid DuckDB database" in text:
        return _no_database(path)
    if isinstance(error, _DAMAGE) or any(word in text for word in ("Corrupt", "checksum", "WAL", "Could not read")):
        return _damaged(path, text)
    return StoreError(f"{path}: {_first_line(text)}")


def _first(error: duckdb.Error) -> duckdb.Error:
    """Return the fault that all began with: what was tidied up after it fails too, and says less."""
    while isinstance(error.__context__, duckdb.Error):
        error = error.__context__
    return error


def _others_log(path: Path) -> StoreError:
    return StoreError(
        f"{path}: is not the database that the log beside it belongs to; nothing was touched. When a backup was put in "
        f"its place, move {wal(path).name} aside and start again; else put the database back that the log belongs to"
    )


def _no_database(path: Path) -> StoreError:
    return StoreError(f"{path}: is no database: it is empty or was overwritten. {advice(path)}")


def _damaged(path: Path, text: str) -> StoreError:
    return StoreError(f"{path}: is damaged: {_first_line(text)}. {advice(path)}")


def advice(path: Path) -> str:
    """Return what to do about a damaged database file."""
    newest = max(path.parent.glob("backups/*.duckdb"), default=None, key=lambda file: file.name)
    log = f" and {path.name}.wal" if wal(path).exists() else ""
    keep = f"Keep {path.name}{log} aside under another name"
    if newest is None:
        return f"{keep}; there is no backup in {path.parent / 'backups'}: put one there as {path.name}, or begin anew"
    return f"{keep}, then copy the newest backup, {newest}, in its place"


def wal(path: Path) -> Path:
    """Return where DuckDB keeps the write-ahead log of a database file."""
    return path.with_name(path.name + ".wal")


def size(path: Path) -> int:
    """Return the bytes of the database file and its log."""
    return sum(file.stat().st_size for file in (path, wal(path)) if file.exists())


def _first_line(text: str) -> str:
    return text.strip().splitlines()[0][:300] if text.strip() else "unknown fault"

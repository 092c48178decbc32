"""Pictures that go out with replies. They belong to a composed text, named by its nonce, until that is settled.

Functions take a cursor; writers need a transaction. Whether a picture is private never changes.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

from social_listener.store.rows import marks

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from duckdb import DuckDBPyConnection


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """One row of `reply_files`."""

    id: str
    nonce: str
    account_id: str
    staff: str
    private: bool
    number: int
    hash: str
    type: str
    bytes: int
    alt: str
    media_id: str | None
    created_at: datetime


_NAMES = tuple(field.name for field in fields(StoredFile))
_ALL = ", ".join(_NAMES)


def of(cursor: DuckDBPyConnection, nonce: str) -> tuple[StoredFile, ...]:
    """Return the pictures of a composed text, in the order in which they are shown."""
    return of_all(cursor, [nonce]).get(nonce, ())


def of_all(cursor: DuckDBPyConnection, nonces: Sequence[str]) -> dict[str, tuple[StoredFile, ...]]:
    """Return the pictures of composed texts by their nonces, in the order in which they are shown; absent: none."""
    rows = cursor.execute(
        f"SELECT {_ALL} FROM reply_files WHERE nonce IN ({marks(nonces)}) ORDER BY number, id", list(nonces)
    ).fetchall()
    found: dict[str, tuple[StoredFile, ...]] = {}
    for row in rows:
        file = StoredFile(**dict(zip(_NAMES, row, strict=True)))
        found[file.nonce] = (*found.get(file.nonce, ()), file)
    return found


def insert(cursor: DuckDBPyConnection, file: StoredFile) -> None:
    """Add a picture to a composed text."""
    values = [getattr(file, name) for name in _NAMES]
    cursor.execute(f"INSERT INTO reply_files ({_ALL}) VALUES ({', '.join('?' for _ in _NAMES)})", values)


def describe(cursor: DuckDBPyConnection, file_id: str, alt: str) -> None:
    """Say what a picture shows; the platform is told anew."""
    cursor.execute("UPDATE reply_files SET alt = ?, media_id = NULL WHERE id = ?", [alt, file_id])


def uploaded(cursor: DuckDBPyConnection, file_id: str, media_id: str) -> None:
    """Write by which id the platform holds a picture."""
    cursor.execute("UPDATE reply_files SET media_id = ? WHERE id = ?", [media_id, file_id])


def remove(cursor: DuckDBPyConnection, file_id: str) -> None:
    """Take a picture away."""
    cursor.execute("DELETE FROM reply_files WHERE id = ?", [file_id])


def settled(cursor: DuckDBPyConnection, nonce: str) -> None:
    """Forget the pictures of a text that went out."""
    cursor.execute("DELETE FROM reply_files WHERE nonce = ?", [nonce])


def give_back(cursor: DuckDBPyConnection, nonce: str, draft_nonce: str) -> None:
    """Put the pictures of a text that was not sent back into the composer, before those added there meanwhile."""
    back = of(cursor, nonce)
    if not back or nonce == draft_nonce:
        return
    both = [*back, *of(cursor, draft_nonce)]
    settled(cursor, nonce)
    settled(cursor, draft_nonce)
    for number, file in enumerate(both):
        insert(cursor, replace(file, nonce=draft_nonce, number=number, media_id=None))


def abandon(cursor: DuckDBPyConnection, before: datetime) -> None:
    """Forget what was put into a composer long ago and goes with no reply that may still go out."""
    cursor.execute(
        """DELETE FROM reply_files WHERE created_at < ? AND nonce NOT IN
           (SELECT nonce FROM replies WHERE state IN ('queued', 'sending', 'in_doubt'))""",
        [before],
    )


def hashes(cursor: DuckDBPyConnection) -> set[str]:
    """Return the names of all files that are still needed."""
    return {row[0] for row in cursor.execute("SELECT DISTINCT hash FROM reply_files").fetchall()}

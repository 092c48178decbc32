"""Dead letters: raw items that could not be read, kept until they are read after all or dismissed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import TYPE_CHECKING, Final

import zstandard

from social_listener.store.rows import marks, named

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """One row of `dead_letters`, its raw bytes as they came."""

    id: str
    stream_id: str
    native_id: str | None
    reason: str
    raw: bytes
    page_id: str
    first_seen_at: datetime
    seen: int
    settled_at: datetime | None


_LETTER: Final = tuple(each.name for each in fields(DeadLetter))


def open_letters(cursor: DuckDBPyConnection, stream_id: str | None = None, *, limit: int = 1000) -> list[DeadLetter]:
    """Return the open dead letters of one stream or of all, newest first."""
    rows = cursor.execute(
        f"""SELECT {", ".join(_LETTER)} FROM dead_letters WHERE settled_at IS NULL AND (? IS NULL OR stream_id = ?)
            ORDER BY first_seen_at DESC, id LIMIT ?""",
        [stream_id, stream_id, limit],
    ).fetchall()
    plain = zstandard.ZstdDecompressor()
    return [DeadLetter(**named(_LETTER, row) | {"raw": plain.decompress(row[_LETTER.index("raw")])}) for row in rows]


def open_ids(cursor: DuckDBPyConnection) -> dict[str, list[str]]:
    """Return the open dead letters whose item is known by its native id: native id → ids of letters."""
    found: dict[str, list[str]] = {}
    rows = cursor.execute(
        "SELECT native_id, id FROM dead_letters WHERE settled_at IS NULL AND native_id IS NOT NULL"
    ).fetchall()
    for native_id, letter_id in rows:
        found.setdefault(native_id, []).append(letter_id)
    return found


def settle(cursor: DuckDBPyConnection, ids: Sequence[str], now: datetime) -> int:
    """Note that dead letters were read after all, or are of no interest; return how many were open."""
    changed = cursor.execute(
        f"UPDATE dead_letters SET settled_at = ? WHERE settled_at IS NULL AND id IN ({marks(ids)}) RETURNING id",
        [now, *ids],
    ).fetchall()
    return len(changed)

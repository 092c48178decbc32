"""Deliveries: what platforms pushed to our webhooks, kept as it came until it was read."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import zstandard

from social_listener.store.rows import aware, marks, named

if TYPE_CHECKING:
    from collections.abc import Sequence

    from duckdb import DuckDBPyConnection


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One that waits to be read."""

    id: str
    received_at: datetime
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class PushRow:
    """How an account's deliveries stand."""

    last_at: datetime | None = None  #: None: there is none that we still know of
    waiting: int = 0
    waiting_since: datetime | None = None
    failed: int = 0


def delivery_id(account_id: str, body: bytes) -> str:
    """Return the id of a delivery: the same one, sent twice, has one id."""
    return hashlib.sha256(b"\0".join((account_id.encode(), body))).hexdigest()


def insert(cursor: DuckDBPyConnection, account_id: str, body: bytes, now: datetime) -> bool:
    """Keep a delivery as it came; False: it came before."""
    found = cursor.execute(
        """INSERT INTO deliveries (id, account_id, received_at, body, state) VALUES (?, ?, ?, ?, 'waiting')
           ON CONFLICT (id) DO NOTHING RETURNING id""",
        [delivery_id(account_id, body), account_id, now, zstandard.ZstdCompressor().compress(body)],
    ).fetchone()
    return found is not None


def is_known(cursor: DuckDBPyConnection, account_id: str, body: bytes) -> bool:
    """Return whether a delivery came before."""
    found = cursor.execute("SELECT id FROM deliveries WHERE id = ?", [delivery_id(account_id, body)]).fetchone()
    return found is not None


def last_received(cursor: DuckDBPyConnection, account_id: str) -> datetime | None:
    """Return the time of the last delivery to an account; None: there is none that is still known."""
    found = cursor.execute("SELECT max(received_at) FROM deliveries WHERE account_id = ?", [account_id]).fetchone()
    return aware(found[0]) if found else None


def waiting(cursor: DuckDBPyConnection, account_id: str, most: int, *, after: Delivery | None = None) -> list[Delivery]:
    """Return the oldest of an account's deliveries that were not read yet, in the order in which they came.

    `after`: only those that came later.
    """
    behind = "AND (received_at, id) > (?, ?)" if after is not None else ""
    place = [after.received_at, after.id] if after is not None else []
    rows = cursor.execute(
        f"""SELECT id, received_at, body FROM deliveries WHERE account_id = ? AND state = 'waiting' {behind}
           ORDER BY received_at, id LIMIT ?""",
        [account_id, *place, most],
    ).fetchall()
    plain = zstandard.ZstdDecompressor()
    return [Delivery(**named(("id", "received_at", "body"), (*row[:2], plain.decompress(row[2])))) for row in rows]


def accounts_waiting(cursor: DuckDBPyConnection) -> list[str]:
    """Return the accounts that have deliveries to read, the longest waiting first."""
    rows = cursor.execute(
        "SELECT account_id FROM deliveries WHERE state = 'waiting' GROUP BY account_id ORDER BY min(received_at)"
    ).fetchall()
    return [row[0] for row in rows]


def done(cursor: DuckDBPyConnection, ids: Sequence[str], now: datetime) -> None:
    """Write that deliveries were read. Their words are in raw pages now, and nowhere twice."""
    cursor.execute(
        f"UPDATE deliveries SET state = 'done', body = ?, done_at = ? WHERE id IN ({marks(ids)})", [b"", now, *ids]
    )


def failed(cursor: DuckDBPyConnection, delivery_id: str, error: str, now: datetime) -> None:
    """Write that a delivery could not be read; a dead letter holds what it was."""
    cursor.execute(
        "UPDATE deliveries SET state = 'failed', error = ?, body = ?, done_at = ? WHERE id = ?",
        [error, b"", now, delivery_id],
    )


def forget(cursor: DuckDBPyConnection, before: datetime) -> int:
    """Remove the deliveries that were read, or failed, before then; return how many."""
    gone = cursor.execute("DELETE FROM deliveries WHERE state <> 'waiting' AND done_at < ? RETURNING id", [before])
    return len(gone.fetchall())


def by_account(cursor: DuckDBPyConnection) -> dict[str, PushRow]:
    """Return how the deliveries of every account stand that had any, as far back as they are kept."""
    rows = cursor.execute(
        """SELECT account_id, max(received_at), count(*) FILTER (state = 'waiting'),
                  min(received_at) FILTER (state = 'waiting'), count(*) FILTER (state = 'failed')
           FROM deliveries GROUP BY account_id"""
    ).fetchall()
    return {
        account_id: PushRow(last_at=aware(last), waiting=waiting, waiting_since=aware(since), failed=failed)
        for account_id, last, waiting, since, failed in rows
    }

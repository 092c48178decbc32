"""Remarks on the time axis: campaigns, outages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from social_listener.desk_types.insights import Annotation
from social_listener.store.rows import among, named

if TYPE_CHECKING:
    from datetime import datetime

    from duckdb import DuckDBPyConnection

    from social_listener.desk_types.people import Accounts

_NAMES: Final = ("id", "kind", "text", "since", "until", "account_id", "by_staff", "version")


def between(cursor: DuckDBPyConnection, since: datetime, until: datetime, within: Accounts) -> list[Annotation]:
    """Return the remarks that touch [since, until), in order: those of all accounts, and of accounts in `within`."""
    theirs, accounts = among("account_id", within)
    rows = cursor.execute(
        f"""SELECT id, kind, text, begins_at, ends_at, account_id, by_staff, version FROM annotations
            WHERE begins_at < ? AND coalesce(ends_at, begins_at) >= ? AND (account_id IS NULL OR {theirs})
            ORDER BY begins_at, id""",
        [until, since, *accounts],
    ).fetchall()
    return [Annotation(**named(_NAMES, row)) for row in rows]


def by_id(cursor: DuckDBPyConnection, annotation_id: str) -> Annotation | None:
    """Return one remark; None: there is none of that id."""
    row = cursor.execute(
        """SELECT id, kind, text, begins_at, ends_at, account_id, by_staff, version FROM annotations WHERE id = ?""",
        [annotation_id],
    ).fetchone()
    return Annotation(**named(_NAMES, row)) if row else None


def insert(cursor: DuckDBPyConnection, one: Annotation, now: datetime) -> None:
    """Store a new remark."""
    cursor.execute(
        """INSERT INTO annotations (id, kind, text, begins_at, ends_at, account_id, by_staff, version, written_at)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        [one.id, one.kind, one.text, one.since, one.until, one.account_id, one.by_staff, one.version, now],
    )


def change(cursor: DuckDBPyConnection, one: Annotation, now: datetime) -> bool:
    """Store a remark that was changed, unless somebody was faster; return whether it was."""
    done = cursor.execute(
        """UPDATE annotations SET kind = ?, text = ?, begins_at = ?, ends_at = ?, account_id = ?, by_staff = ?,
               version = version + 1, written_at = ? WHERE id = ? AND version = ? RETURNING id""",
        [one.kind, one.text, one.since, one.until, one.account_id, one.by_staff, now, one.id, one.version],
    ).fetchone()
    return done is not None


def delete(cursor: DuckDBPyConnection, annotation_id: str) -> None:
    """Take a remark away; an unknown one does no harm."""
    cursor.execute("DELETE FROM annotations WHERE id = ?", [annotation_id])

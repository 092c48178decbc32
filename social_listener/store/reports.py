"""Reports that are kept: figures as of a moment, and the files that were made of them. Neither ever changes."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Final

from social_listener.desk_types.reports import KeptReport
from social_listener.store.rows import named

if TYPE_CHECKING:
    from datetime import datetime

    from duckdb import DuckDBPyConnection

    from social_listener.desk_types.people import Accounts

_COLUMNS: Final = (
    *("id", "title", "slice", "accounts", "as_of", "made_at", "made_by", "complete_up_to", "figures", "digest"),
)


def insert(cursor: DuckDBPyConnection, report: KeptReport) -> None:
    """Keep a report."""
    accounts = "*" if report.accounts is None else json.dumps(sorted(report.accounts))
    values = [
        report.id,
        report.title,
        report.slice_json,
        accounts,
        report.as_of,
        report.made_at,
        report.made_by,
        report.complete_up_to,
        report.figures_json,
        report.digest,
    ]
    marks = ", ".join("?" for _ in _COLUMNS)
    cursor.execute(f"INSERT INTO reports ({', '.join(_COLUMNS)}) VALUES ({marks})", values)


def by_id(cursor: DuckDBPyConnection, report_id: str) -> KeptReport | None:
    """Return a report; None: there is none of that id."""
    row = cursor.execute(f"SELECT {', '.join(_COLUMNS)} FROM reports WHERE id = ?", [report_id]).fetchone()
    return _report(row) if row else None


def newest(cursor: DuckDBPyConnection, limit: int) -> list[KeptReport]:
    """Return the newest reports, newest first."""
    rows = cursor.execute(
        f"SELECT {', '.join(_COLUMNS)} FROM reports ORDER BY made_at DESC, id LIMIT ?", [limit]
    ).fetchall()
    return [_report(row) for row in rows]


def keep_file(cursor: DuckDBPyConnection, report_id: str, format_: str, body: bytes, now: datetime) -> None:
    """Keep a file of a report, unless there is one of that form already."""
    key = f"{report_id} {format_}"
    if cursor.execute("SELECT 1 FROM report_files WHERE id = ?", [key]).fetchone() is None:
        digest = hashlib.sha256(body).hexdigest()
        cursor.execute(
            "INSERT INTO report_files VALUES (?, ?, ?, ?, ?, ?)", [key, report_id, format_, body, digest, now]
        )


def file(cursor: DuckDBPyConnection, report_id: str, format_: str) -> bytes | None:
    """Return a file as it was first made; None: it was not made yet, or has not the digest any more that it had."""
    row = cursor.execute("SELECT body, digest FROM report_files WHERE id = ?", [f"{report_id} {format_}"]).fetchone()
    return bytes(row[0]) if row and hashlib.sha256(row[0]).hexdigest() == row[1] else None


def forget_files(cursor: DuckDBPyConnection, before: datetime) -> int:
    """Forget files that were made before then; return how many. The figures stay: a file is made of them again."""
    return len(cursor.execute("DELETE FROM report_files WHERE made_at < ? RETURNING id", [before]).fetchall())


def _report(row: tuple[object, ...]) -> KeptReport:
    plain = named(_COLUMNS, row)
    accounts: Accounts = None if plain["accounts"] == "*" else frozenset(json.loads(plain["accounts"]))
    return KeptReport(
        id=plain["id"],
        title=plain["title"],
        slice_json=plain["slice"],
        accounts=accounts,
        as_of=plain["as_of"],
        made_at=plain["made_at"],
        made_by=plain["made_by"],
        complete_up_to=plain["complete_up_to"],
        figures_json=plain["figures"],
        digest=plain["digest"],
    )

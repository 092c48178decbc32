"""E-mails: what waits, what is under way, what became of each. Every function takes a cursor; writers a transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from social_listener.desk_types.reports import MailLine, MailState, ReportFormat
from social_listener.store.rows import named

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from duckdb import DuckDBPyConnection

_COLUMNS: Final = (
    *("id", "digest", "period", "recipient", "message_id", "report_id", "formats", "state", "attempts", "answer"),
    *("notice", "not_before", "deadline", "created_at", "ended_at", "settled_by"),
)
_ALL: Final = f"SELECT {', '.join(_COLUMNS)} FROM mails"


def insert(cursor: DuckDBPyConnection, mail: MailLine) -> bool:
    """Queue an e-mail; return False when there is one of that id already."""
    if by_id(cursor, mail.id) is not None:
        return False
    values = [" ".join(mail.formats) if name == "formats" else getattr(mail, name) for name in _COLUMNS]
    marks = ", ".join("?" for _ in _COLUMNS)
    cursor.execute(f"INSERT INTO mails ({', '.join(_COLUMNS)}) VALUES ({marks})", values)
    return True


def by_id(cursor: DuckDBPyConnection, mail_id: str) -> MailLine | None:
    """Return an e-mail; None: there is none of that id."""
    row = cursor.execute(f"{_ALL} WHERE id = ?", [mail_id]).fetchone()
    return _line(row) if row else None


def newest(cursor: DuckDBPyConnection, limit: int) -> list[MailLine]:
    """Return the newest e-mails, newest first."""
    rows = cursor.execute(f"{_ALL} ORDER BY created_at DESC, id LIMIT ?", [limit]).fetchall()
    return [_line(row) for row in rows]


def expire(cursor: DuckDBPyConnection, now: datetime) -> list[MailLine]:
    """Give up what still waits though its time is over; return those e-mails as they are then."""
    rows = cursor.execute(
        """UPDATE mails SET state = 'failed', ended_at = ?,
               answer = 'it could not be sent in time' || coalesce(', at last: ' || answer, '')
           WHERE state = 'queued' AND deadline < ? RETURNING id""",
        [now, now],
    ).fetchall()
    return [line for row in rows if (line := by_id(cursor, row[0])) is not None]


def claim(cursor: DuckDBPyConnection, now: datetime, mail_id: str | None = None) -> MailLine | None:
    """Take the next e-mail that may leave, or that one, for an attempt, which is written down before the call."""
    only, values = ("AND id = ?", [mail_id]) if mail_id else ("", [])
    row = cursor.execute(
        f"SELECT id FROM mails WHERE state = 'queued' AND not_before <= ? {only} ORDER BY not_before, id LIMIT 1",
        [now, *values],
    ).fetchone()
    if row is None:
        return None
    cursor.execute("UPDATE mails SET state = 'sending', attempts = attempts + 1 WHERE id = ?", [row[0]])
    return by_id(cursor, row[0])


def end(cursor: DuckDBPyConnection, mail: MailLine) -> None:
    """Write down what became of an attempt, unless somebody settled it meanwhile."""
    cursor.execute(
        """UPDATE mails SET state = ?, answer = ?, notice = ?, not_before = ?, ended_at = ?
           WHERE id = ? AND state = 'sending'""",
        [mail.state.value, mail.answer, mail.notice, mail.not_before, mail.ended_at, mail.id],
    )


def settle(cursor: DuckDBPyConnection, mail: MailLine) -> None:
    """Write down what a person says of an e-mail."""
    cursor.execute(
        """UPDATE mails SET state = ?, not_before = ?, deadline = ?, ended_at = ?, settled_by = ? WHERE id = ?""",
        [mail.state.value, mail.not_before, mail.deadline, mail.ended_at, mail.settled_by, mail.id],
    )


def recover(cursor: DuckDBPyConnection, now: datetime) -> int:
    """Put what an earlier process was sending in doubt; return how many that were."""
    rows = cursor.execute(
        """UPDATE mails SET state = 'in_doubt', ended_at = ?,
               answer = 'the service ended while it was sent' WHERE state = 'sending' RETURNING id""",
        [now],
    ).fetchall()
    return len(rows)


def troubled(cursor: DuckDBPyConnection, since: datetime) -> list[MailLine]:
    """Return e-mails that failed, are in doubt, or wait after an attempt, of those that were queued since then."""
    rows = cursor.execute(
        f"""{_ALL} WHERE created_at >= ? AND settled_by IS NULL
            AND (state IN ('failed', 'in_doubt') OR (state = 'queued' AND attempts > 0)) ORDER BY created_at, id""",
        [since],
    ).fetchall()
    return [_line(row) for row in rows]


def _line(row: Sequence[object]) -> MailLine:
    plain = named(_COLUMNS, row)
    plain["formats"] = tuple(ReportFormat(one) for one in plain["formats"].split())
    plain["state"] = MailState(plain["state"])
    return MailLine(**plain)

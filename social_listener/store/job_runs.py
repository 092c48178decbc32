"""The runs of unattended jobs. Functions take a cursor of `Store.transaction()` or `Store.read()`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    import duckdb


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRun:
    """One run of a job, or the fact that one failed to happen."""

    id: str
    job: str
    started_at: datetime
    ended_at: datetime | None  #: None: it runs, or a crash cut it off
    outcome: str | None  #: ok | failed | missed | overrun | cut_off
    detail: str | None  #: in words


def put(cursor: duckdb.DuckDBPyConnection, run: JobRun) -> None:
    """Store a run, or its newer state."""
    cursor.execute(
        "INSERT INTO job_runs (id, job, started_at, ended_at, outcome, detail) VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (id) DO UPDATE SET started_at = excluded.started_at, ended_at = excluded.ended_at,"
        " outcome = excluded.outcome, detail = excluded.detail",
        [run.id, run.job, run.started_at, run.ended_at, run.outcome, run.detail],
    )


def cut_off(cursor: duckdb.DuckDBPyConnection, now: datetime) -> list[str]:
    """Close the runs that have no end, since their process has ended; return which jobs they were of."""
    jobs = [row[0] for row in cursor.execute("SELECT job FROM job_runs WHERE ended_at IS NULL ORDER BY job").fetchall()]
    cursor.execute(
        "UPDATE job_runs SET ended_at = ?, outcome = 'cut_off', detail = 'the service ended while it ran'"
        " WHERE ended_at IS NULL",
        [now],
    )
    return jobs


def last_ok(cursor: duckdb.DuckDBPyConnection, job: str) -> datetime | None:
    """Return when the last good run of a job began; None: there was none."""
    row = cursor.execute("SELECT max(started_at) FROM job_runs WHERE job = ? AND outcome = 'ok'", [job]).fetchone()
    return row[0] if row else None


def forget(cursor: duckdb.DuckDBPyConnection, before: datetime) -> None:
    """Remove the runs that ended before `before`."""
    cursor.execute("DELETE FROM job_runs WHERE ended_at < ?", [before])

"""Keeps a row of every run that an operator should see.

Jobs that tick every second mostly find nothing to do. Their good runs share one row a process, renewed once a minute;
their failures get a row of their own, at most one a minute.
"""

from __future__ import annotations

import logging
import threading
import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from social_listener.errors import StoreError
from social_listener.store import job_runs
from social_listener.store.job_runs import JobRun

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from social_listener.store import Store

_log = logging.getLogger(__name__)

#: a ticking job's row is renewed this often, and it gets one row of failure in this time
_A_MINUTE = timedelta(minutes=1)


@dataclass(slots=True)
class _Run:
    """A run under way."""

    started_at: datetime
    row_id: str | None  #: None: a ticking job, which has no row of its own
    overrun: bool = False


class Book:
    """What the jobs did. Every method may be called from any thread; a row that cannot be written is logged."""

    def __init__(self, store: Store, clock: Callable[[], datetime], boot_id: str) -> None:
        self._store = store
        self._clock = clock
        self._boot_id = boot_id
        self._changed = threading.Condition()
        self._running: dict[str, _Run] = {}
        self._seen: dict[str, datetime] = {}  # when each job last began
        self._renewed: dict[str, datetime] = {}
        self._failed: dict[str, datetime] = {}
        self._counts: dict[str, int] = {}
        self._opened = clock()

    def open(self) -> None:
        """Mark the runs that an earlier process did not end."""
        now = self._clock()
        with self._store.transaction() as cursor:
            jobs = job_runs.cut_off(cursor, now)
        for job in jobs:
            _log.warning("job cut off", extra={"job": job})

    def last_ok(self, job: str) -> datetime | None:
        """Return when the last good run of a job began."""
        with self._store.read() as cursor:
            return job_runs.last_ok(cursor, job)

    def begin(self, job: str, *, with_row: bool) -> None:
        """Note that a run starts; `with_row`: write it down now, so that a crash leaves a trace."""
        now = self._clock()
        run = _Run(started_at=now, row_id=uuid.uuid4().hex if with_row else None)
        with self._changed:
            self._running[job] = run
            self._seen[job] = now
        if run.row_id is not None:
            self._put(JobRun(id=run.row_id, job=job, started_at=now, ended_at=None, outcome=None, detail=None))

    def end(self, job: str, outcome: str, detail: str | None, error: BaseException | None = None) -> None:
        """Note that a run has ended, and how."""
        now = self._clock()
        with self._changed:
            run = self._running.pop(job, None) or _Run(started_at=now, row_id=None)
            self._changed.notify_all()
        seconds = round((now - run.started_at).total_seconds(), 3)
        if outcome == "failed":
            _log.error("job failed", exc_info=error, extra={"job": job, "seconds": seconds})
        elif detail:
            _log.info("job done", extra={"job": job, "seconds": seconds, "detail": detail})
        if run.row_id is not None:
            self._put(
                JobRun(id=run.row_id, job=job, started_at=run.started_at, ended_at=now, outcome=outcome, detail=detail)
            )
        elif outcome == "failed":
            self._tick_failed(job, run.started_at, now, detail)
        else:
            self._tick_done(job, run.started_at, now)

    def drop(self, job: str) -> None:
        """Forget a run that was broken off because the process ends; its row tells so at the next start."""
        with self._changed:
            self._running.pop(job, None)
            self._changed.notify_all()

    def note(self, job: str, outcome: str, detail: str) -> None:
        """Write down something that happened to a job outside of a run."""
        _log.warning("job %s", outcome, extra={"job": job, "detail": detail})
        now = self._clock()
        self._put(JobRun(id=uuid.uuid4().hex, job=job, started_at=now, ended_at=now, outcome=outcome, detail=detail))

    def overrun(self, job: str, patience: timedelta) -> None:
        """Write down, once a run, that it takes longer than `patience`; its next runs wait for it."""
        now = self._clock()
        with self._changed:
            run = self._running.get(job)
            if run is None or run.overrun or now - run.started_at < patience:
                return
            run.overrun = True
        seconds = (now - run.started_at).total_seconds()
        self.note(job, "overrun", f"it has run for {seconds:.0f} s; its next run waits for it")

    def running(self) -> list[str]:
        """Return the jobs under way."""
        with self._changed:
            return sorted(self._running)

    def wait(self, patience: timedelta) -> bool:
        """Wait until no job is under way, at most `patience`; return whether that was reached."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._running, patience.total_seconds())

    def late(self, now: datetime, patience: Mapping[str, timedelta]) -> list[str]:
        """Return in words which of the jobs in `patience` did not begin a run for that long."""
        with self._changed:
            still = {job: now - self._seen.get(job, self._opened) for job in patience}
        return [
            f"the job {job} has not run for {quiet.total_seconds():.0f} s"
            for job, quiet in still.items()
            if quiet > patience[job]
        ]

    def _tick_done(self, job: str, started: datetime, now: datetime) -> None:
        self._counts[job] = self._counts.get(job, 0) + 1
        renewed = self._renewed.get(job)
        if renewed is None or now - renewed >= _A_MINUTE or now < renewed:
            self._renewed[job] = now
            count = self._counts[job]
            detail = f"{count} {'run' if count == 1 else 'runs'} since the service started"
            self._put(
                JobRun(
                    id=f"{self._boot_id}/{job}", job=job, started_at=started, ended_at=now, outcome="ok", detail=detail
                )
            )

    def _tick_failed(self, job: str, started: datetime, now: datetime, detail: str | None) -> None:
        failed = self._failed.get(job)
        if failed is None or now - failed >= _A_MINUTE or now < failed:
            self._failed[job] = now
            self._put(
                JobRun(id=uuid.uuid4().hex, job=job, started_at=started, ended_at=now, outcome="failed", detail=detail)
            )

    def _put(self, run: JobRun) -> None:
        try:
            with self._store.transaction(quiet=True) as cursor:
                job_runs.put(cursor, run)
        except StoreError:
            _log.exception("job not written down", extra={"job": run.job, "outcome": run.outcome})

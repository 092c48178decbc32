"""Runs the jobs in the service process: one APScheduler, and a row for everything an operator should see."""

from __future__ import annotations

import logging
import threading
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from apscheduler.events import (
    EVENT_JOB_ERROR,
    EVENT_JOB_EXECUTED,
    EVENT_JOB_MAX_INSTANCES,
    EVENT_JOB_MISSED,
    JobEvent,
    JobExecutionEvent,
)
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from social_listener.desk.health import Planned
from social_listener.jobs import JOBS, Daily, Every, Job
from social_listener.jobs.book import Book
from social_listener.jobs.index import Indexer
from social_listener.jobs.poll import Pollers
from social_listener.jobs.receive import Receivers
from social_listener.jobs.work import Work

if TYPE_CHECKING:
    from collections.abc import Mapping

    from apscheduler.triggers.base import BaseTrigger

    from social_listener.service import Service
    from social_listener.settings import JobSettings

_log = logging.getLogger(__name__)

#: a daily job that did not run for this long is caught up at start
_A_DAY_AND_A_BIT = timedelta(hours=26)
#: how long after the start a missed daily job runs: first the inbox, then the rest
_CATCH_UP_AFTER = timedelta(minutes=1)


class Crew:
    """The jobs at work, from `start` to `stop`."""

    def __init__(self, service: Service, jobs: Mapping[str, Job] = JOBS) -> None:
        self.service = service
        stopping = threading.Event()
        self.work = Work(
            service=service,
            pollers=Pollers(service, stopping),
            receivers=Receivers(service, stopping),
            indexer=Indexer(service, stopping),
            stopping=stopping,
        )
        self.book = Book(service.store, service.clock, service.boot_id)
        self._jobs = jobs
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(max(4, len(jobs)))},
            # One run at a time; runs that piled up become one; never too late to run at all.
            job_defaults={"max_instances": 1, "coalesce": True, "misfire_grace_time": None},
        )

    def start(self) -> None:
        """Mark what a crash cut off, then start the clock."""
        self.book.open()
        listened = EVENT_JOB_EXECUTED | EVENT_JOB_ERROR | EVENT_JOB_MISSED | EVENT_JOB_MAX_INSTANCES
        self._scheduler.add_listener(self._heard, listened)
        now = self.service.clock()
        for name, job in self._jobs.items():
            self._scheduler.add_job(
                self._run,
                trigger(job.trigger, self.service.settings.jobs),
                args=[name],
                id=name,
                next_run_time=self._first(name, job, now),
            )
        self._scheduler.start()
        self.service.desk.plan_jobs(self.planned)

    def planned(self) -> dict[str, Planned]:
        """Return when each job runs, in words, and when it runs next."""
        settings = self.service.settings.jobs
        at = {job.id: job.next_run_time for job in self._scheduler.get_jobs()}
        return {name: Planned(job.trigger.words(settings), at.get(name)) for name, job in self._jobs.items()}

    def ask_to_stop(self) -> None:
        """Begin nothing new: no claim, no page. What is under way goes on."""
        self.work.stopping.set()
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    def stop(self, patience: timedelta = timedelta(seconds=10)) -> bool:
        """Stop, and wait at most `patience` for calls under way; return whether all of them ended."""
        self.ask_to_stop()
        end = time.monotonic() + patience.total_seconds()

        def left() -> timedelta:
            return timedelta(seconds=max(0.0, end - time.monotonic()))

        sends = self.service.outbox.close(patience)
        jobs = self.book.wait(left())
        polls = self.work.pollers.wait(left())
        reads = self.work.receivers.wait(left())
        index = self.work.indexer.wait(left())
        ended = sends and jobs and polls and reads and index
        if not ended:
            threads = (self.work.pollers, self.work.receivers, self.work.indexer)
            running = [*self.book.running(), *(name for one in threads for name in one.running())]
            _log.warning(
                "stopped with work under way", extra={"running": ", ".join([*running, *([] if sends else ["sends"])])}
            )
        return ended

    def late(self, now: datetime) -> list[str]:
        """Return in words which of the ticking jobs stand still."""
        settings = self.service.settings.jobs
        patience = {
            name: max(job.patience, 3 * job.trigger.period(settings))
            for name, job in self._jobs.items()
            if job.ticks and isinstance(job.trigger, Every)
        }
        return self.book.late(now, patience)

    def _first(self, name: str, job: Job, now: datetime) -> datetime:
        """Return when a job runs first; one that was missed while the service was down is caught up soon."""
        planned: datetime = trigger(job.trigger, self.service.settings.jobs).get_next_fire_time(None, now)
        if isinstance(job.trigger, Every):
            return now if job.ticks or job.at_start else planned
        last = self.book.last_ok(name)
        if last is None or now - last < _A_DAY_AND_A_BIT:
            return planned
        self.book.note(name, "missed", f"it was due while the service did not run; last run {last:%Y-%m-%d %H:%M} UTC")
        return min(planned, now + _CATCH_UP_AFTER)

    def _run(self, name: str) -> str | None:
        job = self._jobs[name]
        if self.work.stopping.is_set():
            return None
        self.book.begin(name, with_row=not job.ticks)
        return job.run(self.work)

    def _heard(self, event: JobEvent) -> None:
        """Write down how a run went."""
        name = event.job_id
        job = self._jobs[name]
        if event.code == EVENT_JOB_MAX_INSTANCES:
            self.book.overrun(name, job.patience)
        elif event.code == EVENT_JOB_MISSED:
            self.book.note(name, "missed", "the scheduler came too late for it")
        elif isinstance(event, JobExecutionEvent) and event.exception is not None:
            if not self.work.stopping.is_set():
                self.book.end(name, "failed", f"{type(event.exception).__name__}: {event.exception}", event.exception)
            else:
                self.book.drop(name)
        elif isinstance(event, JobExecutionEvent):
            self.book.end(name, "ok", event.retval)


def trigger(when: Every | Daily, settings: JobSettings) -> BaseTrigger:
    """Return the scheduler's form of a trigger."""
    if isinstance(when, Every):
        return IntervalTrigger(seconds=when.period(settings).total_seconds(), timezone=UTC)
    hour, minute = when.time(settings)
    return CronTrigger(hour=hour, minute=minute, timezone=UTC)

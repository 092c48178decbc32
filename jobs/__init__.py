"""The unattended jobs: what runs, and when. The scheduler is a clock; what is due stands in the database."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import cast

from social_listener.jobs import (
    assign,
    count,
    deliver,
    digest,
    escalate,
    housekeeping,
    index,
    poll,
    receive,
    recheck,
    sample,
    spikes,
    subscriptions,
    wake,
)
from social_listener.jobs.work import Work
from social_listener.settings import JobSettings


@dataclass(frozen=True, slots=True)
class Every:
    """Again and again; the time between stands in the settings under `jobs.<key>`."""

    key: str

    def period(self, settings: JobSettings) -> timedelta:
        """Return the time between two runs."""
        return cast("timedelta", getattr(settings, self.key))

    def words(self, settings: JobSettings) -> str:
        """Return when it runs, for people."""
        return f"every {self.period(settings).total_seconds():g} s"


@dataclass(frozen=True, slots=True)
class Daily:
    """Once a day; the time of day (UTC) stands in the settings under `jobs.<key>`."""

    key: str

    def time(self, settings: JobSettings) -> tuple[int, int]:
        """Return hour and minute."""
        hour, minute = str(getattr(settings, self.key)).split(":")
        return int(hour), int(minute)

    def words(self, settings: JobSettings) -> str:
        """Return when it runs, for people."""
        return f"daily at {getattr(settings, self.key)} UTC"


@dataclass(frozen=True, slots=True)
class Job:
    """One kind of unattended work."""

    run: Callable[[Work], str | None]  #: returns in words what it did; None: there was nothing to do
    trigger: Every | Daily
    patience: timedelta  #: a run that takes longer is reported as overrunning
    at_start: bool = False  #: it runs as soon as the service does, not only after its first pause
    ticks: bool = False  #: it runs every few seconds and mostly finds nothing: its quiet runs get no row each


#: name → function, trigger
JOBS: Mapping[str, Job] = {
    # These four only begin work that goes on in threads of its own: a tick that takes seconds stands in somebody's
    # way.
    "poll": Job(poll.run, Every("poll_every"), timedelta(seconds=15), ticks=True),
    "receive": Job(receive.run, Every("receive_every"), timedelta(seconds=15), ticks=True),
    "index": Job(index.run, Every("index_every"), timedelta(seconds=15), ticks=True),
    "deliver": Job(deliver.run, Every("deliver_every"), timedelta(seconds=15), ticks=True),
    "reconcile": Job(deliver.reconcile, Every("reconcile_every"), timedelta(minutes=2), ticks=True),
    "assign": Job(assign.run, Every("assign_every"), timedelta(minutes=1), ticks=True),
    "wake": Job(wake.run, Every("reconcile_every"), timedelta(minutes=2), ticks=True),
    "escalate": Job(escalate.run, Every("escalate_every"), timedelta(minutes=1), ticks=True),
    "spikes": Job(spikes.run, Every("spikes_every"), timedelta(minutes=2), ticks=True),
    "count": Job(count.run, Every("count_every"), timedelta(minutes=10), at_start=True, ticks=True),
    "digest": Job(digest.run, Every("digest_every"), timedelta(minutes=10), ticks=True),
    "recheck": Job(recheck.run, Every("recheck_every"), timedelta(minutes=15)),
    "subscriptions": Job(subscriptions.run, Every("subscriptions_every"), timedelta(minutes=5), at_start=True),
    "sample": Job(sample.run, Every("sample_every"), timedelta(minutes=5), at_start=True, ticks=True),
    "housekeeping": Job(housekeeping.run, Daily("housekeeping_at"), timedelta(hours=1)),
    "backup": Job(housekeeping.backup, Daily("backup_at"), timedelta(hours=1)),
}

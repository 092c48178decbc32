"""The scheduler at work on a real service: jobs that fail, overrun, are missed, cut off and stopped."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from social_listener.jobs import JOBS, Daily, Every, Job
from social_listener.jobs.app import Crew
from social_listener.service import Service, build
from social_listener.settings import JobSettings, Settings
from social_listener.store import job_runs
from social_listener.store.job_runs import JobRun

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from social_listener.jobs.work import Work

QUICK = JobSettings(poll_every=timedelta(milliseconds=20), deliver_every=timedelta(milliseconds=20))


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    """Return a service without accounts, whose jobs would tick fifty times a second."""
    made = build(Settings(data_dir=tmp_path, jobs=QUICK))
    yield made
    made.close()


@pytest.fixture
def crew_of(service: Service) -> Iterator[Callable[[Mapping[str, Job]], Crew]]:
    """Return a function that starts a crew with jobs of the test's own; it is stopped at the end."""
    crews: list[Crew] = []

    def start(jobs: Mapping[str, Job]) -> Crew:
        crew = Crew(service, jobs)
        crews.append(crew)
        crew.start()
        return crew

    yield start
    for crew in crews:
        crew.stop(timedelta(seconds=5))


def rows(service: Service) -> list[tuple[str, str | None, str | None]]:
    """Return job, outcome and detail of every row."""
    with service.store.read() as cursor:
        return cursor.execute("SELECT job, outcome, detail FROM job_runs ORDER BY started_at").fetchall()


def test_a_failing_job_is_seen_and_harms_no_other(
    service: Service, crew_of: Callable[[Mapping[str, Job]], Crew]
) -> None:
    """A job that raises has its row and its sentence in Health; it runs again, and the others go on."""
    failed, others = threading.Event(), threading.Event()
    counts = {"bad": 0, "good": 0}

    def bad(_: Work) -> str | None:
        counts["bad"] += 1
        if counts["bad"] > 2:
            failed.set()
        raise ValueError("it broke")

    def good(_: Work) -> str | None:
        counts["good"] += 1
        if counts["good"] > 2 and any(name == "bad" for name, _, _ in rows(service)):  # a run is written down after it
            others.set()
        return None

    crew_of(
        {
            "bad": Job(bad, Every("poll_every"), timedelta(minutes=1), ticks=True),
            "good": Job(good, Every("deliver_every"), timedelta(minutes=1), ticks=True),
        }
    )
    assert failed.wait(10)
    assert others.wait(10)
    assert ("bad", "failed", "ValueError: it broke") in rows(service)
    health = service.desk.health()
    assert any("The job bad failed when it last ran: ValueError: it broke" in line for line in health.problems)
    assert {line.job: line.trigger for line in health.jobs} == {"bad": "every 0.02 s", "good": "every 0.02 s"}


def test_an_overrunning_job_is_seen(service: Service, crew_of: Callable[[Mapping[str, Job]], Crew]) -> None:
    """A run that is still at work when its next one is due, beyond its patience, has a row; it is never run twice."""
    release, begun = threading.Event(), []

    def slow(_: Work) -> str | None:
        begun.append(1)
        release.wait(10)
        return None

    seen = threading.Event()
    crew = crew_of({"slow": Job(slow, Every("poll_every"), timedelta(milliseconds=50), ticks=True)})
    for _ in range(500):
        if any(outcome == "overrun" for _, outcome, _ in rows(service)):
            seen.set()
            break
        seen.wait(0.02)
    assert seen.is_set()
    assert len(begun) == 1
    assert "slow" in crew.book.running()
    release.set()


def test_a_missed_daily_job_is_caught_up(service: Service, crew_of: Callable[[Mapping[str, Job]], Crew]) -> None:
    """A backup that was due while the service was down is written down as missed, and planned for soon."""
    long_ago = datetime.now(UTC) - timedelta(days=3)
    run = JobRun(id="old", job="backup", started_at=long_ago, ended_at=long_ago, outcome="ok", detail=None)
    with service.store.transaction() as cursor:
        job_runs.put(cursor, run)
    crew = crew_of({"backup": Job(lambda _: None, Daily("backup_at"), timedelta(hours=1))})
    assert ("backup", "missed") in [row[:2] for row in rows(service)]
    planned = crew.planned()["backup"]
    assert planned.trigger == "daily at 03:00 UTC"
    assert planned.next_run_at is not None
    assert planned.next_run_at - datetime.now(UTC) <= timedelta(minutes=1)


def test_a_daily_job_that_ran_is_not_caught_up(service: Service, crew_of: Callable[[Mapping[str, Job]], Crew]) -> None:
    """Neither a restart an hour after a backup, nor the very first start, makes one more."""
    crew_of({"backup": Job(lambda _: None, Daily("backup_at"), timedelta(hours=1))})
    assert rows(service) == []


def test_stopping_waits_for_what_is_under_way_and_begins_nothing(
    service: Service, crew_of: Callable[[Mapping[str, Job]], Crew]
) -> None:
    """A run that ends in time is waited for; afterwards no run begins."""
    inside, release, count = threading.Event(), threading.Event(), []

    def work(_: Work) -> str | None:
        count.append(1)
        inside.set()
        release.wait(10)
        return None

    crew = crew_of({"work": Job(work, Every("poll_every"), timedelta(minutes=1), ticks=True)})
    assert inside.wait(10)
    crew.ask_to_stop()
    threading.Timer(0.1, release.set).start()
    assert crew.stop(timedelta(seconds=10))
    assert len(count) == 1
    assert service.store.revision >= 0


def test_stopping_gives_up_on_what_hangs(service: Service, crew_of: Callable[[Mapping[str, Job]], Crew]) -> None:
    """A run that does not end is left behind after the time it was given."""
    inside, release = threading.Event(), threading.Event()

    def hang(_: Work) -> str | None:
        inside.set()
        release.wait(10)
        return None

    crew = crew_of({"hang": Job(hang, Every("poll_every"), timedelta(minutes=1), ticks=True)})
    assert inside.wait(10)
    assert not crew.stop(timedelta(milliseconds=50))
    release.set()
    assert service


def test_the_real_jobs_do_their_work(service: Service) -> None:
    """Every job of the table runs on an empty service without a fault; backup and housekeeping say what they did."""
    crew = Crew(service)
    said = {name: job.run(crew.work) for name, job in JOBS.items()}
    assert said["housekeeping"] == "0 raw pages, 0 pictures and 0 files of reports forgotten"
    assert said["backup"] is not None
    assert "MB in" in said["backup"]
    assert {name for name, words in said.items() if words is None} == {
        "poll",
        "receive",
        "index",
        "deliver",
        "reconcile",
        "wake",
        "escalate",
        "count",
        "digest",
        "recheck",
        "assign",
        "spikes",
        "subscriptions",
        "sample",
    }

"""When an account has to be connected again: announced in time, in Health, status and the log."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from connect_kit import connect, new_vault

from social_listener.jobs import JOBS
from social_listener.jobs.app import Crew
from social_listener.sandbox import Sandbox
from social_listener.service import build
from social_listener.settings_file import load
from social_listener.vault import KEY
from social_listener.vault_ends import STEPS, Announcer, step, words

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize("days", STEPS)
def test_announcements_come_14_7_and_1_day_before_the_end(days: int) -> None:
    """Each step begins exactly so many days before, not a second sooner; after the end it is over."""
    end = NOW + timedelta(days=days)
    assert step(end, NOW) == days
    assert step(end, NOW - SECOND) == {14: None, 7: 14, 1: 7}[days]
    assert step(end, end - SECOND) == 1
    assert step(end, end) == 0
    assert step(None, NOW) is None


@pytest.mark.parametrize(
    ("left", "said"),
    [
        (timedelta(days=14), "ends in 14 days, on 2026-03-16 09:00 UTC"),
        (timedelta(days=6, hours=1), "ends in 7 days"),
        (timedelta(hours=3), "ends within a day"),
        (timedelta(0), "ended on 2026-03-02"),
    ],
)
def test_the_words_say_when_and_what_to_do(left: timedelta, said: str) -> None:
    """The sentence has the moment and the command."""
    told = words("facebook", "page", NOW + left, NOW)
    assert said in told
    assert "`social-listener connect facebook --id page`" in told


def test_the_log_says_each_step_once(caplog: pytest.LogCaptureFixture) -> None:
    """Looked at every hour for 20 days, each step is logged once, also when it was skipped by a sleep."""
    caplog.set_level(logging.WARNING)
    end = NOW + timedelta(days=20)
    announcer = Announcer(lambda: {"page": ("facebook", end), "x": ("x", None)})
    for hour in range(21 * 24):
        announcer.look(NOW + timedelta(hours=hour))
    assert [record.days for record in caplog.records] == [14, 7, 1, 0]  # type: ignore[attr-defined]
    caplog.clear()
    other = end + timedelta(days=60)
    again = Announcer(lambda: {"page": ("facebook", other)})
    again.look(other - timedelta(days=3))
    assert [record.days for record in caplog.records] == [7]  # type: ignore[attr-defined]


def test_health_tells_of_an_end_that_is_near(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A fortnight before, Health has a problem and the log a line; a day sooner neither; connecting again ends it."""
    vault, key = new_vault(tmp_path / "data")
    with Sandbox(seed=7, clock="manual") as sandbox:
        entry = connect(vault, sandbox)
        account = {"id": "main", "channel": "x", "name": "@fernhill", "base_url": sandbox.base_url}
    file = tmp_path / "settings.yaml"
    file.write_text(yaml.safe_dump({"accounts": [account]}))
    for left, near in ((timedelta(days=15), False), (timedelta(days=14), True), (timedelta(days=15), False)):
        caplog.clear()
        vault.put(replace(entry, expires_at=NOW + left))
        service = build(load(file), clock=lambda: NOW, environment={KEY: key})
        view = service.desk.health()
        JOBS["poll"].run(Crew(service).work)
        service.close()
        assert view.accounts[0].expires_at == NOW + left
        assert any("its access ends in 14 days" in problem for problem in view.problems) is near
        assert ("access ends" in caplog.text) is near


def test_the_first_to_end_is_told_first(tmp_path: Path) -> None:
    """What ended or does within a day stands on top, soonest first; what has days left stands below what is broken."""
    vault, key = new_vault(tmp_path / "data")
    left = {"a14": 14, "b1": 1, "c7": 7, "dpast": -1}
    with Sandbox(seed=7, clock="manual") as sandbox:
        entry, address = connect(vault, sandbox), sandbox.base_url
    for name, days in left.items():
        vault.put(replace(entry, account_id=name, expires_at=NOW + timedelta(days=days)))
    accounts = [{"id": name, "channel": "x", "name": name, "base_url": address} for name in left]
    file = tmp_path / "settings.yaml"
    file.write_text(yaml.safe_dump({"accounts": accounts}))
    service = build(load(file), clock=lambda: NOW, environment={KEY: key})
    with service.store.transaction() as cursor:
        cursor.execute("INSERT INTO job_runs VALUES ('r', 'backup', ?, ?, 'failed', 'disk full')", [NOW, NOW])
    problems = service.desk.health().problems
    service.close()
    assert [problem.split()[1] for problem in problems] == ["dpast:", "b1:", "job", "c7:", "a14:"]

"""Kill the program with SIGKILL at named places of reading, checkpoints and backups: nothing lost, nothing twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from reading_kit import rows
from test_ingest_x import House, compare, open_ingest, streams

from social_listener import failpoints
from social_listener.sandbox import Sandbox
from social_listener.store import Store, backup

READING = tuple(name for name in failpoints.NAMES if name.startswith("ingest."))
STORING = ("store.in_checkpoint", "store.in_backup")
CHILD = Path(__file__).with_name("reading_child.py")


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """Run a platform that outlives every killed program."""
    with Sandbox(seed=5, clock="manual") as made:
        made.world.add_user("mara")
        yield made


def _live(sandbox: Sandbox, database: Path, arm: str = "") -> int:
    """Start a program that polls everything, checkpoints and backs up; return its exit code."""
    run = subprocess.run(
        [sys.executable, str(CHILD), str(database), sandbox.base_url, sandbox.world.clock.now().isoformat()],
        env=os.environ | {failpoints.ENVIRONMENT: arm, **_keys(sandbox)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert run.returncode in {0, -signal.SIGKILL}, run.stderr
    return run.returncode


def _keys(sandbox: Sandbox) -> dict[str, str]:
    return {f"KEY_{name.upper()}": value for name, value in sandbox.credentials.items()}


def _post(sandbox: Sandbox, count: int) -> None:
    for number in range(count):
        sandbox.world.post("mara", f"@fernhill where is order {number}?", visible_after=20.0 * (number % 2))
        sandbox.world.advance(1)


def _survives(sandbox: Sandbox, database: Path, arms: list[str]) -> None:
    """Kill a program at each of those places while people post; then hold the store against the truth."""
    for arm in arms:
        _post(sandbox, 7)
        assert _live(sandbox, database, arm) == -signal.SIGKILL, f"{arm} was not reached"
        sandbox.world.advance(60)
    sandbox.world.advance(60)
    assert _live(sandbox, database) == 0
    house = House(sandbox, open_ingest(sandbox, database), database.parent)
    try:
        compare(house)
        seqs = [one["seq"] for one in rows(house.ingest.store, "SELECT seq FROM raw_pages")]
        assert len(seqs) == len(set(seqs))
    finally:
        house.ingest.store.close()


@pytest.mark.long
def test_a_few_kills_lose_nothing(tmp_path: Path, sandbox: Sandbox) -> None:
    """Killed before and after a commit, in a checkpoint and in a backup, the store holds each item once."""
    places = ("ingest.after_raw", "ingest.before_commit", "ingest.after_commit", *STORING)
    _survives(sandbox, tmp_path / "store.duckdb", [f"{place}=kill" for place in places])
    saved = backup.newest(tmp_path / "backups")
    assert saved is not None
    Store.open(saved).close()


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_many_kills_lose_nothing(tmp_path: Path, sandbox: Sandbox) -> None:
    """Killed fifty times at each named place, on different passes, the store holds each item once."""
    arms = [f"{place}=exit_after:{1 + turn % 4}" for turn in range(50) for place in READING]
    arms += [f"{place}=kill" for _ in range(50) for place in STORING]
    _survives(sandbox, tmp_path / "store.duckdb", arms)


def test_every_named_place_of_reading_is_passed(tmp_path: Path, sandbox: Sandbox) -> None:
    """A renamed or lost failpoint cannot silently leave these tests: one poll, checkpoint and backup pass them all."""
    _post(sandbox, 3)
    ingest = open_ingest(sandbox, tmp_path / "store.duckdb")
    failpoints.arm("")
    try:
        for stream in streams():
            ingest.poll(stream)
        ingest.store.checkpoint()
        ingest.store.backup(tmp_path / "backups", sandbox.world.clock.now())
        assert {*READING, *STORING} <= failpoints.hits().keys()
    finally:
        failpoints.disarm()
        ingest.store.close()

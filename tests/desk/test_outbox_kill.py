"""kill -9 at every place on a reply's way, over real HTTP: what is at the platform, and what the next process says."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path

import pytest
from http_kit import KEYS, START

from social_listener import failpoints
from social_listener.sandbox import Sandbox

DRIVER = Path(__file__).with_name("kill_driver.py")
POINTS = [name for name in failpoints.NAMES if name.startswith(("outbox.", "send.")) and name != "outbox.in_recover"]
ENDPOINTS = {"public": "POST /2/tweets", "private": "POST /2/dm_conversations/**"}
#: answers of the platform to the first call, of every kind that differs for us
FAULTS = ["none", "lost", "invalid_json", "status_503_after_effect", "html_503", "reset", "status_429", "status_403"]


@dataclass
class Matrix:
    """A sandbox, and replies sent to it by processes that die."""

    folder: Path
    sandbox: Sandbox = field(default_factory=lambda: Sandbox(seed=7, clock="manual", start_at=START))
    runs: int = 0
    killed: int = 0

    def run(self, point: str, fault: str, visibility: str) -> None:
        """Kill the first process at `point`, let the next one finish, and hold its word against the truth."""
        self.runs += 1
        author, text = f"customer{self.runs}", f"Answer {self.runs}"
        self.sandbox.world.add_user(author)
        world = self.sandbox.world
        said = world.post(author, "@fernhill help") if visibility == "public" else world.dm(author, "fernhill", "help")
        item = f"x:{said.id}"
        if fault != "none":
            self.sandbox.faults.add(ENDPOINTS[visibility], fault, times=1)
        first = self.process(f"{point}=kill", item, text, visibility)
        if first.returncode == -signal.SIGKILL:
            self.killed += 1
        else:
            assert first.returncode == 0, first.stderr
        second = self.process("", item, text, visibility)
        assert second.returncode == 0, second.stderr
        self.sandbox.faults.clear()
        self.judge(json.loads(second.stdout), text, about=f"{point} {fault} {visibility}")
        world.advance(1200)

    def process(self, armed: str, item: str, text: str, visibility: str) -> subprocess.CompletedProcess[str]:
        """Run one process to its end, or to its death."""
        keys = {variable: self.sandbox.credentials[name] for name, variable in KEYS.items()}
        moment = self.sandbox.world.clock.now().isoformat()
        return subprocess.run(
            [sys.executable, str(DRIVER), str(self.folder), self.sandbox.base_url, moment, item, text, visibility],
            env={**os.environ, **keys, failpoints.ENVIRONMENT: armed, "PYTHONPATH": str(DRIVER.parents[1])},
            capture_output=True,
            text=True,
            check=False,
            timeout=100,
        )

    def judge(self, line: dict[str, str | None], text: str, about: str) -> None:
        """At most once; "sent" is true, with the right id; what is there and not known to be sent is asked about."""
        truth = self.sandbox.world.truth()
        there = [one.id for one in (*truth.posts, *truth.messages) if one.text == text]
        assert len(there) <= 1, about
        if line["state"] == "sent":
            assert there == [line["platform_id"]], about
        elif there:
            assert line["asked"], about
        assert line["asked"] or line["state"] in {"sent", "rejected", "expired"}, about


def run_all(folder: Path, cases: list[tuple[str, str, str]]) -> Matrix:
    """Run the cases one after the other against one sandbox and one database."""
    matrix = Matrix(folder)
    with matrix.sandbox:
        for case in cases:
            matrix.run(*case)
    return matrix


@pytest.mark.long
@pytest.mark.timeout(240)
def test_killed_at_the_worst_places(tmp_path: Path) -> None:
    """Killed before the call, right after it, or before its outcome is written: there once, or asked about."""
    cases = [
        ("outbox.after_witness", "none", "public"),
        ("send.after_call", "none", "public"),
        ("outbox.in_settle", "none", "private"),
    ]
    assert run_all(tmp_path, cases).killed == len(cases)


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("visibility", ENDPOINTS)
@pytest.mark.parametrize("point", POINTS)
def test_killed_at_every_place(tmp_path: Path, point: str, visibility: str) -> None:
    """Every place of death with every answer of the platform: at most once, none forgotten, no false "sent"."""
    assert run_all(tmp_path, list(product([point], FAULTS, [visibility]))).killed > 0

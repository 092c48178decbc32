"""The running service is pushed to: answered at once, read soon, and killed in between without losing anything."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import forking
import pytest
from push_kit import push

from social_listener import failpoints
from social_listener.sandbox import Sandbox

PLACES = ("push.in_accept", "push.after_accept", "push.before_reading", "push.in_reading", "ingest.before_commit")


@pytest.fixture
def pushed(account: dict[str, Any], write: Callable[..., Path]) -> Path:
    """Return settings of an account that is hardly ever polled: what is there was pushed."""
    streams = [{"kind": "mentions", "interval": "7d"}]
    return write({**account, "options": {"webhooks": "on"}, "streams": streams})


@contextmanager
def service(settings: Path, arm: str = "") -> Iterator[tuple[forking.Running, str]]:
    """Run the service without a dashboard; hand it out with the address of its public port."""
    words = ["serve", "--headless", "--settings", str(settings)]
    command = [sys.executable, "-m", "social_listener", *words]
    environment = os.environ | {failpoints.ENVIRONMENT: arm}  # which is read when the module is imported
    with (
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment)
        if arm
        else forking.start(*words, stderr=subprocess.PIPE)
    ) as running:
        try:
            assert running.stdout
            address = running.stdout.readline().decode().strip()
            if not address:
                assert running.stderr
                raise AssertionError(running.stderr.read().decode())
            yield running, address
        finally:
            running.kill()


def eventually(condition: Callable[[], bool], seconds: float = 20) -> None:
    """Wait until `condition` holds."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)


def test_what_is_pushed_is_there_at_once_and_told_in_status(run: Any, pushed: Path, sandbox: Sandbox) -> None:
    """X finds the webhook ours, pushes, is answered with 200, and the item is stored without any poll."""
    with service(pushed) as (_, address):
        eventually(lambda: bool(run("status", "--json", "--settings", pushed).json["accounts"][0]["handle"]))
        before = run("status", "--json", "--settings", pushed).json["accounts"][0]
        assert before["push"] == {
            "expected": True,
            "failed": 0,
            "handshake_at": None,
            "problem": None,
            "last_at": None,
            "waiting": 0,
            "waiting_since": None,
        }
        sandbox.webhooks.subscribe("x", f"{address}/webhooks/main")
        post = sandbox.world.post("customer1", "@fernhill my machine is broken")
        eventually(lambda: [one.status for one in sandbox.webhooks.sent] == [200])

        def stored() -> bool:
            return [line["id"] for line in run("export", "--settings", pushed).lines] == [f"x:{post.id}"]

        eventually(stored)
        status = run("status", "--json", "--settings", pushed).json["accounts"][0]
        assert status["push"]["handshake_at"]
        assert status["push"]["last_at"]
        assert (status["push"]["waiting"], status["push"]["failed"]) == (0, 0)
        assert status["spent_today"] > 0  # the first poll asked who we are
        words = run("status", "--settings", pushed).err
        assert "webhook: asked for at" in words
        assert "spent today: $" in words


def test_a_webhook_that_nobody_asked_for_is_a_problem(run: Any, pushed: Path) -> None:
    """Push that is expected and never came is told, with what to do."""
    problems = run("status", "--json", "--settings", pushed).json["problems"]
    assert any("/webhooks/main" in line and "options.webhooks" in line for line in problems)


@pytest.mark.parametrize(
    "place", [*PLACES[1:3], *(pytest.param(place, marks=pytest.mark.long) for place in (PLACES[0], *PLACES[3:]))]
)
@pytest.mark.long
def test_killed_between_the_answer_and_the_reading_nothing_is_lost(
    run: Any, pushed: Path, sandbox: Sandbox, place: str
) -> None:
    """A service killed at any place on the way has the item after its next start: answered with 200 or pushed again."""
    with service(pushed) as (running, _):
        eventually(lambda: bool(run("status", "--json", "--settings", pushed).json["accounts"][0]["handle"]))
        running.send_signal(signal.SIGTERM)
        assert running.wait(20) == 0
    with service(pushed, f"{place}=kill") as (running, address):
        sandbox.webhooks.subscribe("x", f"{address}/webhooks/main", handshake=False)
        post = sandbox.world.post("customer1", "@fernhill my machine is broken")
        assert running.wait(20) == -signal.SIGKILL
        sandbox.webhooks.wait()
        answered = [one.status for one in sandbox.webhooks.sent]
        (body,) = {one.body for one in sandbox.webhooks.sent}
        sandbox.webhooks.unsubscribe("x")
    with service(pushed) as (_, address):
        if 200 not in answered:
            again = sandbox.webhooks.build("x", payload=json.loads(body))
            assert push(f"{address}/webhooks/main", *again) == 200

        def stored() -> bool:
            return [line["id"] for line in run("export", "--settings", pushed).lines] == [f"x:{post.id}"]

        eventually(stored)

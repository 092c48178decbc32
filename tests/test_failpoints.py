from __future__ import annotations

import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from social_listener import failpoints

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PROGRAM = """
from social_listener.failpoints import failpoint
for _ in range(4):
    failpoint("outbox.before_claim")
print("lived")
"""


@pytest.fixture(autouse=True)
def _disarmed() -> Iterator[None]:
    yield
    failpoints.disarm()


def run(specification: str, log: Path) -> subprocess.CompletedProcess[str]:
    """Run a small program with places armed."""
    environment = {failpoints.ENVIRONMENT: specification, failpoints.LOG_ENVIRONMENT: str(log)}
    return subprocess.run([sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, check=False)


def test_nothing_is_armed_by_itself() -> None:
    """Without being asked for, a place does nothing."""
    failpoints.failpoint("outbox.before_claim")
    assert failpoints.hits() == {}


@pytest.mark.parametrize(("specification", "reached"), [("=kill", 1), ("=exit_after:3", 3)])
def test_the_process_is_killed_there(specification: str, reached: int, tmp_path: Path) -> None:
    """A place armed in the environment kills the process at once, and its log tells how often it came by."""
    log = tmp_path / "log"
    ended = run(f"outbox.before_claim{specification}", log)
    assert (ended.returncode, ended.stdout) == (-signal.SIGKILL, "")
    assert log.read_text().split() == ["outbox.before_claim"] * reached


def test_an_unarmed_place_is_only_counted(tmp_path: Path) -> None:
    """With a log alone every place is written down and nothing stops."""
    ended = run("", tmp_path / "log")
    assert ended.stdout == "lived\n"
    assert len((tmp_path / "log").read_text().split()) == 4


def _with_handler() -> None:
    try:
        failpoints.failpoint("outbox.before_claim")
    except Exception:  # noqa: BLE001 - this is what must not catch it
        pytest.fail("an ordinary handler caught it")


def test_raised_ones_pass_every_handler_of_errors() -> None:
    """A crash inside a test cannot be swallowed by code that handles errors."""
    failpoints.arm("outbox.before_claim=raise")
    with pytest.raises(failpoints.FailpointReached):
        _with_handler()
    assert failpoints.hits() == {"outbox.before_claim": 1}


@pytest.mark.parametrize("specification", ["outbox.unknown=kill", "outbox.before_claim=explode", "outbox.before_claim"])
def test_a_wrong_wish_is_refused(specification: str) -> None:
    """An unknown place or mode is an error, so that a renamed place cannot silently leave the tests."""
    with pytest.raises(ValueError, match=r"failpoint"):
        failpoints.arm(specification)


def test_an_unknown_place_is_refused_when_anything_is_armed() -> None:
    """A place that is not in the list is found by the first test that arms anything."""
    failpoints.arm("")
    with pytest.raises(ValueError, match="unknown"):
        failpoints.failpoint("outbox.nowhere")

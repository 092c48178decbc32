"""What `forking.start` gives is the command: the same streams, environment, folder, signals and exit codes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import forking
import pytest
from forking import MODULE, Process, start

from social_listener import terminal

pytestmark = pytest.mark.skipif(not forking.FORKS, reason="here the command itself runs")

#: a program that would fork while a second thread runs
BUSY = """
import threading, forking
forking.IMPORTED = ()
threading.Thread(target=threading.Event().wait, daemon=True).start()
forking.serve(None)
"""


def command(*arguments: str, cwd: Path, env: dict[str, str]) -> tuple[int, bytes, bytes]:
    """Run the real command; return its exit code and what it wrote."""
    done = subprocess.run(
        [sys.executable, "-m", MODULE, *arguments], cwd=cwd, env=env, capture_output=True, check=False
    )
    return done.returncode, done.stdout, done.stderr


def forked(*arguments: str, cwd: Path, env: dict[str, str]) -> tuple[int, bytes, bytes]:
    """Run it in a fork; likewise."""
    with start(*arguments, cwd=cwd, env=env, stderr=subprocess.PIPE) as running:
        assert isinstance(running, Process)
        assert running.stdout is not None
        assert running.stderr is not None
        said = running.stdout.read(), running.stderr.read()
        return running.wait(20), *said


def settings(folder: Path, keys: str) -> dict[str, str]:
    """Write settings that want a key, and return an environment in which they are found."""
    (folder / "some.yaml").write_text("outbox: {undo: " + keys + "}\n", encoding="utf-8")
    return {**os.environ, "SOCIAL_LISTENER_SETTINGS": "some.yaml"}


@pytest.mark.parametrize(
    ("arguments", "undo", "code"),
    [
        (("--version",), "1s", terminal.OK),
        (("status", "--json"), "never", terminal.WRONG_USE),
    ],
)
def test_a_fork_says_what_the_command_says(tmp_path: Path, arguments: tuple[str, ...], undo: str, code: int) -> None:
    """Same exit code, same output, same errors, with settings found by environment and folder."""
    env = settings(tmp_path, undo)
    real = command(*arguments, cwd=tmp_path, env=env)
    assert forked(*arguments, cwd=tmp_path, env=env) == real
    assert real[0] == code


def test_a_fork_hears_signals(tmp_path: Path) -> None:
    """SIGTERM and Ctrl+C end a service with 0, SIGKILL ends it without a word; until then it runs."""
    env = settings(tmp_path, "1s")
    (tmp_path / "some.yaml").write_text("public: {port: 0}\n", encoding="utf-8")
    for number, code in ((signal.SIGTERM, 0), (signal.SIGINT, 0), (signal.SIGKILL, -signal.SIGKILL)):
        with start("serve", "--headless", cwd=tmp_path, env=env, stderr=subprocess.PIPE, text=True) as running:
            assert running.stdout is not None
            assert running.stdout.readline().startswith("http://127.0.0.1:")
            assert running.poll() is None
            with pytest.raises(subprocess.TimeoutExpired):
                running.wait(0.01)
            running.send_signal(number)
            assert running.wait(20) == code
            assert running.stdout.read() == ""
            running.kill()  # nothing is there any more, and that is no error


def test_nothing_is_forked_beside_other_threads() -> None:
    """What forks refuses to when an import has started a thread: a lock that it holds would be held for ever."""
    done = subprocess.run(
        [sys.executable, "-c", BUSY],
        cwd=Path(forking.__file__).parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "2 threads run after everything was imported" in done.stderr

"""Runs `python -m social_listener …` in a fork of a process that has imported everything: that is most of a start.

A service takes 2 s of the processor's time to import what it needs, and the tests start it two hundred times. So one
process beside the tests imports once, `start` has it fork, and the fork runs the same module with its own arguments,
environment, folder and streams. Tests about starting itself, and those that kill, run the command.

    tests ── asks, hands over the streams ──> this module as a program ── fork ──> minder ── fork ──> the command
      ^                                                                              │
      └────────────────────── process id, and in the end the exit status ────────────┘
"""

from __future__ import annotations

import atexit
import functools
import gc
import importlib
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Mapping

MODULE = "social_listener"
#: most of what a service has imported once its first page was drawn; of our own pages only what is imported before the
#: web server runs, since the others register with that
IMPORTED = (
    f"{MODULE}.cli.serve",
    f"{MODULE}.staff_app",
    f"{MODULE}.channels.facebook",
    f"{MODULE}.channels.instagram",
    f"{MODULE}.channels.x",
    "anyio._backends._asyncio",
    "pandas",  # DuckDB and Streamlit import it when they are handed a table
    "uvicorn.protocols.http.httptools_impl",
    "uvicorn.protocols.websockets.websockets_sansio_impl",
    "uvloop",
)
#: libraries that start threads when they are imported, told not to: a fork takes over one thread only
ALONE = {"OPENBLAS_NUM_THREADS": "1", "JE_ARROW_MALLOC_CONF": "background_thread:false"}
#: elsewhere a fork that starts no other program is not safe; and who overhears the tests (scripts/canary) knows
#: processes by how they start
FORKS = sys.platform == "linux" and "OVERHEAR" not in os.environ
#: bytes of the longest request
LONGEST = 1 << 20


class Process:
    """A command that runs, with what tests use of `subprocess.Popen`."""

    def __init__(self, report: IO[bytes], stdout: IO[Any], stderr: IO[Any] | None) -> None:
        self._report, self.stdout, self.stderr = report, stdout, stderr
        self.pid = self._told()
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Return the exit code; None while it runs."""
        return self._look(0)

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end, `timeout` seconds at most; return the exit code."""
        code = self._look(timeout)
        if code is None:
            raise subprocess.TimeoutExpired(MODULE, timeout or 0)
        return code

    def send_signal(self, number: int) -> None:
        """Send a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stdout.close()
        if self.stderr is not None:
            self.stderr.close()
        self.wait()

    def _look(self, timeout: float | None) -> int | None:
        if self.returncode is None and select.select([self._report], [], [], timeout)[0]:
            self.returncode = os.waitstatus_to_exitcode(self._told())
            self._report.close()
        return self.returncode

    def _told(self) -> int:
        line = self._report.readline()
        assert line, "the process that forks has ended, see its error: tests/forking.py"
        return int(line)


Running = Process | subprocess.Popen[Any]


def start(
    *arguments: object,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    stderr: int | IO[Any] | None = None,
    text: bool = False,
) -> Running:
    """Run the command with a pipe as its standard output; `stderr`: a file, `subprocess.PIPE`, or as the tests have."""
    words = [str(argument) for argument in arguments]
    if not FORKS:
        command = [sys.executable, "-m", MODULE, *words]
        return subprocess.Popen(command, env=env, cwd=cwd, stdout=subprocess.PIPE, stderr=stderr, text=text)
    mode = "r" if text else "rb"
    out, out_end = os.pipe()
    report, report_end = os.pipe()
    if isinstance(stderr, int):
        err, err_end = os.pipe()
    else:
        err, err_end = None, os.dup(2 if stderr is None else stderr.fileno())
    request = {
        "arguments": words,
        "environment": dict(os.environ if env is None else env),
        "folder": str(cwd or Path.cwd()),
    }
    socket.send_fds(_server(), [json.dumps(request).encode()], [out_end, err_end, report_end])
    for end in (out_end, err_end, report_end):
        os.close(end)
    errors = None if err is None else os.fdopen(err, mode)
    return Process(os.fdopen(report, "rb", buffering=0), os.fdopen(out, mode), errors)


@functools.cache
def _server() -> socket.socket:
    """Start what forks, and return the way to it; it ends with this process."""
    ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with its:
        command = [sys.executable, __file__, str(its.fileno())]
        server = subprocess.Popen(
            command, env={**os.environ, **ALONE}, stdin=subprocess.DEVNULL, pass_fds=[its.fileno()]
        )

    def end() -> None:
        ours.close()
        server.wait()

    atexit.register(end)
    return ours


# -- the program -------------------------------------------------------------------------------------------------------


def serve(requests: socket.socket) -> dict[str, Any] | None:
    """Import everything and fork for each request. Return the request in the process that shall run it, else None."""
    for name in IMPORTED:
        importlib.import_module(name)
    threads = len(list(Path("/proc/self/task").iterdir()))
    if threads != 1:
        raise RuntimeError(f"{threads} threads run after everything was imported, and a fork has one: see ALONE")
    gc.collect()
    gc.freeze()  # else the collector of each fork makes copies of all the memory that they share
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the minders
    while True:
        words, streams, _, _ = socket.recv_fds(requests, LONGEST, 3)
        if not words:
            return None
        if not os.fork():
            requests.close()
            return mind(json.loads(words), *streams)
        for stream in streams:
            os.close(stream)


def mind(request: dict[str, Any], out: int, err: int, report: int) -> dict[str, Any]:
    """Fork, and return in the fork; the other process tells its id and how it ended, and ends too."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    process = os.fork()
    if not process:
        os.close(report)
        for stream, number in ((out, 1), (err, 2)):
            os.dup2(stream, number)
            os.close(stream)
        return request
    os.close(out)
    os.close(err)
    os.write(report, b"%d\n" % process)
    os.write(report, b"%d\n" % os.waitpid(process, 0)[1])
    os._exit(0)


def run(request: dict[str, Any]) -> None:
    """Run the module as `python -m` does."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ.clear()
    os.environ.update(request["environment"])
    time.tzset()
    os.chdir(request["folder"])
    sys.path[0] = request["folder"]
    sys.argv[1:] = request["arguments"]
    atexit.register(gc.freeze)  # what goes with the process need not be looked through first
    runpy.run_module(MODULE, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    asked = serve(socket.socket(fileno=int(sys.argv[1])))
    if asked is not None:
        run(asked)

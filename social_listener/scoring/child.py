"""Processes of our own that make things beside ours, each at the end of a pipe of its own.

A pool whose workers share a pipe waits for ever when one of them is killed in the middle of an answer: the others, and
the parent itself, hold the pipe open. Here nobody else holds a child's pipe, so its end is seen at once. A child is a
fresh interpreter: a fork would copy the locks of the service's threads, and the standard library's spawn would run the
main module again, which Streamlit has replaced with the dashboard's script.
"""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import IO, Any, Final, TypeVar

Given = TypeVar("Given")
Made = TypeVar("Made")

_LENGTH: Final = 8  #: bytes before every message that tell how long it is


class ChildDied(Exception):
    """A child ended before it answered."""


class Child:
    """One process. One thread uses it at a time; `kill` may come from any."""

    def __init__(self) -> None:
        """Start it. OSError: no process can be had."""
        self._process = subprocess.Popen(
            # -P: the folder that somebody happens to stand in is no place to import from.
            [sys.executable, "-P", "-c", "from social_listener.scoring.child import main; main()"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def ask(self, work: Callable[[Given], Made], given: Given) -> Made:
        """Return `work(given)`, made by the child; both must be picklable. What `work` raises is raised here.

        `ChildDied`: it did not answer, and never will.
        """
        process = self._process
        try:
            _send(process.stdin, (work, given))
            good, made = _receive(process.stdout)
        except (OSError, EOFError, ValueError):
            self.kill()
            raise ChildDied from None
        if not good:
            raise made
        return made  # type: ignore[no-any-return]  # what `work` returns

    def kill(self) -> None:
        """End it, whatever it is at."""
        self._process.kill()
        self._process.wait()

    def close(self) -> None:
        """End it, and give its pipes back. Nobody may be asking it."""
        self.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError:  # what it never read is lost with it
                    continue


class Children:
    """Several children, each with a thread of ours in front of it, so that asking them does not wait."""

    def __init__(self, count: int) -> None:
        """Start none yet: each begins with its first work."""
        self._threads = ThreadPoolExecutor(count, "child")
        self._own = threading.local()
        self._lock = threading.Lock()
        self._all: list[Child] = []
        self._closed = False
        self.died = False  #: one of them ended before it had answered, whether somebody waits for that answer or not

    def submit(self, work: Callable[[Given], Made], given: Given) -> Future[Made]:
        """Have a child do that; the future raises `ChildDied` when it died, OSError when there can be none.

        RuntimeError: they were closed.
        """
        return self._threads.submit(self._ask, work, given)

    def close(self) -> None:
        """End all of them. What they were at raises `ChildDied`, what was not begun is cancelled."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        with self._lock:
            self._closed = True
            for child in self._all:
                child.kill()
        self._threads.shutdown(wait=True)
        for child in self._all:
            child.close()

    def _ask(self, work: Callable[[Given], Made], given: Given) -> Made:
        child: Child | None = getattr(self._own, "child", None)
        if child is None:
            with self._lock:
                if self._closed:
                    raise ChildDied
                child = self._own.child = Child()
                self._all.append(child)
        try:
            return child.ask(work, given)
        except ChildDied:
            self.died = True
            raise


def _send(pipe: IO[bytes] | None, what: object) -> None:
    body = pickle.dumps(what, protocol=pickle.HIGHEST_PROTOCOL)
    if pipe is None:
        raise EOFError
    pipe.write(len(body).to_bytes(_LENGTH, "big"))
    pipe.write(body)
    pipe.flush()


def _receive(pipe: IO[bytes] | None) -> Any:
    head = pipe.read(_LENGTH) if pipe is not None else b""
    size = int.from_bytes(head, "big")
    body = pipe.read(size) if pipe is not None and len(head) == _LENGTH else b""
    if len(head) < _LENGTH or len(body) < size:
        raise EOFError
    return pickle.loads(body)  # noqa: S301 - it comes from a process that we started, through a pipe of our own


def main() -> None:
    """Do what the parent asks until it is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends its children
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever prints must not come between two answers
    questions = sys.stdin.buffer
    while True:
        try:
            work, given = _receive(questions)
        except EOFError:
            return
        try:
            answer = (True, work(given))
        except Exception as error:  # noqa: BLE001 - it is the parent's to handle
            answer = (False, error)
        try:
            _send(answers, answer)
        except BrokenPipeError:
            os._exit(0)

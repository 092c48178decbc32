"""A process beside ours that reads texts while ours does other things.

What a text says by itself (`Gist`) is the greater part of its score and needs nothing but the text. So while a long
backlog comes in, its texts are handed to a worker as soon as they are there. Nothing depends on the worker: what it
has not made when it is needed is made here, and the result is the same.
"""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future, wait
from datetime import timedelta
from functools import lru_cache, partial
from itertools import starmap
from typing import Final

from social_listener.model import Factor, SentimentLabel
from social_listener.scoring.child import Children
from social_listener.scoring.plugs import OURS, Tuning
from social_listener.scoring.priority import Weights
from social_listener.scoring.scorer import Gist, Text, gists_of

IDLE: Final = timedelta(seconds=30)
"""A worker that has nothing to do for so long ends."""
AGAIN: Final = timedelta(minutes=1)
"""So long after a worker died none is started."""

_Sent = list[tuple[float | None, str, str, str | None, tuple[tuple[str, float, tuple[str, ...], str], ...], str]]


class Handed:
    """Texts that were handed to a worker."""

    def __init__(self, texts: list[Text], made: Future[_Sent]) -> None:
        self.texts = texts
        self.made = made


class Worker:
    """Hands texts to a process, which is started with the first of them. Threads may share it."""

    def __init__(self, weights: Weights, tuning: Tuning = OURS, *, idle: timedelta = IDLE) -> None:
        """Start nothing yet. `idle`: after so long without work the process ends."""
        self._weights = weights
        self._tuning = tuning
        self._idle = idle
        self._lock = threading.Lock()
        self._pool: Children | None = None
        self._slow: Future[_Sent] | None = None  # nothing more is handed over before this is made
        self._not_before = 0.0  # monotonic, as the next
        self._last = 0.0  # when something was handed over
        self._ended = threading.Event()
        self.made = 0  #: how many texts the worker has read for us

    def start(self, within: timedelta) -> bool:
        """Start the process and wait until it reads; return whether it does. Nobody needs to call this first."""
        with self._lock:
            if self._ready() is not None:
                return True
            starting = self._slow
        if starting is not None:
            wait([starting], timeout=within.total_seconds())
        with self._lock:
            return self._ready() is not None

    def hand_over(self, texts: Sequence[Text]) -> Handed | None:
        """Have the worker read these texts; None: it cannot, just now. It never waits for anything."""
        with self._lock:
            pool = self._ready()
            if pool is None or not texts:
                return None
            self._last = time.monotonic()
            try:
                return Handed(
                    list(texts), pool.submit(partial(_read, weights=self._weights, tuning=self._tuning), list(texts))
                )
            except RuntimeError:  # it was closed meanwhile
                return None

    def collect(self, handed: Sequence[Handed]) -> dict[Text, Gist]:
        """Return the gists of all those texts, in no particular order. It never waits for the worker.

        What the worker has not begun is made here. So is, from the end, what it has begun and not made yet: on a
        machine that has no processor to spare that is faster than to wait.
        """
        here = [one for one in handed if one.made.cancel()]
        made = self._made_here(here)
        begun = deque(one for one in handed if one not in here)
        while begun:
            one = begun.popleft() if begun[0].made.done() else begun.pop()
            made |= self._received(one) if one.made.done() else self._overtaken(one)
        return made

    def _made_here(self, handed: Sequence[Handed]) -> dict[Text, Gist]:
        texts = [text for one in handed for text in one.texts]
        return dict(zip(texts, gists_of(texts, self._weights, self._tuning), strict=True))

    def _received(self, one: Handed) -> dict[Text, Gist]:
        """Return what the worker made; whatever befell it meanwhile, make it here."""
        if one.made.exception() is not None:
            with self._lock:
                self._died()
            return self._made_here([one])
        self.made += len(one.texts)
        return dict(zip(one.texts, starmap(_gist, one.made.result()), strict=True))

    def _overtaken(self, one: Handed) -> dict[Text, Gist]:
        """Make here what the worker is slow to make, and hand it nothing more before it has caught up."""
        with self._lock:
            if self._slow is None or self._slow.done():
                self._slow = one.made
        return self._made_here([one])

    def close(self) -> None:
        """End the process; nothing is handed over any more."""
        self._ended.set()
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.close()

    def _ready(self) -> Children | None:
        """Return the pool when the worker can take more; start it when there is none."""
        if self._ended.is_set() or time.monotonic() < self._not_before:
            return None
        if self._slow is not None:
            if not self._slow.done():
                return None
            if self._slow.cancelled() or self._slow.exception() is not None:
                self._died()
                return None
            self._slow = None
        if self._pool is None:
            self._begin()
            return None
        if self._pool.died:
            self._died()
            return None
        return self._pool

    def _begin(self) -> None:
        """Start the process. Until it has read its first text it only loads its tables: that takes a second or two."""
        self._pool = Children(1)
        self._slow = self._pool.submit(
            partial(_read, weights=self._weights, tuning=self._tuning), [("Hello there", None)]
        )
        self._last = time.monotonic()
        threading.Thread(target=self._watch, args=(self._pool,), name="worker-idle", daemon=True).start()

    def _watch(self, watched: Children) -> None:
        """End the process once it has had nothing to do for `idle`."""
        left = self._idle.total_seconds()
        while not self._ended.wait(left):
            with self._lock:
                pool = self._pool
                if pool is None or pool is not watched:
                    return
                left = self._last + self._idle.total_seconds() - time.monotonic()
                if left > 0:
                    continue
                self._pool = self._slow = None
            pool.close()
            return

    def _died(self) -> None:
        pool, self._pool, self._slow = self._pool, None, None
        if pool is not None:
            pool.close()
        self._not_before = time.monotonic() + AGAIN.total_seconds()


def processors() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _read(texts: list[Text], weights: Weights, tuning: Tuning) -> _Sent:
    """Read texts, in the worker. Plain tuples go through the pipe in a third of the time that our types take."""
    return [
        (
            gist.sentiment,
            gist.label.value,
            gist.reason,
            gist.language,
            tuple((part.name, part.points, part.words, part.because) for part in gist.factors),
            gist.scorer,
        )
        for gist in gists_of(texts, weights, tuning)
    ]


def _gist(  # noqa: PLR0917 - the parts of a tuple, as it came through the pipe
    compound: float | None,
    label: str,
    reason: str,
    language: str | None,
    parts: tuple[tuple[str, float, tuple[str, ...], str], ...],
    scorer: str,
) -> Gist:
    return Gist(compound, _LABELS[label], reason, language, tuple(starmap(_factor, parts)), scorer)


@lru_cache(1 << 12, typed=True)
def _factor(name: str, points: float, words: tuple[str, ...], because: str) -> Factor:
    return Factor(name=name, points=points, words=words, because=because)


_LABELS: Final = {label.value: label for label in SentimentLabel}

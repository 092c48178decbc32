"""The texts of a long backlog are read by a worker. Nothing that is stored may depend on it."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import psutil
import pytest
from reading_kit import NOW, PLATFORM_FACTS, STREAM, page, person, reading, rows, said

from social_listener.ingest import Ingest
from social_listener.ingest.walk import LONG
from social_listener.model import Owner, Page

TEXTS = ("where is my order?", "refund me at once 😡", "Vielen Dank, alles bestens", "thank you so much", "🙄", "ok")
SOON = timedelta(seconds=60)


def workers() -> list[psutil.Process]:
    """Return the processes that read ahead."""
    return [child for child in psutil.Process().children() if "scoring.child" in " ".join(child.cmdline())]


def pages(count: int) -> list[Page]:
    """Return pages of a hundred items each, newest first.

    Each by a person of its own: what else somebody said counts for a score, as far as it is known by then, and how many
    pages go into a transaction hangs on the clock.
    """
    made = []
    for number in range(count, 0, -1):
        ids = range(number * 100, number * 100 + 100)
        items = [
            said(one, f"{TEXTS[one % len(TEXTS)]} {one % 7}", author=one, sent_at=NOW + timedelta(seconds=one))
            for one in ids
        ]
        made.append(page(*items, contacts=tuple(person(one) for one in ids), next=str(number)))
    return made


class Shelf:
    """A channel that hands out pages made before."""

    def __init__(self, shelf: list[Page], before: Callable[[int], None] = lambda _: None) -> None:
        self.shelf = shelf
        self.before = before
        self.given = 0

    def whoami(self) -> Owner:
        """Return us."""
        return Owner(native_id="1", handle="fernhill", name="Fernhill")

    def fetch(self, *_: object) -> Page:
        """Return the next page; the last one has no next."""
        self.before(self.given)
        self.given += 1
        return self.shelf[self.given - 1]


def stored(ingest: Ingest) -> dict[str, Any]:
    """Return everything that was stored."""
    return {name: rows(ingest.store, f"SELECT * FROM {name} ORDER BY {key}") for name, key in PLATFORM_FACTS.items()}


def walked(folder: Path, shelf: list[Page], before: Callable[[Ingest, int], None] | None = None) -> dict[str, Any]:
    """Return what is stored after one walk over those pages."""
    folder.mkdir()
    channel: Any = Shelf(shelf)
    ingest = reading(folder / "store.duckdb", channel)
    if before is not None:
        channel.before = lambda given: before(ingest, given)
    try:
        assert ingest.poll(STREAM, until_end=True).error is None
        return stored(ingest)
    finally:
        ingest.close()
        ingest.store.close()


@pytest.fixture
def shelf() -> list[Page]:
    """Return 30 pages: a backlog of 3,000 items."""
    made = pages(30)
    return [*made[:-1], page(*made[-1].interactions, contacts=made[-1].contacts)]


@pytest.mark.long
def test_a_walk_stores_the_same_with_a_worker(tmp_path: Path, shelf: list[Page]) -> None:
    """A long walk whose texts a worker reads stores the same rows as one that reads them itself."""
    used = []

    def ready(ingest: Ingest, given: int) -> None:
        if given * 100 < LONG:
            return
        assert ingest.worker.start(SOON)
        # One worker reads in the order of handing over: when this is back, so is every page before.
        last = ingest.worker.hand_over([("hello", None)])
        assert last is not None
        assert last.made.result(60)
        used.append(ingest.worker)

    ahead = walked(tmp_path / "ahead", shelf, ready)
    here = walked(tmp_path / "here", shelf, lambda ingest, _: ingest.worker.close())
    assert used[-1].made >= 100, "the worker had a part in it"
    assert len(here["scores"]) == 3_000
    assert ahead == here


def test_a_walk_whose_worker_is_killed_stores_the_same(tmp_path: Path, shelf: list[Page]) -> None:
    """When the worker is killed in the midst of a walk, nothing is missing and nothing differs."""
    killed = []

    def kill(ingest: Ingest, given: int) -> None:
        if given == LONG // 100:
            assert ingest.worker.start(SOON)
        if given == LONG // 100 + 2:
            for worker in workers():
                os.kill(worker.pid, signal.SIGKILL)
                killed.append(worker)

    ahead = walked(tmp_path / "ahead", shelf, kill)
    assert len(killed) == 1
    assert ahead == walked(tmp_path / "here", shelf, lambda ingest, _: ingest.worker.close())


def test_a_short_walk_starts_nothing(tmp_path: Path, shelf: list[Page]) -> None:
    """A walk over no more than 2,000 items reads its texts itself; one over more starts a worker."""
    seen = []

    def look(_: Ingest, given: int) -> None:
        seen.append((given, len(workers())))

    walked(tmp_path / "walk", shelf, look)
    assert {count for given, count in seen if given <= LONG // 100} == {0}
    assert seen[-1] == (29, 1)
    assert workers() == [], "closing ends it"

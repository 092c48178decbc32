from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import timedelta
from itertools import cycle

import psutil
import pytest
from messages import MESSAGES
from scoring_texts import fuzzed

from social_listener.scoring import Circumstances, Gist, Text, Weights, Worker, score, score_all
from social_listener.scoring.child import ChildDied
from social_listener.scoring.scorer import gists_of

WEIGHTS = Weights(complaint=19.0)
SOON = timedelta(seconds=60)
TEXTS: list[Text] = [
    *((text, code) for code, texts in MESSAGES.items() for text in texts),
    *zip(fuzzed(400, seed=3), cycle((None, "en", "pt-BR", "und"))),
]


@pytest.fixture
def worker() -> Iterator[Worker]:
    """Yield a worker that reads, and end it."""
    made = Worker(WEIGHTS)
    assert made.start(SOON)
    yield made
    made.close()


def process(but: psutil.Process | None = None) -> psutil.Process:
    """Return the worker's process, once it is there; not the one that is named."""
    while True:
        for child in psutil.Process().children():
            with suppress(psutil.NoSuchProcess):
                if child != but and "scoring.child" in " ".join(child.cmdline()):
                    return child
        os.sched_yield()


def gists(texts: list[Text]) -> dict[Text, Gist]:
    """Return what is made of the texts in this process."""
    return dict(zip(texts, gists_of(texts, WEIGHTS), strict=True))


def test_a_worker_makes_what_we_make(worker: Worker) -> None:
    """The gists that come back are equal to our own, for every language, sign and half character."""
    handed = worker.hand_over(TEXTS)
    assert handed is not None
    assert handed.made.result(60), "it was made there, not here"
    assert worker.collect([handed]) == gists(TEXTS)
    assert worker.made == len(TEXTS)


def test_scores_are_the_same_with_gists_made_before() -> None:
    """A score is the same whether its gist was made before, partly or not; another gist would give another score."""
    abouts = [
        Circumstances(followers=number * 40, verified=number % 3 == 0, platform_language=hint)
        for number, (_, hint) in enumerate(TEXTS)
    ]
    items = [(text, about) for (text, _), about in zip(TEXTS, abouts, strict=True)]
    alone = [score(text, about, WEIGHTS) for text, about in items]
    assert score_all(items, WEIGHTS) == alone
    assert score_all(items, WEIGHTS, gists(TEXTS)) == alone
    assert score_all(items, WEIGHTS, gists(TEXTS[::2])) == alone
    wrong = dict(zip(TEXTS, gists_of([*TEXTS[1:], TEXTS[0]], WEIGHTS), strict=True))
    assert score_all(items, WEIGHTS, wrong) != alone


def test_a_worker_that_is_killed_changes_nothing(worker: Worker) -> None:
    """What a killed worker had begun is made here; it is not started again at once, and soon gets nothing more."""
    process().suspend()
    handed = [worker.hand_over(TEXTS[start : start + 50]) for start in range(0, len(TEXTS), 50)]
    os.kill(process().pid, signal.SIGKILL)
    assert worker.collect([one for one in handed if one is not None]) == gists(TEXTS)
    assert worker.made == 0
    while worker.hand_over(TEXTS) is not None:  # until its end was heard of
        os.sched_yield()


def test_a_death_is_heard_of_though_nobody_collects(worker: Worker) -> None:
    """When a worker died over texts that nobody collects, it gets nothing more."""
    there = process()
    there.suspend()
    handed = worker.hand_over(TEXTS)
    assert handed is not None
    there.kill()
    assert isinstance(handed.made.exception(60), ChildDied)
    assert worker.hand_over(TEXTS) is None


def test_a_worker_that_stands_still_is_not_waited_for() -> None:
    """What a stopped worker had begun is made here, and it gets nothing more until it has caught up."""
    with closing(Worker(WEIGHTS)) as worker:
        assert worker.start(SOON)
        stopped = process()
        stopped.suspend()
        try:
            handed = worker.hand_over(TEXTS)
            assert handed is not None
            while not handed.made.running():
                os.sched_yield()
            assert worker.collect([handed]) == gists(TEXTS)
            assert worker.made == 0
            assert worker.hand_over(TEXTS) is None
        finally:
            stopped.resume()
        assert worker.start(SOON), "it has caught up"
        assert worker.hand_over(TEXTS) is not None


def test_a_worker_ends_when_there_is_nothing_to_do() -> None:
    """An idle worker ends by itself; when there is something to do again it comes back."""
    with closing(Worker(WEIGHTS, idle=timedelta(milliseconds=200))) as worker:
        assert worker.hand_over(TEXTS) is None, "it has only begun to start"
        first = process()
        first.wait(60)
        assert worker.hand_over(TEXTS) is None
        assert process(but=first).is_running()


def test_a_closed_worker_leaves_no_process(worker: Worker) -> None:
    """Closing ends the process; what was handed over before is made here, and nothing more is taken."""
    there = process()
    handed = worker.hand_over(TEXTS)
    assert handed is not None
    worker.close()
    there.wait(60)
    assert worker.collect([handed]) == gists(TEXTS)
    assert worker.hand_over(TEXTS) is None
    assert not worker.start(SOON)

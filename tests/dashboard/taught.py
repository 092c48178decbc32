"""A service whose customers wrote a week ago: a sample is drawn, labels speak for a rule, there are figures."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from doubts import Clock
from stage import PREFIX, SEED, Stage

from social_listener.model import SentimentLabel
from social_listener.rights import SYSTEM
from social_listener.sandbox import environment_for
from social_listener.service import Service, build

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

#: what customers wrote; nothing in the first four tells the program that they are unhappy
COLD = (
    "the soup had gone cold when the box came",
    "my coffee was gone cold, again",
    "everything in it had gone cold",
    "half of the plate had gone cold",
)
OTHERS = (
    "lovely beans, thank you so much, best coffee in town",
    "your courier broke the grinder and nobody answers, terrible",
    "is the small kettle dishwasher safe?",
    "Great, another delay 🙄",
)
NEGATIVE, NEUTRAL = SentimentLabel.NEGATIVE, SentimentLabel.NEUTRAL
_WEEK = timedelta(days=7)


def taught(stage: Stage, texts: Sequence[str] = (*COLD, *OTHERS), *, answers: int = 0) -> None:
    """Let customers write a week ago, a sample be drawn since, and so many of it be answered by Sam."""
    stage.hire()
    with clocked(stage, _WEEK) as (service, clock):
        for text in texts:
            stage.sandbox.world.post(stage.somebody(), f"@fernhill {text}", sent_at=clock.now - timedelta(minutes=5))
        for stream in service.streams.values():
            service.ingest.poll(stream)
        clock.now += _WEEK
        assert service.desk.samples.draw(SYSTEM) > 0
        for number, one in enumerate(service.desk.samples.open("Sam")[:answers]):
            unhappy = number % 3 or one.text.endswith(COLD)
            service.desk.samples.answer(one.id, NEGATIVE if unhappy else NEUTRAL, "Sam")


def corrected(stage: Stage, texts: Sequence[str] = COLD[:3]) -> None:
    """Let Sam call what was written so negative, and the rule that this speaks for be proposed."""
    with clocked(stage, timedelta()) as (service, _):
        with service.store.read() as cursor:
            rows = cursor.execute("SELECT id, text FROM interactions").fetchall()
        for key, text in rows:
            if any(text.endswith(one) for one in texts):
                service.desk.corrections.correct(key, "Sam", sentiment=NEGATIVE)
        service.desk.rules.propose(SYSTEM)


@contextmanager
def clocked(stage: Stage, ago: timedelta) -> Iterator[tuple[Service, Clock]]:
    """Give the stage's service in this process, with a clock that begins so long ago."""
    clock = Clock(datetime.now(UTC) - ago)
    service = build(stage.settings, clock=clock, environment=environment_for(SEED, prefix=PREFIX))
    try:
        yield service, clock
    finally:
        service.close()

"""Replies whose answer was lost before the service starts, and which only a person can decide."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from staff_kit import seed_staff
from stage import PREFIX, SEED, Stage

from social_listener.sandbox import environment_for
from social_listener.service import Service, build

#: minutes between two looks of the outbox; together longer than a reply is looked for
LOOKS = (0.5, 0.5, 1, 2, 3, 5, 8, 10)


class Clock:
    """A clock that a test sets."""

    def __init__(self, start: datetime) -> None:
        self.now = start

    def __call__(self) -> datetime:
        """Return the time."""
        return self.now


def leave_in_doubt(stage: Stage, texts: Sequence[str], *, taken: bool = False) -> dict[str, str]:
    """Let Sam's replies get lost and be looked for in vain until only a person can decide; return the posts by text.

    `taken`: the platform took them before the answers got lost, and from then on it does not let our own posts be read.
    """
    clock = Clock(datetime.now(UTC) - timedelta(minutes=40))
    sent_at = clock.now - timedelta(minutes=5)
    world, faults = stage.sandbox.world, stage.sandbox.faults
    posts = {
        text: str(world.post(stage.somebody(), "@fernhill where is my refund?", sent_at=sent_at).root) for text in texts
    }
    service = build(stage.settings, clock=clock, environment=environment_for(SEED, prefix=PREFIX))
    if taken:
        faults.add("GET /2/users/*/tweets", "html_503")
    try:
        seed_staff(service.desk, "Sam")
        for stream in service.streams.values():
            service.ingest.poll(stream)
        faults.add("POST /2/tweets", "lost", times=len(texts), effect=taken)
        _lose(service, clock, posts)
    finally:
        service.close()
    return posts


def _lose(service: Service, clock: Clock, posts: dict[str, str]) -> None:
    lines = [service.desk.reply_public(f"x:{post}", text, "Sam", f"nonce of {text}") for text, post in posts.items()]
    for minutes in LOOKS:
        clock.now += timedelta(minutes=minutes)
        service.outbox.deliver(clock.now)
        service.outbox.reconcile(clock.now)
    assert all(service.desk.reply_line(line.id).asks_for_a_person for line in lines)

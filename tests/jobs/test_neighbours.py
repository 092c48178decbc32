"""A platform that hangs holds up no other: two accounts on two sandboxes, the real channel, the real scheduler."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from social_listener.jobs.app import Crew
from social_listener.model import StreamKind
from social_listener.sandbox import Sandbox
from social_listener.service import Service, build
from social_listener.settings import AccountSettings, JobSettings, PollingSettings, Settings, StreamSettings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

KEYS = ("consumer_key", "consumer_secret", "access_token", "access_token_secret", "bearer_token")
OFTEN = timedelta(milliseconds=200)


@pytest.fixture
def sandboxes() -> Iterator[tuple[Sandbox, Sandbox]]:
    """Return a platform that will hang and one that will not."""
    with Sandbox(seed=1) as slow, Sandbox(seed=2) as quick:
        yield slow, quick


@pytest.fixture
def service(sandboxes: tuple[Sandbox, Sandbox], tmp_path: Path) -> Iterator[Service]:
    """Return a service with one account on each, each with four streams, and two threads for all."""
    environment, accounts = {}, []
    for name, sandbox in zip(("slow", "quick"), sandboxes, strict=True):
        environment |= {f"{name}_{key}".upper(): sandbox.credentials[key] for key in KEYS}
        streams = (
            StreamSettings(kind=StreamKind.MENTIONS, interval=OFTEN),
            StreamSettings(kind=StreamKind.MESSAGES, interval=OFTEN),
            StreamSettings(kind=StreamKind.REPLIES, interval=OFTEN),
            StreamSettings(kind=StreamKind.SEARCH, query="fernhill", interval=OFTEN),
        )
        accounts.append(
            AccountSettings(
                id=name,
                channel="x",
                name=name,
                base_url=sandbox.base_url,
                credentials={key: f"{name}_{key}".upper() for key in KEYS},
                streams=streams,
            )
        )
    settings = Settings(
        data_dir=tmp_path,
        accounts=tuple(accounts),
        polling=PollingSettings(threads=2, read_timeout=timedelta(seconds=30)),
        jobs=JobSettings(poll_every=timedelta(milliseconds=50)),
    )
    made = build(settings, environment=environment)
    yield made
    made.close()


def test_a_platform_that_hangs_holds_up_no_other(service: Service, sandboxes: tuple[Sandbox, Sandbox]) -> None:
    """While every call of one platform stalls, all streams of the other are polled again and again."""
    slow, quick = sandboxes
    slow.faults.add("** /**", "stall", seconds=20)
    crew = Crew(service)
    crew.start()
    try:
        quick.calls.wait_for("/mentions$", count=3)
        quick.calls.wait_for("/dm_events$", count=3)
        assert [name for name in crew.work.pollers.running() if name.startswith("slow/")]
        assert len(crew.work.pollers.running()) <= 2
    finally:
        slow.faults.clear()
        assert crew.stop(timedelta(seconds=10))
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("poll ")]
    streams = {stream.id: stream for stream in service.desk.health().streams}
    assert streams["quick/mentions"].complete_up_to is not None


def test_one_stream_is_never_polled_twice_at_a_time(service: Service, sandboxes: tuple[Sandbox, Sandbox]) -> None:
    """A stream that takes longer than its interval is polled once, not once a tick."""
    slow, quick = sandboxes
    slow.faults.add("GET /2/users/*/mentions", "stall", seconds=20)
    crew = Crew(service)
    crew.start()
    try:
        quick.calls.wait_for("/mentions$", count=4)
        assert sum(fault.hits for fault in slow.faults.active()) <= 1
    finally:
        slow.faults.clear()
        crew.stop(timedelta(seconds=10))

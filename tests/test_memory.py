"""What the service does so that its memory does not lie about."""

from __future__ import annotations

import asyncio
import gc
import sys
import weakref

import pytest

from social_listener import memory


class Round:
    """Something that holds itself."""

    def __init__(self) -> None:
        self.self = self


def test_what_holds_itself_is_collected() -> None:
    """Cycles that nobody knows any more are gone after the next round, also with the collector switched off."""
    gc.disable()
    try:
        gone = weakref.ref(Round())
        assert gone() is not None  # negative control: nobody else collects it

        async def rounds() -> None:
            ended = asyncio.Event()
            weakref.finalize(gone(), ended.set)
            tidying = asyncio.create_task(memory.tidy(0.01))
            async with asyncio.timeout(20):
                await ended.wait()
            tidying.cancel()

        asyncio.run(rounds())
        assert gone() is None
    finally:
        gc.enable()


@pytest.mark.skipif(sys.platform != "linux", reason="only glibc has arenas to limit")
def test_arenas_are_limited_where_there_are_any() -> None:
    """On Linux with glibc the wish is heard; elsewhere it is said that it was not."""
    assert memory.few_arenas()


def test_elsewhere_nothing_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """On another system the C library is left alone."""
    monkeypatch.setattr(sys, "platform", "darwin")
    assert not memory.few_arenas()

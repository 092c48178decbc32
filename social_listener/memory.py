"""Keeping the memory of a service that runs for months together: what lies about is collected, arenas are few."""

from __future__ import annotations

import asyncio
import ctypes
import gc
import sys
from typing import Final

#: seconds between two collections, each of which holds everything up for a moment
EVERY: Final = 10.0
#: of mallopt(3): how many arenas there may be; two are enough for threads that hold Python's lock most of the time
_ARENA_MAX: Final = -8
_ARENAS: Final = 2


def few_arenas() -> bool:
    """Have all threads share two arenas; return whether that could be asked for.

    glibc gives threads arenas of their own, eight a core, and what a page's drawing leaves free in one of them is of no
    use to the next, which runs in another thread. Elsewhere, or with another allocator, nothing is changed.
    """
    if sys.platform != "linux":
        return False
    try:
        return bool(ctypes.CDLL(None).mallopt(_ARENA_MAX, _ARENAS))
    except (OSError, AttributeError):
        return False


async def tidy(every: float = EVERY) -> None:
    """Have what pages leave behind collected before much of it lies about; runs until it is cancelled.

    Every drawing makes some hundred classes and functions that hold each other. By itself the collector comes for them
    when they are a quarter of all there is, and by then they are spread over memory that nobody can give back. What is
    there at the beginning, modules most of all, stays for ever and is not looked through again.
    """
    gc.collect()
    gc.freeze()
    while True:
        await asyncio.sleep(every)
        gc.collect()

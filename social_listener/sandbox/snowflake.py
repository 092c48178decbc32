"""X's ids: milliseconds since 4 November 2010 above 22 low bits that tell apart what one millisecond brought."""

from __future__ import annotations

import random
from collections import OrderedDict
from collections.abc import Callable

EPOCH_MS = 1288834974657
"""The first millisecond of X's ids (snowflake; confirmed by the recorded ids and their times)."""

SHIFT = 22
_REMEMBERED = 4096


def first_id(ms: int) -> int:
    """Return the lowest id that something sent in this millisecond (since 1970) can have."""
    return max(0, ms - EPOCH_MS) << SHIFT


def time_ms(snowflake: int) -> int:
    """Return the millisecond (since 1970) that an id was made in."""
    return (snowflake >> SHIFT) + EPOCH_MS


class IdMaker:
    """Gives out ids in the order asked for, unique over posts and direct messages together."""

    def __init__(self, taken: Callable[[int], bool]) -> None:
        """Ask `taken` whether an id exists already; needed after a restart and for backdated items."""
        self._taken = taken
        self._next: OrderedDict[int, int] = OrderedDict()

    def make(self, ms: int) -> int:
        """Return a new id for this millisecond, larger than every id given out for it before."""
        base = first_id(ms)
        candidate = self._next.pop(ms, base + 1)
        while self._taken(candidate):
            candidate += 1
        self._next[ms] = candidate + 1
        if len(self._next) > _REMEMBERED:
            self._next.popitem(last=False)
        return candidate


def user_id(seed: int, handle: str) -> str:
    """Return the fixed id of an invented user: a snowflake of a day from 2012 to 2024, by seed and handle."""
    rng = random.Random(f"user:{seed}:{handle.lower()}")
    return str(first_id(rng.randrange(1325376000000, 1704067200000)) | rng.randrange(1, 4096))

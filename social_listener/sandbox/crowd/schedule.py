"""What is going to happen in the crowd and when, by the sandbox's clock."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable

Action = Callable[[int], object]
"""Something to do; it is told the millisecond it was due at, and what it returns is not looked at."""


class Schedule:
    """Actions in the order in which they are due; those due together in the order they were planned in."""

    def __init__(self) -> None:
        """Start with nothing planned."""
        self._heap: list[tuple[int, int, Action]] = []
        self._count = itertools.count()

    def plan(self, due_ms: int, action: Action) -> None:
        """Do this then."""
        heapq.heappush(self._heap, (due_ms, next(self._count), action))

    def next_due(self) -> int | None:
        """Return the millisecond of the next action."""
        return self._heap[0][0] if self._heap else None

    def pop(self) -> tuple[int, Action]:
        """Take the next action off."""
        due_ms, _, action = heapq.heappop(self._heap)
        return due_ms, action

"""The log of calls: what was asked when, for tests that must know that nothing was asked."""

from __future__ import annotations

import re
import threading
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

_KEPT = 100_000


@dataclass(frozen=True, slots=True)
class Call:
    """One call as it arrived. `at` is the sandbox's clock, `took_ms` real time, `fault` the kind that hit it."""

    number: int
    at: datetime
    method: str
    path: str
    query: str
    endpoint: str
    status: int | None
    account: str | None
    took_ms: float
    fault: str | None

    def as_json(self) -> dict[str, Any]:
        """Plain JSON types."""
        return {name: getattr(self, name) for name in self.__slots__} | {"at": self.at.isoformat()}


class CallLog:
    """The last 100,000 calls, oldest first. Status is None when no answer was sent."""

    def __init__(self) -> None:
        """Start empty."""
        self._calls: deque[Call] = deque(maxlen=_KEPT)
        self._number = 0
        self._lock = threading.Lock()
        self._arrived = threading.Condition(self._lock)

    def add(self, **facts: Any) -> None:
        """Write a call down."""
        with self._arrived:
            self._number += 1
            self._calls.append(Call(number=self._number, **facts))
            self._arrived.notify_all()

    def __iter__(self) -> Iterator[Call]:
        with self._lock:
            return iter(list(self._calls))

    def __len__(self) -> int:
        return len(self._calls)

    def to(self, pattern: str, after: int = 0) -> list[Call]:
        """Return the calls whose "METHOD /path" the regular expression is found in, with a number above `after`."""
        wanted = re.compile(pattern)
        return [call for call in self if call.number > after and wanted.search(f"{call.method} {call.path}")]

    def wait_for(self, pattern: str, count: int = 1, timeout: float = 10.0) -> list[Call]:
        """Wait until that many matching calls were answered.

        Raises:
            TimeoutError: they did not come in `timeout` seconds of real time.
        """
        wanted = re.compile(pattern)

        def found() -> list[Call]:
            return [call for call in self._calls if wanted.search(f"{call.method} {call.path}")]

        with self._arrived:
            if not self._arrived.wait_for(lambda: len(found()) >= count, timeout):
                raise TimeoutError(f"{len(found())} of {count} calls to {pattern!r} came")
            return found()

    def clear(self) -> None:
        """Forget the calls; numbers go on."""
        with self._lock:
            self._calls.clear()

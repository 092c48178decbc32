"""What waits to be told, in the order in which it goes out, and when a delivery that failed is tried again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from social_listener.sandbox.webhooks.signing import Channel

_META_DELAYS_S = (0, 10, 60, 600, 3_600, 14_400, 36_000, 64_800)
"""At once, then a few more times with decreasing frequency over 36 hours, as documented."""
_X_DELAYS_S = (0, 60, 600)
"""X documents no schedule; here are three more tries."""


@dataclass(slots=True, eq=False)
class Waiting:
    """One delivery that has not been made. `due_ms` is by the sandbox's clock."""

    channel: Channel
    payloads: list[dict[str, Any]]
    """At Meta entries, at X one whole body."""
    due_ms: int
    number: int
    body: bytes | None = None
    """The bytes, where they are settled: it is tried again, or was told already."""
    released: bool = False
    """A flush has let it go, whatever the time is."""
    tries: int = 0

    @property
    def order(self) -> tuple[int, int]:
        """What deliveries go out by."""
        return self.due_ms, self.number

    def put_off(self, now_ms: int) -> bool:
        """Wait for the next try; False when there is none."""
        delays = _X_DELAYS_S if self.channel == "x" else _META_DELAYS_S
        self.released = False
        if self.tries >= len(delays):
            return False
        self.due_ms = now_ms + delays[self.tries] * 1000
        self.tries += 1
        return True


class Line:
    """Everything that waits. The caller guards it."""

    def __init__(self) -> None:
        """Start with nothing."""
        self._waiting: list[Waiting] = []
        self._count = 0

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, channel: Channel, payload: dict[str, Any], due_ms: int) -> Waiting:
        """Let something wait."""
        self._count += 1
        one = Waiting(channel, [payload], due_ms, self._count)
        self._waiting.append(one)
        return one

    def back(self, one: Waiting) -> None:
        """Let a delivery that failed wait again."""
        self._waiting.append(one)

    def release(self) -> None:
        """Let everything go that waits now."""
        for one in self._waiting:
            one.released = True

    def drop(self, channel: Channel) -> None:
        """Forget what waits for a channel."""
        self._waiting = [one for one in self._waiting if one.channel != channel]

    def next_due(self) -> int | None:
        """Return the millisecond at which the next delivery is due."""
        return min((one.due_ms for one in self._waiting), default=None)

    def ready(self, now_ms: int, *, hold: bool) -> bool:
        """Whether something may go out now."""
        return any(_free(one, now_ms, hold) for one in self._waiting)

    def take(self, now_ms: int, *, hold: bool, batch: int) -> Waiting | None:
        """Take what goes out next; at Meta up to so many changes whose bytes are not settled become one delivery."""
        free = [one for one in self._waiting if _free(one, now_ms, hold)]
        if not free:
            return None
        first = min(free, key=lambda one: one.order)
        taken = [first]
        if batch > 1 and _joins(first):
            others = (one for one in free if one is not first and one.channel == first.channel and _joins(one))
            taken += sorted(others, key=lambda one: one.order)[: batch - 1]
            first.payloads = [payload for one in taken for payload in one.payloads]
        numbers = {one.number for one in taken}
        self._waiting = [one for one in self._waiting if one.number not in numbers]
        return first


def _free(one: Waiting, now_ms: int, hold: bool) -> bool:
    return one.released or (not hold and one.due_ms <= now_ms)


def _joins(one: Waiting) -> bool:
    return one.channel != "x" and one.body is None

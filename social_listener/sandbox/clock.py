"""The time of the sandbox world: the real one, or one that only moves when told to."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import Literal

Mode = Literal["manual", "real"]

MANUAL_START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
"""Where a manual clock starts unless told otherwise, so that two runs with one seed are the same."""


class Clock:
    """Time with millisecond precision, in UTC. It never runs backwards."""

    def __init__(self, mode: Mode = "real", start: datetime | None = None) -> None:
        """Start a clock; `start` (aware) is the first moment of a manual clock and ignored by a real one."""
        if mode not in ("manual", "real"):
            raise ValueError(f"clock must be 'manual' or 'real', not {mode!r}")
        if start is not None and start.tzinfo is None:
            raise ValueError("the start of the clock must be an aware datetime")
        self.mode: Mode = mode
        self._lock = threading.Lock()
        self._moment = (start or MANUAL_START).astimezone(UTC)
        self._ahead = timedelta()

    def now(self) -> datetime:
        """Return the sandbox's moment, aware UTC, cut to the millisecond."""
        with self._lock:
            moment = self._moment if self.mode == "manual" else datetime.now(UTC) + self._ahead
        return moment.replace(microsecond=moment.microsecond // 1000 * 1000)

    def now_ms(self) -> int:
        """Return the same moment in milliseconds since 1970."""
        return to_ms(self.now())

    def advance(self, seconds: float) -> datetime:
        """Move forward and return the new moment. A real clock stays ahead by that much."""
        if seconds < 0:
            raise ValueError("the sandbox's clock cannot run backwards")
        with self._lock:
            if self.mode == "manual":
                self._moment += timedelta(seconds=seconds)
            else:
                self._ahead += timedelta(seconds=seconds)
        return self.now()

    def at_least(self, moment_ms: int) -> None:
        """Move forward to this moment if it has not passed; used when a journal is read again."""
        missing = moment_ms - self.now_ms()
        if missing > 0:
            self.advance(missing / 1000)


def to_ms(moment: datetime) -> int:
    """Milliseconds since 1970 of an aware datetime.

    Raises:
        ValueError: the datetime is naive.
    """
    if moment.tzinfo is None:
        raise ValueError("times in the sandbox are aware datetimes")
    return round(moment.timestamp() * 1000)


def from_ms(ms: int) -> datetime:
    """Return the aware UTC datetime of milliseconds since 1970."""
    return datetime.fromtimestamp(ms / 1000, UTC)


def iso(ms: int) -> str:
    """X's spelling of a time: 2026-03-02T09:00:00.000Z."""
    moment = from_ms(ms)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{ms % 1000:03d}Z"

"""What a channel for Instagram remembers while its process lives: nothing that could not be asked again.

Instagram tells no time of the last comment of a medium, only how many there are. So the counts that were read whole,
and stored, are remembered; after a start every medium that has comments is read once.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from social_listener.cursor import Cursor


@dataclass(frozen=True, slots=True, kw_only=True)
class _Given:
    """The end of a poll, as it was handed over to be stored."""

    token: str | None  #: the page token given with it; None: the walk was over
    started: datetime
    counts: Mapping[str, int]


class Memory:
    """Counts of comments. Threads may share it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: dict[str, int] = {}
        self._read: dict[str, int] = {}
        self._turn = 0
        self._given: _Given | None = None

    def begin(self, cursor: Cursor) -> None:
        """Begin a poll: what the one before it read counts as read when it was stored, which the cursor shows."""
        with self._lock:
            given, self._given = self._given, None
            if given is None:
                return
            over = given.token is None and cursor.resume is None and cursor.since == given.started
            if over or (given.token is not None and cursor.resume == given.token):
                self._counts |= given.counts
                self._turn += 1
                self._read |= dict.fromkeys(given.counts, self._turn)

    def end(self, token: str | None, started: datetime, counts: Mapping[str, int]) -> None:
        """End a poll that read all comments of those media."""
        with self._lock:
            self._given = _Given(token=token, started=started, counts=dict(counts))

    def has_moved(self, media: str, count: int | None) -> bool:
        """Return whether a medium has another number of comments than when it was read."""
        with self._lock:
            return count is None or count != self._counts.get(media, 0)

    def longest_unread(self, media: Iterable[str]) -> str | None:
        """Return the one of those media whose comments were read before all others; None: none of them was."""
        with self._lock:
            return min((one for one in media if one in self._read), key=lambda one: self._read[one], default=None)

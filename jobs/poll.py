"""Polls streams when they are due, a few at a time, so that a slow platform holds up no other."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from collections.abc import Set as AbstractSet
    from datetime import timedelta

    from social_listener.jobs.work import Work
    from social_listener.service import Service

_log = logging.getLogger(__name__)


def run(work: Work) -> str | None:
    """Begin the polls that are due; they go on in threads of their own while the clock ticks on."""
    work.service.announcer.look(work.service.clock())
    work.pollers.tick()
    return None


@dataclass(frozen=True, slots=True)
class Platform:
    """What is slow together: a channel at one address."""

    channel: str
    base_url: str | None


def choose(due: Sequence[str], running: AbstractSet[str], platforms: Mapping[str, Platform], threads: int) -> list[str]:
    """Return which of the streams `due` (most overdue first) begin now.

    No stream runs twice at a time. At most `threads` run, and every platform that has a stream keeps one of them for
    itself: with `threads` = 4 and two platforms, a platform that hangs holds three and the other one still moves.
    """
    names = set(platforms.values())
    most = max(threads, len(names))
    share = most - (len(names) - 1)
    used = Counter(platforms[stream] for stream in running if stream in platforms)
    chosen: list[str] = []
    for stream in due:
        platform = platforms.get(stream)
        if platform is None or stream in running or stream in chosen:
            continue
        if len(running) + len(chosen) < most and used[platform] < share:
            used[platform] += 1
            chosen.append(stream)
    return chosen


class Pollers:
    """The polls under way."""

    def __init__(self, service: Service, stopping: threading.Event) -> None:
        self._service = service
        self._stopping = stopping
        self._changed = threading.Condition()
        self._running: set[str] = set()
        accounts = {account.id: account for account in service.settings.accounts}
        self._platforms = {
            stream.id: Platform(stream.channel, accounts[stream.account_id].base_url)
            for stream in service.streams.values()
        }

    def tick(self) -> None:
        """Begin what is due."""
        due = self._service.ingest.due(self._service.clock())
        with self._changed:
            chosen = choose(due, self._running, self._platforms, self._service.settings.polling.threads)
            self._running.update(chosen)
        for stream_id in chosen:
            # Daemons: a platform that does not answer must not keep the process from ending.
            threading.Thread(target=self._poll, args=(stream_id,), name=f"poll {stream_id}", daemon=True).start()

    def running(self) -> list[str]:
        """Return the streams being polled."""
        with self._changed:
            return sorted(self._running)

    def wait(self, patience: timedelta) -> bool:
        """Wait until no poll is under way, at most `patience`; return whether that was reached."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._running, patience.total_seconds())

    def _poll(self, stream_id: str) -> None:
        try:
            self._service.ingest.poll(self._service.streams[stream_id], stop=self._stopping.is_set)
        except Exception:  # noqa: BLE001 - one stream must not end the others
            # A poll writes its failures on the stream's row; what comes here is a fault of ours. The stream is tried
            # again when it is due, the others never notice.
            _log.exception("poll broke", extra={"stream": stream_id})
        finally:
            with self._changed:
                self._running.discard(stream_id)
                self._changed.notify_all()

"""Brings the search index up to date: a little every second, and whole when it has to be built anew."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from social_listener.errors import StoreError

if TYPE_CHECKING:
    from datetime import timedelta

    from social_listener.jobs.work import Work
    from social_listener.service import Service

_log = logging.getLogger(__name__)


def run(work: Work) -> str | None:
    """Begin to take up what changed; it goes on in a thread of its own."""
    work.indexer.wake()
    return None


class Indexer:
    """The one thread that writes the search index."""

    def __init__(self, service: Service, stopping: threading.Event) -> None:
        self._index = service.store.index
        self._stopping = stopping
        self._changed = threading.Condition()
        self._running = False

    def wake(self, *, anew: bool = False) -> None:
        """Take up what changed, or build the index `anew`; returns at once, and does nothing while that goes on."""
        self._index.kept = True
        with self._changed:
            if self._running or self._stopping.is_set():
                return
            self._running = True
        # A daemon: a build that takes minutes must not keep the process from ending; it begins again at the next start.
        threading.Thread(target=self._work, args=(anew,), name="index", daemon=True).start()

    def running(self) -> list[str]:
        """Return what is under way, in words."""
        with self._changed:
            return ["the search index"] if self._running else []

    def wait(self, patience: timedelta) -> bool:
        """Wait until nothing is under way, at most `patience`; return whether that was reached."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._running, patience.total_seconds())

    def _work(self, anew: bool) -> None:
        try:
            if anew:
                self._index.build(self._stopping.is_set)
            else:
                self._index.catch_up(self._stopping.is_set)
        except StoreError as error:
            _log.error("the search index could not be brought up to date", extra={"error": str(error)})
        except Exception:  # noqa: BLE001 - the next tick tries again
            _log.exception("indexing broke")
        finally:
            with self._changed:
                self._running = False
                self._changed.notify_all()

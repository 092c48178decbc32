"""Scoring anew what is stored, beside everything else: one at a time, and all can see how far it is."""

from __future__ import annotations

import logging
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from social_listener.desk_types.teaching import Renewal
from social_listener.errors import Conflict

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import timedelta

    #: what it tells while it is at work: items looked at, scores written
    Progress = Callable[[int, int], None]

log = logging.getLogger(__name__)

_NAME: Final = "rescore"


class Renewing:
    """Does it in a thread of its own. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._told: Renewal | None = None

    @property
    def told(self) -> Renewal | None:
        """Return how far it is, or how the last one ended; None: there was none."""
        with self._lock:
            return self._told

    def begin(self, wanted: Renewal, work: Callable[[Progress, threading.Event], object]) -> None:
        """Begin it; `work` does it, and stops between two steps when it is told to. `Conflict`: one is at work."""
        with self._lock:
            if self._told is not None and not self._told.ended:
                raise Conflict(f"{self._told.staff} is having it scored anew already")
            self._told = wanted
            self._thread = threading.Thread(target=self._run, args=(work,), name=_NAME, daemon=True)
            self._thread.start()

    def close(self, patience: timedelta) -> None:
        """Stop it, and wait for the step that is at work."""
        self._stopping.set()
        thread = self._thread
        if thread is not None:
            thread.join(patience.total_seconds())

    def _run(self, work: Callable[[Progress, threading.Event], object]) -> None:
        failed = True
        try:
            work(lambda done, written: self._note(done=done, written=written), self._stopping)
            failed = self._stopping.is_set()
        except Exception:
            log.exception("rescore: what is stored could not be scored anew")
        finally:
            self._note(ended=True, failed=failed)

    def _note(self, **changes: int) -> None:
        with self._lock:
            if self._told is not None:
                self._told = replace(self._told, **changes)  # type: ignore[arg-type]  # fields of it, by name

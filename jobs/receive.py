"""Reads what platforms pushed: at once when it came, and again every second for what a crash left."""

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
    """Begin to read what waits; it goes on in threads of its own."""
    for account_id in work.service.ingest.received():
        work.receivers.wake(account_id)
    return None


class Receivers:
    """The threads that read deliveries, one an account at most."""

    def __init__(self, service: Service, stopping: threading.Event) -> None:
        self._service = service
        self._stopping = stopping
        self._changed = threading.Condition()
        self._again: dict[str, bool] = {}  # account being read → whether something came meanwhile

    def wake(self, account_id: str) -> None:
        """Have an account's deliveries read; returns at once, and may be called from any thread."""
        with self._changed:
            if self._stopping.is_set():
                return
            if account_id in self._again:
                self._again[account_id] = True
                return
            self._again[account_id] = False
        # Daemons, as polls are: who we are may have to be asked of a platform that does not answer.
        threading.Thread(target=self._read, args=(account_id,), name=f"receive {account_id}", daemon=True).start()

    def running(self) -> list[str]:
        """Return the accounts whose deliveries are being read."""
        with self._changed:
            return [f"deliveries of {account_id}" for account_id in sorted(self._again)]

    def wait(self, patience: timedelta) -> bool:
        """Wait until nothing is being read, at most `patience`; return whether that was reached."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._again, patience.total_seconds())

    def _read(self, account_id: str) -> None:
        while True:
            try:
                self._service.ingest.receive(account_id, stop=self._stopping.is_set)
            except StoreError as error:
                # They wait in the database; the job comes back to them.
                _log.error("deliveries could not be read", extra={"account": account_id, "error": str(error)})
            except Exception:  # noqa: BLE001 - one account must not end the others
                _log.exception("receiving broke", extra={"account": account_id})
            with self._changed:
                if self._again[account_id] and not self._stopping.is_set():
                    self._again[account_id] = False
                    continue
                del self._again[account_id]
                self._changed.notify_all()
                return

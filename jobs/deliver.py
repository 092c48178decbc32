"""Sends what is due, and looks for what may have been sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from social_listener.jobs.work import Work


def run(work: Work) -> str | None:
    """Begin to send every reply whose time has come; the calls go on in threads of the outbox."""
    if not work.stopping.is_set():
        work.service.outbox.deliver(wait=False)
    return None


def reconcile(work: Work) -> str | None:
    """Read our own words at the platforms, for replies in doubt whose reading is due."""
    settled = 0 if work.stopping.is_set() else work.service.outbox.reconcile()
    return f"{settled} replies in doubt settled" if settled else None

"""Sends reports by e-mail when they are due."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from social_listener.jobs.work import Work


def run(work: Work) -> str | None:
    """Queue the digests that are due, and send what waits."""
    if work.stopping.is_set():
        return None
    digests = work.service.desk.digests
    try:
        queued = digests.queue()
    finally:  # what could not be queued keeps nothing else from leaving
        calls = digests.send(work.stopping)
    return f"{queued} e-mails queued, {calls} attempts" if queued or calls else None

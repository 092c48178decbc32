"""Asks platforms whether they push what is to be pushed: at the start, and then once a day."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from social_listener.jobs.work import Work


def run(work: Work) -> str | None:
    """Ask for every account whose time has come; return how many lack something. Health tells what."""
    lacking = 0
    for account_id in work.service.channels:
        if work.stopping.is_set():
            break
        lacking += work.service.ingest.check_subscription(account_id) is not None
    return f"{lacking} accounts are not pushed all" if lacking else None

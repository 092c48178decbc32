"""Keeps the database small, and copies it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from social_listener.store import escalations, job_runs

if TYPE_CHECKING:
    from social_listener.jobs.work import Work

#: a log of writes larger than this is folded into the database file once a day; the engine does it by itself at more
_LOG_BYTES = 1_000_000


def run(work: Work) -> str | None:
    """Forget what is past its retention, then fold the log of writes into the file."""
    service = work.service
    now, keep = service.clock(), service.settings.retention
    with service.store.transaction() as cursor:
        job_runs.forget(cursor, now - keep.job_runs)
        escalations.forget(cursor, now - keep.job_runs)
    forgotten = service.ingest.forget_raw_pages(now - keep.raw_pages)
    service.store.checkpoint(above=_LOG_BYTES)
    return f"{forgotten} raw pages forgotten"


def backup(work: Work) -> str | None:
    """Write a checked copy of the database, and prune old ones."""
    service = work.service
    started = time.monotonic()
    file = service.store.backup(
        service.store.backup_directory, service.clock(), keep=service.settings.retention.backups
    )
    return f"{file.name}, {file.stat().st_size / 1e6:.1f} MB in {time.monotonic() - started:.1f} s"

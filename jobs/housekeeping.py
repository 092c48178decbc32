"""Keeps the database small, and copies it."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING

from social_listener.store import escalations, job_runs, notifications, reports

if TYPE_CHECKING:
    from social_listener.jobs.work import Work

#: a log of writes larger than this is folded into the database file once a day; the engine does it by itself at more
_LOG_BYTES = 1_000_000
#: what somebody was told of and has read is forgotten after this; the audit keeps what happened
_READ_KEPT = timedelta(days=90)


def run(work: Work) -> str | None:
    """Forget what is past its retention, pictures too, fold the log into the file, drop copies of deleted words."""
    service = work.service
    now, keep = service.clock(), service.settings.retention
    with service.store.transaction() as cursor:
        job_runs.forget(cursor, now - keep.job_runs)
        escalations.forget(cursor, now - keep.job_runs)
        notifications.forget(cursor, now - _READ_KEPT)
        files = reports.forget_files(cursor, now - keep.report_files)
    forgotten = service.ingest.forget_raw_pages(now - keep.raw_pages)
    pictures = service.desk.media.sweep() + service.outbox.tidy(now)
    service.store.checkpoint(above=_LOG_BYTES)
    if service.store.index.stale:
        work.indexer.wake(anew=True)
    return f"{forgotten} raw pages, {pictures} pictures and {files} files of reports forgotten"


def backup(work: Work) -> str | None:
    """Write a checked copy of the database, and prune old ones."""
    service = work.service
    started = time.monotonic()
    file = service.store.backup(
        service.store.backup_directory, service.clock(), keep=service.settings.retention.backups
    )
    return f"{file.name}, {file.stat().st_size / 1e6:.1f} MB in {time.monotonic() - started:.1f} s"

"""Commands that do by hand what the jobs do by themselves: poll, deliver, backup, replay."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from social_listener import terminal
from social_listener.cli.session import Session, with_service
from social_listener.model import ReplyState

if TYPE_CHECKING:
    from collections.abc import Sequence

#: seconds between two looks for due streams when `poll` goes on
_TICK = 1.0


@click.command()
@click.option("--once", is_flag=True, help="Poll what is due to its end, then stop.")
@click.option("--stream", "streams", multiple=True, metavar="ID", help="Only this stream, due or not. May be repeated.")
@with_service(online=True)
def poll(session: Session, *, once: bool, streams: Sequence[str] = ()) -> int:
    """Poll the streams that are due."""
    known = session.service.streams
    for stream_id in streams:
        if stream_id not in known:
            session.screen.say(f"social-listener: there is no stream {stream_id}; there are: {', '.join(known)}")
            return terminal.WRONG_USE
    worst = terminal.OK
    while True:
        for stream_id in streams or session.service.ingest.due(session.service.clock()):
            worst = max(worst, _poll(session, stream_id))
        if once or not session.screen.has_reader():
            return worst
        time.sleep(_TICK)


def _poll(session: Session, stream_id: str) -> int:
    """Poll one stream to its end; say in one line what went wrong."""
    stored = 0

    def progress(items: int) -> None:
        nonlocal stored
        stored += items
        session.screen.progress(f"{stream_id}: {stored} items")

    stream = session.service.streams[stream_id]
    while True:
        result = session.service.ingest.poll(stream, until_end=True, progress=progress)
        if result.pages or result.complete or result.error is not None or result.wait_until is not None:
            break
        time.sleep(0.1)  # the job of the running service is at it; what comes after its end is ours
    if result.error is not None:
        session.screen.say(f"social-listener: {stream_id}: {result.error}")
        return terminal.FAILED
    if result.wait_until is not None:
        session.screen.say(f"{stream_id}: left alone until {result.wait_until:%H:%M:%S} UTC, as the platform asked")
    elif session.screen.interactive:
        session.screen.say(f"{stream_id}: {result.stored} stored")
    return terminal.OK


@click.command()
@with_service(online=True)
def deliver(session: Session) -> int:
    """Send the replies whose time has come, look for those in doubt, once; print how many came to which state."""
    outbox = session.service.outbox
    states = outbox.deliver()
    settled = outbox.reconcile()
    counts = {state.value: states.get(state, 0) for state in ReplyState}
    session.screen.json({**counts, "reconciled": settled})
    return terminal.FAILED if states.get(ReplyState.REJECTED) or states.get(ReplyState.EXPIRED) else terminal.OK


@click.command()
@click.option(
    "--to",
    "folder",
    type=click.Path(file_okay=False, resolve_path=True),
    default=None,
    metavar="FOLDER",
    help="Write it there; else into `backups` in the data folder.",
)
@with_service(online=False)
def backup(session: Session, *, folder: str | None = None) -> int:
    """Write a checked copy of the database; print its path as JSON."""
    service = session.service
    where = Path(folder) if folder else service.store.backup_directory
    session.screen.progress("copying the database")
    file = service.store.backup(where, service.clock(), keep=service.settings.retention.backups)
    session.screen.json({"backup": str(file), "bytes": file.stat().st_size})
    return terminal.OK


@click.command()
@with_service(online=True)
def replay(session: Session) -> int:
    """Rebuild what platforms told us from the stored raw pages; what staff did stays."""
    pages = session.service.ingest.replay(lambda done, total: session.screen.progress(f"{done} of {total} pages"))
    session.screen.json({"pages": pages})
    return terminal.OK

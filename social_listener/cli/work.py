"""Commands that do by hand what the jobs do by themselves: poll, deliver, backup, replay."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from social_listener import terminal
from social_listener.cli.session import Session, with_service
from social_listener.model import ReplyState
from social_listener.store import dead_letters
from social_listener.store import streams as table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

#: seconds between two looks for due streams when `poll` goes on
_TICK = 1.0
#: states in which the platform refuses a whole account
_REFUSED: Final = {"unauthorized": "is refused by the platform", "out_of_credit": "has no credit left"}


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
    told: dict[str, str] = {}  # the last line about a stream that waits: one that asks every second says it once
    while True:
        polled = {
            stream_id: _poll(session, stream_id, told)
            for stream_id in dict.fromkeys(streams or session.service.ingest.due(session.service.clock()))
        }
        if once or not session.screen.has_reader():
            left = 0 if streams else _tell_left_out(session, polled)
            return max([terminal.FAILED if left else terminal.OK, *polled.values()])
        time.sleep(_TICK)


def _poll(session: Session, stream_id: str, told: dict[str, str]) -> int:
    """Poll one stream to its end; say in one line what went wrong. FAILED when it was not read."""
    stored = 0

    def progress(items: int) -> None:
        nonlocal stored
        stored += items
        session.screen.progress(f"{stream_id}: {stored} items")

    stream = session.service.streams[stream_id]
    began = session.service.clock()
    while True:
        result = session.service.ingest.poll(stream, until_end=True, progress=progress)
        if result.pages or result.complete or result.error is not None or result.wait_until is not None:
            break
        time.sleep(0.1)  # the job of the running service is at it; what comes after its end is ours
    if result.rejected:
        _tell_set_aside(session, stream_id, began)
    if result.error is not None:
        session.screen.say(f"social-listener: {stream_id}: {_line(result.error)}")
        return terminal.FAILED
    if result.wait_until is not None:
        line = _waiting(session, stream_id) or f"not read: left alone until {_moment(result.wait_until)}"
        if told.get(stream_id) != line:
            session.screen.say(f"social-listener: {stream_id}: {line}")
        told[stream_id] = line
        return terminal.FAILED
    if session.screen.interactive:
        session.screen.say(f"{stream_id}: {result.stored} stored")
    return terminal.OK


def _tell_left_out(session: Session, polled: Mapping[str, int]) -> int:
    """Say a line for each stream that was not polled because of an earlier failure; return how many there are.

    Streams that are merely not due are no news.
    """
    count = 0
    for stream_id in session.service.streams:
        line = None if stream_id in polled else _waiting(session, stream_id)
        if line is not None:
            session.screen.say(f"social-listener: {stream_id}: {line}")
            count += 1
    return count


def _waiting(session: Session, stream_id: str) -> str | None:
    """Return in words until when an earlier failure keeps a stream from being read, and why; None: none does."""
    now = session.service.clock()
    with session.service.store.read() as cursor:
        row = table.stream(cursor, stream_id)
        account = table.account(cursor, row.account_id) if row else None
    if row is None:
        return None
    if row.not_before is not None and row.not_before > now:
        return f"not read: left alone until {_moment(row.not_before)}, as the platform asked: {_line(row.last_error)}"
    if account is not None and account.state in _REFUSED:
        why = f"account {account.id} {_REFUSED[account.state]}: {_line(account.problem)}"
        return f"not read: tried again at {_moment(row.next_due_at)}; {why}"
    if row.errors and row.next_due_at > now:
        return f"not read: tried again at {_moment(row.next_due_at)}, after a failure: {_line(row.last_error)}"
    return None


def _tell_set_aside(session: Session, stream_id: str, began: datetime) -> None:
    """Say how many things of a stream could not be read for the first time since then."""
    with session.service.store.read() as cursor:
        letters = dead_letters.open_letters(cursor, stream_id)
    fresh = sum(letter.first_seen_at >= began for letter in letters)
    if fresh:
        many = "1 dead letter" if fresh == 1 else f"{fresh} dead letters"
        session.screen.say(f"{stream_id}: {many} more: what could not be read is kept aside; `status --json` lists it")


def _line(text: str | None) -> str:
    return " ".join((text or "no reason was given").split())


def _moment(time_: datetime) -> str:
    return f"{time_:%Y-%m-%d %H:%M:%S} UTC"


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

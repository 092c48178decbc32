"""Commands that speak: reply, settle and deliver. They go through the same desk and outbox as the dashboard."""

from __future__ import annotations

import contextlib
import signal
import sys
import threading
import time
import uuid
from datetime import timedelta
from typing import TYPE_CHECKING

import click

from social_listener import terminal
from social_listener.cli import shapes
from social_listener.cli.session import Session, with_service
from social_listener.model import ReplyState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from social_listener.desk_types import ReplyLine

#: how long `reply` waits, beyond the undo window, until it is known what became of the reply
PATIENCE = timedelta(seconds=90)
#: characters of one text; longer ones would not fit into a request to the service either
MOST = 50_000

_STILL_OPEN = {ReplyState.QUEUED, ReplyState.SENDING, ReplyState.IN_DOUBT}


def _words(_: click.Context, param: click.Parameter, value: str | None) -> str | None:
    """Return a text that can be stored and sent; what a shell hands over in another encoding than UTF-8 is none."""
    try:
        text = sys.stdin.read().rstrip("\n") if value == "-" and param.name == "text" else value
        (text or "").encode()
    except UnicodeError:
        raise click.BadParameter("this is no text in UTF-8") from None
    if text is not None and len(text) > MOST:
        raise click.BadParameter(f"this is longer than {MOST:,} characters, which no platform takes")
    return text


@click.command()
@click.argument("item_id", callback=_words)
@click.option("--public", is_flag=True, help="Readable by everybody.")
@click.option("--private", is_flag=True, help="Readable by the customer only.")
@click.option("--text", callback=_words, required=True, help="What to say; - reads it from standard input.")
@click.option("--now", is_flag=True, help="Without the time to take it back.")
@click.option("--no-wait", is_flag=True, help="Put it into the outbox and return at once.")
@click.option("--staff", callback=_words, default=None, help="Who says it; else the first administrator.")
@click.option(
    "--nonce",
    callback=_words,
    # Made where the command is typed: if the service ends in mid-answer, the caller can still name this very reply.
    default=lambda: uuid.uuid4().hex,
    help="Names this text; the same nonce again is the same reply, never a second one. Else a new one.",
)
@with_service(online=True)
def reply(
    session: Session,
    *,
    item_id: str,
    public: bool,
    private: bool,
    text: str,
    now: bool,
    no_wait: bool,
    staff: str | None,
    nonce: str,
) -> int:
    """Answer the item ITEM_ID and print as JSON what became of it.

    Without --now it can be taken back with Ctrl+C until the undo window is over.
    """
    if public is private:
        session.screen.say(
            "social-listener: say either --public or --private; who can read a reply is never left to a default"
        )
        return terminal.WRONG_USE
    desk = session.service.desk
    author = staff or desk.people.first_administrator()
    say = desk.reply_public if public else desk.reply_private
    line = say(item_id, text, author, nonce, undo=timedelta(0) if now else None)
    if not no_wait:
        line = _wait(session, line, author)
    session.screen.json(shapes.reply(line))
    return _code(line, waited=not no_wait)


def _wait(session: Session, line: ReplyLine, author: str) -> ReplyLine:
    """Return the reply once it is settled, or as it is when that takes too long."""
    service = session.service
    give_up = max(line.not_before, service.clock()) + PATIENCE
    with _interruption(session) as interrupted:
        left = (line.not_before - service.clock()).total_seconds()
        if left > 0:
            session.screen.say(f"reply {line.id} leaves in {left:.0f} s; Ctrl+C takes it back")
        while line.state in _STILL_OPEN and service.clock() < give_up:
            if interrupted():
                undone = service.desk.undo(line.id, author)
                session.screen.say(f"reply {line.id} was taken back" if undone else "too late: it is on its way")
                return service.desk.reply_line(line.id)
            if line.asks_for_a_person:
                return line
            if not session.resident:
                service.outbox.deliver()
                service.outbox.reconcile()
            line = service.desk.reply_line(line.id)
            if line.state is ReplyState.QUEUED and line.not_before > give_up:
                return line
            if line.state in _STILL_OPEN:
                session.screen.progress(f"reply {line.id}: {line.state.value}")
                time.sleep(0.1)
    return line


@contextlib.contextmanager
def _interruption(session: Session) -> Iterator[Callable[[], bool]]:
    """Yield whether the reply is to be taken back: Ctrl+C was pressed, or the command that asked us is gone."""
    if session.resident:
        yield lambda: not session.screen.has_reader()
        return
    pressed = threading.Event()
    # An exception in the middle of a send would leave a doubt where there need be none.
    before = signal.signal(signal.SIGINT, lambda *_: pressed.set())
    try:
        yield pressed.is_set
    finally:
        signal.signal(signal.SIGINT, before)


def _code(line: ReplyLine, *, waited: bool) -> int:
    if line.state is ReplyState.SENT or (line.state is ReplyState.QUEUED and not waited):
        return terminal.OK
    return terminal.UNDECIDED if line.state in _STILL_OPEN else terminal.FAILED


@click.command()
@click.argument("intent_id", callback=_words)
@click.option(
    "--sent", "platform_id", callback=_words, default=None, metavar="PLATFORM_ID", help="It is there, under this id."
)
@click.option("--not-sent", is_flag=True, help="A person looked, and it is not there.")
@click.option("--staff", callback=_words, default=None, help="Who looked; else the first administrator.")
@with_service(online=False)
def settle(session: Session, *, intent_id: str, platform_id: str | None, not_sent: bool, staff: str | None) -> int:
    """Decide what became of a reply in doubt, and print it as JSON."""
    if (platform_id is None) is not not_sent:
        session.screen.say("social-listener: say either --sent PLATFORM_ID or --not-sent")
        return terminal.WRONG_USE
    author = staff or session.service.desk.people.first_administrator()
    session.screen.json(shapes.reply(session.service.desk.settle(intent_id, author, platform_id)))
    return terminal.OK

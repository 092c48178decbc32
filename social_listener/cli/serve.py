"""The command that runs the service."""

from __future__ import annotations

import logging
import os
import signal
import sys
from typing import TYPE_CHECKING

import click

from social_listener import __version__, log, resident_first, terminal
from social_listener.cli.options import settings_option, settings_path
from social_listener.cli.session import run_for_another
from social_listener.resident import Resident
from social_listener.settings_file import load

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

_log = logging.getLogger(__name__)


@click.command()
@click.option("--headless", is_flag=True, help="Without the dashboard: jobs, liveness and commands only.")
@settings_option
def serve(*, headless: bool) -> None:
    """Run the service: it polls, sends, and shows the dashboard, until it is ended by Ctrl+C or SIGTERM."""
    settings = load(settings_path())
    log.set_up(settings.log.level)
    run(Resident(settings, headless=headless, commands=run_for_another), "Social Listener")


def run(resident: Resident, name: str, shown: Callable[[str | None], None] = lambda _: None) -> None:
    """Run a service until somebody ends it; prints where it is, and calls `shown` with that, once it answers."""
    screen = terminal.own()

    def end(number: int, _: FrameType | None) -> None:
        _log.info("ending", extra={"signal": signal.Signals(number).name})
        resident.stop()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)

    def ready() -> None:
        if resident.address is None:
            screen.say(f"{name} runs without a dashboard; {resident.public_address}/readyz tells how it is")
        else:
            screen.say(f"{name} is ready: open {resident.address}  (Ctrl+C ends it)")
            resident_first.announce(resident.service, resident.address, screen)
        if not sys.stdout.isatty():
            screen.data(f"{resident.address or resident.public_address}\n".encode())
        shown(resident.address)

    _log.info("starting", extra={"version": __version__, "boot": resident.boot_id, "data": resident.service.store.path})
    finished = resident.run(ready)
    _log.info("ended", extra={"boot": resident.boot_id})
    if not finished:
        # A call to a platform is still waiting for its answer, in a thread that the interpreter would wait for. All
        # that matters is in the database; what such a send came to is looked up at the next start.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(terminal.OK)

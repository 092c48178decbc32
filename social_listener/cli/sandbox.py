"""The command that runs a make-believe platform by itself."""

from __future__ import annotations

import signal
import threading
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

import click

from social_listener import terminal
from social_listener.cli.options import settings_if_any, settings_option
from social_listener.errors import PortBusy, SettingsError
from social_listener.sandbox import Sandbox, run
from social_listener.sandbox.crowd import PLATFORMS, PlatformName
from social_listener.sandbox.journal import JournalError
from social_listener.settings import parse_duration

if TYPE_CHECKING:
    from types import FrameType

#: where the sandbox listens when neither --port nor a base_url in the settings says so
PORT = 8600


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=None,
    help=f"Port; else that of the first base_url in the settings, else {PORT}; 0 takes a free one.",
)
@click.option("--seed", default=7, show_default=True, help="Decides the crowd, its words and the keys.")
@click.option(
    "--rate", type=click.FloatRange(0), default=4.0, show_default=True, help="New stories of the crowd in a minute."
)
@click.option(
    "--state",
    type=click.Path(dir_okay=False, path_type=Path),
    default=None,
    help="File that keeps the truth; a restart goes on from there.",
)
@click.option(
    "--prehistory", default=None, metavar="DURATION", help='How far back a new world has a past, such as "6h".'
)
@click.option(
    "--platform",
    "platforms",
    type=click.Choice(PLATFORMS),
    multiple=True,
    help="Where the crowd speaks; may be given several times; everywhere unless given.",
)
@click.option("--limits", is_flag=True, help="Enforce rate limits as the platform does.")
@settings_option
def sandbox(
    *,
    host: str,
    port: int | None,
    seed: int,
    rate: float,
    state: Path | None,
    prehistory: str | None,
    platforms: tuple[PlatformName, ...],
    limits: bool,
) -> None:
    """Run X, Facebook and Instagram on this machine, with an invented crowd: for trying things out and for tests.

    Prints its base_url and the keys of the brand's accounts as JSON, then serves until it is ended.
    """
    screen = terminal.own()
    stop = threading.Event()

    def end(_: int, __: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)

    def ready(world: Sandbox) -> None:
        told: dict[str, object] = {"base_url": world.base_url, "credentials": world.credentials}
        for channel in ("facebook", "instagram"):
            told[channel] = {
                "app_id": world.graph.app_id,
                "credentials": world.graph_credentials(channel),
                "options": world.graph_options(channel),
            }
        screen.json(told)
        screen.say(f"the sandbox runs at {world.base_url}  (Ctrl+C ends it)")

    where = _port() if port is None else port
    try:
        run(
            host,
            where,
            seed,
            rate,
            state,
            _past(prehistory),
            limits,
            stop=stop,
            on_ready=ready,
            platforms=platforms or PLATFORMS,
        )
    except OSError as error:
        raise PortBusy(f"cannot listen on {host}, port {where}: {error.strerror}; choose another with --port") from None
    except JournalError as error:
        raise SettingsError(f"--state {state}: {error}") from None


def _port() -> int:
    """Return the port that the settings, if there are any, expect a sandbox at."""
    for account in settings_if_any().accounts:
        if account.base_url is not None:
            return urlsplit(account.base_url).port or PORT
    return PORT


def _past(text: str | None) -> timedelta | None:
    if text is None:
        return None
    try:
        return cast("timedelta", parse_duration(text))
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--prehistory") from None

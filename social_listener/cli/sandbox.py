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
from social_listener.sandbox.crowd import CRISES, PLATFORMS, CrisisName, PlatformName
from social_listener.sandbox.journal import JournalError
from social_listener.sandbox.remote import RemoteSandbox, SandboxError
from social_listener.settings_values import parse_duration

if TYPE_CHECKING:
    from types import FrameType

#: where the sandbox listens when neither --port nor a base_url in the settings says so
PORT = 8600


@click.group(invoke_without_command=True)
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
@click.pass_context
def sandbox(
    context: click.Context,
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
    if context.invoked_subcommand is not None:
        return
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


@sandbox.command()
@click.argument("name", type=click.Choice(CRISES))
@click.option("--in", "later", default="0", metavar="DURATION", help='How long until it begins, such as "5m".')
@click.option("--for", "length", default="30m", show_default=True, metavar="DURATION", help="How long it goes on.")
@click.option("--posts", type=click.IntRange(1, 100_000), default=120, show_default=True, help="How many posts.")
@click.option("--url", default=None, help="Where the sandbox runs; else as in the settings, else on this machine.")
@settings_option
def crisis(*, name: CrisisName, later: str, length: str, posts: int, url: str | None) -> None:
    """Plant a crisis in the sandbox that runs: an outage, a complaint that goes round, bots, or a quiet spell.

    It comes on X, from people who are not of the crowd; in a quiet spell the crowd tells a tenth of its stories.
    """
    minute = timedelta(minutes=1)
    where = RemoteSandbox(url or f"http://127.0.0.1:{_port()}")
    waits, lasts = _span(later, "--in"), _span(length, "--for")
    try:
        begins, ends = where.crisis(name, in_minutes=waits / minute, minutes=lasts / minute, count=posts)
    except (OSError, SandboxError) as error:
        raise click.ClickException(
            f"no sandbox at {where.base_url} took it: {error}; start one, or name it with --url"
        ) from None
    terminal.own().json({"crisis": name, "begins": begins.isoformat(), "ends": ends.isoformat()})


def _port() -> int:
    """Return the port that the settings, if there are any, expect a sandbox at."""
    for account in settings_if_any().accounts:
        if account.base_url is not None:
            return urlsplit(account.base_url).port or PORT
    return PORT


def _past(text: str | None) -> timedelta | None:
    return None if text is None else _span(text, "--prehistory")


def _span(text: str, option: str) -> timedelta:
    try:
        return cast("timedelta", parse_duration(text))
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint=option) from None

"""Everything at once, in a folder of its own: sandbox, service and dashboard."""

from __future__ import annotations

import fcntl
import os
import socket
import sys
import threading
import webbrowser
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click
import yaml

from social_listener import log
from social_listener.cli.options import settings_option, settings_path, settings_were_named
from social_listener.cli.serve import run
from social_listener.cli.session import run_for_another
from social_listener.errors import StoreBusy, StoreError
from social_listener.resident import Resident
from social_listener.sandbox import Sandbox
from social_listener.sandbox.journal import JournalError
from social_listener.settings import Settings, load, parse

if TYPE_CHECKING:
    from typing import TextIO

FOLDER = Path("social-listener-demo")
#: a new demo begins with this much past, so that the inbox is full at once
PAST = timedelta(hours=8)
#: stories that the crowd begins in a minute
RATE = 6.0
SEED = 7

#: what the demo's account needs of the sandbox's keys → the environment variable that stands for it in its settings
KEYS = {
    "consumer_key": "DEMO_X_CONSUMER_KEY",
    "consumer_secret": "DEMO_X_CONSUMER_SECRET",
    "access_token": "DEMO_X_ACCESS_TOKEN",
    "access_token_secret": "DEMO_X_ACCESS_TOKEN_SECRET",
    "bearer_token": "DEMO_X_BEARER_TOKEN",
}

_STREAMS = [
    {"kind": "mentions", "interval": "5s"},
    {"kind": "replies", "interval": "15s"},
    {"kind": "messages", "interval": "5s"},
    {"kind": "search", "name": "brand", "query": "fernhill -is:retweet", "interval": "15s"},
    {"kind": "search", "name": "competitor", "query": "oakline -is:retweet", "interval": "30s"},
]


@click.command()
@click.option("--headless", is_flag=True, help="Without the dashboard and the browser.")
@click.option(
    "--for",
    "seconds",
    type=click.FloatRange(min=0, min_open=True),
    default=None,
    metavar="SECONDS",
    help="End by itself after this time.",
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=None,
    help="Port of the dashboard; else 8501, or a free one when that is taken.",
)
@settings_option
def demo(*, headless: bool, seconds: float | None, port: int | None) -> None:
    """Show everything at work, with an invented brand and its customers; no key is needed.

    Makes the folder ./social-listener-demo. Settings named with --settings are kept, but for accounts and data_dir.
    """
    named = settings_were_named()
    wanted = load(settings_path()) if named else Settings()
    log.set_up(wanted.log.level if named else "WARNING")
    with ExitStack() as stack:
        folder = FOLDER.resolve()
        stack.enter_context(_lock(folder))
        world = _world(folder)
        stack.callback(world.stop)
        environment = {variable: world.credentials[key] for key, variable in KEYS.items()}
        file = _write(folder, wanted, world.base_url, port)
        resident = Resident(
            load(file), headless=headless, environment={**os.environ, **environment}, commands=run_for_another
        )
        if seconds is not None:
            timer = threading.Timer(seconds, resident.stop)
            timer.daemon = True
            stack.callback(timer.cancel)
            timer.start()
        run(resident, "The demo", shown=_show)


def _lock(folder: Path) -> TextIO:
    """Make a demo folder and return its open lock file; `StoreBusy` when a demo runs in it."""
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        file = (folder / ".lock").open("a", encoding="utf-8")
    except OSError as error:
        raise StoreError(
            f"{folder}: cannot be used: {error.strerror}; run the demo in a folder that you can write to"
        ) from None
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        raise StoreBusy(f"a demo runs in {folder} already; open its page, or end it with Ctrl+C") from None
    return file


def _world(folder: Path) -> Sandbox:
    """Return the running sandbox; an earlier demo's world goes on where it was."""
    journal = folder / "sandbox.jsonl"
    try:
        world = Sandbox(SEED, "real", RATE, False, journal, PAST)
    except JournalError as error:
        raise StoreBusy(f"{journal}: {error}; remove the folder {folder} to begin anew") from None
    return world.start("127.0.0.1", free_port(8600))


def _write(folder: Path, wanted: Settings, base_url: str, port: int | None) -> Path:
    """Write the demo's settings: those that were wanted, with its own account and with ports that are free."""
    host = wanted.dashboard.host
    data = wanted.model_dump(mode="json", exclude_defaults=True)
    data["data_dir"] = "data"
    data["accounts"] = [
        {
            "id": "fernhill",
            "channel": "x",
            "name": "@fernhill",
            "base_url": base_url,
            "credentials": KEYS,
            "streams": _STREAMS,
            "options": {"likes": "on"},
        }
    ]
    door = free_port(wanted.dashboard.port, host) if port is None else port
    data["dashboard"] = {**data.get("dashboard", {"staff": ["you", "a colleague"]}), "port": door}
    public = wanted.public.port if wanted.public.port != door else 0
    data["public"] = {**data.get("public", {}), "port": free_port(public, wanted.public.host)}
    head = "# Written anew by `social-listener demo` at every start. The keys are those of the sandbox.\n"
    text = head + yaml.safe_dump(data, sort_keys=False, allow_unicode=True)
    file = folder / "settings.yaml"
    parse(text, file)
    file.write_text(text, encoding="utf-8")
    return file


def free_port(wanted: int, host: str = "127.0.0.1") -> int:
    """Return `wanted` when it is free, else a port that is."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for port in (wanted, 0):
        with socket.socket(family) as door:
            door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                door.bind((host, port))
            except OSError:
                continue
            return int(door.getsockname()[1])
    return wanted


def _show(address: str | None) -> None:
    """Open the page in a browser, where a person sits in front of one."""
    windows = sys.platform == "darwin" or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    if address is not None and windows and sys.stdout.isatty():
        webbrowser.open(address)

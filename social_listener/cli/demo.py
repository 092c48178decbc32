"""Everything at once, in a folder of its own: sandbox, service and dashboard."""

from __future__ import annotations

import fcntl
import ipaddress
import logging
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

from social_listener import log, terminal
from social_listener.cli.demo_library import furnish
from social_listener.cli.options import settings_option, settings_path, settings_were_named
from social_listener.cli.serve import run
from social_listener.cli.session import run_for_another
from social_listener.errors import StoreBusy, StoreError
from social_listener.resident import Resident
from social_listener.rights import SYSTEM, Role
from social_listener.sandbox import Sandbox
from social_listener.sandbox.crowd import PLATFORMS, PlatformName
from social_listener.sandbox.journal import JournalError
from social_listener.sandbox.webhooks import NotVerified
from social_listener.settings import Settings
from social_listener.settings_file import load, parse

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TextIO

_log = logging.getLogger(__name__)

FOLDER = Path("social-listener-demo")
#: a new demo begins with this much past, so that the inbox is full at once
PAST = timedelta(hours=8)
#: stories that the crowd begins in a minute
RATE = 6.0
SEED = 7

#: channel → the id of its account in the demo, how staff call it, what is polled of it, and its options
_ACCOUNTS: Mapping[PlatformName, tuple[str, str, list[dict[str, str]], dict[str, str]]] = {
    "x": (
        "fernhill",
        "@fernhill",
        [
            {"kind": "mentions", "interval": "5s"},
            {"kind": "replies", "interval": "15s"},
            {"kind": "messages", "interval": "5s"},
            {"kind": "search", "name": "brand", "query": "fernhill -is:retweet", "interval": "15s"},
            {"kind": "search", "name": "competitor", "query": "oakline -is:retweet", "interval": "30s"},
        ],
        {"likes": "on", "webhooks": "on"},
    ),
    "facebook": (
        "fernhill-page",
        "Fernhill (Page)",
        [
            {"kind": "comments", "interval": "10s"},
            {"kind": "mentions", "interval": "15s"},
            {"kind": "messages", "interval": "10s"},
        ],
        {"human_agent": "on", "webhooks": "on"},
    ),
    "instagram": (
        "fernhill-instagram",
        "@fernhill (Instagram)",
        [
            {"kind": "comments", "interval": "10s"},
            {"kind": "mentions", "interval": "1m"},
            {"kind": "messages", "interval": "10s"},
        ],
        {"human_agent": "on", "webhooks": "on"},
    ),
}
#: who works in the demo; the first one signs in by itself
_PEOPLE = (("you", Role.ADMINISTRATOR), ("a colleague", Role.COMMUNITY_MANAGER))
#: the sandbox's keys that the demo's account on X uses
_KEYS_OF_X = ("consumer_key", "consumer_secret", "access_token", "access_token_secret", "bearer_token")


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
        world.graph.subscribe_app(("feed", "mention", "messages", "message_echoes"))
        stack.callback(world.stop)
        environment = {
            _variable(channel, key): value for channel in PLATFORMS for key, value in _keys(world, channel).items()
        }
        file = _write(folder, wanted, world, port)
        settings = load(file)
        resident = Resident(
            settings,
            headless=headless,
            environment={**os.environ, **environment},
            commands=run_for_another,
            demo=_PEOPLE[0][0] if is_loopback(settings.dashboard.host) else None,
        )
        _hire(resident)
        furnish(resident.service.desk, SYSTEM)
        if seconds is not None:
            timer = threading.Timer(seconds, resident.stop)
            timer.daemon = True
            stack.callback(timer.cancel)
            timer.start()

        def ready(address: str | None) -> None:
            # In a thread: the platforms ask our webhooks first, and who would answer is the one who calls this.
            threading.Thread(target=_subscribe, args=(world, resident.public_address), daemon=True).start()
            _show(address)

        run(resident, "The demo", shown=ready)


def _hire(resident: Resident) -> None:
    """Let the demo's people work there, the first time; say that on this machine no password is asked for."""
    people = resident.service.desk.people
    host = resident.service.settings.dashboard.host
    if not is_loopback(host):
        return  # others can reach it: the first administrator comes in by a link, as everywhere
    if not people.anybody():
        for name, role in _PEOPLE:
            people.add(SYSTEM, name, role=role)
    if resident.address is not None:
        terminal.own().say("The demo signs in by itself, without a password, for whoever uses this machine.")


def is_loopback(host: str) -> bool:
    """Return whether an address is this machine's own."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


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
        world = Sandbox(SEED, "real", RATE, False, journal, PAST, platforms=PLATFORMS)
    except JournalError as error:
        raise StoreBusy(f"{journal}: {error}; remove the folder {folder} to begin anew") from None
    return world.start("127.0.0.1", free_port(8600))


def _variable(channel: str, key: str) -> str:
    """Return the environment variable that stands for a key in the demo's settings."""
    return f"DEMO_{channel}_{key}".upper()


def _keys(world: Sandbox, channel: PlatformName) -> dict[str, str]:
    """Return the credentials of the brand's account on a channel."""
    if channel == "x":
        return {key: world.credentials[key] for key in _KEYS_OF_X}
    return world.graph_credentials(channel)


def _account(world: Sandbox, channel: PlatformName) -> dict[str, object]:
    """Return the block of an account for the demo's settings."""
    account_id, name, streams, options = _ACCOUNTS[channel]
    return {
        "id": account_id,
        "channel": channel,
        "name": name,
        "base_url": world.base_url,
        "credentials": {key: _variable(channel, key) for key in _keys(world, channel)},
        "streams": streams,
        "options": options if channel == "x" else options | world.graph_options(channel),
    }


def _subscribe(world: Sandbox, public_address: str) -> None:
    """Have the sandbox push to the service's webhooks, as the brand's applications would be set up to."""
    for channel in PLATFORMS:
        url = f"{public_address}/webhooks/{_ACCOUNTS[channel][0]}"
        try:
            world.webhooks.subscribe(channel, url)
        except NotVerified as error:  # the demo ended meanwhile, or is stuck: polls go on without
            _log.warning("nothing is pushed", extra={"account": _ACCOUNTS[channel][0], "reason": str(error)})


def _write(folder: Path, wanted: Settings, world: Sandbox, port: int | None) -> Path:
    """Write the demo's settings: those that were wanted, with its own accounts and with ports that are free."""
    host = wanted.dashboard.host
    data = wanted.model_dump(mode="json", exclude_defaults=True)
    data["data_dir"] = "data"
    data["accounts"] = [_account(world, channel) for channel in PLATFORMS]
    door = free_port(wanted.dashboard.port, host) if port is None else port
    data["dashboard"] = {**data.get("dashboard", {}), "port": door}
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

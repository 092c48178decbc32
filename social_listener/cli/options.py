"""What all commands have in common: which settings they use, and how they tell what went wrong."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec

import click

from social_listener import log, terminal
from social_listener.errors import ListenerError, PortBusy, SettingsError, StoreError
from social_listener.settings import Settings
from social_listener.settings_file import load

if TYPE_CHECKING:
    from collections.abc import Callable

    from social_listener.terminal import Terminal

P = ParamSpec("P")

#: command → module beside this one that defines it, read when the command is wanted: some are slow to read
COMMANDS = {
    "init": "setup",
    "check": "setup",
    "connect": "connect",
    "demo": "demo",
    "serve": "serve",
    "sandbox": "sandbox",
    "poll": "work",
    "deliver": "work",
    "backup": "work",
    "replay": "work",
    "staff": "staff",
    "status": "watch",
    "export": "export",
    "snapshot": "snapshot",
    "report": "report",
    "digest": "digest",
    "score": "score",
    "evaluate": "evaluate",
    "try-weights": "weights",
    "rules": "rules",
    "rescore": "rules",
    "sample": "sample",
    "learn": "learn",
    "reply": "answer",
    "outbox": "watch",
    "levels": "watch",
    "settle": "answer",
}

DEFAULT_FILE = Path("settings.yaml")
SETTINGS_VARIABLE = "SOCIAL_LISTENER_SETTINGS"


def settings_option(command: Callable[P, None]) -> Callable[P, None]:
    """Give a command the option `--settings FILE`."""
    return click.option(
        "--settings",
        "settings_file",
        type=click.Path(path_type=Path),
        expose_value=False,
        callback=_remember,
        is_eager=True,
        metavar="FILE",
        help=f"Settings file; else the variable {SETTINGS_VARIABLE}, else ./settings.yaml.",
    )(command)


def _remember(context: click.Context, _: click.Parameter, value: Path | None) -> None:
    if value is not None:
        context.find_root().meta["settings"] = value


def settings_path() -> Path:
    """Return the settings file that this command was told to use."""
    named = click.get_current_context().find_root().meta.get("settings")
    if isinstance(named, Path):
        return named
    return Path(os.environ.get(SETTINGS_VARIABLE) or DEFAULT_FILE)


def settings_were_named() -> bool:
    """Return whether this command was told which settings file to use."""
    return settings_path() != DEFAULT_FILE


def settings_if_any() -> Settings:
    """Return the settings, or the defaults where no file was named and none lies here."""
    path = settings_path()
    return load(path) if settings_were_named() or path.exists() else Settings()


def explain(error: ListenerError, screen: Terminal) -> int:
    """Show an error as lines for people and return the exit code that stands for it."""
    for line in log.SECRETS.masked(str(error)).splitlines():
        screen.say(f"social-listener: {line}")
    if isinstance(error, SettingsError):
        return terminal.WRONG_USE
    if isinstance(error, StoreError | PortBusy):
        return terminal.NOT_AVAILABLE
    return terminal.FAILED

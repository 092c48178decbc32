"""What every command does first: read the settings, open the service, or have the running one do it."""

from __future__ import annotations

import functools
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec

import click

from social_listener import log, remote, terminal
from social_listener.errors import DeskError, ListenerError, SettingsError, StoreBusy, StoreError
from social_listener.service import build
from social_listener.settings import Settings, load
from social_listener.web import PortBusy

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Concatenate

    from social_listener.service import Service
    from social_listener.terminal import Terminal

P = ParamSpec("P")

#: how long a command waits for another short command that holds the database
PATIENCE = 5.0

DEFAULT_FILE = Path("settings.yaml")
SETTINGS_VARIABLE = "SOCIAL_LISTENER_SETTINGS"


@dataclass(frozen=True, slots=True)
class Session:
    """What a command works with."""

    service: Service
    screen: Terminal
    resident: bool  #: it runs inside the service, whose jobs go on by themselves


#: commands that the running service can be asked for: name → function(session, **params) → exit code
HANDLERS: dict[str, Callable[..., int]] = {}


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


def with_service(
    *, online: bool
) -> Callable[[Callable[Concatenate[Session, P], int]], Callable[P, None]]:
    """Make a command of a function that needs the service; its result is the exit code.

    `online`: it calls platforms, so every credential must be there. While a service runs, that service runs the
    function and the output is shown here; parameters must therefore be plain JSON values.
    """

    def decorate(handler: Callable[Concatenate[Session, P], int]) -> Callable[P, None]:
        HANDLERS[handler.__name__] = handler

        @functools.wraps(handler)
        def command(*args: P.args, **kwargs: P.kwargs) -> None:
            assert not args, "click passes parameters by name"
            settings = load(settings_path())
            code = _run(handler.__name__, kwargs, settings, online=online)
            click.get_current_context().exit(code)

        return settings_option(command)

    return decorate


def _run(name: str, params: Mapping[str, Any], settings: Settings, *, online: bool) -> int:
    """Run a command here; when a service holds the database, there."""
    log.set_up("DEBUG" if settings.log.level == "DEBUG" else "WARNING")
    screen = terminal.own()
    give_up = time.monotonic() + PATIENCE
    while True:
        try:
            service = build(settings, offline=not online)
        except StoreBusy as busy:
            try:
                return remote.ask(settings.data_dir, name, params, screen)
            except remote.NobodyAnswers:
                if time.monotonic() > give_up:
                    raise StoreBusy(f"{busy}; no service answers there either, so wait for that process or end it") from None
                time.sleep(0.2)  # another short command has it, or a service is just starting
            continue
        try:
            return HANDLERS[name](Session(service, screen, resident=False), **params)
        finally:
            service.close()


def run_for_another(service: Service) -> remote.Runner:
    """Return the function by which the running service runs a command that was handed to it."""

    def run(name: str, params: Mapping[str, object], screen: Terminal) -> int:
        handler = HANDLERS.get(name)
        if handler is None:
            screen.say(f"social-listener: the running service does not know `{name}`; restart it after an upgrade")
            return terminal.WRONG_USE
        try:
            return handler(Session(service, screen, resident=True), **params)
        except ListenerError as error:
            return explain(error, screen)

    return run


def explain(error: ListenerError, screen: Terminal) -> int:
    """Show an error as lines for people and return the exit code that stands for it."""
    for line in log.SECRETS.masked(str(error)).splitlines():
        screen.say(f"social-listener: {line}")
    if isinstance(error, SettingsError):
        return terminal.WRONG_USE
    if isinstance(error, StoreError | PortBusy):
        return terminal.NOT_AVAILABLE
    if isinstance(error, DeskError):
        return terminal.FAILED
    return terminal.FAILED

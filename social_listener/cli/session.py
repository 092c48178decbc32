"""What every command does first: read the settings, open the service, or have the running one do it."""

from __future__ import annotations

import contextlib
import functools
import time
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, ParamSpec

import click

from social_listener import log, remote, terminal
from social_listener.cli.options import COMMANDS, explain, settings_option, settings_path
from social_listener.errors import ListenerError, SettingsError, StoreBusy
from social_listener.service import build
from social_listener.settings_file import load

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Concatenate

    from social_listener.service import Service
    from social_listener.settings import Settings
    from social_listener.terminal import Terminal

P = ParamSpec("P")

#: how long a command waits for another short command that holds the database
PATIENCE = 5.0


@dataclass(frozen=True, slots=True)
class Session:
    """What a command works with."""

    service: Service
    screen: Terminal
    resident: bool  #: it runs inside the service, whose jobs go on by themselves


#: commands that the running service can be asked for: name → function(session, **params) → exit code
HANDLERS: dict[str, Callable[..., int]] = {}


def with_service(*, online: bool) -> Callable[[Callable[Concatenate[Session, P], int]], Callable[P, None]]:
    """Make a command of a function that needs the service; its result is the exit code.

    `online`: it calls platforms, so every credential must be there. While a service runs, that service runs the
    function and the output is shown here; parameters must therefore be plain JSON values.
    """

    def decorate(handler: Callable[Concatenate[Session, P], int]) -> Callable[P, None]:
        HANDLERS[handler.__name__] = handler

        @functools.wraps(handler)
        def command(*_: P.args, **kwargs: P.kwargs) -> None:  # click passes every parameter by name
            settings = load(settings_path())
            code = run(handler.__name__, kwargs, settings, terminal.own(), online=online)
            click.get_current_context().exit(code)

        return settings_option(command)

    return decorate


def run(name: str, params: Mapping[str, Any], settings: Settings, screen: Terminal, *, online: bool) -> int:
    """Run a command here; when a service holds the database, there. Return its exit code."""
    # What goes wrong is told in the command's own words; the log would say it again.
    log.set_up("DEBUG" if settings.log.level == "DEBUG" else "ERROR")
    give_up = time.monotonic() + PATIENCE
    while True:
        try:
            service = build(settings, offline=not online)
        except SettingsError:
            # A service that runs has the keys, whatever the environment of this command lacks.
            with contextlib.suppress(remote.NobodyAnswers):
                return remote.ask(settings.data_dir, name, params, screen)
            raise
        except StoreBusy as busy:
            try:
                return remote.ask(settings.data_dir, name, params, screen)
            except remote.NobodyAnswers:
                if time.monotonic() > give_up:
                    raise StoreBusy(
                        f"{busy}; no service answers there either, so wait for that process or end it"
                    ) from None
                time.sleep(0.2)  # another short command has it, or a service is just starting
            continue
        try:
            return HANDLERS[name](Session(service, screen, resident=False), **params)
        finally:
            service.close()


def run_for_another(service: Service) -> remote.Runner:
    """Return the function by which the running service runs a command that was handed to it."""

    def run(name: str, params: Mapping[str, object], screen: Terminal) -> int:
        # "staff_list" belongs to the command `staff`, "try_weights" to `try-weights`
        for command in (name.replace("_", "-"), name.partition("_")[0]):
            if command in COMMANDS:
                import_module(f"social_listener.cli.{COMMANDS[command]}")
        handler = HANDLERS.get(name)
        if handler is None:
            screen.say(f"social-listener: the running service does not know `{name}`; restart it after an upgrade")
            return terminal.WRONG_USE
        try:
            return handler(Session(service, screen, resident=True), **params)
        except ListenerError as error:
            return explain(error, screen)

    return run

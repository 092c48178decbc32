"""The command line: `social-listener COMMAND`, the same as `python -m social_listener COMMAND`."""

from __future__ import annotations

import logging
import sys
from importlib import import_module
from typing import TYPE_CHECKING, cast

import click

from social_listener import __version__, terminal
from social_listener.cli.options import COMMANDS, explain, settings_option
from social_listener.errors import ListenerError
from social_listener.pace import set_pace

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import NoReturn


class _Commands(click.Group):
    """The commands, in the order of `COMMANDS`."""

    def list_commands(self, _: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, _: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        return cast(
            "click.Command", getattr(import_module(f"social_listener.cli.{COMMANDS[name]}"), name.replace("-", "_"))
        )


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="social-listener")
@settings_option
def cli() -> None:
    """Listen to customers on social media, and answer the right one first.

    Begin with `social-listener demo`. Each command tells more with --help.
    """


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run a command and end the process with its exit code. What goes wrong becomes one clear line each."""
    sys.exit(_main(arguments))


def _main(arguments: Sequence[str] | None) -> int:
    set_pace()
    try:
        code = cli.main(args=arguments, prog_name="social-listener", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return terminal.WRONG_USE
    except (click.Abort, KeyboardInterrupt):
        return terminal.INTERRUPTED
    except terminal.ReaderGone:
        terminal.abandon_output()
        return terminal.READER_GONE
    except ListenerError as error:
        return explain(error, terminal.own())
    except Exception:
        logging.getLogger(__name__).exception("the command broke; this is a fault in Social Listener, please report it")
        return terminal.FAILED
    return code if isinstance(code, int) else terminal.OK

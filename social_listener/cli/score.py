"""The command that scores texts from standard input."""

from __future__ import annotations

import sys
from typing import get_args

import click

from social_listener import terminal
from social_listener.cli.holding import tuning_that_holds
from social_listener.cli.options import settings_if_any, settings_option
from social_listener.scoring.stream import LONG, Form, score_lines_to_json
from social_listener.service_names import check_names

#: answers are written in pieces of this size, once there are many
_PIECE = 1 << 16


@click.command()
@click.option(
    "--form",
    type=click.Choice(get_args(Form)),
    default="auto",
    show_default=True,
    help='What a line is; auto: a JSON object when it begins with "{", else a text.',
)
@click.option("--workers", type=click.IntRange(1), default=None, help="Processes to use; all cores when left out.")
@settings_option
def score(*, form: Form, workers: int | None) -> None:
    """Score texts or JSON objects from standard input, one a line; prints one JSON line for each, in order.

    The rules that hold count, as they do for new items.
    """
    settings = settings_if_any()
    weights = check_names(settings)
    screen = terminal.own()
    done, failed, waiting = 0, 0, bytearray()
    for line in score_lines_to_json(sys.stdin.buffer, weights, workers, form, tuning_that_holds(settings)):
        done += 1
        failed += line.startswith('{"line"')
        waiting += line.encode()
        waiting += b"\n"
        # The first lines go out one by one: somebody may be typing. Workers are only begun when there are many.
        if done <= LONG or workers == 1 or len(waiting) >= _PIECE:
            screen.data(bytes(waiting))
            waiting.clear()
            screen.progress(f"{done} scored")
    screen.data(bytes(waiting))
    if failed:
        screen.say(f"social-listener: {failed} of {done} lines could not be read; each has an `error` in its place")
    click.get_current_context().exit(terminal.FAILED if failed else terminal.OK)

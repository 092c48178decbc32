"""The options of commands that read a file which people labelled."""

from __future__ import annotations

import functools
import math
from typing import TYPE_CHECKING, Any

import click

from social_listener.errors import SettingsError
from social_listener.scoring.labelled import FORMS, Columns

if TYPE_CHECKING:
    from collections.abc import Callable

_OPTIONS = (
    click.option("--text", default="text", show_default=True, metavar="COLUMN", help="Where the text is."),
    click.option("--label", default="label", show_default=True, metavar="COLUMN", help="Where people's label is."),
    click.option("--language", default=None, metavar="COLUMN", help="Where the language is, if anywhere."),
    click.option("--no-header", is_flag=True, help="There is no line of names; columns are called 1, 2 …"),
    click.option("--form", type=click.Choice(sorted(set(FORMS.values()))), default=None, help="Else as its name ends."),
    click.option("--encoding", default="utf-8", show_default=True, help="How its letters are written."),
    click.option("--map", "meanings", multiple=True, metavar="WORD=LABEL", help="What a label means; repeatable."),
    click.option(
        "--neutral-within", type=float, default=None, metavar="N", help="Labels are numbers, neutral within ±N."
    ),
)


def columns_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command these options; it gets them as `columns`."""

    @functools.wraps(command)
    def with_columns(**given: Any) -> None:
        within = given.pop("neutral_within")
        if within is not None and not (math.isfinite(within) and within >= 0):
            raise SettingsError(f"--neutral-within: must be a number of 0 or more (found {within})")
        columns = Columns(
            text=given.pop("text"),
            label=given.pop("label"),
            language=given.pop("language"),
            names=not given.pop("no_header"),
            encoding=given.pop("encoding"),
            form=given.pop("form"),
            meaning=dict(map(_meaning, given.pop("meanings"))),
            neutral_within=within,
        )
        command(columns=columns, **given)

    for option in reversed(_OPTIONS):
        with_columns = option(with_columns)
    return with_columns


def _meaning(told: str) -> tuple[str, str]:
    word, equals, label = told.partition("=")
    if not (word and equals and label):
        raise SettingsError(f"--map: must be WORD=LABEL (found {told!r})")
    return word, label

"""The command `learn`: a model from people's labels, measured on labels that it did not learn from."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from social_listener import terminal
from social_listener.cli.evaluate_words import calibration, figures, jsonable
from social_listener.cli.holding import tuning_that_holds
from social_listener.cli.labelled_file import columns_options
from social_listener.cli.options import settings_if_any, settings_option
from social_listener.cli.session import Session, with_service
from social_listener.errors import DeskError
from social_listener.rights import SYSTEM
from social_listener.scoring import models
from social_listener.scoring.labelled import Columns, lines, sentiment_of
from social_listener.scoring.measures import Figure
from social_listener.scoring.moods import LABELS
from social_listener.service_names import check_names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from social_listener.cli.shapes import Json
    from social_listener.scoring import Tuning
    from social_listener.scoring.learning import Learnt
    from social_listener.settings import Settings
    from social_listener.terminal import Terminal


@click.command()
@click.argument("file", type=click.Path(path_type=Path), required=False, metavar="[FILE]")
@click.option("--author", default=None, metavar="COLUMN", help="Who wrote it: texts of one are kept together.")
@columns_options
@click.option("--dry-run", is_flag=True, help="Measure, and write no model.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON on standard output.")
@settings_option
def learn(*, file: Path | None, columns: Columns, author: str | None, dry_run: bool, as_json: bool) -> None:
    """Learn a model from staff's labels, or from a FILE that people labelled; it holds once the settings name it."""
    if file is None:
        if columns != Columns() or author is not None:
            raise click.UsageError("columns are those of a FILE; name it")
        _learn(dry_run=dry_run, as_json=as_json)
        return
    settings = settings_if_any()
    check_names(settings)
    screen = terminal.own()
    learnt = _from_file(file, replace(columns, author=author), tuning_that_holds(settings), screen)
    click.get_current_context().exit(
        _end(learnt, settings, screen, dry_run=dry_run, as_json=as_json, authors=author is not None)
    )


def learn_from_staff(session: Session, *, dry_run: bool, as_json: bool) -> int:
    """Learn from the answers to samples and from corrections."""
    learnt = session.service.desk.lessons.learn(SYSTEM, session.screen.progress)
    return _end(learnt, session.service.settings, session.screen, dry_run=dry_run, as_json=as_json, authors=True)


_learn = with_service(online=False)(learn_from_staff)


def _from_file(file: Path, columns: Columns, tuning: Tuning, screen: Terminal) -> Learnt:
    from social_listener.scoring import learning  # noqa: PLC0415 - numpy, for whoever learns

    examples = [
        learning.Example(
            line.text,
            line.language,
            line.text if line.author is None else line.author,
            sentiment_of(file, line, columns),
            drawn=True,
        )
        for line in lines(file, columns)
    ]
    try:
        return learning.learn(examples, tuning, datetime.now(UTC).date(), screen.progress)
    except DeskError as error:
        raise DeskError(f"{file}: {error}") from None


def _end(learnt: Learnt, settings: Settings, screen: Terminal, *, dry_run: bool, as_json: bool, authors: bool) -> int:
    """Write the model when it is better, and tell of it; return the exit code. `authors`: who wrote what is known."""
    told = _record(learnt)
    written = models.write(settings.data_dir, learnt, told) if learnt.better and not dry_run else None
    if as_json:
        screen.json(
            {**told, "model": learnt.model.name, "better": learnt.better, "written": str(written or "") or None}
        )
    else:
        for line in _words(learnt, authors=authors):
            screen.say(line)
        screen.say(_outcome(learnt, written, settings.sentiment.model))
    return terminal.OK if learnt.better else terminal.FAILED


def _record(learnt: Learnt) -> dict[str, Json]:
    return {
        "labels": dict(zip([label.value for label in LABELS], learnt.counts, strict=True)),
        "with_model": jsonable(learnt.held_out),
        "ours": jsonable(learnt.ours),
        "gain": jsonable(learnt.gain),
        "above_chance": jsonable(learnt.knows),
    }


def _words(learnt: Learnt, *, authors: bool) -> Iterator[str]:
    counts = ", ".join(f"{count:,} {label.value}" for count, label in zip(learnt.counts, LABELS, strict=True))
    yield f"{sum(learnt.counts):,} labels that our own scorer has a number for: {counts}"
    apart = "that customer or from the same words" if authors else "the same words"
    yield f"Measured on {learnt.ours.count:,} drawn at random, each by a model that did not learn from {apart};"
    yield "in brackets the interval of 95 %"
    yield ""
    yield from figures(("with a model", "ours"), (learnt.held_out, learnt.ours))
    yield from calibration(learnt.held_out, "with a model")
    yield ""
    yield f"With a model the right label's chance is {_percent(learnt.gain)} higher than ours, and"
    yield f"{_percent(learnt.knows)} higher than that of who knows nothing: means of logarithms, each label the same."


def _percent(figure: Figure) -> str:
    value, low, high = (100 * math.expm1(one) for one in figure)
    return f"{value:.1f} % ({low:.1f}–{high:.1f} %)"


def _outcome(learnt: Learnt, written: Path | None, held: str) -> str:
    if not learnt.better:
        return "Chance alone could do as much: no model was written. More labels may tell more."
    if written is None:
        return "Nothing was written."
    if held == learnt.model.name:
        return f"{written} was written; it is the one that the settings name."
    return (
        f"{written} was written; nothing is read by it yet. `model: {learnt.model.name}` under `sentiment` in the "
        "settings and a restart let it hold, `social-listener rescore` then shows what it would change."
    )

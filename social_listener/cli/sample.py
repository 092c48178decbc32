"""The command `sample`: what the answers to the weekly samples say of the scores."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import TYPE_CHECKING

import click

from social_listener import terminal
from social_listener.cli.evaluate_words import jsonable
from social_listener.cli.session import Session, with_service
from social_listener.cli.watch import table
from social_listener.model import SentimentLabel
from social_listener.rights import SYSTEM

if TYPE_CHECKING:
    from collections.abc import Iterator

    from social_listener.cli.shapes import Json
    from social_listener.desk_types.teaching import Interval, SampleFigures, SampleReport

_LABELS = (SentimentLabel.NEGATIVE, SentimentLabel.NEUTRAL, SentimentLabel.POSITIVE)


@click.command()
@click.option("--weeks", type=click.IntRange(1, 520), default=13, show_default=True, help="Drawn in so many weeks.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON on standard output.")
@with_service(online=False)
def sample(session: Session, *, weeks: int, as_json: bool) -> int:
    """Tell how good sentiment is by the answers to the weekly samples, for each channel and language."""
    now = session.service.clock()
    report = session.service.desk.samples.figures(now - timedelta(weeks=weeks), now + timedelta(days=1), SYSTEM)
    if as_json:
        session.screen.json([_record(one) for one in _all(report)])
        return terminal.OK
    whole = report.whole
    session.screen.say(
        f"{whole.drawn:,} items drawn in the last {weeks} weeks: {whole.answered:,} answered, {whole.skipped:,} skipped"
    )
    if not whole.answered:
        session.screen.say("Nobody has answered one, so nothing can be said; staff find them on the page Sentiment.")
        return terminal.OK
    session.screen.say("In brackets the interval of 95 %, and how many answers it rests on")
    head = (
        "channel",
        "language",
        "answered",
        "label told",
        "right where told",
        *(f"{one.value} right" for one in _LABELS),
    )
    for line in table(head, [_row(one) for one in _all(report)]):
        session.screen.say(line)
    return terminal.OK


def _all(report: SampleReport) -> Iterator[SampleFigures]:
    """Yield all figures: of everything, of each channel, of each language, of each of both."""
    yield report.whole
    yield from report.channels
    yield from report.languages
    yield from report.cells


def _row(one: SampleFigures) -> tuple[str, ...]:
    decided = sum(one.told.get(label, 0) for label in _LABELS)
    return (
        one.channel or "all",
        "all" if one.language is None else one.language or "not known",
        f"{one.answered:,} of {one.drawn:,}",
        _cell(one.coverage, one.answered),
        _cell(one.accuracy, decided),
        *(_cell(one.precision[label], one.told.get(label, 0)) for label in _LABELS),
    )


def _cell(share: Interval, count: int) -> str:
    if math.isnan(share.value):
        return "–"
    return f"{share.value:.2f} ({share.low:.2f}–{share.high:.2f}, {count:,})"


def _record(one: SampleFigures) -> dict[str, Json]:
    return {
        "channel": one.channel,
        "language": one.language,
        "drawn": one.drawn,
        "answered": one.answered,
        "skipped": one.skipped,
        "told": {label.value: one.told.get(label, 0) for label in SentimentLabel},
        "coverage": _share(one.coverage),
        "accuracy": _share(one.accuracy),
        "precision": {label.value: _share(one.precision[label]) for label in _LABELS},
    }


def _share(share: Interval) -> Json:
    """Return a share as JSON; null where there is nothing to measure."""
    if math.isnan(share.value):
        return None
    return {name: jsonable(getattr(share, name)) for name in ("value", "low", "high")}

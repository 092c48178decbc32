"""The command that measures: sentiment and priority beside people's labels, and priority beside what staff did."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from social_listener import terminal
from social_listener.cli import evaluate_words as words
from social_listener.cli.holding import tuning_that_holds
from social_listener.cli.labelled_file import columns_options
from social_listener.cli.options import settings_if_any, settings_option
from social_listener.cli.session import Session, with_service
from social_listener.errors import FileFault
from social_listener.rights import SYSTEM
from social_listener.scoring import Tuning, score_all
from social_listener.scoring.labelled import Columns, lines, sentiment_of, yes_of
from social_listener.scoring.measures import measure
from social_listener.scoring.plain import Plain
from social_listener.scoring.plugs import moods_of
from social_listener.scoring.scorer import heard, named_by
from social_listener.scoring.urgency import circumstances, urgency
from social_listener.service_names import check_names

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from social_listener.model import SentimentLabel
    from social_listener.scoring import Weights
    from social_listener.scoring.moods import Said
    from social_listener.terminal import Terminal

_AT_ONCE = 500
_MOST_GROUPS = 20


@click.command()
@click.argument("file", type=click.Path(path_type=Path), required=False, metavar="[FILE]")
@click.option("--priority", is_flag=True, help="FILE tells what needs an answer first (yes or no).")
@click.option("--history", is_flag=True, help="Without FILE: beside what staff put first, and what was escalated.")
@click.option("--days", type=click.IntRange(1, 3660), default=30, show_default=True, help="With --history: so many.")
@columns_options
@click.option("--channel", default=None, metavar="COLUMN", help="Where the channel is, if anywhere.")
@click.option("--rules-apart", is_flag=True, help="Also as it were without the rules that corrections taught.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON on standard output.")
@settings_option
def evaluate(
    *,
    file: Path | None,
    priority: bool,
    history: bool,
    days: int,
    columns: Columns,
    channel: str | None,
    rules_apart: bool,
    as_json: bool,
) -> None:
    """Measure sentiment or priority on a file that people labelled, or priority on our own history."""
    if history == (file is not None):
        raise click.UsageError("say which FILE, or --history")
    if file is None:
        _history(days=days, as_json=as_json)
        return
    settings = settings_if_any()
    weights, tuning = check_names(settings), tuning_that_holds(settings)
    columns = replace(columns, channel=channel)
    screen = terminal.own()
    if priority:
        _priority(screen, file, columns, weights, tuning, as_json=as_json)
    else:
        _sentiment(screen, file, columns, _sides(tuning, apart=rules_apart), as_json=as_json)


def _sides(tuning: Tuning, *, apart: bool) -> tuple[Tuning, ...]:
    """Return how sentiment is read, and with `apart` how it would be without rules."""
    return (tuning, replace(tuning, rules=(), version=0)) if apart else (tuning,)


def _sentiment(screen: Terminal, file: Path, columns: Columns, tunings: Sequence[Tuning], *, as_json: bool) -> None:
    human: list[SentimentLabel] = []
    texts: list[tuple[str, str | None]] = []
    groups: dict[tuple[str, str], list[int]] = {}
    for line in lines(file, columns):
        for name, value in (("language", line.language), ("channel", line.channel)):
            if value is not None:
                groups.setdefault((name, value), []).append(len(human))
        human.append(sentiment_of(file, line, columns))
        texts.append((line.text, line.language))
    said: list[Said] = []
    for at in range(0, len(texts), _AT_ONCE):
        said += heard(texts[at : at + _AT_ONCE])
        screen.progress(f"{len(said)} of {len(texts)} read")
    read = [[mood for mood, _ in moods_of(said, tuning)] for tuning in tunings] + [Plain().read(said)]
    of_all = tuple(measure(human, moods) for moods in read)
    parts = {
        group: tuple(measure([human[at] for at in places], [each[at] for at in places]) for each in read)
        for group, places in _largest(groups)
    }
    scorer = named_by(tunings[0])
    if as_json:
        screen.json(words.sentiment_json(file.name, scorer, of_all, parts))
        return
    for told in words.sentiment(file.name, scorer, of_all, parts):
        screen.say(told)


def _largest(groups: Mapping[tuple[str, str], list[int]]) -> list[tuple[tuple[str, str], list[int]]]:
    """Return the largest groups, column by column."""
    by_size = sorted(groups.items(), key=lambda group: (-len(group[1]), group[0]))[:_MOST_GROUPS]
    return sorted(by_size, key=lambda group: (group[0][0], -len(group[1])))


def _priority(
    screen: Terminal, file: Path, columns: Columns, weights: Weights, tuning: Tuning, *, as_json: bool
) -> None:
    first: list[bool] = []
    items = []
    for line in lines(file, columns):
        first.append(yes_of(file, line, columns))
        try:
            items.append((line.text, circumstances(line.rest)))
        except ValueError as error:
            raise FileFault(f"{file}: line {line.number}: {error}") from None
    batches = (items[at : at + _AT_ONCE] for at in range(0, len(items), _AT_ONCE))
    scores = [score for batch in batches for score in score_all(batch, weights, tuning=tuning)]
    plain = Plain().read(heard([(text, None) for text, _ in items]))
    found = urgency([score.priority for score in scores], first, [-(mood.sentiment or 0.0) for mood in plain])
    if as_json:
        screen.json(words.priority_json(file.name, found))
        return
    for told in words.priority(
        f"{file.name}: {found.count:,} texts, {found.first:,} of which need an answer first", found
    ):
        screen.say(told)


def evaluate_history(session: Session, *, days: int, as_json: bool) -> int:
    """Measure priority beside what staff put first, and what was escalated."""
    looking = session.service.desk.hindsight
    chosen, escalated = looking.chosen(days, SYSTEM), looking.escalated(days, SYSTEM)
    if as_json:
        session.screen.json({"chosen": words.jsonable(chosen), "escalated": words.jsonable(escalated)})
        return terminal.OK
    head = (
        f"the last {days} days: staff had to choose between {chosen.count:,} items, and put {chosen.first:,} first",
        f"the last {days} days: {escalated.first:,} of {escalated.count:,} items were escalated",
    )
    for line in (*words.priority(head[0], chosen), "", *words.priority(head[1], escalated)):
        session.screen.say(line)
    return terminal.OK


_history = with_service(online=False)(evaluate_history)

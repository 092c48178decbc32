"""The commands `rules` and `rescore`: what corrections teach, and scoring anew what is stored."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import click

from social_listener import terminal
from social_listener.cli.evaluate_words import jsonable
from social_listener.cli.options import settings_option
from social_listener.cli.session import Session, with_service
from social_listener.cli.shapes import Json, plain
from social_listener.cli.watch import table
from social_listener.rights import SYSTEM

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from social_listener.desk_types.teaching import Interval, Rule, RuleTrial

_DAYS = click.option(
    "--days", type=click.IntRange(1, 3660), default=30, show_default=True, help="Items of so many days."
)
_SHOW = click.option(
    "--show", type=click.IntRange(0, 200), default=20, show_default=True, help="How many items are listed."
)
_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON on standard output.")
_IDS = click.argument("rule_ids", nargs=-1, required=True, metavar="RULE…")


#: what `rules list` is called where a service is asked for it
LIST = "rules_list"


@click.group()
@settings_option
def rules() -> None:
    """Say which rules hold that corrections taught: list, propose, try, activate, withdraw."""


@rules.command(name="list")
@_JSON
@with_service(online=False)
def rules_list(session: Session, *, as_json: bool) -> int:
    """List every rule: those that hold, those that are proposed, those that were withdrawn."""
    return _list(session, session.service.desk.rules.all(SYSTEM), "there is no rule yet", as_json=as_json)


@rules.command(name="propose")
@_JSON
@with_service(online=False)
def rules_propose(session: Session, *, as_json: bool) -> int:
    """Look what labels of people speak for by now; nothing holds before `rules activate`."""
    found = session.service.desk.rules.propose(SYSTEM)
    return _list(session, found, "the labels of people speak for no rule", as_json=as_json)


@rules.command(name="try")
@_IDS
@_DAYS
@_SHOW
@_JSON
@with_service(online=False)
def rules_try(session: Session, *, rule_ids: Sequence[str], days: int, show: int, as_json: bool) -> int:
    """Show what would change if these rules held, or did not any more if they do; changes nothing."""
    trial = session.service.desk.rules.trial(list(rule_ids), days, SYSTEM)
    if as_json:
        session.screen.json(_record(trial))
        return terminal.OK
    for line in _words(trial, days, show):
        session.screen.say(line)
    session.screen.say("Nothing was changed.")
    return terminal.OK


@rules.command(name="activate")
@_IDS
@with_service(online=False)
def rules_activate(session: Session, *, rule_ids: Sequence[str]) -> int:
    """Let these rules hold for every item that comes from now on."""
    version = session.service.desk.rules.activate(list(rule_ids), SYSTEM)
    return _decided(session, version)


@rules.command(name="withdraw")
@_IDS
@with_service(online=False)
def rules_withdraw(session: Session, *, rule_ids: Sequence[str]) -> int:
    """Let these rules hold no more; they are not proposed again."""
    version = session.service.desk.rules.withdraw(list(rule_ids), SYSTEM)
    return _decided(session, version)


@click.command()
@_DAYS
@_SHOW
@click.option("--write", is_flag=True, help="Write the new scores, after the difference; without it nothing changes.")
@_JSON
@with_service(online=False)
def rescore(session: Session, *, days: int, show: int, write: bool, as_json: bool) -> int:
    """Show what scoring the items of the last days anew would change, and with --write do it."""
    desk, screen = session.service.desk.rules, session.screen
    trial = desk.difference(days, SYSTEM)
    if not as_json:
        for line in _words(trial, days, show):
            screen.say(line)
    written = 0
    if write:
        written = desk.rescore(days, SYSTEM, lambda done, _: screen.progress(f"{done:,} of {trial.items:,} items"))
    if as_json:
        screen.json(_record(trial) | {"written": written})
    else:
        screen.say(f"{written:,} scores were written." if write else "Nothing was changed; --write does it.")
    return terminal.OK


def _decided(session: Session, version: int) -> int:
    session.screen.say(
        f"The rules are of version {version} now, and every new item is read by them. What is stored keeps its score: "
        "`social-listener rescore` shows what would change."
    )
    return terminal.OK


def _list(session: Session, found: Sequence[Rule], none: str, *, as_json: bool) -> int:
    if as_json:
        session.screen.json([plain(one) for one in found])
        return terminal.OK
    rows = [
        (
            one.id,
            f"“{one.phrase}”",
            f"{one.points:+g}",
            one.state.value,
            f"{one.speak_for} for, {one.against} against",
            str(one.authors),
            f"{one.decided_by}, {one.decided_at:%Y-%m-%d}" if one.decided_at else "",
        )
        for one in found
    ]
    if not rows:
        session.screen.say(none)
        return terminal.OK
    for line in table(("rule", "words", "points", "", "labels", "customers", "decided by"), rows):
        session.screen.say(line)
    return terminal.OK


def _record(trial: RuleTrial) -> dict[str, Json]:
    figures = ("sampled_before", "sampled_after", "corrected_before", "corrected_after")
    return {
        "items": trial.items,
        "changed": trial.changed,
        "scored": trial.scored,
        "labels": [{"before": before, "after": after, "items": n} for (before, after), n in trial.labels.items()],
        "bands": [{"before": before, "after": after, "items": n} for (before, after), n in trial.bands.items()],
        "moves": plain(trial.moves),
        **{name: [jsonable(part) for part in getattr(trial, name)] for name in figures},
    }


def _words(trial: RuleTrial, days: int, show: int) -> Iterator[str]:
    yield f"{trial.changed:,} of {trial.items:,} items of the last {days} days would have another label"
    for (before, after), count in sorted(trial.labels.items()):
        yield f"  {count:,} from {before} to {after}"
    for (before, after), count in sorted(trial.bands.items()):
        yield f"  {count:,} from {before} to {after} priority"
    yield from _agreement("the answers to samples", trial.sampled_before, trial.sampled_after)
    unasked = "what staff corrected unasked, which rules are made from"
    yield from _agreement(unasked, trial.corrected_before, trial.corrected_after)
    rows = [
        (
            one.item_id,
            f"{one.before} → {one.after}" if one.before != one.after else one.after,
            f"{one.priority_before} → {one.priority_after}",
            one.excerpt,
        )
        for one in trial.moves[:show]
    ]
    if rows:
        yield from table(("item", "label", "priority", "says"), rows)


def _agreement(what: str, now: Interval, then: Interval) -> Iterator[str]:
    if not math.isnan(now.value):
        yield f"  agreement with {what}: {_share(now)} now, {_share(then)} then"


def _share(one: Interval) -> str:
    return f"{one.value:.1%} ({one.low:.1%}–{one.high:.1%})"

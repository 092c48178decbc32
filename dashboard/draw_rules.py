"""Rules as the Sentiment page draws them, and what trying one shows. Pure."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from social_listener.dashboard import words
from social_listener.dashboard.draw_sentiment import label
from social_listener.desk_types.teaching import RuleState

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from social_listener.dashboard.component import Json
    from social_listener.desk_types.teaching import Interval, Renewal, Rule, RuleEvent, RuleMove, RuleTrial

#: days of which items are looked at when a rule is tried
DAYS: Final = (7, 30, 90)
_GROUPS: Final[Mapping[RuleState, tuple[str, str]]] = {
    RuleState.PROPOSED: ("Proposed", "They do nothing yet. Try one to see which items would move."),
    RuleState.ACTIVE: ("Active", "Every new item is read by them, and the reason of its score says so."),
    RuleState.WITHDRAWN: ("Withdrawn", "They do nothing, and are not proposed again."),
}
_DID: Final[Mapping[str, str]] = {"written": "wrote", "active": "let hold", "withdrawn": "withdrew"}


#: rules that are tried together at most
TOGETHER: Final = 20


def rules(
    found: Sequence[Rule],
    history: Sequence[RuleEvent],
    trial: Json | None,
    renewal: Json | None,
    *,
    teach: bool,
    decide: bool,
) -> Json:
    """Return all rules by what they do, what was done to them, the trial that is open, and scoring anew.

    `teach`: whoever looks may propose rules; `decide`: they may let them hold too.
    """
    groups = [
        {
            "name": name,
            "text": text,
            "rules": [_rule(one, decide=decide) for one in found if one.state is state],
        }
        for state, (name, text) in _GROUPS.items()
        if any(one.state is state for one in found)
    ]
    return {
        "groups": groups,
        "none": {
            "title": "There is no rule yet",
            "text": "Rules are words that corrections taught. At least three corrections of two customers’ items "
            "have to speak for one.",
        },
        "mode": teach,
        "trial": trial,
        "renewal": renewal,
        "history": [_event(one) for one in history],
    }


def points(number: float) -> str:
    """Return points with their sign."""
    return f"{'−' if number < 0 else '+'}{abs(number):g}"


def _rule(one: Rule, *, decide: bool) -> Json:
    labels, customers = words.count(one.speak_for, "label"), words.count(one.authors, "customer")
    why = f"{labels} for it, {one.against:,} against, of {customers}"
    return {
        "key": one.id,
        "phrase": f"“{one.phrase}”",
        "points": points(one.points),
        "tone": "red" if one.points < 0 else "green",
        "why": f"Written by {one.made_by}" if one.made_by else why,
        "who": f"decided by {one.decided_by}" if one.decided_by else "",
        "at": words.iso(one.decided_at or one.made_at),
        "sort": _sort(one),
        "mode": "withdraw" if decide and one.state is RuleState.PROPOSED else "",
    }


def _event(one: RuleEvent) -> Json:
    return {
        "at": words.iso(one.happened_at),
        "who": one.staff,
        "what": _DID.get(one.what, one.what),
        "phrase": f"“{one.phrase}” {points(one.points)}",
        "version": f"version {one.version}" if one.version else "",
    }


def trial(tried: Sequence[Rule], found: RuleTrial, days: int, *, decide: bool) -> Json:
    """Return what would change if rules held together, or held no more where they do: all of them are of one sort.

    `decide`: whoever looks may do so.
    """
    active, several = tried[0].state is RuleState.ACTIVE, len(tried) > 1
    named = " and ".join(f"“{one.phrase}” {points(one.points)}" for one in tried)
    deeds = {True: ("Withdraw it", "Withdraw them"), False: ("Let it hold", "Let them hold")}
    return {
        **_difference(found, days),
        "key": tried[0].id,
        "keys": [one.id for one in tried],
        "sort": _sort(tried[0]),
        "title": f"If {named} held{' no more' if active else ''}",
        "text": _lead(found, days),
        "event": "try",
        "verb": ("withdraw" if active else "hold") if decide else "",
        "deed": deeds[active][several],
        "note": "It counts for what comes from now on. What is stored keeps its score until it is scored anew."
        if decide
        else "Who sees every account, and may, decides on rules.",
    }


def renewal(told: Renewal | None, found: RuleTrial | None, days: int) -> Json:
    """Return scoring anew: how far it is or how it ended, and what it would change, as far as somebody has looked."""
    working = told is not None and not told.ended
    return {
        "told": _told(told) if told else "",
        "at": words.iso(told.began_at) if told else None,
        "working": working,
        "share": min(1.0, told.done / told.items) if told and told.items else 1.0,
        "days": str(days),
        "found": None if found is None or working else {
            **_difference(found, days),
            "key": "",
            "keys": [],
            "title": f"If the items of the last {days} days were scored anew",
            "text": f"{_lead(found, days)} {words.count(found.scored, 'score')} would differ in anything, "
            "the reason and the version of the rules included." if found.items else _lead(found, days),
            "event": "look",
            "verb": "renew" if found.scored else "",
            "deed": f"Score {words.count(found.scored, 'item')} anew",
            "note": "What people said of items holds. Figures of the past change with it.",
        },
    }  # fmt: skip


def _told(told: Renewal) -> str:
    """Return how far scoring anew is, or how it ended."""
    looked = f"{min(told.done, told.items):,} of {words.count(told.items, 'item')} of the last {told.days} days"
    written = f"{words.count(told.written, 'score')} written"
    if not told.ended:
        return f"Being scored anew for {told.staff}: {looked}, {written}."
    if told.failed:
        return f"Scoring anew ended early, after {looked}, {written}. What was written stays; begin it once more."
    return f"Scored anew for {told.staff}: {looked}, {written}."


def _lead(found: RuleTrial, days: int) -> str:
    if not found.items:
        return f"Nothing was said in the last {days} days."
    return f"{words.count(found.changed, 'item')} of {found.items:,} would have another label."


def _difference(found: RuleTrial, days: int) -> Json:
    more = found.changed + sum(found.bands.values()) - len(found.moves)
    return {
        "lines": [*_lines(found)],
        "moves": [_move(one) for one in found.moves],
        "more": "Not all are listed." if more > 0 and len(found.moves) >= _MOST else "",
        "days": [{"key": str(one), "name": f"{one} days", "mode": one == days} for one in DAYS],
    }


def _sort(one: Rule) -> str:
    """Return with which others a rule can be tried: with those that hold, or with those that do not."""
    return "active" if one.state is RuleState.ACTIVE else "other"


#: items that the desk tells by name
_MOST: Final = 200


def _lines(found: RuleTrial) -> Iterator[str]:
    for (before, after), count in sorted(found.labels.items()):
        yield f"{words.count(count, 'item')}: {label(before).lower()} → {label(after).lower()}"
    for (before, after), count in sorted(found.bands.items()):
        yield f"{words.count(count, 'item')}: {before} → {after} priority"
    yield from _agreement("the answers to samples", found.sampled_before, found.sampled_after)
    yield from _agreement("corrections, which rules are made from", found.corrected_before, found.corrected_after)


def _agreement(what: str, now: Interval, then: Interval) -> Iterator[str]:
    if not math.isnan(now.value):
        yield f"Agreement with {what}: {_share(now)} → {_share(then)}"


def _share(one: Interval) -> str:
    return f"{one.value:.0%} ({one.low:.0%} to {one.high:.0%})"


def _move(one: RuleMove) -> Json:
    moved = one.priority_before != one.priority_after
    return {
        "key": one.item_id,
        "text": one.excerpt,
        "at": words.iso(one.sent_at),
        "before": label(one.before),
        "after": label(one.after),
        "priority": f"Priority {one.priority_before} → {one.priority_after}" if moved else "",
        "why": one.reason,
    }

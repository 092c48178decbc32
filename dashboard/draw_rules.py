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
    from social_listener.desk_types.teaching import Interval, Rule, RuleEvent, RuleMove, RuleTrial

#: days of which items are looked at when a rule is tried
DAYS: Final = (7, 30, 90)
_GROUPS: Final[Mapping[RuleState, tuple[str, str]]] = {
    RuleState.PROPOSED: ("Proposed", "They do nothing yet. Try one to see which items would move."),
    RuleState.ACTIVE: ("Active", "Every new item is read by them, and the reason of its score says so."),
    RuleState.WITHDRAWN: ("Withdrawn", "They do nothing, and are not proposed again."),
}
_DID: Final[Mapping[str, str]] = {"written": "wrote", "active": "let hold", "withdrawn": "withdrew"}


def rules(found: Sequence[Rule], history: Sequence[RuleEvent], trial: Json | None, *, teach: bool) -> Json:
    """Return all rules by what they do, what was done to them, and the trial that is open."""
    groups = [
        {
            "name": name,
            "text": text,
            "rules": [_rule(one, teach=teach) for one in found if one.state is state],
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
        "history": [_event(one) for one in history],
    }


def points(number: float) -> str:
    """Return points with their sign."""
    return f"{'−' if number < 0 else '+'}{abs(number):g}"


def _rule(one: Rule, *, teach: bool) -> Json:
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
        "mode": "withdraw" if teach and one.state is RuleState.PROPOSED else "",
    }


def _event(one: RuleEvent) -> Json:
    return {
        "at": words.iso(one.happened_at),
        "who": one.staff,
        "what": _DID.get(one.what, one.what),
        "phrase": f"“{one.phrase}” {points(one.points)}",
        "version": f"version {one.version}" if one.version else "",
    }


def trial(rule: Rule, found: RuleTrial, days: int, *, teach: bool) -> Json:
    """Return what would change if a rule held, or held no more where it does."""
    active = rule.state is RuleState.ACTIVE
    lead = f"{words.count(found.changed, 'item')} of {found.items:,} would have another label."
    more = found.changed + sum(found.bands.values()) - len(found.moves)
    return {
        "key": rule.id,
        "title": f"If “{rule.phrase}” {points(rule.points)} held{' no more' if active else ''}",
        "text": lead if found.items else f"Nothing was said in the last {days} days.",
        "lines": [*_lines(found)],
        "moves": [_move(one) for one in found.moves],
        "more": "Not all are listed." if more > 0 and len(found.moves) >= _MOST else "",
        "days": [{"key": str(one), "name": f"{one} days", "mode": one == days} for one in DAYS],
        "verb": ("withdraw" if active else "hold") if teach else "",
        "deed": "Withdraw it" if active else "Let it hold",
        "note": "It counts for what comes from now on. What is stored keeps its score until it is scored anew.",
    }


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

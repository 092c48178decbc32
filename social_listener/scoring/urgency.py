"""How well priority finds what needs an answer first: at every cut-off, how much is right, and how much is found."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from itertools import groupby
from typing import Final, Protocol

from social_listener.scoring.measures import Figure, wilson
from social_listener.scoring.priority import Circumstances, fault_of

CUTS: Final = (10, 20, 30, 40, 50, 60, 70)
"""Priorities from which on something is looked at first; 40 and 70 begin the bands *middle* and *high*."""


@dataclass(frozen=True, slots=True)
class Cut:
    """What stands at a priority or above, and whether it needed an answer first."""

    priority: int
    count: int
    precision: Figure  #: the share of it that needed an answer first
    recall: Figure  #: the share found of all that did
    other_precision: Figure | None  #: of as many items, in the other order that is compared with
    other_recall: Figure | None


@dataclass(frozen=True, slots=True)
class Urgency:
    """All cuts."""

    count: int
    first: int  #: how many needed an answer first
    cuts: tuple[Cut, ...]
    agreement: float  #: how often, of two items of which one needed it, that one has the higher priority; ties are half


def urgency(priorities: Sequence[int], first: Sequence[bool], other: Sequence[float] | None = None) -> Urgency:
    """Return precision and recall at every cut. `other` is another order to compare with, the most urgent highest."""
    total = sum(first)
    ranked = None
    if other is not None:
        ranked = [first[at] for at in sorted(range(len(first)), key=lambda at: (-other[at], at))]
    cuts = []
    for least in CUTS:
        above = [yes for value, yes in zip(priorities, first, strict=True) if value >= least]
        others = sum(ranked[: len(above)]) if ranked is not None else None
        cuts.append(
            Cut(
                priority=least,
                count=len(above),
                precision=wilson(sum(above), len(above)),
                recall=wilson(sum(above), total),
                other_precision=None if others is None else wilson(others, len(above)),
                other_recall=None if others is None else wilson(others, total),
            )
        )
    return Urgency(len(first), total, tuple(cuts), agreement(priorities, first))


def agreement(priorities: Sequence[float], first: Sequence[bool]) -> float:
    """Return how often what needed an answer first has the higher priority than what did not; NaN without both."""
    yes, no = sum(first), len(first) - sum(first)
    if not (yes and no):
        return float("nan")
    below, right = 0, 0.0
    for _, tied in groupby(sorted(zip(priorities, first, strict=True)), key=lambda pair: pair[0]):
        same = [one for _, one in tied]
        right += sum(same) * (below + (len(same) - sum(same)) / 2)
        below += len(same) - sum(same)
    return right / (yes * no)


def circumstances(row: Mapping[str, str]) -> Circumstances:
    """Return what the columns of a labelled line tell of its item; ValueError says what is wrong with one."""
    given: dict[str, object] = {}
    for each in fields(Circumstances):
        told = row.get(each.name, "").strip()
        if not told:
            continue
        value: object = told
        if not isinstance(each.default, str | None):
            try:
                value = json.loads(told.lower())
            except ValueError:
                value = told
        fault = fault_of(each.default, value)
        if fault:
            raise ValueError(f"column {each.name!r} must be {fault} (found {told[:40]!r})")
        given[each.name] = value
    return Circumstances(**given)  # type: ignore[arg-type]  # every value was checked just above


class Waited(Protocol):
    """An item that waited for an answer, on one account."""

    @property
    def conversation_id(self) -> str:
        """Whose conversation it is in."""

    @property
    def sent_at(self) -> datetime:
        """Since when it waited."""

    @property
    def answered_at(self) -> datetime | None:
        """When it was answered; None: it was not."""

    @property
    def ended_at(self) -> datetime | None:
        """When it stopped waiting, answered or not; None: it waits."""


def picked(items: Sequence[Waited]) -> list[bool | None]:
    """Return for each item of one account whether staff put it first.

    True: they answered it while an older item of another conversation waited. False: they answered a newer one while
    it waited. None: nobody had to choose.
    """
    order = sorted(range(len(items)), key=lambda at: items[at].sent_at)
    found: list[bool | None] = [None] * len(items)
    # Whether it was passed over: the first answers to anything newer, in two conversations, one of which is another.
    soonest: list[tuple[datetime, str]] = []
    for at in reversed(order):
        one = items[at]
        newer = next((when for when, where in soonest if where != one.conversation_id), None)
        if newer is not None and (one.ended_at is None or newer < one.ended_at):
            found[at] = False
        if one.answered_at is not None:
            soonest = _two(sorted([*soonest, (one.answered_at, one.conversation_id)]))
    # Whether it was picked: the last ends of anything older.
    latest: list[tuple[datetime, str]] = []
    for at in order:
        one = items[at]
        older = next((when for when, where in latest if where != one.conversation_id), None)
        if one.answered_at is not None and older is not None and older > one.answered_at:
            found[at] = True
        ended = one.ended_at or _NEVER
        latest = _two(sorted([*latest, (ended, one.conversation_id)], reverse=True))
    return found


_NEVER: Final = datetime.max.replace(tzinfo=UTC)


def _two(places: list[tuple[datetime, str]]) -> list[tuple[datetime, str]]:
    """Return the first, and the first of another conversation."""
    return places[:1] + [one for one in places[1:] if one[1] != places[0][1]][:1]

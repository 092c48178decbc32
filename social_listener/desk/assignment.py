"""Who gets a conversation: decided from what is known, the same for the same facts. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

ROUND_ROBIN, LOAD = "round_robin", "load"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who may get a conversation."""

    staff: str
    capacity: int  #: open conversations at a time
    load: int  #: open conversations they have
    turn: int  #: number of the last assignment by rule that they got: the lowest is next
    at_work: bool
    away: bool

    @property
    def free(self) -> bool:
        """Return whether they can take one more."""
        return self.at_work and not self.away and self.load < self.capacity


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A conversation that nobody has, and who may get it."""

    conversation_id: str
    members: tuple[str, ...]  #: of its team, as far as they may answer there
    by: str  #: round_robin | load
    last: str | None = None  #: who answered this customer last
    passed: tuple[str, ...] = ()  #: who had it and did not answer: they do not get it again


def is_away(away_from: datetime | None, away_until: datetime | None, now: datetime) -> bool:
    """Return whether somebody is away; without an end it is until further notice."""
    return away_from is not None and away_from <= now and (away_until is None or now < away_until)


def choose(case: Case, people: Mapping[str, Person]) -> str | None:
    """Return who gets a conversation; None: nobody can take it now.

    Who answered the customer last comes first. Then goes the one whose turn it is, or who has least to do.
    """
    able = [people[name] for name in case.members if name in people and people[name].free and name not in case.passed]
    if not able:
        return None
    if any(person.staff == case.last for person in able):
        return case.last
    if case.by == ROUND_ROBIN:
        return min(able, key=lambda person: (person.turn, person.staff)).staff
    return min(able, key=lambda person: (person.load, person.turn, person.staff)).staff


def plan(cases: Sequence[Case], people: Iterable[Person]) -> list[tuple[str, str]]:
    """Return which conversation goes to whom, in the order of `cases`; those that nobody can take are left out."""
    known = {person.staff: person for person in people}
    turn = max((person.turn for person in known.values()), default=0)
    given = []
    for case in cases:
        to = choose(case, known)
        if to is not None:
            turn += 1
            known[to] = replace(known[to], load=known[to].load + 1, turn=turn)
            given.append((case.conversation_id, to))
    return given

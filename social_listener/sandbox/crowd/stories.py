"""The kinds of story, how often they happen, who tells them, and how they go on."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Literal

from social_listener.sandbox.crowd.people import PEOPLE, Person
from social_listener.sandbox.crowd.texts import GRAMMARS

Way = Literal["mention", "plain", "under", "quote", "dm"]
"""How a story is told: naming the handle, without it, below a post of the brand, quoting one, or in private."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of story."""

    name: str
    weight: int
    way: Way = "mention"
    grievance: bool = False
    """Whether its teller waits for an answer and comes back without one."""
    tempers: frozenset[str] = frozenset(("calm", "warm", "blunt", "furious", "wry", "anxious"))


_CROSS = frozenset(("blunt", "furious", "anxious", "calm"))

KINDS = (
    Kind("delivery", 16, grievance=True, tempers=_CROSS),
    Kind("broken", 11, grievance=True, tempers=_CROSS | {"wry"}),
    Kind("refund", 9, grievance=True, tempers=_CROSS),
    Kind("billing", 6, grievance=True, tempers=_CROSS),
    Kind("outage", 5, grievance=True),
    Kind("question", 15, grievance=True, tempers=frozenset(("calm", "warm", "anxious", "wry", "blunt"))),
    Kind("praise", 12, tempers=frozenset(("warm", "calm", "wry"))),
    Kind("irony", 7, tempers=frozenset(("wry", "blunt"))),
    Kind("safety", 2, grievance=True, tempers=_CROSS),
    Kind("legal", 2, grievance=True, tempers=frozenset(("furious", "blunt"))),
    Kind("long", 2, grievance=True, tempers=frozenset(("blunt", "calm", "warm", "wry"))),
    Kind("spam", 4, tempers=frozenset(("spammer",))),
    Kind("keyword", 10, "plain"),
    Kind("competitor", 6, "plain"),
    Kind("under", 9, "under"),
    Kind("quote", 2, "quote"),
    Kind("dm", 11, "dm", grievance=True, tempers=frozenset(("calm", "warm", "anxious", "blunt"))),
)

_LANGUAGE_WEIGHT = {"en": 2}
"""How much more often somebody who writes this language speaks than others do."""


def choose(rng: random.Random, busy: set[str], ways: frozenset[Way] | None = None) -> tuple[Kind, Person]:
    """Draw a kind of story and somebody to tell it who has not just spoken (`busy` has their handles)."""
    kinds = [kind for kind in KINDS if ways is None or kind.way in ways]
    kind = rng.choices(kinds, [kind.weight for kind in kinds])[0]
    fitting = [person for person in PEOPLE if person.temper in kind.tempers and GRAMMARS[person.lang].get(kind.name)]
    rested = [person for person in fitting if person.handle not in busy] or fitting
    return kind, rng.choices(rested, [_LANGUAGE_WEIGHT.get(person.lang, 1) for person in rested])[0]

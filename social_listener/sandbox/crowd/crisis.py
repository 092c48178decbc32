"""Crises that can be planted on X: an outage, a complaint that goes round, a wave of bots, a quiet spell; and seasons.

Nobody who speaks here is one of the crowd's customers: each crisis brings its own people.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from social_listener.sandbox.clock import from_ms
from social_listener.sandbox.crowd.grammar import expand
from social_listener.sandbox.crowd.schedule import Schedule
from social_listener.sandbox.crowd.texts.crisis import BOTS, OUTAGE, VIRAL
from social_listener.sandbox.records import Post, User
from social_listener.sandbox.world import World

CrisisName = Literal["outage", "viral", "bots", "quiet"]
CRISES: tuple[CrisisName, ...] = ("outage", "viral", "bots", "quiet")

_DAY_MS = 86_400_000
_FIRST = (
    "lena",
    "marc",
    "aisha",
    "tom",
    "nadia",
    "piotr",
    "sofia",
    "ben",
    "ines",
    "karl",
    "mei",
    "omar",
    "ruth",
    "joao",
)
_LAST = ("weber", "hughes", "rossi", "novak", "silva", "khan", "jansen", "moreau", "lopez", "berg", "sato", "cole")


def rate_at(moment: datetime, zone: ZoneInfo) -> float:
    """Return how busy customers are at a moment, 1 on average by day: quiet nights, two humps, half on Sundays."""
    local = moment.astimezone(zone)
    hour = local.hour + local.minute / 60
    humps = math.exp(-(((hour - 11) / 3.5) ** 2)) + 0.8 * math.exp(-(((hour - 19.5) / 2.5) ** 2))
    return (0.08 + 1.3 * humps) * (0.5 if local.weekday() == 6 else 0.8 if local.weekday() == 5 else 1.0)


def season(rng: random.Random, since: datetime, until: datetime, an_hour: float, zone: ZoneInfo) -> Iterator[datetime]:
    """Yield the moments of ordinary traffic in [since, until): some hours are busier than others by chance too."""
    hour, luck, at = -1, 1.0, since
    while True:
        at += timedelta(hours=rng.expovariate(an_hour * 6))
        if at >= until:
            return
        if at.hour != hour:
            hour, luck = at.hour, rng.gammavariate(20, 1 / 20)
        if rng.random() * 6 < rate_at(at, zone) * luck:
            yield at


class Crises:
    """Crises that are planned, and come as time goes on. Its state is guarded by the world's lock."""

    def __init__(self, world: World, brand: User, seed: int, set_rate: Callable[[float], float]) -> None:
        """Let crises befall a brand; `set_rate` changes how many stories the crowd begins, and tells what it was."""
        self._world = world
        self._brand = brand
        self._rng = random.Random(f"crisis:{seed}:{world.restored}")
        self._set_rate = set_rate
        self._people = 0
        self.schedule = Schedule()

    def plan(self, name: CrisisName, at: datetime, minutes: float, count: int) -> None:
        """Let a crisis begin at a moment and go on for so long, with so many posts.

        Raises:
            ValueError: it is unknown, or has no length.
        """
        if name not in CRISES:
            raise ValueError(f"there is no crisis {name!r}; there are {', '.join(CRISES)}")
        if minutes <= 0 or count < 1:
            raise ValueError("a crisis needs some minutes and some posts")
        start, length = round(at.timestamp() * 1000), round(minutes * 60_000)
        with self._world.lock:
            if name == "quiet":
                self._plan_quiet(start, length)
                return
            speak = {"outage": self._outage, "viral": self._viral(start), "bots": self._bot}[name]
            for moment in sorted(self._rng.random() * length for _ in range(count)):
                self.schedule.plan(start + round(moment), speak)

    def run_until(self, now_ms: int) -> None:
        """Do what is due; the caller holds the world's lock."""
        while (due := self.schedule.next_due()) is not None and due <= now_ms:
            moment, action = self.schedule.pop()
            action(moment)

    def ordinary(self, at: datetime, text: str) -> Post:
        """Let somebody who is not of the crowd say something ordinary; a third of them said something before."""
        number = self._people if self._rng.random() < 0.67 else self._rng.randrange(max(1, self._people))
        self._people = max(self._people, number + 1)
        return self._world.post(self._person(f"n{number}"), text, sent_at=at)

    def _plan_quiet(self, start: int, length: int) -> None:
        before: list[float] = []

        def begin(_: int) -> None:
            before.append(self._set_rate(-1))
            self._set_rate(before[0] / 10)

        self.schedule.plan(start, begin)
        self.schedule.plan(start + length, lambda _: self._set_rate(before[0]))

    def _outage(self, at_ms: int) -> None:
        text = expand(OUTAGE, "post", self._rng, {"b": f"@{self._brand.handle}"})
        self._world.post(self._person(f"o{at_ms}"), text, sent_at=from_ms(at_ms), lang="en")

    def _viral(self, start: int) -> Callable[[int], None]:
        root: list[Post] = []

        def speak(at_ms: int) -> None:
            named = {"b": f"@{self._brand.handle}"}
            if not root:
                author = self._person(f"v{start}", followers=184_000)
                text = expand(VIRAL, "root", self._rng, named)
                root.append(self._world.post(author, text, sent_at=from_ms(at_ms), lang="en"))
                return
            text = expand(VIRAL, "answer", self._rng, named)
            quotes = self._rng.random() < 0.4
            self._world.post(
                self._person(f"v{at_ms}"),
                text,
                sent_at=from_ms(at_ms),
                lang="en",
                quote_of=root[0] if quotes else None,
                reply_to=None if quotes else root[0],
            )

        return speak

    def _bot(self, at_ms: int) -> None:
        text = expand(BOTS, "post", self._rng, {"b": f"@{self._brand.handle}"})
        age = self._rng.randrange(1, 9) * _DAY_MS
        author = self._person(f"b{at_ms}", followers=self._rng.randrange(4), created_ms=at_ms - age)
        self._world.post(author, text, sent_at=from_ms(at_ms), lang="en")

    def _person(self, key: str, **facts: int) -> User:
        """Return somebody new, or who was made for the same key before."""
        own = random.Random(f"{self._world.seed}:{key}")
        first, last = own.choice(_FIRST), own.choice(_LAST)
        usual = {"followers": max(12, round(own.lognormvariate(5.2, 1.3)))}
        return self._world.add_user(f"{first}_{last}_{key}", name=f"{first} {last}".title(), **{**usual, **facts})

"""The crowd at work: new stories at a rate, and what follows from each; all by the sandbox's clock and one seed."""

from __future__ import annotations

import dataclasses
import random
import threading
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Literal

from social_listener.sandbox.clock import from_ms
from social_listener.sandbox.crowd.aftermath import Aftermath
from social_listener.sandbox.crowd.crisis import Crises
from social_listener.sandbox.crowd.people import PEOPLE, Person
from social_listener.sandbox.crowd.schedule import Schedule
from social_listener.sandbox.crowd.stage import Stage
from social_listener.sandbox.crowd.stage_meta import FacebookStage, InstagramStage
from social_listener.sandbox.crowd.stage_x import XStage
from social_listener.sandbox.crowd.stories import Kind, choose
from social_listener.sandbox.crowd.voice import Voice
from social_listener.sandbox.graph.world import Graph
from social_listener.sandbox.journal import Event
from social_listener.sandbox.records import User
from social_listener.sandbox.world import World

PlatformName = Literal["x", "facebook", "instagram"]
PLATFORMS: tuple[PlatformName, ...] = ("x", "facebook", "instagram")

_MINUTE_MS = 60_000
_REST = 12
"""So many others speak before somebody begins another story."""
_LONGEST_WAIT_S = 1.0


class Crowd:
    """Invented customers of the brand. Its state is guarded by the world's lock.

    Every story is told on one platform, drawn evenly, and what follows from it stays there.
    """

    def __init__(
        self,
        world: World,
        graph: Graph,
        brand: User,
        seed: int,
        rate: float,
        *,
        platforms: Sequence[PlatformName] = ("x",),
    ) -> None:
        """Bring the people into the world; nobody speaks yet.

        `rate` is how many stories begin in a minute of the sandbox's clock, apart from what follows from them.

        Raises:
            ValueError: a platform is unknown or named twice, or none is named.
        """
        if not platforms or len(set(platforms)) < len(platforms) or not set(platforms) <= set(PLATFORMS):
            raise ValueError(f"the crowd lives on some of {', '.join(PLATFORMS)}, not on {', '.join(platforms)!r}")
        self._world = world
        elsewhere = graph.restored if set(platforms) != {"x"} else 0
        self._rng = random.Random(f"crowd:{seed}:{world.restored + elsewhere}")
        self._voice = Voice(self._rng, brand.handle)
        self._schedule = Schedule()
        made: dict[PlatformName, Callable[[], Stage[Any]]] = {
            "x": lambda: XStage(world, brand),
            "facebook": lambda: FacebookStage(graph, self._rng),
            "instagram": lambda: InstagramStage(graph, self._rng),
        }
        self._stages = [made[name]() for name in platforms]
        self.has_acted = any(stage.has_history() for stage in self._stages)
        self._after = Aftermath(self._rng, self._voice, self._schedule)
        self.crises = Crises(world, brand, seed, self._slowed)
        self._recent: deque[str] = deque(maxlen=_REST)
        self._rate = 0.0
        self._arrival_ms: int | None = None
        self._wake = threading.Event()
        self._ending = threading.Event()
        self._thread: threading.Thread | None = None
        for person in PEOPLE:
            facts = dataclasses.asdict(person)
            del facts["temper"], facts["called"]
            world.add_user(facts.pop("handle"), following=40 + len(person.name) * 23, **facts)
        world.listen(_deaf, self.catch_up)
        for stage in self._stages:
            (world if stage.name == "x" else graph).listen(partial(self._heard, stage))
        self.rate = rate

    @property
    def rate(self) -> float:
        """Stories that begin in a minute; 0 stops new ones and what would follow from old ones alike."""
        return self._rate

    @rate.setter
    def rate(self, rate: float) -> None:
        if rate < 0:
            raise ValueError("the crowd's rate cannot be below 0")
        with self._world.lock:
            self._rate = rate
            self._arrival_ms = self._next_arrival(self._world.clock.now_ms())
        self._wake.set()

    def _slowed(self, rate: float) -> float:
        """Change the rate while something is played, unless it is below 0; return what it was."""
        before = self._rate
        if rate >= 0:
            self.rate = rate
        return before

    def step(self) -> Any:
        """Begin one story now, whatever the rate; returns what was said, or None if it was told in private."""
        with self._world.lock:
            return self._begin(self._world.clock.now_ms(), *choose(self._rng, set(self._recent)))

    def burst(self, count: int) -> list[Any]:
        """Tell so many stories that name the brand at once; nothing follows from them."""
        posts = []
        with self._world.lock:
            moment = self._world.clock.now()
            for _ in range(count):
                kind, person = choose(self._rng, set(self._recent), frozenset(("mention",)))
                self._recent.append(person.handle)
                stage = self._drawn()
                text = self._voice.say(person, kind.name, named=stage.names_handle(kind.way))
                if text is not None:
                    posts.append(stage.tell(person, text, kind.way, None, moment))
        return posts

    def say_ordinary(self, moments: Iterable[datetime]) -> int:
        """Let mentions be posted at those moments, by people who are not of the crowd; nothing follows from them.

        Returns how many were.
        """
        count = 0
        with self._world.lock:
            for moment in moments:
                kind, person = choose(self._rng, set(), frozenset(("mention",)))
                text = self._voice.say(person, kind.name, named=True)
                if text is not None:
                    self.crises.ordinary(moment, text)
                    count += 1
        return count

    def live_through(self, span: timedelta, stories: int | None = None) -> None:
        """Give the world a past of this length, with answers that colleagues of the brand gave in it.

        Unless told how many, some 25 stories an hour, at least 60 and at most 400; the density grows towards now.
        """
        with self._world.lock:
            now, length = self._world.clock.now_ms(), round(span.total_seconds() * 1000)
            hours = length / 3_600_000
            count = stories if stories is not None else max(60, min(400, round(hours * 25)))
            moments = sorted(now - round(length * self._rng.random() ** 1.7) for _ in range(count))
            for moment in range(now - length, now, max(length // 6, 5 * _MINUTE_MS)):
                for stage in self._stages:
                    self._schedule.plan(moment, partial(self._announce, stage))
            for moment in moments:
                self._schedule.plan(moment, self._begin_drawn)
            self._after.answered_by_colleagues = True
            self._run_until(now)
            self._after.answered_by_colleagues = False
            self.has_acted = True

    def catch_up(self) -> None:
        """Do everything that was due by now, each thing at its own time."""
        with self._world.lock:
            self.crises.run_until(self._world.clock.now_ms())
            if self._rate > 0:
                self._run_until(self._world.clock.now_ms())

    def wake(self) -> None:
        """Look again when the next thing is due."""
        self._wake.set()

    def start(self) -> None:
        """Act by itself as the real clock goes on. With a manual clock `World.advance` does it."""
        if self._world.clock.mode == "manual" or self._thread is not None:
            return
        self._ending.clear()
        self._thread = threading.Thread(target=self._live, name="sandbox-crowd", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Fall silent."""
        self._ending.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _live(self) -> None:
        while not self._ending.is_set():
            self.catch_up()
            with self._world.lock:
                self._wake.clear()
                next_due = (self._arrival_ms, self._schedule.next_due(), self.crises.schedule.next_due())
                due = [moment for moment in next_due if moment is not None]
                wait_s = (min(due) - self._world.clock.now_ms()) / 1000 if due else _LONGEST_WAIT_S
            if not self._ending.is_set():
                self._wake.wait(min(max(wait_s, 0.01), _LONGEST_WAIT_S))

    def _run_until(self, now_ms: int) -> None:
        """Act in order of time; the caller holds the world's lock."""
        while True:
            due = self._schedule.next_due()
            arrival = self._arrival_ms
            if arrival is not None and arrival <= now_ms and (due is None or arrival < due):
                self._arrival_ms = self._next_arrival(arrival)
                self._begin_drawn(arrival)
            elif due is not None and due <= now_ms:
                due_ms, action = self._schedule.pop()
                action(due_ms)
            else:
                return

    def _next_arrival(self, after_ms: int) -> int | None:
        if self._rate <= 0:
            return None
        return after_ms + max(1, round(self._rng.expovariate(self._rate) * _MINUTE_MS))

    def _begin_drawn(self, at_ms: int) -> None:
        self._begin(at_ms, *choose(self._rng, set(self._recent)))

    def _begin(self, at_ms: int, kind: Kind, person: Person) -> Any:
        """Let a person tell a story, and plan what follows."""
        self._recent.append(person.handle)
        stage = self._drawn()
        hangs = kind.way != "dm" and stage.hangs_below(kind.way)
        named = kind.way != "dm" and not hangs and stage.names_handle(kind.way)
        text = self._voice.say(person, kind.name, named=named)
        if text is None:
            return None
        moment = from_ms(at_ms)
        if kind.way == "dm":
            stage.write(person, text, moment)
            self._after.of_message(stage, person, kind, at_ms)
            return None
        below = self._post_of_brand(stage, at_ms) if hangs else None
        said = stage.tell(person, text, kind.way, below, moment)
        self._after.of_story(stage, person, kind, said, at_ms)
        return said

    def _drawn(self) -> Stage[Any]:
        """Return where the next story is told."""
        return self._stages[0] if len(self._stages) == 1 else self._rng.choice(self._stages)

    def _post_of_brand(self, stage: Stage[Any], at_ms: int) -> Any:
        """Return something of the brand to speak below: one of the last four, or a first one."""
        found = stage.posts_of_brand(at_ms)
        return self._rng.choice(found) if found else self._announce(stage, at_ms - 20 * _MINUTE_MS)

    def _announce(self, stage: Stage[Any], at_ms: int) -> Any:
        return stage.announce(self._voice.announcement(), from_ms(at_ms))

    def _heard(self, stage: Stage[Any], event: Event) -> None:
        """Take note of what the brand does through the API; called under the world's lock."""
        if self._rate > 0 and event.get("api") is not None:
            self._after.of_answer(stage, event)
            self._wake.set()


def _deaf(_: Event) -> None:
    """Hear nothing: only that time was moved is of interest."""

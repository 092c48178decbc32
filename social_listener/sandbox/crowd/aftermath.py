"""What follows from a story: corrections, second thoughts, likes, impatience, and reactions to an answer."""

from __future__ import annotations

import random
from functools import partial
from typing import Any

from social_listener.sandbox.clock import from_ms
from social_listener.sandbox.crowd.people import PEOPLE, Person
from social_listener.sandbox.crowd.schedule import Action, Schedule
from social_listener.sandbox.crowd.stage import Stage
from social_listener.sandbox.crowd.stories import Kind
from social_listener.sandbox.crowd.voice import Voice
from social_listener.sandbox.journal import Event

_BY_HANDLE = {person.handle: person for person in PEOPLE}
_ABOUT_AN_ORDER = frozenset(("delivery", "broken", "refund", "billing"))
_MOST_REACTIONS = 2
"""A person reacts to so many answers in one conversation and then leaves it."""


class Aftermath:
    """Plans the consequences, on the stage on which they began; everything happens under the world's lock.

    What was said in public is known to its stage only.
    """

    def __init__(self, rng: random.Random, voice: Voice, schedule: Schedule) -> None:
        """Plan into this schedule."""
        self._rng = rng
        self._voice = voice
        self._schedule = schedule
        self._reactions: dict[str, int] = {}
        self.answered_by_colleagues = False
        """While a past is made up: whether colleagues of the brand answer some of what is said."""

    def of_story(self, stage: Stage[Any], person: Person, kind: Kind, said: Any, at_ms: int) -> None:
        """Plan what follows from a public story."""
        for user in self._rng.sample(PEOPLE, self._rng.choice((0, 0, 0, 1, 1, 2, 4))):
            self._in(at_ms, 1, 40, partial(self._like, stage, user, said))
        if self._rng.random() < 0.06:
            self._in(at_ms, 1, 5, partial(self._correct, stage, person, kind, said))
        elif self._rng.random() < 0.03:
            self._in(at_ms, 8, 40, lambda _: self._regret(stage, said))
        answered = False
        if self.answered_by_colleagues and kind.name not in ("spam", "competitor", "keyword", "quote"):
            answered = self._rng.random() < 0.35
        if answered:
            self._in(at_ms, 10, 90, lambda due: self._colleague(stage, person, kind, said, due))
        if kind.grievance and self._rng.random() < 0.4:
            self._in(at_ms, 8, 25, lambda due: self._ask_again(stage, person, said, "nudge1", due))

    def of_message(self, stage: Stage[Any], person: Person, kind: Kind, at_ms: int) -> None:
        """Plan what follows from a private story."""
        if self.answered_by_colleagues and self._rng.random() < 0.35:
            self._in(at_ms, 10, 60, lambda due: self._colleague_in_private(stage, person, kind, due))
        elif self._rng.random() < 0.4:
            self._in(at_ms, 10, 40, lambda due: self._write_again(stage, person, due))

    def of_answer(self, stage: Stage[Any], event: Event) -> None:
        """Plan reactions to what an account of the brand said through the API."""
        at_ms = int(str(event["at"]))
        for handle, answer, key in stage.heard(event):
            person = _BY_HANDLE.get(handle)
            if person is None:
                continue
            if answer is not None:
                self._plan_reaction(stage, person, answer, at_ms)
            elif self._counted(key):
                self._in(at_ms, 0.3, 2, partial(self._thank_in_private, stage, person))

    def _plan_reaction(self, stage: Stage[Any], person: Person, answer: Any, at_ms: int) -> None:
        if not self._counted(f"{stage.place_of(answer)}:{person.handle}"):
            return
        pleased = {"warm": 0.9, "calm": 0.75, "wry": 0.6, "anxious": 0.65, "blunt": 0.45, "furious": 0.2}
        draw = self._rng.random()
        if self._rng.random() < 0.4:
            self._in(at_ms, 0.2, 1, partial(self._like, stage, person, answer))
        if draw < pleased.get(person.temper, 0.0):
            if self._rng.random() < 0.25 and person.lang == "en":
                self._in(at_ms, 0.3, 1.5, lambda due: self._move_to_private(stage, person, answer, due))
            else:
                self._in(at_ms, 0.3, 2, lambda due: self._reply(stage, person, answer, "thanks", due))
        elif person.temper != "spammer":
            self._in(at_ms, 0.4, 2.5, lambda due: self._reply(stage, person, answer, "angrier", due))

    def _counted(self, key: str) -> bool:
        """Whether this reaction is still one of the few that somebody has in a conversation."""
        self._reactions[key] = self._reactions.get(key, 0) + 1
        return self._reactions[key] <= _MOST_REACTIONS

    def _in(self, at_ms: int, least: float, most: float, action: Action) -> None:
        """Plan something for so many minutes later."""
        self._schedule.plan(at_ms + round(self._rng.uniform(least, most) * 60_000), action)

    def _say(self, stage: Stage[Any], person: Person, kind: str) -> str | None:
        return self._voice.say(person, kind, named=stage.calls_by_handle)

    def _like(self, stage: Stage[Any], person: Person, said: Any, _due_ms: int) -> None:
        if not stage.is_gone(said) and stage.author_of(said) != person.handle:
            stage.like(person, said)

    def _correct(self, stage: Stage[Any], person: Person, kind: Kind, said: Any, due_ms: int) -> None:
        addition = self._say(stage, person, "edited_order" if kind.name in _ABOUT_AN_ORDER else "edited")
        if addition is not None and not stage.is_gone(said):
            stage.reword(person, said, f"{stage.text_of(said)} {addition}", from_ms(due_ms))

    def _regret(self, stage: Stage[Any], said: Any) -> None:
        if not stage.is_gone(said) and not stage.has_replies(said):
            stage.delete(said)

    def _reply(self, stage: Stage[Any], person: Person, to: Any, kind: str, due_ms: int) -> None:
        text = self._say(stage, person, kind)
        if text is not None and not stage.is_gone(to):
            stage.reply(person, to, text, from_ms(due_ms))

    def _ask_again(self, stage: Stage[Any], person: Person, said: Any, kind: str, due_ms: int) -> None:
        if stage.is_gone(said) or stage.is_answered(said):
            return
        self._reply(stage, person, said, kind, due_ms)
        if kind == "nudge1" and self._rng.random() < 0.6:
            self._in(due_ms, 15, 60, lambda due: self._ask_again(stage, person, said, "nudge2", due))

    def _write_again(self, stage: Stage[Any], person: Person, due_ms: int) -> None:
        if not stage.has_written_back(person):
            self._private(stage, person, "dm_more", due_ms)

    def _thank_in_private(self, stage: Stage[Any], person: Person, due_ms: int) -> None:
        self._private(stage, person, self._rng.choice(("dm_thanks", "dm_details")), due_ms)

    def _move_to_private(self, stage: Stage[Any], person: Person, answer: Any, due_ms: int) -> None:
        self._reply(stage, person, answer, "to_dm", due_ms)
        self._in(due_ms, 0.3, 1, lambda due: self._private(stage, person, "dm_details", due))

    def _private(self, stage: Stage[Any], person: Person, kind: str, due_ms: int) -> None:
        text = self._say(stage, person, kind)
        if text is not None:
            stage.write(person, text, from_ms(due_ms))

    def _colleague(self, stage: Stage[Any], person: Person, kind: Kind, said: Any, due_ms: int) -> None:
        if stage.is_gone(said):
            return
        answer = stage.answer(person, said, self._voice.answer(person, kind.name), from_ms(due_ms))
        if self._rng.random() < 0.5:
            self._plan_reaction(stage, person, answer, due_ms)

    def _colleague_in_private(self, stage: Stage[Any], person: Person, kind: Kind, due_ms: int) -> None:
        stage.write_back(person, self._voice.answer(person, kind.name), from_ms(due_ms))
        if self._rng.random() < 0.6:
            self._in(due_ms, 3, 30, lambda due: self._private(stage, person, "dm_thanks", due))

"""What follows from a story: corrections, second thoughts, likes, impatience, and reactions to an answer."""

from __future__ import annotations

import random
from functools import partial

from social_listener.sandbox.clock import from_ms
from social_listener.sandbox.crowd.people import PEOPLE, Person
from social_listener.sandbox.crowd.schedule import Action, Schedule
from social_listener.sandbox.crowd.stories import Kind
from social_listener.sandbox.crowd.voice import Voice
from social_listener.sandbox.journal import Event
from social_listener.sandbox.records import Post, User, conversation_of
from social_listener.sandbox.world import World

_BY_HANDLE = {person.handle: person for person in PEOPLE}
_ABOUT_AN_ORDER = frozenset(("delivery", "broken", "refund", "billing"))
_MOST_REACTIONS = 2
"""A person reacts to so many answers in one conversation and then leaves it."""


class Aftermath:
    """Plans the consequences; everything happens under the world's lock."""

    def __init__(self, world: World, brand: User, rng: random.Random, voice: Voice, schedule: Schedule) -> None:
        """Plan into this schedule."""
        self._world = world
        self._brand = brand
        self._rng = rng
        self._voice = voice
        self._schedule = schedule
        self._reactions: dict[str, int] = {}
        self.answered_by_colleagues = False
        """While a past is made up: whether colleagues of the brand answer some of what is said."""

    def of_post(self, person: Person, kind: Kind, post: Post, at_ms: int) -> None:
        """Plan what follows from a public story."""
        for user in self._rng.sample(PEOPLE, self._rng.choice((0, 0, 0, 1, 1, 2, 4))):
            self._in(at_ms, 1, 40, partial(self._like, user, post))
        if self._rng.random() < 0.06:
            self._in(at_ms, 1, 5, partial(self._correct, person, kind, post))
        elif self._rng.random() < 0.03:
            self._in(at_ms, 8, 40, lambda _: self._regret(post))
        answered = False
        if self.answered_by_colleagues and kind.name not in ("spam", "competitor", "keyword", "quote"):
            answered = self._rng.random() < 0.35
        if answered:
            self._in(at_ms, 10, 90, lambda due: self._colleague(person, kind, post, due))
        if kind.grievance and self._rng.random() < 0.4:
            self._in(at_ms, 8, 25, lambda due: self._ask_again(person, post, "nudge1", due))

    def of_message(self, person: Person, kind: Kind, at_ms: int) -> None:
        """Plan what follows from a private story."""
        if self.answered_by_colleagues and self._rng.random() < 0.35:
            self._in(at_ms, 10, 60, lambda due: self._colleague_in_private(person, kind, due))
        elif self._rng.random() < 0.4:
            self._in(at_ms, 10, 40, lambda due: self._write_again(person, due))

    def of_answer(self, event: Event) -> None:
        """Plan reactions to what an account of the brand said through the API."""
        at_ms = int(str(event["at"]))
        if event["kind"] == "post" and event.get("parent") is not None:
            parent = self._world.find(str(event["parent"]))
            person = _BY_HANDLE.get(parent.author.handle)
            if person is not None:
                self._plan_reaction(person, self._world.find(str(event["id"])), at_ms)
        elif event["kind"] == "message":
            for member in self._world.ledger.messages[int(str(event["id"]))].participants:
                person = _BY_HANDLE.get(self._world.users[member].handle)
                if person is not None and self._counted(f"dm:{member}"):
                    self._in(at_ms, 0.3, 2, partial(self._thank_in_private, person))

    def _plan_reaction(self, person: Person, answer: Post, at_ms: int) -> None:
        if not self._counted(f"{answer.conversation}:{person.handle}"):
            return
        pleased = {"warm": 0.9, "calm": 0.75, "wry": 0.6, "anxious": 0.65, "blunt": 0.45, "furious": 0.2}
        draw = self._rng.random()
        if self._rng.random() < 0.4:
            self._in(at_ms, 0.2, 1, partial(self._like, person, answer))
        if draw < pleased.get(person.temper, 0.0):
            if self._rng.random() < 0.25 and person.lang == "en":
                self._in(at_ms, 0.3, 1.5, lambda due: self._move_to_private(person, answer, due))
            else:
                self._in(at_ms, 0.3, 2, lambda due: self._reply(person, answer, "thanks", due))
        elif person.temper != "spammer":
            self._in(at_ms, 0.4, 2.5, lambda due: self._reply(person, answer, "angrier", due))

    def _counted(self, key: str) -> bool:
        """Whether this reaction is still one of the few that somebody has in a conversation."""
        self._reactions[key] = self._reactions.get(key, 0) + 1
        return self._reactions[key] <= _MOST_REACTIONS

    def _in(self, at_ms: int, least: float, most: float, action: Action) -> None:
        """Plan something for so many minutes later."""
        self._schedule.plan(at_ms + round(self._rng.uniform(least, most) * 60_000), action)

    def _like(self, person: Person, post: Post, due_ms: int) -> None:  # noqa: ARG002  # an action is told when
        if post.deleted_ms is None and post.author.handle != person.handle:
            self._world.like(person.handle, post)

    def _correct(self, person: Person, kind: Kind, post: Post, due_ms: int) -> None:
        addition = self._voice.say(person, "edited_order" if kind.name in _ABOUT_AN_ORDER else "edited")
        if addition is not None and post.deleted_ms is None:
            self._world.edit(post, f"{post.text} {addition}", sent_at=from_ms(due_ms))

    def _regret(self, post: Post) -> None:
        if post.deleted_ms is None and post.replies == 0:
            self._world.delete(post)

    def _reply(self, person: Person, to: Post, kind: str, due_ms: int) -> None:
        text = self._voice.say(person, kind)
        if text is not None and to.deleted_ms is None:
            self._world.post(person.handle, text, reply_to=to, lang=person.lang, sent_at=from_ms(due_ms))

    def _ask_again(self, person: Person, post: Post, kind: str, due_ms: int) -> None:
        if post.deleted_ms is not None or self._answered(post):
            return
        self._reply(person, post, kind, due_ms)
        if kind == "nudge1" and self._rng.random() < 0.6:
            self._in(due_ms, 15, 60, lambda due: self._ask_again(person, post, "nudge2", due))

    def _answered(self, post: Post) -> bool:
        """Whether an account of the brand has replied to any version of it."""
        versions = {version.id for version in post.versions}
        ledger = self._world.ledger
        return any(
            ledger.posts[number].parent in versions and ledger.posts[number].deleted_ms is None
            for account in self._world.accounts()
            for number in reversed(ledger.by_author.get(account.id, [])[-500:])
        )

    def _write_again(self, person: Person, due_ms: int) -> None:
        thread = conversation_of(self._world.user(person.handle).id, self._brand.id)
        ledger = self._world.ledger
        if any(ledger.messages[number].sender.account for number in ledger.threads.get(thread, ())):
            return
        self._private(person, "dm_more", due_ms)

    def _thank_in_private(self, person: Person, due_ms: int) -> None:
        self._private(person, self._rng.choice(("dm_thanks", "dm_details")), due_ms)

    def _move_to_private(self, person: Person, answer: Post, due_ms: int) -> None:
        self._reply(person, answer, "to_dm", due_ms)
        self._in(due_ms, 0.3, 1, lambda due: self._private(person, "dm_details", due))

    def _private(self, person: Person, kind: str, due_ms: int) -> None:
        text = self._voice.say(person, kind)
        if text is not None:
            self._world.dm(person.handle, self._brand, text, sent_at=from_ms(due_ms))

    def _colleague(self, person: Person, kind: Kind, post: Post, due_ms: int) -> None:
        if post.deleted_ms is not None:
            return
        text = self._voice.answer(person, kind.name)
        answer = self._world.post(self._brand, text, reply_to=post, lang=person.lang, sent_at=from_ms(due_ms))
        if self._rng.random() < 0.5:
            self._plan_reaction(person, answer, due_ms)

    def _colleague_in_private(self, person: Person, kind: Kind, due_ms: int) -> None:
        text = self._voice.answer(person, kind.name)
        self._world.dm(self._brand, person.handle, text, sent_at=from_ms(due_ms))
        if self._rng.random() < 0.6:
            self._in(due_ms, 3, 30, lambda due: self._private(person, "dm_thanks", due))

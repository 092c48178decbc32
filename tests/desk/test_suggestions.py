"""How good the suggestions are: learned from some of the crowd's messages, measured on others."""

from __future__ import annotations

import random
from dataclasses import replace
from functools import cache

from social_listener.desk.similar import rank
from social_listener.desk_types.answering import Use
from social_listener.sandbox.crowd.people import PEOPLE
from social_listener.sandbox.crowd.voice import Voice

#: what customers write about; each kind is answered with a saved reply of its own
KINDS = ("delivery", "broken", "refund", "billing", "legal", "question", "praise")
LEARNED, HELD = 40, 25


@cache
def crowd(seed: int) -> tuple[tuple[Use, ...], tuple[tuple[str, str], ...]]:
    """Return what was answered before, and what is asked now with the saved reply that belongs to it; no text twice."""
    rng = random.Random(seed)
    voice = Voice(rng, "fernhill")
    people = [person for person in PEOPLE if person.lang == "en"]
    uses: list[Use] = []
    held: list[tuple[str, str]] = []
    known: set[str] = set()
    for kind in KINDS:
        drawn = (voice.say(rng.choice(people), kind) for _ in range(1_000))
        texts = list(dict.fromkeys(text for text in drawn if text and text not in known))[: LEARNED + HELD]
        assert len(texts) == LEARNED + HELD
        known.update(texts)
        uses += [
            Use(saved_reply_id=kind, text=text, language="en", sentiment=None, edited=0) for text in texts[:LEARNED]
        ]
        held += [(text, kind) for text in texts[LEARNED:]]
    return tuple(uses), tuple(held)


def hits(uses: tuple[Use, ...], held: tuple[tuple[str, str], ...], first: int) -> float:
    """Return the share of messages whose saved reply is among the `first` suggested."""
    found = 0
    for text, kind in held:
        found += kind in [one.saved_reply_id for one in rank(text, "en", None, uses)[:first]]
    return found / len(held)


def test_the_right_saved_reply_is_among_the_first_three() -> None:
    """On messages that it has never seen, for three crowds: first in 8 of 10, among three in 9 of 10."""
    for seed in (1, 2, 3):
        uses, held = crowd(seed)
        assert not {use.text for use in uses} & {text for text, _ in held}
        assert hits(uses, held, 1) >= 0.8
        assert hits(uses, held, 3) >= 0.9


def test_ranking_by_chance_is_worse() -> None:
    """The control: the same past with its saved replies dealt out at random suggests no better than chance."""
    uses, held = crowd(1)
    dealt = [use.saved_reply_id for use in uses]
    random.Random(5).shuffle(dealt)
    shuffled = tuple(replace(use, saved_reply_id=name) for use, name in zip(uses, dealt, strict=True))
    chance = 1 / len(KINDS)
    assert hits(shuffled, held, 1) < 2 * chance
    assert hits(uses, held, 1) > 4 * chance


def test_ranking_by_how_often_alone_is_worse() -> None:
    """The second control: without the words of the items the same saved replies are suggested to everybody."""
    uses, held = crowd(1)
    wordless = tuple(replace(use, text="") for use in uses)
    assert hits(wordless, held, 1) <= 1.1 / len(KINDS)


def test_nothing_known_suggests_nothing() -> None:
    """Without a past there is no suggestion."""
    assert rank("where is my parcel", "en", "negative", []) == []

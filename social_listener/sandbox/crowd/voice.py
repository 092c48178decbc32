"""Wording: from a kind of story and a person to a text that nobody has said before."""

from __future__ import annotations

import random

from social_listener.sandbox.crowd.grammar import expand
from social_listener.sandbox.crowd.people import Person
from social_listener.sandbox.crowd.texts import BRAND, GRAMMARS

_ATTEMPTS = 12
_ANSWERS = {
    "praise": "praise",
    "question": "question",
    "under": "question",
    "outage": "outage",
    "safety": "safety",
    "irony": "trouble",
}
"""Kind of story → kind of answer; whatever is not named here is trouble with an order or a machine."""


class Voice:
    """Words texts with its own generator and remembers those it has used."""

    def __init__(self, rng: random.Random, brand_handle: str) -> None:
        """Speak about this brand."""
        self._rng = rng
        self._handle = f"@{brand_handle}"
        self._said: set[str] = set()

    def say(self, person: Person, kind: str, *, named: bool = True) -> str | None:
        """Return a text of this kind in the person's language; None when that language has no such kind.

        `named` puts the brand's handle where the text names the brand, else its name.
        """
        grammar = GRAMMARS[person.lang]
        if kind not in grammar:
            return None
        text = ""
        for _ in range(_ATTEMPTS):
            given = {"b": self._handle if named else "Fernhill", "name": person.name, "first": first_name(person)}
            text = self._in_temper(person, kind, expand(grammar, kind, self._rng, given))
            if text not in self._said:
                break
        self._said.add(text)
        return text

    def answer(self, person: Person, kind: str) -> str:
        """Return what a colleague of the brand says to the person about such a story."""
        group = _ANSWERS.get(kind, "trouble")
        wanted = f"{group}_{person.lang}"
        return expand(BRAND, wanted if wanted in BRAND else f"{group}_en", self._rng, {"first": first_name(person)})

    def announcement(self) -> str:
        """Return a post of the brand."""
        for _ in range(_ATTEMPTS):
            text = expand(BRAND, "posts", self._rng, {})
            if text not in self._said:
                break
        self._said.add(text)
        return text

    def _in_temper(self, person: Person, kind: str, text: str) -> str:
        """Let furious people shout a sentence and some others type in haste."""
        if person.lang != "en" or kind in ("spam", "safety", "dm"):
            return text
        draw = self._rng.random()
        if person.temper == "furious" and draw < 0.3 and not text.endswith(("!", "?")):
            return text.rstrip(".") + "!!"
        if person.temper == "blunt" and draw < 0.2:
            return text.rstrip(".")
        if person.temper == "wry" and draw < 0.15:
            return text.lower() if not any(char.isdigit() for char in text) else text
        return text


def first_name(person: Person) -> str:
    """Return what the brand calls somebody."""
    return person.called or person.name.split()[0]

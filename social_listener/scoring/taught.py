"""Words and phrases that corrections taught: a visible addition to our own list of words, each told in the reason."""

from __future__ import annotations

import html
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

LONGEST: Final = 3
"""A phrase has so many words at most."""

_NO_WORDS: Final = re.compile(r"https?://\S+|www\.\S+|[@＠]\w+")
WORD: Final = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
"""What is a word."""


@dataclass(frozen=True, slots=True)
class Taught:
    """A rule that holds."""

    phrase: str  #: its words as `words_of` returns them, with one blank between
    points: float  #: on the scale of the list of words, -4 to 4
    on: str  #: since when it holds: "3 May 2026"

    @property
    def note(self) -> str:
        """Return what the reason of a score says of it."""
        sign = "−" if self.points < 0 else "+"
        return f"“{self.phrase}” {sign}{abs(self.points):g}, taught on {self.on}"


class Rules:
    """Finds the phrases of rules in texts."""

    def __init__(self, rules: Sequence[Taught] = ()) -> None:
        self._by_first: dict[str, list[tuple[tuple[str, ...], Taught]]] = defaultdict(list)
        for rule in sorted(rules, key=lambda one: (one.phrase, one.points)):
            words = tuple(rule.phrase.split())
            self._by_first[words[0]].append((words, rule))

    def __bool__(self) -> bool:
        """Whether there is any."""
        return bool(self._by_first)

    def found(self, text: str) -> list[Taught]:
        """Return the rules whose phrase stands in a text, in the order of the text, each once."""
        words = words_of(text)
        found: dict[Taught, None] = {}
        for place, word in enumerate(words):
            for phrase, rule in self._by_first.get(word, ()):
                if tuple(words[place : place + len(phrase)]) == phrase:
                    found[rule] = None
        return list(found)


def words_of(text: str) -> list[str]:
    """Return the words of a text in lower case, without handles and web addresses."""
    return WORD.findall(spoken(text).replace("’", "'").casefold())


def spoken(text: str) -> str:
    """Return a text without handles and web addresses."""
    return _NO_WORDS.sub(" ", html.unescape(text) if "&" in text else text)


def phrases_of(text: str) -> set[str]:
    """Return every phrase of one to `LONGEST` words in a text."""
    words = words_of(text)
    return {
        " ".join(words[start : start + length])
        for length in range(1, LONGEST + 1)
        for start in range(len(words) - length + 1)
    }

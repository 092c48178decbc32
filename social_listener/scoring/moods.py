"""What a scorer is: one small class that reads texts of the languages it knows. `docs/adding-a-scorer.md` shows one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol, runtime_checkable

from social_listener.model import SentimentLabel
from social_listener.scoring.cues import Found

LABELS = (SentimentLabel.NEGATIVE, SentimentLabel.NEUTRAL, SentimentLabel.POSITIVE)
"""The labels that people give, in the order in which chances are told."""


class Said(NamedTuple):
    """A text as a scorer gets it."""

    text: str
    language: str | None  #: ISO 639-1; None: could not be told
    cues: Found  #: words of complaint, praise … that were found in it already
    lettered: bool  #: it has words besides handles, addresses and hashtags


class Chances(NamedTuple):
    """How likely people are to call a text so; the three sum up to 1."""

    negative: float
    neutral: float
    positive: float


@dataclass(frozen=True, slots=True)
class Mood:
    """What a scorer says of a text."""

    sentiment: float | None  #: -1 to 1; None: it was not scored, which is never 0
    label: SentimentLabel
    reason: str  #: why this label, in words
    chances: Chances | None  #: None: the scorer tells none, or the text was not scored

    def __post_init__(self) -> None:
        """Refuse what is no sentiment; ValueError says what."""
        if self.sentiment is None and self.label is not SentimentLabel.UNSURE:
            raise ValueError(f"a text that was not scored is unsure, not {self.label}")
        if self.sentiment is not None and not -1 <= self.sentiment <= 1:
            raise ValueError(f"a sentiment is -1 to 1 (found {self.sentiment!r})")
        if self.chances is not None and not (
            math.isclose(sum(self.chances), 1, abs_tol=1e-6) and min(self.chances) >= 0
        ):
            raise ValueError(f"chances are 0 to 1 and sum up to 1 (found {tuple(self.chances)})")

    @property
    def forced(self) -> SentimentLabel | None:
        """Return the label for whoever must have one of three: the likeliest. None: the text was not scored."""
        if self.chances is None:
            return None if self.label is SentimentLabel.UNSURE else self.label
        return LABELS[max(range(3), key=self.chances.__getitem__)]


@runtime_checkable
class Scorer(Protocol):
    """Reads the feeling of texts. It keeps nothing between two calls: the same text always gives the same mood."""

    name: str  #: name and version; it changes whenever the same text may get another mood
    languages: frozenset[str]  #: what it reads, ISO 639-1

    def read(self, said: Sequence[Said]) -> Sequence[Mood]:
        """Return a mood for every text, in order. It downloads nothing and tells nobody."""

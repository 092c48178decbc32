"""VADER alone, as its authors use it: a scorer to compare with, and for whoever wants its very numbers."""

from __future__ import annotations

from collections.abc import Sequence

from social_listener.model import SentimentLabel
from social_listener.scoring.moods import Mood, Said
from social_listener.scoring.sentiment import polarity

BOUND = 0.05
"""From this compound on a text is positive, and likewise negative; between them it is neutral. The authors' bounds."""


class Plain:
    """vaderSentiment's compound to the last digit, and a label for every text: it is never unsure."""

    name = "vader-3.3.2"
    languages = frozenset(("en",))

    def read(self, said: Sequence[Said]) -> list[Mood]:
        """Return a mood for every text."""
        return [_mood(polarity(one.text).compound) for one in said]


def _mood(compound: float) -> Mood:
    if compound >= BOUND:
        return Mood(compound, SentimentLabel.POSITIVE, "its kind words outweigh the others", None)
    if compound <= -BOUND:
        return Mood(compound, SentimentLabel.NEGATIVE, "its negative words outweigh the others", None)
    return Mood(compound, SentimentLabel.NEUTRAL, "it has no word with a feeling, or they cancel out", None)

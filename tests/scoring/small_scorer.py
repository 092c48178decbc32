"""A scorer of German that knows six words: what docs/adding-a-scorer.md shows."""

from __future__ import annotations

from collections.abc import Sequence

from social_listener.model import SentimentLabel
from social_listener.scoring import Chances, Mood, Said

WORDS = {"wunderbar": 2.0, "großartig": 2.5, "dank": 1.5, "schlecht": -2.0, "furchtbar": -2.5, "kaputt": -2.0}


class German:
    """Adds up what six words weigh."""

    name = "six-words-1"
    languages = frozenset(("de",))

    def read(self, said: Sequence[Said]) -> list[Mood]:
        """Return a mood for every text."""
        return [self._mood(one.text) for one in said]

    def _mood(self, text: str) -> Mood:
        found = [word for word in text.lower().split() if word.strip(".,!?") in WORDS]
        if not found:
            return Mood(0.0, SentimentLabel.UNSURE, "none of its words is known", None)
        total = sum(WORDS[word.strip(".,!?")] for word in found)
        label = SentimentLabel.POSITIVE if total > 0 else SentimentLabel.NEGATIVE
        sure = Chances(0.1, 0.2, 0.7) if total > 0 else Chances(0.7, 0.2, 0.1)
        return Mood(max(-1.0, min(1.0, total / 4)), label, f"it says {', '.join(found)}", sure)


class Broken(German):
    """Fails on every text."""

    name = "broken-1"

    def read(self, said: Sequence[Said]) -> list[Mood]:
        """Fail, with a customer's words in the message."""
        raise RuntimeError(said[0].text)


class Short(German):
    """Forgets a text."""

    def read(self, said: Sequence[Said]) -> list[Mood]:
        """Return too few moods."""
        return super().read(said)[1:]


class Nothing:
    """Is no scorer."""

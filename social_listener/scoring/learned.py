"""Our own scorer of English with what it learned from people's labels of this house: a *model*.

A text's chances are those of its grade, moved by its words: each piece of a word pulls towards a label, and words with
a like meaning pull alike, because the pull is made of their embeddings. A model of zeros is our own scorer. So a few
hundred labels go a long way, and what moved a text is told word by word. `learning` makes models.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import numpy as np

from social_listener.model import SentimentLabel
from social_listener.scoring import grades
from social_listener.scoring.care import Care, Weighed, quoted_words
from social_listener.scoring.embedding import SCALE, Numbers, Pieces, embedding, pattern_of, words_alone
from social_listener.scoring.models import WIDTH, Model
from social_listener.scoring.moods import LABELS, Chances, Mood, Said
from social_listener.scoring.taught import WORD, Taught

SPEAKS: Final = 0.25
"""From this pull on (of chances' logarithms) a word is told."""
MOST_WORDS: Final = 2


class Learned(Care):
    """Our own scorer with a model; `SettingsError` when the extra is not installed."""

    def __init__(self, model: Model, names: Sequence[str] = (), rules: Sequence[Taught] = ()) -> None:
        super().__init__(names, rules)
        self._model = model
        self._pattern = pattern_of(names)
        self._pulls, self._base = _pulls(model)

    def read(self, said: Sequence[Said]) -> list[Mood]:
        """Return a mood for every text."""
        weighed = [self.weigh(one) for one in said]
        unread = [self.unread(one, found) for one, found in zip(said, weighed, strict=True)]
        those = [words_alone(one.text, self._pattern) for one, mood in zip(said, unread, strict=True) if mood is None]
        pieces = iter(embedding().pieces(those))
        return [mood or self._moved(found, next(pieces)) for mood, found in zip(unread, weighed, strict=True)]

    def _moved(self, weighed: Weighed, pieces: Pieces) -> Mood:
        begin = grades.TABLE[grades.grade(weighed.number, known=weighed.known, divided=weighed.divided)]
        total = embedding().summed(pieces)
        length = math.sqrt(float((total * total).sum()))
        pulls = self._pulls[pieces.ids] * (SCALE / length if length else 0.0)
        chances = moved(begin, self._base + pulls.sum(axis=0))
        best = max(range(len(LABELS)), key=chances.__getitem__)
        sure = chances[best] >= grades.DECIDED
        words = _telling(pieces, pulls, best) if sure else []
        return Mood(
            round(chances.positive - chances.negative, 4),
            LABELS[best] if sure else SentimentLabel.UNSURE,
            "; ".join((self._figure(chances, best, words, sure=sure), *weighed.notes)),
            chances,
        )

    def _figure(self, chances: Chances, best: int, words: Sequence[str], *, sure: bool) -> str:
        lean = "" if sure else "its words lean only a little to one side: "
        figure = f"{lean}of 100 such texts people call about {round(100 * chances[best])} {LABELS[best].value}"
        source = f"{figure} ({self._model.name}, learned from {self._model.labels:,} labels)"
        return f"{source}; {quoted_words(words)} {'speaks' if len(words) == 1 else 'speak'} for it" if words else source


@lru_cache(4)
def _pulls(model: Model) -> tuple[Numbers, Numbers]:
    """Return what each piece of a word adds, and what all texts get; made once: our own scorer is made more often."""
    table = np.array(model.weights, dtype=np.float64).reshape(WIDTH + 1, len(LABELS))
    return embedding().pulls(table[:-1]), table[-1]


def moved(begin: Chances, by: Numbers) -> Chances:
    """Return chances moved by what is added to their logarithms, to three digits: every machine rounds to the same."""
    logits = [math.log(share) + float(add) for share, add in zip(begin, by, strict=True)]
    top = max(logits)
    shares = [math.exp(one - top) for one in logits]
    negative, positive = (round(shares[at] / sum(shares), 3) for at in (0, 2))
    return Chances(negative, max(0.0, round(1 - negative - positive, 3)), positive)


def _telling(pieces: Pieces, pulls: Numbers, best: int) -> list[str]:
    """Return the words that pull most towards a label, more than towards the others."""
    others = len(LABELS) - 1
    pull = pulls[:, best] * (1 + 1 / others) - pulls.sum(axis=1) / others
    words = list(WORD.finditer(pieces.text))
    sums = [0.0] * len(words)
    at = 0
    for end, one in zip(pieces.ends, pull.tolist(), strict=True):
        while at < len(words) and words[at].end() < end:
            at += 1
        if at < len(words) and words[at].start() < end:
            sums[at] += one
    found: dict[str, float] = {}
    for word, one in zip(words, sums, strict=True):
        key = word[0].casefold()
        found[key] = found.get(key, 0.0) + one
    most = sorted(found, key=lambda word: (-found[word], word))[:MOST_WORDS]
    return [word for word in most if found[word] >= SPEAKS]

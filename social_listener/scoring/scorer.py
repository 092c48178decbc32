"""Texts in, scores out."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from social_listener.model import Factor, Score, SentimentLabel
from social_listener.scoring import cues, labels, language, sentiment
from social_listener.scoring.priority import Circumstances, Weights, factors, text_factors

SCORER = "vader-3.3.2+cues-2"
"""Name and version of the rules; it changes whenever the same text may get another score."""

Text = tuple[str, str | None]
"""A text and the platform's guess at its language: all that a gist depends on, besides the weights."""


class Gist(NamedTuple):
    """What a text says by itself, whoever wrote it: the greater part of its score, and of the work."""

    sentiment: float | None
    label: SentimentLabel
    reason: str
    language: str | None
    factors: tuple[Factor, ...]  #: those that the text gives


_NONE: Final[Mapping[Text, Gist]] = {}


def score(text: str, circumstances: Circumstances, weights: Weights) -> Score:
    """Return what we make of a text. Pure: the same arguments give the same score."""
    return score_all([(text, circumstances)], weights)[0]


def score_all(
    items: Sequence[tuple[str, Circumstances]], weights: Weights, made: Mapping[Text, Gist] = _NONE
) -> list[Score]:
    """Return the scores of some hundred items at a time, in order.

    `made` are gists that were made before, with the same weights.
    """
    texts = [(text, about.platform_language) for text, about in items]
    if made:
        missing = [text for text in dict.fromkeys(texts) if text not in made]
        made = {**made, **dict(zip(missing, gists_of(missing, weights), strict=True))}
        gists = [made[text] for text in texts]
    else:
        gists = gists_of(texts, weights)
    return [_score(gist, about, weights) for gist, (_, about) in zip(gists, items, strict=True)]


def gists_of(texts: Sequence[Text], weights: Weights) -> list[Gist]:
    """Return what texts say by themselves, in order.

    One step is taken for all of them before the next: each has its own tables, and going through all of them text by
    text takes a quarter more time, because they drive one another out of the processor's cache.
    """
    told = [language.detect(text, hint) for text, hint in texts]
    found = [cues.find(text, lang.code) for (text, _), lang in zip(texts, told, strict=True)]
    readings = [sentiment.read(text) for text, _ in texts]
    return [
        _gist(text, lang, has, reading, weights)
        for (text, _), lang, has, reading in zip(texts, told, found, readings, strict=True)
    ]


def _gist(text: str, told: language.Language, found: cues.Found, reading: sentiment.Reading, weights: Weights) -> Gist:
    feeling = labels.feel(text, reading, told.code, found, lettered=told.confidence > 0)
    return Gist(
        sentiment=feeling.sentiment,
        label=feeling.label,
        reason=feeling.reason,
        language=told.code,
        factors=tuple(text_factors(feeling, found, weights)),
    )


def _score(gist: Gist, about: Circumstances, weights: Weights) -> Score:
    parts = factors(gist.factors, about, weights)
    return Score(
        sentiment=gist.sentiment,
        sentiment_label=gist.label,
        sentiment_reason=gist.reason,
        language=gist.language,
        priority=round(math.fsum(part.points for part in parts)),
        factors=parts,
        scorer=SCORER,
    )

"""Texts in, scores out."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from social_listener.model import Factor, Score, SentimentLabel
from social_listener.scoring import cues, grades, labels, language
from social_listener.scoring.care import Care
from social_listener.scoring.moods import Mood, Said
from social_listener.scoring.plugs import OURS, Tuning, moods_of
from social_listener.scoring.priority import OF_SENDER, Circumstances, Weights, factors, summed, text_factors

SCORER = f"{Care.name}+{grades.VERSION}+{cues.VERSION}"
"""Name and version of our own rules; it changes whenever the same text may get another score."""

Text = tuple[str, str | None]
"""A text and the platform's guess at its language: all that a gist depends on, besides the weights."""


class Gist(NamedTuple):
    """What a text says by itself, whoever wrote it: the greater part of its score, and of the work."""

    sentiment: float | None
    label: SentimentLabel
    reason: str
    language: str | None
    factors: tuple[Factor, ...]  #: those that the text gives
    scorer: str  #: name and version of what made it


_NONE: Final[Mapping[Text, Gist]] = {}


def score(text: str, circumstances: Circumstances, weights: Weights, tuning: Tuning = OURS) -> Score:
    """Return what we make of a text. Pure: the same arguments give the same score."""
    return score_all([(text, circumstances)], weights, tuning=tuning)[0]


def score_all(
    items: Sequence[tuple[str, Circumstances]],
    weights: Weights,
    made: Mapping[Text, Gist] = _NONE,
    tuning: Tuning = OURS,
) -> list[Score]:
    """Return the scores of some hundred items at a time, in order.

    `made` are gists that were made before, with the same weights and tuning.
    """
    texts = [(text, about.platform_language) for text, about in items]
    if made:
        missing = [text for text in dict.fromkeys(texts) if text not in made]
        made = {**made, **dict(zip(missing, gists_of(missing, weights, tuning), strict=True))}
        gists = [made[text] for text in texts]
    else:
        gists = gists_of(texts, weights, tuning)
    return [_score(gist, about, weights) for gist, (_, about) in zip(gists, items, strict=True)]


def gists_of(texts: Sequence[Text], weights: Weights, tuning: Tuning = OURS) -> list[Gist]:
    """Return what texts say by themselves, in order.

    One step is taken for all of them before the next: each has its own tables, and going through all of them text by
    text takes a quarter more time, because they drive one another out of the processor's cache.
    """
    said = heard(texts)
    ours = named_by(tuning)
    return [
        _gist(one, mood, ours if name is None else f"{name}+{cues.VERSION}", weights)
        for one, (mood, name) in zip(said, moods_of(said, tuning), strict=True)
    ]


def named_by(tuning: Tuning) -> str:
    """Return our own scorer's name and version, with those of the model and, once somebody decided, of the rules."""
    model = f"+{tuning.model.name}" if tuning.model else ""
    return f"{SCORER}{model}+rules-{tuning.version}" if tuning.version else f"{SCORER}{model}"


def again(gist: Gist, before: Sequence[Factor], weights: Weights) -> Score:
    """Return the score of a text that is scored anew; `before`: the factors that it had.

    What they say of sender and circumstances stays as it was when the item came.
    """
    sender = [part for part in before if part.name in OF_SENDER]
    return _scored(gist, summed(gist.factors, sender, weights))


def heard(texts: Sequence[Text]) -> list[Said]:
    """Return texts as scorers get them: with language and cues."""
    told = [language.detect(text, hint) for text, hint in texts]
    return [
        Said(text, lang.code, cues.find(text, lang.code), lang.confidence > 0)
        for (text, _), lang in zip(texts, told, strict=True)
    ]


def _gist(said: Said, mood: Mood, scorer: str, weights: Weights) -> Gist:
    feeling = labels.feel(said.text, mood, said.cues)
    return Gist(
        sentiment=mood.sentiment,
        label=mood.label,
        reason=mood.reason,
        language=said.language,
        factors=tuple(text_factors(feeling, said.cues, weights)),
        scorer=scorer,
    )


def _score(gist: Gist, about: Circumstances, weights: Weights) -> Score:
    return _scored(gist, factors(gist.factors, about, weights))


def _scored(gist: Gist, parts: tuple[Factor, ...]) -> Score:
    return Score(
        sentiment=gist.sentiment,
        sentiment_label=gist.label,
        sentiment_reason=gist.reason,
        language=gist.language,
        priority=round(math.fsum(part.points for part in parts)),
        factors=parts,
        scorer=gist.scorer,
    )

"""One text, one score."""

from __future__ import annotations

import math

from social_listener.model import Score
from social_listener.scoring import cues, labels, language, sentiment
from social_listener.scoring.priority import Circumstances, Weights, factors

SCORER = "vader-3.3.2+cues-1"
"""Name and version of the rules; it changes whenever the same text may get another score."""


def score(text: str, circumstances: Circumstances, weights: Weights) -> Score:
    """Return what we make of a text. Pure: the same arguments give the same score."""
    told = language.detect(text, circumstances.platform_language)
    found = cues.find(text, told.code)
    feeling = labels.feel(text, sentiment.read(text), told.code, found, lettered=told.confidence > 0)
    parts = factors(feeling, found, circumstances, weights)
    return Score(
        sentiment=feeling.sentiment,
        sentiment_label=feeling.label,
        sentiment_reason=feeling.reason,
        language=told.code,
        priority=round(math.fsum(part.points for part in parts)),
        factors=parts,
        scorer=SCORER,
    )

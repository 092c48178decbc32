"""Text in, explained score out: sentiment, language and priority, each with its reason.

Scoring is pure: the same text and circumstances give the same score, and nothing is read or written but the tables
that come with the packages.
"""

from __future__ import annotations

import math

from social_listener.model import Score
from social_listener.scoring import cues, labels, language, sentiment
from social_listener.scoring.priority import Circumstances, Weights, factors, waiting_points

__all__ = ["SCORER", "Circumstances", "Weights", "score", "waiting_points"]

SCORER = "vader-3.3.2+cues-1"
"""Name and version of the rules; it changes whenever the same text may get another score."""


def score(text: str, circumstances: Circumstances, weights: Weights) -> Score:
    """Return what we make of a text."""
    told = language.detect(text, circumstances.platform_language)
    found = cues.find(text, told.code)
    feeling = labels.feel(text, sentiment.read(text), told.code, found, lettered=told.confidence > 0)
    parts = factors(feeling, found, text, circumstances, weights)
    return Score(
        sentiment=feeling.sentiment,
        sentiment_label=feeling.label,
        sentiment_reason=feeling.reason,
        language=told.code,
        priority=round(math.fsum(part.points for part in parts)),
        factors=parts,
        scorer=SCORER,
    )

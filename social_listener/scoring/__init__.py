"""Text in, explained score out: sentiment, language and priority, each with its reason.

Scoring is pure: the same text and circumstances give the same score, and nothing is read or written but the tables
that come with the packages.
"""

from __future__ import annotations

from social_listener.scoring.moods import Chances, Mood, Said, Scorer
from social_listener.scoring.plugs import OURS, Tuning
from social_listener.scoring.priority import Circumstances, Weights, waiting_points
from social_listener.scoring.scorer import SCORER, Gist, Text, score, score_all
from social_listener.scoring.stream import (
    Form,
    LineError,
    score_lines,
    score_lines_to_json,
    score_many,
    to_record,
)
from social_listener.scoring.worker import Handed, Worker

__all__ = [
    "OURS",
    "SCORER",
    "Chances",
    "Circumstances",
    "Form",
    "Gist",
    "Handed",
    "LineError",
    "Mood",
    "Said",
    "Scorer",
    "Text",
    "Tuning",
    "Weights",
    "Worker",
    "score",
    "score_all",
    "score_lines",
    "score_lines_to_json",
    "score_many",
    "to_record",
    "waiting_points",
]

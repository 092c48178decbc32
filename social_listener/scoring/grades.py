"""How far our own scorer can be believed, measured on people's labels; where that is not enough it is unsure.

A text falls into a grade by its number; a grade tells how likely people are to call such a text negative, neutral or
positive, when no label is expected more than another. `python scripts/grades.py` derives the table from the tweets and
the product reviews of the ICWSM 2014 set (Hutto and Gilbert; MIT licence), each set counting the same and each label
in it, and prints it; `python scripts/grades.py --check` compares.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import Final

from social_listener.model import SentimentLabel
from social_listener.scoring.moods import LABELS, Chances, Mood

VERSION: Final = "grades-1"
"""It changes with any constant below."""

DECIDED: Final = 0.6
"""From this chance on a label is told; below it the text is unsure."""

EDGES: Final = (-0.75, -0.5, -0.3, -0.15, -0.05, 0.05, 0.15, 0.3, 0.5, 0.75)
"""Where one grade ends and the next begins."""
UNKNOWN: Final = len(EDGES) + 1
"""The grade of texts of which no word is known."""
CONTRARY: Final = len(EDGES) + 2
"""The grade of texts in which strong kind words stand beside strong negative ones, or beside rolled eyes."""

TABLE: Final = (
    Chances(0.895, 0.082, 0.023),
    Chances(0.776, 0.182, 0.042),
    Chances(0.7, 0.214, 0.086),
    Chances(0.546, 0.314, 0.14),
    Chances(0.436, 0.381, 0.183),
    Chances(0.237, 0.617, 0.146),
    Chances(0.275, 0.441, 0.284),
    Chances(0.151, 0.507, 0.342),
    Chances(0.084, 0.378, 0.538),
    Chances(0.041, 0.206, 0.753),
    Chances(0.023, 0.076, 0.901),
    Chances(0.222, 0.577, 0.201),
    Chances(0.423, 0.318, 0.259),
)
"""A row for each grade: chances of negative, neutral, positive."""


def grade(number: float, *, known: bool, divided: bool) -> int:
    """Return the grade of a text."""
    if not known:
        return UNKNOWN
    return CONTRARY if divided else bisect_right(EDGES, number)


def mood(number: float, notes: tuple[str, ...], *, known: bool, divided: bool) -> Mood:
    """Return what a number means. `notes` go into the reason."""
    place = grade(number, known=known, divided=divided)
    chances = TABLE[place]
    best = max(range(3), key=chances.__getitem__)
    sure = chances[best] >= DECIDED
    label = LABELS[best] if sure else SentimentLabel.UNSURE
    return Mood(number, label, "; ".join((_WORDS[place], *notes)), chances)


def _words(place: int) -> str:
    """Return what is said of the texts in a grade."""
    chances = TABLE[place]
    best = max(range(3), key=chances.__getitem__)
    figure = f"of 100 such texts people call about {round(100 * chances[best])} {LABELS[best].value}"
    if place == UNKNOWN:
        return "none of its words is on the list of words with a feeling"
    if place == CONTRARY:
        return f"its kind and its negative signs contradict each other: {figure}"
    if chances[best] < DECIDED:
        return f"its words lean only a little to one side: {figure}"
    return figure


_WORDS: Final = tuple(_words(place) for place in range(len(TABLE)))
"""Made once: most of a reason is the same for all texts of a grade."""

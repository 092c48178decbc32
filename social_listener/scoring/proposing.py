"""Rules that labels of people speak for: words that stand in what the program reads too kindly, or too darkly.

A phrase is proposed when people correct in one direction what it stands in, often enough that chance hardly explains
it, and never because of one customer alone. Its points are the fewest with which most of those items are read as people
read them. Pure: nothing holds before somebody lets it.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple

from social_listener.model import SentimentLabel
from social_listener.scoring.measures import wilson
from social_listener.scoring.plugs import OURS, Tuning, ours_by
from social_listener.scoring.scorer import heard
from social_listener.scoring.taught import Taught, phrases_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from social_listener.scoring.moods import Said

EVIDENCE: Final = 3
"""So many labels speak for a rule at least …"""
AUTHORS: Final = 2
"""… of items by so many customers …"""
LEAST: Final = 0.4
"""… and Wilson's lower bound of their share among all labels of items with these words is at least this."""
STEPS: Final = (0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0)
"""Points that are tried, on the scale of the list of words."""

_SPLIT = str.split  # a list of words is easier to read as one string
_SIDE: Final = {
    SentimentLabel.NEGATIVE: -1,
    SentimentLabel.NEUTRAL: 0,
    SentimentLabel.UNSURE: 0,
    SentimentLabel.POSITIVE: 1,
}
#: words that say nothing by themselves, and with which no phrase begins or ends
_EMPTY: Final = frozenset(
    _SPLIT(
        "a an the i you he she it we they me him her us them my your his its our their this that these those is are "
        "was were be been am do does did have has had to of in on at for from with and or but so as if by about it's "
        "i'm just there here when what which who how"
    )
)


class Lesson(NamedTuple):
    """An item of which a person said what it is."""

    text: str
    language: str | None  #: the platform's guess
    author_id: str
    said: SentimentLabel


class Proposal(NamedTuple):
    """A rule that labels speak for."""

    phrase: str
    language: str
    points: float
    speak_for: int  #: labels that speak for it
    against: int  #: labels of other items with these words
    authors: int  #: customers who wrote what speaks for it


class _Candidate(NamedTuple):
    phrase: str
    side: int
    speak_for: frozenset[int]
    touched: tuple[int, ...]  #: all lessons with the phrase
    authors: int
    low: float


def propose(
    lessons: Sequence[Lesson],
    tuning: Tuning = OURS,
    known: Collection[str] = (),
) -> list[Proposal]:
    """Return what labels speak for, the surest first, beside what `tuning` has already.

    `known`: phrases that are not proposed again, and neither is another one for the sake of items that they stand in.
    """
    lessons = list({(one.author_id, one.text): one for one in lessons}.values())
    said = heard([(one.text, one.language) for one in lessons])
    care = ours_by(tuning)
    ours = [place for place, one in enumerate(said) if (one.language or "en") in care.languages]
    told = dict(zip(ours, (mood.label for mood in care.read([said[place] for place in ours])), strict=True))
    turns = {place: _SIDE[lessons[place].said] - _SIDE[label] for place, label in told.items()}
    where: dict[str, list[int]] = defaultdict(list)
    for place in ours:
        for phrase in phrases_of(lessons[place].text):
            where[phrase].append(place)
    found = [
        one
        for phrase, places in where.items()
        if _says_something(phrase)
        for side in (-1, 1)
        if (one := _candidate(phrase, side, places, turns, lessons)) is not None
    ]
    found.sort(key=lambda one: (-one.low, -len(one.speak_for), -len(one.phrase.split()), one.phrase))
    kept: list[_Candidate] = []
    decided = [frozenset(where.get(phrase, ())) for phrase in known]
    for one in found:
        if not any(one.speak_for <= places for places in decided) and not any(
            one.speak_for <= other.speak_for for other in kept
        ):
            kept.append(one)
    made = [(one, _points(one, lessons, said, tuning)) for one in kept]
    return [
        Proposal(one.phrase, "en", points, len(one.speak_for), len(one.touched) - len(one.speak_for), one.authors)
        for one, points in made
        if points is not None
    ]


def _candidate(
    phrase: str, side: int, places: Sequence[int], turns: Mapping[int, int], lessons: Sequence[Lesson]
) -> _Candidate | None:
    """Return a phrase with what speaks for it on that side; None: not enough does."""
    speak_for = frozenset(place for place in places if turns[place] * side > 0)
    authors = {lessons[place].author_id for place in speak_for}
    if len(speak_for) < EVIDENCE or len(authors) < AUTHORS:
        return None
    low = wilson(len(speak_for), len(places)).low
    return _Candidate(phrase, side, speak_for, tuple(places), len(authors), low) if low >= LEAST else None


def _points(one: _Candidate, lessons: Sequence[Lesson], said: Sequence[Said], tuning: Tuning) -> float | None:
    """Return the fewest points that read most of the items with the phrase as people do; None: no points help."""
    texts, wanted = [said[place] for place in one.touched], [lessons[place].said for place in one.touched]

    def agreeing(points: float) -> int:
        taught = (Taught(one.phrase, points, ""),) if points else ()
        care = ours_by(replace(tuning, rules=(*tuning.rules, *taught)))
        return sum(mood.label is label for mood, label in zip(care.read(texts), wanted, strict=True))

    tried = {one.side * step: agreeing(one.side * step) for step in STEPS}
    best = max(tried, key=lambda points: (tried[points], -abs(points)))
    return best if tried[best] > agreeing(0.0) else None


def _says_something(phrase: str) -> bool:
    """Whether a phrase may become a rule: no number, and no empty word at its ends."""
    words = phrase.split()
    return not ({words[0], words[-1]} & _EMPTY or any(word.isdigit() for word in words))

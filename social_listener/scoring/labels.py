"""What a text says about its writer besides its mood: what is asked, what still counts as trouble, irony, praise."""

from __future__ import annotations

from dataclasses import dataclass

from social_listener.scoring.cues import Found
from social_listener.scoring.moods import Mood

CLEAR = 0.05
"""Sentiments nearer to 0 lean to no side (the bound that VADER's authors give)."""
KIND = 0.3
"""From this sentiment on kind words beside a complaint are likely not meant kindly."""

OPEN = 0.75
"""Who is more negative than this says so openly, whatever kind word stands beside it."""

TROUBLES = ("complaint", "refund", "outage", "cancel", "legal", "safety")
"""Cues that something is wrong."""

_ROLLED_EYES = "🙄"
"""Nobody rolls their eyes at what they like: kind words beside it are not meant kindly."""

_MARKS = ("?", "？", "؟")


@dataclass(frozen=True, slots=True, kw_only=True)
class Feeling:
    """What a text says about its writer, for priority."""

    sentiment: float | None  #: -1 to 1; None: nobody scored it
    cues: frozenset[str]  #: the cues that count; a solved trouble is none
    question: bool
    ironic: bool
    praise: float  #: how much of praise this is, 0 to 1; 0 as soon as anything is to be done


def feel(text: str, mood: Mood, found: Found) -> Feeling:
    """Return what a text says about its writer, besides the mood."""
    question = asks(text)
    sentiment = mood.sentiment
    cues = counting(found, asking=question, bad=sentiment is not None and sentiment <= -KIND)
    trouble = not cues.isdisjoint(TROUBLES)
    sneering = _ROLLED_EYES in found.get("irony")
    return Feeling(
        sentiment=sentiment,
        cues=cues,
        question=question,
        ironic=(sneering or trouble) and found.any("irony", "praise") and (sentiment is None or sentiment > -OPEN),
        praise=0.0 if sneering else _praise(sentiment, found, cues, question=question),
    )


def asks(text: str) -> bool:
    """Whether a question mark stands in the text, but for those inside web addresses."""
    if "?" not in text and "？" not in text and "؟" not in text:
        return False
    if "://" not in text and "=" not in text and "www." not in text.lower():
        return True
    return any(_asks(word) for word in text.split())


def _asks(word: str) -> bool:
    address = "://" in word or "=" in word or word[:4].lower() == "www."
    return any(mark in word for mark in _MARKS) and (not address or word.rstrip("!\"')”»").endswith(_MARKS))


def counting(found: Found, *, asking: bool, bad: bool) -> frozenset[str]:
    """Return the cues that count. "Thanks for fixing my broken router so fast" is no complaint any more.

    `bad`: the text's other words are clearly negative.
    """
    cues = frozenset(found.words)
    if "solved" in cues and not asking and "request" not in cues and not bad:
        cues -= {"complaint", "refund", "outage", "cancel"}
    return cues


def _praise(sentiment: float | None, found: Found, cues: frozenset[str], *, question: bool) -> float:
    """Return how much of praise a text is: nothing else may be in it."""
    if question or not cues.isdisjoint((*TROUBLES, "request", "spam")):
        return 0.0
    if sentiment is None:
        return 0.8 if found.any("praise", "solved") else 0.0
    if sentiment < CLEAR:
        return 0.0
    # "Please", "help" and "sure" are kind words to the lexicon; without a word of praise they count half.
    return max(sentiment, 0.8) if found.any("praise", "solved") else sentiment / 2

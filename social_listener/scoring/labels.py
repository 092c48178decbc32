"""What we believe a writer feels, and when to say that we cannot tell."""

from __future__ import annotations

from dataclasses import dataclass

from social_listener.model import SentimentLabel
from social_listener.scoring.cues import Found
from social_listener.scoring.sentiment import Reading

SPOKEN = "en"
"""The language whose words the lexicon knows."""
CLEAR = 0.05
"""Compounds nearer to 0 are neutral (the bound that VADER's authors give)."""
LEANING = 0.2
"""Compounds nearer to 0, but not neutral, are right in less than half of the texts that people rated."""
KIND = 0.3
"""From this compound on kind words beside a complaint are likely not meant kindly."""
STRONG = 1.5
"""A side whose valences sum up to this is strong enough to contradict the other …"""
BALANCED = 0.5
"""… when the weaker side has at least this share of the stronger one."""

TROUBLES = ("complaint", "refund", "outage", "cancel", "legal", "safety")
"""Cues that something is wrong."""

_ROLLED_EYES = "🙄"
"""Nobody rolls their eyes at what they like: kind words beside it are not meant kindly."""

_NAMES = {
    "ar": "Arabic", "cs": "Czech", "da": "Danish", "de": "German", "el": "Greek", "es": "Spanish", "fi": "Finnish",
    "fr": "French", "he": "Hebrew", "hi": "Hindi", "hu": "Hungarian", "id": "Indonesian", "it": "Italian",
    "ja": "Japanese", "ko": "Korean", "nl": "Dutch", "no": "Norwegian", "pl": "Polish", "pt": "Portuguese",
    "ro": "Romanian", "ru": "Russian", "sv": "Swedish", "th": "Thai", "tr": "Turkish", "uk": "Ukrainian",
    "vi": "Vietnamese", "zh": "Chinese",
}  # fmt: skip
_MARKS = ("?", "？", "؟")


@dataclass(frozen=True, slots=True, kw_only=True)
class Feeling:
    """What a text says about its writer, for label and priority alike."""

    sentiment: float | None  #: VADER's compound; None: the lexicon does not speak the text's language, or no words
    label: SentimentLabel
    reason: str  #: why this label, in words
    cues: frozenset[str]  #: the cues that count; a solved trouble is none
    question: bool
    ironic: bool
    praise: float  #: how much of praise this is, 0 to 1; 0 as soon as anything is to be done


def feel(text: str, reading: Reading, language: str | None, found: Found, *, lettered: bool) -> Feeling:
    """Return what a text says about its writer. `lettered` is whether it has words besides handles and addresses."""
    question = asks(text)
    scored = (language == SPOKEN or language is None) and (reading.rated > 0 or (lettered and language is not None))
    sentiment = reading.polarity.compound if scored else None
    cues = _counting(found, sentiment, question=question)
    trouble = not cues.isdisjoint(TROUBLES)
    sneering = _ROLLED_EYES in found.get("irony")
    mixed = (trouble or sneering) and sentiment is not None and sentiment >= CLEAR
    ironic = (
        mixed and (found.any("irony", "praise") or ("complaint" in cues and reading.polarity.compound >= KIND))
    ) or (trouble and "irony" in found and (sentiment is None or sentiment > -CLEAR))
    asking = (question or "request" in cues) and "praise" not in cues
    label, reason = _label(reading, sentiment, language, mixed=mixed, asking=asking, lettered=lettered)
    return Feeling(
        sentiment=sentiment,
        label=label,
        reason=reason,
        cues=cues,
        question=question,
        ironic=ironic,
        praise=0.0 if sneering else _praise(sentiment, found, cues, question=question),
    )


def asks(text: str) -> bool:
    """Whether a question mark stands in the text, but for those inside web addresses."""
    if not any(mark in text for mark in _MARKS):
        return False
    for word in text.split():
        if any(mark in word for mark in _MARKS):
            address = "://" in word or "=" in word or word[:4].lower() == "www."
            if not address or word.rstrip("!\"')”»").endswith(_MARKS):
                return True
    return False


def _counting(found: Found, sentiment: float | None, *, question: bool) -> frozenset[str]:
    """Return the cues that count. "Thanks for fixing my broken router so fast" is no complaint any more."""
    cues = frozenset(found.words)
    if "solved" in cues and not question and "request" not in cues and (sentiment is None or sentiment > -KIND):
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


def _label(
    reading: Reading, sentiment: float | None, language: str | None, *, mixed: bool, asking: bool, lettered: bool
) -> tuple[SentimentLabel, str]:
    """Return the label and its reason."""
    unsure = _unsure(reading, sentiment, language, mixed=mixed, asking=asking, lettered=lettered)
    if unsure:
        return SentimentLabel.UNSURE, unsure
    compound = reading.polarity.compound
    if compound >= CLEAR:
        return SentimentLabel.POSITIVE, "its kind words outweigh the others"
    if compound <= -CLEAR:
        return SentimentLabel.NEGATIVE, "its negative words outweigh the others"
    return SentimentLabel.NEUTRAL, "its kind and its negative words cancel out"


def _unsure(  # noqa: PLR0911 - one reason after the other; the first that holds is told
    reading: Reading, sentiment: float | None, language: str | None, *, mixed: bool, asking: bool, lettered: bool
) -> str | None:
    """Return why the feeling cannot be told; None: it can."""
    if language is not None and language != SPOKEN:
        return f"it is in {_NAMES.get(language, language)}, and the word list is English"
    if sentiment is None:
        if not lettered:
            return "there are no words in it to judge by"
        return "too short to tell its language, and no word of it is known"
    if reading.rated == 0:
        return "none of its words is on the list of words with a feeling"
    if mixed:
        return "kind words stand beside a complaint or rolled eyes: mixed feelings, or irony"
    weaker, stronger = sorted((reading.positive, -reading.negative))
    if weaker >= STRONG and weaker >= BALANCED * stronger:
        return "strong kind and strong negative words contradict each other"
    if CLEAR <= abs(sentiment) < LEANING:
        return "its words lean only a little to one side"
    if asking and sentiment >= CLEAR:
        return "its kind words may only be the politeness of a request"
    return None

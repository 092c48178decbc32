"""What vaderSentiment's tables say about single tokens, looked up once and remembered.

The short cuts of `sentiment.py` are safe because of what is in these tables, and `_check_tables` refuses other ones at
import: no booster, no negation and no conjunction has a valence of its own, and no description of an emoji contains an
emoji.
"""

from __future__ import annotations

import string
from collections.abc import Container, Mapping

from vaderSentiment.vaderSentiment import (
    B_DECR,
    BOOSTER_DICT,
    NEGATE,
    SPECIAL_CASES,
    SentimentIntensityAnalyzer,
)

CACHE_SIZE = 1 << 16
"""How many different tokens are remembered; some 10 MB when full. It is emptied when full: words come back at once."""

LONGEST = 64
"""Longer tokens are not remembered, so that nobody can fill the memory with them."""

LESSENING = ("just enough", "kind of", "sort of")  # the boosters of two words; each weighs B_DECR
#: The longest word of every idiom: where none of them stands there is no idiom to look for.
_ANCHORS = frozenset(max(phrase.split(), key=len) for phrase in (*SPECIAL_CASES, *LESSENING))
#: Every word that some rule compares by name.
NAMED = frozenset(word for phrase in (*SPECIAL_CASES, *LESSENING) for word in phrase.split()) | frozenset(
    ("but", "least", "at", "very", "never", "so", "this", "without", "doubt", "no", "or", "nor", "kind", "of")
)


class Word:
    """All that the rules ask about one token."""

    __slots__ = ("anchor", "boost", "lower", "negates", "upper", "valence")

    def __init__(self, item: str, lower: str, valence: float | None, negates: bool) -> None:
        self.lower = lower
        self.upper = item.isupper()
        self.valence = valence  #: None: the lexicon does not know it
        self.boost: float = BOOSTER_DICT.get(lower, 0.0)  #: 0: no booster
        self.negates = negates
        self.anchor = lower in _ANCHORS


class Words(dict[str, Word | None]):
    """Token -> what the rules need of it; None: nothing, and it is not in capitals. Bounded."""

    def __init__(self, lexicon: Mapping[str, float]) -> None:
        super().__init__()
        self._lexicon = lexicon
        self._negate = frozenset(NEGATE)
        self._known = NAMED | self._negate | frozenset(BOOSTER_DICT) | frozenset(self._lexicon)

    def __missing__(self, token: str) -> Word | None:
        stripped = token.strip(string.punctuation)
        item = stripped if len(stripped) > 2 else token  # what is left of ":)" would be nothing
        lower = item.lower()
        word = None
        if lower in self._known or "n't" in lower or item.isupper():
            word = Word(item, lower, self._lexicon.get(lower), lower in self._negate or "n't" in lower)
        if len(token) <= LONGEST:
            if len(self) >= CACHE_SIZE:
                self.clear()
            self[token] = word
        return word


_ANALYZER = SentimentIntensityAnalyzer()
_EMOJI: dict[str, str] = {
    # A space in front stands for upstream's rule "a description is parted from what precedes it". Upstream compares
    # single characters, so that entries of several code points are never found.
    emoji: " " + description
    for emoji, description in _ANALYZER.emojis.items()
    if len(emoji) == 1
}
_EMOJI_SET = frozenset(_EMOJI)
LEXICON: Mapping[str, float] = _ANALYZER.lexicon
WORDS = Words(LEXICON)
look_up = WORDS.__getitem__


def _check_tables() -> None:
    """Refuse tables with which the short cuts would not give upstream's scores."""
    lexicon = _ANALYZER.lexicon
    overlap = sorted(word for word in (*BOOSTER_DICT, *NEGATE, "but", "least", "so", "this") if word in lexicon)
    nested = sorted(e for e, description in _EMOJI.items() if not _EMOJI_SET.isdisjoint(description))
    lessening = sorted((phrase, weight) for phrase, weight in BOOSTER_DICT.items() if " " in phrase)
    ascii_emoji = sorted(e for e in _EMOJI if e.isascii())
    if overlap or nested or ascii_emoji or lessening != [(phrase, B_DECR) for phrase in LESSENING]:
        raise ImportError(
            "the installed vaderSentiment has other tables than 3.3.2 "
            f"({overlap=}, {nested=}, {ascii_emoji=}, {lessening=}); install vaderSentiment 3.3.2"
        )


_check_tables()


def forget() -> None:
    """Empty the cache of tokens, to measure what scoring costs without it."""
    WORDS.clear()


def describe_emoji(text: str, but: Container[str] = ()) -> str:
    """Put the lexicon's description in the place of every emoji, `but` for these."""
    if not _EMOJI_SET.isdisjoint(text):
        for emoji in _EMOJI_SET.intersection(text):
            if emoji not in but:
                text = text.replace(emoji, _EMOJI[emoji])
    return text

"""vaderSentiment's scores, to the last digit, several times faster.

The rules are those of vaderSentiment 3.3.2 (Hutto and Gilbert, ICWSM 2014); its lexicon, emoji table, boosters,
negations and idioms are read from the installed package. Upstream looks at every word of a text many times over; here
each whitespace token is looked up once in a bounded cache that holds all that the rules ask about it, and only the
words that carry a valence cost more than that.

The short cuts are safe because of what is in the tables, and `_check_tables` refuses other tables at import: no
booster, no negation and no conjunction has a valence of its own, and no description of an emoji contains an emoji.
"""

from __future__ import annotations

import math
import string
from typing import NamedTuple

from vaderSentiment.vaderSentiment import (
    B_DECR,
    BOOSTER_DICT,
    C_INCR,
    N_SCALAR,
    NEGATE,
    SPECIAL_CASES,
    SentimentIntensityAnalyzer,
)

CACHE_SIZE = 1 << 16
"""How many different tokens are remembered; some 10 MB when full. It is emptied when full: words come back at once."""

LONGEST = 64
"""Longer tokens are not remembered, so that nobody can fill the memory with them."""

_SO_THIS = ("so", "this")
_LESSENING = ("just enough", "kind of", "sort of")  # the boosters of two words; each weighs B_DECR
#: The longest word of every idiom: where none of them stands there is no idiom to look for.
_ANCHORS = frozenset(max(phrase.split(), key=len) for phrase in (*SPECIAL_CASES, *_LESSENING))
#: Every word that some rule compares by name.
_NAMED = frozenset(word for phrase in (*SPECIAL_CASES, *_LESSENING) for word in phrase.split()) | frozenset(
    ("but", "least", "at", "very", "never", "so", "this", "without", "doubt", "no", "or", "nor", "kind", "of")
)


class Polarity(NamedTuple):
    """What vaderSentiment says of a text: shares of negative, neutral and positive words; compound in -1 to 1."""

    neg: float
    neu: float
    pos: float
    compound: float


class Reading(NamedTuple):
    """A polarity and what it rests on."""

    polarity: Polarity
    words: int  #: whitespace tokens; an emoji counts as the words of its description
    rated: int  #: how many of them the lexicon knows
    positive: float  #: sum of the positive valences after all rules, without punctuation
    negative: float  #: the same of the negative ones; 0 or below


class _Word:
    """All that the rules ask about one token."""

    __slots__ = ("anchor", "boost", "lower", "negates", "upper", "valence")

    def __init__(self, item: str, lower: str, valence: float | None, negates: bool) -> None:
        self.lower = lower
        self.upper = item.isupper()
        self.valence = valence  #: None: the lexicon does not know it
        self.boost: float = BOOSTER_DICT.get(lower, 0.0)  #: 0: no booster
        self.negates = negates
        self.anchor = lower in _ANCHORS


class _Words(dict[str, _Word | None]):
    """Token -> what the rules need of it; None: nothing, and it is not in capitals. Bounded."""

    def __init__(self, analyzer: SentimentIntensityAnalyzer) -> None:
        super().__init__()
        self._lexicon: dict[str, float] = analyzer.lexicon
        self._negate = frozenset(NEGATE)
        self._known = _NAMED | self._negate | frozenset(BOOSTER_DICT) | frozenset(self._lexicon)

    def __missing__(self, token: str) -> _Word | None:
        stripped = token.strip(string.punctuation)
        item = stripped if len(stripped) > 2 else token  # what is left of ":)" would be nothing
        lower = item.lower()
        word = None
        if lower in self._known or "n't" in lower or item.isupper():
            word = _Word(item, lower, self._lexicon.get(lower), lower in self._negate or "n't" in lower)
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
_WORDS = _Words(_ANALYZER)
_look_up = _WORDS.__getitem__


def _check_tables() -> None:
    """Refuse tables with which the short cuts would not give upstream's scores."""
    lexicon = _ANALYZER.lexicon
    overlap = sorted(word for word in (*BOOSTER_DICT, *NEGATE, "but", "least", "so", "this") if word in lexicon)
    nested = sorted(e for e, description in _EMOJI.items() if not _EMOJI_SET.isdisjoint(description))
    lessening = sorted((phrase, weight) for phrase, weight in BOOSTER_DICT.items() if " " in phrase)
    ascii_emoji = sorted(e for e in _EMOJI if e.isascii())
    if overlap or nested or ascii_emoji or lessening != [(phrase, B_DECR) for phrase in _LESSENING]:
        raise ImportError(
            "the installed vaderSentiment has other tables than 3.3.2 "
            f"({overlap=}, {nested=}, {ascii_emoji=}, {lessening=}); install vaderSentiment 3.3.2"
        )


_check_tables()


def polarity(text: str) -> Polarity:
    """Return exactly what `SentimentIntensityAnalyzer().polarity_scores(text)` does, as a tuple."""
    if not text.isascii():
        text = _describe_emoji(text)
    words = list(map(_look_up, text.split()))
    return _summarise(_valences(words)[1], len(words), text)


def read(text: str) -> Reading:
    """Return the polarity of a text and what it rests on."""
    if not text.isascii():
        text = _describe_emoji(text)
    words = list(map(_look_up, text.split()))
    rated, valences = _valences(words)
    positive = negative = 0.0
    for valence in valences:
        if valence > 0:
            positive += valence
        else:
            negative += valence
    return Reading(_summarise(valences, len(words), text), len(words), rated, positive, negative)


def forget() -> None:
    """Empty the cache of tokens, to measure what scoring costs without it."""
    _WORDS.clear()


def _describe_emoji(text: str) -> str:
    """Put the lexicon's description in the place of every emoji."""
    if not _EMOJI_SET.isdisjoint(text):
        for emoji in _EMOJI_SET.intersection(text):
            text = text.replace(emoji, _EMOJI[emoji])
    return text


def _valences(words: list[_Word | None]) -> tuple[int, list[float]]:  # noqa: C901 - one pass, for speed
    """Return how many words are rated, and the valences other than 0 in the order of the words."""
    rated: list[int] = []
    upper = 0
    but = -1
    idioms = False
    for i, word in enumerate(words):
        if word is None:
            continue
        if word.upper:
            upper += 1
        if word.anchor:
            idioms = True
        if word.valence is not None:
            rated.append(i)
        elif but < 0 and word.lower == "but":
            but = i
    if not rated:
        return 0, []
    capitals = 0 < upper < len(words)  # capitals say something only where other words have none
    places: list[int] = []
    valences: list[float] = []
    no = -4  # where the last "no" stands
    for i in rated:
        valence = _valence(words, i, no, capitals, idioms)
        word = words[i]
        if word is not None and word.lower == "no":
            no = i
        if valence:
            places.append(i)
            valences.append(valence)
    if but >= 0:
        _weigh_around(but, places, valences)
    return len(rated), valences


def _is(word: _Word | None, lower: str) -> bool:
    return word is not None and word.lower == lower


def _lower(word: _Word | None) -> str:
    """Return the word in lower case, or "" for one that no rule names."""
    return "" if word is None else word.lower


def _valence(words: list[_Word | None], i: int, no: int, capitals: bool, idioms: bool) -> float:  # noqa: C901, PLR0912
    """Return the valence of the rated word at `i` after all rules about its neighbours but "but"."""
    # C901, PLR0912: upstream's rules in upstream's order; calls would cost more than they explain in the hot path
    word = words[i]
    if word is None or word.valence is None:
        return 0.0
    valence = word.valence
    if word.lower in ("no", "kind") and i + 1 < len(words):
        after = words[i + 1]
        if word.lower == "kind":
            if _is(after, "of"):
                return 0.0
        elif after is not None and after.valence is not None:
            valence = 0.0  # it negates the rated word that follows instead of counting itself
    if no >= i - 3 and (no >= i - 2 or _lower(words[i - 1]) in ("or", "nor")):
        valence = word.valence * N_SCALAR
    if capitals and word.upper:
        valence += C_INCR if valence > 0 else -C_INCR
    if i == 0:
        return valence
    before = words[i - 1]
    if before is not None and before.valence is None:
        if before.boost:
            valence += _boost(before, valence, capitals)
        if before.negates:
            valence *= N_SCALAR
    if i > 1:
        valence = _further(words, i, valence, capitals, idioms)
    if before is not None and before.lower == "least" and not (i > 1 and _lower(words[i - 2]) in ("at", "very")):
        valence *= N_SCALAR
    return valence


def _further(words: list[_Word | None], i: int, valence: float, capitals: bool, idioms: bool) -> float:
    """Apply boosters and negations two and three words before `i`, and idioms; rated words do not modify."""
    two = words[i - 2]
    if two is not None and two.valence is None:
        if two.boost:
            valence += _boost(two, valence, capitals) * 0.95
        if two.negates:
            one = _lower(words[i - 1])
            if two.lower == "never" and one in _SO_THIS:
                valence *= 1.25
            elif not (two.lower == "without" and one == "doubt"):
                valence *= N_SCALAR
    if i == 2:
        return valence
    three = words[i - 3]
    if three is None or three.valence is None:
        valence = _third(three, two, words[i - 1], valence, capitals)
        if idioms:
            valence = _idioms(words, i, valence)
    return valence


def _third(three: _Word | None, two: _Word | None, one: _Word | None, valence: float, capitals: bool) -> float:
    """Apply the third word before a rated one. "so" or "this" right before it strengthens whatever came earlier."""
    if three is not None and three.boost:
        valence += _boost(three, valence, capitals) * 0.9
    if one is not None and one.lower in _SO_THIS:
        return valence * 1.25
    if three is None or not three.negates:
        return valence
    if three.lower == "never" and _lower(two) in _SO_THIS:
        return valence * 1.25
    if three.lower == "without" and (_is(one, "doubt") or _is(two, "doubt")):
        return valence
    return valence * float(N_SCALAR)


def _boost(word: _Word, valence: float, capitals: bool) -> float:
    """Return how much a booster moves a valence: away from zero, or towards it for the lessening ones."""
    scalar: float = word.boost if valence >= 0 else -word.boost
    if capitals and word.upper:
        scalar += C_INCR if valence > 0 else -C_INCR
    return scalar


def _idioms(words: list[_Word | None], i: int, valence: float) -> float:
    """Replace the valence by that of an idiom around `i`, then apply the lessening pairs before it."""
    three, two, one, zero = (_lower(word) for word in words[i - 3 : i + 1])
    three_two, two_one = f"{three} {two}", f"{two} {one}"
    for phrase in (f"{one} {zero}", f"{two_one} {zero}", two_one, f"{three_two} {one}", three_two):
        if phrase in SPECIAL_CASES:
            valence = float(SPECIAL_CASES[phrase])
            break
    if i + 1 < len(words):
        pair = f"{zero} {_lower(words[i + 1])}"
        if pair in SPECIAL_CASES:
            valence = float(SPECIAL_CASES[pair])
        if i + 2 < len(words):
            triple = f"{pair} {_lower(words[i + 2])}"
            if triple in SPECIAL_CASES:
                valence = float(SPECIAL_CASES[triple])
    if three_two in _LESSENING:
        valence += B_DECR
    if two_one in _LESSENING:
        valence += B_DECR
    return valence


def _weigh_around(but: int, places: list[int], valences: list[float]) -> None:
    """Halve what stands before the first "but" and strengthen what follows it.

    As upstream does it: each turn changes the *first* place that holds an equal valence. In "love but accept" (3.2 and
    1.6) the halved 3.2 is halved again, and the 1.6 stays as it is; identical scores need the same turns.
    """
    for turn in range(len(valences)):
        first = valences.index(valences[turn])
        if places[first] < but:
            valences[first] *= 0.5
        elif places[first] > but:
            valences[first] *= 1.5


def _summarise(valences: list[float], count: int, text: str) -> Polarity:
    """Normalise the sum of the valences and share out the words (upstream's `score_valence`)."""
    if not valences:
        return Polarity(0.0, 1.0 if count else 0.0, 0.0, 0.0)
    total = float(sum(valences))
    emphasis = _emphasis(text)
    if total > 0:
        total += emphasis
    elif total < 0:
        total -= emphasis
    compound = total / math.sqrt((total * total) + 15)
    positive = negative = 0.0
    for valence in valences:
        if valence > 0:
            positive += valence + 1  # a neutral word counts as 1
        else:
            negative += valence - 1
    size = math.fabs(negative)
    if positive > size:
        positive += emphasis
    elif positive < size:
        negative -= emphasis
    neutral = count - len(valences)
    size = math.fabs(negative)
    whole = positive + size + neutral
    return Polarity(
        round(math.fabs(negative / whole), 3),
        round(neutral / whole, 3),
        round(math.fabs(positive / whole), 3),
        round(compound, 4),
    )


def _emphasis(text: str) -> float:
    """Return what exclamation marks (up to four count) and several question marks add to a sum."""
    exclamations = text.count("!")
    questions = text.count("?")
    emphasis = min(exclamations, 4) * 0.292
    if questions > 3:
        return emphasis + 0.96
    return emphasis + questions * 0.18 if questions > 1 else emphasis

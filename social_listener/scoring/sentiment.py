"""vaderSentiment's scores, to the last digit, several times faster.

The rules are those of vaderSentiment 3.3.2 (Hutto and Gilbert, ICWSM 2014); its lexicon, emoji table, boosters,
negations and idioms are read from the installed package. Upstream looks at every word of a text many times over; here
each whitespace token is looked up once in a bounded cache that holds all that the rules ask about it, and only the
words that carry a valence cost more than that.
"""

from __future__ import annotations

import math
from heapq import heappop, heappush
from typing import NamedTuple

from vaderSentiment.vaderSentiment import B_DECR, C_INCR, N_SCALAR, SPECIAL_CASES

from social_listener.scoring.vader_words import LESSENING, Word, describe_emoji, look_up

MANY = 100
"""From so many valences on "but" is weighed by a way that does not slow down."""

_SO_THIS = ("so", "this")


class Polarity(NamedTuple):
    """What vaderSentiment says of a text: shares of negative, neutral and positive words; compound in -1 to 1."""

    neg: float
    neu: float
    pos: float
    compound: float


def polarity(text: str) -> Polarity:
    """Return exactly what `SentimentIntensityAnalyzer().polarity_scores(text)` does, as a tuple."""
    if not text.isascii():
        text = describe_emoji(text)
    words = list(map(look_up, text.split()))
    return _summarise(valences_of(words)[1], len(words), text)


def valences_of(words: list[Word | None]) -> tuple[int, list[float]]:  # noqa: C901 - one pass, for speed
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


def _is(word: Word | None, lower: str) -> bool:
    return word is not None and word.lower == lower


def _lower(word: Word | None) -> str:
    """Return the word in lower case, or "" for one that no rule names."""
    return "" if word is None else word.lower


def _valence(words: list[Word | None], i: int, no: int, capitals: bool, idioms: bool) -> float:  # noqa: C901, PLR0912
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


def _further(words: list[Word | None], i: int, valence: float, capitals: bool, idioms: bool) -> float:
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


def _third(three: Word | None, two: Word | None, one: Word | None, valence: float, capitals: bool) -> float:
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


def _boost(word: Word, valence: float, capitals: bool) -> float:
    """Return how much a booster moves a valence: away from zero, or towards it for the lessening ones."""
    scalar: float = word.boost if valence >= 0 else -word.boost
    if capitals and word.upper:
        scalar += C_INCR if valence > 0 else -C_INCR
    return scalar


def _idioms(words: list[Word | None], i: int, valence: float) -> float:
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
    if three_two in LESSENING:
        valence += B_DECR
    if two_one in LESSENING:
        valence += B_DECR
    return valence


def _weigh_around(but: int, places: list[int], valences: list[float]) -> None:
    """Halve what stands before the first "but" and strengthen what follows it.

    As upstream does it: each turn changes the *first* place that holds an equal valence. In "love but accept" (3.2 and
    1.6) the halved 3.2 is halved again, and the 1.6 stays as it is; identical scores need the same turns.
    """
    if len(valences) > MANY:
        _weigh_many_around(but, places, valences)
        return
    for turn in range(len(valences)):
        first = valences.index(valences[turn])
        if places[first] < but:
            valences[first] *= 0.5
        elif places[first] > but:
            valences[first] *= 1.5


def _weigh_many_around(but: int, places: list[int], valences: list[float]) -> None:
    """Do the same where looking for the first equal valence again and again would take too long."""
    equal: dict[float, list[int]] = {}  # valence -> heap of where it stands
    for index, valence in enumerate(valences):
        equal.setdefault(valence, []).append(index)
    for turn in range(len(valences)):
        first = equal[valences[turn]][0]
        if places[first] != but:
            heappop(equal[valences[turn]])
            valences[first] *= 0.5 if places[first] < but else 1.5
            heappush(equal.setdefault(valences[first], []), first)


def _summarise(valences: list[float], count: int, text: str) -> Polarity:
    """Normalise the sum of the valences and share out the words (upstream's `score_valence`)."""
    if not valences:
        return Polarity(0.0, 1.0 if count else 0.0, 0.0, 0.0)
    total = float(sum(valences))
    emphasis = emphasis_of(text)
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


def emphasis_of(text: str) -> float:
    """Return what exclamation marks (up to four count) and several question marks add to a sum."""
    exclamations = text.count("!")
    questions = text.count("?")
    emphasis = min(exclamations, 4) * 0.292
    if questions > 3:
        return emphasis + 0.96
    return emphasis + questions * 0.18 if questions > 1 else emphasis

"""Which terms a larger part of the people says: Fisher's exact test, held against all terms at once. Pure.

Of n people now and m before, k and j say a term. When nothing rose, those who say it are drawn from all alike: k is
hypergeometric (R. A. Fisher, The Design of Experiments, 1935), exact for the rarest words. So many terms are looked at
that some would stand out by chance; those are told of which at most 5 of 100 are false (Y. Benjamini, Y. Hochberg, JRSS
B 57, 1995). The interval of the ratio is the exact conditional one for rates (Clopper and Pearson, Biometrika 26,
1934, of k among k + j), which is right where terms are rare and wide where they are not.
"""

from __future__ import annotations

from math import exp, lgamma, log
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping

#: of the terms that are told of at most this part is false
FALSE: Final = 0.05
_NOTHING: Final = 1e-17


def chance_of_more(said: int, people: int, said_before: int, people_before: int) -> float:
    """Return how likely `said` or more of `people` are among those who say a term, when nothing rose."""
    saying, everybody = said + said_before, people + people_before
    most = min(saying, people)
    if said <= max(0, saying - people_before):
        return 1.0
    top = _choose(everybody, saying)
    term = exp(_choose(people, said) + _choose(people_before, said_before) - top)
    total, count = 0.0, said
    while count <= most and term > total * _NOTHING:
        total += term
        left = saying - count
        term *= (people - count) * left / ((count + 1) * (people_before - left + 1))
        count += 1
    return min(1.0, total)


def told(chances: Mapping[Hashable, float], false: float = FALSE) -> set[Hashable]:
    """Return which of all that was tested may be told, so that at most the part `false` of it is so by chance."""
    ordered = sorted(chances.items(), key=lambda one: one[1])
    last = 0
    for rank, (_, chance) in enumerate(ordered, 1):
        if chance <= false * rank / len(ordered):
            last = rank
    return {term for term, _ in ordered[:last]}


def ratio(said: int, people: int, said_before: int, people_before: int) -> tuple[float | None, float, float | None]:
    """Return how many times as large the part is, and its 95 % interval; None: without end."""
    scale = people_before / people
    value = said / said_before * scale if said_before else None
    low, high = _share_range(said, said + said_before)
    return value, low / (1 - low) * scale, high / (1 - high) * scale if high < 1 else None


def _share_range(count: int, total: int, rest: float = 0.025) -> tuple[float, float]:
    """Return the exact interval of a share (Clopper and Pearson)."""
    low = 0.0 if count == 0 else _root(lambda share: _at_least(count, total, share) - rest)
    high = 1.0 if count == total else _root(lambda share: rest - _at_most(count, total, share))
    return low, high


def _root(rises: Callable[[float], float]) -> float:
    """Return where a function that rises from below nought to above it is nought, between 0 and 1."""
    low, high = 0.0, 1.0
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if rises(middle) < 0 else (low, middle)
    return (low + high) / 2


def _at_least(count: int, total: int, share: float) -> float:
    return 1 - _at_most(count - 1, total, share)


def _at_most(count: int, total: int, share: float) -> float:
    """Return how likely `count` or fewer of `total` are when each is by `share`."""
    if share <= 0 or count >= total:
        return 1.0
    if share >= 1 or count < 0:
        return 0.0
    if count > total * share:  # the shorter side is added up
        return 1 - _at_most(total - count - 1, total, 1 - share)
    term = exp(_choose(total, count) + count * log(share) + (total - count) * log(1 - share))
    whole, at = 0.0, count
    while at >= 0 and term > whole * _NOTHING:
        whole += term
        term *= at * (1 - share) / ((total - at + 1) * share)
        at -= 1
    return whole


def _choose(whole: int, part: int) -> float:
    """Return the logarithm of how many ways there are to take `part` of `whole`."""
    return lgamma(whole + 1) - lgamma(part + 1) - lgamma(whole - part + 1)

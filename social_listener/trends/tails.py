"""How rare a count is, where counts vary more than those of a Poisson process.

The number of items in a window with mean m is taken as negative binomial with variance m + a·m² (a = 0: Poisson);
see J. M. Hilbe, "Negative Binomial Regression", 2nd ed., 2011, chapter 8 (there NB2).
"""

from __future__ import annotations

from functools import lru_cache
from math import exp, lgamma, log, log1p, sqrt
from statistics import NormalDist
from typing import Final

_NOTHING: Final = 1e-17  #: terms below this part of the sum change nothing
_POISSON: Final = 1e-9  #: below this the two cannot be told apart
_LARGE: Final = 150.0  #: means above it: adding up one by one would take long


def at_least(count: int, mean: float, spread: float) -> float:
    """Return how likely `count` or more is. `mean` > 0; `spread` is the `a` above, 0 or more."""
    if count <= 0:
        return 1.0
    if count <= mean:
        return max(0.0, 1.0 - _down(count - 1, mean, spread))
    return min(1.0, _up(count, mean, spread))


def at_most(count: int, mean: float, spread: float) -> float:
    """Return how likely `count` or fewer is."""
    if count < 0:
        return 0.0
    if count >= mean:
        return max(0.0, 1.0 - _up(count + 1, mean, spread))
    return min(1.0, _down(count, mean, spread))


@lru_cache(maxsize=4_096)
def range_of(mean: float, spread: float, part: float = 0.95) -> tuple[int, int]:
    """Return between which counts that part of the ordinary ones lies.

    Of large means by a gamma distribution with the same mean and variance, and that by E. B. Wilson, M. M. Hilferty,
    "The distribution of chi-square", PNAS 17, 1931.
    """
    if mean > _LARGE:
        part_of = (spread + 1 / mean) / 9
        off = NormalDist().inv_cdf((1 + part) / 2) * sqrt(part_of)
        low, high = (mean * (1 - part_of + one) ** 3 for one in (-off, off))
        return round(low), round(high)
    rest, low, count = (1 - part) / 2, -1, 0
    term = total = exp(_log_chance(0, mean, spread))
    while total < 1 - rest:
        if low < 0 and total > rest:
            low = count
        term *= _step(count, mean, spread)
        total += term
        count += 1
    return (count if low < 0 else low), count


def _log_chance(count: int, mean: float, spread: float) -> float:
    """Return the logarithm of how likely exactly `count` is."""
    if spread < _POISSON:
        return count * log(mean) - mean - lgamma(count + 1)
    size = 1 / spread
    part = lgamma(count + size) - lgamma(size) - lgamma(count + 1)
    return part - size * log1p(mean / size) + count * (log(mean) - log(mean + size))


def _step(count: int, mean: float, spread: float) -> float:
    """Return by what the chance of `count` is to be multiplied for that of one more."""
    if spread < _POISSON:
        return mean / (count + 1)
    size = 1 / spread
    return (count + size) / (count + 1) * mean / (mean + size)


def _up(count: int, mean: float, spread: float) -> float:
    """Add the chances from `count` upwards; they fall, because it lies above the mean."""
    term = total = exp(_log_chance(count, mean, spread))
    while term > total * _NOTHING:
        term *= _step(count, mean, spread)
        total += term
        count += 1
    return total


def _down(count: int, mean: float, spread: float) -> float:
    """Add the chances from `count` downwards; they fall, because it lies below the mean."""
    term = total = exp(_log_chance(count, mean, spread))
    while count > 0 and term > total * _NOTHING:
        count -= 1
        term /= _step(count, mean, spread)
        total += term
    return total

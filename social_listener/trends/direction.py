"""Whether something rises or falls, by two counts of equally long stretches. Pure."""

from __future__ import annotations

from math import comb
from statistics import NormalDist
from typing import Final

from social_listener.desk_types.crisis import Direction

#: so unlikely must it be that both are draws of the same rate
_CHANCE: Final = 0.05
#: above so many items the normal distribution is near enough
_MANY: Final = 200


def direction(newer: int, older: int) -> Direction:
    """Return where it goes: two Poisson counts compared by the exact binomial test, two-sided, at 5 of 100.

    J. Przyborowski, H. Wilenski, "Homogeneity of results in testing samples from Poisson series", Biometrika 31, 1940.
    """
    if chance(newer, older) >= _CHANCE:
        return Direction.STEADY
    return Direction.RISING if newer > older else Direction.FALLING


def chance(newer: int, older: int) -> float:
    """Return how likely counts as far apart as these are, when nothing changes."""
    both, least = newer + older, min(newer, older)
    if not both:
        return 1.0
    if both > _MANY:
        return min(1.0, 2 * NormalDist().cdf((least + 0.5 - both / 2) / (both / 4) ** 0.5))
    return float(min(1.0, 2 * sum(comb(both, one) for one in range(least + 1)) / 2**both))

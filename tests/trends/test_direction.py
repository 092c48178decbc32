"""Rising, falling or neither, and the range of ordinary counts: against sums over all that can happen."""

from __future__ import annotations

from math import comb, exp, lgamma, log

import pytest

from social_listener.desk_types.crisis import Direction
from social_listener.trends.direction import chance, direction
from social_listener.trends.tails import range_of


@pytest.mark.parametrize(("newer", "older"), [(0, 0), (3, 9), (9, 3), (10, 10), (60, 100), (99, 100)])
def test_the_chance_is_that_of_the_exact_binomial_test(newer: int, older: int) -> None:
    """Every split of the items is counted that is at least as uneven."""
    both = newer + older
    uneven = abs(newer - older)
    whole = sum(comb(both, one) for one in range(both + 1) if abs(2 * one - both) >= uneven) / 2**both
    assert chance(newer, older) == pytest.approx(whole)


def test_many_items_go_by_the_normal_distribution_near_enough() -> None:
    """Where the exact sum is left, it and what takes its place hardly differ."""
    exact = 2 * sum(comb(202, one) for one in range(90)) / 2**202
    assert chance(89, 113) == pytest.approx(exact, rel=0.02)


def test_it_takes_a_clear_difference_to_rise_or_fall() -> None:
    """Twelve instead of ten is neither; forty instead of ten rises, and the other way round falls."""
    assert direction(12, 10) is Direction.STEADY
    assert direction(40, 10) is Direction.RISING
    assert direction(10, 40) is Direction.FALLING
    assert direction(0, 0) is Direction.STEADY


@pytest.mark.parametrize(("mean", "spread"), [(0.3, 0.1), (4.0, 0.02), (40.0, 0.2), (149.0, 0.05), (151.0, 0.05)])
def test_nineteen_of_twenty_counts_lie_in_their_range(mean: float, spread: float) -> None:
    """No more than two and a half of a hundred lie below, or above; one step further in it would be more."""
    size = 1 / spread
    chances = [
        exp(
            lgamma(count + size)
            - lgamma(size)
            - lgamma(count + 1)
            + size * log(size / (size + mean))
            + count * log(mean / (size + mean))
        )
        for count in range(3_000)
    ]
    low, high = range_of(mean, spread)
    slack = 0.01 if mean > 150 else 1e-9
    assert sum(chances[:low]) <= 0.025 + slack
    assert sum(chances[high + 1 :]) <= 0.025 + slack
    if mean <= 150:
        assert sum(chances[: low + 1]) > 0.025
        assert sum(chances[high:]) > 0.025

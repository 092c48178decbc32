"""Rising terms: chances and intervals against sums over all that can happen, and what is told against a simulation."""

from __future__ import annotations

import random
from math import comb
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from social_listener.trends.shares import chance_of_more, ratio, told

if TYPE_CHECKING:
    from collections.abc import Hashable


@given(st.integers(1, 30), st.integers(1, 30), st.data())
def test_the_chance_is_the_sum_of_all_draws_as_uneven(people: int, before: int, data: st.DataObject) -> None:
    """By counting every way to draw those who say it."""
    said, said_before = data.draw(st.integers(0, people)), data.draw(st.integers(0, before))
    saying = said + said_before
    ways = sum(comb(people, one) * comb(before, saying - one) for one in range(said, min(saying, people) + 1))
    whole = comb(people + before, saying)
    assert chance_of_more(said, people, said_before, before) == pytest.approx(ways / whole)


@pytest.mark.parametrize(("said", "before"), [(3, 0), (12, 2), (40, 31)])
def test_the_interval_is_where_as_many_are_as_rare_as_one_in_forty(said: int, before: int) -> None:
    """At its ends, so many of all who say it or more, or so many or fewer, come by one chance in forty."""
    value, low, high = ratio(said, 100, before, 300)
    total = said + before

    def chance(times: float, counts: range) -> float:
        part = times / 3 / (1 + times / 3)
        return sum(comb(total, one) * part**one * (1 - part) ** (total - one) for one in counts)

    assert chance(low, range(said, total + 1)) == pytest.approx(0.025, rel=1e-6)
    if before:
        assert high is not None
        assert chance(high, range(said + 1)) == pytest.approx(0.025, rel=1e-6)
        assert value == pytest.approx(3 * said / before)
    else:
        assert (value, high) == (None, None)


def _draw(rng: random.Random, people: int, part: float) -> int:
    return sum(rng.random() < part for _ in range(people))


def test_of_a_thousand_words_that_did_not_rise_hardly_one_is_told() -> None:
    """In twenty periods without news hardly any tells of a word; where ten words triple most of them are told."""
    rng = random.Random(7)
    parts = [0.4 / (rank + 3) for rank in range(150)]
    news = found = 0
    for _ in range(20):
        chances: dict[Hashable, float] = {
            at: chance_of_more(_draw(rng, 300, part), 300, _draw(rng, 300, part), 300) for at, part in enumerate(parts)
        }
        news += bool(told(chances))
        grown = {
            at: chance_of_more(_draw(rng, 300, 3 * part if 5 <= at < 15 else part), 300, _draw(rng, 300, part), 300)
            for at, part in enumerate(parts)
        }
        found += len({*range(5, 15)} & told(grown))  # type: ignore[arg-type]
    assert news <= 3
    assert found > 100


def test_without_regard_to_how_many_were_tested_chance_would_be_told() -> None:
    """Negative control: of a thousand chances as they come, those below 5 of 100 are many; the rule tells of none."""
    chances: dict[Hashable, float] = {at: (at + 1) / 1_000 for at in range(1_000)}
    assert sum(one < 0.05 for one in chances.values()) == 49
    assert told(chances, 0.05) == set()
    assert told({"sure": 1e-9, **chances}) == {"sure"}

"""Small random samples: what is drawn, and what the answers say."""

from __future__ import annotations

import math
import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from social_listener.model import SentimentLabel
from social_listener.scoring.measures import wilson
from social_listener.scoring.sampling import Answer, allotted, drawn, measured

NEGATIVE, NEUTRAL, POSITIVE, UNSURE = SentimentLabel

STRATA = st.dictionaries(st.tuples(st.sampled_from("xfi"), st.sampled_from(["en", "de", "fr", ""])), st.integers(0, 60))


@given(sizes=STRATA, wanted=st.integers(0, 80))
def test_as_many_are_drawn_as_are_wanted_and_each_stratum_gives_one(sizes, wanted: int) -> None:
    """No stratum gives more than it has, each gives one while there are enough, and small ones never get more."""
    counts = allotted(sizes, wanted)
    assert sum(counts.values()) == min(wanted, sum(sizes.values())) or len(counts) == wanted
    assert all(1 <= counts[one] <= sizes[one] for one in counts)
    there = [one for one in sizes if sizes[one]]
    assert len(counts) == min(len(there), wanted)
    for one in counts:
        for other in counts:
            assert sizes[one] <= sizes[other] or counts[one] >= counts[other] - 1


def test_the_same_week_gives_the_same_sample_and_another_week_another() -> None:
    """It is random, and can be drawn again."""
    strata = {("x", "en"): [f"x:{n}" for n in range(500)], ("x", "de"): ["x:900"]}
    first = drawn(strata, 20, "2026-W44")
    assert first == drawn({key: ids[::-1] for key, ids in strata.items()}, 20, "2026-W44")
    assert {one.item_id for one in first} != {one.item_id for one in drawn(strata, 20, "2026-W45")}
    assert len({one.item_id for one in first}) == 20
    assert sum(one.weight for one in first) == pytest.approx(501)
    assert ("x:900", 1.0) in first


def test_every_item_of_a_stratum_is_as_likely() -> None:
    """Over many weeks each of ten items is drawn about as often."""
    found = Counter(
        one.item_id for week in range(1000) for one in drawn({("x", "en"): list("abcdefghij")}, 3, f"w{week}")
    )
    assert len(found) == 10
    assert all(240 <= count <= 360 for count in found.values())


def test_equal_weights_give_plain_wilson() -> None:
    """Precision counts the answers to one told label, accuracy those to all told ones, coverage all answers."""
    answers = [Answer(NEGATIVE, NEGATIVE, 7.0)] * 8 + [Answer(NEGATIVE, NEUTRAL, 7.0)] * 2
    answers += [Answer(UNSURE, NEUTRAL, 7.0)] * 10
    found = measured(answers)
    assert found.precision[NEGATIVE] == pytest.approx(wilson(8, 10))
    assert found.accuracy == pytest.approx(wilson(8, 10))
    assert found.coverage == pytest.approx(wilson(10, 20))
    assert all(math.isnan(part) for part in found.precision[POSITIVE])
    assert all(math.isnan(part) for part in measured([]).coverage)


def test_weights_keep_a_small_stratum_from_counting_too_much() -> None:
    """Where a language of few items is asked about as often as one of many, the many decide; plainly they do not.

    The true share is that of a large made-up population, in which the two differ.
    """
    rng = random.Random(1)
    population = [("en", rng.random() < 0.9) for _ in range(9000)] + [("de", rng.random() < 0.2) for _ in range(100)]
    truth = sum(right for _, right in population) / len(population)
    weighted, plain, within = [], [], 0
    for _ in range(300):
        answers = []
        for language in ("en", "de"):
            those = [right for one, right in population if one == language]
            answers += [
                Answer(NEGATIVE, NEGATIVE if right else NEUTRAL, len(those) / 10) for right in rng.sample(those, 10)
            ]
        found = measured(answers).accuracy
        weighted.append(found.value)
        plain.append(sum(one.said is NEGATIVE for one in answers) / 20)
        within += found.low <= truth <= found.high
    assert abs(sum(weighted) / 300 - truth) < 0.02
    assert abs(sum(plain) / 300 - truth) > 0.2
    assert within >= 270

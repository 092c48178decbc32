"""Of a test that is marked `thinned(n)` one parameter set in n runs every day."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st
from thinning import spared


@given(st.sets(st.text(min_size=1, max_size=4), max_size=40), st.integers(1, 6))
def test_one_in_n_is_left_whatever_the_order(ids: set[str], every: int) -> None:
    """The share is right to one, and the same in every process."""
    left = ids - spared("test", ids, every)
    assert len(ids) // every <= len(left) <= -(-len(ids) // every)
    assert spared("test", sorted(ids, reverse=True), every) == ids - left


def test_every_platform_gets_its_share() -> None:
    """Tests with one set for each of two platforms leave now this one, now that one."""
    left = Counter(
        one
        for number in range(200)
        for one in {"facebook", "instagram"} - spared(f"test_{number}", ["facebook", "instagram"], 2)
    )
    assert sum(left.values()) == 200
    assert min(left.values()) > 70

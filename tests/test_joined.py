"""What is joined pair by pair is one group, whatever the order."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from social_listener.joined import Joined

COUNT = 12
PLACE = st.integers(0, COUNT - 1)


def walked(pairs: list[tuple[int, int]]) -> list[int]:
    """Return the lowest place that is reached from each by walking along pairs."""
    reached = [{place} for place in range(COUNT)]
    for _ in range(COUNT):
        for one, other in pairs:
            reached[one] |= reached[other]
            reached[other] |= reached[one]
    return [min(each) for each in reached]


@given(st.lists(st.tuples(PLACE, PLACE), max_size=20))
def test_each_is_told_the_lowest_of_its_group(pairs: list[tuple[int, int]]) -> None:
    """The same as walking from one to the next; without any pair each is alone."""
    joined = Joined(COUNT)
    assert [joined.first(place) for place in range(COUNT)] == list(range(COUNT))
    for one, other in pairs:
        joined.join(one, other)
    assert [joined.first(place) for place in range(COUNT)] == walked(pairs)

"""Things that belong together, found pair by pair, by their places in a list: a union-find (Tarjan, 1975)."""

from __future__ import annotations


class Joined:
    """Groups of places 0 … count - 1; at first each is alone."""

    def __init__(self, count: int) -> None:
        self._first = list(range(count))

    def first(self, place: int) -> int:
        """Return the lowest place of the group that a place is in."""
        first = self._first
        while first[place] != place:
            first[place] = first[first[place]]
            place = first[place]
        return place

    def join(self, one: int, other: int) -> None:
        """Make one group of the two that these are in."""
        low, high = sorted((self.first(one), self.first(other)))
        self._first[high] = low

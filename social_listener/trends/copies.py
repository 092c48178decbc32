"""Texts that are nearly the same. Pure.

Texts are folded, and addresses, handles, numbers and signs taken away; two are copies when they share four fifths of
their runs of three words (A. Z. Broder, "On the resemblance and containment of documents", 1997). Candidates are found
by the smallest hashes of those runs, so that thousands of texts are compared in well under a second.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final
from zlib import crc32

from social_listener.joined import Joined
from social_listener.search.words import tokens
from social_listener.trends.words import APOSTROPHE, NOT_SAID

if TYPE_CHECKING:
    from collections.abc import Sequence

#: shorter texts are alike by chance: "same here", "still down"
LEAST_WORDS: Final = 5
_ALIKE: Final = 0.8
_SEEDS: Final = tuple(crc32(bytes([seed])) for seed in range(12))


def groups(texts: Sequence[str]) -> list[list[int]]:
    """Return the groups of two and more texts that are copies of each other, by their places, the largest first."""
    runs = [_runs(text) for text in texts]
    joined = Joined(len(texts))
    first: dict[tuple[int, int], list[int]] = defaultdict(list)
    for at, own in enumerate(runs):
        for seed in _SEEDS if own else ():
            met = first[seed, min(run ^ seed for run in own)]
            # Only a few of those that share it: copies of one text all share it, and one of them is enough.
            for other in met[:8]:
                if joined.first(other) != joined.first(at) and _alike(runs[other], own):
                    joined.join(other, at)
            met.append(at)
    found: dict[int, list[int]] = defaultdict(list)
    for at, own in enumerate(runs):
        if own:
            found[joined.first(at)].append(at)
    return sorted((one for one in found.values() if len(one) > 1), key=lambda one: (-len(one), one[0]))


def _runs(text: str) -> frozenset[int]:
    """Return hashes of every three words that follow each other; none for texts that are too short to tell."""
    words = [one for one in tokens(APOSTROPHE.sub("", NOT_SAID.sub(" ", text))) if not any(map(str.isdecimal, one))]
    if len(words) < LEAST_WORDS:
        return frozenset()
    return frozenset(crc32(" ".join(words[at : at + 3]).encode()) for at in range(len(words) - 2))


def _alike(one: frozenset[int], other: frozenset[int]) -> bool:
    shared = len(one & other)
    return shared >= _ALIKE * (len(one) + len(other) - shared)

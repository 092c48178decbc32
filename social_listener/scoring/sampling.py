"""Small random samples: which items are drawn, and what their answers say, each share with its interval of 95 %.

Items are drawn from strata (channel and language) by size, at least one from each; so a small stratum is asked about
more than its share, and every answer carries the weight of the items that it stands for. Pure and seeded: the same week
gives the same sample.
"""

from __future__ import annotations

import random
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from social_listener.model import SentimentLabel
from social_listener.scoring.measures import Figure, wilson
from social_listener.scoring.moods import LABELS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Stratum = tuple[str, str]  #: channel, language


class Drawn(NamedTuple):
    """An item that was drawn."""

    item_id: str
    weight: float  #: for how many items of its stratum it stands


class Answer(NamedTuple):
    """What somebody says of an item that was drawn."""

    told: SentimentLabel  #: what the program had made of it
    said: SentimentLabel
    weight: float


class Measure(NamedTuple):
    """What answers say."""

    precision: Mapping[SentimentLabel, Figure]  #: of a told label: how often it is right
    accuracy: Figure  #: where a label was told: how often it is right
    coverage: Figure  #: how often a label was told rather than unsure


def drawn(strata: Mapping[Stratum, Sequence[str]], wanted: int, seed: str) -> list[Drawn]:
    """Return `wanted` items, fewer where there are fewer. Of more strata than that the largest give one each."""
    counts = allotted({one: len(ids) for one, ids in strata.items()}, wanted)
    found = []
    for stratum in sorted(counts):
        ids = sorted(strata[stratum])
        chosen = random.Random(f"{seed} {stratum}").sample(ids, counts[stratum])  # noqa: S311 - no secret hangs on it
        found += [Drawn(one, len(ids) / counts[stratum]) for one in chosen]
    return found


def allotted(sizes: Mapping[Stratum, int], wanted: int) -> dict[Stratum, int]:
    """Return how many are drawn from each stratum: one first, the rest by size, the largest remainders rounded up."""
    there = sorted((one for one, size in sizes.items() if size), key=lambda one: (-sizes[one], one))[: max(wanted, 0)]
    counts = dict.fromkeys(there, 1)
    while (left := min(wanted, sum(sizes[one] for one in there)) - sum(counts.values())) > 0:
        room = {one: sizes[one] - counts[one] for one in there if sizes[one] > counts[one]}
        whole = sum(sizes[one] for one in room)
        shares = {one: left * sizes[one] / whole for one in room}
        given = {one: min(int(share), room[one]) for one, share in shares.items()}
        if not any(given.values()):
            best = sorted(room, key=lambda one: (-shares[one], one))[:left]
            given = dict.fromkeys(best, 1)
        for one, more in given.items():
            counts[one] += more
    return counts


def measured(answers: Sequence[Answer]) -> Measure:
    """Return what answers say, each by its weight."""
    told: dict[SentimentLabel, list[Answer]] = defaultdict(list)
    for one in answers:
        told[one.told].append(one)
    decided = [one for label in LABELS for one in told[label]]
    return Measure(
        precision={label: _share(told[label], [one.said is label for one in told[label]]) for label in LABELS},
        accuracy=_share(decided, [one.said is one.told for one in decided]),
        coverage=_share(answers, [one.told is not SentimentLabel.UNSURE for one in answers]),
    )


def _share(answers: Sequence[Answer], good: Sequence[bool]) -> Figure:
    """Return a weighted share with Wilson's interval.

    Its width is that of as many equal answers as the unequal ones are worth (Kish, 1965).
    """
    whole = sum(one.weight for one in answers)
    worth = whole * whole / sum(one.weight**2 for one in answers) if whole else 0.0
    right = sum(one.weight for one, fits in zip(answers, good, strict=True) if fits)
    return wilson(worth * right / whole if whole else 0.0, worth)

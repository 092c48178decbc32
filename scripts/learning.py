"""Shows what a model gains by how many labels it learned from, and by how firmly its weights are held near 0.

    python scripts/learning.py    macro-F1 of forced labels, means of five draws: the table in docs/sentiment.md

The sets are those of scripts/grades.py. A model learns from a draw and is measured on the rest of the set.
"""

from __future__ import annotations

import sys

import grades
import numpy as np
from numpy.typing import NDArray

from social_listener.scoring.care import Care
from social_listener.scoring.learned import moved
from social_listener.scoring.learning import PENALTY, Data, Example, data_of, fit
from social_listener.scoring.measures import macro_f1
from social_listener.scoring.moods import LABELS, Chances

PENALTIES = (10.0, PENALTY, 60.0, 120.0)
SIZES = (100, 200, 400, 800, 1_600, 3_200)
DRAWS = 5
SURE = 0.6


def main() -> int:
    """Print the table."""
    if not grades.SHARED.is_dir():
        raise SystemExit("the labelled texts of the shared data folder are not here (SOCIAL_LISTENER_SHARED_DATA)")
    head = "".join(f"{f'held by {penalty:g}':>14}" for penalty in PENALTIES)
    print(f"{'set':10}{'labels':>8}{'ours':>8}{head}{'told by ours':>16}{f'told, {PENALTY:g}':>12}")
    for name, texts in (
        ("tweets", grades.rated("tweets")),
        ("reviews", grades.rated("reviews")),
        ("airline", grades.airline()),
    ):
        data = _data(texts)
        for size in SIZES:
            if size < 0.8 * len(data.said):
                _row(name, size, data)
    return 0


def _data(texts: grades.Labelled) -> Data:
    examples = [Example(text, "en", text, label, drawn=True) for text, label in texts]
    return data_of(Care(), examples, [grades.said(text) for text, _ in texts], ())


def _row(name: str, size: int, data: Data) -> None:
    """Print what models gain that learned from so many labels."""
    ours: list[float] = []
    told: dict[float, list[float]] = {penalty: [] for penalty in PENALTIES}
    sure_ours: list[float] = []
    sure: list[float] = []
    for seed in range(DRAWS):
        drawn = np.random.default_rng(seed).permutation(len(data.said))
        inside, outside = drawn[:size], drawn[size:]
        before = [data.begin[place] for place in outside]
        ours.append(_macro(data, outside, before))
        sure_ours.append(_share(before))
        for penalty in PENALTIES:
            weights = fit(data, inside, penalty)
            after = [moved(data.begin[place], data.vectors[place] @ weights) for place in outside]
            told[penalty].append(_macro(data, outside, after))
            if penalty == PENALTY:
                sure.append(_share(after))
    cells = "".join(f"{np.mean(told[penalty]):14.3f}" for penalty in PENALTIES)
    print(f"{name:10}{size:8,}{np.mean(ours):8.3f}{cells}{np.mean(sure_ours):16.0%}{np.mean(sure):12.0%}", flush=True)


def _macro(data: Data, places: NDArray[np.int64], chances: list[Chances]) -> float:
    human = [LABELS[data.said[place]] for place in places]
    return macro_f1(human, [LABELS[max(range(3), key=one.__getitem__)] for one in chances])


def _share(chances: list[Chances]) -> float:
    return sum(max(one) >= SURE for one in chances) / len(chances)


if __name__ == "__main__":
    sys.exit(main())

"""How good answers are beside people's labels: figures, each with an interval of 95 %.

Shares (accuracy, precision, recall, coverage) have Wilson's interval. What is made of several shares (F1, means over
labels, calibration) has a bootstrap's: the texts are drawn anew 1,000 times, always with the same seed, so that the
same file gives the same figures.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from social_listener.model import SentimentLabel
from social_listener.scoring.moods import LABELS, Chances, Mood

SEED: Final = 20_140_601
DRAWS: Final = 1_000
_AT_ONCE: Final = 50
_Z: Final = 1.959964
"""Standard deviations within which 95 % of a normal distribution lie."""
BINS: Final = 10
"""Chances are sorted into so many equal bins, 0 to 1, to compare them with how often they were right."""

Weights = NDArray[np.float64]


class Figure(NamedTuple):
    """A figure with its interval; NaN where there is nothing to measure."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Bin:
    """Texts whose label was told with about the same chance."""

    count: int
    told: float  #: the mean chance that was told
    right: Figure  #: the share that was right


@dataclass(frozen=True, slots=True)
class OfLabel:
    """What is told of one label."""

    label: SentimentLabel
    count: int  #: texts that people call so
    precision: Figure
    recall: Figure
    f1: Figure
    covered: Figure  #: the share of them in which a label was told rather than unsure


@dataclass(frozen=True, slots=True)
class Measured:
    """All figures of one scorer on some texts."""

    count: int
    unscored: int  #: texts that it cannot read; forced to answer it misses them
    accuracy: Figure  #: forced to one of three labels, as the next ones
    macro_f1: Figure
    macro_recall: Figure
    labels: tuple[OfLabel, ...]
    covered: Figure  #: the share in which a label was told rather than unsure
    decided_accuracy: Figure  #: of these alone, as the next one
    decided_macro_f1: Figure
    missed_macro_f1: Figure  #: over all texts, when every unsure counts as missed
    bins: tuple[Bin, ...]  #: empty: it tells no chances
    calibration_error: Figure | None
    brier: Figure | None


class _Cell(NamedTuple):
    """Texts that are alike in all that is measured."""

    human: int
    forced: int  #: -1: not scored
    told: int  #: -1: unsure
    chances: Chances | None


def measure(human: Sequence[SentimentLabel], moods: Sequence[Mood]) -> Measured:
    """Return the figures of what a scorer said (`moods`) beside what people say (`human`)."""
    counted = Counter(
        _Cell(LABELS.index(label), _place(mood.forced), _place(mood.label), mood.chances)
        for label, mood in zip(human, moods, strict=True)
    )
    cells = sorted(counted, key=repr)
    counts = np.array([counted[cell] for cell in cells], dtype=np.float64)
    table = _Table(cells, counts)
    calibrated = bool(cells) and all(cell.chances is not None for cell in cells if cell.forced >= 0)
    calibrated = calibrated and any(cell.forced >= 0 for cell in cells)
    return Measured(
        count=int(counts.sum()),
        unscored=int(counts[table.forced < 0].sum()),
        accuracy=wilson(counts[table.right].sum(), counts.sum()),
        macro_f1=table.drawn(lambda w: table.over_labels(table.f1(w, table.forced))),
        macro_recall=table.drawn(lambda w: table.over_labels(table.recall(w, table.forced))),
        labels=tuple(table.of_label(number, label) for number, label in enumerate(LABELS)),
        covered=wilson(counts[table.told >= 0].sum(), counts.sum()),
        decided_accuracy=wilson(
            counts[(table.told >= 0) & (table.told == table.human)].sum(), counts[table.told >= 0].sum()
        ),
        decided_macro_f1=table.drawn(lambda w: table.over_labels(table.f1(w * (table.told >= 0), table.told))),
        missed_macro_f1=table.drawn(lambda w: table.over_labels(table.f1(w, table.told))),
        bins=table.bins() if calibrated else (),
        calibration_error=table.drawn(table.calibration_error) if calibrated else None,
        brier=table.drawn(table.brier) if calibrated else None,
    )


def macro_f1(human: Sequence[SentimentLabel], told: Sequence[SentimentLabel | None]) -> float:
    """Return the mean of the labels' F1; an answer that is no label misses."""
    pairs = Counter((LABELS.index(label), _place(other)) for label, other in zip(human, told, strict=True))
    cells = [_Cell(label, other, other, None) for label, other in pairs]
    table = _Table(cells, np.array(list(pairs.values()), dtype=np.float64))
    return float(table.over_labels(table.f1(table.counts[None], table.forced))[0])


def wilson(good: float, count: float) -> Figure:
    """Return a share with Wilson's interval."""
    if count == 0:
        return Figure(math.nan, math.nan, math.nan)
    share, square = float(good) / float(count), _Z * _Z / float(count)
    middle = (share + square / 2) / (1 + square)
    reach = _Z * math.sqrt(share * (1 - share) / float(count) + square / float(count) / 4) / (1 + square)
    return Figure(share, max(0.0, middle - reach), min(1.0, middle + reach))


def drawn(counts: Weights, figure: Callable[[Weights], Weights]) -> Figure:
    """Return a figure with the bootstrap's interval.

    `counts`: how many texts are alike; drawing texts anew draws these counts from a multinomial distribution. `figure`
    gets rows of counts, and returns a figure for each.
    """
    total = int(counts.sum())
    if total == 0:
        return Figure(math.nan, math.nan, math.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        value = float(figure(counts[None])[0])
        rng = np.random.default_rng(SEED)
        found = [
            figure(rng.multinomial(total, counts / total, size=_AT_ONCE).astype(np.float64))
            for _ in range(DRAWS // _AT_ONCE)
        ]
    every = np.concatenate(found)
    every = every[~np.isnan(every)]
    if not every.size:
        return Figure(value, math.nan, math.nan)
    low, high = np.quantile(every, (0.025, 0.975))
    return Figure(value, float(low), float(high))


class _Table:
    """Cells and how many texts are in each; figures take rows of other counts for the same cells."""

    def __init__(self, cells: Sequence[_Cell], counts: Weights) -> None:
        self.counts = counts
        self.human = np.array([cell.human for cell in cells], dtype=np.int64)
        self.forced = np.array([cell.forced for cell in cells], dtype=np.int64)
        self.told = np.array([cell.told for cell in cells], dtype=np.int64)
        self.right = self.forced == self.human
        chances = [cell.chances or Chances(0.0, 0.0, 0.0) for cell in cells]
        self.chances = np.array(chances, dtype=np.float64).reshape(-1, 3)
        self.scored = self.forced >= 0
        self.sure = self.chances.max(axis=1, initial=0.0)
        self.bin = np.minimum((self.sure * BINS).astype(np.int64), BINS - 1)

    def drawn(self, figure: Callable[[Weights], Weights]) -> Figure:
        return drawn(self.counts, figure)

    def recall(self, weights: Weights, told: NDArray[Any]) -> Weights:
        """Return the recall of every label, a row for each row of counts."""
        return np.stack([_share(weights, (self.human == n) & (told == n), self.human == n) for n in range(3)], axis=1)

    def f1(self, weights: Weights, told: NDArray[Any]) -> Weights:
        """Return F1 of every label; 0 for a label that nobody tells or that is never right."""
        columns = []
        for n in range(3):
            hit = weights @ ((self.human == n) & (told == n)).astype(np.float64)
            both = weights @ (self.human == n).astype(np.float64) + weights @ (told == n).astype(np.float64)
            columns.append(np.where(both > 0, 2 * hit / np.maximum(both, 1e-12), 0.0))
        return np.stack(columns, axis=1)

    def over_labels(self, figures: Weights) -> Weights:
        """Return means over the labels that people gave; of one that nobody gave nothing can be right."""
        given = [n for n in range(len(LABELS)) if self.counts[self.human == n].sum() > 0]
        return np.asarray(figures[:, given].mean(axis=1)) if given else np.full(len(figures), math.nan)

    def of_label(self, number: int, label: SentimentLabel) -> OfLabel:
        """Return what is told of one label."""
        human, forced = self.human == number, self.forced == number
        hit = self.counts[human & forced].sum()
        return OfLabel(
            label=label,
            count=int(self.counts[human].sum()),
            precision=wilson(hit, self.counts[forced].sum()),
            recall=wilson(hit, self.counts[human].sum()),
            f1=self.drawn(lambda weights: self.f1(weights, self.forced)[:, number]),
            covered=wilson(self.counts[human & (self.told >= 0)].sum(), self.counts[human].sum()),
        )

    def bins(self) -> tuple[Bin, ...]:
        """Return what was told and what was right, by bins of chances."""
        found = []
        for number in sorted(set(self.bin[self.scored].tolist())):
            here = self.scored & (self.bin == number)
            count = self.counts[here].sum()
            told = float((self.counts * self.sure)[here].sum() / count)
            found.append(Bin(int(count), told, wilson(self.counts[here & self.right].sum(), count)))
        return tuple(found)

    def calibration_error(self, weights: Weights) -> Weights:
        """Return the expected calibration error: how far chance and share right lie apart, over the bins."""
        weights = weights * self.scored
        apart = np.zeros(len(weights))
        for number in range(BINS):
            apart += np.abs(weights @ ((self.bin == number) * (self.right - self.sure)))
        return np.asarray(apart / weights.sum(axis=1))

    def brier(self, weights: Weights) -> Weights:
        """Return Brier's score over three labels: 0 is perfect, 2 the worst; who knows nothing gets 2/3."""
        weights = weights * self.scored
        missed = ((self.chances - np.eye(3)[self.human]) ** 2).sum(axis=1)
        return np.asarray(weights @ missed / weights.sum(axis=1))


def _share(weights: Weights, good: NDArray[Any], those: NDArray[Any]) -> Weights:
    return np.asarray((weights @ good.astype(np.float64)) / (weights @ those.astype(np.float64)))


def _place(label: SentimentLabel | None) -> int:
    """Return the number of a label; -1 for unsure and for none."""
    return LABELS.index(label) if label in LABELS else -1

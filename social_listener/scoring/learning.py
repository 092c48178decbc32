"""Learns a model from people's labels, and measures it on labels that it did not learn from.

Chances of a label are proportional to those of the text's grade times exp(weights · vector): a logistic regression
with our own scorer as its offset. The weights are held near 0 by a penalty, so where labels say little, little moves.
Each label counts the same, as in the grades. Labels of one customer are never on both sides of a measurement.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from social_listener.errors import DeskError, SettingsError
from social_listener.model import SentimentLabel
from social_listener.scoring import grades
from social_listener.scoring.care import Care
from social_listener.scoring.embedding import INSTALL, Numbers, embedding, pattern_of, words_alone
from social_listener.scoring.learned import moved
from social_listener.scoring.measures import DRAWS, SEED, Figure, Measured, measure
from social_listener.scoring.models import DIGITS, Model, name_of
from social_listener.scoring.moods import LABELS, Chances, Mood, Said
from social_listener.scoring.scorer import heard

if TYPE_CHECKING:
    from collections.abc import Callable

PENALTY: Final = 30.0
"""How firmly weights are held near 0, beside as many labels as there are: `scripts/learning.py` shows others too."""
FOLDS: Final = 5
LEAST: Final = 100
"""So many texts drawn at random have to be labelled …"""
LEAST_OF_EACH: Final = 10
"""… and so many of them with each label, else nothing can be measured."""
_NOTHING: Final = Chances(1 / 3, 1 / 3, 1 / 3)
_EXACTLY: Final = {"maxiter": 2_000, "maxfun": 4_000, "gtol": 1e-6, "ftol": 0.0, "maxcor": 30}
"""Steps go on until nothing is to be gained: what is rounded then is the same on every machine."""


class Example(NamedTuple):
    """A text of which a person said what it is."""

    text: str
    language: str | None  #: the platform's guess
    author: str  #: the customer; texts of one are kept together
    said: SentimentLabel
    drawn: bool  #: it was drawn at random, so that it may be measured on


class Learnt(NamedTuple):
    """A model, and what it is worth."""

    model: Model
    counts: tuple[int, int, int]  #: labels that it was learned from: negative, neutral, positive
    held_out: Measured  #: of models like it, on what was drawn and they did not learn from
    ours: Measured  #: of our own scorer on the same
    gain: Figure  #: by how much the logarithm of the right label's chance rises, each label counting the same
    knows: Figure  #: by how much it then is above that of who knows nothing, a third

    @property
    def better(self) -> bool:
        """Whether more than chance speaks for the model; labels given at random would only make it careful."""
        return self.gain.low > 0 and self.knows.low > 0


class Data(NamedTuple):
    """Examples as numbers."""

    begin: list[Chances]  #: of our own scorer
    vectors: Numbers  #: a row for each text, the last column 1
    said: NDArray[np.int64]  #: places of labels
    fold: NDArray[np.int64]
    drawn: NDArray[np.bool_]


def learn(examples: Sequence[Example], names: Sequence[str], today: date, tell: Callable[[str], None]) -> Learnt:
    """Return what labels teach. The same labels in whatever order teach the same.

    `DeskError`: there are too few; `SettingsError`: the extra is not installed.
    """
    ours, kept, said = _usable(examples, names)
    _expect(kept)
    data = data_of(ours, kept, said, names)
    chances: list[Chances] = list(data.begin)
    for number in range(FOLDS):
        tell(f"measured {number} of {FOLDS} parts")
        inside, outside = np.flatnonzero(data.fold != number), np.flatnonzero((data.fold == number) & data.drawn)
        if inside.size and outside.size:
            weights = fit(data, inside)
            for place in outside:
                chances[place] = moved(data.begin[place], data.vectors[place] @ weights)
    drawn = np.flatnonzero(data.drawn)
    human = [LABELS[data.said[place]] for place in drawn]
    counts = np.bincount(data.said, minlength=len(LABELS)).tolist()
    return Learnt(
        model=_model(fit(data, np.arange(len(kept))), len(kept), today),
        counts=(counts[0], counts[1], counts[2]),
        held_out=measure(human, [_mood(chances[place]) for place in drawn]),
        ours=measure(human, [_mood(data.begin[place]) for place in drawn]),
        gain=_rise(data.said[drawn], [data.begin[at] for at in drawn], [chances[at] for at in drawn]),
        knows=_rise(data.said[drawn], [_NOTHING] * len(drawn), [chances[at] for at in drawn]),
    )


def _usable(examples: Sequence[Example], names: Sequence[str]) -> tuple[Care, list[Example], list[Said]]:
    """Return our own scorer, and the examples that it can read, each text of a customer once."""
    ours = Care(names)
    once = {(one.author, one.text): one for one in sorted(examples, key=lambda one: (one.drawn, one.said))}
    labelled = [one for _, one in sorted(once.items()) if one.said in LABELS]
    said = heard([(one.text, one.language) for one in labelled])
    readable = [
        (one, text)
        for one, text in zip(labelled, said, strict=True)
        if (text.language or "en") in ours.languages and ours.unread(text, ours.weigh(text)) is None
    ]
    return ours, [one for one, _ in readable], [text for _, text in readable]


def _expect(kept: Sequence[Example]) -> None:
    drawn = [one.said for one in kept if one.drawn]
    fewest = min(LABELS, key=drawn.count)
    if len(drawn) >= LEAST and drawn.count(fewest) >= LEAST_OF_EACH:
        return
    raise DeskError(
        f"{len(drawn):,} texts drawn at random are labelled, {drawn.count(fewest):,} of them {fewest.value}; a model "
        f"needs {LEAST}, and {LEAST_OF_EACH} of each label: answer the weekly samples first (`sentiment.sample` says "
        "how many are drawn)"
    )


def data_of(ours: Care, kept: Sequence[Example], said: Sequence[Said], names: Sequence[str]) -> Data:
    """Return examples as numbers; `said`: their texts, which our own scorer can read."""
    words, pattern = embedding(), pattern_of(names)
    pieces = words.pieces([words_alone(one.text, pattern) for one in kept])
    vectors = np.array([words.vector(those) for those in pieces])
    return Data(
        begin=[grades.TABLE[ours.place(one)] for one in said],
        vectors=np.hstack([vectors, np.ones((len(kept), 1))]),
        said=np.array([LABELS.index(one.said) for one in kept]),
        fold=np.array([_fold(one.author) for one in kept]),
        drawn=np.array([one.drawn for one in kept]),
    )


def _fold(author: str) -> int:
    return hashlib.sha256(author.encode("utf-8", "surrogatepass")).digest()[0] % FOLDS


def fit(data: Data, places: NDArray[np.int64], penalty: float = PENALTY) -> Numbers:
    """Return the weights that these examples teach."""
    try:
        from scipy.optimize import minimize  # noqa: PLC0415 - the extra, which need not be there
    except ImportError as error:
        raise SettingsError(f"the extra `learning` is not installed ({error}): {INSTALL}") from None
    vectors, said = data.vectors[places], data.said[places]
    begin = np.log(np.array([data.begin[place] for place in places]))
    human = np.eye(len(LABELS))[said]
    each = len(said) / len(LABELS) / np.maximum(1, np.bincount(said, minlength=len(LABELS)))[said][:, None]

    def loss(flat: Numbers) -> tuple[float, Numbers]:
        weights = flat.reshape(vectors.shape[1], len(LABELS))
        logits = begin + vectors @ weights
        logits -= logits.max(axis=1, keepdims=True)
        logs = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
        slope = vectors.T @ (each * (np.exp(logs) - human)) + penalty * weights
        return float(-(each * human * logs).sum() + penalty / 2 * (weights * weights).sum()), slope.ravel()

    start = np.zeros(vectors.shape[1] * len(LABELS))
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options=_EXACTLY)
    return np.asarray(found.x).round(DIGITS).reshape(vectors.shape[1], len(LABELS))


def _mood(chances: Chances) -> Mood:
    best = max(range(len(LABELS)), key=chances.__getitem__)
    label = LABELS[best] if chances[best] >= grades.DECIDED else SentimentLabel.UNSURE
    return Mood(chances.positive - chances.negative, label, "", chances)


def _rise(said: NDArray[np.int64], before: Sequence[Chances], after: Sequence[Chances]) -> Figure:
    """Return the mean rise of the logarithm of the right label's chance, with its interval of 95 % by a bootstrap."""
    right = np.arange(len(said))
    rise = np.log(np.maximum(0.001, np.array(after)))[right, said] - np.log(np.array(before))[right, said]

    def mean(places: NDArray[np.int64]) -> float:
        parts = [rise[places][said[places] == label] for label in range(len(LABELS))]
        return float(np.mean([part.mean() for part in parts if part.size]))

    draws = np.random.default_rng(SEED)
    drawn = sorted(mean(draws.integers(0, len(said), len(said))) for _ in range(DRAWS))
    return Figure(mean(right), drawn[round(0.025 * DRAWS)], drawn[round(0.975 * DRAWS) - 1])


def _model(weights: Numbers, labels: int, today: date) -> Model:
    flat = tuple(float(one) for one in weights.ravel())
    return Model(name_of(flat), labels, f"{today.day} {today:%B %Y}", flat)

"""Learns a model from people's labels, and measures it on labels that it did not learn from.

Chances of a label are proportional to those of the text's grade times exp(weights · vector): a logistic regression
with our own scorer as its offset. The weights are held near 0 by a penalty, so where labels say little, little moves.
Each label counts the same, as in the grades. Labels of one customer, and equal words of several, are never on both
sides of a measurement.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from social_listener.errors import DeskError, SettingsError
from social_listener.joined import Joined
from social_listener.model import SentimentLabel
from social_listener.scoring import grades
from social_listener.scoring.care import Care
from social_listener.scoring.embedding import INSTALL, Numbers, embedding, pattern_of, words_alone
from social_listener.scoring.learned import moved
from social_listener.scoring.measures import DRAWS, SEED, Figure, Measured, measure
from social_listener.scoring.models import DIGITS, WIDTH, Model, name_of
from social_listener.scoring.moods import LABELS, Chances, Mood, Said
from social_listener.scoring.scorer import heard

if TYPE_CHECKING:
    from collections.abc import Callable

    from social_listener.scoring.plugs import Tuning

PENALTY: Final = 30.0
"""How firmly weights are held near 0, beside as many labels as there are: `scripts/learning.py` shows others too."""
FOLDS: Final = 5
LEAST: Final = 100
"""So many texts drawn at random have to be labelled …"""
LEAST_OF_EACH: Final = 10
"""… so many of them with each label …"""
LEAST_CUSTOMERS: Final = 50
"""… of so many customers with words of their own, else nothing can be measured."""
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
    group: NDArray[np.int64]  #: who belongs together: one number for each group
    fold: NDArray[np.int64]  #: the part in which a group is measured
    drawn: NDArray[np.bool_]


def learn(examples: Sequence[Example], tuning: Tuning, today: date, tell: Callable[[str], None]) -> Learnt:
    """Return what labels teach beside our own scorer with names and rules of `tuning`, whatever model it has.

    The same labels in whatever order teach the same. `DeskError`: there are too few; `SettingsError`: the extra is not
    installed, or another scorer reads English.
    """
    if "en" in dict(tuning.scorers):
        raise SettingsError("sentiment.scorers.en: a model belongs to our own scorer, which does not read English here")
    ours = Care(tuning.names, tuning.rules)
    kept, said = _usable(ours, examples)
    data = data_of(ours, kept, said, tuning.names)
    _expect(kept, data)
    chances = _held_out(data, tell)
    drawn = np.flatnonzero(data.drawn)
    human = [LABELS[place] for place in data.said[drawn]]
    before, after = [data.begin[place] for place in drawn], [chances[place] for place in drawn]
    counts = np.bincount(data.said, minlength=len(LABELS)).tolist()
    return Learnt(
        model=_model(fit(data, np.arange(len(kept))), len(kept), today),
        counts=(counts[0], counts[1], counts[2]),
        held_out=measure(human, [_mood(one) for one in after]),
        ours=measure(human, [_mood(one) for one in before]),
        gain=_rise(data.said[drawn], data.group[drawn], before, after),
        knows=_rise(data.said[drawn], data.group[drawn], [_NOTHING] * len(drawn), after),
    )


def _held_out(data: Data, tell: Callable[[str], None]) -> list[Chances]:
    """Return chances of what was drawn by models that did not learn from its group; of the rest those of our own."""
    chances = list(data.begin)
    for number in range(FOLDS):
        tell(f"measured {number} of {FOLDS} parts")
        outside = np.flatnonzero((data.fold == number) & data.drawn)
        weights = fit(data, np.flatnonzero(data.fold != number))
        for place in outside:
            chances[place] = moved(data.begin[place], data.vectors[place] @ weights)
    return chances


def _usable(ours: Care, examples: Sequence[Example]) -> tuple[list[Example], list[Said]]:
    """Return the examples that our own scorer can read, each text of a customer once.

    Of several labels the one counts that most people gave, of those drawn at random where there are any; on a tie none.
    """
    given: dict[tuple[str, str], list[Example]] = {}
    for one in examples:
        if one.said in LABELS:
            given.setdefault((one.author, one.text), []).append(one)
    agreed = [_agreed(those) for _, those in sorted(given.items())]
    labelled = [one for one in agreed if one is not None]
    said = heard([(one.text, one.language) for one in labelled])
    readable = [
        (one, text)
        for one, text in zip(labelled, said, strict=True)
        if (text.language or "en") in ours.languages and ours.unread(text, ours.weigh(text)) is None
    ]
    return [one for one, _ in readable], [text for _, text in readable]


def _agreed(those: Sequence[Example]) -> Example | None:
    counting = [one for one in those if one.drawn] or those
    (most, count), *others = Counter(one.said for one in counting).most_common(2)
    if others and others[0][1] == count:
        return None
    language = min((one.language for one in counting if one.language), default=None)
    return counting[0]._replace(said=most, language=language)


def _expect(kept: Sequence[Example], data: Data) -> None:
    drawn = [one.said for one in kept if one.drawn]
    fewest = min(LABELS, key=drawn.count)
    customers = len(set(data.group[data.drawn].tolist()))
    if len(drawn) >= LEAST and drawn.count(fewest) >= LEAST_OF_EACH and customers >= LEAST_CUSTOMERS:
        return
    raise DeskError(
        f"{len(drawn):,} texts drawn at random are labelled, {drawn.count(fewest):,} of them {fewest.value}, of "
        f"{customers:,} customers with words of their own; a model needs {LEAST}, {LEAST_OF_EACH} of each label, and "
        f"{LEAST_CUSTOMERS} customers: answer the weekly samples first (`sentiment.sample` says how many are drawn)"
    )


def data_of(ours: Care, kept: Sequence[Example], said: Sequence[Said], names: Sequence[str]) -> Data:
    """Return examples as numbers; `said`: their texts, which our own scorer can read."""
    words, pattern = embedding(), pattern_of(names)
    alone = [words_alone(one.text, pattern) for one in kept]
    group = _groups([(one.author, text) for one, text in zip(kept, alone, strict=True)])
    vectors = np.array([words.vector(those) for those in words.pieces(alone)]).reshape(len(kept), WIDTH)
    return Data(
        begin=[grades.TABLE[ours.place(one)] for one in said],
        vectors=np.hstack([vectors, np.ones((len(kept), 1))]),
        said=np.array([LABELS.index(one.said) for one in kept], dtype=np.int64),
        group=np.array(group, dtype=np.int64),
        fold=np.array([_fold(kept[first]) for first in group], dtype=np.int64),
        drawn=np.array([one.drawn for one in kept], dtype=np.bool_),
    )


def _groups(pairs: Sequence[tuple[str, str]]) -> list[int]:
    """Return for each (customer, words) the place of the first that it belongs together with.

    Texts of one customer belong together, and so do equal words, whoever says them: a slogan that many pass on is one
    thing to learn.
    """
    joined = Joined(len(pairs))
    seen: dict[tuple[str, str], int] = {}
    for place, (author, words) in enumerate(pairs):
        for key in (("author", author), ("words", words.casefold())):
            joined.join(seen.setdefault(key, place), place)
    return [joined.first(place) for place in range(len(pairs))]


def _fold(first: Example) -> int:
    """Return the part of a group, by its first example: the same in whatever order examples come."""
    return hashlib.sha256(f"{first.author}\0{first.text}".encode("utf-8", "surrogatepass")).digest()[0] % FOLDS


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


def _rise(
    said: NDArray[np.int64], group: NDArray[np.int64], before: Sequence[Chances], after: Sequence[Chances]
) -> Figure:
    """Return the mean rise of the logarithm of the right label's chance, each label counting the same.

    The interval of 95 % is a bootstrap's of whole groups: what one customer says is no news the second time.
    """
    right = np.arange(len(said))
    rise = np.log(np.maximum(0.001, np.array(after)))[right, said] - np.log(np.array(before))[right, said]
    places = np.unique(group, return_inverse=True)[1]
    sums, counts = np.zeros((places.max() + 1, len(LABELS))), np.zeros((places.max() + 1, len(LABELS)))
    np.add.at(sums, (places, said), rise)
    np.add.at(counts, (places, said), 1)

    def mean(those: NDArray[np.int64]) -> float:
        number = counts[those].sum(axis=0)
        return float((sums[those].sum(axis=0)[number > 0] / number[number > 0]).mean())

    draws, whole = np.random.default_rng(SEED), np.arange(len(sums))
    drawn = sorted(mean(draws.integers(0, len(sums), len(sums))) for _ in range(DRAWS))
    return Figure(mean(whole), drawn[round(0.025 * DRAWS)], drawn[round(0.975 * DRAWS) - 1])


def _model(weights: Numbers, labels: int, today: date) -> Model:
    flat = tuple(float(one) for one in weights.ravel())
    return Model(name_of(flat), labels, f"{today.day} {today:%B %Y}", flat)

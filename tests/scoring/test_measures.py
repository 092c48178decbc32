from __future__ import annotations

import math
import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from social_listener.errors import FileFault
from social_listener.model import SentimentLabel
from social_listener.scoring import Chances, Circumstances, Mood
from social_listener.scoring.labelled import Columns, label_of_number, lines, sentiment_of
from social_listener.scoring.measures import DRAWS, drawn, macro_f1, measure, wilson
from social_listener.scoring.moods import LABELS
from social_listener.scoring.urgency import agreement, circumstances, picked, urgency

NEGATIVE, NEUTRAL, POSITIVE = LABELS
UNSURE = SentimentLabel.UNSURE


def told(label: SentimentLabel, chances: tuple[float, float, float] | None = None) -> Mood:
    """Return a mood with a number of no matter."""
    return Mood(0.0, label, "", None if chances is None else Chances(*chances))


def test_figures_of_a_small_example() -> None:
    """Accuracy, precision, recall, F1, coverage and the three ways to count unsure, worked out by hand."""
    human = [NEGATIVE, NEGATIVE, NEGATIVE, NEUTRAL, POSITIVE, POSITIVE]
    moods = [
        told(NEGATIVE, (0.8, 0.1, 0.1)),
        told(UNSURE, (0.5, 0.3, 0.2)),
        told(POSITIVE, (0.1, 0.2, 0.7)),
        told(UNSURE, (0.2, 0.3, 0.5)),
        told(POSITIVE, (0.0, 0.1, 0.9)),
        Mood(None, UNSURE, "", None),
    ]
    found = measure(human, moods)
    assert (found.count, found.unscored) == (6, 1)
    assert found.accuracy.value == 3 / 6
    negative, neutral, positive = found.labels
    assert (negative.precision.value, negative.recall.value) == (1.0, 2 / 3)
    assert (positive.precision.value, positive.recall.value) == (1 / 3, 1 / 2)
    assert (neutral.f1.value, negative.f1.value, positive.f1.value) == pytest.approx((0, 0.8, 0.4))
    assert found.macro_f1.value == pytest.approx(0.4)
    assert found.macro_recall.value == pytest.approx((2 / 3 + 0 + 1 / 2) / 3)
    assert [one.covered.value for one in found.labels] == pytest.approx([2 / 3, 0, 1 / 2])
    assert found.covered.value == 3 / 6
    assert found.decided_accuracy.value == 2 / 3
    assert found.decided_macro_f1.value == pytest.approx((2 / 3 + 0 + 2 / 3) / 3)
    assert found.missed_macro_f1.value == pytest.approx((2 * 1 / (3 + 1) + 0 + 2 * 1 / (2 + 2)) / 3)


def test_calibration_of_a_small_example() -> None:
    """The expected calibration error is the mean distance of told and right; Brier's score the mean square."""
    human = [NEGATIVE, POSITIVE]
    found = measure(human, [told(NEGATIVE, (0.8, 0.2, 0.0)), told(NEGATIVE, (0.8, 0.2, 0.0))])
    (one,) = found.bins
    assert (one.count, one.told, one.right.value) == (2, pytest.approx(0.8), 0.5)
    assert found.calibration_error is not None
    assert found.calibration_error.value == pytest.approx(0.3)
    assert found.brier is not None
    assert found.brier.value == pytest.approx((0.04 + 0.04 + 0.64 + 0.04 + 1) / 2)
    bare = measure(human, [told(NEGATIVE), told(NEGATIVE)])
    assert (bare.bins, bare.calibration_error, bare.brier) == ((), None, None)


def test_the_same_texts_give_the_same_figures() -> None:
    """The intervals are drawn with one seed and do not depend on the order of the texts."""
    rng = random.Random(5)
    pairs = [(rng.choice(LABELS), told(rng.choice(LABELS), (0.6, 0.3, 0.1))) for _ in range(300)]
    first = measure(*map(list, zip(*pairs, strict=True)))
    rng.shuffle(pairs)
    assert measure(*map(list, zip(*pairs, strict=True))) == first
    assert first.macro_f1.low < first.macro_f1.value < first.macro_f1.high


def test_the_bootstrap_agrees_with_drawing_texts_one_by_one() -> None:
    """Drawing counts from a multinomial distribution is drawing texts anew; a wrong count would be seen."""
    human = [NEGATIVE] * 60 + [NEUTRAL] * 30 + [POSITIVE] * 10
    guess = [NEGATIVE] * 45 + [NEUTRAL] * 30 + [POSITIVE] * 25
    found = measure(human, [told(label) for label in guess]).macro_f1
    rng = random.Random(3)
    values = []
    for _ in range(DRAWS):
        chosen = rng.choices(range(100), k=100)
        values.append(macro_f1([human[at] for at in chosen], [guess[at] for at in chosen]))
    low, high = np.quantile(values, (0.025, 0.975))
    assert (found.low, found.high) == (pytest.approx(low, abs=0.02), pytest.approx(high, abs=0.02))
    half = measure(human[::2], [told(label) for label in guess[::2]]).macro_f1
    assert half.high - half.low > 1.2 * (high - low), "half of the texts would not pass for all"


def test_wilson_and_nothing_to_measure() -> None:
    """Wilson's interval is the known one, within 0 and 1; of nothing there is no figure."""
    assert wilson(8, 10) == pytest.approx((0.8, 0.4902, 0.9433), abs=1e-4)
    assert wilson(0, 5).low == 0
    assert math.isnan(wilson(0, 0).value)
    assert math.isnan(drawn(np.array([0.0]), lambda weights: weights[:, 0]).value)


# -- files -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "body", "columns"),
    [
        ("a.csv", 'text,label\n"a, b",negative\n', Columns()),
        ("a.csv", '\ufeffsaid,mood\n"a, b",NEG\n', Columns(text="said", label="mood")),
        ("a.tsv", "7\tneg\ta, b\n", Columns(text="3", label="2", names=False)),
        ("a.tsv", "-2.5\ta, b\n", Columns(text="2", label="1", names=False, neutral_within=0.5)),
        ("a.jsonl", '{"text": "a, b", "label": -1}\n\n', Columns()),
        (
            "a.txt",
            "text;label\n".replace(";", ",") + '"a, b",angry\n',
            Columns(form="csv", meaning={"Angry": "negative"}),
        ),
    ],
)
def test_files_are_read(tmp_path: Path, name: str, body: str, columns: Columns) -> None:
    """CSV, TSV and JSON lines, with or without a line of names, with labels as words, numbers or ratings."""
    file = tmp_path / name
    file.write_text(body, encoding="utf-8")
    (line,) = lines(file, columns)
    assert line.text == "a, b"
    assert sentiment_of(file, line, columns) is NEGATIVE


@pytest.mark.parametrize(
    ("name", "body", "columns", "fault"),
    [
        ("a.csv", b"text,mood\nx,neutral\n", Columns(), "line 1: there is no column 'label'; there are text, mood"),
        (
            "a.csv",
            b"text,label\nx,neutral\ny,happy\n",
            Columns(),
            "line 3: column 'label' must be negative, neutral",
        ),
        ("a.csv", b"text,label\nx\n", Columns(), "line 2: has 1 columns instead of 2"),
        ("a.csv", b'text,label\n"x,neutral\n', Columns(), "is not CSV"),
        ("a.csv", b"text,label\ncaf\xe9,neutral\n", Columns(), "line 2, byte 4: is not utf-8"),
        ("a.csv", b"text,label\nx,much\n", Columns(neutral_within=1), "line 2: column 'label' must be a number"),
        ("a.csv", b"text,label\n", Columns(), "there is no labelled text"),
        ("a.jsonl", b'{"text": "x"}\n', Columns(), "line 1: column 'label' is missing"),
        ("a.jsonl", b'{"text": "x",}\n', Columns(), "line 1: is not JSON at column 14"),
        ("a.jsonl", b"[1]\n", Columns(), "line 1: must be a JSON object"),
        ("a.txt", b"", Columns(), "Its name does not tell"),
        ("a.csv", b"x", Columns(encoding="klingon"), "there is no encoding 'klingon'"),
        ("none.csv", None, Columns(), "cannot be read"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(
    tmp_path: Path, name: str, body: bytes | None, columns: Columns, fault: str
) -> None:
    """The message names the file, the line and the column."""
    file = tmp_path / name
    if body is not None:
        file.write_bytes(body)
    with pytest.raises(FileFault) as caught:
        [sentiment_of(file, line, columns) for line in lines(file, columns)]
    assert fault in str(caught.value)


def test_ratings_around_nothing_are_neutral() -> None:
    """The bound itself belongs to its side."""
    labels = [label_of_number(value, 0.5) for value in (-0.5, -0.49, 0.49, 0.5)]
    assert labels == [NEGATIVE, NEUTRAL, NEUTRAL, POSITIVE]


# -- what needs an answer first ----------------------------------------------------------------------------------------


def test_precision_and_recall_at_a_cut() -> None:
    """What stands at or above a cut is counted, beside as many by another order."""
    found = urgency([80, 40, 40, 10], [True, False, True, True], [0.0, 3.0, 2.0, 1.0])
    cut = next(cut for cut in found.cuts if cut.priority == 40)
    assert (cut.count, cut.precision.value, cut.recall.value) == (3, 2 / 3, 2 / 3)
    assert cut.other_precision is not None
    assert cut.other_precision.value == 2 / 3
    assert found.agreement == (1 + 0.5 + 0) / 3
    assert math.isnan(agreement([1, 2], [True, True]))


def test_circumstances_come_from_columns() -> None:
    """Further columns that are circumstances count; one that cannot be is told."""
    assert circumstances({"text": "x", "private": "TRUE", "followers": "20", "verified": ""}) == Circumstances(
        private=True, followers=20
    )
    with pytest.raises(ValueError, match="'followers' must be a whole number"):
        circumstances({"followers": "many"})


@dataclass(frozen=True)
class Item:
    """An item that waited."""

    conversation_id: str
    sent: int
    answered: int | None
    settled: int | None = None

    @property
    def sent_at(self) -> datetime:
        """Return since when it waited."""
        return START + timedelta(minutes=self.sent)

    @property
    def answered_at(self) -> datetime | None:
        """Return when it was answered."""
        return None if self.answered is None else START + timedelta(minutes=self.answered)

    @property
    def ended_at(self) -> datetime | None:
        """Return when it stopped waiting."""
        return self.answered_at or (None if self.settled is None else START + timedelta(minutes=self.settled))


START = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("items", "first"),
    [
        ([Item("a", 0, 9), Item("b", 1, 5)], [False, True]),
        ([Item("a", 0, 5), Item("b", 1, 9)], [None, None]),
        ([Item("a", 0, None), Item("b", 1, 5)], [False, True]),
        ([Item("a", 0, None, settled=3), Item("b", 1, 5)], [None, None]),
        ([Item("a", 0, 9), Item("a", 1, 5)], [None, None]),
        ([Item("a", 0, 9), Item("b", 10, 12)], [None, None]),
        ([Item("a", 0, 9), Item("a", 1, 3), Item("b", 2, 4)], [False, None, True]),
    ],
)
def test_what_staff_put_first(items: list[Item], first: list[bool | None]) -> None:
    """Answered while an older one of another conversation waited; passed over; or nobody had to choose."""
    assert picked(items) == first


def test_what_staff_put_first_is_what_looking_at_every_pair_finds() -> None:
    """The quick way finds what the definition says, on random pasts."""
    rng = random.Random(11)
    for _ in range(200):
        items = []
        for at in range(rng.randint(2, 12)):
            answered = at + rng.randint(1, 15) if rng.random() < 0.7 else None
            settled = at + rng.randint(1, 15) if answered is None and rng.random() < 0.5 else None
            items.append(Item(rng.choice("abc"), at, answered, settled))
        assert picked(items) == [_by_definition(one, items) for one in items]


def _by_definition(one: Item, items: list[Item]) -> bool | None:
    others = [other for other in items if other.conversation_id != one.conversation_id]
    if one.answered_at is not None and any(
        other.sent < one.sent and (other.ended_at is None or other.ended_at > one.answered_at) for other in others
    ):
        return True
    if any(
        other.sent > one.sent and other.answered_at and (one.ended_at is None or other.answered_at < one.ended_at)
        for other in others
    ):
        return False
    return None


def test_a_label_that_nobody_gave_lowers_no_mean() -> None:
    """Two labels, all right: every mean over labels is 1; one that is told all the same costs precision elsewhere."""
    human = [NEGATIVE, POSITIVE] * 50
    right = [Mood(-0.5 if one is NEGATIVE else 0.5, one, "", None) for one in human]
    found = measure(human, right)
    assert [figure.value for figure in (found.accuracy, found.macro_f1, found.macro_recall)] == [1.0, 1.0, 1.0]
    assert (found.macro_f1.low, found.decided_macro_f1.value, found.missed_macro_f1.value) == (1.0, 1.0, 1.0)
    assert macro_f1(human, human) == 1.0
    wrong = [Mood(0.0, NEUTRAL, "", None), *right[1:]]
    assert measure(human, wrong).macro_f1.value == pytest.approx((2 * 49 / 99 + 1) / 2)

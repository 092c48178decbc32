from __future__ import annotations

import math
from dataclasses import fields, replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from messages import IRONY, MESSAGES, PLAIN_COMPLAINTS, PRAISE_AND_CHATTER, PURPOSES, SPAM
from scoring_texts import UPSTREAM, airline

from social_listener.model import SentimentLabel
from social_listener.scoring import SCORER, Circumstances, Weights, score, waiting_points

WEIGHTS = Weights()
NOBODY = Circumstances()


def priority(text: str, **about: object) -> int:
    """Return the priority of a text."""
    return score(text, Circumstances(**about), WEIGHTS).priority  # type: ignore[arg-type]


def names(text: str, **about: object) -> set[str]:
    """Return the names of the factors of a text."""
    return {part.name for part in score(text, Circumstances(**about), WEIGHTS).factors}  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("The queue was boring", "its words are a little negative"),
        ("This is bad", "its words are clearly negative"),
        ("I hate this terrible, horrible, awful thing", "its words are very negative"),
    ],
)
def test_how_negative_a_text_is_stands_in_words(text: str, told: str) -> None:
    """No figure of the lexicon reaches the eye; the points stand beside the sentence."""
    (part,) = [part for part in score(text, Circumstances(), WEIGHTS).factors if part.name == "sentiment"]
    assert part.because == told


def test_plain_complaints_rise_above_praise_and_chatter() -> None:
    """Complaints stand clearly above everything that needs no answer, whatever VADER says of them."""
    lowest = min(priority(text) for text in PLAIN_COMPLAINTS)
    highest = max(priority(text) for text in PRAISE_AND_CHATTER)
    assert lowest >= highest + 10
    # Negative control: by VADER alone they are not told from chatter.
    compound = [UPSTREAM.polarity_scores(text)["compound"] for text in PLAIN_COMPLAINTS]
    assert sum(value >= -0.05 for value in compound) > len(compound) / 2


@pytest.mark.parametrize("text", SPAM)
def test_spam_sinks(text: str) -> None:
    """Advertising comes last, even when it speaks of refunds."""
    assert "spam" in names(text)
    assert priority(text) <= 10


@pytest.mark.parametrize("text", IRONY)
def test_irony_is_no_praise(text: str) -> None:
    """Kind words beside a complaint take nothing away: VADER calls them positive, we never do."""
    told = score(text, NOBODY, WEIGHTS)
    assert UPSTREAM.polarity_scores(text)["compound"] > 0
    assert told.sentiment_label in {SentimentLabel.UNSURE, SentimentLabel.NEGATIVE}
    assert "praise" not in names(text)
    assert "irony" in names(text)
    assert told.priority >= 30


@pytest.mark.parametrize("code", MESSAGES)
def test_every_language_has_the_same_order(code: str) -> None:
    """Danger, law and money stand above a request, a request above praise, in each language with cues."""
    by = {purpose: priority(text) for purpose, text in zip(PURPOSES, MESSAGES[code], strict=True)}
    assert min(by["safety"], by["legal"], by["refund"], by["complaint"]) > by["request"] > by["praise"]
    assert min(by["outage"], by["cancel"]) > by["praise"]
    assert by["praise"] < WEIGHTS.received


def test_safety_comes_first() -> None:
    """Of all messages the dangerous ones are the most pressing."""
    order = sorted(PURPOSES, key=lambda purpose: -priority(MESSAGES["en"][PURPOSES.index(purpose)]))
    assert order[0] == "safety"
    assert order[-1] == "praise"


def test_factors_explain_themselves() -> None:
    """Every factor has a sentence, and the words that made it stand in the text."""
    text = "I'm still waiting for my refund, third time this month! Can someone call me?"
    told = score(
        text, Circumstances(private=True, followers=50_000, contacts_in_7_days=2, unanswered_before=1), WEIGHTS
    )
    assert {part.name for part in told.factors} >= {
        "received", "complaint", "refund", "request", "question", "direct", "reach", "repeat", "silence",
    }  # fmt: skip
    for part in told.factors:
        assert part.because
        assert all(word in text for word in part.words)
    assert told.scorer == SCORER


@pytest.mark.parametrize(
    ("less", "more"),
    [
        ({}, {"private": True}),
        ({"followers": 1_000}, {"followers": 20_000}),
        ({"followers": 20_000}, {"followers": 2_000_000}),
        ({}, {"verified": True}),
        ({}, {"contacts_in_7_days": 1}),
        ({"contacts_in_7_days": 2}, {"contacts_in_7_days": 2, "unanswered_before": 2}),
    ],
)
def test_circumstances_raise(less: dict[str, object], more: dict[str, object]) -> None:
    """Each circumstance adds to the same text."""
    assert priority("Hello there", **more) > priority("Hello there", **less)


def test_our_own_items_have_no_priority() -> None:
    """What we said ourselves is scored for its feeling only."""
    told = score("That was a terrible morning", Circumstances(outbound=True, followers=10**6), WEIGHTS)
    assert (told.priority, told.factors) == (0, ())
    assert told.sentiment == UPSTREAM.polarity_scores("That was a terrible morning")["compound"]


def test_weights_decide() -> None:
    """A weight of 0 removes a factor; a changed one changes its points and nothing else."""
    text = MESSAGES["en"][PURPOSES.index("refund")]
    usual = {part.name: part.points for part in score(text, NOBODY, WEIGHTS).factors}
    none = {part.name: part.points for part in score(text, NOBODY, replace(WEIGHTS, refund=0.0)).factors}
    twice = {part.name: part.points for part in score(text, NOBODY, replace(WEIGHTS, refund=28.0)).factors}
    assert usual.pop("refund") == 14
    assert none == usual
    assert twice.pop("refund") == 28
    assert twice == usual


@pytest.mark.parametrize(
    ("name", "value"), [("refund", -1.0), ("spam", 1.0), ("praise", 0.5), ("legal", math.nan), ("reach", "8")]
)
def test_weights_that_turn_a_factor_around_are_refused(name: str, value: object) -> None:
    """The message names the weight."""
    with pytest.raises(ValueError, match=name):
        Weights(**{name: value})  # type: ignore[arg-type]


_ABOUT = st.builds(
    Circumstances,
    private=st.booleans(),
    outbound=st.booleans(),
    followers=st.integers(0, 10**9),
    verified=st.booleans(),
    contacts_in_7_days=st.integers(0, 500),
    unanswered_before=st.integers(0, 500),
    platform_language=st.sampled_from([None, "en", "de", "und"]),
)
_PARTS = st.sampled_from(
    [
        *PLAIN_COMPLAINTS,
        *PRAISE_AND_CHATTER,
        *SPAM,
        *IRONY,
        *(t for texts in MESSAGES.values() for t in texts),
        "?",
        "😡",
    ]
)


@given(st.lists(_PARTS | st.text(max_size=20), max_size=5).map(" ".join), _ABOUT)
def test_a_priority_is_the_sum_of_its_points(text: str, about: Circumstances) -> None:
    """For any text and circumstances: 0 to 100, and exactly the sum of the factors; the same again is the same."""
    told = score(text, about, WEIGHTS)
    assert 0 <= told.priority <= 100
    assert told.priority == round(math.fsum(part.points for part in told.factors))
    assert all(part.points for part in told.factors)
    assert len({part.name for part in told.factors}) == len(told.factors)
    assert told == score(text, about, WEIGHTS)


_TIMES = st.timedeltas(timedelta(seconds=-10), timedelta(days=90))
_TARGETS = st.timedeltas(timedelta(seconds=1), timedelta(days=7))


@given(_TIMES, _TIMES, _TARGETS)
def test_waiting_never_takes_points_away(one: timedelta, two: timedelta, target: timedelta) -> None:
    """Longer waiting is never worth less, and what it adds has its bounds."""
    shorter, longer = sorted((one, two))
    assert 0 <= waiting_points(shorter, target, WEIGHTS) <= waiting_points(longer, target, WEIGHTS)
    assert waiting_points(longer, target, WEIGHTS) <= WEIGHTS.waiting_most


def test_waiting_in_proportion_to_the_target() -> None:
    """The target is worth `waiting_at_target`, half of it half, and no end more than the most."""
    hour = timedelta(hours=1)
    assert waiting_points(hour, hour, WEIGHTS) == WEIGHTS.waiting_at_target
    assert waiting_points(hour / 2, hour, WEIGHTS) == WEIGHTS.waiting_at_target / 2
    assert waiting_points(hour * 1000, hour, WEIGHTS) == WEIGHTS.waiting_most
    assert waiting_points(-hour, hour, WEIGHTS) == 0
    with pytest.raises(ValueError, match="target"):
        waiting_points(hour, timedelta(0), WEIGHTS)


def test_real_complaints_stand_above_the_rest(shared_data: Path) -> None:
    """On labelled tweets to airlines our order finds more complaints than VADER's negativity does."""
    rows = airline(shared_data)[::3]
    negative = [row["airline_sentiment"] == "negative" for row in rows]
    ours = _share_among_first([-score(row["text"], NOBODY, WEIGHTS).priority for row in rows], negative)
    vader = _share_among_first([UPSTREAM.polarity_scores(row["text"])["compound"] for row in rows], negative)
    assert ours > 0.85
    assert ours > vader + 0.05


def _share_among_first(keys: list[float], good: list[bool]) -> float:
    """Return the share of good ones among the first two fifths, in the order of the keys."""
    order = sorted(range(len(keys)), key=lambda place: (keys[place], place))
    first = order[: len(order) * 2 // 5]
    return sum(good[place] for place in first) / len(first)


def test_every_weight_is_documented() -> None:
    """docs/scoring.md tells every weight with its default."""
    page = (Path(__file__).resolve().parents[2] / "docs" / "scoring.md").read_text(encoding="utf-8")
    for each in fields(Weights):
        assert f"| `{each.name}` | {each.default:g} |" in page


def test_old_chatter_does_not_pass_a_fresh_complaint() -> None:
    """However long praise, chatter or spam waits, it stays below nearly every plain complaint of this moment."""
    oldest = max(priority(text) for text in (*PRAISE_AND_CHATTER, *SPAM)) + WEIGHTS.waiting_most
    passed = [text for text in PLAIN_COMPLAINTS if priority(text) < oldest]
    assert len(passed) <= 1

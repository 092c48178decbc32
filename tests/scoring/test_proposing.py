"""Rules that labels of people speak for, and what a rule that holds does to a score."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from social_listener.errors import SettingsError
from social_listener.model import SentimentLabel
from social_listener.scoring import Circumstances, Tuning, Weights, score
from social_listener.scoring.proposing import Lesson, propose
from social_listener.scoring.scorer import SCORER
from social_listener.scoring.taught import Rules, Taught, phrases_of, words_of

NEGATIVE, NEUTRAL, POSITIVE, UNSURE = SentimentLabel
COLD = Taught("gone cold", -1.5, "3 May 2026")


def lessons(texts: list[str], said: SentimentLabel = NEGATIVE, authors: int = 99) -> list[Lesson]:
    """Return texts with what people say of them, by so many customers."""
    return [Lesson(text, "en", f"x:{number % authors}", said) for number, text in enumerate(texts)]


FOUR = [
    "the soup had gone cold when the box came",
    "my coffee was gone cold, again",
    "everything in it had gone cold",
    "half of the plate had gone cold",
]


def test_words_that_people_correct_are_proposed_with_the_fewest_points() -> None:
    """The longest phrase that all of them share, on the side to which they were corrected; as few points as do."""
    (one,) = propose(lessons(FOUR))
    assert (one.phrase, one.speak_for, one.against, one.authors) == ("gone cold", 4, 0, 4)
    assert one.points < 0
    weaker = Tuning(rules=(Taught(one.phrase, one.points + 0.5, ""),)) if one.points < -0.5 else Tuning()
    by = Tuning(rules=(Taught(one.phrase, one.points, ""),))

    def agreeing(tuning: Tuning) -> int:
        made = [score(text, Circumstances(), Weights(), tuning) for text in FOUR]
        return sum(one.sentiment_label is NEGATIVE for one in made)

    assert agreeing(by) > agreeing(weaker)


def test_one_customer_alone_teaches_nothing() -> None:
    """However often somebody writes it, and however often staff correct it."""
    assert propose(lessons(FOUR * 5, authors=1)) == []
    assert propose(lessons(FOUR, authors=2)) != []


def test_the_same_words_of_the_same_customer_count_once() -> None:
    """Who posts one text ten times has said it once."""
    assert propose([*lessons(FOUR[:1] * 10, authors=1), *lessons(FOUR[1:2])[:1]]) == []


def test_two_labels_are_too_few_and_others_speak_against() -> None:
    """Three are needed, and of items with these words not too many that people call otherwise."""
    assert propose(lessons(FOUR[:2])) == []
    kind = [f"{word} that it had gone cold, which I wanted" for word in ("we find", "they say", "I see", "you know")]
    assert propose(lessons(FOUR[:3])) != []
    assert propose([*lessons(FOUR[:3]), *lessons(kind, NEUTRAL)]) == []


def test_what_is_known_is_not_proposed_again_nor_what_would_not_help() -> None:
    """Rules that hold or were withdrawn are left out, and so are words that are right as they are read already."""
    assert propose(lessons(FOUR), known={"gone cold"}) == []
    assert propose(lessons(FOUR), known={"something else"}) != []
    (one,) = propose(lessons(FOUR))
    assert propose(lessons(FOUR), Tuning(rules=(Taught(one.phrase, one.points, ""),))) == []
    awful = [f"this is awful and terrible, number {word}" for word in ("one", "two", "three", "four")]
    assert propose(lessons(awful)) == []


def test_empty_words_handles_and_addresses_are_no_rule() -> None:
    """Neither "the" nor a brand's handle nor a link is ever proposed."""
    texts = [f"@fernhill {word} the https://t.co/x 24" for word in ("box", "bag", "cup", "jar", "lid")]
    assert propose(lessons(texts)) == []
    assert words_of("@fernhill the box's LID https://t.co/x isn’t www.x.y it") == ["the", "box's", "lid", "isn't", "it"]


def test_a_rule_that_holds_is_told_and_gives_the_scorer_a_version() -> None:
    """Its points move the number, its words stand in the reason, and the version says by which rules it was made."""
    text = "my coffee was GONE cold, again"
    before = score(text, Circumstances(), Weights())
    after = score(text, Circumstances(), Weights(), Tuning(rules=(COLD,), version=4))
    assert before.scorer == SCORER
    assert after.scorer == f"{SCORER}+rules-4"
    assert (after.sentiment or 0) < (before.sentiment or 0)
    assert "“gone cold” −1.5, taught on 3 May 2026" in after.sentiment_reason
    assert after.sentiment_label is NEGATIVE
    other = score("gone, and cold", Circumstances(), Weights(), Tuning(rules=(COLD,), version=4))
    assert "taught" not in other.sentiment_reason


def test_without_rules_nothing_is_read_otherwise() -> None:
    """A set of rules that is empty by now changes no figure, only the version."""
    text = "my coffee was gone cold, again"
    plain, empty = score(text, Circumstances(), Weights()), score(text, Circumstances(), Weights(), Tuning(version=9))
    assert (plain.sentiment, plain.sentiment_reason, plain.factors) == (
        empty.sentiment,
        empty.sentiment_reason,
        empty.factors,
    )
    with pytest.raises(SettingsError):
        score(text, Circumstances(), Weights(), Tuning(names=("two words",)))


@given(words=st.lists(st.sampled_from(["gone", "cold", "box", "late"]), max_size=12))
def test_a_phrase_is_found_exactly_where_its_words_follow_one_another(words: list[str]) -> None:
    """As a search through the text with blanks around it would."""
    text = " ".join(words)
    phrases = ("gone cold", "cold", "late box gone")
    found = {rule.phrase for rule in Rules([Taught(one, 1.0, "") for one in phrases]).found(text)}
    assert found == {one for one in phrases if f" {one} " in f" {text} "}
    assert found <= phrases_of(text)

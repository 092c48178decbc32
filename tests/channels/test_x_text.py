"""X's way of counting, against X's own published cases, and knowing our own words again."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from twitter_text import parse_tweet

from social_listener.channels.x_text import private_length, public_length, witness

CASES = yaml.safe_load((Path(__file__).parent / "data" / "twitter_text_validate.yml").read_text(encoding="utf-8"))[
    "tests"
]
ALL = [case for group in CASES.values() for case in group]


def test_the_published_cases_are_whole() -> None:
    """Each text has the length, in UTF-16 units, that its case tells: nothing was lost in copying."""
    assert len(ALL) == 22
    for case in ALL:
        assert len(case["text"].encode("utf-16-le")) // 2 - 1 == case["expected"]["displayRangeEnd"], case[
            "description"
        ]


@pytest.mark.parametrize("case", ALL, ids=[case["description"] for case in ALL])
def test_length_agrees_with_the_published_case(case: dict) -> None:
    """X's conformance suite tells the weighted length, and so whether it fits."""
    length = public_length(case["text"], 280)
    assert length.used == case["expected"]["weightedLength"]
    assert (length.left >= 0) or not case["expected"]["valid"]


def test_counting_characters_would_fail_the_published_cases() -> None:
    """The naive count is wrong in most of them: the cases can tell the difference."""
    wrong = [case for case in ALL if len(case["text"]) != case["expected"]["weightedLength"]]
    assert len(wrong) > len(ALL) / 2


words = st.text(
    st.sampled_from("abz .@#é日本😀👨\u200d👩🏽\n\u2019\u0301/:-_") | st.characters(exclude_categories=["Cs"]),
    max_size=60,
)
pieces = st.lists(
    st.sampled_from(["https://example.com/a?b=c", "example.com", "t.co/x", "日本.jp", "😀"]) | words, max_size=8
)


@settings(max_examples=300, deadline=None)
@given(pieces, st.sampled_from(["", " ", "\n", "\r\n", "\u3000"]))
def test_word_by_word_gives_the_same_sum(parts: list[str], between: str) -> None:
    """The count that is fast enough to be live is that of twitter-text for the whole text."""
    text = between.join(parts)
    assert public_length(text, 280).used == parse_tweet(text).weightedLength


@pytest.mark.parametrize(
    "text", ["a.b." * 6000, "a.b." * 70, "(a)" * 9000, "http://a.example/" + "(a)" * 9000, "." * 25000]
)
def test_nothing_makes_the_counter_stand_still(text: str) -> None:
    """Texts that take twitter-text seconds or minutes are counted at once, and not as shorter than they are."""
    assert public_length(text, 280).used in {len(text), 23}


def test_a_direct_message_counts_characters() -> None:
    """10,000 characters fit, one more does not; addresses have no discount."""
    assert private_length("é" * 10_000).left == 0
    assert private_length("https://example.com" * 1000).left == 10_000 - 19_000


@pytest.mark.parametrize(
    ("sent", "there"),
    [
        ("We are sorry", "@anna @bernd_2 We are sorry"),
        ("See https://fernhill.example/a?b=c.", "See https://t.co/AbC123"),
        ("See fernhill.example now", "@anna See https://t.co/AbC123 now"),
        (" two\n lines ", "two lines"),
        ("Cafe\u0301", "Café"),
    ],
)
def test_the_same_words_are_known_again(sent: str, there: str) -> None:
    """What X changes on the way does not count."""
    assert witness(sent) == witness(there)


@pytest.mark.parametrize(
    ("sent", "there"),
    [("We are sorry", "We are not sorry"), ("@anna hi", "@anna hi there"), ("", "@anna"), ("Yes", "Yes!")],
)
def test_other_words_are_not_taken_for_ours(sent: str, there: str) -> None:
    """A twin must have the same words."""
    assert witness(sent) != witness(there)

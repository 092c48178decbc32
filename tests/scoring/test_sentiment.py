from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scoring_texts import UPSTREAM, fuzzed, real

from social_listener.scoring import sentiment, vader_words

DOCUMENTED = [
    "",
    " ",
    "!?",
    "VADER is VERY SMART, uber handsome, and FRIGGIN FUNNY!!!",
    "At least it isn't a horrible book.",
    "The book was only kind of good.",
    "Today only kinda sux! But I'll get by, lol",
    "Catch utf-8 emoji such as 💘 and 💋 and 😁",
    "no good", "no good or bad", "no no", "No problem at all", "NO fun", "no",
    "never so good", "it was never this good", "without a doubt excellent", "without doubt an excellent idea",
    "the least helpful", "at least helpful", "very least helpful", "least helpful",
    "yeah right that was the bomb, to die for", "my beating heart at the bus stop", "the kiss of death",
    "a bad ass car",
    "good good but good good", "I love it but I accept it", "bad, but good; but bad",
    "kind of", "he is kind of good", "that is sort of just enough good",
    "😀good 😀😀 !😡", "GREAT", "GREAT SERVICE", "GREAT service", ":D :d :-D",
]  # fmt: skip


def differing(texts: Iterable[str]) -> Iterator[str]:
    """Yield the texts whose scores differ from upstream's in any digit, or in the sign of a zero."""
    for text in texts:
        if repr(sentiment.polarity(text)._asdict()) != repr(UPSTREAM.polarity_scores(text)):
            yield text


def rated(text: str) -> int:
    """Return how many words of a text the lexicon knows."""
    return sentiment.valences_of([vader_words.look_up(word) for word in text.split()])[0]


@pytest.mark.parametrize("text", DOCUMENTED)
def test_documented_cases(text: str) -> None:
    """Every kind of rule gives upstream's scores."""
    assert list(differing([text])) == []


def test_real_texts(shared_data: Path) -> None:
    """More than 20,000 real tweets and reviews get upstream's scores to the last digit."""
    texts = real(shared_data)
    assert len(texts) > 20_000
    assert list(differing(texts)) == []


def test_fuzzed_texts() -> None:
    """Random texts that lean on the rules get upstream's scores to the last digit."""
    assert list(differing(fuzzed(8_000, seed=1))) == []


@pytest.mark.long
def test_many_fuzzed_texts() -> None:
    """A hundred thousand more, in other seeds."""
    for seed in range(2, 14):
        assert list(differing(fuzzed(10_000, seed=seed))) == []


@given(st.text())
def test_any_text(text: str) -> None:
    """No text makes the scorer fail or differ from upstream."""
    assert list(differing([text])) == []


@given(
    st.lists(st.sampled_from([*sorted(vader_words.NAMED), "good", "BAD", "isn't", "VERY", "barely", "😡"]), max_size=9)
)
def test_rule_words_in_every_order(words: list[str]) -> None:
    """The words that rules name are scored as upstream does in whatever order they stand."""
    assert list(differing([" ".join(words)])) == []


def test_long_texts() -> None:
    """Texts of thousands of words, for which "but" is weighed in another way, get upstream's scores as well."""
    words = " ".join(text for text in fuzzed(150, seed=20) if text.strip())
    for text in (
        words,
        f"{words} but {words}",
        "love " * 300 + "but accept " * 300,
        "good but bad love hate accept " * 60,
    ):
        assert rated(text) > sentiment.MANY
        assert list(differing([text])) == []


def test_cache_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ever new tokens do not make the cache grow, and scores stay right when it is emptied."""
    monkeypatch.setattr(vader_words, "CACHE_SIZE", 50)
    vader_words.forget()
    for number in range(400):
        text = f"word{number} is not good but THE bomb{number} was very bad"
        assert list(differing([text])) == []
        assert len(vader_words.WORDS) <= 50


VARIANTS = {
    "idioms are not looked for": ("_idioms", lambda _words, _i, valence: valence),
    "the third word before does not modify": ("_third", lambda _three, _two, _one, valence, _capitals: valence),
    "'but' weighs every place once": (
        "_weigh_around",
        lambda but, places, valences: valences.__setitem__(
            slice(None), [v * (0.5 if p < but else 1.5) for v, p in zip(valences, places, strict=True)]
        ),
    ),
    "punctuation does not count": ("emphasis_of", lambda _text: 0.0),
    "emoji are left as they are": ("describe_emoji", lambda text: text),
}


@pytest.mark.parametrize("variant", VARIANTS)
def test_known_bad_variants_are_caught(variant: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: leaving out or simplifying one rule is seen by the comparison."""
    name, replacement = VARIANTS[variant]
    monkeypatch.setattr(sentiment, name, replacement)
    assert next(differing([*DOCUMENTED, *fuzzed(3_000, seed=1)]), None) is not None


def test_other_tables_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A vaderSentiment whose tables break the short cuts is refused with words, not scored wrongly."""
    monkeypatch.setitem(vader_words._ANALYZER.lexicon, "very", 1.0)
    with pytest.raises(ImportError, match=r"install vaderSentiment 3\.3\.2"):
        vader_words._check_tables()

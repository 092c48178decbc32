from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from messages import MESSAGES, OTHERS
from scoring_texts import airline

from social_listener.scoring import language


@pytest.mark.parametrize("code", MESSAGES)
def test_messages_of_customers(code: str) -> None:
    """Every message in a language with cues is told to be in it."""
    assert [language.detect(text).code for text in MESSAGES[code]] == [code] * len(MESSAGES[code])


@pytest.mark.parametrize("code", OTHERS)
def test_other_languages(code: str) -> None:
    """Languages of other families and scripts are told too."""
    assert language.detect(OTHERS[code]).code == code


def test_handles_addresses_and_hashtags_do_not_count() -> None:
    """What is in no language is taken out before the text is looked at."""
    noise = (
        "@brandofthecustomers #bestcustomerserviceever https://example.com/thank/you/very/much name@mail.example 12345"
    )
    assert language.words_only(f"{noise} Wo bleibt mein Paket?") == "Wo bleibt mein Paket?"
    assert language.detect(f"{noise} Wo bleibt mein Paket denn nur?").code == "de"
    assert language.words_only("Tom &amp; Anna &lt;3") == "Tom & Anna <"


@pytest.mark.parametrize("text", ["", "   ", "@brand", "https://example.com", "12345 !!", "😡😡", "#fail", "\ud83d"])
def test_no_words(text: str) -> None:
    """A text without words has no language, and no confidence."""
    assert language.detect(text) == (None, 0.0)


def test_a_hint_helps_a_weak_guess_only() -> None:
    """The platform's guess is taken when ours is weak and does not rule it out; a strong one of ours stays."""
    weak = "ok super"
    assert language.detect(weak).code is None
    assert language.detect(weak, "en").code in ("en", None)
    sure = MESSAGES["de"][0]
    assert language.detect(sure, "en").code == "de"
    for nothing in ("und", "qme", "zxx", "", "qst"):
        assert language.detect(weak, nothing).code is None
    assert language._hinted("pt-BR") == "pt"
    assert language._hinted("in") == "id"


def test_shouting_is_understood() -> None:
    """Capitals do not change the language."""
    assert language.detect(MESSAGES["en"][0].upper()).code == "en"


def test_english_tweets(shared_data: Path) -> None:
    """Of real English tweets 93 % are told to be English and fewer than 1 % something else; the rest stay open."""
    codes = [language.detect(row["text"]).code for row in airline(shared_data)[:4000]]
    assert codes.count("en") / len(codes) > 0.93
    assert sum(code not in ("en", None) for code in codes) / len(codes) < 0.01


@given(st.text(), st.none() | st.text(max_size=8))
def test_any_text(text: str, hint: str | None) -> None:
    """No text and no hint makes it fail; the confidence is a share."""
    told = language.detect(text, hint)
    assert 0 <= told.confidence <= 1
    assert told.code is None or told.code

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from messages import MESSAGES, PURPOSES

from social_listener.scoring import cues
from social_listener.scoring.cues import matching

LIST = """
units: day|days|h
denials: no not never

[complaint]
broken
fail*
still _ waiting
waited {time}
# times
very? late
lost|missing bag
"""


def found(text: str) -> tuple[str, ...]:
    """Return the words that the little list finds."""
    raw = matching.split(text)
    return tuple(dict.fromkeys(matching.quote(raw, m.start, m.end) for m in cues.compile_list(LIST).find(raw)))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("It is BROKEN!", ("BROKEN",)),
        ("#broken @brand", ("broken",)),
        ("brökén", ("brökén",)),
        ("unbroken", ()),
        ("it failed, they fail", ("failed", "fail")),
        ("still waiting", ("still waiting",)),
        ("still sitting here waiting", ("still sitting here waiting",)),
        ("still sitting here in vain waiting", ()),
        ("still here. Waiting is fun", ()),
        ("waited 3 days", ("waited 3 days",)),
        ("waited 3h", ("waited 3h",)),
        ("waited 1,5 days", ("waited 1,5 days",)),
        ("waited days", ()),
        ("waited 3kg", ()),
        ("4 times", ("4 times",)),
        ("times", ()),
        ("late", ("late",)),
        ("very late", ("very late", "late")),
        ("missing @brand bag", ("missing @brand bag",)),
        ("not broken", ()),
        ("never was broken", ()),
        ("never before was it broken", ("broken",)),
        ("never. broken", ("broken",)),
        ("not very late", ("very late",)),
        ("", ()),
    ],
)
def test_notation(text: str, words: tuple[str, ...]) -> None:
    """Each sign of the notation finds what it says, and no more."""
    assert found(text) == words


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (LIST + "\n_ broken", "begin and end with a word"),
        (LIST + "\nbroken _", "begin and end with a word"),
        (LIST.replace("complaint", "complain"), "no cue 'complain'"),
        ("[complaint]\nbroken", "units"),
    ],
)
def test_a_list_that_is_not_in_the_notation_is_refused(text: str, fault: str) -> None:
    """What is wrong with a list is told in words."""
    with pytest.raises(ValueError, match=fault):
        cues.compile_list(text)


@pytest.mark.parametrize("code", cues.LANGUAGES)
@pytest.mark.parametrize("purpose", PURPOSES)
def test_every_purpose_in_every_language(code: str, purpose: str) -> None:
    """A customer's message shows the cue it was written for, with its own language and with none known."""
    text = MESSAGES[code][PURPOSES.index(purpose)]
    for language in (code, None):
        words = cues.find(text, language).get(purpose)
        assert words
        assert all(word in text for word in words)


@pytest.mark.parametrize("code", cues.LANGUAGES)
def test_praise_is_no_trouble(code: str) -> None:
    """Praise in any language shows no cue that something is wrong."""
    text = MESSAGES[code][PURPOSES.index("praise")]
    assert not cues.find(text, code).any("complaint", "refund", "safety", "legal", "outage", "cancel", "spam")


@pytest.mark.parametrize(
    "text",
    [
        "No problem at all, all fine here",
        "We had lunch at the food court",
        "I like your new logo, very smart",
        "The concert starts at eight, going to a party later",
        "Happy to have you back in town",
        "This pizza is the bomb",
        "Thanks so much for talking to me",
        "The smell of your coffee fills the house, and I drink it from a glass",
        "We are not there yet, but the view is lovely",
        "I got lost in your lovely shop",
        "Nobody makes a better espresso, I have told my friends many times",
    ],
)
def test_harmless_english(text: str) -> None:
    """Everyday words are no complaint."""
    assert not cues.find(text, "en").any("complaint", "refund", "safety", "legal", "outage", "cancel", "spam")


@pytest.mark.parametrize("text", ["I smell gas from the machine", "there was glass in my coffee"])
def test_danger_in_plain_words(text: str) -> None:
    """Danger is seen in words that nobody would call negative."""
    assert cues.find(text, "en").get("safety")


def test_overlapping_matches_are_told_once() -> None:
    """Matches that share words become one, so that they count once."""
    assert cues.find("My parcel still has not arrived", "en").get("complaint") == ("still has not arrived",)


def test_languages_without_a_list_use_the_english_one() -> None:
    """People mix English in; another list is not asked."""
    assert "refund" in cues.find("refund proszę", "pl")
    assert "refund" not in cues.find("rimborso", "pl")


def test_signs_speak_every_language() -> None:
    """An angry face is a complaint, whatever the words."""
    assert cues.find("荷物😡", "ja").get("complaint") == ("😡",)


def test_cache_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ever new or very long words do not make the cache grow."""
    monkeypatch.setattr(matching, "CACHE_SIZE", 50)
    lexicon = cues.compile_list(LIST)
    for number in range(300):
        list(lexicon.find([f"w{number}", "x" * 100_000 + str(number), "broken"]))
    assert len(lexicon._cache) <= 50
    assert all(len(word) <= matching.LONGEST for word in lexicon._cache)


@given(st.text(), st.sampled_from([None, *cues.LANGUAGES, "ja"]))
def test_any_text(text: str, language: str | None) -> None:
    """No text makes it fail, and it only tells words of the text."""
    for name, words in cues.find(text, language).words.items():
        assert name in cues.NAMES
        assert words

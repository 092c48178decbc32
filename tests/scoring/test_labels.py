from __future__ import annotations

import pytest
from messages import MESSAGES, OTHERS
from scoring_texts import UPSTREAM

from social_listener.model import SentimentLabel
from social_listener.scoring import Circumstances, Weights, score


def told(text: str) -> tuple[float | None, str, str]:
    """Return sentiment, label and reason of a text."""
    result = score(text, Circumstances(), Weights())
    return result.sentiment, result.sentiment_label.value, result.sentiment_reason


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("What a lovely morning, the team made me so happy today", "positive"),
        ("The food was terrible and the waiter was horrible to us", "negative"),
        ("Thanks!", "positive"),
    ],
)
def test_clear_feelings(text: str, label: str) -> None:
    """Clear words get the label of their side, and where no rule of ours speaks VADER's own number."""
    assert told(text)[1] == label
    if text != "Thanks!":
        assert told(text)[0] == UPSTREAM.polarity_scores(text)["compound"]


@pytest.mark.parametrize("text", [MESSAGES[code][2] for code in MESSAGES if code != "en"] + list(OTHERS.values()))
def test_other_languages_have_no_sentiment(text: str) -> None:
    """A language that the word list does not speak gives no number at all, and says which language it is."""
    sentiment, label, reason = told(text)
    assert (sentiment, label) == (None, "unsure")
    assert reason.startswith("not scored: it is in ")
    assert "which no scorer reads" in reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no words"),
        ("@brand https://example.com/a", "no words"),
        ("hmm", "too short"),
        ("The shop on the corner opens at nine on a Saturday", "none of its words"),
        ("I love the screen and I hate the speaker", "contradict"),
        ("What a wonderful idea 🙄", "irony"),
        ("I'd like a refund", "lean only a little"),
    ],
)
def test_unsure_has_its_reason(text: str, reason: str) -> None:
    """Where the feeling cannot be told, the reason is told."""
    assert told(text)[1] == SentimentLabel.UNSURE
    assert reason in told(text)[2]


def test_kind_words_beside_rolled_eyes_are_not_believed() -> None:
    """Rolled eyes take the praise out of kind words; without them the same words are praise."""
    text = "Wow, what a wonderful idea"
    assert told(text)[1] == SentimentLabel.POSITIVE
    assert told(text + " 🙄")[1] == SentimentLabel.UNSURE
    sincere, doubted = (score(words, Circumstances(), Weights()) for words in (text, text + " 🙄"))
    assert "praise" in {part.name for part in sincere.factors}
    assert "praise" not in {part.name for part in doubted.factors}
    assert doubted.priority > sincere.priority


def test_a_solved_trouble_is_none() -> None:
    """Thanks for a repair are no complaint; the same words with a question are."""
    factors = {
        part.name
        for part in score("Thanks for fixing my late delivery so quickly!", Circumstances(), Weights()).factors
    }
    assert "complaint" not in factors
    again = score("Thanks for fixing my late delivery, but why is it broken?", Circumstances(), Weights())
    assert "complaint" in {part.name for part in again.factors}


@pytest.mark.thinned(3)
@pytest.mark.parametrize(
    "piece",
    ["?", "a@", "@", "http://", "www.", "a.", "love hate but ", "x", "1", "still ", "?=", "&amp;", "😀", "#", "'"],
)
def test_hostile_texts_do_not_stop_us(piece: str) -> None:
    """The cost of a text grows with its length, not faster: a million characters of one kind end in good time."""
    result = score(piece * (1_000_000 // len(piece)), Circumstances(), Weights())
    assert sum(len(word) for part in result.factors for word in part.words) < 2_000


def test_a_question_mark_in_an_address_asks_nothing() -> None:
    """Only a question mark outside web addresses is a question."""

    def asks(text: str) -> bool:
        return "question" in {part.name for part in score(text, Circumstances(), Weights()).factors}

    assert not asks("our page https://example.com/?a=b")
    assert asks("our page https://example.com/?a=b is it down?")
    assert asks("have you seen https://example.com/offer?")
    assert asks("営業していますか？")

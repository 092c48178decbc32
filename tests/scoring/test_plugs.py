from __future__ import annotations

import logging
import re
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from messages import MESSAGES, OTHERS
from scoring_texts import UPSTREAM, fuzzed

from social_listener.errors import SettingsError
from social_listener.model import SentimentLabel
from social_listener.scoring import (
    SCORER,
    Circumstances,
    Scorer,
    Tuning,
    Weights,
    Worker,
    score,
    score_all,
    score_lines,
)
from social_listener.scoring.care import Care
from social_listener.scoring.plain import Plain
from social_listener.scoring.plugs import scorers
from social_listener.scoring.scorer import heard

ROOT = Path(__file__).resolve().parents[2]
GERMAN = Tuning((("de", "small_scorer:German"),))
NOBODY, WEIGHTS = Circumstances(), Weights()
PRAISE = MESSAGES["de"][2]
DAY = "What a lovely day it was in the town"


def test_a_language_is_scored_where_a_scorer_reads_it() -> None:
    """With a scorer of German its texts have number, label, reason and its name; without one they have no number."""
    alone, plugged = score(PRAISE, NOBODY, WEIGHTS), score(PRAISE, NOBODY, WEIGHTS, GERMAN)
    assert (alone.sentiment, alone.sentiment_label, alone.scorer) == (None, SentimentLabel.UNSURE, SCORER)
    assert alone.sentiment_reason == "not scored: it is in German, which no scorer reads"
    assert (plugged.sentiment, plugged.sentiment_label) == (1.0, SentimentLabel.POSITIVE)
    assert "großartig" in plugged.sentiment_reason
    assert plugged.scorer.startswith("six-words-1+")


def test_a_plug_changes_no_other_language() -> None:
    """Each language goes to its own scorer, and answers come back in the order of the texts."""
    texts = [text for several in MESSAGES.values() for text in several] + list(OTHERS.values())
    items = [(text, NOBODY) for text in texts]
    for one, before, after in zip(
        texts, score_all(items, WEIGHTS), score_all(items, WEIGHTS, tuning=GERMAN), strict=True
    ):
        assert after == score(one, NOBODY, WEIGHTS, GERMAN)
        assert after.language == before.language
        if after.language == "de":
            assert after.sentiment is not None
        else:
            assert after == before


def test_a_plug_counts_for_priority() -> None:
    """The number of a plugged scorer earns its points like that of our own."""
    factors = {
        part.name for part in score("Das ist schlecht", Circumstances(platform_language="de"), WEIGHTS, GERMAN).factors
    }
    assert "sentiment" in factors
    assert "sentiment" not in {part.name for part in score("Das ist schlecht", NOBODY, WEIGHTS).factors}


@pytest.mark.parametrize("name", ["Broken", "Short"])
def test_a_scorer_that_fails_stops_nothing(name: str, caplog: pytest.LogCaptureFixture) -> None:
    """Its texts are stored as not scored, the others are scored; the log names it, and holds no word of a customer."""
    tuning = Tuning((("de", f"small_scorer:{name}"),))
    with caplog.at_level(logging.ERROR):
        failed, fine = score_all([(PRAISE, NOBODY), ("What a lovely day", NOBODY)], WEIGHTS, tuning=tuning)
    assert (failed.sentiment, failed.sentiment_label) == (None, SentimentLabel.UNSURE)
    assert failed.sentiment_reason.endswith("failed")
    assert fine.sentiment_label is SentimentLabel.POSITIVE
    assert "failed" in caplog.text
    assert "Personal" not in caplog.text


@pytest.mark.parametrize(
    ("code", "where", "fault"),
    [
        ("de", "small_scorer", "must be module:Class"),
        ("de", "no_such_module:German", "cannot be used"),
        ("de", "small_scorer:Missing", "cannot be used"),
        ("de", "small_scorer:Nothing", "has not what a scorer needs"),
        ("fr", "small_scorer:German", "does not read 'fr'; it reads de"),
    ],
)
def test_a_scorer_that_cannot_be_used_is_refused(code: str, where: str, fault: str) -> None:
    """The message names the key and what is wrong, before anything runs."""
    with pytest.raises(SettingsError, match=re.escape(fault)) as caught:
        scorers(Tuning(((code, where),)))
    assert f"sentiment.scorers.{code}" in str(caught.value)


def test_a_name_of_several_words_is_refused() -> None:
    """It would never be found in a text, so it is not taken silently."""
    with pytest.raises(SettingsError, match="single words"):
        scorers(Tuning(names=("fine", "Happy Homes")))
    assert scorers(Tuning(names=("fine", "happy")))


def test_lines_and_workers_use_it_too() -> None:
    """`score` by lines and the process beside the service have the same moods."""
    (line,) = score_lines([PRAISE], WEIGHTS, workers=1, tuning=GERMAN)
    assert line == score(PRAISE, NOBODY, WEIGHTS, GERMAN)
    with closing(Worker(WEIGHTS, Tuning(names=("lovely",)))) as worker:
        assert worker.start(timedelta(seconds=60))
        handed = worker.hand_over([(DAY, None)])
        assert handed is not None
        handed.made.result(60)
        (gist,) = worker.collect([handed]).values()
    assert gist.sentiment == score(DAY, NOBODY, WEIGHTS, Tuning(names=("lovely",))).sentiment == 0
    assert gist.sentiment != score(DAY, NOBODY, WEIGHTS).sentiment


def test_plain_vader_is_a_scorer() -> None:
    """What is compared with is behind the same protocol, and could be plugged in: upstream's numbers to the digit."""
    assert isinstance(Plain(), Scorer)
    texts = list(fuzzed(500, seed=41))
    told = [mood.sentiment for mood in Plain().read(heard([(text, "en") for text in texts]))]
    assert told == [UPSTREAM.polarity_scores(text)["compound"] for text in texts]
    assert told != [mood.sentiment for mood in Care().read(heard([(text, "en") for text in texts]))]
    tuning = Tuning((("en", "social_listener.scoring.plain:Plain"),))
    assert score("Where is my order?", NOBODY, WEIGHTS, tuning).scorer.startswith("vader-3.3.2+")


def test_the_document_shows_this_scorer() -> None:
    """docs/adding-a-scorer.md shows the very class that is tested here."""
    shown = (ROOT / "docs" / "adding-a-scorer.md").read_text(encoding="utf-8")
    source = (ROOT / "tests" / "scoring" / "small_scorer.py").read_text(encoding="utf-8")
    example = source[source.index("WORDS = ") : source.index("\n\n\nclass Broken")]
    assert example in shown
    assert example.replace("2.0", "9.0") not in shown

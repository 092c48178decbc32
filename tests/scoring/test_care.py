from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from messages import MESSAGES, PLAIN_COMPLAINTS, PURPOSES
from scoring_texts import airline, fuzzed, rated

from social_listener.model import SentimentLabel
from social_listener.scoring import Mood, Said, cues
from social_listener.scoring import grades as grades_module
from social_listener.scoring.care import WORDS, Care
from social_listener.scoring.labelled import label_of_number
from social_listener.scoring.measures import macro_f1
from social_listener.scoring.moods import LABELS, Chances
from social_listener.scoring.plain import Plain
from social_listener.scoring.scorer import heard

ROOT = Path(__file__).resolve().parents[2]


def mood(text: str, *names: str) -> Mood:
    """Return what our scorer says of an English text."""
    return Care(names).read([Said(text, "en", cues.find(text, "en"), lettered=True)])[0]


def number(text: str, *names: str) -> float:
    """Return the number of a text that is scored."""
    found = mood(text, *names).sentiment
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("text", "like", "why"),
    [
        ("@joy your app crashed", "your app crashed", ""),
        ("@united united lost my luggage", "they lost my luggage", "“united” is a name"),
        ("please help me with my order", "me with my order", "“please” and “help”: a matter"),
        ("a #LovelyMorning", "a Lovely Morning", ""),
        ("this is greaaaaat", "this is great", ""),
        ('they call it "excellent value" here', "they call it that here", "“excellent value” is quoted"),
        ("I would like a window seat", "I would take a window seat", ""),
        ("Haven't you a good table?", "Have you a good table?", "“Haven't you” asks and denies nothing"),
        ("what a day &amp; what a night", "what a day & what a night", ""),
    ],
)
def test_what_weighs_nothing(text: str, like: str, why: str) -> None:
    """Names, handles, politeness, quotations and the denial of a question weigh as if they were not there."""
    assert number(text) == number(like)
    assert why in mood(text).reason


@pytest.mark.parametrize(
    ("less", "more"),
    [
        ("it came today", "it came today 👍"),
        ("it came today 😡", "it came today"),
        ("That is great 🙄", "That is great"),
        ("Great, another broken machine", "Great, another machine"),
        ("Your shop is great, is it open on Sunday?", "Your shop is great, it is open on Sunday"),
        ("My order is broken", "My order is broken no more, all sorted, thanks"),
        ("Been waiting 3 weeks, still nothing, no reply", "Been waiting 3 weeks"),
        ("thanks for nothing", "thanks for everything"),
        ("this is the third time I ask", "this is the time I ask"),
    ],
)
def test_what_weighs_less(less: str, more: str) -> None:
    """Emoji as people mean them; kind words beside trouble, rolled eyes and in requests; trouble that is over."""
    assert number(less) < number(more)


@pytest.mark.parametrize(
    "text", [*PLAIN_COMPLAINTS, *(MESSAGES["en"][PURPOSES.index(p)] for p in ("refund", "outage"))]
)
def test_plain_complaints_are_negative(text: str) -> None:
    """What people complain of in plain words is called negative. VADER alone misses more than half of it."""
    assert mood(text).label is SentimentLabel.NEGATIVE


def test_vader_misses_plain_complaints() -> None:
    """Negative control: the test above is not passed by any scorer."""
    told = [one.label for one in Plain().read(heard([(text, None) for text in PLAIN_COMPLAINTS]))]
    assert told.count(SentimentLabel.NEGATIVE) < len(told) / 2


def test_names_of_the_settings_weigh_nothing() -> None:
    """A brand whose name is a kind word says nothing; the same word does without the setting."""
    assert number("I flew with Delight", "delight") == 0
    assert number("I flew with Delight") > 0


@pytest.mark.parametrize("piece", ["@", '"', "“a", "#Aa", "aaa", "can't you? ", "👍", "&amp;"])
def test_hostile_texts_do_not_stop_us(piece: str) -> None:
    """The cost of a text grows with its length, not faster, and what is remembered stays bounded."""
    text = piece * (200_000 // len(piece))
    assert len(mood(text).reason) < 1_000
    assert len(WORDS) <= 1 << 16


@pytest.mark.parametrize(
    "text", ['"' + "a" * 100_000 + '"', "a" * 100_000 + "n't you know?", "no " + "y" * 60 + " reply"]
)
def test_a_reason_is_no_book(text: str) -> None:
    """Whatever is quoted is cut short; the text itself is not that short."""
    assert len(mood(text).reason) < 400
    assert "…" in mood(text).reason or len(text) < 100


@given(st.text() | st.sampled_from(list(fuzzed(300, seed=31))))
def test_any_text(text: str) -> None:
    """Any text has a mood that keeps what moods promise, the same every time."""
    (said,) = heard([(text, None)])
    (told,) = Care().read([said])
    assert told == Care().read([said])[0]
    assert told.reason
    assert (told.sentiment is None) == (told.chances is None)
    if told.label in LABELS:
        assert told.chances is not None
        assert max(told.chances) >= grades_module.DECIDED
        assert told.label is told.forced


def test_a_mood_that_cannot_be_is_refused() -> None:
    """No number, no label; numbers and chances have their bounds."""
    with pytest.raises(ValueError, match="not scored"):
        Mood(None, SentimentLabel.NEUTRAL, "", None)
    with pytest.raises(ValueError, match="-1 to 1"):
        Mood(1.1, SentimentLabel.POSITIVE, "", None)
    with pytest.raises(ValueError, match="sum up to 1"):
        Mood(0.5, SentimentLabel.POSITIVE, "", Chances(0.5, 0.5, 0.5))


def test_the_grades_are_the_derived_ones(shared_data: Path, tmp_path: Path) -> None:
    """`scripts/grades.py --check` finds the table that ships, and would find another one."""
    script = (ROOT / "scripts" / "grades.py").read_text(encoding="utf-8")
    other = tmp_path / "grades.py"
    other.write_text(script.replace("SMOOTHING = 5.0", "SMOOTHING = 50.0"), encoding="utf-8")
    environment = {"SOCIAL_LISTENER_SHARED_DATA": str(shared_data), "PYTHONPATH": str(ROOT)}
    results = [
        subprocess.run([sys.executable, file, "--check"], env=environment, check=False, capture_output=True)
        for file in (ROOT / "scripts" / "grades.py", other)
    ]
    assert [result.returncode for result in results] == [0, 1], results


def test_people_agree_more_than_with_vader(shared_data: Path) -> None:
    """On every labelled set the forced label beats VADER's by macro-F1: clearly on tweets to companies."""
    sets = {
        "airline": [(row["text"], SentimentLabel(row["airline_sentiment"])) for row in airline(shared_data)[::4]],
        "rated": [(text, label_of_number(mean, 0.5)) for mean, text in rated(shared_data)],
    }
    gain = {}
    for name, texts in sets.items():
        said = [Said(text, "en", cues.find(text, "en"), lettered=True) for text, _ in texts]
        human = [label for _, label in texts]
        ours = macro_f1(human, [told.forced for told in Care().read(said)])
        gain[name] = ours - macro_f1(human, [told.label for told in Plain().read(said)])
    assert gain["airline"] > 0.15
    assert gain["rated"] > 0.01

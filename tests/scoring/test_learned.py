"""A model: what labels of people teach, measured on what it did not learn from; and what reads by it."""

from __future__ import annotations

import json
import math
import os
import random
import statistics
import subprocess
import sys
import time
from contextlib import closing
from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lessons import ABOUT, labelled
from messages import MESSAGES, OTHERS

from social_listener.errors import DeskError, SettingsError
from social_listener.model import SentimentLabel
from social_listener.scoring import Circumstances, Tuning, Weights, Worker, models, score
from social_listener.scoring.care import Care
from social_listener.scoring.measures import Figure
from social_listener.scoring.moods import LABELS
from social_listener.scoring.plugs import scorers
from social_listener.scoring.scorer import heard
from social_listener.scoring.taught import Taught

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

pytest.importorskip("tokenizers", reason="the extra `learning` is not installed")
pytest.importorskip("wordllama", reason="the extra `learning` is not installed")

from social_listener.scoring.learned import Learned
from social_listener.scoring.learning import Example, Learnt, learn

DAY = date(2026, 5, 3)
NOBODY, WEIGHTS = Circumstances(), Weights()
NEGATIVE, NEUTRAL, POSITIVE, UNSURE = SentimentLabel
THINGS = str.split(
    "table corner spoon lamp stairs paper river shelf clock bridge pencil window kettle curtain carpet bottle basket "
    "drawer mirror hammer ladder button candle blanket pillow bucket cotton copper marble timber gravel pebble meadow"
)


def taught(lessons: Sequence[tuple[str, str, SentimentLabel]], names: Sequence[str] = ()) -> Learnt:
    """Return what labels teach; every text was drawn at random."""
    examples = [Example(text, None, author, label, drawn=True) for author, text, label in lessons]
    return learn(examples, Tuning(names=tuple(names)), DAY, lambda _: None)


@pytest.fixture(scope="module")
def learnt() -> Learnt:
    """Return what 150 labels taught."""
    return taught(labelled(150))


def test_a_model_of_nothing_reads_as_our_own_scorer() -> None:
    """Weights of 0 move no chance and no label, in any language; a text that has no number gets none."""
    said = heard([(text, None) for texts in MESSAGES.values() for text in texts] + [(text, None) for text in OTHERS])
    nothing = Learned(models.Model("model-00000000", 0, "", (0.0,) * 771)).read(said)
    for ours, theirs in zip(Care().read(said), nothing, strict=True):
        assert (theirs.label, theirs.chances is None) == (ours.label, ours.chances is None)
        if ours.chances and theirs.chances:
            assert theirs.chances == pytest.approx(ours.chances, abs=0.0011)
        assert (theirs.sentiment is None) is (ours.sentiment is None)
        assert " for it" not in theirs.reason
        assert theirs.reason.partition("; ")[2] == ours.reason.partition("; ")[2], "what else was found is told"


def test_labels_teach_words_that_nobody_told_it(learnt: Learnt) -> None:
    """Ours is unsure; the model tells most of what it did not learn from, and says which words did it."""
    assert learnt.better
    assert learnt.ours.covered.value < 0.2
    assert learnt.held_out.covered.value > 0.4
    assert learnt.held_out.decided_accuracy.value > 0.9
    (mood,) = Learned(learnt.model).read(heard([("It was the voicemail at the depot again, @fernhill", "en")]))
    assert mood.label is NEGATIVE
    assert mood.sentiment is not None
    assert mood.sentiment < -0.5
    assert f"({learnt.model.name}, learned from 150 labels); “" in mood.reason
    assert (
        "“depot” and “voicemail” speak for it" in mood.reason or "“voicemail” and “depot” speak for it" in mood.reason
    )


def test_words_are_told_that_pull_one_way(learnt: Learnt) -> None:
    """What pulls to all labels alike moves nothing and is not told; where no label is told no word is either."""
    weights = learnt.model.weights
    alike = tuple(weights[at - at % 3] for at in range(len(weights)))
    said = heard([(text, "en") for _, text, _ in labelled(60, seed=9)])
    assert not [
        mood for mood in Learned(models.Model("model-11111111", 1, "", alike)).read(said) if "for it" in mood.reason
    ]
    moods = Learned(learnt.model).read([*said, *heard([(f"The {one}", "en") for one in THINGS])])
    assert {" for it" in mood.reason for mood in moods if mood.label is UNSURE} == {False}
    assert {" for it" in mood.reason for mood in moods if mood.label is not UNSURE} == {True}


@pytest.mark.parametrize("sign", ["a", "一", "🙂", "word "])
def test_a_long_text_takes_time_by_its_length(learnt: Learnt, sign: str) -> None:
    """Four times as long is four times as much work, give or take; sixteen times would be seen."""
    reader, spent = Learned(learnt.model), []
    for count in (6_000, 24_000):
        said = heard([(sign * count, "en")])
        best = math.inf
        for _ in range(3):
            begun = time.process_time()
            reader.read(said)
            best = min(best, time.process_time() - begun)
        spent.append(best)
    assert spent[1] < 10 * spent[0] + 0.02


def test_what_is_like_it_is_read_alike(learnt: Learnt) -> None:
    """Words that stood in no label move the way of those with a like meaning; to ours all are the same."""
    glad, sad = ("flowers", "cake", "music", "bakery"), ("carrier", "phone", "parcel", "delivery")
    assert not {word for several in ABOUT.values() for each in several for word in each.split()} & {*glad, *sad}

    def mean(reader: Care, words: Sequence[str]) -> float:
        moods = reader.read(heard([(f"It was the {word}", "en") for word in words]))
        return statistics.fmean(mood.sentiment for mood in moods if mood.sentiment is not None)

    assert mean(Learned(learnt.model), glad) > mean(Learned(learnt.model), sad) + 0.15
    assert mean(Care(), glad) == mean(Care(), sad)


def test_labels_given_at_random_teach_nothing() -> None:
    """The same texts, labels drawn by lot: no more than chance speaks for the model."""
    rng = random.Random(3)
    shuffled = [(author, text, rng.choice(LABELS)) for author, text, _ in labelled(150)]
    assert not taught(shuffled).better


def test_too_few_labels_are_told() -> None:
    """What is needed, what there is, and what to do; texts of languages nobody reads do not count."""
    with pytest.raises(DeskError, match=r"^99 texts .* labelled, 33 of them .*, of 49 customers .*; a model needs 100"):
        taught(labelled(99))
    few = [(author, text, label) for author, text, label in labelled(180) if label is not POSITIVE][:110]
    with pytest.raises(DeskError, match=r"110 texts drawn at random are labelled, 0 of them positive"):
        taught(few)
    german = [(f"gast{n}", f"{MESSAGES['de'][n % 8]} {n}", LABELS[n % 3]) for n in range(120)]
    with pytest.raises(DeskError, match=r"^0 texts drawn at random are labelled"):
        taught(german)
    few_people = [(f"{author[-1]}", text, label) for author, text, label in labelled(150)]
    with pytest.raises(DeskError, match=r"of 9 customers with words of their own; .* and 50 customers"):
        taught(few_people)


def test_corrections_are_learned_from_and_not_measured_on() -> None:
    """They tell mostly what was wrong; figures are those of what was drawn at random."""
    lessons = labelled(180)
    examples = [Example(t, None, a, label, drawn=number < 120) for number, (a, t, label) in enumerate(lessons)]
    found = learn(examples, Tuning(), DAY, lambda _: None)
    assert (found.ours.count, sum(found.counts)) == (120, 180)
    assert found.model != learn(examples[:120], Tuning(), DAY, lambda _: None).model


def test_the_same_labels_teach_the_same_in_any_order(learnt: Learnt) -> None:
    """The name of a model tells what is in it; one label more or another one gives another name."""
    lessons = labelled(150)
    assert taught(random.Random(5).sample(lessons, len(lessons))).model == learnt.model
    assert taught([*lessons[:-1], (*lessons[-1][:2], NEGATIVE)]).model.name != learnt.model.name


def random_labels(seed: int, customers: int, copies: int) -> list[tuple[str, str, SentimentLabel]]:
    """Return labels by lot, one for each customer, who says the same thing again and again."""
    rng = random.Random(seed)
    return [
        (f"guest{number}", f"The {one} and the {two}, {copy}", label)
        for number in range(customers)
        for one, two in [rng.sample(THINGS, 2)]
        for label in [rng.choice(LABELS)]
        for copy in range(copies)
    ]


def test_texts_of_one_customer_are_on_one_side_of_the_measurement() -> None:
    """Sixty customers who repeat themselves teach nothing of others; with their texts torn apart they seemed to."""
    lessons = random_labels(8, 60, 5)
    apart = [(f"{author}{number}", text, label) for number, (author, text, label) in enumerate(lessons)]
    assert not taught(lessons).better
    assert taught(apart).better, "the negative control taught nothing"


def test_what_many_pass_on_is_one_thing_to_learn() -> None:
    """Equal words belong together whoever says them, with whatever handle or address; so do all who share them."""
    rng = random.Random(2)
    slogans = [(f"Look at the {one} near the {two}", rng.choice(LABELS)) for one, two in pairwise(THINGS)]
    passed_on = [
        (f"guest{copy} {number}", f"@shop{copy} {slogan} https://t.example/{copy}", label)
        for number, (slogan, label) in enumerate(slogans)
        for copy in range(8)
    ]
    with pytest.raises(DeskError, match=r"256 texts .*, of 32 customers with words of their own"):
        taught(passed_on)
    other = [(author, f"{text} number {number}", label) for number, (author, text, label) in enumerate(passed_on)]
    assert taught(other).better, "the negative control taught nothing"


@pytest.mark.long
def test_chance_is_seldom_taken_for_knowledge() -> None:
    """Labels by lot, one a customer: of twenty such houses hardly one gets a model."""
    assert sum(taught(random_labels(seed, 60, 3)).better for seed in range(20)) <= 2


def test_a_model_has_to_be_better_by_more_than_chance(learnt: Learnt) -> None:
    """It is the lower end of both intervals that counts."""
    assert learnt.better
    assert not learnt._replace(gain=Figure(0.2, -0.01, 0.4)).better
    assert not learnt._replace(knows=Figure(0.2, -0.01, 0.4)).better


def test_of_several_labels_of_one_text_most_count() -> None:
    """Those drawn at random before corrections; on a tie none; a text that is said twice counts once."""
    lessons = labelled(150)
    author, text, label = lessons[0]
    assert label is NEGATIVE

    def counts(*more: tuple[SentimentLabel, bool]) -> tuple[int, int, int]:
        examples = [Example(t, None, a, one, drawn=True) for a, t, one in lessons[1:]]
        examples += [Example(text, None, author, one, drawn) for one, drawn in more]
        return learn(examples, Tuning(), DAY, lambda _: None).counts

    assert counts((NEGATIVE, True)) == (50, 50, 50)
    assert counts(*[(NEGATIVE, True)] * 9, (POSITIVE, True)) == (50, 50, 50)
    assert counts((POSITIVE, True), (NEGATIVE, False), (NEGATIVE, False)) == (49, 50, 51)
    assert counts((POSITIVE, True), (NEGATIVE, True)) == (49, 50, 50)
    assert counts((NEGATIVE, True), (UNSURE, True)) == (50, 50, 50)


def test_it_begins_with_our_own_scorer_as_it_is_tuned() -> None:
    """Names and rules that hold count on both sides: what a rule says already is not learned once more."""
    lessons = [
        (author, f"{text}, gone cold" if label is NEGATIVE else text, label) for author, text, label in labelled(150)
    ]
    examples = [Example(text, None, author, label, drawn=True) for author, text, label in lessons]
    rule = Taught("gone cold", -2.0, "3 May 2026")
    without, beside = (
        learn(examples, tuning, DAY, lambda _: None) for tuning in (Tuning(), Tuning(rules=(rule,), version=1))
    )
    assert beside.ours.covered.value > without.ours.covered.value + 0.2
    said = heard([("My plate had gone cold", "en")])
    (alone,) = Learned(without.model, (), ()).read(said)
    (right,) = Learned(beside.model, (), (rule,)).read(said)
    (twice,) = Learned(without.model, (), (rule,)).read(said)
    assert alone.chances is not None
    assert right.chances is not None
    assert twice.chances is not None
    assert twice.chances.negative > right.chances.negative, "the negative control counts it once"
    joy = [Example(f"Joy: {text}", None, author, label, drawn=True) for author, text, label in labelled(150)]
    named, unnamed = (learn(joy, Tuning(names=names), DAY, lambda _: None).ours.covered for names in (("joy",), ()))
    assert named.value < 0.2 < unnamed.value


def test_names_teach_nothing() -> None:
    """A brand stands in complaints and praise alike: what is under `sentiment.names` is neither learned nor read."""
    lessons = [
        (author, f"{text} {'Fernhill' if label is NEGATIVE else ''}", label) for author, text, label in labelled(150)
    ]
    named, unnamed = taught(lessons, ["fernhill"]), taught(lessons)
    text = heard([("It was the Fernhill one", "en")])
    assert "“fernhill”" in Learned(unnamed.model).read(text)[0].reason, "the negative control told no name"
    assert Learned(unnamed.model, ["fernhill"]).read(text) == Learned(unnamed.model).read(
        heard([("It was the one", "en")])
    )
    assert named.model == taught(labelled(150), ["fernhill"]).model


def test_the_same_text_has_the_same_score_alone_in_company_and_in_another_process(learnt: Learnt) -> None:
    """The worker gets the model handed over; the scorer's name tells it, behind the versions and before the rules."""
    tuning = Tuning(model=learnt.model, version=4)
    texts = [text for _, text, _ in labelled(60, seed=9)]
    alone = [score(text, NOBODY, WEIGHTS, tuning) for text in texts]
    with closing(Worker(WEIGHTS, tuning)) as worker:
        assert worker.start(timedelta(seconds=60))
        handed = worker.hand_over([(text, None) for text in texts])
        assert handed is not None
        handed.made.result(60)
        gists = worker.collect([handed])
    assert [one.sentiment for one in alone] == [gists[(text, None)].sentiment for text in texts]
    assert [one.sentiment_reason for one in alone] == [gists[(text, None)].reason for text in texts]
    assert {one.scorer for one in alone} == {f"{score('', NOBODY, WEIGHTS).scorer}+{learnt.model.name}+rules-4"}


@given(st.lists(st.text(alphabet=st.characters() | st.sampled_from("@#🙄\ud800\x00 "), max_size=80), max_size=6))
def test_anything_can_be_read(learnt: Learnt, texts: list[str]) -> None:
    """Halves of signs, control signs, nothing at all: every text has a mood, and each the one it has alone."""
    reader, said = Learned(learnt.model), heard([(text, "en") for text in texts])
    moods = reader.read(said)
    assert len(moods) == len(texts)
    assert moods == [reader.read([one])[0] for one in said]


def test_a_model_is_a_file_without_words(learnt: Learnt, tmp_path: Path) -> None:
    """Written and read again it is the same; no word of a customer stands in it."""
    data = tmp_path / "data"
    path = models.write(data, learnt, {"macro_f1": 0.7})
    assert data.stat().st_mode & 0o777 == 0o700
    read = models.load(data, learnt.model.name)
    assert [one.name for one in path.parent.iterdir()] == [path.name]
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert (read, read.weights) == (learnt.model, learnt.model.weights)
    assert (read.labels, read.on) == (150, "3 May 2026")
    text = path.read_text(encoding="utf-8")
    assert not [word for several in ABOUT.values() for word in several if word in text]


BROKEN: dict[str, Any] = {
    "nothing": "",
    "no object": "[]",
    "no JSON": "{",
    "deep": "[" * 100_000,
    "no weights": {"weights": None},
    "too few": {"weights": [[0.0, 0.0, 0.0]]},
    "no numbers": {"weights": [["a", "b", "c"]] * 257},
    "not finite": {"weights": [[float("nan"), 0.0, 0.0]] * 257},
    "another name": {"weights": [[1.0, 0.0, 0.0]] * 257},
    "no labels": {"labels": []},
    "no counts": {"labels": {"negative": "many", "neutral": 1, "positive": 1}},
    "too many": {"labels": {"negative": 1e999, "neutral": 1, "positive": 1}},
    "less than none": {"labels": {"negative": -5, "neutral": 1, "positive": 1}},
    "a weight beyond numbers": {"weights": [[10**400, 0, 0]] * 257},
    "no day": {"learned_on": "today\nok    settings: all is well"},
}


@pytest.mark.parametrize("broken", BROKEN)
def test_a_file_that_is_no_model_is_told(broken: str, learnt: Learnt, tmp_path: Path) -> None:
    """The message names key and file, and says what makes a new one."""
    path = models.write(tmp_path, learnt, {})
    told = BROKEN[broken]
    text = told if isinstance(told, str) else json.dumps({**json.loads(path.read_text(encoding="utf-8")), **told})
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        models.load(tmp_path, learnt.model.name)
    assert str(caught.value).startswith(f"sentiment.model: {path} is no model that this version can use")
    assert "take the line out, and `social-listener learn` makes a new one" in str(caught.value)


def test_weights_that_nothing_could_teach_are_refused(tmp_path: Path) -> None:
    """A file whose name is right and whose numbers are absurd."""
    heavy = models.Model(models.name_of([1_000.0] * 771), 3, "3 May 2026", (1_000.0,) * 771)
    path = models.path_of(tmp_path, heavy.name)
    path.parent.mkdir()
    told = {"labels": {"negative": 1, "neutral": 1, "positive": 1}, "learned_on": heavy.on}
    path.write_text(json.dumps({**told, "weights": [[1_000.0] * 3] * 257}), encoding="utf-8")
    with pytest.raises(SettingsError, match="its weights are not those of a model"):
        models.load(tmp_path, heavy.name)
    path.unlink()
    light = models.Model(models.name_of([1.0] * 771), 3, "3 May 2026", (1.0,) * 771)
    models.path_of(tmp_path, light.name).write_text(
        json.dumps({**told, "weights": [[1.0] * 3] * 257}), encoding="utf-8"
    )
    assert models.load(tmp_path, light.name) == light


def test_another_scorer_of_english_leaves_nothing_for_a_model(learnt: Learnt) -> None:
    """Both in the settings are refused, and so is learning beside the other; a scorer of German changes nothing."""
    plain = (("en", "social_listener.scoring.plain:Plain"),)
    with pytest.raises(SettingsError, match=r"sentiment\.model: .* sentiment\.scorers\.en names another"):
        scorers(Tuning(plain, model=learnt.model))
    with pytest.raises(SettingsError, match=r"sentiment\.scorers\.en"):
        learn([], Tuning(plain), DAY, lambda _: None)
    assert scorers(Tuning((("de", "small_scorer:German"),), model=learnt.model))["en"].name == "care-1"


def test_a_model_that_there_is_not_is_told_with_those_there_are(learnt: Learnt, tmp_path: Path) -> None:
    """And where there is none, with what makes one."""
    with pytest.raises(
        SettingsError,
        match=r"there is no .*model-00000000\.json; take the line out, and `social-listener learn` makes one",
    ):
        models.load(tmp_path, "model-00000000")
    models.write(tmp_path, learnt, {})
    with pytest.raises(SettingsError, match=f"there are {learnt.model.name}"):
        models.load(tmp_path, "model-00000000")


@pytest.mark.thinned(4)
@pytest.mark.parametrize("missing", ["tokenizers", "safetensors", "wordllama", "scipy"])
def test_without_the_extra_it_says_how_to_install_it(missing: str, tmp_path: Path) -> None:
    """A process that lacks one of its packages: a line that names the extra, and no trace."""
    code = (
        f"import sys; sys.modules[{missing!r}] = None\n"
        "from social_listener.cli import _main\n"
        "sys.exit(_main(sys.argv[1:]))"
    )
    file = tmp_path / "labelled.jsonl"
    lines = [json.dumps({"text": text, "label": label}) for _, text, label in labelled(120)]
    file.write_text("\n".join(lines), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", code, "learn", str(file)],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2, done.stderr
    assert "the extra `learning` is not installed" in done.stderr
    assert "pip install 'social-listener[learning]'" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "data").exists()


def test_on_reviews_a_few_hundred_labels_help(shared_data: Path) -> None:
    """Sentences that people rated: with 800 labels the right one gets more chance, and no figure falls below ours."""
    file = shared_data / "sentiment" / "vader_icwsm2014" / "amazonReviewSnippets_GroundTruth.tsv"
    rows = [line.split("\t", 2) for line in file.read_text(encoding="utf-8").splitlines()]
    some = random.Random(1).sample(rows, 800)
    found = taught([(key, text, LABELS[(float(mean) >= 0.5) + (float(mean) > -0.5)]) for key, mean, text in some])
    assert found.better
    assert found.held_out.macro_f1.value > found.ours.macro_f1.value
    assert found.held_out.covered.low > found.ours.covered.high

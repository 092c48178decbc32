"""`evaluate` and `try-weights` say what docs/commands.md promises, on files and on what the desk did."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from social_listener import terminal
from social_listener.cli.session import run_for_another
from social_listener.dashboard import draw_conversation
from social_listener.service import build
from social_listener.settings_file import load

if TYPE_CHECKING:
    from collections.abc import Callable

    from social_listener.sandbox import Sandbox

ROOT = Path(__file__).resolve().parents[2]

LABELLED = [
    ("My parcel still has not arrived and nobody answers", "negative", "en", "x"),
    ("What a lovely morning, the team made me so happy today", "positive", "en", "facebook"),
    ("Could you tell me which of your shops is open on Sunday?", "neutral", "en", "x"),
    ("Vielen Dank, das Personal war heute großartig", "positive", "de", "x"),
    ("The food was terrible and the waiter was horrible to us", "negative", "en", "x"),
]


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    """Return a labelled file."""
    file = tmp_path / "labelled.csv"
    with file.open("w", encoding="utf-8", newline="") as opened:
        csv.writer(opened).writerows([("text", "label", "lang", "network"), *LABELLED])
    return file


def test_sentiment_is_measured_beside_vader(run: Any, labelled: Path) -> None:
    """Figures with intervals, ours and plain VADER's, by language and channel; the same file prints the same."""
    result = run("evaluate", labelled, "--language", "lang", "--channel", "network")
    assert result.code == terminal.OK, result.err
    assert "labelled.csv: 5 texts that people labelled: 2 negative, 1 neutral, 2 positive" in result.err
    for line in ("macro-F1 ", "positive: recall", "label told, of negative", "expected calibration error", "Brier"):
        assert line in result.err
    assert "language  de        1      1           0.000" in result.err
    assert result.out == ""
    assert run("evaluate", labelled, "--language", "lang", "--channel", "network").err == result.err


def test_json_has_every_figure(run: Any, labelled: Path) -> None:
    """What was not scored is counted and not called neutral: forced to answer, ours misses it."""
    told = run("evaluate", labelled, "--json").json
    assert (told["ours"]["count"], told["ours"]["unscored"], told["vader"]["unscored"]) == (5, 1, 0)
    assert told["ours"]["accuracy"]["value"] == 0.8
    assert set(told["ours"]["macro_f1"]) == {"value", "low", "high"}
    assert [one["label"] for one in told["ours"]["labels"]] == ["negative", "neutral", "positive"]
    assert told["ours"]["calibration_error"] is not None
    assert told["vader"]["calibration_error"] is None


@pytest.mark.parametrize(
    ("arguments", "code", "fault"),
    [
        (
            ["--label", "mood"],
            terminal.FAILED,
            "labelled.csv: line 1: there is no column 'mood'; there are text",
        ),
        (["--label", "lang"], terminal.FAILED, "labelled.csv: line 2: column 'lang' must be negative, neutral"),
        (["--priority"], terminal.FAILED, "line 2: column 'label' must be yes or no (found 'negative')"),
        (["--map", "negative"], terminal.WRONG_USE, "--map: must be WORD=LABEL"),
        (["--history"], terminal.WRONG_USE, "say which FILE, or --history"),
    ],
)
def test_what_is_wrong_is_told(run: Any, labelled: Path, arguments: list[str], code: int, fault: str) -> None:
    """Wrong columns, labels and options end with one line that names file, line and column."""
    result = run("evaluate", labelled, *arguments)
    assert result.code == code
    assert fault in result.err
    assert "Traceback" not in result.err


def test_priority_is_measured_at_cut_offs(run: Any, tmp_path: Path) -> None:
    """Precision and recall of what stands at a priority or above, beside VADER; circumstances come from columns."""
    file = tmp_path / "first.jsonl"
    lines = [
        {"text": "My lawyer will call, my refund has not arrived", "label": True, "private": True},
        {"text": "What a lovely morning", "label": False},
        {"text": "The charger burned my hand", "label": "yes"},
        {"text": "just saw your advert on the bus", "label": "no", "followers": 10},
    ]
    file.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    result = run("evaluate", "--priority", file)
    assert result.code == terminal.OK, result.err
    assert "first.jsonl: 4 texts, 2 of which need an answer first" in result.err
    cut = run("evaluate", "--priority", file, "--json").json["urgency"]["cuts"][2]
    assert (cut["priority"], cut["count"], cut["precision"]["value"], cut["recall"]["value"]) == (30, 2, 1.0, 1.0)
    bad = run("evaluate", "--priority", file, "--map", "yes=maybe")
    assert "line 3: column 'label' must be yes or no (found 'maybe')" in bad.err


def test_history_is_what_staff_put_first(run: Any, settings: Path, sandbox: Sandbox) -> None:
    """An item that was answered while an older one waited was put first, and the older one was not."""
    older = sandbox.world.post("customer1", "@fernhill just saw your advert on the bus")
    urgent = sandbox.world.post("customer2", "@fernhill the charger burned my hand, I call my lawyer")
    assert older.id != urgent.id
    run("poll", "--once", "--settings", settings)
    before = run("evaluate", "--history", "--json", "--settings", settings).json
    assert (before["chosen"]["count"], before["escalated"]["first"]) == (0, 0)
    answer = ("reply", f"x:{urgent.id}", "--public", "--text", "We call you.", "--now", "--settings", settings)
    assert run(*answer).code == terminal.OK
    found = run("evaluate", "--history", "--json", "--settings", settings).json["chosen"]
    assert (found["count"], found["first"], found["agreement"]) == (2, 1, 1.0)
    told = run("evaluate", "--history", "--days", "7", "--settings", settings)
    assert "the last 7 days: staff had to choose between 2 items, and put 1 first" in told.err
    assert "items were escalated" in told.err


def test_other_weights_are_tried_on_the_past(run: Any, settings: Path, sandbox: Sandbox, tmp_path: Path) -> None:
    """What would move is told with its band and factors; nothing is changed, and the same weights move nothing."""
    sandbox.world.post("customer1", "@fernhill I want my money back, you charged me twice")
    sandbox.world.post("customer2", "@fernhill what a lovely morning")
    run("poll", "--once", "--settings", settings)
    before = run("export", "--settings", settings).out
    file = tmp_path / "weights.yaml"
    file.write_text("refund: 60\n", encoding="utf-8")
    told = run("try-weights", file, "--settings", settings)
    assert told.code == terminal.OK, told.err
    assert "1 of 2 items of the last 30 days would have another priority" in told.err
    assert "Nothing was changed." in told.err
    trial = run("try-weights", file, "--json", "--settings", settings).json
    (move,) = trial["moves"]
    assert move["after"] - move["before"] == 46
    assert (move["band_after"], move["waits"], move["factors"]) == ("high", True, ["refund"])
    assert run("export", "--settings", settings).out == before
    file.write_text("priority:\n  weights: {refund: 14}\n", encoding="utf-8")
    assert run("try-weights", file, "--json", "--settings", settings).json["changed"] == 0


@pytest.mark.parametrize(
    ("body", "code", "fault"),
    [
        ("refunds: 3", terminal.WRONG_USE, "priority.weights.refunds: unknown weight; did you mean"),
        ("refund: -3", terminal.WRONG_USE, "refund: cannot be below 0"),
        ("refund: much", terminal.WRONG_USE, "refund: must be a number"),
        ("- refund", terminal.FAILED, "must be weights by factor"),
        ("refund: [", terminal.FAILED, "is not YAML"),
        (None, terminal.FAILED, "cannot be read"),
    ],
)
def test_weights_that_cannot_be_are_refused(
    run: Any, settings: Path, tmp_path: Path, *, body: str | None, code: int, fault: str
) -> None:
    """The message names the file or the weight, and nothing is opened."""
    file = tmp_path / "weights.yaml"
    if body is not None:
        file.write_text(body, encoding="utf-8")
    result = run("try-weights", file, "--settings", settings)
    assert (result.code, fault in result.err) == (code, True), result.err


def test_a_running_service_looks_back_too(settings: Path) -> None:
    """A command that finds the database held hands itself over; the service knows it by its name."""
    printed: list[bytes] = []
    screen = terminal.Terminal(printed.append, printed.append, interactive=False)
    service = build(load(settings), offline=True)
    try:
        ask = run_for_another(service)
        assert ask("try_weights", {"weights": {"refund": 60.0}, "days": 30, "show": 5, "as_json": True}, screen) == 0
        assert ask("evaluate_history", {"days": 30, "as_json": True}, screen) == 0
        assert ask("try_nothing", {}, screen) == terminal.WRONG_USE
    finally:
        service.close()
    told = [json.loads(line) for line in printed[:2]]
    assert told[0]["items"] == told[1]["chosen"]["count"] == 0


@pytest.mark.parametrize(("plugged", "number"), [(False, None), (True, 1.0)])
def test_other_languages_are_scored_or_said_to_be_unscored(
    run: Any,
    account: dict[str, Any],
    write: Callable[..., Path],
    sandbox: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
    *,
    plugged: bool,
    number: float | None,
) -> None:
    """From poll to store, exports and page: no number, never 0, and words that say so; with a scorer, its number."""
    monkeypatch.syspath_prepend(ROOT / "tests" / "scoring")
    scorers = {"de": "small_scorer:German"} if plugged else {}
    settings = write(account, sentiment={"scorers": scorers})
    post = sandbox.world.post("customer1", "@fernhill Vielen Dank, das Personal war heute großartig")
    assert run("poll", "--once", "--settings", settings).code == terminal.OK
    (line,) = [one for one in run("export", "--settings", settings).lines if one["id"] == f"x:{post.id}"]
    assert (line["language"], line["sentiment"]) == ("de", number)
    assert line["sentiment_label"] == ("positive" if plugged else "unsure")
    table = list(csv.DictReader(io.StringIO(run("export", "--format", "csv", "--settings", settings).out)))
    assert [row["sentiment"] for row in table] == ["1.0" if plugged else ""]
    service = build(load(settings), offline=True)
    try:
        view = service.desk.conversation(line["conversation_id"], "system")
        mood = draw_conversation.context(view, service.clock())["mood"]
    finally:
        service.close()
    wanted = "Sentiment: positive. " if plugged else "Sentiment: not scored. It is in German, which no scorer reads"
    assert mood.startswith(wanted)


@pytest.mark.parametrize("within", ["nan", "inf", "-1"])
def test_what_is_no_distance_is_refused(run: Any, labelled: Path, within: str) -> None:
    """Else everything would be neutral, and nothing told so."""
    result = run("evaluate", labelled, "--neutral-within", within)
    assert result.code == terminal.WRONG_USE
    assert "--neutral-within: must be a number of 0 or more" in result.err

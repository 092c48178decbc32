"""`learn` says what docs/commands.md promises, on a file and on what staff said items are."""

from __future__ import annotations

import csv
import io
import json
import random
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from social_listener import terminal
from social_listener.cli.session import run_for_another
from social_listener.rights import SYSTEM
from social_listener.service import build
from social_listener.settings_file import load

if TYPE_CHECKING:
    from collections.abc import Callable

    from social_listener.sandbox import Sandbox

pytest.importorskip("tokenizers", reason="the extra `learning` is not installed")
pytest.importorskip("wordllama", reason="the extra `learning` is not installed")

sys.path.append(str(Path(__file__).resolve().parents[1] / "scoring"))
from lessons import labelled

NEW = "It was the voicemail of the depot"
WEEK = timedelta(days=7)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return a file of 150 labelled texts."""
    path = tmp_path / "labelled.csv"
    with path.open("w", encoding="utf-8", newline="") as opened:
        csv.writer(opened).writerows([("who", "text", "label"), *labelled(150)])
    return path


def test_a_file_teaches_a_model_that_holds_once_the_settings_name_it(
    run: Any, account: dict[str, Any], write: Callable[..., Path], file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is measured, written, and does nothing before; then `score` reads by it and `check` tells of it."""
    settings = write(account)
    result = run("learn", file, "--author", "who", "--settings", settings)
    assert result.code == terminal.OK, result.err
    assert "150 labels that our own scorer has a number for: 50 negative, 50 neutral, 50 positive" in result.err
    for words in ("with a model", "macro-F1", "label told, of negative", "the right label's chance is"):
        assert words in result.err
    (model,) = (settings.parent / "data" / "models").glob("*.json")
    assert f"`model: {model.stem}` under `sentiment`" in result.err

    def scored() -> dict[str, Any]:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(f"{NEW}\n".encode())))
        (line,) = run("score", "--settings", settings).lines
        return dict(line)

    assert scored()["sentiment_label"] == "unsure"
    write(account, sentiment={"model": model.stem})
    told = scored()
    assert told["sentiment_label"] == "negative"
    assert told["scorer"].endswith(f"+{model.stem}")
    assert "learned from 150 labels" in told["sentiment_reason"]
    checked = run("check", "--settings", settings)
    assert f"ok    sentiment: read by {model.stem}, learned from 150 labels on " in checked.err
    write(account, sentiment={"model": "model-00000000"})
    gone = run("check", "--settings", settings)
    assert f"sentiment.model: there is no {model.with_stem('model-00000000')}; there are {model.stem}" in gone.err
    assert gone.code == terminal.FAILED


def test_json_has_the_figures_and_a_dry_run_writes_nothing(run: Any, settings: Path, file: Path) -> None:
    """Both sides with intervals, what it gains, and where it was written."""
    told = run("learn", file, "--author", "who", "--dry-run", "--json", "--settings", settings).json
    assert told["with_model"]["macro_f1"]["value"] > told["ours"]["macro_f1"]["value"]
    assert (told["better"], told["written"], told["labels"]["neutral"]) == (True, None, 50)
    assert told["gain"]["low"] > 0 < told["above_chance"]["low"]
    assert not (settings.parent / "data" / "models").exists()
    written = run("learn", file, "--author", "who", "--json", "--settings", settings).json["written"]
    assert json.loads(Path(written).read_text(encoding="utf-8"))["held_out"]["gain"] == told["gain"]


def test_what_chance_could_do_is_not_written(run: Any, settings: Path, tmp_path: Path) -> None:
    """Labels without any sense: the figures are shown, exit code 1, no file."""
    path = tmp_path / "senseless.csv"
    rng = random.Random(3)
    rows = [(text, rng.choice(("negative", "neutral", "positive"))) for _, text, _ in labelled(150)]
    with path.open("w", encoding="utf-8", newline="") as opened:
        csv.writer(opened).writerows([("text", "label"), *rows])
    result = run("learn", path, "--settings", settings)
    assert result.code == terminal.FAILED
    assert "Chance alone could do as much: no model was written." in result.err
    assert not (settings.parent / "data" / "models").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--author", "who"], "columns are those of a FILE"),
        (["--text", "other"], "columns are those of a FILE"),
        (["FILE", "--author", "nobody"], "there is no column 'nobody'"),
        (["FILE", "--label", "mood"], "there is no column 'mood'"),
        (["FILE", "--map", "angry"], "--map: must be WORD=LABEL"),
    ],
)
def test_wrong_use_is_told(run: Any, settings: Path, file: Path, arguments: list[str], said: str) -> None:
    """What is wrong is named; nothing is written."""
    given = [file if one == "FILE" else one for one in arguments]
    result = run("learn", *given, "--settings", settings)
    assert result.code != terminal.OK
    assert said in result.err
    assert not (settings.parent / "data" / "models").exists()


def test_too_few_answers_are_told(run: Any, settings: Path) -> None:
    """How many there are, how many it takes, and what gives more."""
    result = run("learn", "--settings", settings)
    assert result.code == terminal.FAILED
    assert "0 texts drawn at random are labelled" in result.err
    assert "answer the weekly samples first" in result.err


@pytest.mark.long
@pytest.mark.timeout(300)
def test_a_running_service_learns_from_what_staff_said(
    account: dict[str, Any], write: Callable[..., Path], sandbox: Sandbox, run: Any
) -> None:
    """Answers to a sample teach; after a restart with the model a scoring anew shows what it changes, and does it."""
    settings = write(account, sentiment={"sample": 500})
    moments = [datetime.now(UTC) - WEEK]
    service = build(load(settings), clock=lambda: moments[0])
    sent = {f"@fernhill {text}": label for _, text, label in labelled(130)}
    for number, text in enumerate(sent):
        sandbox.world.add_user(f"guest{number}", name=f"Guest {number}")
        sandbox.world.post(f"guest{number}", text, sent_at=moments[0] - timedelta(minutes=5))
    printed: list[bytes] = []
    try:
        for stream in service.streams.values():
            while service.ingest.poll(stream).stored:
                moments[0] += timedelta(seconds=5)
        moments[0] += WEEK
        service.desk.samples.draw(SYSTEM)
        waiting = service.desk.samples.open(SYSTEM)
        for one in waiting:
            service.desk.samples.answer(one.id, sent[one.text], SYSTEM)
        screen = terminal.Terminal(printed.append, printed.append, interactive=False)
        assert run_for_another(service)("learn_from_staff", {"dry_run": False, "as_json": True}, screen) == terminal.OK
    finally:
        service.close()
    told = json.loads(b"".join(one for one in printed if one.startswith(b"{")))
    assert sum(told["labels"].values()) == len(waiting) >= 120
    write(account, sentiment={"model": told["model"], "sample": 500})
    trial = run("rescore", "--json", "--settings", settings).json
    assert trial["scored"] >= 120
    assert trial["sampled_after"][0] > trial["sampled_before"][0]
    assert run("rescore", "--write", "--json", "--settings", settings).json["written"] == trial["scored"]
    service = build(load(settings), offline=True)
    try:
        with service.store.read() as cursor:
            scorers = cursor.execute("SELECT DISTINCT scorer FROM scores").fetchall()
    finally:
        service.close()
    assert [one.split("+")[-1] for (one,) in scorers] == [told["model"]]

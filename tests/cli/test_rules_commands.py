"""`rules` and `rescore` say what docs/commands.md promises, on items that staff corrected."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import pytest

from social_listener import terminal
from social_listener.cli.session import run_for_another
from social_listener.model import SentimentLabel
from social_listener.rights import SYSTEM
from social_listener.service import build
from social_listener.settings_file import load

if TYPE_CHECKING:
    from pathlib import Path

    from social_listener.sandbox import Sandbox

TEXTS = (
    "@fernhill the soup had gone cold when the box came",
    "@fernhill my coffee was gone cold, again",
    "@fernhill everything in it had gone cold",
    "@fernhill half of the plate had gone cold",
)


def label_of(run: Any, settings: Path, post_id: str) -> str:
    """Return the label with which an item is exported."""
    for _ in range(40):  # a stream may not be due yet in the very second after its last poll
        lines = run("export", "--settings", settings).lines
        found = [one["sentiment_label"] for one in lines if one["id"] == f"x:{post_id}"]
        if found:
            return str(found[0])
        run("poll", "--once", "--settings", settings)
    raise AssertionError(f"{post_id} never came")


@pytest.mark.long
def test_rules_are_proposed_tried_and_let_hold_and_stored_items_scored_anew(
    run: Any, settings: Path, sandbox: Sandbox
) -> None:
    """The difference is shown before anything is written, and a dry run writes nothing."""
    posts = [sandbox.world.post(f"customer{number}", text) for number, text in enumerate(TEXTS)]
    run("poll", "--once", "--settings", settings)
    assert "there is no rule yet" in run("rules", "list", "--settings", settings).err
    assert "the labels of people speak for no rule" in run("rules", "propose", "--settings", settings).err
    service = build(load(settings), offline=True)
    try:
        for post in posts[:3]:
            service.desk.corrections.correct(f"x:{post.id}", SYSTEM, sentiment=SentimentLabel.NEGATIVE)
    finally:
        service.close()
    (rule,) = run("rules", "propose", "--json", "--settings", settings).json
    assert (rule["phrase"], rule["state"], rule["speak_for"]) == ("gone cold", "proposed", 3)
    before = run("export", "--settings", settings).out
    tried = run("rules", "try", rule["id"], "--settings", settings)
    assert "1 of 4 items of the last 30 days would have another label" in tried.err
    assert "Nothing was changed." in tried.err
    trial = run("rules", "try", rule["id"], "--json", "--settings", settings).json
    assert [one["item_id"] for one in trial["moves"]] == [f"x:{posts[3].id}"]
    assert "version 1" in run("rules", "activate", rule["id"], "--settings", settings).err
    later = sandbox.world.post("customer7", "@fernhill the tea has gone cold")
    run("poll", "--once", "--settings", settings)
    assert label_of(run, settings, later.id) == "negative"
    assert label_of(run, settings, posts[3].id) != "negative"
    dry = run("rescore", "--days", "7", "--settings", settings)
    assert "Nothing was changed; --write does it." in dry.err
    assert label_of(run, settings, posts[3].id) != "negative"
    told = run("rescore", "--days", "7", "--write", "--json", "--settings", settings).json
    assert (told["items"], told["changed"], told["written"]) == (5, 1, 4)
    assert label_of(run, settings, posts[3].id) == "negative"
    assert "version 2" in run("rules", "withdraw", rule["id"], "--settings", settings).err
    assert "5 scores were written." in run("rescore", "--write", "--settings", settings).err
    kept = [json.loads(line) for line in before.splitlines()]
    now = {one["id"]: one for one in run("export", "--settings", settings).lines}
    assert all(now[one["id"]]["sentiment_label"] == one["sentiment_label"] for one in kept)


def test_a_rule_that_there_is_not_is_told(run: Any, settings: Path) -> None:
    """The message says how rules are found."""
    result = run("rules", "activate", "none", "--settings", settings)
    assert result.code == terminal.FAILED
    assert "there is no rule 'none'; `social-listener rules list` shows them" in result.err


def test_a_running_service_is_asked(settings: Path) -> None:
    """A command that finds the database held hands itself over; the service knows both by their names."""
    printed: list[bytes] = []
    screen = terminal.Terminal(printed.append, printed.append, interactive=False)
    service = build(load(settings), offline=True)
    try:
        ask = run_for_another(service)
        assert ask("rules_list", {"as_json": True}, screen) == terminal.OK
        assert ask("rescore", {"days": 3, "show": 5, "write": False, "as_json": True}, screen) == terminal.OK
    finally:
        service.close()
    assert json.loads(printed[0]) == []
    assert json.loads(printed[1])["items"] == 0


def test_score_and_evaluate_read_by_the_rules_that_hold(
    run: Any, settings: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A text is read as new items are; side by side with what it were without rules when that is asked for."""
    service = build(load(settings), offline=True)
    try:
        rule = service.desk.rules.write("gone cold", -3.0, SYSTEM)
    finally:
        service.close()

    def scored() -> dict[str, Any]:
        piped = io.TextIOWrapper(io.BytesIO(b"everything in it had gone cold\n"))
        monkeypatch.setattr("sys.stdin", piped)
        (line,) = run("score", "--settings", settings).lines
        return dict(line)

    before = scored()
    assert (before["sentiment_label"], "rules" in before["scorer"]) == ("unsure", False)
    run("rules", "activate", rule.id, "--settings", settings)
    after = scored()
    assert (after["sentiment_label"], after["scorer"].endswith("+rules-1")) == ("negative", True)
    file = tmp_path / "labelled.csv"
    rows = ["text,label", *(f'"{text.removeprefix("@fernhill ")}",negative' for text in TEXTS)]
    file.write_text("\n".join(rows), encoding="utf-8")
    told = run("evaluate", file, "--rules-apart", "--json", "--settings", settings).json
    assert told["scorer"].endswith("+rules-1")
    assert (told["ours"]["covered"]["value"], told["without_rules"]["covered"]["value"]) == (1.0, 0.0)
    words = run("evaluate", file, "--rules-apart", "--settings", settings).err
    assert "ours                 without rules        plain VADER" in words
    assert "without_rules" not in run("evaluate", file, "--json", "--settings", settings).json
    run("rules", "withdraw", rule.id, "--settings", settings)
    assert scored()["sentiment_label"] == "unsure"


def test_the_sample_s_figures_are_told(run: Any, settings: Path, sandbox: Sandbox) -> None:
    """Nothing before anybody answered; then shares with intervals, and as JSON the same."""
    for number, text in enumerate(TEXTS):
        sandbox.world.post(f"customer{number}", text)
    run("poll", "--once", "--settings", settings)
    assert "Nobody has answered one" in run("sample", "--settings", settings).err
    service = build(load(settings), offline=True)
    try:
        with service.store.transaction() as cursor:
            cursor.execute("UPDATE interactions SET first_seen_at = first_seen_at - INTERVAL 7 DAY")
        assert service.desk.samples.draw(SYSTEM) == 4
        first, second, *_ = service.desk.samples.open(SYSTEM)
        service.desk.samples.answer(first.id, SentimentLabel.NEGATIVE, SYSTEM)
        service.desk.samples.skip(second.id, SYSTEM)
    finally:
        service.close()
    result = run("sample", "--settings", settings)
    assert "4 items drawn in the last 13 weeks: 1 answered, 1 skipped" in result.err
    assert "0.00 (0.00–0.79, 1)" in result.err
    whole, channel, language, both = run("sample", "--json", "--settings", settings).json
    assert (whole["channel"], channel["channel"], language["language"], both["channel"]) == (None, "x", "en", "x")
    assert (whole["drawn"], whole["answered"], whole["skipped"], whole["accuracy"]) == (4, 1, 1, None)
    assert whole["coverage"]["value"] == 0.0

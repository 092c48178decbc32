"""`rules` and `rescore` say what docs/commands.md promises, on items that staff corrected."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from social_listener import terminal
from social_listener.cli.session import run_for_another
from social_listener.model import SentimentLabel
from social_listener.rights import SYSTEM
from social_listener.service import build
from social_listener.settings import load

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
    dry = run("rescore", "--days", "7", "--dry-run", "--settings", settings)
    assert "Nothing was changed." in dry.err
    assert label_of(run, settings, posts[3].id) != "negative"
    told = run("rescore", "--days", "7", "--json", "--settings", settings).json
    assert (told["items"], told["changed"], told["written"]) == (5, 1, 4)
    assert label_of(run, settings, posts[3].id) == "negative"
    assert "version 2" in run("rules", "withdraw", rule["id"], "--settings", settings).err
    assert "5 scores were written." in run("rescore", "--settings", settings).err
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
        assert ask("rescore", {"days": 3, "show": 5, "dry_run": True, "as_json": True}, screen) == terminal.OK
    finally:
        service.close()
    assert json.loads(printed[0]) == []
    assert json.loads(printed[1])["items"] == 0

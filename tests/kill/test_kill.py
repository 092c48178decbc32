"""Kill the service at random moments: nothing lost, nothing twice, no reply twice, none forgotten."""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from killing import Harness, Replied, expected_inbound

from social_listener.sandbox import Sandbox

FINAL = {"sent", "rejected", "cancelled", "expired"}


@pytest.mark.parametrize(
    "kills",
    [
        pytest.param(3, id="few", marks=pytest.mark.timeout(240)),
        pytest.param(200, id="many", marks=[pytest.mark.long, pytest.mark.timeout(7200)]),
    ],
)
def test_killing_the_service_loses_nothing_and_sends_nothing_twice(tmp_path: Path, kills: int) -> None:
    """However often the service is killed, store and truth agree and every reply was sent at most once."""
    with Sandbox(seed=11, crowd_rate=40.0, prehistory=timedelta(minutes=30)) as sandbox:
        harness = Harness(tmp_path, sandbox, seed=3)
        for _ in range(kills):
            harness.life(most=7.0)
        sandbox.crowd.stop()
        harness.finish(patience=120)
        settle_as_a_person(harness)
        assert harness.kills == kills
        assert faults_found(harness) == []
        print(told(harness))  # noqa: T201 - the recorded result of the long run


def settle_as_a_person(harness: Harness) -> None:
    """Decide what stays in doubt by looking at the platform, as a member of staff would."""
    by_text = {post.text: post.id for post in harness.sandbox.world.truth().posts}
    by_text |= {message.text: message.id for message in harness.sandbox.world.truth().messages}
    for reply in json.loads(harness.command("outbox", "--json", "--all")):
        if reply["state"] == "in_doubt":
            found = by_text.get(reply["text"])
            decision = ["--sent", found] if found else ["--not-sent"]
            harness.command("settle", reply["id"], *decision)


def faults_found(harness: Harness) -> list[str]:
    """Return every way in which the store, the truth and what staff asked for disagree."""
    truth = harness.sandbox.world.truth()
    stored = [json.loads(line) for line in harness.command("export", "--format", "jsonl").splitlines()]
    replies = json.loads(harness.command("outbox", "--json", "--all"))
    said = expected_inbound(truth, harness.sandbox.brand.id, harness.sandbox.brand.handle)
    return [
        *items_wrong(said, stored),
        *replies_wrong(
            harness.replies,
            replies,
            Counter(post.text for post in truth.posts if post.via_api)
            + Counter(message.text for message in truth.messages if message.via_api),
        ),
    ]


def items_wrong(said: dict[str, str], stored: list[dict[str, object]]) -> list[str]:
    """Return which items are lost, stored twice, or worded differently."""
    counts = Counter(str(item["id"]).partition(":")[2] for item in stored)
    lost = [f"lost: {native}" for native in said if native not in counts]
    twice = [f"stored {count} times: {native}" for native, count in counts.items() if count > 1]
    return lost + twice


def replies_wrong(asked: list[Replied], replies: list[dict[str, object]], posted: Counter[str]) -> list[str]:
    """Return which replies went out twice, were forgotten, or are told wrongly."""
    known = {reply["id"] for reply in replies}
    states = {reply["text"]: reply["state"] for reply in replies}
    faults = [f"posted {count} times: {text}" for text, count in posted.items() if count > 1]
    faults += [f"forgotten: {reply.text}" for reply in asked if reply.intent_id and reply.intent_id not in known]
    faults += [f"not settled: {text} is {state}" for text, state in states.items() if state not in FINAL]
    faults += [
        f"told sent, not there: {text}" for text, state in states.items() if state == "sent" and not posted[text]
    ]
    faults += [f"there, but {states.get(text, 'unknown')}: {text}" for text in posted if states.get(text) != "sent"]
    return faults


def told(harness: Harness) -> str:
    """Return the run in one line."""
    return f"{harness.kills} kills, {len(harness.replies)} replies asked for"


def test_the_check_sees_what_it_is_there_for() -> None:
    """A lost item and an item stored twice are told by the check itself."""
    stored = [{"id": "x:1", "text": "a"}, {"id": "x:1", "text": "a"}]
    assert items_wrong({"1": "a", "2": "b"}, stored) == ["lost: 2", "stored 2 times: 1"]


def test_the_check_of_replies_sees_what_it_is_there_for() -> None:
    """A reply sent twice, one forgotten, one left open, one told falsely and one sent unknown are told."""
    asked = [Replied(item_id="x:1", public=True, text="a", intent_id="1"), Replied("x:2", True, "b", "2")]
    replies = [
        {"id": "1", "text": "a", "state": "sent"},
        {"id": "3", "text": "c", "state": "queued"},
        {"id": "4", "text": "d", "state": "sent"},
    ]
    assert replies_wrong(asked, replies, Counter({"a": 2, "e": 1})) == [
        "posted 2 times: a",
        "forgotten: b",
        "not settled: c is queued",
        "told sent, not there: d",
        "there, but unknown: e",
    ]

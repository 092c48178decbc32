"""Corrections under everything at once: edits, deletions, replays, two people, and any order of taking back."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from reading_kit import reading, row, rows
from staff_kit import seed_staff
from world_channel import ACCOUNT, WorldChannel, stream_of

from social_listener.desk import Desk
from social_listener.desk_types.teaching import Rule, RuleState
from social_listener.errors import DeskError
from social_listener.levels import Band, band
from social_listener.model import SentimentLabel
from social_listener.sandbox import Sandbox
from social_listener.scoring import Weights
from social_listener.settings import AccountSettings, PollingSettings, Settings
from social_listener.store import corrections, rules, stats

STREAM = stream_of()
LABELS = (SentimentLabel.NEGATIVE, SentimentLabel.NEUTRAL, SentimentLabel.POSITIVE)
TEXTS = ("@fernhill where is my order?", "@fernhill this is awful", "@fernhill I love it, thank you", "@fernhill box")


@dataclass
class Item:
    """What the model knows of an item."""

    post: Any
    text: str
    said: dict[str, str] = field(default_factory=dict)  # what → what somebody says that it is
    gone: bool = False


class Correcting(RuleBasedStateMachine):
    """Two items of one customer that are read from a platform, and two people who say what they really are."""

    @initialize()
    def open(self) -> None:
        """Begin with two items."""
        self.folder = Path(tempfile.mkdtemp())
        self.sandbox = Sandbox(seed=1, clock="manual")
        self.world = self.sandbox.world
        self.world.add_user("mara")
        self.ingest = reading(
            self.folder / "store.duckdb",
            WorldChannel(self.sandbox),
            clock=self.world.clock.now,
            polling=PollingSettings(recheck_every=timedelta(seconds=1)),
        )
        self.store = self.ingest.store
        self.desk = Desk(
            self.store,
            self.ingest.channels,
            ingest=self.ingest,
            streams={},
            settings=Settings(accounts=(AccountSettings(id=ACCOUNT, channel="x", name=ACCOUNT),)),
            weights=Weights(),
            clock=self.world.clock.now,
        )
        seed_staff(self.desk, "ana", "ben")
        first = self.world.post("mara", TEXTS[0])
        second = self.world.post("mara", TEXTS[1], reply_to=first)
        self.items = {f"x:{post.id}": Item(post, text) for post, text in zip((first, second), TEXTS, strict=False)}
        self.poll()
        order = Rule(
            id="one",
            phrase="order",
            language="en",
            points=-3.0,
            state=RuleState.PROPOSED,
            speak_for=3,
            against=0,
            authors=2,
            made_at=self.world.clock.now(),
            made_by=None,
            decided_by=None,
            decided_at=None,
            version=0,
        )
        with self.store.transaction() as cursor:
            rules.put(cursor, [order], there=())

    def teardown(self) -> None:
        """Leave nothing."""
        if hasattr(self, "store"):
            self.store.close()
            shutil.rmtree(self.folder)

    def poll(self) -> None:
        """Read what is new, and look up what may have changed."""
        self.world.advance(60)
        self.ingest.poll(STREAM)
        while self.ingest.recheck(ACCOUNT):
            pass

    def item(self, at: int) -> tuple[str, Item]:
        """Return one of the items."""
        return list(self.items.items())[at]

    @rule(staff=st.sampled_from(["ana", "ben"]), at=st.integers(0, 1), to=st.sampled_from(LABELS))
    def feel(self, staff: str, at: int, to: SentimentLabel) -> None:
        """Correct a sentiment."""
        self.correct(staff, at, "sentiment", to)

    @rule(staff=st.sampled_from(["ana", "ben"]), at=st.integers(0, 1), to=st.sampled_from(Band))
    def press(self, staff: str, at: int, to: Band) -> None:
        """Correct a priority."""
        self.correct(staff, at, "priority", to)

    def correct(self, staff: str, at: int, what: str, to: SentimentLabel | Band) -> None:
        """Correct an item; one that is gone cannot be."""
        self.world.advance(1)
        item_id, item = self.item(at)
        if item.gone:
            with pytest.raises(DeskError):
                self.desk.corrections.correct(item_id, staff, **{what: to})
        elif self.desk.corrections.correct(item_id, staff, **{what: to}):
            item.said[what] = to.value

    @rule(staff=st.sampled_from(["ana", "ben"]))
    def undo(self, staff: str) -> None:
        """Take back what somebody did last, if it is still as they left it; the word before holds again."""
        offer = self.desk.undoing.latest(staff)
        if offer is None:
            return
        self.world.advance(1)
        (line,) = rows(self.store, "SELECT * FROM undo_lines WHERE step_id = ?", offer.id)
        what, _, item_id = line["field"].removeprefix("corrected:").partition(" ")
        holds = {one.id for one in self.desk.corrections.made(*self.always(), "ana") if one.undone_at is None}
        earlier = row(self.store, "SELECT * FROM undo_lines WHERE id = ?", line["id"])["before"].strip('"')
        item = self.items[item_id]
        ours = line["after"].strip('"') in holds and not item.gone
        done = self.desk.undoing.undo(offer.id, staff)
        assert done.restored == (1 if ours else 0)
        if not ours:
            return
        if earlier == "null":
            del item.said[what]
        else:
            item.said[what] = row(self.store, "SELECT is_now FROM corrections WHERE id = ?", earlier)["is_now"]

    def always(self) -> tuple[Any, Any]:
        """Return a period in which everything was made."""
        return self.world.clock.now() - timedelta(days=30), self.world.clock.now() + timedelta(days=1)

    @rule(at=st.integers(0, 1), what=st.sampled_from(["sentiment", "priority"]))
    def drop(self, at: int, what: str) -> None:
        """Take a correction back by its id."""
        item_id, item = self.item(at)
        if item.gone:
            return
        self.world.advance(1)
        for one in self.desk.corrections.of_item(item_id, "ben"):
            if one.what == what:
                self.desk.corrections.take_back(one.id, "ben")
                del item.said[what]

    @rule(at=st.integers(0, 1), text=st.sampled_from(TEXTS))
    def edit(self, at: int, text: str) -> None:
        """Reword an item, as its author does: nothing that was said of the old words holds."""
        _, item = self.item(at)
        if item.gone or text == item.text:
            return
        self.world.edit(item.post, text)
        item.text = text
        item.said.clear()
        self.poll()

    @precondition(lambda self: not any(item.gone for item in self.items.values()))
    @rule()
    def delete(self) -> None:
        """Delete the second item, as its author does."""
        _, item = self.item(1)
        self.world.delete(item.post)
        item.gone = True
        item.said.clear()
        self.poll()

    @rule(older=st.booleans())
    def replay(self, older: bool) -> None:
        """Everything is read again; `older`: other rules had made the scores that are stored."""
        if older:
            with self.store.transaction() as cursor:
                for table in ("scores", "machine_scores"):
                    cursor.execute(f"UPDATE {table} SET scorer = 'older'")
        self.ingest.replay()

    @rule(days=st.sampled_from([1, 30]))
    def teach(self, days: int) -> None:
        """Let a rule hold, or withdraw it, and score anew what is stored."""
        self.world.advance(1)
        (one,) = self.desk.rules.all("ana")
        turn = self.desk.rules.withdraw if one.state is RuleState.ACTIVE else self.desk.rules.activate
        version = turn([one.id], "ana")
        difference = self.desk.rules.difference(days, "ana")
        written = self.desk.rules.rescore(days, "ana")
        assert written == difference.scored
        assert self.desk.rules.difference(days, "ana").scored == 0
        for item_id, item in self.items.items():
            if not item.gone:
                kept = rows(self.store, "SELECT scorer FROM machine_scores WHERE interaction_id = ?", item_id)
                (score,) = kept or rows(self.store, "SELECT scorer FROM scores WHERE interaction_id = ?", item_id)
                assert score["scorer"].endswith(f"+rules-{version}")

    @rule()
    def count(self) -> None:
        """Count the roll-ups anew."""
        with self.store.transaction() as cursor:
            stats.count(cursor)

    @invariant()
    def roll_ups_go_by_it(self) -> None:
        """Count by sentiment in the charts what the items show."""
        since, until = (stats.bucket_of(one) for one in self.always())
        with self.store.read() as cursor, stats.counted(cursor, since, until) as found:
            told = cursor.execute(
                f"""SELECT sentiment_label, sum(items)::BIGINT FROM {found.counts}
                    JOIN {found.keys} k ON k.id = key_id GROUP BY 1"""
            ).fetchall()
        lines = [self.desk.item(item_id, "ana") for item_id, one in self.items.items() if not one.gone]
        assert dict(told) == Counter("none" if one.sentiment is None else one.sentiment_label for one in lines)

    @invariant()
    def what_people_say_holds(self) -> None:
        """Shown is what a person said, or else what the program makes of the words; the queue goes by it."""
        for item_id, item in self.items.items():
            found = rows(self.store, "SELECT * FROM scores WHERE interaction_id = ?", item_id)
            kept = rows(self.store, "SELECT * FROM machine_scores WHERE interaction_id = ?", item_id)
            if item.gone:
                assert found == kept == []
                continue
            (score,) = found
            assert len(kept) == bool(item.said)
            machine = kept[0] if kept else score
            assert score["sentiment_label"] == item.said.get("sentiment", machine["sentiment_label"])
            assert band(score["priority"]).value == item.said.get("priority", band(machine["priority"]).value)
            assert ("corrected by" in score["sentiment_reason"]) == ("sentiment" in item.said)
            listed = self.desk.item(item_id, "ana")
            assert round(sum(part.points for part in listed.factors)) == score["priority"]
            queue = rows(self.store, "SELECT * FROM queue WHERE item_id = ?", item_id)
            assert [(one["priority"], one["sentiment_label"]) for one in queue] in (
                [],
                [(score["priority"], score["sentiment_label"])],
            )
            named = [part for part in listed.factors if part.name == "corrected"]
            assert not named or "priority" in item.said


EVERYDAY = settings(
    max_examples=3,
    stateful_step_count=12,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    report_multiple_bugs=False,
)
LONG = settings(EVERYDAY, max_examples=25, stateful_step_count=25)


def test_what_people_say_holds_whatever_happens() -> None:
    """The everyday run of the machine."""
    run_state_machine_as_test(Correcting, settings=EVERYDAY)


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_what_people_say_holds_whatever_happens_for_long() -> None:
    """The long run of the machine."""
    run_state_machine_as_test(Correcting, settings=LONG)


def replayed() -> None:
    """Play that somebody corrects an item, and that all is read again by other rules."""
    machine = Correcting()
    machine.open()
    try:
        machine.feel("ana", 0, SentimentLabel.POSITIVE)
        machine.replay(older=True)
        machine.what_people_say_holds()
    finally:
        machine.teardown()


def test_a_replay_by_other_rules_leaves_a_person_s_word() -> None:
    """What the program makes of it is renewed behind what the person said."""
    replayed()


def test_a_replay_that_forgets_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: a replay that writes over what a person said does not pass."""
    monkeypatch.setattr(corrections, "scored_anew", lambda *_: None)
    with pytest.raises(AssertionError):
        replayed()


def test_an_edited_item_loses_its_correction_and_says_so() -> None:
    """The new reason names who had called the earlier wording what; the audit has it too."""
    machine = Correcting()
    machine.open()
    try:
        machine.feel("ana", 0, SentimentLabel.POSITIVE)
        item_id, _ = machine.item(0)
        machine.edit(0, TEXTS[1])
        shown = machine.desk.item(item_id, "ana")
        assert shown.sentiment_reason.endswith("; ana had called an earlier wording positive")
        with machine.store.read() as cursor:
            assert corrections.holding(cursor, [item_id]) == []
        assert row(machine.store, "SELECT undone_why FROM corrections")["undone_why"] == "reworded"
        assert row(machine.store, "SELECT count(*) AS n FROM audit_events WHERE verb = 'correction.reworded'")["n"] == 1
        machine.what_people_say_holds()
    finally:
        machine.teardown()

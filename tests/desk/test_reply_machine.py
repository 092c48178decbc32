"""Replies under everything at once: any order of composing, undo, misbehaving platforms, crashes and decisions."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from desk_channel import BEHAVIOURS, WorldChannel
from desk_kit import Kit, make_kit
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from social_listener import failpoints
from social_listener.desk_types import ReplyLine
from social_listener.errors import DeskError
from social_listener.failpoints import FailpointReached
from social_listener.model import PrivateReply, ReplyState, Sent
from social_listener.store import outbox as table

CANARY = "canary-7f3a"
UNSETTLED = {ReplyState.QUEUED, ReplyState.SENDING, ReplyState.IN_DOUBT}
#: where a reply may go from where it stands
WAYS = {
    ReplyState.QUEUED: {*UNSETTLED, ReplyState.SENT, ReplyState.REJECTED, ReplyState.CANCELLED, ReplyState.EXPIRED},
    ReplyState.SENDING: {*UNSETTLED, ReplyState.SENT, ReplyState.REJECTED, ReplyState.CANCELLED, ReplyState.EXPIRED},
    ReplyState.IN_DOUBT: {*UNSETTLED, ReplyState.SENT, ReplyState.CANCELLED, ReplyState.REJECTED, ReplyState.EXPIRED},
}
CRASHES = [name for name in failpoints.NAMES if name.startswith(("outbox.", "send.")) and name != "outbox.in_recover"]


class Replies(RuleBasedStateMachine):
    """Staff, a platform and a process that dies, on three conversations."""

    channel_type: type[WorldChannel] = WorldChannel

    @initialize(lag=st.sampled_from([0, 45, 1200]))
    def open(self, lag: int) -> None:
        """Begin with a mention, a reply below it and a direct thread."""
        self.folder = Path(tempfile.mkdtemp())
        self.kit: Kit = make_kit(self.folder, undo=timedelta(seconds=5))
        self.channel = self.channel_type("main", self.kit.sandbox, "fernhill")
        self.channel.lag = timedelta(seconds=lag)
        self.kit.channels["main"] = self.channel
        self.items = [self.kit.mention(), self.kit.mention(author="ben"), self.kit.message(author="cleo")]
        self.seen: dict[str, ReplyState] = {}
        self.undone: set[str] = set()
        self.resent: Counter[str] = Counter()
        self.texts: Counter[str] = Counter()
        self.numbers = 0

    def intents(self) -> list[ReplyLine]:
        """Return every reply there is."""
        return list(self.kit.desk.outbox(include_settled=True))

    @rule(which=st.integers(0, 2), private=st.booleans(), again=st.booleans())
    def compose(self, which: int, private: bool, again: bool) -> None:
        """Press send, perhaps twice; private words carry the canary."""
        self.numbers += 1
        text = f"{CANARY if private else 'hello'} {self.numbers}"
        say = self.kit.desk.reply_private if private else self.kit.desk.reply_public
        with suppress(DeskError):
            first = say(self.items[which], text, "ana", nonce=text)
            if again:
                assert say(self.items[which], text, "ana", nonce=text).id == first.id
            assert private or which != 2, "a direct message was to be answered in public"

    @rule(which=st.integers(0, 2))
    def take_notes(self, which: int) -> None:
        """Note and type the canary in a conversation, in every mode."""
        conversation = self.kit.desk.conversation_of(self.items[which])
        self.kit.desk.note(conversation, CANARY, "ana")
        self.kit.desk.save_draft(conversation, "ben", "private", CANARY)

    @rule(which=st.integers(0, 5))
    def undo(self, which: int) -> None:
        """Take a reply back."""
        lines = self.intents()
        if which < len(lines) and self.kit.desk.undo(lines[which].id, "ana"):
            self.undone.add(lines[which].id)

    @rule(behaviours=st.lists(st.sampled_from(BEHAVIOURS), max_size=3))
    def misbehave(self, behaviours: list[str]) -> None:
        """Decide how the platform answers next."""
        self.channel.behaviours.clear()
        self.channel.behaviours.extend(behaviours)

    @rule(seconds=st.sampled_from([1, 5, 30, 120, 1000]))
    def wait(self, seconds: int) -> None:
        """Let time go by."""
        self.kit.pass_time(seconds=seconds)

    @rule()
    def deliver(self) -> None:
        """Let the job run."""
        self.kit.outbox.deliver()

    @rule()
    def reconcile(self) -> None:
        """Let the other job run."""
        self.kit.outbox.reconcile()

    @rule(point=st.sampled_from(CRASHES))
    def crash(self, point: str) -> None:
        """Let the process die somewhere in its jobs."""
        failpoints.arm(f"{point}=raise")
        with suppress(FailpointReached):
            self.kit.outbox.deliver()
            self.kit.outbox.reconcile()
        failpoints.disarm()
        self.kit.again()

    @rule(native=st.integers(0, 3))
    def hear_echoes(self, native: int) -> None:
        """Let a poll bring some of what is visible of our own words."""
        now = self.kit.sandbox.world.clock.now()
        for post in self.kit.sandbox.world.truth().posts[native:]:
            if post.author_id == self.channel.owner.id and post.visible_at <= now and post.parent_id:
                self.kit.hear(self.kit.sandbox.world.find(post.id))

    @precondition(lambda self: any(line.state is ReplyState.IN_DOUBT for line in self.intents()))
    @rule(found=st.sampled_from(["looked", "again"]))
    def decide(self, found: str) -> None:
        """Let a person look at the platform, which shows them everything, and decide."""
        line = next(line for line in self.intents() if line.state is ReplyState.IN_DOUBT)
        there = self._where(line)
        if there:
            self.kit.desk.settle(line.id, "ben", there[0])
        elif found == "again":
            self.kit.desk.send_again(line.id, "ben")
        else:
            self.kit.desk.settle(line.id, "ben", None)

    def _where(self, line: ReplyLine) -> list[str]:
        """Return the ids under which a reply is at the platform."""
        truth = self.kit.sandbox.world.truth()
        everything = [*truth.messages] if line.private else [*truth.posts]
        return [one.id for one in everything if one.text == line.text]

    @invariant()
    def nothing_private_is_public(self) -> None:
        """No public post ever holds the canary."""
        if hasattr(self, "kit"):
            assert not [post for post in self.kit.sandbox.world.truth().posts if CANARY in post.text]

    @invariant()
    def each_at_most_once(self) -> None:
        """Every intent is at the platform at most once; taken back means never; sent means that very post."""
        if not hasattr(self, "kit"):
            return
        for line in self.intents():
            where = self._where(line)
            assert len(where) <= 1, line
            assert not (line.id in self.undone and where), line
            if line.state is ReplyState.SENT:
                assert where == [line.platform_id], line
            if line.state in {ReplyState.REJECTED, ReplyState.EXPIRED, ReplyState.CANCELLED}:
                assert where == [], line

    @invariant()
    def states_go_their_ways(self) -> None:
        """Hold that a final state is final, and that exactly the unsettled replies hold slots, one each."""
        if not hasattr(self, "kit"):
            return
        lines = self.intents()
        for line in lines:
            before = self.seen.get(line.id, line.state)
            assert line.state is before or line.state in WAYS.get(before, set()), (before, line)
            self.seen[line.id] = line.state
        with self.kit.store.read() as cursor:
            held = {
                table.slot_holder(cursor, table.slot_id("main", line.item_id, private=line.private)) for line in lines
            } - {None}
            rows = cursor.execute("SELECT count(*) FROM send_slots").fetchone()
        unsettled = {line.id for line in lines if line.state in UNSETTLED}
        assert held == unsettled
        assert rows == (len(unsettled),)

    def teardown(self) -> None:
        """In the end nothing is forgotten: every reply is settled, or a person is asked."""
        if not hasattr(self, "kit"):
            return
        try:
            self._come_to_an_end()
        finally:
            failpoints.disarm()
            self.kit.close()
            shutil.rmtree(self.folder)

    def _come_to_an_end(self) -> None:
        self.channel.behaviours.clear()
        for _ in range(12):
            self.kit.outbox.deliver()
            self.kit.outbox.reconcile()
            self.kit.pass_time(minutes=5)
        for line in self.intents():
            asked = line.state is ReplyState.IN_DOUBT and line.reconcile_at is None
            assert asked or line.state not in UNSETTLED, line
        self.each_at_most_once()
        self.nothing_private_is_public()


CALM = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]


def test_replies_keep_their_promises() -> None:
    """At most once, none forgotten, undone means never, private stays private: for any order of events."""
    everyday = settings(max_examples=6, stateful_step_count=18, deadline=None, suppress_health_check=CALM)
    run_state_machine_as_test(Replies, settings=everyday)


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_replies_keep_their_promises_for_long() -> None:
    """The same with many more orders of events."""
    many = settings(max_examples=400, stateful_step_count=50, deadline=None, suppress_health_check=CALM)
    run_state_machine_as_test(Replies, settings=many)


class _Leaky(WorldChannel):
    """The known-bad channel: it answers direct messages in public."""

    def _private(self, reply: PrivateReply) -> Sent:
        post = self.sandbox.world.post(self.owner, reply.text, via_api=self.owner.id)
        return Sent(native_id=post.id, sent_at=self.sandbox.world.clock.now())


class _Leaking(Replies):
    channel_type = _Leaky


@pytest.mark.long
def test_a_leak_would_be_seen() -> None:
    """With a channel that leaks, the same machine finds the canary in public."""
    few = settings(
        max_examples=60, stateful_step_count=12, deadline=None, suppress_health_check=CALM, phases=[Phase.generate]
    )
    with pytest.raises(AssertionError):
        run_state_machine_as_test(_Leaking, settings=few)

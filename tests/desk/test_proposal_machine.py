"""Proposals under everything at once: any order of writing, deciding, customers, crashes and time."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from desk_kit import Kit, make_kit
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from social_listener import failpoints
from social_listener.desk import proposals as deciding
from social_listener.desk_types.team import Proposal, ProposalState
from social_listener.errors import DeskError
from social_listener.failpoints import FailpointReached
from social_listener.model import ReplyState

CRASHES = [name for name in failpoints.NAMES if name.startswith("proposal.")]
STAFF = st.sampled_from(["ana", "ben"])
GIVEN_BACK = {ProposalState.REFUSED, ProposalState.WITHDRAWN, ProposalState.LAPSED}


class Proposals(RuleBasedStateMachine):
    """Two people who write and decide, three conversations, and a process that dies."""

    @initialize()
    def open(self) -> None:
        """Begin with two mentions and a direct thread, which can be answered for two hours."""
        self.folder = Path(tempfile.mkdtemp())
        self.kit: Kit = make_kit(self.folder)
        self.kit.channels["main"].window = timedelta(hours=2)
        self.items = [self.kit.mention(), self.kit.mention(author="ben"), self.kit.message(author="cleo")]
        self.ids: list[str] = []
        self.proposed: Counter[str] = Counter()
        self.approved: dict[str, str] = {}
        self.numbers = 0

    def proposal(self, which: int) -> Proposal | None:
        """Return a proposal as the store has it now."""
        if not self.ids:
            return None
        wanted = self.ids[which % len(self.ids)]
        with self.kit.store.read() as cursor:
            return deciding._shown(cursor, wanted)

    @rule(which=st.integers(0, 2), author=STAFF, again=st.booleans())
    def propose(self, which: int, author: str, again: bool) -> None:
        """Write a proposal, perhaps pressing twice."""
        self.numbers += 1
        text = f"proposal {self.numbers}"
        for _ in range(1 + again):
            with suppress(DeskError):
                made = self.kit.desk.team.propose(self.items[which], text, author, text, private=which == 2)
                if made.id not in self.ids:
                    self.ids.append(made.id)

    @rule(which=st.integers(0, 9), staff=STAFF, reword=st.booleans(), again=st.booleans())
    def approve(self, which: int, staff: str, reword: bool, again: bool) -> None:
        """Let it go, perhaps in other words, perhaps pressing twice."""
        proposal = self.proposal(which)
        if proposal is None:
            return
        text = f"{proposal.text} reworded" if reword else None
        for _ in range(1 + again):
            with suppress(DeskError):
                line = self.kit.desk.team.approve(proposal.id, staff, proposal.version, text=text)
                assert self.approved.setdefault(proposal.id, line.id) == line.id
                assert staff != proposal.author

    @rule(which=st.integers(0, 9), staff=STAFF)
    def refuse(self, which: int, staff: str) -> None:
        """Refuse it."""
        if proposal := self.proposal(which):
            with suppress(DeskError):
                self.kit.desk.team.refuse(proposal.id, staff, "no", proposal.version)

    @rule(which=st.integers(0, 9), staff=STAFF, revise=st.booleans())
    def change(self, which: int, staff: str, revise: bool) -> None:
        """Take it back, or write it anew."""
        if proposal := self.proposal(which):
            with suppress(DeskError):
                if revise:
                    self.kit.desk.team.revise(proposal.id, staff, f"{proposal.text} again", proposal.version)
                else:
                    self.kit.desk.team.withdraw(proposal.id, staff, proposal.version)

    @rule(which=st.integers(0, 9), place=st.sampled_from(CRASHES))
    def crash(self, which: int, place: str) -> None:
        """Let the process die while somebody approves."""
        proposal = self.proposal(which)
        if proposal is None:
            return
        failpoints.arm(f"{place}=raise")
        with suppress(FailpointReached, DeskError):
            self.kit.desk.team.approve(proposal.id, "ana" if proposal.author == "ben" else "ben", proposal.version)
        failpoints.disarm()
        self.kit.again()

    @rule(minutes=st.sampled_from([1, 30, 90]))
    def wait(self, minutes: int) -> None:
        """Let time go by, and both jobs run."""
        self.kit.pass_time(minutes=minutes)
        self.kit.desk.team.tend()
        self.kit.outbox.deliver()

    @rule(which=st.integers(0, 1))
    def write_again(self, which: int) -> None:
        """Let the customer say something more."""
        self.numbers += 1
        post = self.kit.sandbox.world.find(self.items[which].partition(":")[2])
        author = "mara" if which == 0 else "ben"
        self.kit.hear(self.kit.sandbox.world.post(author, f"@fernhill more {self.numbers}", reply_to=post))

    def said(self) -> Counter[str]:
        """Return our words at the platform."""
        truth = self.kit.sandbox.world.truth()
        owner = self.kit.channels["main"].owner.id
        posts = [post.text for post in truth.posts if post.author_id == owner]
        return Counter(posts + [one.text for one in truth.messages if one.sender_id == owner])

    @invariant()
    def never_unapproved_never_twice_never_lost(self) -> None:
        """Hold that what is at the platform was approved, once, and that every text is somewhere."""
        if not hasattr(self, "kit"):
            return
        lines = {line.id: line for line in self.kit.desk.outbox(include_settled=True)}
        found = [self.proposal(number) for number in range(len(self.ids))]
        approved = {one.reply_id: one for one in found if one and one.state is ProposalState.APPROVED}
        assert set(lines) == set(approved), "a reply without a decision, or a decision without a reply"
        for reply_id, proposal in approved.items():
            assert proposal.decided_by not in {None, proposal.author}
            assert (lines[reply_id].author, lines[reply_id].text) == (proposal.author, proposal.text)
        for text, times in self.said().items():
            assert times == 1, text
            assert text in {line.text for line in lines.values() if line.state is ReplyState.SENT}, text
        for proposal in found:
            if proposal and proposal.state in GIVEN_BACK:
                mode = "private" if proposal.private else "public"
                kept = self.kit.desk.draft(proposal.conversation_id, proposal.author, mode).text
                assert proposal.text in kept, proposal

    def teardown(self) -> None:
        """End the process."""
        failpoints.disarm()
        if hasattr(self, "kit"):
            self.kit.close()
            shutil.rmtree(self.folder)


CALM = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]


def test_proposals_keep_their_promises() -> None:
    """Never sent without approval, never twice, never lost: for any order of events."""
    everyday = settings(max_examples=5, stateful_step_count=20, deadline=None, suppress_health_check=CALM)
    run_state_machine_as_test(Proposals, settings=everyday)


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_proposals_keep_their_promises_for_long() -> None:
    """The same with many more orders of events."""
    many = settings(max_examples=400, stateful_step_count=50, deadline=None, suppress_health_check=CALM)
    run_state_machine_as_test(Proposals, settings=many)


class _Hasty(Proposals):
    """The known-bad house: what is proposed is sent beside it."""

    @rule(which=st.integers(0, 9))
    def send_unasked(self, which: int) -> None:
        """Send a proposal's words without any decision."""
        if proposal := self.proposal(which):
            with suppress(DeskError):
                say = self.kit.desk.reply_private if proposal.private else self.kit.desk.reply_public
                say(proposal.item_id, proposal.text, proposal.author, f"hasty {proposal.id}")


@pytest.mark.long
def test_a_hasty_house_would_be_seen() -> None:
    """With a way round the decision, the same machine finds a reply that nobody approved."""
    few = settings(
        max_examples=60, stateful_step_count=12, deadline=None, suppress_health_check=CALM, phases=[Phase.generate]
    )
    with pytest.raises(AssertionError):
        run_state_machine_as_test(_Hasty, settings=few)

"""Random lives of a Page: whatever is polled and pushed in whatever order, the store becomes the truth."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test
from push_kit import Door
from reading_kit import rows
from test_ingest_meta import ACCOUNT, House, open_house, streams

from social_listener.channels.facebook import Facebook
from social_listener.cursor import Cursor
from social_listener.model import Page, Stream, StreamKind

PEOPLE = ("mara", "ben", "cleo")
TEXTS = ("where is my order?", "I want a refund", "thanks, lovely", "the machine burned my hand")
LATE = (0, 0, 0, 240, 1200)  # seconds until a read shows it
#: what a poll sees of a fault, and goes on from
FAULTS = ("html_503", "cut", "empty_200", "expired_page_token", "status_429")


def compare(house: House) -> None:
    """Hold the store against the truth: every comment, visitor's post and message once, as it is now."""
    truth, page_id = house.graph.truth(), house.graph.page_id
    found = rows(house.ingest.store, "SELECT * FROM interactions WHERE NOT context")
    stored = {one["id"].partition(":")[2]: one for one in found}
    assert len(stored) == len(found)
    said = [*truth.comments, *(post for post in truth.posts if post.kind == "visitor")]
    for one in said:
        item = stored.pop(one.id, None)
        if item is None:
            assert one.deleted, f"{one.text!r} was lost"
            continue
        assert (item["deleted_at"] is not None) == one.deleted, one
        assert item["text"] == ("" if one.deleted else one.text)
        assert item["outbound"] == (one.author_id == page_id)
        assert one.deleted or item["hidden"] == one.hidden
        assert not item["private"]
    for one in truth.messages:
        item = stored.pop(one.id, None)
        assert item is not None, f"message {one.text!r} was lost"
        assert (item["text"], item["outbound"], item["private"]) == (one.text, one.ours, True)
        assert item["conversation_id"] == f"facebook:{page_id}-{one.contact_id}"
    assert stored == {}


class Life(RuleBasedStateMachine):
    """Customers and staff write, edit, hide and remove; the program polls and is pushed to, with faults on the way."""

    channel: type[Facebook] = Facebook

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.house = open_house("facebook", self.folder)
        if self.channel is not Facebook:
            made: Any = self.house.ingest.channels[ACCOUNT]
            made.__class__ = self.channel
        self.world, self.graph = self.house.sandbox.world, self.house.graph
        self.door = Door(self.house.ingest)
        self.door.open()
        self.house.sandbox.webhooks.subscribe("facebook", self.door.webhook(ACCOUNT))
        self.comments: list[Any] = []

    def teardown(self) -> None:
        """Let everything arrive, then compare."""
        try:
            self.house.sandbox.faults.clear()
            self.house.sandbox.webhooks.mode()
            for _ in range(2):
                self.world.advance(7200)
                self.push()
                self.poll()
            self.world.advance(7200)
            while self.house.ingest.recheck(ACCOUNT):
                pass
            compare(self.house)
        finally:
            self.door.close()
            self.house.ingest.store.close()
            self.house.sandbox.stop()
            shutil.rmtree(self.folder)

    @rule(who=st.sampled_from(PEOPLE), text=st.sampled_from(TEXTS), late=st.sampled_from(LATE))
    def comment(self, who: str, text: str, late: int) -> None:
        """Comment below our post."""
        self.comments.append(self.graph.comment(who, self.house.root, text, visible_after=late))

    @precondition(lambda self: self.comments)
    @rule(data=st.data(), who=st.sampled_from((*PEOPLE, None)), text=st.sampled_from(TEXTS), late=st.sampled_from(LATE))
    def answer(self, data: st.DataObject, who: str | None, text: str, late: int) -> None:
        """Answer a comment: a customer, or staff in the platform's own app."""
        target = data.draw(st.sampled_from(self.comments))
        if who is None:
            made = self.graph.app_comment(target, text, visible_after=late)
        else:
            made = self.graph.comment(who, target, text, visible_after=late)
        self.comments.append(made)

    @precondition(lambda self: self.comments)
    @rule(data=st.data(), what=st.sampled_from(("edit", "delete", "hide", "show")))
    def change(self, data: st.DataObject, what: str) -> None:
        """Edit, remove or hide something."""
        one = data.draw(st.sampled_from(self.comments))
        if one.deleted_ms is not None:
            return
        if what == "edit":
            self.graph.edit(one, f"{one.text}, or so")
        elif what == "delete":
            self.graph.delete(one)
        elif not one.author.brand:
            self.graph.hide(one, what == "hide")

    @rule(who=st.sampled_from(PEOPLE), ours=st.booleans(), text=st.sampled_from(TEXTS), late=st.sampled_from(LATE))
    def message(self, who: str, ours: bool, text: str, late: int) -> None:
        """Write directly."""
        write = self.graph.app_message if ours else self.graph.message
        write(who, text, "messenger", visible_after=late)

    @rule(who=st.sampled_from(PEOPLE), text=st.sampled_from(TEXTS), late=st.sampled_from(LATE))
    def visit(self, who: str, text: str, late: int) -> None:
        """Post on our Page."""
        self.graph.visitor_post(who, text, visible_after=late)

    @rule(seconds=st.sampled_from((1, 30, 400)))
    def wait(self, seconds: int) -> None:
        """Let time pass."""
        self.world.advance(seconds)

    @rule()
    def poll(self) -> None:
        """Poll every stream."""
        for one in streams("facebook"):
            self.house.ingest.poll(one, until_end=True)

    @rule(
        lost=st.sampled_from((0.0, 0.5, 1.0)),
        doubled=st.sampled_from((0.0, 0.7)),
        shuffled=st.booleans(),
        hold=st.booleans(),
    )
    def manner(self, lost: float, doubled: float, shuffled: bool, hold: bool) -> None:
        """Lose, double and disorder what is pushed from now on."""
        self.house.sandbox.webhooks.mode(lost=lost, doubled=doubled, shuffled=shuffled, hold=hold)

    @rule()
    def push(self) -> None:
        """Push what waits, and read it."""
        self.house.sandbox.webhooks.flush()
        self.house.ingest.receive(ACCOUNT)

    @rule(fault=st.sampled_from(FAULTS))
    def break_one(self, fault: str) -> None:
        """Break one read."""
        self.house.sandbox.faults.add("GET /**", fault, times=1, reset_in=60.0)


class Forgetful(Facebook):
    """A careless channel: it asks only for the comments below posts that moved since the mark, without the overlap."""

    def fetch(self, stream: Stream, cursor: Cursor, now: Any) -> Page:
        """Take the newest posts only once they moved again."""
        page = super().fetch(stream, cursor, now)
        if stream.kind is StreamKind.COMMENTS and cursor.since is not None:
            return replace(page, interactions=tuple(one for one in page.interactions if one.sent_at > cursor.since))
        return page


class ForgetfulLife(Life):
    """The same life, read by a careless channel, with nothing pushed to make good for it."""

    channel = Forgetful

    @rule()
    def manner(self) -> None:  # type: ignore[override]
        """Push nothing."""
        self.house.sandbox.webhooks.mode(lost=1.0)

    def __init__(self) -> None:
        super().__init__()
        self.house.sandbox.webhooks.mode(lost=1.0)


def quick(examples: int) -> settings:
    """Return how long the machine runs."""
    return settings(
        max_examples=examples,
        stateful_step_count=25,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate,),
    )


def test_the_store_becomes_the_truth() -> None:
    """Lost, doubled, disordered deliveries, late reads, faults: at the end every item is there once, as it is now."""
    run_state_machine_as_test(Life, settings=quick(4))


@pytest.mark.long
def test_a_careless_channel_is_found_out() -> None:
    """The negative control: without the overlap something that showed late is lost."""
    with pytest.raises(AssertionError, match="was lost"):
        run_state_machine_as_test(ForgetfulLife, settings=quick(40))

"""Whatever happens in whatever order, the store ends up with what was posted: each item once, nothing lost."""

from __future__ import annotations

import logging
import shutil
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from blank_store import laid
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test
from world_channel import ACCOUNT, WorldChannel, stream_of

from social_listener import cursor as cursors
from social_listener import failpoints
from social_listener.cursor import Cursor, Gap
from social_listener.errors import PageExpired, RateLimited, Unauthorized, Unavailable
from social_listener.ingest import Ingest, walk
from social_listener.model import Page
from social_listener.sandbox import Sandbox
from social_listener.scoring import Weights
from social_listener.settings import PollingSettings
from social_listener.store import Store

OVERLAP = timedelta(minutes=30)
LATEST = 25 * 60.0  # seconds: the latest that an item shows, shorter than the overlap
TEXTS = ("@fernhill where is my order?", "@fernhill refund please", "@fernhill thanks!", "@fernhill it burned my hand")
WRITERS = ("mara", "ben", "cleo")
PLACES = tuple(name for name in failpoints.NAMES if name.startswith("ingest."))


class Machine(RuleBasedStateMachine):
    """Posts, edits, deletions, polls, crashes, outages and steps of our clock, in any order."""

    most: int | None = None  # how many items a whole walk can bring

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.sandbox = Sandbox(seed=1, clock="manual")
        self.world = self.sandbox.world
        for name in WRITERS:
            self.world.add_user(name)
        self.step = timedelta()
        self.channel = WorldChannel(self.sandbox, most=self.most)
        self.stream = stream_of(overlap=OVERLAP)
        self.posts: list[str] = []
        self.open()

    def clock(self) -> datetime:
        """Return our own clock, which need not agree with the platform's."""
        return self.world.clock.now() + self.step

    def open(self) -> None:
        """Start the program anew on the same file."""
        self.store = Store.open(laid(self.folder / "store.duckdb"))
        polling = PollingSettings(recheck_every=timedelta(hours=1))
        self.ingest = Ingest(
            self.store,
            {ACCOUNT: self.channel},
            streams={self.stream.id: self.stream},
            weights=Weights(),
            polling=polling,
            clock=self.clock,
            chance=lambda: 0.5,
        )

    def teardown(self) -> None:
        """Let everything heal, and compare."""
        try:
            self.heal()
            self.compare()
        finally:
            self.store.close()
            shutil.rmtree(self.folder)

    # -- what happens --------------------------------------------------------------------------------------------------

    @initialize()
    def first_poll(self) -> None:
        """Begin with an empty platform, so that nothing older than the first walk is excused."""
        assert self.ingest.poll(self.stream).complete

    @rule(
        writer=st.sampled_from(WRITERS), text=st.sampled_from(TEXTS), late=st.floats(0, LATEST), count=st.integers(1, 8)
    )
    def post(self, writer: str, text: str, late: float, count: int) -> None:
        """Post a few things, some of which show late."""
        for number in range(count):
            shown = late if number % 2 else 0.0
            self.posts.append(self.world.post(writer, f"{text} {len(self.posts)}", visible_after=shown).id)
            self.world.advance(1)

    @precondition(lambda self: self.posts)
    @rule(data=st.data())
    def answer(self, data: st.DataObject) -> None:
        """Answer in the platform's own app."""
        target = data.draw(st.sampled_from(self.posts))
        if not self.world.find(target).deleted_ms:
            self.world.post(self.sandbox.brand, "We are looking into it.", reply_to=target)

    @precondition(lambda self: self.posts)
    @rule(data=st.data())
    def edit(self, data: st.DataObject) -> None:
        """Word one anew."""
        target = data.draw(st.sampled_from(self.posts))
        if not self.world.find(target).deleted_ms:
            self.world.edit(target, f"@fernhill edited {self.world.clock.now():%H:%M:%S}")

    @precondition(lambda self: self.posts)
    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        """Take one away."""
        target = data.draw(st.sampled_from(self.posts))
        if not self.world.find(target).deleted_ms:
            self.world.delete(target)

    @rule(seconds=st.floats(1, 4 * 3600))
    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.world.advance(seconds)

    @rule(minutes=st.integers(-90, 90))
    def clock_step(self, minutes: int) -> None:
        """Set our own clock wrong."""
        self.step = timedelta(minutes=minutes)

    @rule()
    def poll(self) -> None:
        """Poll to the end."""
        self.ingest.poll(self.stream, until_end=True)

    @rule(pages=st.integers(1, 3))
    def poll_a_little(self, pages: int) -> None:
        """Stop after a few pages, as a service that is asked to end does."""
        left = iter(range(pages - 1))
        self.ingest.poll(self.stream, stop=lambda: next(left, None) is None)

    @rule(pages=st.integers(1, 3), late=st.booleans())
    def poll_while_people_post(self, pages: int, late: bool) -> None:
        """Have things posted between two pages of a walk."""

        def meanwhile() -> None:
            nonlocal pages
            if pages:
                pages -= 1
                self.post("ben", TEXTS[0], 60.0 if late else 0.0, 3)

        self.channel.before_page = meanwhile
        try:
            self.ingest.poll(self.stream, until_end=True)
        finally:
            self.channel.before_page = lambda: None

    @rule(place=st.sampled_from(PLACES), passes=st.integers(0, 2))
    def crash(self, place: str, passes: int) -> None:
        """Crash at a named place of a poll, after it was passed a few times, and start anew."""
        left = iter(range(passes))
        failpoints.arm(f"{place}=raise")
        real = failpoints._STATE[0]
        assert real is not None
        hit = real.hit
        real.hit = lambda name: None if next(left, None) is not None else hit(name)  # type: ignore[method-assign]
        try:
            self.ingest.poll(self.stream, until_end=True)
        except failpoints.FailpointReached:
            pass
        finally:
            failpoints.disarm()
        self.store.close()
        self.open()

    @rule(good=st.integers(0, 2), fault=st.sampled_from(["down", "limit", "limit untold", "expired", "refused"]))
    def outage(self, good: int, fault: str) -> None:
        """Poll a platform that fails after a few good pages."""
        errors = {
            "down": Unavailable("down", account_id=ACCOUNT),
            "limit": RateLimited("slow", account_id=ACCOUNT, retry_at=self.clock() + timedelta(minutes=5)),
            "limit untold": RateLimited("slow", account_id=ACCOUNT),
            "expired": PageExpired("gone", account_id=ACCOUNT),
            "refused": Unauthorized("no", account_id=ACCOUNT),
        }
        self.channel.faults = [*[None] * good, errors[fault]]
        self.ingest.poll(self.stream, until_end=True)
        self.channel.faults = []

    @rule()
    def recheck(self) -> None:
        """Look stored items up again."""
        self.ingest.recheck(ACCOUNT)

    # -- what must be true ---------------------------------------------------------------------------------------------

    def heal(self) -> None:
        """Mend the platform and the clock, wait until everything shows, poll and look up until all is told."""
        self.step = timedelta()
        self.world.advance(LATEST)
        for _ in range(3):
            self.world.advance(3 * 3600)
            assert self.ingest.poll(self.stream, until_end=True).error is None
        self.world.advance(3 * 3600)
        while self.ingest.recheck(ACCOUNT):
            pass

    def compare(self) -> None:
        """Hold the store against the truth."""
        with self.store.read() as cursor:
            rows = cursor.execute("SELECT id, text, deleted_at, outbound, answered_at FROM interactions").fetchall()
            wordings = cursor.execute("SELECT id, interaction_id, text FROM interaction_versions").fetchall()
            spans = cursor.execute("SELECT since, until FROM gaps").fetchall()
            waiting = {row[0] for row in cursor.execute("SELECT conversation_id FROM queue").fetchall()}
        stored = {row[0]: row for row in rows}
        assert len(stored) == len(rows)
        truth = {f"x:{post.id}": post for post in self.world.truth().posts}
        assert stored.keys() <= truth.keys()
        for item_id, post in truth.items():
            row = stored.get(item_id)
            if row is None:
                excused = any(since <= post.sent_at <= until for since, until in spans)
                assert post.deleted or excused, f"{post.text!r} of {post.sent_at} was lost"
                continue
            _, text, deleted_at, outbound, answered_at = row
            assert (deleted_at is not None) == post.deleted, post.text
            assert text == ("" if post.deleted else post.shown_text)
            if not outbound and not post.deleted:
                key = f"x:{post.conversation_id}:{post.author_id}"
                assert key in waiting, f"{post.text!r} is in nobody's queue"
            if not outbound and not post.deleted:  # a tombstone waits for nothing
                assert (answered_at is not None) == self.answered(post.id, stored.keys(), post.versions[-1].sent_at)
        versions = {version.id: version.text for post in truth.values() for version in post.versions}
        for version_id, item_id, text in wordings:
            assert item_id in stored
            assert text == "" if truth[item_id].deleted else text in versions[version_id.removeprefix("x:")] or text

    def answered(self, post_id: str, stored: object, since: datetime) -> bool:
        """Return whether we said something in a post's conversation since then: since it was said, or said anew."""
        return any(
            post.parent_id is not None
            and post.author_id == self.sandbox.brand.id
            and post.conversation_id == self.world.truth().post(post_id).conversation_id
            and f"x:{post.id}" in stored  # type: ignore[operator]
            and post.sent_at >= since
            for post in self.world.truth().posts
        )


class SmallHorizon(Machine):
    """The same, on a platform that gives the newest twelve items and no more: what it cannot give is a gap."""

    most = 12


def run(machine: type[Machine], examples: int, steps: int, *, find: bool = False) -> None:
    """Run a machine; `find`: stop at the first counterexample without making it small."""
    logging.disable(logging.CRITICAL)
    try:
        run_state_machine_as_test(  # type: ignore[no-untyped-call]
            machine,
            settings=settings(
                max_examples=examples,
                stateful_step_count=steps,
                deadline=None,
                database=None,
                suppress_health_check=list(HealthCheck),
                phases=[Phase.generate] if find else [Phase.generate, Phase.shrink],
                print_blob=False,
            ),
        )
    finally:
        logging.disable(logging.NOTSET)


def test_nothing_is_lost_and_nothing_is_twice() -> None:
    """In every order of posts, edits, deletions, polls, crashes and faults the store holds each item once."""
    run(Machine, 6, 25)


def test_what_a_platform_cannot_give_is_a_gap() -> None:
    """With a short horizon every item is stored, deleted, or within a recorded gap."""
    run(SmallHorizon, 4, 25)


@pytest.mark.long
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("machine", [Machine, SmallHorizon])
def test_nothing_is_lost_in_the_long_run(machine: type[Machine]) -> None:
    """The same over two thousand examples of fifty steps."""
    run(machine, 2000, 50)


# -- rules that are known to lose items --------------------------------------------------------------------------------


def _moves_at_once(cursor: Cursor, page: Page, *, known: bool, overlap: timedelta) -> tuple[Cursor, Gap | None]:
    """Move the mark with the first page."""
    moved, gap = cursors.advance(cursor, page, known=known, overlap=overlap)
    return Cursor(since=page.server_time, resume=moved.resume, started=page.server_time), gap


@pytest.mark.long
def test_a_mark_that_moves_with_the_first_page_loses_items(monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: the machine finds what this naive rule loses."""
    monkeypatch.setattr(walk, "advance", _moves_at_once)
    monkeypatch.setattr(walk, "restart", lambda cursor: Cursor(since=cursor.since))
    with pytest.raises(AssertionError, match="was lost"):
        run(Machine, 200, 30, find=True)


class NoOverlap(Machine):
    """A walk that reads nothing again."""

    def __init__(self) -> None:
        super().__init__()
        self.stream = stream_of(overlap=timedelta(0))
        self.store.close()
        self.open()


@pytest.mark.long
def test_no_overlap_loses_items() -> None:
    """Negative control: without an overlap, what shows late is lost, and the machine finds it."""
    with pytest.raises(AssertionError, match="was lost"):
        run(NoOverlap, 200, 30, find=True)

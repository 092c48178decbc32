"""Reading X whole: real tweepy, real HTTP, the sandbox's truth."""

from __future__ import annotations

import logging
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test
from reading_kit import everything, reading, row, rows

from social_listener.channels import factory, stream_kinds
from social_listener.ingest import Ingest
from social_listener.model import Stream, StreamKind
from social_listener.sandbox import Sandbox
from social_listener.settings import PollingSettings
from social_listener.store import pages

ACCOUNT = "fernhill"
KEYS = ("consumer_key", "consumer_secret", "access_token", "access_token_secret", "bearer_token")
FAULTS = (
    "status_429",
    "html_503",
    "cut",
    "empty_200",
    "reset",
    "status_401",
    "status_402",
    "partial_errors",
    "wrong_types",
    "expired_page_token",
)
TEXTS = ("where is my order?", "I want a refund", "thanks, lovely", "the machine burned my hand")


def streams() -> tuple[Stream, ...]:
    """Return a stream of every kind."""
    return tuple(
        Stream(
            id=f"{ACCOUNT}/{kind}",
            account_id=ACCOUNT,
            channel="x",
            kind=kind,
            name=kind,
            interval=timedelta(minutes=1),
            overlap=timedelta(minutes=30),
            query="fernhill coffee -from:fernhill" if kind is StreamKind.SEARCH else None,
        )
        for kind in stream_kinds("x")
    )


@dataclass
class House:
    """A sandbox, and a program that reads it."""

    sandbox: Sandbox
    ingest: Ingest
    folder: Path

    def poll(self) -> None:
        """Poll every stream to its end."""
        for stream in streams():
            self.ingest.poll(stream, until_end=True)

    def close(self) -> None:
        """End both."""
        self.ingest.store.close()
        self.sandbox.stop()


def open_ingest(sandbox: Sandbox, path: Path) -> Ingest:
    """Return a program that reads `sandbox` into the database at `path`."""
    channel = factory("x")(
        account_id=ACCOUNT,
        credentials={name: sandbox.credentials[name] for name in KEYS},
        base_url=sandbox.base_url,
        options={},
        connect_timeout=timedelta(seconds=5),
        read_timeout=timedelta(seconds=10),
    )
    polling = PollingSettings(recheck_every=timedelta(hours=1))
    return reading(path, channel, clock=sandbox.world.clock.now, streams=streams(), polling=polling)


def open_house(folder: Path) -> House:
    """Return a house with an empty store and nobody but the brand and three customers."""
    sandbox = Sandbox(seed=3, clock="manual")
    sandbox.start()
    for name in ("mara", "ben", "cleo"):
        sandbox.world.add_user(name)
    return House(sandbox, open_ingest(sandbox, folder / "store.duckdb"), folder)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """Return a house."""
    made = open_house(tmp_path)
    yield made
    made.close()


def compare(house: House) -> None:
    """Hold the store against the truth: every mention, answer, search hit and message once, as it is now."""
    world, brand = house.sandbox.world, house.sandbox.brand
    found = rows(house.ingest.store, "SELECT * FROM interactions WHERE NOT context")
    stored = {one["id"]: one for one in found}
    assert len(stored) == len(found)
    roots = {post.id for post in world.truth().posts if post.author_id == brand.id and post.parent_id is None}
    for post in world.truth().posts:
        item = stored.pop(f"x:{post.id}", None)
        about_us = (
            "@fernhill" in post.shown_text.lower()
            or post.conversation_id in roots
            or ("fernhill" in post.text and "coffee" in post.text)
        )
        if item is None:
            assert post.deleted or not about_us or post.author_id == brand.id, f"{post.shown_text!r} was lost"
            continue
        assert (item["deleted_at"] is not None) == post.deleted
        assert item["text"] == ("" if post.deleted else post.shown_text)
        assert item["outbound"] == (post.author_id == brand.id)
        assert item["sent_at"] == post.sent_at
        assert not item["private"]
    for message in world.truth().messages:
        item = stored.pop(f"x:{message.id}", None)
        assert item is not None, f"message {message.text!r} was lost"
        assert item["private"]
        assert item["text"] == message.text
        assert item["outbound"] == (message.sender_id == brand.id)
    assert stored == {}
    assert (
        rows(house.ingest.store, "SELECT * FROM dead_letters WHERE settled_at IS NULL AND native_id IS NOT NULL") == []
    )
    open_talks = {one["conversation_id"] for one in rows(house.ingest.store, "SELECT conversation_id FROM queue")}
    alive = {one["conversation_id"] for one in found if not one["outbound"] and one["deleted_at"] is None}
    assert open_talks == alive


class Machine(RuleBasedStateMachine):
    """Customers write in public and in private, edit and delete; the platform fails; the program restarts."""

    def __init__(self) -> None:
        super().__init__()
        self.house = open_house(Path(tempfile.mkdtemp()))
        self.world = self.house.sandbox.world
        self.root = self.world.post(self.house.sandbox.brand, "New beans are in!")
        self.posts: list[str] = []

    def teardown(self) -> None:
        """Let everything heal, and compare."""
        try:
            self.house.sandbox.faults.clear()
            self.world.advance(2 * 3600)
            for _ in range(4):
                self.world.advance(1200)
                self.house.poll()
            self.world.advance(3 * 3600)
            while self.house.ingest.recheck(ACCOUNT):
                pass
            compare(self.house)
        finally:
            self.house.close()
            shutil.rmtree(self.house.folder)

    @rule(
        writer=st.sampled_from(("mara", "ben", "cleo")),
        text=st.sampled_from(TEXTS),
        form=st.sampled_from(("@fernhill {}", "fernhill coffee: {}", "{}")),
        late=st.sampled_from((0.0, 0.0, 600.0)),
    )
    def post(self, writer: str, text: str, form: str, late: float) -> None:
        """Name us, speak of us without naming us, or answer below our post."""
        answer = self.root if form == "{}" else None
        said = f"{form.format(text)} {len(self.posts)}"
        self.posts.append(self.world.post(writer, said, reply_to=answer, visible_after=late).id)
        self.world.advance(2)

    @rule(writer=st.sampled_from(("mara", "ben")), ours=st.booleans())
    def message(self, writer: str, ours: bool) -> None:
        """Write in private, to us or from us."""
        brand = self.house.sandbox.brand
        first, second = (brand, writer) if ours else (writer, brand)
        self.world.dm(first, second, f"message at {self.world.clock.now():%H:%M:%S}")
        self.world.advance(2)

    @precondition(lambda self: self.posts)
    @rule(data=st.data(), what=st.sampled_from(("edit", "delete", "answer")))
    def change(self, data: st.DataObject, what: str) -> None:
        """Edit, delete, or be answered in X's own app."""
        target = data.draw(st.sampled_from(self.posts))
        post = self.world.find(target)
        if post.deleted_ms:
            return
        if what == "edit":
            self.world.edit(target, post.text + "!")
        elif what == "delete":
            self.world.delete(target)
        else:
            self.world.post(self.house.sandbox.brand, "On it.", reply_to=target)
        self.world.advance(2)

    @rule()
    def poll(self) -> None:
        """Poll every stream."""
        self.world.advance(60)
        self.house.poll()

    @rule(kind=st.sampled_from(FAULTS))
    def fault(self, kind: str) -> None:
        """Poll a platform that fails twice."""
        self.house.sandbox.faults.add(endpoint="GET /2/*", kind=kind, times=2)
        self.house.poll()
        self.house.sandbox.faults.clear()
        self.world.advance(1800)

    @rule()
    def restart(self) -> None:
        """End the program and start it again."""
        self.house.ingest.store.close()
        self.house.ingest = open_ingest(self.house.sandbox, self.house.folder / "store.duckdb")


def run(examples: int, steps: int) -> None:
    """Run the machine."""
    logging.disable(logging.CRITICAL)
    try:
        run_state_machine_as_test(  # type: ignore[no-untyped-call]
            Machine,
            settings=settings(
                max_examples=examples,
                stateful_step_count=steps,
                deadline=None,
                database=None,
                suppress_health_check=list(HealthCheck),
                phases=[Phase.generate],
                print_blob=False,
            ),
        )
    finally:
        logging.disable(logging.NOTSET)


@pytest.mark.long
def test_everything_said_on_x_is_stored_once() -> None:
    """Mentions, answers below our posts, search hits and messages, in any order, with faults."""
    run(4, 14)


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_everything_said_on_x_is_stored_once_in_the_long_run() -> None:
    """The same at length."""
    run(150, 30)


def test_a_life_on_x_is_replayed_to_the_last_row(house: House) -> None:
    """Items, wordings, contacts and tombstones built anew from X's raw answers are those that were there."""
    world = house.sandbox.world
    root = world.post(house.sandbox.brand, "New beans are in!")
    first = world.post("mara", "@fernhill where is my order? https://example.org/x", reply_to=root)
    world.post("ben", "fernhill coffee is great")
    gone = world.post("cleo", "@fernhill canary-words, sold to nobody")
    world.dm("ben", house.sandbox.brand, "a private word")
    world.advance(60)
    house.poll()
    world.edit(first, "@fernhill it burned my hand")
    world.post(house.sandbox.brand, "We are sorry, which order is it?", reply_to=first)
    world.delete(gone)
    world.advance(3700)
    house.poll()
    while house.ingest.recheck(ACCOUNT):
        pass
    before = everything(house.ingest.store)
    house.ingest.replay()
    assert everything(house.ingest.store) == before
    compare(house)
    wordings = row(house.ingest.store, "SELECT count(*) AS n FROM interaction_versions WHERE text <> ''")
    assert wordings["n"] == 2
    assert b"canary" not in b"".join(_answers(house))


def _answers(house: House) -> list[bytes]:
    """Return every stored raw answer as it came."""
    with house.ingest.store.read() as cursor:
        return [one.body for one in pages.stored_pages(cursor)]

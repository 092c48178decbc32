"""Push and poll, in any order and with deliveries doubled and overtaking each other, make the same store as one poll.

What is compared are the items that live, whom they belong to, which streams have them, who waits for an answer. What
depends on when something came is not: when it was first seen, wordings in between, the address of the first wording
that was met, which of several answers counts as the first, tombstones of what only one of the two ever saw alive, and
scores, which know who wrote before. Answers of ours are not taken back here: one that was seen alive has answered.
"""

from __future__ import annotations

import logging
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from push_kit import Door
from reading_kit import rows
from test_ingest_x import ACCOUNT, FAULTS, House, open_ingest

from social_listener.ingest import Ingest
from social_listener.ingest.told import Told
from social_listener.sandbox import Sandbox
from social_listener.sandbox.webhooks.activity import ActivityType

WEBHOOK = f"{ACCOUNT}/webhook"
EVENTS: tuple[ActivityType, ...] = (
    "post.create",
    "post.delete",
    "post.mention.create",
    "post.reply.create",
    "dm.received",
    "dm.sent",
)
CUSTOMERS = ("mara", "ben", "cleo")
Step = tuple[str, int, int]


@dataclass
class History:
    """What people do in the sandbox."""

    sandbox: Sandbox
    said: list[str] = field(default_factory=list)
    ours: list[str] = field(default_factory=list)
    news: list[str] = field(default_factory=list)  # those of ours that answer nobody

    def do(self, verb: str, first: int, second: int) -> None:
        """Do one thing; numbers pick who and what of those there are."""
        world, brand = self.sandbox.world, self.sandbox.brand
        writer = CUSTOMERS[first % len(CUSTOMERS)]
        target = self.said[second % len(self.said)] if self.said else None
        number = len(self.said) + len(self.ours)
        if verb == "mention":
            late = 300.0 if second % 3 == 0 else 0.0
            self.said.append(world.post(writer, f"@fernhill question {number}", visible_after=late).id)
        elif verb == "answer us" and self.ours:
            below = self.ours[second % len(self.ours)]
            if not world.find(below).deleted_ms:
                self.said.append(world.post(writer, f"about that {number}", reply_to=below).id)
        elif verb == "edit" and target:
            world.edit(target, f"@fernhill anew {number} {second}")
        elif verb == "answer" and target:
            self.ours.append(world.post(brand, f"We are on it {number}", reply_to=target).id)
        elif verb == "say":
            self.ours.append(world.post(brand, f"News {number}").id)
            self.news.append(self.ours[-1])
        elif verb == "take back" and self.news:
            world.delete(self.news.pop(second % len(self.news)))
        elif verb == "message":
            pair = (brand, writer) if second % 3 == 0 else (writer, brand)
            world.dm(*pair, f"in private {number} <&>")
        world.advance(second % 40)


VERBS = ("mention", "answer us", "edit", "answer", "say", "take back", "message", "push", "poll", "fault", "restart")
STEPS = st.lists(st.tuples(st.sampled_from(VERBS), st.integers(0, 50), st.integers(0, 50)), min_size=4, max_size=16)


def outcome(ingest: Ingest) -> dict[str, Any]:
    """Return what both ways must agree on."""
    store = ingest.store
    items = rows(
        store,
        """SELECT id, channel, account_id, conversation_id, thread_id, author_id, kind, private, outbound, text,
                  sent_at, version_id, edited_at, reply_to_id, quoted_id, language, addresses_us, hidden, attachments,
                  answered_at IS NOT NULL AS answered
           FROM interactions WHERE NOT context AND deleted_at IS NULL ORDER BY id""",
    )
    living = {one["id"] for one in items}
    seen = rows(
        store,
        """SELECT stream_id, id AS item FROM interactions UNION SELECT stream_id, interaction_id AS item FROM sightings
           ORDER BY ALL""",
    )
    talks = rows(
        store,
        """SELECT id, contact_id, private, status, first_at, last_at, newest_id,
                  list_sort(string_split(waiting_ids, ' ')) AS waits, elsewhere FROM conversations ORDER BY id""",
    )
    queue = "SELECT conversation_id, kind, waiting_since, unanswered, last_at FROM queue ORDER BY conversation_id"
    people = "SELECT id, handle, name, followers, verified, description, avatar_url FROM contacts ORDER BY id"
    return {
        "items": items,
        "seen": [one for one in seen if one["stream_id"] != WEBHOOK and one["item"] in living],
        "talks": talks,
        "queue": rows(store, queue),
        "people": rows(store, people),
        "letters": rows(store, "SELECT reason FROM dead_letters"),
    }


Spoil = Callable[[Ingest], None]


def live(steps: list[Step], spoil: Spoil = lambda _: None) -> tuple[dict[str, Any], dict[str, Any]]:
    """Let a history happen to a program that is pushed to and polls now and then; return its store, and a poll's.

    `spoil` makes the first of the two a known-bad one.
    """
    folder = Path(tempfile.mkdtemp())
    sandbox = Sandbox(seed=3, clock="manual")
    sandbox.start()
    try:
        for name in CUSTOMERS:
            sandbox.world.add_user(name)
        return _live(sandbox, folder, steps, spoil)
    finally:
        sandbox.stop()
        shutil.rmtree(folder)


class Program:
    """A program that reads a sandbox, and is pushed to."""

    def __init__(self, sandbox: Sandbox, folder: Path, spoil: Spoil) -> None:
        self.sandbox, self.folder, self.spoil = sandbox, folder, spoil
        self.start()
        sandbox.webhooks.mode(doubled=0.4, shuffled=True, spread=120.0, hold=True)

    def start(self) -> None:
        """Open the database and the port, and have X push there."""
        self.house = House(self.sandbox, open_ingest(self.sandbox, self.folder / "both.duckdb"), self.folder)
        self.spoil(self.house.ingest)
        self.door = Door(self.house.ingest)
        self.door.open()
        self.sandbox.webhooks.subscribe("x", self.door.webhook(ACCOUNT), events=EVENTS)

    def end(self) -> None:
        """Close both."""
        self.door.close()
        self.house.ingest.store.close()

    def do(self, verb: str, number: int) -> None:
        """Be pushed to, poll, poll a platform that fails, or begin again."""
        if verb == "push":
            self.sandbox.webhooks.flush()
            self.house.ingest.receive(ACCOUNT)
        elif verb == "restart":
            self.end()
            self.start()
        else:
            if verb == "fault":
                self.sandbox.faults.add(endpoint="GET /2/*", kind=FAULTS[number % len(FAULTS)], times=2)
            self.house.poll()
            self.sandbox.faults.clear()
            self.sandbox.world.advance(1800 if verb == "fault" else 60)


def _live(sandbox: Sandbox, folder: Path, steps: list[Step], spoil: Spoil) -> tuple[dict[str, Any], dict[str, Any]]:
    program, history = Program(sandbox, folder, spoil), History(sandbox)
    try:
        for verb, first, second in steps:
            if verb in {"push", "poll", "fault", "restart"}:
                program.do(verb, first)
            else:
                history.do(verb, first, second)
        for _ in range(3):
            sandbox.world.advance(1200)
            program.do("push", 0)
            program.do("poll", 0)
        both = outcome(program.house.ingest)
    finally:
        program.end()
    alone = House(sandbox, open_ingest(sandbox, folder / "alone.duckdb"), folder)
    try:
        alone.poll()
        return both, outcome(alone.ingest)
    finally:
        alone.ingest.store.close()


def check(steps: list[Step], spoil: Spoil = lambda _: None) -> None:
    """Hold the two against each other."""
    both, alone = live(steps, spoil)
    # Whoever only wrote what was deleted is known to one of the two alone.
    people = {one["id"] for one in alone["people"]}
    both["people"] = [one for one in both["people"] if one["id"] in people]
    for table, there in alone.items():
        missing, more = _without(there, both[table]), _without(both[table], there)
        assert (table, missing, more) == (table, [], [])


def _without(some: list[dict[str, Any]], others: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [one for one in some if one not in others]


def _real(steps: list[Step]) -> None:
    check(steps)


def run(examples: int) -> None:
    """Run the comparison over so many histories."""
    logging.disable(logging.CRITICAL)
    try:
        settings(
            max_examples=examples,
            deadline=None,
            database=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate],
        )(given(STEPS)(_real))()
    finally:
        logging.disable(logging.NOTSET)


def test_push_and_poll_in_any_order_make_one_store() -> None:
    """Deliveries doubled and out of order, polls, faults and restarts between: the store is that of one poll."""
    run(4)


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_push_and_poll_in_any_order_make_one_store_in_the_long_run() -> None:
    """The same at length."""
    run(150)


# -- known-bad programs ------------------------------------------------------------------------------------------------


class _AsNew(Told):
    """A page that says of itself that it was polled."""

    @property
    def pushed(self) -> bool:
        """Return False."""
        return False


def forgets_the_gone(ingest: Ingest) -> None:
    """Take a delivery for as new as a poll: what was deleted before it was told comes alive."""
    good = ingest.store_pages

    def store_pages(told: Sequence[Told], also: Any = None, adjust: Any = None) -> Any:
        values = [{one.name: getattr(each, one.name) for one in fields(each)} for each in told]
        return good([_AsNew(**one) for one in values], also, adjust)

    ingest.store_pages = store_pages  # type: ignore[method-assign]


def takes_push_for_a_poll(ingest: Ingest) -> None:
    """Count what was pushed as something that the mentions brought."""
    good = ingest.store_pages

    def store_pages(told: Sequence[Told], also: Any = None, adjust: Any = None) -> Any:
        polled = [replace(one, stream_id=f"{ACCOUNT}/mentions") if one.pushed else one for one in told]
        return good(polled, also, adjust)

    ingest.store_pages = store_pages  # type: ignore[method-assign]


def reads_no_deletions(ingest: Ingest) -> None:
    """Leave what X says is gone as it was."""
    good = ingest.store_pages

    def store_pages(told: Sequence[Told], also: Any = None, adjust: Any = None) -> Any:
        return good([replace(one, page=replace(one.page, deleted=())) for one in told], also, adjust)

    ingest.store_pages = store_pages  # type: ignore[method-assign]


TAKEN_BACK: list[Step] = [("say", 0, 1), ("take back", 0, 1)] * 8 + [("push", 0, 0)]
SAID: list[Step] = [("mention", 0, 1), ("message", 1, 1), ("push", 0, 0), ("poll", 0, 0)]


@pytest.mark.parametrize(
    ("steps", "spoil"),
    [(TAKEN_BACK, forgets_the_gone), (SAID, takes_push_for_a_poll), (TAKEN_BACK, reads_no_deletions)],
)
@pytest.mark.long
def test_programs_that_are_known_to_be_bad_are_found(steps: list[Step], spoil: Spoil) -> None:
    """The comparison is able to fail: each of these differs from a poll, and the real one does not."""
    check(steps)
    with pytest.raises(AssertionError):
        check(steps, spoil)

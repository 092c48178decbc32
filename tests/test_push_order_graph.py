"""Facebook and Instagram by push alone, by poll alone, and by both in any order make the same store.

Compared is what lives: whose it is, where it belongs, what it says, whether it is hidden; who waits for an answer, and
which conversations go on in private. What depends on when or by which way something came is not: the streams that have
it, when it was first seen or told, wordings in between, likes, addresses, names of people (Messenger pushes ids), our
own posts that comments hang on, and
tombstones of what only one of them ever saw alive. Left out of the history is what only one way tells: mentions and
advertisements on Instagram (pushed), comments below posts elsewhere that tag us (polled).
"""

from __future__ import annotations

import logging
import random
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from graph_kit import CHANNELS, House, beside, open_house
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from reading_kit import rows

from social_listener.ingest import Ingest, unread
from social_listener.sandbox.graph.records import Comment, IgComment, Item, Post

PEOPLE = ("mara", "ben", "cleo")
VERBS = (
    "page post",
    "visitor post",
    "tagged post",
    "medium",
    "comment",
    "comment",
    "answer",
    "our answer",
    "our answer",
    "edit",
    "delete",
    "hide",
    "message",
    "our message",
    "private reply",
    "look",
    "look",
)
Step = tuple[str, int, int]
steps = st.lists(st.tuples(st.sampled_from(VERBS), st.integers(0, 99), st.integers(0, 99)), min_size=8, max_size=40)
COLUMNS = (
    "id, channel, account_id, conversation_id, thread_id, author_id, kind, private, outbound, text, sent_at, "
    "reply_to_id, addresses_us, hidden, answered_at"
)


class History:
    """What people do, which all programs read."""

    def __init__(self, house: House) -> None:
        self.graph = house.sandbox.graph
        self.below: list[Item] = [self.graph.page_post("first"), self.graph.media("first")]
        self.said: list[Item] = []
        self.count = 0
        self.written: dict[tuple[str, str], int] = {}

    def words(self, text: str) -> str:
        """Return words that nobody else says."""
        self.count += 1
        return f"{text} {self.count}"

    def do(self, verb: str, first: int, second: int) -> None:
        """Do one thing; numbers pick who, and on what."""
        who = PEOPLE[first % 3]
        target = self.said[second % len(self.said)] if self.said else None
        alive = target is not None and not gone(target)
        if verb == "page post":
            self.below.append(self.graph.page_post(self.words("news")))
        elif verb == "medium":
            self.below.append(self.graph.media(self.words("news")))
        elif verb == "tagged post":
            self.said.append(self.graph.tagged_post(who, self.words("look at them")))
        elif verb == "visitor post":
            self.said.append(self.graph.visitor_post(who, self.words("hello")))
        elif verb == "comment":
            self.say(self.below[second % len(self.below)], who)
        elif verb == "answer" and alive:
            self.say(target, who)
        elif verb == "our answer" and alive:
            self.say(target, self.graph.brand.handle, tagging=first % 2 == 0)
        elif verb in {"message", "our message"}:
            self.write(verb, who, ("messenger", "instagram")[second % 2])
        elif alive and target is not None:
            self.change(verb, target)
        self.graph.advance(1.5)

    def say(self, target: Any, who: str, *, tagging: bool = False) -> None:
        """Say something below something, where both ways tell of it."""
        if gone(target) or (isinstance(target, Post | Comment) and kind_above(target) == "tagged"):
            return
        instagram = not isinstance(target, Post | Comment)
        name = f"@{target.author.handle} " if instagram else f"@[{target.author.handle}] "
        text = self.words(f"{name if tagging else ''}well")
        made = (self.graph.ig_comment if instagram else self.graph.comment)(who, target, text)
        if not made.author.brand:
            self.said.append(made)

    def write(self, verb: str, who: str, platform: Any) -> None:
        """Write in private, no more than is given again."""
        key = who, platform
        self.written[key] = self.written.get(key, 0) + 1
        if self.written[key] < 18:
            write = self.graph.message if verb == "message" else self.graph.app_message
            write(who, self.words("a word"), platform)

    def change(self, verb: str, target: Any) -> None:
        """Change something that somebody said."""
        if verb == "edit" and not isinstance(target, IgComment) and kind_above(target) != "tagged":
            self.graph.edit(target, self.words("edited"))
        elif verb == "delete" and kind_above(target) != "tagged":
            self.graph.delete(target)
        elif verb == "hide" and kind_above(target) != "tagged":
            self.graph.hide(target, not target.hidden)
        elif verb == "private reply" and isinstance(target, Comment) and not target.private_reply:
            self.graph.app_message(target.author.handle, self.words("in private"), "messenger", private_reply_to=target)


def gone(item: Item) -> bool:
    """Return whether something, or what it stands below, was deleted."""
    chain = [item, getattr(item, "post", None), getattr(item, "media", None), getattr(item, "parent", None)]
    return any(one is not None and one.deleted_ms is not None for one in chain)


def kind_above(item: Item) -> str:
    """Return the kind of post that something on Facebook stands below."""
    post = item if isinstance(item, Post) else getattr(item, "post", None)
    return post.kind if post is not None else ""


def outcome(house: House) -> dict[str, Any]:
    """Return what is compared."""
    store = house.ingest.store
    alive = rows(store, f"SELECT {COLUMNS} FROM interactions WHERE NOT context AND deleted_at IS NULL ORDER BY id")
    ids = {one["id"] for one in alive}
    return {
        "items": {one["id"]: one for one in alive},
        "contacts": {
            one["id"]: one
            for one in rows(store, "SELECT id FROM contacts")
            if any(item["author_id"] == one["id"] for item in alive)
        },
        "queue": {
            one["conversation_id"]: one
            for one in rows(store, "SELECT conversation_id, unanswered, waiting_since, last_at FROM queue")
        },
        "links": {one["id"] for one in rows(store, "SELECT id, item_id FROM links") if one["item_id"] in ids},
    }


Spoil = Callable[[Ingest], None]


class Programs:
    """Three programs that read one history: by poll, by push, by both."""

    def __init__(self, spoil: Spoil) -> None:
        self.folders = [Path(tempfile.mkdtemp()) for _ in range(3)]
        self.push = open_house(self.folders[0])
        self.poll, self.both = (beside(self.push, folder) for folder in self.folders[1:])
        self.waiting: list[Any] = []  # pushed, and not handed to the third program
        self.handed = 0
        for one in (self.push, self.poll, self.both):
            spoil(one.ingest)

    def look(self, chance: random.Random) -> None:
        """Let the first be pushed, the second poll, the third one or the other, in disorder and doubled."""
        self.push.push()
        self.push.read()
        assert self.poll.poll() == []
        sent = self.push.sandbox.webhooks.sent
        self.waiting += sent[self.handed :]
        self.handed = len(sent)
        chance.shuffle(self.waiting)
        if chance.random() < 0.5:
            assert self.both.poll() == []
        some = self.waiting[: chance.randrange(len(self.waiting) + 1)]
        self.hand(some + some[:2])
        self.waiting = self.waiting[len(some) :]

    def hand(self, deliveries: list[Any]) -> None:
        """Push to the third program."""
        for one in deliveries:
            account = next(name for name, channel in CHANNELS.items() if _about(one.body) == channel)
            self.both.ingest.accept(account, {name.lower(): value for name, value in one.headers.items()}, one.body)
        self.both.read()

    def settle(self, chance: random.Random) -> None:
        """Let everything come, and look everything up once more, as is done for both ways."""
        self.look(chance)
        self.hand(self.waiting)
        assert self.both.poll() == []
        assert self.poll.poll() == []
        self.push.sandbox.world.advance(2 * 3600)
        for one in (self.push, self.poll, self.both):
            one.read()
            one.recheck()

    def end(self) -> None:
        """End all."""
        self.push.sandbox.stop()
        for one in (self.push, self.poll, self.both):
            one.end()
        for folder in self.folders:
            shutil.rmtree(folder)


def _about(body: bytes) -> str:
    return "instagram" if b'"object":"instagram"' in body.replace(b" ", b"") else "facebook"


def check(steps: list[Step], spoil: Spoil = lambda _: None) -> None:
    """Read a history in all three ways, and hold the stores against each other."""
    programs = Programs(spoil)
    try:
        history = History(programs.push)
        chance = random.Random(len(steps))
        for verb, first, second in steps:
            if verb == "look":
                programs.look(chance)
            else:
                history.do(verb, first, second)
        programs.settle(chance)
        polled, pushed, both = map(outcome, (programs.poll, programs.push, programs.both))
        for name, other in (("push", pushed), ("both", both)):
            for part in polled:
                assert other[part] == polled[part], f"{part} by {name} and by poll"
    finally:
        programs.end()


def _real(steps: list[Step]) -> None:
    check(steps)


def run(examples: int) -> None:
    """Read random histories."""
    decided = settings(
        max_examples=examples,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
        print_blob=False,
    )
    logging.disable(logging.CRITICAL)
    try:
        given(steps)(decided(_real))()
    finally:
        logging.disable(logging.NOTSET)


@pytest.mark.long
def test_push_poll_and_both_make_one_store() -> None:
    """Whichever way items come, and in whatever order, the same is stored."""
    run(5)


@pytest.mark.long
@pytest.mark.timeout(7200)
def test_push_poll_and_both_make_one_store_in_the_long_run() -> None:
    """The same at length."""
    run(150)


# -- what must not be like this ----------------------------------------------------------------------------------------

OURS: list[Step] = [
    ("visitor post", 0, 0),
    ("comment", 1, 1),
    ("our answer", 1, 0),
    ("our answer", 1, 1),
    ("look", 0, 0),
]


@pytest.mark.long
def test_our_own_answers_stand_where_a_poll_puts_them() -> None:
    """What staff wrote below a visitor's post and to a comment on Instagram is found in the same conversation."""
    check(OURS)


def test_what_was_hidden_before_it_was_polled_is_stored() -> None:
    """A visitor's post that Meta or staff hid at once stands in the store, hidden, by every way."""
    check([("visitor post", 0, 0), ("hide", 0, 0), ("look", 0, 0)])


#: a visitor's post that goes before any way has told of it, with a comment below it that is told later
UNTOLD: list[Step] = [
    ("our answer", 55, 62),
    ("our answer", 55, 62),
    ("our answer", 77, 1),
    ("visitor post", 99, 82),
    ("answer", 68, 94),
    ("our answer", 55, 62),
    ("delete", 94, 62),
    ("hide", 35, 49),
    ("edit", 82, 94),
    ("delete", 51, 41),
    ("hide", 24, 6),
    ("page post", 82, 46),
    ("hide", 35, 49),
]


def test_what_stood_below_a_post_that_was_gone_untold_is_gone_too() -> None:
    """That a post was removed is remembered though it was never stored; what stood below it goes by every way."""
    check(UNTOLD)


#: a comment that is reworded, and looked up because our answer hangs on it, in the second of the next poll
IN_A_SECOND: list[Step] = [
    ("comment", 17, 11),
    ("visitor post", 85, 31),
    ("visitor post", 37, 65),
    ("look", 56, 41),
    ("our answer", 28, 44),
    ("our answer", 64, 53),
    ("edit", 26, 32),
    ("comment", 73, 84),
    ("look", 56, 41),
]


@pytest.mark.long
def test_a_wording_that_is_told_twice_in_a_second_is_one() -> None:
    """A wording that was first seen by a look-up and then by a poll within the same second is stored once."""
    check(IN_A_SECOND)


def test_pushed_answers_without_a_look_up_are_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: a program that does not look up what a delivery only points at has another store."""
    monkeypatch.setattr("social_listener.ingest.push.look_up", lambda *_: unread.LookedUp())
    with pytest.raises(AssertionError, match="items by push"):
        check(OURS)


@pytest.mark.long
def test_forgotten_deletions_are_found_out() -> None:
    """Negative control: a program that passes deletions over has another store."""

    def spoil(ingest: Ingest) -> None:
        store_pages = ingest.store_pages

        def deaf(told: Any, also: Any = None, adjust: Any = None) -> Any:
            heard = [replace(one, page=replace(one.page, deleted=()) if one.pushed else one.page) for one in told]
            return store_pages(heard, also, adjust)

        ingest.store_pages = deaf  # type: ignore[method-assign]
        ingest.recheck = lambda account_id: 0  # type: ignore[method-assign]  # noqa: ARG005

    check([("comment", 0, 0), ("look", 0, 0)], spoil)
    with pytest.raises(AssertionError, match="by push"):
        check([("comment", 0, 0), ("delete", 0, 0), ("look", 0, 0)], spoil)

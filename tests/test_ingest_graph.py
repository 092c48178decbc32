"""Reading Facebook and Instagram whole: real facebook-sdk, real HTTP, webhooks and polls, the sandbox's truth."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from graph_kit import CHANNELS, LATEST, OVERLAP, PAGE, open_house, remove
from graph_truth import Known, compare
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test
from reading_kit import rows

from social_listener import failpoints
from social_listener.cursor import floor
from social_listener.sandbox.clock import from_ms
from social_listener.sandbox.graph.records import Comment, IgComment, Item, Message, Thread

PEOPLE = ("mara", "ben", "cleo")
TEXTS = ("where is my order?", "I want a refund", "thanks, lovely", "the machine burned my hand")
PLATFORMS = ("messenger", "instagram")
PLACES = tuple(name for name in failpoints.NAMES if name.startswith(("ingest.", "push.")))
FAULTS = (
    "html_503",
    "html_502",
    "json_500",
    "list_error",
    "cut",
    "empty_200",
    "invalid_json",
    "reset",
    "status_401",
    "status_403",
    "partial_errors",
    "wrong_types",
    "expired_page_token",
)
#: throttles: of the application, of a person, of a Page, of calls, of business use
THROTTLES = (4, 17, 32, 613, 80001, 80002, 80006)


class Machine(RuleBasedStateMachine):
    """People write, edit, delete and take back, staff answer in the platform's app; pushes and polls fail, get lost."""

    overlap: timedelta = OVERLAP

    def __init__(self) -> None:
        super().__init__()
        self.house = open_house(Path(tempfile.mkdtemp()), overlap=self.overlap)
        self.graph = self.house.sandbox.graph
        self.known = Known()
        self.count = 0
        self.posts: list[Any] = list(self.graph.ledger.feed)  # what can be commented on
        self.media: list[Any] = list(self.graph.ledger.media)
        self.said: list[Item] = []  # comments, posts and media of others
        self.messages: list[Message] = []

    def teardown(self) -> None:
        """Let everything heal, and compare."""
        try:
            self.heal()
            compare(self.house, self.known)
        finally:
            remove(self.house)

    # -- what people do ------------------------------------------------------------------------------------------------

    @rule(kind=st.sampled_from(("page", "visitor", "tagged", "media", "ad")), who=st.sampled_from(PEOPLE))
    def post(self, kind: str, who: str) -> None:
        """Post on the Page, elsewhere with its name, or publish a picture or an advertisement."""
        text = self.words("something new")
        if kind in {"media", "ad"}:
            self.media.append(self.graph.media(text, ad=kind == "ad"))
        elif kind == "page":
            self.posts.append(self.graph.page_post(text))
        else:
            made = (self.graph.visitor_post if kind == "visitor" else self.graph.tagged_post)(who, text)
            self.posts.append(made)
            self.said.append(made)
        self.pass_time(1.3)

    @rule(
        data=st.data(),
        who=st.sampled_from(PEOPLE),
        text=st.sampled_from(TEXTS),
        late=st.sampled_from((0.0, 0.0, 0.0, LATEST.total_seconds())),
        old=st.booleans(),
        instagram=st.booleans(),
    )
    def comment(self, data: st.DataObject, *, who: str, text: str, late: float, old: bool, instagram: bool) -> None:
        """Comment on something new or old."""
        of = self.media if instagram else self.posts
        target = pick(data, of if old else of[-3:])
        self.say(target, who, text, late)

    @precondition(lambda self: self.said)
    @rule(data=st.data(), who=st.sampled_from((*PEOPLE, "brand", "brand tags")), text=st.sampled_from(TEXTS))
    def answer(self, data: st.DataObject, who: str, text: str) -> None:
        """Answer somebody, in the platform's own app where we do it; some begin with the name of whom they answer."""
        target = pick(data, self.said)
        if who.startswith("brand"):
            instagram = isinstance(target, IgComment)
            name = f"@{target.author.handle} " if instagram else f"@[{target.author.handle}] "
            text = f"{name if who == 'brand tags' else ''}{text}"
            who = self.graph.brand.handle
        self.say(target, who, text, 0.0)

    def say(self, target: Item, who: str, text: str, late: float) -> None:
        """Say something below something that is still there."""
        if gone(target):
            return
        comment = self.graph.ig_comment if target in self.graph.ledger.items.values() and is_ig(target) else None
        made = (comment or self.graph.comment)(who, target, self.words(text), visible_after=late)
        if not made.author.brand:
            self.said.append(made)
        self.pass_time(1.3)

    @rule(who=st.sampled_from(PEOPLE), in_comment=st.booleans())
    def mention(self, who: str, in_comment: bool) -> None:
        """Name us on somebody's own medium on Instagram."""
        self.graph.ig_mention(who, self.words("have you seen"), in_comment=in_comment)
        self.pass_time(1.3)

    @rule(
        who=st.sampled_from(PEOPLE),
        platform=st.sampled_from(PLATFORMS),
        ours=st.booleans(),
        count=st.sampled_from((1, 1, 7, 23)),
    )
    def message(self, who: str, platform: Any, ours: bool, count: int) -> None:
        """Write in private, to us or, in the platform's own app, from us; sometimes more than is ever given again."""
        self.write(who, platform, count, ours=ours)

    def write(self, who: str, platform: Any, count: int, *, ours: bool = False) -> None:
        """Write so many messages."""
        write = self.graph.app_message if ours else self.graph.message
        for _ in range(count):
            self.messages.append(write(who, self.words("a word"), platform))
            self.pass_time(1.3)

    @precondition(lambda self: self.said)
    @rule(data=st.data())
    def private_reply(self, data: st.DataObject) -> None:
        """Answer a comment in private, in the platform's own app."""
        target = pick(data, self.said)
        if isinstance(target, Comment) and not gone(target) and not target.private_reply:
            self.messages.append(
                self.graph.app_message(
                    target.author.handle, self.words("let us talk here"), "messenger", private_reply_to=target
                )
            )
            self.pass_time(1.3)

    @precondition(lambda self: self.messages)
    @rule(data=st.data())
    def unsend(self, data: st.DataObject) -> None:
        """Take a message back."""
        self.graph.unsend(pick(data, self.messages))
        self.pass_time(1.3)

    @precondition(lambda self: self.said)
    @rule(data=st.data(), what=st.sampled_from(("edit", "delete", "hide", "unhide")), soon=st.booleans())
    def change(self, data: st.DataObject, what: str, soon: bool) -> None:
        """Edit, delete, hide or show something that somebody said."""
        self.alter(pick(data, self.said), what)
        self.pass_time(0.2 if soon else 1.3)

    def alter(self, item: Item, what: str) -> None:
        """Change something that is still there."""
        if gone(item):
            return
        if what == "edit" and not isinstance(item, IgComment):
            self.graph.edit(item, self.words("edited"))
        elif what == "delete":
            self.graph.delete(item)
        elif what in {"hide", "unhide"}:
            self.graph.hide(item, what == "hide")

    @rule(who=st.sampled_from(PEOPLE), platform=st.sampled_from(PLATFORMS), taken=st.booleans())
    def hand_over(self, who: str, platform: Any, taken: bool) -> None:
        """Have another program take a conversation, or give it back."""
        self.graph.hold_thread(who, platform, *([] if taken else [None]))

    # -- what platform and program do ----------------------------------------------------------------------------------

    @rule(
        lost=st.sampled_from((0.0, 0.3, 1.0)),
        doubled=st.sampled_from((0.0, 0.5)),
        shuffled=st.booleans(),
        batch=st.sampled_from((1, 5)),
    )
    def push_manner(self, lost: float, doubled: float, shuffled: bool, batch: int) -> None:
        """Push well, or lose, double and disorder what is pushed."""
        self.house.sandbox.webhooks.mode(
            hold=True, lost=lost, doubled=doubled, shuffled=shuffled, batch=batch, spread=300.0
        )

    @rule(read=st.booleans(), down=st.sampled_from((0, 0, 2)))
    def push(self, read: bool, down: int) -> None:
        """Push what waits, to a webhook that is down at first; read it now or later."""
        self.house.receiver.down = down
        self.house.push()
        self.house.receiver.down = 0
        if read:
            self.house.read()

    @rule()
    def read(self) -> None:
        """Read what was pushed."""
        self.house.read()

    @rule()
    def poll(self) -> None:
        """Poll every stream."""
        self.watch(self.house.poll)
        self.pass_time(60)

    @rule(pages=st.integers(1, 4))
    def poll_a_little(self, pages: int) -> None:
        """Stop after a few pages, as a service that is asked to end does."""
        left = iter(range(pages - 1))
        self.watch(lambda: self.house.poll(stop=lambda: next(left, None) is None))

    @rule(kind=st.sampled_from(FAULTS), times=st.integers(1, 4))
    def fault(self, kind: str, times: int) -> None:
        """Poll and read while the platform fails."""
        self.house.sandbox.faults.add(endpoint="GET /**", kind=kind, times=times)
        self.meet_trouble()
        self.house.sandbox.faults.clear()

    @rule(code=st.sampled_from(THROTTLES), regain=st.sampled_from((60.0, 900.0)))
    def throttle(self, code: int, regain: float) -> None:
        """Be told to wait."""
        self.house.sandbox.faults.add(endpoint="GET /**", kind="graph_error", code=code, reset_in=regain, times=1)
        self.meet_trouble()
        self.house.sandbox.faults.clear()
        self.pass_time(regain)

    @rule(subcode=st.sampled_from((None, 460, 463, 467)), dead=st.booleans())
    def token(self, subcode: int | None, dead: bool) -> None:
        """Have the token die, or come back."""
        if dead:
            self.graph.tokens.kill(subcode=subcode)
            self.meet_trouble()
        else:
            self.graph.tokens.revive()

    def meet_trouble(self) -> None:
        """Do everything that asks the platform for something."""
        self.watch(self.house.poll)
        self.house.read()
        self.recheck()

    @rule(place=st.sampled_from(PLACES), passes=st.integers(0, 3), push=st.booleans())
    def crash(self, place: str, passes: int, push: bool) -> None:
        """Crash at a named place, after it was passed a few times, and start anew."""
        if push:
            self.house.push()
        left = iter(range(passes))
        failpoints.arm(f"{place}=raise")
        real = failpoints._STATE[0]
        assert real is not None
        hit = real.hit
        real.hit = lambda name: None if next(left, None) is not None else hit(name)  # type: ignore[method-assign]
        try:
            self.house.read()
            self.watch(self.house.poll)
            self.recheck()
        except failpoints.FailpointReached:
            pass
        finally:
            failpoints.disarm()
        self.house.restart()

    @rule(data=st.data(), deletions=st.integers(0, 2))
    def restart(self, data: st.DataObject, deletions: int) -> None:
        """End the program and start it again; meanwhile some things are deleted."""
        self.down([pick(data, self.said) for _ in range(deletions if self.said else 0)])

    def down(self, deleted: Sequence[Item]) -> None:
        """Have those things deleted while the program does not run."""
        self.house.ingest.store.close()
        for item in deleted:
            self.alter(item, "delete")
        self.house.open()

    @rule()
    def recheck(self) -> None:
        """Look stored items up again."""
        for account in CHANNELS:
            try:
                self.house.ingest.recheck(account)
            except Exception as error:  # noqa: BLE001 - told to whoever polls; only a channel's own errors may come
                assert type(error).__module__ == "social_listener.errors", error  # noqa: PT017

    @rule(seconds=st.sampled_from((60.0, 1800.0, 4 * 3600.0)))
    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.pass_time(seconds)

    @rule(minutes=st.integers(-90, 90))
    def clock_step(self, minutes: int) -> None:
        """Set our own clock wrong."""
        self.house.step = timedelta(minutes=minutes)

    # -- what must be true ---------------------------------------------------------------------------------------------

    def pass_time(self, seconds: float) -> None:
        """Let time pass for all platforms."""
        self.graph.advance(seconds)

    def words(self, text: str) -> str:
        """Return words that nobody else says."""
        self.count += 1
        return f"{text} {self.count}"

    def watch(self, act: Callable[[], Any]) -> None:
        """Poll, and note of which threads more was written than the platform gives, whether or not it goes well."""
        cut = {f"{stream}": self.beyond(stream, account) for stream, account in MESSAGES.items()}
        marks = {stream: self.mark(stream) for stream in MESSAGES}
        crashed = True
        try:
            act()
            crashed = False
        finally:
            for stream, threads in cut.items():
                done = not crashed and self.mark(stream) not in {None, marks[stream]}
                (self.known.cut if done else self.known.may_be_cut).update(threads)

    def mark(self, stream: str) -> Any:
        """Return how far a stream is read."""
        (found,) = rows(self.house.ingest.store, "SELECT cursor_since FROM streams WHERE id = ?", stream)
        return found["cursor_since"]

    def beyond(self, stream: str, account: str) -> set[str]:
        """Return the threads of which the platform does not give everything since that stream was last read."""
        mark = self.mark(stream)
        low = floor(mark, self.overlap)
        if low is None:
            return set()
        brought = {
            one["id"]
            for one in rows(
                self.house.ingest.store,
                """SELECT id FROM interactions WHERE stream_id = ?
                   UNION SELECT interaction_id FROM sightings WHERE stream_id = ?""",
                stream,
                stream,
            )
        }
        now = self.graph.clock.now_ms()
        found = set()
        for (platform, contact), thread in self.graph.ledger.threads.items():
            if (platform == "messenger") != (account == PAGE):
                continue
            seen = [one for one in thread.messages if one.seen(now)]
            given = seen[-20:]
            joins = any(f"{CHANNELS[account]}:{one.id}" in brought for one in given)
            if len(seen) > len(given) and not joins and created(given[0]) > low.replace(microsecond=0):
                found.add(f"{CHANNELS[account]}:{self.us(thread)}-{contact}")
        return found

    def us(self, thread: Thread) -> str:
        """Return our own id in a thread."""
        return self.graph.page_id if thread.platform == "messenger" else self.graph.instagram_id

    def heal(self) -> None:
        """Mend everything, tell what waits, poll and look up until all is told."""
        house = self.house
        house.step = timedelta()
        house.sandbox.faults.clear()
        house.receiver.down = 0
        self.graph.tokens.revive()
        for _ in range(10):
            self.pass_time(20 * 3600)
            house.push()
            if not house.sandbox.webhooks.waiting:
                break
        house.read()
        for _ in range(4):
            self.pass_time(3 * 3600)
            self.watch(self.poll_well)
        self.pass_time(2 * 3600)
        house.read()
        house.recheck()
        self.note_pushes()

    def poll_well(self) -> None:
        """Poll a platform that works, to the end of every walk."""
        for _ in range(4):
            assert self.house.poll() == []
            self.pass_time(60)

    def note_pushes(self) -> None:
        """Note what nobody was told of, and what was told to be taken back."""
        webhooks = self.house.sandbox.webhooks
        for entry in webhooks.lost:
            for change in entry.get("changes", ()):
                value = change["value"]
                self.known.unheard.add(value.get("comment_id") or value.get("id") or value.get("media_id") or "")
        text = b" ".join(one.body for one in webhooks.sent if one.status == 200).decode()
        self.known.taken_back |= {
            one.id
            for one in self.messages
            if one.deleted_ms is not None and text.count(one.id) and _told_back(text, one.id)
        }


MESSAGES = {f"{account}/messages": account for account in CHANNELS}


def _told_back(text: str, mid: str) -> bool:
    """Return whether a delivery told that a message was taken back."""
    return f'"mid":"{mid}","is_deleted":true' in text.replace(" ", "")


def created(message: Message) -> Any:
    """Return when a message was made, in whole seconds as the platform tells."""
    return from_ms(message.created_ms).replace(microsecond=0)


def pick(data: st.DataObject, among: Sequence[Any]) -> Any:
    """Return one of them: what is drawn is a number, which is short to show."""
    return among[data.draw(st.integers(0, len(among) - 1), label="which")]


def gone(item: Item) -> bool:
    """Return whether something, or what it stands below, was deleted."""
    above = getattr(item, "post", None) or getattr(item, "media", None)
    return item.deleted_ms is not None or (above is not None and above.deleted_ms is not None)


def is_ig(item: Item) -> bool:
    """Return whether something is on Instagram."""
    return isinstance(item, IgComment) or hasattr(item, "ad")


def run(machine: type[Machine], examples: int, steps: int) -> None:
    """Run a machine; it stops at the first counterexample without making it small."""
    logging.disable(logging.CRITICAL)
    try:
        run_state_machine_as_test(
            machine,
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
def test_everything_said_on_facebook_and_instagram_is_stored_once() -> None:
    """Posts, comments, messages and mentions in any order, polled and pushed, with loss, faults and crashes."""
    run(Machine, 5, 16)


@pytest.mark.long
@pytest.mark.timeout(7200)
def test_everything_said_on_facebook_and_instagram_is_stored_once_in_the_long_run() -> None:
    """The same at length."""
    run(Machine, 60, 30)

from __future__ import annotations

from datetime import timedelta
from itertools import product
from typing import TYPE_CHECKING

import pytest
from desk_channel import BEHAVIOURS, TAKEN
from desk_kit import make_kit
from staff_kit import seed_staff

from social_listener import failpoints
from social_listener.failpoints import FailpointReached
from social_listener.model import ReplyState

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from desk_kit import Kit

    from social_listener.desk_types import ReplyLine

#: every place on a reply's way where a process can die; the last dies again while it recovers
POINTS = [
    ("outbox.before_intent",),
    ("outbox.after_intent",),
    ("outbox.before_claim",),
    ("outbox.in_claim",),
    ("outbox.after_claim",),
    ("outbox.after_witness",),
    ("send.before_call",),
    ("send.after_call",),
    ("outbox.after_send",),
    ("outbox.in_settle",),
    ("outbox.after_settle",),
    ("outbox.before_reading",),
    ("outbox.after_reading",),
    ("send.after_call", "outbox.in_recover"),
]
FINAL = {ReplyState.SENT, ReplyState.REJECTED, ReplyState.EXPIRED, ReplyState.CANCELLED}


@pytest.fixture(autouse=True)
def _disarmed() -> Iterator[None]:
    yield
    failpoints.disarm()


def settled_or_asked(line: ReplyLine) -> bool:
    """Return whether a reply is final, or waits for a person."""
    return line.state in FINAL or (line.state is ReplyState.IN_DOUBT and line.reconcile_at is None)


def work(kit: Kit) -> None:
    """Let the jobs run until nothing is left for them to do; time jumps to what is due next."""
    for _ in range(30):
        kit.outbox.deliver()
        kit.outbox.reconcile()
        lines = [line for line in kit.desk.outbox() if not settled_or_asked(line)]
        if not lines:
            return
        due = min(line.reconcile_at or line.not_before for line in lines)
        kit.pass_time(seconds=max((due - kit.now()).total_seconds(), 1))
    pytest.fail("the jobs do not come to an end")


def compose(kit: Kit, item: str, text: str) -> str:
    """Press send, with the nonce of this text."""
    return kit.desk.reply_public(item, text, "ana", nonce=text, undo=timedelta(0)).id


def crash_through(kit: Kit, item: str, text: str, points: Sequence[str]) -> str:
    """Send a reply through a process that dies at each of `points` in turn; staff press send again if it was lost."""
    pending = list(points)
    for _ in range(len(points) + 1):
        failpoints.arm(f"{pending[0]}=raise" if pending else "")
        try:
            if kit.boots and pending == list(points):
                compose(kit, item, text)
            work(kit)
        except FailpointReached:
            pending.pop(0)
            _boot(kit, pending)
    failpoints.disarm()
    intent = compose(kit, item, text)
    work(kit)
    return intent


def _boot(kit: Kit, pending: list[str]) -> None:
    """Start the next process; it may die while it recovers."""
    if pending == ["outbox.in_recover"]:
        failpoints.arm("outbox.in_recover=raise")
        with pytest.raises(FailpointReached):
            kit.again()
        pending.pop(0)
        kit.store.close()
        failpoints.disarm()
        kit.boot()
        return
    failpoints.disarm()
    kit.again()


#: answers of the platform and how long its readings lag, as many as the everyday run has time for
EVERYDAY = [
    *(("refused", 0), ("limited", 0), ("unsure_not_taken", 0), ("ok", 0), ("crash_taken", 0)),
    *(("unsure_taken", 0), ("unsure_taken", 20 * 60)),
]


@pytest.mark.thinned(2)
@pytest.mark.parametrize(
    "points",
    [pytest.param(one, marks=[pytest.mark.long] if at % 3 else []) for at, one in enumerate(POINTS)],
    ids="+".join,
)
def test_no_crash_sends_twice_or_forgets(tmp_path: Path, points: Sequence[str]) -> None:
    """At every place of death, with the answers that differ: at most one post, none forgotten, no false "sent"."""
    matrix(tmp_path, points, EVERYDAY)


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("points", POINTS, ids="+".join)
def test_no_crash_sends_twice_or_forgets_with_any_answer(tmp_path: Path, points: Sequence[str]) -> None:
    """The same with every answer and readings that lag up to two minutes and twenty."""
    matrix(tmp_path, points, list(product(BEHAVIOURS, (0, 5, 30, 120, 20 * 60))))


def matrix(folder: Path, points: Sequence[str], cases: Sequence[tuple[str, int]]) -> None:
    """Send one reply a case through the crashes, and hold the outcome against the platform's truth."""
    kit = make_kit(folder)
    channel = kit.channels["main"]
    for behaviour, lag in cases:
        channel.lag = timedelta(seconds=lag)
        channel.behaviours.clear()
        channel.behaviours.append(behaviour)
        item = kit.mention(author=f"customer_{behaviour}_{lag}")
        intent = crash_through(kit, item, f"Answer {behaviour} {lag}", points)
        line = kit.desk.reply_line(intent)
        posts = kit.sandbox.world.truth().replies_to(item.partition(":")[2])
        about = (behaviour, lag, line)
        assert len(posts) <= 1, about
        assert settled_or_asked(line), about
        if line.state is ReplyState.SENT:
            assert [post.id for post in posts] == [line.platform_id], about
        elif posts:
            assert line.state is ReplyState.IN_DOUBT, about
        if lag == 0 and behaviour in TAKEN:
            assert (line.state is ReplyState.SENT) == bool(posts), about
    kit.close()


def test_every_place_is_reached(kit: Kit) -> None:
    """A run with a doubt in it passes every failpoint of the outbox, so that none of the tests above is empty."""
    failpoints.arm("")
    item = kit.mention()
    kit.channels["main"].behaviours.append("unsure_taken")
    compose(kit, item, "hello")
    work(kit)
    compose(kit, kit.mention(author="ben"), "hello too")
    work(kit)
    kit.again()
    mine = {name for name in failpoints.NAMES if name.startswith(("outbox.", "send."))}
    assert mine <= failpoints.hits().keys()


def test_sending_again_by_itself_would_send_twice(tmp_path: Path) -> None:
    """The known-bad rule "in doubt, so once more" makes duplicates in this very harness: the harness would see them."""
    kit = make_kit(tmp_path)
    kit.channels["main"].lag = timedelta(minutes=20)
    seed_staff(kit.desk, "robot")
    twice = 0
    for behaviour in ("unsure_not_taken", "unsure_taken", "crash_taken"):
        item = kit.mention(author=f"customer_{behaviour}")
        kit.channels["main"].behaviours.append(behaviour)
        intent = compose(kit, item, f"Answer {behaviour}")
        kit.outbox.deliver()
        if kit.state(intent) is ReplyState.IN_DOUBT:
            kit.desk.send_again(intent, "robot")
            kit.outbox.deliver()
        twice += kit.posted(item) > 1
    assert twice == 2
    kit.close()

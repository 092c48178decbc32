"""Replies on Facebook and Instagram whose answer is lost: there once, found, and never in public what was private."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from meta_kit import NAMES, MetaKit, Name, asked

from social_listener.errors import DeskError
from social_listener.model import ActionKind, ReplyState

if TYPE_CHECKING:
    from collections.abc import Iterator

#: what the platform does to one send → what becomes of the reply, and how often it is there
FAULTS = {
    "lost": (ReplyState.SENT, 1),
    "cut": (ReplyState.SENT, 1),
    "empty_200": (ReplyState.SENT, 1),
    "status_503_after_effect": (ReplyState.SENT, 1),
    "json_500": (ReplyState.IN_DOUBT, 0),
    "status_429": (ReplyState.SENT, 1),
    "status_401": (ReplyState.SENT, 1),
    "status_403": (ReplyState.REJECTED, 0),
}
WAYS = ("comment", "nested", "private_reply", "message")
#: name, way and fault: every day each fault meets one way on each platform, all of them in the long run
FAULTED = [
    pytest.param(name, way, fault, marks=[] if (at + number + turn) % len(WAYS) == 0 else [pytest.mark.long])
    for turn, name in enumerate(NAMES)
    for at, way in enumerate(WAYS)
    for number, fault in enumerate(FAULTS)
]


@pytest.fixture(scope="module")
def meta(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MetaKit]:
    """Return a service; the tests of this file use people of their own."""
    kit = MetaKit(tmp_path_factory.mktemp("graph"))
    yield kit
    kit.close()


def item_of(meta: MetaKit, name: Name, way: str, who: str) -> str:
    """Let somebody say what is answered in that way, and poll; return the item's id."""
    if way == "message":
        item = meta.message(name, who)
    elif way == "nested":
        top = meta.comment(name, f"{who}_top", "I had the same")
        meta.sandbox.world.advance(1)
        graph = meta.graph
        said = graph.comment if name == "facebook" else graph.ig_comment
        item = f"{name}:{said(who, top.partition(':')[2], 'me too, where is mine?').id}"
    else:
        item = meta.comment(name, who)
    meta.sandbox.world.advance(1)
    meta.poll()
    return item


def private(way: str) -> bool:
    """Return whether a way is private."""
    return way in {"private_reply", "message"}


def there(meta: MetaKit, text: str) -> tuple[int, int]:
    """Return how often a text of ours is there in public, and in private."""
    truth = meta.graph.truth()
    public = sum(one.text == text for one in (*truth.comments, *truth.ig_comments))
    return public, sum(one.text == text for one in truth.messages)


@pytest.mark.thinned(3)
@pytest.mark.parametrize(("name", "way", "fault"), FAULTED)
def test_every_fault_of_a_send(meta: MetaKit, name: Name, way: str, fault: str) -> None:
    """Whatever Meta does to a send, it is there as often as it should be, where it should be, and its state is true."""
    item = item_of(meta, name, way, f"f_{name}_{way}_{fault}")
    meta.sandbox.faults.add("POST /**", fault, times=1)
    text = f"Answer {name} {way} {fault}"
    intent = meta.reply(item, text, private=private(way))
    meta.work()
    meta.sandbox.faults.clear()
    state, count = FAULTS[fault]
    assert (meta.line(intent).state, there(meta, text)) == (state, (0, count) if private(way) else (count, 0))
    if state is ReplyState.IN_DOUBT:
        meta.service.desk.settle(intent, "ana", None)
    meta.sandbox.world.advance(1000)


@pytest.mark.thinned(3)
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", NAMES)
def test_an_echo_that_a_poll_brings_first_settles_a_doubt(meta: MetaKit, name: Name, way: str) -> None:
    """A reply whose answer was lost is settled by its echo, is one item, and nobody waits for another."""
    item = item_of(meta, name, way, f"e_{name}_{way}")
    meta.sandbox.faults.add("POST /**", "lost", times=1)
    text = f"Echo {name} {way}"
    intent = meta.reply(item, text, private=private(way))
    meta.service.outbox.deliver()
    meta.sandbox.faults.clear()
    assert meta.line(intent).state is ReplyState.IN_DOUBT
    meta.sandbox.world.advance(2)
    meta.poll()
    calls = len(meta.sandbox.calls)
    meta.service.outbox.reconcile()
    if (name, way) == ("instagram", "private_reply"):  # it tells no link from a comment to a thread: it is looked for
        meta.work()
    else:
        assert len(meta.sandbox.calls) == calls
    assert meta.line(intent).state is ReplyState.SENT
    assert sum(there(meta, text)) == 1
    conversation = meta.service.desk.conversation(meta.service.desk.conversation_of(item), "ana")
    assert conversation.waiting_since is None
    meta.sandbox.world.advance(1000)


@pytest.mark.thinned(3)
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", NAMES)
def test_of_twins_each_is_found_once(meta: MetaKit, name: Name, way: str) -> None:
    """The same words to the same item, one arrived and one lost: what is found for the second is its own."""
    if way == "private_reply":
        pytest.skip("a comment gets one private reply")
    item = item_of(meta, name, way, f"t_{name}_{way}")
    text = f"Twin {name} {way}"
    meta.graph.policy.change(duplicate_window=None)
    intents = []
    for number in range(2):
        if number:
            meta.sandbox.faults.add("POST /**", "json_500", times=1)
        say = meta.service.desk.reply_private if private(way) else meta.service.desk.reply_public
        intents.append(say(item, text, "ana", nonce=f"{text} {number}", undo=timedelta(0)).id)
        meta.work()
        meta.sandbox.faults.clear()
    states = [meta.line(intent).state for intent in intents]
    assert states == [ReplyState.SENT, ReplyState.IN_DOUBT]
    assert sum(there(meta, text)) == 1
    meta.poll()
    meta.service.outbox.reconcile()
    assert meta.line(intents[1]).state is ReplyState.IN_DOUBT
    meta.service.desk.settle(intents[1], "ana", None)
    meta.sandbox.world.advance(1000)


@pytest.mark.thinned(3)
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", NAMES)
def test_a_twin_that_arrived_too_is_found(meta: MetaKit, name: Name, way: str) -> None:
    """The same words said again within the same minute, whose answer got lost, are found, and as another one.

    Meta tells whole seconds only, so that the time does not tell them apart.
    """
    if way == "private_reply":
        pytest.skip("a comment gets one private reply")
    item = item_of(meta, name, way, f"tt_{name}_{way}")
    text = f"Twin too {name} {way}"
    meta.graph.policy.change(duplicate_window=None)
    say = meta.service.desk.reply_private if private(way) else meta.service.desk.reply_public
    intents = []
    for number in range(3):
        if number:
            meta.sandbox.faults.add("POST /**", "lost", times=1)
        intents.append(say(item, text, "ana", nonce=f"{text} {number}", undo=timedelta(0)).id)
        meta.work()
        meta.sandbox.faults.clear()
    lines = [meta.line(intent) for intent in intents]
    assert [line.state for line in lines] == [ReplyState.SENT] * 3
    with meta.service.store.read() as cursor:
        found = cursor.execute("SELECT count(DISTINCT platform_id) FROM replies WHERE text = ?", [text]).fetchone()
    assert found == (3,)
    assert sum(there(meta, text)) == 3
    meta.sandbox.world.advance(1000)


@pytest.mark.parametrize("name", NAMES)
def test_a_private_reply_in_doubt_lets_no_second_go(meta: MetaKit, name: Name) -> None:
    """While one may have arrived, a comment takes no other private reply; the composer says why."""
    item = item_of(meta, name, "private_reply", f"d_{name}")
    meta.sandbox.faults.add("POST /**", "json_500", times=1)
    intent = meta.reply(item, f"First {name}")
    meta.work()
    meta.sandbox.faults.clear()
    assert meta.line(intent).state is ReplyState.IN_DOUBT
    verdict = meta.rule(item)
    assert not verdict.ok
    assert "one private reply" in verdict.because
    meta.service.desk.settle(intent, "ana", None)
    assert meta.rule(item).ok
    meta.sandbox.world.advance(1000)


@pytest.mark.parametrize("name", NAMES)
def test_an_answer_to_a_nested_comment_is_one_item(meta: MetaKit, name: Name) -> None:
    """Where the platform puts an answer below the top comment, its echo changes nothing of it."""
    item = item_of(meta, name, "nested", f"n_{name}")
    intent = meta.reply(item, f"Nested {name}", private=False)
    meta.service.outbox.deliver()
    assert meta.line(intent).state is ReplyState.SENT
    before = meta.service.desk.conversation(meta.service.desk.conversation_of(item), "ana")
    meta.sandbox.world.advance(2)
    meta.poll()
    after = meta.service.desk.conversation(before.conversation_id, "ana")
    assert [line.item.id for line in after.items] == [line.item.id for line in before.items]
    assert after.waiting_since is None
    with meta.service.store.read() as cursor:
        assert cursor.execute("SELECT count(*) FROM dead_letters").fetchone() == (0,)


def waits(meta: MetaKit, item: str) -> bool:
    """Return whether an answer to an item is waited for."""
    conversation = meta.service.desk.conversation_of(item)
    return meta.service.desk.conversation(conversation, "ana").waiting_since is not None


@pytest.mark.thinned(2)
@pytest.mark.parametrize("lost", [pytest.param(False, marks=pytest.mark.long), True], ids=["answered", "lost"])
@pytest.mark.parametrize("pushed", [False, True], ids=["polled", "pushed"])
@pytest.mark.parametrize("name", NAMES)
def test_an_answer_to_a_nested_comment_settles_nobody_else(meta: MetaKit, name: Name, pushed: bool, lost: bool) -> None:
    """Who wrote the top comment goes on waiting, however our answer below it comes back to us, and after a replay."""
    who = f"w_{name}_{pushed}_{lost}"
    top = meta.comment(name, f"{who}_top", "It caught fire, call me")
    meta.sandbox.world.advance(1)
    said = meta.graph.comment if name == "facebook" else meta.graph.ig_comment
    item = f"{name}:{said(who, top.partition(':')[2], 'and where is mine?').id}"
    meta.poll()
    if lost:
        meta.sandbox.faults.add("POST /**", "lost", times=1)
    intent = meta.reply(item, f"On its way, {who}", private=False)
    meta.service.outbox.deliver()
    meta.sandbox.faults.clear()
    meta.sandbox.world.advance(2)
    if pushed:
        truth = meta.graph.truth()
        (ours,) = [one for one in (*truth.comments, *truth.ig_comments) if one.text == f"On its way, {who}"]
        made = meta.sandbox.webhooks.build(name, meta.graph.find(ours.id))
        headers = {key.lower(): value for key, value in made.headers.items()}
        meta.service.ingest.accept(name, headers, made.body)
        meta.service.ingest.receive(name)
    meta.poll()
    meta.service.outbox.reconcile()
    assert meta.line(intent).state is ReplyState.SENT
    assert (waits(meta, top), waits(meta, item)) == (True, False)
    meta.service.ingest.replay()
    assert (waits(meta, top), waits(meta, item)) == (True, False)
    meta.sandbox.world.advance(1000)


@pytest.mark.parametrize("name", NAMES)
def test_a_doubt_that_cannot_be_looked_up_comes_to_a_person(meta: MetaKit, name: Name) -> None:
    """Answers that cannot be read are no reason to look for ever: after a few, staff are asked."""
    item = item_of(meta, name, "message", f"b_{name}")
    meta.sandbox.faults.add("POST /**", "json_500", times=1)
    intent = meta.reply(item, f"Unreadable {name}")
    meta.service.outbox.deliver()
    meta.sandbox.faults.add("GET /**", "invalid_json")
    before = len(meta.sandbox.calls)
    meta.work()
    meta.sandbox.faults.clear()
    assert asked(meta.line(intent))
    assert len(meta.sandbox.calls) - before < 10
    meta.service.desk.settle(intent, "ana", None)
    meta.sandbox.world.advance(1000)


@pytest.mark.parametrize("name", NAMES)
def test_what_this_desk_said_can_be_taken_back(meta: MetaKit, name: Name) -> None:
    """Our own comment may be deleted, and on Facebook worded anew, as soon as it is out and after a poll told it."""
    item = item_of(meta, name, "comment", f"o_{name}")
    intent = meta.reply(item, f"Own {name}", private=False)
    meta.service.outbox.deliver()
    own = f"{name}:{meta.line(intent).platform_id}"
    for _ in range(2):
        assert meta.rule(own, "delete").ok
        assert meta.rule(own, "edit").ok is (name == "facebook")
        meta.sandbox.world.advance(5)
        meta.poll()


def test_an_edit_whose_answer_is_lost_is_told_by_the_next_poll(meta: MetaKit) -> None:
    """Staff hear that nobody knows; made twice it changes nothing more, and the store ends with the truth."""
    item = item_of(meta, "facebook", "comment", "edited")
    intent = meta.reply(item, "We r sorry", private=False)
    meta.service.outbox.deliver()
    own = f"facebook:{meta.line(intent).platform_id}"
    meta.sandbox.world.advance(5)
    meta.poll()
    meta.sandbox.faults.add("POST /**", "lost", times=1)
    with pytest.raises(DeskError, match="nobody knows"):
        meta.service.desk.act(own, ActionKind.EDIT, "ana", "We are sorry")
    meta.sandbox.faults.clear()
    meta.sandbox.world.advance(60)
    meta.poll()
    assert meta.service.desk.item(own).item.text == "We are sorry"
    meta.service.desk.act(own, ActionKind.EDIT, "ana", "We are sorry")
    assert meta.service.desk.item(own).item.text == "We are sorry"

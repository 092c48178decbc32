from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from http_kit import HttpKit

from social_listener.desk_types import QueueFilter
from social_listener.model import ReplyState

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PUBLIC, PRIVATE = "POST /2/tweets", "POST /2/dm_conversations/**"
#: what the sandbox does to one send → what becomes of the reply in the end, and how often it is there
FAULTS = {
    "none": (ReplyState.SENT, 1),
    "cut": (ReplyState.SENT, 1),
    "empty_200": (ReplyState.SENT, 1),
    "invalid_json": (ReplyState.SENT, 1),
    "lost": (ReplyState.SENT, 1),
    "status_503_after_effect": (ReplyState.SENT, 1),
    "html_503": (ReplyState.IN_DOUBT, 0),
    "json_500": (ReplyState.IN_DOUBT, 0),
    "list_error": (ReplyState.IN_DOUBT, 0),
    "reset": (ReplyState.IN_DOUBT, 0),
    "status_401": (ReplyState.SENT, 1),
    "status_402": (ReplyState.SENT, 1),
    "status_403": (ReplyState.REJECTED, 0),
    "status_429": (ReplyState.SENT, 1),
    "status_429_no_reset": (ReplyState.SENT, 1),
    "status_429_garbage_reset": (ReplyState.SENT, 1),
}


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HttpKit]:
    """Return a service on a sandbox; the tests of this file use conversations of their own."""
    kit = HttpKit(tmp_path_factory.mktemp("http"))
    yield kit
    kit.close()


def reply(web: HttpKit, item: str, text: str, *, private: bool) -> str:
    """Compose a reply; return the intent's id."""
    say = web.service.desk.reply_private if private else web.service.desk.reply_public
    return say(item, text, "ana", nonce=text, undo=timedelta(0)).id


def test_what_nobody_had_in_view_waits_for_an_answer_of_its_own(web: HttpKit) -> None:
    """A message that came before our answer left, and that no poll had brought when it was written, goes on waiting."""
    first = web.message("unseen", "my card was charged twice")
    seen = web.message("unseen", "and the parcel is late")
    intent = reply(web, seen, "Sorry, unseen, we look into both.", private=True)
    web.sandbox.world.advance(2)
    angry = web.sandbox.world.dm("unseen", web.sandbox.brand, "It caught fire! Call me!")
    web.sandbox.world.advance(2)
    web.service.outbox.deliver()
    web.sandbox.world.advance(60)
    web.poll()
    assert web.service.desk.reply_line(intent).state is ReplyState.SENT
    conversation = web.service.desk.conversation_of(first)
    (row,) = [row for row in web.service.desk.queue(QueueFilter(), "ana").rows if row.conversation_id == conversation]
    assert (row.item_id, row.unanswered) == (f"x:{angry.id}", 1)
    before = row
    web.service.ingest.replay()
    (row,) = [row for row in web.service.desk.queue(QueueFilter(), "ana").rows if row.conversation_id == conversation]
    assert (row.item_id, row.unanswered) == (before.item_id, before.unanswered)


def test_what_comes_in_while_an_answer_waits_goes_on_waiting(web: HttpKit) -> None:
    """A mention that a poll brings between composing and sending was not in view: our answer does not settle it."""
    item = web.mention("meanwhile")
    intent = reply(web, item, "On it, meanwhile.", private=False)
    web.sandbox.world.advance(2)
    parent = web.sandbox.world.find(int(item.partition(":")[2]))
    angry = web.sandbox.world.post("meanwhile", "@fernhill it burned my hand, I want a refund", reply_to=parent)
    web.sandbox.world.advance(2)
    web.poll()
    web.service.outbox.deliver()
    web.poll()
    assert web.service.desk.reply_line(intent).state is ReplyState.SENT
    waiting = {row.item_id: row.unanswered for row in web.service.desk.queue(QueueFilter(), "ana").rows}
    assert item not in waiting
    assert waiting[f"x:{angry.id}"] == 1


@pytest.mark.parametrize("private", [False, True], ids=["public", "private"])
def test_an_answer_and_its_echo(web: HttpKit, private: bool) -> None:
    """What is answered is there once, is one item before and after the poll that brings the echo, and nobody waits."""
    author = f"echo_{private}"
    item = web.message(author) if private else web.mention(author)
    intent = reply(web, item, f"We are on it, {author}: https://fernhill.example/help", private=private)
    web.service.outbox.deliver()
    assert web.service.desk.reply_line(intent).state is ReplyState.SENT
    before = web.service.desk.conversation(web.service.desk.conversation_of(item), "ana")
    web.sandbox.world.advance(120)
    web.poll()
    after = web.service.desk.conversation(before.conversation_id, "ana")
    assert [line.item.id for line in after.items] == [line.item.id for line in before.items]
    ours = after.items[-1].item
    assert (ours.outbound, ours.private, ours.author_id) == (True, private, f"x:{web.sandbox.brand.id}")
    assert (after.waiting_since, before.waiting_since, after.items[-1].versions) == (None, None, ())
    assert not [
        row
        for row in web.service.desk.queue(QueueFilter(), "ana").rows
        if row.conversation_id == before.conversation_id
    ]


@pytest.mark.thinned(3)
@pytest.mark.parametrize("private", [False, True], ids=["public", "private"])
@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_of_a_send(web: HttpKit, fault: str, private: bool) -> None:
    """Whatever the platform does to a send, the reply is there as often as it should be, and its state is the truth."""
    author = f"fault_{fault}_{private}"[:15]
    item = web.message(author) if private else web.mention(author)
    if fault != "none":
        web.sandbox.faults.add(PRIVATE if private else PUBLIC, fault, times=1)
    text = f"Answer to {fault} {private}"
    intent = reply(web, item, text, private=private)
    web.work()
    web.sandbox.faults.clear()
    state, count = FAULTS[fault]
    assert (web.service.desk.reply_line(intent).state, web.answers(item).count(text)) == (state, count)
    if state is ReplyState.IN_DOUBT:
        web.service.desk.settle(intent, "ana", None)
    web.sandbox.world.advance(1000)


def test_a_platform_that_stalls_is_a_doubt(web: HttpKit) -> None:
    """A send without an answer in time may have gone out: it is found, and there once."""
    item = web.mention("stalled")
    web.sandbox.faults.add(PUBLIC, "stall", times=1, seconds=30)
    intent = reply(web, item, "Slow answer", private=False)
    web.service.outbox.deliver()
    assert web.service.desk.reply_line(intent).state is ReplyState.IN_DOUBT
    web.sandbox.faults.clear()  # lets the stalled call go on
    web.work()
    web.sandbox.world.advance(1000)
    assert len(web.answers(item)) <= 1
    line = web.service.desk.reply_line(intent)
    assert (line.state is ReplyState.SENT) == bool(web.answers(item))


def test_a_platform_that_is_gone_is_tried_again(web: HttpKit, tmp_path: Path) -> None:
    """A refused connection surely sent nothing: the reply is tried three times and then returned."""
    kit = HttpKit(tmp_path)
    item = kit.mention()
    kit.sandbox.stop()
    intent = reply(kit, item, "Hello?", private=False)
    kit.work()
    line = kit.service.desk.reply_line(intent)
    assert (line.state, line.attempts) == (ReplyState.REJECTED, 3)
    assert kit.service.desk.draft(line.conversation_id, "ana", "public").text == "Hello?"
    kit.close()

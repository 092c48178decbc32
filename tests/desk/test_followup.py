"""A public answer and its private follow-up: two texts, one go, and never one in the place of the other."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from desk_kit import Kit, make_kit
from meta_kit import NAMES, MetaKit, Name

from social_listener.desk.reply import PublicAndPrivate
from social_listener.errors import Conflict, NotAllowed
from social_listener.failpoints import FailpointReached, arm, disarm
from social_listener.model import ReplyState

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

OPEN, SECRET = "CANARY-OPEN we wrote to you", "CANARY-SECRET your card ends in 4242"


def both(kit: Kit, item: str, *, private_first: bool = False, undo: timedelta = timedelta(0)) -> tuple[str, str]:
    """Hand over a public answer with a private follow-up; return the two intents, in the order in which they leave."""
    texts = PublicAndPrivate(
        public=OPEN, public_nonce=f"{item} a", private=SECRET, private_nonce=f"{item} b", private_first=private_first
    )
    first, second = kit.desk.reply_both(item, texts, "ana", undo=undo)
    return first.id, second.id


def drafts(kit: Kit, item: str) -> tuple[str, str]:
    """Return what stands in the public and in the private composer."""
    conversation = kit.desk.conversation_of(item)
    public, private = (kit.desk.draft(conversation, "ana", mode).text for mode in ("public", "private"))
    return public, private


def test_the_private_one_leaves_after_the_public_one(kit: Kit) -> None:
    """Both go out, the public one first; the follow-up says what it waits for until then."""
    item = kit.mention()
    first, second = both(kit, item)
    waiting = kit.desk.reply_line(second)
    assert waiting.reason == "it goes out once the public answer is there"
    kit.outbox.deliver()
    assert (kit.state(first), kit.state(second)) == (ReplyState.SENT, ReplyState.SENT)
    assert [reply.text for reply in kit.channels["main"].calls] == [OPEN, SECRET]


def test_or_the_other_way_round(kit: Kit) -> None:
    """Where a platform wants it so, the private one leaves first, and the public one waits for it."""
    item = kit.mention()
    both(kit, item, private_first=True)
    kit.outbox.deliver()
    assert [reply.text for reply in kit.channels["main"].calls] == [SECRET, OPEN]


@pytest.mark.parametrize("behaviour", ["rejected", "unsure_not_taken", "unsure_taken"])
def test_when_the_first_is_refused_or_in_doubt_the_second_waits_and_says_so(kit: Kit, behaviour: str) -> None:
    """Nothing private leaves while the public answer is not known to be there."""
    item = kit.mention()
    kit.channels["main"].behaviours.append(behaviour)
    first, second = both(kit, item)
    for _ in range(3):
        kit.outbox.deliver()
        kit.pass_time(seconds=2)
    assert kit.state(first) in {ReplyState.REJECTED, ReplyState.IN_DOUBT}
    line = kit.desk.reply_line(second)
    assert line.state is ReplyState.QUEUED
    assert line.reason is not None
    assert line.reason.startswith("it waits: the public answer")
    assert kit.messages() == []


def test_a_rule_that_looks_at_the_first_no_more_lets_it_go(kit: Kit) -> None:
    """The control: without its row in followups the second leaves although the first was refused."""
    item = kit.mention()
    kit.channels["main"].behaviours.append("rejected")
    _, second = both(kit, item)
    with kit.store.transaction() as cursor:
        cursor.execute("DELETE FROM followups")
    kit.outbox.deliver()
    assert kit.state(second) is ReplyState.SENT


def test_it_goes_when_the_doubt_is_settled(kit: Kit) -> None:
    """Once the public answer is found at the platform, the private one leaves by itself."""
    item = kit.mention()
    kit.channels["main"].behaviours.append("unsure_taken")
    _, second = both(kit, item)
    kit.outbox.deliver()
    kit.pass_time(seconds=30)
    kit.outbox.reconcile()
    kit.outbox.deliver()
    assert kit.state(second) is ReplyState.SENT
    assert kit.posted(item) == 1


def test_a_person_may_send_it_all_the_same(kit: Kit) -> None:
    """After a refusal somebody decides; while the first may still go out there is nothing to decide."""
    item = kit.mention()
    kit.channels["main"].behaviours.append("rejected")
    _, second = both(kit, item)
    with pytest.raises(Conflict, match="may still go out"):
        kit.desk.send_alone(second, "ana")
    kit.outbox.deliver()
    kit.desk.send_alone(second, "ana")
    kit.outbox.deliver()
    assert kit.messages() == [SECRET]
    with pytest.raises(Conflict, match="nothing to decide"):
        kit.desk.send_alone(second, "ana")


@pytest.mark.parametrize("which", [0, 1])
def test_undo_takes_back_both_and_gives_each_text_back_to_its_own_box(kit: Kit, which: int) -> None:
    """Whichever is taken back, neither goes out, and no text lands in the other one's composer."""
    item = kit.mention()
    intents = both(kit, item, undo=timedelta(seconds=30))
    assert kit.desk.undo(intents[which], "ana")
    kit.pass_time(minutes=2)
    kit.outbox.deliver()
    assert [kit.state(one) for one in intents] == [ReplyState.CANCELLED, ReplyState.CANCELLED]
    assert kit.channels["main"].calls == []
    assert drafts(kit, item) == (OPEN, SECRET)


def test_both_or_none(kit: Kit) -> None:
    """What is wrong with the private text keeps the public one from being queued, and the other way round."""
    item = kit.mention()
    long = PublicAndPrivate(public="x" * 281, public_nonce="a", private="y", private_nonce="b")
    empty = PublicAndPrivate(public="x", public_nonce="c", private=" ", private_nonce="d")
    for texts in (long, empty):
        with pytest.raises(NotAllowed):
            kit.desk.reply_both(item, texts, "ana")
    with pytest.raises(NotAllowed, match="never answered in public"):
        both(kit, kit.message())
    assert kit.desk.outbox() == ()


def test_a_double_click_is_one_pair(kit: Kit) -> None:
    """The same two texts handed over twice are the same two replies."""
    item = kit.mention()
    assert both(kit, item) == both(kit, item)
    assert len(kit.desk.outbox()) == 2


def test_the_pair_survives_a_crash_between_the_two(tmp_path: Path) -> None:
    """A process that dies after the public answer left sends the private one after the start, once."""
    kit = make_kit(tmp_path)
    item = kit.mention()
    first, second = both(kit, item)
    arm("outbox.after_settle=raise")
    with pytest.raises(FailpointReached):
        kit.outbox.deliver()
    disarm()
    kit.again()
    assert kit.state(first) is ReplyState.SENT
    kit.outbox.deliver()
    assert kit.state(second) is ReplyState.SENT
    assert kit.messages() == [SECRET]
    kit.close()


@pytest.fixture(scope="module")
def meta(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MetaKit]:
    """Return a service on Facebook and Instagram, where a comment can be answered both ways."""
    kit = MetaKit(tmp_path_factory.mktemp("pairs"))
    yield kit
    kit.close()


#: what the platform does to the public call → whether the private message goes in the end
FAULTS = {"none": True, "lost": True, "status_503_after_effect": True, "status_403": False}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("name", NAMES)
def test_no_private_word_is_ever_public(meta: MetaKit, name: Name, fault: str) -> None:
    """On the wire, whatever befalls the public call: the canary of one text is never in the place of the other."""
    item = meta.comment(name, f"pair_{name}_{fault}")
    meta.sandbox.world.advance(1)
    meta.poll()
    public, private = f"CANARY-OPEN {name} {fault}", f"CANARY-SECRET {name} {fault}"
    if fault != "none":
        meta.sandbox.faults.add("POST /**", fault, times=1)
    texts = PublicAndPrivate(public=public, public_nonce=public, private=private, private_nonce=private)
    _, second = meta.service.desk.reply_both(item, texts, "ana")
    for _ in range(8):
        meta.service.outbox.deliver()
        meta.service.outbox.reconcile()
        meta.sandbox.world.advance(30)
    meta.sandbox.faults.clear()
    truth = meta.graph.truth()
    said = [one.text for one in (*truth.comments, *truth.ig_comments)]
    told = [one.text for one in truth.messages]
    assert not [text for text in said if "CANARY-SECRET" in text]
    assert not [text for text in told if "CANARY-OPEN" in text]
    goes = FAULTS[fault]
    assert (said.count(public), told.count(private)) == (int(goes), int(goes))
    if not goes:
        assert meta.line(second.id).state is ReplyState.QUEUED
        assert meta.service.desk.undo(second.id, "ana")


@pytest.mark.parametrize("behaviour", ["rejected", "unsure_not_taken"])
def test_what_waits_for_a_person_holds_up_no_later_answer(kit: Kit, behaviour: str) -> None:
    """A follow-up whose public answer did not go out stays where it is; the next answer in the conversation leaves."""
    item = kit.mention()
    kit.channels["main"].behaviours.append(behaviour)
    first, second = both(kit, item)
    kit.outbox.deliver()
    if kit.state(first) is ReplyState.IN_DOUBT:
        kit.desk.settle(first, "ana", None)
    again = kit.reply(item, "Once more, in other words.")
    kit.pass_time(seconds=5)
    kit.outbox.deliver()
    assert (kit.state(second), kit.state(again)) == (ReplyState.QUEUED, ReplyState.SENT)

from __future__ import annotations

import threading
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from desk_kit import make_kit

from social_listener.errors import StoreError, Unavailable
from social_listener.model import ReplyState

if TYPE_CHECKING:
    from pathlib import Path

    from desk_kit import Kit


def test_sent_is_one_post_under_its_item(kit: Kit) -> None:
    """A reply that went out is one post, an item of the conversation, and the customer waits no longer."""
    item = kit.mention()
    intent = kit.reply(item)
    assert kit.outbox.deliver() == {ReplyState.SENT: 1}
    line = kit.desk.reply_line(intent)
    assert kit.posted(item) == 1
    view = kit.desk.conversation(line.conversation_id, "ana")
    ours = view.items[-1]
    assert (ours.item.id, ours.item.outbound, ours.item.reply_to_id) == (f"x:{line.platform_id}", True, item)
    assert view.items[0].answered_at == ours.item.sent_at
    assert (view.waiting_since, kit.waiting(), view.replies) == (None, [], ())


def test_the_echo_changes_nothing(kit: Kit) -> None:
    """When a poll was faster than our own commit, the item is there once."""
    item = kit.mention()
    kit.channels["main"].before_send = lambda _: None
    kit.reply(item)
    kit.outbox.deliver()
    echo = kit.sandbox.world.truth().replies_to(item.partition(":")[2])[0]
    kit.hear(kit.sandbox.world.find(echo.id))
    assert len(kit.desk.conversation(kit.desk.conversation_of(item), "ana").items) == 2


@pytest.mark.thinned(2)
@pytest.mark.parametrize("behaviour", ["limited", "limited_without_date", "unauthorized", "out_of_credit"])
def test_waiting_never_burns_a_reply(kit: Kit, behaviour: str) -> None:
    """A rate limit and a dead account are waited out, without a call before their time, and the reply goes once."""
    item = kit.mention()
    kit.channels["main"].behaviours.extend([behaviour] * 3)
    intent = kit.reply(item)
    for _ in range(80):
        kit.outbox.deliver()
        line = kit.desk.reply_line(intent)
        if line.state is ReplyState.SENT:
            break
        assert line.state is ReplyState.QUEUED
        assert line.reason
        calls = len(kit.channels["main"].calls)
        if kit.now() < line.not_before:
            kit.outbox.deliver()
            assert len(kit.channels["main"].calls) == calls
        kit.pass_time(seconds=20)
    assert line.attempts == 4
    assert kit.posted(item) == 1


def test_a_pause_holds_the_accounts_other_replies_and_outlives_a_restart(kit: Kit) -> None:
    """After a 429 no other public reply of the account is tried before its time, not even by the next process."""
    first, second, direct = kit.mention(), kit.mention(author="ben"), kit.message(author="cleo")
    kit.channels["main"].behaviours.append("limited")
    kit.reply(first)
    kit.outbox.deliver()
    other = kit.reply(second)
    private = kit.reply(direct, private=True)
    kit.again()
    kit.outbox.deliver()
    assert (kit.state(other), kit.desk.reply_line(other).reason) == (ReplyState.QUEUED, "too many")
    assert kit.state(private) is ReplyState.SENT
    kit.pass_time(minutes=6)
    kit.outbox.deliver()
    assert (kit.posted(first), kit.posted(second)) == (1, 1)


def test_three_calls_that_did_not_arrive_are_enough(kit: Kit) -> None:
    """An unreachable platform is tried three times; then the reply is rejected and its text is in the composer."""
    item = kit.mention()
    kit.channels["main"].behaviours.extend(["refused"] * 3)
    intent = kit.reply(item, "Sorry about that.")
    while kit.state(intent) is ReplyState.QUEUED:
        kit.outbox.deliver()
        kit.pass_time(seconds=30)
    line = kit.desk.reply_line(intent)
    assert (line.state, line.attempts, kit.posted(item)) == (ReplyState.REJECTED, 3, 0)
    assert kit.desk.draft(line.conversation_id, "ana", "public").text == "Sorry about that."
    assert kit.waiting() == [line.conversation_id]
    again = kit.desk.reply_public(item, "Sorry about that.", "ana", nonce="new", undo=timedelta(0))
    kit.pass_time(minutes=10)
    kit.outbox.deliver()
    assert (kit.state(again.id), kit.posted(item)) == (ReplyState.SENT, 1)


def test_a_refusal_returns_the_text_and_frees_the_slot(kit: Kit) -> None:
    """What the platform refuses is shown with its reason, and another reply can be tried."""
    item = kit.mention()
    kit.channels["main"].behaviours.append("rejected")
    line = kit.desk.reply_line(kit.reply(item, "Hello"))
    kit.outbox.deliver()
    after = kit.desk.reply_line(line.id)
    assert (after.state, after.reason) == (ReplyState.REJECTED, "you may not reply to this post")
    assert kit.desk.draft(line.conversation_id, "ana", "public").text == "Hello"
    kit.desk.reply_public(item, "Hello again", "ana", nonce="second", undo=timedelta(0))
    kit.outbox.deliver()
    assert kit.posted(item) == 1


def test_a_returned_text_does_not_eat_what_is_being_typed(kit: Kit) -> None:
    """A text that comes back stands before what was typed meanwhile."""
    item = kit.mention()
    conversation = kit.desk.conversation_of(item)
    kit.channels["main"].behaviours.append("rejected")
    kit.reply(item, "Hello")
    kit.desk.save_draft(conversation, "ana", "public", "something new")
    kit.outbox.deliver()
    assert kit.desk.draft(conversation, "ana", "public").text == "Hello\n\nsomething new"


@pytest.mark.parametrize("count", [20, pytest.param(50, marks=pytest.mark.long)])
def test_words_older_than_the_deadline_are_not_sent(kit: Kit, count: int) -> None:
    """After an outage of two hours, all queued replies expire, none is sent, and every text is in a composer."""
    items = [kit.mention(author=f"customer{number}") for number in range(count)]
    intents = [kit.reply(item, f"Answer {number}") for number, item in enumerate(items)]
    kit.pass_time(hours=2)
    kit.again()
    assert kit.outbox.deliver() == {ReplyState.EXPIRED: count}
    assert kit.channels["main"].calls == []
    for number, intent in enumerate(intents):
        line = kit.desk.reply_line(intent)
        assert kit.desk.draft(line.conversation_id, "ana", "public").text == f"Answer {number}"
    assert len(kit.waiting()) == count


def test_one_accounts_trouble_stops_no_other(tmp_path: Path) -> None:
    """While one account's platform stalls, another account's replies leave."""
    kit = make_kit(tmp_path, accounts=("main", "fernhill_help"))
    stalled, entered = threading.Event(), threading.Event()

    def stall(_: object) -> None:
        entered.set()
        assert stalled.wait(20)

    kit.channels["main"].before_send = stall
    slow = kit.reply(kit.mention())
    kit.outbox.deliver(wait=False)
    assert entered.wait(20)
    fast = kit.reply(kit.mention("@fernhill_help hello?", "ben", "fernhill_help"))
    kit.outbox.deliver(wait=False)
    done = threading.Event()
    kit.channels["fernhill_help"].before_send = lambda _: done.set()
    for _ in range(2000):
        if kit.state(fast) is ReplyState.SENT:
            break
        done.wait(0.01)
    assert (kit.state(fast), kit.state(slow)) == (ReplyState.SENT, ReplyState.SENDING)
    assert not kit.outbox.close(timedelta(seconds=0))
    stalled.set()
    assert kit.outbox.close(timedelta(seconds=20))
    assert kit.state(slow) is ReplyState.SENT
    kit.close()


def test_replies_of_one_conversation_leave_in_order(kit: Kit) -> None:
    """A later reply of the same conversation waits for an earlier one, whatever that waits for."""
    first, second = kit.message("one"), kit.message("two")
    kit.channels["main"].behaviours.append("limited")
    early = kit.reply(first, "first", private=True)
    kit.pass_time(seconds=1)
    late = kit.reply(second, "second", private=True)
    kit.outbox.deliver()
    assert (kit.state(early), kit.state(late)) == (ReplyState.QUEUED, ReplyState.QUEUED)
    kit.pass_time(minutes=6)
    kit.outbox.deliver()
    assert kit.messages() == ["first", "second"]


def test_a_deleted_item_is_not_answered(kit: Kit) -> None:
    """An item that was deleted after the reply was composed is left alone."""
    item = kit.mention()
    intent = kit.reply(item)
    with kit.store.transaction() as cursor:
        cursor.execute("UPDATE interactions SET deleted_at = ?, text = '' WHERE id = ?", [kit.now(), item])
    assert kit.outbox.deliver() == {ReplyState.REJECTED: 1}
    assert "deleted" in (kit.desk.reply_line(intent).reason or "")
    assert kit.channels["main"].calls == []


def test_an_answer_given_in_the_platforms_app_stops_ours(kit: Kit) -> None:
    """Who answered in the app while our reply waited is not talked over: the text returns with the reason."""
    item = kit.mention()
    line = kit.desk.reply_public(item, "We are on it.", "ana", nonce="n", undo=timedelta(seconds=10))
    kit.pass_time(seconds=5)
    kit.hear(kit.sandbox.world.post(kit.sandbox.brand, "Please write to us", reply_to=int(item.partition(":")[2])))
    kit.pass_time(seconds=6)
    kit.outbox.deliver()
    after = kit.desk.reply_line(line.id)
    assert after.state is ReplyState.REJECTED
    assert "answered this item meanwhile" in (after.reason or "")
    assert kit.posted(item) == 1


def test_two_replies_of_ours_in_a_direct_thread_are_no_strangers(kit: Kit) -> None:
    """Our own earlier reply, and its echo, do not count as an answer given elsewhere."""
    first, second = kit.message("one"), kit.message("two")
    kit.reply(first, "first", private=True)
    late = kit.reply(second, "second", private=True)
    kit.outbox.deliver()
    assert (kit.state(late), kit.messages()) == (ReplyState.SENT, ["first", "second"])


@pytest.mark.thinned(3)
@pytest.mark.parametrize(("left", "sent"), [(-1, 0), (0, 0), (1, 1)])
@pytest.mark.parametrize("skew", [-10, 0, 10])
def test_the_window_is_checked_again_when_the_call_is_made(kit: Kit, left: int, sent: int, skew: int) -> None:
    """A window that closes by the platform's clock while a reply waits is not overrun, however wrong our clock is."""
    kit.skew = timedelta(minutes=skew)
    kit.channels["main"].window = timedelta(minutes=30)
    item = kit.mention()
    with kit.store.transaction() as cursor:
        cursor.execute(
            "INSERT INTO raw_pages (id, stream_id, fetched_at, server_time, seq, item_ids, body)"
            " VALUES ('p', 'main/mentions', ?, ?, 1, '', 'x')",
            [kit.now(), kit.now() - kit.skew],
        )
    kit.pass_time(minutes=25)
    intent = kit.reply(item)
    kit.pass_time(minutes=5, seconds=-left)
    kit.outbox.deliver()
    assert (kit.state(intent) is ReplyState.SENT, kit.posted(item)) == (bool(sent), sent)


def test_an_account_that_left_the_settings_keeps_its_replies(kit: Kit) -> None:
    """Without its settings a reply waits with a reason, and expires in the end; it is not lost."""
    item = kit.mention()
    intent = kit.reply(item)
    channel = kit.channels.pop("main")
    kit.outbox.deliver()
    assert kit.state(intent) is ReplyState.QUEUED
    kit.channels["main"] = channel
    kit.outbox.deliver()
    assert kit.state(intent) is ReplyState.SENT


def test_nothing_is_sent_while_the_witness_cannot_be_written(kit: Kit) -> None:
    """Without its witness line no call is made; when it can be written again, the reply leaves."""
    item = kit.mention()
    intent = kit.reply(item)
    witness = kit.folder / "witness.jsonl"
    witness.mkdir()
    kit.outbox.deliver()
    line = kit.desk.reply_line(intent)
    assert (line.state, kit.channels["main"].calls) == (ReplyState.QUEUED, [])
    assert "witness" in (line.reason or "")
    witness.rmdir()
    kit.pass_time(minutes=2)
    kit.outbox.deliver()
    assert (kit.state(intent), kit.posted(item)) == (ReplyState.SENT, 1)


def test_an_outcome_that_cannot_be_written_is_kept(kit: Kit) -> None:
    """When the database refuses the outcome of a call, it is kept, and written at the next tick."""
    item = kit.mention()
    intent = kit.reply(item)

    def lock_out(_: object) -> None:
        with kit.store.transaction() as cursor:
            cursor.execute("ALTER TABLE attempts RENAME TO attempts_away")

    kit.channels["main"].before_send = lock_out
    with pytest.raises(StoreError):
        kit.outbox.deliver()
    with kit.store.transaction() as cursor:
        cursor.execute("ALTER TABLE attempts_away RENAME TO attempts")
    assert kit.state(intent) is ReplyState.SENDING
    kit.outbox.deliver()
    assert (kit.state(intent), kit.posted(item), len(kit.channels["main"].calls)) == (ReplyState.SENT, 1, 1)


def test_a_fault_in_a_thread_is_not_lost(kit: Kit) -> None:
    """When nobody waits for a delivery, its fault is raised by a later one, so that the job is seen to fail."""
    intent = kit.reply(kit.mention())
    kit.channels["main"].rules_fault = RuntimeError("a mistake in the channel")
    kit.channels["main"].rules_asked.clear()
    kit.outbox.deliver(wait=False)
    assert kit.channels["main"].rules_asked.wait(20)
    kit.outbox.close(timedelta(seconds=20))
    with pytest.raises(RuntimeError, match="mistake"):
        kit.outbox.deliver(wait=False)
    kit.channels["main"].rules_fault = None
    kit.again()
    kit.outbox.deliver()
    assert kit.state(intent) is ReplyState.SENT


def test_rules_that_cannot_be_told_hold_a_reply(kit: Kit) -> None:
    """When the platform cannot be asked for its rules, the reply waits, and the desk allows nothing meanwhile."""
    item = kit.mention()
    intent = kit.reply(item)
    kit.channels["main"].rules_fault = Unavailable("connection refused", account_id="main")
    assert kit.outbox.deliver() == {}
    assert not any(rule.ok for rule in kit.desk.allowed(item))
    kit.channels["main"].rules_fault = None
    kit.outbox.deliver()
    assert kit.state(intent) is ReplyState.SENT

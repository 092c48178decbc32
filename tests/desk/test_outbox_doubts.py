from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from social_listener.errors import Conflict, DeskError
from social_listener.model import ReplyState
from social_listener.outbox_rules import READINGS
from social_listener.witness import WitnessLine

if TYPE_CHECKING:
    from desk_kit import Kit


def doubt(kit: Kit, item: str, text: str = "We are on it.", *, taken: bool = True, private: bool = False) -> str:
    """Send a reply whose answer gets lost; return the intent's id."""
    kit.channels["main"].behaviours.append("unsure_taken" if taken else "unsure_not_taken")
    intent = kit.reply(item, text, private=private)
    kit.outbox.deliver()
    assert kit.state(intent) is ReplyState.IN_DOUBT
    return intent


def read_on(kit: Kit) -> None:
    """Let all four readings happen."""
    for before, after in zip((timedelta(0), *READINGS), READINGS, strict=False):
        kit.pass_time(seconds=(after - before).total_seconds())
        kit.outbox.reconcile()


@pytest.mark.parametrize("private", [False, True])
def test_a_lost_answer_is_found(kit: Kit, private: bool) -> None:
    """Ten seconds after the answer was lost the reply is found at the platform, and it is one post."""
    item = kit.message() if private else kit.mention()
    intent = doubt(kit, item, private=private)
    kit.outbox.reconcile()
    assert kit.state(intent) is ReplyState.IN_DOUBT
    kit.pass_time(seconds=10)
    assert kit.outbox.reconcile() == 1
    line = kit.desk.reply_line(intent)
    assert (line.state, line.settled_by) == (ReplyState.SENT, None)
    assert len(kit.messages()) + (0 if private else kit.posted(item)) == 1
    assert kit.waiting() == []


@pytest.mark.parametrize("lag", [0, 30, 120, 600, 3600])
def test_however_late_it_shows_it_is_never_called_sent_wrongly(kit: Kit, lag: int) -> None:
    """With readings that lag, a reply is found late or left to a person, and never sent again."""
    kit.channels["main"].lag = timedelta(seconds=lag)
    item = kit.mention()
    intent = doubt(kit, item)
    read_on(kit)
    line = kit.desk.reply_line(intent)
    assert line.state is (ReplyState.SENT if lag <= 900 else ReplyState.IN_DOUBT)
    assert (line.reconcile_at, kit.posted(item), kit.channels["main"].readings <= 4) == (None, 1, True)


def test_a_twin_is_not_mistaken_for_it(kit: Kit) -> None:
    """The same words under another post, or sent earlier by another reply, do not settle a doubt."""
    other, item = kit.mention(), kit.mention(author="ben")
    kit.reply(other, "We are on it.")
    kit.outbox.deliver()
    kit.reply(item, "We are on it.")
    kit.outbox.deliver()
    kit.pass_time(seconds=20)
    kit.channels["main"].behaviours.append("unsure_not_taken")
    line = kit.desk.reply_public(item, "We are on it.", "ana", nonce="twin", undo=timedelta(0))
    kit.outbox.deliver()
    read_on(kit)
    assert kit.state(line.id) is ReplyState.IN_DOUBT


def test_matching_by_text_alone_would_be_wrong(kit: Kit) -> None:
    """The known-bad way of looking, by text alone, calls a reply sent that never was: the test above would see it."""
    other, item = kit.mention(), kit.mention(author="ben")
    kit.sandbox.world.post(kit.sandbox.brand, "We are on it.", reply_to=int(other.partition(":")[2]))
    kit.pass_time(seconds=20)
    kit.channels["main"].by_text_only = True
    intent = doubt(kit, item, taken=False)
    read_on(kit)
    assert (kit.state(intent), kit.posted(item)) == (ReplyState.SENT, 0)


def test_the_echo_of_a_poll_settles_it(kit: Kit) -> None:
    """When a poll brings the very words before a reading does, they settle the doubt."""
    item = kit.mention()
    intent = doubt(kit, item)
    echo = kit.sandbox.world.truth().replies_to(item.partition(":")[2])[0]
    kit.hear(kit.sandbox.world.find(echo.id))
    kit.outbox.deliver()
    assert (kit.state(intent), kit.channels["main"].readings) == (ReplyState.SENT, 0)
    assert kit.desk.reply_line(intent).platform_id == echo.id


def test_another_echo_does_not(kit: Kit) -> None:
    """Other words of ours under the same post leave the doubt as it is."""
    item = kit.mention()
    intent = doubt(kit, item, taken=False)
    kit.hear(kit.sandbox.world.post(kit.sandbox.brand, "Something else", reply_to=int(item.partition(":")[2])))
    kit.outbox.deliver()
    assert kit.state(intent) is ReplyState.IN_DOUBT


def test_a_reading_that_fails_does_not_count(kit: Kit) -> None:
    """A platform that cannot be read is asked again; only answers count towards leaving it to a person."""
    item = kit.mention()
    intent = doubt(kit, item)
    kit.pass_time(seconds=10)
    kit.channels["main"].behaviours.extend(["refused", "limited"])
    kit.outbox.reconcile()
    kit.pass_time(seconds=60)
    kit.outbox.reconcile()
    assert kit.desk.reply_line(intent).reconcile_at == kit.now() + timedelta(minutes=5)
    kit.pass_time(minutes=5)
    kit.outbox.reconcile()
    assert kit.state(intent) is ReplyState.SENT


def test_a_platform_that_cannot_be_read_leaves_it_to_a_person(kit: Kit) -> None:
    """While own words cannot be read at all it is asked on, and after a quarter of an hour a person may decide."""
    item = kit.mention()
    intent = doubt(kit, item)
    kit.channels["main"].behaviours.extend(["refused"] * 20)
    kit.pass_time(seconds=10)
    asked = []
    for _ in range(16):
        kit.outbox.reconcile()
        asked.append(kit.desk.reply_line(intent).asks_for_a_person)
        kit.pass_time(minutes=1)
    assert (asked[:14], asked[-1]) == ([False] * 14, True)
    assert any("look there and decide" in problem for problem in kit.desk.health().problems)
    native = kit.sandbox.world.truth().replies_to(item.partition(":")[2])[0].id
    assert kit.desk.settle(intent, "ben", native).state is ReplyState.SENT
    assert not kit.desk.reply_line(intent).asks_for_a_person


def test_a_doubt_blocks_its_slot_and_nothing_else(kit: Kit) -> None:
    """While a reply is in doubt no other one goes to the same item; other items are answered as ever."""
    item, other = kit.mention(), kit.mention(author="ben")
    doubt(kit, item)
    with pytest.raises(Conflict, match="in doubt"):
        kit.reply(item, "Once more")
    kit.reply(other)
    kit.outbox.deliver()
    assert kit.posted(other) == 1


# -- a person decides --------------------------------------------------------------------------------------------------


def test_a_person_found_it(kit: Kit) -> None:
    """Who looked and found it gives the id or the address; the reply is sent, by their word."""
    item = kit.mention()
    intent = doubt(kit, item)
    post = kit.sandbox.world.truth().replies_to(item.partition(":")[2])[0]
    line = kit.desk.settle(intent, "ben", f"https://x.example/fernhill/status/{post.id}?s=20")
    assert (line.state, line.platform_id, line.settled_by) == (ReplyState.SENT, post.id, "ben")
    assert kit.waiting() == []


@pytest.mark.parametrize("wrong", ["", "no id at all", "https://x.example/"])
def test_a_person_can_mistype(kit: Kit, wrong: str) -> None:
    """What is no id is refused, and the reply stays in doubt."""
    intent = doubt(kit, kit.mention())
    with pytest.raises(DeskError, match="id"):
        kit.desk.settle(intent, "ben", wrong)
    assert kit.state(intent) is ReplyState.IN_DOUBT


def test_a_person_can_be_wrong(kit: Kit) -> None:
    """The customer's own post, and one that is another reply of ours, are refused."""
    item, other = kit.mention(), kit.mention(author="ben")
    sent = kit.desk.reply_line(kit.reply(other))
    kit.outbox.deliver()
    intent = doubt(kit, item)
    with pytest.raises(DeskError, match="not one of our own"):
        kit.desk.settle(intent, "ben", item)
    with pytest.raises(Conflict, match="another reply"):
        kit.desk.settle(intent, "ben", kit.desk.reply_line(sent.id).platform_id)


def test_a_person_did_not_find_it(kit: Kit) -> None:
    """Not there: the reply is closed, its text is in its author's composer, and the item can be answered again."""
    item = kit.mention()
    intent = doubt(kit, item, "Sorry!", taken=False)
    line = kit.desk.settle(intent, "ben", None)
    assert (line.state, line.settled_by) == (ReplyState.CANCELLED, "ben")
    assert kit.desk.draft(line.conversation_id, "ana", "public").text == "Sorry!"
    kit.desk.reply_public(item, "Sorry!", "ana", nonce="n2", undo=timedelta(0))
    kit.outbox.deliver()
    assert kit.posted(item) == 1


def test_send_again_is_a_second_call_of_the_same_reply(kit: Kit) -> None:
    """Not there, so send it again: one more attempt on the same intent, with both names kept."""
    item = kit.mention()
    intent = doubt(kit, item, taken=False)
    kit.desk.send_again(intent, "ben")
    kit.outbox.deliver()
    line = kit.desk.reply_line(intent)
    assert (line.state, line.attempts, line.author, kit.posted(item)) == (ReplyState.SENT, 2, "ana", 1)
    with kit.store.read() as cursor:
        rows = cursor.execute("SELECT staff, verb FROM audit_events ORDER BY rowid").fetchall()
    assert [row for row in rows if row[1] in {"reply.queued", "reply.send_again"}] == [
        ("ana", "reply.queued"),
        ("ben", "reply.send_again"),
    ]


def test_send_again_looks_first(kit: Kit) -> None:
    """A person who looked too early does not make a duplicate: the reply is found before it would be sent again."""
    item = kit.mention()
    intent = doubt(kit, item)
    kit.desk.send_again(intent, "ben")
    kit.outbox.deliver()
    assert (kit.state(intent), kit.posted(item), len(kit.channels["main"].calls)) == (ReplyState.SENT, 1, 1)


def test_what_is_not_in_doubt_is_not_decided(kit: Kit) -> None:
    """A sent reply cannot be settled, sent again or taken back."""
    intent = kit.reply(kit.mention())
    kit.outbox.deliver()
    for attempt in (lambda: kit.desk.settle(intent, "ben", None), lambda: kit.desk.send_again(intent, "ben")):
        with pytest.raises(Conflict, match="sent, not in doubt"):
            attempt()
    assert not kit.desk.undo(intent, "ana")


def test_taking_back_what_may_be_out_is_not_promised(kit: Kit) -> None:
    """A reply that is sent again cannot be undone, since its first call may have arrived."""
    intent = doubt(kit, kit.mention(), taken=False)
    kit.desk.send_again(intent, "ben")
    assert not kit.desk.undo(intent, "ana")


# -- at start ----------------------------------------------------------------------------------------------------------


def test_the_witness_tells_of_a_call_that_the_database_forgot(kit: Kit) -> None:
    """With an older copy of the database put back, a reply that went out is in doubt, found, and not sent again."""
    item = kit.mention()
    intent = kit.reply(item)
    kit.store.checkpoint()
    older = (kit.folder / "test.duckdb").read_bytes()
    kit.outbox.deliver()
    assert kit.posted(item) == 1
    kit.close()
    (kit.folder / "test.duckdb").write_bytes(older)
    kit.boot()
    assert kit.state(intent) is ReplyState.IN_DOUBT
    kit.pass_time(seconds=10)
    kit.outbox.deliver()
    kit.outbox.reconcile()
    assert (kit.state(intent), kit.posted(item)) == (ReplyState.SENT, 1)


def test_a_call_for_an_unknown_reply_is_an_alarm(kit: Kit) -> None:
    """A witness line whose reply the database does not know at all is told in Health until the file is moved away."""
    line = WitnessLine(
        attempt_id="gone/1", intent_id="gone", account_id="main", boot_id="b", at=kit.now(), request_hash="x"
    )
    kit.outbox._witness.write(line)
    kit.again()
    assert any("does not know 1 call" in problem for problem in kit.desk.health().problems)
    (kit.folder / "witness.jsonl").rename(kit.folder / "looked-after")
    kit.again()
    assert kit.desk.health().ok

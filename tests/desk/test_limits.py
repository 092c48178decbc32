"""What a platform's limits and prices mean for replies and actions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from social_listener import failpoints
from social_listener.errors import DeskError
from social_listener.model import ActionKind, ReplyState
from social_listener.store import spend, streams

if TYPE_CHECKING:
    from desk_kit import Kit

pytestmark = pytest.mark.thinned(2)


def add_stream(kit: Kit) -> None:
    """Give the account a stream that is due."""
    with kit.store.transaction() as cursor:
        cursor.execute(
            """INSERT INTO streams (id, account_id, channel, kind, name, cursor_items, cursor_joined, next_due_at,
                                    errors, items_stored, worst_lag_s, active)
               VALUES ('main/mentions', 'main', 'x', 'mentions', 'mentions', 0, FALSE, ?, 0, 0, 0, TRUE)""",
            [kit.now()],
        )


def due(kit: Kit) -> list[str]:
    """Return the streams that are due."""
    with kit.store.read() as cursor:
        return streams.due(cursor, kit.now())


def spent(kit: Kit) -> dict[str, int]:
    """Return what was billed, by name of the price."""
    with kit.store.read() as cursor:
        return dict(cursor.execute("SELECT name, count FROM spend").fetchall())


@pytest.mark.parametrize("private", [False, True])
def test_a_throttled_send_stops_everything_of_its_account(kit: Kit, private: bool) -> None:
    """When a send is told that the whole account has to wait, nothing is read, sent, done or looked for before."""
    add_stream(kit)
    public, direct = kit.mention(), kit.message()
    kit.channels["main"].behaviours.append("throttled")
    first = kit.reply(direct if private else public, private=private)
    assert kit.outbox.deliver() == {ReplyState.QUEUED: 1}
    assert due(kit) == []
    second = kit.reply(public if private else direct, private=not private)
    calls = len(kit.channels["main"].calls)
    for _ in range(29):
        kit.outbox.deliver()
        with pytest.raises(DeskError, match="asked this account to wait"):
            kit.desk.act(public, ActionKind.HIDE, "ana")
        kit.pass_time(seconds=10)
    assert len(kit.channels["main"].calls) == calls
    assert kit.channels["main"].acts == []
    kit.pass_time(seconds=11)
    assert due(kit) == ["main/mentions"]
    kit.outbox.deliver()
    assert {kit.state(first), kit.state(second)} == {ReplyState.SENT}


def test_a_limit_on_sends_alone_leaves_reading_alone(kit: Kit) -> None:
    """A limit of one kind of send stops that kind only."""
    add_stream(kit)
    kit.channels["main"].behaviours.append("limited")
    kit.reply(kit.mention())
    direct = kit.reply(kit.message(), private=True)
    kit.outbox.deliver()
    assert due(kit) == ["main/mentions"]
    assert kit.state(direct) is ReplyState.SENT


def test_an_action_that_is_throttled_stops_the_account_too(kit: Kit) -> None:
    """What staff press may meet the throttle first; replies wait for its end from then on."""
    add_stream(kit)
    item = kit.mention()
    kit.channels["main"].behaviours.append("throttled")
    with pytest.raises(DeskError, match="no more calls"):
        kit.desk.act(item, ActionKind.HIDE, "ana")
    assert due(kit) == []
    kit.reply(item)
    kit.outbox.deliver()
    assert kit.channels["main"].calls == []


def test_a_reply_in_doubt_is_not_looked_for_in_a_throttle(kit: Kit) -> None:
    """Our own words are not read while the platform wants no call; they are after."""
    item = kit.mention()
    kit.channels["main"].behaviours.append("unsure_taken")
    intent = kit.reply(item)
    kit.outbox.deliver()
    assert kit.state(intent) is ReplyState.IN_DOUBT
    kit.channels["main"].behaviours.append("throttled")
    with pytest.raises(DeskError):
        kit.desk.act(item, ActionKind.HIDE, "ana")
    kit.pass_time(seconds=60)
    assert kit.outbox.reconcile() == 0
    assert kit.state(intent) is ReplyState.IN_DOUBT
    kit.pass_time(minutes=5)
    assert kit.outbox.reconcile() == 1


@pytest.mark.parametrize(
    ("behaviours", "count"),
    [
        (["ok"], 1),
        (["rejected"], 0),
        (["refused", "refused", "ok"], 1),
        (["limited", "ok"], 1),
        (["unsure_taken"], 1),
        (["unsure_not_taken"], 1),
    ],
)
def test_what_leaves_is_counted_and_what_surely_did_not_is_not(kit: Kit, behaviours: list[str], count: int) -> None:
    """A call that failed for sure costs nothing; one that may have gone is counted, once."""
    kit.channels["main"].behaviours.extend(behaviours)
    kit.reply(kit.mention())
    for _ in range(6):
        kit.outbox.deliver()
        kit.outbox.reconcile()
        kit.pass_time(minutes=2)
    assert spent(kit).get("send", 0) == count
    with kit.store.read() as cursor:
        total: Any = spend.total(cursor, "main", kit.now().date())
    assert total == pytest.approx(0.015 * count)


def test_a_crash_makes_no_send_free(kit: Kit) -> None:
    """A process that dies with the call made has counted it."""
    failpoints.arm("outbox.after_send=raise")
    kit.reply(kit.mention())
    with pytest.raises(failpoints.FailpointReached):
        kit.outbox.deliver()
    failpoints.disarm()
    kit.again()
    assert spent(kit) == {"send": 1}


def test_what_is_done_to_items_is_counted_when_it_was_done(kit: Kit) -> None:
    """An action that went well is billed; one that the platform refused is not."""
    item = kit.mention()
    kit.channels["main"].behaviours.append("rejected")
    with pytest.raises(DeskError):
        kit.desk.act(item, ActionKind.HIDE, "ana")
    assert spent(kit) == {}
    kit.desk.act(item, ActionKind.HIDE, "ana")
    assert spent(kit) == {"act": 1}

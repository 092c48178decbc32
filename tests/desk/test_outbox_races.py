from __future__ import annotations

import random
import threading
from datetime import timedelta
from typing import TYPE_CHECKING

from staff_kit import seed_staff

from social_listener.errors import Conflict
from social_listener.model import ReplyState

if TYPE_CHECKING:
    from collections.abc import Callable

    from desk_kit import Kit


def at_once(*calls: Callable[[], object]) -> list[object]:
    """Make all calls at the same moment, each in a thread of its own; return results and errors in their order."""
    start = threading.Barrier(len(calls))
    results: list[object] = [None] * len(calls)

    def run(number: int, call: Callable[[], object]) -> None:
        start.wait()
        try:
            results[number] = call()
        except Exception as error:  # noqa: BLE001 - the error is the result
            results[number] = error

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_double_clicks_are_one_reply(kit: Kit) -> None:
    """Of sends with one nonce that come at the same moment exactly one makes a reply, and all get it."""
    for number in range(12):
        item = kit.mention(author=f"customer{number}")
        lines = at_once(*[lambda i=item: kit.desk.reply_public(i, "Hello", "ana", nonce=i, undo=timedelta(0))] * 4)
        assert len({line.id for line in lines}) == 1, lines
        kit.outbox.deliver()
        assert kit.posted(item) == 1


def test_of_two_agents_one_wins(kit: Kit) -> None:
    """Agents who answer the same view at the same moment make one post; all others are told who was faster."""
    seed_staff(kit.desk, "cleo", "dan")
    for number in range(8):
        item = kit.mention(author=f"customer{number}")
        seen = kit.desk.conversation(kit.desk.conversation_of(item), "ana").version
        results = at_once(
            *(
                lambda staff=staff, item=item, seen=seen: kit.desk.reply_public(
                    item, f"I am {staff}", staff, nonce=f"{item}{staff}", seen_version=seen, undo=timedelta(0)
                )
                for staff in ("ana", "ben", "cleo", "dan")
            )
        )
        assert sum(isinstance(result, Conflict) for result in results) == 3, results
        kit.outbox.deliver()
        assert kit.posted(item) == 1


def test_undo_and_delivery_never_both_win(kit: Kit) -> None:
    """Around the end of the undo window a reply is taken back and never posted, or it is too late: never both."""
    chance = random.Random(7)
    won = {True: 0, False: 0}
    for number in range(24):
        item = kit.mention(author=f"customer{number}")
        line = kit.desk.reply_public(item, "Hello", "ana", nonce=item, undo=timedelta(milliseconds=100))
        kit.pass_time(seconds=0.1 + chance.choice([-0.05, 0, 0, 0, 0.05]))

        def undo(intent: str = line.id, looks: int = number % 8 * 4) -> bool:
            for _ in range(looks):  # staff hesitate, each time a little longer
                kit.desk.reply_line(intent)
            return kit.desk.undo(intent, "ana")

        undone, _, _ = at_once(undo, kit.outbox.deliver, kit.outbox.deliver)
        kit.pass_time(seconds=60)
        kit.outbox.deliver()
        assert kit.posted(item) == (0 if undone else 1)
        assert kit.state(line.id) is (ReplyState.CANCELLED if undone else ReplyState.SENT)
        won[bool(undone)] += 1
    assert all(won.values()), won


def test_many_deliveries_at_once_send_once(kit: Kit) -> None:
    """However many ticks overlap, every reply leaves once."""
    items = [kit.mention(author=f"customer{number}") for number in range(10)]
    for item in items:
        kit.reply(item)
    at_once(*[kit.outbox.deliver] * 4, *[lambda: kit.outbox.deliver(wait=False)] * 2, *[kit.outbox.reconcile] * 2)
    kit.outbox.deliver()
    assert [kit.posted(item) for item in items] == [1] * 10
    assert len(kit.channels["main"].calls) == 10


def test_changes_of_one_view_have_one_winner(kit: Kit) -> None:
    """Of colleagues who assign the same view at the same moment one wins; the others are told."""
    conversation = kit.desk.conversation_of(kit.mention())
    for _ in range(6):
        version = kit.desk.conversation(conversation, "ana").version
        results = at_once(*[lambda v=version: kit.desk.assign(conversation, "ana", "ben", v)] * 5)
        assert sum(isinstance(result, Conflict) for result in results) == 4, results
        assert kit.desk.conversation(conversation, "ana").version == version + 1

"""Replies leave here: at most once by ourselves, nothing forgotten, and what cannot be known a person decides.

The rules are in `outbox_rules`; this is the loop that acts on them. Per account one call at a time, in the order in
which replies were written; accounts do not wait for each other. A call is made like this:

    pictures, if any, are uploaded → re-check → one transaction: claim (compare-and-set) and attempt row → witness
    line on disk → the call → one transaction: outcome, own words as an item, slot, text back to the composer

The upload may be repeated, since nobody sees it; the call is not.

A process that dies anywhere on that way leaves a row that says what may have happened. `recover` reads it at start.
"""

from __future__ import annotations

import logging
import threading
from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import wait as wait_for
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from social_listener import outbox_doubts, outbox_settle
from social_listener.media.tray import Tray
from social_listener.model import ReplyState
from social_listener.outbox_rules import WAIT_FIRST
from social_listener.outbox_send import Sender
from social_listener.store import outbox as table
from social_listener.store import reply_files

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from social_listener.channels import Channel
    from social_listener.settings import OutboxSettings
    from social_listener.store import Store
    from social_listener.witness import Witness

_log = logging.getLogger(__name__)

#: pictures that wait in a composer are forgotten after this time
ABANDONED: Final = timedelta(days=7)


class Outbox:
    """Delivers what is due and settles what is in doubt. Thread-safe; one per process that holds the database."""

    def __init__(
        self,
        store: Store,
        channels: Mapping[str, Channel],
        *,
        settings: OutboxSettings,
        witness: Witness,
        boot_id: str,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        prices: Mapping[str, Mapping[str, float]] | None = None,
        tray: Tray | None = None,
    ) -> None:
        """`prices`: by account, what its platform bills, USD by name. `tray`: pictures; None: beside the witness."""
        self._store = store
        self._channels = channels
        self._witness = witness
        self._boot_id = boot_id
        self._clock = clock
        self._lanes: dict[str, threading.Lock] = {}
        self._guard = threading.Lock()
        self._tray = tray or Tray(witness.path.parent / "outgoing")
        self._sender = Sender(store, channels, settings, witness, boot_id, prices=prices or {}, tray=self._tray)
        self._pool = ThreadPoolExecutor(max_workers=16, thread_name_prefix="deliver")
        self._faults: list[BaseException] = []
        self._closing = False
        self._echoes_seen = -1  # revision of the store up to which echoes were looked for

    # -- the three loops ----------------------------------------------------------------------------------------------

    def recover(self, now: datetime | None = None) -> int:
        """Turn what an earlier process left half done into doubts; to be called once, before the first `deliver`."""
        return outbox_doubts.recover(self._store, self._witness, self._boot_id, now or self._clock())

    def deliver(self, now: datetime | None = None, *, wait: bool = True) -> Mapping[ReplyState, int]:
        """Do everything that is due; return how many replies came to each state.

        `wait=False` returns at once and leaves the calls to threads of its own, so that a platform that stalls holds
        up no other account; an account whose calls are still under way is left out. A fault of one account is raised
        after the others are served: with `wait=False` by a later call.
        """
        clock = self._clock if now is None else lambda: now
        if self._faults:
            raise self._faults.pop()
        self._sender.write_again(clock())
        self._settle_echoes(clock())
        with self._store.read() as cursor:
            queued = table.in_states(cursor, [ReplyState.QUEUED])
        due = [reply for reply in queued if clock() >= min(reply.not_before, reply.deadline)]
        accounts = list(dict.fromkeys(reply.account_id for reply in due))
        if wait and len(accounts) == 1:
            return self._run_lane(accounts[0], clock, wait=True)
        with self._guard:
            if self._closing:
                return {}
            runs = [self._pool.submit(self._run_lane, account, clock, wait=wait) for account in accounts]
        return _sum(runs) if wait else {}

    def reconcile(self, now: datetime | None = None) -> int:
        """Look for the replies in doubt whose reading is due; return how many were settled."""
        moment = now or self._clock()
        self._sender.write_again(moment)
        self._doubt_abandoned(moment)
        settled = self._settle_echoes(moment)
        with self._store.read() as cursor:
            doubts = table.in_states(cursor, [ReplyState.IN_DOUBT])
        for reply in doubts:
            if reply.reconcile_at is None or reply.reconcile_at > moment or self._closing:
                continue
            try:
                state = outbox_doubts.read_once(self._store, self._channels.get(reply.account_id), reply, moment)
            except Exception:  # noqa: BLE001 - one reply's fault must not keep the others from being looked for
                _log.exception("reply %s: could not be looked for; it is tried again", reply.id)
                with self._store.transaction() as cursor:
                    table.change(cursor, reply, reconcile_at=moment + WAIT_FIRST)
                continue
            settled += state is ReplyState.SENT
        return settled

    def tidy(self, now: datetime) -> int:
        """Erase pictures of replies that are settled, and what was left in a composer long ago; return how many."""
        with self._store.transaction() as cursor:
            reply_files.abandon(cursor, now - ABANDONED)
            needed = reply_files.hashes(cursor)
        return self._tray.keep(needed)

    def close(self, timeout: timedelta) -> bool:
        """Claim nothing more and wait for the calls under way; False when some still run after `timeout`."""
        with self._guard:
            self._closing = True
            self._pool.shutdown(wait=False)
            locks = list(self._lanes.values())
        free = [lock.acquire(timeout=max(timeout.total_seconds(), 0.01)) for lock in locks]
        for lock, taken in zip(locks, free, strict=True):
            if taken:
                lock.release()
        return all(free)

    # -- one account ---------------------------------------------------------------------------------------------------

    def _run_lane(self, account_id: str, clock: Callable[[], datetime], *, wait: bool) -> Mapping[ReplyState, int]:
        """Serve one account's due replies in the order in which they were written."""
        with self._guard:
            lock = self._lanes.setdefault(account_id, threading.Lock())
        if not lock.acquire(blocking=wait):
            return {}
        states: Counter[ReplyState] = Counter()
        try:
            with self._store.read() as cursor:
                queued = table.in_states(cursor, [ReplyState.QUEUED])
            for reply in queued:
                if self._closing:
                    break
                if reply.account_id == account_id and clock() >= min(reply.not_before, reply.deadline):
                    state = self._sender.prepare(reply.id, clock) or self._sender.deliver(reply.id, clock)
                    states.update([state] if state else [])
        except BaseException as fault:
            if not wait:  # nobody looks at this thread's end
                self._faults.append(fault)
                _log.exception("account %s: its replies could not be delivered", account_id)
            raise
        finally:
            lock.release()
        return states

    def _settle_echoes(self, now: datetime) -> int:
        """Settle the replies in doubt whose echo a poll brought since the last look."""
        revision = self._store.revision
        if revision == self._echoes_seen:
            return 0
        settled = outbox_doubts.settle_echoes(self._store, now)
        self._echoes_seen = revision
        return settled

    def _doubt_abandoned(self, now: datetime) -> None:
        """Put in doubt what is marked as being sent though no call of this process is under way."""
        with self._store.read() as cursor:
            sending = table.in_states(cursor, [ReplyState.SENDING])
        for reply in sending:
            if not self._sender.is_busy_with(reply.id):
                with self._store.transaction() as cursor:
                    outbox_settle.doubtful(cursor, reply, "its call was cut off; it may have gone out", now)


def _sum(runs: list[Future[Mapping[ReplyState, int]]]) -> Mapping[ReplyState, int]:
    """Wait for all runs; the first fault is raised when every one has ended."""
    wait_for(runs)
    states: Counter[ReplyState] = Counter()
    for run in runs:
        states.update(run.result())
    return states

"""Reading: what platforms told, decided by pure functions, written a few pages a transaction.

    poll: fetch one page → decide → one transaction: raw page, contacts, items, versions, scores, conversations, queue,
          sightings, dead letters, gap, cursor, next due → again while the walk goes on

The network is never waited for inside a transaction. Whatever happens, the stream's row tells it.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import zstandard

from social_listener.channels import Pushed
from social_listener.errors import ChannelError, RateLimited
from social_listener.failpoints import failpoint
from social_listener.ingest import push, quota, schedule, subscription
from social_listener.ingest.decide import Fetched, decide
from social_listener.ingest.own import at_home
from social_listener.ingest.quota import Budget
from social_listener.ingest.recheck import recheck
from social_listener.ingest.replay import replay, replay_dead_letters
from social_listener.ingest.talk import Scorer
from social_listener.ingest.told import PollResult, Told
from social_listener.ingest.walk import TURN, Walk
from social_listener.model import Page, Stream
from social_listener.scoring import OURS, Worker
from social_listener.store import deliveries, pages
from social_listener.store import streams as table
from social_listener.store.changes import Changes

__all__ = ["Budget", "Ingest", "PollResult"]

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from duckdb import DuckDBPyConnection

    from social_listener.channels import Channel
    from social_listener.scoring import Tuning, Weights
    from social_listener.settings import PollingSettings
    from social_listener.store import Store
    from social_listener.store.facts import Known


class Ingest:
    """Reads what the platforms tell. Threads may share it; one stream is polled by one of them at a time."""

    def __init__(
        self,
        store: Store,
        channels: Mapping[str, Channel],
        *,
        streams: Mapping[str, Stream],
        weights: Weights,
        tuning: Tuning = OURS,
        polling: PollingSettings,
        clock: Callable[[], datetime],
        budget: Budget = Budget(),  # noqa: B008 - it is frozen
        chance: Callable[[], float] = random.random,
    ) -> None:
        """Make rows for the streams that are new.

        `channels` by account id, `streams` by their id; `chance` gives numbers between 0 and 1, for jitter.
        """
        self.store = store
        self.channels = channels
        self.streams = streams
        self.weights = weights
        self.tuning = tuning
        self.polling = polling
        self.clock = clock
        self.budget = budget
        self.chance = chance
        self.replies = store  #: where the replies of this desk are: a scratch database has none
        self.worker = Worker(weights, tuning)
        self.erased: Callable[[Sequence[str]], object] = list  #: told of items that were deleted, after the commit
        self._lease = threading.Lock()
        self._polled: set[str] = set()
        self._lanes: dict[str, threading.Lock] = {}  # whose deliveries are being read
        self.introduced: set[str] = set()  # accounts whose owner the platform told this process
        self.put_off: dict[str, datetime] = {}  # delivery → not before this is looked up what it left unread
        self.arrived: dict[str, datetime] = {}  # account → time of its last delivery
        self.asked: dict[str, datetime] = {}  # account → not before this is it asked whose it is
        self.unpushed: dict[str, str] = {}  # account → what its platform does not push, in words
        self.subscribed_at: dict[str, datetime] = {}  # account → when its platform last told what it pushes
        with store.transaction() as cursor:
            self._seq = pages.last_seq(cursor)
            table.sync(cursor, streams.values(), clock())

    def due(self, now: datetime) -> list[str]:
        """Return the ids of the streams to poll now, most overdue first."""
        with self.store.read() as cursor:
            return [stream_id for stream_id in table.due(cursor, now) if stream_id in self.streams]

    def poll(
        self,
        stream: Stream,
        *,
        until_end: bool = False,
        stop: Callable[[], bool] | None = None,
        progress: Callable[[int], None] | None = None,
    ) -> PollResult:
        """Read `stream` down to its floor, from where an interrupted walk stands or from the top.

        A platform's fault is told in the result and on the stream's row, never raised; `StoreError` is. A stream that
        is being polled already is left alone. `until_end`: a long walk does not make way for others after `TURN` pages.
        `stop` is asked after every page. `progress` gets the number of new items after every transaction.
        """
        with self._leased(stream.id) as free:
            if not free:
                return PollResult(stream_id=stream.id)
            return Walk(self, stream, progress=progress).run(most=None if until_end else TURN, stop=stop)

    def handshake(self, account_id: str, query: Mapping[str, str]) -> bytes:
        """Return what answers a platform that asks whether an account's webhook is ours.

        KeyError: there is no such account, or its platform does not push. `Forged`: it is not the platform that asks.
        """
        return push.handshake(self, account_id, query)

    def accept(self, account_id: str, headers: Mapping[str, str], body: bytes) -> tuple[str, ...]:
        """Keep what a platform pushed, after a look at its signature. Names of headers are lower case.

        Return the accounts that have something new to be read: (): it came before; others than `account_id`: the
        platform has one address for several accounts of an app. KeyError: there is no such account, or its platform
        does not push. `Forged`: nothing was stored.
        """
        return push.accept(self, account_id, headers, body)

    def receive(self, account_id: str, stop: Callable[[], bool] | None = None) -> int:
        """Read what was pushed to an account and waits, oldest first; return how many deliveries.

        One thread at a time does it: another one that comes waits, so that a later delivery is never read first.
        """
        with self._lease:
            lane = self._lanes.setdefault(account_id, threading.Lock())
        with lane:
            return push.receive(self, account_id, stop)

    def received(self) -> list[str]:
        """Return the accounts whose deliveries wait to be read, the longest waiting first."""
        with self.store.read() as cursor:
            waiting = deliveries.accounts_waiting(cursor)
        return [one for one in waiting if isinstance(self.channels.get(one), Pushed)]

    def recheck(self, account_id: str) -> int:
        """Look up to 100 public items of an account up again that were not told for a while; return how many.

        Edits and deletions are followed. `ChannelError` when the platform cannot be asked.
        """
        return recheck(self, account_id)

    def check_subscription(self, account_id: str) -> str | None:
        """Ask an account's platform, once a day, what it does not push that it should; return it in words."""
        return subscription.check(self, account_id)

    def replay(self, progress: Callable[[int, int], None] | None = None) -> int:
        """Build what the platforms told anew from the raw pages; return how many pages there were.

        What we said and did stays: status, notes, replies, audit, tombstones. `progress` gets how many pages are done,
        and how many there are.
        """
        return replay(self, progress)

    def replay_dead_letters(self, stream_id: str | None = None) -> int:
        """Try to read the open dead letters of a stream, or of all; return how many were read after all."""
        return replay_dead_letters(self, stream_id)

    def forget_raw_pages(self, before: datetime) -> int:
        """Remove the raw pages fetched before then; return how many. Those that an open dead letter needs stay.

        Deliveries that were read before then go with them.
        """
        with self.store.transaction() as cursor:
            deliveries.forget(cursor, before)
            return pages.forget(cursor, before)

    def tune(self, tuning: Tuning) -> None:
        """Read sentiment otherwise from now on. A page that is being decided may still be read as before."""
        if tuning == self.tuning:
            return
        before, self.tuning, self.worker = self.worker, tuning, Worker(self.weights, tuning)
        before.close()

    def close(self) -> None:
        """End the process that reads texts ahead, if there is one."""
        self.worker.close()

    # -- for the modules beside this one -------------------------------------------------------------------------------

    def read_ahead(self, told: Told) -> Told:
        """Return a page of a long backlog, its texts handed to a worker that reads them until the page is stored."""
        texts = [
            (item.text, item.language) for item in told.page.interactions if not item.outbound and not item.context
        ]
        return replace(told, handed=self.worker.hand_over(texts))

    def store_pages(
        self,
        told: Sequence[Told],
        also: Callable[[DuckDBPyConnection, Known, Changes], None] | None = None,
        adjust: Callable[[Page, Known], Page] | None = None,
    ) -> Changes:
        """Decide what those pages change, and write it in one transaction with whatever `also` writes.

        It is decided before anybody else has to wait, from a snapshot; only when another transaction came in between is
        it decided again within our own. `adjust` may change a page once it is known what is stored.
        """
        failpoint("ingest.before_decide")
        handed = [one.handed for one in told if one.handed is not None]
        scorer = Scorer(self.weights, partial(self.worker.collect, handed), self.tuning)
        bodies = [zstandard.ZstdCompressor().compress(one.page.raw) for one in told]
        now = told[-1].fetched_at

        def decided(cursor: DuckDBPyConnection) -> tuple[Known, Changes]:
            homed = self._at_home(cursor, told)
            known = pages.known(cursor, [(one.stream_id, one.page) for one in homed])
            fetched = [
                _fetched(one, adjust(one.page, known) if adjust else one.page, one.seq or self._seq + number, body)
                for number, (one, body) in enumerate(zip(homed, bodies, strict=True), 1)
            ]
            return known, decide(fetched, known, scorer, now)

        commits = self.store.commits
        with self.store.read() as snapshot:
            known, changes = decided(snapshot)
        failpoint("ingest.after_decide")
        with self.store.transaction() as cursor:
            if self.store.commits != commits:
                known, changes = decided(cursor)
            pages.write(cursor, changes, now)
            if not changes.deleted_ids:
                self.store.narrow(changes.concern)
            if also is not None:
                also(cursor, known, changes)
            self._seq += len(told)
            failpoint("ingest.before_commit")
        failpoint("ingest.after_commit")
        if changes.deleted_ids:
            self.erased(changes.deleted_ids)
        return changes

    def _at_home(self, cursor: DuckDBPyConnection, told: Sequence[Told]) -> list[Told]:
        """Return pages with what we said below what it answers."""
        if self.replies is self.store:
            return [replace(one, page=at_home(cursor, one.page)) for one in told]
        with self.replies.read() as other:
            return [replace(one, page=at_home(other, one.page)) for one in told]

    def failed(self, cursor: DuckDBPyConnection, stream: Stream, error: Exception) -> PollResult:
        """Write a fault on the stream's and the account's row; return it in words."""
        now = self.clock()
        told = error if isinstance(error, ChannelError) else None
        words = str(error) if told else f"the channel broke: {type(error).__name__}; see the log"
        row = table.stream(cursor, stream.id)
        wait = schedule.pause(
            told,
            errors=row.errors if row else 0,
            now=now,
            first=self.polling.backoff_first,
            most=self.polling.backoff_most,
            chance=self.chance(),
        )
        if isinstance(told, RateLimited) and wait.not_before is not None:
            until = quota.refused(self, cursor, told, wait.not_before)
            wait = replace(wait, not_before=until, next_due_at=max(until, wait.next_due_at))
        kind = schedule.kind_of(error)
        columns = {
            "last_poll_at": now,
            "last_error": words,
            "last_error_kind": kind,
            "last_error_at": now,
            "errors": (row.errors if row else 0) + 1,
            "next_due_at": wait.next_due_at,
            "not_before": wait.not_before,
        }
        table.put(cursor, stream.id, columns)
        if wait.state is not None:
            table.set_state(cursor, stream.account_id, wait.state, problem=words, now=now, retry_at=wait.retry_at)
        return PollResult(stream_id=stream.id, error=words, error_kind=kind)

    @contextmanager
    def _leased(self, stream_id: str) -> Iterator[bool]:
        """Yield whether nobody polls the stream; nobody else will until the end of the block."""
        with self._lease:
            free = stream_id not in self._polled
            self._polled.add(stream_id)
        try:
            yield free
        finally:
            if free:
                with self._lease:
                    self._polled.discard(stream_id)


def _fetched(told: Told, page: Page, seq: int, body: bytes) -> Fetched:
    return Fetched(
        page=page,
        stream_id=told.stream_id,
        fetched_at=told.fetched_at,
        id=f"{seq:012d}",
        seq=seq,
        body=body,
        sighted=told.sighted,
        pushed=told.pushed,
    )

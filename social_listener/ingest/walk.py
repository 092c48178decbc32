"""One walk down a stream: page by page to the floor, a few pages a transaction, and the mark moves at its end."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from social_listener.cursor import Cursor, Gap, advance, floor, restart
from social_listener.errors import BadPayload, ChannelError, PageExpired, StoreError
from social_listener.failpoints import failpoint
from social_listener.ingest import quota, schedule
from social_listener.ingest.decide import dead_letter
from social_listener.ingest.told import PollResult, Told
from social_listener.model import Reject, Stream
from social_listener.store import outbox, pages, streams

if TYPE_CHECKING:
    from datetime import datetime

    from duckdb import DuckDBPyConnection

    from social_listener.ingest import Ingest
    from social_listener.model import Page
    from social_listener.store.changes import Changes
    from social_listener.store.facts import Known
    from social_listener.store.streams import AccountRow

_log = logging.getLogger(__name__)

#: group commit: so many pages, or those of so long a time, go into one transaction
MOST_PAGES: Final = 10
LONGEST_WAIT: Final = timedelta(milliseconds=200)
#: a walk that is longer than this lets others have their turn, and goes on right after
TURN: Final = 50
#: a walk that has met so many items is a long backlog: the texts of the further ones are read by a worker, and more
#: pages go into one transaction, which costs each of them less
LONG: Final = 2_000
MOST_PAGES_WHEN_LONG: Final = 20
LONGEST_WAIT_WHEN_LONG: Final = timedelta(milliseconds=500)
#: how often a walk may begin anew because its page token expired
RESTARTS: Final = 3
#: how many walks in a row may be answered in part before the mark moves all the same, with a gap
PATIENCE: Final = 3
_IN_PART: Final = "the platform answered in part: "


class Walk:
    """One poll of one stream."""

    def __init__(self, ingest: Ingest, stream: Stream, *, progress: Callable[[int], None] | None = None) -> None:
        self.ingest = ingest
        self.stream = stream
        self.channel = ingest.channels[stream.account_id]
        self.progress = progress
        self.interval = stream.interval  # between polls, while the account's allowance is used as it is
        self.result = PollResult(stream_id=stream.id)
        self.waiting: list[Told] = []  # fetched, not stored yet
        self.partial: list[str] = []  # what the platform said it could not give, in this walk
        self.refused: dict[str, None] = {}  # those of it that name what it is, each once
        self.errors = 0
        self.in_part = False  # the walk before this one, or this one so far, was answered in part
        self.gives_way = False  # a reply of the account waits, and little is left of its allowance
        self.cursor = Cursor()  # as it is stored
        self.ahead = Cursor()  # as it will be once `waiting` is stored

    def run(self, *, most: int | None, stop: Callable[[], bool] | None) -> PollResult:
        """Walk; return what came of it."""
        with self.ingest.store.read() as cursor:
            row = streams.stream(cursor, self.stream.id)
        if row is not None:
            self.cursor = self.ahead = row.cursor
            self.errors = row.errors
            self.in_part = row.last_error_kind in {schedule.PARTIAL, schedule.PARTIAL_SO_FAR}
            if row.cursor.walking and row.last_error_kind == schedule.PARTIAL_SO_FAR:
                self.partial.append((row.last_error or "").removeprefix(_IN_PART))
            if self._waits(row.not_before):
                return self.result
        restarts = 0
        while True:
            try:
                introduce(self.ingest, self.stream.account_id)
                self._go(most, stop)
            except PageExpired as error:
                restarts += 1
                if restarts > RESTARTS:
                    return self._fail(error)
                self._again()
            except StoreError:
                raise
            except Exception as error:  # noqa: BLE001 - a channel's bug must be seen, and must not stop the others
                return self._fail(error)
            else:
                return self.result

    def _waits(self, not_before: datetime | None) -> bool:
        """Return whether no call may be made now: the platform asked for it, the budget is spent, a reply comes first.

        The result tells until when; a stream that makes way is due again a little later.
        """
        now, account_id = self.ingest.clock(), self.stream.account_id
        with self.ingest.store.read() as cursor:
            account = streams.account(cursor, account_id)
            limited = account_id in self.ingest.budget.daily
            ahead = outbox.clock_offset(cursor, account_id) if limited else timedelta(0)
        held = [one for one in (not_before, account.not_before if account else None) if one is not None and one > now]
        until = max(held, default=None)
        if until is None and limited:
            with self.ingest.store.transaction() as cursor:
                until = quota.stop_when_spent(self.ingest, cursor, account_id, now + ahead, ahead)
        if until is None and quota.makes_way(self.ingest, account_id, now):
            until = now + schedule.MAKE_WAY
            with self.ingest.store.transaction() as cursor:
                streams.put(cursor, self.stream.id, {"next_due_at": until})
        self.result.wait_until = until
        return until is not None

    def _go(self, most: int | None, stop: Callable[[], bool] | None) -> None:
        """Fetch and store until the walk ends, its turn is over, or `stop` says so."""
        fetched, since = 0, time.monotonic()
        while True:
            page = self._fetch()
            fetched += 1
            ended = page.next is None or page.rests
            halted = (most is not None and fetched >= most) or (stop is not None and stop()) or self._breaks_off()
            most_pages, wait = (
                (MOST_PAGES_WHEN_LONG, LONGEST_WAIT_WHEN_LONG) if self._long else (MOST_PAGES, LONGEST_WAIT)
            )
            full = len(self.waiting) >= most_pages or time.monotonic() - since >= wait.total_seconds()
            if ended or halted or full:
                self._store()
                since = time.monotonic()
            if ended or halted:
                return

    def _breaks_off(self) -> bool:
        """Return whether the walk stops here, to go on where it stands: no budget is left, or a reply comes first."""
        account_id = self.stream.account_id
        usage = self.waiting[-1].page.usage
        self.gives_way = quota.makes_way(self.ingest, account_id, self.ingest.clock(), usage)
        regain = usage.regain_at if usage is not None else None
        return self.gives_way or regain is not None or quota.reached(self.ingest, account_id, self.waiting)

    @property
    def _long(self) -> bool:
        return self.ahead.items >= LONG

    def _fetch(self) -> Page:
        failpoint("ingest.before_fetch")
        now = self.ingest.clock()
        page = self.channel.fetch(self.stream, self.ahead, now)
        failpoint("ingest.after_fetch")
        told = Told(page=page, stream_id=self.stream.id, fetched_at=now)
        self.waiting.append(self.ingest.read_ahead(told) if self._long else told)
        self.ahead, _ = advance(self.ahead, page, known=False, overlap=self.stream.overlap)
        return page

    def _store(self) -> None:
        """Write what was fetched, with the cursor and the gaps that follow from it, in one transaction."""
        told, self.waiting = self.waiting, []
        if not told:
            return
        moved: list[Cursor] = []

        def also(cursor: DuckDBPyConnection, known: Known, changes: Changes) -> None:
            moved.append(self._move(cursor, told, known))
            self._count(cursor, changes)

        changes = self.ingest.store_pages(told, also)
        self.cursor = self.ahead = moved[0]
        self._tell(told, changes)

    def _move(self, cursor: DuckDBPyConnection, told: list[Told], known: Known) -> Cursor:
        """Write the stream's row as it is after those pages."""
        mark, complete_from = self.cursor, None
        for one in told:
            joined = reached(self.stream.id, one.page, known, mark.since)
            first = mark.since is None
            oldest = min((item.sent_at for item in one.page.interactions if not item.context), default=None)
            oldest = min((moment for moment in (oldest, mark.oldest) if moment), default=one.page.server_time)
            mark, gap = advance(mark, one.page, known=joined, overlap=self.stream.overlap)
            if gap is not None:
                streams.add_gap(cursor, self.stream.id, gap, one.fetched_at, near=self.stream.overlap)
            if first and not mark.walking:
                complete_from = oldest
            self._cut(cursor, one, known)
            self.partial += (*one.page.partial, *one.page.refused)
            self.refused |= dict.fromkeys(one.page.refused)
        now = self.ingest.clock()
        quota.note(self.ingest, cursor, self.stream.account_id, told)
        account = streams.account(cursor, self.stream.account_id)
        self.interval = _interval(self.stream, account, now)
        held = account.not_before if account is not None and account.not_before and account.not_before > now else None
        columns: dict[str, object] = {"last_poll_at": now, "not_before": held, "next_due_at": now}
        if mark.walking and told[-1].page.rests:
            columns |= self._rest(now)
        elif mark.walking and self.gives_way:
            columns["next_due_at"] = now + schedule.MAKE_WAY
        if not mark.walking:
            columns |= self._end(cursor, mark, now)
            mark = Cursor(since=mark.since) if columns["errors"] == 0 else restart(self.cursor)
        elif self.partial:  # whoever goes on with this walk must know
            words = f"{_IN_PART}{self.partial[0]}"
            columns |= {"last_error": words, "last_error_kind": schedule.PARTIAL_SO_FAR, "last_error_at": now}
        if complete_from is not None and mark.since is not None:
            columns["complete_from"] = complete_from
        streams.put(cursor, self.stream.id, {**columns, **streams.cursor_columns(mark)})
        spent = held is not None and account is not None and account.state == quota.SPENT
        well = account is None or account.state == "ok" or spent
        if account is not None and not well and not streams.refused(cursor, account.id, self.stream.id):
            streams.set_state(cursor, account.id, "ok", problem=None, now=now)
        return mark

    def _cut(self, cursor: DuckDBPyConnection, one: Told, known: Known) -> None:
        """Write the gap that a thread shows which the platform no longer gives whole.

        There is none where the part that it gives reaches the floor, or joins what this stream brought before.
        """
        low = floor(self.cursor.since, self.stream.overlap)
        cut = one.page.cut
        if low is None or cut is None or cut <= low or met_before(self.stream.id, one.page, known):
            return
        thread = next((item.thread_id for item in one.page.interactions), "")
        reason = f"the platform gives only the newest messages of the thread {thread}"
        gap = Gap(since=low, until=cut, reason=reason)
        streams.add_gap(cursor, self.stream.id, gap, one.fetched_at, near=self.stream.overlap)

    def _rest(self, now: datetime) -> dict[str, object]:
        """Return the columns for a poll that ends in mid-walk: it went well, and goes on at its next turn.

        How many walks in a row were answered in part is counted on: this one may be, too.
        """
        due = schedule.next_due(self.stream.id, self.interval, now, self.ingest.chance())
        if self.in_part:
            return {"last_ok_at": now, "next_due_at": due}
        return {"errors": 0, "last_error": None, "last_error_kind": None, "last_ok_at": now, "next_due_at": due}

    def _end(self, cursor: DuckDBPyConnection, mark: Cursor, now: datetime) -> dict[str, object]:
        """Return the columns for the end of a walk.

        A platform that says it could not give everything is asked again; when it says so `PATIENCE` times in a row, the
        mark moves and the span is a gap, because standing still for ever would hide everything that comes after.
        """
        if self.partial and self.errors + 1 < PATIENCE:
            words = f"{_IN_PART}{self.partial[0]}"
            polling, chance = self.ingest.polling, self.ingest.chance()
            pause = schedule.backoff(self.errors, polling.backoff_first, polling.backoff_most, chance)
            self.result.error, self.result.error_kind = words, schedule.PARTIAL
            return {
                "errors": self.errors + 1,
                "last_error": words,
                "last_error_kind": schedule.PARTIAL,
                "last_error_at": now,
                "next_due_at": now + pause,
            }
        if self.partial and mark.since is not None:
            self._give_up(cursor, mark.since, now)
        due = schedule.next_due(self.stream.id, self.interval, now, self.ingest.chance())
        return {"errors": 0, "last_error": None, "last_error_kind": None, "last_ok_at": now, "next_due_at": due}

    def _give_up(self, cursor: DuckDBPyConnection, until: datetime, now: datetime) -> None:
        """Write that what a walk was answered in part about may be missing: a gap for each thing that has a name."""
        unnamed = [words for words in self.partial if words not in self.refused]
        for reason in (*self.refused, *(f"{_IN_PART}{words}" for words in unnamed[:1])):
            gap = Gap(since=self.cursor.since or until, until=until, reason=reason)
            streams.add_gap(cursor, self.stream.id, gap, now, near=self.stream.overlap)

    def _break_off(self, cursor: DuckDBPyConnection) -> None:
        """Begin a walk that was answered in part from the top again: its page token leads on below the hole.

        A platform that fails on and on is not begun anew for ever; then the hole is a gap, and the walk goes on.
        """
        if not self.partial or not self.cursor.walking:
            return
        if self.errors + 1 < PATIENCE:
            self.cursor = restart(self.cursor)
            streams.put(cursor, self.stream.id, streams.cursor_columns(self.cursor))
        elif self.cursor.started is not None:
            self._give_up(cursor, self.cursor.started, self.ingest.clock())

    def _count(self, cursor: DuckDBPyConnection, changes: Changes) -> None:
        """Count what the stream brought, and how far below the mark something turned up for the first time."""
        since = self.cursor.since
        late = [
            (since - stored.item.sent_at).total_seconds()
            for stored in changes.new_items.values()
            if since is not None and not stored.item.context and stored.item.sent_at < since
        ]
        streams.count_items(cursor, self.stream.id, changes.met, max(late, default=0.0))

    def _tell(self, told: list[Told], changes: Changes) -> None:
        result = self.result
        result.pages += len(told)
        result.stored += changes.met
        result.changed += len(changes.changed_items)
        result.deleted += len(changes.deleted_ids)
        result.rejected += len(changes.dead_letters)
        result.partial += sum(len(one.page.partial) + len(one.page.refused) for one in told)
        result.complete = not self.cursor.walking and result.error is None
        if changes.dead_letters:
            _log.warning(
                "items could not be read", extra={"stream": self.stream.id, "count": len(changes.dead_letters)}
            )
        if self.progress is not None:
            self.progress(changes.met)

    def _again(self) -> None:
        """Keep what came, and begin from the top: the platform forgot our page token."""
        self._store()
        self.cursor = self.ahead = restart(self.cursor)

    def _fail(self, error: Exception) -> PollResult:
        """Keep what came before the fault, and write the fault down; the cursor stays where it was."""
        self._store()
        with self.ingest.store.transaction() as cursor:
            if isinstance(error, BadPayload):
                letter = Reject(native_id=None, reason=str(error), raw=error.raw)
                pages.set_aside(cursor, [dead_letter(self.stream.id, letter, "", self.ingest.clock())])
                self.result.rejected += 1
            told = self.ingest.failed(cursor, self.stream, error)
            self._break_off(cursor)
        log = _log.warning if told.error_kind in schedule.EXPECTED else _log.exception
        log("poll failed", extra={"stream": self.stream.id, "kind": told.error_kind, "error": told.error})
        self.result.error, self.result.error_kind = told.error, told.error_kind
        self.result.complete = False
        return self.result


def _interval(stream: Stream, account: AccountRow | None, now: datetime) -> timedelta:
    """Return the time between two polls, as the account's allowance stands."""
    used = schedule.believed(account.used, account.used_at, now) if account is not None else None
    return schedule.steered(stream.interval, stream.kind, used)


def introduce(ingest: Ingest, account_id: str) -> None:
    """Learn, once in a process, who the platform says we are: what is ours and what names us hangs on it.

    `ChannelError`: the platform cannot be asked, and nobody has told us before.
    """
    if account_id in ingest.introduced:
        return
    channel = ingest.channels[account_id]
    try:
        owner = channel.whoami()
    except ChannelError:
        with ingest.store.read() as cursor:
            known = streams.account(cursor, account_id)
        if known is not None and known.owner_id is not None:
            return
        raise
    with ingest.store.transaction() as cursor:
        known = streams.account(cursor, account_id)
        name = known.channel if known is not None else ""
        streams.set_owner(cursor, account_id, name, owner, ingest.clock())
    ingest.introduced.add(account_id)


def met_before(stream_id: str, page: Page, known: Known) -> bool:
    """Return whether a page holds an item that this very stream brought before: then nothing lies between."""
    return any(
        (stored := known.items.get(item.id)) is not None
        and (stored.stream_id == stream_id or f"{stream_id} {item.id}" in known.sightings)
        for item in page.interactions
    )


def reached(stream_id: str, page: Page, known: Known, since: datetime | None) -> bool:
    """Return whether a page holds an item of this stream from before the mark that was stored before.

    Then no hole lies between what was stored and what this walk met. Items above the mark prove nothing: an earlier
    walk that never reached its end may have left them.
    """
    return since is not None and any(
        item.sent_at <= since
        and not item.context
        and (stored := known.items.get(item.id)) is not None
        and (stored.stream_id == stream_id or f"{stream_id} {item.id}" in known.sightings)
        for item in page.interactions
    )

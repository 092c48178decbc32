"""One reply on its way out: looked at, claimed, sent, and its outcome written."""

from __future__ import annotations

import hashlib
import logging
import random
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from social_listener import outbox_doubts, outbox_files, outbox_settle
from social_listener.channels import Billed
from social_listener.errors import ChannelError, Rejected
from social_listener.failpoints import failpoint
from social_listener.model import ReplyState, Sent, Standing
from social_listener.outbox_rules import WAIT_FIRST, ClaimFacts, Close, Go, Hold, Outcome, Step, classify, next_step
from social_listener.store import answers, conversations, reply_files, spend
from social_listener.store import outbox as table
from social_listener.store.outbox import StoredAttempt
from social_listener.store.standing import standing
from social_listener.witness import WitnessLine

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from duckdb import DuckDBPyConnection

    from social_listener.channels import Channel
    from social_listener.media.tray import Tray
    from social_listener.model import Allowed
    from social_listener.settings import OutboxSettings
    from social_listener.store import Store
    from social_listener.store.conversations import BareItem
    from social_listener.store.outbox import StoredReply
    from social_listener.store.reply_files import StoredFile
    from social_listener.witness import Witness

_log = logging.getLogger(__name__)


class _Look(NamedTuple):
    """A queued reply as it was read a moment ago, and what the rules say to it."""

    step: Step
    reply: StoredReply
    item: BareItem | None
    around: Standing
    doubtful: bool  #: an earlier call for it may have arrived
    failures: int  #: earlier calls for it that surely did not arrive
    pauses: int  #: failures in a row of its account
    files: tuple[StoredFile, ...]

    @property
    def waits_for_pictures(self) -> bool:
        """Return whether the platform does not hold all of its pictures yet."""
        return any(file.media_id is None for file in self.files)


class _Claimed(NamedTuple):
    """A reply that this process may send now, once."""

    reply: StoredReply
    item: BareItem
    around: Standing
    attempt: StoredAttempt
    failures: int  #: earlier calls for it that surely did not arrive
    pauses: int  #: failures in a row of its account
    bill: Mapping[str, int]  #: what the call is billed as
    files: tuple[StoredFile, ...]


class Sender:
    """Brings replies out, one call each. Thread-safe as long as an account's replies are not sent side by side."""

    def __init__(
        self,
        store: Store,
        channels: Mapping[str, Channel],
        settings: OutboxSettings,
        witness: Witness,
        boot_id: str,
        *,
        prices: Mapping[str, Mapping[str, float]],
        tray: Tray,
    ) -> None:
        self._store = store
        self._tray = tray
        self._prices = prices
        self._channels = channels
        self._settings = settings
        self._witness = witness
        self._boot_id = boot_id
        self._calls: set[str] = set()  # replies whose call this process is making
        self._unwritten: dict[str, tuple[_Claimed, Outcome]] = {}  # outcomes that the database would not take

    def is_busy_with(self, intent_id: str) -> bool:
        """Return whether this process knows what becomes of a reply that is marked as being sent."""
        return intent_id in self._calls or intent_id in self._unwritten

    def prepare(self, intent_id: str, clock: Callable[[], datetime]) -> ReplyState | None:
        """Upload the pictures of a reply that may go now; return its new state when it cannot go on, else None."""
        with self._store.read() as cursor:
            reply = table.by_id(cursor, intent_id)
            if reply is None or all(one.media_id is not None for one in reply_files.of(cursor, reply.nonce)):
                return None
        try:
            look = self._look(intent_id, clock())
        except ChannelError:
            return None  # `deliver` asks again, and tells
        return self._upload(look.reply, clock()) if look is not None and isinstance(look.step, Go) else None

    def deliver(self, intent_id: str, clock: Callable[[], datetime]) -> ReplyState | None:
        """Bring one reply as far as it goes now; return its new state, None when nothing changed."""
        failpoint("outbox.before_claim")
        try:
            look = self._look(intent_id, clock())
        except ChannelError as error:
            _log.warning("reply %s: the platform's rules cannot be told now: %s", intent_id, error)
            return None
        if look is None or isinstance(look.step, Hold) or (isinstance(look.step, Go) and look.waits_for_pictures):
            return None
        if isinstance(look.step, Close):
            with self._store.transaction() as cursor:
                closed = outbox_settle.closed(cursor, look.reply, look.step.state, look.step.reason, clock())
            return look.step.state if closed else None
        if look.doubtful and (state := self._found_before(look.reply, clock())) is not None:
            return state
        self._calls.add(intent_id)
        try:
            claimed = self._claim(look, clock())
            if claimed is None:
                return None
            outcome = self._call(claimed, clock)
            failpoint("outbox.after_send")
            return self._write(claimed, outcome, clock())
        finally:
            self._calls.discard(intent_id)

    def _look(self, intent_id: str, now: datetime) -> _Look | None:
        """Read everything about a reply once more, and decide; None when it is not queued any more."""
        with self._store.read() as cursor:
            reply = table.by_id(cursor, intent_id)
            if reply is None or reply.state is not ReplyState.QUEUED:
                return None
            item = conversations.bare(cursor, reply.item_id)
            around = standing(cursor, item.item, but=reply.id) if item is not None else Standing()
            platform_now = now + table.clock_offset(cursor, reply.account_id)
            pause = table.pause(cursor, reply.lane)
            files = reply_files.of(cursor, reply.nonce)
            attempts = table.attempts_of(cursor, reply.id)
            first = table.followed(cursor, reply.id)
            facts = ClaimFacts(
                private=reply.private,
                not_before=reply.not_before,
                deadline=reply.deadline,
                item_known=item is not None,
                item_private=item is not None and item.item.private,
                item_deleted=item is not None and item.deleted_at is not None,
                holds_slot=table.slot_holder(cursor, reply.slot_id) == reply.id,
                answered_elsewhere=item is not None and _answered_elsewhere(cursor, reply, item),
                ahead=table.is_behind(cursor, reply),
                pause_until=pause.not_before if pause else None,
                pause_reason=pause.reason if pause else reply.reason,
                allowed=self._allowed(reply, item, around, platform_now),
                account_known=reply.account_id in self._channels,
                after=first.state if first else None,
            )
        return _Look(
            step=next_step(facts, now, platform_now),
            reply=reply,
            item=item,
            around=around,
            doubtful=any(attempt.outcome == "in_doubt" for attempt in attempts),
            files=files,
            failures=sum(attempt.error == "Unavailable" for attempt in attempts),
            pauses=pause.errors if pause else 0,
        )

    def _allowed(
        self, reply: StoredReply, item: BareItem | None, around: Standing, platform_now: datetime
    ) -> Allowed | None:
        """Return what the channel says to this reply now, by the platform's clock."""
        channel = self._channels.get(reply.account_id)
        if channel is None or item is None:
            return None
        verb = "reply_private" if reply.private else "reply_public"
        return next((rule for rule in channel.allowed(item.item, around, platform_now) if rule.verb == verb), None)

    # -- the call ------------------------------------------------------------------------------------------------------

    def _found_before(self, reply: StoredReply, now: datetime) -> ReplyState | None:
        """Look once more before a reply that was in doubt is sent again; None: it is not there, so it may go."""
        try:
            found = outbox_doubts.look(self._store, self._channels[reply.account_id], reply)
        except ChannelError as error:
            reason = f"it has to be looked for before it is sent again, and that failed: {error}"
            with self._store.transaction() as cursor:
                table.change(cursor, reply, not_before=outbox_doubts.put_off(cursor, error, now), reason=reason)
            return ReplyState.QUEUED
        if found is None:
            return None
        with self._store.transaction() as cursor:
            return ReplyState.SENT if outbox_settle.sent(cursor, reply, found, now) else ReplyState.QUEUED

    def _upload(self, reply: StoredReply, now: datetime) -> ReplyState | None:
        """Hand a reply's pictures over; return its state when it cannot go on now, None when all are there."""
        try:
            outbox_files.upload(self._store, self._channels[reply.account_id], self._tray, reply)
        except Rejected as error:
            with self._store.transaction() as cursor:
                outbox_settle.closed(cursor, reply, ReplyState.REJECTED, f"a picture was not taken: {error}", now)
            return ReplyState.REJECTED
        except ChannelError as error:
            with self._store.transaction() as cursor:
                until = outbox_doubts.put_off(cursor, error, now)
                table.change(cursor, reply, not_before=until, reason=f"a picture could not be handed over yet: {error}")
            return ReplyState.QUEUED
        return None

    def _claim(self, look: _Look, now: datetime) -> _Claimed | None:
        """Take the reply, if it still is as it was read; nobody else can send it or take it back from then on."""
        attempt = self._attempt(look.reply, now)
        if look.item is None:
            return None
        channel = self._channels[look.reply.account_id]
        words = outbox_doubts.built(look.reply, look.item, look.around, look.files)
        bill = channel.charges(words) if isinstance(channel, Billed) else {}
        with self._store.transaction() as cursor:
            changes = {"state": ReplyState.SENDING, "attempts": attempt.number, "reason": None}
            if not table.change(cursor, look.reply, **changes):
                return None
            self._store.narrow(conversations.concern(cursor, look.reply.conversation_id))
            table.insert_attempt(cursor, attempt)
            # Before the call: a crash must not make it free. What surely did not go is taken back.
            self._bill(cursor, attempt, look.reply.account_id, bill)
            failpoint("outbox.in_claim")
        failpoint("outbox.after_claim")
        reply = replace(
            look.reply,
            state=ReplyState.SENDING,
            attempts=attempt.number,
            reason=None,
            version=look.reply.version + 1,
        )
        return _Claimed(reply, look.item, look.around, attempt, look.failures, look.pauses, bill, look.files)

    def _bill(
        self, cursor: DuckDBPyConnection, attempt: StoredAttempt, account_id: str, bill: Mapping[str, int]
    ) -> None:
        """Count what a call costs, on the platform's day on which it was made."""
        if bill:
            day = (attempt.started_at + table.clock_offset(cursor, account_id)).date()
            spend.add(cursor, account_id, day, bill, self._prices.get(account_id, {}))

    def _attempt(self, reply: StoredReply, now: datetime) -> StoredAttempt:
        number = reply.attempts + 1
        request = f"{reply.slot_id}\n{reply.text}"
        return StoredAttempt(
            id=f"{reply.id}/{number}",
            intent_id=reply.id,
            number=number,
            boot_id=self._boot_id,
            started_at=now,
            request_hash=hashlib.sha256(request.encode()).hexdigest(),
        )

    def _call(self, claimed: _Claimed, clock: Callable[[], datetime]) -> Outcome:
        """Make the one call, and say what came of it."""
        reply, attempt = claimed.reply, claimed.attempt
        line = WitnessLine(
            attempt_id=attempt.id,
            intent_id=reply.id,
            account_id=reply.account_id,
            boot_id=self._boot_id,
            at=attempt.started_at,
            request_hash=attempt.request_hash,
        )
        try:
            self._witness.write(line)
        except OSError as error:
            reason = f"nothing is sent while {self._witness.path} cannot be written: {error.strerror or error}"
            return Outcome(
                state=ReplyState.QUEUED,
                attempt="not_sent",
                error="Witness",
                reason=reason,
                wait_until=clock() + WAIT_FIRST,
            )
        failpoint("outbox.after_witness")
        result: Sent | Exception
        try:
            words = outbox_doubts.built(reply, claimed.item, claimed.around, claimed.files)
            result = self._channels[reply.account_id].send(words)
        except Exception as error:  # noqa: BLE001 - whatever it is, the post may be there: it becomes a doubt
            result = error
        return classify(  # the database is not asked here: what the call came to must not hang on it
            result,
            clock(),
            failures=claimed.failures,
            pauses=claimed.pauses,
            max_attempts=self._settings.max_attempts,
            spread=random.random(),  # noqa: S311 - jitter, not a secret
        )

    def _write(self, claimed: _Claimed, outcome: Outcome, now: datetime) -> ReplyState:
        """Write an outcome; when the database refuses, it is kept in memory and written at the next tick."""
        try:
            with self._store.transaction() as cursor:
                outbox_settle.write_outcome(cursor, claimed.reply, claimed.attempt.id, outcome, now)
                # A private answer to something public is stored in another conversation than it belongs to.
                elsewhere = claimed.reply.private and not claimed.item.item.private
                if outcome.attempt == "sent" and not claimed.pauses and not elsewhere:
                    self._store.narrow(conversations.concern(cursor, claimed.reply.conversation_id))
                if outcome.attempt in {"rejected", "not_sent"}:
                    back = {name: -count for name, count in claimed.bill.items()}
                    self._bill(cursor, claimed.attempt, claimed.reply.account_id, back)
                failpoint("outbox.in_settle")
        except Exception:
            self._unwritten[claimed.reply.id] = (claimed, outcome)
            _log.exception("reply %s: its outcome could not be written; it is kept and tried again", claimed.reply.id)
            raise
        self._unwritten.pop(claimed.reply.id, None)
        if outcome.state is ReplyState.SENT and claimed.files:
            outbox_files.discard(self._store, self._tray, claimed.files)
        failpoint("outbox.after_settle")
        return outcome.state

    def write_again(self, now: datetime) -> None:
        """Write the outcomes that the database would not take before."""
        for claimed, outcome in list(self._unwritten.values()):
            self._write(claimed, outcome, now)


def _answered_elsewhere(cursor: DuckDBPyConnection, reply: StoredReply, item: BareItem) -> bool:
    """Return whether our account answered the item after the reply was composed, and not through this desk."""
    own = answers.own_words(
        cursor, account_id=reply.account_id, conversation_id=reply.conversation_id, since=item.item.sent_at
    )
    answered = any(
        words.first_seen_at > reply.created_at and (reply.private or words.reply_to_id == reply.item_id)
        for words in own
    )
    return answered and not any(  # those words may be a reply in doubt: its echo settles it
        other.conversation_id == reply.conversation_id and other.private == reply.private
        for other in table.in_states(cursor, [ReplyState.IN_DOUBT])
    )

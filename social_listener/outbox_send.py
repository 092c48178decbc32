"""One reply on its way out: looked at, claimed, sent, and its outcome written."""

from __future__ import annotations

import hashlib
import logging
import random
from typing import TYPE_CHECKING, NamedTuple

from social_listener import outbox_doubts, outbox_settle
from social_listener.errors import ChannelError
from social_listener.failpoints import failpoint
from social_listener.model import ReplyState, Sent
from social_listener.outbox_rules import WAIT_FIRST, ClaimFacts, Close, Go, Hold, Outcome, Step, classify, next_step
from social_listener.store import answers, conversations
from social_listener.store import outbox as table
from social_listener.store.outbox import StoredAttempt
from social_listener.witness import WitnessLine

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from duckdb import DuckDBPyConnection

    from social_listener.channels import Channel
    from social_listener.desk_types import ThreadItem
    from social_listener.model import Allowed
    from social_listener.settings import OutboxSettings
    from social_listener.store import Store
    from social_listener.store.outbox import StoredReply
    from social_listener.witness import Witness

_log = logging.getLogger(__name__)


class _Claimed(NamedTuple):
    """A reply that this process may send now, once."""

    reply: StoredReply
    item: ThreadItem
    attempt: StoredAttempt


class Sender:
    """Brings replies out, one call each. Thread-safe as long as an account's replies are not sent side by side."""

    def __init__(
        self,
        store: Store,
        channels: Mapping[str, Channel],
        settings: OutboxSettings,
        witness: Witness,
        boot_id: str,
    ) -> None:
        self._store = store
        self._channels = channels
        self._settings = settings
        self._witness = witness
        self._boot_id = boot_id
        self._calls: set[str] = set()  # replies whose call this process is making
        self._unwritten: dict[str, tuple[_Claimed, Outcome]] = {}  # outcomes that the database would not take

    def is_busy_with(self, intent_id: str) -> bool:
        """Return whether this process knows what becomes of a reply that is marked as being sent."""
        return intent_id in self._calls or intent_id in self._unwritten

    def deliver(self, intent_id: str, clock: Callable[[], datetime]) -> ReplyState | None:
        """Bring one reply as far as it goes now; return its new state, None when nothing changed."""
        failpoint("outbox.before_claim")
        step, reply = self._consider(intent_id, clock())
        if reply is None or isinstance(step, Hold):
            return None
        if isinstance(step, Go) and (state := self._found_before(reply, clock())) is not None:
            return state
        self._calls.add(intent_id)
        try:
            claimed, state = self._claim(intent_id, clock())
            if claimed is None:
                return state
            outcome = self._call(claimed, clock)
            failpoint("outbox.after_send")
            return self._write(claimed, outcome, clock())
        finally:
            self._calls.discard(intent_id)

    def _consider(self, intent_id: str, now: datetime) -> tuple[Step, StoredReply | None]:
        """Return what to do with a reply, as far as reading tells."""
        with self._store.read() as cursor:
            reply = table.by_id(cursor, intent_id)
            if reply is None or reply.state is not ReplyState.QUEUED:
                return Hold(), None
            item = conversations.item(cursor, reply.item_id)
            return self._step(cursor, reply, item, self._allowed(reply, item, now), now), reply

    def _allowed(self, reply: StoredReply, item: ThreadItem | None, now: datetime) -> Allowed | None:
        """Return what the channel says to this reply now, by the platform's clock."""
        channel = self._channels.get(reply.account_id)
        if channel is None or item is None:
            return None
        with self._store.read() as cursor:
            offset = table.clock_offset(cursor, reply.account_id)
        verb = "reply_private" if reply.private else "reply_public"
        return next((rule for rule in channel.allowed(item.item, now + offset) if rule.verb == verb), None)

    def _step(
        self,
        cursor: DuckDBPyConnection,
        reply: StoredReply,
        item: ThreadItem | None,
        allowed: Allowed | None,
        now: datetime,
    ) -> Step:
        """Gather the facts and let the rules decide."""
        pause = table.pause(cursor, reply.lane)
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
            allowed=allowed,
            account_known=reply.account_id in self._channels,
        )
        return next_step(facts, now, now + table.clock_offset(cursor, reply.account_id))

    # -- the call ------------------------------------------------------------------------------------------------------

    def _found_before(self, reply: StoredReply, now: datetime) -> ReplyState | None:
        """Look once more before a reply that was in doubt is sent again; None: it is not there, so it may go."""
        channel = self._channels.get(reply.account_id)
        with self._store.read() as cursor:
            doubtful = any(a.outcome == "in_doubt" for a in table.attempts_of(cursor, reply.id))
        if channel is None or not doubtful:
            return None
        try:
            found = outbox_doubts.look(self._store, channel, reply)
        except ChannelError as error:
            reason = f"it has to be looked for before it is sent again, and that failed: {error}"
            with self._store.transaction() as cursor:
                table.change(cursor, reply, not_before=now + WAIT_FIRST, reason=reason)
            return ReplyState.QUEUED
        if found is None:
            return None
        with self._store.transaction() as cursor:
            return ReplyState.SENT if outbox_settle.sent(cursor, reply, found, now) else ReplyState.QUEUED

    def _claim(self, intent_id: str, now: datetime) -> tuple[_Claimed | None, ReplyState | None]:
        """Decide again inside the transaction, and take the reply; nobody else can send or undo it from then on."""
        with self._store.read() as cursor:
            reply = table.by_id(cursor, intent_id)
            item = conversations.item(cursor, reply.item_id) if reply else None
        if reply is None:
            return None, None
        allowed = self._allowed(reply, item, now)
        with self._store.transaction() as cursor:
            reply = table.by_id(cursor, intent_id)
            if reply is None or reply.state is not ReplyState.QUEUED:
                return None, None
            item = conversations.item(cursor, reply.item_id)
            step = self._step(cursor, reply, item, allowed, now)
            if isinstance(step, Close):
                outbox_settle.closed(cursor, reply, step.state, step.reason, now)
                return None, step.state
            if isinstance(step, Hold) or item is None:
                return None, None
            attempt = self._attempt(reply, now)
            taken = table.change(cursor, reply, state=ReplyState.SENDING, attempts=attempt.number, reason=None)
            table.insert_attempt(cursor, attempt)
            failpoint("outbox.in_claim")
            claimed = table.by_id(cursor, intent_id)
        failpoint("outbox.after_claim")
        return (_Claimed(claimed, item, attempt), None) if taken and claimed else (None, None)

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
            result = self._channels[reply.account_id].send(outbox_doubts.built(reply, claimed.item))
        except Exception as error:  # noqa: BLE001 - whatever it is, the post may be there: it becomes a doubt
            result = error
        with self._store.read() as cursor:
            failures = sum(a.error == "Unavailable" for a in table.attempts_of(cursor, reply.id))
            pause = table.pause(cursor, reply.lane)
        return classify(
            result,
            clock(),
            failures=failures,
            pauses=pause.errors if pause else 0,
            max_attempts=self._settings.max_attempts,
            spread=random.random(),  # noqa: S311 - jitter, not a secret
        )

    def _write(self, claimed: _Claimed, outcome: Outcome, now: datetime) -> ReplyState:
        """Write an outcome; when the database refuses, it is kept in memory and written at the next tick."""
        try:
            with self._store.transaction() as cursor:
                outbox_settle.write_outcome(cursor, claimed.reply, claimed.attempt.id, outcome, now)
                failpoint("outbox.in_settle")
        except Exception:
            self._unwritten[claimed.reply.id] = (claimed, outcome)
            _log.exception("reply %s: its outcome could not be written; it is kept and tried again", claimed.reply.id)
            raise
        self._unwritten.pop(claimed.reply.id, None)
        failpoint("outbox.after_settle")
        return outcome.state

    def write_again(self, now: datetime) -> None:
        """Write the outcomes that the database would not take before."""
        for claimed, outcome in list(self._unwritten.values()):
            self._write(claimed, outcome, now)


def _answered_elsewhere(cursor: DuckDBPyConnection, reply: StoredReply, item: ThreadItem) -> bool:
    """Return whether our account answered the item after the reply was composed, and not through this desk."""
    if any(
        other.conversation_id == reply.conversation_id and other.private == reply.private
        for other in table.in_states(cursor, [ReplyState.IN_DOUBT])
    ):
        return False  # those words may be that reply; its echo settles it
    own = answers.own_words(
        cursor, account_id=reply.account_id, conversation_id=reply.conversation_id, since=item.item.sent_at
    )
    return any(
        words.first_seen_at > reply.created_at and (reply.private or words.reply_to_id == reply.item_id)
        for words in own
    )

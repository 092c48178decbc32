"""Replies that may have gone out: found at start, looked for at the platform and in polls, or left to staff."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from social_listener import outbox_files, outbox_settle
from social_listener.errors import BadPayload, ChannelError, RateLimited, Rejected
from social_listener.failpoints import failpoint
from social_listener.model import PrivateReply, PublicReply, ReplyState, Sent, Standing
from social_listener.outbox_rules import LOOKBACK, WAIT_FIRST, Echo, match_echo, next_reading
from social_listener.store import answers, audit, conversations, links, quota, reply_files, streams
from social_listener.store import outbox as table
from social_listener.store.outbox import StoredAttempt

if TYPE_CHECKING:
    from datetime import datetime

    from duckdb import DuckDBPyConnection

    from social_listener.channels import Channel
    from social_listener.model import Interaction, Reply
    from social_listener.store import Store
    from social_listener.store.conversations import BareItem
    from social_listener.store.outbox import StoredReply
    from social_listener.store.reply_files import StoredFile
    from social_listener.witness import Witness, WitnessLine

_log = logging.getLogger(__name__)

#: replies that were settled longer before a doubt began cannot be mistaken for it, however wrong our clock is
_EARLIER: Final = timedelta(days=1)


def built(
    reply: StoredReply,
    item: BareItem,
    around: Standing = Standing(),  # noqa: B008 - it is frozen
    files: tuple[StoredFile, ...] = (),
) -> Reply:
    """Return what the channel is to send. Only the row's own `private`, which never changes, picks the type.

    `around`: how things stand around the item, as far as what is sent hangs on it. `files`: its pictures; those of the
    other kind are never among what is sent.
    """
    if reply.private:
        return PrivateReply(
            intent_id=reply.id,
            account_id=reply.account_id,
            item_id=reply.item_id,
            item_native_id=_native(reply.item_id),
            to_public=not item.item.private,
            recipient_native_id=_native(item.item.author_id),
            thread_native_id=_native(item.item.thread_id) if item.item.private else None,
            heard_at=around.heard_at,
            by_person=reply.author != audit.SYSTEM,
            text=reply.text,
            said_at=None if item.item.private else item.item.sent_at,
            again=around.private_replies > 0,
            pictures=outbox_files.private_pictures(files),
        )
    return PublicReply(
        intent_id=reply.id,
        account_id=reply.account_id,
        item_id=reply.item_id,
        item_native_id=_native(reply.item_id),
        text=reply.text,
        pictures=outbox_files.public_pictures(files),
    )


def _native(our_id: str) -> str:
    return our_id.partition(":")[2]


# -- at start ----------------------------------------------------------------------------------------------------------


def recover(store: Store, witness: Witness, boot_id: str, now: datetime) -> int:
    """Turn what an earlier process left half done into doubts; return how many. Nothing is sent again.

    A reply found `sending` may have gone out. A witness line without an attempt row means that the database is older
    than the call: that reply may have gone out too, and one whose reply is unknown is counted for Health.
    """
    lines = witness.lines()
    with store.transaction() as cursor:
        doubts = sum(_interrupted(cursor, reply, now) for reply in table.in_states(cursor, [ReplyState.SENDING]))
        known = table.attempt_ids(cursor)
        missing = [line for line in lines if line.attempt_id not in known]
        forgotten = 0
        for line in missing:
            reply = table.by_id(cursor, line.intent_id)
            if reply is None:
                forgotten += 1
            else:
                doubts += _witnessed(cursor, reply, line, now)
        table.set_forgotten(cursor, forgotten)
        failpoint("outbox.in_recover")
    if doubts or forgotten:
        _log.warning("boot %s: %d replies in doubt, %d sends the database forgot", boot_id, doubts, forgotten)
    witness.prune(now)
    return doubts


def _interrupted(cursor: DuckDBPyConnection, reply: StoredReply, now: datetime) -> bool:
    reason = "the program stopped while it was being sent; it may have gone out"
    for attempt in table.attempts_of(cursor, reply.id)[-1:]:
        table.end_attempt(cursor, attempt.id, now, outcome="in_doubt", error="Interrupted", detail=reason)
    return outbox_settle.doubtful(cursor, reply, reason, now)


def _witnessed(cursor: DuckDBPyConnection, reply: StoredReply, line: WitnessLine, now: datetime) -> bool:
    """Write down a call that the database forgot; True when it puts the reply in doubt."""
    reason = "the database forgot a call for this reply (an older copy was put back?); it may have gone out"
    number = int(line.attempt_id.rpartition("/")[2])
    table.insert_attempt(
        cursor,
        StoredAttempt(
            id=line.attempt_id,
            intent_id=reply.id,
            number=number,
            boot_id=line.boot_id,
            started_at=line.at,
            request_hash=line.request_hash,
            outcome="in_doubt",
            error="Forgotten",
            detail=reason,
            ended_at=now,
        ),
    )
    audit.record(cursor, now, audit.SYSTEM, "reply.call_forgotten", reply.id, attempt=number)
    fresh = table.by_id(cursor, reply.id)
    if fresh is None or fresh.state not in {ReplyState.QUEUED, ReplyState.IN_DOUBT}:
        return False
    table.change(cursor, fresh, attempts=max(fresh.attempts, number))
    fresh = table.by_id(cursor, reply.id)
    return fresh is not None and outbox_settle.doubtful(cursor, fresh, reason, now)


# -- looking for it ----------------------------------------------------------------------------------------------------


def searched_since(cursor: DuckDBPyConnection, reply: StoredReply) -> datetime:
    """Return from when on our own words may be this reply, by the platform's clock."""
    return _began(cursor, reply) + table.clock_offset(cursor, reply.account_id) - LOOKBACK


def _began(cursor: DuckDBPyConnection, reply: StoredReply) -> datetime:
    """Return when the first call began that may have arrived, by our clock."""
    attempts = table.attempts_of(cursor, reply.id)
    doubtful = [attempt for attempt in attempts if attempt.outcome in {None, "in_doubt"}] or attempts
    return doubtful[0].started_at if doubtful else reply.created_at


def _place(cursor: DuckDBPyConnection, reply: StoredReply, answered: Interaction) -> str | None:
    """Return the conversation in which our own words stand when this reply went out; None: it is not known."""
    if not reply.private or answered.private:
        return reply.conversation_id
    direct = answers.direct_conversation(cursor, reply.account_id, answered.author_id)
    return direct[0] if direct else links.of_item(cursor, reply.item_id)


def find_echo(cursor: DuckDBPyConnection, reply: StoredReply) -> Sent | None:
    """Return what a poll has brought of a reply in doubt; None: nothing that fits.

    A picture without words is told from others by the whole of its conversation only: `look` reads that.
    """
    item = conversations.bare(cursor, reply.item_id)
    place = _place(cursor, reply, item.item) if item is not None else None
    if place is None or not reply.text:
        return None
    since = searched_since(cursor, reply)
    own = answers.own_words(cursor, account_id=reply.account_id, conversation_id=place, since=since)
    echoes = [
        Echo(native_id=_native(words.id), text=words.text, sent_at=words.sent_at, url=words.url)
        for words in own
        if reply.private or words.reply_to_id == reply.item_id
    ]
    echo = match_echo(reply.text, since, echoes, pictures=bool(reply_files.of(cursor, reply.nonce)))
    return Sent(native_id=echo.native_id, sent_at=echo.sent_at, url=echo.url) if echo else None


def settle_echoes(store: Store, now: datetime) -> int:
    """Settle the replies in doubt whose echo a poll has brought; return how many."""
    with store.read() as cursor:
        doubts = table.in_states(cursor, [ReplyState.IN_DOUBT])
        met = [reply for reply in doubts if find_echo(cursor, reply) is not None]
    settled = 0
    for reply in met:
        with store.transaction() as cursor:
            found = find_echo(cursor, reply)
            if found is not None and outbox_settle.sent(cursor, reply, found, now):
                settled += 1
    return settled


def look(store: Store, channel: Channel, reply: StoredReply) -> Sent | None:
    """Read our own recent words at the platform; None: not found, which proves nothing. Raises `ChannelError`."""
    with store.read() as cursor:
        item = conversations.bare(cursor, reply.item_id)
        since = searched_since(cursor, reply)
        files = reply_files.of(cursor, reply.nonce)
        others = table.platform_ids(cursor, reply.account_id, since - _EARLIER)
        if item is not None and not reply.text:
            if _has_a_double(cursor, reply, item.item):
                return None
            others |= _known_before(cursor, reply, item.item, since)
    if item is None:
        return None
    for _ in range(5):
        found = channel.find_own(built(reply, item, files=files), since, frozenset(others))
        if found is None:
            return None
        with store.read() as cursor:
            other = table.with_platform_id(cursor, reply.channel, found.native_id)
        if other is None or other.id == reply.id:
            return found
        others.add(found.native_id)  # a twin, which was settled as another reply just now
    return None


def _has_a_double(cursor: DuckDBPyConnection, reply: StoredReply, answered: Interaction) -> bool:
    """Return whether another picture without words may have gone to the same person: neither can be told then."""
    unsettled = table.in_states(cursor, [ReplyState.QUEUED, ReplyState.SENDING, ReplyState.IN_DOUBT])
    for other in unsettled:
        if other.id == reply.id or other.account_id != reply.account_id or other.text or not other.attempts:
            continue
        item = conversations.bare(cursor, other.item_id)
        if item is None or item.item.author_id == answered.author_id:
            return True
    return False


def _known_before(cursor: DuckDBPyConnection, reply: StoredReply, answered: Interaction, since: datetime) -> set[str]:
    """Return the native ids of what our account had said before the call began: none of it is this reply."""
    place, began = _place(cursor, reply, answered), _began(cursor, reply)
    if place is None:
        return set()
    own = answers.own_words(cursor, account_id=reply.account_id, conversation_id=place, since=since)
    return {_native(words.id) for words in own if words.first_seen_at <= began}


def put_off(cursor: DuckDBPyConnection, error: ChannelError, now: datetime) -> datetime:
    """Return when to try again after a fault; where the platform wants no call at all, that is written down."""
    again = now + WAIT_FIRST
    if isinstance(error, RateLimited):
        again = max(again, error.retry_at or again)
        if error.whole_account:
            quota.throttle(cursor, error.account_id, again, str(error))
    return again


def read_once(store: Store, channel: Channel | None, reply: StoredReply, now: datetime) -> ReplyState:
    """Look for one reply in doubt, and write what that told; return the reply's state afterwards."""
    failpoint("outbox.before_reading")
    with store.read() as cursor:
        until = streams.throttled_until(cursor, reply.account_id, now)
    if until is not None:
        with store.transaction() as cursor:
            table.change(cursor, reply, reconcile_at=until)
        return ReplyState.IN_DOUBT
    try:
        found = look(store, channel, reply) if channel is not None else None
    except (Rejected, BadPayload) as error:
        # The same question gets the same answer: it counts as a look that told nothing; in the end a person decides.
        _log.warning("reply %s: looking for it told nothing: %s", reply.id, error)
        found = None
    except ChannelError as error:
        with store.transaction() as cursor:
            table.change(cursor, reply, reconcile_at=put_off(cursor, error, now))
        _log.warning("reply %s: could not be looked for: %s", reply.id, error)
        return ReplyState.IN_DOUBT
    failpoint("outbox.after_reading")
    with store.transaction() as cursor:
        if found is not None:
            outbox_settle.sent(cursor, reply, found, now)
            return ReplyState.SENT
        readings = reply.reconciled + 1
        begun = max((a.ended_at for a in table.attempts_of(cursor, reply.id) if a.ended_at), default=now)
        following = next_reading(begun, readings) if channel is not None else None
        table.change(cursor, reply, reconciled=readings, reconcile_at=following)
    return ReplyState.IN_DOUBT

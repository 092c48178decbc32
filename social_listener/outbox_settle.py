"""What follows from an outcome, in the transaction that writes it: state, attempt, slot, own words, draft, audit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from social_listener.model import Attachment, Interaction, Kind, ReplyState, Sent
from social_listener.outbox_rules import next_reading
from social_listener.store import answers, audit, conversations, drafts, links, queue_upkeep, quota, reply_files
from social_listener.store import outbox as table
from social_listener.store.drafts import Place

if TYPE_CHECKING:
    from datetime import datetime

    from duckdb import DuckDBPyConnection

    from social_listener.outbox_rules import Outcome
    from social_listener.store.outbox import StoredReply


def write_outcome(
    cursor: DuckDBPyConnection, reply: StoredReply, attempt_id: str, outcome: Outcome, now: datetime
) -> bool:
    """Write what a call came to, and all that follows; False when the reply was settled otherwise meanwhile."""
    table.end_attempt(cursor, attempt_id, now, outcome=outcome.attempt, error=outcome.error, detail=outcome.reason)
    if outcome.sent is not None:
        table.clear_pause(cursor, reply.lane)
        return sent(cursor, reply, outcome.sent, now)
    if outcome.state is ReplyState.REJECTED:
        return closed(cursor, reply, ReplyState.REJECTED, outcome.reason or "", now)
    if outcome.state is ReplyState.IN_DOUBT:
        return doubtful(cursor, reply, outcome.reason or "", now)
    return waits(cursor, reply, outcome, now)


def sent(cursor: DuckDBPyConnection, reply: StoredReply, made: Sent, now: datetime, *, by: str | None = None) -> bool:
    """Write that a reply went out. `by`: the person who found it; None: the platform told us."""
    if not table.change(
        cursor,
        reply,
        state=ReplyState.SENT,
        platform_id=made.native_id,
        url=made.url,
        reason=None,
        reconcile_at=None,
        settled_by=by,
        settled_at=now,
    ):
        return False
    table.free_slot(cursor, reply)
    _own_item(cursor, reply, made, now)
    reply_files.settled(cursor, reply.nonce)
    found = "reply.found" if reply.state is ReplyState.IN_DOUBT else "reply.sent"
    audit.record(cursor, now, by or audit.SYSTEM, found, reply.id, platform_id=made.native_id, item=reply.item_id)
    return True


def _own_item(cursor: DuckDBPyConnection, reply: StoredReply, made: Sent, now: datetime) -> None:
    """Store our words as the item they became, and mark what they answer."""
    answered = conversations.bare(cursor, reply.item_id)
    if answered is None:
        return
    touched = {reply.conversation_id}
    answers.mark_answered(cursor, reply.conversation_id, reply.item_id, made.sent_at, seen=reply.created_at)
    place: tuple[str, str] | None = (reply.conversation_id, answered.item.thread_id)
    if reply.private and not answered.item.private:
        place = _direct_place(cursor, reply, made, answered.item)
        if place is not None:
            links.insert(
                cursor,
                item_id=reply.item_id,
                public_conversation_id=reply.conversation_id,
                private_conversation_id=place[0],
                reply_id=reply.id,
                now=now,
            )
    owner = answers.owner(cursor, reply.account_id)
    if place is not None and owner is not None:
        conversation_id, thread_id = place
        touched.add(conversation_id)
        item = Interaction(
            id=f"{reply.channel}:{made.native_id}",
            channel=reply.channel,
            account_id=reply.account_id,
            conversation_id=conversation_id,
            thread_id=thread_id,
            author_id=owner,
            kind=Kind.MESSAGE if reply.private else made.kind,
            private=reply.private,
            outbound=True,
            text=reply.text,
            sent_at=made.sent_at,
            version_id=made.native_id,
            reply_to_id=None if reply.private else reply.item_id,
            url=made.url,
            attachments=_in_place_of_words(cursor, reply),
        )
        answers.insert_own(cursor, item, now)
    for conversation_id in sorted(touched):
        answers.touch(cursor, conversation_id, now)
    queue_upkeep.refresh(cursor, sorted(touched), now)


def _in_place_of_words(cursor: DuckDBPyConnection, reply: StoredReply) -> tuple[Attachment, ...]:
    """Return the pictures of a reply that has no words, so that something stands there; a poll tells where they are."""
    return () if reply.text else tuple(Attachment(kind="photo") for _ in reply_files.of(cursor, reply.nonce))


def _direct_place(
    cursor: DuckDBPyConnection, reply: StoredReply, made: Sent, answered: Interaction
) -> tuple[str, str] | None:
    """Return conversation and thread in which a private reply to a public item stands; None: they are not known."""
    if made.thread_native_id is not None:
        thread = f"{reply.channel}:{made.thread_native_id}"
        return thread, thread
    return answers.direct_conversation(cursor, reply.account_id, answered.author_id)


def closed(
    cursor: DuckDBPyConnection,
    reply: StoredReply,
    state: ReplyState,
    reason: str,
    now: datetime,
    *,
    by: str | None = None,
) -> bool:
    """Write that a reply will not go out (`state`: rejected, cancelled or expired); its text returns to its author."""
    if not table.change(cursor, reply, state=state, reason=reason, reconcile_at=None, settled_by=by, settled_at=now):
        return False
    table.free_slot(cursor, reply)
    mode = "private" if reply.private else "public"
    place = Place(reply.author, reply.conversation_id, mode)
    drafts.give_back(cursor, place, reply.text, now)
    reply_files.give_back(cursor, reply.nonce, drafts.read(cursor, place).nonce)
    audit.record(cursor, now, by or audit.SYSTEM, f"reply.{state}", reply.id, item=reply.item_id, reason=reason)
    return True


def doubtful(cursor: DuckDBPyConnection, reply: StoredReply, reason: str, now: datetime) -> bool:
    """Write that a reply may have gone out, and when it is looked for first."""
    if not table.change(
        cursor,
        reply,
        state=ReplyState.IN_DOUBT,
        reason=reason,
        reconcile_at=next_reading(now, 0),
        reconciled=0,
    ):
        return False
    audit.record(cursor, now, audit.SYSTEM, "reply.in_doubt", reply.id, item=reply.item_id, reason=reason)
    return True


def waits(cursor: DuckDBPyConnection, reply: StoredReply, outcome: Outcome, now: datetime) -> bool:
    """Write that a reply surely did not go out and waits for its next try; the account's others wait with it."""
    until = outcome.wait_until or now
    reason = outcome.reason or "the platform asked to wait"
    if outcome.throttled:
        quota.throttle(cursor, reply.account_id, until, reason)
    else:
        table.set_pause(cursor, reply.lane, until, reason)
    if outcome.whole_account and not outcome.throttled:
        other = table.lane(reply.account_id, private=not reply.private)
        table.set_pause(cursor, other, until, reason)
    return table.change(cursor, reply, state=ReplyState.QUEUED, not_before=max(reply.not_before, until), reason=reason)

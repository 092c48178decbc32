"""Taking a reply back, and deciding what became of one that may have gone out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from social_listener import outbox_settle
from social_listener.desk.reply import line_of
from social_listener.errors import Conflict, DeskError
from social_listener.model import ReplyState, Sent
from social_listener.store import audit, conversations
from social_listener.store import outbox as replies

if TYPE_CHECKING:
    from datetime import datetime

    from duckdb import DuckDBPyConnection

    from social_listener.desk.office import Office
    from social_listener.desk_types import ReplyLine
    from social_listener.store.outbox import StoredReply

#: what an id of any platform looks like; each has a figure in it
_NATIVE_ID = re.compile(r"(?=.*\d)[A-Za-z0-9_.:@+=-]{1,200}")


def undo(office: Office, intent_id: str, staff: str) -> bool:
    """Take a reply back; False: too late, it was claimed. True means that it never goes out.

    Of a public answer with a private follow-up both are taken back, as far as they have not left.
    """
    with office.store.transaction() as cursor:
        return take_back(cursor, _known(cursor, intent_id), staff, office.clock())


def take_back(cursor: DuckDBPyConnection, reply: StoredReply, staff: str, now: datetime) -> bool:
    """Take a reply back, with what follows it and what it follows; False: this one may be out."""
    if reply.state is ReplyState.CANCELLED:
        return True
    if reply.state is not ReplyState.QUEUED or _may_be_out(cursor, reply):
        return False
    around = (reply, replies.followed(cursor, reply.id), replies.follower(cursor, reply.id))
    for one in around:
        if one is not None and one.state is ReplyState.QUEUED and not _may_be_out(cursor, one):
            outbox_settle.closed(cursor, one, ReplyState.CANCELLED, f"taken back by {staff}", now, by=staff)
    return True


def send_alone(office: Office, intent_id: str, staff: str) -> ReplyLine:
    """Let a reply go though the one it waited for did not go out, because a person wants it so."""
    now = office.clock()
    with office.store.transaction() as cursor:
        reply = _known(cursor, intent_id)
        first = replies.followed(cursor, intent_id)
        if reply.state is not ReplyState.QUEUED or first is None:
            raise Conflict("this reply does not wait for another one any more; there is nothing to decide")
        if first.state in {ReplyState.QUEUED, ReplyState.SENDING, ReplyState.IN_DOUBT}:
            raise Conflict("what it waits for may still go out; decide on that first")
        replies.unfollow(cursor, intent_id)
        audit.record(cursor, now, staff, "reply.sent_alone", reply.id, item=reply.item_id, after=first.id)
    with office.store.read() as cursor:
        return line_of(office, cursor, intent_id)


def _may_be_out(cursor: DuckDBPyConnection, reply: StoredReply) -> bool:
    """Return whether an earlier call for a queued reply is in doubt: then taking it back would promise too much."""
    return any(attempt.outcome == "in_doubt" for attempt in replies.attempts_of(cursor, reply.id))


def settle(office: Office, intent_id: str, staff: str, platform_id: str | None) -> ReplyLine:
    """Write what a person found: it is there (`platform_id`), or it is not, and its text returns to its author."""
    now = office.clock()
    with office.store.transaction() as cursor:
        reply = _in_doubt(cursor, intent_id)
        if platform_id is None:
            reason = f"it is not there, says {staff}"
            outbox_settle.closed(cursor, reply, ReplyState.CANCELLED, reason, now, by=staff)
        else:
            outbox_settle.sent(cursor, reply, _found(cursor, reply, platform_id), now, by=staff)
    with office.store.read() as cursor:
        return line_of(office, cursor, intent_id)


def _found(cursor: DuckDBPyConnection, reply: StoredReply, platform_id: str) -> Sent:
    """Return what a person found at the platform: an id, an id of ours or the post's address."""
    told = platform_id.strip()
    path = urlsplit(told).path if "://" in told else told
    native = path.rstrip("/").rpartition("/")[2].removeprefix(f"{reply.channel}:")
    if not _NATIVE_ID.fullmatch(native):
        raise DeskError("give the post's id at the platform, or its address")
    other = replies.with_platform_id(cursor, reply.channel, native)
    if other is not None:
        raise Conflict(f"that post is already known as another reply of {other.author}")
    known = conversations.item(cursor, f"{reply.channel}:{native}")
    if known is not None and (not known.item.outbound or known.item.private != reply.private):
        raise DeskError("that is not one of our own posts of this kind; look again")
    if known is not None:
        return Sent(native_id=native, sent_at=known.item.sent_at, url=known.item.url)
    attempts = replies.attempts_of(cursor, reply.id)
    started = attempts[-1].started_at if attempts else reply.created_at
    return Sent(native_id=native, sent_at=started + replies.clock_offset(cursor, reply.account_id))


def send_again(office: Office, intent_id: str, staff: str) -> ReplyLine:
    """Queue a reply in doubt again: a person looked, and it is not there. It is looked for once more before it goes."""
    now = office.clock()
    with office.store.transaction() as cursor:
        reply = _in_doubt(cursor, intent_id)
        replies.change(
            cursor,
            reply,
            state=ReplyState.QUEUED,
            not_before=now,
            deadline=now + office.settings.outbox.max_delay,
            reconcile_at=None,
            reason=None,
        )
        audit.record(cursor, now, staff, "reply.send_again", reply.id, item=reply.item_id, author=reply.author)
    with office.store.read() as cursor:
        return line_of(office, cursor, intent_id)


def _known(cursor: DuckDBPyConnection, intent_id: str) -> StoredReply:
    reply = replies.by_id(cursor, intent_id)
    if reply is None:
        raise DeskError(f"there is no reply {intent_id!r}")
    return reply


def _in_doubt(cursor: DuckDBPyConnection, intent_id: str) -> StoredReply:
    reply = _known(cursor, intent_id)
    if reply.state is not ReplyState.IN_DOUBT:
        raise Conflict(f"this reply is {reply.state.value.replace('_', ' ')}, not in doubt; there is nothing to decide")
    return reply

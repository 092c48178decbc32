"""Answering: what is checked before a reply is queued."""

from __future__ import annotations

import hashlib
import itertools
import secrets
from typing import TYPE_CHECKING

from social_listener.desk.office import find_rule, fits, known_conversation, no_reply
from social_listener.errors import Conflict, DeskError, NotAllowed
from social_listener.failpoints import failpoint
from social_listener.model import ReplyState
from social_listener.rights import Right
from social_listener.store import answers, audit, conversations, drafts, queue_upkeep
from social_listener.store import outbox as replies
from social_listener.store.drafts import Place
from social_listener.store.outbox import StoredReply

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from duckdb import DuckDBPyConnection

    from social_listener.desk.office import Office
    from social_listener.desk_types import ReplyLine, ThreadItem
    from social_listener.store.conversations import ConversationRow


def line_of(office: Office, cursor: DuckDBPyConnection, intent_id: str) -> ReplyLine:
    """Return a reply as staff see it; `DeskError` when there is none of that id."""
    line = replies.line(cursor, intent_id, office.clock())
    if line is None:
        raise no_reply(intent_id)
    return line


def queue_reply(
    office: Office,
    *,
    item_id: str,
    text: str,
    staff: str,
    nonce: str,
    private: bool,
    seen_version: int | None,
    undo: timedelta | None,
) -> ReplyLine:
    """Check everything and write the intent; it leaves when its undo window has passed.

    `NotAllowed`: a rule forbids it, or the text is empty or too long. `Conflict`: somebody was faster.
    """
    now = office.clock()
    words = text.strip()
    with office.store.read() as cursor:
        line = office.item(cursor, staff, Right.REPLY, item_id)
        same = _same(cursor, nonce, item_id, words, private=private)
        if same is not None:
            return line_of(office, cursor, same.id)
        _may_answer(office, cursor, line, now, private=private)
    fits(office, line, words, private=private)
    failpoint("outbox.before_intent")
    with office.store.transaction() as cursor:
        office.permit(cursor, staff, Right.REPLY, line.item.account_id)
        same = _same(cursor, nonce, item_id, words, private=private)
        if same is not None:
            return line_of(office, cursor, same.id)
        conversation = known_conversation(cursor, line.item.conversation_id)
        _nothing_said_since(cursor, conversation, seen_version)
        reply = _intent(
            office, line, conversation, words, staff=staff, nonce=nonce, private=private, now=now, undo=undo
        )
        _slot_is_free(cursor, reply)
        replies.insert(cursor, reply)
        drafts.taken(cursor, Place(staff, conversation.id, "private" if private else "public"), nonce, now)
        answers.touch(cursor, conversation.id, now)
        queue_upkeep.refresh(cursor, [conversation.id], now)
        audit.record(
            cursor, now, staff, "reply.queued", reply.id, item=item_id, private=int(private), text=reply.text_hash
        )
    failpoint("outbox.after_intent")
    with office.store.read() as cursor:
        return line_of(office, cursor, reply.id)


def _same(cursor: DuckDBPyConnection, nonce: str, item_id: str, words: str, *, private: bool) -> StoredReply | None:
    """Return the reply that this composed text already is: a double click, a second tab, a page drawn again."""
    if not nonce.strip():
        raise DeskError("a reply needs a nonce, which identifies the composed text")
    reply = replies.by_nonce(cursor, nonce)
    if reply is None:
        return None
    if (reply.item_id, reply.private, reply.text) != (item_id, private, words):
        raise Conflict("this text was sent already, in another wording or to another item; look again before you send")
    return reply


def _may_answer(office: Office, cursor: DuckDBPyConnection, line: ThreadItem, now: datetime, *, private: bool) -> None:
    """Raise `NotAllowed` with the rule that forbids this kind of reply to this item now."""
    if line.item.private and not private:
        raise NotAllowed("a direct message is never answered in public")
    office.channel(line.item.account_id)
    rule = find_rule(office.rules(cursor, line, now), "reply_private" if private else "reply_public")
    if rule is None:
        raise NotAllowed(f"{line.item.channel} has no {'private' if private else 'public'} replies")
    if not rule.ok:
        raise NotAllowed(rule.because)
    platform_now = now + replies.clock_offset(cursor, line.item.account_id)
    if rule.until is not None and platform_now >= rule.until:
        raise NotAllowed(f"the time to answer has passed: {rule.because}")


def _nothing_said_since(cursor: DuckDBPyConnection, conversation: ConversationRow, seen: int | None) -> None:
    """Raise `Conflict` when we or the customer said something after the version that the author had in view."""
    if seen is None or seen >= conversation.said_version:
        return
    ours = replies.in_conversation(cursor, conversation.id)
    newest = max((reply.created_at for reply in ours), default=None)
    theirs = conversations.last_heard(cursor, conversation.id)
    if newest is not None and (theirs is None or newest >= theirs):
        author = max(ours, key=lambda reply: reply.created_at).author
        raise Conflict(f"{author} answered here meanwhile; look at it before you send")
    raise Conflict("the customer wrote or changed something meanwhile; look at it before you send")


def _slot_is_free(cursor: DuckDBPyConnection, reply: StoredReply) -> None:
    """Raise `Conflict` when another reply to the same item is on its way."""
    holder = replies.slot_holder(cursor, reply.slot_id)
    other = replies.by_id(cursor, holder) if holder else None
    if other is not None:
        state = other.state.value.replace("_", " ")
        raise Conflict(
            f"a reply of {other.author} to this item is {state}: \N{LEFT DOUBLE QUOTATION MARK}{other.text[:80]}"
            "\N{RIGHT DOUBLE QUOTATION MARK}; one at a time"
        )


def _intent(
    office: Office,
    line: ThreadItem,
    conversation: ConversationRow,
    words: str,
    *,
    staff: str,
    nonce: str,
    private: bool,
    now: datetime,
    undo: timedelta | None,
) -> StoredReply:
    settings = office.settings.outbox
    return StoredReply(
        id=_new_id(now),
        nonce=nonce,
        account_id=line.item.account_id,
        channel=line.item.channel,
        item_id=line.item.id,
        conversation_id=conversation.id,
        private=private,
        text=words,
        text_hash=hashlib.sha256(words.encode()).hexdigest(),
        author=staff,
        seen_version=conversation.version,
        state=ReplyState.QUEUED,
        created_at=now,
        not_before=now + (settings.undo if undo is None else undo),
        deadline=now + settings.max_delay,
        attempts=0,
        platform_id=None,
        url=None,
        reason=None,
        reconcile_at=None,
        reconciled=0,
        settled_by=None,
        settled_at=None,
        version=0,
    )


_NUMBERS = itertools.count()


def _new_id(now: datetime) -> str:
    """Return an id that sorts by the moment of composing, so that replies of one instant leave in their order too."""
    return f"{int(now.timestamp() * 1000):011x}{next(_NUMBERS) & 0xFFFFF:05x}{secrets.token_hex(2)}"

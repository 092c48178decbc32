"""Answering: what is checked before a reply is queued."""

from __future__ import annotations

import hashlib
import itertools
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from social_listener.desk import files
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
    from collections.abc import Sequence
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Composed:
    """One composed text, and who is to read it."""

    text: str
    nonce: str  #: identifies it: sent twice, it is one reply
    private: bool

    @property
    def words(self) -> str:
        """Return what is sent of it."""
        return self.text.strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicAndPrivate:
    """A public answer and a private message that belong together: two texts, which never meet."""

    public: str
    public_nonce: str
    private: str
    private_nonce: str
    private_first: bool = False  #: for a platform that gives the private way only before the item is answered

    def in_order(self) -> tuple[Composed, Composed]:
        """Return both, the one that leaves first first."""
        public = Composed(text=self.public, nonce=self.public_nonce, private=False)
        private = Composed(text=self.private, nonce=self.private_nonce, private=True)
        return (private, public) if self.private_first else (public, private)


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
    one = Composed(text=text, nonce=nonce, private=private)
    return queue_replies(office, [one], item_id=item_id, staff=staff, seen_version=seen_version, undo=undo)[0]


def queue_replies(
    office: Office,
    composed: Sequence[Composed],
    *,
    item_id: str,
    staff: str,
    seen_version: int | None,
    undo: timedelta | None,
) -> tuple[ReplyLine, ...]:
    """Check everything and write the intents of one answer, all or none; each leaves once the one before it was sent.

    Raises as `queue_reply` does; what is wrong with the second keeps the first from going too.
    """
    now = office.clock()
    with office.store.read() as cursor:
        line = office.item(cursor, staff, Right.REPLY, item_id)
        same = _same(cursor, composed, item_id)
        if same:
            return tuple(line_of(office, cursor, reply.id) for reply in same)
        for one in composed:
            may_answer(office, cursor, line, now, private=one.private)
        account_id = line.item.account_id
        wordless = {
            one.nonce
            for one in composed
            if files.check(office, cursor, one.nonce, account_id, private=one.private, words=one.words)
        }
    for one in composed:
        fits(office, line, one.words, private=one.private, wordless=one.nonce in wordless)
    failpoint("outbox.before_intent")
    with office.store.transaction() as cursor:
        office.permit(cursor, staff, Right.REPLY, line.item.account_id)
        office.only(known_conversation(cursor, line.item.conversation_id), staff)
        made = _same(cursor, composed, item_id)
        if not made:
            made = write_replies(
                office, cursor, composed, line=line, staff=staff, seen_version=seen_version, undo=undo, now=now
            )
    failpoint("outbox.after_intent")
    with office.store.read() as cursor:
        return tuple(line_of(office, cursor, reply.id) for reply in made)


def write_replies(
    office: Office,
    cursor: DuckDBPyConnection,
    composed: Sequence[Composed],
    *,
    line: ThreadItem,
    staff: str,
    seen_version: int | None,
    undo: timedelta | None,
    now: datetime,
    by: str | None = None,
) -> list[StoredReply]:
    """Write the intents of one answer, whose rules and lengths were checked; nothing is written when one cannot be.

    It is done in the caller's transaction. `by`: who lets the words of `staff` go; None: they do themselves.
    `Conflict`: something was said since, or another reply to the same item is on its way.
    """
    conversation = known_conversation(cursor, line.item.conversation_id)
    nothing_said_since(cursor, conversation, seen_version)
    made = [_intent(office, line, conversation, one, staff=staff, now=now, undo=undo) for one in composed]
    for reply in made:
        slot_is_free(cursor, reply.slot_id)
        # looked at again: a picture that stood in place of words may have been taken away since
        private, words = reply.private, reply.text
        wordless = files.check(office, cursor, reply.nonce, reply.account_id, private=private, words=words)
        fits(office, line, words, private=private, wordless=wordless)
    for at, reply in enumerate(made):
        replies.insert(cursor, reply)
        if at:
            replies.follow(cursor, reply, made[at - 1])
        mode = "private" if reply.private else "public"
        drafts.taken(cursor, Place(staff, conversation.id, mode), reply.nonce, now)
        audit.record(
            cursor,
            now,
            by or staff,
            "reply.queued",
            reply.id,
            item=reply.item_id,
            private=int(reply.private),
            text=reply.text_hash,
            **({"after": made[at - 1].id} if at else {}),
            **({"author": staff} if by not in {None, staff} else {}),
        )
    answers.touch(cursor, conversation.id, now)
    queue_upkeep.refresh(cursor, [conversation.id], now)
    return made


def _same(cursor: DuckDBPyConnection, composed: Sequence[Composed], item_id: str) -> list[StoredReply]:
    """Return the replies that these composed texts already are: a double click, a second tab, a page drawn again."""
    found = []
    for one in composed:
        if not one.nonce.strip():
            raise DeskError("a reply needs a nonce, which identifies the composed text")
        reply = replies.by_nonce(cursor, one.nonce)
        if reply is not None and (reply.item_id, reply.private, reply.text) != (item_id, one.private, one.words):
            raise Conflict(
                "this text was sent already, in another wording or to another item; look again before you send"
            )
        if reply is not None:
            found.append(reply)
    if found and len(found) != len(composed):
        raise Conflict("one of these two texts was sent already; look again before you send")
    return found


def may_answer(office: Office, cursor: DuckDBPyConnection, line: ThreadItem, now: datetime, *, private: bool) -> None:
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


def nothing_said_since(cursor: DuckDBPyConnection, conversation: ConversationRow, seen: int | None) -> None:
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


def slot_is_free(cursor: DuckDBPyConnection, slot_id: str) -> None:
    """Raise `Conflict` when another reply to the same item is on its way."""
    holder = replies.slot_holder(cursor, slot_id)
    other = replies.by_id(cursor, holder) if holder else None
    if other is not None:
        state = other.state.value.replace("_", " ")
        raise Conflict(
            f"a reply of {other.author} to this item is {state}: \N{LEFT DOUBLE QUOTATION MARK}"
            f"{other.text[:80] or 'a picture'}\N{RIGHT DOUBLE QUOTATION MARK}; one at a time"
        )


def _intent(
    office: Office,
    line: ThreadItem,
    conversation: ConversationRow,
    composed: Composed,
    *,
    staff: str,
    now: datetime,
    undo: timedelta | None,
) -> StoredReply:
    settings = office.settings.outbox
    return StoredReply(
        id=_new_id(now),
        nonce=composed.nonce,
        account_id=line.item.account_id,
        channel=line.item.channel,
        item_id=line.item.id,
        conversation_id=conversation.id,
        private=composed.private,
        text=composed.words,
        text_hash=hashlib.sha256(composed.words.encode()).hexdigest(),
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

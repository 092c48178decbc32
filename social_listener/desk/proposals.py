"""Replies that wait for approval: written by one, let go by another, and never lost in between.

What the platform allows, what was said meanwhile and whether another reply is on its way is looked at twice: when a
proposal is written, and when it is approved. A text that is not sent returns to its author's composer.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from social_listener.desk import colleagues
from social_listener.desk.notify import notify
from social_listener.desk.office import find_rule, fits, known_conversation, known_item
from social_listener.desk.reply import Composed, line_of, may_answer, nothing_said_since, slot_is_free, write_replies
from social_listener.desk_types import NoteLine
from social_listener.desk_types.team import Kind, ProposalState
from social_listener.errors import Conflict, DeskError, NotAllowed, NotTheirs
from social_listener.failpoints import failpoint
from social_listener.model import Status
from social_listener.rights import SYSTEM, Right
from social_listener.store import audit, conversations, drafts, proposals, reply_files, staff_changes
from social_listener.store import outbox as replies
from social_listener.store.drafts import Place
from social_listener.store.proposals import StoredProposal

if TYPE_CHECKING:
    from datetime import datetime

    from duckdb import DuckDBPyConnection

    from social_listener.desk.office import Office
    from social_listener.desk_types import ReplyLine, ThreadItem
    from social_listener.desk_types.team import Proposal

#: approvers are told when the time to answer ends within this
CLOSING = timedelta(hours=1)
#: a window that ends later by less than this is the same: clocks differ a little from call to call
_PROLONGED = timedelta(minutes=1)
_MOST_REASON = 1_000


def propose(
    office: Office,
    *,
    item_id: str,
    text: str,
    staff: str,
    nonce: str,
    private: bool,
    seen_version: int | None,
) -> Proposal:
    """Let a reply wait for approval; the same nonce again is the same proposal.

    `NotAllowed`: a rule forbids it, or the text is empty or too long. `Conflict`: somebody was faster.
    """
    now = office.clock()
    words = text.strip()
    with office.store.read() as cursor:
        line = office.item(cursor, staff, Right.PROPOSE, item_id)
        same = _same(cursor, nonce, item_id, words, private=private)
        if same is not None:
            return _shown(cursor, same.id)
        may_answer(office, cursor, line, now, private=private)
        _without_pictures(cursor, nonce)
    fits(office, line, words, private=private)
    with office.store.transaction() as cursor:
        line = office.item(cursor, staff, Right.PROPOSE, item_id)
        same = _same(cursor, nonce, item_id, words, private=private)
        if same is None:
            same = _written(
                office, cursor, line, words, staff=staff, nonce=nonce, private=private, seen=seen_version, now=now
            )
    with office.store.read() as cursor:
        return _shown(cursor, same.id)


def _without_pictures(cursor: DuckDBPyConnection, nonce: str) -> None:
    if reply_files.of(cursor, nonce):
        raise NotAllowed("what waits for approval goes without pictures: take them away, or send it yourself")


def _same(cursor: DuckDBPyConnection, nonce: str, item_id: str, words: str, *, private: bool) -> StoredProposal | None:
    """Return the proposal that this composed text already is."""
    if not nonce.strip():
        raise DeskError("a proposal needs a nonce, which identifies the composed text")
    if replies.by_nonce(cursor, nonce) is not None:
        raise Conflict("this text was sent already; look again before you propose it")
    same = proposals.by_nonce(cursor, nonce)
    if same is not None and (same.item_id, same.private, same.text) != (item_id, private, words):
        raise Conflict("this text was proposed already, in another wording or for another item; look again")
    return same


def _written(
    office: Office,
    cursor: DuckDBPyConnection,
    line: ThreadItem,
    words: str,
    *,
    staff: str,
    nonce: str,
    private: bool,
    seen: int | None,
    now: datetime,
) -> StoredProposal:
    """Write a proposal with all that follows: an open conversation, an empty composer, approvers who know."""
    item = line.item
    conversation = known_conversation(cursor, item.conversation_id)
    nothing_said_since(cursor, conversation, seen)
    slot_is_free(cursor, replies.slot_id(item.account_id, item.id, private=private))
    _without_pictures(cursor, nonce)
    other = proposals.waiting_for(cursor, item.id, private=private)
    if other is not None:
        raise Conflict(f"a proposal of {other.author} for this item waits for approval already; one at a time")
    until = _window(office, cursor, line, now, private=private)
    proposal = StoredProposal(
        id=secrets.token_hex(12),
        nonce=nonce,
        conversation_id=conversation.id,
        account_id=item.account_id,
        item_id=item.id,
        private=private,
        text=words,
        author=staff,
        seen_version=conversation.said_version,
        state=ProposalState.WAITING,
        created_at=now,
        until=until,
        warned=until is not None and until <= now + CLOSING,
        decided_by=None,
        decided_at=None,
        reason=None,
        reply_id=None,
        version=1,
    )
    proposals.insert(cursor, proposal)
    drafts.taken(cursor, _place(proposal), nonce, now)
    audit.record(cursor, now, staff, "proposal.written", proposal.id, item=item.id, private=int(private))
    if conversation.status is not Status.OPEN:  # or nobody would look at it
        staff_changes.set_status(cursor, conversation.id, conversation.version, now, status=Status.OPEN)
    for approver in colleagues.who_may(cursor, Right.APPROVE, item.account_id):
        notify(cursor, approver, Kind.PROPOSED, conversation.id, staff, now, proposal.id)
    return proposal


def _window(
    office: Office, cursor: DuckDBPyConnection, line: ThreadItem, now: datetime, *, private: bool
) -> datetime | None:
    """Return when the platform's time to answer ends, by our clock; None: it has no end that is known."""
    rule = find_rule(office.rules(cursor, line, now), "reply_private" if private else "reply_public")
    if rule is None or not rule.ok or rule.until is None:
        return None
    return rule.until - replies.clock_offset(cursor, line.item.account_id)


def approve(
    office: Office,
    proposal_id: str,
    *,
    staff: str,
    version: int,
    text: str | None,
    seen_version: int | None,
    undo: timedelta | None,
) -> ReplyLine:
    """Queue a proposal as a reply of its author, in other words if `text` gives them; approving it again does nothing.

    `seen_version`: of the conversation, as whoever approves has it in view; None: as its author had it.
    """
    now = office.clock()
    with office.store.read() as cursor:
        proposal = _for(office, cursor, staff, Right.APPROVE, proposal_id)
        done = _decided(proposal, staff)
        if done is not None:
            return line_of(office, cursor, done)
        _not_own(proposal, staff)
        line = known_item(cursor, proposal.item_id)
        may_answer(office, cursor, line, now, private=proposal.private)
    words = proposal.text if text is None else text.strip()
    fits(office, line, words, private=proposal.private)
    failpoint("proposal.before_approve")
    with office.store.transaction() as cursor:
        proposal = _for(office, cursor, staff, Right.APPROVE, proposal_id)
        done = _decided(proposal, staff)
        if done is None:
            done = _let_go(office, cursor, proposal, line, words, staff, version, seen_version, now, undo)
        failpoint("proposal.in_approve")
    failpoint("proposal.after_approve")
    with office.store.read() as cursor:
        return line_of(office, cursor, done)


def _let_go(  # noqa: PLR0917 - each once, right above
    office: Office,
    cursor: DuckDBPyConnection,
    proposal: StoredProposal,
    line: ThreadItem,
    words: str,
    staff: str,
    version: int,
    seen_version: int | None,
    now: datetime,
    undo: timedelta | None,
) -> str:
    """Write reply and decision in one transaction; return the reply's id."""
    _unchanged(proposal, version)
    composed = Composed(text=words, nonce=f"proposal {proposal.id}", private=proposal.private)
    (reply,) = write_replies(
        office,
        cursor,
        [composed],
        line=line,
        staff=proposal.author,
        by=staff,
        seen_version=proposal.seen_version if seen_version is None else seen_version,
        undo=undo,
        now=now,
    )
    decided = {"decided_by": staff, "decided_at": now, "reply_id": reply.id, "text": words}
    _change(cursor, proposal, state=ProposalState.APPROVED, **decided)
    reworded = int(words != proposal.text)
    audit.record(
        cursor, now, staff, "proposal.approved", proposal.id, author=proposal.author, reply=reply.id, reworded=reworded
    )
    notify(cursor, proposal.author, Kind.APPROVED, proposal.conversation_id, staff, now, proposal.id)
    return reply.id


def refuse(office: Office, proposal_id: str, *, staff: str, reason: str, version: int) -> Proposal:
    """Refuse a proposal and say why; its text returns to its author's composer."""
    why = reason.strip()
    if not why:
        raise DeskError("say why it is refused: its author has to write it anew")
    if len(why) > _MOST_REASON:
        raise DeskError(f"a reason has room for {_MOST_REASON} characters; this one has {len(why)}")
    now = office.clock()
    with office.store.transaction() as cursor:
        proposal = _for(office, cursor, staff, Right.APPROVE, proposal_id)
        _close(office, cursor, proposal, ProposalState.REFUSED, by=staff, now=now, version=version, reason=why)
        notify(cursor, proposal.author, Kind.REFUSED, proposal.conversation_id, staff, now, proposal.id)
    with office.store.read() as cursor:
        return _shown(cursor, proposal_id)


def withdraw(office: Office, proposal_id: str, *, staff: str, version: int) -> Proposal:
    """Take one's own proposal back; its text returns to the composer, to be written anew or dropped."""
    now = office.clock()
    with office.store.transaction() as cursor:
        proposal = _own(office, cursor, proposal_id, staff)
        _close(office, cursor, proposal, ProposalState.WITHDRAWN, by=staff, now=now, version=version)
    with office.store.read() as cursor:
        return _shown(cursor, proposal_id)


def revise(
    office: Office, proposal_id: str, *, staff: str, text: str, version: int, seen_version: int | None = None
) -> Proposal:
    """Put one's own proposal into other words, while it waits.

    `seen_version`: of the conversation, as its author has it in view; what was said after it they have not answered,
    and whoever approves is still told so. None: nobody knows what they had in view.
    """
    now = office.clock()
    words = text.strip()
    with office.store.read() as cursor:
        line = known_item(cursor, _own(office, cursor, proposal_id, staff).item_id)
    with office.store.read() as cursor:
        private = _known(cursor, proposal_id).private
    fits(office, line, words, private=private)
    with office.store.transaction() as cursor:
        proposal = _own(office, cursor, proposal_id, staff)
        _unchanged(proposal, version)
        said = known_conversation(cursor, proposal.conversation_id).said_version
        seen = said if seen_version is not None and seen_version >= said else proposal.seen_version
        _change(cursor, proposal, text=words, seen_version=seen)
        audit.record(cursor, now, staff, "proposal.revised", proposal.id, item=proposal.item_id)
    with office.store.read() as cursor:
        return _shown(cursor, proposal_id)


def tend(office: Office) -> int:
    """Close the proposals whose time to answer has ended, and tell approvers of those whose time ends soon.

    Return how many changed. A time that a customer's new words have prolonged is followed.
    """
    now = office.clock()
    with office.store.read() as cursor:
        ending = proposals.ending(cursor, now + CLOSING)
        if not any(proposal.until and (proposal.until <= now or not proposal.warned) for proposal in ending):
            return 0
    with office.store.transaction() as cursor:
        return sum(_tend(office, cursor, proposal, now) for proposal in proposals.ending(cursor, now + CLOSING))


def _tend(office: Office, cursor: DuckDBPyConnection, proposal: StoredProposal, now: datetime) -> bool:
    line = known_item(cursor, proposal.item_id)
    until = _window(office, cursor, line, now, private=proposal.private)
    if until is not None and proposal.until is not None and until > max(now, proposal.until + _PROLONGED):
        proposals.note(cursor, proposal.id, until=until, warned=until <= now + CLOSING)
        return True
    if proposal.until is not None and proposal.until <= now:
        why = f"the time to answer ended {proposal.until:%Y-%m-%d %H:%M} UTC, before anybody approved it"
        _close(office, cursor, proposal, ProposalState.LAPSED, by=SYSTEM, now=now, version=proposal.version, reason=why)
        notify(cursor, proposal.author, Kind.LAPSED, proposal.conversation_id, SYSTEM, now, proposal.id)
        return True
    if proposal.warned:
        return False
    for approver in colleagues.who_may(cursor, Right.APPROVE, proposal.account_id):
        if approver != proposal.author:
            notify(cursor, approver, Kind.CLOSING, proposal.conversation_id, SYSTEM, now, proposal.id)
    proposals.note(cursor, proposal.id, until=proposal.until, warned=True)
    return True


def of_conversation(cursor: DuckDBPyConnection, conversation_id: str, said_version: int) -> tuple[Proposal, ...]:
    """Return the proposals of a conversation, oldest first, but for those that their authors took back."""
    found = proposals.of_conversation(cursor, conversation_id)
    return tuple(one.shown(said_version) for one in found if one.state is not ProposalState.WITHDRAWN)


def none_waits(cursor: DuckDBPyConnection, conversation_id: str) -> None:
    """Raise `Conflict` while a proposal waits in a conversation: put away, it would be forgotten."""
    waiting = proposals.waiting_in(cursor, conversation_id)
    if waiting:
        raise Conflict(waiting_words(waiting[0].author))


def waiting_words(author: str) -> str:
    """Return why a conversation is not put away while somebody's proposal waits in it."""
    return f"a proposal of {author} waits here: approve, refuse or withdraw it first"


def _close(
    office: Office,
    cursor: DuckDBPyConnection,
    proposal: StoredProposal,
    state: ProposalState,
    *,
    by: str,
    now: datetime,
    version: int,
    reason: str | None = None,
) -> None:
    """Write that a proposal is not sent; its text returns to its author."""
    _waits(proposal)
    _unchanged(proposal, version)
    _change(cursor, proposal, state=state, decided_by=by, decided_at=now, reason=reason)
    drafts.give_back(cursor, _place(proposal), proposal.text, now)
    if not colleagues.may(office, cursor, proposal.author, Right.PROPOSE, proposal.account_id):
        _orphaned(cursor, proposal, state, now)
    audit.record(cursor, now, by, f"proposal.{state}", proposal.id, author=proposal.author, item=proposal.item_id)


def _orphaned(cursor: DuckDBPyConnection, proposal: StoredProposal, state: ProposalState, now: datetime) -> None:
    """Leave a conversation to everybody whose proposal was not sent and whose author cannot write it anew."""
    row = known_conversation(cursor, proposal.conversation_id)
    version: int | None = row.version
    if row.status is not Status.OPEN:
        version = staff_changes.set_status(cursor, row.id, row.version, now, status=Status.OPEN)
    if row.assignee == proposal.author and version is not None:
        staff_changes.set_assignee(cursor, row.id, version, now, None)
    words = f"{proposal.author} cannot answer here any more, and their proposal was {state.value}: back to the queue."
    conversations.insert_note(
        cursor, row.id, NoteLine(id=secrets.token_hex(8), staff=SYSTEM, text=words, created_at=now)
    )
    audit.record(cursor, now, SYSTEM, "proposal.orphaned", proposal.id, author=proposal.author)


def _place(proposal: StoredProposal) -> Place:
    return Place(proposal.author, proposal.conversation_id, "private" if proposal.private else "public")


def _known(cursor: DuckDBPyConnection, proposal_id: str) -> StoredProposal:
    proposal = proposals.by_id(cursor, proposal_id)
    if proposal is None:
        raise DeskError(f"there is no proposal {proposal_id!r}")
    return proposal


def _for(office: Office, cursor: DuckDBPyConnection, staff: str, right: Right, proposal_id: str) -> StoredProposal:
    """Return a proposal for somebody; one on an account that is not theirs is as if it were not there."""
    office.permit(cursor, staff, right)
    proposal = _known(cursor, proposal_id)
    try:
        office.permit(cursor, staff, right, proposal.account_id)
    except NotTheirs:
        raise DeskError(f"there is no proposal {proposal_id!r}") from None
    return proposal


def _own(office: Office, cursor: DuckDBPyConnection, proposal_id: str, staff: str) -> StoredProposal:
    proposal = _for(office, cursor, staff, Right.PROPOSE, proposal_id)
    if proposal.author != staff:
        raise NotAllowed(f"this is a proposal of {proposal.author}; only they can change it or take it back")
    _waits(proposal)
    return proposal


def _not_own(proposal: StoredProposal, staff: str) -> None:
    if proposal.author == staff:
        raise NotAllowed("nobody approves what they wrote themselves; a colleague has to")


def _decided(proposal: StoredProposal, staff: str) -> str | None:
    """Return the reply that this person's approval made already; None while it waits; `Conflict` for anything else."""
    if proposal.state is ProposalState.APPROVED and proposal.decided_by == staff and proposal.reply_id:
        return proposal.reply_id
    _waits(proposal)
    return None


def _waits(proposal: StoredProposal) -> None:
    if proposal.state is ProposalState.WAITING:
        return
    by = f" by {proposal.decided_by}" if proposal.decided_by not in {None, SYSTEM} else ""
    raise Conflict(f"this proposal was decided meanwhile: {proposal.state.value}{by}")


def _unchanged(proposal: StoredProposal, version: int) -> None:
    if proposal.version != version:
        raise Conflict(f"{proposal.author} changed this proposal meanwhile; read it again")


def _change(cursor: DuckDBPyConnection, proposal: StoredProposal, **values: object) -> None:
    if not proposals.change(cursor, proposal, **values):
        raise Conflict("this proposal was changed meanwhile; look at it again")


def _shown(cursor: DuckDBPyConnection, proposal_id: str) -> Proposal:
    proposal = _known(cursor, proposal_id)
    return proposal.shown(known_conversation(cursor, proposal.conversation_id).said_version)

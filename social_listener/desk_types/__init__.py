"""What the desk hands to pages and commands: plain frozen values, ready to be shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from social_listener.model import ReplyState

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from social_listener.desk_types.contacts import Silence
    from social_listener.desk_types.levels import DueLine, EscalationLine
    from social_listener.desk_types.organising import Label
    from social_listener.desk_types.people import Accounts
    from social_listener.desk_types.team import Proposal
    from social_listener.model import (
        Allowed,
        Contact,
        Factor,
        Interaction,
        Kind,
        SentimentLabel,
        Status,
    )


#: how long a reply in doubt is looked for before a person may decide on it, whether the platform could be read or not
LOOKED_FOR: Final = timedelta(minutes=15)


class View(StrEnum):
    """Which part of the queue is shown."""

    WAITING = "waiting"  #: open, and a customer waits for an answer
    BREACHED = "breached"  #: a promised time has passed, snoozed or not
    OPEN = "open"  #: everything open, answered or not
    MINE = "mine"  #: open and assigned to the one who looks
    UNASSIGNED = "unassigned"
    IN_DOUBT = "in_doubt"  #: a reply may have gone out, and nobody knows; whatever the conversation's status
    SNOOZED = "snoozed"
    RESOLVED = "resolved"
    TO_APPROVE = "to_approve"  #: a reply in it waits for approval
    SPAM = "spam"  #: of muted contacts and spam, and not resolved


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueFilter:
    """What the inbox shows; every None means "any"."""

    view: View = View.WAITING
    channel: str | None = None
    account_id: str | None = None
    stream_id: str | None = None
    sentiment: SentimentLabel | None = None
    language: str | None = None
    private: bool | None = None
    assignee: str | None = None
    team_id: str | None = None  #: in the queue of that team
    label: str | None = None  #: id of a label
    due_within: timedelta | None = None  #: due by then, what is late included
    search: str = ""  #: words, phrases, from:, before: …; docs/searching.md tells the language
    zone: str = "UTC"  #: whose days before: and after: mean; an IANA name
    within: Accounts = None  #: accounts that are shown at all, None: every one; the desk sets it by who asks


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueRow:
    """One conversation in the queue."""

    conversation_id: str
    channel: str
    account_id: str
    stream_id: str
    kind: Kind
    private: bool
    status: Status
    assignee: str | None
    snoozed_until: datetime | None
    item_id: str
    priority: int  #: 0–100 with waiting time, as of the moment it was read
    reasons: tuple[str, ...]  #: the strongest reasons in words, the strongest first, at most three
    waiting_since: datetime | None
    sentiment: SentimentLabel
    language: str | None
    name: str
    handle: str
    excerpt: str
    last_at: datetime
    unanswered: int
    #: the most pressing reply in it: in_doubt, then rejected or expired (when it was the last), sending, queued
    pending: ReplyState | None
    proposed: bool = False  #: a reply waits for approval
    labels: tuple[Label, ...] = ()
    due: DueLine | None = None  #: what is due next; None: nothing
    found: FoundLine | None = None  #: what a search found in it; None: nothing was said that it asked for


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundLine:
    """The newest message or note in a conversation that a search found."""

    by: str  #: them | us | note
    excerpt: str  #: the part of its text in which the words stand
    marks: tuple[tuple[int, int], ...]  #: stretches of the excerpt that were looked for: first character, end
    name_marks: tuple[tuple[int, int], ...]  #: the same in the contact's name
    sent_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuePlace:
    """Where a list goes on: behind this row, in the order that held at `as_of`."""

    as_of: datetime
    ahead: Mapping[str, timedelta]  #: account → its platform's clock ahead of ours, as the order took it
    urgency: int
    waiting_since: datetime | None
    last_at: datetime
    conversation_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchNote:
    """What became of a search."""

    spoken: str  #: what was understood, in words
    cut: bool = False  #: there is more than is looked through: these have the newest messages
    cut_elsewhere: bool = False  #: the same on the side that is not listed: resolved ones, or others
    whole: bool = True  #: False: the index is being built, and what is found is not all
    percent: int = 100  #: how far it is built


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuePage:
    """A stretch of the queue."""

    rows: tuple[QueueRow, ...]
    total: int  #: conversations that the filter finds
    #: conversations in each view with the other filters as they are; resolved ones are left out where a filter on their
    #: items would make counting slow, unless they are what is shown
    counts: Mapping[View, int]
    as_of: datetime
    next: QueuePlace | None = None  #: where the list goes on behind the rows asked for; None: this is its end
    kept: tuple[QueueRow, ...] | None = (
        None  #: of the rows asked for by id, those that the view holds; None: none asked
    )
    search: SearchNote | None = None  #: None: nothing was searched for


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One wording of an item."""

    text: str
    seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadItem:
    """One line of a conversation: what was said, by whom, and what we make of it."""

    item: Interaction
    author: Contact | None  #: None: the platform never told who
    first_seen_at: datetime
    deleted_at: datetime | None
    answered_at: datetime | None
    liked_by_us: bool
    versions: tuple[Version, ...]  #: earlier wordings, oldest first; () when it was never edited
    sentiment: float | None
    sentiment_label: SentimentLabel | None  #: None: not scored (ours, or context)
    sentiment_reason: str
    language: str | None
    priority: int | None
    factors: tuple[Factor, ...]
    again_at: datetime | None = None  #: when it was reworded after our answer: it waits anew since then


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteLine:
    """A note on a conversation, for staff only."""

    id: str
    staff: str
    text: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyLine:
    """One reply of ours that is on its way, in doubt or settled."""

    id: str
    conversation_id: str
    item_id: str
    account_id: str
    private: bool
    text: str
    author: str
    state: ReplyState
    created_at: datetime
    not_before: datetime
    deadline: datetime
    attempts: int
    platform_id: str | None
    url: str | None
    reason: str | None
    reconcile_at: datetime | None  #: when a reply in doubt is looked for next; None: it is not any more
    settled_by: str | None
    after: ReplyState | None = None  #: where the reply stands that has to be sent before this one; None: there is none
    doubtful_since: datetime | None = None  #: when the answer to the last call was lost; None: none was

    @property
    def asks_for_a_person(self) -> bool:
        """Whether a person has to decide: it was looked for in vain, or for LOOKED_FOR could not be looked for."""
        if self.state is not ReplyState.IN_DOUBT:
            return False
        begun, following = self.doubtful_since, self.reconcile_at
        return following is None or (begun is not None and following > begun + LOOKED_FOR)


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkLine:
    """That a conversation goes on in another one, in public or in private."""

    conversation_id: str  #: the other one
    private: bool  #: the other one is a direct one
    item_id: str  #: the public item that it goes on from
    made_at: datetime
    excerpt: str  #: what we wrote in private, or the public item's words; "" where they are not known
    known: bool  #: it can be opened; a direct one only once the customer has written in it


@dataclass(frozen=True, slots=True, kw_only=True)
class PastConversation:
    """An earlier or parallel conversation with the same contact."""

    conversation_id: str
    private: bool
    status: Status
    last_at: datetime
    excerpt: str
    channel: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactCard:
    """Who this is, and what we had with them."""

    contact: Contact
    first_seen_at: datetime
    inbound: int  #: items they wrote to us, all told
    outbound: int  #: items we wrote to them
    in_7_days: int
    unanswered: int
    sentiment: Mapping[SentimentLabel, int]
    history: tuple[PastConversation, ...]  #: newest first, without the one shown; of every contact of the customer
    others: tuple[Contact, ...] = ()  #: contacts that staff said are the same customer
    silence: Silence | None = None  #: the contact is muted, or spam


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationView:
    """Everything the middle and the right pane show."""

    conversation_id: str
    channel: str
    account_id: str
    account_name: str
    thread_id: str
    private: bool
    status: Status
    snoozed_until: datetime | None
    assignee: str | None
    version: int  #: to be handed back with every change
    waiting_since: datetime | None
    context: tuple[ThreadItem, ...]  #: the posts it hangs on, oldest first
    items: tuple[ThreadItem, ...]  #: oldest first
    notes: tuple[NoteLine, ...]
    replies: tuple[ReplyLine, ...]  #: unsettled ones, and those that did not go
    focus_id: str  #: the item that an answer goes to unless another is picked
    allowed: tuple[Allowed, ...]  #: for the focus item
    contact: ContactCard | None
    priority: int  #: of the focus item, with waiting time
    factors: tuple[Factor, ...]  #: of the focus item, waiting time included, the strongest first
    others_in_thread: int  #: conversations of other customers under the same post
    links: tuple[LinkLine, ...] = ()  #: what it goes on in, or goes on from, oldest first
    elsewhere: bool = False  #: another program, or the platform's own app, holds this direct conversation
    team: str | None = None  #: in whose queue it is
    proposals: tuple[Proposal, ...] = ()  #: that wait for approval, and earlier ones, oldest first
    labels: tuple[Label, ...] = ()
    due: DueLine | None = None  #: what is due next; None: nothing
    escalations: tuple[EscalationLine, ...] = ()  #: who was told that something was due, newest first


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """Text being typed."""

    text: str
    nonce: str  #: identifies this composed text; sending it twice is one reply


@dataclass(frozen=True, slots=True, kw_only=True)
class PushHealth:
    """What an account's platform pushes to its webhook."""

    expected: bool = False  #: the option `webhooks` is on
    handshake_at: datetime | None = None  #: when the platform last asked whether the webhook is ours; None: never
    last_at: datetime | None = None  #: the last delivery that we still know of
    waiting: int = 0  #: deliveries that were not read yet
    waiting_since: datetime | None = None
    failed: int = 0  #: deliveries that could not be read at all
    problem: str | None = None  #: what the platform does not push, in words; None: nothing, as far as it told


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountHealth:
    """One of our accounts."""

    id: str
    channel: str
    name: str
    handle: str | None
    state: str  #: ok | unauthorized | out_of_credit | out_of_budget | unreachable | unknown
    problem: str | None
    checked_at: datetime | None
    not_before: datetime | None = None  #: nothing is read before; None: nothing keeps us from it
    used: float | None = None  #: percent of its allowance, as the platform told lately; None: it does not tell
    used_at: datetime | None = None
    spent_today: float | None = None  #: USD since 0:00 UTC; None: its platform does not bill
    daily_budget: float | None = None  #: USD; None: no limit
    push: PushHealth | None = None  #: None: its platform does not push
    expires_at: datetime | None = None  #: when somebody has to connect it again; None: never, as far as is known


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamHealth:
    """One stream: is it complete, and up to when?"""

    id: str
    account_id: str
    kind: str
    name: str
    interactions: int
    complete_from: datetime | None
    complete_up_to: datetime | None  #: None: no walk was completed yet, or no list can tell (`pushed_only`)
    walking: bool
    next_due_at: datetime
    not_before: datetime | None
    last_poll_at: datetime | None
    last_ok_at: datetime | None
    errors: int
    last_error: str | None
    last_error_kind: str | None
    open_gaps: int
    dead_letters: int
    worst_lag: timedelta
    overlap: timedelta
    state: str  #: ok | late | failing | waiting | never: for the eye; "late" = no complete walk for 3 intervals
    active: bool  #: False: its settings are gone, the data is kept
    pushed_only: bool = False  #: its platform tells of this by webhook only: polls bring nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class GapLine:
    """A span that a platform can no longer give."""

    id: str
    stream_id: str
    since: datetime
    until: datetime
    reason: str
    found_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """A raw item that could not be read."""

    id: str
    stream_id: str
    native_id: str | None
    reason: str
    first_seen_at: datetime
    seen: int
    excerpt: str  #: the first 300 characters of what came


@dataclass(frozen=True, slots=True, kw_only=True)
class JobLine:
    """One job: its last run, and how it went lately."""

    job: str
    trigger: str  #: in words
    last_started_at: datetime | None
    last_ended_at: datetime | None
    outcome: str | None
    detail: str | None
    failures_24h: int
    missed_24h: int
    next_run_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthView:
    """All that an operator must see at a glance."""

    ok: bool
    problems: tuple[str, ...]  #: one sentence each, the worst first; () when ok
    accounts: tuple[AccountHealth, ...]
    streams: tuple[StreamHealth, ...]
    gaps: tuple[GapLine, ...]
    dead_letters: tuple[DeadLetter, ...]
    outbox: Mapping[ReplyState, int]
    in_doubt: tuple[ReplyLine, ...]
    failed_replies: tuple[ReplyLine, ...]  #: rejected or expired within 7 days
    jobs: tuple[JobLine, ...]
    interactions: int
    database_bytes: int
    search_percent: int | None = None  #: how far the search index is built; None: it is whole, or not begun
    last_backup_at: datetime | None
    as_of: datetime
    breached: int = 0  #: conversations in the queue whose promised time has passed
    escalations: tuple[EscalationLine, ...] = ()  #: of the last 24 hours, newest first

"""What a team works with: notifications, proposals, teams and who is at work. Times are aware UTC."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


class Kind(StrEnum):
    """Why something waits for one person."""

    MENTION = "mention"  #: a colleague named them in a note
    ASSIGNED = "assigned"  #: a colleague gave them a conversation
    PROPOSED = "proposed"  #: a reply waits for their approval
    APPROVED = "approved"  #: their proposal was approved
    REFUSED = "refused"  #: their proposal was refused
    CLOSING = "closing"  #: the time to answer ends soon, and a proposal still waits
    LAPSED = "lapsed"  #: the time to answer ended while a proposal waited
    HANDED_BACK = "handed_back"  #: a conversation of theirs went back to the queue
    ESCALATION = "escalation"  #: a promised time is about to end
    SPIKE = "spike"  #: far more is said than usual


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """Something that waits for one person."""

    id: str
    kind: Kind
    conversation_id: str
    account_id: str
    by: str
    about: (
        str | None
    )  #: the note or the proposal it is about; of an escalation "answer soon" …; of many assigned "12"; the spike
    created_at: datetime
    read_at: datetime | None
    contact: str  #: the customer's name
    excerpt: str  #: the note's words, or the proposal's, or why it was refused; "" where there are none


@dataclass(frozen=True, slots=True, kw_only=True)
class Notifications:
    """What waits for one person, the newest first, and how much of it was not read."""

    lines: tuple[Notification, ...]
    unread: int


class ProposalState(StrEnum):
    """Where a proposal stands. Only `waiting` can change; the others are final."""

    WAITING = "waiting"
    APPROVED = "approved"  #: it is a reply now
    REFUSED = "refused"  #: its text is back with its author
    WITHDRAWN = "withdrawn"  #: its author took it back
    LAPSED = "lapsed"  #: the time to answer ended before anybody decided


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A reply that waits for approval, or what became of it."""

    id: str
    conversation_id: str
    account_id: str
    item_id: str
    private: bool
    text: str
    author: str
    state: ProposalState
    created_at: datetime
    until: datetime | None  #: when the platform's window to answer ends, by our clock; None: no end is known
    decided_by: str | None
    decided_at: datetime | None
    reason: str | None
    reply_id: str | None  #: the reply it became
    version: int  #: to be handed back with every decision
    stale: bool = False  #: something was said in the conversation since it was written


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """Staff who share a queue."""

    id: str
    name: str
    members: tuple[str, ...]
    version: int
    waiting: int = 0  #: conversations of its queue that wait for an answer and have no assignee


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """Who can do what about one conversation, for whoever looks at it."""

    sends: bool = True  #: what they write leaves without approval
    approves: bool = False  #: they decide about the proposals of others
    colleagues: tuple[str, ...] = ()  #: all others who may see it
    teams: tuple[Team, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """One person: how much they take at a time, what they have, and whether they are there."""

    staff: str
    capacity: int  #: open conversations at a time
    own_capacity: int | None  #: None: as the settings say
    load: int  #: open conversations they have now
    away_from: datetime | None
    away_until: datetime | None
    away: bool  #: now
    at_work: bool  #: a page of theirs was open within the last minutes
    teams: tuple[str, ...]  #: names
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamView:
    """All that the Team page shows."""

    people: tuple[Workload, ...]
    teams: tuple[Team, ...]
    rules: tuple[str, ...]  #: how conversations are assigned by themselves, one sentence each; () when they are not
    problems: tuple[str, ...]  #: what the settings name and there is not
    may_change: bool  #: of whoever looks: teams, capacities and absences of others
    as_of: datetime

"""What is due next in a conversation, decided as its queue row is. Pure.

An answer is due for every item that waits, from when it was sent. A resolution is due from when the conversation began;
that clock stands still while the customer has been answered and the conversation is snoozed: then it is their turn.
What waited when a conversation was resolved was settled by that, and starts no clock when the customer comes back.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from social_listener.hours import due, worked
from social_listener.levels import Due
from social_listener.model import Status

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from social_listener.levels import Level, Levels
    from social_listener.store.facts import Inbound, StoredConversation


@dataclass(frozen=True, slots=True, kw_only=True)
class NextDue:
    """What is due next; moments by the platform's clock, but `seen_at`."""

    at: datetime
    what: Due
    since: datetime  #: when that clock began
    seen_at: datetime | None  #: when we first knew of the item that waits; None: no item waits
    warn_at: datetime  #: when somebody is told


def follow(
    conversation: StoredConversation, waiting: Sequence[Inbound], priority: int, levels: Levels, now: datetime
) -> NextDue | None:
    """Return what is due next in a conversation that is not resolved, and keep its clock; None: nothing.

    `priority` is that of the item which its row shows.
    """
    counting = [
        one for one in waiting if conversation.settled_at is None or one.first_seen_at > conversation.settled_at
    ]
    began = min([one.since for one in counting], default=None)
    _keep_clock(conversation, began, levels, now, waits=bool(waiting))
    found = [_answer(conversation, one, one.since, levels) for one in counting]
    if waiting and not counting and conversation.clock_from is not None:
        # What was settled came back with other words: it waits from then on.
        found = [_answer(conversation, waiting[0], conversation.clock_from, levels)]
    resolution = _resolution(
        conversation, levels.level(conversation.channel, priority, private=conversation.private), levels
    )
    return min([*found, *([resolution] if resolution else [])], key=lambda one: one.at, default=None)


def stop_clock(conversation: StoredConversation, levels: Levels, now: datetime) -> None:
    """Stop the clock of a conversation that is resolved; staff who reopen it let it go on (`staff_changes`)."""
    if conversation.clock_from is not None:
        _spend(conversation, levels, now)
        conversation.clock_from = None


def _spend(conversation: StoredConversation, levels: Levels, now: datetime) -> None:
    """Add what the clock ran to what was used."""
    if conversation.clock_from is not None:
        spent = worked(conversation.clock_from, now, levels.calendar(conversation.account_id))
        conversation.clock_spent_s += spent.total_seconds()


def _keep_clock(
    conversation: StoredConversation, began: datetime | None, levels: Levels, now: datetime, *, waits: bool
) -> None:
    """Let the resolution's clock run from `clock_from` on, which lies ahead while it stands still."""
    if conversation.clock_from is None:  # it is new, or its customer came back
        conversation.clock_from, conversation.clock_spent_s = began or now, 0.0
    until = conversation.snoozed_until if conversation.status is Status.SNOOZED and not waits else None
    if until is not None and until > now:
        _spend(conversation, levels, now)
        conversation.clock_from = until
    elif conversation.clock_from > now:
        conversation.clock_from = began or now
    elif not conversation.clock_spent_s and conversation.settled_at is None:
        conversation.clock_from = min(conversation.clock_from, conversation.first_at)


def _answer(conversation: StoredConversation, one: Inbound, since: datetime, levels: Levels) -> NextDue:
    level = levels.level(conversation.channel, one.priority, private=conversation.private)
    return _due(conversation, Due.ANSWER, level.first_answer, since, levels, seen_at=one.first_seen_at)


def _resolution(conversation: StoredConversation, level: Level, levels: Levels) -> NextDue | None:
    if level.resolution is None or conversation.clock_from is None:
        return None
    left = level.resolution - timedelta(seconds=conversation.clock_spent_s)
    return _due(conversation, Due.RESOLUTION, left, conversation.clock_from, levels, whole=level.resolution)


def _due(
    conversation: StoredConversation,
    what: Due,
    left: timedelta,
    since: datetime,
    levels: Levels,
    *,
    seen_at: datetime | None = None,
    whole: timedelta | None = None,
) -> NextDue:
    """Return when `left` of a promised time, the whole of which may be more, is over."""
    calendar = levels.calendar(conversation.account_id)
    warn = left - (whole or left) * (1 - levels.warn_at)

    def after(length: timedelta) -> datetime:
        return due(since, length, calendar) if length > timedelta(0) else since

    return NextDue(at=after(left), what=what, since=since, seen_at=seen_at, warn_at=after(warn))

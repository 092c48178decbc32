"""What every part of the desk works with, and the words it shares."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from social_listener.errors import ChannelError, DeskError, NotAllowed
from social_listener.model import Allowed, Factor
from social_listener.scoring import waiting_points
from social_listener.store import conversations
from social_listener.store import outbox as replies
from social_listener.store.queue import Factors, Waiting
from social_listener.store.standing import standing

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from duckdb import DuckDBPyConnection

    from social_listener.channels import Channel
    from social_listener.desk_types import ThreadItem
    from social_listener.model import Stream
    from social_listener.scoring import Weights
    from social_listener.settings import Settings
    from social_listener.store import Store
    from social_listener.store.conversations import ConversationRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """The parts the desk works with."""

    store: Store
    channels: Mapping[str, Channel]  #: by account id
    streams: Mapping[str, Stream]  #: by stream id, as the settings define them
    settings: Settings
    weights: Weights
    clock: Callable[[], datetime]
    ends: Callable[[], Mapping[str, tuple[str, datetime | None]]] = dict
    """Account that was connected → its channel, and when somebody has to connect it again."""
    unpushed: Mapping[str, str] = field(default_factory=dict)
    """Account → what its platform does not push, in words; it changes while the service runs."""
    factors: Factors = field(default_factory=Factors)  #: met before

    def channel(self, account_id: str) -> Channel:
        """Return an account's channel; `DeskError` when the settings do not have the account any more."""
        try:
            return self.channels[account_id]
        except KeyError:
            raise DeskError(
                f"the account {account_id!r} is not in the settings any more: what it said is kept, "
                "but nothing can be sent or done through it"
            ) from None

    def target(self, *, private: bool) -> timedelta:
        """Return the promised time to a first answer."""
        priority = self.settings.priority
        return priority.target_private if private else priority.target_public

    def waiting(self) -> Waiting:
        """Return how waiting adds to priorities, for the queue."""
        return Waiting(
            at_target=self.weights.waiting_at_target,
            most=self.weights.waiting_most,
            target_public=self.settings.priority.target_public,
            target_private=self.settings.priority.target_private,
        )

    def waiting_factor(self, since: datetime | None, now: datetime, *, private: bool) -> Factor | None:
        """Return what waiting adds to a priority now, explained; None when nobody waits."""
        if since is None or now <= since:
            return None
        target = self.target(private=private)
        points = waiting_points(now - since, target, self.weights)
        late = "past" if now - since > target else "within"
        because = f"has waited {span(now - since)} for an answer, {late} the {span(target)} we promise"
        return Factor(name="waiting", points=points, because=because)

    def rules(self, cursor: DuckDBPyConnection, line: ThreadItem, now: datetime) -> tuple[Allowed, ...]:
        """Return what may be done to an item now; the platform's windows go by the platform's clock."""
        item = line.item
        channel = self.channels.get(item.account_id)
        if channel is None:
            because = f"the account {item.account_id!r} is not in the settings any more"
            return tuple(Allowed(verb=verb, ok=False, because=because) for verb in ("reply_public", "reply_private"))
        offset = replies.clock_offset(cursor, item.account_id)
        try:
            rules = tuple(channel.allowed(item, standing(cursor, item), now + offset))
        except ChannelError as error:
            because = f"the platform cannot be asked at the moment: {error}"
            return tuple(Allowed(verb=verb, ok=False, because=because) for verb in ("reply_public", "reply_private"))
        if line.deleted_at is not None:
            return tuple(replace(rule, ok=False, because="it was deleted", until=None) for rule in rules)
        if item.private:
            return tuple(_never_public(rule) for rule in rules)
        return rules


def _never_public(rule: Allowed) -> Allowed:
    """Return a rule for a direct message: whatever a channel says, it is never answered in public."""
    if rule.verb != "reply_public" or not rule.ok:
        return rule
    return replace(rule, ok=False, because="a direct message is never answered in public", until=None)


def find_rule(rules: tuple[Allowed, ...], verb: str) -> Allowed | None:
    """Return the rule about one verb; None when the channel has no such verb."""
    return next((rule for rule in rules if rule.verb == verb), None)


def known_item(cursor: DuckDBPyConnection, item_id: str) -> ThreadItem:
    """Return an item; `DeskError` when it is not stored."""
    line = conversations.item(cursor, item_id)
    if line is None:
        raise DeskError(f"there is no item {item_id!r}; ids look like x:1234567890, see `social-listener export`")
    return line


def known_conversation(cursor: DuckDBPyConnection, conversation_id: str) -> ConversationRow:
    """Return a conversation's row; `DeskError` when it is not stored."""
    row = conversations.row(cursor, conversation_id)
    if row is None:
        raise DeskError(f"there is no conversation {conversation_id!r}")
    return row


def span(time: timedelta) -> str:
    """Return a length of time in words: "45 s", "12 min", "3 h", "2 days"."""
    seconds = max(0, math.floor(time.total_seconds()))
    if seconds < 100:
        return f"{seconds} s"
    if seconds < 6000 and seconds % 3600:
        return f"{seconds // 60} min"
    if seconds < 48 * 3600:
        return f"{seconds // 3600} h"
    return f"{seconds // 86400} days"


def fits(office: Office, line: ThreadItem, words: str, *, private: bool) -> None:
    """Raise `NotAllowed` when there is nothing to send, or too much."""
    if not words:
        raise NotAllowed("there is no text to send")
    length = office.channel(line.item.account_id).length(words, private=private)
    if length.left < 0:
        raise NotAllowed(
            f"the text is {-length.left} too long: {length.used} of {length.limit} by the platform's rules"
        )

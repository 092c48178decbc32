"""What every part of the desk works with, and the words it shares."""

from __future__ import annotations

import math
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from social_listener.desk.lately import Lately
from social_listener.desk.memo import Memo
from social_listener.desk_types.teaching import RuleState
from social_listener.errors import ChannelError, DeskError, NotAllowed, NotPermitted, NotTheirs
from social_listener.levels import Due, Levels
from social_listener.model import Allowed, Factor
from social_listener.rights import RIGHT_WORDS, ROLE_WORDS, SYSTEM, Right
from social_listener.scoring import waiting_points
from social_listener.service_names import taught_of, tuning_of
from social_listener.store import conversations, labels, people, rules, teams
from social_listener.store import due as dues
from social_listener.store import outbox as replies
from social_listener.store.due import PlatformTime
from social_listener.store.queue import Factors, Waiting
from social_listener.store.standing import standing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime

    from duckdb import DuckDBPyConnection

    from social_listener.channels import Channel
    from social_listener.desk.conversation import Reading
    from social_listener.desk_types import ThreadItem
    from social_listener.desk_types.levels import DueLine
    from social_listener.desk_types.organising import Label
    from social_listener.desk_types.people import Accounts, StaffLine
    from social_listener.desk_types.team import Team
    from social_listener.model import Interaction, Standing, Stream
    from social_listener.scoring import Tuning, Weights
    from social_listener.settings import Settings
    from social_listener.store import Store
    from social_listener.store.conversations import ConversationRow
    from social_listener.store.outbox import StoredReply


class Clocks:
    """How far the platforms' clocks are ahead of ours, as looked at lately. Thread-safe."""

    GOOD_FOR = timedelta(seconds=30)

    def __init__(self) -> None:
        self._known: tuple[datetime, Mapping[str, timedelta]] | None = None

    def now(self, cursor: DuckDBPyConnection, ours: datetime) -> PlatformTime:
        """Return what time it is, here and there."""
        known = self._known
        if known is None or not timedelta(0) <= ours - known[0] < self.GOOD_FOR:
            self._known = known = (ours, dues.ahead(cursor))
        return PlatformTime(ours=ours, ahead=known[1])


class Roster:
    """What the whole office shares and one click asks dozens of times: who works here, in which teams, the labels.

    Thread-safe. Every commit that is not of single conversations only makes it read again; within a transaction it is
    read as the transaction sees it.
    """

    def __init__(self, memo: Memo) -> None:
        self._memo = memo

    def one(self, cursor: DuckDBPyConnection, staff: str) -> StaffLine | None:
        """Return somebody as they are now, for whoever reads or writes with this cursor; None: there is nobody."""
        return self._memo.get(cursor, ("staff", staff), lambda own: people.one(own, staff), shared=True)

    def everybody(self, cursor: DuckDBPyConnection) -> tuple[StaffLine, ...]:
        """Return all staff, those that left included, in the order in which they came."""
        return self._memo.get(cursor, "everybody", lambda own: tuple(people.everybody(own)), shared=True)

    def teams(self, cursor: DuckDBPyConnection) -> tuple[Team, ...]:
        """Return every team, by name."""
        return self._memo.get(cursor, "teams", lambda own: tuple(teams.teams(own)), shared=True)

    def labels(self, cursor: DuckDBPyConnection) -> Mapping[str, Label]:
        """Return every label, archived ones too, by id, in the order of their names."""
        return self._memo.get(cursor, "labels", labels.by_id, shared=True)

    def worn(self, cursor: DuckDBPyConnection, ids: str) -> tuple[Label, ...]:
        """Return the labels of a conversation's "id id", by name."""
        wanted = set(ids.split())
        return tuple(one for one in self.labels(cursor).values() if one.id in wanted) if wanted else ()


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
    levels: Levels = field(default_factory=Levels)
    factors: Factors = field(default_factory=Factors)  #: met before
    clocks: Clocks = field(default_factory=Clocks)
    memo: Memo = field(init=False)  #: what was read at this revision of the store
    roster: Roster = field(init=False)
    lately: Lately[Reading] = field(init=False)  #: what was read of conversations

    def __post_init__(self) -> None:
        """Open what is kept of this store."""
        object.__setattr__(self, "memo", Memo(self.store))
        object.__setattr__(self, "roster", Roster(self.memo))
        object.__setattr__(self, "lately", Lately(self.store))

    def channel(self, account_id: str) -> Channel:
        """Return an account's channel; `DeskError` when the settings do not have the account any more."""
        try:
            return self.channels[account_id]
        except KeyError:
            raise no_account(account_id) from None

    def channel_for(self, cursor: DuckDBPyConnection, staff: str, account_id: str) -> Channel:
        """Return an account's channel for somebody; one that is not theirs is as if it were not there."""
        self.permit(cursor, staff, Right.READ)
        with _missing(no_account(account_id)):
            self.permit(cursor, staff, Right.READ, account_id)
        return self.channel(account_id)

    def permit(self, cursor: DuckDBPyConnection, staff: str, right: Right, account_id: str | None = None) -> None:
        """Raise `NotPermitted` unless somebody may do this here; `account_id`: the account that it concerns, if any.

        `NotTheirs`: they have no access to that account, which is then as if it were not there. Whoever looks something
        up asks `conversation`, `item` or `reply` below, which say what they say of something that is missing.
        """
        self.accounts(cursor, staff, right)
        if account_id is not None:
            self._reach(cursor, staff, account_id)

    def accounts(self, cursor: DuckDBPyConnection, staff: str, right: Right = Right.READ) -> Accounts:
        """Return the accounts on which somebody may do this, None for all; `NotPermitted`: their role forbids it."""
        if staff == SYSTEM:
            return None
        line = self.roster.one(cursor, staff)
        if line is None or not line.active:
            raise NotPermitted(f"{staff!r} does not work here, and may not {RIGHT_WORDS[right]}")
        if not line.may(right):
            raise NotPermitted(
                f"your role, {ROLE_WORDS[line.role]}, may not {RIGHT_WORDS[right]}; an administrator can change that"
            )
        return line.accounts

    def _reach(self, cursor: DuckDBPyConnection, staff: str, account_id: str) -> None:
        """Raise `NotTheirs` unless somebody has access to an account."""
        line = self.roster.one(cursor, staff)
        if staff != SYSTEM and (line is None or not line.reaches(account_id)):
            raise NotTheirs("it is not there any more")

    def conversation(
        self, cursor: DuckDBPyConnection, staff: str, right: Right, conversation_id: str
    ) -> ConversationRow:
        """Return a conversation's row; `DeskError` when there is none of that id, or none for them."""
        self.permit(cursor, staff, right)
        row = known_conversation(cursor, conversation_id)
        with _missing(no_conversation(conversation_id)):
            self.permit(cursor, staff, right, row.account_id)
        return row

    def only(self, row: ConversationRow, *staff: str) -> None:
        """Say, within a transaction, that of single conversations it changes this one, and none besides.

        `staff`: of whose own it changes something: what they can take back, what waits for them.
        """
        self.store.narrow((row.id, row.contact_id, row.thread_id, *map(own, staff)))

    def item(self, cursor: DuckDBPyConnection, staff: str, right: Right, item_id: str) -> ThreadItem:
        """Return an item; `DeskError` when there is none of that id, or none for them."""
        self.permit(cursor, staff, right)
        line = known_item(cursor, item_id)
        with _missing(no_item(item_id)):
            self.permit(cursor, staff, right, line.item.account_id)
        return line

    def reply(self, cursor: DuckDBPyConnection, staff: str, right: Right, intent_id: str) -> StoredReply:
        """Return a reply; `DeskError` when there is none of that id, or none for them."""
        self.permit(cursor, staff, right)
        reply = replies.by_id(cursor, intent_id)
        if reply is None:
            raise no_reply(intent_id)
        with _missing(no_reply(intent_id)):
            self.permit(cursor, staff, right, reply.account_id)
        return reply

    def times(self, cursor: DuckDBPyConnection) -> PlatformTime:
        """Return what time it is, here and at the platforms; their clocks are looked at once in a while."""
        return self.clocks.now(cursor, self.clock())

    def tuning(self, cursor: DuckDBPyConnection) -> Tuning:
        """Return how sentiment is read now: by the settings, and by the rules that corrections taught and that hold."""
        holding = [one for one in rules.every(cursor) if one.state is RuleState.ACTIVE]
        version = rules.version(cursor)
        return replace(tuning_of(self.settings), rules=taught_of(holding, self.clock()), version=version)

    def waiting(self) -> Waiting:
        """Return how waiting adds to priorities, for the queue."""
        return Waiting(at_target=self.weights.waiting_at_target, most=self.weights.waiting_most)

    def waiting_factor(self, due: DueLine | None, now: datetime) -> Factor | None:
        """Return what waiting for what is due next adds to a priority now, explained; None when nothing is."""
        if due is None or now <= due.since:
            return None
        points = waiting_points(now - due.since, max(due.at - due.since, timedelta(seconds=1)), self.weights)
        late = "past" if now > due.at else "within"
        until = "for an answer" if due.what is Due.ANSWER else "to be resolved"
        because = f"has waited {span(now - due.since)} {until}, {late} the {span(due.target)} we promise"
        return Factor(name="waiting", points=points, because=because)

    def rules(
        self, cursor: DuckDBPyConnection, line: ThreadItem, now: datetime, stands: Standing | None = None
    ) -> tuple[Allowed, ...]:
        """Return what may be done to an item now; the platform's windows go by the platform's clock.

        `stands`: how things stand around it, for whoever has read that already.
        """
        item = line.item
        channel = self.channels.get(item.account_id)
        if channel is None:
            because = f"the account {item.account_id!r} is not in the settings any more"
            return tuple(Allowed(verb=verb, ok=False, because=because) for verb in ("reply_public", "reply_private"))
        offset = replies.clock_offset(cursor, item.account_id) if stands is None else self._ahead(cursor, item, now)
        try:
            rules = tuple(channel.allowed(item, stands or standing(cursor, item), now + offset))
        except ChannelError as error:
            because = f"the platform cannot be asked at the moment: {error}"
            return tuple(Allowed(verb=verb, ok=False, because=because) for verb in ("reply_public", "reply_private"))
        if line.deleted_at is not None:
            return tuple(replace(rule, ok=False, because="it was deleted", until=None) for rule in rules)
        if item.private:
            return tuple(_never_public(rule) for rule in rules)
        return rules

    def _ahead(self, cursor: DuckDBPyConnection, item: Interaction, now: datetime) -> timedelta:
        """Return how far the platform's clock is ahead, as looked at lately: good enough to show a rule by."""
        return self.clocks.now(cursor, now).ahead.get(item.account_id, timedelta(0))


def _never_public(rule: Allowed) -> Allowed:
    """Return a rule for a direct message: whatever a channel says, it is never answered in public."""
    if rule.verb != "reply_public" or not rule.ok:
        return rule
    return replace(rule, ok=False, because="a direct message is never answered in public", until=None)


def own(staff: str) -> str:
    """Return under which name a transaction tells that it changes what is somebody's own; see `Store.narrow`."""
    return f"staff {staff}"


def find_rule(rules: tuple[Allowed, ...], verb: str) -> Allowed | None:
    """Return the rule about one verb; None when the channel has no such verb."""
    return next((rule for rule in rules if rule.verb == verb), None)


@contextmanager
def _missing(error: DeskError) -> Iterator[None]:
    """Say of something that is not theirs what is said of something that is not there."""
    try:
        yield
    except NotTheirs:
        raise error from None


def no_account(account_id: str) -> DeskError:
    """Return what is said of an account that the settings do not have."""
    return DeskError(
        f"the account {account_id!r} is not in the settings any more: what it said is kept, "
        "but nothing can be sent or done through it"
    )


def no_item(item_id: str) -> DeskError:
    """Return what is said of an item that is not there."""
    return DeskError(f"there is no item {item_id!r}; ids look like x:1234567890, see `social-listener export`")


def no_conversation(conversation_id: str) -> DeskError:
    """Return what is said of a conversation that is not there."""
    return DeskError(f"there is no conversation {conversation_id!r}")


def no_reply(intent_id: str) -> DeskError:
    """Return what is said of a reply that is not there."""
    return DeskError(f"there is no reply {intent_id!r}")


def known_item(cursor: DuckDBPyConnection, item_id: str) -> ThreadItem:
    """Return an item; `DeskError` when it is not stored. Who may see it is asked by `Office.item`."""
    line = conversations.item(cursor, item_id)
    if line is None:
        raise no_item(item_id)
    return line


def known_conversation(cursor: DuckDBPyConnection, conversation_id: str) -> ConversationRow:
    """Return a conversation's row; `DeskError` when it is not stored. Who may see it: `Office.conversation`."""
    row = conversations.row(cursor, conversation_id)
    if row is None:
        raise no_conversation(conversation_id)
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


def fits(office: Office, line: ThreadItem, words: str, *, private: bool, wordless: bool = False) -> None:
    """Raise `NotAllowed` when there is nothing to send, or too much. `wordless`: a picture goes in place of words."""
    if not words and not wordless:
        raise NotAllowed("there is no text to send")
    if any("\ud800" <= one <= "\udfff" for one in words):
        raise NotAllowed("the text holds half of a character, such as an emoji cut in two: take it out")
    length = office.channel(line.item.account_id).length(words, private=private)
    if length.left < 0:
        raise NotAllowed(
            f"the text is {-length.left} too long: {length.used} of {length.limit} by the platform's rules"
        )

"""A whole desk on a make-believe platform with a clock that moves by hand, and a channel that misbehaves on demand."""

from __future__ import annotations

import json
import threading
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from social_listener.desk import Desk
from social_listener.desk_types import QueueFilter, View
from social_listener.errors import (
    OutOfCredit,
    RateLimited,
    Rejected,
    Unauthorized,
    Unavailable,
    Unsure,
)
from social_listener.failpoints import failpoint
from social_listener.model import (
    Action,
    ActionKind,
    Allowed,
    Interaction,
    Kind,
    Owner,
    PrivateReply,
    PublicReply,
    Reply,
    ReplyState,
    Sent,
    StreamKind,
    TextLength,
)
from social_listener.outbox import Outbox
from social_listener.outbox_rules import witness_text
from social_listener.sandbox import Sandbox
from social_listener.scoring import Weights
from social_listener.settings import AccountSettings, DashboardSettings, OutboxSettings, Settings
from social_listener.store import Store, queue_upkeep
from social_listener.witness import Witness

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from social_listener.sandbox.records import Message, Post

START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)

#: what one call can come to → whether it takes effect
SURELY_NOT = ("refused", "limited", "limited_without_date", "unauthorized", "out_of_credit")
NOT_TAKEN = ("rejected", "unsure_not_taken")
TAKEN = ("ok", "unsure_taken", "crash_taken")
BEHAVIOURS = (*SURELY_NOT, *NOT_TAKEN, *TAKEN)


class WorldChannel:
    """A channel straight onto a sandbox's world: no wire, every misbehaviour on demand."""

    stream_kinds = (StreamKind.MENTIONS, StreamKind.MESSAGES)

    def __init__(self, account_id: str, sandbox: Sandbox, handle: str) -> None:
        self.account_id = account_id
        self.sandbox = sandbox
        self.owner = sandbox.world.user(handle)
        self.behaviours: deque[str] = deque()
        self.lag = timedelta(0)  # until what we post can be read back
        self.window: timedelta | None = None  # how long an item may be answered
        self.by_text_only = False  # the known-bad way of looking for a reply
        self.rules_fault: Exception | None = None  # what asking for the rules comes to
        self.rules_asked = threading.Event()
        self.before_send: Callable[[Reply], None] = lambda _: None
        self.calls: list[Reply] = []
        self.readings = 0
        self.acts: list[Action] = []

    # -- writing -------------------------------------------------------------------------------------------------------

    def send(self, reply: PublicReply | PrivateReply) -> Sent:
        """Send once, as the next behaviour says."""
        self.calls.append(reply)
        self.before_send(reply)
        behaviour = self.behaviours.popleft() if self.behaviours else "ok"
        failpoint("send.before_call")
        self._refuse(behaviour)
        made = self._public(reply) if isinstance(reply, PublicReply) else self._private(reply)
        failpoint("send.after_call")
        if behaviour == "unsure_taken":
            raise Unsure("the answer was cut off", account_id=self.account_id)
        if behaviour == "crash_taken":
            raise ValueError("half a JSON document")
        return made

    def _refuse(self, behaviour: str) -> None:
        account = self.account_id
        faults = {
            "refused": Unavailable("connection refused", account_id=account),
            "limited": RateLimited(
                "too many", account_id=account, retry_at=self.sandbox.world.clock.now() + timedelta(minutes=5)
            ),
            "limited_without_date": RateLimited("too many", account_id=account),
            "unauthorized": Unauthorized("the token is no longer good", account_id=account),
            "out_of_credit": OutOfCredit("no credit", account_id=account),
            "rejected": Rejected("you may not reply to this post", account_id=account),
            "unsure_not_taken": Unsure("503, and nobody knows", account_id=account),
        }
        if behaviour in faults:
            raise faults[behaviour]

    def _public(self, reply: PublicReply) -> Sent:
        post = self.sandbox.world.post(
            self.owner, reply.text, reply_to=int(reply.item_native_id), via_api=self.owner.id, visible_after=self.lag
        )
        return Sent(native_id=post.id, sent_at=_time(post.versions[0].sent_ms))

    def _private(self, reply: PrivateReply) -> Sent:
        message = self.sandbox.world.dm(
            self.owner, reply.recipient_native_id, reply.text, via_api=self.owner.id, visible_after=self.lag
        )
        return Sent(native_id=message.id, sent_at=_time(message.sent_ms))

    def act(self, action: Action) -> None:
        """Do it, as the next behaviour says."""
        self.acts.append(action)
        self._refuse(self.behaviours.popleft() if self.behaviours else "ok")
        post = int(action.item_native_id)
        if action.kind in {ActionKind.HIDE, ActionKind.UNHIDE}:
            self.sandbox.world.hide(post, action.kind is ActionKind.HIDE)
        elif action.kind in {ActionKind.LIKE, ActionKind.UNLIKE}:
            self.sandbox.world.like(self.owner, post, action.kind is ActionKind.LIKE)
        else:
            self.sandbox.world.delete(post)

    # -- reading -------------------------------------------------------------------------------------------------------

    def find_own(self, reply: Reply, since: datetime) -> Sent | None:
        """Look through the truth for what we posted, as far as it is visible."""
        self.readings += 1
        self._refuse(self.behaviours.popleft() if self.behaviours else "ok")
        truth = self.sandbox.world.truth()
        now = self.sandbox.world.clock.now()
        wanted = witness_text(reply.text)
        if isinstance(reply, PublicReply):
            found = [
                (post.sent_at, post.id)
                for post in truth.posts
                if post.author_id == self.owner.id
                and (self.by_text_only or post.parent_id == reply.item_native_id)
                and (self.by_text_only or post.sent_at >= since)
                and post.visible_at <= now
                and witness_text(post.shown_text) == wanted
            ]
        else:
            found = [
                (message.sent_at, message.id)
                for message in truth.messages
                if message.sender_id == self.owner.id
                and reply.recipient_native_id in message.participants
                and message.sent_at >= since
                and witness_text(message.text) == wanted
            ]
        return Sent(native_id=min(found)[1], sent_at=min(found)[0]) if found else None

    def allowed(self, item: Interaction, now: datetime) -> list[Allowed]:
        """Return rules with the window that the test set."""
        self.rules_asked.set()
        if self.rules_fault is not None:
            raise self.rules_fault
        until = item.sent_at + self.window if self.window else None
        in_time = until is None or now < until
        words = "within the platform's window" if in_time else "the platform's window has passed"
        return [
            Allowed(verb="reply_public", ok=not item.private and in_time, because=words, until=until, max_length=280),
            Allowed(verb="reply_private", ok=in_time, because=words, until=until, max_length=10_000),
            Allowed(verb="hide", ok=not item.private and not item.outbound, because="replies can be hidden"),
            Allowed(verb="unhide", ok=item.hidden, because="hidden replies can be shown"),
            Allowed(verb="like", ok=True, because="likes are on"),
            Allowed(verb="unlike", ok=True, because="likes are on"),
            Allowed(verb="delete", ok=item.outbound, because="our own words only"),
        ]

    def length(self, text: str, *, private: bool) -> TextLength:
        """Count characters."""
        return TextLength(used=len(text), limit=10_000 if private else 280)

    def whoami(self) -> Owner:
        """Return our account."""
        return Owner(native_id=self.owner.id, handle=self.owner.handle, name=self.owner.name)

    def fetch(self, *_: object) -> None:
        """Not here: items are stored by the kit."""
        raise NotImplementedError

    parse = lookup = fetch


@dataclass
class Kit:
    """One service without jobs: store, outbox and desk of one process; `again` is the next process on the same data."""

    folder: Path
    sandbox: Sandbox
    channels: dict[str, WorldChannel]
    settings: Settings
    skew: timedelta = timedelta(0)  # our clock ahead of the platform's
    boots: int = 0
    store: Store = field(init=False)
    outbox: Outbox = field(init=False)
    desk: Desk = field(init=False)

    def __post_init__(self) -> None:
        self.boot()

    def now(self) -> datetime:
        """Return the time by our own clock."""
        return self.sandbox.world.clock.now() + self.skew

    def boot(self) -> None:
        """Start a process on the data."""
        self.boots += 1
        self.store = Store.open(self.folder / "test.duckdb", now=self.now())
        self.outbox = Outbox(
            self.store,
            self.channels,
            settings=self.settings.outbox,
            witness=Witness(self.folder / "witness.jsonl"),
            boot_id=f"boot-{self.boots}",
            clock=self.now,
        )
        self.desk = Desk(
            self.store,
            self.channels,
            ingest=None,
            streams={},
            settings=self.settings,
            weights=Weights(waiting_at_target=15, waiting_most=30),
            clock=self.now,
        )
        with self.store.transaction() as cursor:
            for account, channel in self.channels.items():
                cursor.execute("DELETE FROM accounts WHERE id = ?", [account])
                cursor.execute(
                    "INSERT INTO accounts (id, channel, owner_id, handle, name, state, problem, checked_at)"
                    " VALUES (?, 'x', ?, ?, ?, 'ok', NULL, ?)",
                    [account, f"x:{channel.owner.id}", channel.owner.handle, channel.owner.name, self.now()],
                )
        self.outbox.recover()

    def again(self) -> None:
        """Drop this process as a crash would, and start the next on what it left."""
        self.outbox.close(timedelta(seconds=5))
        self.store.close()
        self.boot()

    def close(self) -> None:
        """End it."""
        self.outbox.close(timedelta(seconds=5))
        with suppress(Exception):
            self.store.close()

    def pass_time(self, **spans: float) -> None:
        """Let time go by."""
        self.sandbox.world.advance(timedelta(**spans).total_seconds())

    # -- what customers say --------------------------------------------------------------------------------------------

    def mention(self, text: str = "@fernhill where is my order?", author: str = "mara", account: str = "main") -> str:
        """Let a customer post, and store it as a poll would; return the item's id."""
        self.sandbox.world.add_user(author)
        post = self.sandbox.world.post(author, text)
        return self.hear(post, account)

    def hear(self, post: Post, account: str = "main", *, priority: int = 40) -> str:
        """Store a post as a poll would."""
        outbound = post.author.id == self.channels[account].owner.id
        parent = self.sandbox.world.find(post.parent) if post.parent else None
        contact = parent.author.id if outbound and parent else post.author.id
        thread = f"x:{post.conversation}"
        item = Interaction(
            id=f"x:{post.id}",
            channel="x",
            account_id=account,
            conversation_id=f"{thread}:{contact}",
            thread_id=thread,
            author_id=f"x:{post.author.id}",
            kind=Kind.POST if outbound else Kind.MENTION,
            private=False,
            outbound=outbound,
            text=post.versions[-1].shown,
            sent_at=_time(post.versions[0].sent_ms),
            version_id=post.latest_id,
            reply_to_id=f"x:{parent.id}" if parent else None,
            addresses_us=not outbound,
        )
        self.store_item(item, f"x:{contact}", post.author.handle, priority=priority)
        return item.id

    def message(self, text: str = "my card was charged twice", author: str = "mara", account: str = "main") -> str:
        """Let a customer write a direct message, and store it as a poll would; return the item's id."""
        self.sandbox.world.add_user(author)
        return self.hear_message(self.sandbox.world.dm(author, self.channels[account].owner, text), account)

    def hear_message(self, message: Message, account: str = "main") -> str:
        """Store a message as a poll would."""
        outbound = message.sender.id == self.channels[account].owner.id
        contact = next(one for one in message.participants if one != self.channels[account].owner.id)
        thread = f"x:{message.conversation}"
        item = Interaction(
            id=f"x:{message.id}",
            channel="x",
            account_id=account,
            conversation_id=thread,
            thread_id=thread,
            author_id=f"x:{message.sender.id}",
            kind=Kind.MESSAGE,
            private=True,
            outbound=outbound,
            text=message.shown,
            sent_at=_time(message.sent_ms),
            version_id=message.id,
        )
        self.store_item(item, f"x:{contact}", message.sender.handle)
        return item.id

    def store_item(self, item: Interaction, contact_id: str, handle: str, *, priority: int = 40) -> None:
        """Store an item with its contact, conversation, score and queue row, unless it is known."""
        now = self.now()
        with self.store.transaction() as cursor:
            if cursor.execute("SELECT 1 FROM interactions WHERE id = ?", [item.id]).fetchone():
                return
            values = {name: getattr(item, name) for name in item.__slots__}
            values |= {"attachments": "[]", "first_seen_at": now, "checked_at": now, "liked_by_us": False}
            values |= {"kind": item.kind.value, "stream_id": "main/mentions"}
            cursor.execute(
                f"INSERT INTO interactions ({', '.join(values)}) VALUES ({', '.join('?' * len(values))})",
                list(values.values()),
            )
            if not cursor.execute("SELECT 1 FROM contacts WHERE id = ?", [item.author_id]).fetchone():
                cursor.execute(
                    "INSERT INTO contacts (id, channel, handle, name, verified, description, location, first_seen_at,"
                    " updated_at) VALUES (?, 'x', ?, ?, false, '', '', ?, ?)",
                    [item.author_id, handle, handle.title(), now, now],
                )
            if not item.outbound:
                _score(cursor, item, priority, now)
                _converse(cursor, item, contact_id, now)
            queue_upkeep.refresh(cursor, [item.conversation_id], now)

    # -- what staff do -------------------------------------------------------------------------------------------------

    def reply(self, item_id: str, text: str = "We are on it.", *, private: bool = False, staff: str = "ana") -> str:
        """Compose a reply that may leave at once; return the intent's id."""
        say = self.desk.reply_private if private else self.desk.reply_public
        return say(item_id, text, staff, nonce=f"{item_id}{text}{private}{staff}", undo=timedelta(0)).id

    def state(self, intent_id: str) -> ReplyState:
        """Return where a reply stands."""
        return self.desk.reply_line(intent_id).state

    def posted(self, item_id: str) -> int:
        """Return how often we answered an item in public, by the platform's truth."""
        owners = {channel.owner.id for channel in self.channels.values()}
        native = item_id.partition(":")[2]
        return sum(reply.author_id in owners for reply in self.sandbox.world.truth().replies_to(native))

    def messages(self) -> list[str]:
        """Return the direct messages that we sent, by the platform's truth."""
        owners = {channel.owner.id for channel in self.channels.values()}
        return [one.text for one in self.sandbox.world.truth().messages if one.sender_id in owners]

    def waiting(self) -> list[str]:
        """Return the conversations that wait, most pressing first."""
        page = self.desk.queue(QueueFilter(view=View.WAITING), "ana")
        return [row.conversation_id for row in page.rows]


def _score(cursor: DuckDBPyConnection, item: Interaction, priority: int, now: datetime) -> None:
    factors = json.dumps([{"name": "complaint", "points": priority, "words": [], "because": "complains"}])
    cursor.execute(
        "INSERT INTO scores VALUES (?, -0.4, 'negative', 'negative words', 'en', ?, ?, 'test', ?)",
        [item.id, priority, factors, now],
    )


def _converse(cursor: DuckDBPyConnection, item: Interaction, contact_id: str, now: datetime) -> None:
    known = cursor.execute("SELECT waiting_ids FROM conversations WHERE id = ?", [item.conversation_id]).fetchone()
    if known:
        cursor.execute(
            "UPDATE conversations SET waiting_ids = ?, newest_id = ?, last_at = ?, status = 'open',"
            " snoozed_until = NULL, version = version + 1, said_version = version + 1 WHERE id = ?",
            [f"{known[0]} {item.id}".strip(), item.id, item.sent_at, item.conversation_id],
        )
        return
    cursor.execute(
        "INSERT INTO conversations (id, channel, account_id, thread_id, contact_id, private, first_at, last_at, status,"
        " version, said_version, updated_at, waiting_ids, newest_id)"
        " VALUES (?, 'x', ?, ?, ?, ?, ?, ?, 'open', 1, 1, ?, ?, ?)",
        [
            item.conversation_id,
            item.account_id,
            item.thread_id,
            contact_id,
            item.private,
            item.sent_at,
            item.sent_at,
            now,
            item.id,
            item.id,
        ],
    )


def _time(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)


def make_kit(folder: Path, *, undo: timedelta = timedelta(0), accounts: tuple[str, ...] = ("main",)) -> Kit:
    """Return a desk on a new platform in `folder`; account "main" is @fernhill, another is a handle of its own."""
    sandbox = Sandbox(seed=7, clock="manual", start_at=START)
    channels = {}
    for account in accounts:
        handle = "fernhill" if account == "main" else account
        if account != "main":
            sandbox.add_account(handle)
        channels[account] = WorldChannel(account, sandbox, handle)
    settings = Settings(
        accounts=tuple(AccountSettings(id=account, channel="x", name=account) for account in accounts),
        outbox=OutboxSettings(undo=undo),
        dashboard=DashboardSettings(staff=("ana", "ben")),
    )
    return Kit(folder=folder, sandbox=sandbox, channels=channels, settings=settings)

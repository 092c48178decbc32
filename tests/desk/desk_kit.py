"""A whole desk on a make-believe platform with a clock that moves by hand, and a channel that misbehaves on demand."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from blank_store import laid
from desk_channel import WorldChannel, time_of
from staff_kit import seed_staff

from social_listener.desk import Desk
from social_listener.desk_types import QueueFilter, View
from social_listener.ingest import Ingest
from social_listener.model import Interaction, Kind, ReplyState
from social_listener.outbox import Outbox
from social_listener.sandbox import Sandbox
from social_listener.scoring import Weights
from social_listener.settings import AccountSettings, OutboxSettings, PollingSettings, Settings
from social_listener.store import Store, queue_upkeep, stats
from social_listener.witness import Witness

if TYPE_CHECKING:
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from social_listener.sandbox.records import Message, Post

START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


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
        self.store = Store.open(laid(self.folder / "test.duckdb"), now=self.now())
        self.outbox = Outbox(
            self.store,
            self.channels,
            settings=self.settings.outbox,
            witness=Witness(self.folder / "witness.jsonl"),
            boot_id=f"boot-{self.boots}",
            clock=self.now,
            prices={account: {"send": 0.015} for account in self.channels},
        )
        self.desk = Desk(
            self.store,
            self.channels,
            ingest=Ingest(
                self.store,
                self.channels,
                streams={},
                weights=Weights(),
                polling=PollingSettings(),
                clock=self.now,
            ),
            streams={},
            settings=self.settings,
            weights=Weights(waiting_at_target=15, waiting_most=30),
            clock=self.now,
        )
        with self.store.transaction() as cursor:
            if self.boots == 1:  # the blank one was made at some other time
                cursor.execute("UPDATE schema_versions SET applied_at = ?", [self.now()])
            for account, channel in self.channels.items():
                cursor.execute("DELETE FROM accounts WHERE id = ?", [account])
                cursor.execute(
                    "INSERT INTO accounts (id, channel, owner_id, handle, name, state, problem, checked_at)"
                    " VALUES (?, 'x', ?, ?, ?, 'ok', NULL, ?)",
                    [account, f"x:{channel.owner.id}", channel.owner.handle, channel.owner.name, self.now()],
                )
        seed_staff(self.desk, "ana", "ben")
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
            sent_at=time_of(post.versions[0].sent_ms),
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
            sent_at=time_of(message.sent_ms),
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
            stats.touch(cursor, [item.sent_at])

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
    )
    return Kit(folder=folder, sandbox=sandbox, channels=channels, settings=settings)

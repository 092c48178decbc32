"""A whole service on a sandbox over real HTTP, with one clock for both that moves by hand."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from blank_store import laid
from staff_kit import seed_staff

from social_listener.model import ReplyState
from social_listener.sandbox import Sandbox
from social_listener.service import Service, build
from social_listener.settings import AccountSettings, OutboxSettings, PollingSettings, Settings, StreamSettings

if TYPE_CHECKING:
    from pathlib import Path

    from social_listener.desk_types import ReplyLine

START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
#: credential → environment variable
KEYS = {
    name: f"TEST_{name.upper()}"
    for name in ("bearer_token", "consumer_key", "consumer_secret", "access_token", "access_token_secret")
}
UNSETTLED = {ReplyState.QUEUED, ReplyState.SENDING, ReplyState.IN_DOUBT}


def make_settings(folder: Path, base_url: str) -> Settings:
    """Return settings for one account on a sandbox."""
    account = AccountSettings(
        id="main",
        channel="x",
        name="@fernhill",
        base_url=base_url,
        credentials=KEYS,
        streams=tuple(StreamSettings(kind=kind) for kind in ("mentions", "messages")),
    )
    return Settings(
        data_dir=folder,
        accounts=(account,),
        outbox=OutboxSettings(undo=timedelta(0)),
        polling=PollingSettings(read_timeout=timedelta(seconds=1)),
    )


@dataclass
class HttpKit:
    """Service and sandbox; `again` is the next process on the same data."""

    folder: Path
    sandbox: Sandbox = field(init=False)
    service: Service = field(init=False)

    def __post_init__(self) -> None:
        """Start both."""
        self.sandbox = Sandbox(seed=7, clock="manual", start_at=START).start()
        self.settings = make_settings(self.folder, self.sandbox.base_url)
        self.boot()

    def boot(self) -> None:
        """Start the service."""
        environment = {variable: self.sandbox.credentials[name] for name, variable in KEYS.items()}
        laid(self.settings.database)
        self.service = build(self.settings, clock=self.sandbox.world.clock.now, environment=environment)
        seed_staff(self.service.desk, "ana")

    def again(self) -> None:
        """End the service and start the next one."""
        self.service.outbox.close(timedelta(seconds=5))
        self.service.close()
        self.boot()

    def close(self) -> None:
        """End both."""
        self.service.outbox.close(timedelta(seconds=5))
        self.service.close()
        self.sandbox.stop()

    def poll(self) -> None:
        """Read every stream to its end."""
        for stream in self.service.streams.values():
            result = self.service.ingest.poll(stream, until_end=True)
            assert result.error is None, result

    def mention(self, author: str = "mara", text: str = "@fernhill where is my order?") -> str:
        """Let a customer post, and poll; return the item's id."""
        self.sandbox.world.add_user(author)
        post = self.sandbox.world.post(author, text)
        self.poll()
        return f"x:{post.id}"

    def message(self, author: str = "mara", text: str = "my card was charged twice") -> str:
        """Let a customer write a direct message, and poll; return the item's id."""
        self.sandbox.world.add_user(author)
        message = self.sandbox.world.dm(author, self.sandbox.brand, text)
        self.poll()
        return f"x:{message.id}"

    def work(self) -> None:
        """Let the jobs run until every reply is settled or waits for a person; time jumps to what is due next."""
        for _ in range(40):
            self.service.outbox.deliver()
            self.service.outbox.reconcile()
            lines = [line for line in self.service.desk.outbox() if line.state in UNSETTLED and not asked(line)]
            if not lines:
                return
            due = min(line.reconcile_at or line.not_before for line in lines)
            self.sandbox.world.advance(max((due - self.sandbox.world.clock.now()).total_seconds(), 1))
        raise AssertionError("the jobs do not come to an end")

    def answers(self, item_id: str) -> list[str]:
        """Return the texts of our answers to an item, by the platform's truth; for a message, all we sent."""
        truth = self.sandbox.world.truth()
        native = item_id.partition(":")[2]
        if any(message.id == native for message in truth.messages):
            return [one.text for one in truth.messages if one.sender_id == self.sandbox.brand.id]
        return [post.text for post in truth.replies_to(native, self.sandbox.brand.id)]


def asked(line: ReplyLine) -> bool:
    """Return whether a reply waits for a person."""
    return line.state is ReplyState.IN_DOUBT and line.reconcile_at is None

"""A whole service on Facebook and Instagram over real HTTP, whose clock may be wrong against that of the platform."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Literal

from blank_store import laid
from staff_kit import seed_staff

from social_listener.model import Allowed, ReplyState, StreamKind
from social_listener.sandbox import Sandbox
from social_listener.service import Service, build
from social_listener.settings import AccountSettings, OutboxSettings, PollingSettings, Settings, StreamSettings

if TYPE_CHECKING:
    from pathlib import Path

    from social_listener.desk_types import ReplyLine

Name = Literal["facebook", "instagram"]
NAMES: tuple[Name, ...] = ("facebook", "instagram")
START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
KEYS = ("access_token", "app_secret", "verify_token")
UNSETTLED = {ReplyState.QUEUED, ReplyState.SENDING, ReplyState.IN_DOUBT}


def keys_of(name: str) -> dict[str, str]:
    """Return credential → environment variable."""
    return {key: f"TEST_{name}_{key}".upper() for key in KEYS}


@dataclass
class MetaKit:
    """Service and sandbox; `again` is the next process on the same data. `skew`: how far our clock is ahead."""

    folder: Path
    names: tuple[Name, ...] = NAMES
    skew: timedelta = timedelta(0)
    human_agent: bool = False
    kinds: tuple[StreamKind, ...] = (StreamKind.COMMENTS, StreamKind.MESSAGES)
    webhooks: bool = False
    sandbox: Sandbox = field(init=False)
    service: Service = field(init=False)

    def __post_init__(self) -> None:
        """Start both."""
        self.sandbox = Sandbox(seed=7, clock="manual", start_at=START).start()
        self.graph = self.sandbox.graph
        self.post = self.graph.page_post("Our new kettle")
        self.media = self.graph.media("Our new kettle")
        self.settings = Settings(
            data_dir=self.folder,
            accounts=tuple(self._account(name) for name in self.names),
            outbox=OutboxSettings(undo=timedelta(0)),
            polling=PollingSettings(read_timeout=timedelta(seconds=2)),
        )
        self.boot()

    def _account(self, name: Name) -> AccountSettings:
        extra = {"human_agent": "on"} if self.human_agent else {}
        extra |= {"webhooks": "on"} if self.webhooks else {}
        return AccountSettings(
            id=name,
            channel=name,
            name=f"Fernhill on {name}",
            base_url=self.sandbox.base_url,
            credentials=keys_of(name),
            options={**self.sandbox.graph_options(name), **extra},
            streams=tuple(StreamSettings(kind=kind) for kind in self.kinds),
        )

    def now(self) -> datetime:
        """Return our own clock."""
        return self.sandbox.world.clock.now() + self.skew

    def boot(self) -> None:
        """Start the service."""
        environment = {
            variable: self.sandbox.graph_credentials(name)[key]
            for name in self.names
            for key, variable in keys_of(name).items()
        }
        laid(self.settings.database)
        self.service = build(self.settings, clock=self.now, environment=environment)
        seed_staff(self.service.desk, "ana")

    def again(self, skew: timedelta | None = None) -> None:
        """End the service and start the next one, on a machine whose clock may have been set meanwhile."""
        self.service.outbox.close(timedelta(seconds=5))
        self.service.close()
        self.skew = self.skew if skew is None else skew
        self.boot()

    def close(self) -> None:
        """End both."""
        self.service.outbox.close(timedelta(seconds=5))
        self.service.close()
        self.sandbox.stop()

    def until(self, moment: datetime) -> None:
        """Let time pass up to a moment of the platform's clock."""
        self.sandbox.world.advance((moment - self.sandbox.world.clock.now()).total_seconds())

    def poll(self) -> None:
        """Read every stream to its end."""
        for stream in self.service.streams.values():
            result = self.service.ingest.poll(stream, until_end=True)
            assert result.error is None, result

    def comment(self, name: Name, author: str, text: str = "where is my order?") -> str:
        """Let a customer comment; return what the item's id will be."""
        if name == "facebook":
            return f"facebook:{self.graph.comment(author, self.post, text).id}"
        return f"instagram:{self.graph.ig_comment(author, self.media, text).id}"

    def message(self, name: Name, author: str, text: str = "my card was charged twice") -> str:
        """Let a customer write a direct message; return what the item's id will be."""
        platform: Literal["messenger", "instagram"] = "messenger" if name == "facebook" else "instagram"
        return f"{name}:{self.graph.message(author, text, platform).id}"

    def rule(self, item: str, verb: str = "reply_private") -> Allowed:
        """Return what the composer shows of one verb."""
        (found,) = [rule for rule in self.service.desk.allowed(item) if rule.verb == verb]
        return found

    def reply(self, item: str, text: str, *, private: bool = True) -> str:
        """Compose a reply; return the intent's id."""
        say = self.service.desk.reply_private if private else self.service.desk.reply_public
        return say(item, text, "ana", nonce=text, undo=timedelta(0)).id

    def line(self, intent: str) -> ReplyLine:
        """Return how a reply stands."""
        return self.service.desk.reply_line(intent)

    def writes(self) -> int:
        """Return how many calls the platform got that write."""
        return sum(call.method != "GET" for call in self.sandbox.calls)

    def work(self) -> None:
        """Let the jobs run until every reply is settled or waits for a person; time jumps to what is due next."""
        for _ in range(40):
            self.service.outbox.deliver()
            self.service.outbox.reconcile()
            lines = [line for line in self.service.desk.outbox() if line.state in UNSETTLED and not asked(line)]
            if not lines:
                return
            due = min(line.reconcile_at or line.not_before for line in lines)
            self.sandbox.world.advance(max((due - self.now()).total_seconds(), 1))
        raise AssertionError("the jobs do not come to an end")


def asked(line: ReplyLine) -> bool:
    """Return whether a reply waits for a person."""
    return line.state is ReplyState.IN_DOUBT and line.reconcile_at is None

"""What the sandbox world is made of: users, posts with their versions, direct messages."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from social_listener.sandbox.media import Attached


@dataclass(slots=True)
class User:
    """Somebody on the platform. Times are milliseconds since 1970 (UTC)."""

    id: str
    handle: str
    name: str
    bio: str = ""
    lang: str = "en"
    followers: int = 100
    following: int = 150
    verified: bool = False
    created_ms: int = 1577836800000
    protected: bool = False
    suspended: bool = False
    open_dms: bool = True
    account: bool = False
    """One of the brand's own accounts: the API accepts credentials for it."""


@dataclass(slots=True)
class Version:
    """One wording of a post. Every edit makes a new one with an id of its own."""

    id: int
    text: str
    """As its author wrote it."""
    shown: str
    """As the platform shows it: leading handles of a reply added, links shortened."""
    sent_ms: int
    visible_ms: int
    links: tuple[tuple[str, str], ...] = ()
    """Short link and where it leads, in order of appearance."""
    mentions: tuple[str, ...] = ()
    """Ids of the users that the shown text names."""
    entities: dict[str, list[dict[str, object]]] | None = None
    words: frozenset[str] | None = None


@dataclass(slots=True)
class Post:
    """A public post and everything that happened to it. Its identity is the id of its first version."""

    author: User
    versions: list[Version]
    conversation: int
    lang: str
    parent: int | None = None
    """The id (of whichever version) it replies to."""
    quoted: int | None = None
    reposted: int | None = None
    via_api: str | None = None
    """Id of the account that made it through the API; None when it came from the apps."""
    deleted_ms: int | None = None
    hidden: bool = False
    likes: dict[str, str | None] = field(default_factory=dict)
    """User id → id of the account that liked through the API, or None."""
    replies: int = 0
    quotes: int = 0
    reposts: int = 0
    media: tuple[Attached, ...] = ()

    @property
    def root(self) -> int:
        """The id of the first version, as a number."""
        return self.versions[0].id

    @property
    def id(self) -> str:
        """The id of the first version, as the platform writes it."""
        return str(self.versions[0].id)

    @property
    def latest_id(self) -> str:
        """The id of the last version."""
        return str(self.versions[-1].id)

    @property
    def text(self) -> str:
        """The last wording, as its author wrote it."""
        return self.versions[-1].text

    def current(self, now_ms: int) -> Version | None:
        """Return the newest version that can be seen by now; None before the first one can."""
        for version in reversed(self.versions):
            if version.visible_ms <= now_ms:
                return version
        return None

    def seen(self) -> bool:
        """Whether strangers may see it at all (whenever it has become visible)."""
        return self.deleted_ms is None and not self.author.protected and not self.author.suspended


@dataclass(slots=True)
class Message:
    """One direct message."""

    number: int
    conversation: str
    sender: User
    participants: tuple[str, ...]
    text: str
    shown: str
    sent_ms: int
    visible_ms: int
    links: tuple[tuple[str, str], ...] = ()
    via_api: str | None = None
    media: tuple[Attached, ...] = ()

    @property
    def id(self) -> str:
        """The id of the event, as the platform writes it."""
        return str(self.number)


class Grant(NamedTuple):
    """What an account allows the application by OAuth 2.0; a refresh or a new approval makes the next generation."""

    generation: int
    issued_ms: int
    revoked: bool
    scope: str
    """Scopes, with spaces between them."""


def conversation_of(first: str, second: str) -> str:
    """Return the id of the conversation between two users: the smaller id, a dash, the larger one."""
    low, high = sorted((first, second), key=int)
    return f"{low}-{high}"

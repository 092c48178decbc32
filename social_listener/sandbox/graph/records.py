"""What the Graph world is made of: people, posts, comments, media and messages. Times are milliseconds since 1970."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from social_listener.sandbox.media import Attached

PostKind = Literal["page", "visitor", "tagged"]
MessagePlatform = Literal["messenger", "instagram"]


@dataclass(slots=True)
class Person:
    """Somebody on Facebook and Instagram; the brand's Page and professional account are one such person."""

    handle: str
    name: str
    psid: str
    """Page-scoped id: `from.id` of comments and messages on Facebook. For the brand the id of its Page."""
    igsid: str
    """Instagram-scoped id: `from.id` of comments and messages on Instagram. For the brand its account's id."""
    profile: str
    """The number that posts on their own profile begin with; it tells nobody who they are for the Page."""
    brand: bool = False
    reachable: bool = True
    """False: they take no messages from the Page (551)."""


@dataclass(frozen=True, slots=True)
class Version:
    """One wording. The platform tells when an item was made, but not when it was worded anew."""

    text: str
    sent_ms: int
    tags: tuple[tuple[str, str, int, int], ...] = ()
    """Who is tagged in the text: id, name, offset, length."""


@dataclass(slots=True, kw_only=True)
class Item:
    """Something written in public and everything that happened to it."""

    number: int
    author: Person
    versions: list[Version]
    created_ms: int
    visible_ms: int
    deleted_ms: int | None = None
    hidden: bool = False
    likes: dict[str, str | None] = field(default_factory=dict)
    """Who likes it (ids), each with the application that did it for them."""
    via_api: str | None = None
    """Id of the application that made it; None when it came from the platform's own apps."""
    private_reply: str | None = None
    """Id of the private reply that answers it."""
    attached: tuple[Attached, ...] = ()

    @property
    def id(self) -> str:
        """The id as the platform writes it."""
        raise NotImplementedError

    @property
    def key(self) -> tuple[int, int]:
        """What lists are sorted by."""
        return self.created_ms, self.number

    @property
    def text(self) -> str:
        """The last wording."""
        return self.versions[-1].text

    def seen(self, now_ms: int) -> bool:
        """Whether the API shows it at this moment."""
        return self.deleted_ms is None and self.visible_ms <= now_ms


@dataclass(slots=True, kw_only=True)
class Post(Item):
    """A post on the Page, by the Page or a visitor, or one elsewhere that tags the Page."""

    kind: PostKind
    published: bool = True
    comments: list[Comment] = field(default_factory=list)
    """All comments below it, nested ones too, oldest first."""
    moved_ms: int = 0
    """When something last moved its updated_time."""
    coming: list[tuple[int, int]] = field(default_factory=list)
    """Comments that have not moved it yet: (visible from, made at)."""
    page: str = ""
    """Id of the Page."""

    @property
    def part(self) -> str:
        """The second half of the id, which the ids of comments begin with."""
        return str(self.number)

    @property
    def id(self) -> str:
        """The id as the platform writes it."""
        owner = self.author.profile if self.kind == "tagged" else None
        return f"{owner or self.page}_{self.number}"

    def updated_ms(self, now_ms: int) -> int:
        """Return when it was last commented on or worded anew, as far as can be seen by now."""
        if self.coming:
            for visible_ms, created_ms in self.coming:
                if visible_ms <= now_ms:
                    self.moved_ms = max(self.moved_ms, created_ms)
            self.coming = [entry for entry in self.coming if entry[0] > now_ms]
        return max(self.moved_ms, self.created_ms)


@dataclass(slots=True, kw_only=True)
class Comment(Item):
    """A comment below a post; one below another comment has that one, which is top-level, as its parent."""

    post: Post
    parent: Comment | None = None
    answered: Comment | None = None
    """What it was written in answer to; the platform does not tell when that is itself nested."""
    replies: list[Comment] = field(default_factory=list)

    @property
    def id(self) -> str:
        """The id as the platform writes it."""
        return f"{self.post.part}_{self.number}"


@dataclass(slots=True, kw_only=True)
class Media(Item):
    """A picture or a film on Instagram: one of the brand's own, an advertisement, or somebody's who mentions it."""

    ad: bool = False
    comments_enabled: bool = True
    comments: list[IgComment] = field(default_factory=list)
    """Top-level comments, oldest first."""
    mentions_brand: bool = False
    """Its caption names the brand; only for media of others."""

    @property
    def id(self) -> str:
        """The id as the platform writes it."""
        return str(self.number)

    def count(self, now_ms: int) -> int:
        """Return how many comments and replies can be seen."""
        seen = [comment for comment in self.comments if comment.seen(now_ms)]
        return len(seen) + sum(reply.seen(now_ms) for comment in seen for reply in comment.replies)


@dataclass(slots=True, kw_only=True)
class IgComment(Item):
    """A comment on Instagram; one below another comment has that one, which is top-level, as its parent."""

    media: Media
    parent: IgComment | None = None
    answered: IgComment | None = None
    replies: list[IgComment] = field(default_factory=list)
    mentions_brand: bool = False
    """It names the brand below media of others."""

    @property
    def id(self) -> str:
        """The id as the platform writes it."""
        return str(self.number)


@dataclass(slots=True, kw_only=True)
class Message:
    """One direct message between the brand and somebody."""

    id: str
    number: int
    thread: Thread
    ours: bool
    text: str
    created_ms: int
    visible_ms: int
    deleted_ms: int | None = None
    via_api: str | None = None
    private_reply_to: str | None = None
    """Id of the comment or post that it answers."""
    tag: str | None = None
    """The message tag it was sent with, such as HUMAN_AGENT."""
    attached: tuple[Attached, ...] = ()

    @property
    def key(self) -> tuple[int, int]:
        """What lists are sorted by."""
        return self.created_ms, self.number

    def seen(self, now_ms: int) -> bool:
        """Whether the API shows it at this moment."""
        return self.deleted_ms is None and self.visible_ms <= now_ms


@dataclass(slots=True, kw_only=True)
class Upload:
    """A picture that was handed over and is shown to nobody until something names it."""

    id: str
    family: Literal["photo", "attachment"]
    """For comments, or for messages; neither is taken for the other."""
    owner: str
    """Id of the Page."""
    hash: str
    """SHA-256 of its bytes."""
    alt: str
    made_ms: int
    life_ms: int | None
    reusable: bool
    used: bool = False


@dataclass(slots=True, kw_only=True)
class Thread:
    """The direct conversation of the brand with one person on one platform."""

    id: str
    number: int
    platform: MessagePlatform
    person: Person
    messages: list[Message] = field(default_factory=list)
    """Oldest first."""
    holder: str | None = None
    """Id of another application that has taken the conversation (standby); None: whoever writes."""

    @property
    def contact(self) -> str:
        """The person's id on this platform."""
        return self.person.psid if self.platform == "messenger" else self.person.igsid

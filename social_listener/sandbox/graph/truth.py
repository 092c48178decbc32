"""What really happened on Facebook and Instagram, for tests and tools to ask: the same in Python and over HTTP."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from social_listener.sandbox.clock import from_ms, iso
from social_listener.sandbox.graph.ledger import Ledger
from social_listener.sandbox.graph.records import Comment, IgComment, Item, Media, Message, Person, Post

_TIMES = ("created_at", "visible_at", "sent_at", "updated_at")


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueWording:
    """One wording of something, and when it was written."""

    text: str
    sent_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueItem:
    """What all public items have. `text` is the last wording; `via_api` the application that made it, if one did."""

    id: str
    author_id: str
    author: str
    text: str
    created_at: datetime
    visible_at: datetime
    versions: tuple[TrueWording, ...]
    deleted: bool
    hidden: bool
    likes: tuple[str, ...]
    via_api: str | None
    private_reply: str | None
    """Id of the private reply that answers it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TruePost(TrueItem):
    """A post. `kind` is page, visitor or tagged."""

    kind: str
    published: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueComment(TrueItem):
    """A comment on Facebook. `parent_id` is the top-level comment above it; `answered_id` what it really answers."""

    post_id: str
    parent_id: str | None
    answered_id: str | None
    tagged: tuple[str, ...]
    pictures: tuple[str, ...] = ()
    """SHA-256 of the pictures that were uploaded for it; `Graph.blobs` has their bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueMedia(TrueItem):
    """A medium on Instagram; `ours` unless somebody else's."""

    ad: bool
    ours: bool
    comments_enabled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueIgComment(TrueItem):
    """A comment on Instagram; `parent_id` and `answered_id` as on Facebook."""

    media_id: str
    parent_id: str | None
    answered_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueMention:
    """A mention of the brand on a medium of somebody else: in the caption, or in a comment."""

    id: str
    """That of the comment, or of the medium."""
    media_id: str
    comment_id: str | None
    author_id: str
    author: str
    text: str
    created_at: datetime
    deleted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueMessage:
    """A direct message. `conversation_id` is the platform's, `contact_id` the person's page- or Instagram-scoped id."""

    id: str
    conversation_id: str
    platform: str
    contact_id: str
    contact: str
    ours: bool
    text: str
    created_at: datetime
    visible_at: datetime
    deleted: bool
    via_api: str | None
    private_reply_to: str | None
    tag: str | None
    pictures: tuple[str, ...] = ()
    """As those of a comment."""


_Found = TypeVar("_Found", TruePost, TrueComment, TrueMedia, TrueIgComment, TrueMention, TrueMessage)


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphTruth:
    """Everything, oldest first, deleted things included. Ids are strings, times aware UTC."""

    posts: tuple[TruePost, ...]
    comments: tuple[TrueComment, ...]
    media: tuple[TrueMedia, ...]
    ig_comments: tuple[TrueIgComment, ...]
    mentions: tuple[TrueMention, ...]
    messages: tuple[TrueMessage, ...]

    def post(self, id: str) -> TruePost:  # noqa: A002  # the platform's word
        """Return a post; KeyError when there is none."""
        return _one(self.posts, id)

    def comment(self, id: str) -> TrueComment:  # noqa: A002
        """Return a comment on Facebook; KeyError when there is none."""
        return _one(self.comments, id)

    def medium(self, id: str) -> TrueMedia:  # noqa: A002
        """Return a medium; KeyError when there is none."""
        return _one(self.media, id)

    def ig_comment(self, id: str) -> TrueIgComment:  # noqa: A002
        """Return a comment on Instagram; KeyError when there is none."""
        return _one(self.ig_comments, id)

    def message(self, id: str) -> TrueMessage:  # noqa: A002
        """Return a message; KeyError when there is none."""
        return _one(self.messages, id)

    def made_by_api(self) -> tuple[TruePost | TrueComment | TrueIgComment | TrueMessage, ...]:
        """Return everything that was written through the API."""
        every: tuple[TruePost | TrueComment | TrueIgComment | TrueMessage, ...]
        every = (*self.posts, *self.comments, *self.ig_comments, *self.messages)
        return tuple(one for one in every if one.via_api is not None)

    def as_json(self) -> dict[str, Any]:
        """Plain JSON types."""
        plain: dict[str, Any] = _plain(dataclasses.asdict(self))
        return plain

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> GraphTruth:
        """Return the reverse of `as_json`."""
        kinds: dict[str, type[Any]] = {
            "posts": TruePost,
            "comments": TrueComment,
            "media": TrueMedia,
            "ig_comments": TrueIgComment,
            "mentions": TrueMention,
            "messages": TrueMessage,
        }
        return cls(**{name: tuple(kind(**_read(entry)) for entry in data[name]) for name, kind in kinds.items()})


def truth_of(ledger: Ledger) -> GraphTruth:
    """Return the truth of a ledger at this moment; the caller holds the world's lock."""
    mentions: list[Media | IgComment] = [media for media in ledger.foreign_media if media.mentions_brand]
    mentions += [comment for comment in ledger.ig_comments if comment.mentions_brand]
    return GraphTruth(
        posts=tuple(_post(post) for post in ledger.feed),
        comments=tuple(_comment(comment, ledger) for comment in ledger.comments),
        media=tuple(_medium(media) for media in (*ledger.media, *ledger.foreign_media)),
        ig_comments=tuple(_ig_comment(comment) for comment in ledger.ig_comments),
        mentions=tuple(_mention(item) for item in sorted(mentions, key=lambda item: item.key)),
        messages=tuple(
            _message(message, ledger) for message in sorted(ledger.messages.values(), key=lambda one: one.key)
        ),
    )


def _common(item: Item, author_id: str) -> dict[str, Any]:
    return {
        "id": item.id,
        "author_id": author_id,
        "author": item.author.handle,
        "text": item.text,
        "created_at": from_ms(item.created_ms),
        "visible_at": from_ms(item.visible_ms),
        "versions": tuple(TrueWording(text=one.text, sent_at=from_ms(one.sent_ms)) for one in item.versions),
        "deleted": item.deleted_ms is not None,
        "hidden": item.hidden,
        "likes": tuple(item.likes),
        "via_api": item.via_api,
        "private_reply": item.private_reply,
    }


def _post(post: Post) -> TruePost:
    return TruePost(**_common(post, post.author.psid), kind=post.kind, published=post.published)


def _comment(comment: Comment, ledger: Ledger) -> TrueComment:
    return TrueComment(
        **_common(comment, comment.author.psid),
        post_id=comment.post.id,
        parent_id=_id(comment.parent),
        answered_id=_id(comment.answered),
        tagged=tuple(tag[0] for tag in comment.versions[-1].tags),
        pictures=_pictures(comment, ledger),
    )


def _medium(media: Media) -> TrueMedia:
    return TrueMedia(
        **_common(media, media.author.igsid),
        ad=media.ad,
        ours=media.author.brand,
        comments_enabled=media.comments_enabled,
    )


def _ig_comment(comment: IgComment) -> TrueIgComment:
    return TrueIgComment(
        **_common(comment, comment.author.igsid),
        media_id=comment.media.id,
        parent_id=_id(comment.parent),
        answered_id=_id(comment.answered),
    )


def _mention(item: Media | IgComment) -> TrueMention:
    comment = item if isinstance(item, IgComment) else None
    return TrueMention(
        id=item.id,
        media_id=item.id if isinstance(item, Media) else item.media.id,
        comment_id=None if comment is None else comment.id,
        author_id=item.author.igsid,
        author=item.author.handle,
        text=item.text,
        created_at=from_ms(item.created_ms),
        deleted=item.deleted_ms is not None,
    )


def _message(message: Message, ledger: Ledger) -> TrueMessage:
    person: Person = message.thread.person
    return TrueMessage(
        id=message.id,
        conversation_id=message.thread.id,
        platform=message.thread.platform,
        contact_id=message.thread.contact,
        contact=person.handle,
        ours=message.ours,
        text=message.text,
        created_at=from_ms(message.created_ms),
        visible_at=from_ms(message.visible_ms),
        deleted=message.deleted_ms is not None,
        via_api=message.via_api,
        private_reply_to=message.private_reply_to,
        tag=message.tag,
        pictures=_pictures(message, ledger),
    )


def _pictures(said: Item | Message, ledger: Ledger) -> tuple[str, ...]:
    return tuple(ledger.uploads[one.number].hash for one in said.attached if one.number in ledger.uploads)


def _id(item: Comment | IgComment | None) -> str | None:
    return None if item is None else item.id


def _one(entries: tuple[_Found, ...], wanted: str) -> _Found:
    for entry in entries:
        if entry.id == wanted:
            return entry
    raise KeyError(wanted)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(entry) for entry in value]
    return iso(round(value.timestamp() * 1000)) if isinstance(value, datetime) else value


def _read(entry: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments of a truth's class: times and tuples made of texts and lists."""
    read: dict[str, Any] = {}
    for name, value in entry.items():
        if name in _TIMES and value is not None:
            read[name] = datetime.fromisoformat(value)
        elif name == "versions":
            read[name] = tuple(TrueWording(**_read(version)) for version in value)
        else:
            read[name] = tuple(value) if isinstance(value, list) else value
    return read

"""What really happened on the platform, for tests and tools to ask: the same in Python and over HTTP."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from social_listener.sandbox.clock import from_ms, iso
from social_listener.sandbox.ledger import Ledger
from social_listener.sandbox.records import Message, Post


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueVersion:
    """One wording of a post."""

    id: str
    text: str
    sent_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TruePost:
    """A public post as it stands now. `id` is that of its first version, `text` its last wording as written."""

    id: str
    latest_id: str
    author_id: str
    author: str
    text: str
    shown_text: str
    lang: str
    sent_at: datetime
    visible_at: datetime
    conversation_id: str
    parent_id: str | None
    quoted_id: str | None
    reposted_id: str | None
    versions: tuple[TrueVersion, ...]
    deleted: bool
    hidden: bool
    likes: tuple[str, ...]
    via_api: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueMessage:
    """A direct message. `text` is as written."""

    id: str
    conversation_id: str
    sender_id: str
    sender: str
    participants: tuple[str, ...]
    text: str
    sent_at: datetime
    via_api: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """All posts and messages, oldest first, deleted ones included. Ids are strings, times aware UTC."""

    posts: tuple[TruePost, ...]
    messages: tuple[TrueMessage, ...]

    def post(self, id: str | int) -> TruePost:  # noqa: A002  # the platform's word
        """Return the post that has a version with this id.

        Raises:
            KeyError: there is none.
        """
        wanted = str(id)
        for post in self.posts:
            if post.id == wanted or any(version.id == wanted for version in post.versions):
                return post
        raise KeyError(wanted)

    def made_by_api(self, account_id: str | None = None) -> tuple[TruePost, ...]:
        """Return posts made through the API, by one account or by any."""
        return tuple(post for post in self.posts if post.via_api is not None and account_id in (None, post.via_api))

    def messages_by_api(self, account_id: str | None = None) -> tuple[TrueMessage, ...]:
        """Direct messages sent through the API, by one account or by any."""
        return tuple(
            message
            for message in self.messages
            if message.via_api is not None and account_id in (None, message.via_api)
        )

    def replies_to(self, id: str | int, author_id: str | None = None) -> tuple[TruePost, ...]:  # noqa: A002  # as above
        """Return posts whose parent is any version of the given post, deleted ones included."""
        versions = {version.id for version in self.post(id).versions}
        return tuple(post for post in self.posts if post.parent_id in versions and author_id in (None, post.author_id))

    def as_json(self) -> dict[str, Any]:
        """Plain JSON types."""
        plain: dict[str, Any] = _plain(dataclasses.asdict(self))
        return plain

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Truth:
        """Return the reverse of `as_json`."""
        posts = []
        for entry in data["posts"]:
            versions = tuple(TrueVersion(**_times(version)) for version in entry["versions"])
            rest = {**_times(entry), "versions": versions, "likes": tuple(entry["likes"])}
            posts.append(TruePost(**rest))
        messages = tuple(
            TrueMessage(**{**_times(entry), "participants": tuple(entry["participants"])}) for entry in data["messages"]
        )
        return cls(posts=tuple(posts), messages=messages)


def truth_of(ledger: Ledger) -> Truth:
    """Return the truth of a ledger at this moment; the caller holds the world's lock."""
    roots = (number for number in ledger.order if ledger.posts[number].root == number)
    return Truth(
        posts=tuple(_post(ledger.posts[number]) for number in roots),
        messages=tuple(_message(ledger.messages[number]) for number in sorted(ledger.messages)),
    )


def _post(post: Post) -> TruePost:
    first, last = post.versions[0], post.versions[-1]
    return TruePost(
        id=post.id,
        latest_id=post.latest_id,
        author_id=post.author.id,
        author=post.author.handle,
        text=last.text,
        shown_text=last.shown,
        lang=post.lang,
        sent_at=from_ms(first.sent_ms),
        visible_at=from_ms(first.visible_ms),
        conversation_id=str(post.conversation),
        parent_id=_text(post.parent),
        quoted_id=_text(post.quoted),
        reposted_id=_text(post.reposted),
        versions=tuple(
            TrueVersion(id=str(version.id), text=version.text, sent_at=from_ms(version.sent_ms))
            for version in post.versions
        ),
        deleted=post.deleted_ms is not None,
        hidden=post.hidden,
        likes=tuple(post.likes),
        via_api=post.via_api,
    )


def _message(message: Message) -> TrueMessage:
    return TrueMessage(
        id=message.id,
        conversation_id=message.conversation,
        sender_id=message.sender.id,
        sender=message.sender.handle,
        participants=message.participants,
        text=message.text,
        sent_at=from_ms(message.sent_ms),
        via_api=message.via_api,
    )


def _text(number: int | None) -> str | None:
    return None if number is None else str(number)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(entry) for entry in value]
    if isinstance(value, datetime):
        return iso(round(value.timestamp() * 1000))
    return value


def _times(entry: dict[str, Any]) -> dict[str, Any]:
    return {
        key: datetime.fromisoformat(value) if key in ("sent_at", "visible_at") else value
        for key, value in entry.items()
    }

"""An answer of X as what the house understands: interactions, contacts, removals, rejects. Pure; no call is made."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from social_listener.channels.wire import Wire, WireError, is_id, wire
from social_listener.channels.x_ids import CHANNEL, own
from social_listener.channels.x_wire import (
    Link,
    Media,
    Post,
    Problem,
    User,
    read_media,
    read_post,
    read_problem,
    read_user,
)
from social_listener.model import Attachment, Contact, Interaction, Reject

_T = TypeVar("_T")

#: problems that mean: it was there and must not be shown any more (X's rules on removed and protected content)
_REMOVED: Final = frozenset({"resource-not-found", "not-authorized-for-resource"})
#: the parameter of a look-up: problems with it tell which of the posts asked for are gone
_LOOK_UP: Final = "ids"
#: what hangs on items and may be gone or protected without anything missing from the page itself
_BESIDE: Final = frozenset(
    {
        "attachments.media_keys",
        "author_id",
        "entities.mentions.username",
        "in_reply_to_user_id",
        "referenced_tweets.id",
        "referenced_tweets.id.author_id",
        "referenced_posts.id",
        "referenced_posts.id.author_id",
        "sender_id",
    }
)
#: stands for an author when X names none, as it does when the field was not asked for
UNKNOWN: Final = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Us:
    """Our own account, as far as it is known."""

    account_id: str
    native_id: str | None
    handle: str | None

    def is_author(self, native_id: str | None) -> bool:
        """Return whether we are the author."""
        return native_id is not None and native_id == self.native_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Includes:
    """What X sent beside the items: people, referenced posts by the id of each version, media."""

    users: dict[str, User]
    posts: dict[str, Post]
    media: dict[str, Media]

    def first_id(self, native_id: str) -> str:
        """Return the id of the first version of a referenced post, as far as it is known."""
        post = self.posts.get(native_id)
        return post.first_id if post else native_id

    def author(self, native_id: str | None) -> str | None:
        """Return who wrote a referenced post; None: not known."""
        post = self.posts.get(native_id or "")
        return post.author_id if post else None


@dataclass(slots=True, kw_only=True)
class Found:
    """What stands in one answer, however many bodies it took."""

    interactions: dict[str, Interaction] = field(default_factory=dict)
    contacts: dict[str, Contact] = field(default_factory=dict)
    deleted: list[str] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    partial: list[str] = field(default_factory=list)
    next: str | None = None  #: X's own page token
    later: list[str] = field(default_factory=list)  #: ids of versions that are newer than what came

    def add(self, item: Interaction) -> None:
        """Keep `item`; of one item, what was asked for beats context, and a later version beats an earlier one."""
        known = self.interactions.get(item.id)
        if known is None or _rank(item) > _rank(known):
            self.interactions[item.id] = item


def _rank(item: Interaction) -> tuple[bool, int]:
    return (not item.context, int(item.version_id))


def read_items(answer: Wire, found: Found, read: Callable[[Wire], _T]) -> tuple[list[_T], Includes]:
    """Return the readable items of `answer` and what came beside them; the rest goes to `found`.

    `WireError` when nothing can be made of the answer as a whole: an error in the place of a page is no empty page.
    """
    problems = _problems(answer)
    looked_up = any(problem.parameter == _LOOK_UP for problem in problems)
    if not answer.has("data", "meta") and not looked_up:
        reason = in_words(problems[0]) if problems else "it holds neither data nor meta"
        raise WireError(f"the answer is no page: {reason}")
    gone = [one for one in problems if one.kind in _REMOVED]
    found.deleted.extend(own(one.value) for one in gone if one.parameter == _LOOK_UP)
    expected = [one for one in gone if one.parameter in {_LOOK_UP, *_BESIDE}]
    found.partial.extend(dict.fromkeys(in_words(one) for one in problems if one not in expected))
    items = []
    for raw in answer.raw_items("data"):
        try:
            items.append(read(wire(raw, "item")))
        except WireError as error:
            found.rejects.append(reject(raw, str(error)))
    meta = answer.object("meta")
    found.next = meta.text("next_token") or None
    counted, came = meta.number("result_count"), len(answer.raw_items("data"))
    if counted is not None and counted != came:
        found.partial.append(f"X counted {counted} items and sent {came}")
    return items, _includes(answer.object("includes"), found)


def _includes(data: Wire, found: Found) -> Includes:
    users = _readable(data, ("users", None), read_user, found)
    posts = _readable(data, ("tweets", "posts"), read_post, found)
    media = _readable(data, ("media", None), read_media, found)
    for user in users:
        found.contacts[own(user.id)] = contact(user)
    return Includes(
        users={user.id: user for user in users},
        posts={version: post for post in posts for version in (*post.history, post.id)},
        media={one.key: one for one in media},
    )


def _readable(data: Wire, names: tuple[str, str | None], read: Callable[[Wire], _T], found: Found) -> list[_T]:
    """Return what can be read. What stands beside the items is not worth a dead letter, but it is told."""
    items = []
    for raw in data.raw_items(*names):
        try:
            items.append(read(wire(raw, names[0])))
        except WireError as error:
            found.partial.append(f"one of the {names[0]} beside the items cannot be read: {error}")
    return items


def _problems(answer: Wire) -> list[Problem]:
    problems = []
    for raw in answer.raw_items("errors"):
        try:
            problems.append(read_problem(wire(raw, "errors")))
        except WireError as error:
            problems.append(Problem(kind="", title="unreadable error", detail=str(error), parameter="", value=""))
    return problems


def in_words(problem: Problem) -> str:
    """Return what X reports, on one line."""
    text = ": ".join(part for part in (problem.title, problem.detail) if part) or problem.kind or "an error"
    return " ".join(text.split())[:300]


def reject(raw: Any, reason: str) -> Reject:
    """Return the dead letter for an item that cannot be read."""
    native_id = raw.get("id") if isinstance(raw, dict) else None
    known = isinstance(native_id, str) and is_id(native_id)
    return Reject(native_id=native_id if known else None, reason=reason, raw=json.dumps(raw).encode())


def contact(user: User) -> Contact:
    """Return a person as the house knows them."""
    return Contact(
        id=own(user.id),
        channel=CHANNEL,
        handle=user.handle,
        name=user.name,
        followers=user.followers,
        verified=user.verified,
        description=user.description,
        location=user.location,
        url=f"https://x.com/{user.handle}" if user.handle else None,
        avatar_url=user.avatar_url,
        joined_at=user.created_at,
    )


def attachments(links: Iterable[Link], media_keys: Iterable[str], includes: Includes) -> tuple[Attachment, ...]:
    """Return pictures, films and links. A link that only stands for a picture of the same post is left out."""
    seen = [includes.media.get(key) for key in media_keys]
    pictures = [
        Attachment(kind=one.kind, url=one.url, alt=one.alt, preview=one.preview) if one else Attachment(kind="other")
        for one in seen
    ]
    leading = [Attachment(kind="link", url=one.expanded) for one in links if one.expanded and not one.media_key]
    return tuple(dict.fromkeys([*pictures, *leading]))

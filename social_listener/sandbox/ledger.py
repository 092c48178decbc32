"""The world's state: records, the sorted lists to find them by, and what each event does to them.

Only `Ledger.apply` changes the state, and every change is an event; `World` decides which events happen.
"""

from __future__ import annotations

import dataclasses
from bisect import bisect_left, insort
from collections.abc import Callable, Iterator
from typing import Any, cast

from social_listener.sandbox.identity import SCOPES
from social_listener.sandbox.journal import Event
from social_listener.sandbox.media import attached
from social_listener.sandbox.records import Grant, Message, Post, User, Version
from social_listener.sandbox.words import handles_in


class Ledger:
    """Users, posts and messages. Lists of ids are sorted by id, which is by time."""

    def __init__(self) -> None:
        """Start with an empty world."""
        self.users: dict[str, User] = {}
        self.handles: dict[str, User] = {}
        self.posts: dict[int, Post] = {}
        """Every version's id → its post."""
        self.order: list[int] = []
        self.mentions: dict[str, list[int]] = {}
        self.by_author: dict[str, list[int]] = {}
        self.messages: dict[int, Message] = {}
        self.inbox: dict[str, list[int]] = {}
        """User id → ids of the messages in their conversations."""
        self.threads: dict[str, list[int]] = {}
        """Conversation id → ids of its messages."""
        self.grants: dict[str, Grant] = {}
        """Account id → OAuth2 grant."""

    def taken(self, number: int) -> bool:
        """Whether a post's version or a message has this id."""
        return number in self.posts or number in self.messages

    def apply(self, event: Event) -> None:
        """Change the state as the event says."""
        handler = cast("Callable[[dict[str, Any]], None]", getattr(self, f"_on_{event['kind']}"))
        handler(event)

    def _on_user(self, event: dict[str, Any]) -> None:
        user = User(**event["user"])
        self.users[user.id] = user
        self.handles[user.handle.lower()] = user

    def _on_user_changed(self, event: dict[str, Any]) -> None:
        user = self.users[event["id"]]
        for name, value in event["changes"].items():
            setattr(user, name, value)

    def _on_post(self, event: dict[str, Any]) -> None:
        author = self.users[event["author"]]
        version = self._version(event)
        post = Post(
            author=author,
            versions=[version],
            conversation=event["conversation"],
            lang=event["lang"],
            parent=event.get("parent"),
            quoted=event.get("quoted"),
            reposted=event.get("reposted"),
            via_api=event.get("api"),
            media=attached(event, event["id"]),
        )
        self._index(post, version)
        self._count(post, +1)

    def _on_edit(self, event: dict[str, Any]) -> None:
        post = self.posts[event["post"]]
        version = self._version(event)
        post.versions.append(version)
        self._index(post, version)

    def _on_delete(self, event: dict[str, Any]) -> None:
        post = self.posts[event["post"]]
        if post.deleted_ms is None:
            post.deleted_ms = event["at"]
            self._count(post, -1)

    def _on_hide(self, event: dict[str, Any]) -> None:
        self.posts[event["post"]].hidden = event["hidden"]

    def _on_like(self, event: dict[str, Any]) -> None:
        likes = self.posts[event["post"]].likes
        if event["liked"]:
            likes.setdefault(event["user"], event.get("api"))
        else:
            likes.pop(event["user"], None)

    def _on_message(self, event: dict[str, Any]) -> None:
        message = Message(
            number=event["id"],
            conversation=event["conversation"],
            sender=self.users[event["sender"]],
            participants=tuple(event["participants"]),
            text=event["text"],
            shown=event["shown"],
            sent_ms=event["at"],
            visible_ms=event["visible"],
            links=tuple((short, target) for short, target in event.get("links", ())),
            via_api=event.get("api"),
            media=attached(event, event["id"]),
        )
        self.messages[message.number] = message
        for participant in message.participants:
            insort(self.inbox.setdefault(participant, []), message.number)
        insort(self.threads.setdefault(message.conversation, []), message.number)

    def _on_grant(self, event: dict[str, Any]) -> None:
        scope = event.get("scope", SCOPES)
        self.grants[event["account"]] = Grant(event["generation"], event["at"], event["revoked"], scope)

    def _version(self, event: dict[str, Any]) -> Version:
        named = (self.handles.get(handle.lower()) for handle in handles_in(event["shown"]))
        return Version(
            id=event["id"],
            text=event["text"],
            shown=event["shown"],
            sent_ms=event["at"],
            visible_ms=event["visible"],
            links=tuple((short, target) for short, target in event.get("links", ())),
            mentions=tuple(dict.fromkeys(user.id for user in named if user is not None)),
        )

    def _index(self, post: Post, version: Version) -> None:
        self.posts[version.id] = post
        insort(self.order, version.id)
        insort(self.by_author.setdefault(post.author.id, []), version.id)
        if post.reposted is None:
            for user in version.mentions:
                if user != post.author.id:
                    insort(self.mentions.setdefault(user, []), version.id)

    def _count(self, post: Post, change: int) -> None:
        for number, counter in ((post.parent, "replies"), (post.quoted, "quotes"), (post.reposted, "reposts")):
            other = self.posts.get(number) if number is not None else None
            if other is not None:
                setattr(other, counter, getattr(other, counter) + change)

    def walk(
        self,
        ids: list[int],
        now_ms: int,
        below: int | None = None,
        above: int | None = None,
        viewer: str | None = None,
    ) -> Iterator[tuple[Post, Version]]:
        """Return posts of a sorted list that can be seen by now, newest first, each in its current version only.

        `below` and `above` exclude themselves; `viewer` sees their own posts even when protected.
        """
        index = len(ids) if below is None else bisect_left(ids, below)
        while index > 0:
            index -= 1
            number = ids[index]
            if above is not None and number <= above:
                return
            post = self.posts[number]
            if not post.seen() and not (post.deleted_ms is None and post.author.id == viewer):
                continue
            version = post.current(now_ms)
            if version is not None and version.id == number:
                yield post, version

    def walk_messages(
        self, ids: list[int], now_ms: int, below: int | None = None, above: int | None = None
    ) -> Iterator[Message]:
        """Messages of a sorted list that have become visible, newest first; the bounds exclude themselves."""
        index = len(ids) if below is None else bisect_left(ids, below)
        while index > 0:
            index -= 1
            if above is not None and ids[index] <= above:
                return
            message = self.messages[ids[index]]
            if message.visible_ms <= now_ms:
                yield message


def user_event(user: User) -> Event:
    """Return the event that brings a user into the world."""
    return {"kind": "user", "user": dataclasses.asdict(user)}

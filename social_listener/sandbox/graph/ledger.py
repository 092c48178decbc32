"""The state of the Graph world, and what each event does to it. Only `Ledger.apply` changes the state."""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable
from typing import Any, cast

from social_listener.sandbox.graph import ids
from social_listener.sandbox.graph.records import (
    Comment,
    IgComment,
    Item,
    Media,
    Message,
    Person,
    Post,
    Thread,
    Upload,
    Version,
)
from social_listener.sandbox.journal import Event
from social_listener.sandbox.media import attached


def by_time(item: Item | Message) -> tuple[int, int]:
    """Return what lists are sorted by."""
    return item.key


class Ledger:
    """People, posts, comments, media, threads and messages. Lists are sorted by the time of making, oldest first."""

    def __init__(self, seed: int) -> None:
        """Start with an empty world."""
        self._seed = seed
        self.made = 0
        """How many numbers were given out."""
        self.people: dict[str, Person] = {}
        """Handle in lower case → person."""
        self.contacts: dict[str, Person] = {}
        """Page-scoped and Instagram-scoped id → person."""
        self.items: dict[int, Item] = {}
        """Number → post, comment, media or comment on Instagram."""
        self.feed: list[Post] = []
        self.posts: dict[str, list[Post]] = {"page": [], "visitor": [], "tagged": []}
        self.comments: list[Comment] = []
        self.media: list[Media] = []
        """The brand's own, advertisements too."""
        self.foreign_media: list[Media] = []
        """Media of others that mention the brand, or below which it is mentioned."""
        self.ig_comments: list[IgComment] = []
        self.threads: dict[tuple[str, str], Thread] = {}
        """Platform and contact's id → thread."""
        self.thread_ids: dict[str, Thread] = {}
        self.messages: dict[str, Message] = {}
        self.uploads: dict[str, Upload] = {}
        self.subscriptions: dict[str, tuple[str, ...]] = {}
        """Id of an application → the fields it is told of."""
        self.grants: dict[str, dict[str, Any]] = {}
        """Access token → what it is good for."""

    @property
    def brand(self) -> Person:
        """The brand's Page and account."""
        return next(person for person in self.people.values() if person.brand)

    def apply(self, event: Event) -> None:
        """Change the state as the event says."""
        handler = cast("Callable[[dict[str, Any]], None]", getattr(self, f"_on_{event['kind']}"))
        handler(event)

    def _on_person(self, event: dict[str, Any]) -> None:
        person = Person(**event["person"])
        self.people[person.handle.lower()] = person
        self.contacts[person.psid] = self.contacts[person.igsid] = person

    def _on_person_changed(self, event: dict[str, Any]) -> None:
        for name, value in event["changes"].items():
            setattr(self.people[event["handle"].lower()], name, value)

    def _on_post(self, event: dict[str, Any]) -> None:
        post = Post(**self._written(event), kind=event["of"], published=event["published"], page=self.brand.psid)
        post.moved_ms = post.created_ms
        self.items[post.number] = post
        insort(self.feed, post, key=by_time)
        insort(self.posts[post.kind], post, key=by_time)

    def _on_comment(self, event: dict[str, Any]) -> None:
        post: Post = self._item(event["post"])
        parent, answered = self._item(event["parent"]), self._item(event["answered"])
        comment = Comment(**self._written(event), post=post, parent=parent, answered=answered)
        self.items[comment.number] = comment
        self._use(comment)
        for target in (post.comments, self.comments, *([] if comment.parent is None else [comment.parent.replies])):
            insort(target, comment, key=by_time)
        post.coming.append((comment.visible_ms, comment.created_ms))

    def _on_media(self, event: dict[str, Any]) -> None:
        media = Media(**self._written(event), ad=event["ad"], mentions_brand=event["mentions"])
        self.items[media.number] = media
        insort(self.media if media.author.brand else self.foreign_media, media, key=by_time)

    def _on_ig_comment(self, event: dict[str, Any]) -> None:
        media: Media = self._item(event["media"])
        comment = IgComment(
            **self._written(event),
            media=media,
            parent=self._item(event["parent"]),
            answered=self._item(event["answered"]),
            mentions_brand=event["mentions"],
        )
        self.items[comment.number] = comment
        insort(media.comments if comment.parent is None else comment.parent.replies, comment, key=by_time)
        insort(self.ig_comments, comment, key=by_time)

    def _on_edit(self, event: dict[str, Any]) -> None:
        item = self.items[event["id"]]
        item.versions.append(Version(event["text"], event["at"], _tags(event)))
        if isinstance(item, Post):
            item.moved_ms = max(item.moved_ms, event["at"])

    def _on_delete(self, event: dict[str, Any]) -> None:
        for number in event["ids"]:
            item = self.items[number]
            if item.deleted_ms is None:
                item.deleted_ms = event["at"]

    def _on_hide(self, event: dict[str, Any]) -> None:
        self.items[event["id"]].hidden = event["hidden"]

    def _on_like(self, event: dict[str, Any]) -> None:
        likes = self.items[event["id"]].likes
        if event["liked"]:
            likes.setdefault(event["who"], event["api"])
        else:
            likes.pop(event["who"], None)

    def _on_comments_enabled(self, event: dict[str, Any]) -> None:
        media: Media = self._item(event["id"])
        media.comments_enabled = event["enabled"]

    def _on_message(self, event: dict[str, Any]) -> None:
        thread = self._thread(event["platform"], event["contact"])
        message = Message(
            id=event["id"],
            number=event["number"],
            thread=thread,
            ours=event["ours"],
            text=event["text"],
            created_ms=event["at"],
            visible_ms=event["visible"],
            via_api=event["api"],
            private_reply_to=event["private_reply_to"],
            tag=event["tag"],
            attached=attached(event, event["number"]),
        )
        self.made = max(self.made, event["count"])
        self.messages[message.id] = message
        self._use(message)
        insort(thread.messages, message, key=by_time)
        if event["answers"] is not None:
            self.items[event["answers"]].private_reply = message.id

    def _on_unsend(self, event: dict[str, Any]) -> None:
        self.messages[event["id"]].deleted_ms = event["at"]

    def _on_holder(self, event: dict[str, Any]) -> None:
        self._thread(event["platform"], event["contact"]).holder = event["holder"]

    def _on_upload(self, event: dict[str, Any]) -> None:
        self.made = max(self.made, event["count"])
        upload = Upload(**event["upload"])
        self.uploads[upload.id] = upload

    def _use(self, said: Item | Message) -> None:
        """Mark the uploads that were said."""
        for one in said.attached:
            if one.number in self.uploads:
                self.uploads[one.number].used = True

    def _on_subscribed(self, event: dict[str, Any]) -> None:
        if event["fields"]:
            self.subscriptions[event["app"]] = tuple(event["fields"])
        else:
            self.subscriptions.pop(event["app"], None)

    def _on_grant(self, event: dict[str, Any]) -> None:
        self.grants[event["token"]] = event["grant"]

    def _written(self, event: dict[str, Any]) -> dict[str, Any]:
        """Return what all public items have."""
        self.made = max(self.made, event["count"])
        return {
            "number": event["id"],
            "author": self.people[event["author"]],
            "versions": [Version(event["text"], event["at"], _tags(event))],
            "created_ms": event["at"],
            "visible_ms": event["visible"],
            "via_api": event["api"],
            "attached": attached(event, event["id"]),
        }

    def _item(self, number: int | None) -> Any:
        """Return an item of the kind that the event means."""
        return None if number is None else self.items[number]

    def _thread(self, platform: str, contact: str) -> Thread:
        key = platform, contact
        if key not in self.threads:
            number = ids.thread_number(self._seed, *key)
            thread = Thread(
                id=ids.thread_id(platform, number),
                number=number,
                platform=cast("Any", platform),
                person=self.contacts[contact],
            )
            self.threads[key] = self.thread_ids[thread.id] = thread
        return self.threads[key]


def _tags(event: dict[str, Any]) -> tuple[tuple[str, str, int, int], ...]:
    return tuple((tag[0], tag[1], tag[2], tag[3]) for tag in event.get("tags", ()))

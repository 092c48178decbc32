"""What people, the Page and its staff do on Facebook."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import cast

from social_listener.sandbox.clock import from_ms, to_ms
from social_listener.sandbox.graph.core import Core, Making, Who
from social_listener.sandbox.graph.records import Comment, Item, Media, Message, Person, Post, PostKind
from social_listener.sandbox.media import told

On = Item | str
_TAG = re.compile(r"@\[(\w+)\]")


class FacebookActs(Core):
    """Posts and comments. Everything may be backdated with `sent_at` (aware) and shown late (`visible_after`)."""

    def page_post(
        self,
        text: str,
        sent_at: datetime | None = None,
        *,
        published: bool = True,
        visible_after: float | timedelta = 0.0,
        via_api: str | None = None,
    ) -> Post:
        """Let the Page post; unpublished ones are dark posts, as for advertisements."""
        return self._post("page", self.brand, text, Making(sent_at, visible_after, via_api), published=published)

    def visitor_post(
        self, who: Who, text: str, sent_at: datetime | None = None, *, visible_after: float | timedelta = 0.0
    ) -> Post:
        """Let somebody post on the Page."""
        return self._post("visitor", self.person(who), text, Making(sent_at, visible_after))

    def tagged_post(
        self, who: Who, text: str, sent_at: datetime | None = None, *, visible_after: float | timedelta = 0.0
    ) -> Post:
        """Let somebody post on their own profile and tag the Page."""
        return self._post("tagged", self.person(who), text, Making(sent_at, visible_after))

    def comment(
        self,
        who: Who,
        on: On,
        text: str,
        sent_at: datetime | None = None,
        *,
        visible_after: float | timedelta = 0.0,
        via_api: str | None = None,
        media: Iterable[tuple[str, ...]] = (),
    ) -> Comment:
        """Comment on a post or a comment; what answers a nested comment lands under the top-level one.

        `@[handle]` or `@[id]` in the text tags somebody: their name stands there and `message_tags` names them. One
        picture or film may come along (`media`: kind and what it shows).
        """
        with self.lock:
            target = self.find(on)
            if not isinstance(target, Post | Comment):
                raise TypeError(f"{target.id} is no post and no comment on Facebook")
            post = target if isinstance(target, Post) else target.post
            top = None if isinstance(target, Post) else target.parent or target
            shown, tags = self._tagged(text)
            number = self._write(
                "comment",
                self.person(who),
                shown,
                Making(sent_at, visible_after, via_api),
                tags=tags,
                post=post.number,
                parent=None if top is None else top.number,
                answered=None if top is None else target.number,
                attached=told(media),
            )
            return cast("Comment", self.ledger.items[number])

    def app_comment(
        self, on: On, text: str, sent_at: datetime | None = None, *, visible_after: float | timedelta = 0.0
    ) -> Comment:
        """Let staff comment as the Page, in the platform's own app."""
        return self.comment(self.brand, on, text, sent_at, visible_after=visible_after)

    # What is done to what was written; the same for Instagram

    def edit(self, which: On, text: str, sent_at: datetime | None = None) -> None:
        """Word a post, a comment on Facebook or a caption anew. The platform tells no time of it."""
        with self.lock:
            item = self._public(which)
            if not isinstance(item, Post | Comment | Media):
                raise TypeError("comments on Instagram cannot be edited")
            shown, tags = self._tagged(text) if isinstance(item, Post | Comment) else (text, [])
            at = self.clock.now_ms() if sent_at is None else max(to_ms(sent_at), item.versions[-1].sent_ms)
            self.record({"kind": "edit", "id": item.number, "text": shown, "tags": tags, "at": at})

    def delete(self, which: On) -> None:
        """Delete something public, with everything that was written below it. Deleting it again does nothing."""
        with self.lock:
            item = self._public(which)
            below: list[Item] = [*getattr(item, "comments", ()), *getattr(item, "replies", ())]
            below += [reply for comment in getattr(item, "comments", ()) for reply in comment.replies]
            doomed = dict.fromkeys(one.number for one in (item, *below) if one.deleted_ms is None)
            if doomed:
                self.record({"kind": "delete", "ids": list(doomed), "at": self.clock.now_ms()})

    def hide(self, which: On, hidden: bool = True, *, via_api: str | None = None) -> None:
        """Hide something from everybody but its author and the Page, or show it again."""
        item = self._public(which)
        self.record({"kind": "hide", "id": item.number, "hidden": hidden, "api": via_api, "at": self.clock.now_ms()})

    def like(self, who: Who, which: On, liked: bool = True, *, via_api: str | None = None) -> None:
        """Like something or stop liking it."""
        with self.lock:
            person, item = self.person(who), self._public(which)
            self.record(
                {
                    "kind": "like",
                    "id": item.number,
                    "who": self._id_on(item, person),
                    "liked": liked,
                    "api": via_api,
                    "at": self.clock.now_ms(),
                }
            )

    def fill(self, posts: int = 2000, comments: int = 20_000, span: timedelta = timedelta(days=1460)) -> list[Post]:
        """Make plain posts of the Page, spread evenly over the `span` before now, and comments below them. Fast.

        Comments come evenly too, each below the newest post of its time or one of the four before it.
        """
        with self.lock:
            now, width = self.clock.now_ms(), span.total_seconds() * 1000
            people = [self.person(f"passer_by_{index}") for index in range(50)]
            made: list[Post] = []
            for index in range(posts):
                at = from_ms(now - round(width * (posts - index) / posts))
                made.append(self.page_post(f"News from the roastery, number {index + 1}", at))
            for index in range(comments if made else 0):
                below = made[max(0, index * posts // comments - index % 5)]
                moment = max(now - round(width * (comments - index) / comments), below.created_ms)
                text = f"Is number {index + 1} still to be had?"
                self.comment(people[index % len(people)], below, text, from_ms(moment))
            return made

    def _post(self, kind: PostKind, author: Person, text: str, made: Making, *, published: bool = True) -> Post:
        with self.lock:
            shown, tags = self._tagged(text)
            number = self._write("post", author, shown, made, tags=tags, of=kind, published=published)
            return cast("Post", self.ledger.items[number])

    def _public(self, which: On) -> Item:
        item = self.find(which)
        if isinstance(item, Message):
            raise TypeError(f"{item.id} is a message; messages are only sent and unsent")
        return item

    def _id_on(self, item: Item, person: Person) -> str:
        return person.psid if isinstance(item, Post | Comment) else person.igsid

    def _tagged(self, text: str) -> tuple[str, list[list[str | int]]]:
        """Return the text with names for its tags, and the tags: id, name, offset, length."""
        tags: list[list[str | int]] = []
        shown, end = "", 0
        for found in _TAG.finditer(text):
            person = self.person(found[1])
            shown += text[end : found.start()]
            tags.append([person.psid, person.name, len(shown), len(person.name)])
            shown += person.name
            end = found.end()
        return shown + text[end:], tags

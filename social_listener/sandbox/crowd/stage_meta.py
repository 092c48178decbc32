"""Facebook with Messenger, and Instagram, as stages for the crowd."""

from __future__ import annotations

import random
from datetime import datetime
from typing import Any, Generic, TypeVar

from social_listener.sandbox.crowd.people import Person
from social_listener.sandbox.crowd.stage import Heard
from social_listener.sandbox.crowd.stories import Way
from social_listener.sandbox.graph.records import Comment, IgComment, Item, Media, MessagePlatform, Post
from social_listener.sandbox.graph.world import Graph
from social_listener.sandbox.journal import Event
from social_listener.sandbox.media import crowd_media

_ADVERTISED = 0.3
"""Share of what the brand says that is an advertisement: a dark post, or a medium in no list."""

_Said = TypeVar("_Said", bound=Item)


class _MetaStage(Generic[_Said]):
    """What both have in common."""

    name: str
    calls_by_handle = False
    _platform: MessagePlatform
    _comments: tuple[str, type[Item]]
    """Kind of the event that a comment is, and of its record."""

    def __init__(self, graph: Graph, rng: random.Random) -> None:
        """Speak about and to the brand of this world."""
        self._graph = graph
        self._rng = rng

    def write(self, person: Person, text: str, moment: datetime) -> None:
        """Send a message to the brand."""
        self._graph.message(person.handle, text, self._platform, moment, media=crowd_media(text))

    def write_back(self, person: Person, text: str, moment: datetime) -> None:
        """Send a message as the brand."""
        self._graph.app_message(person.handle, text, self._platform, moment)

    def has_written_back(self, person: Person) -> bool:
        """Whether the brand has written in the conversation."""
        thread = self._graph.thread(person.handle, self._platform)
        return thread is not None and any(message.ours for message in thread.messages)

    def like(self, person: Person, said: _Said) -> None:
        """Like."""
        self._graph.like(person.handle, said)

    def delete(self, said: _Said) -> None:
        """Delete."""
        self._graph.delete(said)

    def text_of(self, said: _Said) -> str:
        """Return the last wording."""
        return said.text

    def author_of(self, said: _Said) -> str:
        """Return the author's handle."""
        return said.author.handle

    def is_gone(self, said: _Said) -> bool:
        """Whether it was deleted."""
        return said.deleted_ms is not None

    def heard(self, event: Event) -> list[Heard]:
        """Return whom a comment or a message made through the API answers."""
        facts: dict[str, Any] = dict(event)
        if facts.get("api") is None:
            return []
        kind, record = self._comments
        if facts["kind"] == kind:
            comment: Any = self._graph.ledger.items[facts["id"]]
            above = comment.answered or (comment.post if isinstance(comment, Comment) else comment.media)
            return [Heard(above.author.handle, comment, "")] if isinstance(comment, record) else []
        if facts["kind"] == "message" and facts["platform"] == self._platform:
            person = self._graph.ledger.messages[facts["id"]].thread.person
            return [Heard(person.handle, None, f"{self.name}:dm:{facts['contact']}")]
        return []


class FacebookStage(_MetaStage[Post | Comment]):
    """Most people comment below what the Page posts; some post on it, or tag it elsewhere. They call it by its name."""

    name = "facebook"
    _platform: MessagePlatform = "messenger"
    _comments = ("comment", Comment)

    def has_history(self) -> bool:
        """Whether anything was posted."""
        return bool(self._graph.ledger.feed)

    def hangs_below(self, way: Way) -> bool:
        """Whether a story is a comment."""
        return way == "under" or self._rng.random() < {"mention": 0.75, "plain": 0.85}.get(way, 0.0)

    def names_handle(self, way: Way) -> bool:  # noqa: ARG002  # others look at it
        """Return False: nobody writes handles here."""
        return False

    def posts_of_brand(self, before_ms: int) -> list[Post | Comment]:
        """Return the last four posts of the Page, dark ones too."""
        posts = reversed(self._graph.ledger.posts["page"])
        found = [post for post in posts if post.deleted_ms is None and post.created_ms < before_ms]
        return [*found[:4]]

    def announce(self, text: str, moment: datetime) -> Post:
        """Post as the Page; now and then it is an advertisement."""
        return self._graph.page_post(text, moment, published=self._rng.random() >= _ADVERTISED)

    def tell(
        self, person: Person, text: str, way: Way, below: Post | Comment | None, moment: datetime
    ) -> Post | Comment:
        """Comment, post on the Page, or tag it."""
        if below is not None:
            return self._graph.comment(person.handle, below, text, moment, media=crowd_media(text))
        if way == "mention":
            return self._graph.visitor_post(person.handle, text, moment)
        return self._graph.tagged_post(person.handle, text, moment)

    def reply(self, person: Person, to: Post | Comment, text: str, moment: datetime) -> None:
        """Comment."""
        self._graph.comment(person.handle, to, text, moment)

    def answer(self, person: Person, to: Post | Comment, text: str, moment: datetime) -> Comment:  # noqa: ARG002
        """Comment as the Page."""
        return self._graph.app_comment(to, text, moment)

    def reword(self, person: Person, said: Post | Comment, text: str, moment: datetime) -> None:  # noqa: ARG002
        """Edit."""
        self._graph.edit(said, text, moment)

    def has_replies(self, said: Post | Comment) -> bool:
        """Whether there are comments below it."""
        return bool(said.comments if isinstance(said, Post) else said.replies)

    def is_answered(self, said: Post | Comment) -> bool:
        """Whether the Page has commented in answer to it, or replied in private."""
        if isinstance(said, Post):
            below, answered = said.comments, None
        else:
            below, answered = (said.parent or said).replies, said
        by_brand = (one for one in below if one.author.brand and one.deleted_ms is None)
        return said.private_reply is not None or any(one.answered is answered for one in by_brand)

    def place_of(self, said: Post | Comment) -> str:
        """Return the post."""
        return f"facebook:{said.number if isinstance(said, Post) else said.post.number}"


class InstagramStage(_MetaStage[Media | IgComment]):
    """Most people comment below the brand's media; some mention it in captions of their own, or below others' media."""

    name = "instagram"
    _platform: MessagePlatform = "instagram"
    _comments = ("ig_comment", IgComment)

    def has_history(self) -> bool:
        """Whether anything was published."""
        return bool(self._graph.ledger.media or self._graph.ledger.foreign_media)

    def hangs_below(self, way: Way) -> bool:
        """Whether a story is a comment below the brand's media."""
        return way in ("under", "plain") or (way == "mention" and self._rng.random() < 0.75)

    def names_handle(self, way: Way) -> bool:  # noqa: ARG002  # others look at it
        """Return True: away from the brand's media it is a mention, or the brand never learns of it."""
        return True

    def posts_of_brand(self, before_ms: int) -> list[Media | IgComment]:
        """Return the last four media of the brand, advertisements too."""
        media = reversed(self._graph.ledger.media)
        found = [one for one in media if one.deleted_ms is None and one.created_ms < before_ms]
        return [*found[:4]]

    def announce(self, text: str, moment: datetime) -> Media:
        """Publish a medium; now and then it is an advertisement."""
        return self._graph.media(text, moment, ad=self._rng.random() < _ADVERTISED)

    def tell(
        self, person: Person, text: str, way: Way, below: Media | IgComment | None, moment: datetime
    ) -> Media | IgComment:
        """Comment, or mention the brand elsewhere."""
        if below is not None:
            return self._graph.ig_comment(person.handle, below, text, moment)
        return self._graph.ig_mention(person.handle, text, in_comment=way == "quote", sent_at=moment)

    def reply(self, person: Person, to: Media | IgComment, text: str, moment: datetime) -> None:
        """Comment; away from the brand's media it learns of it only when it is named."""
        self._comment(person, to, text, moment)

    def answer(self, person: Person, to: Media | IgComment, text: str, moment: datetime) -> IgComment:  # noqa: ARG002
        """Comment as the brand."""
        return self._graph.app_ig_comment(to, text, moment)

    def reword(self, person: Person, said: Media | IgComment, text: str, moment: datetime) -> None:
        """Edit a caption. A comment cannot be edited: people delete it and write another one."""
        if isinstance(said, Media):
            self._graph.edit(said, text, moment)
        elif not said.replies:
            self._graph.delete(said)
            self._comment(person, said.answered or said.media, text, moment)

    def has_replies(self, said: Media | IgComment) -> bool:
        """Whether there are comments below it."""
        return bool(said.comments if isinstance(said, Media) else said.replies)

    def is_answered(self, said: Media | IgComment) -> bool:
        """Whether the brand has commented in answer to it, or replied in private."""
        if isinstance(said, Media):
            below, answered = said.comments, None
        else:
            below, answered = (said.parent or said).replies, said
        by_brand = (one for one in below if one.author.brand and one.deleted_ms is None)
        return said.private_reply is not None or any(one.answered is answered for one in by_brand)

    def place_of(self, said: Media | IgComment) -> str:
        """Return the medium."""
        return f"instagram:{said.number if isinstance(said, Media) else said.media.number}"

    def _comment(self, person: Person, on: Media | IgComment, text: str, moment: datetime) -> None:
        media, brand = on if isinstance(on, Media) else on.media, self._graph.brand
        elsewhere = not media.author.brand
        if elsewhere and brand.name in text:
            text = text.replace(brand.name, f"@{brand.handle}", 1)
        elif elsewhere:
            text = f"@{brand.handle} {text}"
        self._graph.ig_comment(person.handle, on, text, moment, mentions_brand=elsewhere)

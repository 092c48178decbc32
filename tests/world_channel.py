"""A channel that reads the sandbox's world without HTTP: as little as possible between ingest and the truth."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from social_listener.cursor import Cursor, floor
from social_listener.errors import ChannelError
from social_listener.model import (
    Action,
    Allowed,
    Contact,
    Interaction,
    Kind,
    Owner,
    Page,
    PrivateReply,
    PublicReply,
    Reject,
    Reply,
    Sent,
    Standing,
    Stream,
    StreamKind,
    TextLength,
    Usage,
)
from social_listener.sandbox import Sandbox
from social_listener.sandbox.records import Post

ACCOUNT = "fernhill"


def stream_of(name: str = "mentions", overlap: timedelta = timedelta(minutes=30)) -> Stream:
    """Return a stream of mentions."""
    return Stream(
        id=f"{ACCOUNT}/{name}",
        account_id=ACCOUNT,
        channel="x",
        kind=StreamKind.MENTIONS,
        name=name,
        interval=timedelta(minutes=1),
        overlap=overlap,
    )


class WorldChannel:
    """Mentions of the brand in the world, newest first, in small pages, with whatever fault a test sets."""

    def __init__(
        self, sandbox: Sandbox, *, page_size: int = 5, most: int | None = None, account_id: str = ACCOUNT
    ) -> None:
        self.account_id = account_id
        self.stream_kinds: Sequence[StreamKind] = (StreamKind.MENTIONS,)
        self.sandbox = sandbox
        self.page_size = page_size
        self.most = most  # how many items a whole walk can bring; None: all
        self.faults: list[ChannelError | None] = []  # one a call, None for a good one
        self.calls = 0
        self.bad: set[str] = set()  # native ids that cannot be read
        self.before_page: Callable[[], None] = lambda: None

    def usage(self) -> Usage | None:
        """Return None: there is no allowance."""
        return None

    def whoami(self) -> Owner:
        """Return the brand."""
        brand = self.sandbox.brand
        return Owner(native_id=brand.id, handle=brand.handle, name=brand.name)

    def _now(self) -> datetime:
        return self.sandbox.world.clock.now()

    def _visible(self) -> list[Post]:
        world, now = self.sandbox.world, self.sandbox.world.clock.now_ms()
        posts = {post.root: post for post in world.ledger.posts.values()}.values()
        seen = [
            post
            for post in posts
            if post.seen()
            and (current := post.current(now)) is not None
            and (self.sandbox.brand.id in current.mentions or post.author.id == self.sandbox.brand.id)
        ]
        return sorted(seen, key=lambda post: -post.root)

    def _call(self) -> None:
        self.calls += 1
        if self.faults and (fault := self.faults.pop(0)) is not None:
            raise fault

    def fetch(self, stream: Stream, cursor: Cursor, now: datetime) -> Page:  # noqa: ARG002
        """Return one page; the token is the lowest id so far and how many came, as X's hide inside theirs."""
        self._call()
        self.before_page()
        lowest = floor(cursor.since, stream.overlap)
        posts = self._visible()
        if lowest is not None:
            posts = [post for post in posts if _time(post.versions[0].sent_ms) >= lowest]
        below, came = (int(part) for part in cursor.resume.split("/")) if cursor.resume else (None, 0)
        posts = [post for post in posts if below is None or post.root < below]
        left = len(posts) if self.most is None else min(len(posts), self.most - came)
        taken = posts[: min(self.page_size, left)]
        more = left > len(taken)
        return self._page(taken, f"{taken[-1].root}/{came + len(taken)}" if more else None, self.most)

    def lookup(self, items: Mapping[str, str | None], now: datetime) -> Page:  # noqa: ARG002
        """Return those posts as they are now, and which of them are gone."""
        self._call()
        visible = {post.id: post for post in self._visible()}
        found = [visible[item] for item in items if item in visible]
        gone = [f"x:{item}" for item in items if item not in visible]
        return self._page(found, None, None, gone)

    def parse(self, raw: bytes, stream: Stream, server_time: datetime) -> Page:  # noqa: ARG002
        """Return the page that `raw` holds."""
        data = json.loads(raw)
        items = [one for one in data["posts"] if not one.get("bad")]
        authors = {one["author"]["id"]: one["author"] for one in items}
        return Page(
            raw=raw,
            interactions=tuple(self._item(one) for one in items),
            contacts=tuple(
                Contact(
                    id=f"x:{one['id']}", channel="x", handle=one["handle"], name=one["name"], followers=one["reach"]
                )
                for one in authors.values()
            ),
            deleted=tuple(data["gone"]),
            rejects=tuple(
                Reject(native_id=one["id"], reason="a field has the wrong type", raw=json.dumps(one).encode())
                for one in data["posts"]
                if one.get("bad") and one["id"] in self.bad
            ),
            server_time=server_time,
        )

    def _page(self, posts: list[Post], token: str | None, most: int | None, gone: Sequence[str] = ()) -> Page:
        now = self.sandbox.world.clock.now_ms()
        body = {"posts": [self._wire(post, now) for post in posts], "gone": list(gone)}
        page = self.parse(json.dumps(body).encode(), stream_of(), self._now())
        return Page(
            raw=page.raw,
            interactions=page.interactions,
            contacts=page.contacts,
            deleted=page.deleted,
            rejects=page.rejects,
            next=token,
            server_time=page.server_time,
            horizon_items=most,
        )

    def _wire(self, post: Post, now: int) -> dict[str, Any]:
        version = post.current(now)
        assert version is not None
        author = post.author
        return {
            "id": post.id,
            "version_id": str(version.id),
            "text": version.shown,
            "at": post.versions[0].sent_ms,
            "edited_at": version.sent_ms if version is not post.versions[0] else None,
            "thread_id": str(post.conversation),
            "answers_id": str(post.parent) if post.parent else None,
            "author": {"id": author.id, "handle": author.handle, "name": author.name, "reach": author.followers},
            **({"bad": True} if post.id in self.bad else {}),
        }

    def _item(self, one: dict[str, Any]) -> Interaction:
        outbound = one["author"]["id"] == self.sandbox.brand.id
        partner = one["author"]["id"]
        if outbound and one["answers_id"]:
            partner = self.sandbox.world.find(one["answers_id"]).author.id
        return Interaction(
            id=f"x:{one['id']}",
            channel="x",
            account_id=self.account_id,
            conversation_id=f"x:{one['thread_id']}:{partner}",
            thread_id=f"x:{one['thread_id']}",
            author_id=f"x:{one['author']['id']}",
            kind=Kind.POST if outbound else Kind.MENTION,
            private=False,
            outbound=outbound,
            text=one["text"],
            sent_at=_time(one["at"]),
            version_id=one["version_id"],
            edited_at=_time(one["edited_at"]) if one["edited_at"] else None,
            reply_to_id=f"x:{one['answers_id']}" if one["answers_id"] else None,
            addresses_us=not outbound,
        )

    def send(self, reply: PublicReply | PrivateReply) -> Sent:
        """Answer nobody: this channel only reads."""
        raise NotImplementedError

    def act(self, action: Action) -> None:
        """Do nothing: this channel only reads."""
        raise NotImplementedError

    def allowed(self, item: Interaction, standing: Standing, now: datetime) -> Sequence[Allowed]:  # noqa: ARG002
        """Return that nothing is allowed."""
        return ()

    def find_own(self, reply: Reply, since: datetime, others: Collection[str] = ()) -> Sent | None:  # noqa: ARG002
        """Return nothing."""
        return None

    def length(self, text: str, *, private: bool) -> TextLength:  # noqa: ARG002
        """Return the number of characters."""
        return TextLength(used=len(text), limit=280)


def _time(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=milliseconds)

"""What the X Activity API tells the brand's accounts of: one envelope for each event, account and type.

The shapes of posts and direct messages follow deliveries that users of the API have published; direct messages come
in the older form, without an id of their conversation.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any, Literal

from social_listener.sandbox.fields import POST_FIELDS, USER_FIELDS, Selection
from social_listener.sandbox.journal import Event
from social_listener.sandbox.policy import Policy
from social_listener.sandbox.records import Message, Post, User, Version
from social_listener.sandbox.render import Renderer
from social_listener.sandbox.words import handles_in
from social_listener.sandbox.world import World

ActivityType = Literal[
    "post.create",
    "post.delete",
    "post.mention.create",
    "post.reply.create",
    "post.quote.create",
    "dm.received",
    "dm.sent",
]
USUAL: tuple[ActivityType, ...] = (
    "post.mention.create",
    "post.reply.create",
    "dm.received",
    "dm.sent",
    "post.delete",
)
"""What an account is told of unless it subscribes to something else."""
EVERY: tuple[ActivityType, ...] = (*USUAL, "post.create", "post.quote.create")
_TAG = "social-listener"
_ALL = Selection(
    post=POST_FIELDS,
    user=USER_FIELDS - {"receives_your_dm"},
    dm=frozenset(),
    expansions=frozenset(("author_id", "in_reply_to_user_id", "entities.mentions.username", "referenced_tweets.id")),
    as_posts=False,
)

Json = dict[str, Any]


class Activity:
    """Makes envelopes; the caller holds the world's lock."""

    def __init__(self, world: World, policy: Policy) -> None:
        """Tell of this world."""
        self._world = world
        self._policy = policy
        self._count = 0

    def of_event(self, event: Event) -> Iterator[tuple[ActivityType, Json]]:
        """Return the envelopes that an event of the world brings."""
        facts: dict[str, Any] = dict(event)
        ledger = self._world.ledger
        for account in self._world.accounts():
            match facts["kind"]:
                case "post" | "edit":
                    post = ledger.posts[facts["id"]]
                    version = next(one for one in post.versions if one.id == facts["id"])
                    for kind in _of_post(self._world, account, post, version):
                        yield kind, self.envelope(kind, account, post, version)
                case "delete":
                    post = ledger.posts[facts["post"]]
                    if post.author.id == account.id:
                        yield "post.delete", self.envelope("post.delete", account, post)
                case "message":
                    message = ledger.messages[facts["id"]]
                    if account.id in message.participants:
                        way: ActivityType = "dm.sent" if message.sender.id == account.id else "dm.received"
                        yield way, self.envelope(way, account, message)

    def envelope(
        self, kind: ActivityType, account: User, about: Post | Message, version: Version | None = None
    ) -> Json:
        """Return one envelope as an account is told of a post or a message."""
        if isinstance(about, Message) != kind.startswith("dm."):
            raise ValueError(f"{kind} does not tell of a {type(about).__name__.lower()}")
        includes: Json = {}
        if isinstance(about, Message):
            payload = self._message(account, about)
        elif kind == "post.delete":
            payload = {"id": about.latest_id, "author_id": about.author.id}
        else:
            payload, includes = self._post(account, about, version or about.versions[-1])
        data: Json = {
            "event_uuid": self._uuid(kind, account.id),
            "filter": {"user_id": account.id},
            "event_type": kind,
            "tag": _TAG,
            "payload": payload,
        }
        return {"data": data | ({"includes": includes} if includes else {})}

    def _post(self, account: User, post: Post, version: Version) -> tuple[Json, Json]:
        renderer = self._renderer(account, max(self._world.clock.now_ms(), version.visible_ms))
        rendered = renderer.post(post, version)
        includes = renderer.includes()
        includes["tweets"] = [rendered, *includes.get("tweets", [])]
        return _twinned(rendered), _twinned(includes)

    def _message(self, account: User, message: Message) -> Json:
        other = next(member for member in message.participants if member != message.sender.id)
        recipient = other if message.sender.id == account.id else account.id
        renderer = self._renderer(account, self._world.clock.now_ms())
        users = [message.sender, self._world.users[recipient]]
        words: Json = {
            "text": message.shown.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"),
            "entities": {"hashtags": [], "symbols": [], "user_mentions": [], "urls": _urls(message)},
        }
        return {
            "direct_message_events": [
                {
                    "type": "message_create",
                    "id": message.id,
                    "created_timestamp": str(message.sent_ms),
                    "message_create": {
                        "target": {"recipient_id": recipient},
                        "sender_id": message.sender.id,
                        "message_data": words,
                    },
                }
            ],
            "users": {user.id: {"data": _twinned(renderer.user(user))} for user in users},
        }

    def _renderer(self, account: User, now_ms: int) -> Renderer:
        return Renderer(self._world.ledger, self._policy, _ALL, now_ms, account.id)

    def _uuid(self, kind: str, account: str) -> str:
        """Return an id of an event: a number of 64 bits, which may be negative."""
        self._count += 1
        digest = hashlib.blake2b(f"{self._world.seed}:{kind}:{account}:{self._count}".encode(), digest_size=8).digest()
        return str(int.from_bytes(digest, "big", signed=True))


def _of_post(world: World, account: User, post: Post, version: Version) -> Iterator[ActivityType]:
    """Return the types by which an account is told of a post: only of explicit mentions and of direct replies."""
    if post.author.protected or post.author.suspended or post.reposted is not None:
        return
    if post.author.id == account.id:
        yield "post.create"
        return
    if account.handle.lower() in (handle.lower() for handle in handles_in(version.text)):
        yield "post.mention.create"
    if _is_by(world, post.parent, account):
        yield "post.reply.create"
    if _is_by(world, post.quoted, account):
        yield "post.quote.create"


def _is_by(world: World, number: int | None, account: User) -> bool:
    return number is not None and world.ledger.posts[number].author.id == account.id


def _twinned(value: Any) -> Any:
    """Return a JSON value in which every number has a twin that is a text, as in real deliveries."""
    if isinstance(value, dict):
        found: Json = {}
        for name, inner in value.items():
            found[name] = _twinned(inner)
            if isinstance(inner, int) and not isinstance(inner, bool):
                found[f"{name}_str"] = str(inner)
        return found
    return [_twinned(inner) for inner in value] if isinstance(value, list) else value


def _urls(message: Message) -> list[Json]:
    return [
        {"url": short, "expanded_url": target, "display_url": target.split("://", 1)[-1]}
        for short, target in message.links
    ]

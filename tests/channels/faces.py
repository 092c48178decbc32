"""How the contract suite meets each channel: its platform in the sandbox, and what can be made to happen there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from social_listener.channels import Channel, factory
from social_listener.cursor import Cursor
from social_listener.model import Page, Stream, StreamKind
from social_listener.sandbox import Sandbox

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Made:
    """Something a customer said: its native id, who said it, and the direct thread it stands in."""

    id: str
    author: str
    thread: str | None = None


class Face(Protocol):
    """One platform in the sandbox, as the contract suite needs it. A context manager."""

    secrets: Sequence[str]
    #: what the platform does wrong → the error that reading, sending and acting must raise; None: none
    faults: Mapping[str, tuple[type[Exception] | None, type[Exception] | None, type[Exception] | None]]

    def channel(self, **changes: Any) -> Channel: ...
    def say(self, kind: StreamKind, text: str, *, by: int = 0) -> Made: ...
    def edit(self, made: Made, text: str) -> None: ...
    def delete(self, made: Made) -> None: ...
    def break_reads(self, fault: str, **how: Any) -> None: ...
    def break_writes(self, fault: str, **how: Any) -> None: ...
    def mend(self) -> None: ...
    def said_in_public(self) -> list[tuple[str, str | None]]: ...
    def said_in_private(self) -> list[tuple[str, str]]: ...
    def __enter__(self) -> Face: ...
    def __exit__(self, *args: object) -> None: ...


class XFace(AbstractContextManager["XFace"]):
    """X in the sandbox."""

    from social_listener.errors import BadPayload as _Bad
    from social_listener.errors import OutOfCredit as _Credit
    from social_listener.errors import PageExpired as _Expired
    from social_listener.errors import RateLimited as _Limited
    from social_listener.errors import Rejected as _Rejected
    from social_listener.errors import Unauthorized as _Keys
    from social_listener.errors import Unavailable as _Away
    from social_listener.errors import Unsure as _Unsure

    faults = {
        "status_401": (_Keys, _Keys, _Keys),
        "revoked_token": (_Keys, _Keys, _Keys),
        "status_402": (_Credit, _Credit, _Credit),
        "status_403": (_Keys, _Rejected, _Rejected),
        "status_429": (_Limited, _Limited, _Limited),
        "status_429_no_reset": (_Limited, _Limited, _Limited),
        "status_429_garbage_reset": (_Limited, _Limited, _Limited),
        "usage_capped": (_Credit, _Credit, _Credit),
        "html_503": (_Away, _Unsure, _Away),
        "json_500": (_Away, _Unsure, _Away),
        "list_error": (_Away, _Unsure, _Away),
        "stall": (_Away, _Unsure, _Away),
        "reset": (_Away, _Unsure, _Away),
        "cut": (_Away, _Unsure, _Away),
        "empty_200": (_Away, _Unsure, _Away),
        "invalid_json": (_Bad, _Unsure, _Away),
        "lost": (_Away, _Unsure, _Away),
        "status_503_after_effect": (_Away, _Unsure, _Away),
        "expired_page_token": (_Expired, None, None),  # only calls that carry a token are hit
        "partial_errors": (None, None, None),
        "wrong_types": (None, _Unsure, _Away),
    }

    def __init__(self) -> None:
        self.sandbox = Sandbox(seed=7, clock="manual", start_at=NOW)
        self.credentials = {
            name: value
            for name, value in self.sandbox.credentials.items()
            if name in {"consumer_key", "consumer_secret", "access_token", "access_token_secret", "bearer_token"}
        }
        self.secrets = list(self.credentials.values())
        self.people = [user for user in self.sandbox.world.users.values() if not user.account]
        self.root = ""

    def __enter__(self) -> XFace:
        self.sandbox.start()
        self.root = self.sandbox.world.post(self.sandbox.brand, "New beans are here").id
        return self

    def __exit__(self, *args: object) -> None:
        self.sandbox.stop()

    def channel(self, **changes: Any) -> Channel:
        wanted: dict[str, Any] = {
            "account_id": "main",
            "credentials": self.credentials,
            "base_url": self.sandbox.base_url,
            "options": {"likes": "on"},
            "connect_timeout": timedelta(seconds=2),
            "read_timeout": timedelta(seconds=5),
        }
        return factory("x")(**(wanted | changes))

    def say(self, kind: StreamKind, text: str, *, by: int = 0) -> Made:
        world, author = self.sandbox.world, self.people[by]
        if kind is StreamKind.MESSAGES:
            message = world.dm(author, self.sandbox.brand, text)
            return Made(message.id, author.id, message.conversation)
        if kind is StreamKind.REPLIES:
            return Made(world.post(author, text, reply_to=self.root).id, author.id)
        name = "@fernhill " if kind is StreamKind.MENTIONS else "fernhill "
        return Made(world.post(author, name + text).id, author.id)

    def edit(self, made: Made, text: str) -> None:
        self.sandbox.world.advance(60)
        self.sandbox.world.edit(made.id, text)

    def delete(self, made: Made) -> None:
        self.sandbox.world.delete(made.id)

    def break_reads(self, fault: str, **how: Any) -> None:
        self.sandbox.faults.add("GET /**", fault, **how)

    def break_writes(self, fault: str, **how: Any) -> None:
        for method in ("POST", "PUT", "DELETE"):
            self.sandbox.faults.add(f"{method} /**", fault, **how)

    def mend(self) -> None:
        self.sandbox.faults.clear()

    def said_in_public(self) -> list[tuple[str, str | None]]:
        return [(post.text, post.parent_id) for post in self.sandbox.world.truth().posts if post.via_api]

    def said_in_private(self) -> list[tuple[str, str]]:
        truth = self.sandbox.world.truth()
        return [(message.text, message.conversation_id) for message in truth.messages if message.via_api]


FACES: Mapping[str, type[XFace]] = {"x": XFace}


def stream(kind: StreamKind, channel: str = "x", *, query: str = "fernhill", overlap: float = 30) -> Stream:
    """Return a stream of the account `main`; `overlap` in minutes."""
    return Stream(
        id=f"main/{kind.value}",
        account_id="main",
        channel=channel,
        kind=kind,
        name=kind.value,
        interval=timedelta(minutes=1),
        overlap=timedelta(minutes=overlap),
        query=query if kind is StreamKind.SEARCH else None,
    )


def walk(channel: Channel, one: Stream, cursor: Cursor | None = None, now: datetime = NOW) -> list[Page]:
    """Return all pages of one walk."""
    from social_listener.cursor import advance

    at, pages = cursor or Cursor(), list[Page]()
    while True:
        pages.append(channel.fetch(one, at, now))
        at, _ = advance(at, pages[-1], known=False, overlap=one.overlap)
        if pages[-1].next is None:
            return pages
        assert len(pages) < 200, "the walk does not end"

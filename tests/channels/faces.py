"""How the contract suite meets each channel: its platform in the sandbox, and what can be made to happen there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Protocol, Self

from social_listener.channels import Channel, factory
from social_listener.cursor import Cursor, advance
from social_listener.errors import (
    BadPayload,
    OutOfCredit,
    PageExpired,
    RateLimited,
    Rejected,
    Unauthorized,
    Unavailable,
    Unsure,
)
from social_listener.model import Action, ActionKind, Page, Stream, StreamKind
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

    name: str  #: as it is registered
    secrets: Sequence[str]
    loggers: Sequence[str]  #: of the libraries that would log secrets
    #: what the platform does wrong → the error that reading, sending and acting must raise; None: none
    faults: Mapping[str, tuple[type[Exception] | None, type[Exception] | None, type[Exception] | None]]
    said: Sequence[StreamKind]  #: what can be polled
    public: Sequence[StreamKind]  #: those of them that bring what is public; the first brings what can be hidden
    crowd: int  #: so many customers make a walk of several pages when they say 130 things
    rereads: Mapping[StreamKind, int]  #: pages that a walk has when only the overlap is new; 2 unless named here
    edits: bool  #: customers can edit what they said
    versions: bool  #: the platform tells that, and when, something was edited
    withholds: bool  #: the platform tells inside a good answer what it does not give
    acts: Sequence[ActionKind]  #: what can be done to what somebody else said
    limits: Sequence[bool]  #: whether the length of public (False), of private words (True) is enforced there

    def channel(self, **changes: Any) -> Channel:
        """Return a channel of our account there, with the arguments of `build` changed."""

    def say(self, kind: StreamKind, text: str, *, by: int = 0) -> Made:
        """Let a customer say something that a stream of this kind must bring; `by` numbers the customers."""

    def edit(self, made: Made, text: str) -> None:
        """Let them change it, a minute later."""

    def delete(self, made: Made) -> None:
        """Let them delete it."""

    def break_reads(self, fault: str, **how: Any) -> None:
        """Switch a fault of the sandbox on for whatever reads."""

    def break_writes(self, fault: str, **how: Any) -> None:
        """Switch a fault of the sandbox on for whatever writes."""

    def spoil(self, kind: StreamKind, number: int) -> None:
        """Give one item of the next page of such a stream wrong types."""

    def mend(self) -> None:
        """Switch all faults off."""

    def refused(self) -> tuple[Action, str]:
        """Return an action that the platform refuses, and a word of its reason."""

    def revoke(self) -> None:
        """Take our credentials back."""

    def restore(self) -> None:
        """Make them good again."""

    def advance(self, time: timedelta) -> None:
        """Let time pass there."""

    def calls(self) -> int:
        """Return how many calls arrived."""

    def owner(self) -> tuple[str, str]:
        """Return native id and handle of our account."""

    def state(self, native_id: str) -> tuple[bool, int, bool]:
        """Return whether a post is hidden, how many like it, and whether it is deleted."""

    def said_in_public(self) -> list[tuple[str, str | None]]:
        """Return what our account said in public through the API: text and native id of the parent."""

    def said_in_private(self) -> list[tuple[str, str]]:
        """Return what our account said in private through the API: text and native id of the thread."""

    def __enter__(self) -> Self: ...
    def __exit__(self, *args: object) -> None: ...


class XFace(AbstractContextManager["XFace"]):
    """X in the sandbox."""

    name = "x"
    said = (StreamKind.MENTIONS, StreamKind.REPLIES, StreamKind.MESSAGES, StreamKind.SEARCH)
    public = (StreamKind.REPLIES, StreamKind.MENTIONS, StreamKind.SEARCH)
    crowd = 7
    rereads: ClassVar[Mapping[StreamKind, int]] = {}
    edits = versions = withholds = True
    acts = (ActionKind.HIDE, ActionKind.UNHIDE, ActionKind.LIKE, ActionKind.UNLIKE)
    limits = (False,)
    loggers = ("tweepy", "urllib3", "oauthlib", "requests_oauthlib")
    faults: ClassVar = {
        "status_401": (Unauthorized, Unauthorized, Unauthorized),
        "revoked_token": (Unauthorized, Unauthorized, Unauthorized),
        "status_402": (OutOfCredit, OutOfCredit, OutOfCredit),
        "status_403": (Unauthorized, Rejected, Rejected),
        "status_429": (RateLimited, RateLimited, RateLimited),
        "status_429_no_reset": (RateLimited, RateLimited, RateLimited),
        "status_429_garbage_reset": (RateLimited, RateLimited, RateLimited),
        "usage_capped": (OutOfCredit, OutOfCredit, OutOfCredit),
        "html_503": (Unavailable, Unsure, Unavailable),
        "json_500": (Unavailable, Unsure, Unavailable),
        "list_error": (Unavailable, Unsure, Unavailable),
        "stall": (Unavailable, Unsure, Unavailable),
        "reset": (Unavailable, Unsure, Unavailable),
        "cut": (Unavailable, Unsure, Unavailable),
        "empty_200": (Unavailable, Unsure, Unavailable),
        "invalid_json": (BadPayload, Unsure, Unavailable),
        "lost": (Unavailable, Unsure, Unavailable),
        "status_503_after_effect": (Unavailable, Unsure, Unavailable),
        "expired_page_token": (PageExpired, None, None),  # only calls that carry a token are hit
        "partial_errors": (None, None, None),
        "wrong_types": (None, Unsure, Unavailable),
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

    def __enter__(self) -> Self:
        self.sandbox.start()
        self.root = self.sandbox.world.post(self.sandbox.brand, "New beans are here").id
        return self

    def __exit__(self, *args: object) -> None:
        self.sandbox.stop()

    def channel(self, **changes: Any) -> Channel:
        """Return a channel; see `Face`."""
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
        """Say it; see `Face`."""
        world, author = self.sandbox.world, self.people[by]
        if kind is StreamKind.MESSAGES:
            message = world.dm(author, self.sandbox.brand, text)
            return Made(message.id, author.id, message.conversation)
        if kind is StreamKind.REPLIES:
            return Made(world.post(author, text, reply_to=self.root).id, author.id)
        name = "@fernhill " if kind is StreamKind.MENTIONS else "fernhill "
        return Made(world.post(author, name + text).id, author.id)

    def edit(self, made: Made, text: str) -> None:
        """Edit it; see `Face`."""
        self.sandbox.world.advance(60)
        self.sandbox.world.edit(made.id, text)

    def delete(self, made: Made) -> None:
        """Delete it; see `Face`."""
        self.sandbox.world.delete(made.id)

    def break_reads(self, fault: str, **how: Any) -> None:
        """Break reads; see `Face`."""
        self.sandbox.faults.add("GET /**", fault, **how)

    def break_writes(self, fault: str, **how: Any) -> None:
        """Break writes; see `Face`."""
        for method in ("POST", "PUT", "DELETE"):
            self.sandbox.faults.add(f"{method} /**", fault, **how)

    def spoil(self, kind: StreamKind, number: int) -> None:
        """Spoil one item; see `Face`."""
        lists = {StreamKind.MESSAGES: "/2/dm_events", StreamKind.MENTIONS: "/2/users/*/mentions"}
        self.sandbox.faults.add(f"GET {lists.get(kind, '/2/tweets/search/recent')}", "wrong_types", item=number)

    def refused(self) -> tuple[Action, str]:
        """Return the deletion of somebody else's words; see `Face`."""
        made = self.say(StreamKind.MENTIONS, "hello")
        return action(ActionKind.DELETE, made.id), "delete"

    def revoke(self) -> None:
        """Take the credentials of the app and of the user back."""
        for who in ("app", self.sandbox.brand.handle):
            self.sandbox.revoke(who)

    def restore(self) -> None:
        """Make both good again."""
        for who in ("app", self.sandbox.brand.handle):
            self.sandbox.restore(who)

    def advance(self, time: timedelta) -> None:
        """Let time pass; see `Face`."""
        self.sandbox.world.advance(time.total_seconds())

    def calls(self) -> int:
        """Count calls; see `Face`."""
        return len(self.sandbox.calls)

    def owner(self) -> tuple[str, str]:
        """Return who we are; see `Face`."""
        return self.sandbox.brand.id, self.sandbox.brand.handle

    def state(self, native_id: str) -> tuple[bool, int, bool]:
        """Return what became of a post; see `Face`."""
        post = self.sandbox.world.truth().post(native_id)
        return post.hidden, len(post.likes), post.deleted

    def mend(self) -> None:
        """Mend all; see `Face`."""
        self.sandbox.faults.clear()

    def said_in_public(self) -> list[tuple[str, str | None]]:
        """Return our public words; see `Face`."""
        return [(post.text, post.parent_id) for post in self.sandbox.world.truth().posts if post.via_api]

    def said_in_private(self) -> list[tuple[str, str]]:
        """Return our private words; see `Face`."""
        truth = self.sandbox.world.truth()
        return [(message.text, message.conversation_id) for message in truth.messages if message.via_api]


def action(kind: ActionKind, item: str, text: str = "") -> Action:
    """Return an action on a native id."""
    return Action(kind=kind, account_id="main", item_id=f"any:{item}", item_native_id=item, text=text)


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
    at, pages = cursor or Cursor(), list[Page]()
    while True:
        pages.append(channel.fetch(one, at, now))
        at, _ = advance(at, pages[-1], known=False, overlap=one.overlap)
        if pages[-1].next is None:
            return pages
        assert len(pages) < 200, "the walk does not end"

"""How the contract suite meets Facebook and Instagram, and the table of all faces."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any, ClassVar, Self

from faces import NOW, Face, Made, XFace, action

from social_listener.channels import Channel, factory
from social_listener.errors import BadPayload, PageExpired, RateLimited, Rejected, Unauthorized, Unavailable, Unsure
from social_listener.model import Action, ActionKind, StreamKind
from social_listener.sandbox import Sandbox
from social_listener.sandbox.graph import GraphTruth

_COMMENTS, _MENTIONS, _MESSAGES = StreamKind.COMMENTS, StreamKind.MENTIONS, StreamKind.MESSAGES


class MetaFace(AbstractContextManager["MetaFace"]):
    """What Facebook and Instagram have in common in the sandbox."""

    name: ClassVar[str]
    loggers = ("facebook", "urllib3")
    crowd = 40
    rereads: ClassVar[Mapping[StreamKind, int]] = {}
    versions = withholds = False
    faults: ClassVar = {
        "status_401": (Unauthorized, Unauthorized, Unauthorized),
        "revoked_token": (Unauthorized, Unauthorized, Unauthorized),
        "status_402": (Unauthorized, Rejected, Rejected),  # 368: the platform has stopped the account
        "status_403": (Unauthorized, Rejected, Rejected),
        "status_429": (RateLimited, RateLimited, RateLimited),
        "status_429_no_reset": (RateLimited, RateLimited, RateLimited),
        "status_429_garbage_reset": (RateLimited, RateLimited, RateLimited),
        "usage_capped": (RateLimited, RateLimited, RateLimited),
        "html_503": (Unavailable, Unsure, Unavailable),
        "json_500": (Unavailable, Unsure, Unavailable),  # the SDK takes it for success
        "list_error": (Unavailable, Unsure, Unavailable),
        "stall": (Unavailable, Unsure, Unavailable),
        "reset": (Unavailable, Unsure, Unavailable),
        "cut": (Unavailable, Unsure, Unavailable),
        "empty_200": (Unavailable, Unsure, Unavailable),
        "invalid_json": (BadPayload, Unsure, Unavailable),
        "lost": (Unavailable, Unsure, Unavailable),
        "status_503_after_effect": (Unavailable, Unsure, Unavailable),
        "expired_page_token": (PageExpired, None, None),  # only calls that carry a cursor are hit
        "partial_errors": (None, None, None),  # and nothing is said of what is left out
        "wrong_types": (None, Unsure, Unavailable),
    }

    def __init__(self) -> None:
        self.sandbox = Sandbox(seed=7, clock="manual", start_at=NOW)
        self.graph = self.sandbox.graph
        self.graph.policy.change(duplicate_window=None)
        self.credentials = self.sandbox.graph_credentials(self.name)
        proof = hmac.new(
            self.credentials["app_secret"].encode(), self.credentials["access_token"].encode(), hashlib.sha256
        )
        self.secrets = [*self.credentials.values(), proof.hexdigest()]
        self.people = [f"customer_{number}" for number in range(self.crowd)]
        self.root: Any = None

    def __enter__(self) -> Self:
        self.sandbox.start()
        return self

    def __exit__(self, *args: object) -> None:
        self.sandbox.stop()

    def channel(self, **changes: Any) -> Channel:
        """Return a channel; see `Face`."""
        wanted: dict[str, Any] = {
            "account_id": "main",
            "credentials": self.credentials,
            "base_url": self.sandbox.base_url,
            "options": self.sandbox.graph_options(self.name),
            "connect_timeout": timedelta(seconds=2),
            "read_timeout": timedelta(seconds=5),
        }
        return factory(self.name)(**(wanted | changes))

    def edit(self, made: Made, text: str) -> None:
        """Edit it; see `Face`."""
        self.graph_advance(60)
        self.graph.edit(made.id, text)

    def delete(self, made: Made) -> None:
        """Delete it; see `Face`."""
        self.graph.delete(made.id)

    def break_reads(self, fault: str, **how: Any) -> None:
        """Break reads; see `Face`."""
        self.sandbox.faults.add("GET /**", fault, **how)

    def break_writes(self, fault: str, **how: Any) -> None:
        """Break writes; see `Face`."""
        for method in ("POST", "DELETE"):
            self.sandbox.faults.add(f"{method} /**", fault, **how)

    def mend(self) -> None:
        """Mend all; see `Face`."""
        self.sandbox.faults.clear()

    def revoke(self) -> None:
        """Let the token expire."""
        self.graph.tokens.kill()

    def restore(self) -> None:
        """Make it good again."""
        self.graph.tokens.revive()

    def advance(self, time: timedelta) -> None:
        """Let time pass; see `Face`."""
        self.graph_advance(time.total_seconds())

    def graph_advance(self, seconds: float) -> None:
        """Let seconds pass."""
        self.sandbox.world.advance(seconds)

    def calls(self) -> int:
        """Count calls; see `Face`."""
        return len(self.sandbox.calls)

    def truth(self) -> GraphTruth:
        """Return what is really there."""
        return self.graph.truth()

    def said_in_private(self) -> list[tuple[str, str]]:
        """Return our private words; see `Face`."""
        us = self.owner()[0]
        return [(one.text, f"{us}-{one.contact_id}") for one in self.truth().messages if one.via_api]

    def owner(self) -> tuple[str, str]:
        """Return who we are; see `Face`."""
        raise NotImplementedError


class FacebookFace(MetaFace):
    """A Page on Facebook in the sandbox."""

    name = "facebook"
    said = (_COMMENTS, _MENTIONS, _MESSAGES)
    public = (_COMMENTS, _MENTIONS)
    edits = True
    acts = (ActionKind.HIDE, ActionKind.UNHIDE, ActionKind.LIKE, ActionKind.UNLIKE)
    limits = (False, True)

    def __enter__(self) -> Self:
        super().__enter__()
        self.root = self.graph.page_post("New beans are here")
        return self

    def say(self, kind: StreamKind, text: str, *, by: int = 0) -> Made:
        """Say it; see `Face`."""
        who = self.people[by]
        author = self.graph.person(who).psid
        if kind is _MESSAGES:
            return Made(self.graph.message(who, text).id, author, f"{self.graph.page_id}-{author}")
        if kind is _MENTIONS:
            return Made(self.graph.visitor_post(who, text).id, author)
        return Made(self.graph.comment(who, self.root, text).id, author)

    def spoil(self, kind: StreamKind, number: int) -> None:
        """Spoil one item; see `Face`."""
        lists = {_MESSAGES: "/{page}/conversations", _MENTIONS: "/{page}/visitor_posts"}
        self.sandbox.faults.add(f"GET {lists.get(kind, '/{post}/comments')}", "wrong_types", item=number)

    def refused(self) -> tuple[Action, str]:
        """Return the edit of somebody else's words; see `Face`."""
        made = self.say(_COMMENTS, "hello")
        return action(ActionKind.EDIT, made.id, "good bye"), "Permissions"

    def owner(self) -> tuple[str, str]:
        """Return who we are; see `Face`."""
        return self.graph.page_id, self.graph.brand.handle

    def state(self, native_id: str) -> tuple[bool, int, bool]:
        """Return what became of a comment; see `Face`."""
        one = self.truth().comment(native_id)
        return one.hidden, len(one.likes), one.deleted

    def said_in_public(self) -> list[tuple[str, str | None]]:
        """Return our public words; see `Face`."""
        return [(one.text, one.answered_id or one.post_id) for one in self.truth().comments if one.via_api]


class InstagramFace(MetaFace):
    """A professional account on Instagram in the sandbox."""

    name = "instagram"
    said = (_COMMENTS, _MESSAGES)  # mentions come by webhook only
    public = (_COMMENTS,)
    rereads: ClassVar[Mapping[StreamKind, int]] = {_COMMENTS: 6}  # a medium that has moved is read whole, 50 at a time
    edits = False
    acts = (ActionKind.HIDE, ActionKind.UNHIDE)
    limits = (True,)

    def __enter__(self) -> Self:
        super().__enter__()
        self.root = self.graph.media("New beans are here")
        return self

    def say(self, kind: StreamKind, text: str, *, by: int = 0) -> Made:
        """Say it; see `Face`."""
        who = self.people[by]
        author = self.graph.person(who).igsid
        if kind is _MESSAGES:
            return Made(self.graph.message(who, text, "instagram").id, author, f"{self.graph.instagram_id}-{author}")
        return Made(self.graph.ig_comment(who, self.root, text).id, author)

    def spoil(self, kind: StreamKind, number: int) -> None:
        """Spoil one item; see `Face`."""
        where = "/{page}/conversations" if kind is _MESSAGES else "/{media}/comments"
        self.sandbox.faults.add(f"GET {where}", "wrong_types", item=number)

    def refused(self) -> tuple[Action, str]:
        """Return the hiding of our own words; see `Face`."""
        own = self.graph.app_ig_comment(self.root, "Thank you all")
        return action(ActionKind.HIDE, own.id), "own"

    def owner(self) -> tuple[str, str]:
        """Return who we are; see `Face`."""
        return self.graph.instagram_id, self.graph.brand.handle

    def state(self, native_id: str) -> tuple[bool, int, bool]:
        """Return what became of a comment; see `Face`."""
        one = self.truth().ig_comment(native_id)
        return one.hidden, len(one.likes), one.deleted

    def said_in_public(self) -> list[tuple[str, str | None]]:
        """Return our public words; see `Face`."""
        return [(one.text, one.answered_id or one.media_id) for one in self.truth().ig_comments if one.via_api]


FACES: Mapping[str, Callable[[], Face]] = {"x": XFace, "facebook": FacebookFace, "instagram": InstagramFace}

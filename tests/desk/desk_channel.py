"""A channel straight onto a sandbox's world: no wire, and every misbehaviour on demand."""

from __future__ import annotations

import threading
from collections import deque
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from social_listener.errors import OutOfCredit, RateLimited, Rejected, Unauthorized, Unavailable, Unsure
from social_listener.failpoints import failpoint
from social_listener.model import (
    Action,
    ActionKind,
    Allowed,
    Interaction,
    Owner,
    PrivateReply,
    PublicReply,
    Reply,
    Sent,
    Standing,
    StreamKind,
    TextLength,
    Usage,
)
from social_listener.outbox_rules import witness_text

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from social_listener.sandbox import Sandbox

#: what one call can come to → whether it takes effect
SURELY_NOT = ("refused", "limited", "limited_without_date", "unauthorized", "out_of_credit")
NOT_TAKEN = ("rejected", "unsure_not_taken")
TAKEN = ("ok", "unsure_taken", "crash_taken")
BEHAVIOURS = (*SURELY_NOT, *NOT_TAKEN, *TAKEN)


class WorldChannel:
    """A channel straight onto a sandbox's world: no wire, every misbehaviour on demand."""

    stream_kinds = (StreamKind.MENTIONS, StreamKind.MESSAGES)

    def __init__(self, account_id: str, sandbox: Sandbox, handle: str) -> None:
        self.account_id = account_id
        self.sandbox = sandbox
        self.owner = sandbox.world.user(handle)
        self.behaviours: deque[str] = deque()
        self.lag = timedelta(0)  # until what we post can be read back
        self.window: timedelta | None = None  # how long an item may be answered
        self.once = False  # whether only one private reply may answer a public item
        self.by_text_only = False  # the known-bad way of looking for a reply
        self.rules_fault: Exception | None = None  # what asking for the rules comes to
        self.rules_asked = threading.Event()
        self.before_send: Callable[[Reply], None] = lambda _: None
        self.calls: list[Reply] = []
        self.readings = 0
        self.acts: list[Action] = []

    # -- writing -------------------------------------------------------------------------------------------------------

    def send(self, reply: PublicReply | PrivateReply) -> Sent:
        """Send once, as the next behaviour says."""
        self.calls.append(reply)
        self.before_send(reply)
        behaviour = self.behaviours.popleft() if self.behaviours else "ok"
        failpoint("send.before_call")
        self._refuse(behaviour)
        made = self._public(reply) if isinstance(reply, PublicReply) else self._private(reply)
        failpoint("send.after_call")
        if behaviour == "unsure_taken":
            raise Unsure("the answer was cut off", account_id=self.account_id)
        if behaviour == "crash_taken":
            raise ValueError("half a JSON document")
        return made

    def _refuse(self, behaviour: str) -> None:
        account = self.account_id
        faults = {
            "refused": Unavailable("connection refused", account_id=account),
            "limited": RateLimited(
                "too many", account_id=account, retry_at=self.sandbox.world.clock.now() + timedelta(minutes=5)
            ),
            "throttled": RateLimited(
                "no more calls",
                account_id=account,
                retry_at=self.sandbox.world.clock.now() + timedelta(minutes=5),
                whole_account=True,
            ),
            "limited_without_date": RateLimited("too many", account_id=account),
            "unauthorized": Unauthorized("the token is no longer good", account_id=account),
            "out_of_credit": OutOfCredit("no credit", account_id=account),
            "rejected": Rejected("you may not reply to this post", account_id=account),
            "unsure_not_taken": Unsure("503, and nobody knows", account_id=account),
        }
        if behaviour in faults:
            raise faults[behaviour]

    def _public(self, reply: PublicReply) -> Sent:
        post = self.sandbox.world.post(
            self.owner, reply.text, reply_to=int(reply.item_native_id), via_api=self.owner.id, visible_after=self.lag
        )
        return Sent(native_id=post.id, sent_at=time_of(post.versions[0].sent_ms))

    def _private(self, reply: PrivateReply) -> Sent:
        message = self.sandbox.world.dm(
            self.owner, reply.recipient_native_id, reply.text, via_api=self.owner.id, visible_after=self.lag
        )
        return Sent(native_id=message.id, sent_at=time_of(message.sent_ms), thread_native_id=message.conversation)

    def charges(self, what: PublicReply | PrivateReply | Action) -> Mapping[str, int]:
        """Return that everything costs once what it is."""
        return {"act" if isinstance(what, Action) else "send": 1}

    def act(self, action: Action) -> None:
        """Do it, as the next behaviour says."""
        self.acts.append(action)
        self._refuse(self.behaviours.popleft() if self.behaviours else "ok")
        post = int(action.item_native_id)
        if action.kind in {ActionKind.HIDE, ActionKind.UNHIDE}:
            self.sandbox.world.hide(post, action.kind is ActionKind.HIDE)
        elif action.kind in {ActionKind.LIKE, ActionKind.UNLIKE}:
            self.sandbox.world.like(self.owner, post, action.kind is ActionKind.LIKE)
        elif action.kind is ActionKind.EDIT:
            self.sandbox.world.edit(post, action.text)
        else:
            self.sandbox.world.delete(post)

    # -- reading -------------------------------------------------------------------------------------------------------

    def find_own(self, reply: Reply, since: datetime, others: Collection[str] = ()) -> Sent | None:
        """Look through the truth for what we posted, as far as it is visible."""
        self.readings += 1
        self._refuse(self.behaviours.popleft() if self.behaviours else "ok")
        truth = self.sandbox.world.truth()
        now = self.sandbox.world.clock.now()
        wanted = witness_text(reply.text)
        if isinstance(reply, PublicReply):
            found = [
                (post.sent_at, post.id)
                for post in truth.posts
                if post.author_id == self.owner.id
                and (self.by_text_only or post.parent_id == reply.item_native_id)
                and (self.by_text_only or post.sent_at >= since)
                and post.id not in others
                and post.visible_at <= now
                and witness_text(post.shown_text) == wanted
            ]
        else:
            found = [
                (message.sent_at, message.id)
                for message in truth.messages
                if message.sender_id == self.owner.id
                and reply.recipient_native_id in message.participants
                and message.sent_at >= since
                and message.id not in others
                and witness_text(message.text) == wanted
            ]
        return Sent(native_id=min(found)[1], sent_at=min(found)[0]) if found else None

    def allowed(self, item: Interaction, standing: Standing, now: datetime) -> list[Allowed]:
        """Return rules with the window that the test set."""
        self.rules_asked.set()
        if self.rules_fault is not None:
            raise self.rules_fault
        until = item.sent_at + self.window if self.window else None
        in_time = until is None or now < until
        words = "within the platform's window" if in_time else "the platform's window has passed"
        return [
            Allowed(verb="reply_public", ok=not item.private and in_time, because=words, until=until, max_length=280),
            self._private_rule(standing, words, until, ok=in_time),
            Allowed(verb="hide", ok=not item.private and not item.outbound, because="replies can be hidden"),
            Allowed(verb="unhide", ok=item.hidden, because="hidden replies can be shown"),
            Allowed(verb="like", ok=True, because="likes are on"),
            Allowed(verb="unlike", ok=True, because="likes are on"),
            Allowed(verb="delete", ok=item.outbound, because="our own words only"),
            Allowed(verb="edit", ok=item.outbound, because="our own words only"),
        ]

    def _private_rule(self, standing: Standing, words: str, until: datetime | None, *, ok: bool) -> Allowed:
        if self.once and standing.private_replies:
            return Allowed(verb="reply_private", ok=False, because="an item takes one private reply")
        return Allowed(verb="reply_private", ok=ok, because=words, until=until, max_length=10_000)

    def length(self, text: str, *, private: bool) -> TextLength:
        """Count characters."""
        return TextLength(used=len(text), limit=10_000 if private else 280)

    def usage(self) -> Usage | None:
        """Return None: there is no allowance."""
        return None

    def whoami(self) -> Owner:
        """Return our account."""
        return Owner(native_id=self.owner.id, handle=self.owner.handle, name=self.owner.name)

    def fetch(self, *_: object) -> None:
        """Not here: items are stored by the kit."""
        raise NotImplementedError

    parse = lookup = fetch


def time_of(ms: int) -> datetime:
    """Return the sandbox's milliseconds as a time."""
    return datetime.fromtimestamp(ms / 1000, UTC)

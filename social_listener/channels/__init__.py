"""Channels: one account on one platform each, behind one protocol.

Adding a channel is one file here, one line in `REGISTRY`, one face in the sandbox; docs/adding-a-channel.md tells how,
and the contract suite runs over every registered name.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from datetime import datetime, timedelta

    from social_listener.cursor import Cursor
    from social_listener.model import (
        Action,
        Allowed,
        Interaction,
        Owner,
        Page,
        PictureRules,
        PrivateFile,
        PrivatePicture,
        PrivateReply,
        PublicFile,
        PublicPicture,
        PublicReply,
        Reply,
        Sent,
        Standing,
        Stream,
        StreamKind,
        TextLength,
        Usage,
    )


class Channel(Protocol):
    """One account on one platform. On a platform's fault every method raises a `ChannelError` and nothing else.

    Methods may be called from several threads at a time. Every call has time-outs; none sleeps, none retries a write.
    """

    account_id: str
    stream_kinds: Sequence[StreamKind]  #: what this channel can poll

    def fetch(self, stream: Stream, cursor: Cursor, now: datetime) -> Page:
        """Return ONE page of `stream`: from `cursor.resume`, or the newest when no walk is under way.

        `now` is the caller's clock. `PageExpired`: walk again from the top. `Rejected`: the platform will never answer
        this, such as a search it cannot understand.

        It asks the platform for nothing older than `cursor.floor(cursor.since, stream.overlap)`. The loop, the
        transaction and the pauses are the caller's.
        """

    def parse(self, raw: bytes, stream: Stream, server_time: datetime) -> Page:
        """Return the page that `raw`, kept from an earlier answer, holds: replay uses it. No call is made.

        It is the page that `fetch` or `lookup` gave, without its `next` and its `reads`. `BadPayload` when it cannot be
        read.
        """

    def lookup(self, items: Mapping[str, str | None], now: datetime) -> Page:
        """Return the present state of 1 to 100 native ids: items as they are now, and which are `deleted`.

        Beside each id stands that of the thread it is stored in; None: it is not stored. Some platforms prove that
        something is gone only by what it stood below.
        Public items only: a direct message looked up as if it were public would read as deleted. ValueError for what is
        no id, and for too many.
        """

    def send(self, reply: PublicReply | PrivateReply) -> Sent:
        """Send once.

        `Rejected`: it never will go. `RateLimited`, `Unavailable`, `Unauthorized`, `OutOfCredit`: it surely did not go.
        `Unsure`: it may have gone.
        """

    def act(self, action: Action) -> None:
        """Hide, unhide, like, unlike or delete. Repeating it does no harm, so it is never `Unsure`.

        `Rejected`: it will never be. `RateLimited`, `Unavailable`, `Unauthorized`, `OutOfCredit`: try again later.
        """

    def allowed(self, item: Interaction, standing: Standing, now: datetime) -> Sequence[Allowed]:
        """Return for every verb of this channel whether it may be done to `item` now, until when, by which rule.

        `now` is the platform's clock, as far as it is known. A deleted item is the caller's to know: to that nothing
        may be done.
        """

    def find_own(self, reply: Reply, since: datetime, others: Collection[str] = ()) -> Sent | None:
        """Return what the platform made of a reply whose answer was lost; None: not found (which proves nothing).

        It matches the parent (or the direct thread), our own account and a time not before `since`, and takes the text
        as a further witness, never as the only one. `others` are native ids that are known to be other replies of ours:
        it is none of them. Of several that fit it is the oldest.
        """

    def length(self, text: str, *, private: bool) -> TextLength:
        """Return how long `text` is by the channel's rules."""

    def whoami(self) -> Owner:
        """Return who the credentials belong to."""

    def usage(self) -> Usage | None:
        """Return how much of the account's allowance is used, as the platform last told; None: it never did."""


@runtime_checkable
class Pushed(Protocol):
    """A channel whose platform can push: it delivers what happens to our webhook."""

    def handshake(self, query: Mapping[str, str]) -> bytes:
        """Return the body that answers the platform's question whether this webhook is ours; `Forged`: do not answer.

        `query` holds the parameters of its GET.
        """

    def verify(self, headers: Mapping[str, str], body: bytes) -> None:
        """Raise `Forged` unless `body`, as it came, is signed by the platform. Names of headers are lower case.

        The comparison takes the same time for every signature.
        """

    def receive(self, body: bytes, received_at: datetime) -> Sequence[Page]:
        """Return what a verified delivery tells, in the order in which it tells it; no call is made.

        Each page is about one moment of the platform's clock (`server_time`; `received_at`, our own, where it tells
        none), and its `raw` is a delivery that tells it alone: replay hands that in again. What is not understood is a
        `Reject`; `BadPayload`: not even the envelope can be read; `Unavailable`: it cannot be read now, ask again.
        """


@runtime_checkable
class Shared(Pushed, Protocol):
    """A channel whose platform pushes to one address what concerns several accounts of an app."""

    def shares(self, other: object) -> bool:
        """Return whether `other` is a channel of the same app, so that either may be pushed what is for the other."""

    def parts(self, body: bytes) -> Mapping[str, bytes]:
        """Return a verified delivery in parts: whose they are (`addressed`) → a delivery that tells those alone.

        What cannot be read comes back whole under "".
        """

    @property
    def addressed(self) -> str:
        """Return under what name deliveries are for this account."""


@runtime_checkable
class Subscribing(Protocol):
    """A channel whose platform pushes what it was subscribed to, and tells what that is."""

    @property
    def is_pushed(self) -> bool:
        """Return whether the platform is to push to our webhook: the option `webhooks`."""

    def not_pushed(self, kinds: Collection[StreamKind]) -> str | None:
        """Ask what those kinds of stream need and the platform does not push; None: nothing. Else what to do, in words.

        The errors are those of a read.
        """

    def subscribe(self, kinds: Collection[StreamKind]) -> Sequence[str]:
        """Have the platform push what those kinds of stream need; return what it did not push before, by its names."""


@runtime_checkable
class Billed(Protocol):
    """A channel whose platform bills for what is read and written. What is read is told by `Page.reads`."""

    def charges(self, what: Reply | Action) -> Mapping[str, int]:
        """Return what sending or doing that is billed as: name of the price → how often."""


@runtime_checkable
class Uploads(Protocol):
    """A channel that takes pictures along with replies. They are uploaded first, which may be repeated without harm.

    Public and private have no call in common: what is uploaded for one person can go into a private reply only.
    """

    def picture_rules(self, *, private: bool) -> PictureRules:
        """Return whether and how pictures go along with a reply; no call is made."""

    def upload_public(self, file: PublicFile) -> PublicPicture:
        """Hand a picture over for a public reply.

        `Rejected`: the platform will never take it. `RateLimited`, `Unavailable`, `Unauthorized`, `OutOfCredit`: try
        again later; it is never `Unsure`, since nobody sees it before the reply goes out.
        """

    def upload_private(self, file: PrivateFile) -> PrivatePicture:
        """Hand a picture over for a private reply; see `upload_public`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """The credentials of a connected account as they are now."""

    credentials: Mapping[str, str] = field(repr=False)
    renew_at: datetime | None = None  #: from then on they are to be renewed, by our clock; None: nobody knows when


class Keeper(Protocol):
    """Keeps the credentials of one connected account for its channel, whatever process or thread renews them."""

    def held(self) -> Held:
        """Return what is held, as far as this process knows; no file is read for it."""

    def renew(self, stale: Held, refresh: Callable[[Mapping[str, str]], Held]) -> Held:
        """Return credentials that are not `stale`.

        Where another thread or process has renewed them, those are returned. Else `refresh`, which is handed the
        credentials, asks the platform for new ones; they are on the disk when this returns. One refresh at a time is
        made for an account, and none with a token that was used before: after one that ended in `Unauthorized` or
        `Unsure`, or in a crash, every further one is `Unauthorized` until somebody connects the account again.
        """


class ChannelFactory(Protocol):
    """What a channel's module offers as `build`."""

    def __call__(
        self,
        *,
        account_id: str,
        credentials: Mapping[str, str],
        base_url: str | None,
        options: Mapping[str, str],
        connect_timeout: timedelta,
        read_timeout: timedelta,
        keeper: Keeper | None = None,
    ) -> Channel:
        """Return the channel. It makes no call; `credentials` are the values, by the names in `CREDENTIALS`.

        `keeper`: the account was connected, and `credentials` are what it holds now, by the names in `CONNECTED`.
        """


#: channel → how people call it; those that are still to come have their names already
TITLES: Mapping[str, str] = {"x": "X", "facebook": "Facebook", "instagram": "Instagram", "email": "Email"}

#: channel name → module that offers `build`, `CREDENTIALS` and `OPTIONS` (name → what it is, in words) and `STREAMS`;
#: and, where there is any, `PRICES` (name → USD) and `PUSHED_ONLY` (kinds of stream)
REGISTRY: Mapping[str, str] = {
    "x": "social_listener.channels.x",
    "facebook": "social_listener.channels.facebook",
    "instagram": "social_listener.channels.instagram",
}


def factory(channel: str) -> ChannelFactory:
    """Return the factory of a registered channel; KeyError for an unknown name."""
    return cast("ChannelFactory", import_module(REGISTRY[channel]).build)


def credential_names(channel: str) -> Mapping[str, str]:
    """Return the credentials a channel takes: name → what it is, in words."""
    return cast("Mapping[str, str]", import_module(REGISTRY[channel]).CREDENTIALS)


def connected_names(channel: str) -> Mapping[str, str]:
    """Return the credentials that a connected account has in the vault: name → what it is, in words."""
    module = import_module(REGISTRY[channel])
    return cast("Mapping[str, str]", getattr(module, "CONNECTED", module.CREDENTIALS))


def option_names(channel: str) -> Mapping[str, str]:
    """Return the options a channel takes in the settings: name → what it is, in words."""
    return cast("Mapping[str, str]", import_module(REGISTRY[channel]).OPTIONS)


def prices(channel: str) -> Mapping[str, float]:
    """Return what a channel's platform bills for: name of the price → USD, by its own list; empty: for nothing."""
    return cast("Mapping[str, float]", getattr(import_module(REGISTRY[channel]), "PRICES", {}))


def pushed_only(channel: str) -> Sequence[StreamKind]:
    """Return the kinds of stream of which the platform tells by webhook only: polling them brings nothing."""
    return cast("Sequence[StreamKind]", getattr(import_module(REGISTRY[channel]), "PUSHED_ONLY", ()))


def stream_kinds(channel: str) -> Sequence[StreamKind]:
    """Return what a channel can poll."""
    return cast("Sequence[StreamKind]", import_module(REGISTRY[channel]).STREAMS)

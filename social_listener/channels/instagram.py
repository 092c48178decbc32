"""Instagram, through Facebook Login and facebook-sdk: comments, mentions, direct messages; and answering them.

`build` makes no call. Everything is read and said with the token of the Page that the account belongs to. Mentions are
told by webhook only: no list of them can be polled.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from social_listener.channels import graph_rules, instagram_lookup, instagram_push, instagram_sending
from social_listener.channels.graph_account import TAKEN, Account, made
from social_listener.channels.graph_client import Client
from social_listener.channels.graph_found import Asked, Found, Us
from social_listener.channels.graph_ids import is_number
from social_listener.channels.graph_push import Reader
from social_listener.channels.graph_sending import find_private, send_private
from social_listener.channels.graph_talks import messages
from social_listener.channels.instagram_memory import Memory
from social_listener.channels.instagram_reading import comments, read_kept
from social_listener.cursor import Cursor
from social_listener.errors import Rejected
from social_listener.model import (
    Action,
    Allowed,
    Interaction,
    Page,
    PrivateReply,
    PublicReply,
    Reply,
    Sent,
    Standing,
    Stream,
    StreamKind,
    TextLength,
)

if TYPE_CHECKING:
    from social_listener.channels import ChannelFactory, Keeper, Pushed, Uploads
    from social_listener.channels.pictures import Pictured

STREAMS: Final = (StreamKind.COMMENTS, StreamKind.MENTIONS, StreamKind.MESSAGES)
CREDENTIALS: Final = TAKEN
OPTIONS: Final = graph_rules.INSTAGRAM_OPTIONS
#: kinds of stream that cannot be polled: what they bring comes by webhook only
PUSHED_ONLY: Final = frozenset({StreamKind.MENTIONS})
_CHANNEL: Final = "instagram"
_MOST_LOOKED_UP: Final = 100


class Instagram(Account):
    """One professional account on Instagram."""

    stream_kinds: Sequence[StreamKind] = STREAMS
    kind = instagram_push.KIND
    readers: Mapping[str, Reader] = instagram_push.READERS

    def __init__(self, client: Client, options: graph_rules.Options, verify_token: str) -> None:
        super().__init__(_CHANNEL, client, options, verify_token)
        self._memory = Memory()

    def fetch(self, stream: Stream, cursor: Cursor, now: datetime) -> Page:
        """Return one page of `stream`; see the protocol. The first of all asks whose token this is."""
        self.introduced(now)
        match stream.kind:
            case StreamKind.COMMENTS:
                return comments(self.client, self.us(), cursor, now, self._memory)
            case StreamKind.MESSAGES:
                return messages(self.client, self.us(), stream, cursor, now)
            case StreamKind.MENTIONS:
                return self._no_mentions(now)
        raise Rejected(f"Instagram has no stream of {stream.kind.value}", account_id=self.account_id)

    def _no_mentions(self, now: datetime) -> Page:
        """Return an empty page: no list can be polled. Meta is asked for us all the same.

        Where nothing else is polled, a token that died would otherwise never be noticed.
        """
        told = self.ask_page(now)
        raw = Asked(edge="mentions").before(b'{"data":[]}')
        return replace(Found().page(raw, told.server_time), usage=told.usage)

    def read(self, raw: bytes, us: Us, kind: StreamKind) -> Found:
        """Return what stands in a kept answer."""
        return read_kept(raw, us, kind)

    def lookup(self, items: Mapping[str, str | None], now: datetime) -> Page:
        """Return the present state of up to 100 comments, mentions and media; see the protocol.

        It takes more than one call when some are gone. The page's `raw` holds all answers, one after the other.
        """
        if not 0 < len(items) <= _MOST_LOOKED_UP or not all(is_number(item) for item in items):
            raise ValueError(f"look up 1 to {_MOST_LOOKED_UP} native ids, not {len(items)}")
        return instagram_lookup.lookup(self.client, self.us(), items, now)

    def send(self, reply: PublicReply | PrivateReply) -> Sent:
        """Send once; see the protocol. Each kind of reply has a path of its own from here down to the call.

        A public reply takes a read before: an id does not tell what it is that is answered.
        """
        self.mine(reply.account_id, "reply")
        if isinstance(reply, PublicReply):
            return instagram_sending.send_public(self.client, self.us(), reply)
        item = instagram_sending.checked(self.client, reply.item_native_id) if reply.to_public else ""
        self.know_the_time(reply)
        return send_private(self.client, self.us(), reply, self.options, {"comment_id": item})

    def act(self, action: Action) -> None:
        """Hide, unhide or delete; see the protocol."""
        self.mine(action.account_id, "action")
        instagram_sending.act(self.client, action)

    def allowed(self, item: Interaction, standing: Standing, now: datetime) -> Sequence[Allowed]:
        """Return what may be done to `item` at this moment of Meta's clock, until when, by which rule."""
        return graph_rules.instagram(item, standing, now, self.options)

    def find_own(self, reply: Reply, since: datetime, others: Collection[str] = ()) -> Sent | None:
        """Return what Meta made of a reply whose answer was lost; None: not found, which proves nothing."""
        if isinstance(reply, PublicReply):
            instagram_sending.checked(self.client, reply.item_native_id)
            self.whoami()  # some lists tell authors by name only
            return instagram_sending.find_public(self.client, self.us(), reply, since, others)
        return find_private(self.client, self.us(), reply, since, others)

    def length(self, text: str, *, private: bool) -> TextLength:
        """Return how long `text` is: comments in characters, messages in bytes of UTF-8."""
        return graph_rules.length(text, instagram=True, private=private)


def build(
    *,
    account_id: str,
    credentials: Mapping[str, str],
    base_url: str | None,
    options: Mapping[str, str],
    connect_timeout: timedelta,
    read_timeout: timedelta,
    keeper: Keeper | None = None,  # noqa: ARG001 - a Page's token is not renewed by itself
) -> Instagram:
    """Return the channel for one account; `SettingsError` names what is missing or wrong. No call is made."""
    read = graph_rules.read_options(options, OPTIONS, account_id)
    client = made(
        _CHANNEL,
        account_id=account_id,
        credentials=credentials,
        base_url=base_url,
        options=read,
        connect_timeout=connect_timeout,
        read_timeout=read_timeout,
    )
    return Instagram(client, read, credentials.get("verify_token", ""))


if TYPE_CHECKING:
    # mypy holds this module against the protocols here.
    _factory: ChannelFactory = build
    _pushed: type[Pushed] = Instagram
    _pictured: type[Pictured] = Instagram
    _uploads: type[Uploads] = Instagram

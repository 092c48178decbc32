"""Facebook Pages and Messenger, through facebook-sdk: comments, mentions, direct messages; and answering them.

`build` makes no call. Everything is read and said with the Page's own token.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from social_listener.channels import facebook_lookup, facebook_push, facebook_sending, facebook_uploads, graph_rules
from social_listener.channels.facebook_reading import comments, mentions, read_kept
from social_listener.channels.graph_account import TAKEN, Account, made
from social_listener.channels.graph_client import Client
from social_listener.channels.graph_found import Found, Us
from social_listener.channels.graph_ids import is_node
from social_listener.channels.graph_push import Reader
from social_listener.channels.graph_refused import Owed
from social_listener.channels.graph_sending import find_private, send_private
from social_listener.channels.graph_talks import messages
from social_listener.channels.scopes import missing
from social_listener.cursor import Cursor
from social_listener.errors import Rejected
from social_listener.model import (
    Action,
    Allowed,
    Interaction,
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
)

if TYPE_CHECKING:
    from social_listener.channels import ChannelFactory, Keeper, Pushed, Uploads
    from social_listener.channels.pictures import Pictured

STREAMS: Final = (StreamKind.COMMENTS, StreamKind.MENTIONS, StreamKind.MESSAGES)
CREDENTIALS: Final = TAKEN
OPTIONS: Final = graph_rules.FACEBOOK_OPTIONS
_CHANNEL: Final = "facebook"
_MOST_LOOKED_UP: Final = 100


class Facebook(Account):
    """One Page on Facebook, with its messages."""

    stream_kinds: Sequence[StreamKind] = STREAMS
    kind = facebook_push.KIND
    readers: Mapping[str, Reader] = facebook_push.READERS

    def __init__(self, client: Client, options: graph_rules.Options, verify_token: str) -> None:
        super().__init__(_CHANNEL, client, options, verify_token)
        self._owed = Owed()

    def fetch(self, stream: Stream, cursor: Cursor, now: datetime) -> Page:
        """Return one page of `stream`; see the protocol. The first of all asks whose token this is."""
        self.introduced(now)
        us = self.us()
        match stream.kind:
            case StreamKind.COMMENTS:
                return comments(self.client, us, stream, cursor, now, self._owed)
            case StreamKind.MENTIONS:
                return mentions(self.client, us, stream, cursor, now)
            case StreamKind.MESSAGES:
                return messages(self.client, us, stream, cursor, now)
        raise Rejected(f"Facebook has no stream of {stream.kind.value}", account_id=self.account_id)

    def read(self, raw: bytes, us: Us, kind: StreamKind) -> Found:
        """Return what stands in a kept answer."""
        return read_kept(raw, us, kind)

    def lookup(self, items: Mapping[str, str | None], now: datetime) -> Page:
        """Return the present state of up to 100 posts and comments; see the protocol.

        It takes more than one call when some are gone. The page's `raw` holds all answers, one after the other.
        """
        if not 0 < len(items) <= _MOST_LOOKED_UP or not all(is_node(item) for item in items):
            raise ValueError(f"look up 1 to {_MOST_LOOKED_UP} native ids, not {len(items)}")
        return facebook_lookup.lookup(self.client, self.us(), tuple(items), now)

    def send(self, reply: PublicReply | PrivateReply) -> Sent:
        """Send once; see the protocol. Each kind of reply has a path of its own from here down to the call."""
        self.mine(reply.account_id, "reply")
        us = self.us()
        if isinstance(reply, PublicReply):
            return facebook_sending.send_public(self.client, us, reply)
        item = facebook_sending.checked(self.client, reply.item_native_id) if reply.to_public else ""
        self.know_the_time(reply)
        target = facebook_sending.private_target(us, item)
        return send_private(self.client, us, reply, self.options, target)

    def picture_rules(self, *, private: bool) -> PictureRules:
        """Return how pictures go along with a reply; with comments they need a permission of their own."""
        if private:
            return facebook_uploads.PRIVATE
        return facebook_uploads.public_rules(self.account_id, self.granted)

    def lacking(self) -> tuple[str, ...]:
        """Return that pictures cannot be sent with comments, where the token lacks the permission."""
        told = missing(_CHANNEL, self.granted) if self.granted is not None else []
        return tuple(words for words in told if words.startswith(facebook_uploads.PHOTOS))

    def upload_public(self, file: PublicFile) -> PublicPicture:
        """Hand a picture over for a comment; see the protocol."""
        return facebook_uploads.upload_public(self.client, self.us(), file)

    def upload_private(self, file: PrivateFile) -> PrivatePicture:
        """Hand a picture over for a message; see the protocol."""
        return facebook_uploads.upload_private(self.client, self.us(), file)

    def act(self, action: Action) -> None:
        """Hide, unhide, like, unlike, delete or word anew; see the protocol."""
        self.mine(action.account_id, "action")
        facebook_sending.act(self.client, action)

    def allowed(self, item: Interaction, standing: Standing, now: datetime) -> Sequence[Allowed]:
        """Return what may be done to `item` at this moment of Meta's clock, until when, by which rule."""
        return graph_rules.facebook(item, standing, now, self.options)

    def find_own(self, reply: Reply, since: datetime, others: Collection[str] = ()) -> Sent | None:
        """Return what Meta made of a reply whose answer was lost; None: not found, which proves nothing."""
        if isinstance(reply, PublicReply):
            return facebook_sending.find_public(self.client, self.us(), reply, since, others)
        return find_private(self.client, self.us(), reply, since, others)

    def length(self, text: str, *, private: bool) -> TextLength:
        """Return how long `text` is in characters."""
        return graph_rules.length(text, instagram=False, private=private)


def build(
    *,
    account_id: str,
    credentials: Mapping[str, str],
    base_url: str | None,
    options: Mapping[str, str],
    connect_timeout: timedelta,
    read_timeout: timedelta,
    keeper: Keeper | None = None,  # noqa: ARG001 - a Page's token is not renewed by itself
) -> Facebook:
    """Return the channel for one Page; `SettingsError` names what is missing or wrong. No call is made."""
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
    return Facebook(client, read, credentials.get("verify_token", ""))


if TYPE_CHECKING:
    # mypy holds this module against the protocols here.
    _factory: ChannelFactory = build
    _pushed: type[Pushed] = Facebook
    _pictured: type[Pictured] = Facebook
    _uploads: type[Uploads] = Facebook

"""X, through tweepy: mentions, searches, replies in our own conversations, direct messages; and answering them.

`build` makes no call. Reads use the app's bearer token where there is one; whatever is private or changes something is
signed for the user with OAuth 1.0a. An account that was connected uses its OAuth 2.0 token for everything.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from social_listener.channels import x_billing, x_push, x_rules, x_sending, x_text, x_uploads
from social_listener.channels.pictures import PictureSource
from social_listener.channels.transport import base_url_fault
from social_listener.channels.wire import Wire, WireError, documents, is_id
from social_listener.channels.x_client import Answer, Client
from social_listener.channels.x_errors import Effect
from social_listener.channels.x_ids import native
from social_listener.channels.x_parse import Found, Us
from social_listener.channels.x_posts import read_posts
from social_listener.channels.x_queries import POST_FIELDS
from social_listener.channels.x_reading import Reading, page_of, read_bodies
from social_listener.channels.x_wire import read_user
from social_listener.cursor import Cursor
from social_listener.errors import BadPayload, Rejected, SettingsError, Unavailable
from social_listener.model import (
    Action,
    ActionKind,
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

if TYPE_CHECKING:
    from social_listener.channels import Billed, ChannelFactory, Keeper, Pushed, Uploads
    from social_listener.channels.pictures import Pictured

STREAMS: Final = (StreamKind.MENTIONS, StreamKind.REPLIES, StreamKind.MESSAGES, StreamKind.SEARCH)
OPTIONS: Final = x_rules.OPTIONS
CREDENTIALS: Final[Mapping[str, str]] = {
    "consumer_key": "the app's API key (OAuth 1.0a)",
    "consumer_secret": "the app's API key secret (OAuth 1.0a)",
    "access_token": "the account's access token for this app (OAuth 1.0a, with the right to read, write and message)",
    "access_token_secret": "the account's access token secret (OAuth 1.0a)",
    "bearer_token": "the app's bearer token; optional: public reads use it, and count against the app's limits then",
}
#: what `social-listener connect x` puts into the vault
CONNECTED: Final[Mapping[str, str]] = {
    "client_id": "the app's client id (OAuth 2.0)",
    "client_secret": "the app's client secret; public clients have none",
    "user_id": "the account's own id at X",
    "access_token": "the account's access token (OAuth 2.0), good for two hours",
    "refresh_token": "what gives the next pair of tokens, once",
    "consumer_secret": "the app's API key secret; optional: X signs what it pushes with it",
}
_OPTIONAL: Final = frozenset({"bearer_token", "client_secret", "refresh_token", "consumer_secret"})
PRICES: Final = x_billing.PRICES
_BEARER: Final = "public reads use the bearer token; the first poll shows whether X takes it"
_MOST_LOOKED_UP: Final = 100
#: action → tweepy's method, the field of X's answer that tells the new state, that state, "not there" is as good
_ACTIONS: Final[Mapping[ActionKind, tuple[str, str, bool, bool]]] = {
    ActionKind.HIDE: ("hide_reply", "hidden", True, False),
    ActionKind.UNHIDE: ("unhide_reply", "hidden", False, False),
    ActionKind.LIKE: ("like", "liked", True, False),
    ActionKind.UNLIKE: ("unlike", "liked", False, True),
    ActionKind.DELETE: ("delete_tweet", "deleted", True, True),
}


class X:
    """One account on X."""

    stream_kinds: Sequence[StreamKind] = STREAMS

    def __init__(self, client: Client, rules: x_rules.Rules) -> None:
        self.account_id = client.account_id
        self._client = client
        self._rules = rules
        self._owner: Owner | None = None
        self._asking = threading.Lock()
        self._reading = Reading(client, self._us, self.whoami)

    def fetch(self, stream: Stream, cursor: Cursor, now: datetime) -> Page:
        """Return one page of `stream`; see the protocol. The first page of a walk for replies takes two calls."""
        return self._reading.page(stream, cursor, now)

    def parse(self, raw: bytes, stream: Stream, server_time: datetime) -> Page:
        """Return the page that an earlier answer holds, without its `next`: whoever reads again has no use for it."""
        try:
            found = read_bodies(documents(raw), self._us(), stream.kind)
        except WireError as error:
            raise BadPayload(str(error), account_id=self.account_id, raw=raw) from None
        return page_of(found, raw, server_time, stream.kind, next_token=None)

    def lookup(self, items: Mapping[str, str | None], now: datetime) -> Page:
        """Return the present state of up to 100 public posts; direct messages cannot be looked up.

        X gives the version that was asked for. Where a later one exists, a second call fetches it; the page's `raw`
        then holds both answers, one after the other.
        """
        if not items or len(items) > _MOST_LOOKED_UP or not all(is_id(item) for item in items):
            raise ValueError(f"look up 1 to {_MOST_LOOKED_UP} native ids, not {len(items)}")
        first = self._look_up(list(items), now)
        raw, answers = first.body, list(first.documents)
        found = self._read(answers, raw)
        if found.later:
            second = self._look_up(found.later[:_MOST_LOOKED_UP], now)
            raw, answers = raw + b"\n" + second.body, [*answers, *second.documents]
            found = self._read(answers, raw)
        # The later version of a chain may be gone again; what was asked for is the chain.
        found.deleted = [gone for gone in found.deleted if native(gone) in items]
        page = page_of(found, raw, first.server_time, None, next_token=None)
        return replace(page, reads=self._client.meter.collect())

    def send(self, reply: PublicReply | PrivateReply) -> Sent:
        """Send once; see the protocol. Each kind of reply has a path of its own from here down to the call."""
        if reply.account_id != self.account_id:
            raise Rejected(f"this reply is for account {reply.account_id}", account_id=self.account_id)
        if isinstance(reply, PublicReply):
            return x_sending.send_public(self._client, reply)
        return x_sending.send_private(self._client, reply)

    def act(self, action: Action) -> None:
        """Hide, unhide, like, unlike or delete. Repeating it does no harm, so a lost answer is only `Unavailable`."""
        native_id = x_sending.checked(self._client, action.item_native_id)
        if action.account_id != self.account_id:
            raise Rejected(f"this action is for account {action.account_id}", account_id=self.account_id)
        method, field, wanted, gone_is_done = _ACTIONS[action.kind]
        result = self._client.call(
            lambda sdk: getattr(sdk, method)(native_id, user_auth=True),
            what=f"asking to {action.kind.value} a post",
            effect=Effect.SET,
            done_at=frozenset({404}) if gone_is_done else frozenset(),
        )
        if not result.documents:
            return
        try:
            state = result.documents[0].object("data").truth(field)
        except WireError as error:
            raise Unavailable(f"X's answer cannot be read: {error}", account_id=self.account_id) from None
        if state is not wanted:
            raise Rejected(f"X did not {action.kind.value} it and gave no reason", account_id=self.account_id)

    def allowed(
        self,
        item: Interaction,
        standing: Standing,  # noqa: ARG002  X has no windows
        now: datetime,  # noqa: ARG002  and sets no deadlines
    ) -> Sequence[Allowed]:
        """Return what may be done to `item`, by which rule; a deleted item is the caller's to know."""
        return x_rules.allowed(item, self._rules)

    def find_own(self, reply: Reply, since: datetime, others: Collection[str] = ()) -> Sent | None:
        """Return what X made of a reply whose answer was lost; None: not found, which proves nothing."""
        if isinstance(reply, PublicReply):
            return x_sending.find_public(self._client, self._own_id(), reply, since, others)
        return x_sending.find_private(self._client, self._own_id(), reply, since, others)

    def length(self, text: str, *, private: bool) -> TextLength:
        """Return how long `text` is by X's rules; names that X puts before a reply are not part of it."""
        return x_text.private_length(text) if private else x_text.public_length(text, self._rules.max_length)

    def whoami(self) -> Owner:
        """Return who the credentials belong to; X is asked once."""
        with self._asking:
            if self._owner is None:
                self._owner = self._ask_who()
            return self._owner

    def pictures(self) -> PictureSource:
        """Return where X keeps pictures."""
        return self._client.pictures()

    def picture_rules(self, *, private: bool) -> PictureRules:
        """Return how many pictures go with a post or a message."""
        return x_uploads.PRIVATE if private else x_uploads.PUBLIC

    def upload_public(self, file: PublicFile) -> PublicPicture:
        """Upload a picture for a post."""
        return x_uploads.upload_public(self._client, file)

    def upload_private(self, file: PrivateFile) -> PrivatePicture:
        """Upload a picture for a direct message."""
        return x_uploads.upload_private(self._client, file)

    def usage(self) -> Usage | None:
        """Return None: X limits calls by kind, and says so with each."""
        return None

    def handshake(self, query: Mapping[str, str]) -> bytes:
        """Return what answers X's question whether this webhook is ours; `Forged` when it is not X's."""
        return x_push.handshake(query, self._client.signing_key, self.account_id)

    def verify(self, headers: Mapping[str, str], body: bytes) -> None:
        """Raise `Forged` unless `body`, as it came, is signed with the app's secret."""
        x_push.verify(headers, body, self._client.signing_key, self.account_id)

    def receive(self, body: bytes, received_at: datetime) -> Sequence[Page]:
        """Return a page for each event of a delivery; `Unavailable`: it is not known yet who we are."""
        us = self._us()
        if us.native_id is None:
            words = "X has not told yet whose account this is, so what it pushed cannot be read"
            raise Unavailable(words, account_id=self.account_id)
        return x_push.receive(body, received_at, us)

    def charges(self, what: Reply | Action) -> Mapping[str, int]:
        """Return what X bills a reply or an action as."""
        return x_billing.charges(what)

    def _ask_who(self) -> Owner:
        result = self._client.call(lambda sdk: sdk.get_me(), what="asking who we are", effect=Effect.READ)
        try:
            user = read_user(result.documents[0].object("data"))
        except WireError as error:
            raise BadPayload(
                f"X did not say who we are: {error}", account_id=self.account_id, raw=result.body
            ) from None
        notes = ["public reads are signed by the user" if self._client.as_user else _BEARER]
        return Owner(native_id=user.id, handle=user.handle, name=user.name, notes=tuple(notes))

    def _us(self) -> Us:
        owner = self._owner
        own_id = owner.native_id if owner else self._client.own_id
        return Us(account_id=self.account_id, native_id=own_id, handle=owner.handle if owner else None)

    def _own_id(self) -> str:
        return self._client.own_id or self.whoami().native_id

    def _look_up(self, ids: list[str], now: datetime) -> Answer:
        return self._client.call(
            lambda sdk: sdk.get_tweets(ids, user_auth=self._client.as_user, **POST_FIELDS),
            what="looking posts up again",
            effect=Effect.READ,
            now=now,
        )

    def _read(self, answers: Sequence[Wire], raw: bytes) -> Found:
        try:
            return read_posts(answers, self._us(), None)
        except WireError as error:
            raise BadPayload(str(error), account_id=self.account_id, raw=raw) from None


def build(
    *,
    account_id: str,
    credentials: Mapping[str, str],
    base_url: str | None,
    options: Mapping[str, str],
    connect_timeout: timedelta,
    read_timeout: timedelta,
    keeper: Keeper | None = None,
) -> X:
    """Return the channel for one account; `SettingsError` names what is missing or wrong. No call is made.

    Without any credentials it can do what needs no call (parse, allowed, length); everything else is `Unauthorized`.
    """
    where = f"account {account_id}"
    _check(credentials, CREDENTIALS if keeper is None else CONNECTED, where)
    rules = x_rules.read_options(options, account_id)
    if credentials and rules.webhooks and not credentials.get("consumer_secret"):
        words = "X signs with it what it pushes; without it options.webhooks cannot be on"
        raise SettingsError(f"{where}: credentials.consumer_secret is missing: {words}")
    fault = base_url_fault(base_url) if base_url is not None else None
    if fault is not None:
        raise SettingsError(f"{where}: base_url {fault}")
    client = Client(
        account_id=account_id,
        credentials={name: value for name, value in credentials.items() if value},
        base_url=base_url,
        connect_timeout=connect_timeout,
        read_timeout=read_timeout,
        keeper=keeper,
    )
    return X(client, rules)


def _check(credentials: Mapping[str, str], known: Mapping[str, str], where: str) -> None:
    """Raise `SettingsError` for a credential that is unknown or missing. None at all are fine."""
    for name in credentials:
        if name not in known:
            raise SettingsError(f"{where}: credentials.{name}: unknown; the channel x takes {', '.join(known)}")
    for name, words in known.items():
        if credentials and name not in _OPTIONAL and not credentials.get(name):
            raise SettingsError(f"{where}: credentials.{name} is missing: {words}")


if TYPE_CHECKING:
    # mypy holds this module against the protocol here.
    _factory: ChannelFactory = build
    _pushed: type[Pushed] = X
    _billed: type[Billed] = X
    _pictured: type[Pictured] = X
    _uploads: type[Uploads] = X

"""What a Page and an Instagram account have in common: whose token it is, what was kept, what is pushed."""

from __future__ import annotations

import hmac
import threading
from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from social_listener.channels import graph_push, graph_subscription
from social_listener.channels.graph_client import ORIGIN, Answer, Client
from social_listener.channels.graph_errors import Effect
from social_listener.channels.graph_found import Found, Us
from social_listener.channels.graph_rules import Options
from social_listener.channels.graph_sending import recipient
from social_listener.channels.pictures import META_HOSTS, PictureSource
from social_listener.channels.transport import base_url_fault
from social_listener.channels.wire import Wire, WireError, documents
from social_listener.errors import BadPayload, ChannelError, Rejected, SettingsError, Unauthorized, Unavailable
from social_listener.model import (
    Owner,
    Page,
    PictureRules,
    PrivateFile,
    PrivatePicture,
    PrivateReply,
    PublicFile,
    PublicPicture,
    Stream,
    StreamKind,
    Usage,
)

TAKEN: Final[Mapping[str, str]] = {
    "access_token": "the Page's access token (not that of a person)",
    "app_secret": "the app's secret: it proves every call, and checks what Meta pushes",
    "verify_token": "a word of your own choice that Meta repeats when the webhook is set up; optional: without it the "
    "webhook cannot be set up",
}
_OPTIONAL: Final = frozenset({"verify_token"})
_ASKING: Final = "asking who we are"


#: private → why no picture goes along with a reply
_NO_PICTURES: Final = {
    False: "Instagram has no pictures in comments",
    True: "Instagram takes pictures by a public web address only, and this service has none",
}


class Account(ABC):
    """The common part of the channels facebook and instagram."""

    kind: str  #: what Meta calls this sort of account in what it pushes
    readers: Mapping[str, graph_push.Reader]  #: the pushed fields that are understood

    def __init__(self, channel: str, client: Client, options: Options, verify_token: str) -> None:
        self.account_id = client.account_id
        self.client = client
        self.options = options
        self._channel = channel
        self._verify_token = verify_token
        self._owner: Owner | None = None
        self.granted: frozenset[str] | None = None  #: what the token may; None: Meta did not tell, or was not asked yet
        self._asking = threading.Lock()

    @abstractmethod
    def read(self, raw: bytes, us: Us, kind: StreamKind) -> Found:
        """Return what stands in a kept answer; `WireError` when it is none."""

    def parse(self, raw: bytes, stream: Stream, server_time: datetime) -> Page:
        """Return the page that an earlier answer, or a delivery, holds; see the protocol."""
        try:
            pushed = documents(raw)[0].has("entry")
        except WireError as error:
            raise BadPayload(str(error), account_id=self.account_id, raw=raw) from None
        if not pushed:
            return self._kept(raw, stream.kind, server_time)
        pages = self.receive(raw, server_time)
        return pages[0] if pages else Found().page(raw, server_time)

    def _kept(self, raw: bytes, kind: StreamKind, server_time: datetime) -> Page:
        try:
            return self.read(raw, self.us(), kind).page(raw, server_time)
        except WireError as error:
            raise BadPayload(str(error), account_id=self.account_id, raw=raw) from None

    def us(self) -> Us:
        """Return our own account, as far as it is known."""
        return Us(
            channel=self._channel,
            account_id=self.account_id,
            page_id=self.options.page_id,
            instagram_id=self.options.instagram_id,
            handle=self._owner.handle if self._owner else None,
        )

    def mine(self, account_id: str, what: str) -> None:
        """Raise `Rejected` for what is meant for another account."""
        if account_id != self.account_id:
            raise Rejected(f"this {what} is for account {account_id}", account_id=self.account_id)

    def whoami(self) -> Owner:
        """Return who the credentials belong to; Meta is asked once.

        With a person's token in place of the Page's, Meta answers with empty lists: that would look like quiet.
        """
        return self.introduced(None)

    def introduced(self, now: datetime | None) -> Owner:
        """Return who the credentials belong to; `now` is the caller's clock."""
        with self._asking:
            if self._owner is None:
                self._owner = self._ask_who(now)
            return self._owner

    def know_the_time(self, reply: PrivateReply) -> None:
        """Learn Meta's clock before a message goes out: windows are told by it, and ours may be wrong.

        `Unavailable` also for an answer that cannot be read: nothing was said yet.
        """
        recipient(self.client, reply)
        if self.client.transport.platform_now() is not None:
            return
        try:
            self.whoami()
        except BadPayload as error:
            raise Unavailable(str(error), account_id=self.account_id) from None

    def pictures(self) -> PictureSource:
        """Return where Meta keeps pictures; their addresses are signed by themselves."""
        transport = self.client.transport
        return PictureSource(hosts=META_HOSTS, stand_in=None if transport.base_url == ORIGIN else transport.base_url)

    def picture_rules(self, *, private: bool) -> PictureRules:
        """Return why no picture goes along with a reply here."""
        return PictureRules(because=_NO_PICTURES[private])

    def upload_public(self, _: PublicFile) -> PublicPicture:
        """Raise `Rejected`."""
        raise Rejected(_NO_PICTURES[False], account_id=self.account_id)

    def upload_private(self, _: PrivateFile) -> PrivatePicture:
        """Raise `Rejected`."""
        raise Rejected(_NO_PICTURES[True], account_id=self.account_id)

    def usage(self) -> Usage | None:
        """Return how much of the allowance is used, as Meta last told."""
        return self.client.usage

    @property
    def is_pushed(self) -> bool:
        """Return whether Meta is to push to our webhook."""
        return self.options.webhooks

    def not_pushed(self, kinds: Collection[StreamKind]) -> str | None:
        """Ask what Meta does not push of the Page; see the protocol."""
        lacking = graph_subscription.missing(self.client, self.us(), kinds)
        if not lacking:
            return None
        fields = ",".join(graph_subscription.wanted(self._channel, kinds))
        return (
            f"the Page {self.options.page_id} has not subscribed the app to {', '.join(lacking)}, so Meta pushes "
            f"nothing of it: connect account {self.account_id} again, which subscribes it, or call "
            f"POST /{self.options.page_id}/subscribed_apps?subscribed_fields={fields} with the Page's token"
        )

    def subscribe(self, kinds: Collection[StreamKind]) -> Sequence[str]:
        """Have Meta push what those kinds of stream need, and go on with what it pushes; see the protocol."""
        return graph_subscription.subscribe(self.client, self.us(), kinds)

    def handshake(self, query: Mapping[str, str]) -> bytes:
        """Answer Meta's question whether this webhook is ours; see the protocol."""
        return graph_push.handshake(query, self._verify_token, self.account_id)

    def verify(self, headers: Mapping[str, str], body: bytes) -> None:
        """Raise `Forged` unless Meta signed `body`."""
        graph_push.verify(headers, body, self.client.app_secret, self.account_id)

    def shares(self, other: object) -> bool:
        """Return whether `other` is an account of the same app: Meta signs what it pushes to either with one secret."""
        if not isinstance(other, Account) or not self.client.app_secret:
            return False
        return hmac.compare_digest(self.client.app_secret.encode(), other.client.app_secret.encode())

    def parts(self, body: bytes) -> Mapping[str, bytes]:
        """Return a delivery by whose its entries are: Meta keeps one address an app for all of a kind."""
        return graph_push.parts(body)

    @property
    def addressed(self) -> str:
        """Return under what name Meta's entries are for this account."""
        return graph_push.addressed(self.kind, self.us().native_id)

    def receive(self, body: bytes, received_at: datetime) -> Sequence[Page]:
        """Return what a delivery tells, or an answer about what one had only pointed at; see the protocol."""
        try:
            asked = documents(body)[0].has("asked")
        except WireError:
            asked = False
        if asked:
            # What a read does not show need not be gone: a delivery may come first.
            kept = self._kept(body, StreamKind.COMMENTS, received_at)
            return [replace(kept, deleted=())]
        return graph_push.receive(body, received_at, self.us(), self.kind, self.readers)

    def _ask_who(self, now: datetime | None) -> Owner:
        me = self.ask_page(now).document
        node = self._node(self.options.instagram_id or self.options.page_id, "id,name,username", now).document
        return Owner(
            native_id=self.options.instagram_id or self.options.page_id,
            handle=node.text("username") or "",
            name=node.text("name") or me.text("name") or "",
            notes=(f"the token is that of the Page {me.text('name') or me.text('id')}", *self._token_notes()),
        )

    def ask_page(self, now: datetime | None) -> Answer:
        """Ask Meta whose the token is, every time; `Unauthorized` when it is refused or another's than our Page's."""
        answer = self._node("me", "id,name", now)
        if answer.document.text("id") != self.options.page_id:
            words = (
                f"the access_token of account {self.account_id} is not that of its Page, and lists would stay empty: "
                f"connect account {self.account_id} again, and check its page_id"
            )
            raise Unauthorized(words, account_id=self.account_id)
        return answer

    def _node(self, path: str, fields: str, now: datetime | None) -> Answer:
        answer = self.client.get(path, {"fields": fields}, what=_ASKING, now=now)
        try:
            answer.document.need(answer.document.text("id"), "id")
            answer.document.text("name")
            answer.document.text("username")
        except WireError as error:
            words = f"Meta did not say who we are: {error}"
            raise BadPayload(words, account_id=self.account_id, raw=answer.body) from None
        return answer

    def lacking(self) -> tuple[str, ...]:
        """Return in words what will not work for want of a permission that tokens made earlier do not have."""
        return ()

    def _token_notes(self) -> tuple[str, ...]:
        """Return what Meta tells about the token; nothing when it does not: that is no reason to stand still."""
        try:
            answer = self.client.call(
                lambda sdk: sdk.request(f"{sdk.version}/debug_token", {"input_token": sdk.access_token}),
                what="asking about the token",
                effect=Effect.READ,
            )
            data = answer.document.object("data")
            expiry, access = _end(data, "expires_at"), _end(data, "data_access_expires_at")
            scopes = data.texts("scopes")
        except (ChannelError, WireError):
            return ("Meta does not tell when the token expires",)
        self.granted = frozenset(scopes) or None
        ends = f"the token expires on {expiry:%Y-%m-%d}" if expiry else "the token does not expire"
        read = f"access to data ends on {access:%Y-%m-%d}" if access else ""
        return tuple(
            note for note in (ends, read, f"it may: {', '.join(scopes)}" if scopes else "", *self.lacking()) if note
        )


def _end(data: Wire, name: str) -> datetime | None:
    """Return when something ends; None: never, which Meta writes as 0. `WireError` when it is no moment."""
    return data.moment(name) if data.number(name) else None


def made(
    channel: str,
    *,
    account_id: str,
    credentials: Mapping[str, str],
    base_url: str | None,
    options: Options,
    connect_timeout: timedelta,
    read_timeout: timedelta,
) -> Client:
    """Return the client for an account; `SettingsError` names what is missing or wrong. No call is made."""
    where = f"account {account_id}"
    for name in credentials:
        if name not in TAKEN:
            known = ", ".join(TAKEN)
            raise SettingsError(f"{where}: credentials.{name}: unknown; the channel {channel} takes {known}")
    for name, words in TAKEN.items():
        if credentials and name not in _OPTIONAL and not credentials.get(name):
            raise SettingsError(f"{where}: credentials.{name} is missing: {words}")
    if credentials and options.webhooks and not credentials.get("verify_token"):
        words = "Meta repeats it when the webhook is set up; without it options.webhooks cannot be on"
        raise SettingsError(f"{where}: credentials.verify_token is missing: {words}")
    fault = base_url_fault(base_url) if base_url is not None else None
    if fault is not None:
        raise SettingsError(f"{where}: base_url {fault}")
    return Client(
        account_id=account_id,
        credentials={name: value for name, value in credentials.items() if value},
        version=options.version,
        base_url=base_url,
        connect_timeout=connect_timeout,
        read_timeout=read_timeout,
    )

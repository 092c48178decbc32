"""Calls to X through tweepy, unmodified: each gives a whole good answer, or raises what its failure means."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from social_listener.channels import Keeper
from social_listener.channels.pictures import X_HOSTS, X_SIGNED, PictureSource
from social_listener.channels.transport import Transport, quiet_libraries
from social_listener.channels.wire import Wire, WireError, documents
from social_listener.channels.x_access import Access
from social_listener.channels.x_billing import Meter
from social_listener.channels.x_errors import Doing, Effect, Misspelt, answer, unreadable
from social_listener.errors import Rejected, Unauthorized

#: where tweepy sends everything; OAuth 1.0a signatures are made over it, wherever the transport then goes
ORIGIN: Final = "https://api.twitter.com"
MASK: Final = "[secret]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A whole good answer."""

    body: bytes
    documents: tuple[Wire, ...]
    server_time: datetime


class _Stale(Exception):
    """X refuses credentials that may be renewed; `error` is what the refusal means when they are not."""

    def __init__(self, error: Unauthorized) -> None:
        super().__init__()
        self.error = error


class Client:
    """One account's access to X. Threads may share it: tweepy keeps no state between these calls."""

    def __init__(
        self,
        *,
        account_id: str,
        credentials: Mapping[str, str],
        base_url: str | None,
        connect_timeout: timedelta,
        read_timeout: timedelta,
        keeper: Keeper | None = None,
    ) -> None:
        quiet_libraries()
        self.account_id = account_id
        self.transport = Transport(
            origin=ORIGIN, base_url=base_url, connect_timeout=connect_timeout, read_timeout=read_timeout
        )
        self._access = Access(account_id, credentials, self.transport, keeper)
        self._lock = threading.Lock()
        self._ahead: timedelta | None = None
        self.as_user: Final = "bearer_token" not in credentials  #: whether plain reads are signed by the user
        self._without_keys = not credentials
        self.own_id: Final[str | None] = self._access.own_id  #: our own id; None: the credentials do not tell it
        #: the app's secret, with which X signs what it pushes; "": there is none
        self.signing_key: Final = credentials.get("consumer_secret", "")
        self.meter: Final = Meter()

    def call(
        self,
        request: Callable[[Any], object],
        *,
        what: str,
        effect: Effect,
        now: datetime | None = None,
        done_at: frozenset[int] = frozenset(),
    ) -> Answer:
        """Make one call, `request(tweepy client)`, and return its answer.

        `now` is the caller's clock, to tell how far it is from X's. `done_at` are statuses that mean that what was
        asked for is so already; their answer has no documents.
        """
        if self._without_keys:
            raise Unauthorized("the credentials were not given", account_id=self.account_id)
        doing = Doing(
            account_id=self.account_id,
            what=what,
            effect=effect,
            masked=self.masked,
            connected=self._access.oauth2,
        )
        sdk, held = self._access.now()
        try:
            return self._spelt(lambda: request(sdk), doing, now, done_at, renewable=held is not None)
        except _Stale as stale:
            if held is None:
                raise stale.error from None
        sdk = self._access.after(held)
        return self._spelt(lambda: request(sdk), doing, now, done_at, renewable=False)

    def _spelt(
        self,
        request: Callable[[], object],
        doing: Doing,
        now: datetime | None,
        done_at: frozenset[int],
        *,
        renewable: bool,
    ) -> Answer:
        """Make a call in one spelling, and once more in the other when X does not know that one."""
        spelling = self._access.spelling
        as_posts = spelling.as_posts
        try:
            return self._once(request, doing, now, done_at, renewable=renewable)
        except Misspelt:
            # Another thread may have found it out meanwhile.
            spelling.as_posts = not as_posts
        try:
            return self._once(request, doing, now, done_at, renewable=renewable)
        except Misspelt:
            words = f"X knows none of the spellings of its fields while {doing.what}"
            raise Rejected(words, account_id=self.account_id) from None

    def _once(
        self,
        request: Callable[[], object],
        doing: Doing,
        now: datetime | None,
        done_at: frozenset[int],
        *,
        renewable: bool,
    ) -> Answer:
        with self.transport.exchange() as exchange:
            try:
                request()
            except Exception:  # tweepy fails in many ways, and odd answers crash it: the exchange tells what happened
                if not exchange.began:
                    raise
        with self._lock:
            if now is not None and exchange.server_time is not None:
                self._ahead = now - exchange.server_time
            ahead = self._ahead or timedelta(0)
        server_time = exchange.server_time or self.platform_now(now)
        if exchange.whole and exchange.status in done_at:
            return Answer(body=exchange.body, documents=(), server_time=server_time)
        doing = replace(doing, ahead=ahead)
        try:
            answer(exchange, doing)
        except Unauthorized as error:
            if renewable and exchange.status == 401:
                raise _Stale(error) from None
            raise
        try:
            found = documents(exchange.body)
        except WireError as error:
            raise unreadable(exchange, doing, error) from None
        if doing.effect is Effect.READ:
            self.meter.note(found, server_time)
        return Answer(body=exchange.body, documents=tuple(found), server_time=server_time)

    def platform_now(self, now: datetime | None) -> datetime:
        """Return X's clock as far as it is known, else `now`, else this machine's."""
        known = self.transport.platform_now()
        return known or now or datetime.now(UTC)

    def pictures(self) -> PictureSource:
        """Return where X keeps pictures; those of direct messages open for the account's own keys only."""
        stand_in = None if self.transport.base_url == ORIGIN else self.transport.base_url
        return PictureSource(hosts=X_HOSTS, stand_in=stand_in, signed=X_SIGNED, sign=self._access.signature)

    def masked(self, text: str) -> str:
        """Return `text` without any of the credentials."""
        for value in self._access.secrets:
            text = text.replace(value, MASK)
        return text

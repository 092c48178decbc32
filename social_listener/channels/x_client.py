"""Calls to X through tweepy, unmodified: each gives a whole good answer, or raises what its failure means."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import requests
import tweepy

from social_listener.channels.transport import Transport, quiet_libraries
from social_listener.channels.wire import Wire, WireError, documents, is_id
from social_listener.channels.x_errors import Doing, Effect, answer, unreadable
from social_listener.errors import Unauthorized

#: where tweepy sends everything; OAuth 1.0a signatures are made over it, wherever the transport then goes
ORIGIN: Final = "https://api.twitter.com"
MASK: Final = "[secret]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A whole good answer."""

    body: bytes
    documents: tuple[Wire, ...]
    server_time: datetime


class Client:
    """One account's access to X. Threads may share it: tweepy keeps no state between OAuth 1.0a calls."""

    def __init__(
        self,
        *,
        account_id: str,
        credentials: Mapping[str, str],
        base_url: str | None,
        connect_timeout: timedelta,
        read_timeout: timedelta,
    ) -> None:
        quiet_libraries()
        self.account_id = account_id
        self.transport = Transport(
            origin=ORIGIN, base_url=base_url, connect_timeout=connect_timeout, read_timeout=read_timeout
        )
        # tweepy's models crash on one bad item of a page, and its waiting would hold a thread for 15 minutes.
        self._sdk = tweepy.Client(**credentials, return_type=requests.Response, wait_on_rate_limit=False)
        self.transport.mount_on(self._sdk.session)
        self._secrets = sorted((value for value in credentials.values() if value), key=len, reverse=True)
        self._lock = threading.Lock()
        self._ahead: timedelta | None = None
        self.as_user: Final = "bearer_token" not in credentials  #: whether plain reads are signed by the user
        self._without_keys = not credentials
        prefix = credentials.get("access_token", "").partition("-")[0]
        #: X's documentation: an OAuth 1.0a access token begins with the id of its user; None: this one does not
        self.own_id: Final[str | None] = prefix if is_id(prefix) else None

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
        with self.transport.exchange() as exchange:
            try:
                request(self._sdk)
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
        doing = Doing(account_id=self.account_id, what=what, effect=effect, masked=self.masked, ahead=ahead)
        answer(exchange, doing)
        try:
            found = documents(exchange.body)
        except WireError as error:
            raise unreadable(exchange, doing, error) from None
        return Answer(body=exchange.body, documents=tuple(found), server_time=server_time)

    def platform_now(self, now: datetime | None) -> datetime:
        """Return X's clock as far as it is known, else `now`, else this machine's."""
        known = self.transport.platform_now()
        return known or now or datetime.now(UTC)

    def masked(self, text: str) -> str:
        """Return `text` without any of the credentials."""
        for value in self._secrets:
            text = text.replace(value, MASK)
        return text

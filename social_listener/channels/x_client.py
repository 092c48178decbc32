"""Calls to X through tweepy, unmodified: each gives a whole good answer, or raises what its failure means."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final, cast

import requests
import tweepy

from social_listener.channels.transport import Transport, quiet_libraries
from social_listener.channels.wire import Wire, WireError, documents, is_id
from social_listener.channels.x_billing import Meter
from social_listener.channels.x_errors import FIELD_NAMES, Doing, Effect, Misspelt, answer, unreadable
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


class _Sdk(tweepy.Client):  # type: ignore[misc]  # tweepy ships no types
    """tweepy's client; it alone knows one spelling of X's field names only."""

    as_posts = False  #: X was found to speak of posts, not of tweets

    def request(
        self, method: str, route: str, params: Any = None, json: Any = None, user_auth: bool = False
    ) -> requests.Response:
        """Make a call, in the spelling that X understands; the signature is made over that."""
        if params and self.as_posts:
            params = respelt(params)
        return cast("requests.Response", super().request(method, route, params, json, user_auth))


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
        self._sdk = _Sdk(**credentials, return_type=requests.Response, wait_on_rate_limit=False)
        self.transport.mount_on(self._sdk.session)
        # What is shorter than this is no key, and masking it would spoil ordinary words.
        self._secrets = sorted((value for value in credentials.values() if len(value) >= 6), key=len, reverse=True)
        self._lock = threading.Lock()
        self._ahead: timedelta | None = None
        self.as_user: Final = "bearer_token" not in credentials  #: whether plain reads are signed by the user
        self._without_keys = not credentials
        #: the app's secret, with which X signs what it pushes; "": there is none
        self.signing_key: Final = credentials.get("consumer_secret", "")
        self.meter: Final = Meter()
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
        doing = Doing(account_id=self.account_id, what=what, effect=effect, masked=self.masked)
        as_posts = self._sdk.as_posts
        try:
            return self._once(request, doing, now, done_at)
        except Misspelt:
            # Another thread may have found it out meanwhile.
            self._sdk.as_posts = not as_posts
        try:
            return self._once(request, doing, now, done_at)
        except Misspelt:
            words = f"X knows none of the spellings of its fields while {what}"
            raise Rejected(words, account_id=self.account_id) from None

    def _once(
        self, request: Callable[[Any], object], doing: Doing, now: datetime | None, done_at: frozenset[int]
    ) -> Answer:
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
        doing = replace(doing, ahead=ahead)
        answer(exchange, doing)
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

    def masked(self, text: str) -> str:
        """Return `text` without any of the credentials."""
        for value in self._secrets:
            text = text.replace(value, MASK)
        return text


def respelt(params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters of a read as X's specification of 7 August 2026 spells them."""
    old, new = FIELD_NAMES
    return {
        (new if name == old else name): _post_for_tweet(value) if name in {old, "expansions"} else value
        for name, value in params.items()
    }


def _post_for_tweet(value: Any) -> Any:
    return value.replace("tweet", "post") if isinstance(value, str) else value

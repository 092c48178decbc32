"""Calls to Meta's Graph API through facebook-sdk, unmodified: each gives a whole good answer, or raises what it means.

The SDK knows no version after 3.1, so the version is set after construction. It sends the token in the query of every
read, and Meta's addresses of further pages carry it too: no message of ours holds an address, and the token is taken
out of every answer before anything keeps it.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import quote

import facebook
import requests

from social_listener import log
from social_listener.channels.graph_errors import Doing, Effect, Forbidden, Missing, TooMuch, answer, usage
from social_listener.channels.transport import Transport, quiet_libraries
from social_listener.channels.wire import Wire, documents
from social_listener.errors import ChannelError, Rejected, Unauthorized, Unavailable
from social_listener.model import Usage

#: where facebook-sdk sends everything
ORIGIN: Final = "https://graph.facebook.com"
#: clocks that differ by more are not two clocks of one time
_APART: Final = timedelta(days=1)
MASK: Final = "[secret]"
_TOKENS: Final = re.compile(rb"((?:access_token|appsecret_proof)(?:=|%3D|\\u003[dD]))[^&\"\\\s]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A whole good answer."""

    body: bytes  #: without any secret
    document: Wire
    server_time: datetime
    usage: Usage | None


class Client:
    """One account's access to the Graph API. Threads may share it: the SDK keeps no state between calls."""

    def __init__(
        self,
        *,
        account_id: str,
        credentials: Mapping[str, str],
        version: str,
        base_url: str | None,
        connect_timeout: timedelta,
        read_timeout: timedelta,
    ) -> None:
        quiet_libraries()
        self.account_id = account_id
        self.version = version
        self.app_secret = credentials.get("app_secret", "")
        self.transport = Transport(
            origin=ORIGIN, base_url=base_url, connect_timeout=connect_timeout, read_timeout=read_timeout
        )
        token = credentials.get("access_token", "")
        session = requests.Session()
        proof = _proof(self.app_secret, token) if token and self.app_secret else ""
        if proof:
            # Meta: a server proves with every call that it knows the app's secret.
            session.params = {"appsecret_proof": proof}
        self.transport.mount_on(session)
        self._sdk = facebook.GraphAPI(access_token=token, session=session)
        self._sdk.version = version
        self._secrets = _spelt(*credentials.values(), proof)
        log.SECRETS.add(self._secrets)  # should somebody set the SDK's loggers to DEBUG again
        # Others may be words that customers use: nobody but Meta's handshake ever sees a verify token.
        self._in_answers = _spelt(token, self.app_secret, proof)
        self._lock = threading.Lock()
        self._ahead: timedelta | None = None
        self._usage: Usage | None = None
        self._without_keys = not token

    @property
    def usage(self) -> Usage | None:
        """How much of the allowance is used, as last told."""
        with self._lock:
            return self._usage

    def call(
        self,
        request: Callable[[Any], object],
        *,
        what: str,
        effect: Effect,
        now: datetime | None = None,
        paged: bool = False,
        apart: tuple[type[ChannelError], ...] = (),
    ) -> Answer:
        """Make one call, `request(the SDK)`, and return its answer.

        `now` is the caller's clock, to tell how far it is from Meta's. `paged`: the call carries a cursor, so that
        Meta's refusal of a parameter means that the cursor is too old. `apart`: which of `Missing`, `Forbidden` and
        `TooMuch` the caller tells from other faults; the others come as what they are for everybody else.
        """
        if self._without_keys:
            raise Unauthorized("the credentials were not given", account_id=self.account_id)
        with self.transport.exchange() as exchange:
            try:
                request(self._sdk)
            except Exception:  # the SDK fails in many ways, and its errors hold the token: the exchange tells
                if not exchange.began:
                    raise
        exchange.body = self._cleared(exchange.body)
        told = usage(exchange)
        with self._lock:
            self._usage = told or self._usage
            if now is not None and exchange.server_time is not None:
                self._ahead = now - exchange.server_time
            ahead = self._ahead if self._ahead is not None else _ahead_of(exchange.server_time)
        doing = Doing(
            account_id=self.account_id, what=what, effect=effect, masked=self.masked, paged=paged, ahead=ahead
        )
        try:
            found = answer(exchange, doing)
        except (Missing, Forbidden, TooMuch) as error:
            if isinstance(error, apart):
                raise
            plain = next(known for known in (Rejected, Unauthorized, Unavailable) if isinstance(error, known))
            raise plain(str(error), account_id=self.account_id) from None
        server_time = exchange.server_time or self.platform_now(now)
        return Answer(body=exchange.body, document=found, server_time=server_time, usage=told)

    def get(
        self,
        path: str,
        query: Mapping[str, str],
        *,
        what: str,
        now: datetime | None = None,
        apart: tuple[type[ChannelError], ...] = (),
    ) -> Answer:
        """Read `path` below the version, such as "123/comments"."""
        return self.call(
            lambda sdk: sdk.request(f"{sdk.version}/{path}", dict(query)),
            what=what,
            effect=Effect.READ,
            now=now,
            paged=any(name in query for name in ("after", "__paging_token")),
            apart=apart,
        )

    def platform_now(self, now: datetime | None) -> datetime:
        """Return Meta's clock as far as it is known, else `now`, else this machine's."""
        return self.transport.platform_now() or now or datetime.now(UTC)

    def theirs(self, now: datetime) -> datetime:
        """Return what Meta's clock shows at `now` of the caller's, as far as the difference is known."""
        with self._lock:
            return now - (self._ahead or timedelta(0))

    def masked(self, text: str) -> str:
        """Return `text` without any of the credentials."""
        for value in self._secrets:
            text = text.replace(value, MASK)
        return text

    def _cleared(self, body: bytes) -> bytes:
        """Return an answer without the token that Meta puts into its addresses."""
        for value in self._in_answers:
            body = body.replace(value.encode(), MASK.encode())
        return _TOKENS.sub(rb"\1" + MASK.encode(), body)


def _ahead_of(server_time: datetime | None) -> timedelta:
    """Return how far this machine's clock is ahead of Meta's, where no caller told its own; days are no difference."""
    if server_time is None:
        return timedelta(0)
    ahead = datetime.now(UTC) - server_time
    return ahead if abs(ahead) < _APART else timedelta(0)


def document(body: bytes) -> Wire:
    """Return the last JSON object of a kept answer; `WireError` when it is none."""
    return documents(body)[-1]


def _spelt(*secrets: str) -> list[str]:
    """Return those secrets as they may stand in a text, longest first: in addresses with their signs escaped."""
    plain = [value for value in secrets if len(value) >= 6]
    return sorted({*plain, *(quote(value, safe="") for value in plain)}, key=len, reverse=True)


def _proof(secret: str, token: str) -> str:
    return hmac.new(secret.encode(), token.encode(), hashlib.sha256).hexdigest()

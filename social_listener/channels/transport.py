"""The one way out to a platform: an adapter that every channel mounts on its SDK's `requests` session.

It sends requests to `base_url` instead of the platform when told to, puts time-outs on every call, retries nothing,
follows no redirect, limits the size of an answer, keeps no cookies, opens a fresh connection for every write (a reset
on a reused one would be ambiguous), and notes in an `Exchange` what is known about the call.

Whatever the SDK makes of an answer, decide by the exchange: SDKs lose headers, crash on odd bodies, and put secrets
into their errors.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http.client import HTTPException
from http.cookiejar import DefaultCookiePolicy
from ipaddress import ip_address
from typing import Any, Final, NoReturn
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.utils import get_environ_proxies
from urllib3.exceptions import HTTPError

from social_listener.channels.exchange import CURRENT, POOLS, Exchange
from social_listener.failpoints import failpoint

#: 100 long posts of 25,000 characters are about 15 MB of JSON
MOST_BYTES: Final = 24_000_000
_READS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_CHUNK: Final = 65_536
#: libraries that log headers, tokens or whole requests at DEBUG → the lowest level that is left to them; urllib3 also
#: logs whole addresses, with their queries, as a warning
_CHATTY: Final = {
    "tweepy": logging.INFO,
    "urllib3": logging.ERROR,
    "requests": logging.INFO,
    "oauthlib": logging.INFO,
    "requests_oauthlib": logging.INFO,
    "facebook": logging.INFO,
}


class Transport(HTTPAdapter):
    """Carries the requests for one platform address, `origin`; threads may share it."""

    def __init__(
        self,
        *,
        origin: str,
        base_url: str | None,
        connect_timeout: timedelta,
        read_timeout: timedelta,
        most_bytes: int = MOST_BYTES,
    ) -> None:
        self.origin = origin
        self.base_url = (base_url or origin).rstrip("/")
        self._timeout = (connect_timeout.total_seconds(), read_timeout.total_seconds())
        self._most_bytes = most_bytes
        self._reads = _Wire()
        self._lock = threading.Lock()
        self._platform: tuple[datetime, float] | None = None
        super().__init__()

    def mount_on(self, session: requests.Session) -> None:
        """Make this the only way out of `session`: no other address, no cookies, no .netrc."""
        session.adapters.clear()
        session.mount(self.origin + "/", self)
        session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        # Proxies and certificates are looked up here, for the address that is really called.
        session.trust_env = False

    @contextmanager
    def exchange(self) -> Iterator[Exchange]:
        """Make the calls of this thread inside the block known in the exchange that is given."""
        exchange = Exchange(seconds=2 * self._timeout[1])
        token = CURRENT.set(exchange)
        try:
            yield exchange
        finally:
            exchange.unwatch()
            CURRENT.reset(token)

    def platform_now(self) -> datetime | None:
        """Return the platform's clock, by its last Date and the time since; None: it has not answered yet."""
        with self._lock:
            if self._platform is None:
                return None
            moment, measured = self._platform
        return moment + timedelta(seconds=time.monotonic() - measured)

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:  # noqa: ARG002
        """Carry out one request; time-outs, proxies and certificates are ours, whatever the session says."""
        exchange = CURRENT.get() or Exchange(seconds=2 * self._timeout[1])
        exchange.began = True
        exchange.write = request.method not in _READS
        self._aim(request)
        token = CURRENT.set(exchange)
        try:
            if exchange.write:
                return self._write(request, exchange)
            return self._carry(self._reads, request, exchange)
        finally:
            exchange.unwatch()
            CURRENT.reset(token)

    def close(self) -> None:
        """Close the connections that reads keep."""
        self._reads.close()

    def _aim(self, request: requests.PreparedRequest) -> None:
        """Put our address in the place of the platform's. Signatures were made before, over the platform's own."""
        url = request.url or ""
        request.url = self.base_url + url[len(self.origin) :]

    def _write(self, request: requests.PreparedRequest, exchange: Exchange) -> requests.Response:
        request.headers["Connection"] = "close"
        fresh = _Wire()
        try:
            failpoint("send.before_call")
            response = self._carry(fresh, request, exchange)
            failpoint("send.after_call")
        finally:
            fresh.close()
        return response

    def _carry(self, wire: _Wire, request: requests.PreparedRequest, exchange: Exchange) -> requests.Response:
        try:
            response = wire.send(
                request,
                stream=True,
                timeout=self._timeout,
                verify=os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") or True,
                proxies={} if is_loopback(self.base_url) else get_environ_proxies(self.base_url),
            )
            exchange.status = response.status_code
            exchange.headers = response.headers
            self._read(response, exchange)
            if exchange.late:
                # What was cut in its head or in a body of unknown length looks whole to the library.
                exchange.whole = False
                raise requests.ReadTimeout
        except (requests.RequestException, HTTPError, HTTPException, OSError, ValueError) as error:
            _fail(exchange, error)
        self._note_time(exchange)
        # A redirect is not followed: it would carry the credentials to an address that nobody chose.
        if response.is_redirect:
            del response.headers["location"]
        return response

    def _read(self, response: requests.Response, exchange: Exchange) -> None:
        """Read the body, up to the limit, and leave it in the response as if the session had read it."""
        chunks: list[bytes] = []
        size = 0
        try:
            for chunk in response.raw.stream(_CHUNK, decode_content=True):
                size += len(chunk)
                if size > self._most_bytes:
                    exchange.too_long = True
                    exchange.problem = f"its answer is longer than {self._most_bytes // 1_000_000} MB"
                    break
                chunks.append(chunk)
        finally:
            exchange.body = b"".join(chunks)
            if exchange.too_long:
                response.raw.close()
            response.raw.release_conn()
        exchange.whole = not exchange.too_long
        # The session would read the stream again, outside our limits.
        response._content = exchange.body  # noqa: SLF001

    def _note_time(self, exchange: Exchange) -> None:
        exchange.server_time = read_date(exchange.headers.get("Date", ""))
        if exchange.server_time is not None:
            with self._lock:
                self._platform = (exchange.server_time, time.monotonic())


class _Wire(HTTPAdapter):
    """`requests`' own adapter over connections that note what was handed over."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = POOLS

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(*args, **kwargs)
        manager.pool_classes_by_scheme = POOLS
        return manager


def _fail(exchange: Exchange, error: Exception) -> NoReturn:
    """Note in words what broke, and leave with an error that carries neither address nor headers."""
    if exchange.late or isinstance(error, requests.ReadTimeout) or "timed out" in str(error).lower():
        where = "did not answer in time" if exchange.sent else "cannot be reached in time"
    elif exchange.status is not None:
        where = "broke off its answer"
    elif exchange.sent:
        where = "closed the connection without an answer"
    else:
        where = f"cannot be reached ({_why_unreachable(error)})"
    exchange.problem = where
    raise requests.ConnectionError(where) from None


def _why_unreachable(error: Exception) -> str:
    """Return the plain reason inside a connection error; its own text holds the whole address."""
    if isinstance(error, requests.exceptions.SSLError):
        return "its certificate or TLS cannot be trusted"
    text = str(error)
    for sign, words in (
        ("ProxyError", "the proxy does not let us through"),
        ("NameResolutionError", "its name is not known"),
        ("refused", "it refuses connections"),
        ("unreachable", "there is no way to its network"),
    ):
        if sign in text:
            return words
    return type(error).__name__


def read_date(value: str) -> datetime | None:
    """Return the moment that a Date header tells, aware UTC; None: it cannot be read."""
    try:
        moment = parsedate_to_datetime(value)
    except (TypeError, ValueError):
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def is_loopback(url: str) -> bool:
    """Return whether `url` names this very machine."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def base_url_fault(url: str) -> str | None:
    """Return in words why `url` cannot stand in for a platform's address; None: it can.

    Plain http is for this machine and for names without a dot, such as containers: credentials would travel open.
    """
    try:
        parts = urlsplit(url)
        port_is_fine = parts.port is None or parts.port > 0
    except ValueError:
        return "is not a web address"
    if parts.scheme not in {"http", "https"} or not parts.hostname or not port_is_fine:
        return "must be a web address such as http://127.0.0.1:8600"
    if parts.username or parts.password or parts.query or parts.fragment:
        return "must hold no user name, password, ? or #"
    if parts.scheme == "http" and not is_loopback(url) and "." in parts.hostname:
        return "must begin with https://, or the credentials would travel open"
    return None


def quiet_libraries() -> None:
    """Keep SDKs and HTTP libraries from logging credentials and addresses, whatever level was set for them."""
    known = list(logging.root.manager.loggerDict)
    for name, lowest in _CHATTY.items():
        for one in [name, *(child for child in known if child.startswith(f"{name}."))]:
            logger = logging.getLogger(one)
            if one == name or logger.level != logging.NOTSET:
                logger.setLevel(max(lowest, logger.level))

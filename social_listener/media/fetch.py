"""One bounded request for a picture, to the very machine whose address was checked.

A name is looked up once. The connection is made to the address that was found and checked, so that a name that leads
elsewhere a moment later changes nothing; the certificate must still be the name's. Every redirect begins anew.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from contextlib import closing, contextmanager
from http.client import HTTPException
from typing import TYPE_CHECKING, Final

import certifi
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

from social_listener.errors import NoPicture
from social_listener.media.addresses import Place, is_public, place_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from urllib3 import BaseHTTPResponse

    from social_listener.channels.pictures import PictureSource

#: the largest file that is read, in bytes; X and Meta keep pictures of up to 8 MB
MOST_BYTES: Final = 12_000_000
REDIRECTS: Final = 3
_CONNECT: Final = 5.0
_SILENCE: Final = 5.0
_WHOLE: Final = 15.0
_CHUNK: Final = 65_536
_MOVED: Final = frozenset({301, 302, 303, 307, 308})
_GONE: Final = frozenset({401, 403, 404, 410})

HEADERS: Final = {
    "accept": "image/*",
    "accept-encoding": "identity",
    "user-agent": "social-listener",
    "connection": "close",
}


def resolve(host: str) -> Sequence[str]:
    """Return the addresses of a host; `NoPicture` when it has none."""
    try:
        found = socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise NoPicture("its host cannot be found") from None
    return list(dict.fromkeys(str(one[4][0]) for one in found))


class Fetcher:
    """Fetches pictures. Threads may share it; every call has an end.

    `resolve` and `permits` are handed in so that tests can play the net; `seconds` is the end of a whole fetch.
    """

    def __init__(
        self,
        *,
        resolve: Callable[[str], Sequence[str]] = resolve,
        permits: Callable[[str], bool] = is_public,
        seconds: float = _WHOLE,
        port: int = 443,
    ) -> None:
        self._resolve = resolve
        self._permits = permits
        self._seconds = seconds
        self._port = port

    def get(self, url: str, source: PictureSource) -> bytes:
        """Return what stands at `url`; `NoPicture` says in words, for staff, why it was not fetched."""
        end = time.monotonic() + self._seconds
        for _ in range(REDIRECTS + 1):
            place = place_of(url, source)
            headers = {**HEADERS, "host": place.host}
            if place.host in source.signed:
                headers |= source.sign(url)
            found = self._once(place, headers, end)
            if isinstance(found, bytes):
                return found
            url = found
        raise NoPicture("its address leads on and on")

    def _once(self, place: Place, headers: dict[str, str], end: float) -> bytes | str:
        """Make one request; return the body, or where it leads."""
        try:
            with closing(self._connection(place)) as connection, _ended(connection, end):
                connection.request("GET", place.path, headers=headers, preload_content=False, decode_content=False)
                with closing(connection.getresponse()) as answer:
                    return _onward(place, answer) if answer.status in _MOVED else _body(answer, end)
        except (HTTPError, HTTPException, OSError, ValueError) as error:
            late = time.monotonic() >= end or isinstance(error, TimeoutError) or "timed out" in str(error)
            words = "it did not come in time" if late else "its host cannot be reached"
            raise NoPicture(words, passing=True) from None

    def _connection(self, place: Place) -> HTTPConnection:
        """Return a connection to an address that was checked; none is looked up again."""
        host, port = place.connect_to
        if place.here:
            # `is_loopback` let only loopback addresses and "localhost" through; that name is never asked of a server.
            address = "127.0.0.1" if host == "localhost" else host
        else:
            addresses = self._resolve(host)
            if not addresses or not all(self._permits(one) for one in addresses):
                raise NoPicture("its host leads into a private network")
            address, port = addresses[0], self._port
        if not place.secure:
            return HTTPConnection(address, port, timeout=_CONNECT)
        return HTTPSConnection(
            address,
            port,
            timeout=_CONNECT,
            server_hostname=place.host,
            assert_hostname=place.host,
            cert_reqs="CERT_REQUIRED",
            ca_certs=os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") or certifi.where(),
        )


@contextmanager
def _ended(connection: HTTPConnection, end: float) -> Iterator[None]:
    """Cut a connection when the time is over, even while its answer trickles in."""
    connection.connect()
    sock = connection.sock
    assert sock is not None, "it is connected"  # noqa: S101 - for the reader
    sock.settimeout(_SILENCE)

    def cut() -> None:
        try:
            sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            return

    timer = threading.Timer(max(0.0, end - time.monotonic()), cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _onward(place: Place, answer: BaseHTTPResponse) -> str:
    to = answer.headers.get("location", "")
    if to.startswith("/") and not to.startswith("//"):
        return f"https://{place.host}{to}"
    return to


def _body(answer: BaseHTTPResponse, end: float) -> bytes:
    if answer.status in _GONE:
        raise NoPicture("it is gone at the platform, or its address has run out")
    if answer.status != 200:
        raise NoPicture(f"the platform answered {answer.status}", passing=True)
    told = answer.headers.get("content-length", "")
    if told.isdecimal() and int(told) > MOST_BYTES:
        raise NoPicture(f"it is larger than {MOST_BYTES // 1_000_000} MB")
    parts: list[bytes] = []
    size = 0
    while chunk := answer.read(_CHUNK):
        size += len(chunk)
        if size > MOST_BYTES:
            raise NoPicture(f"it is larger than {MOST_BYTES // 1_000_000} MB")
        if time.monotonic() >= end:
            raise NoPicture("it did not come in time", passing=True)
        parts.append(chunk)
    if time.monotonic() >= end or (told.isdecimal() and size != int(told)):
        raise NoPicture("it broke off", passing=True)
    return b"".join(parts)

"""Pictures of the sandbox: what hangs on posts, comments and messages, and the hosts that serve it.

The platforms name pictures by addresses on hosts of their own. The sandbox is asked for them by the Host header, as one
machine that stands in for all of those hosts; each is drawn from its address, so that it looks the same always.
"""

from __future__ import annotations

import hashlib
import re
import struct
import threading
import zlib
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from social_listener.sandbox.wire import Answer, Request

HOSTS = ("twimg.com", "ton.twitter.com", "ton.x.com", "fbcdn.net", "fbsbx.com", "cdninstagram.com")
KINDS = ("photo", "video", "gif", "sticker", "audio", "file")
_PATH = re.compile(r"/[\w./-]+\.(png|jpg)")
_SIZE = 320, 220
_X_KEYS = {"photo": 3, "video": 7, "gif": 16}


class Attached(NamedTuple):
    """What hangs on something that was said."""

    kind: str
    alt: str
    """What it shows; for files and messages, its name."""
    number: str
    """Of its own; its addresses are made of it."""

    @property
    def media_key(self) -> str:
        """How X calls it."""
        return f"{_X_KEYS.get(self.kind, 3)}_{self.number}"


def told(media: Iterable[tuple[str, str]]) -> list[list[str]]:
    """Return what a journal keeps of attachments.

    Raises:
        ValueError: a kind is unknown.
    """
    found = [[kind, alt] for kind, alt in media]
    for kind, _ in found:
        if kind not in KINDS:
            raise ValueError(f"{kind!r} is no kind of attachment; there are {', '.join(KINDS)}")
    return found


def attached(event: dict[str, Any], number: object) -> tuple[Attached, ...]:
    """Return what hangs on the thing with this number, as its event tells."""
    return tuple(
        Attached(one[0], one[1], one[2] if len(one) > 2 else f"{number}{index}")
        for index, one in enumerate(event.get("attached", ()), 1)
    )


def crowd_media(text: str) -> tuple[tuple[str, str], ...]:
    """Return what one of the crowd sends along with a text: now and then a photo. The same text brings the same."""
    return (("photo", ""),) if hashlib.sha256(text.encode()).digest()[0] < 40 else ()


class Pictures:
    """The hosts that serve pictures. Thread-safe."""

    def __init__(self, may_see: Callable[[Request], bool]) -> None:
        """Serve everything; `may_see` tells whether a request is signed by one of the accounts."""
        self._may_see = may_see
        self._put: dict[str, Answer] = {}
        self._lock = threading.Lock()
        self.asked: list[Request] = []
        """Every request that came."""

    def serves(self, request: Request) -> bool:
        """Whether a request is meant for one of these hosts."""
        host = request.headers.get("host", "").partition(":")[0].lower()
        return any(host == one or host.endswith(f".{one}") for one in HOSTS)

    def put(
        self, path: str, body: bytes, status: int = 200, kind: str = "image/png", headers: dict[str, str] | None = None
    ) -> None:
        """Serve something of one's own at a path, on every host."""
        with self._lock:
            self._put[path] = Answer(status, body, {"content-type": kind, **(headers or {})})

    def answer(self, request: Request) -> Answer:
        """Answer one request."""
        with self._lock:
            self.asked.append(request)
            made = self._put.get(request.path)
        host = request.headers.get("host", "").partition(":")[0].lower()
        if host.startswith("ton.") and not self._may_see(request):
            return Answer(403, b"", {"content-type": "text/plain"})
        if made is not None:
            return Answer(made.status, made.body, dict(made.headers))
        if request.method != "GET" or not _PATH.fullmatch(request.path):
            return Answer(404, b"", {"content-type": "text/plain"})
        return Answer(200, drawn(request.path), {"content-type": "image/png"})


def drawn(name: str) -> bytes:
    """Return a picture as PNG: two colours that run into each other, made of a name."""
    first, second = hashlib.sha256(name.encode()).digest()[:3], hashlib.sha256(name.encode()).digest()[3:6]
    width, height = _SIZE
    rows = bytearray()
    for y in range(height):
        part = y / height
        colour = bytes(round(a + (b - a) * part) for a, b in zip(first, second, strict=True))
        rows += b"\0" + colour * width
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(bytes(rows), 1)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in parts
    )

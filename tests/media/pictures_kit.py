"""Pictures as they come, and a host of pictures on loopback."""

from __future__ import annotations

import http.server
import io
import ssl
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from PIL import Image

from social_listener.channels.pictures import PictureSource

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HOST = "pbs.twimg.com"


def picture(kind: str = "PNG", size: tuple[int, int] = (40, 30), colour: str = "red", **more: object) -> bytes:
    """Return a plain picture of a kind that Pillow knows."""
    file = io.BytesIO()
    Image.new("RGB", size, colour).save(file, kind, **more)
    return file.getvalue()


Handler = http.server.BaseHTTPRequestHandler


@dataclass
class Host:
    """A host that answers as a test wants; `asked` are the requests that came."""

    port: int
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def source(self, **more: object) -> PictureSource:
        """Return pictures of `HOST`, for which this host stands in."""
        return PictureSource(hosts=("twimg.com",), stand_in=f"http://127.0.0.1:{self.port}", **more)  # type: ignore[arg-type]


class _Server(http.server.ThreadingHTTPServer):
    block_on_close = False

    def handle_error(self, *_: object) -> None:
        """Say nothing of callers that go away."""


@contextmanager
def host(answer: Callable[[Handler], None], context: ssl.SSLContext | None = None) -> Iterator[Host]:
    """Give a host on loopback; `answer` writes each answer itself. `context`: by https."""

    class Answering(Handler):
        def do_GET(self) -> None:  # noqa: N802 - the base class looks for it
            kept.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
            try:
                answer(self)
            except OSError:
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = _Server(("127.0.0.1", 0), Answering)
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    kept = Host(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield kept
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def whole(body: bytes, status: int = 200, **headers: str) -> Callable[[Handler], None]:
    """Return an answer that is sent as it should be."""

    def answer(handler: Handler) -> None:
        handler.send_response(status)
        handler.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)

    return answer

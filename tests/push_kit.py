"""What the tests of pushing share: the public port of a program that reads, on loopback, and requests to it."""

from __future__ import annotations

import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from types import TracebackType
from typing import Self

import uvicorn

from social_listener.ingest import Ingest
from social_listener.web import bind, public_app


class Door:
    """The public port of `ingest`; `woken` are the accounts that were told to be read, in order."""

    def __init__(self, ingest: Ingest) -> None:
        self.woken: list[str] = []
        self._socket = bind("127.0.0.1", 0, "public")
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        app = public_app(ingest, list, self.woken.append)
        config = uvicorn.Config(app, log_config=None, access_log=False, lifespan="off", timeout_graceful_shutdown=1)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._socket]}, daemon=True)

    def __enter__(self) -> Self:
        """Open it."""
        self.open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()

    def open(self) -> None:
        """Answer from now on."""
        self._thread.start()

    def close(self) -> None:
        """Answer no more."""
        self._server.should_exit = True
        self._thread.join()
        self._socket.close()

    def webhook(self, account_id: str) -> str:
        """Return the address of an account's webhook."""
        return f"{self.url}/webhooks/{account_id}"


def ask(url: str, **query: str) -> tuple[int, bytes]:
    """Make a GET; return status and body."""
    return _call(urllib.request.Request(f"{url}?{urllib.parse.urlencode(query)}"))  # noqa: S310 - our own on loopback


def push(url: str, headers: Mapping[str, str], body: bytes) -> int:
    """Make a POST; return its status."""
    return _call(urllib.request.Request(url, data=body, headers=dict(headers), method="POST"))[0]  # noqa: S310


def _call(request: urllib.request.Request) -> tuple[int, bytes]:
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310 - our own address on loopback
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()

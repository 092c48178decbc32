"""What is known about one call to a platform, and connections that find it out.

The difference that matters is between "surely not sent" (no name, refused, no TLS, no connection in time) and "may
have been sent": a connection stood and bytes were handed over, whatever happened then.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection


@dataclass(slots=True, kw_only=True)
class Exchange:
    """What is known about one call. One thread uses it."""

    seconds: float  #: time for the whole answer from the first byte handed over
    began: bool = False  #: the SDK really made the call
    write: bool = False
    sent: bool = False  #: bytes were handed over: the platform may have acted on them
    status: int | None = None  #: None: no answer came
    headers: Mapping[str, str] = field(default_factory=dict)  #: names are found in any case
    body: bytes = b""
    whole: bool = False  #: the answer came to its end and fits the limit
    too_long: bool = False
    problem: str = ""  #: what went wrong on the way, in words, without address and query
    server_time: datetime | None = None  #: the answer's Date; None: it had none that can be read
    late: bool = False  #: the time for the whole answer ran out
    timer: threading.Timer | None = None

    def watch(self, connection: socket.socket) -> None:
        """Cut `connection` when the time is up: a limit on single reads does not stop an answer that drips."""

        def cut() -> None:
            self.late = True
            try:
                # Not the TLS object's own method, which would take the reader's state away under its hands.
                socket.socket.shutdown(connection, socket.SHUT_RDWR)
            except OSError:
                return  # closed already: there is nothing to cut

        self.timer = threading.Timer(self.seconds, cut)
        self.timer.daemon = True
        self.timer.start()

    def unwatch(self) -> None:
        """Leave the connection alone: the answer is there, or the call is over."""
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None


#: the call that this thread is making
CURRENT: ContextVar[Exchange | None] = ContextVar("exchange", default=None)


class _Watched(HTTPConnection):
    """A connection that notes in the current exchange when the first byte of a request is handed over."""

    _connecting = False

    def connect(self) -> None:
        self._connecting = True
        try:
            super().connect()
        finally:
            self._connecting = False

    def send(self, data: Any) -> None:
        # What a proxy is told while connecting is not the request: the platform has seen nothing of it then.
        if not self._connecting:
            if self.sock is None:
                self.connect()
            exchange = CURRENT.get()
            if exchange is not None and self.sock is not None and not exchange.sent:
                exchange.sent = True
                exchange.watch(self.sock)
        super().send(data)


class _WatchedTLS(_Watched, HTTPSConnection):
    """The same over TLS."""


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Watched


class _PoolTLS(HTTPSConnectionPool):
    ConnectionCls = _WatchedTLS


#: for a urllib3 PoolManager
POOLS: Mapping[str, type[HTTPConnectionPool]] = {"http": _Pool, "https": _PoolTLS}

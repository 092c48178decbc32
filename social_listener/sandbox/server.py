"""The HTTP server: one thread a connection, HTTP/1.1 with keep-alive, on loopback.

The standard library's server is used rather than uvicorn because faults need the socket itself: an answer shorter
than its Content-Length, a close without an answer, a reset before the body is read. Pages go out in one write each.
"""

from __future__ import annotations

import gzip
import http.server
import socket
import socketserver
import struct
import sys
import threading
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from social_listener.sandbox.wire import Answer, Request

_LARGEST_BODY = 30_000_000
_RESET = struct.pack("ii", 1, 0)
"""SO_LINGER on, zero seconds: closing sends RST."""


class Server(socketserver.ThreadingTCPServer):
    """Serves what `answer` says. `refuses` may say, before a body is read, that the connection is to be reset."""

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(
        self, host: str, port: int, answer: Callable[[Request], Answer], refuses: Callable[[str, str], bool]
    ) -> None:
        """Bind to host and port; 0 takes a free one.

        Raises:
            OSError: the port is taken.
        """
        self.answer = answer
        self.refuses = refuses
        self._open: set[socket.socket] = set()
        self._open_lock = threading.Lock()
        super().__init__((host, port), _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Remember the connection, so that stopping can end it."""
        with self._open_lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Forget the connection and close it."""
        with self._open_lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def close_connections(self) -> None:
        """End every open connection; their threads end with them."""
        with self._open_lock:
            connections = list(self._open)
        for connection in connections:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Show errors, but for a client that goes away in mid-answer: that is none of the sandbox's."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(request, client_address)


class _Handler(http.server.BaseHTTPRequestHandler):
    """Reads requests, asks the server what to answer, and sends it in the manner that the answer wants."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: Server

    def __getattr__(self, name: str) -> Any:
        """Every method is served alike."""
        if name.startswith("do_"):
            return self._serve
        raise AttributeError(name)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the base class's name
        """Print nothing; the call log is kept elsewhere."""

    def _serve(self) -> None:
        path, _, query = self.path.partition("?")
        if self.server.refuses(self.command, path):
            self._reset()
            return
        length = self.headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > _LARGEST_BODY:
            self.close_connection = True
            self._send(Answer(413, {"title": "Request Entity Too Large", "status": 413}))
            return
        body = self.rfile.read(int(length))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self._send(self.server.answer(Request(self.command, path, query, headers, body)))

    def _send(self, answer: Answer) -> None:
        if answer.manner == "silent":
            self.close_connection = True
            return
        if answer.manner == "reset":
            self._reset()
            return
        body = answer.encoded()
        headers = {"content-type": "application/json; charset=utf-8", **answer.headers}
        if body and answer.manner == "whole" and "gzip" in self.headers.get("accept-encoding", ""):
            body = gzip.compress(body, compresslevel=1, mtime=0)
            headers["content-encoding"] = "gzip"
        headers["content-length"] = str(len(body))
        if answer.manner == "cut":
            body = body[: len(body) // 2]
            self.close_connection = True
        if self.close_connection:
            headers["connection"] = "close"
        lines = [f"HTTP/1.1 {answer.status} {_phrase(answer.status)}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        self.wfile.write("\r\n".join(lines).encode("latin-1", "replace") + b"\r\n\r\n" + body)
        self.wfile.flush()

    def _reset(self) -> None:
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self.connection.close()


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"

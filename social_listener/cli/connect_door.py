"""The door at which a platform sends the browser back: one page on loopback, open for one answer and a few minutes."""

from __future__ import annotations

import hmac
import secrets
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Final, Self
from urllib.parse import parse_qs, urlsplit

from social_listener.errors import ListenerError, PortBusy

if TYPE_CHECKING:
    from types import TracebackType

#: so long the person has to approve
PATIENCE: Final = timedelta(minutes=10)
_PATH: Final = "/connected"
_THANKS: Final = "Thank you. The account is being connected; you can close this page and go back to the terminal."
_REFUSED: Final = "Nothing was permitted. You can close this page; the terminal says what to do."


class Door:
    """Waits on 127.0.0.1 for the one answer that carries our `state`. A context manager."""

    def __init__(self, port: int, name: str) -> None:
        """Listen at once; port 0 takes a free one. `name` is how the address calls this machine. `PortBusy`."""
        self.state: Final = secrets.token_urlsafe(32)
        self._code: str | None = None
        self._decided = False
        self._answered = threading.Event()  # the browser was told, too: this process may end
        self._taking = threading.Lock()
        try:
            self._server = _Server(("127.0.0.1", port), _Handler)
        except OSError as error:
            words = f"port {port} on 127.0.0.1 cannot be listened at ({error.strerror}); choose another with --port"
            raise PortBusy(words) from None
        self._server.door = self
        self._hosts = {f"{host}:{self.port}" for host in ("127.0.0.1", "localhost")}
        self.address: Final = f"http://{name}:{self.port}{_PATH}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=[0.1], name="connect", daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        """Return the port it listens at."""
        return int(self._server.server_address[1])

    def wait(self, patience: timedelta = PATIENCE) -> str:
        """Return the code that came back. `ListenerError`: nobody answered in time, or the person said no."""
        if not self._answered.wait(patience.total_seconds()):
            minutes = patience.total_seconds() / 60
            raise ListenerError(
                f"nobody approved within {minutes:g} minutes; nothing was changed: run the command again"
            )
        if self._code is None:
            raise ListenerError("the platform says that nothing was permitted; nothing was changed")
        return self._code

    def take(self, method: str, target: str, host: str) -> tuple[int, str]:
        """Take what a browser brings, and return the status and the words that answer it. Only one answer counts."""
        try:
            parts = urlsplit(target)
            query = parse_qs(parts.query, strict_parsing=False, keep_blank_values=True, max_num_fields=20)
        except ValueError:
            return 400, "This address cannot be read."
        if host not in self._hosts:
            return 400, "This page is reached by its own address only."
        if parts.path != _PATH:
            return 404, "There is nothing here."
        if method != "GET":
            return 405, "This page is only read."
        with self._taking:
            return self._decide(query)

    def _decide(self, query: dict[str, list[str]]) -> tuple[int, str]:
        if self._decided:
            return 410, "This was answered already."
        state, code = query.get("state", []), query.get("code", [])
        if len(state) != 1 or not hmac.compare_digest(state[0].encode(), self.state.encode()):
            return 403, "This is no answer to what was asked here; it is ignored."
        if "error" in query:
            self._decided = True
            return 200, _REFUSED
        if len(code) != 1 or not code[0]:
            return 400, "This answer carries no code; it is ignored."
        self._code = code[0]
        self._decided = True
        return 200, _THANKS

    def told(self) -> None:
        """Let `wait` go on, if the answer is there: the browser has its page."""
        if self._decided:
            self._answered.set()

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    door: Door

    def handle_error(self, request: object, client_address: object) -> None:
        """Write nothing: a browser that went away is no fault, and a trace would stand between our lines."""


class _Handler(BaseHTTPRequestHandler):
    """Hands every request to the door; nothing of what came is written anywhere."""

    timeout = 10
    server: _Server
    server_version = "SocialListener"
    sys_version = ""

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def _answer(self) -> None:
        door = self.server.door
        try:
            self._show(*door.take(self.command, self.path, self.headers.get("Host", "")))
        finally:
            door.told()

    def _show(self, status: int, words: str) -> None:
        body = f"<!DOCTYPE html><html lang=en><meta charset=utf-8><title>Social Listener</title><p>{words}".encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", "default-src 'none'")
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header("Cache-Control", "no-store")
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library names it so
        """Write nothing: the address holds the code."""

"""A receiver of webhooks on loopback that keeps what arrives and answers as a test wants."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import sys
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


class Receiver:
    """Knows the secrets of the application, checks every signature by itself, and answers with `status`."""

    def __init__(self, app_secret: str, verify_token: str, consumer_secret: str) -> None:
        """Listen on a free port."""
        self._app_secret = app_secret.encode()
        self._verify_token = verify_token
        self._consumer_secret = consumer_secret.encode()
        self.status = 200
        self.knows_the_handshake = True
        self.handshakes: list[dict[str, str]] = []
        self.bodies: list[bytes] = []
        self.refused: list[bytes] = []
        self.errors: list[str] = []
        self.on_arrival: Callable[[], None] = lambda: None
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                receiver._shake_hands(self)

            def do_POST(self) -> None:
                receiver._take(self)

            def log_message(self, *_: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_: object) -> None:
                """Say nothing of a sender that has lost its patience."""
                if not isinstance(sys.exception(), ConnectionError):
                    receiver.errors.append(repr(sys.exception()))

        self._server = Server(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/webhooks/account"

    def payloads(self) -> list[dict[str, Any]]:
        """Return what arrived with a good signature, in order."""
        return [json.loads(body) for body in self.bodies]

    def values(self, field: str) -> list[dict[str, Any]]:
        """Return the values of Meta's changes of one field, in order."""
        changes = [
            change for body in self.payloads() for entry in body.get("entry", ()) for change in entry.get("changes", ())
        ]
        return [change["value"] for change in changes if change["field"] == field]

    def messages(self, key: str = "messaging") -> list[dict[str, Any]]:
        """Return Meta's messages, or those of conversations that another application has, in order."""
        return [told for body in self.payloads() for entry in body.get("entry", ()) for told in entry.get(key, ())]

    def activities(self) -> list[dict[str, Any]]:
        """Return the data of X's activities, in order."""
        return [body["data"] for body in self.payloads()]

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        assert self.errors == []

    def good(self, headers: Any, body: bytes) -> bool:
        """Whether a signature in these headers is over these bytes."""
        meta, x = headers.get("x-hub-signature-256"), headers.get("x-twitter-webhooks-signature")
        if meta is not None:
            expected = "sha256=" + hmac.new(self._app_secret, body, hashlib.sha256).hexdigest()
            return hmac.compare_digest(expected, meta)
        digest = hmac.new(self._consumer_secret, body, hashlib.sha256).digest()
        return x is not None and hmac.compare_digest("sha256=" + base64.b64encode(digest).decode(), x)

    def _take(self, handler: BaseHTTPRequestHandler) -> None:
        body = handler.rfile.read(int(handler.headers["content-length"]))
        good = self.good(handler.headers, body)
        self.on_arrival()
        if good and self.status == 200:
            self.bodies.append(body)
        elif not good:
            self.refused.append(body)
        self._answer(handler, self.status if good else 401, b"")

    def _shake_hands(self, handler: BaseHTTPRequestHandler) -> None:
        asked = {name: values[0] for name, values in parse_qs(urlsplit(handler.path).query).items()}
        self.handshakes.append(asked)
        if not self.knows_the_handshake:
            self._answer(handler, 403, b"")
        elif "crc_token" in asked:
            digest = hmac.new(self._consumer_secret, asked["crc_token"].encode(), hashlib.sha256).digest()
            token = "sha256=" + base64.b64encode(digest).decode()
            self._answer(handler, 200, json.dumps({"response_token": token}).encode())
        else:
            right = asked["hub.verify_token"] == self._verify_token
            self._answer(handler, 200 if right else 403, asked["hub.challenge"].encode() if right else b"")

    @staticmethod
    def _answer(handler: BaseHTTPRequestHandler, status: int, body: bytes) -> None:
        handler.send_response(status)
        handler.send_header("content-length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

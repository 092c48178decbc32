"""HTTP from the sandbox to a receiver on this machine: deliveries and handshakes."""

from __future__ import annotations

import http.client
from urllib.parse import urlencode, urlsplit

from social_listener.sandbox.consent import leads_back_here
from social_listener.sandbox.webhooks.signing import Delivery

_MOST_READ = 65_536


class NotVerified(Exception):
    """A receiver has not answered a handshake as the platform demands; the message says what it did."""


class Target:
    """The address of a receiver."""

    def __init__(self, url: str) -> None:
        """Read an address.

        Raises:
            ValueError: it is not a plain http address on this machine.
        """
        if not leads_back_here(url) or not url.startswith("http://"):
            raise ValueError(f"the sandbox sends to http addresses on this machine only, not to {url!r}")
        parts = urlsplit(url)
        self.url = url
        self._host, self._port = parts.hostname or "", parts.port or 80
        self._path, self._query = parts.path or "/", parts.query

    def post(self, delivery: Delivery, patience_s: float) -> int | None:
        """Send a delivery and return the status of the answer; None when there was none in time."""
        path = f"{self._path}?{self._query}" if self._query else self._path
        try:
            return self._ask("POST", path, delivery.body, delivery.headers, patience_s)[0]
        except (OSError, http.client.HTTPException):
            return None

    def get(self, parameters: dict[str, str], patience_s: float) -> bytes:
        """Ask with these parameters and return the body of a 200.

        Raises:
            NotVerified: there was no answer in time, or another status.
        """
        query = "&".join(filter(None, (self._query, urlencode(parameters))))
        try:
            status, body = self._ask("GET", f"{self._path}?{query}", None, {"accept": "*/*"}, patience_s)
        except (OSError, http.client.HTTPException) as error:
            raise NotVerified(f"{self.url} has not answered the handshake: {type(error).__name__}") from None
        if status != 200:
            raise NotVerified(f"{self.url} has answered the handshake with {status} instead of 200")
        return body

    def _ask(
        self, method: str, path: str, body: bytes | None, headers: dict[str, str], patience_s: float
    ) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection(self._host, self._port, timeout=patience_s)
        try:
            connection.request(method, path, body, {**headers, "connection": "close"})
            answer = connection.getresponse()
            return answer.status, answer.read(_MOST_READ)
        finally:
            connection.close()

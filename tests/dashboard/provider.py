"""An identity provider on loopback: OpenID Connect's code flow with PKCE, and lies on demand."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT_ID = "social-listener"
SECRET = "the provider's secret for us"


@dataclass
class Person:
    """Who signs in at the provider."""

    subject: str = "7"
    email: str = "mia@brand.example"
    verified: bool = True
    name: str = "Mia Weber"


@dataclass
class Provider:
    """One provider; `person` is who is signed in there, `lies` changes what it says in its token."""

    person: Person = field(default_factory=Person)
    lies: dict[str, Any] = field(default_factory=dict)
    algorithm: str = "RS256"
    forged: bool = False  #: the token is signed with a key that the provider does not publish
    discovery: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.key = RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"})
        self.other = RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"})
        self.codes: dict[str, dict[str, str]] = {}
        self.asked: list[dict[str, str]] = []
        self.discovered = 0
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    @property
    def issuer(self) -> str:
        """Return its address."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        """End it."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def authorize(self, asked: dict[str, str]) -> str:
        """Return where a browser is sent that asked to sign in: back with a code."""
        self.asked.append(asked)
        code = secrets.token_urlsafe(8)
        self.codes[code] = asked
        return asked["redirect_uri"] + "?" + urlencode({"code": code, "state": asked["state"]})

    def token(self, fields: dict[str, str], authorization: str) -> dict[str, Any] | None:
        """Return tokens for a code, or None when the client is not ours, or not the one that was given the code."""
        asked = self.codes.pop(fields.get("code", ""), None)
        expected = "Basic " + base64.b64encode(f"{CLIENT_ID}:{_quoted(SECRET)}".encode()).decode()
        verifier = fields.get("code_verifier", "")
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        if asked is None or authorization != expected or challenge != asked["code_challenge"]:
            return None
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT_ID,
            "sub": self.person.subject,
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
            "email": self.person.email,
            "email_verified": self.person.verified,
            "name": self.person.name,
            **self.lies,
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        key = self.other if self.forged else self.key
        return {
            "access_token": "unused",
            "token_type": "Bearer",
            "id_token": jwt.encode({"alg": self.algorithm, "kid": "one"}, claims, key, algorithms=[self.algorithm]),
        }

    def configuration(self) -> dict[str, Any]:
        """Return what it tells of itself."""
        self.discovered += 1
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            **self.discovery,
        }

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                if parts.path == "/.well-known/openid-configuration":
                    self.answer(200, provider.configuration())
                elif parts.path == "/keys":
                    self.answer(200, {"keys": [provider.key.as_dict(private=False)]})
                else:
                    self.send_response(302)
                    self.send_header("location", provider.authorize(_fields(parts.query)))
                    self.send_header("content-length", "0")
                    self.end_headers()

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"])).decode()
                told = provider.token(_fields(body), self.headers.get("authorization", ""))
                self.answer(200 if told else 400, told or {"error": "invalid_grant"})

            def answer(self, status: int, told: dict[str, Any]) -> None:
                body = json.dumps(told).encode()
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        return Handler


def _quoted(text: str) -> str:
    return text


def _fields(query: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(query).items()}

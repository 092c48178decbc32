"""Coming in through an identity provider: OpenID Connect, the code flow with PKCE, state and nonce.

    GET /sign-in/provider   sends to the provider
    GET /sign-in/back       what the provider sends back; its word is checked, then `desk.own` decides who that is

Its keys and addresses are read from `<issuer>/.well-known/openid-configuration` when somebody comes.
"""

from __future__ import annotations

import logging
import secrets
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import requests
from authlib.integrations.requests_client import OAuth2Session
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from starlette.routing import Route

from social_listener.dashboard.entrance import SIGN_IN, local_path, visitor
from social_listener.dashboard.sign_page import REFERRER, go, page, same
from social_listener.errors import DeskError, SignInFailed, TooOften
from social_listener.resident_first import address_of
from social_listener.settings_secrets import secret as find_secret

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute

    from social_listener.dashboard.entrance import Entrance
    from social_listener.settings import OidcSettings

log = logging.getLogger(__name__)

#: somebody who is sent to the provider has so many seconds to come back; so many may be on the way at once
PATIENCE = 600
MOST = 1_000
#: seconds for one answer of the provider
TIMEOUT = 10
#: how far the provider's clock may be from ours, in seconds
LEEWAY = 60
#: no symmetric one: what signs must not be what everybody who reads settings knows
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"]

UNREACHABLE = "The identity provider does not answer as it should. Try again in a while, or tell an administrator."
LOST = "That took too long, or was begun in another browser. Try again."
NOT_TRUE = "What the identity provider said could not be trusted, so nobody was signed in."


@dataclass(frozen=True, slots=True)
class _Away:
    """Somebody who was sent to the provider."""

    state: str
    nonce: str
    verifier: str
    following: str
    began: float


class Provider:
    """The identity provider of the settings."""

    def __init__(self, entrance: Entrance, settings: OidcSettings) -> None:
        self._entrance = entrance
        self._settings = settings
        self._secret = find_secret(settings.client_secret) if settings.client_secret else None
        self._lock = threading.Lock()
        self._away: dict[str, _Away] = {}

    def routes(self) -> list[BaseRoute]:
        """Return the routes."""
        return [
            Route(f"{SIGN_IN}/provider", self.leave, methods=["GET"]),
            Route(f"{SIGN_IN}/back", self.back, methods=["GET"]),
        ]

    def leave(self, request: Request) -> Response:
        """Send somebody to the provider; a cookie ties the way back to this browser."""
        try:
            self._entrance.door.knock(visitor(request.scope))
            known = self._discover()
        except DeskError as error:
            return self._refused(request, error)
        away = _Away(
            state=secrets.token_urlsafe(24),
            nonce=secrets.token_urlsafe(24),
            verifier=secrets.token_urlsafe(48),
            following=local_path(request.query_params.get("next", "/")),
            began=time.monotonic(),
        )
        with self._client(request) as client:
            address, _ = client.create_authorization_url(
                known["authorization_endpoint"], state=away.state, nonce=away.nonce, code_verifier=away.verifier
            )
        tie = secrets.token_urlsafe(24)
        with self._lock:
            fresh = {key: one for key, one in self._away.items() if away.began - one.began < PATIENCE}
            self._away = dict(list(fresh.items())[-MOST:]) | {tie: away}
        answer = go(address)
        self._entrance.put(request.scope, answer, "provider", tie, PATIENCE)
        return answer

    def back(self, request: Request) -> Response:
        """Take what the provider says."""
        tie = self._entrance.token(request.scope, "provider")
        with self._lock:
            away = self._away.pop(tie, None)
        told = request.query_params
        if away is None or not same(told.get("state", ""), away.state) or time.monotonic() - away.began > PATIENCE:
            return self._refused(request, LOST)
        if "error" in told or not told.get("code"):
            return self._refused(request, "The identity provider did not sign you in.")
        try:
            claims = self._claims(request, told["code"], away)
            ticket = self._entrance.service.desk.own.by_provider(*_person(claims), visitor(request.scope))
            self._entrance.door.came(visitor(request.scope))
        except DeskError as error:
            return self._refused(request, error)
        following = f"{SIGN_IN}/second?next={quote(away.following, safe='')}" if ticket.half else away.following
        answer = go(following)
        self._entrance.drop(request.scope, answer, "provider")
        self._entrance.let_in(request.scope, answer, ticket)
        return answer

    def _refused(self, request: Request, problem: object) -> Response:
        status = 429 if isinstance(problem, TooOften) else 401
        answer = page(request, self._entrance, "provider.html", status=status, problem=problem)
        self._entrance.drop(request.scope, answer, "provider")
        answer.headers.update(REFERRER)
        return answer

    # -- what is asked of the provider ---------------------------------------------------------------------------------

    def _client(self, request: Request) -> Any:
        base = address_of(self._entrance.service, f"{request.url.scheme}://{request.url.netloc}")
        return OAuth2Session(
            self._settings.client_id,
            self._secret,
            scope="openid email profile",
            redirect_uri=f"{base}{SIGN_IN}/back",
            code_challenge_method="S256",
            token_endpoint_auth_method="client_secret_basic" if self._secret else "none",
        )

    def _discover(self) -> dict[str, Any]:
        """Return what the provider tells of itself; it must be the one that the settings name."""
        known = _json(f"{self._settings.issuer}/.well-known/openid-configuration")
        if str(known.get("issuer", "")).rstrip("/") != self._settings.issuer:
            log.warning("the identity provider names itself otherwise", extra={"issuer": self._settings.issuer})
            raise SignInFailed(UNREACHABLE)
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            if not str(known.get(name, "")).startswith(("https://", "http://")):
                raise SignInFailed(UNREACHABLE)
        return known

    def _claims(self, request: Request, code: str, away: _Away) -> dict[str, Any]:
        """Return what the provider's signed token says of somebody; `SignInFailed` when it is not to be trusted."""
        known = self._discover()
        try:
            with self._client(request) as client:
                token = client.fetch_token(
                    known["token_endpoint"], code=code, code_verifier=away.verifier, timeout=TIMEOUT
                )
            keys = KeySet.import_key_set(_json(known["jwks_uri"]))  # type: ignore[arg-type]  # checked by it
            read = jwt.decode(str(token["id_token"]), keys, algorithms=ALGORITHMS)
            self._check(read.claims, str(known["issuer"]), away.nonce)
        except SignInFailed:
            raise
        except (requests.RequestException, JoseError, ValueError, KeyError, TypeError) as error:
            log.warning("the identity provider's word was not taken", extra={"reason": type(error).__name__})
            raise SignInFailed(NOT_TRUE) from None
        except Exception as error:  # noqa: BLE001 - the client has errors of its own for every refusal
            log.warning("the identity provider gave no token", extra={"reason": type(error).__name__})
            raise SignInFailed(NOT_TRUE) from None
        return dict(read.claims)

    def _check(self, claims: dict[str, Any], issuer: str, nonce: str) -> None:
        """Raise unless a token was made by this provider, for us, for this very sign-in, and now."""
        registry = jwt.JWTClaimsRegistry(
            leeway=LEEWAY,
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": self._settings.client_id},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
        )
        registry.validate(claims)
        audience = claims["aud"]
        several = isinstance(audience, list) and len(audience) > 1
        if several and claims.get("azp") != self._settings.client_id:
            raise ValueError("azp")
        if not same(str(claims.get("nonce", "")), nonce):
            raise ValueError("nonce")


def _json(address: str) -> dict[str, Any]:
    """Return what an address of the provider answers."""
    try:
        answer = requests.get(address, timeout=TIMEOUT, allow_redirects=False)
        answer.raise_for_status()
        told = answer.json()
    except (requests.RequestException, ValueError) as error:
        log.warning("the identity provider does not answer", extra={"reason": type(error).__name__})
        raise SignInFailed(UNREACHABLE) from None
    if not isinstance(told, dict):
        raise SignInFailed(UNREACHABLE)
    return told


def _person(claims: dict[str, Any]) -> tuple[str, str | None, str, str]:
    """Return subject, verified address, proposed sign-in name and shown name of somebody."""
    email = str(claims.get("email") or "")
    verified = claims.get("email_verified") is True
    name = str(claims.get("preferred_username") or email.partition("@")[0] or "somebody")
    return f"{claims['iss']} {claims['sub']}", email if verified else None, name, str(claims.get("name") or name)[:80]

"""Who is calling: OAuth 1.0a signatures, OAuth 2.0 user tokens and the application's bearer token."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import Literal
from urllib.parse import unquote

from oauthlib.common import Request as SignedRequest
from oauthlib.oauth1.rfc5849 import signature

from social_listener.sandbox import problems
from social_listener.sandbox.identity import account_of_oauth2, credentials_for, same
from social_listener.sandbox.policy import Policy
from social_listener.sandbox.wire import Request
from social_listener.sandbox.world import World

CANONICAL_HOSTS = ("https://api.twitter.com", "https://api.x.com")
"""A signature may be made over these addresses, wherever the request arrives, or over the sandbox's own."""

Scheme = Literal["oauth1", "oauth2", "app"]


@dataclass(frozen=True, slots=True)
class Caller:
    """Whose credentials a request carries; the application alone has no account."""

    scheme: Scheme
    account: str | None
    scopes: frozenset[str] | None = None
    """What an OAuth 2.0 token was approved for; None for the other schemes, which know no scopes."""

    @property
    def access_level(self) -> str:
        """The value of the x-access-level header."""
        return "read" if self.account is None else "read-write-directmessages"


class Gate:
    """Checks credentials against those that the seed gives to the accounts of the world."""

    def __init__(self, world: World, policy: Policy) -> None:
        """Accept the accounts of this world."""
        self._world = world
        self._policy = policy
        self.revoked: set[str] = set()
        """Accounts whose tokens were all taken back; the application's own token is named "app"."""
        self._nonces: OrderedDict[tuple[str, str], None] = OrderedDict()
        self._app = credentials_for(world.seed)

    def identify(self, request: Request) -> Caller:
        """Who sent this request.

        Raises:
            Problem: 401, whatever is wrong with the credentials.
        """
        scheme, _, value = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            return self._bearer(value.strip())
        if scheme.lower() == "oauth":
            return self._oauth1(request, value)
        raise problems.unauthorized()

    def _bearer(self, token: str) -> Caller:
        if same(unquote(token), self._app["bearer_token"]):
            if "app" in self.revoked:
                raise problems.unauthorized()
            return Caller("app", None)
        known = account_of_oauth2(self._world.seed, token)
        if known is None or known[2] != "at" or known[0] in self.revoked:
            raise problems.unauthorized()
        account, generation, _ = known
        with self._world.lock:
            grant = self._world.ledger.grants.get(account)
            now_ms = self._world.clock.now_ms()
        if grant is None or grant.revoked or generation != grant.generation:
            raise problems.unauthorized()
        if now_ms - grant.issued_ms > self._policy.access_token_life * 1000:
            raise problems.unauthorized()
        return Caller("oauth2", account, frozenset(grant.scope.split()))

    def _oauth1(self, request: Request, header: str) -> Caller:
        fields = dict(_pairs(header))
        token = fields.get("oauth_token", "")
        account = self._world.users.get(token.split("-")[0])
        if account is None or not account.account or account.id in self.revoked:
            raise problems.unauthorized()
        known = credentials_for(self._world.seed, account.handle)
        if not (
            same(token, known["access_token"]) and same(fields.get("oauth_consumer_key", ""), known["consumer_key"])
        ):
            raise problems.unauthorized()
        try:
            signed = any(_signed(request, host, header, known) for host in _hosts(request))
        except ValueError:  # a query or a host that is no address cannot have been signed
            signed = False
        if not signed or not self._fresh(fields):
            raise problems.unauthorized()
        return Caller("oauth1", account.id)

    def _fresh(self, fields: dict[str, str]) -> bool:
        """Each nonce is good once; the time stamp is the caller's and only checked for being a number.

        The callers' clock is not the sandbox's, so no distance to it can be demanded.
        """
        key = fields.get("oauth_timestamp", ""), fields.get("oauth_nonce", "")
        if not key[0].isdecimal() or not key[1]:
            return False
        with self._world.lock:
            if key in self._nonces:
                return False
            self._nonces[key] = None
            if len(self._nonces) > 20_000:
                self._nonces.popitem(last=False)
        return True


def _pairs(header: str) -> list[tuple[str, str]]:
    found = []
    for part in header.split(","):
        name, _, value = part.strip().partition("=")
        found.append((name, unquote(value.strip('"'))))
    return found


def _hosts(request: Request) -> tuple[str, ...]:
    """Return what the caller may have signed: X's addresses, or the one at which it really asked."""
    own = request.headers.get("host", "")
    return (*CANONICAL_HOSTS, f"http://{own}", f"https://{own}") if own else CANONICAL_HOSTS


def _signed(request: Request, host: str, header: str, known: dict[str, str]) -> bool:
    url = f"{host}{request.path}" + (f"?{request.query}" if request.query else "")
    form = request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
    parameters = signature.collect_parameters(
        uri_query=request.query,
        body=request.body.decode("utf-8", "replace") if form else [],
        headers={"Authorization": f"OAuth {header}"},
        exclude_oauth_signature=True,
    )
    signed = SignedRequest(url, http_method=request.method)
    signed.params = parameters
    signed.signature = dict(_pairs(header)).get("oauth_signature", "")
    return bool(signature.verify_hmac_sha1(signed, known["consumer_secret"], known["access_token_secret"]))

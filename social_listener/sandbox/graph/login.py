"""Meta's login: the dialog that asks, its codes, short and long tokens, and the tokens of Pages."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from social_listener.sandbox import consent
from social_listener.sandbox.graph import breakage, gate, ids, problems
from social_listener.sandbox.graph.call import parameters_of
from social_listener.sandbox.graph.tokens import SCOPES
from social_listener.sandbox.graph.world import Graph
from social_listener.sandbox.identity import same
from social_listener.sandbox.wire import Answer, Request

DIALOG = "dialog/oauth"
TOKEN = "oauth/access_token"  # noqa: S105  # a path
_KEPT = frozenset(("client_id", "redirect_uri", "response_type", "scope", "state"))
_TAIL = "#_=_"
"""What Facebook puts behind the address it sends a browser back to."""
_ALWAYS = "public_profile"
_USED = 36009
_EXPIRED = 36007
_OTHER_ADDRESS = 36008
_CODES_KEPT = 1_000


@dataclass(slots=True)
class _Approval:
    """What somebody agreed to; its code is good once, for a time, and for one address."""

    redirect_uri: str
    scopes: tuple[str, ...]
    at_ms: int
    used: bool = False


class Login:
    """The two endpoints that are called without a token. Thread-safe."""

    def __init__(self, graph: Graph) -> None:
        """Give out tokens of this world."""
        self._graph = graph
        self._codes: dict[str, _Approval] = {}
        self._count = 0
        self._lock = threading.Lock()

    def dialog(self, request: Request, _version: str) -> Answer:
        """GET /dialog/oauth: answer the browser with the question, or send it back with a code or a refusal."""
        asked = dict(request.parameters)
        complaint = self._complaint(asked)
        if complaint is not None:
            return consent.refusal(400, complaint)
        policy = self._graph.policy
        decision = policy.authorize if policy.authorize != "ask" else asked.get("decision", "ask")
        back = {"state": asked["state"]} if "state" in asked else {}
        if decision == "deny":
            refusal = {"error": "access_denied", "error_code": "200", "error_description": "Permissions error"}
            return consent.send_back(asked["redirect_uri"], refusal | {"error_reason": "user_denied"} | back, _TAIL)
        scopes = _scopes(asked)
        if decision != "approve":
            kept = {name: value for name, value in asked.items() if name in _KEPT}
            return consent.question("Facebook", scopes, {self._graph.tokens.user_id: "Robin Ashdown"}, kept)
        declined = set(policy.declined_scopes.replace(",", " ").split())
        given = tuple(scope for scope in SCOPES if scope in {*scopes, _ALWAYS} and scope not in declined)
        return consent.send_back(
            asked["redirect_uri"], {"code": self._give(asked["redirect_uri"], given)} | back, _TAIL
        )

    def token(self, request: Request, _version: str) -> Answer:
        """GET or POST /oauth/access_token: a code, a short-lived token or the application's keys for a token."""
        try:
            asked = parameters_of(request)
            self._check_application(asked)
            kind = asked.get("grant_type", "authorization_code")
            if kind == "authorization_code":
                return self._of_code(asked)
            if kind == "fb_exchange_token":
                return self._longer(asked)
            if kind == "client_credentials":
                return Answer(200, {"access_token": self._graph.tokens.app_token, "token_type": "bearer"})
            raise problems.invalid(f"Unsupported grant type: {kind}")
        except problems.GraphError as error:
            return breakage.error_answer(error)

    def _of_code(self, asked: dict[str, str]) -> Answer:
        approval = self._take(asked.get("code", ""), asked.get("redirect_uri", ""))
        life = round(self._graph.policy.user_token_life)
        now_s = self._graph.clock.now_ms() // 1000
        token = self._graph.tokens.issue("user", scopes=approval.scopes, expires=now_s + life)
        return Answer(200, {"access_token": token, "token_type": "bearer", "expires_in": life})

    def _longer(self, asked: dict[str, str]) -> Answer:
        old = asked.get("fb_exchange_token", "")
        grant = gate.alive(self._graph, old)
        if grant.kind != "user":
            raise problems.invalid("The access token to exchange must be that of a person")
        life = round(self._graph.policy.long_token_days * 86_400)
        now_s = self._graph.clock.now_ms() // 1000
        token = self._graph.tokens.issue("user", scopes=grant.scopes, expires=now_s + life)
        return Answer(200, {"access_token": token, "token_type": "bearer", "expires_in": life})

    def _give(self, redirect_uri: str, scopes: tuple[str, ...]) -> str:
        with self._lock:
            self._count += 1
            code = "AQ" + ids.secret(self._graph.seed, f"code:{self._count}", 180)
            self._codes[code] = _Approval(redirect_uri, scopes, self._graph.clock.now_ms())
            while len(self._codes) > _CODES_KEPT:
                del self._codes[next(iter(self._codes))]
            return code

    def _take(self, code: str, redirect_uri: str) -> _Approval:
        """Return what a code stands for; from now on it is used.

        Raises:
            GraphError: 100, the code is unknown, used, too old or was given for another address.
        """
        with self._lock:
            approval = self._codes.get(code)
            if approval is None:
                raise problems.GraphError(100, "Invalid verification code format.")
            if approval.used:
                raise problems.GraphError(100, "This authorization code has been used.", subcode=_USED)
            if self._graph.clock.now_ms() - approval.at_ms > self._graph.policy.authorization_code_life * 1000:
                raise problems.GraphError(100, "This authorization code has expired.", subcode=_EXPIRED)
            if redirect_uri != approval.redirect_uri:
                raise problems.GraphError(
                    100,
                    "Error validating verification code. Please make sure your redirect_uri is identical to the one "
                    "you used in the OAuth dialog request",
                    subcode=_OTHER_ADDRESS,
                )
            approval.used = True
            return approval

    def _check_application(self, asked: dict[str, str]) -> None:
        if asked.get("client_id") != self._graph.app_id:
            raise problems.GraphError(
                101, "Error validating application. Cannot get application info due to a system error."
            )
        if not same(asked.get("client_secret", ""), self._graph.tokens.app_secret):
            raise problems.GraphError(1, "Error validating client secret.", status=400)

    def _complaint(self, asked: dict[str, str]) -> str | None:
        """Return in words what is wrong with the application's request."""
        if asked.get("client_id") != self._graph.app_id:
            return "Invalid App ID: The provided app ID does not look like a valid app ID."
        if not consent.leads_back_here(asked.get("redirect_uri", "")):
            return (
                "URL Blocked: This redirect failed because the redirect URI is not whitelisted in the app's Client "
                "OAuth Settings. In the sandbox those on this machine are."
            )
        if asked.get("response_type", "code") != "code":
            return "response_type must be code."
        unknown = [scope for scope in _scopes(asked) if scope not in SCOPES]
        return f"Invalid Scopes: {', '.join(unknown)}." if unknown else None


def _scopes(asked: dict[str, str]) -> list[str]:
    """Return the permissions that are asked for: a list with commas, or with spaces."""
    return asked.get("scope", "").replace(",", " ").split()

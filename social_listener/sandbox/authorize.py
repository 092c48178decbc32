"""GET /i/oauth2/authorize: X's page that asks, and the codes it gives out (OAuth 2.0 with PKCE)."""

from __future__ import annotations

import base64
import hashlib
import re
import threading
from dataclasses import dataclass

from social_listener.sandbox import consent
from social_listener.sandbox.identity import SCOPES, authorization_code, credentials_for, same
from social_listener.sandbox.policy import Policy
from social_listener.sandbox.records import User
from social_listener.sandbox.wire import Answer, Request
from social_listener.sandbox.world import World

PATH = "/i/oauth2/authorize"
_CHALLENGE = re.compile(r"[\w-]{43,128}", re.ASCII)
_VERIFIER = re.compile(r"[\w.~-]{43,128}", re.ASCII)
_KEPT = frozenset(
    ("response_type", "client_id", "redirect_uri", "scope", "state", "code_challenge", "code_challenge_method")
)
_LONGEST_STATE = 500
_CODES_KEPT = 1_000


@dataclass(frozen=True, slots=True)
class Approval:
    """What somebody agreed to, and what the exchange of its code must match."""

    account: str
    redirect_uri: str
    scope: str
    challenge: str
    at_ms: int


class Codes:
    """The codes given out and not exchanged yet; each is good once. Thread-safe."""

    def __init__(self, seed: int) -> None:
        """Start without any."""
        self._seed = seed
        self._count = 0
        self._open: dict[str, Approval] = {}
        self._lock = threading.Lock()

    def give(self, approval: Approval) -> str:
        """Return a new code for an approval."""
        with self._lock:
            self._count += 1
            code = authorization_code(self._seed, self._count)
            self._open[code] = approval
            while len(self._open) > _CODES_KEPT:
                del self._open[next(iter(self._open))]
            return code

    def take(self, code: str) -> Approval | None:
        """Return what a code stands for and forget it; None when it is unknown or was used."""
        with self._lock:
            return self._open.pop(code, None)


def page(request: Request, world: World, policy: Policy, codes: Codes) -> Answer:
    """Answer the browser: with the question, or by sending it back with a code or a refusal."""
    asked = dict(request.parameters)
    complaint = _complaint(asked, world.seed)
    if complaint is not None:
        return consent.refusal(400, f"You weren't able to give access to the App. {complaint}")
    decision = policy.authorize if policy.authorize != "ask" else asked.get("decision", "ask")
    back = {"state": asked["state"]}
    if decision == "deny":
        return consent.send_back(asked["redirect_uri"], {"error": "access_denied"} | back)
    account = _account(asked, world, policy)
    if account is None:
        return consent.refusal(400, "You weren't able to give access to the App. Nobody of the brand has this handle.")
    if decision != "approve":
        choices = {user.handle: f"{user.name} (@{user.handle})" for user in world.accounts()}
        kept = {name: value for name, value in asked.items() if name in _KEPT}
        return consent.question("X", asked["scope"].split(), choices, kept)
    code = codes.give(
        Approval(account.id, asked["redirect_uri"], asked["scope"], asked["code_challenge"], world.clock.now_ms())
    )
    return consent.send_back(asked["redirect_uri"], back | {"code": code})


def proves(verifier: str, challenge: str) -> bool:
    """Whether a code verifier belongs to a challenge (method S256)."""
    if _VERIFIER.fullmatch(verifier) is None:
        return False
    digest = hashlib.sha256(verifier.encode()).digest()
    return same(base64.urlsafe_b64encode(digest).rstrip(b"=").decode(), challenge)


def _account(asked: dict[str, str], world: World, policy: Policy) -> User | None:
    """Return whose account it is: chosen on the page, by the policy, or the brand's first one."""
    wanted = (asked.get("account") if policy.authorize == "ask" else None) or policy.authorize_as
    return next((user for user in world.accounts() if not wanted or user.handle == wanted.lstrip("@")), None)


def _complaint(asked: dict[str, str], seed: int) -> str | None:
    """Return in words what is wrong with the application's request."""
    scopes = asked.get("scope", "").split()
    challenge = asked.get("code_challenge", "")
    complaints = (
        (asked.get("response_type") != "code", "response_type must be code."),
        (
            not same(asked.get("client_id", ""), credentials_for(seed)["client_id"]),
            "The client_id is not that of an application.",
        ),
        (
            not consent.leads_back_here(asked.get("redirect_uri", "")),
            "The redirect_uri is none of the application's: in the sandbox those on this machine are.",
        ),
        (not 1 <= len(asked.get("state", "")) <= _LONGEST_STATE, f"state must have 1 to {_LONGEST_STATE} characters."),
        (
            asked.get("code_challenge_method") != "S256" or _CHALLENGE.fullmatch(challenge) is None,
            "code_challenge with code_challenge_method=S256 is needed.",
        ),
        (not scopes or not set(scopes) <= set(SCOPES.split()), f"scope must name some of: {SCOPES}."),
    )
    return next((words for wrong, words in complaints if wrong), None)

"""POST /2/oauth2/token and /2/oauth2/revoke: refresh tokens are good once; using one again ends the whole grant."""

from __future__ import annotations

import base64
import binascii

from social_listener.sandbox.authorize import Approval, Codes, proves
from social_listener.sandbox.identity import (
    SCOPES,
    account_of_oauth2,
    credentials_for,
    oauth2_access,
    oauth2_refresh,
    same,
)
from social_listener.sandbox.policy import Policy
from social_listener.sandbox.problems import Problem
from social_listener.sandbox.records import Grant
from social_listener.sandbox.wire import Answer, Request
from social_listener.sandbox.world import World

_BAD_TOKEN = "Value passed for the token was invalid."  # noqa: S105  # a sentence
_BAD_CODE = "Value passed for the authorization code was invalid."
_BAD_ADDRESS = "Value passed for the redirect uri did not match the uri of the authorization code."
_BAD_VERIFIER = "Value passed for the code verifier did not match the code challenge."


def start_grant(world: World, account: str) -> None:
    """Give an account its first grant, unless a journal has told of one."""
    with world.lock:
        if account not in world.ledger.grants:
            _grant(world, account, 0, SCOPES, revoked=False)


def revoke_grant(world: World, account: str) -> None:
    """End the grant of an account: neither its access token nor its refresh token is good any more."""
    with world.lock:
        grant = world.ledger.grants[account]
        _grant(world, account, grant.generation, grant.scope, revoked=True)


def token(request: Request, world: World, policy: Policy, codes: Codes) -> Answer:
    """Exchange a refresh token, or a code of the authorize page, for a new pair.

    A new approval takes the place of the account's grant before it.

    Raises:
        Problem: 400 invalid_request for a token or code that is unknown, used, too old or revoked, or whose
            verifier or address does not match; 401 for a wrong client.
    """
    form = request.form()
    _check_client(request, form, world.seed)
    if form.get("grant_type") == "authorization_code":
        approval = _approval(form, world, policy, codes)
        with world.lock:
            generation = world.ledger.grants[approval.account].generation + 1
            grant = _grant(world, approval.account, generation, approval.scope, revoked=False)
        return _pair(world.seed, approval.account, grant, policy)
    if form.get("grant_type") != "refresh_token":
        raise _refusal("unsupported_grant_type", "The grant types are authorization_code and refresh_token.")
    known = account_of_oauth2(world.seed, form.get("refresh_token", ""))
    if known is None or known[2] != "rt":
        raise _refusal("invalid_request", _BAD_TOKEN)
    account, generation, _ = known
    with world.lock:
        current = world.ledger.grants.get(account)
        if current is None or current.revoked or "offline.access" not in current.scope.split():
            raise _refusal("invalid_request", _BAD_TOKEN)
        if generation != current.generation:
            if generation < current.generation:
                _grant(world, account, current.generation, current.scope, revoked=True)
            raise _refusal("invalid_request", _BAD_TOKEN)
        grant = _grant(world, account, generation + 1, current.scope, revoked=False)
    return _pair(world.seed, account, grant, policy)


def revoke(request: Request, world: World) -> Answer:
    """Take a token back, and with it the grant."""
    form = request.form()
    _check_client(request, form, world.seed)
    known = account_of_oauth2(world.seed, form.get("token", ""))
    if known is not None:
        revoke_grant(world, known[0])
    return Answer(200, {"revoked": True})


def _approval(form: dict[str, str], world: World, policy: Policy, codes: Codes) -> Approval:
    """Return what the code of an exchange stands for. Any try uses the code up."""
    if not form.get("code_verifier"):
        raise _refusal("invalid_request", "Missing required parameter [code_verifier].")
    approval = codes.take(form.get("code", ""))
    if approval is None:
        raise _refusal("invalid_request", _BAD_CODE)
    if world.clock.now_ms() - approval.at_ms > policy.authorization_code_life * 1000:
        raise _refusal("invalid_request", _BAD_CODE)
    if form.get("redirect_uri") != approval.redirect_uri:
        raise _refusal("invalid_request", _BAD_ADDRESS)
    if not proves(form["code_verifier"], approval.challenge):
        raise _refusal("invalid_request", _BAD_VERIFIER)
    return approval


def _pair(seed: int, account: str, grant: Grant, policy: Policy) -> Answer:
    """Answer with the tokens of a grant; there is a refresh token only for the scope offline.access."""
    body: dict[str, object] = {
        "token_type": "bearer",
        "expires_in": round(policy.access_token_life),
        "access_token": oauth2_access(seed, account, grant.generation),
        "scope": grant.scope,
    }
    if "offline.access" in grant.scope.split():
        body["refresh_token"] = oauth2_refresh(seed, account, grant.generation)
    return Answer(200, body)


def _grant(world: World, account: str, generation: int, scope: str, revoked: bool) -> Grant:
    event: dict[str, object] = {
        "kind": "grant",
        "account": account,
        "generation": generation,
        "revoked": revoked,
        "at": world.clock.now_ms(),
    }
    if scope != SCOPES:
        event["scope"] = scope
    world.record(event)
    return world.ledger.grants[account]


def _check_client(request: Request, form: dict[str, str], seed: int) -> None:
    """Check who refreshes: a confidential client sends Basic authentication, a public one its id in the form."""
    known = credentials_for(seed)
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            pair = base64.b64decode(value, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            pair = ""
        if same(pair, f"{known['client_id']}:{known['client_secret']}"):
            return
    elif same(form.get("client_id", ""), known["client_id"]):
        return
    raise Problem(401, {"error": "unauthorized_client", "error_description": "Missing valid authorization header"})


def _refusal(error: str, description: str) -> Problem:
    return Problem(400, {"error": error, "error_description": description})

"""POST /2/oauth2/token and /2/oauth2/revoke: refresh tokens are good once; using one again ends the whole grant."""

from __future__ import annotations

import base64
import binascii

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
from social_listener.sandbox.wire import Answer, Request
from social_listener.sandbox.world import World


def start_grant(world: World, account: str) -> None:
    """Give an account its first grant, unless a journal has told of one."""
    with world.lock:
        if account not in world.ledger.grants:
            _grant(world, account, 0, revoked=False)


def revoke_grant(world: World, account: str) -> None:
    """End the grant of an account: neither its access token nor its refresh token is good any more."""
    with world.lock:
        generation = world.ledger.grants[account][0]
        _grant(world, account, generation, revoked=True)


def token(request: Request, world: World, policy: Policy) -> Answer:
    """Exchange a refresh token for a new pair.

    Raises:
        Problem: 400 invalid_request for a token that is unknown, used or revoked; 401 for a wrong client.
    """
    form = request.form()
    _check_client(request, form, world.seed)
    if form.get("grant_type") != "refresh_token":
        raise _refusal("unsupported_grant_type", "The sandbox knows the grant type refresh_token only.")
    known = account_of_oauth2(world.seed, form.get("refresh_token", ""))
    if known is None or known[2] != "rt":
        raise _refusal("invalid_request", "Value passed for the token was invalid.")
    account, generation, _ = known
    with world.lock:
        current, _, revoked = world.ledger.grants.get(account, (-1, 0, True))
        if generation != current or revoked:
            if generation < current and not revoked:
                _grant(world, account, current, revoked=True)
            raise _refusal("invalid_request", "Value passed for the token was invalid.")
        _grant(world, account, current + 1, revoked=False)
    return Answer(
        200,
        {
            "token_type": "bearer",
            "expires_in": round(policy.access_token_life),
            "access_token": oauth2_access(world.seed, account, current + 1),
            "scope": SCOPES,
            "refresh_token": oauth2_refresh(world.seed, account, current + 1),
        },
    )


def revoke(request: Request, world: World) -> Answer:
    """Take a token back, and with it the grant."""
    form = request.form()
    _check_client(request, form, world.seed)
    known = account_of_oauth2(world.seed, form.get("token", ""))
    if known is not None:
        revoke_grant(world, known[0])
    return Answer(200, {"revoked": True})


def _grant(world: World, account: str, generation: int, revoked: bool) -> None:
    world.record(
        {
            "kind": "grant",
            "account": account,
            "generation": generation,
            "revoked": revoked,
            "at": world.clock.now_ms(),
        }
    )


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

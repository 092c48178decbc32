"""OAuth 2.0 of X: the address where a person approves, and the two exchanges that give tokens. Reads no settings.

Sources: docs.x.com/fundamentals/authentication/oauth-2-0/authorization-code (endpoints, PKCE, scopes, two hours of an
access token, Basic authentication of confidential clients). That a refresh token is good once, and that using one again
ends the whole grant, is seen in practice and not documented; how long one lasts unused X does not tell.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlencode

import requests

from social_listener import log
from social_listener.channels import Held
from social_listener.channels.exchange import Exchange
from social_listener.channels.scopes import NEEDED
from social_listener.channels.transport import Transport
from social_listener.channels.wire import Wire, WireError, documents
from social_listener.errors import ChannelError, RateLimited, Unauthorized, Unavailable

#: where tokens are exchanged, below the API's address
TOKEN_PATH: Final = "/2/oauth2/token"  # noqa: S105 - a path
#: where a person approves: a page, not the API
APPROVE_AT: Final = "https://x.com"
APPROVE_PATH: Final = "/i/oauth2/authorize"
#: an access token is renewed this long before its end, but not in the first nine tenths of its life
_BEFORE_THE_END: Final = timedelta(minutes=10)
#: what of a request must not be printed
_SECRET: Final = frozenset({"code", "code_verifier", "refresh_token", "client_secret"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """What an exchange gave. `ends_at` and `renew_at` are by the clock of who asked; None: X did not say."""

    access_token: str = field(repr=False)
    refresh_token: str | None = field(repr=False)
    scopes: tuple[str, ...]
    ends_at: datetime | None
    renew_at: datetime | None


def approve_address(base_url: str | None, *, client_id: str, redirect_uri: str, state: str, challenge: str) -> str:
    """Return the address at which a person approves all that is needed; `challenge` is that of PKCE with S256."""
    asked = {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": redirect_uri,
        "scope": " ".join(NEEDED["x"]),
        "state": state,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    return f"{(base_url or APPROVE_AT).rstrip('/')}{APPROVE_PATH}?{urlencode(asked)}"


def exchange_code(
    transport: Transport,
    client: Mapping[str, str],
    *,
    account_id: str,
    code: str,
    verifier: str,
    redirect_uri: str,
    now: datetime,
) -> Tokens:
    """Exchange the code that came back for tokens. `client`: `client_id`, and `client_secret` if it has one."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "code_verifier": verifier,
        "redirect_uri": redirect_uri,
    }
    return _tokens(transport, client, form, account_id=account_id, what="exchanging the code", now=now)


def renew(transport: Transport, credentials: Mapping[str, str], *, account_id: str, now: datetime) -> Held:
    """Use the refresh token, once, and return the credentials with the new pair.

    `RateLimited`, `Unavailable`: X surely did not take it, or said that it failed. `Unauthorized`: it is refused, or
    the answer was lost; then nobody may use it again.
    """
    token = credentials.get("refresh_token")
    if not token:
        words = f"the access token has ended, and offline.access was not approved: {_again(account_id)}"
        raise Unauthorized(words, account_id=account_id)
    form = {"grant_type": "refresh_token", "refresh_token": token}
    fresh = _tokens(transport, credentials, form, account_id=account_id, what="renewing the access token", now=now)
    pair = {"access_token": fresh.access_token} | (
        {"refresh_token": fresh.refresh_token} if fresh.refresh_token else {}
    )
    kept = {name: value for name, value in credentials.items() if name not in {"access_token", "refresh_token"}}
    return Held(credentials=kept | pair, renew_at=fresh.renew_at)


def _tokens(
    transport: Transport,
    client: Mapping[str, str],
    form: dict[str, str],
    *,
    account_id: str,
    what: str,
    now: datetime,
) -> Tokens:
    log.SECRETS.add(value for name, value in {**client, **form}.items() if name in _SECRET)
    exchange = _post(transport, client, form)
    if exchange.status is None or not exchange.whole:
        raise _broken_off(exchange, account_id, what)
    try:
        answer = documents(exchange.body)[0]
    except WireError:
        answer = None
    if not 200 <= exchange.status < 300:
        raise _refused(exchange.status, answer, account_id, what)
    try:
        return _read(answer, now)
    except WireError:
        words = f"X's answer cannot be read while {what}: {_again(account_id)}"
        raise Unauthorized(words, account_id=account_id) from None


def _post(transport: Transport, client: Mapping[str, str], form: dict[str, str]) -> Exchange:
    """Ask for tokens: a confidential client signs, a public one only says which it is."""
    secret = client.get("client_secret")
    session = requests.Session()
    transport.mount_on(session)
    with transport.exchange() as exchange:
        try:
            session.post(
                transport.origin + TOKEN_PATH,
                data=form if secret else form | {"client_id": client["client_id"]},
                auth=(client["client_id"], secret) if secret else None,
            )
        except requests.RequestException:
            return exchange  # it tells what happened, without the address
    return exchange


def _read(answer: Wire | None, now: datetime) -> Tokens:
    if answer is None:
        raise WireError("no object")
    life = answer.number("expires_in")
    access, refresh = answer.need(answer.text("access_token"), "access_token"), answer.text("refresh_token") or None
    log.SECRETS.add([access, refresh or ""])
    return Tokens(
        access_token=access,
        refresh_token=refresh,
        scopes=tuple((answer.text("scope") or "").split()),
        ends_at=now + timedelta(seconds=life) if life else None,
        renew_at=now + max(timedelta(seconds=life * 0.9), timedelta(seconds=life) - _BEFORE_THE_END) if life else None,
    )


def _broken_off(exchange: Exchange, account_id: str, what: str) -> ChannelError:
    words = f"X {exchange.problem or 'did not answer'} while {what}"
    if exchange.sent:
        return Unauthorized(f"{words}; the tokens are lost: {_again(account_id)}", account_id=account_id)
    return Unavailable(words, account_id=account_id)


def _refused(status: int, answer: Wire | None, account_id: str, what: str) -> ChannelError:
    said = f"X answered {status} while {what}"
    if status == 429:
        return RateLimited(said, account_id=account_id)
    if status >= 500 or status == 408:
        return Unavailable(said, account_id=account_id)
    try:
        reason = (answer.text("error_description") or answer.text("error") or "") if answer is not None else ""
    except WireError:
        reason = ""
    plain = "".join(char for char in reason if char.isprintable() and char not in "<>")[:200]
    detail = f" ({plain})" if plain else ""
    return Unauthorized(f"{said}{detail}: {_again(account_id)}", account_id=account_id)


def _again(account_id: str) -> str:
    return f"connect it again: `social-listener connect x --id {account_id}`"

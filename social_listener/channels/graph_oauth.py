"""Facebook Login: from a person's approval to the token of a Page, and what that token may do. Reads no settings.

Sources: developers.facebook.com/docs/facebook-login/guides/advanced/manual-flow (dialog, code),
/docs/facebook-login/guides/access-tokens/get-long-lived (60 days; Page tokens made of one have no end of their own),
/docs/pages-api (`/me/accounts`), /docs/graph-api/reference/debug_token. That `debug_token` tells
`data_access_expires_at` is seen in practice; where it does not, no end is known.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Final, TypeVar
from urllib.parse import urlencode

import requests

from social_listener import log
from social_listener.channels.exchange import Exchange
from social_listener.channels.scopes import NEEDED
from social_listener.channels.transport import Transport, quiet_libraries
from social_listener.channels.wire import Wire, WireError, documents
from social_listener.errors import ChannelError, RateLimited, Unauthorized, Unavailable

_T = TypeVar("_T")

ORIGIN: Final = "https://graph.facebook.com"
#: where a person approves: a page, not the API
APPROVE_AT: Final = "https://www.facebook.com"
VERSION: Final = "v26.0"
_THROTTLED: Final = frozenset({4, 17, 32, 613})
_TRANSIENT: Final = frozenset({1, 2})
#: nobody has more Pages than this many hundreds
_MOST_LISTINGS: Final = 20
_PAGE_FIELDS: Final = "id,name,access_token,instagram_business_account{id,username}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A Page that a person gave to the app, with its token and its Instagram account if it has one."""

    id: str
    name: str
    token: str = field(repr=False)
    instagram_id: str | None = None
    instagram_name: str | None = None

    @property
    def handle(self) -> str | None:
        """Return the Instagram account's handle with its @; None when Meta did not tell it."""
        return f"@{self.instagram_name}" if self.instagram_name else None

    @property
    def on_instagram(self) -> str:
        """Return how people are told of the Instagram account: by handle, or by number when Meta told none."""
        return f"Instagram {self.handle or self.instagram_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the platform says about a token. `ends_at`: when somebody has to approve again; None: no end is known."""

    scopes: tuple[str, ...]
    ends_at: datetime | None


def approve_address(base_url: str | None, channel: str, *, app_id: str, redirect_uri: str, state: str) -> str:
    """Return the address at which a person approves all that `channel` needs and chooses Pages."""
    asked = {
        "client_id": app_id,
        "redirect_uri": redirect_uri,
        "state": state,
        "response_type": "code",
        "scope": ",".join(NEEDED[channel]),
    }
    return f"{(base_url or APPROVE_AT).rstrip('/')}/{VERSION}/dialog/oauth?{urlencode(asked)}"


class Graph:
    """Calls to the Graph API while an account is being connected. No error carries an address or a token."""

    def __init__(self, transport: Transport, *, app_id: str, app_secret: str, account_id: str) -> None:
        quiet_libraries()
        log.SECRETS.add([app_secret])
        self._transport = transport
        self._app = {"client_id": app_id, "client_secret": app_secret}
        self._account_id = account_id

    def exchange_code(self, code: str, redirect_uri: str) -> str:
        """Return the person's token, good for an hour or two, for the code that came back."""
        log.SECRETS.add([code])
        asked = {**self._app, "redirect_uri": redirect_uri, "code": code}
        return self._token("exchanging the code", asked)

    def long_lived(self, token: str) -> str:
        """Return the person's token that is good for 60 days."""
        asked = {**self._app, "grant_type": "fb_exchange_token", "fb_exchange_token": token}
        return self._token("asking for a lasting token", asked)

    def me(self, token: str) -> str:
        """Return the name of the person."""
        answer = self._get("me", "asking who approved", self._signed(token) | {"fields": "id,name"})
        return self._read(lambda: answer.text("name") or answer.id("id") or "somebody", "asking who approved")

    def pages(self, token: str) -> list[Page]:
        """Return every Page that the person gave to the app."""
        found: list[Page] = []
        asked = self._signed(token) | {"fields": _PAGE_FIELDS, "limit": "100"}
        for _ in range(_MOST_LISTINGS):
            answer = self._get("me/accounts", "listing Pages", asked)
            listed, after = self._read(partial(_read_pages, answer), "listing Pages")
            found += listed
            if after is None:
                break
            asked["after"] = after
        return found

    def inspect(self, token: str) -> Told:
        """Return what a token may do and until when."""
        what = "asking what the token may do"
        app_token = f"{self._app['client_id']}|{self._app['client_secret']}"
        answer = self._get("debug_token", what, {"input_token": token, "access_token": app_token})
        return self._read(lambda: _read_told(answer.object("data")), what)

    def _token(self, what: str, asked: dict[str, str]) -> str:
        answer = self._get("oauth/access_token", what, asked)
        token = self._read(lambda: answer.need(answer.text("access_token"), "access_token"), what)
        log.SECRETS.add([token])
        return token

    def _signed(self, token: str) -> dict[str, str]:
        proof = hmac.new(self._app["client_secret"].encode(), token.encode(), hashlib.sha256).hexdigest()
        log.SECRETS.add([token, proof])
        return {"access_token": token, "appsecret_proof": proof}

    def _get(self, path: str, what: str, asked: dict[str, str]) -> Wire:
        session = requests.Session()
        self._transport.mount_on(session)
        with self._transport.exchange() as exchange:
            try:
                session.get(f"{ORIGIN}/{VERSION}/{path}", params=asked)
            except requests.RequestException:
                raise self._broken(exchange, what) from None
        answer = self._read(lambda: documents(exchange.body)[0], what)
        if exchange.status != 200 or answer.has("error"):
            raise self._refused(exchange, answer, what)
        return answer

    def _read(self, read: Callable[[], _T], what: str) -> _T:
        try:
            return read()
        except WireError:
            raise Unavailable(f"Meta's answer cannot be read while {what}", account_id=self._account_id) from None

    def _broken(self, exchange: Exchange, what: str) -> ChannelError:
        words = f"Meta {exchange.problem or 'did not answer'} while {what}; run the command again"
        return Unavailable(words, account_id=self._account_id)

    def _refused(self, exchange: Exchange, answer: Wire, what: str) -> ChannelError:
        """Return what a refusal means; its code tells, not its status."""
        try:
            error = answer.object("error")
            code, message = error.number("code"), error.text("message") or ""
        except WireError:
            code, message = None, ""
        plain = "".join(char for char in message if char.isprintable() and char not in "<>")[:200]
        words = f"Meta answered {exchange.status} while {what}" + (f": {plain}" if plain else "")
        if code in _THROTTLED:
            return RateLimited(words, account_id=self._account_id, whole_account=True)
        if code in _TRANSIENT or (exchange.status or 0) >= 500:
            return Unavailable(words, account_id=self._account_id)
        return Unauthorized(words, account_id=self._account_id)


def _read_pages(answer: Wire) -> tuple[list[Page], str | None]:
    """Return the Pages of one listing, and the cursor of the next one; None at the end."""
    found = []
    for one in answer.objects("data"):
        instagram = one.object("instagram_business_account")
        token = one.text("access_token")
        if token:  # without it the person has no role that may act for the Page
            log.SECRETS.add([token])
            found.append(
                Page(
                    id=one.need(one.id("id"), "id"),
                    name=one.text("name") or "",
                    token=token,
                    instagram_id=instagram.id("id"),
                    instagram_name=instagram.text("username"),
                )
            )
    paging = answer.object("paging")
    return found, paging.object("cursors").text("after") if paging.text("next") else None


def _read_told(data: Wire) -> Told:
    told = [data.moment(name) for name in ("expires_at", "data_access_expires_at") if (data.number(name) or 0) > 0]
    return Told(scopes=data.texts("scopes"), ends_at=min((one for one in told if one is not None), default=None))

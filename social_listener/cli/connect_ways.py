"""How each platform is asked: from the person's approval to credentials for the vault."""

from __future__ import annotations

import base64
import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

from social_listener.channels import graph_oauth, x_oauth
from social_listener.channels.transport import Transport
from social_listener.channels.x_connect import ORIGIN as X_ORIGIN
from social_listener.channels.x_connect import who
from social_listener.errors import ListenerError, SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from social_listener.channels.graph_oauth import Page
    from social_listener.settings import PollingSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """The app at the platform that asks for access. `secret` is empty: a public client of X has none."""

    id: str
    secret: str = field(repr=False)
    more: Mapping[str, str] = field(default_factory=dict, repr=False)  #: further credentials for the vault


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What was asked for on the command line."""

    channel: str
    account_id: str
    base_url: str | None
    polling: PollingSettings


class Guide(Protocol):
    """What the ways need of whoever talks to the person."""

    state: str  #: must come back with the answer
    address: str  #: where the answer comes to

    def approve(self, address: str) -> str:
        """Show the person the address at which they approve, and return the code that came back."""

    def choose(self, pages: list[Page]) -> Page:
        """Return the Page that the person wants."""

    def say(self, line: str) -> None:
        """Tell the person something."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """An account that was connected: what goes into the vault, and what the settings say of it."""

    credentials: Mapping[str, str] = field(repr=False)
    owner: str
    native_id: str  #: whose it is, at the platform
    name: str
    scopes: tuple[str, ...]
    expires_at: datetime | None
    renew_at: datetime | None = None
    options: Mapping[str, str] = field(default_factory=dict)


def transport_to(origin: str, wish: Wish) -> Transport:
    """Return the way out to a platform."""
    return Transport(
        origin=origin,
        base_url=wish.base_url,
        connect_timeout=wish.polling.connect_timeout,
        read_timeout=wish.polling.read_timeout,
    )


def x(wish: Wish, app: App, guide: Guide) -> Found:
    """Connect an account at X: OAuth 2.0 with PKCE."""
    verifier = secrets.token_urlsafe(64)
    digest = hashlib.sha256(verifier.encode()).digest()
    address = x_oauth.approve_address(
        wish.base_url,
        client_id=app.id,
        redirect_uri=guide.address,
        state=guide.state,
        challenge=base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
    )
    code = guide.approve(address)
    transport = transport_to(X_ORIGIN, wish)
    client = {"client_id": app.id} | ({"client_secret": app.secret} if app.secret else {})
    now = datetime.now(UTC)
    tokens = x_oauth.exchange_code(
        transport,
        client,
        account_id=wish.account_id,
        code=code,
        verifier=verifier,
        redirect_uri=guide.address,
        now=now,
    )
    owner = who(tokens.access_token, wish.account_id, wish.base_url, wish.polling)
    pair = {"access_token": tokens.access_token}
    if tokens.refresh_token:
        pair["refresh_token"] = tokens.refresh_token
    return Found(
        credentials={**client, **app.more, "user_id": owner.native_id, **pair},
        owner=f"@{owner.handle} ({owner.name})",
        native_id=owner.native_id,
        name=f"@{owner.handle}",
        scopes=tokens.scopes,
        expires_at=None if tokens.refresh_token else tokens.ends_at,
        renew_at=tokens.renew_at,
    )


def meta(wish: Wish, app: App, guide: Guide) -> Found:
    """Connect a Page, or the Instagram account of a Page, through Facebook Login."""
    graph = graph_oauth.Graph(
        transport_to(graph_oauth.ORIGIN, wish), app_id=app.id, app_secret=app.secret, account_id=wish.account_id
    )
    address = graph_oauth.approve_address(
        wish.base_url, wish.channel, app_id=app.id, redirect_uri=guide.address, state=guide.state
    )
    code = guide.approve(address)
    user = graph.long_lived(graph.exchange_code(code, guide.address))
    person = graph.me(user)
    guide.say(f"{person} approved")
    pages = graph.pages(user)
    if wish.channel == "instagram":
        pages = [page for page in pages if page.instagram_id]
    if not pages:
        wanted = "Page" if wish.channel == "facebook" else "Page with an Instagram account"
        raise ListenerError(
            f"no {wanted} was given to the app, or {person} has no role on one; run the command again and choose it "
            "in the dialog"
        )
    page = guide.choose(pages)
    told = graph.inspect(page.token)
    options = {"page_id": page.id}
    if wish.channel == "instagram":
        options["instagram_id"] = page.instagram_id or ""
    what = f"the Page {page.name}" if wish.channel == "facebook" else f"{page.on_instagram} of {page.name}"
    return Found(
        credentials={"access_token": page.token, "app_secret": app.secret, **app.more},
        owner=f"{what}, by {person}",
        native_id=(page.instagram_id or "") if wish.channel == "instagram" else page.id,
        name=page.name if wish.channel == "facebook" else page.handle or page.name,
        scopes=told.scopes,
        expires_at=told.ends_at,
        options=options,
    )


def page_named(pages: list[Page], wanted: str) -> Page:
    """Return the page with an id (its own, or that of its Instagram account). `SettingsError` lists what there is."""
    for page in pages:
        if wanted in {page.id, page.instagram_id}:
            return page
    raise SettingsError(f"--page {wanted}: no such Page was given to the app; there are: {listed(pages)}")


def listed(pages: list[Page]) -> str:
    """Return the pages in words."""
    return "; ".join(f"{page.id} {page.name}" for page in pages)

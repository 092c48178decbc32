"""What calls to X are signed with: keys of OAuth 1.0a, which last, or tokens of OAuth 2.0, which are renewed.

tweepy's client is made anew for every access token and never changed, so that threads need not wait for each other.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final, cast

import requests
import tweepy

from social_listener import log
from social_listener.channels import Held, Keeper
from social_listener.channels.transport import Transport
from social_listener.channels.wire import is_id
from social_listener.channels.x_errors import FIELD_NAMES
from social_listener.channels.x_oauth import renew
from social_listener.errors import RateLimited, Unavailable


class Spelling:
    """Which of the two spellings of its field names X was found to understand."""

    as_posts = False  #: X speaks of posts, not of tweets


class Sdk(tweepy.Client):  # type: ignore[misc]  # tweepy ships no types
    """tweepy's client; it alone knows one spelling of X's field names only, and signs as each method would."""

    def __init__(self, keys: Mapping[str, str], spelling: Spelling, own_id: str | None, *, oauth2: bool) -> None:
        # tweepy's models crash on one bad item of a page, and its waiting would hold a thread for 15 minutes.
        super().__init__(**keys, return_type=requests.Response, wait_on_rate_limit=False)
        self._spelling = spelling
        self._own_id = own_id
        self._oauth2 = oauth2

    def request(
        self, method: str, route: str, params: Any = None, json: Any = None, user_auth: bool = False
    ) -> requests.Response:
        """Make a call, in the spelling that X understands; the signature is made over that.

        A user token of OAuth 2.0 goes where tweepy expects the app's own, whatever a method would sign with.
        """
        if params and self._spelling.as_posts:
            params = respelt(params)
        return cast("requests.Response", super().request(method, route, params, json, user_auth and not self._oauth2))

    def like(self, tweet_id: str, *, user_auth: bool = True) -> Any:
        """Like a post. With OAuth 2.0 tweepy would ask X who we are first, and change itself while it waits."""
        if not self._oauth2:
            return super().like(tweet_id, user_auth=user_auth)
        return self.request("POST", f"/2/users/{self._own_id}/likes", json={"tweet_id": str(tweet_id)})

    def unlike(self, tweet_id: str, *, user_auth: bool = True) -> Any:
        """Take a like back; see `like`."""
        if not self._oauth2:
            return super().unlike(tweet_id, user_auth=user_auth)
        return self.request("DELETE", f"/2/users/{self._own_id}/likes/{tweet_id}")


class Access:
    """Gives tweepy's client with credentials that are good now; threads may share it."""

    def __init__(
        self, account_id: str, credentials: Mapping[str, str], transport: Transport, keeper: Keeper | None
    ) -> None:
        self._account_id = account_id
        self._transport = transport
        self._keeper = keeper
        self.oauth2: Final = "client_id" in credentials
        self.spelling: Final = Spelling()
        prefix = credentials.get("access_token", "").partition("-")[0]
        own_id = credentials.get("user_id", "") if self.oauth2 else prefix
        #: X's documentation: an OAuth 1.0a access token begins with the id of its user; None: this one does not
        self.own_id: Final[str | None] = own_id if is_id(own_id) else None
        self._lock = threading.Lock()
        self._secrets: list[str] = []
        self._made = self._make(credentials)

    def now(self) -> tuple[Sdk, Held | None]:
        """Return the client for the next call, and the credentials that may be renewed when X refuses them.

        A token near its end is renewed first. When X cannot do that now, the old one is used as long as it lasts.
        """
        if not self.oauth2 or self._keeper is None:
            return self._made[1], None
        held = self._keeper.held()
        if held.renew_at is not None and datetime.now(UTC) >= held.renew_at and "refresh_token" in held.credentials:
            try:
                held = self._renewed(self._keeper, held)
            except (RateLimited, Unavailable):
                held = self._keeper.held()
        return self._sdk(held), held

    def after(self, stale: Held) -> Sdk:
        """Return the client after X has refused the credentials `stale`; `Unauthorized`: there are no others."""
        assert self._keeper is not None, "only credentials that are kept are renewed"  # noqa: S101 - for the reader
        return self._sdk(self._renewed(self._keeper, stale))

    def signature(self, url: str) -> dict[str, str]:
        """Return the header that opens `url` for reading; empty: these credentials cannot sign (OAuth 2.0, or none)."""
        sdk = self._made[1]
        if self.oauth2 or not sdk.access_token:
            return {}
        keys = (sdk.consumer_key, sdk.consumer_secret, sdk.access_token, sdk.access_token_secret)
        request = requests.Request("GET", url, auth=tweepy.OAuth1UserHandler(*keys).apply_auth()).prepare()
        header = request.headers["Authorization"]
        return {"authorization": header.decode() if isinstance(header, bytes) else header}

    @property
    def secrets(self) -> list[str]:
        """Return every secret that was ever used here, the longest first."""
        return self._secrets

    def _renewed(self, keeper: Keeper, stale: Held) -> Held:
        def ask(credentials: Mapping[str, str]) -> Held:
            return renew(self._transport, credentials, account_id=self._account_id, now=datetime.now(UTC))

        return keeper.renew(stale, ask)

    def _sdk(self, held: Held) -> Sdk:
        with self._lock:
            if self._made[0] != held.credentials:
                self._made = self._make(held.credentials)
            return self._made[1]

    def _make(self, credentials: Mapping[str, str]) -> tuple[Mapping[str, str], Sdk]:
        # What is shorter than this is no key, and masking it would spoil ordinary words.
        hidden = {value for name, value in credentials.items() if len(value) >= 6 and name != "user_id"}
        self._secrets = sorted({*self._secrets, *hidden}, key=len, reverse=True)
        log.SECRETS.add(hidden)  # should somebody set the SDK's loggers to DEBUG again
        keys = {"bearer_token": credentials["access_token"]} if self.oauth2 else credentials
        sdk = Sdk(keys, self.spelling, self.own_id, oauth2=self.oauth2)
        self._transport.mount_on(sdk.session)
        return credentials, sdk


def respelt(params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters of a read as X's specification of 7 August 2026 spells them."""
    old, new = FIELD_NAMES
    return {
        (new if name == old else name): _post_for_tweet(value) if name in {old, "expansions"} else value
        for name, value in params.items()
    }


def _post_for_tweet(value: Any) -> Any:
    return value.replace("tweet", "post") if isinstance(value, str) else value

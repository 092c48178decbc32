"""Access tokens: what each is good for, who may use it, and what kills it."""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import asdict, dataclass
from typing import Any, Literal

from social_listener.sandbox.graph import ids
from social_listener.sandbox.graph.core import APP_ID
from social_listener.sandbox.graph.message_acts import MessageActs
from social_listener.sandbox.graph.records import Person
from social_listener.sandbox.told import tell

TokenKind = Literal["page", "user", "app"]

SCOPES = (
    "pages_show_list",
    "pages_read_engagement",
    "pages_read_user_content",
    "pages_manage_engagement",
    "pages_manage_posts",
    "pages_manage_metadata",
    "pages_messaging",
    "instagram_basic",
    "instagram_manage_comments",
    "instagram_manage_messages",
    "business_management",
    "public_profile",
)


_SHORT_S = 86_400
"""Tokens of Pages that come of a person's token with a shorter life than this end with it."""


@dataclass(frozen=True, slots=True)
class Grant:
    """What an access token is good for. Times are seconds since 1970; `expires` 0: never."""

    kind: TokenKind
    user_id: str
    page_id: str | None = None
    scopes: tuple[str, ...] = SCOPES
    issued: int = 0
    expires: int = 0


class Tokens:
    """All tokens of the application: the fixed ones of the seed, and those given out meanwhile."""

    def __init__(self, world: MessageActs) -> None:
        """Know the tokens of this world."""
        self._world = world
        seed = world.seed
        self.app_id = APP_ID
        self.app_secret = tell("app secret", ids.secret(seed, "app secret", 32).lower())
        self.verify_token = ids.secret(seed, "verify token", 24)
        self.user_id = ids.person_ids(seed, "page administrator")[0]
        """The person who administers the Page and gave the tokens."""
        self.page_token = "EAAJ" + ids.secret(seed, f"page:{world.page_id}", 176)
        self.user_token = "EAAJ" + ids.secret(seed, f"user:{self.user_id}", 176)
        self._fixed = {
            self.page_token: Grant("page", self.user_id, world.page_id),
            self.user_token: Grant("user", self.user_id),
            self.app_token: Grant("app", ""),
        }
        self.dead: dict[str, int | None] = {}
        """Token, or "*" for all but the application's own → subcode of the 190 that answers it."""
        self.other_pages: dict[str, Person] = {}
        """Further Pages that the person administers."""
        self.withdrawn: set[str] = set()
        """Scopes that were taken back from every token."""

    @property
    def app_token(self) -> str:
        """The application's own token."""
        return f"{self.app_id}|{self.app_secret}"

    def find(self, token: str) -> Grant | None:
        """Return what a token is good for; None for one never given out."""
        known = self._fixed.get(token)
        if known is not None:
            return known
        facts = self._world.ledger.grants.get(token)
        return None if facts is None else Grant(**{**facts, "scopes": tuple(facts["scopes"])})

    def issue(self, kind: TokenKind, **facts: Any) -> str:
        """Give out a new token; `facts` are fields of `Grant`. It outlives a restart of the sandbox."""
        with self._world.lock:
            now = self._world.clock.now_ms()
            token = "EAAJ" + ids.secret(self._world.seed, f"issued:{len(self._world.ledger.grants)}", 176)
            grant = Grant(kind, **{"user_id": self.user_id, "issued": now // 1000, **facts})
            self._world.record({"kind": "grant", "token": token, "grant": asdict(grant), "at": now})
            return token

    def add_page(self, name: str, *, instagram: bool = False) -> Person:
        """Let the person administer another Page, which has nothing on it and is there to be chosen, or not."""
        handle = re.sub(r"\W+", "_", name.lower())
        page, account, profile = ids.brand_ids(self._world.seed, handle)
        self.other_pages[page] = Person(handle, name, page, account if instagram else "", profile)
        return self.other_pages[page]

    def page_token_for(self, caller: Grant, page_id: str) -> str:
        """Return the token of a Page, as good as the token it is asked with: same permissions, and an end if short."""
        short = bool(caller.expires) and caller.expires - caller.issued < _SHORT_S
        if page_id == self._world.page_id and not short and set(caller.scopes) >= set(SCOPES):
            return self.page_token
        wanted = {"page_id": page_id, "scopes": caller.scopes, "expires": caller.expires if short else 0}
        with self._world.lock:
            for token, facts in self._world.ledger.grants.items():
                known = facts | {"scopes": tuple(facts["scopes"])}
                if known["kind"] == "page" and all(known[name] == value for name, value in wanted.items()):
                    return token
            return self.issue("page", **wanted)

    def kill(self, token: str = "*", subcode: int | None = 463) -> None:  # noqa: S107  # every token, not one
        """Answer calls with this token with 190 and the subcode: 458, 459, 460, 463, 464, 467, 492 …"""
        self.dead[token] = subcode

    def revive(self, token: str | None = None) -> None:
        """Undo `kill` for one token, or for all."""
        if token is None:
            self.dead.clear()
        else:
            self.dead.pop(token, None)

    def proof(self, token: str) -> str:
        """Return the appsecret_proof of a token."""
        return tell("proof", hmac.new(self.app_secret.encode(), token.encode(), hashlib.sha256).hexdigest())

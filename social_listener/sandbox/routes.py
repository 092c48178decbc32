"""The endpoints of X API v2 that the sandbox speaks, with who may call them and how often.

Limits are those documented for 15 minutes (user, application) and 24 hours.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from social_listener.sandbox import listings, lookups, messages, uploads, writes
from social_listener.sandbox.context import Context
from social_listener.sandbox.limits import Allowance
from social_listener.sandbox.wire import Answer

Access = Literal["any", "user"]


@dataclass(frozen=True, slots=True)
class Route:
    """One endpoint. `access` "user" demands the credentials of an account."""

    method: str
    template: str
    handler: Callable[[Context], Answer]
    allowance: Allowance
    access: Access = "any"
    scopes: str = "tweet.read users.read"
    """What an OAuth 2.0 token must have been approved for."""

    @property
    def endpoint(self) -> str:
        """Method and template: the name in the call log and for limits."""
        return f"{self.method} {self.template}"


_WRITE = "tweet.read users.read tweet.write"
_MEDIA = "tweet.read users.read media.write"
_LIKE = "tweet.read users.read like.write"
_DM_READING = "tweet.read users.read dm.read"
_DM_WRITING = "tweet.read users.read dm.write"
_DM_READ = Allowance(user=15)
_DM_SEND = Allowance(user=15, user_day=1440, app_day=1440)

ROUTES = (
    Route("GET", "/2/users/me", lookups.me, Allowance(user=75), "user"),
    Route("GET", "/2/users/by/username/{username}", lookups.user_by_handle, Allowance(user=900, app=300)),
    Route("GET", "/2/users/{id}", lookups.user, Allowance(user=900, app=300)),
    Route("GET", "/2/users/{id}/tweets", listings.timeline, Allowance(user=900, app=1500)),
    Route("GET", "/2/users/{id}/mentions", listings.mentions, Allowance(user=300, app=450)),
    Route("GET", "/2/tweets/search/recent", listings.search, Allowance(user=300, app=450)),
    Route("GET", "/2/tweets", lookups.posts, Allowance(user=5000, app=3500)),
    Route("GET", "/2/tweets/{id}", lookups.post, Allowance(user=900, app=450)),
    Route("GET", "/2/tweets/{id}/quote_tweets", listings.quotes, Allowance(user=75, app=75)),
    Route("POST", "/2/tweets", writes.create, Allowance(user=100, app_day=10_000), "user", _WRITE),
    Route("POST", "/2/media/upload", uploads.upload, Allowance(user=500, app=50_000), "user", _MEDIA),
    Route("POST", "/2/media/metadata", uploads.describe, Allowance(user=500, app=50_000), "user", _MEDIA),
    Route("DELETE", "/2/tweets/{id}", writes.delete, Allowance(user=50), "user", _WRITE),
    Route(
        "PUT",
        "/2/tweets/{id}/hidden",
        writes.hide,
        Allowance(user=50),
        "user",
        "tweet.read users.read tweet.moderate.write",
    ),
    Route("POST", "/2/users/{id}/likes", writes.like, Allowance(user=50, user_day=1000), "user", _LIKE),
    Route("DELETE", "/2/users/{id}/likes/{tweet_id}", writes.unlike, Allowance(user=50, user_day=1000), "user", _LIKE),
    Route("GET", "/2/dm_events", messages.all_events, _DM_READ, "user", _DM_READING),
    Route(
        "GET",
        "/2/dm_conversations/with/{participant_id}/dm_events",
        messages.with_participant,
        _DM_READ,
        "user",
        _DM_READING,
    ),
    Route("GET", "/2/dm_conversations/{id}/dm_events", messages.in_conversation, _DM_READ, "user", _DM_READING),
    Route(
        "POST",
        "/2/dm_conversations/with/{participant_id}/messages",
        messages.send_to_participant,
        _DM_SEND,
        "user",
        _DM_WRITING,
    ),
    Route("POST", "/2/dm_conversations/{id}/messages", messages.send_to_conversation, _DM_SEND, "user", _DM_WRITING),
    Route("POST", "/2/dm_conversations", messages.create_group, _DM_SEND, "user", _DM_WRITING),
)


def _expression(template: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", template))


_COMPILED = [(route, _expression(route.template)) for route in ROUTES]


def find(method: str, path: str) -> tuple[Route, dict[str, str]] | None:
    """Return the endpoint for a method and a path, with the values in the path."""
    for route, expression in _COMPILED:
        if route.method == method:
            match = expression.fullmatch(path)
            if match is not None:
                return route, match.groupdict()
    return None

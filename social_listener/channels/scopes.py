"""What a person is asked to permit when an account is connected, and what does not work without it.

Sources: docs.x.com/fundamentals/authentication/oauth-2-0/authorization-code;
developers.facebook.com/docs/permissions/reference.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

_PAGE: Final = {
    "pages_show_list": "the Page cannot be found",
    "pages_read_engagement": "the Page's own posts cannot be read",
    "business_management": "Pages that belong to a business portfolio are not listed",
}
#: channel → scope → what does not work without it
NEEDED: Final[Mapping[str, Mapping[str, str]]] = {
    "x": {
        "tweet.read": "posts cannot be read",
        "users.read": "authors have no names, and nobody can tell whose account it is",
        "tweet.write": "public replies cannot be sent",
        "tweet.moderate.write": "replies cannot be hidden",
        "media.write": "pictures cannot be sent",
        "like.read": "whether a post is liked cannot be read",
        "like.write": "posts cannot be liked",
        "dm.read": "direct messages cannot be read",
        "dm.write": "direct messages cannot be sent",
        "offline.access": "the account has to be connected again after two hours",
    },
    "facebook": _PAGE
    | {
        "pages_read_user_content": "comments and visitors' posts cannot be read",
        "pages_manage_engagement": "comments cannot be answered, hidden, liked or deleted",
        "pages_manage_posts": "pictures cannot be sent with comments",
        "pages_manage_metadata": "nothing is pushed: webhooks cannot be subscribed to",
        "pages_messaging": "messages cannot be read or sent",
    },
    "instagram": _PAGE
    | {
        "instagram_basic": "the account and its media cannot be read",
        "instagram_manage_comments": "comments cannot be read, answered, hidden or deleted",
        "instagram_manage_messages": "messages cannot be read or sent",
        "pages_manage_metadata": "nothing is pushed: webhooks cannot be subscribed to",
    },
}


def missing(channel: str, granted: Iterable[str]) -> list[str]:
    """Return in words what will not work, one line for each scope that was not granted."""
    given = set(granted)
    return [f"{scope} is missing: {words}" for scope, words in NEEDED.get(channel, {}).items() if scope not in given]

"""What X is asked for: fields, search queries for replies, and our own page tokens for walks over several searches.

Replies inside our own conversations are found by search, in as few as possible of X's queries of 512 characters. One
query holds `to:us` (every direct answer to us, mention or not), `from:us` (our own posts, wherever they were written)
and as many `conversation_id:` of our own threads of the last seven days as fit: answers to answers below our posts name
us nowhere. The rest of the threads take further queries. A walk goes through all of them; which threads it asks for is
fixed when it begins, and travels in its page token.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from social_listener.channels.wire import is_id

#: recent search gives seven days; a margin for the time that a call takes
SEARCH_WINDOW: Final = timedelta(days=7) - timedelta(minutes=5)
MESSAGE_WINDOW: Final = timedelta(days=30)
#: X gives the newest 800 mentions and no more
MOST_MENTIONS: Final = 800
PAGE_SIZE: Final = 100
#: characters of a query, self-serve access
LONGEST_QUERY: Final = 512

_USER_FIELDS: Final = [
    "created_at",
    "description",
    "location",
    "profile_image_url",
    "public_metrics",
    "verified",
    "verified_type",
]
_MEDIA_FIELDS: Final = ["alt_text", "preview_image_url", "url"]
POST_FIELDS: Final[Mapping[str, Any]] = {
    "tweet_fields": [
        "attachments",
        "author_id",
        "conversation_id",
        "created_at",
        "entities",
        "in_reply_to_user_id",
        "lang",
        "note_tweet",
        "public_metrics",
        "referenced_tweets",
    ],
    "expansions": [
        "attachments.media_keys",
        "author_id",
        "in_reply_to_user_id",
        "referenced_tweets.id",
        "referenced_tweets.id.author_id",
    ],
    "user_fields": _USER_FIELDS,
    "media_fields": _MEDIA_FIELDS,
}
MESSAGE_FIELDS: Final[Mapping[str, Any]] = {
    "dm_event_fields": [
        "attachments",
        "created_at",
        "dm_conversation_id",
        "event_type",
        "id",
        "referenced_tweets",
        "sender_id",
        "text",
    ],
    "event_types": "MessageCreate",
    "expansions": ["attachments.media_keys", "sender_id"],
    "user_fields": _USER_FIELDS,
    "media_fields": _MEDIA_FIELDS,
}
#: enough to recognise our own words
OWN_FIELDS: Final[Mapping[str, Any]] = {
    "tweet_fields": ["author_id", "conversation_id", "created_at", "note_tweet", "referenced_tweets"],
    "expansions": ["referenced_tweets.id"],
}


def window_start(floor: datetime | None, newest: datetime) -> datetime | None:
    """Return where a search begins: the floor, but not before the window that ends at `newest`; None: all of it."""
    return None if floor is None else max(floor, newest - SEARCH_WINDOW)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyWalk:
    """Where a walk through the searches for replies stands."""

    threads: tuple[str, ...]  #: native ids of our threads, newest first
    query: int = 0  #: which of the queries
    token: str | None = None  #: X's token within it

    def written(self) -> str:
        """Return the page token that stands for this."""
        return "/".join((str(self.query), self.token or "", ".".join(self.threads)))


def read_walk(token: str) -> ReplyWalk | None:
    """Return what a page token of ours stands for; None: it is none."""
    query, _, rest = token.partition("/")
    inner, _, threads = rest.rpartition("/")
    ids = tuple(threads.split(".")) if threads else ()
    if not query.isascii() or not query.isdigit() or not all(is_id(one) for one in ids):
        return None
    return ReplyWalk(threads=ids, query=int(query), token=inner or None)


def reply_queries(handle: str, threads: Sequence[str]) -> list[str]:
    """Return the queries that find everything said to us, by us, and inside `threads`; at least one."""
    queries = []
    terms = [f"to:{handle}", f"from:{handle}"]
    end = ""
    for thread in threads:
        term = f"conversation_id:{thread}"
        if len(_joined([*terms, term], end)) > LONGEST_QUERY:
            queries.append(_joined(terms, end))
            # Whatever the first query finds need not be sent, and paid for, again.
            terms, end = [], f" -to:{handle} -from:{handle}"
        terms.append(term)
    return [*queries, _joined(terms, end)]


def _joined(terms: Sequence[str], end: str) -> str:
    return f"({' OR '.join(terms)}){end}"

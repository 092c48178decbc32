"""Reading X's streams, one page at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from social_listener.channels.wire import Wire, WireError
from social_listener.channels.x_client import Answer, Client
from social_listener.channels.x_errors import Effect, WindowMoved
from social_listener.channels.x_ids import native
from social_listener.channels.x_messages import read_messages
from social_listener.channels.x_parse import Found, Us
from social_listener.channels.x_posts import read_posts
from social_listener.channels.x_queries import (
    MESSAGE_FIELDS,
    MESSAGE_WINDOW,
    MOST_MENTIONS,
    OWN_FIELDS,
    PAGE_SIZE,
    POST_FIELDS,
    SEARCH_WINDOW,
    ReplyWalk,
    read_walk,
    reply_queries,
    window_start,
)
from social_listener.cursor import Cursor, floor
from social_listener.errors import BadPayload, PageExpired, Rejected, Unavailable
from social_listener.model import Owner, Page, Stream, StreamKind

_WINDOWS: Final = {
    StreamKind.SEARCH: SEARCH_WINDOW,
    StreamKind.REPLIES: SEARCH_WINDOW,
    StreamKind.MESSAGES: MESSAGE_WINDOW,
}


class Reading:
    """Fetches pages with a client. It keeps nothing between two pages: all is in the cursor."""

    def __init__(self, client: Client, us: Callable[[], Us], whoami: Callable[[], Owner]) -> None:
        self._client = client
        self._us = us
        self._whoami = whoami

    def page(self, stream: Stream, cursor: Cursor, now: datetime) -> Page:
        """Return one page of `stream`; see the protocol."""
        match stream.kind:
            case StreamKind.MENTIONS:
                return self._mentions(stream, cursor, now)
            case StreamKind.SEARCH:
                return self._searched(stream, cursor, now)
            case StreamKind.REPLIES:
                return self._replies(stream, cursor, now)
            case StreamKind.MESSAGES:
                return self._messages(stream, cursor, now)
            case StreamKind.COMMENTS:
                raise Rejected("X has no stream of comments: use replies", account_id=stream.account_id)

    def _mentions(self, stream: Stream, cursor: Cursor, now: datetime) -> Page:
        own_id = self._client.own_id or self._whoami().native_id
        answer = self._client.call(
            lambda sdk: sdk.get_users_mentions(
                own_id,
                user_auth=self._client.as_user,
                max_results=PAGE_SIZE,
                pagination_token=cursor.resume,
                start_time=floor(cursor.since, stream.overlap),
                **POST_FIELDS,
            ),
            what="reading mentions",
            effect=Effect.READ,
            now=now,
        )
        return self._made(answer, stream, cursor.resume)

    def _searched(self, stream: Stream, cursor: Cursor, now: datetime) -> Page:
        answer = self._search(stream.query or "", stream, cursor, cursor.resume, now)
        return self._made(answer, stream, cursor.resume)

    def _replies(self, stream: Stream, cursor: Cursor, now: datetime) -> Page:
        handle = self._whoami().handle
        if cursor.resume is None:
            walk = ReplyWalk(threads=self._own_threads(now))
        else:
            known = read_walk(cursor.resume)
            if known is None:
                raise PageExpired("the page token is none of ours", account_id=self._client.account_id)
            walk = known
        queries = reply_queries(handle, walk.threads)
        if walk.query >= len(queries):
            raise PageExpired("the page token is of another walk", account_id=self._client.account_id)
        answer = self._search(queries[walk.query], stream, cursor, walk.token, now)
        page = self._made(answer, stream, walk.token)
        if page.next is not None:
            following: ReplyWalk | None = ReplyWalk(threads=walk.threads, query=walk.query, token=page.next)
        elif walk.query + 1 < len(queries):
            following = ReplyWalk(threads=walk.threads, query=walk.query + 1)
        else:
            following = None
        return replace(page, next=following.written() if following else None)

    def _messages(self, stream: Stream, cursor: Cursor, now: datetime) -> Page:
        answer = self._client.call(
            lambda sdk: sdk.get_direct_message_events(
                max_results=PAGE_SIZE, pagination_token=cursor.resume, **MESSAGE_FIELDS
            ),
            what="reading direct messages",
            effect=Effect.READ,
            now=now,
        )
        page = self._made(answer, stream, cursor.resume)
        # X takes no lower end for messages: the walk ends with the first page that reaches below the floor.
        lowest = floor(cursor.since, stream.overlap)
        reached = lowest is not None and any(item.sent_at < lowest for item in page.interactions)
        return replace(page, next=None) if reached else page

    def _search(self, query: str, stream: Stream, cursor: Cursor, token: str | None, now: datetime) -> Answer:
        """Search once; once more when X's seven days have moved past the start that was chosen.

        The start stays the same through a walk, as X demands, unless that happens.
        """
        lowest = floor(cursor.since, stream.overlap)
        newest = cursor.started if cursor.walking and cursor.started else self._client.platform_now(now)

        def once(start: datetime | None) -> Answer:
            return self._client.call(
                lambda sdk: sdk.search_recent_tweets(
                    query,
                    user_auth=self._client.as_user,
                    max_results=PAGE_SIZE,
                    next_token=token,
                    start_time=start,
                    **POST_FIELDS,
                ),
                what=f"searching for {stream.name}",
                effect=Effect.READ,
                now=now,
            )

        try:
            return once(window_start(lowest, newest))
        except WindowMoved:
            pass
        try:
            return once(window_start(lowest, self._client.platform_now(now)))
        except WindowMoved:
            words = "X takes the start of a seven-day search for too old"
            raise Unavailable(words, account_id=self._client.account_id) from None

    def _own_threads(self, now: datetime) -> tuple[str, ...]:
        """Return the native ids of the threads that our posts of the last seven days began, newest first, 100 at most.

        Older threads still give their direct answers, by `to:`.
        """
        own_id = self._client.own_id or self._whoami().native_id
        answer = self._client.call(
            lambda sdk: sdk.get_users_tweets(
                own_id,
                user_auth=self._client.as_user,
                max_results=PAGE_SIZE,
                exclude=["replies", "retweets"],
                start_time=self._client.platform_now(now) - SEARCH_WINDOW,
                **OWN_FIELDS,
            ),
            what="reading our own posts",
            effect=Effect.READ,
            now=now,
        )
        try:
            found = read_posts(answer.documents, self._us(), None)
        except WireError as error:
            raise BadPayload(str(error), account_id=self._client.account_id, raw=answer.body) from None
        return tuple(dict.fromkeys(native(item.thread_id) for item in found.interactions.values() if not item.context))

    def _made(self, answer: Answer, stream: Stream, token: str | None) -> Page:
        try:
            found = read_bodies(answer.documents, self._us(), stream.kind)
        except WireError as error:
            words = f"X's answer while reading {stream.name} cannot be read: {error}"
            raise BadPayload(words, account_id=self._client.account_id, raw=answer.body) from None
        if found.next is not None and found.next == token:
            words = f"X gives the same page of {stream.name} over and over"
            raise BadPayload(words, account_id=self._client.account_id, raw=answer.body)
        page = page_of(found, answer.body, answer.server_time, stream.kind, next_token=found.next)
        return replace(page, reads=self._client.meter.collect())


def read_bodies(answers: Sequence[Wire], us: Us, kind: StreamKind) -> Found:
    """Return what stands in a stream's answers; `WireError` when they are none."""
    return read_messages(answers, us) if kind is StreamKind.MESSAGES else read_posts(answers, us, kind)


def page_of(
    found: Found, raw: bytes, server_time: datetime, kind: StreamKind | None, *, next_token: str | None
) -> Page:
    """Return the page made of `found`; `kind` is None for a look-up, which has no horizon."""
    window = _WINDOWS.get(kind) if kind else None
    return Page(
        raw=raw,
        interactions=tuple(found.interactions.values()),
        contacts=tuple(found.contacts.values()),
        deleted=tuple(dict.fromkeys(found.deleted)),
        rejects=tuple(found.rejects),
        partial=tuple(dict.fromkeys(found.partial)),
        next=next_token,
        server_time=server_time,
        horizon=server_time - window if window else None,
        horizon_items=MOST_MENTIONS if kind is StreamKind.MENTIONS else None,
    )

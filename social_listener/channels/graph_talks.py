"""Reading the direct conversations of Messenger or Instagram, one page at a time."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

from social_listener.channels.graph_client import Client
from social_listener.channels.graph_found import Asked, Us, bad, following, moment, seconds
from social_listener.channels.graph_ids import is_conversation
from social_listener.channels.graph_messages import (
    CONVERSATION_FIELDS,
    MESSAGE_FIELDS,
    MOST_MESSAGES,
    read_conversations,
    read_list,
    read_one,
)
from social_listener.channels.graph_steps import Steps, read_steps
from social_listener.channels.wire import WireError
from social_listener.cursor import Cursor, floor
from social_listener.errors import BadPayload, PageExpired
from social_listener.model import Page, Stream

#: conversations to a page; each brings up to 20 messages
_PAGE_SIZE: Final = 25
_WHAT: Final = "reading direct messages"


def messages(client: Client, us: Us, stream: Stream, cursor: Cursor, now: datetime) -> Page:
    """Return one page of direct messages: conversations newest first, down to the floor.

    Those whose messages do not reach down to the floor follow, each on pages of its own.
    """
    steps = read_steps(cursor.resume) if cursor.resume is not None else Steps()
    if steps is None or not all(is_conversation(one) for one in steps.apart):
        raise PageExpired("the page token is none of ours", account_id=client.account_id)
    since = seconds(floor(cursor.since, stream.overlap))
    if steps.step == 0:
        return _listed(client, us, steps, since, now)
    if not steps.apart:
        raise PageExpired("the page token is of another walk", account_id=client.account_id)
    return _apart(client, us, steps, since, now)


def platform_of(us: Us) -> str:
    """Return what Meta calls the place where those messages are."""
    return "instagram" if us.instagram_id else "messenger"


def _listed(client: Client, us: Us, steps: Steps, since: int | None, now: datetime) -> Page:
    query = {"platform": platform_of(us), "fields": CONVERSATION_FIELDS, "limit": str(_PAGE_SIZE)}
    answer = client.get(f"{us.page_id}/conversations", {**query, **steps.way}, what=_WHAT, now=now)
    asked = Asked(edge="conversations", since=since)
    try:
        found, listed, apart = read_conversations(answer.document, us, asked)
        way = following(answer.document)
    except WireError as error:
        raise bad(error, answer, _WHAT, client.account_id) from None
    below = since is not None and any(one.updated_at is not None and one.updated_at < moment(since) for one in listed)
    if way and way == steps.way:
        words = "Meta gives the same page of conversations over and over"
        raise BadPayload(words, account_id=client.account_id, raw=answer.body)
    waiting = (*steps.apart, *(one for one in apart if one not in steps.apart))
    over = below or not way
    following_steps = Steps(step=int(over), way={} if over else way, apart=waiting)
    page = found.page(asked.before(answer.body), answer.server_time)
    more = not over or bool(waiting)
    return replace(page, next=following_steps.written() if more else None, usage=answer.usage)


def _apart(client: Client, us: Us, steps: Steps, since: int | None, now: datetime) -> Page:
    """Return a page of one conversation. Meta may give fewer messages at a time than it has: then others follow."""
    first, *rest = steps.apart
    asked = Asked(edge="messages" if steps.way else "conversation", node=first)
    if steps.way:
        query = {"fields": MESSAGE_FIELDS, "limit": str(MOST_MESSAGES), **steps.way}
        answer = client.get(f"{first}/messages", query, what=_WHAT, now=now)
    else:
        answer = client.get(first, {"fields": CONVERSATION_FIELDS}, what=_WHAT, now=now)
    try:
        found = read_list(answer.document, us) if steps.way else read_one(answer.document, us)
        way = following(answer.document if steps.way else answer.document.object("messages"))
    except WireError as error:
        raise bad(error, answer, _WHAT, client.account_id) from None
    count = steps.count + len(found.interactions)
    reached = found.cut is None or (since is not None and found.cut <= moment(since))
    if way and way != steps.way and not reached and count < MOST_MESSAGES:
        found.cut = None  # the next page tells
        following_steps = Steps(step=1, way=way, apart=(first, *rest), count=count)
    else:
        following_steps = Steps(step=1, apart=tuple(rest))
    page = found.page(asked.before(answer.body), answer.server_time)
    return replace(page, next=following_steps.written() if following_steps.apart else None, usage=answer.usage)

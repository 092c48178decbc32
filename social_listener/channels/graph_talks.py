"""Reading the direct conversations of Messenger or Instagram, one page at a time."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

from social_listener.channels.graph_client import Client
from social_listener.channels.graph_found import Asked, Us, bad, following, moment, seconds
from social_listener.channels.graph_ids import is_conversation
from social_listener.channels.graph_messages import CONVERSATION_FIELDS, read_conversations, read_one
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

    Those of which the newest 20 messages do not reach the floor follow, each on a page of its own.
    """
    steps = read_steps(cursor.resume) if cursor.resume is not None else Steps()
    if steps is None or not all(is_conversation(one) for one in steps.apart):
        raise PageExpired("the page token is none of ours", account_id=client.account_id)
    since = seconds(floor(cursor.since, stream.overlap))
    if steps.step == 0:
        return _listed(client, us, steps, since, now)
    if not steps.apart:
        raise PageExpired("the page token is of another walk", account_id=client.account_id)
    return _apart(client, us, steps, now)


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


def _apart(client: Client, us: Us, steps: Steps, now: datetime) -> Page:
    first, *rest = steps.apart
    answer = client.get(first, {"fields": CONVERSATION_FIELDS}, what=_WHAT, now=now)
    asked = Asked(edge="conversation", node=first)
    try:
        found = read_one(answer.document, us)
    except WireError as error:
        raise bad(error, answer, _WHAT, client.account_id) from None
    page = found.page(asked.before(answer.body), answer.server_time)
    following_steps = Steps(step=1, apart=tuple(rest))
    return replace(page, next=following_steps.written() if rest else None, usage=answer.usage)

"""Reading the direct conversations of Messenger or Instagram, one page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from social_listener.channels.graph_client import Answer, Client
from social_listener.channels.graph_errors import TooMuch
from social_listener.channels.graph_found import Asked, Us, bad, following, moment, seconds
from social_listener.channels.graph_ids import is_conversation, is_number, thread_of
from social_listener.channels.graph_messages import (
    CONVERSATION_FIELDS,
    MESSAGE_FIELDS,
    MOST_MESSAGES,
    Conversation,
    conversation_fields,
    read_conversations,
    read_list,
    read_one,
)
from social_listener.channels.graph_refused import APART, BY_ITSELF, in_words, nothing
from social_listener.channels.graph_smaller import listed as listed_smaller
from social_listener.channels.graph_smaller import of_one, smaller
from social_listener.channels.graph_steps import Steps, read_steps
from social_listener.channels.wire import WireError
from social_listener.cursor import Cursor, floor
from social_listener.errors import BadPayload, ChannelError, PageExpired
from social_listener.model import Page, Stream

#: conversations to a page; each brings up to 20 messages
_PAGE_SIZE: Final = 25
_WHAT: Final = "reading direct messages"


def messages(client: Client, us: Us, stream: Stream, cursor: Cursor, now: datetime) -> Page:
    """Return one page of direct messages: conversations newest first, down to the floor.

    Those whose messages do not reach down to the floor follow, each on pages of its own. What Meta refuses of them is
    told with the last page.
    """
    steps = read_steps(cursor.resume) if cursor.resume is not None else Steps()
    ours = steps is not None and all(is_conversation(one) for one in steps.apart)
    if steps is None or not ours or not all(is_number(one) for one in steps.sides.values()):
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
    query = {"platform": platform_of(us), "fields": CONVERSATION_FIELDS, **steps.way}
    answer, most = listed_smaller(client, f"{us.page_id}/conversations", query, steps.most or _PAGE_SIZE, _WHAT, now)
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
    sides = {**steps.sides, **_sides(us, listed, apart)}
    following_steps = Steps(step=int(over), way={} if over else way, apart=waiting, sides=sides, most=most)
    page = found.page(asked.before(answer.body), answer.server_time)
    more = not over or bool(waiting)
    return replace(page, next=following_steps.written() if more else None, usage=answer.usage)


def _sides(us: Us, listed: Sequence[Conversation], wanted: Sequence[str]) -> dict[str, str]:
    """Return for each of the wanted conversations, where it is told, the person we have it with."""
    people = {one.id: [side["id"] for side in one.people if not us.is_author(side["id"])] for one in listed}
    return {native: them[0] for native in wanted if len(them := people.get(native, [])) == 1 and them[0]}


def _apart(client: Client, us: Us, steps: Steps, since: int | None, now: datetime) -> Page:
    """Return a page of one conversation; one that Meta refuses is passed by, and the others are read."""
    try:
        return _read_apart(client, us, steps, since, now)
    except BY_ITSELF as error:
        return _refused(client, us, steps, error, now)


def _read_apart(client: Client, us: Us, steps: Steps, since: int | None, now: datetime) -> Page:
    """Return a page of one conversation. Meta may give fewer messages at a time than it has: then others follow."""
    first, *rest = steps.apart
    asked = Asked(edge="messages" if steps.way else "conversation", node=first)
    if steps.way:
        query = {"fields": MESSAGE_FIELDS, **steps.way}
        answer, _ = of_one(client, f"{first}/messages", query, MOST_MESSAGES, _WHAT, now)
    else:
        answer, _ = smaller(lambda most: _one(client, first, most, now), MOST_MESSAGES)
    try:
        found = read_list(answer.document, us) if steps.way else read_one(answer.document, us)
        way = following(answer.document if steps.way else answer.document.object("messages"))
    except WireError as error:
        raise bad(error, answer, _WHAT, client.account_id) from None
    count = steps.count + len(found.interactions)
    reached = found.cut is None or (since is not None and found.cut <= moment(since))
    if way and way != steps.way and not reached and count < MOST_MESSAGES:
        found.cut = None  # the next page tells
        following_steps = replace(steps, way=way, count=count)
    else:
        following_steps = replace(steps, way={}, apart=tuple(rest), count=0)
    page = found.page(asked.before(answer.body), answer.server_time)
    return _followed(replace(page, usage=answer.usage), following_steps)


def _one(client: Client, conversation: str, most: int, now: datetime) -> Answer:
    """Return the answer for one conversation with its newest messages."""
    query = {"fields": conversation_fields(most)}
    return client.get(conversation, query, what=_WHAT, now=now, apart=(*APART, TooMuch))


def _followed(page: Page, steps: Steps) -> Page:
    """Return a page of a conversation with the way on from it; the last one tells what was refused."""
    if steps.apart:
        return replace(page, next=steps.written())
    return replace(page, refused=tuple(steps.refused.values()))


def _refused(client: Client, us: Us, steps: Steps, error: ChannelError, now: datetime) -> Page:
    """Return a page of a conversation that Meta refuses by itself: what the list of conversations gives of it.

    That is as much as Meta gives at all. Where not even that is to be had, the refusal is told at the end of the walk.
    If the conversation went while we were reading, no list names it again, and nothing is missing.
    """
    first, *rest = steps.apart
    person = steps.sides.get(first)
    after = replace(steps, way={}, apart=tuple(rest), count=0)
    if person is not None and not steps.way:
        page = _from_list(client, us, first, person, now)
        if page is not None:
            return _followed(page, after)
    name = us.own(thread_of(us.native_id, person)) if person else first
    words = in_words(f"the messages of conversation {name}", error)
    return _followed(
        nothing(client, Asked(edge="conversations"), now), replace(after, refused={**steps.refused, first: words})
    )


def _from_list(client: Client, us: Us, conversation: str, person: str, now: datetime) -> Page | None:
    """Return a page of what the list gives of the conversation with a person; None: there is nothing of it.

    `user_id` picks it: developers.facebook.com/docs/graph-api/reference/page/conversations.
    """
    query = {"platform": platform_of(us), "user_id": person, "fields": CONVERSATION_FIELDS, "limit": "1"}
    try:
        answer = client.get(f"{us.page_id}/conversations", query, what=_WHAT, now=now, apart=(TooMuch,))
    except TooMuch:
        return None
    asked = Asked(edge="conversations")
    try:
        found, listed, _ = read_conversations(answer.document, us, asked)
    except WireError as error:
        raise bad(error, answer, _WHAT, client.account_id) from None
    if [one.id for one in listed] != [conversation]:
        return None
    times = [item.sent_at for item in found.interactions.values()]
    found.cut = min(times) if times and listed[0].more else None
    return replace(found.page(asked.before(answer.body), answer.server_time), usage=answer.usage)

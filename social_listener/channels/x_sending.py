"""Saying something on X, and finding our own words again when the answer was lost.

Public and private have no function in common between the channel's `send` and tweepy's call.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from typing import Final, TypeVar

from social_listener.channels.wire import Wire, WireError, is_id
from social_listener.channels.x_client import Answer, Client
from social_listener.channels.x_errors import Effect
from social_listener.channels.x_ids import is_thread, time_of
from social_listener.channels.x_parse import Found, Includes, read_items
from social_listener.channels.x_queries import MESSAGE_FIELDS, OWN_FIELDS, PAGE_SIZE
from social_listener.channels.x_text import witness
from social_listener.channels.x_wire import read_message, read_post
from social_listener.errors import BadPayload, Rejected, Unsure
from social_listener.model import PrivateReply, PublicReply, Sent

_T = TypeVar("_T")

#: pages of our own words that are read for one reply in doubt; `since` is minutes ago, so one is the rule
_MOST_PAGES: Final = 5
#: X wants the start of a reading to lie before its end, which is now
_SETTLED: Final = timedelta(seconds=30)


def send_public(client: Client, reply: PublicReply) -> Sent:
    """Post an answer that everybody can read."""
    parent = checked(client, reply.item_native_id)
    with_pictures = {"media_ids": [one.media_id for one in reply.pictures]} if reply.pictures else {}
    answer = client.call(
        lambda sdk: sdk.create_tweet(text=reply.text, in_reply_to_tweet_id=parent, user_auth=True, **with_pictures),
        what="sending a public reply",
        effect=Effect.SEND,
    )
    native_id = _made_id(client, answer, "id")
    return Sent(native_id=native_id, sent_at=time_of(native_id), url=post_url(native_id))


def send_private(client: Client, reply: PrivateReply) -> Sent:
    """Send a direct message, into its thread where there is one, else to the person."""
    where = dict(_direct(client, reply))
    if reply.pictures:
        where["media_id"] = reply.pictures[0].media_id
    answer = client.call(
        lambda sdk: sdk.create_direct_message(text=reply.text, user_auth=True, **where),
        what="sending a direct message",
        effect=Effect.SEND,
    )
    native_id = _made_id(client, answer, "dm_event_id")
    return Sent(native_id=native_id, sent_at=time_of(native_id))


def find_public(
    client: Client, own_id: str, reply: PublicReply, since: datetime, others: Collection[str]
) -> Sent | None:
    """Return our own answer to the item with the same words, not older than `since`, the oldest but for `others`."""
    parent = checked(client, reply.item_native_id)
    start = min(since, client.platform_now(None) - _SETTLED)
    wanted = _spellings(reply)
    matches: list[str] = []
    token: str | None = None
    for _ in range(_MOST_PAGES):
        answer = _own_posts(client, own_id, start, token)
        found = Found()
        posts, includes = _items(client, answer, read_post, found)
        for post in posts:
            there = includes.posts.get(post.replied_to or "")
            answered = {post.replied_to, *(there.history if there else ())}
            ours = post.author_id in {None, own_id} and post.retweeted is None and post.first_id not in others
            if ours and parent in answered and time_of(post.first_id) >= since and witness(post.text) in wanted:
                matches.append(post.first_id)
        token = found.next
        if token is None:
            break
    oldest = min(matches, key=int, default=None)
    return None if oldest is None else Sent(native_id=oldest, sent_at=time_of(oldest), url=post_url(oldest))


def find_private(
    client: Client, own_id: str, reply: PrivateReply, since: datetime, others: Collection[str]
) -> Sent | None:
    """Return our own message to the person with the same words, not older than `since`, the oldest but for `others`."""
    where = _direct(client, reply)
    wanted = _spellings(reply)
    matches: list[str] = []
    token: str | None = None
    for _ in range(_MOST_PAGES):
        answer = _own_messages(client, where, token)
        found = Found()
        messages, _includes = _items(client, answer, read_message, found)
        for message in messages:
            ours = message.is_message and message.sender_id == own_id and message.id not in others
            if ours and time_of(message.id) >= since and witness(message.text) in wanted:
                matches.append(message.id)
        token = found.next
        if token is None or any(time_of(message.id) < since for message in messages):
            break
    oldest = min(matches, key=int, default=None)
    return None if oldest is None else Sent(native_id=oldest, sent_at=time_of(oldest))


def _spellings(reply: PublicReply | PrivateReply) -> frozenset[str]:
    """Return how our words may look there: X puts an address behind them that stands for the pictures."""
    plain = witness(reply.text)
    return frozenset({plain, f"{plain} \N{LINK SYMBOL}"}) if reply.pictures else frozenset({plain})


def post_url(native_id: str) -> str:
    """Return where a post can be seen; X sends the reader on to its author's address."""
    return f"https://x.com/i/status/{native_id}"


def checked(client: Client, native_id: str) -> str:
    """Return `native_id` when it is an id, since it becomes part of an address; `Rejected` otherwise."""
    if not is_id(native_id):
        raise Rejected("this item has no id that X knows", account_id=client.account_id)
    return native_id


def _own_posts(client: Client, own_id: str, start: datetime, token: str | None) -> Answer:
    return client.call(
        lambda sdk: sdk.get_users_tweets(
            own_id, user_auth=True, max_results=PAGE_SIZE, start_time=start, pagination_token=token, **OWN_FIELDS
        ),
        what="looking for our own reply",
        effect=Effect.READ,
    )


def _own_messages(client: Client, where: Mapping[str, str], token: str | None) -> Answer:
    return client.call(
        lambda sdk: sdk.get_direct_message_events(
            max_results=PAGE_SIZE, pagination_token=token, user_auth=True, **where, **MESSAGE_FIELDS
        ),
        what="looking for our own message",
        effect=Effect.READ,
    )


def _direct(client: Client, reply: PrivateReply) -> Mapping[str, str]:
    """Return how tweepy names the thread, or the person where there is no thread yet."""
    if reply.thread_native_id is None:
        return {"participant_id": checked(client, reply.recipient_native_id)}
    if not is_thread(reply.thread_native_id):
        raise Rejected("X did not tell which direct thread this message is in", account_id=client.account_id)
    return {"dm_conversation_id": reply.thread_native_id}


def _made_id(client: Client, answer: Answer, name: str) -> str:
    """Return the id of what was just made. Without one it may be there all the same."""
    data = answer.documents[0]
    try:
        return data.need(data.object("data").id(name), name)
    except WireError as error:
        words = f"X's answer cannot be read: {error}; it may have gone out"
        raise Unsure(words, account_id=client.account_id) from None


def _items(client: Client, answer: Answer, read: Callable[[Wire], _T], found: Found) -> tuple[list[_T], Includes]:
    try:
        return read_items(answer.documents[0], found, read)
    except WireError as error:
        raise BadPayload(str(error), account_id=client.account_id, raw=answer.body) from None

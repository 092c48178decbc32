"""Looking posts and comments up again, and what proves that one is gone.

Meta's refusal does not tell "gone" from "not for you". So an item counts as gone only when our token can read the Page
and, with the very permission that the item needs, others of its kind: the comments of the same post for a comment, the
Page's and its visitors' posts for a post.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from social_listener.channels.facebook_reading import COMMENT_FIELDS, POST_FIELDS, nodes, read_looked_up
from social_listener.channels.facebook_wire import read_said
from social_listener.channels.graph_client import Answer, Client
from social_listener.channels.graph_found import Asked, Found, Us
from social_listener.channels.graph_ids import comment_id, is_post
from social_listener.channels.graph_lookup import WHAT, Looked, asking, gives, halved, once
from social_listener.channels.wire import WireError
from social_listener.errors import BadPayload
from social_listener.model import Page


def lookup(client: Client, us: Us, items: Sequence[str], now: datetime) -> Page:
    """Return the present state of posts and comments; what Meta refuses by itself is left out."""
    looked = _posts(client, us, [one for one in items if is_post(us.page_id, one)], now)
    looked.absorb(_comments(client, us, [one for one in items if not is_post(us.page_id, one)], now))
    looked.set_aside()
    above = _posts(client, us, _above(us, looked.answers, items), now).answers
    answers = [*above, *looked.answers]
    gone = _proved(client, us, looked.missing, now)
    bodies = [answer.body for answer in answers]
    asked = Asked(edge="lookup", only=tuple(items), gone=tuple(gone))
    try:
        found = read_looked_up([answer.document for answer in answers], us, asked)
    except WireError as error:
        raise BadPayload(f"Meta's answer while {WHAT} cannot be read: {error}", account_id=client.account_id) from None
    moment = answers[0].server_time if answers else client.platform_now(now)
    return found.page(asked.before(*bodies), moment)


def _posts(client: Client, us: Us, ids: Sequence[str], now: datetime) -> Looked:
    """Look posts on our Page up."""
    permitted = once(client, partial(gives, client, f"{us.page_id}/published_posts", now))
    return halved(ids, asking(client, POST_FIELDS, now), permitted)


def _comments(client: Client, us: Us, ids: Sequence[str], now: datetime) -> Looked:
    """Look comments up. A post of somebody else, that tags us, cannot be told from one by its id.

    A post lacks fields that a comment has, and Meta refuses it: it is asked for again as what it can be.
    """
    permitted = once(client, partial(gives, client, f"{us.page_id}/visitor_posts", now))
    looked = halved(ids, asking(client, COMMENT_FIELDS, now), permitted)
    looked.again(asking(client, POST_FIELDS, now), permitted)
    return looked


def _above(us: Us, answers: Sequence[Answer], items: Sequence[str]) -> list[str]:
    """Return below which posts our own comments stand, where these answer whoever posted it: nothing else tells."""
    wanted = set()
    for answer in answers:
        try:
            said = list(Found().each(nodes(answer.document), read_said))
        except WireError:
            continue  # it is told where the answer is read
        for one in said:
            answers_post = one.parent_id is None or us.is_author(one.parent_author.id)
            if one.updated_at is None and us.is_author(one.author.id) and answers_post:
                wanted.add(f"{us.page_id}_{comment_id(one.id, None).partition('_')[0]}")
    return sorted(wanted.difference(items))


def _proved(client: Client, us: Us, refused: Sequence[str], now: datetime) -> list[str]:
    """Return which of the ids that are not there, or not for us, are gone for certain."""
    if not refused or not gives(client, us.page_id, now):
        return []
    posts = [native_id for native_id in refused if is_post(us.page_id, native_id)]
    lists = ("published_posts", "visitor_posts")
    if posts and not all(gives(client, f"{us.page_id}/{one}", now) for one in lists):
        posts = []
    # What stood below a post that is gone is gone with it.
    above = dict.fromkeys(posts, True)
    gone = list(posts)
    for native_id in refused:
        part, dash, _ = native_id.partition("_")
        if is_post(us.page_id, native_id) or not dash:
            continue
        post = f"{us.page_id}_{part}"
        if post not in above:
            above[post] = gives(client, f"{post}/comments", now)
        if above[post]:
            gone.append(native_id)
    return gone

"""Looking posts and comments up again, and what proves that one is gone.

Meta's refusal does not tell "gone" from "not for you". So an item counts as gone only when our token can read the Page
and what the item stood below, or when that is a post of the Page that is gone itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from social_listener.channels.facebook_reading import COMMENT_FIELDS, POST_FIELDS, nodes, read_looked_up
from social_listener.channels.facebook_wire import read_said
from social_listener.channels.graph_client import Answer, Client
from social_listener.channels.graph_errors import Missing
from social_listener.channels.graph_found import Asked, Found, Us
from social_listener.channels.graph_ids import comment_id, is_post
from social_listener.channels.graph_lookup import WHAT, halved, readable
from social_listener.channels.wire import WireError
from social_listener.errors import BadPayload, Rejected
from social_listener.model import Page


def lookup(client: Client, us: Us, items: Sequence[str], now: datetime) -> Page:
    """Return the present state of posts and comments."""

    def ask(fields: str) -> Callable[[Sequence[str]], Answer]:
        return lambda ids: client.get(
            "", {"ids": ",".join(ids), "fields": fields}, what=WHAT, now=now, apart=(Missing,)
        )

    posts = [one for one in items if is_post(us.page_id, one)]
    comments = [one for one in items if not is_post(us.page_id, one)]
    answers, refused = halved(posts, ask(POST_FIELDS))
    more, refused_comments = _comments(comments, ask)
    answers += more
    answers = [*_above(us, answers, items, ask(POST_FIELDS)), *answers]
    gone = _proved(client, us, [*refused, *refused_comments], now)
    bodies = [answer.body for answer in answers]
    asked = Asked(edge="lookup", only=tuple(items), gone=tuple(gone))
    try:
        found = read_looked_up([answer.document for answer in answers], us, asked)
    except WireError as error:
        raise BadPayload(f"Meta's answer while {WHAT} cannot be read: {error}", account_id=client.account_id) from None
    moment = answers[0].server_time if answers else client.platform_now(now)
    return found.page(asked.before(*bodies), moment)


def _above(
    us: Us, answers: Sequence[Answer], items: Sequence[str], ask: Callable[[Sequence[str]], Answer]
) -> list[Answer]:
    """Return the posts below which our own comments stand, where these answer whoever posted it: nothing else tells."""
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
    return halved(sorted(wanted.difference(items)), ask)[0]


def _comments(
    ids: Sequence[str], ask: Callable[[str], Callable[[Sequence[str]], Answer]]
) -> tuple[list[Answer], list[str]]:
    """Look comments up. A post of somebody else, that tags us, cannot be told from one by its id."""
    try:
        return halved(ids, ask(COMMENT_FIELDS))
    except Missing:
        raise
    except Rejected:
        # A field that a post does not have: one by one, each as what it can be.
        answers, refused = list[Answer](), list[str]()
        for native_id in ids:
            try:
                got = halved([native_id], ask(COMMENT_FIELDS))
            except Rejected:
                got = halved([native_id], ask(POST_FIELDS))
            answers += got[0]
            refused += got[1]
        return answers, refused


def _proved(client: Client, us: Us, refused: Sequence[str], now: datetime) -> list[str]:
    """Return which of the ids that Meta refuses are gone for certain."""
    if not refused or not readable(client, us.page_id, now):
        return []
    posts = [native_id for native_id in refused if is_post(us.page_id, native_id)]
    above: dict[str, bool] = dict.fromkeys(posts, True)
    gone = list(posts)
    for native_id in refused:
        part, dash, _ = native_id.partition("_")
        if native_id in above or not dash:
            continue
        post = f"{us.page_id}_{part}"
        if post not in above:
            above[post] = readable(client, post, now)
        if above[post]:
            gone.append(native_id)
    return gone

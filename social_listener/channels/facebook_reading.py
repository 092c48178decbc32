"""Reading a Page's comments and mentions, one page at a time, and what was kept of earlier answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from social_listener.channels.facebook_parse import has_moved, read_comments, read_listing, read_posts
from social_listener.channels.facebook_wire import Said, read_said
from social_listener.channels.graph_client import Client
from social_listener.channels.graph_found import Asked, Found, Us, bad, entries, following, moment, read_raw, seconds
from social_listener.channels.graph_ids import comment_id, is_node, is_post, part_of, unknown_author
from social_listener.channels.graph_messages import add_message, read_conversations, read_list, read_message, read_one
from social_listener.channels.graph_refused import APART, BY_ITSELF, Owed, after_refusal, going_on, nothing
from social_listener.channels.graph_smaller import listed, of_one
from social_listener.channels.graph_steps import Steps, read_steps
from social_listener.channels.graph_walk import Rotation, Todo, read_rotation
from social_listener.channels.wire import Wire, WireError
from social_listener.cursor import Cursor, floor
from social_listener.errors import BadPayload, ChannelError, PageExpired
from social_listener.model import Kind, Page, Stream, StreamKind

PAGE_SIZE: Final = 100
POST_FIELDS: Final = "id,message,created_time,updated_time,from,permalink_url,message_tags,is_hidden,attachments"
COMMENT_FIELDS: Final = (
    "id,message,created_time,from{id,name},parent{id,from{id,name}},like_count,is_hidden,message_tags,permalink_url,"
    "attachment,private_reply_conversation{id,participants}"
)
#: posts by visitors on our Page, and posts elsewhere that tag it
_MENTIONS: Final = ("visitor_posts", "tagged")


def comments(client: Client, us: Us, stream: Stream, cursor: Cursor, now: datetime, owed: Owed) -> Page:  # noqa: PLR0917 - its parts
    """Return one page of a walk through all comments; see `graph_walk`. `owed` is what was refused before."""
    walk = read_rotation(cursor.resume) if cursor.resume is not None else Rotation()
    if walk is None or not all(is_node(one.node) for one in walk.todo):
        raise PageExpired("the page token is none of ours", account_id=client.account_id)
    lowest = seconds(floor(cursor.since, stream.overlap))
    if walk.lists:
        begins = walk.listing is None
        page, walk = _listed(client, us, walk, _since(walk, stream, lowest), now, owed)
        walk = owed.with_them(walk) if begins and walk.listing is not None else walk
    elif walk.todo:
        page, walk = _commented(client, us, going_on(client, walk, now), now, owed)
    else:
        raise PageExpired("the page token is of another walk", account_id=client.account_id)
    return ended(page, walk)


def ended(page: Page, walk: Rotation) -> Page:
    """Return a page with the way on from it: to the next call of this poll, to the next poll, or to nowhere.

    The last page of a poll tells what the walk was refused so far.
    """
    if walk.lists or walk.todo:
        return replace(page, next=walk.written())
    page = replace(page, refused=tuple(walk.refused.values()))
    if walk.ended:
        return page
    return replace(page, next=walk.rested().written(), rests=True)


def _since(walk: Rotation, stream: Stream, lowest: int | None) -> int | None:
    """Return from when on what moved on a page of the list is wanted.

    The newest posts were read by the poll before this one, and what shows late shows within the overlap.
    """
    if walk.listing is None and walk.polled is not None:
        return max(walk.polled - int(stream.overlap.total_seconds()), lowest or 0)
    return lowest


def _listed(  # noqa: PLR0917 - its parts
    client: Client, us: Us, walk: Rotation, since: int | None, now: datetime, owed: Owed
) -> tuple[Page, Rotation]:
    what = "reading the list of posts"
    query = {"fields": POST_FIELDS, "include_hidden": "true", **walk.place}
    answer, most = listed(client, f"{us.page_id}/feed", query, walk.most or PAGE_SIZE, what, now)
    asked = Asked(edge="feed", since=since)
    try:
        posts = list(Found().each(entries(answer.document, Found()), read_said))
        way = following(answer.document)
        found = read_listing(answer.document, us, asked)
    except WireError as error:
        raise bad(error, answer, what, client.account_id) from None
    if way and way in (walk.way, walk.head):
        words = "Meta gives the same page of posts over and over"
        raise BadPayload(words, account_id=client.account_id, raw=answer.body)
    page = found.page(asked.before(answer.body), answer.server_time)
    ours = (post for post in posts if is_post(us.page_id, post.id) and post.id not in owed)
    quiet = (post.id for post in ours if not has_moved(post, since))
    walk = walk.listed(
        at=seconds(answer.server_time) or 0,
        oldest=min((int(post.created_at.timestamp()) for post in posts), default=None),
        way=way,
        todo=tuple(_todo(us, post, since) for post in posts if has_moved(post, since)),
    )
    walk = replace(walk, other=walk.other or next(quiet, ""), most=most if most < PAGE_SIZE else None)
    return replace(page, usage=answer.usage), walk


def _todo(us: Us, post: Said, since: int | None) -> Todo:
    author = "" if us.is_author(post.author.id) else post.author.id or unknown_author(post.id)
    return Todo(node=post.id, author=author, since=since)


def _commented(client: Client, us: Us, walk: Rotation, now: datetime, owed: Owed) -> tuple[Page, Rotation]:
    what, todo = "reading comments", walk.todo[0]
    asked = Asked(edge="comments", node=todo.node, author=todo.author, since=todo.since)
    query = {
        "filter": "stream",
        "order": "reverse_chronological",
        "fields": COMMENT_FIELDS,
        **({"since": str(max(0, todo.since - 1))} if todo.since is not None else {}),
    }
    try:
        answer, most = of_one(client, f"{todo.node}/comments", {**query, **todo.way}, todo.most or PAGE_SIZE, what, now)
    except BY_ITSELF as error:
        return nothing(client, asked, now), _refused(client, us, walk, error, now, owed)
    try:
        found = read_comments(answer.document, us, asked)
        way = following(answer.document)
    except WireError as error:
        raise bad(error, answer, what, client.account_id) from None
    if way and way == todo.way:
        words = "Meta gives the same page of comments over and over"
        raise BadPayload(words, account_id=client.account_id, raw=answer.body)
    below = todo.since is not None and any(
        item.sent_at < moment(todo.since - 1) for item in found.interactions.values()
    )
    page = found.page(asked.before(answer.body), answer.server_time)
    if below or not way:
        owed.settle(todo.node)
    return replace(page, usage=answer.usage), walk.read({} if below else way, most=most)


def _refused(  # noqa: PLR0917 - as its caller
    client: Client, us: Us, walk: Rotation, error: ChannelError, now: datetime, owed: Owed
) -> Rotation:
    """Return the walk without a post whose comments Meta refuses.

    If it went while we were reading, the list does not name it when it is asked again, and nothing is missing.
    """
    node = walk.todo[0].node
    if isinstance(error, APART) and not is_post(us.page_id, node):
        return walk.passed()  # it stands on somebody else's page, and what is said there is not for us
    after = after_refusal(client, walk, error, f"the comments of post {node}", f"{us.page_id}/feed")
    owed.add(client, walk.todo[0], error, now, sure=after.heard)
    return after


def mentions(client: Client, us: Us, stream: Stream, cursor: Cursor, now: datetime) -> Page:
    """Return one page of what visitors posted on our Page, and then of posts that tag it."""
    steps = read_steps(cursor.resume) if cursor.resume is not None else Steps()
    if steps is None or not 0 <= steps.step < len(_MENTIONS):
        raise PageExpired("the page token is none of ours", account_id=client.account_id)
    lowest = seconds(floor(cursor.since, stream.overlap))
    edge, what = _MENTIONS[steps.step], "reading mentions"
    query = {"fields": POST_FIELDS, **steps.way}
    if lowest is not None:
        query = {"since": str(max(0, lowest - 1)), **query}
    answer, most = listed(client, f"{us.page_id}/{edge}", query, steps.most or PAGE_SIZE, what, now)
    asked = Asked(edge=edge)
    try:
        found = read_posts(answer.document, us)
        way = following(answer.document)
    except WireError as error:
        raise bad(error, answer, what, client.account_id) from None
    if way and way == steps.way:
        words = "Meta gives the same page of posts over and over"
        raise BadPayload(words, account_id=client.account_id, raw=answer.body)
    below = lowest is not None and any(item.sent_at < moment(lowest - 1) for item in found.interactions.values())
    after = Steps(step=steps.step, way=way, most=most) if way and not below else Steps(step=steps.step + 1)
    page = found.page(asked.before(answer.body), answer.server_time)
    more = after.step < len(_MENTIONS)
    return replace(page, next=after.written() if more else None, usage=answer.usage)


# -- what was kept -----------------------------------------------------------------------------------------------------


_EDGES: Final[Mapping[str, Callable[[Wire, Us, Asked], Found]]] = {
    "feed": read_listing,
    "comments": read_comments,
    "visitor_posts": lambda answer, us, _: read_posts(answer, us),
    "tagged": lambda answer, us, _: read_posts(answer, us),
    "conversations": lambda answer, us, asked: read_conversations(answer, us, asked)[0],
    "conversation": lambda answer, us, _: read_one(answer, us),
    "messages": lambda answer, us, _: read_list(answer, us),
}


def read_kept(raw: bytes, us: Us, kind: StreamKind) -> Found:
    """Return what stands in a kept answer; `WireError` when it is none."""
    asked, answers = read_raw(raw)
    if asked.edge == "lookup":
        return read_looked_up(answers, us, asked)
    if not answers:
        raise WireError("the answer is empty")
    answer = answers[-1]
    reader = _EDGES.get(asked.edge)
    return reader(answer, us, asked) if reader else _found_elsewhere(answer, us, kind)


def read_looked_up(answers: list[Wire], us: Us, asked: Asked) -> Found:
    """Return the posts and comments in answers to look-ups: objects by their ids."""
    found, comments = Found(), list[Any]()
    for answer in answers:
        told = nodes(answer)
        posts = [raw for raw in told if _is_post(raw, us)]
        comments += [raw for raw in told if not _is_post(raw, us)]
        found.absorb(read_posts(answer, us, posts))
    authors = {
        part_of(item.id): item.author_id.partition(":")[2] for item in found.interactions.values() if not item.outbound
    }
    for raw in comments:
        told_id = raw.get("id") if isinstance(raw, dict) else None
        part = comment_id(str(told_id), None).partition("_")[0]
        found.absorb(read_comments(answers[0], us, Asked(edge="", author=authors.get(part, "")), [raw]))
    _came_along(found, us, asked)
    found.deleted += [us.own(native_id) for native_id in asked.gone]
    return found


def _came_along(found: Found, us: Us, asked: Asked) -> None:
    """Make what was not asked for itself what others hang on."""
    wanted = {us.own(native_id) for native_id in asked.only}
    for item in list(found.interactions.values()) if wanted else ():
        if item.kind is not Kind.COMMENT and item.id not in wanted:
            found.interactions[item.id] = replace(item, context=True)


def _found_elsewhere(answer: Wire, us: Us, kind: StreamKind) -> Found:
    """Return what stands in an answer that this channel did not ask for in this way."""
    told = nodes(answer)
    if kind is StreamKind.MESSAGES:
        return read_talks(us, told)
    if kind is StreamKind.MENTIONS:
        return read_posts(answer, us, told)
    return read_comments(answer, us, Asked(edge=""), told)


def read_talks(us: Us, told: list[Any]) -> Found:
    """Return the messages in conversations, or in a list of messages."""
    if any(isinstance(one, dict) and ("messages" in one or "updated_time" in one) for one in told):
        found = Found()
        for raw in told:
            for one in found.each([raw], lambda data: read_one(data, us)):
                found.absorb(one)
        found.cut = None
        return found
    found = Found()
    for message in found.each(told, read_message):
        add_message(found, us, message, None)
    return found


def nodes(answer: Wire) -> list[Any]:
    """Return the nodes of an answer, whether it is a list of them, one, or one by each id that was asked for."""
    if answer.has("data") or answer.has("error"):
        return entries(answer, Found())
    return [answer.plain()] if answer.has("id") else answer.values()


def _is_post(raw: Any, us: Us) -> bool:
    """Return whether this is a post: comments have no time of change."""
    return isinstance(raw, dict) and ("updated_time" in raw or str(raw.get("id", "")).startswith(f"{us.page_id}_"))

"""Reading comments on our media, one page at a time, and what was kept of earlier answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from social_listener.channels.facebook_reading import ended, nodes, read_talks
from social_listener.channels.graph_client import Client
from social_listener.channels.graph_found import Asked, Found, Us, bad, entries, following, read_raw, seconds
from social_listener.channels.graph_ids import is_number
from social_listener.channels.graph_messages import read_conversations, read_list, read_one
from social_listener.channels.graph_refused import BY_ITSELF, after_refusal, going_on, nothing
from social_listener.channels.graph_smaller import listed, of_one
from social_listener.channels.graph_walk import Rotation, Todo, read_rotation
from social_listener.channels.instagram_memory import Memory
from social_listener.channels.instagram_parse import (
    Around,
    add_comment,
    add_media,
    author_of,
    read_comments,
    read_media_list,
    read_replies,
)
from social_listener.channels.instagram_wire import Comment, Media, read_comment, read_media
from social_listener.channels.wire import Wire, WireError, wire
from social_listener.cursor import Cursor
from social_listener.errors import BadPayload, ChannelError, PageExpired
from social_listener.model import Kind, Page, StreamKind

MEDIA_FIELDS: Final = "id,caption,timestamp,comments_count,like_count,permalink,media_type,media_url,thumbnail_url"
_SAID: Final = "id,text,timestamp,username,from,like_count,hidden,parent_id"
COMMENT_FIELDS: Final = f"{_SAID},replies.limit(50){{{_SAID}}}"
LOOKUP_FIELDS: Final = f"{_SAID},media{{id}}"
#: Instagram gives no more comments with one call
PAGE_SIZE: Final = 50
_LIST_SIZE: Final = 100


def comments(client: Client, us: Us, cursor: Cursor, now: datetime, memory: Memory) -> Page:
    """Return one page of a walk through all comments; see `graph_walk`."""
    walk = read_rotation(cursor.resume) if cursor.resume is not None else Rotation()
    if walk is None or not all(is_number(one.node) for one in walk.todo):
        raise PageExpired("the page token is none of ours", account_id=client.account_id)
    if walk.listing is None and not walk.head:
        memory.begin(cursor)
    if walk.lists:
        page, walk = _listed(client, us, walk, now, memory)
    elif walk.todo:
        page, walk = _commented(client, us, going_on(client, walk, now), now)
    else:
        raise PageExpired("the page token is of another walk", account_id=client.account_id)
    done = ended(page, walk)
    if not walk.lists and not walk.todo:
        started = cursor.started if cursor.walking and cursor.started else page.server_time
        memory.end(done.next, started, walk.done)
    return done


def _listed(client: Client, us: Us, walk: Rotation, now: datetime, memory: Memory) -> tuple[Page, Rotation]:
    what = "reading the list of media"
    query = {"fields": MEDIA_FIELDS, **walk.place}
    answer, most = listed(client, f"{us.native_id}/media", query, walk.most or _LIST_SIZE, what, now)
    try:
        read, media = read_media_list(answer.document)
        way = following(answer.document)
    except WireError as error:
        raise bad(error, answer, what, client.account_id) from None
    if way and way in (walk.way, walk.head):
        words = "Meta gives the same page of media over and over"
        raise BadPayload(words, account_id=client.account_id, raw=answer.body)
    moved = [one for one in media if memory.has_moved(one.id, one.comments)]
    asked = Asked(edge="media", only=tuple(one.id for one in moved))
    found = _of_list(answer.document, us, asked)
    found.rejects = read.rejects
    walk = walk.listed(
        at=seconds(answer.server_time) or 0,
        oldest=min((int(one.made_at.timestamp()) for one in media), default=None),
        way=way,
        todo=tuple(Todo(node=one.id, count=one.comments) for one in moved),
    )
    page = replace(found.page(asked.before(answer.body), answer.server_time), usage=answer.usage)
    return page, _once_more(replace(walk, most=most if most < _LIST_SIZE else None), media, memory)


def _of_list(answer: Wire, us: Us, asked: Asked) -> Found:
    """Return the media of a list whose comments are read: comments hang on them."""
    found, media = read_media_list(answer)
    for one in media:
        if one.id in asked.only:
            add_media(found, us, one, ours=True)
    return found


def _once_more(walk: Rotation, media: list[Media], memory: Memory) -> Rotation:
    """Return the walk with one medium more: one is read again though its count stands still.

    One comment that went and one that came leave the same count.
    """
    counts = {one.id: one.comments for one in media}
    waiting = {one.node for one in walk.todo}
    best = memory.longest_unread(
        [*(one for one in (walk.again,) if one), *(one for one in counts if one not in waiting)]
    )
    other = next((one for one in counts if one not in waiting and one != best), "")
    walk = replace(walk, again=best or "", other=walk.other or other)
    if walk.lists or best is None or best in waiting:
        return walk
    return replace(walk, todo=(*walk.todo, Todo(node=best, count=counts.get(best))))


def _commented(client: Client, us: Us, walk: Rotation, now: datetime) -> tuple[Page, Rotation]:
    what, todo = "reading comments", walk.todo[0]
    edge, fields = ("replies", _SAID) if todo.of else ("comments", COMMENT_FIELDS)
    asked = Asked(edge=edge, node=todo.node, of=todo.of, author=todo.author)
    query = {"fields": fields, **todo.way}
    try:
        answer, most = of_one(client, f"{todo.node}/{edge}", query, todo.most or PAGE_SIZE, what, now)
    except BY_ITSELF as error:
        return nothing(client, asked, now), _refused(client, us, walk, error)
    below: tuple[Todo, ...] = ()
    try:
        found = _EDGES[edge](answer.document, us, asked)
        way = following(answer.document)
        if edge == "comments":
            below = _more_replies(answer.document, us, todo.node)
    except WireError as error:
        raise bad(error, answer, what, client.account_id) from None
    if way and way == todo.way:
        words = "Meta gives the same page of comments over and over"
        raise BadPayload(words, account_id=client.account_id, raw=answer.body)
    page = found.page(asked.before(answer.body), answer.server_time)
    return replace(page, usage=answer.usage), walk.read(way, below, most)


def _refused(client: Client, us: Us, walk: Rotation, error: ChannelError) -> Rotation:
    """Return the walk without a medium whose comments, or a comment whose answers, Meta refuses.

    If it went while we were reading, the list does not name it when it is asked again, and nothing is missing.
    """
    node, of = walk.todo[0].node, walk.todo[0].of
    what = f"the answers to comment {node} of medium {of}" if of else f"the comments of medium {node}"
    return after_refusal(client, walk, error, what, f"{us.native_id}/media")


def _more_replies(answer: Wire, us: Us, media: str) -> tuple[Todo, ...]:
    """Return the comments that have more answers than came with them."""
    quiet = Found()
    tops = list(quiet.each(entries(answer, quiet), read_comment))
    return tuple(Todo(node=one.id, author=author_of(us, one), of=media) for one in tops if one.more_replies)


# -- what was kept -----------------------------------------------------------------------------------------------------


def _comments_of(answer: Wire, us: Us, asked: Asked) -> Found:
    found = Found()
    read_comments(us, entries(answer, found), asked.node, found)
    return found


def _replies_of(answer: Wire, us: Us, asked: Asked) -> Found:
    found = Found()
    top = _bare(asked.node)
    around = Around(media=asked.of, top_author=asked.author or None)
    read_replies(us, entries(answer, found), around, found, top)
    return found


def _bare(native_id: str) -> Comment:
    """Return a comment of which nothing but its id is known."""
    return read_comment(wire({"id": native_id, "timestamp": 0}, "comment"))


_EDGES: Final[Mapping[str, Callable[[Wire, Us, Asked], Found]]] = {
    "media": _of_list,
    "comments": _comments_of,
    "replies": _replies_of,
    "mentions": lambda *_: Found(),
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
    if reader is not None:
        return reader(answer, us, asked)
    if kind is StreamKind.MESSAGES:
        return read_talks(us, nodes(answer))
    return read_looked_up([answer], us, asked)


def read_looked_up(answers: list[Wire], us: Us, asked: Asked) -> Found:
    """Return the comments, media and mentions in answers to look-ups."""
    found = Found()
    for answer in answers:
        if answer.has("mentioned_comment") or answer.has("mentioned_media"):
            _mentioned(answer, us, found)
            continue
        for raw in nodes(answer):
            _node(raw, us, found)
    wanted = {us.own(native_id) for native_id in asked.only}
    for item in list(found.interactions.values()) if wanted else ():
        if item.id not in wanted and item.outbound:
            # It came along because something of ours hangs on it. What a customer said below our media is for us,
            # however we come to know of it: no list tells of comments on advertisements.
            found.interactions[item.id] = replace(item, context=True)
    found.deleted += [us.own(native_id) for native_id in asked.gone]
    return found


def _node(raw: Any, us: Us, found: Found) -> None:
    """Take in a comment or a medium of our own: comments have a text, media a caption or a count."""
    if isinstance(raw, dict) and "text" not in raw and ("caption" in raw or "comments_count" in raw):
        for media in found.each([raw], read_media):
            add_media(found, us, media, ours=True)
    else:
        read_comments(us, [raw], None, found)


def _mentioned(answer: Wire, us: Us, found: Found) -> None:
    """Take in a comment or a caption of somebody else that names us."""
    told = answer.plain()
    if "mentioned_media" in told:
        for media in found.each([told["mentioned_media"]], read_media):
            add_media(found, us, media, ours=False)
    if "mentioned_comment" in told:
        for comment in found.each([told["mentioned_comment"]], read_comment):
            add_comment(found, us, comment, Around(kind=Kind.MENTION))

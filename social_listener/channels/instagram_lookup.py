"""Looking comments and mentions on Instagram up again, and what proves that one is gone.

Meta's refusal does not tell "gone" from "not for you". So a comment counts as gone only when our token can read the
account and the medium that the comment stood below. Which medium that is, whoever stored the comment knows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final

from social_listener.channels.graph_client import Answer, Client
from social_listener.channels.graph_errors import Forbidden, Missing
from social_listener.channels.graph_found import Asked, Found, Us
from social_listener.channels.graph_lookup import WHAT, halved, readable
from social_listener.channels.instagram_parse import is_ours
from social_listener.channels.instagram_reading import COMMENT_FIELDS, LOOKUP_FIELDS, MEDIA_FIELDS, read_looked_up
from social_listener.channels.instagram_wire import read_comment
from social_listener.channels.wire import WireError
from social_listener.errors import BadPayload, Rejected
from social_listener.model import Page

_APART: Final = (Missing, Forbidden)
#: how a mention is read: field of our account, name of its argument, what is wanted
MENTIONED: Final[Mapping[str, tuple[str, str]]] = {
    "mentioned_comment": ("comment_id", "id,text,timestamp,username,like_count,media{id}"),
    "mentioned_media": ("media_id", "id,caption,timestamp,username,like_count,permalink,media_type,media_url"),
}


def lookup(client: Client, us: Us, items: Mapping[str, str | None], now: datetime) -> Page:
    """Return the present state of comments, of mentions and of our own media."""

    def ask(fields: str) -> Callable[[Sequence[str]], Answer]:
        return lambda ids: client.get(
            "", {"ids": ",".join(ids), "fields": fields}, what=WHAT, now=now, apart=(Missing,)
        )

    answers, refused = _comments(tuple(items), ask)
    gone = []
    for native_id in refused:
        told = mentioned(client, us, native_id, now)
        if told is not None:
            answers.append(told)
        elif _is_gone(client, us, items[native_id], now):
            gone.append(native_id)
    answers = [*_answered(client, us, answers, now), *answers]
    asked = Asked(edge="lookup", only=tuple(items), gone=tuple(gone))
    try:
        found = read_looked_up([answer.document for answer in answers], us, asked)
    except WireError as error:
        raise BadPayload(f"Meta's answer while {WHAT} cannot be read: {error}", account_id=client.account_id) from None
    moment = answers[0].server_time if answers else client.platform_now(now)
    return found.page(asked.before(*(answer.body for answer in answers)), moment)


def _answered(client: Client, us: Us, answers: Sequence[Answer], now: datetime) -> list[Answer]:
    """Return the comments that our own among the answers hang on: whom ours answer is not told with them."""
    quiet = Found()
    told = [raw for answer in answers for raw in answer.document.values()]
    ours = [one for one in quiet.each(told, read_comment) if is_ours(us, one)]
    above = list(dict.fromkeys(one.parent_id for one in ours if one.parent_id))
    query = {"fields": f"{COMMENT_FIELDS},media{{id}}"}
    return halved(
        above, lambda ids: client.get("", {"ids": ",".join(ids), **query}, what=WHAT, now=now, apart=(Missing,))
    )[0]


def mentioned(client: Client, us: Us, native_id: str, now: datetime | None) -> Answer | None:
    """Return what Meta tells of a comment or caption of somebody else that names us; None: it is neither."""
    for name, (argument, fields) in MENTIONED.items():
        query = {"fields": f"{name}.{argument}({native_id}){{{fields}}}"}
        try:
            answer = client.get(us.native_id, query, what="reading a mention", now=now, apart=_APART)
        except (Missing, Forbidden):
            # It asks for a person's token in some set-ups; then there is nothing to be told of mentions.
            continue
        if answer.document.has(name):
            return answer
    return None


def _comments(
    ids: Sequence[str], ask: Callable[[str], Callable[[Sequence[str]], Answer]]
) -> tuple[list[Answer], list[str]]:
    """Look comments up. A medium of our own cannot be told from one by its id."""
    try:
        return halved(ids, ask(LOOKUP_FIELDS))
    except Missing:
        raise
    except Rejected:
        # A field that a medium does not have: one by one, each as what it can be.
        answers, refused = list[Answer](), list[str]()
        for native_id in ids:
            try:
                got = halved([native_id], ask(LOOKUP_FIELDS))
            except Rejected:
                got = halved([native_id], ask(MEDIA_FIELDS))
            answers += got[0]
            refused += got[1]
        return answers, refused


def _is_gone(client: Client, us: Us, media: str | None, now: datetime) -> bool:
    """Return whether a comment that Meta refuses, and that stood below that medium, is gone for certain."""
    return media is not None and readable(client, us.native_id, now) and readable(client, media, now)

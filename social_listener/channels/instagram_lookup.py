"""Looking comments and mentions on Instagram up again, and what proves that one is gone.

Meta's refusal does not tell "gone" from "not for you". So a comment counts as gone only when our token can read the
account and the comments of the medium that the comment stood below. Which medium that is, whoever stored the comment
knows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Final

from social_listener.channels.graph_client import Answer, Client
from social_listener.channels.graph_found import Asked, Found, Us, entries
from social_listener.channels.graph_ids import is_number
from social_listener.channels.graph_lookup import WHAT, Looked, asking, gives, halved, once
from social_listener.channels.graph_refused import APART, REFUSALS
from social_listener.channels.instagram_parse import is_ours
from social_listener.channels.instagram_reading import COMMENT_FIELDS, LOOKUP_FIELDS, MEDIA_FIELDS, read_looked_up
from social_listener.channels.instagram_wire import read_comment
from social_listener.channels.wire import WireError
from social_listener.errors import BadPayload
from social_listener.model import Page

#: so many media are tried to learn whether comments are given at all
_TRIED: Final = 3
#: how a mention is read: field of our account, name of its argument, what is wanted
MENTIONED: Final[Mapping[str, tuple[str, str]]] = {
    "mentioned_comment": ("comment_id", "id,text,timestamp,username,like_count,media{id}"),
    "mentioned_media": ("media_id", "id,caption,timestamp,username,like_count,permalink,media_type,media_url"),
}


def lookup(client: Client, us: Us, items: Mapping[str, str | None], now: datetime) -> Page:
    """Return the present state of comments, of mentions and of our own media; what Meta refuses by itself is left out.

    What is refused may be what somebody else said elsewhere, which is read in another way.
    """
    looked = _comments(client, us, tuple(items), now)
    answers, gone = looked.answers, []
    for native_id in (*looked.missing, *looked.barred, *looked.unfit):
        told = mentioned(client, us, native_id, now)
        if told is not None:
            answers.append(told)
        elif native_id in looked.missing and _is_gone(client, us, items[native_id], now):
            gone.append(native_id)
    looked.set_aside()
    answers = [*_answered(client, us, answers, now), *answers]
    asked = Asked(edge="lookup", only=tuple(items), gone=tuple(gone))
    try:
        found = read_looked_up([answer.document for answer in answers], us, asked)
    except WireError as error:
        raise BadPayload(f"Meta's answer while {WHAT} cannot be read: {error}", account_id=client.account_id) from None
    moment = answers[0].server_time if answers else client.platform_now(now)
    return found.page(asked.before(*(answer.body for answer in answers)), moment)


def _comments(client: Client, us: Us, ids: Sequence[str], now: datetime) -> Looked:
    """Look comments up. A medium of our own cannot be told from one by its id.

    A medium lacks fields that a comment has, and Meta refuses it: it is asked for again as what it can be.
    """
    permitted = once(client, partial(_gives_comments, client, us, now))
    looked = halved(ids, asking(client, LOOKUP_FIELDS, now), permitted)
    looked.again(asking(client, MEDIA_FIELDS, now), permitted)
    return looked


def _gives_comments(client: Client, us: Us, now: datetime) -> bool:
    """Return whether Meta gives the comments of any of our newest media, or there is none to tell by."""
    query = {"fields": "id", "limit": str(_TRIED)}
    try:
        media = entries(client.get(f"{us.native_id}/media", query, what=WHAT, now=now, apart=APART).document, Found())
    except (*REFUSALS, WireError):
        return False
    names = [one["id"] for one in media if isinstance(one, dict) and is_number(str(one.get("id", "")))]
    return not names or any(gives(client, f"{name}/comments", now) for name in names)


def _answered(client: Client, us: Us, answers: Sequence[Answer], now: datetime) -> list[Answer]:
    """Return the comments that our own among the answers hang on: whom ours answer is not told with them."""
    quiet = Found()
    told = [raw for answer in answers for raw in answer.document.values()]
    ours = [one for one in quiet.each(told, read_comment) if is_ours(us, one)]
    above = list(dict.fromkeys(one.parent_id for one in ours if one.parent_id))
    permitted = once(client, partial(_gives_comments, client, us, now))
    return halved(above, asking(client, f"{COMMENT_FIELDS},media{{id}}", now), permitted).answers


def mentioned(client: Client, us: Us, native_id: str, now: datetime | None) -> Answer | None:
    """Return what Meta tells of a comment or caption of somebody else that names us; None: it is neither."""
    for name, (argument, fields) in MENTIONED.items():
        query = {"fields": f"{name}.{argument}({native_id}){{{fields}}}"}
        try:
            answer = client.get(us.native_id, query, what="reading a mention", now=now, apart=APART)
        except REFUSALS:
            # It asks for a person's token in some set-ups; then there is nothing to be told of mentions.
            continue
        if answer.document.has(name):
            return answer
    return None


def _is_gone(client: Client, us: Us, media: str | None, now: datetime) -> bool:
    """Return whether a comment that Meta refuses, and that stood below that medium, is gone for certain."""
    return media is not None and gives(client, us.native_id, now) and gives(client, f"{media}/comments", now)

"""What the Graph API tells of media and comments on Instagram, read into types."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from social_listener.channels.graph_ids import is_number
from social_listener.channels.wire import Wire, WireError, web_address
from social_listener.model import Attachment

_USERNAME: Final = re.compile(r"[A-Za-z0-9._]{1,64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """A picture or film."""

    id: str
    caption: str
    made_at: datetime
    comments: int | None  #: how many comments and answers stand below it; None: Meta did not tell
    likes: int
    username: str
    url: str | None
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """A comment, or an answer to one."""

    id: str
    text: str
    made_at: datetime
    author_id: str | None
    username: str
    likes: int
    hidden: bool | None  #: None: Meta did not tell
    parent_id: str | None
    media_id: str | None
    replies: tuple[Any, ...]  #: as they came
    more_replies: bool


def read_media(data: Wire) -> Media:
    """Return a medium; `WireError` when a field is wrong, or id or time is missing."""
    return Media(
        id=number(data, "id"),
        caption=data.text("caption") or "",
        made_at=_time(data),
        comments=data.number("comments_count"),
        likes=data.number("like_count") or 0,
        username=username(data),
        url=web_address(data.text("permalink")),
        attachments=_attachments(data),
    )


def _attachments(data: Wire) -> tuple[Attachment, ...]:
    """Return the picture, or the still of the film; of several in one medium the first."""
    film = data.text("media_type") == "VIDEO"
    url = web_address(data.text("media_url"))
    still = web_address(data.text("thumbnail_url")) if film else url
    return (Attachment(kind="video" if film else "photo", url=url or still, preview=still),) if url or still else ()


def read_comment(data: Wire) -> Comment:
    """Return a comment; `WireError` when a field is wrong, or id or time is missing."""
    author = data.object("from")
    replies = data.object("replies")
    media = data.object("media")
    return Comment(
        id=number(data, "id"),
        text=data.text("text") or "",
        made_at=_time(data),
        author_id=number(author, "id") if author.has("id") else None,
        username=username(author) or username(data),
        likes=data.number("like_count") or 0,
        hidden=data.truth("hidden"),
        parent_id=number(data, "parent_id") if data.text("parent_id") else None,
        media_id=number(media, "id") if media.has("id") else None,
        replies=tuple(replies.raw_items("data")),
        more_replies=bool(replies.object("paging").text("next")),
    )


def number(data: Wire, name: str) -> str:
    """Return the id of something on Instagram; `WireError` when it is missing or none."""
    native_id = data.need(data.text(name), name)
    if not is_number(native_id):
        raise WireError(f"{name}: expected an id")
    return native_id


def username(data: Wire) -> str:
    """Return a name on Instagram; empty: it is not told, or none."""
    told = data.text("username") or ""
    return told if _USERNAME.fullmatch(told) else ""


def below(comment: Comment, top: Comment | None) -> Comment:
    """Return an answer with the comment it stands below, which Meta need not tell again there."""
    if top is None or comment.parent_id is not None:
        return comment
    return replace(comment, parent_id=top.id)


def _time(data: Wire) -> datetime:
    told = data.moment("timestamp", "created_time")
    if told is None:
        raise WireError("timestamp: it is missing")
    return told

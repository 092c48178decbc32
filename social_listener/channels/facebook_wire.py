"""What the Graph API tells of posts and comments on Facebook, read into types."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from social_listener.channels.graph_ids import is_node, is_number
from social_listener.channels.wire import Wire, WireError, web_address
from social_listener.model import Attachment


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who wrote something; without an id where Meta keeps it to itself."""

    id: str | None
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """Somebody who is tagged in a text."""

    id: str
    offset: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A post or a comment."""

    id: str  #: as it was told
    text: str
    author: Person
    created_at: datetime
    updated_at: datetime | None  #: posts only: moves with every comment
    parent_id: str | None
    parent_author: Person
    tags: tuple[Tag, ...]
    likes: int
    hidden: bool | None  #: None: Meta did not tell
    url: str | None
    attachments: tuple[Attachment, ...]
    talk: tuple[str, ...]  #: who takes part in the direct conversation that a private reply began; empty: there is none


def read_said(data: Wire) -> Said:
    """Return a post or a comment; `WireError` when a field is wrong, or id or time is missing."""
    created_at = data.moment("created_time")
    if created_at is None:
        raise WireError("created_time: it is missing")
    parent = data.object("parent")
    return Said(
        id=node_id(data, "id"),
        text=data.text("message") or "",
        author=read_person(data.object("from")),
        created_at=created_at,
        updated_at=data.moment("updated_time"),
        parent_id=node_id(parent, "id") if parent.has("id") else None,
        parent_author=read_person(parent.object("from")),
        tags=_tags(data),
        likes=data.number("like_count") or 0,
        hidden=data.truth("is_hidden"),
        url=web_address(data.text("permalink_url")),
        attachments=_attachments(data),
        talk=_talk(data.object("private_reply_conversation")),
    )


def read_person(data: Wire) -> Person:
    """Return who somebody is."""
    native_id = data.text("id")
    if native_id is not None and not is_number(native_id):
        raise WireError("from.id: expected an id")
    return Person(id=native_id, name=data.text("name") or "")


def node_id(data: Wire, name: str) -> str:
    """Return the id of a post or comment; `WireError` when it is missing or none."""
    native_id = data.need(data.text(name), name)
    if not is_node(native_id):
        raise WireError(f"{name}: expected an id")
    return native_id


def _tags(data: Wire) -> tuple[Tag, ...]:
    """Return who is tagged. Old posts tell it in another shape, which is of no use here."""
    found = []
    try:
        for one in data.objects("message_tags"):
            native_id = one.text("id")
            if native_id and is_number(native_id):
                found.append(Tag(id=native_id, offset=one.number("offset") or 0))
    except WireError:
        return tuple(found)
    return tuple(found)


def _attachments(data: Wire) -> tuple[Attachment, ...]:
    several = data.object("attachments").objects("data")
    one = data.object("attachment")
    return tuple(attachment(each) for each in ([*several, one] if one.has("type", "media", "url") else several))


#: what Meta calls it → what we do; anything with "video" in its name is one
_KINDS: Final = {
    "photo": "photo",
    "profile_media": "photo",
    "cover_photo": "photo",
    "sticker": "sticker",
    "share": "link",
    "native_templates": "link",
    "file_upload": "file",
}


def attachment(data: Wire) -> Attachment:
    """Return a picture, film, sticker or link that hangs on a post or comment."""
    kind = data.text("type") or ""
    shape = "video" if "video" in kind else "gif" if "animated" in kind else _KINDS.get(kind, "other")
    picture = web_address(data.object("media").object("image").text("src"))
    where = web_address(data.text("unshimmed_url")) or web_address(data.text("url"))
    return Attachment(
        kind=shape,
        url=where if shape in {"link", "file", "other"} and where else picture or where,
        alt=data.text("title", "description") or "",
        preview=picture,
    )


def _talk(data: Wire) -> tuple[str, ...]:
    found = [read_person(one).id for one in data.object("participants").objects("data")]
    return tuple(native_id for native_id in found if native_id)

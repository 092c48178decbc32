"""What Meta pushes about a Page: comments, posts of visitors, mentions. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from social_listener.channels.facebook_parse import add_comment, add_post
from social_listener.channels.facebook_wire import Person, Said, node_id, read_person
from social_listener.channels.graph_found import Asked, Found, Us
from social_listener.channels.graph_ids import comment_id, part_of
from social_listener.channels.graph_push import Reader, moment_of
from social_listener.channels.wire import Wire, WireError, web_address
from social_listener.model import Attachment

KIND: Final = "page"
_NEW: Final = frozenset({"add", "edit", "edited", "update"})
_GONE: Final = frozenset({"remove", "delete"})
_HIDDEN: Final = {"hide": True, "unhide": False}
#: sorts of posts
_POSTS: Final = frozenset({"post", "status", "photo", "video", "share", "link", "album", "event", "note", "story"})
#: what says nothing of its own
_SILENT: Final = frozenset({"like", "reaction"})


def _feed(found: Found, us: Us, value: Wire, at: datetime) -> None:
    """Take in what happened below or on our Page."""
    item, verb = value.text("item") or "", value.text("verb") or ""
    if item in _SILENT:
        return
    if item not in {"comment", *_POSTS}:
        raise WireError(f"item: {item[:40] or 'nothing'} is none that is understood")
    post = node_id(value, "post_id")
    part = part_of(post)
    native_id = comment_id(node_id(value, "comment_id"), part) if item == "comment" else post
    if verb in _GONE:
        found.deleted.append(us.own(native_id))
    elif verb in _HIDDEN:
        found.hidden[us.own(native_id)] = _HIDDEN[verb]
    elif verb not in _NEW:
        raise WireError(f"verb: {verb[:40] or 'nothing'} is none that is understood")
    elif us.is_author(read_person(value.object("from")).id):
        # Whom our own words answer is not told here; and posts of our own are no news.
        found.unread += [native_id] if item == "comment" else []
    elif not value.has("message", "photo", "video", "link"):
        found.unread.append(native_id)
    else:
        _said(found, us, value, post, at)


def _said(found: Found, us: Us, value: Wire, post: str, at: datetime) -> None:
    author = read_person(value.object("from"))
    comment = value.text("item") == "comment"
    told = node_id(value, "comment_id") if comment else post
    parent = node_id(value, "parent_id") if comment and value.text("parent_id") else None
    above = parent if parent is not None and parent not in {post, part_of(post), told} else None
    said = Said(
        id=told,
        text=value.text("message") or "",
        author=author,
        created_at=moment_of(value, "created_time", at),
        updated_at=None,
        parent_id=above,
        parent_author=Person(id=None, name=""),
        tags=(),
        likes=0,
        hidden=None,
        url=None,  # what is told is the address of the post
        attachments=_attached(value),
        talk=(),
    )
    if comment:
        add_comment(found, us, said, Asked(edge="comments", node=post), {})
    else:
        add_post(found, us, said, context=False)


def _attached(value: Wire) -> tuple[Attachment, ...]:
    """Return the picture, film or link that a change tells of; `link` of a picture is its page, `photo` the picture."""
    photo = web_address(value.text("photo"))
    if photo:
        return (Attachment(kind="photo", url=photo, preview=photo),)
    address = web_address(value.text("video", "link"))
    return (Attachment(kind="video" if value.has("video") else "link", url=address),) if address else ()


def _mention(found: Found, us: Us, value: Wire, _: datetime) -> None:
    """Take in that somebody named our Page: the words are not always told, so they are looked up."""
    verb = value.text("verb") or "add"
    native_id = node_id(value, "post_id")
    if value.text("item") == "comment" or value.text("comment_id"):
        native_id = comment_id(node_id(value, "comment_id"), part_of(native_id))
    if verb in _GONE:
        found.deleted.append(us.own(native_id))
    elif verb in _NEW:
        found.unread.append(native_id)
    else:
        raise WireError(f"verb: {verb[:40]} is none that is understood")


READERS: Final[Mapping[str, Reader]] = {"feed": _feed, "mention": _mention}

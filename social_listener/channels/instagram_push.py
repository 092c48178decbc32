"""What Meta pushes about an account on Instagram: comments and mentions. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from social_listener.channels.graph_found import Found, Us
from social_listener.channels.graph_push import Reader
from social_listener.channels.instagram_parse import Around, add_comment, is_ours
from social_listener.channels.instagram_wire import number, read_comment
from social_listener.channels.wire import Wire, WireError, wire

KIND: Final = "instagram"


def _comment(found: Found, us: Us, value: Wire, at: datetime) -> None:
    """Take in a comment on one of our media or advertisements."""
    plain = value.plain()
    told = read_comment(wire({"timestamp": at.isoformat(), **plain}, "value"))
    if is_ours(us, told) and told.parent_id is not None:
        found.unread.append(told.id)  # whom our own words answer is not told here
        return
    # That it is not hidden is not told either.
    add_comment(found, us, replace(told, hidden=None), Around(media=told.media_id))


def _mention(found: Found, _: Us, value: Wire, __: datetime) -> None:
    """Take in that a comment or a caption names us: no words are told, so they are looked up."""
    if not value.has("comment_id", "media_id"):
        raise WireError("media_id: it is missing")
    found.unread.append(number(value, "comment_id") if value.text("comment_id") else number(value, "media_id"))


READERS: Final[Mapping[str, Reader]] = {"comments": _comment, "live_comments": _comment, "mentions": _mention}

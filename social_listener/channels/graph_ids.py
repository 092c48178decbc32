"""Ids of Meta's Graph API, and the one form that we keep of each.

A post of Facebook is `{page}_{post}`. A comment is told as `{post}_{comment}`, as `{page}_{post}_{comment}` or bare;
ours is `{post}_{comment}`. What Instagram has are plain numbers. Messages have opaque ids. A direct thread is named by
its two sides, because webhooks do not tell Meta's own id of it.
"""

from __future__ import annotations

import re
from typing import Final

_NUMBER: Final = re.compile(r"[0-9]{1,25}")
_NODE: Final = re.compile(r"[0-9]{1,25}(?:_[0-9]{1,25}){0,2}")
_OPAQUE: Final = re.compile(r"[A-Za-z0-9_.:$=+/-]{1,512}")
_THREAD: Final = re.compile(r"([0-9]{1,25})-([0-9]{1,25})")
_CONVERSATION: Final = re.compile(r"[A-Za-z0-9_=-]{1,512}")
#: stands for an author whom Meta does not name; what hangs on one unknown author must not meet that of another
UNKNOWN: Final = "unknown"


def is_number(native_id: str) -> bool:
    """Return whether this can be the id of a person, a Page, or of anything public on Instagram."""
    return _NUMBER.fullmatch(native_id) is not None


def is_node(native_id: str) -> bool:
    """Return whether this can be the id of a post or comment on Facebook: it becomes part of an address."""
    return _NODE.fullmatch(native_id) is not None


def is_message(native_id: str) -> bool:
    """Return whether this can be the id of a message."""
    return _OPAQUE.fullmatch(native_id) is not None


def is_conversation(native_id: str) -> bool:
    """Return whether this can be Meta's own id of a direct conversation: it becomes part of an address."""
    return _CONVERSATION.fullmatch(native_id) is not None


def thread_of(us: str, them: str) -> str:
    """Return the native id of the direct thread between our account and a person."""
    return f"{us}-{them}"


def person_in(thread: str) -> str | None:
    """Return the person of a direct thread; None: it is no id of one."""
    found = _THREAD.fullmatch(thread)
    return found[2] if found else None


def is_post(page_id: str, native_id: str) -> bool:
    """Return whether an id is that of a post on our Page; comments begin with the number of their post."""
    return native_id.startswith(f"{page_id}_")


def part_of(post_id: str) -> str:
    """Return what the ids of the comments below a post begin with."""
    return post_id.rpartition("_")[2]


def comment_id(told: str, post: str | None) -> str:
    """Return our form of a comment's id; `post` is the part of its post's id, None where that is not known."""
    parts = told.split("_")
    if len(parts) == 1 and post:
        return f"{post}_{told}"
    return "_".join(parts[-2:])


def unknown_author(native_id: str) -> str:
    """Return what stands for the author of an item whom Meta does not name."""
    return f"{UNKNOWN}-{native_id}"

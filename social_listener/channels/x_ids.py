"""X's ids: milliseconds since 4 November 2010 above 22 bits that tell apart what one millisecond brought.

The layout is public (github.com/twitter-archive/snowflake) and the recorded ids agree with their times.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from social_listener.channels.wire import is_id

_EPOCH: Final = datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=1288834974657)
_SHIFT: Final = 22

CHANNEL: Final = "x"


def own(native_id: str) -> str:
    """Return our id for one of X's."""
    return f"{CHANNEL}:{native_id}"


def native(item_id: str) -> str:
    """Return X's id inside one of ours."""
    return item_id.partition(":")[2]


def time_of(native_id: str) -> datetime:
    """Return when a post or message got its id, aware UTC, to the millisecond."""
    return _EPOCH + timedelta(milliseconds=int(native_id) >> _SHIFT)


def is_thread(native_id: str) -> bool:
    """Return whether `native_id` can name a direct thread: two user ids, or the id of a group."""
    first, dash, second = native_id.partition("-")
    return is_id(first) and (is_id(second) if dash else True)


def thread_between(first: str, second: str) -> str:
    """Return the native id of the direct thread of two users: the smaller id, a dash, the larger one."""
    low, high = sorted((first, second), key=int)
    return f"{low}-{high}"

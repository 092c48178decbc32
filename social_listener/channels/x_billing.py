"""What X bills for, at its prices of February 2026, and what of an answer is billed.

https://docs.x.com/x-api/getting-started/pricing. X bills a post, a person or a message once in a day of UTC, however
often it is read. Whether the people and posts that come beside the items are billed it does not say; they are counted.
What was read today is known to this process only: after a restart a part is counted twice, never too little.
"""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, Final

from social_listener.channels.wire import Wire
from social_listener.model import Action, ActionKind, PrivateReply, PublicReply, Reply

#: name → USD
PRICES: Final[Mapping[str, float]] = {
    "post": 0.005,
    "user": 0.010,
    "dm_event": 0.010,
    "post_create": 0.015,
    "post_create_url": 0.200,
    "dm_create": 0.015,
    "interaction": 0.015,
    "interaction_delete": 0.010,
    "content_management": 0.005,
}
#: what X takes for a web address in a post: one with a scheme, or a bare domain
_ADDRESS: Final = re.compile(r"https?://|\b(?:[a-z0-9-]+\.)+[a-z]{2,}\b", re.IGNORECASE)
_ACTIONS: Final = {
    ActionKind.LIKE: "interaction",
    ActionKind.UNLIKE: "interaction_delete",
    ActionKind.HIDE: "content_management",
    ActionKind.UNHIDE: "content_management",
    ActionKind.DELETE: "content_management",
}


def charges(what: Reply | Action) -> Mapping[str, int]:
    """Return what a reply or an action is billed as. A text that may hold an address is taken to hold one."""
    if isinstance(what, PublicReply):
        return {"post_create_url" if _ADDRESS.search(what.text) else "post_create": 1}
    if isinstance(what, PrivateReply):
        return {"dm_create": 1}
    name = _ACTIONS.get(what.kind)
    return {name: 1} if name else {}


class Meter:
    """Counts what X bills for reading, once a day each. Threads may share it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._day: date | None = None
        self._read: set[tuple[str, str]] = set()  # what was read on that day
        self._counted: Counter[str] = Counter()

    def note(self, answers: Iterable[Wire], at: datetime) -> None:
        """Count what stands in good answers that came at `at`, X's clock."""
        told = {one for answer in answers for one in _billed(answer.plain())}
        with self._lock:
            if self._day is None or at.date() > self._day:
                self._day, self._read = at.date(), set()
            fresh = told - self._read
            self._read |= fresh
            self._counted.update(name for name, _ in fresh)

    def collect(self) -> Mapping[str, int]:
        """Return what was counted since the last time: name of the price → how many."""
        with self._lock:
            counted, self._counted = dict(self._counted), Counter()
        return counted


def _billed(answer: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    """Yield name of the price and id of all that an answer holds; what is no item costs nothing."""
    data, beside = answer.get("data"), answer.get("includes")
    for one in data if isinstance(data, list) else [data]:
        if isinstance(one, dict) and isinstance(one.get("id"), str):
            yield _name(one), one["id"]
    if not isinstance(beside, dict):
        return
    for key, name in (("users", "user"), ("tweets", "post"), ("posts", "post")):
        listed = beside.get(key)
        for one in listed if isinstance(listed, list) else ():
            if isinstance(one, dict) and isinstance(one.get("id"), str):
                yield name, one["id"]


def _name(item: Mapping[str, Any]) -> str:
    if "username" in item:
        return "user"
    return "dm_event" if item.keys() & {"event_type", "dm_conversation_id"} else "post"

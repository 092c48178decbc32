"""Who has which conversation open, and who types in it. In memory only: a page that is heard no more is forgotten.

Nothing of what is typed gets here, only that somebody types.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

#: a page says every few seconds that it is there; it is gone when nothing was heard of it for so long
OPEN_FOR = timedelta(seconds=25)
#: somebody who typed nothing for so long has stopped
TYPING_FOR = timedelta(seconds=5)
#: how long after its last word a page counts for who is at work, at most
_KNOWN_FOR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Here:
    """Somebody else on a conversation."""

    staff: str
    typing: str  #: public | private | note; "": they only look
    conversation_id: str  #: a page that has gone on meanwhile knows by it that this is not about what it shows


@dataclass(slots=True)
class _Page:
    staff: str
    conversation_id: str
    typing: str
    heard_at: datetime
    typed_at: datetime | None


class Presence:
    """The open pages of this process. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pages: dict[tuple[str, str], _Page] = {}  #: by who shows it, and the name that it gave itself
        self._seen: dict[str, datetime] = {}

    def beat(self, page: str, staff: str, conversation_id: str, typing: str, now: datetime) -> None:
        """Hear from a page: who looks, at which conversation ("": none), and in which mode they type ("": not)."""
        with self._lock:
            before = self._pages.get((staff, page))
            typed_at = now if typing else before.typed_at if before else None
            self._pages[staff, page] = _Page(staff, conversation_id, typing, now, typed_at)
            self._seen[staff] = now
            for old in [key for key, one in self._pages.items() if now - one.heard_at > OPEN_FOR]:
                del self._pages[old]

    def leave(self, page: str, staff: str) -> None:
        """Forget a page of somebody that was closed."""
        with self._lock:
            self._pages.pop((staff, page), None)

    def forget(self, staff: str) -> None:
        """Forget what somebody's pages show, for they may see less now: each says it again, and is looked at anew."""
        with self._lock:
            for key in [key for key in self._pages if key[0] == staff]:
                del self._pages[key]

    def others(self, page: str, staff: str, now: datetime) -> tuple[Here, ...]:
        """Return who else has the conversation open that a page of somebody shows, by name.

        Oneself on another page is nobody, and so is everybody to a page that is heard no more.
        """
        with self._lock:
            own = self._pages.get((staff, page))
            if own is None or not own.conversation_id or now - own.heard_at > OPEN_FOR:
                return ()
            found: dict[str, str] = {}
            for one in self._pages.values():
                there = one.conversation_id == own.conversation_id and now - one.heard_at <= OPEN_FOR
                if there and one.staff != own.staff:
                    types = one.typed_at is not None and now - one.typed_at <= TYPING_FOR
                    found[one.staff] = (one.typing if types else "") or found.get(one.staff, "")
        return tuple(Here(staff, typing, own.conversation_id) for staff, typing in sorted(found.items()))

    def at_work(self, within: timedelta, now: datetime) -> frozenset[str]:
        """Return who had a page open within the last `within`."""
        with self._lock:
            for old in [name for name, at in self._seen.items() if now - at > max(within, _KNOWN_FOR)]:
                del self._seen[old]
            return frozenset(name for name, at in self._seen.items() if now - at <= within)

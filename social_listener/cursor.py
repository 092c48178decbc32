"""How far a stream has been read, and the rule by which that mark moves.

Platforms answer newest first, a page at a time. A *walk* goes from the newest item down to the floor. The mark moves
only when the walk is complete, and every walk reads an overlap again, because items become visible late and out of
order. The naive rules (move the mark with the first page; no overlap) lose items; the tests keep them as negative
controls.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from social_listener.model import Page

#: a walk that brought more than this above the platform's limit shows that the limit is not in force; a page of it,
#: because a platform may count or cut a little differently than it says
_BEYOND: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """How far a stream has been read. All times are the platform's clock."""

    since: datetime | None = None  #: everything up to here is stored; None: no walk was ever completed
    resume: str | None = None  #: page token of a walk that has not reached its floor; None: no walk is under way
    started: datetime | None = None  #: when the walk under way began; becomes `since` when it is complete
    oldest: datetime | None = None  #: oldest item the walk under way has met
    items: int = 0  #: how many items the walk under way has met
    joined: bool = False  #: the walk has met an item that an earlier walk stored, so no hole lies between them

    @property
    def walking(self) -> bool:
        """Return whether a walk is under way."""
        return self.resume is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A span that the platform can no longer give us."""

    since: datetime
    until: datetime
    reason: str


def floor(since: datetime | None, overlap: timedelta) -> datetime | None:
    """Return how far down a walk must read; None: as far as the platform gives."""
    return None if since is None else since - overlap


def advance(cursor: Cursor, page: Page, *, known: bool, overlap: timedelta) -> tuple[Cursor, Gap | None]:
    """Return the cursor after `page` is stored, and the gap that the page uncovered, if any.

    `known`: the page held an item that was stored before this walk began.
    A walk ends when the platform offers no further page. It then either reached the floor or the platform's horizon.
    """
    times = [item.sent_at for item in page.interactions if not item.context]
    oldest = min([*times, *([cursor.oldest] if cursor.oldest else [])], default=None)
    started = cursor.started if cursor.walking else page.server_time
    # What could not be read counts too: the platform spent its limit on it.
    items = len(times) + len(page.rejects) + (cursor.items if cursor.walking else 0)
    joined = known or (cursor.joined and cursor.walking)
    if page.next is not None:
        return replace(cursor, resume=page.next, started=started, oldest=oldest, items=items, joined=joined), None
    gap = _gap(cursor, page, oldest=oldest, items=items, joined=joined, overlap=overlap)
    return Cursor(since=started), gap


def _gap(
    cursor: Cursor, page: Page, *, oldest: datetime | None, items: int, joined: bool, overlap: timedelta
) -> Gap | None:
    """Return the span above the floor that the platform could no longer give.

    A walk that met what was stored before (`joined`) has no hole above the mark; yet what showed late in the part of
    the overlap that it did not reach may be missing, and that is told too. It goes on for as long as more than the
    limit is said within an overlap; the store makes one growing gap of it. A walk that brought more than the limit by
    `_BEYOND` came to its end because there was no more.
    """
    low = floor(cursor.since, overlap)
    if low is None:
        return None
    if page.horizon is not None and low < page.horizon:
        return Gap(since=low, until=page.horizon, reason="older than the platform gives back")
    full = page.horizon_items is not None and page.horizon_items <= items <= page.horizon_items + _BEYOND
    if full and oldest is not None and oldest > low:
        only = f"the platform gives only the newest {page.horizon_items}"
        return Gap(since=low, until=oldest, reason=f"{only}; what showed late may be missing" if joined else only)
    return None


def restart(cursor: Cursor) -> Cursor:
    """Return the cursor for a walk from the top again, after the platform forgot our page token."""
    return Cursor(since=cursor.since)

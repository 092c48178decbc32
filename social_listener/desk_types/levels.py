"""What is promised to customers, as pages show it. Moments are aware UTC and go by our own clock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date, datetime, timedelta

    from social_listener.levels import Due


@dataclass(frozen=True, slots=True, kw_only=True)
class DueLine:
    """What is due next in a conversation."""

    what: Due
    at: datetime
    since: datetime  #: when its clock began: an answer's when the item was sent
    seen_at: datetime | None  #: when we first knew of that item; None for a resolution
    target: timedelta  #: opening time from `since` to `at`


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationLine:
    """That somebody was told of something due."""

    conversation_id: str
    account_id: str
    step: str  #: soon | late
    what: Due
    due_at: datetime
    told: tuple[str, ...]  #: staff
    told_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerFigures:
    """First answers of one day: an item counts on the day it was answered in time, or on the day its answer was due."""

    day: date
    within: int  #: answered within the promised time
    late: int  #: answered, but later
    missing: int  #: due that day, and not answered yet

    @property
    def share(self) -> float | None:
        """Return the part that was answered in time, 0 to 1; None: nothing was due."""
        total = self.within + self.late + self.missing
        return self.within / total if total else None

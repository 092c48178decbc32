"""What people say items really are, and what follows from it: corrections, samples, rules."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import datetime


#: stands in place of a label where no scorer could read the words
NOT_SCORED: Final = "none"


class What(StrEnum):
    """What of an item somebody corrects."""

    SENTIMENT = "sentiment"
    PRIORITY = "priority"


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What somebody says an item really is."""

    id: str
    item_id: str
    account_id: str
    what: What
    was: str  #: what the program had made of it: a sentiment label or NOT_SCORED, or a band
    is_now: str  #: what somebody says it is, likewise
    staff: str
    made_at: datetime
    sample_id: str | None  #: the sample that was answered with it; None: it was volunteered
    undone_at: datetime | None  #: None: it holds
    undone_why: str | None  #: taken_back, replaced (by a later one) or reworded (the item says something else now)

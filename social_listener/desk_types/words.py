"""Words, hashtags and labels that rise: what a larger part of the people says than in a time to compare with."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from social_listener.desk_types.insights import ItemLine


class Against(StrEnum):
    """What a period is compared with."""

    BEFORE = "before"  #: the period before
    USUAL = "usual"  #: as long stretches at the same times of the week, one to four times before


class TermKind(StrEnum):
    """What rises."""

    WORD = "word"
    PAIR = "pair"  #: two words that follow each other
    HASHTAG = "hashtag"
    LABEL = "label"  #: of the conversations


@dataclass(frozen=True, slots=True, kw_only=True)
class RisingTerm:
    """Something that a larger part of the people says."""

    kind: TermKind
    term: str  #: as it is told; of a label its name
    items: int
    authors: int  #: different people who said it
    authors_before: int
    part: float  #: of all people of the period, 0 to 1
    part_before: float
    times: float | None  #: how many times as large the part is; None: nobody said it before
    times_low: float  #: 95 % interval of that
    times_high: float | None  #: None: it has no end
    chance: float  #: how likely as many say it, or more, when nothing rose
    samples: tuple[ItemLine, ...]  #: up to three, the newest


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """How much was said in a period, and how much of that was read."""

    items: int
    read: int  #: items that were read; fewer than there are: those of people drawn by chance
    people: int  #: of those items


@dataclass(frozen=True, slots=True, kw_only=True)
class RisingWords:
    """What rises in a slice."""

    as_of: datetime
    against: Against
    since: datetime  #: [since, until) of the period, UTC
    until: datetime
    now: Spoken
    before: Spoken
    share: float  #: of the people, that was drawn to be read; 1: everything was read
    terms: tuple[RisingTerm, ...]  #: the surest first
    tested: int  #: terms that were looked at
    topics: tuple[tuple[str, ...], ...]  #: words of `terms` that occur together

"""A spike from close by: its course, how it stands at this moment, and the items behind each of its numbers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from social_listener.desk_types.insights import ItemLine
    from social_listener.desk_types.spikes import Basis


@dataclass(frozen=True, slots=True, kw_only=True)
class CoursePoint:
    """A quarter of an hour of a spike's course."""

    at: datetime  #: when it begins, UTC
    items: int | None  #: None: we did not listen then
    usual: float | None  #: None: what is usual is not known
    low: int | None  #: between these two lie 95 of 100 ordinary counts; None where usual is not known
    high: int | None
    part: float  #: how much of it is over, 0 to 1


class Direction(StrEnum):
    """Where it goes, by the last half hour and the one before."""

    RISING = "rising"
    FALLING = "falling"
    STEADY = "steady"  #: the two do not differ by more than chance may
    OVER = "over"  #: the spike has ended


@dataclass(frozen=True, slots=True, kw_only=True)
class SpikeFigures:
    """What was said in a spike so far, counted from the items themselves."""

    items: int
    negative: int
    scored: int  #: items with a sentiment
    people: int
    reach: int  #: followers of the authors, added up over the items
    answered: int
    waiting: int  #: items that nobody answered, in conversations that wait in the queue
    talks: int  #: conversations that wait in the queue


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """How a spike stands at a moment."""

    as_of: datetime  #: by our clock
    until: datetime  #: up to when items count: now, or when it ended; by the platform's clock
    figures: SpikeFigures
    hour: int  #: items within the last hour
    usual: float | None  #: what is usual in that hour; None: not known
    half: int  #: items in the last half hour
    half_before: int
    direction: Direction
    ours: tuple[ItemLine, ...]  #: what we said since it began, newest first, some of it
    ours_number: int  #: all of that
    accounts: tuple[str, ...]  #: whose items count


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """How an account is watched for spikes."""

    account_id: str
    since: datetime | None  #: since when we listen to all of it; None: not yet
    basis: Basis
    weeks: int  #: weeks (days, for `Basis.DAY`) that "usual" stands on
    well: bool  #: every stream was polled lately, and well


@dataclass(frozen=True, slots=True, kw_only=True)
class Watching:
    """What is watched, as of the last look."""

    looked_at: datetime | None  #: None: never yet
    accounts: tuple[Watched, ...]


class Behind(StrEnum):
    """Which items of a spike are listed: those behind one of its numbers. Some want a key."""

    ALL = "all"
    HOUR = "hour"  #: of the last hour
    HALF = "half"  #: of the last half hour
    HALF_BEFORE = "half_before"  #: of the half hour before that
    NEGATIVE = "negative"
    WAITING = "waiting"
    ANSWERED = "answered"
    OURS = "ours"  #: what we said
    ACCOUNT = "account"  #: an account's id
    PERSON = "person"  #: an author's id
    THREAD = "thread"  #: what stands in a thread, or quotes a post: its id
    WORD = "word"  #: a word, or two that follow each other
    QUARTER = "quarter"  #: of an hour: when it begins, ISO 8601

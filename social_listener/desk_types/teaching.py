"""What people say items really are, and what follows from it: corrections, samples, rules."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from social_listener.model import SentimentLabel


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


# -- samples -----------------------------------------------------------------------------------------------------------


class Interval(NamedTuple):
    """A share with its interval of 95 %; NaN where there is nothing to measure."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """An item that was drawn at random and waits for somebody to say what it is. What the program says is not told."""

    id: str
    week: str  #: "2026-W44": in which it was stored
    item_id: str
    conversation_id: str
    account_id: str
    channel: str
    language: str | None  #: None: not known
    private: bool
    text: str
    sent_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleFigures:
    """What the answers to samples say of one channel, one language, both, or all together."""

    channel: str | None  #: None: all of them
    language: str | None  #: None: all of them; "": those whose language is not known
    drawn: int
    answered: int
    skipped: int
    precision: Mapping[SentimentLabel, Interval]  #: of each told label: how often it is right
    accuracy: Interval  #: where a label was told: how often it is right
    coverage: Interval  #: how often a label was told rather than unsure


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleReport:
    """Figures of a period."""

    whole: SampleFigures
    channels: tuple[SampleFigures, ...]
    languages: tuple[SampleFigures, ...]
    cells: tuple[SampleFigures, ...]  #: each channel and language by itself

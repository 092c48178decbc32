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


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionLine:
    """A correction with the item that it is about, as a list shows it."""

    correction: Correction
    conversation_id: str
    excerpt: str  #: what the item says now; "": it is deleted


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
class SampleAnswer:
    """What somebody said of an item that was drawn, beside what the program had made of it."""

    id: str
    week: str
    item_id: str
    conversation_id: str
    channel: str
    language: str  #: "": not known
    told: SentimentLabel  #: what the program had made of it when it was drawn
    label: SentimentLabel  #: what somebody says it is
    answered_by: str
    answered_at: datetime
    weight: float  #: for how many items it stands
    excerpt: str  #: what the item says now; "": it is deleted


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleFigures:
    """What the answers to samples say of one channel, one language, both, or all together."""

    channel: str | None  #: None: all of them
    language: str | None  #: None: all of them; "": those whose language is not known
    drawn: int
    answered: int
    skipped: int
    told: Mapping[SentimentLabel, int]  #: answers by what the program had told
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


# -- rules -------------------------------------------------------------------------------------------------------------


class RuleState(StrEnum):
    """Where a rule stands."""

    PROPOSED = "proposed"  #: labels of people speak for it; it does nothing
    ACTIVE = "active"  #: it counts in every new score
    WITHDRAWN = "withdrawn"  #: somebody decided against it; it is not proposed again


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A word or phrase that corrections taught."""

    id: str
    phrase: str  #: one to three words in lower case
    language: str  #: ISO 639-1
    points: float  #: on the scale of the list of words, -4 to 4
    state: RuleState
    speak_for: int  #: labels of people that spoke for it when it was proposed
    against: int  #: labels of other items with these words, then
    authors: int  #: customers who wrote what speaks for it
    made_at: datetime
    made_by: str | None  #: who wrote it; None: labels of people spoke for it
    decided_by: str | None  #: None: nobody yet
    decided_at: datetime | None
    version: int  #: of all rules together, with the last decision on this one; 0: none yet


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleEvent:
    """Something that somebody did to a rule."""

    happened_at: datetime
    staff: str
    what: str  #: written, active (it was let hold) or withdrawn
    phrase: str
    points: float
    version: int  #: of all rules together from then on; 0: nothing changed for any score


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleMove:
    """An item that would have another label, or another band of priority."""

    item_id: str
    account_id: str
    sent_at: datetime
    before: str  #: label, or NOT_SCORED
    after: str
    priority_before: int  #: without waiting time
    priority_after: int
    excerpt: str
    reason: str  #: of the label that it would have


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleTrial:
    """What scoring anew would change. Items that people corrected keep what people say, and are left out."""

    items: int  #: that were looked at
    changed: int  #: that would have another label
    scored: int  #: that would have any other figure, reason or version
    labels: Mapping[tuple[str, str], int]  #: label before and after → items; only those that differ
    bands: Mapping[tuple[str, str], int]  #: band of priority before and after → items; only those that differ
    moves: tuple[RuleMove, ...]  #: the first of those that would change label or band, newest first
    sampled_before: Interval  #: agreement with the answers to samples; unsure never agrees
    sampled_after: Interval
    corrected_before: Interval  #: with what staff corrected unasked, which the rules were made from
    corrected_after: Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewal:
    """Scoring anew what is stored, at work or the last that was, since the service began."""

    days: int  #: items sent within so many
    staff: str  #: who asked for it
    began_at: datetime
    items: int  #: that are looked at
    done: int = 0  #: that were looked at
    written: int = 0  #: scores that were written
    ended: bool = False
    failed: bool = False  #: it did not come to its end; what was written stays

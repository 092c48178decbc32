"""Figures over time: what is asked for, and what comes back."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from social_listener.periods import Period, Step


class By(StrEnum):
    """By what figures are told apart."""

    CHANNEL = "channel"
    ACCOUNT = "account"
    STREAM = "stream"  #: an item that several streams saw counts in each
    LANGUAGE = "language"
    SENTIMENT = "sentiment"
    LABEL = "label"  #: an item of a conversation with several labels counts for each
    VISIBILITY = "visibility"  #: public | private


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """What is counted: inbound items, neither context nor deleted, said in a period. Empty filters leave everything."""

    period: Period
    channels: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    streams: tuple[str, ...] = ()  #: seen by one of them
    languages: tuple[str, ...] = ()  #: "": not known
    sentiments: tuple[str, ...] = ()  #: negative | neutral | positive | unsure | none (not scored)
    labels: tuple[str, ...] = ()  #: ids; with one of them
    private: bool | None = None
    #: [since, until) within the period, UTC, at quarters of an hour: one point of a chart
    within: tuple[datetime, datetime] | None = None
    #: hour of the week in the period's zone, 0 is Monday from midnight to one
    hour_of_week: int | None = None

    @property
    def since(self) -> datetime:
        """Return the first moment that counts, UTC."""
        return self.within[0] if self.within else self.period.since

    @property
    def until(self) -> datetime:
        """Return the first moment that counts no more, UTC."""
        return self.within[1] if self.within else self.period.until

    def before(self) -> Slice:
        """Return the same of the period before."""
        return replace(self, period=self.period.before(), within=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How much was said, and how."""

    items: int = 0
    negative: int = 0
    neutral: int = 0
    positive: int = 0
    unsure: int = 0
    unscored: int = 0  #: in a language that no scorer reads
    reach: int = 0  #: followers of the authors, added up over the items
    answered: int = 0
    sentiment_sum: float = 0.0  #: of those with a number

    @property
    def told(self) -> int:
        """Return how many have a label that is not unsure."""
        return self.negative + self.neutral + self.positive

    @property
    def scored(self) -> int:
        """Return how many have a number."""
        return self.items - self.unscored

    @property
    def negative_share(self) -> float | None:
        """Return which part of the told ones is negative, 0 to 1; None: nothing is told."""
        return self.negative / self.told if self.told else None

    @property
    def mean(self) -> float | None:
        """Return the mean sentiment, -1 to 1; None: nothing has a number."""
        return self.sentiment_sum / self.scored if self.scored else None

    @property
    def known_reach(self) -> int | None:
        """Return the reach; None: of none of the authors is known who follows them, as platforms do not always say."""
        return self.reach if self.reach or not self.items else None


@dataclass(frozen=True, slots=True)
class Line:
    """The figures of one channel, account, stream, language …"""

    key: str
    name: str  #: how people call it
    tally: Tally


@dataclass(frozen=True, slots=True)
class Point:
    """The figures of one step of a period."""

    start: datetime  #: local time of the period's zone, without one
    key: str  #: "" when nothing is told apart
    tally: Tally


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """How long customers waited for an answer: wall time from an item to our first answer, of answered ones."""

    key: str = ""
    start: datetime | None = None
    number: int = 0
    median_s: float | None = None
    p90_s: float | None = None
    #: between which the true values lie 95 of 100 times; None: too few
    median_range_s: tuple[float, float] | None = None
    p90_range_s: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """Share of voice: of the items that at least one of the compared streams saw, those that one saw."""

    stream_id: str
    name: str
    items: int
    share: float  #: nan: nothing was said
    low: float  #: Wilson's interval, 95 of 100
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """Shares of voice with their denominator. Shares add up to more than 1 where an item was seen by several."""

    lines: tuple[Share, ...]
    items: int  #: the denominator: items that at least one of them saw
    several: int  #: of them those that more than one saw


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemLine:
    """One item behind a number."""

    id: str
    channel: str
    account_id: str
    conversation_id: str
    author: str
    private: bool
    text: str
    sent_at: datetime
    sentiment_label: str  #: none: not scored
    language: str
    reach: int | None
    answered_at: datetime | None
    url: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemPage:
    """A stretch of the items behind a number, newest first."""

    total: int
    lines: tuple[ItemLine, ...]
    next: tuple[datetime, str] | None  #: hand it back to read on; None: that was all


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How far the numbers can be trusted."""

    as_of: datetime  #: when they were read
    complete_up_to: datetime | None  #: every stream of the slice was read up to here; None: one never was
    lagging: tuple[str, ...]  #: streams that were not read to the end of the slice, or to now
    counting: int  #: buckets that are being counted anew; numbers are right, pages slower
    #: stream → since when it is known what it saw, of those that began within the slice: nothing before that is a 0
    begun: Mapping[str, datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """The figures of a slice beside those of the period before."""

    now: Tally
    before: Tally
    waits: Waits
    waits_before: Waits
    standing: Standing
    #: when the first item was said that is stored at all of the accounts of the slice
    first: datetime | None = field(default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What a slice can be narrowed to: id → how people call it."""

    channels: Mapping[str, str]
    accounts: Mapping[str, str]
    streams: Mapping[str, str]
    languages: Mapping[str, str]
    labels: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """What is shown in steps: the step, and its points in order."""

    step: Step
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotation:
    """A remark on the time axis."""

    id: str
    kind: str  #: campaign | outage | other
    text: str
    since: datetime
    until: datetime | None  #: None: one moment
    account_id: str | None  #: None: of all accounts
    by_staff: str
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """What a page of figures shows, all of it of one state of the store."""

    overview: Overview
    step: Step
    points: tuple[Point, ...]
    points_before: tuple[Point, ...]
    waits: tuple[Waits, ...]  #: step by step
    by: By
    lines: tuple[Line, ...]  #: told apart, the most items first
    lines_before: tuple[Line, ...]
    lines_waits: tuple[Waits, ...]
    apart: tuple[Point, ...]  #: told apart, step by step
    week: Mapping[int, Tally]  #: all 168 hours of the week
    annotations: tuple[Annotation, ...]

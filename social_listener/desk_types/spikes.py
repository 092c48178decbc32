"""Spikes, as pages show them: that far more was said than usual, and why. Moments are aware UTC."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from social_listener.desk_types.crisis import CoursePoint


class SpikeKind(StrEnum):
    """What a spike looks like from close by."""

    MANY_VOICES = "many_voices"  #: many people, each in words of their own: an outage
    ONE_POST = "one_post"  #: most hangs on one post: a complaint that goes round
    COPIES = "copies"  #: most is the same text again and again, from many accounts: bots, or a call to send a text
    FEW_AUTHORS = "few_authors"  #: most comes from very few people
    LULL = "lull"  #: far less than usual, though every stream is polled well; nobody is told by the bell


class Severity(StrEnum):
    """How a spike is told."""

    CRISIS = "crisis"  #: far more than usual, and negative
    NOTABLE = "notable"
    COPIES = "copies"  #: a wave of copies from thin accounts: told as that, never as a crisis


class Basis(StrEnum):
    """What "usual" stands on."""

    WEEK = "week"  #: the same time of the week
    DAY = "day"  #: the same time of the day: fewer than two weeks are known
    NONE = "none"  #: not enough history


@dataclass(frozen=True, slots=True, kw_only=True)
class RisingWord:
    """A word, or two that follow each other, that more people use than before."""

    word: str
    items: int
    items_before: int
    authors: int  #: different people who said it
    authors_before: int
    times: float  #: how many times as large the share of authors is, pulled towards 1 where little is known
    times_low: float  #: 95 % interval
    times_high: float
    score: float  #: log-odds divided by its standard error: how sure it is that the word rose


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """Rising words that occur together."""

    words: tuple[str, ...]  #: the surest first
    items: int
    authors: int
    item_ids: tuple[str, ...]  #: items with at least half of the words, or with the surest one


@dataclass(frozen=True, slots=True, kw_only=True)
class Carrier:
    """An account of ours, an author or a thread that carries a part of a spike."""

    id: str
    items: int
    share: float  #: of all items of the spike, 0 to 1


class Best(StrEnum):
    """In what a message says it best."""

    CENTRAL = "central"  #: it is closest to what all say
    FOLLOWED = "followed"  #: its author has most followers
    NEGATIVE = "negative"  #: nothing is more negative


@dataclass(frozen=True, slots=True, kw_only=True)
class BestItem:
    """A message that says it best."""

    item_id: str
    best: Best


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """What made a spike. Ids and words only: texts are looked up, so that deleted ones are gone here too."""

    kind: SpikeKind
    items: int
    authors: int
    scored: int  #: items with a sentiment
    negative: int  #: of them
    words: tuple[RisingWord, ...] = ()
    topics: tuple[Topic, ...] = ()
    accounts: tuple[Carrier, ...] = ()  #: ours
    people: tuple[Carrier, ...] = ()
    threads: tuple[Carrier, ...] = ()  #: public ones: "x:<post>"
    best: tuple[BestItem, ...] = ()
    copies: float = 0.0  #: share of items whose text others said too, nearly word for word
    young: float = 0.0  #: share of authors that joined within 30 days or, where that is not told, whom we never met
    thin: float = 0.0  #: share of authors that are young or have next to no followers
    effective_authors: float = 0.0  #: as many equally busy authors would be as concentrated


@dataclass(frozen=True, slots=True, kw_only=True)
class Spike:
    """A run of moments with far more than usual."""

    id: str
    account_id: str | None  #: None: over all accounts, where no single one shows it
    part_of: str | None  #: the spike over all accounts that began before this one
    kind: SpikeKind
    severity: Severity
    began_at: datetime
    ended_at: datetime | None  #: None: it goes on
    last_at: datetime  #: when it last stood out
    found_at: datetime
    told_at: datetime | None  #: None: nobody was told
    peak_at: datetime  #: end of its strongest hour
    peak: int  #: items in that hour
    usual: float  #: items that are usual in that hour
    items: int  #: in all
    expected: float  #: items that are usual in all that time
    negative: int
    scored: int
    basis: Basis
    weeks: int  #: weeks (days, for `Basis.DAY`) that "usual" stands on
    words: str  #: one sentence for people
    why: Why
    closed_by: str | None
    closed_at: datetime | None
    note: str  #: what staff said of it

    @property
    def times(self) -> float:
        """Return how many times the usual its strongest hour had."""
        return self.peak / max(self.usual, 0.5)

    @property
    def negative_share(self) -> float | None:
        """Return the negative part of what has a sentiment, 0 to 1; None: nothing has."""
        return self.negative / self.scored if self.scored else None


@dataclass(frozen=True, slots=True, kw_only=True)
class SpikeItem:
    """An item of a spike."""

    id: str
    channel: str
    account_id: str
    conversation_id: str
    thread_id: str
    author_id: str
    author: str  #: name, else handle
    text: str
    private: bool
    sent_at: datetime
    sentiment_label: str  #: "none": not scored
    reach: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SpikeView:
    """One spike with its items, newest first."""

    spike: Spike
    items: tuple[SpikeItem, ...]
    parts: tuple[Spike, ...] = ()  #: of a spike over all accounts, what single accounts show
    called: Mapping[str, str] = field(default_factory=dict)  #: names of the people, words of the posts that carry it
    course: tuple[CoursePoint, ...] = ()  #: by quarters of an hour, from a day before it on

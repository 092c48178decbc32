"""Spikes and rising words in which everything stands that there can be."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from making import NOW

from social_listener.desk_types.crisis import CoursePoint, Direction, Situation, SpikeFigures, Watched, Watching
from social_listener.desk_types.insights import ItemLine, ItemPage
from social_listener.desk_types.spikes import (
    Basis,
    Best,
    BestItem,
    Carrier,
    RisingWord,
    Severity,
    Spike,
    SpikeItem,
    SpikeKind,
    SpikeView,
    Topic,
    Why,
)
from social_listener.desk_types.words import Against, RisingTerm, RisingWords, Spoken, TermKind

ITEM = ItemLine(
    id="x:1",
    channel="x",
    account_id="fernhill",
    conversation_id="x:c1",
    author="author",
    private=True,
    text="text",
    sent_at=NOW,
    sentiment_label="negative",
    language="en",
    reach=12_000,
    answered_at=NOW,
    url=None,
)
WORD = RisingWord(
    word="payment declined",
    items=90,
    items_before=2,
    authors=80,
    authors_before=2,
    times=40.0,
    times_low=20.0,
    times_high=80.0,
    score=9.0,
)


def why(**changes: Any) -> Why:
    """Return why, with everything in it."""
    carriers = (Carrier(id="fernhill", items=60, share=0.6), Carrier(id="other", items=40, share=0.4))
    facts: dict[str, Any] = {
        "kind": SpikeKind.MANY_VOICES,
        "items": 100,
        "authors": 90,
        "scored": 95,
        "negative": 80,
        "words": (WORD, replace(WORD, word="checkout", authors_before=0)),
        "topics": (Topic(words=("payment declined", "checkout"), items=70, authors=60, item_ids=("x:1",)),),
        "accounts": carriers,
        "people": (Carrier(id="x:9", items=5, share=0.05),),
        "threads": (Carrier(id="x:1", items=50, share=0.5), Carrier(id="x:2", items=5, share=0.05)),
        "best": tuple(BestItem(item_id="x:1", best=best) for best in Best),
        "copies": 0.3,
        "young": 0.25,
        "thin": 0.5,
        "effective_authors": 70.0,
    }
    return Why(**facts | changes)


def spike(**changes: Any) -> Spike:
    """Return a crisis that goes on and nobody knows of."""
    facts: dict[str, Any] = {
        "id": "spike",
        "account_id": "fernhill",
        "part_of": None,
        "kind": SpikeKind.MANY_VOICES,
        "severity": Severity.CRISIS,
        "began_at": NOW - timedelta(hours=1),
        "ended_at": None,
        "last_at": NOW,
        "found_at": NOW - timedelta(minutes=55),
        "told_at": NOW - timedelta(minutes=55),
        "peak_at": NOW,
        "peak": 100,
        "usual": 20.0,
        "items": 100,
        "expected": 20.0,
        "negative": 80,
        "scored": 95,
        "basis": Basis.WEEK,
        "weeks": 8,
        "words": "Customers write 5 times as much as is usual.",
        "why": why(),
        "closed_by": None,
        "closed_at": None,
        "note": "",
    }
    return Spike(**facts | changes)


def ended() -> Spike:
    """Return a spike that has ended and that somebody knows of."""
    return spike(id="ended", ended_at=NOW, closed_by="Kim", closed_at=NOW, note="the payment provider")


def view(one: Spike | None = None) -> SpikeView:
    """Return a spike from close by."""
    said = SpikeItem(
        id="x:1",
        channel="x",
        account_id="fernhill",
        conversation_id="x:c1",
        thread_id="x:1",
        author_id="x:9",
        author="author",
        text="text",
        private=False,
        sent_at=NOW,
        sentiment_label="negative",
        reach=900,
    )
    start = NOW - timedelta(hours=2)
    course = tuple(
        CoursePoint(
            at=start + timedelta(minutes=15 * at),
            items=None if at < 2 else at * 4,
            usual=None if at < 3 else 5.0,
            low=None if at < 3 else 1,
            high=None if at < 3 else 10,
            part=0.5 if at == 8 else 1.0,
        )
        for at in range(9)
    )
    return SpikeView(
        spike=one or spike(),
        items=(said,),
        parts=(spike(id="part"),),
        called={"x:9": "Mara", "x:1": "the post"},
        course=course,
    )


def situation(**changes: Any) -> Situation:
    """Return how it stands."""
    facts: dict[str, Any] = {
        "as_of": NOW,
        "until": NOW,
        "figures": SpikeFigures(
            items=100, negative=80, scored=95, people=90, reach=120_000, answered=10, waiting=80, talks=70
        ),
        "hour": 100,
        "usual": 20.0,
        "half": 70,
        "half_before": 30,
        "direction": Direction.RISING,
        "ours": (ITEM,),
        "ours_number": 1,
        "accounts": ("fernhill",),
    }
    return Situation(**facts | changes)


def watching() -> Watching:
    """Return accounts of every kind that are watched."""
    one = Watched(account_id="fernhill", since=NOW, basis=Basis.WEEK, weeks=8, well=True)
    more = (
        replace(one, account_id="other", basis=Basis.DAY, weeks=5, well=False),
        replace(one, account_id="new", since=None, basis=Basis.NONE, weeks=0),
    )
    return Watching(looked_at=NOW, accounts=(one, *more))


def page() -> ItemPage:
    """Return items behind a number, with more behind them."""
    return ItemPage(total=2, lines=(ITEM, replace(ITEM, id="x:2", private=False)), next=(NOW, "x:2"))


def rising(**changes: Any) -> RisingWords:
    """Return words of every kind that rise, in a share of the people."""
    term = RisingTerm(
        kind=TermKind.WORD,
        term="recall",
        items=50,
        authors=40,
        authors_before=2,
        part=0.4,
        part_before=0.01,
        times=40.0,
        times_low=11.0,
        times_high=300.0,
        chance=1e-9,
        samples=(ITEM,),
    )
    new = replace(term, kind=TermKind.LABEL, term="Refund", times=None, times_low=4.2, times_high=None)
    facts: dict[str, Any] = {
        "as_of": NOW,
        "against": Against.BEFORE,
        "since": NOW - timedelta(days=7),
        "until": NOW,
        "now": Spoken(items=20_000, read=8_000, people=100),
        "before": Spoken(items=21_000, read=8_100, people=200),
        "share": 0.4,
        "terms": (term, new),
        "tested": 900,
        "topics": (("recall", "notice"),),
    }
    return RisingWords(**facts | changes)

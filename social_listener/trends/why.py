"""Why there is a spike: the words, accounts, people, threads and messages that make it, and its kind. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from math import sqrt
from typing import TYPE_CHECKING, Final

from social_listener.desk_types.spikes import Best, BestItem, Carrier, SpikeKind, Why
from social_listener.trends import copies
from social_listener.trends.words import Said, terms_of, topics

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import datetime

    from social_listener.desk_types.spikes import RisingWord

#: copies: at least this share of the items, from at least so many people
_COPIES, _COPIERS = 0.5, 5
#: one post: at least this share of the items hangs on it, from at least so many people
_ONE_POST, _BELOW = 0.5, 5
#: few authors: the three busiest have at least this share
_FEW: Final = 0.6
_YOUNG: Final = timedelta(days=30)
_NEXT_TO_NONE: Final = 10  #: followers
_MOST_CARRIERS: Final = 5
_MOST_BEST: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice(Said):
    """An item of a spike, with what is known of its author."""

    account_id: str
    thread_id: str
    private: bool
    sent_at: datetime
    quoted_id: str | None = None
    sentiment: float | None = None
    label: str = "none"
    reach: int | None = None
    joined_at: datetime | None = None  #: at the platform
    met_at: datetime | None = None  #: when we saw them first


def why(items: Sequence[Voice], before: Sequence[Said], began_at: datetime, names: Collection[str] = ()) -> Why:
    """Return what made a spike of these items. `before`: what was said in a time to compare with; `names`: our own."""
    words, groups = topics([*items], before, without=names)
    authors = Counter(one.author_id for one in items)
    alike = [group for group in copies.groups([one.text for one in items]) if len(group) > 2]
    copied = [items[at] for group in alike for at in group]
    fresh = {one.author_id for one in items if _is_young(one, began_at)}
    thin = fresh | {one.author_id for one in items if one.reach is not None and one.reach < _NEXT_TO_NONE}
    threads = _carriers(_hung(items), len(items))
    scored = [one for one in items if one.label != "none"]
    return Why(
        kind=_kind(items, copied, threads, authors),
        items=len(items),
        authors=len(authors),
        scored=len(scored),
        negative=sum(one.label == "negative" for one in scored),
        words=words,
        topics=groups,
        accounts=_carriers((one.account_id for one in items), len(items)),
        people=_carriers((one.author_id for one in items), len(items)),
        threads=threads,
        best=tuple(_best(items, words)),
        copies=len(copied) / len(items) if items else 0.0,
        young=len(fresh) / len(authors) if authors else 0.0,
        thin=len(thin) / len(authors) if authors else 0.0,
        effective_authors=_effective(authors),
    )


def _is_young(one: Voice, began_at: datetime) -> bool:
    if one.joined_at is not None:
        return one.joined_at > began_at - _YOUNG
    return one.met_at is not None and one.met_at >= began_at - timedelta(hours=1)


def _hung(items: Iterable[Voice]) -> Iterable[str]:
    """Yield what the public items hang on: the post that they quote, else their thread."""
    for one in items:
        if not one.private:
            yield one.quoted_id or one.thread_id


def _carriers(ids: Iterable[str], total: int) -> tuple[Carrier, ...]:
    ranked = sorted(Counter(ids).items(), key=lambda one: (-one[1], one[0]))[:_MOST_CARRIERS]
    return tuple(Carrier(id=id_, items=count, share=count / total) for id_, count in ranked)


def _kind(
    items: Sequence[Voice], copied: Sequence[Voice], threads: Sequence[Carrier], authors: Counter[str]
) -> SpikeKind:
    if not items:
        return SpikeKind.MANY_VOICES
    if len(copied) >= _COPIES * len(items) and len({one.author_id for one in copied}) >= _COPIERS:
        return SpikeKind.COPIES
    if len(authors) <= 3 or sum(count for _, count in authors.most_common(3)) >= _FEW * len(items):
        return SpikeKind.FEW_AUTHORS
    if threads and threads[0].share >= _ONE_POST:
        below = {one.author_id for one in items if threads[0].id in {one.thread_id, one.quoted_id}}
        if len(below) >= _BELOW:
            return SpikeKind.ONE_POST
    return SpikeKind.MANY_VOICES


def _effective(authors: Counter[str]) -> float:
    """Return how many equally busy authors would be as concentrated (the inverse of Simpson's index)."""
    total = authors.total()
    return total**2 / sum(count**2 for count in authors.values()) if total else 0.0


def _best(items: Sequence[Voice], words: Sequence[RisingWord]) -> Iterable[BestItem]:
    """Yield the messages that say it best: closest to what all say, most followed, most negative; none twice."""
    used: set[str] = set()
    orders = (
        (Best.CENTRAL, sorted(items, key=lambda one: -_closeness(one, words)), _MOST_BEST),
        (Best.FOLLOWED, sorted((one for one in items if one.reach), key=lambda one: -(one.reach or 0)), _MOST_BEST),
        (Best.NEGATIVE, sorted(_negative(items), key=lambda one: one.sentiment or 0.0), _MOST_BEST),
    )
    for best, ordered, most in orders:
        for one in [one for one in ordered if one.id not in used][:most]:
            used.add(one.id)
            yield BestItem(item_id=one.id, best=best)


def _negative(items: Iterable[Voice]) -> Iterable[Voice]:
    return (one for one in items if one.label == "negative")


def _closeness(one: Voice, words: Sequence[RisingWord]) -> float:
    """Return how much of what rose a message says, in few words: the cosine with the sum of all."""
    said = terms_of(one.text)
    weight = sum(word.score * word.authors for word in words if word.word in said)
    return weight / sqrt(len(said) + 3)

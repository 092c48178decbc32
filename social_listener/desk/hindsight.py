"""Priority in hindsight: how well it agrees with what staff put first, and what other weights would have done."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from social_listener.desk_types.hindsight import Move, Trial
from social_listener.levels import band
from social_listener.scoring import Circumstances, score_all
from social_listener.scoring.urgency import agreement, picked, urgency
from social_listener.store import history

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from social_listener.desk.office import Office
    from social_listener.model import Score
    from social_listener.scoring import Weights
    from social_listener.scoring.urgency import Urgency
    from social_listener.store.history import Past

_WEEK: Final = timedelta(days=7)
_REMEMBERED: Final = 10  # so many newest items of a contact count for a score
_AT_ONCE: Final = 500
_EXCERPT: Final = 70


class Hindsight:
    """Looks back; changes nothing."""

    def __init__(self, office: Office) -> None:
        """Look at nothing yet."""
        self._office = office

    def chosen(self, days: int, staff: str) -> Urgency:
        """Return how well stored priorities find what staff put first in the last days.

        Only items count between which they had to choose: they answered one while an older one of the same account
        waited. Waiting time is left out.
        """
        items = [one for one in self._said(days, staff) if one.priority is not None]
        pairs = [
            (one.priority or 0, first) for one, first in zip(items, _picked(items), strict=True) if first is not None
        ]
        return urgency([priority for priority, _ in pairs], [first for _, first in pairs])

    def escalated(self, days: int, staff: str) -> Urgency:
        """Return how well stored priorities find what had to be escalated in the last days."""
        items = [one for one in self._said(days, staff) if one.priority is not None]
        return urgency([one.priority or 0 for one in items], [one.escalated for one in items])

    def tried(self, weights: Weights, days: int, staff: str) -> Trial:
        """Return what other weights would do with the items of the last days. Nothing is stored.

        Every item is scored with both from its words and from what is known of its author now, so that what differs
        is due to the weights alone.
        """
        office = self._office
        items = self._said(days + _WEEK.days, staff)
        since = office.clock() - timedelta(days=days)
        told = [
            (one.text, about) for one, about in zip(items, _circumstances(items), strict=True) if one.sent_at >= since
        ]
        items = [one for one in items if one.sent_at >= since]
        before, after = self._scores(told, office.weights), self._scores(told, weights)
        moves = [
            _move(one, old, new)
            for one, old, new in zip(items, before, after, strict=True)
            if old.priority != new.priority
        ]
        moves.sort(key=lambda one: (one.band_before is one.band_after, -abs(one.after - one.before), one.item_id))
        first = _picked(items)
        kept = [at for at, one in enumerate(first) if one is not None]
        yes = [bool(first[at]) for at in kept]
        return Trial(
            items=len(items),
            changed=len(moves),
            moves=tuple(moves),
            chosen=len(kept),
            agreement_before=agreement([before[at].priority for at in kept], yes),
            agreement_after=agreement([after[at].priority for at in kept], yes),
        )

    def _said(self, days: int, staff: str) -> list[Past]:
        office = self._office
        with office.store.read() as cursor:
            within = office.accounts(cursor, staff)
            found = history.said(cursor, office.clock() - timedelta(days=days))
        return [one for one in found if within is None or one.account_id in within]

    def _scores(self, told: Sequence[tuple[str, Circumstances]], weights: Weights) -> list[Score]:
        with self._office.store.read() as cursor:
            tuning = self._office.tuning(cursor)
        return [
            made
            for at in range(0, len(told), _AT_ONCE)
            for made in score_all(told[at : at + _AT_ONCE], weights, tuning=tuning)
        ]


def _picked(items: Sequence[Past]) -> list[bool | None]:
    """Return whether staff put each item first, account by account."""
    by_account: dict[str, list[int]] = defaultdict(list)
    for at, one in enumerate(items):
        by_account[one.account_id].append(at)
    found: list[bool | None] = [None] * len(items)
    for places in by_account.values():
        for at, first in zip(places, picked([items[at] for at in places]), strict=True):
            found[at] = first
    return found


def _circumstances(items: Sequence[Past]) -> list[Circumstances]:
    """Return the circumstances of items that are in the order in which they were sent."""
    earlier: dict[str, list[tuple[datetime, datetime | None]]] = defaultdict(list)
    found = []
    for one in items:
        before = earlier[one.author_id]
        recent = before[bisect_left(before, one.sent_at - _WEEK, key=lambda told: told[0]) :][-_REMEMBERED:]
        recent = [told for told in recent if told[0] < one.sent_at]
        found.append(
            Circumstances(
                private=one.private,
                followers=one.followers,
                verified=one.verified,
                contacts_in_7_days=len(recent),
                unanswered_before=sum(answered is None or answered > one.sent_at for _, answered in recent),
                platform_language=one.language,
            )
        )
        before.append((one.sent_at, one.answered_at))
    return found


def _move(one: Past, old: Score, new: Score) -> Move:
    points = [{part.name: part.points for part in score.factors} for score in (old, new)]
    changed = [name for name in {**points[0], **points[1]} if points[0].get(name) != points[1].get(name)]
    text = " ".join(one.text.split())
    return Move(
        item_id=one.id,
        account_id=one.account_id,
        sent_at=one.sent_at,
        before=old.priority,
        after=new.priority,
        band_before=band(old.priority),
        band_after=band(new.priority),
        waits=one.ended_at is None,
        excerpt=text if len(text) <= _EXCERPT else f"{text[: _EXCERPT - 1]}…",
        factors=tuple(changed),
    )

"""Words that rise, at the desk: in any slice, for whoever may read it, with the items that say them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from social_listener.desk.insights_streams import theirs
from social_listener.desk_types.insights import ItemPage
from social_listener.desk_types.words import Against, RisingTerm, RisingWords, Spoken, TermKind
from social_listener.periods import Period
from social_listener.store import insights, said, spike_items, spike_now
from social_listener.trends import rising, shares

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from duckdb import DuckDBPyConnection

    from social_listener.desk.office import Office
    from social_listener.desk_types.insights import ItemLine, Slice
    from social_listener.desk_types.people import Accounts
    from social_listener.trends.rising import Heard, Rise, Risen, Term

#: about so many items are read of the period, and of what it is compared with; of more a part of the people is drawn
MOST, MOST_BEFORE = 8_000, 12_000
_SAMPLES: Final = 3
#: for so long a reading does for all who ask the same
_GOOD_FOR: Final = timedelta(minutes=1)


class WordDesk:
    """Reads only."""

    def __init__(self, office: Office) -> None:
        """Read nothing yet."""
        self._office = office

    def rising(self, wanted: Slice, staff: str, against: Against = Against.BEFORE) -> RisingWords:
        """Return what a larger part of the people says than in the time it is compared with.

        Private items count as everywhere in the figures, unless the slice leaves them out; what fewer than three people
        say is told of nobody.
        """
        office, now = self._office, self._office.clock()
        with office.store.read() as cursor:
            within = office.accounts(cursor, staff)
            wanted = theirs(wanted, within)
            return office.memo.get(
                cursor,
                ("words", wanted, against, within),
                lambda own: self._read(own, wanted, within, against),
                at=now,
                good_for=_GOOD_FOR,
            )

    def saying(
        self,
        wanted: Slice,
        staff: str,
        term: tuple[TermKind, str],
        against: Against = Against.BEFORE,
        *,
        limit: int = 50,
        skip: int = 0,
    ) -> ItemPage:
        """Return the items of a slice that say a term, newest first, of those that `rising` reads; `next` is not used.

        A label is named by its name.
        """
        with self._office.store.read() as cursor:
            within = self._office.accounts(cursor, staff)
            wanted = theirs(wanted, within)
            share = _share(cursor, wanted, within, against)[0]
            meant = self._meant(cursor, term)
            without = rising.folded(self._names(cursor))
            ids = [one.id for one in heard(cursor, wanted, within, share) if meant in rising.terms(one, without)]
            lines = spike_now.by_ids(cursor, ids[skip : skip + limit], within)
        return ItemPage(total=len(ids), lines=tuple(lines), next=None)

    def _read(self, cursor: DuckDBPyConnection, wanted: Slice, within: Accounts, against: Against) -> RisingWords:
        share, total, total_before = _share(cursor, wanted, within, against)
        now = heard(cursor, wanted, within, share)
        before = [one for cut in compared(wanted, against) for one in heard(cursor, cut, within, share)]
        found = rising.rise(now, before, without=self._names(cursor))
        labels = {one.id: one.name for one in self._office.roster.labels(cursor).values()}
        samples = {
            one.id: one
            for one in spike_now.by_ids(
                cursor, {item for term in found.terms for item in term.items[:_SAMPLES]}, within
            )
        }
        return RisingWords(
            as_of=self._office.clock(),
            against=against,
            since=wanted.since,
            until=wanted.until,
            now=Spoken(items=total, read=len(now), people=found.people),
            before=Spoken(items=total_before, read=len(before), people=found.people_before),
            share=share,
            terms=tuple(_term(one, found, labels, samples) for one in found.terms),
            tested=found.tested,
            topics=found.topics,
        )

    def _names(self, cursor: DuckDBPyConnection) -> set[str]:
        """Return what our accounts are called: that says nothing."""
        return spike_items.our_names(cursor) | {one.name for one in self._office.settings.accounts if one.name}

    def _meant(self, cursor: DuckDBPyConnection, term: tuple[TermKind, str]) -> Term:
        if term[0] is not TermKind.LABEL:
            return term
        labels = self._office.roster.labels(cursor).values()
        return term[0], next((one.id for one in labels if one.name == term[1]), term[1])


def compared(wanted: Slice, against: Against) -> Sequence[Slice]:
    """Return what a slice is compared with: the period before, or four stretches by whole weeks before it."""
    if against is Against.BEFORE and wanted.within is None:
        return [wanted.before()]
    if against is Against.BEFORE and wanted.within is not None:
        since, until = wanted.within
        return [replace(wanted, within=(since - (until - since), since))]
    weeks = timedelta(weeks=-(-wanted.period.days // 7))
    return [_earlier(wanted, number * weeks) for number in (1, 2, 3, 4)]


def _earlier(wanted: Slice, by: timedelta) -> Slice:
    """Return a slice so much earlier."""
    period = Period(wanted.period.first - by, wanted.period.last - by, wanted.period.zone)
    within: tuple[datetime, datetime] | None = None
    if wanted.within is not None:
        # By the clocks of the house, and as long: before these were changed, the same time of the day was another.
        since = (wanted.within[0].astimezone(ZoneInfo(wanted.period.zone)) - by).astimezone(UTC)
        within = since, since + (wanted.within[1] - wanted.within[0])
    return replace(wanted, period=period, within=within)


def _share(cursor: DuckDBPyConnection, wanted: Slice, within: Accounts, against: Against) -> tuple[float, int, int]:
    """Return which share of the people is read, and how many items there are, now and before."""
    now = insights.total(cursor, wanted, within).items
    before = sum(insights.total(cursor, cut, within).items for cut in compared(wanted, against))
    return min(1.0, MOST / max(1, now), MOST_BEFORE / max(1, before)), now, before


def heard(cursor: DuckDBPyConnection, wanted: Slice, within: Accounts, share: float) -> list[Heard]:
    """Return what was said in a slice by that share of the people, newest first."""
    return [
        rising.Heard(id=one.id, author_id=one.author_id, text=one.text, labels=tuple(one.labels.split()))
        for one in said.texts(cursor, wanted, within, share)
    ]


def _term(one: Risen, found: Rise, labels: Mapping[str, str], samples: Mapping[str, ItemLine]) -> RisingTerm:
    kind, text = one.term
    value, low, high = shares.ratio(one.authors, found.people, one.authors_before, found.people_before)
    return RisingTerm(
        kind=kind,
        term=labels.get(text, text) if kind is TermKind.LABEL else text,
        items=len(one.items),
        authors=one.authors,
        authors_before=one.authors_before,
        part=one.authors / found.people,
        part_before=one.authors_before / found.people_before,
        times=value,
        times_low=low,
        times_high=high,
        chance=one.chance,
        samples=tuple(samples[item] for item in one.items[:_SAMPLES] if item in samples),
    )

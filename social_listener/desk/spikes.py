"""Spikes at the desk: what goes on, what was, why, and that somebody knows."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, TypeVar

from social_listener.desk import spike_now
from social_listener.desk.spike_course import Courses
from social_listener.desk.spike_watch import Watch
from social_listener.desk_types.crisis import Watched, Watching
from social_listener.desk_types.spikes import Basis, SpikeView
from social_listener.errors import DeskError
from social_listener.rights import Right
from social_listener.store import audit, spike_items
from social_listener.store import spike_now as spike_store
from social_listener.store import spikes as table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from duckdb import DuckDBPyConnection

    from social_listener.desk.office import Office
    from social_listener.desk_types.crisis import Behind, Situation
    from social_listener.desk_types.insights import ItemPage
    from social_listener.desk_types.people import Accounts
    from social_listener.desk_types.spikes import Spike

T = TypeVar("T")

#: what ended less long ago, and nobody said they know of, is still current
_LATELY: Final = timedelta(hours=12)
_MOST_ITEMS: Final = 200
#: for so long a reading does for all who look at the same spike
_GOOD_FOR: Final = timedelta(seconds=4)
_LONGEST_NOTE: Final = 1_000


class SpikeDesk:
    """Far more, or far less, than usual."""

    def __init__(self, office: Office) -> None:
        """Watch nothing yet."""
        self._office = office
        self._watch = Watch(office)
        self._courses = Courses(self._watch.zone)
        self._one = threading.Lock()

    def watch(self, now: datetime | None = None) -> int:
        """Look at everything up to `now` (None: by the clock), tell who should know; return how many were found."""
        with self._one:
            return self._watch.look(now or self._office.clock())

    def watching(self, staff: str) -> Watching:
        """Return what is watched, since when, and what "usual" stands on."""
        with self._office.store.read() as cursor:
            within = self._office.accounts(cursor, staff)
            looked_at = table.looked_at(cursor)
            listening = spike_items.listening(cursor, self._office.clock())
        known = self._watch.usual.known
        return Watching(
            looked_at=None if looked_at is None else datetime.fromtimestamp(looked_at, UTC),
            accounts=tuple(
                Watched(
                    account_id=account,
                    since=one.since,
                    basis=known[account].basis if account in known else Basis.NONE,
                    weeks=known[account].weeks if account in known else 0,
                    well=one.well,
                )
                for account, one in listening.items()
                if within is None or account in within
            ),
        )

    def current(self, staff: str) -> tuple[Spike, ...]:
        """Return what goes on, or ended within twelve hours and nobody acknowledged, the newest first.

        Spikes of single accounts that are part of a listed one over all accounts are left out; `one` tells them.
        """
        with self._office.store.read() as cursor:
            within = self._office.accounts(cursor, staff)
            return _whole(table.current(cursor, self._office.clock() - _LATELY, within))

    def past(self, since: datetime, until: datetime, staff: str) -> tuple[Spike, ...]:
        """Return the spikes and lulls of [since, until), the newest first."""
        with self._office.store.read() as cursor:
            within = self._office.accounts(cursor, staff)
            return _whole(table.between(cursor, since, until, within))

    def one(self, spike_id: str, staff: str) -> SpikeView:
        """Return a spike with why, its newest items, its parts and its course; `DeskError`: there is none for them."""
        return self._kept(spike_id, staff, "one", self._one_of)

    def situation(self, spike_id: str, staff: str) -> Situation:
        """Return how a spike stands now: how much, where it goes, what waits, what we said; `DeskError` as `one`."""
        return self._kept(
            spike_id,
            staff,
            "situation",
            lambda cursor, spike: spike_now.situation(self._office, cursor, spike, self._courses),
        )

    def behind(
        self,
        spike_id: str,
        staff: str,
        which: tuple[Behind, str],
        *,
        limit: int = 50,
        after: tuple[datetime, str] | None = None,
    ) -> ItemPage:
        """Return the items behind a number of a spike, newest first, behind `after`; `total` is that number."""
        with self._office.store.read() as cursor:
            spike = _found(cursor, spike_id, self._office.accounts(cursor, staff))
            return spike_now.behind(self._office, cursor, spike, which, limit=limit, after=after)

    def acknowledge(self, spike_id: str, staff: str, note: str = "") -> Spike:
        """Say that one knows of a spike, and what it is; nobody is told of it again, and it is not current any more.

        The last word holds: a note may be written anew. `DeskError`: there is none for them, or it is too long.
        """
        words = note.strip()
        if len(words) > _LONGEST_NOTE:
            raise DeskError(f"a note has at most {_LONGEST_NOTE:,} characters; this one has {len(words):,}")
        now = self._office.clock()
        with self._office.store.transaction() as cursor:
            within = self._office.accounts(cursor, staff, Right.ORGANISE)
            _found(cursor, spike_id, within)
            table.close(cursor, spike_id, staff, words, now)
            audit.record(cursor, now, staff, "spike.acknowledged", spike_id)
            return _found(cursor, spike_id, within)

    def _kept(self, spike_id: str, staff: str, what: str, read: Callable[[DuckDBPyConnection, Spike], T]) -> T:
        """Return a reading of a spike for somebody; who looks at the same within seconds shares it."""
        office, now = self._office, self._office.clock()
        with office.store.read() as cursor:
            spike = _found(cursor, spike_id, office.accounts(cursor, staff))
            key = ("spike", what, spike_id)  # the same for all who may see it
            return office.memo.get(cursor, key, lambda own: read(own, spike), at=now, good_for=_GOOD_FOR)

    def _one_of(self, cursor: DuckDBPyConnection, spike: Spike) -> SpikeView:
        office = self._office
        accounts, between = spike_now.theirs(spike), spike_now.span(office, cursor, spike)
        lines = spike_items.said(cursor, [between], accounts, _MOST_ITEMS)
        best = {one.item_id for one in spike.why.best} - {one.id for one in lines}
        if best:
            lines += spike_items.said(cursor, [between], accounts, _MOST_ITEMS, only=best)
        people, posts = ([one.id for one in carriers] for carriers in (spike.why.people, spike.why.threads))
        return SpikeView(
            spike=spike,
            items=spike_items.items(cursor, lines),
            parts=table.parts(cursor, spike.id),
            course=self._courses.of(cursor, spike, between[1] if spike.ended_at is None else office.clock()),
            called=spike_store.called(cursor, people, posts),
        )


def _found(cursor: DuckDBPyConnection, spike_id: str, within: Accounts) -> Spike:
    """Return a spike that somebody may see; one over all accounts only who may see all of them."""
    stored = table.one(cursor, spike_id)
    if stored is None or not (within is None or stored.spike.account_id in within):
        raise DeskError(f"there is no spike {spike_id!r}")
    return stored.spike


def _whole(found: Sequence[Spike]) -> tuple[Spike, ...]:
    listed = {one.id for one in found}
    return tuple(one for one in found if one.part_of not in listed)

"""Spikes at the desk: what goes on, what was, why, and that somebody knows."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from social_listener.desk.spike_usual import HISTORY, history_of
from social_listener.desk.spike_watch import Watch
from social_listener.desk_types.spikes import SpikeView
from social_listener.errors import DeskError
from social_listener.rights import Right
from social_listener.store import audit, spike_items
from social_listener.store import spikes as table
from social_listener.trends.baseline import QUARTER, baseline, floor

if TYPE_CHECKING:
    from collections.abc import Sequence
    from zoneinfo import ZoneInfo

    from duckdb import DuckDBPyConnection

    from social_listener.desk.office import Office
    from social_listener.desk_types.people import Accounts
    from social_listener.desk_types.spikes import Spike

#: what ended less long ago, and nobody said they know of, is still current
_LATELY: Final = timedelta(hours=12)
_MOST_ITEMS: Final = 200
_LONGEST_NOTE: Final = 1_000
_LONGEST_COURSE: Final = timedelta(days=7)


class SpikeDesk:
    """Far more, or far less, than usual."""

    def __init__(self, office: Office) -> None:
        """Watch nothing yet."""
        self._office = office
        self._watch = Watch(office)
        self._one = threading.Lock()

    def watch(self, now: datetime | None = None) -> int:
        """Look at everything up to `now` (None: by the clock), tell who should know; return how many were found."""
        with self._one:
            return self._watch.look(now or self._office.clock())

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
        office = self._office
        with office.store.read() as cursor:
            within = office.accounts(cursor, staff)
            spike = _found(cursor, spike_id, within)
            accounts = frozenset({spike.account_id}) if spike.account_id is not None else None
            until = (spike.ended_at or spike.last_at) + timedelta(minutes=1)
            lines = spike_items.said(cursor, [(spike.began_at, until)], accounts, _MOST_ITEMS)
            best = [one.item_id for one in spike.why.best]
            known = {one.id for one in lines}
            if not known.issuperset(best):
                lines += [
                    one
                    for one in spike_items.said(cursor, [(spike.began_at, until)], accounts, 100 * _MOST_ITEMS)
                    if one.id in best and one.id not in known
                ]
            return SpikeView(
                spike=spike,
                items=spike_items.items(cursor, lines),
                parts=table.parts(cursor, spike.id),
                course=_course(cursor, spike, office.clock(), self._watch.zone),
            )

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


def _found(cursor: DuckDBPyConnection, spike_id: str, within: Accounts) -> Spike:
    """Return a spike that somebody may see; one over all accounts only who may see all of them."""
    stored = table.one(cursor, spike_id)
    if stored is None or not (within is None or stored.spike.account_id in within):
        raise DeskError(f"there is no spike {spike_id!r}")
    return stored.spike


def _whole(found: Sequence[Spike]) -> tuple[Spike, ...]:
    listed = {one.id for one in found}
    return tuple(one for one in found if one.part_of not in listed)


def _course(
    cursor: DuckDBPyConnection, spike: Spike, now: datetime, zone: ZoneInfo
) -> tuple[tuple[datetime, int, float], ...]:
    """Return the quarters from a day before a spike to its end and an hour more, with what is usual in each."""
    first = floor(spike.began_at - timedelta(days=1))
    last = floor(min(now, (spike.ended_at or now) + timedelta(hours=1), first + _LONGEST_COURSE)) + QUARTER
    counts = spike_items.quarters(cursor, first - HISTORY, last)
    listening = spike_items.listening(cursor, now)
    accounts = [one for one in listening if spike.account_id in {None, one}]
    usual = [
        baseline(history_of(_before(counts, first), one, first - HISTORY, first, listening[one]), first, zone)
        for one in accounts
        if listening[one].since is not None
    ]
    found = []
    at = first
    while at < last:
        expected = [known.expected(at, at + QUARTER) for known in usual]
        items = sum(counts.get(one, {}).get(at, (0, 0))[0] for one in accounts)
        found.append((at, items, sum(one.items for one in expected if one)))
        at += QUARTER
    return tuple(found)


def _before(counts: spike_items.Counts, until: datetime) -> spike_items.Counts:
    return {account: {at: one for at, one in rows.items() if at < until} for account, rows in counts.items()}

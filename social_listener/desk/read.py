"""The queue as staff see it: what it begins with is read once for all pages that show it at this moment."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from social_listener.desk import find, lists
from social_listener.desk.levels import due_line
from social_listener.desk_types import QueuePage, View
from social_listener.store import queue
from social_listener.store import search as resolved
from social_listener.store.sought import seek

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from duckdb import DuckDBPyConnection

    from social_listener.desk.office import Office
    from social_listener.desk_types import QueueFilter, QueuePlace, QueueRow, SearchNote
    from social_listener.desk_types.organising import Label
    from social_listener.model import Factor
    from social_listener.search.parse import Search
    from social_listener.store.due import PlatformTime
    from social_listener.store.queue import ListedRow
    from social_listener.store.sought import Sought

_TOP = 100
#: a list that was read so long ago does for another page: only what the time changes can differ, which a page that is
#: left alone shows a minute late; pages that are told of a change in turn all ask within this
_GOOD_ENOUGH = timedelta(seconds=10)
#: factors that say nothing about this one customer
_PLAIN = {"received", "limit"}


def read_queue(
    office: Office,
    wanted: QueueFilter,
    staff: str,
    *,
    limit: int,
    after: QueuePlace | None = None,
    ahead: int = 0,
    keep: Sequence[str] | None = None,
) -> QueuePage:
    """Return a stretch of the queue behind `after`, how many conversations each view holds, and the rows of `keep`."""
    with office.store.read() as cursor:
        wanted = replace(wanted, within=office.accounts(cursor, staff))
        stretch = _stretch(office, cursor, wanted, staff, limit=limit, ahead=ahead, after=after)
        kept = None if keep is None else _kept(office, cursor, wanted, staff, stretch, keep=keep)
    counts = {**stretch.counts.views, View.MINE: stretch.counts.mine.get(staff, 0)}
    return QueuePage(
        rows=stretch.rows[: limit + ahead],
        kept=kept,
        total=counts[wanted.view],
        counts=counts,
        as_of=stretch.now.ours,
        next=stretch.next,
        search=stretch.note,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stretch:
    """A stretch of a view as it is for everybody who has access to the same accounts."""

    now: PlatformTime
    rows: tuple[QueueRow, ...]  #: those asked for, those ahead, and one more
    counts: queue.Counts
    next: QueuePlace | None
    note: SearchNote | None


def _stretch(
    office: Office,
    cursor: DuckDBPyConnection,
    wanted: QueueFilter,
    staff: str,
    *,
    limit: int,
    ahead: int,
    after: QueuePlace | None,
) -> _Stretch:
    """Return a stretch of a view; its beginning is read once for all pages that show it at this moment."""

    def read(own: DuckDBPyConnection) -> _Stretch:
        now = office.times(own)
        order = replace(now, ours=after.as_of, ahead=after.ahead) if after is not None else now
        seeking = _seeking(office, own, wanted, staff, now)
        rows = seeking.listed(order, limit=limit + max(1, ahead), after=after)
        return _Stretch(
            now=now,
            rows=seeking.shown(rows),
            counts=_counts_of(own, wanted, now, seeking.sought),
            next=rows[limit - 1].place(order) if len(rows) > limit else None,
            note=find.note(office.store.index, seeking.search, seeking.sought),
        )

    if after is not None or wanted.search:
        return read(cursor)
    asks = staff if wanted.view is View.MINE else None
    return office.memo.get(
        cursor, ("queue", wanted, asks, limit, ahead), read, at=office.clock(), good_for=_GOOD_ENOUGH
    )


def _kept(
    office: Office,
    cursor: DuckDBPyConnection,
    wanted: QueueFilter,
    staff: str,
    stretch: _Stretch,
    *,
    keep: Sequence[str],
) -> tuple[QueueRow, ...]:
    """Return the rows of those conversations that the view holds; most were just read."""
    there = {row.conversation_id: row for row in stretch.rows}
    missing = [one for one in keep if one not in there]
    if missing:
        seeking = _seeking(office, cursor, wanted, staff, stretch.now)
        more = seeking.shown(seeking.listed(stretch.now, limit=len(missing), only=missing))
        there |= {row.conversation_id: row for row in more}
    return tuple(there[one] for one in keep if one in there)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seeking:
    """A filter with what its search asks for."""

    office: Office
    cursor: DuckDBPyConnection
    wanted: QueueFilter
    staff: str
    now: PlatformTime
    search: Search
    sought: Sought | None

    def listed(self, order: PlatformTime, **which: Any) -> list[ListedRow]:
        """Return rows in the order that holds at that moment."""
        return lists.listed(self.cursor, self.office, self.wanted, self.staff, order, sought=self.sought, **which)

    def shown(self, rows: Sequence[ListedRow]) -> tuple[QueueRow, ...]:
        """Return rows as staff see them."""
        known = self.office.roster.labels(self.cursor)
        found = find.lines(self.cursor, self.search, self.sought, rows)
        return tuple(
            replace(_shown(self.office, row, self.now, known), found=found.get(row.conversation_id)) for row in rows
        )


def _seeking(
    office: Office, cursor: DuckDBPyConnection, wanted: QueueFilter, staff: str, now: PlatformTime
) -> _Seeking:
    search = find.parsed(wanted, now.ours)
    known = office.roster.labels(cursor)
    sought = seek(cursor, office.store.index, search, wanted, known.values(), staff=staff, now=now.ours)
    return _Seeking(office=office, cursor=cursor, wanted=wanted, staff=staff, now=now, search=search, sought=sought)


def _counts_of(
    cursor: DuckDBPyConnection, wanted: QueueFilter, now: PlatformTime, sought: Sought | None
) -> queue.Counts:
    """Return how many conversations each view holds; see `QueuePage.counts`."""
    found = queue.counts(cursor, wanted, now, sought)
    counts = dict(found.views)

    def besides(view: View) -> int:
        return resolved.count_resolved(cursor, replace(wanted, view=view), sought)

    if wanted.view is View.RESOLVED or not resolved.is_narrow(wanted):
        counts[View.RESOLVED] = besides(View.RESOLVED)
    seldom = resolved.seldom(cursor)
    counts[View.SPAM] = besides(View.SPAM) if View.SPAM in seldom else 0
    for view in seldom & {View.IN_DOUBT, View.TO_APPROVE}:
        counts[view] = queue.count(cursor, replace(wanted, view=view), now, sought) + besides(view)
    return replace(found, views=counts)


def _shown(office: Office, row: ListedRow, now: PlatformTime, known: Mapping[str, Label]) -> QueueRow:
    due = due_line(office, row.next_due, row.account_id, now)
    waiting = office.waiting_factor(due, now.ours) if row.waiting_since else None
    return row.shown(
        priority=with_waiting(row.priority, waiting),
        reasons=reasons((*row.factors, *([waiting] if waiting else []))),
        due=due,
        labels=known,
    )


def with_waiting(priority: int, waiting: Factor | None) -> int:
    """Return a priority with what waiting adds to it."""
    return min(_TOP, int(priority + (waiting.points if waiting else 0)))


def reasons(factors: Sequence[Factor], most: int = 3) -> tuple[str, ...]:
    """Return the strongest reasons in words, the strongest first."""
    telling = [factor for factor in factors if factor.points > 0 and factor.name not in _PLAIN]
    return tuple(factor.because for factor in sorted(telling, key=lambda factor: -factor.points)[:most])

"""What staff see: the queue, and one conversation with everything around it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from social_listener.desk import find, lists
from social_listener.desk.levels import due_line
from social_listener.desk_types import QueuePage, View
from social_listener.store import outbox as replies
from social_listener.store import (
    queue,
    silences,
)
from social_listener.store import search as resolved
from social_listener.store.sought import seek

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from duckdb import DuckDBPyConnection

    from social_listener.desk.office import Office
    from social_listener.desk_types import QueueFilter, QueuePlace, QueueRow
    from social_listener.desk_types.organising import Label
    from social_listener.model import Factor
    from social_listener.store.due import PlatformTime
    from social_listener.store.queue import ListedRow
    from social_listener.store.sought import Sought

_TOP = 100
#: how many of a contact's items are counted by sentiment, and how many other conversations are listed
_MOODS = 200
_PAST = 30
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
        known, now = office.roster.labels(cursor), office.times(cursor)
        order = replace(now, ours=after.as_of, ahead=after.ahead) if after is not None else now
        search = find.parsed(wanted, now.ours)
        sought = seek(office.store.index, search, wanted, known.values(), staff=staff, now=now.ours)
        counts = _counts_of(cursor, wanted, staff, now, sought)

        def listed(**which: Any) -> list[ListedRow]:
            return lists.listed(cursor, office, wanted, staff, order, sought=sought, **which)

        rows = listed(limit=limit + max(1, ahead), after=after)
        kept = listed(limit=len(keep), only=keep) if keep else []
        found = find.lines(cursor, search, sought, [*rows, *kept])

    def shown(row: ListedRow) -> QueueRow:
        return replace(_shown(office, row, now, known), found=found.get(row.conversation_id))

    return QueuePage(
        rows=tuple(map(shown, rows[: limit + ahead])),
        kept=None if keep is None else tuple(map(shown, kept)),
        total=counts[wanted.view],
        counts=counts,
        as_of=now.ours,
        next=rows[limit - 1].place(order) if len(rows) > limit else None,
        search=find.note(office.store.index, search, sought),
    )


def _counts_of(
    cursor: DuckDBPyConnection, wanted: QueueFilter, staff: str, now: PlatformTime, sought: Sought | None
) -> dict[View, int]:
    """Return how many conversations each view holds; see `QueuePage.counts`."""
    counts = queue.counts(cursor, wanted, staff, now, sought)

    def besides(view: View) -> int:
        return resolved.count_resolved(cursor, replace(wanted, view=view), sought)

    if wanted.view is View.RESOLVED or not resolved.is_narrow(wanted):
        counts[View.RESOLVED] = besides(View.RESOLVED)
    counts[View.SPAM] = besides(View.SPAM) if silences.some(cursor) else 0
    if replies.some_in_doubt(cursor):
        counts[View.IN_DOUBT] += besides(View.IN_DOUBT)
    return counts


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

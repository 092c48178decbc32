"""Which table a view is listed from: the queue, the other conversations, or both."""

from __future__ import annotations

from typing import TYPE_CHECKING

from social_listener.desk_types import View
from social_listener.store import queue
from social_listener.store import search as resolved
from social_listener.store.sought import BOTH

if TYPE_CHECKING:
    from collections.abc import Sequence

    from duckdb import DuckDBPyConnection

    from social_listener.desk.office import Office
    from social_listener.desk_types import QueueFilter, QueuePlace
    from social_listener.store.due import PlatformTime
    from social_listener.store.queue import ListedRow
    from social_listener.store.sought import Sought


def listed(
    cursor: DuckDBPyConnection,
    office: Office,
    wanted: QueueFilter,
    staff: str,
    as_of: PlatformTime,
    *,
    sought: Sought | None,
    limit: int,
    after: QueuePlace | None = None,
    only: Sequence[str] | None = None,
) -> list[ListedRow]:
    """Return a stretch of a view: behind `after`, or those of `only`. `as_of`: the moment that its order holds at."""
    rows: list[ListedRow] = []
    past_queue = after is not None and after.urgency < 0
    if wanted.view not in {View.RESOLVED, View.SPAM} and not past_queue:
        rows = queue.listed(
            cursor,
            wanted,
            staff,
            as_of,
            office.waiting(),
            sought=sought,
            factors=office.factors,
            limit=limit,
            after=after,
            only=only,
        )
    if wanted.view in {View.RESOLVED, View.SPAM, *BOTH} and len(rows) < limit:
        rows += resolved.resolved(
            cursor,
            wanted,
            sought=sought,
            factors=office.factors,
            limit=limit - len(rows),
            after=after if past_queue else None,
            only=only,
        )
    return rows

"""Items of dirty buckets, read once after each commit: a page of figures asks for the same ones many times over."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

from social_listener.store import stats

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    import pyarrow as pa
    from duckdb import DuckDBPyConnection

    from social_listener.store import Store

#: different stretches of time that are kept; whoever asks for more begins anew
_MOST: Final = 20
#: items of one stretch that are kept; of a backlog nothing is
_MOST_ITEMS: Final = 20_000


class Kept:
    """Keeps what `stats.read_live` returns until anything is committed. Thread-safe; whoever comes meanwhile waits."""

    def __init__(self, store: Store) -> None:
        """Keep nothing yet."""
        self._store = store
        self._lock = threading.Lock()
        self._commits = -1
        self._tables: dict[tuple[datetime, ...], pa.Table] = {}

    def since(self, commits: int) -> stats.Live:
        """Return a way to read for snapshots that were taken after `Store.commits` was so much.

        A snapshot in which somebody may have committed meanwhile is read by itself, and nothing of it is kept.
        """

        def live(cursor: DuckDBPyConnection, dirty: Sequence[datetime]) -> pa.Table:
            if self._store.writes(cursor) or not self._store.has_committed(commits):
                return stats.read_live(cursor, dirty)
            with self._lock:
                return self._get(cursor, commits, tuple(dirty))

        return live

    def _get(self, cursor: DuckDBPyConnection, commits: int, dirty: tuple[datetime, ...]) -> pa.Table:
        if commits < self._commits:  # a reader of an older state
            return stats.read_live(cursor, dirty)
        if commits != self._commits or len(self._tables) >= _MOST:
            self._commits, self._tables = commits, {}
        found = self._tables.get(dirty)
        if found is None:
            found = stats.read_live(cursor, dirty)
            if found.num_rows <= _MOST_ITEMS:
                self._tables[dirty] = found
        return found


def once() -> stats.Live:
    """Return a way to read for one snapshot, in which the same items are asked for many times over."""
    tables: dict[tuple[datetime, ...], pa.Table] = {}

    def live(cursor: DuckDBPyConnection, dirty: Sequence[datetime]) -> pa.Table:
        wanted = tuple(dirty)
        if wanted not in tables:
            tables[wanted] = stats.read_live(cursor, dirty)
        return tables[wanted]

    return live

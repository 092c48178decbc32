"""Items of dirty buckets, each read once after it changed: a page of figures asks for the same ones many times over."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar, cast

import pyarrow as pa
import pyarrow.compute as pc

from social_listener.store import stats
from social_listener.store.stats_beside import FEWEST

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence
    from datetime import datetime

    from duckdb import DuckDBPyConnection

    from social_listener.store import Store

    Read = Callable[[DuckDBPyConnection, Sequence[datetime]], pa.Table]
    Keep = Callable[[Hashable, Callable[[], object], bool], object]

T = TypeVar("T")

#: different stretches of time that are kept
_MOST: Final = 20
#: items of one stretch that are kept; of a backlog nothing is
_MOST_ITEMS: Final = 20_000
#: changed items that are looked up one by one; of more everything is read
_MOST_CHANGED: Final = 400
#: other things that are kept at one commit
_MOST_MADE: Final = 60
#: stands for what holds at every commit
_ALWAYS: Final = -1
#: before the first change there is
_NEVER: Final = 0


@dataclass(slots=True)
class _Held:
    """Items of some dirty buckets as they were at a commit."""

    commits: int
    change: int  #: the last change of these buckets that is in it
    items: pa.Table  #: as `stats.said` reads them
    live: pa.Table  #: the same with the ids of their keys


class Live:
    """What readers of one state share; `Kept.since` and `once` hand it out."""

    __slots__ = ("_keep", "_read")

    def __init__(self, read: Read, keep: Keep) -> None:
        self._read = read
        self._keep = keep

    def __call__(self, cursor: DuckDBPyConnection, dirty: Sequence[datetime], /) -> pa.Table:
        """Return the items of sorted dirty buckets, as `stats.read_live` does."""
        return self._read(cursor, dirty)

    def kept(self, key: Hashable, make: Callable[[], T], *, lasting: bool = False) -> T:
        """Return what `make` returns; it is made once for all who ask for the same. Nobody changes it.

        `lasting`: in every state of the store that the key fits.
        """
        return cast("T", self._keep(key, make, lasting))


class Kept:
    """Keeps what `stats.read_live` returns, and reads what changed after a commit. Thread-safe; others wait then."""

    def __init__(self, store: Store) -> None:
        """Keep nothing yet."""
        self._store = store
        self._lock = threading.Lock()
        self._commits = -1
        self._keys: dict[tuple[object, ...], int] = {}
        self._held: OrderedDict[tuple[datetime, ...], _Held] = OrderedDict()
        self._made: dict[int, dict[Hashable, object]] = {_ALWAYS: {}}  # at a commit

    def since(self, commits: int) -> Live:
        """Return a way to read for snapshots that were taken after `Store.commits` was so much.

        A snapshot in which somebody may have committed meanwhile is read by itself, and nothing of it is kept.
        """

        def read(cursor: DuckDBPyConnection, dirty: Sequence[datetime]) -> pa.Table:
            if self._store.writes(cursor) or not self._store.has_committed(commits):
                return stats.read_live(cursor, dirty)
            with self._lock:
                return self._get(cursor, commits, tuple(dirty))

        def keep(key: Hashable, make: Callable[[], object], lasting: bool) -> object:
            if not self._store.has_committed(commits):
                return make()
            made = self._made_at(_ALWAYS if lasting else commits)
            if key in made:
                return made[key]
            found = make()
            if self._store.has_committed(commits):
                made[key] = found
            return found

        return Live(read, keep)

    def _made_at(self, commits: int) -> dict[Hashable, object]:
        """Return what was made at a commit; that of older ones is let go of."""
        with self._lock:
            made = self._made.get(commits)
            if made is None or len(made) >= _MOST_MADE:
                newest = max(commits, *self._made)
                self._made = {at: held for at, held in self._made.items() if at in {_ALWAYS, newest}}
                made = self._made[commits] = {}
            return made

    def _get(self, cursor: DuckDBPyConnection, commits: int, dirty: tuple[datetime, ...]) -> pa.Table:
        if commits < self._commits:  # a reader of an older state
            return stats.read_live(cursor, dirty)
        self._commits = commits
        held = self._held.pop(dirty, None)
        if held is None or held.commits != commits:
            held = self._brought_up(cursor, commits, dirty, held)
        if held.items.num_rows <= _MOST_ITEMS:
            self._held[dirty] = held
        while len(self._held) > _MOST:
            self._held.popitem(last=False)
        return held.live

    def _brought_up(
        self, cursor: DuckDBPyConnection, commits: int, dirty: Sequence[datetime], held: _Held | None
    ) -> _Held:
        """Return the items of dirty buckets as they are now; those of `held` that did not change are taken from it."""
        change, ids = stats.changed(cursor, dirty, held.change if held else _NEVER)
        if held is None or ids is None or len(ids) > _MOST_CHANGED:
            items = stats.said(cursor, dirty)
        elif not ids:
            return _Held(commits, change, held.items, held.live)
        else:
            same = pc.invert(pc.is_in(held.items["item_id"], pa.array(sorted(ids), pa.string())))
            fresh = stats.said(cursor, dirty, ids).cast(held.items.schema)
            items = pa.concat_tables([held.items.filter(same), fresh])
        return _Held(commits, change, items, self._keyed(cursor, items))

    def _keyed(self, cursor: DuckDBPyConnection, items: pa.Table) -> pa.Table:
        """Return items as `stats.keyed` does; the ids of keys never change, so that those that were read are kept."""
        if items.num_rows > FEWEST:
            return stats.keyed(cursor, items)
        dimensions = ", ".join(stats.DIMENSIONS)
        newest = next(reversed(self._keys.values()), 0)
        for key_id, *key in cursor.execute(
            f"SELECT id, {dimensions} FROM stats_keys WHERE id > ? ORDER BY id", [newest]
        ).fetchall():
            self._keys[tuple(key)] = key_id
        new: dict[tuple[object, ...], int] = {}
        ids = [
            self._keys.get(key) or new.setdefault(key, -len(new) - 1)
            for key in zip(*(items[name].to_pylist() for name in stats.DIMENSIONS), strict=True)
        ]
        return items.append_column("key_id", pa.array(ids, pa.int32()))


def once() -> Live:
    """Return a way to read for one snapshot, in which the same is asked for many times over."""
    made: dict[Hashable, object] = {}

    def keep(key: Hashable, make: Callable[[], object], _: bool) -> object:
        if key not in made:
            made[key] = make()
        return made[key]

    def read(cursor: DuckDBPyConnection, dirty: Sequence[datetime]) -> pa.Table:
        return cast("pa.Table", keep(("live", *dirty), lambda: stats.read_live(cursor, dirty), False))

    return Live(read, keep)

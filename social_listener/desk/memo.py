"""What was read at the store's revision, kept until the next commit: 25 open pages ask the same at the same moment."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable
    from datetime import datetime, timedelta

    from duckdb import DuckDBPyConnection

    from social_listener.store import Store

T = TypeVar("T")

#: kept at one revision; whoever asks for more begins anew
_MOST: Final = 2_000


@dataclass(slots=True)
class _Entry:
    """One reading; whoever comes while it is made waits for it."""

    revision: int  #: of the store, before it is made: it can be newer than that tells, never older
    lock: threading.Lock = field(default_factory=threading.Lock)
    made: bool = False
    at: datetime | None = None
    value: Any = None


class Memo:
    """Keeps readings. Thread-safe. Within a transaction nothing is kept and nothing kept is given.

    What depends on the time besides names the moment it was read at, and for how long that is good enough. What the
    whole office shares is kept longer: until a commit that does not say of which conversations it is; `Store.narrow`.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._revision = -1
        self._entries: dict[Hashable, _Entry] = {}
        self._shared: dict[Hashable, _Entry] = {}

    def get(
        self,
        cursor: DuckDBPyConnection,
        key: Hashable,
        read: Callable[[DuckDBPyConnection], T],
        *,
        at: datetime | None = None,
        good_for: timedelta | None = None,
        shared: bool = False,
    ) -> T:
        """Return what `read` gives; it is made once a revision and key, with a cursor of its own.

        `at`, `good_for`: a reading of another moment does too when it is no older than that. `shared`: the whole office
        shares it, and no change of single conversations changes it.
        """
        if self._store.writes(cursor):
            return read(cursor)
        entry = self._shared_entry(key) if shared else self._entry(key)
        with entry.lock:
            if not entry.made or not _good(entry.at, at, good_for):
                with self._store.read() as own:
                    entry.value = read(own)
                entry.made, entry.at = True, at
            return cast("T", entry.value)

    def _entry(self, key: Hashable) -> _Entry:
        # The revision is taken before the snapshot: what is kept under it can be newer than it tells, never older.
        revision = self._store.revision
        with self._lock:
            if revision != self._revision or len(self._entries) >= _MOST:
                self._revision, self._entries = revision, {}
            return self._entries.setdefault(key, _Entry(revision))

    def _shared_entry(self, key: Hashable) -> _Entry:
        revision = self._store.revision
        with self._lock:
            known = self._shared.get(key)
            if known is not None and not self._store.touched_since(known.revision, ()):
                return known
            if len(self._shared) >= _MOST:
                self._shared = {}
            self._shared[key] = made = _Entry(revision)
            return made


def _good(made: datetime | None, at: datetime | None, good_for: timedelta | None) -> bool:
    if made is None or at is None or good_for is None:
        return True
    age = at - made
    return -good_for <= age <= good_for

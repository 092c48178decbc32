"""What was read of conversations lately: colleagues open the same few, those at the top of the list, all day long."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Hashable

    from social_listener.store import Store

T = TypeVar("T")

#: items that are kept at most, and of one reading; a long thread costs less to read than to keep
_MOST, _MOST_EACH = 5_000, 300


@dataclass(frozen=True, slots=True)
class _Kept(Generic[T]):
    """What was read, at which revision of the store, and what it has to do with; see `Store.narrow`."""

    revision: int
    concern: Collection[str]
    size: int
    value: T


class Lately(Generic[T]):
    """Keeps readings for as long as no commit had to do with them. Thread-safe.

    A reader gets what it would have read itself: when something is being committed, or was since its snapshot, it does.
    A commit that does not say of what it is, as one that deletes words, empties it.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._kept: OrderedDict[Hashable, _Kept[T]] = OrderedDict()
        self._emptied = 0  # revision at which it was last empty, or later
        self._size = 0

    def get(
        self,
        key: Hashable,
        revision: int,
        read: Callable[[], T],
        *,
        concern: Callable[[T], Collection[str]],
        size: Callable[[T], int],
        fits: Callable[[T], bool],
    ) -> T:
        """Return what `read` gives in a snapshot that was taken after the store was at `revision`.

        `concern`: what that has to do with; `size`: how many items it holds; `fits`: whether what is kept belongs to
        what the reader has read already.
        """
        if not self._store.is_still_at(revision):
            return read()
        with self._lock:
            self._empty(revision)
            kept = self._kept.get(key)
            if kept is not None and self._holds(kept, revision) and fits(kept.value):
                self._kept.move_to_end(key)
                return kept.value
        value = read()
        with self._lock:
            self._keep(key, _Kept(revision, concern(value), size(value), value))
        return value

    def _holds(self, kept: _Kept[T], revision: int) -> bool:
        """Return whether nothing changed it up to that revision; one that was read later is not of it."""
        return kept.revision <= revision and not self._store.touched_since(kept.revision, kept.concern)

    def _empty(self, revision: int) -> None:
        """Let go of everything once anything may have changed."""
        if self._store.touched_since(self._emptied, ()):
            self._kept.clear()
            self._emptied, self._size = revision, 0

    def _keep(self, key: Hashable, fresh: _Kept[T]) -> None:
        """Keep a reading unless a later one is there, and let go of those that nobody asked for longest."""
        before = self._kept.get(key)
        if fresh.size > _MOST_EACH or fresh.revision < self._emptied or (before and before.revision > fresh.revision):
            return
        self._size += fresh.size - (before.size if before else 0)
        self._kept[key] = fresh
        self._kept.move_to_end(key)
        while self._size > _MOST:
            self._size -= self._kept.popitem(last=False)[1].size

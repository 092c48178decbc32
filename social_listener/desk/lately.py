"""What was read of conversations lately: colleagues open the same few, those at the top of the list, all day long."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Hashable

    from social_listener.store import Store

T = TypeVar("T")

#: readings that are kept, those asked for last
_MOST: Final = 200


@dataclass(frozen=True, slots=True)
class _Reading(Generic[T]):
    """What was read, at which revision of the store, and what it has to do with; see `Store.narrow`."""

    revision: int
    concern: Collection[str]
    value: T


class Lately(Generic[T]):
    """Keeps readings for as long as no commit had to do with them. Thread-safe.

    A reader gets what it would have read itself: when something is being committed, or was since its snapshot, it does.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._kept: OrderedDict[Hashable, _Reading[T]] = OrderedDict()

    def get(self, key: Hashable, revision: int, read: Callable[[], T], concern: Callable[[T], Collection[str]]) -> T:
        """Return what `read` gives in a snapshot that was taken after the store was at `revision`.

        `concern`: what that has to do with.
        """
        if not self._store.is_still_at(revision):
            return read()
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None and not self._store.touched_since(kept.revision, kept.concern):
                self._kept.move_to_end(key)
                return kept.value
        value = read()
        with self._lock:
            self._kept[key] = _Reading(revision, concern(value), value)
            self._kept.move_to_end(key)
            while len(self._kept) > _MOST:
                self._kept.popitem(last=False)
        return value

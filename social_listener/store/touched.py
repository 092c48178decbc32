"""Which conversations were changed at which revision, in memory: an open page reads its own again only when it was."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

#: names that are remembered; beyond that, everything counts as changed
_MOST: Final = 20_000


class Touched:
    """Remembers what commits had to do with. One thread at a time notes, any number ask."""

    def __init__(self) -> None:
        self._all = 0  # revision at which anything may have changed
        self._at: dict[str, int] = {}

    def note(self, revision: int, concern: Iterable[str] | None) -> None:
        """Remember what the commit that leads to `revision` had to do with; None: with everything."""
        if concern is None or len(self._at) >= _MOST:
            # In this order: somebody who asks in between sees too much, never too little.
            self._all = revision
            self._at = {}
        else:
            self._at.update(dict.fromkeys(concern, revision))

    def since(self, revision: int, concern: Iterable[str]) -> bool:
        """Return whether anything of that may have changed after `revision`."""
        at = self._at
        return self._all > revision or any(at.get(one, 0) > revision for one in concern)

"""Which parameter sets of a test run every day."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def spared(name: str, ids: Iterable[str], every: int) -> set[str]:
    """Return the ids of a test's parameter sets that are left to the long run: of `every` one is not.

    Which ones depends on the test's name: of many tests that have one set a platform, each platform gets its share.
    The order in which sets are told, or found, does not matter.
    """
    begin = zlib.crc32(name.encode())
    return {one for place, one in enumerate(sorted(ids), begin) if place % every} if every > 1 else set()

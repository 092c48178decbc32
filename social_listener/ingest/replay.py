"""Reading stored answers again: everything, after a channel learned to understand more, or what could not be read."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from social_listener.ingest import Ingest


def replay(ingest: Ingest, progress: Callable[[int, int], None] | None) -> int:
    return 0


def replay_dead_letters(ingest: Ingest, stream_id: str | None) -> int:
    return 0

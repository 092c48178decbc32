"""A platform that wants no call of an account for a while: nothing is read, and nothing is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from social_listener.store import outbox, streams

if TYPE_CHECKING:
    from datetime import datetime

    from duckdb import DuckDBPyConnection


def throttle(cursor: DuckDBPyConnection, account_id: str, until: datetime, reason: str) -> None:
    """Have no call of an account made before `until`, whoever asks; a restart does not forget it."""
    streams.hold(cursor, account_id, until)
    for private in (False, True):
        outbox.set_pause(cursor, outbox.lane(account_id, private=private), until, reason)

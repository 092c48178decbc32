"""What is due, as the queue's rows keep it, and what time it is at each platform."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from social_listener.levels import Due
from social_listener.store.rows import aware

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from duckdb import DuckDBPyConnection

#: the columns of a queue row that tell it
DUE: Final = ("due_at", "due_what", "due_since", "due_seen_at")
#: clocks that are closer together than this are the same
_SAME: Final = timedelta(seconds=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredDue:
    """What is due next in a conversation, by the platform's clock."""

    what: Due
    at: datetime
    since: datetime
    seen_at: datetime | None  #: by our own clock

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> StoredDue | None:
        """Return what a row of the queue tells; None: nothing is due."""
        at, since = aware(row["due_at"]), aware(row["due_since"])
        if at is None or since is None:
            return None
        return cls(what=Due(row["due_what"]), at=at, since=since, seen_at=aware(row["due_seen_at"]))


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformTime:
    """Now, by our own clock and by the platform of each account."""

    ours: datetime
    ahead: Mapping[str, timedelta] = field(default_factory=dict)  #: account → its platform's clock ahead of ours

    def at(self, account_id: str) -> datetime:
        """Return what time it is at an account's platform."""
        return self.ours + self.ahead.get(account_id, timedelta(0))

    def seconds(self) -> tuple[str, list[object]]:
        """Return SQL for it in a row that has an `account_id`, as seconds of the epoch, with its values."""
        if not self.ahead:
            return "?", [self.ours.timestamp()]
        cases = " ".join("WHEN ? THEN ?" for _ in self.ahead)
        values: list[object] = []
        for account_id in self.ahead:
            values += [account_id, self.at(account_id).timestamp()]
        return f"(CASE account_id {cases} ELSE ? END)", [*values, self.ours.timestamp()]

    def due_within(self, time: timedelta, column: str = "due_at") -> tuple[str, list[object]]:
        """Return the condition that something is due in `time` at the latest, with its values."""
        moment, values = self.seconds()
        return f"coalesce(extract('epoch' FROM {column}) <= {moment} + ?, FALSE)", [*values, time.total_seconds()]


def ahead(cursor: DuckDBPyConnection) -> dict[str, timedelta]:
    """Return how far platforms' clocks were ahead of ours when they last answered; those as good as ours are left out.

    What they push tells when something happened, not what time it is.
    """
    rows = cursor.execute(
        """SELECT split_part(stream_id, '/', 1), arg_max(server_time, seq) - arg_max(fetched_at, seq) FROM raw_pages
           WHERE NOT ends_with(stream_id, '/webhook') GROUP BY 1"""
    ).fetchall()
    return {account_id: offset for account_id, offset in rows if abs(offset) >= _SAME}


def of_conversation(cursor: DuckDBPyConnection, conversation_id: str) -> StoredDue | None:
    """Return what is due next in a conversation; None: nothing, or it is resolved."""
    rows = cursor.execute(f"SELECT {', '.join(DUE)} FROM queue WHERE conversation_id = ?", [conversation_id]).fetchall()
    return StoredDue.of(dict(zip(DUE, rows[0], strict=True))) if rows else None

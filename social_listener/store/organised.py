"""What staff may set on conversations, many at a time: status, assignee, labels. The queue's rows are kept in step."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from social_listener.model import Status
from social_listener.store import assignments, queue_upkeep, settling, stats
from social_listener.store.rows import named
from social_listener.store.staging import select, update

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from duckdb import DuckDBPyConnection


@dataclass(frozen=True, slots=True, kw_only=True)
class Organised:
    """A conversation as far as staff organise it."""

    id: str
    account_id: str
    contact_id: str
    version: int
    said_version: int
    status: Status
    snoozed_until: datetime | None
    assignee: str | None
    labels: str  #: "id id"


_NAMES = tuple(field.name for field in fields(Organised))


def read(cursor: DuckDBPyConnection, ids: Collection[str]) -> dict[str, Organised]:
    """Return those conversations; unknown ids are left out."""
    found = {}
    for row in select(cursor, "conversations", "id", _NAMES, sorted(set(ids))):
        values = named(_NAMES, row)
        found[values["id"]] = Organised(**{**values, "status": Status(values["status"])})
    return found


def write(cursor: DuckDBPyConnection, rows: Sequence[Organised], now: datetime) -> None:
    """Write those conversations, each as a new version; it needs a transaction that has read them.

    What goes with a change is written as `staff_changes` does: resolving settles what waits, reopening takes it back,
    and whoever a conversation is given to has it from now on.
    """
    settling.settle(cursor, [row.id for row in rows if row.status is Status.RESOLVED], now)
    settling.unsettle(cursor, [row.id for row in rows if row.status is not Status.RESOLVED], now)
    stood = ("id", "assignee", "labels", "first_at", "last_at")
    had = {row[0]: row[1:] for row in select(cursor, "conversations", "id", stood, [row.id for row in rows])}
    since = {row.id: now if row.assignee else None for row in rows if row.assignee != had[row.id][0]}
    stats.touch_talks(cursor, [(row.id, *had[row.id][2:]) for row in rows if row.labels != had[row.id][1]])
    assignments.assigned_many(cursor, since)
    names = ("id", "version", "status", "snoozed_until", "assignee", "labels", "updated_at")
    values = [[row.id, row.version + 1, row.status, row.snoozed_until, row.assignee, row.labels, now] for row in rows]
    update(cursor, "conversations", names, values)
    queue_upkeep.refresh(cursor, [row.id for row in rows], now)


def with_label(worn: str, label_id: str, *, on: bool) -> str:
    """Return a conversation's "id id" with a label put on, or taken off."""
    return " ".join(sorted((set(worn.split()) | {label_id}) if on else (set(worn.split()) - {label_id})))


def names(cursor: DuckDBPyConnection, ids: Collection[str]) -> dict[str, str]:
    """Return for conversations, or contacts, how the customer is called; "" where nobody told."""
    talks = dict(select(cursor, "conversations", "id", ("id", "contact_id"), sorted(set(ids))))
    contacts = {talks.get(one, one) for one in ids}
    called = {
        contact_id: name or handle
        for contact_id, name, handle in select(cursor, "contacts", "id", ("id", "name", "handle"), sorted(contacts))
    }
    return {one: called.get(talks.get(one, one), "") for one in ids}

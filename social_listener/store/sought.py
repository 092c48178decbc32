"""What a search asks of the lists: found conversations, and what is said of conversations themselves."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pyarrow as pa

from social_listener.store.rows import marks
from social_listener.store.search_docs import flag

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from duckdb import DuckDBPyConnection

    from social_listener.desk_types import QueueFilter
    from social_listener.search.parse import Mark, Search
    from social_listener.store.search_index import SearchIndex

#: longer lists of ids go as a table: a statement with thousands of marks takes longer to plan than to run
_FEW = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """Found conversations by where they are listed, and conditions on conversations."""

    open: Mapping[str, str] | None = None  #: those in the queue → their newest item found; None: nothing of items asked
    resolved: Mapping[str, str] | None = None
    cut: bool = False  #: there are more; these have the newest items
    talks: tuple[Mark, ...] = ()
    staff: str = ""
    now: datetime | None = field(default=None)

    def items(self, *, resolved: bool) -> Mapping[str, str]:
        """Return conversation → item that was found in it."""
        return (self.resolved if resolved else self.open) or {}


def seek(index: SearchIndex, search: Search, wanted: QueueFilter, staff: str, now: datetime) -> Sought | None:
    """Return what a search finds among what the filter leaves; None: it asks for nothing."""
    if not search:
        return None
    if not search.of_items:
        return Sought(talks=search.talks, staff=staff, now=now)
    values = {
        "channel": wanted.channel,
        "account": wanted.account_id,
        "private": None if wanted.private is None else ("yes" if wanted.private else "no"),
    }
    flags = [flag(name, value) for name, value in values.items() if value is not None]
    here = index.find(search, resolved=False, flags=flags)
    there = index.find(search, resolved=True, flags=flags)
    return Sought(
        open=here.items, resolved=there.items, cut=here.cut or there.cut, talks=search.talks, staff=staff, now=now
    )


def condition(
    cursor: DuckDBPyConnection, sought: Sought | None, *, resolved: bool, silenced: bool = False
) -> tuple[str, list[object]]:
    """Return the condition on a row of `queue`, or of `conversations` for resolved and silenced ones."""
    if sought is None:
        return "TRUE", []
    key = "id" if resolved else "conversation_id"
    parts, values = [], []
    ids = sought.resolved if resolved and not silenced else sought.open
    if ids is not None:
        text, more = _among(cursor, key, list(ids), "resolved" if resolved else "open")
        parts.append(text)
        values += more
    for one in sought.talks:
        text, more = _talk(one, sought, resolved=resolved)
        parts.append(f"NOT coalesce({text}, FALSE)" if one.no else text)
        values += more
    return " AND ".join(parts) or "TRUE", values


def _among(cursor: DuckDBPyConnection, key: str, ids: Sequence[str], name: str) -> tuple[str, list[object]]:
    if len(ids) <= _FEW:
        return f"{key} IN ({marks(ids)})", list(ids)
    table = f"sought_{name}"
    cursor.register(table, pa.table({"id": list(ids)}))
    return f"{key} IN (SELECT id FROM {table})", []


def _talk(one: Mark, sought: Sought, *, resolved: bool) -> tuple[str, list[object]]:
    """Return the condition of `is:`, `assigned:` or `label:`."""
    if one.name == "assigned":
        name = sought.staff if one.value == "me" else one.value
        return ("assignee IS NULL", []) if name in {"nobody", "none"} else ("lower(assignee) = lower(?)", [name])
    if one.name == "label":
        worn = "SELECT 1 FROM labels named WHERE lower(named.name) = lower(?) AND contains({table}.labels, named.id)"
        return f"EXISTS ({worn.format(table='conversations' if resolved else 'queue')})", [one.value]
    awake: list[object] = [sought.now]
    waits = "FALSE" if resolved else "waiting_since IS NOT NULL"
    doubt = "SELECT conversation_id FROM replies WHERE state = 'in_doubt'"
    conditions: dict[str, tuple[str, list[object]]] = {
        "open": ("(status = 'open' OR (status = 'snoozed' AND snoozed_until <= ?))", awake),
        "snoozed": ("(status = 'snoozed' AND snoozed_until > ?)", awake),
        "resolved": ("status = 'resolved'", []),
        "waiting": (waits, []),
        "answered": (f"NOT ({waits})", []),
        "assigned": ("assignee IS NOT NULL", []),
        "unassigned": ("assignee IS NULL", []),
        "mine": ("assignee = ?", [sought.staff]),
        "doubt": (f"{'id' if resolved else 'conversation_id'} IN ({doubt})", []),
    }
    return conditions[one.value]

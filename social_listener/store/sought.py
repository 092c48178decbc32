"""What a search asks of the lists: found conversations, and what is said of conversations themselves."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import pyarrow as pa

from social_listener.desk_types import View
from social_listener.search.words import fold
from social_listener.store.rows import marks
from social_listener.store.search_docs import flag
from social_listener.store.search_index import MOST_FOUND

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from duckdb import DuckDBPyConnection

    from social_listener.desk_types import QueueFilter
    from social_listener.desk_types.organising import Label
    from social_listener.search.parse import Mark, Search
    from social_listener.store.search_index import Found, SearchIndex

#: views whose conversations stand in the queue, and outside of it as well → the ids of those
BOTH: Final = {
    View.IN_DOUBT: "SELECT conversation_id FROM replies WHERE state = 'in_doubt'",
    View.TO_APPROVE: "SELECT conversation_id FROM proposals WHERE state = 'waiting'",
}
#: longer lists of ids go as a table: a statement with thousands of marks takes longer to plan than to run
FEW: Final = 50
#: resolved ones or others → the table that holds their ids
_TABLES: Final = {True: "sought_resolved", False: "sought_open"}
#: items looked at on the side that is not shown, of which it is only told how much there is
_ELSEWHERE = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """Found conversations by where they are listed, and conditions on conversations."""

    open: Mapping[str, str] | None = None  #: those in the queue → their newest item found; None: nothing of items asked
    resolved: Mapping[str, str] | None = None
    cut: bool = False  #: there are more where it is shown; these have the newest items
    cut_elsewhere: bool = False  #: there are more on the other side
    talks: tuple[Mark, ...] = ()
    labels: Mapping[str, Sequence[str]] = field(default_factory=dict)  #: name that is asked for → ids of such labels
    staff: str = ""
    now: datetime | None = field(default=None)

    def items(self, *, resolved: bool) -> Mapping[str, str]:
        """Return conversation → item that was found in it."""
        return (self.resolved if resolved else self.open) or {}


def seek(
    cursor: DuckDBPyConnection,
    index: SearchIndex,
    search: Search,
    wanted: QueueFilter,
    labels: Iterable[Label],
    *,
    staff: str,
    now: datetime,
) -> Sought | None:
    """Return what a search finds among what the filter leaves; None: it asks for nothing. `labels`: those there are.

    Conditions of it hold for statements of this cursor, until the next search.
    """
    if not search:
        return None
    names = {one.value for one in search.talks if one.name == "label"}
    worn = {name: [label.id for label in labels if fold(label.name) == name] for name in names} if names else {}
    if not search.of_items:
        return Sought(talks=search.talks, labels=worn, staff=staff, now=now)
    values = {
        "channel": wanted.channel,
        "account": wanted.account_id,
        "private": None if wanted.private is None else ("yes" if wanted.private else "no"),
    }
    flags = [flag(name, value) for name, value in values.items() if value is not None]
    sides = {side: _side(index, search, wanted, resolved=side, flags=flags) for side in (False, True)}
    shown = [found.cut for resolved, found in sides.items() if resolved in _shown(wanted.view)]
    cursor.complete()  # the engine takes no table while somebody has read a result but half
    for is_resolved, found in sides.items():
        if len(found.items) > FEW:
            cursor.register(_TABLES[is_resolved], pa.table({"id": list(found.items)}))
    return Sought(
        open=sides[False].items,
        resolved=sides[True].items,
        cut=any(shown),
        cut_elsewhere=any(found.cut for resolved, found in sides.items() if resolved not in _shown(wanted.view)),
        talks=search.talks,
        labels=worn,
        staff=staff,
        now=now,
    )


def _shown(view: View) -> set[bool]:
    """Return whether resolved conversations are listed in a view, others, or both."""
    return {False, True} if view in BOTH else {view is View.RESOLVED}


def _side(index: SearchIndex, search: Search, wanted: QueueFilter, *, resolved: bool, flags: Sequence[str]) -> Found:
    most = MOST_FOUND if resolved in _shown(wanted.view) else _ELSEWHERE
    # Before so many were found, not after: or what others may see would crowd out what whoever asks may see.
    return index.find(search, resolved=resolved, flags=flags, within=wanted.within, most=most)


def condition(sought: Sought | None, where: str) -> tuple[str, list[object]]:
    """Return the condition on a row of `queue`, or of `conversations` where "resolved" or "spam" is listed."""
    if sought is None:
        return "TRUE", []
    key = "conversation_id" if where == "queue" else "id"
    parts, values = [], list[object]()
    resolved = where == "resolved"
    ids = sought.resolved if resolved else sought.open
    if ids is not None:
        text, more = _among(key, list(ids), _TABLES[resolved])
        parts.append(text)
        values += more
    for one in sought.talks:
        text, more = _talk(one, sought, key)
        parts.append(f"NOT coalesce(({text}), FALSE)" if one.no else f"({text})")
        values += more
    return " AND ".join(parts) or "TRUE", values


def _among(key: str, ids: Sequence[str], table: str) -> tuple[str, list[object]]:
    if len(ids) <= FEW:
        return f"{key} IN ({marks(ids)})", list(ids)
    return f"{key} IN (SELECT id FROM {table})", []


def _talk(one: Mark, sought: Sought, key: str) -> tuple[str, list[object]]:
    """Return the condition of `is:`, `assigned:` or `label:`."""
    if one.name == "assigned":
        name = sought.staff if one.value == "me" else one.value
        return ("assignee IS NULL", []) if name in {"nobody", "none"} else ("lower(assignee) = lower(?)", [name])
    if one.name == "label":
        ids = sought.labels.get(one.value, ())
        return " OR ".join("labels LIKE ?" for _ in ids) or "FALSE", [f"%{label_id}%" for label_id in ids]
    awake: list[object] = [sought.now]
    waits = "waiting_since IS NOT NULL" if key == "conversation_id" else "FALSE"
    conditions: dict[str, tuple[str, list[object]]] = {
        "open": ("(status = 'open' OR (status = 'snoozed' AND snoozed_until <= ?))", awake),
        "snoozed": ("(status = 'snoozed' AND snoozed_until > ?)", awake),
        "resolved": ("status = 'resolved'", []),
        "waiting": (waits, []),
        "answered": (f"NOT ({waits})", []),
        "assigned": ("assignee IS NOT NULL", []),
        "unassigned": ("assignee IS NULL", []),
        "mine": ("assignee = ?", [sought.staff]),
        "doubt": (f"{key} IN ({BOTH[View.IN_DOUBT]})", []),
    }
    return conditions[one.value]

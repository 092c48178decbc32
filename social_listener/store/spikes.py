"""Spikes as they are kept. Every function takes a cursor; writers need a transaction."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any, Final

from social_listener.desk_types.spikes import (
    Basis,
    Best,
    BestItem,
    Carrier,
    RisingWord,
    Severity,
    Spike,
    SpikeKind,
    Topic,
    Why,
)
from social_listener.store.rows import among, named

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from duckdb import DuckDBPyConnection

    from social_listener.desk_types.people import Accounts

#: columns that pages do not show
_INSIDE: Final = ("window_s", "negative_only", "why_at", "told_as", "conversation_id")
_SHOWN: Final = tuple(field.name for field in fields(Spike))
_COLUMNS: Final = (*_SHOWN, *_INSIDE)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSpike:
    """A spike with what the watch remembers of it."""

    spike: Spike
    window_s: int
    negative_only: bool
    why_at: datetime
    told_as: Severity | None
    conversation_id: str | None


def put(cursor: DuckDBPyConnection, one: StoredSpike) -> None:
    """Write a spike, in place of what stood there of it."""
    values = {name: getattr(one.spike, name) for name in _SHOWN} | {name: getattr(one, name) for name in _INSIDE}
    values |= {name: getattr(values[name], "value", values[name]) for name in ("kind", "severity", "basis", "told_as")}
    values["why"] = json.dumps(asdict(one.spike.why), ensure_ascii=False)
    cursor.execute("DELETE FROM spikes WHERE id = ?", [one.spike.id])
    marks = ", ".join("?" for _ in _COLUMNS)
    cursor.execute(f"INSERT INTO spikes ({', '.join(_COLUMNS)}) VALUES ({marks})", [values[name] for name in _COLUMNS])


def newest(cursor: DuckDBPyConnection, *, lulls: bool) -> dict[str | None, StoredSpike]:
    """Return the newest spike, or lull, of every account that ever had one; None: of all accounts."""
    is_lull = "=" if lulls else "<>"
    rows = _read(
        cursor,
        f"kind {is_lull} 'lull' QUALIFY row_number() OVER (PARTITION BY account_id ORDER BY began_at DESC, id) = 1",
        [],
    )
    return {one.spike.account_id: one for one in rows}


def one(cursor: DuckDBPyConnection, spike_id: str) -> StoredSpike | None:
    """Return a spike; None: there is none of that id."""
    return next(iter(_read(cursor, "id = ?", [spike_id])), None)


def parts(cursor: DuckDBPyConnection, spike_id: str) -> tuple[Spike, ...]:
    """Return what single accounts show of a spike over all accounts."""
    return tuple(one.spike for one in _read(cursor, "part_of = ? ORDER BY began_at, id", [spike_id]))


def current(cursor: DuckDBPyConnection, ended_after: datetime, within: Accounts) -> tuple[Spike, ...]:
    """Return spikes that go on, or ended after then and nobody said they know: crises first, then the newest."""
    theirs, values = _theirs(within)
    found = _read(
        cursor,
        f"(ended_at IS NULL OR (ended_at >= ? AND closed_at IS NULL)) AND {theirs} "
        "ORDER BY severity = 'crisis' DESC, began_at DESC, id",
        [ended_after, *values],
    )
    return tuple(one.spike for one in found)


def between(cursor: DuckDBPyConnection, since: datetime, until: datetime, within: Accounts) -> tuple[Spike, ...]:
    """Return spikes of [since, until), the newest first."""
    theirs, values = _theirs(within)
    found = _read(
        cursor,
        f"began_at < ? AND coalesce(ended_at, last_at) >= ? AND {theirs} ORDER BY began_at DESC, id",
        [until, since, *values],
    )
    return tuple(one.spike for one in found)


def close(cursor: DuckDBPyConnection, spike_id: str, staff: str, note: str, now: datetime) -> None:
    """Write down that somebody knows of a spike, and what they say of it."""
    cursor.execute(
        "UPDATE spikes SET closed_by = ?, closed_at = ?, note = ? WHERE id = ?", [staff, now, note, spike_id]
    )


def looked_at(cursor: DuckDBPyConnection) -> int | None:
    """Return up to when it was looked for spikes, in seconds since 1970; None: never."""
    row = cursor.execute("SELECT value FROM counters WHERE name = 'spikes_looked_at'").fetchone()
    return int(row[0]) if row else None


def note_look(cursor: DuckDBPyConnection, seconds: int) -> None:
    """Write down up to when it was looked for spikes."""
    cursor.execute("INSERT OR REPLACE INTO counters VALUES ('spikes_looked_at', ?)", [seconds])


def told_lately(cursor: DuckDBPyConnection, since: datetime) -> list[tuple[str, Severity]]:
    """Return who was told of a spike since then that goes on, and as how grave it stands."""
    rows = cursor.execute(
        """SELECT n.staff, s.told_as FROM notifications n JOIN spikes s ON s.id = n.about
           WHERE n.kind = 'spike' AND n.created_at >= ? AND s.ended_at IS NULL AND s.told_as IS NOT NULL""",
        [since],
    ).fetchall()
    return [(staff, Severity(told)) for staff, told in rows]


def _theirs(within: Accounts) -> tuple[str, Sequence[object]]:
    """Return the condition that somebody may see a spike; one over all accounts only who may see all."""
    if within is None:
        return "TRUE", []
    theirs, values = among("account_id", within)
    return f"(account_id IS NOT NULL AND {theirs})", values


def _read(cursor: DuckDBPyConnection, condition: str, values: Sequence[object]) -> list[StoredSpike]:
    rows = cursor.execute(f"SELECT {', '.join(_COLUMNS)} FROM spikes WHERE {condition}", list(values)).fetchall()
    return [_stored(named(_COLUMNS, row)) for row in rows]


def _stored(row: dict[str, Any]) -> StoredSpike:
    inside = {name: row.pop(name) for name in _INSIDE}
    inside["told_as"] = Severity(inside["told_as"]) if inside["told_as"] else None
    row |= {"kind": SpikeKind(row["kind"]), "severity": Severity(row["severity"]), "basis": Basis(row["basis"])}
    row["why"] = _why(json.loads(row["why"]))
    return StoredSpike(spike=Spike(**row), **inside)


def _why(stored: dict[str, Any]) -> Why:
    stored["kind"] = SpikeKind(stored["kind"])
    stored["words"] = tuple(RisingWord(**one) for one in stored["words"])
    stored["topics"] = tuple(
        Topic(**one | {"words": tuple(one["words"]), "item_ids": tuple(one["item_ids"])}) for one in stored["topics"]
    )
    for name in ("accounts", "people", "threads"):
        stored[name] = tuple(Carrier(**one) for one in stored[name])
    stored["best"] = tuple(BestItem(item_id=one["item_id"], best=Best(one["best"])) for one in stored["best"])
    return Why(**stored)

"""Contacts whose items are stored and scored as ever, and raise no queue row.

A row is a silence, whatever its `until` says; who keeps the time ends it and brings the conversations back.
"""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Final

from social_listener.desk_types.contacts import Silence, Silencing
from social_listener.store import queue_upkeep
from social_listener.store.rows import among, marks, named
from social_listener.store.staging import chunks, delete, insert, select

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from duckdb import DuckDBPyConnection

    from social_listener.desk_types.people import Accounts

_NAMES: Final = ("contact_id", *(field.name for field in fields(Silence)))


def of(cursor: DuckDBPyConnection, contact_ids: Collection[str]) -> dict[str, Silence]:
    """Return the silences of those contacts; absent: none."""
    found = {}
    for row in select(cursor, "silences", "contact_id", _NAMES, sorted(set(contact_ids))):
        values = named(_NAMES, row)
        contact_id = values.pop("contact_id")
        found[contact_id] = Silence(**{**values, "kind": Silencing(values["kind"])})
    return found


def write(cursor: DuckDBPyConnection, silences: Mapping[str, Silence | None], now: datetime) -> None:
    """Write who is silenced from now on, None: nobody does it any more; the queue's rows are kept in step."""
    known = of(cursor, silences.keys())
    delete(cursor, "silences", "contact_id", [key for key, one in silences.items() if one is None])
    for key in known.keys() & silences.keys():
        if (one := silences[key]) is not None:
            cursor.execute(
                "UPDATE silences SET kind = ?, until = ?, staff = ?, since = ? WHERE contact_id = ?",
                [one.kind, one.until, one.staff, one.since, key],
            )
    fresh = [(key, one) for key, one in silences.items() if one is not None and key not in known]
    insert(cursor, "silences", _NAMES, [[key, one.kind, one.until, one.staff, one.since] for key, one in fresh])
    for part in chunks(sorted(silences)):
        rows = cursor.execute(f"SELECT id FROM conversations WHERE contact_id IN ({marks(part)})", part).fetchall()
        for some in chunks([row[0] for row in rows]):
            queue_upkeep.refresh(cursor, some, now)


def ended(cursor: DuckDBPyConnection, now: datetime, most: int) -> list[str]:
    """Return contacts whose silence is over by now."""
    rows = cursor.execute(
        "SELECT contact_id FROM silences WHERE until <= ? ORDER BY until, contact_id LIMIT ?", [now, most]
    ).fetchall()
    return [row[0] for row in rows]


def beyond(cursor: DuckDBPyConnection, contact_ids: Collection[str], accounts: Accounts) -> set[str]:
    """Return which of those contacts also talk on other accounts than those; None: there are no others."""
    if accounts is None:
        return set()
    here, values = among("account_id", accounts)
    found: set[str] = set()
    for part in chunks(sorted(set(contact_ids))):
        rows = cursor.execute(
            f"SELECT DISTINCT contact_id FROM conversations WHERE contact_id IN ({marks(part)}) AND NOT ({here})",
            [*part, *values],
        ).fetchall()
        found |= {row[0] for row in rows}
    return found

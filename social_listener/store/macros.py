"""Macros and what they did. Every function takes a cursor; writers need a transaction."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any

from social_listener.desk_types.answering import Macro, MacroStep
from social_listener.store import search_log
from social_listener.store.rows import named

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from duckdb import DuckDBPyConnection

_MACRO = tuple(field.name for field in fields(Macro))
_NAMES = ", ".join(_MACRO)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRun:
    """One row of `macro_runs`."""

    id: str
    macro_id: str
    name: str
    conversation_id: str
    staff: str
    ran_at: datetime
    done: tuple[Mapping[str, Any], ...]  #: what takes each step back, in the order in which they were done
    undone_at: datetime | None


def _macro(row: Sequence[Any]) -> Macro:
    data = named(_MACRO, row)
    return Macro(**{**data, "steps": tuple(MacroStep(**step) for step in json.loads(data["steps"]))})


def _values(macro: Macro) -> list[object]:
    plain: dict[str, object] = {name: getattr(macro, name) for name in _MACRO}
    plain["steps"] = json.dumps([asdict(step) for step in macro.steps], ensure_ascii=False)
    return list(plain.values())


def by_id(cursor: DuckDBPyConnection, macro_id: str) -> Macro | None:
    """Return a macro; None when there is none of that id."""
    row = cursor.execute(f"SELECT {_NAMES} FROM macros WHERE id = ?", [macro_id]).fetchone()
    return _macro(row) if row else None


def ran_since(cursor: DuckDBPyConnection, macro_id: str, conversation_id: str, staff: str, since: datetime) -> bool:
    """Return whether somebody ran a macro on a conversation after that, and did not take it back."""
    row = cursor.execute(
        """SELECT id FROM macro_runs WHERE macro_id = ? AND conversation_id = ? AND staff = ? AND ran_at > ?
           AND undone_at IS NULL LIMIT 1""",
        [macro_id, conversation_id, staff, since],
    ).fetchone()
    return row is not None


def for_staff(cursor: DuckDBPyConnection, staff: str, *, archived: bool = False) -> list[Macro]:
    """Return what somebody may run, by name: the shared ones and their own; archived ones only if asked."""
    rows = cursor.execute(
        f"""SELECT {_NAMES} FROM macros WHERE (owner IS NULL OR owner = ?) AND (? OR archived_at IS NULL)
            ORDER BY lower(name), id""",
        [staff, archived],
    ).fetchall()
    return [_macro(row) for row in rows]


def insert(cursor: DuckDBPyConnection, macro: Macro) -> None:
    """Write a new macro."""
    cursor.execute(f"INSERT INTO macros ({_NAMES}) VALUES ({', '.join('?' for _ in _MACRO)})", _values(macro))


def change(cursor: DuckDBPyConnection, before: Macro, after: Macro) -> bool:
    """Write `after` if the row still has the version of `before`; False: somebody was faster."""
    row = cursor.execute(
        f"""UPDATE macros SET {", ".join(f"{name} = ?" for name in _MACRO)} WHERE id = ? AND version = ?
            RETURNING id""",
        [*_values(after), before.id, before.version],
    ).fetchone()
    return row is not None


def insert_run(cursor: DuckDBPyConnection, run: StoredRun) -> None:
    """Write down what a macro did."""
    done = json.dumps(run.done, ensure_ascii=False)
    cursor.execute(
        """INSERT INTO macro_runs (id, macro_id, name, conversation_id, staff, ran_at, done, undone_at)
           VALUES (?, ?, ?, ?, ?, ?, ?, NULL)""",
        [run.id, run.macro_id, run.name, run.conversation_id, run.staff, run.ran_at, done],
    )


def run(cursor: DuckDBPyConnection, run_id: str) -> StoredRun | None:
    """Return what a macro did; None when there is no such run."""
    names = tuple(field.name for field in fields(StoredRun))
    row = cursor.execute(f"SELECT {', '.join(names)} FROM macro_runs WHERE id = ?", [run_id]).fetchone()
    if row is None:
        return None
    data = named(names, row)
    return StoredRun(**{**data, "done": tuple(json.loads(data["done"]))})


def latest_run(cursor: DuckDBPyConnection, staff: str, since: datetime) -> str | None:
    """Return the id of the run that somebody made last, if it changed something and was not taken back."""
    row = cursor.execute(
        """SELECT id FROM macro_runs WHERE staff = ? AND ran_at > ? AND undone_at IS NULL AND done <> '[]'
           ORDER BY ran_at DESC, id DESC LIMIT 1""",
        [staff, since],
    ).fetchone()
    return row[0] if row else None


def set_undone(cursor: DuckDBPyConnection, run_id: str, now: datetime) -> None:
    """Write down that a run was taken back."""
    cursor.execute("UPDATE macro_runs SET undone_at = ? WHERE id = ?", [now, run_id])


def delete_note(cursor: DuckDBPyConnection, note_id: str) -> bool:
    """Take a note away that a macro wrote; False: it is gone already."""
    gone = cursor.execute("DELETE FROM notes WHERE id = ? RETURNING conversation_id", [note_id]).fetchall()
    if gone:
        search_log.touch(cursor, [gone[0][0]])
        search_log.words_left(cursor)
    return bool(gone)

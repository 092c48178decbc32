"""What staff did and may take back: one step a deed, one line for each thing that it changed.

A line holds what stood there before and what was left there. A later step that changes the same covers it; taking that
one back uncovers it. So a line that is not covered, and whose thing is as it was left, can be taken back exactly.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import TYPE_CHECKING, Any, Final

from social_listener.store.rows import aware, marks
from social_listener.store.staging import chunks, insert

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from duckdb import DuckDBPyConnection

#: how long a deed can be taken back
GOOD_FOR: Final = timedelta(minutes=10)

STATUS, ASSIGNEE, TEAM, LABEL, SILENCE, CUSTOMER = "status", "assignee", "team", "label:", "silence", "customer"
CORRECTED = "corrected:"
_LINE: Final = ("id", "step_id", "field", "object_id", "before", "after", "covered_by", "state")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One thing that changed; values are JSON."""

    field: str  #: STATUS, ASSIGNEE, TEAM, LABEL + id, SILENCE, CUSTOMER, CORRECTED + what and item id
    object_id: str  #: a conversation; of SILENCE and CUSTOMER a contact
    before: Any
    after: Any
    covered_by: str | None = None  #: who changed it since, when the line is read


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One deed."""

    id: str
    staff: str
    words: str
    expires_at: datetime
    undone_at: datetime | None


def new_id() -> str:
    """Return an id for a step."""
    return secrets.token_hex(8)


def record(
    cursor: DuckDBPyConnection,
    now: datetime,
    staff: str,
    words: str,
    lines: Sequence[Line],
    *,
    step_id: str | None = None,
) -> str | None:
    """Write down what a deed changed, in its transaction; return the step's id, None when it changed nothing.

    With `step_id` the lines belong to a deed that takes several transactions; it lasts from the last of them.
    """
    changed = [line for line in lines if line.before != line.after]
    if not changed:
        return None
    key = step_id or new_id()
    _forget(cursor, now)
    going_on = cursor.execute(
        "UPDATE undo_steps SET expires_at = ? WHERE id = ? RETURNING id", [now + GOOD_FOR, key]
    ).fetchone()
    if going_on is None:
        cursor.execute(
            """INSERT INTO undo_steps (id, staff, words, seq, created_at, expires_at)
               SELECT ?, ?, ?, coalesce(max(seq), 0) + 1, ?, ? FROM undo_steps""",
            [key, staff, words, now, now + GOOD_FOR],
        )
    _cover(cursor, key, changed)
    rows = [
        [f"{key} {one.field} {one.object_id}", key, one.field, one.object_id, _text(one.before), _text(one.after)]
        for one in changed
    ]
    insert(cursor, "undo_lines", _LINE, [[*row, None, "open"] for row in rows])
    return key


def _cover(cursor: DuckDBPyConnection, step_id: str, lines: Sequence[Line]) -> None:
    """Note on older lines that what they changed was changed again."""
    by_field: dict[str, list[str]] = {}
    for line in lines:
        by_field.setdefault(line.field, []).append(line.object_id)
    for field, objects in by_field.items():
        for part in chunks(objects):
            cursor.execute(
                f"""UPDATE undo_lines SET covered_by = ? WHERE field = ? AND covered_by IS NULL AND state = 'open'
                    AND step_id <> ? AND object_id IN ({marks(part)})""",
                [step_id, field, step_id, *part],
            )


def _forget(cursor: DuckDBPyConnection, now: datetime) -> None:
    cursor.execute("DELETE FROM undo_lines WHERE step_id IN (SELECT id FROM undo_steps WHERE expires_at <= ?)", [now])
    cursor.execute("DELETE FROM undo_steps WHERE expires_at <= ?", [now])


def step(cursor: DuckDBPyConnection, step_id: str) -> Step | None:
    """Return a step; None when there is none, or it was forgotten."""
    row = cursor.execute(
        "SELECT id, staff, words, expires_at, undone_at FROM undo_steps WHERE id = ?", [step_id]
    ).fetchone()
    return _step(row) if row else None


def latest(cursor: DuckDBPyConnection, staff: str, now: datetime) -> Step | None:
    """Return what somebody did last and may still take back."""
    row = cursor.execute(
        """SELECT id, staff, words, expires_at, undone_at FROM undo_steps
           WHERE staff = ? AND undone_at IS NULL AND expires_at > ? ORDER BY seq DESC LIMIT 1""",
        [staff, now],
    ).fetchone()
    return _step(row) if row else None


def _step(row: Sequence[Any]) -> Step:
    step_id, staff, words, expires_at, undone_at = row
    return Step(id=step_id, staff=staff, words=words, expires_at=expires_at.astimezone(UTC), undone_at=aware(undone_at))


def open_lines(cursor: DuckDBPyConnection, step_id: str, most: int) -> list[Line]:
    """Return lines of a step that were not looked at yet; `covered_by` is told as the name of who did it."""
    rows = cursor.execute(
        """SELECT field, object_id, before, after,
                  CASE WHEN covered_by IS NULL THEN NULL ELSE coalesce(later.staff, '') END
           FROM undo_lines LEFT JOIN undo_steps later ON later.id = covered_by
           WHERE step_id = ? AND state = 'open' ORDER BY undo_lines.id LIMIT ?""",
        [step_id, most],
    ).fetchall()
    return [
        Line(field=field, object_id=object_id, before=json.loads(before), after=json.loads(after), covered_by=by)
        for field, object_id, before, after, by in rows
    ]


def is_begun(cursor: DuckDBPyConnection, step_id: str) -> bool:
    """Return whether somebody has begun to take a step back."""
    row = cursor.execute(
        """SELECT 1 FROM undo_steps WHERE id = ? AND (undone_at IS NOT NULL OR EXISTS (
               SELECT 1 FROM undo_lines WHERE step_id = undo_steps.id AND state <> 'open'))""",
        [step_id],
    ).fetchone()
    return row is not None


def only_object(cursor: DuckDBPyConnection, step_id: str) -> str | None:
    """Return the one conversation or contact that a step concerns; None when there are several."""
    rows = cursor.execute("SELECT DISTINCT object_id FROM undo_lines WHERE step_id = ? LIMIT 2", [step_id]).fetchall()
    return rows[0][0] if len(rows) == 1 else None


def settle(cursor: DuckDBPyConnection, step_id: str, restored: Sequence[Line], left: Sequence[Line]) -> None:
    """Write what became of lines, and uncover what the restored ones covered."""
    for state, lines in (("restored", restored), ("left", left)):
        for part in chunks([f"{step_id} {line.field} {line.object_id}" for line in lines]):
            cursor.execute(f"UPDATE undo_lines SET state = ? WHERE id IN ({marks(part)})", [state, *part])
    for part in chunks([f"{line.field} {line.object_id}" for line in restored]):
        cursor.execute(
            f"""UPDATE undo_lines SET covered_by = NULL
                WHERE covered_by = ? AND field || ' ' || object_id IN ({marks(part)})""",
            [step_id, *part],
        )


def finish(cursor: DuckDBPyConnection, step_id: str, now: datetime) -> None:
    """Note that a step was taken back."""
    cursor.execute("UPDATE undo_steps SET undone_at = ? WHERE id = ?", [now, step_id])


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)

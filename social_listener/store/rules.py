"""Rules that corrections taught, and the labels of people that they are made from."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Final

from social_listener.desk_types.teaching import Rule, RuleEvent, RuleState
from social_listener.store.rows import among, marks, named
from social_listener.store.staging import delete, insert, update

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from duckdb import DuckDBPyConnection

_NAMES: Final = tuple(field.name for field in fields(Rule))


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """An item of which a person said what it is, while it says the same."""

    item_id: str
    author_id: str
    text: str
    language: str | None  #: the platform's guess
    label: str
    sampled: bool  #: it was asked about in a sample, not volunteered


_EVENT: Final = tuple(field.name for field in fields(RuleEvent))
_LABELLED: Final = tuple(field.name for field in fields(Labelled))


def every(cursor: DuckDBPyConnection) -> list[Rule]:
    """Return all rules: those that hold first, then the proposed ones, each by the labels that speak for them."""
    rows = cursor.execute(
        f"SELECT {', '.join(_NAMES)} FROM rules ORDER BY state, speak_for - against DESC, phrase, id"
    ).fetchall()
    found = [named(_NAMES, row) for row in rows]
    return [Rule(**{**one, "state": RuleState(one["state"])}) for one in found]


def version(cursor: DuckDBPyConnection) -> int:
    """Return the version of the rules that hold: it rises with every decision. 0: there was none."""
    ((found,),) = cursor.execute("SELECT coalesce(max(version), 0) FROM rules").fetchall()
    return int(found)


def put(cursor: DuckDBPyConnection, rules: Sequence[Rule], *, there: Collection[str]) -> None:
    """Write rules; those with ids in `there` in place of what stands there."""
    rows = {one.id: [getattr(one, name) for name in _NAMES] for one in rules}
    insert(cursor, "rules", _NAMES, [row for key, row in rows.items() if key not in there])
    update(cursor, "rules", _NAMES, [row for key, row in rows.items() if key in there])


def drop(cursor: DuckDBPyConnection, ids: Sequence[str]) -> None:
    """Remove proposals that nothing speaks for any more."""
    delete(cursor, "rules", "id", ids)


def decide(cursor: DuckDBPyConnection, ids: Sequence[str], state: RuleState, staff: str, now: datetime) -> int:
    """Let rules hold, or withdraw them; return the version of the rules from now on."""
    new = version(cursor) + 1
    cursor.execute(
        f"""UPDATE rules SET state = ?, decided_by = ?, decided_at = ?, version = ? WHERE id IN ({marks(ids)})""",
        [state.value, staff, now, new, *ids],
    )
    return new


def history(cursor: DuckDBPyConnection, limit: int) -> list[RuleEvent]:
    """Return what people did to rules, newest first."""
    rows = cursor.execute(
        """SELECT a.happened_at, a.staff, a.verb[6:], r.phrase, r.points,
                  coalesce(CAST(json_extract_string(a.details, '$.version') AS BIGINT), 0)
           FROM audit_events a JOIN rules r ON r.id = a.object_id
           WHERE a.verb IN ('rule.written', 'rule.active', 'rule.withdrawn')
           ORDER BY a.happened_at DESC, r.phrase LIMIT ?""",
        [limit],
    ).fetchall()
    return [RuleEvent(**named(_EVENT, row)) for row in rows]


def labelled(cursor: DuckDBPyConnection, within: Collection[str] | None) -> list[Labelled]:
    """Return the items of which a person said what they are, on those accounts (None: all), by id.

    Only while they say what they said then. Of a sample that was answered the answer counts, whatever was volunteered.
    """
    where, values = among("i.account_id", within)
    rows = cursor.execute(
        f"""WITH said AS (
                SELECT item_id, label, TRUE AS sampled FROM samples s JOIN interactions i ON i.id = s.item_id
                WHERE label IS NOT NULL AND i.version_id = s.version_id
                UNION ALL
                SELECT item_id, is_now, FALSE FROM corrections
                WHERE what = 'sentiment' AND undone_at IS NULL AND sample_id IS NULL)
            SELECT i.id, i.author_id, i.text, i.language, said.label, said.sampled
            FROM said JOIN interactions i ON i.id = said.item_id WHERE i.deleted_at IS NULL AND {where}
            QUALIFY row_number() OVER (PARTITION BY i.id ORDER BY said.sampled DESC, said.label) = 1 ORDER BY i.id""",
        values,
    ).fetchall()
    return [Labelled(**named(_LABELLED, row)) for row in rows]

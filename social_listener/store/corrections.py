"""What people say items really are, and what is therefore shown of them.

What the program makes of a corrected item stands in `machine_scores`; `scores` holds what a person said, so that every
page, filter, search, count and export goes by it. Only a new wording of the item takes a correction off.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import fields
from math import fsum
from typing import TYPE_CHECKING, Any, Final

from social_listener.desk_types.teaching import Correction, CorrectionLine, What
from social_listener.levels import Band, band, span_of
from social_listener.model import SentimentLabel
from social_listener.store import audit, stats
from social_listener.store.rows import among, marks, named
from social_listener.store.staging import chunks, delete, insert, select, update

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from duckdb import DuckDBPyConnection

SCORE: Final = (
    *("interaction_id", "sentiment", "sentiment_label", "sentiment_reason", "language"),
    *("priority", "factors", "scorer", "scored_at"),
)
_NAMES: Final = tuple(field.name for field in fields(Correction))

#: why a correction does not hold any more
TAKEN_BACK, REPLACED, REWORDED = "taken_back", "replaced", "reworded"

#: the number of a label that a person gave, where the program's own number says otherwise
_NUMBERS: Final = {SentimentLabel.NEGATIVE: -0.6, SentimentLabel.NEUTRAL: 0.0, SentimentLabel.POSITIVE: 0.6}
#: a number nearer to 0 leans to no side
_CLEAR: Final = 0.05


# -- what was said -----------------------------------------------------------------------------------------------------


def add(cursor: DuckDBPyConnection, one: Correction) -> None:
    """Write a correction; it holds at once, in place of an earlier one of the same."""
    earlier = [old.id for old in holding(cursor, [one.item_id]) if old.what is one.what]
    end(cursor, earlier, one.made_at, REPLACED)
    insert(cursor, "corrections", _NAMES, [[getattr(one, name) for name in _NAMES]])
    if not select(cursor, "machine_scores", "interaction_id", ("interaction_id",), [one.item_id]):
        _keep(cursor, [one.item_id])
    show(cursor, [one.item_id])


def by_id(cursor: DuckDBPyConnection, correction_id: str) -> Correction | None:
    """Return a correction; None: there is none of that id."""
    found = _read(cursor, "id = ?", [correction_id])
    return found[0] if found else None


def holding(cursor: DuckDBPyConnection, item_ids: Sequence[str]) -> list[Correction]:
    """Return the corrections of those items that hold, oldest first: at most one of each kind for an item."""
    return [
        one
        for part in chunks(item_ids)
        for one in _read(cursor, f"undone_at IS NULL AND item_id IN ({marks(part)})", part)
    ]


def made(
    cursor: DuckDBPyConnection, since: datetime, until: datetime, within: Collection[str] | None
) -> list[Correction]:
    """Return the corrections made from `since` to before `until`, on those accounts (None: all), oldest first."""
    where, values = among("account_id", within)
    return _read(cursor, f"made_at >= ? AND made_at < ? AND {where}", [since, until, *values])


def newest(cursor: DuckDBPyConnection, limit: int, within: Collection[str] | None) -> list[CorrectionLine]:
    """Return the newest corrections on those accounts (None: all) with their items, newest first."""
    where, values = among("c.account_id", within)
    rows = cursor.execute(
        f"""SELECT {", ".join(f"c.{name}" for name in _NAMES)}, i.conversation_id,
                   CASE WHEN i.deleted_at IS NULL THEN i.text ELSE '' END
            FROM corrections c JOIN interactions i ON i.id = c.item_id WHERE {where}
            ORDER BY c.made_at DESC, c.id LIMIT ?""",
        [*values, limit],
    ).fetchall()
    return [CorrectionLine(correction=_correction(row[:-2]), conversation_id=row[-2], excerpt=row[-1]) for row in rows]


def end(cursor: DuckDBPyConnection, ids: Sequence[str], now: datetime, why: str) -> None:
    """Note that corrections do not hold any more."""
    for part in chunks(ids):
        cursor.execute(
            f"UPDATE corrections SET undone_at = ?, undone_why = ? WHERE id IN ({marks(part)})", [now, why, *part]
        )


def hold_again(cursor: DuckDBPyConnection, correction_id: str) -> None:
    """Let a correction hold that was replaced by one that was taken back."""
    cursor.execute("UPDATE corrections SET undone_at = NULL, undone_why = NULL WHERE id = ?", [correction_id])


def _read(cursor: DuckDBPyConnection, condition: str, values: Sequence[object]) -> list[Correction]:
    rows = cursor.execute(
        f"SELECT {', '.join(_NAMES)} FROM corrections WHERE {condition} ORDER BY made_at, id", list(values)
    ).fetchall()
    return [_correction(row) for row in rows]


def _correction(row: Sequence[object]) -> Correction:
    one = named(_NAMES, row)
    return Correction(**{**one, "what": What(one["what"])})


# -- what is shown -----------------------------------------------------------------------------------------------------


def show(cursor: DuckDBPyConnection, item_ids: Sequence[str]) -> None:
    """Write into `scores` what people say of those items; where nobody does, what the program makes of them."""
    said: dict[str, list[Correction]] = defaultdict(list)
    for one in holding(cursor, item_ids):
        said[one.item_id].append(one)
    rows = [named(SCORE, row) for row in select(cursor, "machine_scores", "interaction_id", SCORE, list(item_ids))]
    shown = [corrected(row, said.get(row["interaction_id"], [])) for row in rows]
    update(cursor, "scores", SCORE, [[row[name] for name in SCORE] for row in shown])
    delete(cursor, "machine_scores", "interaction_id", [one for one in item_ids if one not in said])
    stats.touch_items(cursor, item_ids)


def machine(cursor: DuckDBPyConnection, item_id: str) -> dict[str, Any] | None:
    """Return the row of scores that the program made of an item that somebody corrected; None: nobody did."""
    rows = select(cursor, "machine_scores", "interaction_id", SCORE, [item_id])
    return named(SCORE, rows[0]) if rows else None


def scored_anew(cursor: DuckDBPyConnection, item_ids: Sequence[str]) -> None:
    """Take in that `scores` holds what other rules make of the same words: what people say of them holds."""
    said = sorted({one.item_id for one in holding(cursor, item_ids)})
    if said:
        delete(cursor, "machine_scores", "interaction_id", said)
        _keep(cursor, said)
        show(cursor, said)


def lose(cursor: DuckDBPyConnection, item_ids: Sequence[str], now: datetime) -> dict[str, str]:
    """End the corrections of items that say something else now; return what their new reason adds, by item id."""
    lost = holding(cursor, item_ids)
    if not lost:
        return {}
    end(cursor, [one.id for one in lost], now, REWORDED)
    delete(cursor, "machine_scores", "interaction_id", [one.item_id for one in lost])
    audit.record_many(cursor, now, audit.SYSTEM, "correction.reworded", [one.id for one in lost])
    told: dict[str, str] = defaultdict(str)
    for one in lost:
        of = "an earlier wording" if one.what is What.SENTIMENT else "the priority of an earlier wording"
        told[one.item_id] += f"; {one.staff} had called {of} {one.is_now}"
    return told


def corrected(row: Mapping[str, Any], said: Sequence[Correction]) -> dict[str, Any]:
    """Return a row of scores as people correct it. The points of its factors sum up to its priority."""
    shown = dict(row)
    for one in said:
        if one.what is What.SENTIMENT:
            label = SentimentLabel(one.is_now)
            was = "not scored" if row["sentiment"] is None else row["sentiment_label"]
            shown["sentiment"] = _number(row["sentiment"], label)
            shown["sentiment_label"] = label.value
            reason = row["sentiment_reason"].removeprefix("not scored: ")
            shown["sentiment_reason"] = f"corrected by {one.staff}; was {was}: {reason}"
        else:
            shown |= _in_band(row, one)
    return shown


def _number(made: float | None, label: SentimentLabel) -> float:
    """Return the program's number where it is on the side that the person names, and else one that is."""
    typical = _NUMBERS[label]
    if made is None:
        return typical
    return made if (made > _CLEAR) - (made < -_CLEAR) == (typical > 0) - (typical < 0) else typical


def _in_band(row: Mapping[str, Any], one: Correction) -> dict[str, Any]:
    """Return priority and factors with the nearest priority in the band that somebody names."""
    wanted = Band(one.is_now)
    if band(row["priority"]) is wanted:
        return {}
    least, most = span_of(wanted)
    priority = min(max(row["priority"], least), most)
    factors = json.loads(row["factors"] or "[]")
    points = round(priority - fsum(part["points"] for part in factors), 1)
    because = f"{one.staff} says that its priority is {wanted.value}"
    factors.append({"name": "corrected", "points": points, "words": [], "because": because})
    return {"priority": priority, "factors": json.dumps(factors, ensure_ascii=False)}


def _keep(cursor: DuckDBPyConnection, item_ids: Sequence[str]) -> None:
    """Copy what the program makes of those items, before `scores` holds something else."""
    insert(cursor, "machine_scores", SCORE, select(cursor, "scores", "interaction_id", SCORE, list(item_ids)))

"""Items that were drawn at random for somebody to say what they are."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Final

from social_listener.desk_types.teaching import Sample, SampleAnswer
from social_listener.model import SentimentLabel
from social_listener.store.rows import among, named
from social_listener.store.staging import insert

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from duckdb import DuckDBPyConnection


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An item that may be drawn, as the program scored it, whatever people said of it since."""

    item_id: str
    account_id: str
    channel: str
    language: str  #: "": not known
    version_id: str
    told: str
    scorer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleRow:
    """A sample as it is stored."""

    id: str
    week: str
    item_id: str
    account_id: str
    channel: str
    language: str  #: "": not known
    version_id: str
    told: str
    scorer: str
    weight: float
    drawn_at: datetime
    label: str | None = None
    answered_by: str | None = None
    answered_at: datetime | None = None
    skipped_at: datetime | None = None


_CANDIDATE: Final = tuple(field.name for field in fields(Candidate))
_ROW: Final = tuple(field.name for field in fields(SampleRow))
_SAMPLE: Final = tuple(field.name for field in fields(Sample))
_ANSWER: Final = tuple(field.name for field in fields(SampleAnswer))
#: nobody said what it is, and it says what it said when it was drawn
_OPEN: Final = """s.label IS NULL AND s.skipped_at IS NULL AND i.deleted_at IS NULL AND i.version_id = s.version_id"""


def is_drawn(cursor: DuckDBPyConnection, week: str) -> bool:
    """Return whether the sample of a week was drawn."""
    return bool(cursor.execute("SELECT 1 FROM samples WHERE week = ? LIMIT 1", [week]).fetchall())


def candidates(cursor: DuckDBPyConnection, since: datetime, until: datetime) -> list[Candidate]:
    """Return the inbound items that were stored from `since` to before `until` and have a sentiment, by id."""
    rows = cursor.execute(
        """SELECT i.id, i.account_id, i.channel, coalesce(s.language, ''), i.version_id,
                  coalesce(m.sentiment_label, s.sentiment_label), s.scorer
           FROM interactions i JOIN scores s ON s.interaction_id = i.id
           LEFT JOIN machine_scores m ON m.interaction_id = i.id
           WHERE NOT i.outbound AND NOT i.context AND i.deleted_at IS NULL
           AND i.first_seen_at >= ? AND i.first_seen_at < ?
           AND (CASE WHEN m.interaction_id IS NULL THEN s.sentiment ELSE m.sentiment END) IS NOT NULL ORDER BY i.id""",
        [since, until],
    ).fetchall()
    return [Candidate(**named(_CANDIDATE, row)) for row in rows]


def add(cursor: DuckDBPyConnection, rows: Sequence[SampleRow]) -> None:
    """Write what was drawn."""
    insert(cursor, "samples", _ROW, [[getattr(one, name) for name in _ROW] for one in rows])


def waiting(cursor: DuckDBPyConnection, since: datetime, within: Collection[str] | None) -> list[Sample]:
    """Return what was drawn from `since` on and waits, on those accounts (None: all), the oldest week first."""
    where, values = among("s.account_id", within)
    rows = cursor.execute(
        f"""SELECT s.id, s.week, s.item_id, i.conversation_id, s.account_id, s.channel, nullif(s.language, ''),
                   i.private, i.text, i.sent_at
            FROM samples s JOIN interactions i ON i.id = s.item_id
            WHERE s.drawn_at >= ? AND {where} AND {_OPEN} ORDER BY s.week, s.id""",
        [since, *values],
    ).fetchall()
    return [Sample(**named(_SAMPLE, row)) for row in rows]


def by_id(cursor: DuckDBPyConnection, sample_id: str) -> tuple[SampleRow, bool] | None:
    """Return a sample and whether its item still says what was drawn; None: there is no such sample."""
    row = cursor.execute(
        f"""SELECT {", ".join(f"s.{name}" for name in _ROW)},
                   i.id IS NOT NULL AND i.deleted_at IS NULL AND i.version_id = s.version_id
            FROM samples s LEFT JOIN interactions i ON i.id = s.item_id WHERE s.id = ?""",
        [sample_id],
    ).fetchone()
    return (SampleRow(**named(_ROW, row[:-1])), row[-1]) if row else None


def answer(cursor: DuckDBPyConnection, sample_id: str, label: str, staff: str, now: datetime) -> None:
    """Write what somebody says it is."""
    cursor.execute(
        "UPDATE samples SET label = ?, answered_by = ?, answered_at = ? WHERE id = ?", [label, staff, now, sample_id]
    )


def skip(cursor: DuckDBPyConnection, sample_id: str, staff: str, now: datetime) -> None:
    """Note that somebody cannot tell."""
    cursor.execute("UPDATE samples SET skipped_at = ?, answered_by = ? WHERE id = ?", [now, staff, sample_id])


def ask_again(cursor: DuckDBPyConnection, sample_id: str) -> None:
    """Forget the answer to a sample, or that it was skipped: whoever did it took it back."""
    cursor.execute(
        "UPDATE samples SET label = NULL, answered_by = NULL, answered_at = NULL, skipped_at = NULL WHERE id = ?",
        [sample_id],
    )


def behind(
    cursor: DuckDBPyConnection, since: datetime, until: datetime, within: Collection[str] | None
) -> list[SampleAnswer]:
    """Return the answers to what was drawn from `since` to before `until`, on those accounts, newest first."""
    where, values = among("s.account_id", within)
    rows = cursor.execute(
        f"""SELECT s.id, s.week, s.item_id, i.conversation_id, s.channel, s.language, s.told, s.label, s.answered_by,
                   s.answered_at, s.weight, CASE WHEN i.deleted_at IS NULL THEN i.text ELSE '' END
            FROM samples s JOIN interactions i ON i.id = s.item_id
            WHERE s.drawn_at >= ? AND s.drawn_at < ? AND {where} AND s.label IS NOT NULL
            ORDER BY s.answered_at DESC, s.id""",
        [since, until, *values],
    ).fetchall()
    found = [named(_ANSWER, row) for row in rows]
    return [
        SampleAnswer(**{**one, "told": SentimentLabel(one["told"]), "label": SentimentLabel(one["label"])})
        for one in found
    ]


def drawn_between(
    cursor: DuckDBPyConnection, since: datetime, until: datetime, within: Collection[str] | None
) -> list[SampleRow]:
    """Return what was drawn from `since` to before `until`, on those accounts (None: all)."""
    where, values = among("account_id", within)
    rows = cursor.execute(
        f"SELECT {', '.join(_ROW)} FROM samples WHERE drawn_at >= ? AND drawn_at < ? AND {where} ORDER BY id",
        [since, until, *values],
    ).fetchall()
    return [SampleRow(**named(_ROW, row)) for row in rows]

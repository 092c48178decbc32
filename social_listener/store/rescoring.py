"""Stored items that are scored anew: what stands there of them, and writing what other rules make of the same words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from social_listener.model import Factor, Score, SentimentLabel
from social_listener.store import corrections, facts, queue_upkeep, stats
from social_listener.store.conversations import factors
from social_listener.store.rows import among, few, marks
from social_listener.store.staging import update

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from duckdb import DuckDBPyConnection

_MACHINE: Final = ("sentiment", "sentiment_label", "sentiment_reason", "language", "priority", "factors", "scorer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """A stored item, and what the program has made of it, whatever people say."""

    id: str
    account_id: str
    conversation_id: str
    version_id: str
    sent_at: datetime
    text: str
    hint: str | None  #: the platform's guess at its language
    corrected: bool
    score: Score

    @property
    def factors(self) -> tuple[Factor, ...]:
        """Return the factors that it has."""
        return self.score.factors


def ids(cursor: DuckDBPyConnection, since: datetime, within: Collection[str] | None) -> list[str]:
    """Return the scored inbound items that were sent from `since` on, on those accounts (None: all), newest first."""
    where, values = among("i.account_id", within)
    rows = cursor.execute(
        f"""SELECT i.id FROM interactions i JOIN scores s ON s.interaction_id = i.id
            WHERE NOT i.outbound AND NOT i.context AND i.deleted_at IS NULL AND i.sent_at >= ? AND {where}
            ORDER BY i.sent_at DESC, i.id""",
        [since, *values],
    ).fetchall()
    return [row[0] for row in rows]


def scored(cursor: DuckDBPyConnection, wanted: Sequence[str]) -> list[Scored]:
    """Return some hundred of those items, in the order in which they are wanted; what was deleted is left out."""
    machine = ", ".join(f"CASE WHEN m.interaction_id IS NULL THEN s.{name} ELSE m.{name} END" for name in _MACHINE)
    rows = cursor.execute(
        f"""{few("interactions", wanted)}
            SELECT i.id, i.account_id, i.conversation_id, i.version_id, i.sent_at, i.text, i.language,
                   m.interaction_id IS NOT NULL, {machine}
            FROM few i JOIN scores s ON s.interaction_id = i.id
            LEFT JOIN machine_scores m ON m.interaction_id = i.id AND m.interaction_id IN ({marks(wanted)})
            WHERE s.interaction_id IN ({marks(wanted)}) AND i.deleted_at IS NULL""",
        [*wanted, *wanted, *wanted],
    ).fetchall()
    place = {one: number for number, one in enumerate(wanted)}
    return [_scored(row) for row in sorted(rows, key=lambda row: place[row[0]])]


def _scored(row: Sequence[Any]) -> Scored:
    item_id, account_id, conversation_id, version_id, sent_at, text, hint, corrected, *made = row
    sentiment, label, reason, language, priority, parts, scorer = made
    return Scored(
        id=item_id,
        account_id=account_id,
        conversation_id=conversation_id,
        version_id=version_id,
        sent_at=sent_at,
        text=text,
        hint=hint,
        corrected=corrected,
        score=Score(
            sentiment=sentiment,
            sentiment_label=SentimentLabel(label),
            sentiment_reason=reason,
            language=language,
            priority=priority,
            factors=factors(parts),
            scorer=scorer,
        ),
    )


def write(cursor: DuckDBPyConnection, made: Mapping[str, Score], before: Sequence[Scored], now: datetime) -> int:
    """Write the new scores of items that say what they said; return how many. What people say of them holds."""
    same = {one.id: one.version_id for one in scored(cursor, [one.id for one in before])}
    those = [one for one in before if same.get(one.id) == one.version_id and made[one.id] != one.score]
    names = ("interaction_id", *_MACHINE, "scored_at")
    rows = []
    for one in those:
        new = made[one.id]
        values = {name: getattr(new, name) for name in _MACHINE} | {"factors": facts.factors_text(new.factors)}
        rows.append([one.id, *(values[name] for name in _MACHINE), now])
    update(cursor, "scores", names, rows)
    changed = [one.id for one in those]
    corrections.scored_anew(cursor, changed)
    stats.touch_items(cursor, changed)
    seen = {one.conversation_id for one in those if shown(one.score) != shown(made[one.id])}
    queue_upkeep.refresh(cursor, sorted(seen), now)
    return len(those)


def shown(score: Score) -> tuple[object, ...]:
    """Return what lists and search know of a score."""
    return score.priority, score.sentiment_label, score.language

"""What is known of items besides their own rows: streams that saw them too, scores, labels of their conversations."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from duckdb import DuckDBPyConnection

#: items whose scores and conversations are looked up by key; of more the tables are joined
_FEW: Final = 8_000
#: items that are put together here: of so few the engine takes longer to plan a join than to find the rows
FEWEST: Final = 500

#: what is told of few, as the engine tells it of many
_COLUMNS: Final = {
    "sentiment_e4": pa.int64(),
    **dict.fromkeys(("stream_ids", "language", "sentiment_label", "labels"), pa.string()),
}

#: what is known besides of items `told` (id, conversation_id, stream_id, told: the platform's guess of the language)
ABOUT: Final = """
    coalesce(seen.stream_ids, told.stream_id, '') AS stream_ids,
    coalesce(CASE WHEN s.scorer IS NULL THEN told.told ELSE s.language END, '') AS language,
    CASE WHEN s.sentiment IS NULL THEN 'none' ELSE s.sentiment_label END AS sentiment_label,
    coalesce(c.labels, '') AS labels"""


def beside(table: str, item_ids: pa.ChunkedArray, conversation_ids: pa.ChunkedArray) -> str:
    """Return the joins that `ABOUT` needs of a table of items; few are looked up by key, of many tables are joined."""
    items = talks = "TRUE"
    if len(item_ids) <= _FEW:
        items = f"interaction_id IN ({literals(item_ids.to_pylist())})"
        talks = f"id IN ({literals(sorted({*conversation_ids.to_pylist()}))})"
    return f"""
        LEFT JOIN (SELECT interaction_id, sentiment, sentiment_label, language, scorer FROM scores
                   WHERE {items}) s ON s.interaction_id = told.id
        LEFT JOIN (SELECT id, labels FROM conversations WHERE {talks}) c ON c.id = told.conversation_id
        LEFT JOIN (
            SELECT interaction_id, string_agg(DISTINCT stream_id, ' ' ORDER BY stream_id) AS stream_ids FROM (
                SELECT g.interaction_id, unnest([g.stream_id, own.stream_id]) AS stream_id
                FROM (SELECT interaction_id, stream_id FROM sightings WHERE {items}) g
                JOIN {table} own ON own.id = g.interaction_id)
            GROUP BY interaction_id) seen ON seen.interaction_id = told.id"""


def of_few(cursor: DuckDBPyConnection, told: pa.Table) -> dict[str, pa.Array]:
    """Return the columns of `ABOUT`, and `sentiment_e4`, of few items (id, conversation_id, stream_id, told)."""
    ids, talks, own, guessed = (told[name].to_pylist() for name in ("id", "conversation_id", "stream_id", "told"))
    score = "sentiment IS NULL, round(sentiment * 10000)::BIGINT, sentiment_label, language, scorer"
    scores = {row[0]: row[1:] for row in _rows(cursor, "scores", "interaction_id", score, ids)}
    labels = dict(_rows(cursor, "conversations", "id", "labels", sorted({*talks})))
    seen = defaultdict[str, set[str]](set)
    for item_id, stream_id in _rows(cursor, "sightings", "interaction_id", "stream_id", ids):
        seen[item_id].add(stream_id)
    columns: dict[str, list[Any]] = {name: [] for name in _COLUMNS}
    for item_id, talk, stream_id, guess in zip(ids, talks, own, guessed, strict=True):
        unscored, e4, label, language, scorer = scores.get(item_id, (True, None, None, None, None))
        streams = {*seen[item_id], stream_id} - {None}
        columns["sentiment_e4"].append(e4 or 0)
        columns["stream_ids"].append(" ".join(sorted(streams)))
        columns["language"].append((guess if scorer is None else language) or "")
        columns["sentiment_label"].append("none" if unscored else label)
        columns["labels"].append(labels.get(talk) or "")
    return {name: pa.array(values, _COLUMNS[name]) for name, values in columns.items()}


def _rows(cursor: DuckDBPyConnection, table: str, key: str, columns: str, ids: Sequence[str]) -> list[tuple[Any, ...]]:
    return cursor.execute(f"SELECT {key}, {columns} FROM {table} WHERE {key} IN ({literals(ids)})").fetchall()


def literals(values: Iterable[str]) -> str:
    """Return ids as literals: thousands of marks take longer to bind than to find."""
    return ", ".join("'" + one.replace("'", "''") + "'" for one in values) or "NULL"

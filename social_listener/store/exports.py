"""Interactions for other programs: JSON lines, CSV and Parquet, streamed, in the order in which they were said.

Column names are a promise (docs/commands.md). Posts that are only context are left out; of deleted items the tombstone
is exported.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from social_listener.cells import cell, iso
from social_listener.store.conversations import factors as read_factors

if TYPE_CHECKING:
    from social_listener.store import Store

FORMATS: Final = ("jsonl", "csv", "parquet")
_BATCH: Final = 5_000

#: name → (SQL, Arrow type), in the order of the columns
_COLUMNS: Final[dict[str, tuple[str, pa.DataType]]] = {
    "id": ("i.id", pa.string()),
    "channel": ("i.channel", pa.string()),
    "account_id": ("i.account_id", pa.string()),
    "conversation_id": ("i.conversation_id", pa.string()),
    "kind": ("i.kind", pa.string()),
    "private": ("i.private", pa.bool_()),
    "outbound": ("i.outbound", pa.bool_()),
    "author_id": ("i.author_id", pa.string()),
    "author_name": ("coalesce(p.name, '')", pa.string()),
    "text": ("i.text", pa.string()),
    "sent_at": ("i.sent_at", pa.timestamp("us", "UTC")),
    "first_seen_at": ("i.first_seen_at", pa.timestamp("us", "UTC")),
    "reply_to_id": ("i.reply_to_id", pa.string()),
    "deleted": ("i.deleted_at IS NOT NULL", pa.bool_()),
    "language": ("CASE WHEN s.scorer IS NULL THEN i.language ELSE s.language END", pa.string()),
    "sentiment": ("s.sentiment", pa.float64()),
    "sentiment_label": ("s.sentiment_label", pa.string()),
    "priority": ("s.priority", pa.int32()),
    "priority_factors": ("coalesce(s.factors, '[]')", pa.string()),
    "author_handle": ("coalesce(p.handle, '')", pa.string()),
    "account_handle": ("a.handle", pa.string()),
    "url": ("i.url", pa.string()),
    "edited_at": ("i.edited_at", pa.timestamp("us", "UTC")),
    "answered_at": ("i.answered_at", pa.timestamp("us", "UTC")),
    "conversation_status": ("c.status", pa.string()),
    "stream_id": ("i.stream_id", pa.string()),
    "labels": ("coalesce(w.names, '')", pa.string()),
}
COLUMNS: Final = tuple(_COLUMNS)
_FACTORS: Final = COLUMNS.index("priority_factors")
_QUERY: Final = f"""
    SELECT {", ".join(sql for sql, _ in _COLUMNS.values())}
    FROM interactions i
    LEFT JOIN contacts p ON p.id = i.author_id
    LEFT JOIN scores s ON s.interaction_id = i.id
    LEFT JOIN conversations c ON c.id = i.conversation_id
    LEFT JOIN accounts a ON a.id = i.account_id
    LEFT JOIN (
        SELECT one.id, string_agg(l.name, '; ' ORDER BY lower(l.name)) AS names
        FROM (SELECT id, unnest(string_split(labels, ' ')) AS label_id FROM conversations WHERE labels <> '') one
        JOIN labels l ON l.id = one.label_id GROUP BY one.id) w ON w.id = i.conversation_id
    WHERE NOT i.context
    ORDER BY i.sent_at, i.id"""


def write(store: Store, format_: str) -> Iterator[bytes]:
    """Yield the export in pieces; ValueError for an unknown format. Memory stays bounded however much is stored."""
    writers: dict[str, Callable[[Iterator[list[Any]]], Iterator[bytes]]] = {
        "jsonl": _jsonl,
        "csv": _csv,
        "parquet": _parquet,
    }
    if format_ not in writers:
        raise ValueError(f"unknown format {format_!r}; there are {', '.join(FORMATS)}")
    return writers[format_](_batches(store))


def _batches(store: Store) -> Iterator[list[Any]]:
    """Yield the rows a few thousand at a time, from one snapshot."""
    with store.read() as cursor:
        cursor.execute(_QUERY)
        while rows := cursor.fetchmany(_BATCH):
            yield rows


def _jsonl(batches: Iterator[list[Any]]) -> Iterator[bytes]:
    for rows in batches:
        lines = (json.dumps(_plain(row), ensure_ascii=False, separators=(",", ":")) for row in rows)
        yield ("\n".join(lines) + "\n").encode()


def _plain(row: Sequence[Any]) -> dict[str, Any]:
    """Return a row as JSON values: times in ISO 8601 with their zone, factors as a list."""
    values = dict(zip(COLUMNS, (iso(value) for value in row), strict=True))
    values["priority_factors"] = [
        {"name": one.name, "points": one.points, "words": one.words, "because": one.because}
        for one in read_factors(row[_FACTORS])
    ]
    return values


def _csv(batches: Iterator[list[Any]]) -> Iterator[bytes]:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(COLUMNS)
    yield buffer.getvalue().encode()
    for rows in batches:
        buffer.seek(0)
        buffer.truncate()
        writer.writerows([cell(value) for value in row] for row in rows)
        yield buffer.getvalue().encode()


def _parquet(batches: Iterator[list[Any]]) -> Iterator[bytes]:
    schema = pa.schema([(name, kind) for name, (_, kind) in _COLUMNS.items()])
    sink = _Sink()
    with pq.ParquetWriter(pa.PythonFile(sink, mode="w"), schema, compression="zstd") as writer:
        for rows in batches:
            columns = [
                pa.array(column, kind)
                for column, (_, kind) in zip(zip(*rows, strict=True), _COLUMNS.values(), strict=True)
            ]
            writer.write_table(pa.Table.from_arrays(columns, schema=schema))
            yield sink.take()
    yield sink.take()


class _Sink(io.RawIOBase):
    """A file that hands on what was written to it."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        """Return that it takes bytes."""
        return True

    def write(self, data: Any) -> int:
        """Keep the bytes until they are taken."""
        self._parts.append(bytes(data))
        return len(data)

    def take(self) -> bytes:
        """Return what was written since the last time."""
        parts, self._parts = self._parts, []
        return b"".join(parts)

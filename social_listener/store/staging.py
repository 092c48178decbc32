"""Whole pages at a time: rows go from Python through one Arrow table into one statement.

Row by row a page of a hundred costs half a second and more; this way it costs a few milliseconds at any size of the
table, because known rows are found by lists of ids in the key's index and never by a join over the whole table.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from itertools import repeat
from operator import is_
from typing import TYPE_CHECKING, Any, Final

import duckdb
import pyarrow as pa

from social_listener.store.migrations import statements
from social_listener.store.rows import marks

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

#: how many ids one look-up takes; longer lists go in several
MOST_IDS: Final = 1000
#: a list of ids finds rows in the key's index at any size of the table, and costs 10 µs an id, for planning; to read
#: through the keys of a table costs 0.02 µs a row: with more ids than a few, most of them new, that is less up to so
#: many rows an id between the least and the greatest of them
FEW: Final = 100
ROWS_AN_ID: Final = 500

_ARROW: Final = {
    "VARCHAR": pa.string(),
    "BOOLEAN": pa.bool_(),
    "INTEGER": pa.int32(),
    "BIGINT": pa.int64(),
    "DOUBLE": pa.float64(),
    "BLOB": pa.binary(),
    "TIMESTAMP WITH TIME ZONE": pa.timestamp("us", "UTC"),
}


@cache
def _types() -> dict[str, dict[str, pa.DataType]]:
    """Return the Arrow type of every column of every table, as schema.sql declares them."""
    with duckdb.connect() as connection:
        for statement in statements():
            connection.execute(statement)
        rows = connection.execute("SELECT table_name, column_name, data_type FROM duckdb_columns()").fetchall()
    types: dict[str, dict[str, pa.DataType]] = {}
    for table, column, kind in rows:
        if kind in _ARROW:
            types.setdefault(table, {})[column] = _ARROW[kind]
    return types


def insert(cursor: DuckDBPyConnection, table: str, names: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Insert rows whose keys are not there yet."""
    if not rows:
        return
    columns = ", ".join(names)
    with staged(cursor, _stage(table, names, rows)):
        cursor.execute(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM stage")


def update(cursor: DuckDBPyConnection, table: str, names: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Change rows that are there; the first name is the key."""
    key, *others = names
    changes = ", ".join(f"{name} = stage.{name}" for name in others)
    for start in range(0, len(rows), MOST_IDS):
        part = rows[start : start + MOST_IDS]
        ids = [row[0] for row in part]
        with staged(cursor, _stage(table, names, part)):
            # The list of ids finds the rows in the index; the join alone would read the whole table.
            cursor.execute(
                f"UPDATE {table} SET {changes} FROM stage"
                f" WHERE {table}.{key} = stage.{key} AND {table}.{key} IN ({marks(ids)})",
                ids,
            )


def delete(cursor: DuckDBPyConnection, table: str, key: str, ids: Sequence[str]) -> None:
    """Delete rows by key; unknown keys do no harm."""
    for part in chunks(ids):
        cursor.execute(f"DELETE FROM {table} WHERE {key} IN ({marks(part)})", part)


def select(cursor: DuckDBPyConnection, table: str, key: str, names: Sequence[str], ids: Sequence[str]) -> list[Any]:
    """Return the rows of those keys, in no particular order."""
    rows: list[Any] = []
    for part in chunks(_known(cursor, table, key, ids)):
        sql = f"SELECT {', '.join(names)} FROM {table} WHERE {key} IN ({marks(part)})"
        rows += cursor.execute(sql, part).fetchall()
    return rows


def _known(cursor: DuckDBPyConnection, table: str, key: str, ids: Sequence[str]) -> Sequence[str]:
    """Return those ids that may be known: all of them where that costs less than to look."""
    if len(ids) <= FEW:
        return ids
    ends = [min(ids), max(ids)]
    near = f"FROM {table} WHERE {key} BETWEEN ? AND ?"
    # Ids grow with time on most platforms: between those of a backlog there is little or nothing yet, and the engine
    # knows the least and greatest key of every part of a table, so that it need not read the parts.
    most = len(ids) * ROWS_AN_ID
    (count,) = cursor.execute(f"SELECT count(*) FROM (SELECT 1 {near} LIMIT {most})", ends).fetchall()
    if count[0] in (0, most):
        return ids if count[0] else []
    with staged(cursor, pa.table({"wanted": ids})):
        found = cursor.execute(f"SELECT {key} {near} AND {key} IN (SELECT wanted FROM stage)", ends).fetchall()
    return [row[0] for row in found]


@contextmanager
def staged(cursor: DuckDBPyConnection, rows: pa.Table) -> Iterator[None]:
    """Let statements inside the block read `rows` as the table `stage`; each must be read to its end."""
    cursor.complete()  # the engine takes no table while somebody has read a result but half
    cursor.register("stage", rows)
    try:
        yield
    finally:
        cursor.unregister("stage")


def chunks(ids: Sequence[str]) -> Iterator[list[str]]:
    """Yield the ids in lists that one statement takes."""
    for start in range(0, len(ids), MOST_IDS):
        yield list(ids[start : start + MOST_IDS])


def _stage(table: str, names: Sequence[str], rows: Sequence[Sequence[Any]]) -> pa.Table:
    types = _types()[table]
    columns = zip(*rows, strict=True)
    arrays = [_array(column, types[name]) for name, column in zip(names, columns, strict=True)]
    return pa.Table.from_arrays(arrays, names=list(names))


def _array(column: Sequence[Any], kind: pa.DataType) -> pa.Array:
    """Return a column for the engine; one that holds one and the same thing in every row costs next to nothing."""
    first = column[0]
    if all(map(is_, column, repeat(first))):
        return pa.repeat(pa.scalar(first, kind), len(column))
    return pa.array(column, kind)

"""Conditions and look-ups that statements are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from social_listener.store import Store
from social_listener.store.rows import few

if TYPE_CHECKING:
    from pathlib import Path

    from duckdb import DuckDBPyConnection

FILL = """
    INSERT INTO conversations (id, channel, account_id, thread_id, contact_id, private, first_at, last_at, status,
        version, updated_at)
    SELECT 'x:' || i, 'x', ['main', 'other'][1 + i % 2], 'x:' || i, 'x:' || i, false, now(), now(),
        ['open', 'resolved'][1 + i % 2], i, now() FROM range(20000) t(i)"""


def plan(cursor: DuckDBPyConnection, statement: str) -> str:
    """Return how the engine went about a statement for two ids."""
    return str(cursor.execute(f"EXPLAIN ANALYZE {statement}", ["x:7", "x:8"]).fetchall()[0][1])


def test_few_rows_are_looked_up_by_index_whatever_else_is_asked_of_them(tmp_path: Path) -> None:
    """In one condition with the ids the engine reads the whole table; when it no longer does, `few` can go."""
    with Store.open(tmp_path / "social.duckdb") as store:
        with store.transaction() as cursor:
            cursor.execute(FILL)
        store.checkpoint()
        with store.read() as cursor:
            asked = "account_id = 'main' AND status <> 'resolved'"
            table = few("conversations", ["x:7", "x:8"])
            assert "Index Scan" in plan(cursor, f"{table} SELECT count(*) FROM few WHERE {asked}")
            beside = f"SELECT count(*) FROM conversations WHERE id IN (?, ?) AND {asked}"
            assert "Index Scan" not in plan(cursor, beside)
            found = cursor.execute(f"{table} SELECT id FROM few WHERE {asked}", ["x:7", "x:8"]).fetchall()
            assert found == [("x:8",)]

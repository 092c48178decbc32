from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from social_listener.model import Factor
from social_listener.store.facts import factors_text
from social_listener.store.staging import FEW, MOST_IDS, ROWS_AN_ID, select

ROWS = 120_000


@pytest.fixture(scope="module")
def cursor() -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a database with one table, whose ids grow with time as a platform's do."""
    with duckdb.connect() as connection:
        connection.execute(
            f"CREATE TABLE said AS SELECT 'x:' || (1000000 + n) AS id, n FROM range({ROWS}) made(n) ORDER BY n"
        )
        connection.execute("ALTER TABLE said ADD PRIMARY KEY (id)")
        yield connection


def ids(*numbers: int) -> list[str]:
    """Return the ids of those rows."""
    return [f"x:{1000000 + number}" for number in numbers]


@pytest.mark.parametrize("count", [1, FEW, FEW + 1, MOST_IDS, MOST_IDS + 1, 2 * MOST_IDS + 7])
@pytest.mark.parametrize("step", [1, 40], ids=["close together", "spread"])
def test_known_rows_are_found_among_new_ones(cursor: duckdb.DuckDBPyConnection, count: int, step: int) -> None:
    """Of ids across the end of a table exactly those are found that are there, in whatever order they are asked for."""
    numbers = [ROWS + count // 2 * step - number * step for number in range(count)]
    found = select(cursor, "said", "id", ("id", "n"), ids(*numbers))
    assert sorted(n for _, n in found) == sorted(number for number in numbers if number < ROWS)


def test_new_ids_beyond_the_table_are_not_found(cursor: duckdb.DuckDBPyConnection) -> None:
    """Ids before or after everything that is stored are not found, and one in the midst of them is."""
    new = ids(*range(ROWS, ROWS + 500))
    assert select(cursor, "said", "id", ("n",), new) == []
    assert select(cursor, "said", "id", ("n",), [*new, *ids(77)]) == [(77,)]


def test_ids_with_very_many_rows_between_them_are_found(cursor: duckdb.DuckDBPyConnection) -> None:
    """A few ids from all over a large table are found too: there the key's index is asked."""
    count = FEW + 1
    assert count * ROWS_AN_ID < ROWS
    numbers = [number * (ROWS // count) for number in range(count)]
    found = select(cursor, "said", "id", ("n",), [*ids(*numbers), "x:9", "y:1"])
    assert sorted(n for (n,) in found) == numbers


def test_factors_are_written_as_they_are() -> None:
    """Factors that are equal as numbers and different as text are written each as it is."""
    whole, part = Factor(name="received", points=12), Factor(name="received", points=12.0, words=('a "b"', "ü"))
    alike = Factor(name="received", points=12.0)
    assert factors_text([whole, part]) == (
        '[{"name": "received", "points": 12, "words": [], "because": ""},'
        ' {"name": "received", "points": 12.0, "words": ["a \\"b\\"", "ü"], "because": ""}]'
    )
    assert factors_text([alike]) == '[{"name": "received", "points": 12.0, "words": [], "because": ""}]'
    assert factors_text([]) == "[]"

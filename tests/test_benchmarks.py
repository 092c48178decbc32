"""Benchmarks fill stores of today's shape: what they measure is read from them."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from blank_store import laid

from social_listener.store import Store, stats

if TYPE_CHECKING:
    from collections.abc import Iterator

    from duckdb import DuckDBPyConnection


@pytest.fixture
def benchmarks(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let benchmarks be imported, as Python does that runs one of them."""
    monkeypatch.syspath_prepend(str(Path(__file__).parents[1] / "benchmarks"))
    yield
    for name in ("insights", "inbox", "pace"):
        sys.modules.pop(name, None)


def counted(cursor: DuckDBPyConnection) -> int:
    """Return how many items are to be counted."""
    ((number,),) = cursor.execute(f"SELECT count(*) FROM interactions i WHERE {stats.COUNTED}").fetchall()
    return int(number)


@pytest.mark.long
@pytest.mark.usefixtures("benchmarks")
def test_stores_are_filled_and_counted(tmp_path: Path) -> None:
    """Each fills a store of some hundred items; those of Insights are counted."""
    import inbox  # noqa: PLC0415 - lies beside the package
    import insights  # noqa: PLC0415

    with Store.open(laid(tmp_path / "insights.duckdb")) as store:
        insights.fill(store, 300)
        insights.count(store)
        insights.commit(store)
        with store.read() as cursor:
            assert cursor.execute("SELECT count(*) FROM counted_items").fetchall() == [(counted(cursor),)]
            assert counted(cursor) > 200
            assert stats.waiting(cursor) == 0
    with Store.open(laid(tmp_path / "inbox.duckdb")) as store:
        inbox.fill(store, 300, 60, datetime.now(UTC))
        with store.read() as cursor:
            assert cursor.execute("SELECT count(*) FROM queue").fetchall() == [(60,)]

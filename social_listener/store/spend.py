"""What platforms bill for, by account, day of UTC and price."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from duckdb import DuckDBPyConnection


def add(
    cursor: DuckDBPyConnection, account_id: str, day: date, counts: Mapping[str, int], prices: Mapping[str, float]
) -> None:
    """Count what was billed; counts below 0 take back. A name without a price costs nothing, and is counted."""
    for name, count in counts.items():
        usd = count * prices.get(name, 0.0)
        cursor.execute(
            """INSERT INTO spend (id, account_id, day, name, count, usd) VALUES (?, ?, ?, ?, ?, ?)
               ON CONFLICT (id) DO UPDATE SET count = spend.count + excluded.count, usd = spend.usd + excluded.usd""",
            [f"{account_id} {day.isoformat()} {name}", account_id, day.isoformat(), name, count, usd],
        )


def total(cursor: DuckDBPyConnection, account_id: str, day: date) -> float:
    """Return what an account has cost on a day, USD."""
    return totals(cursor, day).get(account_id, 0.0)


def totals(cursor: DuckDBPyConnection, day: date) -> dict[str, float]:
    """Return what every account has cost on a day, USD; those that were billed nothing are left out."""
    rows = cursor.execute("SELECT account_id, sum(usd) FROM spend WHERE day = ? GROUP BY account_id", [day.isoformat()])
    return {row[0]: max(0.0, float(row[1])) for row in rows.fetchall()}

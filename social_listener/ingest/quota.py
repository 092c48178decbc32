"""What reading may cost: the allowance that a platform tells of, and the budget of a platform that bills."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from social_listener.errors import RateLimited
from social_listener.ingest import schedule
from social_listener.store import outbox, quota, spend, streams

if TYPE_CHECKING:
    from collections.abc import Sequence

    from duckdb import DuckDBPyConnection

    from social_listener.ingest import Ingest
    from social_listener.ingest.told import Told
    from social_listener.model import Usage

#: state of an account whose budget for the day is spent
SPENT: Final = "out_of_budget"


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What accounts may cost."""

    prices: Mapping[str, Mapping[str, float]] = field(default_factory=dict)  #: by account, USD by name
    daily: Mapping[str, float] = field(default_factory=dict)  #: by account, USD a day of UTC; left out: no limit

    def cost(self, account_id: str, counts: Mapping[str, int]) -> float:
        """Return what was billed for, USD."""
        prices = self.prices.get(account_id, {})
        return sum(count * prices.get(name, 0.0) for name, count in counts.items())


def note(ingest: Ingest, cursor: DuckDBPyConnection, account_id: str, told: Sequence[Told]) -> None:
    """Write what answers told of the allowance, and what they cost; stop reading where one of both is used up."""
    prices = ingest.budget.prices.get(account_id, {})
    for one in told:
        spend.add(cursor, account_id, one.page.server_time.date(), one.page.reads, prices)
    last = told[-1]
    usage = next((one.page.usage for one in reversed(told) if one.page.usage is not None), None)
    if usage is not None:
        note_usage(cursor, account_id, usage, last.page.server_time - last.fetched_at, ingest.clock())
    stop_when_spent(ingest, cursor, account_id, last.page.server_time, last.page.server_time - last.fetched_at)


def note_usage(
    cursor: DuckDBPyConnection, account_id: str, usage: Usage, ahead: timedelta, now: datetime
) -> datetime | None:
    """Write how much of an account's allowance is used; return until when no call is made, None: calls are welcome.

    `ahead`: how far the platform's clock is ahead of ours.
    """
    streams.set_usage(cursor, account_id, usage.percent, now)
    until = schedule.regain(usage, ahead, now)
    if until is not None:
        quota.throttle(cursor, account_id, until, "the platform gives no access before")
    return until


def stop_when_spent(
    ingest: Ingest, cursor: DuckDBPyConnection, account_id: str, server_time: datetime, ahead: timedelta
) -> datetime | None:
    """Have an account read nothing until the platform's day ends, when its budget is spent; return when that is."""
    limit = ingest.budget.daily.get(account_id)
    if limit is None or spend.total(cursor, account_id, server_time.date()) < limit:
        return None
    until = schedule.day_end(server_time) - ahead
    words = f"${limit:,.2f} a day; it reads again after {schedule.day_end(server_time):%Y-%m-%d %H:%M} UTC"
    streams.set_state(cursor, account_id, SPENT, problem=words, now=ingest.clock(), retry_at=until)
    streams.hold(cursor, account_id, until)
    return until


def reached(ingest: Ingest, account_id: str, told: Sequence[Told]) -> bool:
    """Return whether an account's budget is spent, with answers that are not written yet."""
    limit = ingest.budget.daily.get(account_id)
    if limit is None or not told:
        return False
    fresh = sum(ingest.budget.cost(account_id, one.page.reads) for one in told)
    with ingest.store.read() as cursor:
        return spend.total(cursor, account_id, told[-1].page.server_time.date()) + fresh >= limit


def refused(ingest: Ingest, cursor: DuckDBPyConnection, error: RateLimited, until: datetime) -> datetime:
    """Write that a platform refused a call for its limits; return until when it is left alone.

    `until`: by our own clock, as far as the error tells.
    """
    account_id = error.account_id
    now = ingest.clock()
    channel = ingest.channels.get(account_id)
    usage = channel.usage() if channel is not None else None
    if usage is not None:
        streams.set_usage(cursor, account_id, usage.percent, now)
    if not error.whole_account:
        return until
    regain = schedule.regain(usage, outbox.clock_offset(cursor, account_id), now) if usage is not None else None
    until = max(until, regain or until)
    quota.throttle(cursor, account_id, until, str(error))
    return until


def makes_way(ingest: Ingest, account_id: str, now: datetime, told: Usage | None = None) -> bool:
    """Return whether reading has to wait for a reply: little is left of the allowance, and sending comes first.

    `told`: what the platform told since it was last written down; None: nothing.
    """
    with ingest.store.read() as cursor:
        row = streams.account(cursor, account_id)
        used = schedule.believed(row.used, row.used_at, now) if row is not None else None
        used = told.percent if told is not None else used
        return used is not None and used >= schedule.SCARCE and outbox.anyone_waits(cursor, account_id, now)

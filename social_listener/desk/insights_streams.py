"""Figures by stream, of streams that somebody may know of.

An item of one account can have been seen by a stream of another. Who has access to the first alone hears nothing of the
second: neither how its streams are called, nor what they saw.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from social_listener.desk_types.insights import By
from social_listener.store import insights

if TYPE_CHECKING:
    from collections.abc import Iterable

    from duckdb import DuckDBPyConnection

    from social_listener.desk_types.insights import Line, Point, Slice, Waits
    from social_listener.desk_types.people import Accounts
    from social_listener.periods import Step
    from social_listener.store import stats

#: holds what parts ids from each other where they stand in a row: no item was seen by it
_NO_STREAM: Final = (" ",)


def theirs(wanted: Slice, within: Accounts) -> Slice:
    """Return a slice without streams of accounts that are not theirs; where it names no other, it counts nothing."""
    if within is None or not wanted.streams:
        return wanted
    mine = tuple(one for one in wanted.streams if is_theirs(one, within))
    return replace(wanted, streams=mine or _NO_STREAM)


def is_theirs(stream_id: str, within: Accounts) -> bool:
    """Return whether a stream is of an account that somebody may see."""
    return within is None or stream_id.partition("/")[0] in within


def compared(wanted: Slice, within: Accounts, seen: Iterable[Iterable[str]]) -> tuple[str, ...]:
    """Return the streams whose shares of voice are told: those of a slice, or all that saw something, and theirs."""
    found = wanted.streams or sorted({one for each in seen for one in each})
    return tuple(one for one in found if is_theirs(one, within))


def lines(
    cursor: DuckDBPyConnection, wanted: Slice, within: Accounts, by: By, *, live: stats.Live | None = None
) -> tuple[Line, ...]:
    """Return the figures of a slice told apart, as the store does."""
    found = insights.lines(cursor, wanted, within, by, live=live)
    return tuple(one for one in found if _is_told(one.key, by, within))


def points(
    cursor: DuckDBPyConnection, wanted: Slice, within: Accounts, *, step: Step, by: By | None, live: stats.Live
) -> tuple[Point, ...]:
    """Return the figures of every step, told apart, as the store does."""
    found = insights.points(cursor, wanted, within, step, by, live=live)
    return tuple(one for one in found if _is_told(one.key, by, within))


def waits(
    cursor: DuckDBPyConnection,
    wanted: Slice,
    within: Accounts,
    *,
    by: By | None,
    step: Step | None = None,
    live: stats.Live,
) -> tuple[Waits, ...]:
    """Return how long answered items waited, told apart, as the store does."""
    found = insights.waits(cursor, wanted, within, by=by, step=step, live=live)
    return tuple(one for one in found if _is_told(one.key, by, within))


def _is_told(key: str, by: By | None, within: Accounts) -> bool:
    return by is not By.STREAM or is_theirs(key, within)

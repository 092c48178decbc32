"""What clocks of a time zone show, as SQL, by the rules that `Period` cuts days by.

The engine has rules of zones of its own, which may be older or newer than Python's: then its `timezone` puts what was
said at night on another day than the day's own bounds do.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Iterator

    from social_listener.periods import Step

#: clocks are changed once in so long a time at most
_DAY: Final = timedelta(days=1)


def local_of(zone: str, since: datetime, until: datetime, column: str = "bucket") -> str:
    """Return the SQL of what clocks of a zone show at a moment of [since, until), as a time without a zone."""
    *changes, (_, last) = _offsets(ZoneInfo(zone), since, until)
    shift = f"to_seconds({last})"
    if changes:
        parts = [f"WHEN {column} < TIMESTAMPTZ '{end.isoformat()}' THEN to_seconds({off})" for end, off in changes]
        shift = f"CASE {' '.join(parts)} ELSE {shift} END"
    return f"(timezone('UTC', {column}) + {shift})"


def step_of(step: Step, zone: str, since: datetime, until: datetime) -> str:
    """Return the SQL of where the step of a bucket in [since, until) begins, local time."""
    return f"date_trunc('{step.value}', {local_of(zone, since, until)})"


def hour_of(zone: str, since: datetime, until: datetime, column: str = "bucket") -> str:
    """Return the SQL of the hour of the week of a moment in [since, until): 0 is Monday from midnight to one."""
    local = local_of(zone, since, until, column)
    return f"((isodow({local}) - 1) * 24 + hour({local}))"


def _offsets(zone: ZoneInfo, since: datetime, until: datetime) -> Iterator[tuple[datetime, int]]:
    """Yield how many seconds clocks are ahead of UTC, and up to when they are."""
    at, now = since, _offset(zone, since)
    while at < until:
        following = min(at + _DAY, until)
        then = _offset(zone, following)
        if then != now:
            yield _change(zone, at, following), now
        at, now = following, then
    yield until, now


def _change(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """Return when between two moments clocks are changed, to the second."""
    was = _offset(zone, before)
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=int((after - before).total_seconds()) // 2)
        before, after = (middle, after) if _offset(zone, middle) == was else (before, middle)
    return after


def _offset(zone: ZoneInfo, moment: datetime) -> int:
    ahead = moment.astimezone(zone).utcoffset()
    return int(ahead.total_seconds()) if ahead else 0

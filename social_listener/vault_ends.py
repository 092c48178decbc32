"""When somebody has to connect an account again: announced 14, 7 and 1 day before, in Health and in the log."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_log = logging.getLogger(__name__)

#: days before the end at which it is announced
STEPS: Final = (14, 7, 1)


def step(expires_at: datetime | None, now: datetime) -> int | None:
    """Return which announcement is due: 14, 7 or 1 days before the end, 0 after it; None: none yet."""
    if expires_at is None:
        return None
    left = expires_at - now
    if left <= timedelta(0):
        return 0
    return min((days for days in STEPS if left <= timedelta(days=days)), default=None)


def words(channel: str, account_id: str, expires_at: datetime, now: datetime) -> str:
    """Return in words what is going to happen to an account, and what to do."""
    command = f"`social-listener connect {channel} --id {account_id}`"
    moment = f"{expires_at:%Y-%m-%d %H:%M} UTC"
    if expires_at <= now:
        return f"its access ended on {moment}: connect it again with {command}"
    days = -(-(expires_at - now) // timedelta(days=1))
    left = "within a day" if days == 1 else f"in {days} days"
    return f"its access ends {left}, on {moment}: connect it again with {command}"


class Announcer:
    """Logs each step of each account once a process. `ends`: account → channel and end; they change meanwhile."""

    def __init__(self, ends: Callable[[], Mapping[str, tuple[str, datetime | None]]]) -> None:
        self._ends = ends
        self._said: set[tuple[str, datetime, int]] = set()

    def look(self, now: datetime) -> None:
        """Log what is due by now and was not said yet."""
        for account_id, (channel, expires_at) in self._ends().items():
            due = step(expires_at, now)
            if expires_at is None or due is None or (account_id, expires_at, due) in self._said:
                continue
            self._said.add((account_id, expires_at, due))
            _log.warning(
                "access ends",
                extra={"account": account_id, "days": due, "detail": words(channel, account_id, expires_at, now)},
            )

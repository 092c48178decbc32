"""Until when something is put away, where the clocks are changed in between."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from social_listener.dashboard.inbox_actions import SNOOZES

#: an hour before the clocks go back, in the hour that comes twice, and before they go forward
_NIGHTS = ((2026, 10, 24, 23, 30), (2026, 10, 25, 0, 30), (2026, 10, 25, 1, 30), (2026, 3, 29, 0, 30))


@pytest.mark.parametrize("night", _NIGHTS)
@pytest.mark.parametrize(("choice", "hours"), [("For 1 hour", 1), ("For 4 hours", 4)])
def test_an_hour_is_an_hour(night: tuple[int, int, int, int, int], choice: str, hours: int) -> None:
    """A snooze for some hours lasts as long on the nights in which the clocks are changed."""
    now = datetime(*night, tzinfo=UTC)
    until = SNOOZES[choice](now.astimezone(ZoneInfo("Europe/Berlin")))
    assert until.astimezone(UTC) - now == timedelta(hours=hours)


@pytest.mark.parametrize("night", _NIGHTS)
def test_nine_is_nine_on_the_wall(night: tuple[int, int, int, int, int]) -> None:
    """A snooze until tomorrow ends at nine by the reader's clock, whatever the clocks did."""
    here = datetime(*night, tzinfo=UTC).astimezone(ZoneInfo("Europe/Berlin"))
    until = SNOOZES["Until tomorrow 9:00"](here).astimezone(ZoneInfo("Europe/Berlin"))
    assert (until.date() - here.date(), until.hour, until.minute) == (timedelta(days=1), 9, 0)

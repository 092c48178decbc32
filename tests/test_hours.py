"""Opening hours: when a promised time ends, and how much of it has gone by."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from social_listener.hours import LONGEST, Calendar, due, worked

ZONES = (
    *("UTC", "Europe/Berlin", "America/New_York", "America/Havana", "Asia/Kolkata", "Asia/Kathmandu"),
    *("Australia/Lord_Howe", "Pacific/Apia", "America/Sao_Paulo", "Africa/Casablanca"),
)
OFFICE = ((9 * 60, 17 * 60),)
WEEKDAYS = (*[OFFICE] * 5, (), ())
BERLIN = Calendar(name="office", zone="Europe/Berlin", week=WEEKDAYS)
MINUTE = timedelta(minutes=1)


@st.composite
def days(draw: st.DrawFn) -> tuple[tuple[int, int], ...]:
    """Draw a day's hours: in order, not overlapping, at most three spans."""
    marks = sorted(draw(st.sets(st.integers(0, 24 * 60), max_size=6)))
    return tuple(zip(marks[::2], marks[1::2], strict=False))


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    """Draw a calendar with opening hours on some weekday."""
    week = draw(st.tuples(*[days()] * 7).filter(any))
    closed = draw(st.frozensets(st.dates(date(2026, 1, 1), date(2026, 12, 31)), max_size=8))
    return Calendar(name="any", zone=draw(st.sampled_from(ZONES)), week=week, closed=closed)


#: moments of a year in which clocks change, to the second
MOMENTS = st.integers(0, 364 * 86_400).map(lambda number: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=number))
TARGETS = st.timedeltas(timedelta(seconds=1), timedelta(hours=40)).map(
    lambda time: time - time % timedelta(seconds=1) + MINUTE
)


@given(calendars(), MOMENTS, TARGETS)
def test_the_time_until_it_is_due_is_the_time_promised(calendar: Calendar, since: datetime, target: timedelta) -> None:
    """Between a moment and when it is due lies as much opening time as was promised, and not a second earlier."""
    until = due(since, target, calendar)
    assert worked(since, until, calendar) == target
    assert worked(since, until - timedelta(seconds=1), calendar) == target - timedelta(seconds=1)


@given(calendars(), MOMENTS, MOMENTS)
def test_what_was_worked_leads_back(calendar: Calendar, since: datetime, until: datetime) -> None:
    """What was worked between two moments is due no later than the second of them, and nothing was worked between."""
    spent = worked(since, until, calendar)
    if timedelta(0) < spent <= LONGEST:
        assert due(since, spent, calendar) <= until
        assert worked(due(since, spent, calendar), until, calendar) == timedelta(0)


@given(calendars(), MOMENTS, MOMENTS, MOMENTS)
def test_time_adds_up_and_never_runs_back(calendar: Calendar, one: datetime, two: datetime, three: datetime) -> None:
    """Opening time of two spans that meet is that of the whole; it is never more than the time by the clock."""
    first, second, third = sorted((one, two, three))
    parts = worked(first, second, calendar) + worked(second, third, calendar)
    assert parts == worked(first, third, calendar) <= third - first
    assert worked(third, first, calendar) == timedelta(0)


@given(calendars(), MOMENTS, MOMENTS, TARGETS, TARGETS)
def test_later_and_longer_is_due_later(
    calendar: Calendar, one: datetime, two: datetime, short: timedelta, long: timedelta
) -> None:
    """What begins later is not due earlier, and more time is due later."""
    assert due(min(one, two), short, calendar) <= due(max(one, two), short, calendar)
    if short != long:
        assert due(one, min(short, long), calendar) < due(one, max(short, long), calendar)


@given(calendars(), MOMENTS, TARGETS)
def test_the_zone_of_a_moment_does_not_matter(calendar: Calendar, since: datetime, target: timedelta) -> None:
    """The same moment told in another zone is due at the same moment."""
    assert due(since.astimezone(ZoneInfo("Asia/Tokyo")), target, calendar) == due(since, target, calendar)


@given(MOMENTS, TARGETS)
def test_without_hours_every_moment_counts(since: datetime, target: timedelta) -> None:
    """A calendar without hours is open round the clock; so is one that says so by weekday, in any zone."""
    everyday = Calendar(week=(((0, 24 * 60),),) * 7, zone="Europe/Berlin")
    assert due(since, target, Calendar()) == since + target == due(since, target, everyday)


def naive(since: datetime, until: datetime, calendar: Calendar) -> timedelta:
    """Count the open minutes between two moments one by one, by the clock on the wall."""
    zone, total, moment = ZoneInfo(calendar.zone), timedelta(0), since
    while moment < until:
        local = moment.astimezone(zone)
        minute = local.hour * 60 + local.minute
        spans = () if local.date() in calendar.closed else calendar.week[local.weekday()]
        total += MINUTE if any(opens <= minute < closes for opens, closes in spans) else timedelta(0)
        moment += MINUTE
    return total


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("hours", [OFFICE, ((0, 60), (22 * 60, 24 * 60)), ((0, 24 * 60),)], ids=["day", "night", "all"])
def test_it_is_what_counting_minutes_gives(zone: str, hours: tuple[tuple[int, int], ...]) -> None:
    """Over every change of the clocks in a year, hours that no change cuts are counted as by a watch on the wall."""
    calendar = Calendar(name="c", zone=zone, week=(hours,) * 7, closed=frozenset({date(2026, 3, 30)}))
    changes = [
        moment
        for number in range(365)
        if (moment := datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=number)).astimezone(ZoneInfo(zone)).utcoffset()
        != (moment + timedelta(days=1)).astimezone(ZoneInfo(zone)).utcoffset()
    ] or [datetime(2026, 3, 29, tzinfo=UTC)]
    for change in changes:
        since, until = change - timedelta(hours=30), change + timedelta(hours=50)
        assert worked(since, until, calendar) == naive(since, until, calendar)


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 6, 1), 24)])
def test_a_day_of_changing_clocks_is_longer_or_shorter(day: date, hours: int) -> None:
    """Open round the clock in Berlin, the day on which the clocks go forward has 23 hours, the other one 25."""
    calendar = Calendar(zone="Europe/Berlin", week=(((0, 24 * 60),),) * 7)
    ((since, until),) = calendar.stretches(day)
    assert until - since == timedelta(hours=hours)


def test_hours_that_the_clocks_jump_over_do_not_count_twice() -> None:
    """Opening at 2:15, which does not exist that day, and at 3:00: the spans that meet are one."""
    calendar = Calendar(zone="Europe/Berlin", week=(((60, 165), (180, 240)),) * 7)
    found = calendar.stretches(date(2026, 3, 29))
    assert found == ((datetime(2026, 3, 29, 0, 0, tzinfo=UTC), datetime(2026, 3, 29, 2, 0, tzinfo=UTC)),)
    gone = Calendar(zone="Europe/Berlin", week=(((150, 195),),) * 7)
    assert gone.stretches(date(2026, 3, 29)) == ()


def test_friday_evening_is_due_on_monday() -> None:
    """Half an hour before closing and an hour promised: half an hour after the doors open again, holidays left out."""
    friday = datetime(2026, 4, 2, 14, 30, tzinfo=UTC)  # a Thursday before Good Friday, 16:30 in Berlin
    assert due(friday, timedelta(hours=1), BERLIN) == datetime(2026, 4, 3, 7, 30, tzinfo=UTC)
    easter = Calendar(
        name="e", zone="Europe/Berlin", week=WEEKDAYS, closed=frozenset({date(2026, 4, 3), date(2026, 4, 6)})
    )
    assert due(friday, timedelta(hours=1), easter) == datetime(2026, 4, 7, 7, 30, tzinfo=UTC)
    assert due(friday, timedelta(minutes=30), easter) == datetime(2026, 4, 2, 15, 0, tzinfo=UTC)


@pytest.mark.parametrize("week", [((),) * 7, (OFFICE,) * 6])
def test_a_calendar_without_any_opening_hour_is_refused(week: tuple[tuple[tuple[int, int], ...], ...]) -> None:
    """A calendar that never opens, or does not tell seven weekdays, cannot be made."""
    with pytest.raises(ValueError, match="no opening hour"):
        Calendar(name="shut", week=week)


@pytest.mark.parametrize("target", [timedelta(0), timedelta(seconds=-1), LONGEST + MINUTE])
def test_a_target_has_limits(target: timedelta) -> None:
    """Nothing, less than nothing and more than a year are refused."""
    with pytest.raises(ValueError, match="longer than nothing"):
        due(datetime(2026, 1, 1, tzinfo=UTC), target, BERLIN)

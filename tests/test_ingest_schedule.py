from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from social_listener.errors import (
    BadPayload,
    ChannelError,
    OutOfCredit,
    PageExpired,
    RateLimited,
    Rejected,
    Unauthorized,
    Unavailable,
)
from social_listener.ingest import schedule

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
FIRST, MOST = timedelta(seconds=60), timedelta(minutes=15)
MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - as asked for


def _pause(error: ChannelError | None, errors: int = 0, chance: float = 0.5) -> schedule.Pause:
    return schedule.pause(error, errors=errors, now=NOON, first=FIRST, most=MOST, chance=chance)


@given(MOMENTS, st.sampled_from([1, 7, 60, 900, 86400]), st.floats(0, 1))
def test_the_next_poll_is_due_within_an_interval(now: datetime, seconds: int, chance: float) -> None:
    """Whenever a poll ends, the next one is due later than now and no later than an interval and a little."""
    interval = timedelta(seconds=seconds)
    due = schedule.next_due("a/mentions", interval, now, chance)
    assert now < due <= now + interval * (1 + schedule.SPREAD) + timedelta(microseconds=10)


def test_polls_stay_on_a_grid() -> None:
    """However long polls take, they are due at the same seconds of every minute, so that delays do not add up."""
    interval = timedelta(minutes=1)
    dues = {
        schedule.next_due("a/mentions", interval, NOON + timedelta(seconds=late), 0.0).timestamp() % 60
        for late in range(0, 600, 13)
    }
    assert max(dues) - min(dues) < 0.001


def test_streams_of_one_interval_are_not_due_all_at_once() -> None:
    """Each stream has a grid of its own."""
    dues = {schedule.next_due(f"a/{number}", timedelta(minutes=1), NOON, 0.0) for number in range(20)}
    assert len(dues) == 20


def test_a_rate_limit_is_kept_to_its_end() -> None:
    """No call is made before the platform's own time, and none long after."""
    until = NOON + timedelta(minutes=12)
    pause = _pause(RateLimited("", account_id="a", retry_at=until))
    assert pause.not_before == pause.next_due_at
    assert until <= pause.next_due_at <= until + schedule.MOST_SPREAD


@pytest.mark.parametrize("told", [None, NOON - timedelta(hours=1), NOON, NOON + timedelta(days=400)])
def test_a_rate_limit_without_an_end_that_can_be_believed_doubles(told: datetime | None) -> None:
    """Missing, past and absurd ends give a minute, then two, then four, up to the longest pause."""
    waits = [_pause(RateLimited("", account_id="a", retry_at=told), errors, 0.0) for errors in range(8)]
    seconds = [(one.not_before - NOON).total_seconds() for one in waits if one.not_before]
    assert seconds == [60, 120, 240, 480, 900, 900, 900, 900]


@pytest.mark.parametrize(("error", "state"), [(Unauthorized, "unauthorized"), (OutOfCredit, "out_of_credit")])
def test_a_refused_account_is_tried_again_rarely(error: type[ChannelError], state: str) -> None:
    """The account stops, and one probe is made every quarter of an hour."""
    pause = _pause(error("", account_id="a"), errors=5)
    assert (pause.state, pause.retry_at) == (state, NOON + schedule.PROBE)


@given(st.integers(0, 100), st.floats(0, 1))
def test_back_off_grows_to_its_most_and_no_further(errors: int, chance: float) -> None:
    """Pauses double up to the longest; jitter takes off no more than half."""
    whole = min(FIRST * 2 ** min(errors, 30), MOST)
    for error in (Unavailable("", account_id="a"), BadPayload("", account_id="a"), None):
        wait = _pause(error, errors, chance).next_due_at - NOON
        assert whole / 2 <= wait <= whole


def test_only_an_unreachable_platform_marks_the_account() -> None:
    """What one stream cannot do says nothing about the account."""
    assert _pause(Unavailable("", account_id="a")).state == "unreachable"
    for error in (BadPayload("", account_id="a"), Rejected("", account_id="a"), PageExpired("", account_id="a")):
        assert _pause(error).state is None


def test_faults_are_named_as_health_shows_them() -> None:
    """A platform's fault has the name of its class, a fault of ours its own."""
    assert schedule.kind_of(RateLimited("", account_id="a")) == "RateLimited"
    assert schedule.kind_of(KeyError("x")) == "KeyError"

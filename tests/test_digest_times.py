from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from social_listener.digests import due, mail_id, message_id, pause
from social_listener.periods import Period
from social_listener.settings import DigestSettings


def digest(**facts: Any) -> DigestSettings:
    """Return a digest of Monday at seven in Berlin, unless `facts` tell otherwise."""
    plain: dict[str, Any] = {"name": "weekly", "to": ("ana@example.com",), "zone": "Europe/Berlin"}
    return DigestSettings(**plain | facts)


@pytest.mark.parametrize(
    ("every", "now", "at", "first", "last"),
    [
        ("week", "2026-05-11T05:00Z", "2026-05-11T05:00Z", "2026-05-04", "2026-05-10"),
        ("week", "2026-05-11T04:59Z", "2026-05-04T05:00Z", "2026-04-27", "2026-05-03"),
        ("week", "2026-05-17T23:00Z", "2026-05-11T05:00Z", "2026-05-04", "2026-05-10"),
        ("day", "2026-03-29T05:00Z", "2026-03-29T05:00Z", "2026-03-28", "2026-03-28"),
        ("day", "2026-03-29T04:00Z", "2026-03-28T06:00Z", "2026-03-27", "2026-03-27"),
        ("month", "2026-03-01T06:00Z", "2026-03-01T06:00Z", "2026-02-01", "2026-02-28"),
        ("month", "2026-01-31T23:30Z", "2026-01-01T06:00Z", "2025-12-01", "2025-12-31"),
    ],
)
def test_a_digest_is_due_of_the_days_before(every: str, now: str, at: str, first: str, last: str) -> None:
    """Of the day, week or month before, at its time by the clocks of its zone, summer time included."""
    found = due(digest(every=every), datetime.fromisoformat(now))
    assert found.at == datetime.fromisoformat(at)
    assert found.period == Period(date.fromisoformat(first), date.fromisoformat(last), "Europe/Berlin")


@given(
    now=st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)),  # noqa: DTZ001 - hypothesis wants them so
    every=st.sampled_from(("day", "week", "month")),
    at=st.sampled_from(("00:00", "02:30", "07:00", "23:59")),
    zone=st.sampled_from(("UTC", "Europe/Berlin", "Australia/Lord_Howe", "America/St_Johns", "Pacific/Apia")),
)
def test_periods_follow_each_other_without_a_gap(now: datetime, every: str, at: str, zone: str) -> None:
    """What is due next begins where this one ends; nothing is due in the future, nor of days that are not over."""
    wanted = digest(every=every, at=at, zone=zone)
    here = due(wanted, now.replace(tzinfo=UTC))
    assert here.at <= now.replace(tzinfo=UTC)
    assert here.period.until <= here.at
    before = due(wanted, here.at - timedelta(seconds=1))
    assert before.period.last + timedelta(days=1) == here.period.first
    longest = {"day": 1, "week": 7, "month": 31}[every]
    assert now.replace(tzinfo=UTC) - here.at < timedelta(days=longest, hours=2)


def test_pauses_grow() -> None:
    """Each attempt waits longer than the one before, up to four hours."""
    pauses = [pause(number) for number in range(1, 9)]
    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1]) == (timedelta(minutes=1), timedelta(hours=4))


def test_an_e_mail_has_one_name() -> None:
    """The same digest, days and recipient have the same Message-ID; any other has another."""
    period = Period(date(2026, 5, 4), date(2026, 5, 10))
    names = [mail_id("weekly", period, to) for to in ("a@example.com", "b@example.com")]
    ids = {message_id(name, "Desk <desk@example.com>") for name in (*names, *names)}
    assert len(ids) == 2
    assert all(one.endswith("@example.com>") and one.startswith("<digest.") for one in ids)

"""The address of the Insights page: what is shown comes back from it, and nonsense in it does no harm."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from urllib.parse import parse_qs
from zoneinfo import ZoneInfo

import pytest

from social_listener.dashboard import insights_address
from social_listener.dashboard.insights_address import Look, Place, look_of, place_of, query_of, told_look
from social_listener.desk_types.insights import By, Slice
from social_listener.periods import Period

ZONE = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 25, 23, 30, tzinfo=UTC)  # half past midnight of the 26th in Berlin
SECTIONS = ("overview", "voice")
WHOLE = Slice(
    period=Period(date(2026, 10, 1), date(2026, 10, 31), "Europe/Berlin"),
    channels=("x",),
    accounts=("a", "b"),
    streams=("a/search: it's 50 % off, & more",),
    languages=("", "de"),
    sentiments=("negative", "none"),
    labels=("l1",),
    private=False,
)


def test_what_is_shown_comes_back_from_the_address() -> None:
    """Section, own dates, every filter, by what lines are told apart, and the open list."""
    look = Look(replace(WHOLE, hour_of_week=167), answered=True, count=12)
    place = Place(section="voice", preset="own", wanted=WHOLE, by=By.LABEL, look=look)
    assert place_of(query_of(place, SECTIONS), NOW, ZONE, SECTIONS) == place
    within = (datetime(2026, 10, 24, 22, tzinfo=UTC), datetime(2026, 10, 25, 23, tzinfo=UTC))
    look = Look(replace(WHOLE, within=within, private=True))
    assert look_of(told_look(look), ZONE) == look


def test_a_bare_address_shows_the_first_section_and_tells_nothing() -> None:
    """What is not set does not stand in the address."""
    place = place_of({}, NOW, ZONE, SECTIONS)
    assert (place.section, place.preset, place.by, place.look) == ("overview", "28d", By.CHANNEL, None)
    assert query_of(place, SECTIONS) == {}


@pytest.mark.parametrize(
    ("preset", "first", "last"),
    [
        ("today", date(2026, 11, 26), date(2026, 11, 26)),
        ("yesterday", date(2026, 11, 25), date(2026, 11, 25)),
        ("7d", date(2026, 11, 19), date(2026, 11, 25)),
        ("this-month", date(2026, 11, 1), date(2026, 11, 26)),
        ("last-month", date(2026, 10, 1), date(2026, 10, 31)),
        ("this-year", date(2026, 1, 1), date(2026, 11, 26)),
    ],
)
def test_presets_are_days_of_the_house(preset: str, first: date, last: date) -> None:
    """Today is today in the house's zone, whatever day it is in UTC."""
    assert place_of({"period": [preset]}, NOW, ZONE, SECTIONS).wanted.period == Period(first, last, "Europe/Berlin")


@pytest.mark.parametrize(
    "query",
    [
        "period=own",
        "period=own&from=2026-02-30&to=2026-03-01",
        "period=own&from=2026-03-02&to=2026-03-01",
        "period=own&from=0001-01-01&to=9999-12-31",
        "period=own&from=1999-12-31&to=2000-01-05",
        "period=<script>&section=../../etc&by=weight&who=everybody&sentiment=angry&channel=&items=%00&items=x",
        "items=from%3D2026-01-01%26to%3D9999-01-01",
        "channel=" + "x" * 201,
    ],
)
def test_nonsense_in_an_address_is_left_out(query: str) -> None:
    """An address that is wrong opens the page as a bare one does."""
    assert place_of(parse_qs(query), NOW, ZONE, SECTIONS) == place_of({}, NOW, ZONE, SECTIONS)


@pytest.mark.parametrize(
    "more",
    [
        "at=2026-10-01T00:07/2026-10-01T01:00",
        "at=2026-09-01T00:00/2026-10-01T01:00",
        "at=2026-10-02T00:00/2026-10-01T01:00",
        "at=x/y/z",
        "hour=168",
        "hour=-1",
        "hour=²",
        "number=1e9",
    ],
)
def test_nonsense_in_an_open_list_is_left_out(more: str) -> None:
    """A stretch that does not lie in the period at quarters of an hour, and an hour that no week has."""
    bare = look_of("from=2026-10-01&to=2026-10-31", ZONE)
    assert bare is not None
    assert look_of(f"from=2026-10-01&to=2026-10-31&{more}", ZONE) == bare


def test_filters_are_counted() -> None:
    """The button tells how many kinds of filter are set."""
    assert insights_address.narrowed(WHOLE) == 7
    assert insights_address.narrowed(Slice(period=WHOLE.period)) == 0

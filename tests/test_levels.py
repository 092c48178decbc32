"""What is promised, and how it is kept as one text and made from the settings."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from social_listener.errors import SettingsError
from social_listener.hours import Calendar
from social_listener.levels import Band, Level, Levels, Rule, band, from_text
from social_listener.service_levels import levels_of
from social_listener.settings_file import parse

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
SPANS = st.one_of(st.none(), st.timedeltas(timedelta(minutes=1), timedelta(days=9)))
RULES = st.builds(
    Rule,
    channel=st.sampled_from([None, "x", "facebook"]),
    band=st.sampled_from([None, *Band]),
    private=st.sampled_from([None, True, False]),
    first_answer=SPANS,
    resolution=SPANS,
)
CALENDAR = Calendar(name="o", zone="Asia/Tokyo", week=(((60, 90),),) * 7, closed=frozenset({date(2026, 1, 1)}))

ACCOUNT = """
accounts:
  - {id: main, channel: x, name: main}
  - {id: page, channel: facebook, name: page}
service_levels:
"""


def levels(text: str) -> Levels:
    """Return what settings with that block promise."""
    return levels_of(parse(ACCOUNT + text, Path("settings.yaml")), NOW)


def refused(text: str) -> str:
    """Return the message with which they are refused."""
    with pytest.raises(SettingsError) as error:
        levels(text)
    return str(error.value)


@given(st.lists(RULES, max_size=4), st.sampled_from(["x", "facebook"]), st.integers(0, 100), st.booleans())
def test_the_first_rule_that_fits_and_names_a_time_counts(
    rules: list[Rule], channel: str, priority: int, private: bool
) -> None:
    """Each time is looked for by itself, rule after rule, and is the usual one where no rule that fits names it."""
    given_levels = Levels(rules=tuple(rules))
    found = given_levels.level(channel, priority, private=private)
    usual = given_levels.private if private else given_levels.public
    answer, resolution = usual.first_answer, usual.resolution
    for rule in reversed(rules):
        wrong = (
            (rule.channel is not None and rule.channel != channel)
            or (rule.band is not None and rule.band is not band(priority))
            or (rule.private is not None and rule.private != private)
        )
        if not wrong:
            answer, resolution = rule.first_answer or answer, rule.resolution or resolution
    assert found == Level(first_answer=answer, resolution=resolution)


@given(st.lists(RULES, max_size=3), st.booleans())
def test_levels_come_back_from_their_text(rules: list[Rule], hours: bool) -> None:
    """What is stored is read as the same levels, and equal levels have equal texts."""
    made = Levels(rules=tuple(rules), calendars={"main": CALENDAR} if hours else {}, warn_at=0.5)
    assert from_text(made.text()) == made
    assert from_text(made.text()).text() == made.text()


def test_bands() -> None:
    """High from 70, middle from 40, low below."""
    assert [band(priority) for priority in (100, 70, 69, 40, 39, 0)] == [
        *(Band.HIGH, Band.HIGH, Band.MIDDLE, Band.MIDDLE, Band.LOW, Band.LOW),
    ]


def test_the_defaults_are_those_of_before() -> None:
    """Without a word in the settings: an hour in public, half an hour in private, no resolution, no hours."""
    assert levels_of(parse("", Path("settings.yaml")), NOW) == Levels()
    assert Levels().level("x", 50, private=False) == Level(first_answer=timedelta(hours=1), resolution=None)
    assert Levels().level("x", 50, private=True) == Level(first_answer=timedelta(minutes=30), resolution=None)


def test_settings_become_levels() -> None:
    """Rules, hours, holidays and own days of the settings stand in the levels, by account."""
    made = levels("""
  first_answer: {public: 2h}
  resolution: {private: 1d}
  warn_at: 0.5
  rules:
    - {channel: x, priority: high, visibility: private, first_answer: 15m}
  calendars:
    - name: office
      zone: Europe/Berlin
      hours: {mon: "09:00-12:30, 13:30-18:00"}
      holidays: {country: DE, subdivision: BY}
      closed: [2026-12-24]
      open: ["2026-12-25"]
      accounts: [main]
""")
    assert made.level("x", 80, private=True) == Level(first_answer=timedelta(minutes=15), resolution=timedelta(days=1))
    assert made.level("x", 10, private=False) == Level(first_answer=timedelta(hours=2), resolution=None)
    office = made.calendar("main")
    assert office.week == (((540, 750), (810, 1080)), (), (), (), (), (), ())
    bavarian, christmas_eve, christmas = date(2026, 1, 6), date(2026, 12, 24), date(2026, 12, 25)
    assert {bavarian, christmas_eve, date(2027, 1, 1)} <= office.closed
    assert christmas not in office.closed
    assert made.calendar("page").always
    assert made.warn_at == 0.5


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("  calendars: [{name: a, hours: {}}]", "service_levels.calendars[0].hours: 'a' has no opening hour"),
        ("  calendars: [{name: a, hours: {mon: '', tue: ''}}]", "has no opening hour in the week"),
        (
            "  calendars: [{name: a, hours: {mon: '9-17'}}]",
            'calendars[0].hours.mon: write opening hours as "09:00-17:30"',
        ),
        ("  calendars: [{name: a, hours: {mon: '17:00-09:00'}}]", "must close after it opens"),
        ("  calendars: [{name: a, hours: {mon: '09:00-12:00, 11:00-13:00'}}]", "overlap"),
        ("  calendars: [{name: a, hours: {mon: '09:00-24:30'}}]", "write opening hours"),
        ("  calendars: [{name: a, zone: Mars, hours: {mon: '09:00-17:00'}}]", "there is no such time zone"),
        ("  calendars: [{name: a, hours: {mon: '09:00-17:00'}, closed: [x]}]", "write a day as 2026-12-24"),
        ("  calendars: [{name: a, hours: {mon: '09:00-17:00'}, accounts: [man]}]", "did you mean `main`?"),
        (
            "  calendars: [&a {name: a, hours: {mon: '09:00-17:00'}, accounts: [main]}, {<<: *a, name: b}]",
            "'main' keeps the hours of 'a' already",
        ),
        (
            "  calendars: [{name: a, hours: {mon: '09:00-17:00'}}, {name: a, hours: {mon: '09:00-17:00'}}]",
            "'a' stands twice",
        ),
        ("  calendars: [{name: a, hours: {mon: '09:00-17:00'}, holidays: {country: XX}}]", "holidays.country"),
        (
            "  calendars: [{name: a, hours: {mon: '09:00-17:00'}, holidays: {country: DE, subdivision: BX}}]",
            "holidays.subdivision: DE has no 'BX'",
        ),
        ("  calendars: [{name: a, hours: {mon: '09:00-17:00'}, holidays: {subdivision: BY}}]", "country: is missing"),
        ("  rules: [{channel: xx, first_answer: 1h}]", "rules[0].channel: there is no channel 'xx'"),
        ("  rules: [{priority: urgent}]", "rules[0].priority"),
        ("  first_answer: {public: 0s}", "must be longer than nothing"),
        ("  first_answer: {public: 400d}", "nobody promises more than 365d"),
        ("  warn_at: 1.5", "service_levels.warn_at"),
    ],
)
def test_what_cannot_be_is_refused_by_name(text: str, told: str) -> None:
    """Every fault names its key and says what to write."""
    assert told in refused(text)


@pytest.mark.parametrize("key", ["public", "private"])
def test_the_old_keys_say_where_they_went(key: str) -> None:
    """Targets that still stand under priority are refused with their new place."""
    with pytest.raises(SettingsError, match=rf"priority\.target_{key}: .*service_levels\.first_answer\.{key}"):
        parse(f"priority: {{target_{key}: 1h}}", Path("settings.yaml"))

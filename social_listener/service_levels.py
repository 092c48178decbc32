"""From the settings to service levels: holidays are looked up, and calendars given to accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import holidays

from social_listener.channels import REGISTRY
from social_listener.errors import SettingsError
from social_listener.hours import Calendar
from social_listener.levels import Level, Levels, Rule
from social_listener.settings_file import nearest

if TYPE_CHECKING:
    from datetime import date, datetime

    from social_listener.settings import CalendarSettings, HolidaySettings, Settings

#: years for which holidays are looked up, counted from the even year before; items are hardly ever older, and no
#: process runs longer
_BEFORE, _AFTER = 2, 6


def levels_of(settings: Settings, now: datetime) -> Levels:
    """Return what the settings promise; `SettingsError` names a channel, country or part of one that is unknown."""
    wanted = settings.service_levels
    for number, rule in enumerate(wanted.rules):
        if rule.channel is not None and rule.channel not in REGISTRY:
            raise SettingsError(
                f"service_levels.rules[{number}].channel: there is no channel {rule.channel!r}"
                f"{nearest(rule.channel, list(REGISTRY))}"
            )
    calendars = {}
    for number, one in enumerate(wanted.calendars):
        made = _calendar(one, f"service_levels.calendars[{number}]", now)
        calendars.update(dict.fromkeys(one.accounts, made))
    return Levels(
        public=Level(first_answer=wanted.first_answer.public, resolution=wanted.resolution.public),
        private=Level(first_answer=wanted.first_answer.private, resolution=wanted.resolution.private),
        rules=tuple(
            Rule(
                channel=rule.channel,
                band=rule.priority,
                private=None if rule.visibility is None else rule.visibility == "private",
                first_answer=rule.first_answer,
                resolution=rule.resolution,
            )
            for rule in wanted.rules
        ),
        calendars=calendars,
        warn_at=wanted.warn_at,
    )


def _calendar(one: CalendarSettings, where: str, now: datetime) -> Calendar:
    closed = (_holidays(one.holidays, where, now) | set(one.closed)) - set(one.open)
    return Calendar(name=one.name, zone=one.zone, week=one.hours.week, closed=frozenset(closed))


def _holidays(place: HolidaySettings, where: str, now: datetime) -> set[date]:
    """Return a place's public holidays."""
    if place.country is None:
        if place.subdivision is not None:
            raise SettingsError(f"{where}.holidays.country: is missing; a subdivision is a part of a country")
        return set()
    parts = holidays.list_supported_countries(include_aliases=False).get(place.country)
    if parts is None:
        raise SettingsError(
            f"{where}.holidays.country: no holidays are known for {place.country!r}; write two letters, such as DE"
        )
    if place.subdivision is not None and place.subdivision not in parts:
        raise SettingsError(
            f"{where}.holidays.subdivision: {place.country} has no {place.subdivision!r}"
            f"{nearest(place.subdivision, list(parts))}"
        )
    even = now.year - now.year % 2
    years = range(even - _BEFORE, even + _AFTER)
    return set(holidays.country_holidays(place.country, subdiv=place.subdivision, years=years))

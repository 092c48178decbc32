"""When an alarm is raised, and when none is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from math import fsum
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from season import BERLIN, MONDAY, Traffic, traffic

from social_listener.desk_types.spikes import Basis
from social_listener.trends.baseline import QUARTER, Quarters, baseline
from social_listener.trends.spikes import MINUTE, Rules
from social_listener.trends.tails import _log_chance, at_least, at_most

SEEDS = st.integers(0, 2**32 - 1)
HOURS = st.sampled_from([2.0, 10.0, 60.0])


def alarms(made: Traffic, days: range, rules: Rules | None = None, zone: ZoneInfo = BERLIN) -> list[datetime]:
    """Return when spikes were found."""
    return [at for at, looked in made.watched(days, rules=rules, zone=zone) if looked.began]


# -- how rare a count is -----------------------------------------------------------------------------------------------


@given(count=st.integers(0, 300), mean=st.floats(0.01, 200), spread=st.sampled_from([0.0, 0.01, 0.3, 2.0]))
def test_both_tails_are_sums_of_the_chances(count: int, mean: float, spread: float) -> None:
    """So many or more, and fewer, are certain together; and each is what adding up gives."""
    assert at_least(count, mean, spread) + at_most(count - 1, mean, spread) == pytest.approx(1)
    below = fsum(np.exp(_log_chance(one, mean, spread)) for one in range(count))
    assert at_most(count - 1, mean, spread) == pytest.approx(below, abs=1e-9)


def test_known_tails() -> None:
    """Poisson: 10 or more with mean 2 (tables: 4.65e-5); one that varies more makes them likelier."""
    assert at_least(10, 2, 0) == pytest.approx(4.65e-5, rel=0.01)
    assert at_least(10, 2, 0.5) > 50 * at_least(10, 2, 0)


# -- what is usual -----------------------------------------------------------------------------------------------------


def quarters(weeks: int, value: object = 4.0) -> Quarters:
    """Return a steady history."""
    count = weeks * 672
    items = np.full(count, value, dtype=float)
    return Quarters(MONDAY, items, items / 2, np.ones(count, dtype=bool))


def test_a_steady_history_is_its_own_baseline() -> None:
    """Four items in each quarter are sixteen in each hour to come, on eight weeks."""
    known = baseline(quarters(9), MONDAY + timedelta(weeks=9), BERLIN)
    usual = known.expected(
        MONDAY + timedelta(weeks=9, hours=5, minutes=7), MONDAY + timedelta(weeks=9, hours=6, minutes=7)
    )
    assert usual is not None
    assert (known.basis, known.weeks) == (Basis.WEEK, 8)
    assert usual.items == pytest.approx(16)


def test_two_odd_weeks_of_eight_do_not_count() -> None:
    """Spikes of the past leave the baseline where it was; five odd weeks do not."""
    for odd, same in ((2, True), (5, False)):
        history = quarters(8)
        for week in range(odd):
            history.items[week * 672 + 40 : week * 672 + 60] = 400
        at = MONDAY + timedelta(weeks=8) + 50 * QUARTER
        usual = baseline(history, MONDAY + timedelta(weeks=8), BERLIN).expected(at, at + QUARTER)
        assert usual is not None
        assert (usual.items < 5) is same


@pytest.mark.parametrize(
    ("history", "basis"),
    [(timedelta(days=2), Basis.NONE), (timedelta(days=5), Basis.DAY), (timedelta(days=15), Basis.WEEK)],
)
def test_what_is_known_decides_what_usual_stands_on(history: timedelta, basis: Basis) -> None:
    """The time of the week needs two weeks, the time of the day three days; with less nothing is usual."""
    known = baseline(quarters(4), MONDAY + timedelta(weeks=4), BERLIN)
    count = history // QUARTER
    steady = np.full(count, 4.0)
    known = baseline(Quarters(MONDAY, steady, steady, np.ones(count, dtype=bool)), MONDAY + history, BERLIN)
    assert known.basis is basis
    assert (known.expected(MONDAY + history, MONDAY + history + QUARTER) is None) is (basis is Basis.NONE)


def test_the_hour_on_the_wall_decides_when_clocks_change() -> None:
    """What is usual at nine in the morning in Berlin is usual at nine after the clocks went forward too."""
    start = datetime(2026, 2, 2, tzinfo=UTC)
    made = [start + at * QUARTER for at in range(8 * 672)]
    items = np.array([40.0 if one.astimezone(BERLIN).hour == 9 else 1.0 for one in made])
    known = baseline(
        Quarters(start, items, items / 2, np.ones(len(items), dtype=bool)), start + timedelta(weeks=8), BERLIN
    )
    nine = datetime(2026, 3, 30, 9, tzinfo=BERLIN)  # summer time began the day before
    there, before = (known.expected(one, one + timedelta(hours=1)) for one in (nine, nine - timedelta(hours=2)))
    assert there is not None
    assert before is not None
    assert there.items == pytest.approx(160)
    assert before.items < 20


# -- what is told ------------------------------------------------------------------------------------------------------


@settings(max_examples=4, deadline=None)
@given(seed=SEEDS, an_hour=HOURS)
@pytest.mark.long
def test_ordinary_weeks_raise_nothing(seed: int, an_hour: float) -> None:
    """Nights, mornings, Sundays and busy hours of four weeks pass without an alarm."""
    made = traffic(np.random.default_rng(seed), 10, an_hour)
    assert alarms(made, range(56, 70)) == []


def test_careless_rules_raise_alarms_on_the_same_weeks() -> None:
    """The check is able to fail: one chance in a hundred is far too often."""
    made = traffic(np.random.default_rng(3), 10, 10)
    assert len(alarms(made, range(56, 70), Rules(chance=0.01, least=3, times=1.1))) > 5


def test_a_baseline_without_hours_would_alarm_every_morning() -> None:
    """What is usual goes by the hour: where the history has lost its hours, the first morning is taken for a spike."""
    made = traffic(np.random.default_rng(4), 10, 60, spread=0.02)
    flat = Traffic(made.items.copy(), made.negative.copy())
    days = flat.items[: 56 * 1440].reshape(56, 1440).sum(axis=1) / 1440
    flat.items[: 56 * 1440] = np.random.default_rng(5).poisson(np.repeat(days, 1440))
    assert alarms(flat, range(56, 63))
    assert alarms(made, range(56, 63)) == []


@settings(max_examples=5, deadline=None)
@given(seed=SEEDS, hour=st.integers(0, 30))
def test_five_times_as_much_is_found_within_the_hour_once_and_ends(seed: int, hour: int) -> None:
    """One spike for one event, at any hour but the quietest; it ends, and its beginning is told rightly."""
    rng = np.random.default_rng(seed)
    made = traffic(rng, 9, 60)
    since = timedelta(days=57, hours=7 + hour % 14)
    made.add(since, since + timedelta(hours=2), 5, rng, 60)
    looks = [(at, looked) for at, looked in made.watched(range(56, 60)) if looked.began or looked.ended]
    assert [looked.began for _, looked in looks] == [True, False]
    found, state = looks[0][0], looks[0][1].state
    assert timedelta(0) < found - (MONDAY + since) <= timedelta(hours=1)
    assert state is not None
    assert abs(state.began_at - (MONDAY + since)) <= timedelta(minutes=20)
    assert looks[1][0] - (MONDAY + since) <= timedelta(hours=4)


def test_a_pause_makes_no_second_spike() -> None:
    """What flares up again within three hours is the same one; a day later it is another."""
    rng = np.random.default_rng(9)
    made = traffic(rng, 9, 60)
    noon = timedelta(days=57, hours=9)
    for since in (noon, noon + timedelta(hours=3), noon + timedelta(days=1)):
        made.add(since, since + timedelta(hours=1), 6, rng, 60)
    looks = [looked for _, looked in made.watched(range(56, 60))]
    assert sum(looked.began for looked in looks) == 2
    assert sum(looked.again for looked in looks) == 1


@pytest.mark.parametrize("weekly", [1.05, 1.10, 0.93])
@pytest.mark.long
def test_steady_growth_raises_nothing(weekly: float) -> None:
    """A tenth more every week, or less, is no spike, though after weeks there is twice as much."""
    grown = traffic(
        np.random.default_rng(6), 11, 30, level=lambda moment: weekly ** ((moment - MONDAY) / timedelta(weeks=1))
    )
    assert alarms(grown, range(56, 77)) == []


@pytest.mark.long
def test_a_lull_raises_nothing_and_neither_does_its_end() -> None:
    """Ten days of holidays with a fifth of the usual, and the first working day after them, pass without an alarm."""
    since, until = MONDAY + timedelta(days=58), MONDAY + timedelta(days=68)
    made = traffic(np.random.default_rng(7), 11, 60, level=lambda moment: 0.2 if since <= moment < until else 1.0)
    looks = list(made.watched(range(56, 77)))
    assert not any(looked.began for _, looked in looks)
    lulls = [at for at, looked in looks if looked.lull]
    assert lulls
    assert all(since < at <= until + timedelta(hours=3) for at in lulls)


def test_silence_of_a_night_is_no_lull() -> None:
    """Where hardly anything is usual, nothing is not far less than that."""
    made = traffic(np.random.default_rng(8), 9, 2)
    made.items[57 * 1440 : 57 * 1440 + 360] = 0
    made.negative[57 * 1440 : 57 * 1440 + 360] = 0
    assert not any(looked.lull for _, looked in made.watched(range(57, 58)))


def test_without_history_only_very_many_are_told() -> None:
    """On the first day nothing is usual: thirty in an hour pass, sixty are told, none where the floor is 0."""
    for an_hour, rules, told in ((30, Rules(), False), (60, Rules(), True), (60, Rules(floor=0), False)):
        items = np.zeros(2 * 1440, dtype=int)
        items[1440 + 600 : 1440 + 660] = np.bincount(np.linspace(0, 59, an_hour).astype(int), minlength=60)
        assert bool(alarms(Traffic(items, items * 0), range(1, 2), rules)) is told


def test_more_negative_items_are_found_though_there_are_not_more_items() -> None:
    """When the mood turns, the number of negative items stands out by itself."""
    rng = np.random.default_rng(10)
    made = traffic(rng, 9, 60)
    first = 57 * 1440 + 600
    made.negative[first : first + 120] = rng.binomial(made.items[first : first + 120], 0.95)
    looks = [looked for _, looked in made.watched(range(57, 58)) if looked.began]
    assert len(looks) == 1
    assert looks[0].state is not None
    assert looks[0].state.negative
    assert looks[0].state.found_at - (MONDAY + first * MINUTE) <= timedelta(hours=2)

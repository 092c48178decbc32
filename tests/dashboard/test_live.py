"""When open pages are told that something has changed: soon where few are open, in turn where many are."""

from __future__ import annotations

from itertools import pairwise
from random import Random
from statistics import mean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from social_listener.dashboard import live
from social_listener.dashboard.live import ALIVE, CHANGED, LOOK, Turns

MINUTE = round(60 / LOOK)


def told(pages: int, looks: int = MINUTE, seed: int = 1) -> list[list[int]]:
    """Return at which looks each page is told, where something changes all the time."""
    turns = [Turns(Random(f"{seed} {number}")) for number in range(pages)]
    found: list[list[int]] = [[] for _ in turns]
    for at in range(looks):
        for number, one in enumerate(turns):
            if one.look(pages, changed=True) == CHANGED:
                found[number].append(at)
    return found


@pytest.mark.parametrize(("pages", "least", "most"), [(1, 1.8, 3.2), (10, 1.8, 3.2), (25, 3.0, 6.2), (60, 7.2, 14.6)])
def test_the_more_are_open_the_longer_each_waits(pages: int, least: float, most: float) -> None:
    """Up to ten pages are told within three seconds, 25 within six, though something changes all the time."""
    for page in told(pages, 3 * MINUTE):
        apart = [(later - earlier) * LOOK for earlier, later in pairwise(page)]
        assert least <= min(apart) <= max(apart) <= most


def test_many_do_not_read_more_than_few(monkeypatch: pytest.MonkeyPatch) -> None:
    """All pages together read some six times a second at most; negative control: at the pace of one page, far more."""

    def a_second(pages: int) -> float:
        return sum(len(page) for page in told(pages)) / 60

    assert a_second(25) <= 6.5
    assert a_second(60) <= 6.5
    monkeypatch.setattr(live, "PAUSE_EACH", 0.0)
    monkeypatch.setattr(live, "SPREAD_EACH", 0.0)
    assert a_second(25) > 9


def test_they_are_told_one_after_the_other() -> None:
    """In no fifth of a second do more than a handful read, once their turns are mixed."""
    at = [look for page in told(25, 3 * MINUTE) for look in page if look > MINUTE]
    assert max(at.count(look) for look in set(at)) <= 8
    assert mean(at.count(look) for look in range(MINUTE, 3 * MINUTE)) < 2


@given(quiet=st.integers(40, 400), pages=st.integers(1, 60), seed=st.integers())
def test_after_calm_a_change_is_told_within_its_turn(quiet: int, pages: int, seed: int) -> None:
    """Nobody waits for a pause that is over; until then there are signs of life, at least every fifteen seconds."""
    turns = Turns(Random(seed))
    for _ in range(300):
        turns.look(pages, changed=True)  # some turn
    silence = 0
    for _ in range(quiet):
        silence = 0 if turns.look(pages, changed=False) == ALIVE else silence + 1
        assert silence * LOOK <= live.HEARTBEAT + LOOK
    longest = max(live.SPREAD, live.SPREAD_EACH * pages)
    looks = 1
    while turns.look(pages, changed=True) != CHANGED:
        looks += 1
        assert looks * LOOK <= longest + 2 * LOOK


@given(seed=st.integers())
def test_whoever_waits_for_their_turn_is_told_in_the_end(seed: int) -> None:
    """A change that is there stays one, however the number of pages goes up and down."""
    chance, turns = Random(seed), Turns(Random(seed))
    assert any(turns.look(chance.randint(1, 40), changed=True) == CHANGED for _ in range(100))


def test_there_are_signs_of_life_while_a_page_waits_for_its_turn() -> None:
    """With very many pages a turn takes longer than a proxy keeps a silent connection."""
    turns, silence = Turns(Random(1)), 0
    for _ in range(20 * MINUTE):
        silence = 0 if turns.look(250, changed=True) else silence + 1
        assert silence * LOOK <= live.HEARTBEAT + LOOK

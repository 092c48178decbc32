"""Which due streams begin now: a pure decision."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from social_listener.jobs.poll import Platform, choose

X = Platform("x", None)
MAIL = Platform("email", "https://mail.example")
PLATFORMS = {"x/1": X, "x/2": X, "x/3": X, "x/4": X, "x/5": X, "mail/1": MAIL, "mail/2": MAIL}

streams = st.sampled_from(sorted(PLATFORMS))


def test_a_slow_platform_leaves_room_for_the_other() -> None:
    """While one platform hangs with all the threads it may have, a stream of the other still begins."""
    hanging = choose(["x/1", "x/2", "x/3", "x/4", "x/5"], set(), PLATFORMS, 4)
    assert hanging == ["x/1", "x/2", "x/3"]
    assert choose(["x/4", "mail/1"], set(hanging), PLATFORMS, 4) == ["mail/1"]


def test_one_platform_alone_may_use_every_thread() -> None:
    """Nothing is kept for platforms that are not in the settings."""
    only = dict.fromkeys("abcde", X)
    assert choose(list("abcde"), set(), only, 4) == ["a", "b", "c", "d"]


def test_fewer_threads_than_platforms_still_serve_each() -> None:
    """With one thread and two platforms both move."""
    assert choose(["x/1", "x/2", "mail/1", "mail/2"], set(), PLATFORMS, 1) == ["x/1", "mail/1"]


@given(st.lists(streams), st.sets(streams), st.integers(1, 6))
def test_the_rules_hold_for_every_situation(due: list[str], running: set[str], threads: int) -> None:
    """Never twice at a time, never out of order, never more than allowed, and no platform is shut out."""
    chosen = choose(due, running, PLATFORMS, threads)
    assert not set(chosen) & running
    assert len(chosen) == len(set(chosen))
    order = list(dict.fromkeys(due))
    assert chosen == sorted(chosen, key=order.index)
    most = max(threads, 2)
    if chosen:
        assert len(running) + len(chosen) <= most
    if len(running) < most:
        waiting = {PLATFORMS[stream] for stream in due if stream not in running}
        used = Counter(PLATFORMS[stream] for stream in running)
        for platform in waiting:
            if not used[platform] and all(used[other] <= most - 1 for other in used):
                assert platform in {PLATFORMS[stream] for stream in chosen}

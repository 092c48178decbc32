"""Planted crises come when they should, from people of their own."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from social_listener.sandbox import Sandbox
from social_listener.sandbox.crowd import season
from social_listener.sandbox.remote import RemoteSandbox, SandboxError

MONDAY = datetime(2026, 1, 5, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize("name", ["outage", "viral", "bots"])
def test_a_crisis_comes_in_its_time_and_names_the_brand(name: str) -> None:
    """Nothing is said before it begins, all of it when it has ended; the same seed says the same."""
    told = []
    for _ in range(2):
        sandbox = Sandbox(seed=7, clock="manual", start_at=MONDAY)
        begins = MONDAY + timedelta(minutes=10)
        sandbox.crowd.crises.plan(name, begins, 30, 80)  # type: ignore[arg-type]
        sandbox.world.advance(600)
        assert len(sandbox.world.truth().posts) <= 1
        sandbox.world.advance(1_860)
        posts = sandbox.world.truth().posts
        assert len(posts) == 80
        assert all(begins <= post.sent_at <= begins + timedelta(minutes=30) for post in posts)
        assert all("@fernhill" in post.text for post in posts)
        told.append([post.text for post in posts])
    assert told[0] == told[1]


def test_each_kind_has_its_shape() -> None:
    """An outage has many texts, bots have hardly any; what goes round hangs on one post."""
    shapes = {}
    for name in ("outage", "viral", "bots"):
        sandbox = Sandbox(seed=7, clock="manual", start_at=MONDAY)
        sandbox.crowd.crises.plan(name, MONDAY, 30, 100)  # type: ignore[arg-type]
        sandbox.world.advance(1_800)
        posts = sandbox.world.truth().posts
        texts = {"".join(char for char in post.text if char.isalpha()) for post in posts}
        roots = Counter(post.quoted_id or post.conversation_id for post in posts)
        shapes[name] = (len(texts), roots.most_common(1)[0][1], len({post.author for post in posts}))
    assert shapes["outage"][0] > 80
    assert shapes["bots"][0] < 20
    assert shapes["viral"][1] > 90
    assert shapes["outage"][1] < 5
    assert all(authors > 90 for _, _, authors in shapes.values())


def test_a_quiet_spell_ends() -> None:
    """The crowd tells a tenth of its stories, and as many as before afterwards."""
    sandbox = Sandbox(seed=7, clock="manual", start_at=MONDAY, crowd_rate=5)
    sandbox.crowd.crises.plan("quiet", MONDAY + timedelta(minutes=1), 60, 1)
    sandbox.world.advance(120)
    assert sandbox.crowd.rate == pytest.approx(0.5)
    sandbox.world.advance(3_600)
    assert sandbox.crowd.rate == 5


def test_what_is_no_crisis_is_refused() -> None:
    """Over HTTP too, in words."""
    with Sandbox(seed=7, clock="manual", start_at=MONDAY) as sandbox:
        remote = RemoteSandbox(sandbox.base_url)
        begins, ends = remote.crisis("outage", in_minutes=5, minutes=20, count=10)
        assert (begins, ends) == (MONDAY + timedelta(minutes=5), MONDAY + timedelta(minutes=25))
        with pytest.raises(SandboxError, match="there is no crisis 'flood'"):
            remote.crisis("flood")
        with pytest.raises(SandboxError, match="needs some minutes"):
            remote.crisis("outage", minutes=0)


def test_a_season_is_quiet_at_night_and_on_sundays() -> None:
    """Days have many times what nights have, a Sunday about half of a weekday; moments come in order."""
    moments = list(season(random.Random(3), MONDAY, MONDAY + timedelta(weeks=6), 30, BERLIN))
    assert moments == sorted(moments)
    hours = Counter(one.astimezone(BERLIN).hour for one in moments)
    days = Counter(one.astimezone(BERLIN).weekday() for one in moments)
    assert hours[11] > 5 * hours[3]
    assert 0.4 < days[6] / days[2] < 0.6

"""Manners towards platforms: allowances, throttles, replies first, and a budget for what is billed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reading_kit import reading, row, rows
from test_ingest_x import ACCOUNT as X_ACCOUNT
from test_ingest_x import House as XHouse
from test_ingest_x import open_house, open_ingest, streams
from world_channel import ACCOUNT, WorldChannel, stream_of

from social_listener.channels.x_billing import PRICES
from social_listener.cursor import Cursor
from social_listener.errors import RateLimited
from social_listener.ingest import Budget, Ingest, schedule
from social_listener.model import Page, Stream, StreamKind, Usage
from social_listener.sandbox import Sandbox
from social_listener.settings import PollingSettings
from social_listener.store import outbox, quota
from social_listener.store import streams as table

STREAM, OTHER = stream_of(), stream_of("other")
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


# -- pure --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("used", "kind", "interval"),
    [
        (None, StreamKind.MENTIONS, MINUTE),
        (74.9, StreamKind.MENTIONS, MINUTE),
        (75.0, StreamKind.MENTIONS, 4 * MINUTE),
        (89.9, StreamKind.COMMENTS, 4 * MINUTE),
        (90.0, StreamKind.COMMENTS, 15 * MINUTE),
        (90.0, StreamKind.MESSAGES, 4 * MINUTE),
        (120.0, StreamKind.MESSAGES, 4 * MINUTE),
        (120.0, StreamKind.MENTIONS, 15 * MINUTE),
    ],
)
def test_polls_grow_rare_as_the_allowance_shrinks(used: float | None, kind: StreamKind, interval: timedelta) -> None:
    """From three quarters on a quarter as often; from nine tenths on only messages more than every 15 minutes."""
    assert schedule.steered(MINUTE, kind, used) == interval


def test_a_long_interval_is_never_made_shorter() -> None:
    """What is polled every hour anyway is not polled every 15 minutes because little is left."""
    assert schedule.steered(timedelta(hours=1), StreamKind.MENTIONS, 95) == timedelta(hours=4)


def test_what_was_told_long_ago_is_not_believed() -> None:
    """An allowance that nobody spoke of for an hour steers nothing any more."""
    assert schedule.believed(95, NOON, NOON + timedelta(minutes=60)) == 95
    assert schedule.believed(95, NOON, NOON + timedelta(minutes=61)) is None


@given(st.integers(-600, 600), st.integers(1, 90_000))
def test_the_end_of_a_refusal_is_by_our_own_clock(ahead: int, seconds: int) -> None:
    """However far the clocks are apart, access is regained when the platform's clock says so."""
    offset = timedelta(seconds=ahead)
    until = schedule.regain(Usage(percent=100, regain_at=NOON + offset + timedelta(seconds=seconds)), offset, NOON)
    assert until == NOON + timedelta(seconds=seconds)


def test_an_end_that_cannot_be_is_no_end() -> None:
    """A moment that has passed, or that is further away than any window, stops nothing."""
    for moment in (NOON, NOON - MINUTE, NOON + timedelta(days=40)):
        assert schedule.regain(Usage(percent=100, regain_at=moment), timedelta(0), NOON) is None


# -- allowances and throttles ------------------------------------------------------------------------------------------


class Metered(WorldChannel):
    """A channel whose platform tells of an allowance."""

    told: Usage | None = None

    def usage(self) -> Usage | None:
        """Return what was told last."""
        return self.told

    def fetch(self, stream: Stream, cursor: Cursor, now: datetime) -> Page:
        """Return a page that tells of the allowance."""
        return replace(super().fetch(stream, cursor, now), usage=self.told)


class House:
    """A world, a channel that reads it, and an `Ingest` whose clock may be wrong."""

    def __init__(self, folder: Path) -> None:
        self.sandbox = Sandbox(seed=1, clock="manual")
        self.world = self.sandbox.world
        self.world.add_user("mara")
        self.channel = Metered(self.sandbox)
        self.path = folder / "store.duckdb"
        self.skew = timedelta(0)  # our clock ahead of the platform's
        self.ingest = self.start()

    def now(self) -> datetime:
        """Return the time by our own clock."""
        return self.world.clock.now() + self.skew

    def start(self) -> Ingest:
        """Start the program on its file."""
        polling = PollingSettings(recheck_every=timedelta(hours=1))
        return reading(self.path, self.channel, clock=self.now, streams=(STREAM, OTHER), polling=polling)

    def post(self, count: int) -> None:
        """Have people write so many mentions, one a second."""
        for number in range(count):
            self.world.post("mara", f"@fernhill question {number}")
            self.world.advance(1)

    def wants_to_send(self, *, private: bool = False, state: str = "queued") -> None:
        """Put a reply that may leave now into the outbox."""
        now = self.ingest.clock()
        with self.ingest.store.transaction() as cursor:
            cursor.execute(
                """INSERT INTO replies (id, nonce, account_id, channel, item_id, conversation_id, private, text,
                     text_hash, author, seen_version, state, created_at, not_before, deadline, attempts, reconciled,
                     version) VALUES ('r', 'n', ?, 'x', 'x:1', 'x:1:1', ?, 'hi', '', 'ana', 1, ?, ?, ?, ?, 0, 0, 1)""",
                [ACCOUNT, private, state, now, now, now + timedelta(minutes=30)],
            )


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """Return a house."""
    made = House(tmp_path)
    yield made
    made.ingest.store.close()
    made.sandbox.stop()


def _stream(house: House, stream: Stream = STREAM) -> dict[str, Any]:
    return row(house.ingest.store, "SELECT * FROM streams WHERE id = ?", stream.id)


@pytest.mark.parametrize(("used", "most"), [(10.0, 62), (80.0, 242), (95.0, 902)])
def test_the_next_poll_is_put_off_as_the_allowance_shrinks(house: House, used: float, most: int) -> None:
    """What the platform tells with a page steers when its stream is due, and is kept for Health."""
    house.channel.told = Usage(percent=used)
    dues = []
    for _ in range(30):
        house.ingest.poll(STREAM)
        dues.append((_stream(house)["next_due_at"] - house.now()).total_seconds())
        house.world.advance(37)
    assert max(dues) <= most
    assert max(dues) > most / 2
    account = row(house.ingest.store, "SELECT used, used_at FROM accounts")
    assert account["used"] == used
    assert account["used_at"] is not None


@pytest.mark.parametrize("skew", [-600, 0, 600])
def test_a_throttled_account_is_left_alone(house: House, skew: int) -> None:
    """After a throttle no stream is polled, nothing looked up and nothing sent before its end; a restart knows it."""
    house.skew = timedelta(seconds=skew)
    house.post(3)
    house.ingest.poll(STREAM)
    until = house.now() + timedelta(minutes=20)
    house.channel.faults = [RateLimited("too many calls", account_id=ACCOUNT, retry_at=until, whole_account=True)]
    house.world.advance(5)
    assert house.ingest.poll(STREAM).error_kind == "RateLimited"
    calls = house.channel.calls
    house.ingest.store.close()
    house.ingest = house.start()
    house.world.advance(60 * 20 - 6)
    assert house.ingest.due(house.now()) == []
    for stream in (STREAM, OTHER):
        told = house.ingest.poll(stream)
        assert told.wait_until is not None
        assert told.wait_until >= until
    with house.ingest.store.read() as cursor:
        for private in (False, True):
            pause = outbox.pause(cursor, outbox.lane(ACCOUNT, private=private))
            assert pause is not None
            assert pause.not_before >= until
        assert table.throttled_until(cursor, ACCOUNT, house.now()) is not None
    assert house.channel.calls == calls
    house.world.advance(4)
    assert set(house.ingest.due(house.now())) == {STREAM.id, OTHER.id}
    assert house.ingest.poll(OTHER).error is None
    assert house.channel.calls > calls


def test_a_limit_of_one_kind_stops_that_kind_only(house: House) -> None:
    """A rate limit that is not the whole account's leaves the other streams and the replies alone."""
    until = house.now() + timedelta(minutes=20)
    house.channel.faults = [RateLimited("slow down", account_id=ACCOUNT, retry_at=until)]
    house.ingest.poll(STREAM)
    assert house.ingest.poll(OTHER).complete
    assert rows(house.ingest.store, "SELECT * FROM send_pauses") == []


def test_look_ups_wait_for_the_end_of_a_throttle(house: House) -> None:
    """Nothing is looked up again while the platform wants no call, nor before the end of a limit on look-ups."""
    house.post(3)
    house.ingest.poll(STREAM)
    for whole in (False, True):
        house.world.advance(7200)
        until = house.now() + timedelta(minutes=40)
        house.channel.faults = [RateLimited("slow", account_id=ACCOUNT, retry_at=until, whole_account=whole)]
        with pytest.raises(RateLimited):
            house.ingest.recheck(ACCOUNT)
        calls = house.channel.calls
        house.world.advance(60 * 39)
        assert house.ingest.recheck(ACCOUNT) == 0
        assert house.channel.calls == calls
        house.world.advance(3 * 3600)
        assert house.ingest.recheck(ACCOUNT) == 3


def test_a_poll_under_way_does_not_end_a_throttle(house: House) -> None:
    """A good answer that was already on its way when the throttle came does not let the next call go."""
    house.post(3)
    until = house.now() + timedelta(hours=1)

    def throttled() -> None:
        with house.ingest.store.transaction() as cursor:
            quota.throttle(cursor, ACCOUNT, until, "too many calls")

    house.channel.before_page = throttled
    assert house.ingest.poll(STREAM).stored == 3
    assert _stream(house)["not_before"] == until
    house.channel.before_page = lambda: None
    assert house.ingest.poll(STREAM).wait_until == until
    assert house.ingest.due(house.now() + timedelta(minutes=59)) == []


def test_the_time_to_regain_access_is_honoured(house: House) -> None:
    """An answer that says when access comes back ends the walk there; no call is made before, by the right clock."""
    house.skew = timedelta(minutes=-10)
    house.post(30)
    regain = house.world.clock.now() + timedelta(minutes=12)
    house.channel.told = Usage(percent=100, regain_at=regain)
    house.ingest.poll(STREAM)
    assert house.channel.calls == 1
    assert _stream(house)["not_before"] == regain + house.skew
    house.world.advance(12 * 60 - 1)
    house.ingest.poll(STREAM)
    assert house.channel.calls == 1
    house.channel.told = Usage(percent=20)
    house.world.advance(1)
    house.ingest.poll(STREAM)
    assert house.channel.calls > 1


@pytest.mark.parametrize(("used", "calls"), [(74.0, 7), (75.0, 1)])
def test_a_walk_makes_way_for_a_reply(house: House, used: float, calls: int) -> None:
    """With little left, a walk stops where it stands while a reply waits to leave, and goes on from there after."""
    house.post(33)
    house.channel.told = Usage(percent=used)
    seen = [0]

    def reply() -> None:
        seen[0] += 1
        if seen[0] == 1:
            house.wants_to_send()

    house.channel.before_page = reply
    house.ingest.poll(STREAM)
    assert house.channel.calls == calls
    if used < schedule.SCARCE:
        return
    assert _stream(house)["cursor_resume"] is not None
    house.world.advance(11)
    assert house.ingest.poll(STREAM).wait_until is not None
    assert house.channel.calls == 1
    with house.ingest.store.transaction() as cursor:
        cursor.execute("UPDATE replies SET state = 'sent'")
    house.world.advance(11)
    assert STREAM.id in house.ingest.due(house.now())
    assert house.ingest.poll(STREAM).complete
    assert house.channel.calls == 7


def test_a_reply_that_has_to_wait_itself_holds_up_nothing(house: House) -> None:
    """While the account may not send anyway, reading goes on."""
    house.post(3)
    house.channel.told = Usage(percent=80)
    house.ingest.poll(STREAM)
    house.wants_to_send()
    with house.ingest.store.transaction() as cursor:
        outbox.set_pause(cursor, outbox.lane(ACCOUNT, private=False), house.now() + timedelta(hours=1), "limit")
    house.world.advance(60)
    assert house.ingest.poll(STREAM).complete


# -- what is billed ----------------------------------------------------------------------------------------------------


@pytest.fixture
def x(tmp_path: Path) -> Iterator[XHouse]:
    """Return a house that reads X."""
    made = open_house(tmp_path)
    _limit(made, None)
    yield made
    made.close()


def _limit(house: XHouse, daily: float | None) -> None:
    house.ingest.budget = Budget(prices={X_ACCOUNT: PRICES}, daily={} if daily is None else {X_ACCOUNT: daily})


def _spent(house: XHouse) -> dict[str, int]:
    found = rows(house.ingest.store, "SELECT name, sum(count) AS n FROM spend GROUP BY name")
    return {one["name"]: int(one["n"]) for one in found}


def test_what_is_read_is_counted_once_a_day(x: XHouse) -> None:
    """Posts, people and messages are counted when they are first read on a day, not with every overlap."""
    world = x.sandbox.world
    for number in range(3):
        world.post("mara", f"@fernhill question {number}")
    world.dm("ben", x.sandbox.brand, "psst")
    world.advance(60)
    x.poll()
    told = _spent(x)
    assert (told["post"], told["dm_event"]) == (3, 1)
    assert told["user"] == 3  # we ourselves, mara, ben
    for _ in range(3):
        world.advance(60)
        x.poll()
    assert _spent(x) == told
    usd = row(x.ingest.store, "SELECT sum(usd) AS usd FROM spend")["usd"]
    assert usd == pytest.approx(3 * 0.005 + 0.010 + 3 * 0.010)
    world.advance(24 * 3600)
    while x.ingest.recheck(X_ACCOUNT):
        pass
    assert _spent(x)["post"] == 6  # looked up on another day


def test_a_spent_budget_stops_reading_until_midnight(x: XHouse) -> None:
    """At the limit the account reads no more, whoever asks, and says so; on the next day of UTC it goes on."""
    world = x.sandbox.world
    for number in range(10):
        world.post("mara", f"@fernhill question {number}")
    world.advance(60)
    _limit(x, 0.05)
    x.poll()
    calls = len(x.sandbox.calls)
    account = row(x.ingest.store, "SELECT state, problem, not_before FROM accounts")
    assert account["state"] == "out_of_budget"
    assert "$0.05" in account["problem"]
    midnight = schedule.day_end(world.clock.now())
    assert account["not_before"] == pytest.approx(midnight, abs=timedelta(seconds=2))
    world.advance(1800)
    x.poll()
    assert x.ingest.recheck(X_ACCOUNT) == 0
    assert x.ingest.due(x.ingest.clock()) == []
    with x.ingest.store.read() as cursor:
        assert table.throttled_until(cursor, X_ACCOUNT, x.ingest.clock()) is None  # replies and actions may go
    assert rows(x.ingest.store, "SELECT * FROM send_pauses") == []
    assert len(x.sandbox.calls) == calls
    world.advance((midnight - world.clock.now()).total_seconds() + 3)
    _limit(x, 5.0)
    x.poll()
    assert len(x.sandbox.calls) > calls
    assert row(x.ingest.store, "SELECT state FROM accounts")["state"] == "ok"


def test_a_limit_is_overrun_by_one_page_at_most(x: XHouse) -> None:
    """A long walk stops behind the page that reached the limit, and goes on from there the next day."""
    world = x.sandbox.world
    world.fill_mentions(500)
    world.advance(60)
    _limit(x, 1.30)  # a hundred posts with the people of the crowd cost $1.16, the next hundred $0.50
    mentions = next(one for one in streams() if one.kind is StreamKind.MENTIONS)
    x.ingest.poll(mentions, until_end=True)
    assert row(x.ingest.store, "SELECT count(*) AS n FROM interactions WHERE NOT context")["n"] == 200
    world.advance(86400)
    _limit(x, None)
    x.ingest.poll(mentions, until_end=True)
    assert row(x.ingest.store, "SELECT count(*) AS n FROM interactions WHERE NOT context")["n"] == 500
    assert rows(x.ingest.store, "SELECT * FROM gaps") == []


def test_a_raised_budget_is_heeded_at_the_next_start(x: XHouse) -> None:
    """A restart looks at the budget anew: with the old one no call is made, with a larger one reading goes on."""
    world = x.sandbox.world
    for number in range(10):
        world.post("mara", f"@fernhill question {number}")
    world.advance(60)
    _limit(x, 0.05)
    x.poll()
    calls = len(x.sandbox.calls)
    for daily, more in ((0.05, False), (50.0, True)):
        x.ingest.store.close()
        x.ingest = open_ingest(x.sandbox, x.folder / "store.duckdb")
        _limit(x, daily)
        assert x.ingest.due(x.ingest.clock()) != []
        x.poll()
        assert (len(x.sandbox.calls) > calls) is more

"""Figures over time: each equals what a plain count of the raw items gives, and the items behind it are those."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING, Any, NamedTuple
from zoneinfo import ZoneInfo

import duckdb
import numpy as np
import pytest
from desk_kit import Kit, make_kit
from permits_insights import remark
from staff_kit import seed_staff

from social_listener.desk.insights import names_of
from social_listener.desk_types.insights import By, Slice
from social_listener.errors import Conflict, DeskError
from social_listener.periods import Period, Step
from social_listener.rights import SYSTEM, Role
from social_listener.store import stats
from social_listener.store.insights import _waits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

ZONE = "Australia/Lord_Howe"  # half an hour of summer time, which ends on 5 April 2026 at 2 in the morning
PERIOD = Period(date(2026, 3, 30), date(2026, 4, 12), ZONE)
NUMBER = 400


class Raw(NamedTuple):
    """One item, as the test knows it."""

    id: str
    channel: str
    account: str
    streams: frozenset[str]
    private: bool
    sent: datetime
    language: str
    label: str
    mood: float | None
    labels: frozenset[str]
    reach: int | None
    waited: timedelta | None


def made(seed: int) -> list[Raw]:
    """Return items of four weeks, some of them outside of the period."""
    chance = random.Random(seed)
    start = PERIOD.since - timedelta(days=8)
    found = []
    for number in range(NUMBER):
        channel, account = chance.choice([("x", "main"), ("facebook", "page")])
        label = chance.choice(["negative", "neutral", "positive", "unsure", "none"])
        found.append(
            Raw(
                id=f"{channel}:{number:04}",
                channel=channel,
                account=account,
                streams=frozenset(chance.sample(["main/mentions", "main/brand", "main/rival"], chance.randint(1, 3))),
                private=chance.random() < 0.3,
                sent=start + timedelta(seconds=chance.randrange(30 * 86400)),
                language=chance.choice(["en", "de", ""]),
                label=label,
                mood=None if label == "none" else round(chance.uniform(-1, 1), 4),
                labels=frozenset(chance.sample(["l1", "l2"], chance.randint(0, 2))),
                reach=chance.choice([None, 10, 5000]),
                waited=timedelta(seconds=chance.randrange(100_000)) if chance.random() < 0.6 else None,
            )
        )
    return found


def store(kit: Kit, items: list[Raw]) -> None:
    """Store items, each in a conversation of its own; what is not counted among them."""
    with kit.store.transaction() as cursor:
        for number, one in enumerate(items):
            first, *others = sorted(one.streams)
            cursor.execute(
                """INSERT INTO interactions (id, channel, account_id, conversation_id, thread_id, author_id, kind,
                       private, outbound, text, sent_at, version_id, addresses_us, hidden, likes, attachments, context,
                       first_seen_at, checked_at, liked_by_us, stream_id, language, reach, answered_at)
                   VALUES (?, ?, ?, ?, 't', 'x:9', 'mention', ?, FALSE, 'words', ?, '1', TRUE, FALSE, 0, '[]', FALSE, ?,
                       ?, FALSE, ?, ?, ?, ?)""",
                [
                    *(one.id, one.channel, one.account, f"talk {number}", one.private, one.sent, one.sent, one.sent),
                    *(
                        first,
                        one.language or None,
                        one.reach,
                        one.sent + one.waited if one.waited is not None else None,
                    ),
                ],
            )
            cursor.execute(
                """INSERT INTO conversations (id, channel, account_id, thread_id, contact_id, private, first_at,
                       last_at, status, version, updated_at, labels)
                   VALUES (?, ?, ?, 't', 'x:9', ?, ?, ?, 'open', 1, ?, ?)""",
                [
                    *(f"talk {number}", one.channel, one.account, one.private, one.sent, one.sent, one.sent),
                    " ".join(sorted(one.labels)),
                ],
            )
            cursor.execute(
                "INSERT INTO scores VALUES (?, ?, ?, '', ?, 1, '[]', 'test', ?)",
                [one.id, one.mood, "unsure" if one.label == "none" else one.label, one.language or None, one.sent],
            )
            for stream in others:
                cursor.execute(
                    "INSERT INTO sightings (id, stream_id, interaction_id, page_id, seen_at) VALUES (?, ?, ?, 'p', ?)",
                    [f"{stream} {one.id}", stream, one.id, one.sent],
                )
        for item, column in (("ours", "outbound"), ("context", "context")):
            cursor.execute(
                f"""INSERT INTO interactions SELECT * REPLACE ('{item}' AS id, TRUE AS {column}) FROM interactions
                    WHERE id = ?""",
                [items[0].id],
            )
        cursor.execute(
            """INSERT INTO interactions SELECT * REPLACE ('gone' AS id, now() AS deleted_at) FROM interactions
               WHERE id = ?""",
            [items[0].id],
        )
        stats.touch(cursor, [one.sent for one in items])


def _long(name: str) -> Any:
    return pytest.param(name, marks=pytest.mark.long)


@pytest.fixture(scope="module", params=[_long("dirty"), _long("half"), "counted"])
def house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Kit, list[Raw]]]:
    """Return a desk with items: nothing counted yet, the newest week counted, or everything."""
    kit = make_kit(tmp_path_factory.mktemp("insights"))
    items = made(5)
    store(kit, items)
    rounds = {"dirty": 0, "half": 1, "counted": 100}[request.param]
    for _ in range(rounds):
        if not kit.desk.insights.count():
            break
    yield kit, items
    kit.close()


#: filters → which items they leave
FILTERS: list[tuple[dict[str, Any], Callable[[Raw], bool]]] = [
    ({}, lambda _: True),
    ({"channels": ("x",)}, lambda one: one.channel == "x"),
    ({"streams": ("main/brand", "main/rival")}, lambda one: bool(one.streams & {"main/brand", "main/rival"})),
    ({"labels": ("l2",)}, lambda one: "l2" in one.labels),
    (
        {"languages": ("", "de"), "sentiments": ("negative", "none"), "private": False},
        lambda one: one.language in {"", "de"} and one.label in {"negative", "none"} and not one.private,
    ),
    ({"hour_of_week": 30}, lambda one: hour_of_week(one) == 30),
]


def hour_of_week(one: Raw) -> int:
    """Return the hour of the week in which an item was said, there."""
    local = one.sent.astimezone(ZoneInfo(ZONE))
    return local.weekday() * 24 + local.hour


def left(items: list[Raw], fits: Callable[[Raw], bool], period: Period = PERIOD) -> list[Raw]:
    """Return the items of a period that a filter leaves."""
    return [
        one for one in items if period.first <= one.sent.astimezone(ZoneInfo(ZONE)).date() <= period.last and fits(one)
    ]


def figures(items: list[Raw]) -> tuple[Any, ...]:
    """Count in the plain way."""
    labels = [sum(one.label == name for one in items) for name in ("negative", "neutral", "positive", "unsure", "none")]
    return (
        len(items),
        *labels,
        sum(one.reach or 0 for one in items),
        sum(one.waited is not None for one in items),
        pytest.approx(sum(one.mood or 0 for one in items)),
    )


def of(tally: Any) -> tuple[Any, ...]:
    """Return the figures of a tally in the order of `figures`."""
    return (
        *(tally.items, tally.negative, tally.neutral, tally.positive, tally.unsure, tally.unscored),
        *(tally.reach, tally.answered, tally.sentiment_sum),
    )


@pytest.mark.parametrize("number", range(len(FILTERS)))
def test_every_figure_equals_the_plain_count(house: tuple[Kit, list[Raw]], number: int) -> None:
    """Totals, lines, steps, hours and waiting times of a slice are those of its raw items."""
    kit, items = house
    filters, fits = FILTERS[number]
    wanted, insights = Slice(period=PERIOD, **filters), kit.desk.insights
    mine = left(items, fits)
    found = insights.overview(wanted, SYSTEM)
    assert of(found.now) == figures(mine)
    assert of(found.before) == figures(left(items, fits, PERIOD.before()))
    waited = [one.waited.total_seconds() for one in mine if one.waited is not None]
    assert found.waits.number == len(waited)
    if waited:
        assert found.waits.median_s == pytest.approx(median(waited))
        assert found.waits.p90_s == pytest.approx(float(np.quantile(waited, 0.9)))
    hours = insights.week(wanted, SYSTEM)
    for hour in range(168):
        assert of(hours[hour]) == figures([one for one in mine if hour_of_week(one) == hour])
    for step, start in ((Step.DAY, day), (Step.HOUR, hour_start), (Step.WEEK, week_start)):
        steps = {point.start: point.tally for point in insights.chart(wanted, SYSTEM, step=step).points}
        assert {at for at, tally in steps.items() if tally.items} == {start(one) for one in mine}
        for at, tally in steps.items():
            assert of(tally) == figures([one for one in mine if start(one) == at])


def day(one: Raw) -> datetime:
    """Return the local day of an item."""
    return hour_start(one).replace(hour=0)


def hour_start(one: Raw) -> datetime:
    """Return the local hour of an item."""
    return one.sent.astimezone(ZoneInfo(ZONE)).replace(minute=0, second=0, microsecond=0, tzinfo=None)


def week_start(one: Raw) -> datetime:
    """Return the Monday of an item."""
    return day(one) - timedelta(days=day(one).weekday())


KEYS: dict[By, Callable[[Raw], set[str]]] = {
    By.CHANNEL: lambda one: {one.channel},
    By.ACCOUNT: lambda one: {one.account},
    By.STREAM: lambda one: set(one.streams),
    By.LANGUAGE: lambda one: {one.language},
    By.SENTIMENT: lambda one: {one.label},
    By.LABEL: lambda one: set(one.labels),
    By.VISIBILITY: lambda one: {"private" if one.private else "public"},
}


def test_what_is_stored_begins_with_the_first_item_counted_or_not(house: tuple[Kit, list[Raw]]) -> None:
    """Else a page would call a period unknown of which items wait to be counted."""
    kit, items = house
    first = kit.desk.insights.overview(Slice(period=PERIOD), SYSTEM).first
    assert first is not None
    assert timedelta(0) <= min(one.sent for one in items) - first < timedelta(minutes=15)


@pytest.mark.parametrize("by", list(By))
def test_what_is_told_apart_adds_up(house: tuple[Kit, list[Raw]], by: By) -> None:
    """Each line of a breakdown, and its waiting times, are those of the items that belong to it."""
    kit, items = house
    mine = left(items, lambda _: True)
    lines = {line.key: line.tally for line in kit.desk.insights.lines(Slice(period=PERIOD), SYSTEM, by)}
    assert set(lines) == {key for one in mine for key in KEYS[by](one)}
    waits = {one.key: one for one in kit.desk.insights.waits(Slice(period=PERIOD), SYSTEM, by=by)}
    for key, tally in lines.items():
        theirs = [one for one in mine if key in KEYS[by](one)]
        assert of(tally) == figures(theirs)
        waited = [one.waited.total_seconds() for one in theirs if one.waited is not None]
        assert waits[key].median_s == pytest.approx(median(waited))


@pytest.mark.parametrize("number", range(len(FILTERS)))
def test_a_number_opens_the_items_behind_it(house: tuple[Kit, list[Raw]], number: int) -> None:
    """The list behind a number has as many items as the number says: those very items, newest first, each once."""
    kit, items = house
    filters, fits = FILTERS[number]
    wanted = Slice(period=PERIOD, **filters)
    page = kit.desk.insights.items(wanted, SYSTEM, limit=7)
    seen = list(page.lines)
    while page.next is not None:
        page = kit.desk.insights.items(wanted, SYSTEM, limit=7, after=page.next)
        seen += page.lines
    mine = sorted(left(items, fits), key=lambda one: (one.sent, one.id), reverse=True)
    assert [one.id for one in seen] == [one.id for one in mine]
    assert page.total == len(mine) == kit.desk.insights.total(wanted, SYSTEM).items


def test_shares_of_voice_stand_on_the_items_that_any_of_them_saw(house: tuple[Kit, list[Raw]]) -> None:
    """The denominator is what at least one of the compared queries saw; an item of two counts for both."""
    kit, items = house
    chosen = {"main/brand", "main/rival"}
    voice = kit.desk.insights.voice(Slice(period=PERIOD, streams=tuple(sorted(chosen))), SYSTEM)
    mine = left(items, lambda one: bool(one.streams & chosen))
    assert voice.items == len(mine)
    assert voice.several == sum(chosen <= one.streams for one in mine)
    assert {one.stream_id: one.items for one in voice.lines} == {
        stream: sum(stream in one.streams for one in mine) for stream in chosen
    }
    for one in voice.lines:
        assert one.share == pytest.approx(one.items / voice.items)
        assert one.low < one.share < one.high


def test_intervals_hold_what_they_should() -> None:
    """Of many samples, the interval of the median holds the true one about 95 times of 100."""
    chance = np.random.default_rng(3)
    held = 0
    for _ in range(400):
        spans = _waits(chance.exponential(1000, 60), "", None).median_range_s
        assert spans is not None
        held += spans[0] <= 1000 * np.log(2) <= spans[1]
    assert 0.92 <= held / 400 <= 0.99


def test_remarks_stand_on_the_time_axis(tmp_path: Path) -> None:
    """A remark is written, found in its period, changed once, and taken away."""
    kit = make_kit(tmp_path)
    try:
        insights, now = kit.desk.insights, kit.now()
        wanted = Slice(period=Period(now.date(), now.date()))
        written = insights.annotate(remark(kit.desk, "main"), "ana")
        assert insights.annotations(wanted, "ana") == (written,)
        assert insights.annotations(Slice(period=Period(date(2020, 1, 1), date(2020, 1, 2))), "ana") == ()
        insights.annotate(written, "ana")
        with pytest.raises(Conflict, match="somebody changed this remark"):
            insights.annotate(written, "ana")
        with pytest.raises(DeskError, match="1 to 200 characters"):
            insights.annotate(replace(written, text="  "), "ana")
        insights.take_away(written.id, "ana")
        assert insights.annotations(wanted, "ana") == ()
    finally:
        kit.close()


def test_numbers_say_how_far_they_can_be_trusted(tmp_path: Path) -> None:
    """A stream that never finished a walk is named, and nothing is said to be complete."""
    kit = make_kit(tmp_path)
    try:
        today = datetime.now(UTC).date()
        standing = kit.desk.insights.standing(Slice(period=Period(today, today)), SYSTEM)
        assert standing.complete_up_to is None or standing.lagging
    finally:
        kit.close()


def test_a_remark_of_a_foreign_account_is_not_changed(tmp_path: Path) -> None:
    """Who knows id and version of a remark, but has no access to its account any more, changes nothing about it."""
    kit = make_kit(tmp_path, accounts=("main", "other"))
    try:
        seed_staff(kit.desk, "lim", role=Role.MANAGER, accounts=frozenset({"main"}))
        theirs = kit.desk.insights.annotate(remark(kit.desk, "other"), "ana")
        mine = kit.desk.insights.annotate(remark(kit.desk, "main"), "lim")
        for account in ("main", None):
            with pytest.raises(DeskError):
                kit.desk.insights.annotate(replace(theirs, account_id=account, text="mine now"), "lim")
        with pytest.raises(Conflict):
            kit.desk.insights.annotate(replace(mine, id="made up", version=0), "lim")
        assert kit.desk.insights.annotate(replace(mine, text="up again"), "lim").text == "up again"
        today = kit.now().date()
        wanted = Slice(period=Period(today - timedelta(days=1), today + timedelta(days=1)))
        assert theirs in kit.desk.insights.annotations(wanted, "ana")
    finally:
        kit.close()


def test_a_number_of_answers_opens_the_answered_items(house: tuple[Kit, list[Raw]]) -> None:
    """Of a slice those that were answered, in several readings, and no other."""
    kit, items = house
    wanted = Slice(period=PERIOD, channels=("x",))
    page = kit.desk.insights.items(wanted, SYSTEM, limit=9, answered=True)
    seen = list(page.lines)
    while page.next is not None:
        page = kit.desk.insights.items(wanted, SYSTEM, limit=9, after=page.next, answered=True)
        seen += page.lines
    mine = left(items, lambda one: one.channel == "x" and one.waited is not None)
    mine.sort(key=lambda one: (one.sent, one.id), reverse=True)
    assert [one.id for one in seen] == [one.id for one in mine]
    assert page.total == len(mine) == kit.desk.insights.total(wanted, SYSTEM).answered


def test_what_a_page_shows_is_what_is_told_one_by_one(house: tuple[Kit, list[Raw]]) -> None:
    """The board holds the same figures as the methods that read each of them."""
    kit, _ = house
    wanted, told = Slice(period=PERIOD), kit.desk.insights
    board = told.board(wanted, SYSTEM, By.STREAM)
    assert board.overview.now == told.total(wanted, SYSTEM)
    assert board.overview.before == told.total(wanted.before(), SYSTEM)
    assert board.points == told.chart(wanted, SYSTEM).points
    assert board.apart == told.chart(wanted, SYSTEM, by=By.STREAM).points
    assert board.lines == told.lines(wanted, SYSTEM, By.STREAM)
    assert board.waits == told.waits(wanted, SYSTEM, step=board.step)
    assert board.week == told.week(wanted, SYSTEM)


def test_steps_of_a_period_meet_without_a_gap() -> None:
    """Every step begins where the one before ends, also where clocks change; together they are the period."""
    for step in Step:
        spans = list(PERIOD.spans(step))
        assert [one[0] for one in spans] == list(PERIOD.starts(step))
        assert (spans[0][1], spans[-1][2]) == (PERIOD.since, PERIOD.until)
        assert all(first[2] == second[1] for first, second in pairwise(spans))


def test_nobody_hears_of_streams_of_accounts_that_are_not_theirs(house: tuple[Kit, list[Raw]], tmp_path: Path) -> None:
    """Items of one account that a stream of another saw tell neither its name nor what it saw."""
    kit, _ = house
    seed_staff(kit.desk, "eve", role=Role.MANAGER, accounts=frozenset({"page"}))
    desk, plain = kit.desk.insights, Slice(period=PERIOD)
    assert desk.total(plain, "eve").items  # streams of "main" saw items of "page"
    assert desk.lines(plain, SYSTEM, By.STREAM)
    assert desk.lines(plain, "eve", By.STREAM) == ()
    board = desk.board(plain, "eve", By.STREAM)
    assert (board.lines, board.lines_before, board.lines_waits, board.apart) == ((), (), (), ())
    assert desk.chart(plain, "eve", by=By.STREAM).points == ()
    assert desk.waits(plain, "eve", by=By.STREAM) == ()
    assert desk.voice(plain, "eve").lines == ()
    asked = Slice(period=PERIOD, streams=("main/brand",))
    assert desk.total(asked, SYSTEM).items
    assert desk.total(asked, "eve").items == desk.items(asked, "eve").total == desk.voice(asked, "eve").items == 0
    assert desk.voice(asked, "eve").lines == ()
    report = kit.desk.reports.make(asked, "eve").figures
    assert report["now"]["tally"]["items"] == 0
    assert "main" not in str(report["filters"])
    assert kit.desk.reports.make(plain, "eve").figures["by"]["stream"] == []
    taken = kit.desk.reports.snapshot(tmp_path / "eve.duckdb", "eve").file
    with duckdb.connect(str(taken), read_only=True) as copy:
        (told,) = copy.execute("SELECT count(*), count(*) FILTER (len(stream_ids) > 0) FROM items").fetchall()
    assert told[0] > 0
    assert told[1] == 0


def test_as_of_moves_on_though_nothing_is_stored(house: tuple[Kit, list[Raw]]) -> None:
    """An hour that is over is told as over after a quiet night too."""
    kit, _ = house
    before = kit.desk.insights.overview(Slice(period=PERIOD), SYSTEM).standing.as_of
    kit.skew += timedelta(hours=2)
    assert kit.desk.insights.overview(Slice(period=PERIOD), SYSTEM).standing.as_of >= before + timedelta(hours=2)
    assert kit.desk.insights.board(Slice(period=PERIOD), SYSTEM, By.CHANNEL).overview.standing.as_of > before


def test_a_stream_that_no_settings_name_is_called_by_its_account(house: tuple[Kit, list[Raw]]) -> None:
    """What a platform pushed comes by none of them; what is of no account of ours keeps its id."""
    kit, _ = house
    with kit.store.read() as cursor:
        name = names_of(kit.desk._office, cursor, By.STREAM)
    (account, *_) = kit.settings.accounts
    assert name(f"{account.id}/webhook") == f"{account.name or account.id} · webhook"
    assert name("elsewhere/webhook") == "elsewhere/webhook"

"""A spike from close by: its figures equal what plain Python counts, each opens its items, unknown is not nought."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from desk_kit import Kit, make_kit
from spike_house import FIRST, MINUTE, NOW, day, house, play
from spike_kit import Post, count_all, listen, outage, raise_queue, store_posts

from social_listener.desk_types.crisis import Behind, Direction
from social_listener.desk_types.spikes import Spike
from social_listener.errors import DeskError
from social_listener.store import spikes as table


@pytest.fixture(scope="module")
def kit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kit]:
    """Return a desk in the middle of an outage; nothing here changes it but an answer."""
    made = house(tmp_path_factory.mktemp("close"))
    play(made, [*day(made), *outage(made.now() + 10 * MINUTE, 90, 180)], 50, step=5)
    raise_queue(made, NOW)
    yield made
    made.close()


@pytest.fixture
def spike(kit: Kit) -> Spike:
    """Return the outage."""
    (found,) = kit.desk.spikes.current("ana")
    return found


def raw(kit: Kit, since: datetime) -> list[tuple[str, str, datetime, str]]:
    """Return id, author, moment and label of everything from then on, as the tables have it."""
    with kit.store.read() as cursor:
        return cursor.execute(
            """SELECT i.id, i.author_id, i.sent_at, s.sentiment_label FROM interactions i
               JOIN scores s ON s.interaction_id = i.id WHERE i.sent_at >= ? ORDER BY i.sent_at DESC, i.id DESC""",
            [since],
        ).fetchall()


def test_figures_equal_a_plain_count_and_open_their_items(kit: Kit, spike: Spike) -> None:
    """Items, negative ones and people of the spike, and the lists behind them, in stretches as in one piece."""
    items = raw(kit, spike.began_at)
    now = kit.desk.spikes.situation(spike.id, "ana")
    assert (now.figures.items, now.figures.people) == (len(items), len({one[1] for one in items}))
    assert now.figures.negative == sum(one[3] == "negative" for one in items)
    assert now.figures.waiting == now.figures.items
    assert now.hour == len(raw(kit, now.until - timedelta(hours=1)))
    every = kit.desk.spikes.behind(spike.id, "ana", (Behind.ALL, ""), limit=1_000)
    assert [one.id for one in every.lines] == [one[0] for one in items]
    for kind, number in (
        (Behind.NEGATIVE, now.figures.negative),
        (Behind.HOUR, now.hour),
        (Behind.HALF, now.half),
        (Behind.HALF_BEFORE, now.half_before),
        (Behind.OURS, 0),
    ):
        assert kit.desk.spikes.behind(spike.id, "ana", (kind, "")).total == number
    read, after = [], None
    while page := kit.desk.spikes.behind(spike.id, "ana", (Behind.ALL, ""), limit=7, after=after):
        read += [one.id for one in page.lines]
        after = page.next
        if after is None:
            break
    assert read == [one[0] for one in items]


def test_carriers_words_and_quarters_open_their_items(kit: Kit, spike: Spike) -> None:
    """Behind a word stand those who say it, behind a person, a thread, an account and a quarter theirs."""
    view = kit.desk.spikes.one(spike.id, "ana")
    word = spike.why.words[0].word
    saying = kit.desk.spikes.behind(spike.id, "ana", (Behind.WORD, word), limit=1_000)
    assert saying.total == len(saying.lines) > 10
    assert all(part in one.text for one in saying.lines for part in word.split())
    first = kit.desk.spikes.behind(spike.id, "ana", (Behind.WORD, word), limit=5)
    second = kit.desk.spikes.behind(spike.id, "ana", (Behind.WORD, word), limit=1_000, after=first.next)
    assert [one.id for one in (*first.lines, *second.lines)] == [one.id for one in saying.lines]
    person, thread, account = spike.why.people[0], spike.why.threads[0], spike.why.accounts[0]
    for kind, carrier in ((Behind.PERSON, person), (Behind.THREAD, thread), (Behind.ACCOUNT, account)):
        assert kit.desk.spikes.behind(spike.id, "ana", (kind, carrier.id)).total >= carrier.items
    point = max(view.course, key=lambda one: one.items or 0)
    quarter = kit.desk.spikes.behind(spike.id, "ana", (Behind.QUARTER, point.at.isoformat()), limit=1_000)
    assert quarter.total == sum(
        point.at <= one[2] < point.at + timedelta(minutes=15) for one in raw(kit, spike.began_at)
    )
    for key in ("", "yesterday"):
        with pytest.raises(DeskError):
            kit.desk.spikes.behind(spike.id, "ana", (Behind.QUARTER, key))


def test_the_course_stands_beside_what_is_usual(kit: Kit, spike: Spike) -> None:
    """Before the outage nearly all quarters lie in their ordinary range, within it none; the last is not over."""
    course = kit.desk.spikes.one(spike.id, "ana").course
    before = [one for one in course if one.at < spike.began_at - timedelta(minutes=15)]
    ordinary = [one for one in before if one.low is not None and one.high is not None and one.items is not None]
    assert len(ordinary) == len(before) > 90
    assert sum(one.low <= one.items <= one.high for one in ordinary) >= 0.9 * len(ordinary)  # type: ignore[operator]
    within = [one for one in course if one.at >= spike.began_at + timedelta(minutes=15) and one.part == 1]
    assert within
    assert all((one.items or 0) > (one.high or 0) for one in within)
    assert 0 < course[-1].part <= 1


@pytest.mark.long
def test_it_rises_at_first_and_is_over_at_last(kit: Kit, spike: Spike) -> None:
    """Half an hour after the beginning more is said than before it; an ended spike goes nowhere."""
    now = kit.desk.spikes.situation(spike.id, "ana")
    assert now.direction in {Direction.RISING, Direction.STEADY}
    assert now.half + now.half_before == now.hour
    assert now.usual is not None
    assert now.hour > 2 * now.usual
    with kit.store.transaction() as cursor:
        stored = table.one(cursor, spike.id)
        assert stored is not None
        cursor.execute("UPDATE spikes SET ended_at = last_at WHERE id = ?", [spike.id])
    ended = kit.desk.spikes.situation(spike.id, "ana")
    assert ended.direction is Direction.OVER
    with kit.store.transaction() as cursor:
        table.put(cursor, stored)


def test_what_is_watched_is_told_with_what_usual_stands_on(kit: Kit) -> None:
    """Since when we listen, and on how many weeks; before the first look nothing is known."""
    (told,) = kit.desk.spikes.watching("ana").accounts
    assert (told.account_id, told.since, told.weeks, told.well) == ("main", FIRST, 8, True)
    kit.again()
    listen(kit, FIRST)
    assert kit.desk.spikes.watching("ana").accounts[0].weeks == 0


def test_where_nothing_is_usual_yet_the_course_says_so(tmp_path: Path) -> None:
    """With a day of history usual is unknown, not nought; quarters in which we did not listen have no count."""
    kit = make_kit(tmp_path)
    posts = [Post(NOW - timedelta(hours=9), "early", "hello"), *outage(NOW, 60, 120)]
    store_posts(kit, [one for one in posts if one.at <= NOW])
    listen(kit, NOW - timedelta(hours=10))
    count_all(kit)
    kit.desk.spikes.watch()
    for _ in range(11):
        kit.pass_time(minutes=5)
        store_posts(kit, [one for one in posts if kit.now() - timedelta(minutes=5) < one.at <= kit.now()])
        kit.desk.spikes.watch()
    (spike,) = kit.desk.spikes.current("ana")
    course = kit.desk.spikes.one(spike.id, "ana").course
    assert {one.usual for one in course} == {None}
    assert {one.high for one in course} == {None}
    assert course[0].items is None
    assert [one.items for one in course if one.at == NOW - timedelta(hours=9)] == [1]
    assert [one.items for one in course if one.at == NOW - timedelta(hours=8)] == [0]
    assert kit.desk.spikes.situation(spike.id, "ana").usual is None
    kit.close()

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from reading_kit import page, said

from social_listener.cursor import Cursor, Gap, advance, floor, restart
from social_listener.model import Interaction, Reject

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
OVERLAP = timedelta(minutes=30)


def _at(minutes: float, **facts: object) -> Interaction:
    """Return an item sent so many minutes before noon."""
    return said(1, sent_at=NOON - timedelta(minutes=minutes), **facts)


def test_the_first_walk_reads_all_there_is() -> None:
    """Without a mark there is no floor."""
    assert floor(None, OVERLAP) is None


def test_every_walk_reads_an_overlap_again() -> None:
    """The floor lies an overlap below the mark."""
    assert floor(NOON, OVERLAP) == NOON - OVERLAP


def test_the_mark_stands_still_while_a_walk_goes_on() -> None:
    """Pages before the last leave the mark where it was, and remember where the walk stands."""
    before = Cursor(since=NOON - timedelta(hours=1))
    moved, gap = advance(before, page(_at(5), next="token", server_time=NOON), known=False, overlap=OVERLAP)
    assert (moved.since, moved.resume, moved.started, moved.walking) == (before.since, "token", NOON, True)
    assert (moved.items, moved.oldest, gap) == (1, NOON - timedelta(minutes=5), None)


def test_the_mark_becomes_when_the_walk_began_not_when_it_ended() -> None:
    """What is posted during a walk lies above the mark, so that the next walk reads it."""
    first, _ = advance(Cursor(), page(next="a", server_time=NOON), known=False, overlap=OVERLAP)
    last, _ = advance(first, page(server_time=NOON + timedelta(minutes=9)), known=False, overlap=OVERLAP)
    assert last == Cursor(since=NOON)


def test_a_quiet_stream_stays_fresh() -> None:
    """A walk that finds nothing moves the mark too."""
    moved, gap = advance(Cursor(since=NOON - timedelta(days=6)), page(server_time=NOON), known=False, overlap=OVERLAP)
    assert (moved, gap) == (Cursor(since=NOON), None)


def test_a_walk_from_the_top_keeps_the_mark_only() -> None:
    """After an expired page token nothing of the old walk counts any more."""
    walking = Cursor(since=NOON, resume="x", started=NOON, oldest=NOON, items=7, joined=True)
    assert restart(walking) == Cursor(since=NOON)


def test_what_is_older_than_the_platform_gives_is_a_gap() -> None:
    """A floor below the horizon leaves a gap up to the horizon, to the moment."""
    horizon = NOON - timedelta(days=7)
    since = horizon - timedelta(days=2)
    _, gap = advance(Cursor(since=since), page(server_time=NOON, horizon=horizon), known=True, overlap=OVERLAP)
    assert gap is not None
    assert (gap.since, gap.until) == (since - OVERLAP, horizon)


def test_a_platform_that_gives_only_so_many_leaves_a_gap_up_to_the_oldest() -> None:
    """When a whole walk brings no more than the limit, everything from the floor to its oldest item is a gap."""
    before = Cursor(since=NOON - timedelta(hours=5))
    first, gap = advance(
        before, page(_at(1), _at(2), next="b", horizon_items=4, server_time=NOON), known=False, overlap=OVERLAP
    )
    assert gap is None
    _, gap = advance(first, page(_at(3), _at(4), horizon_items=4, server_time=NOON), known=False, overlap=OVERLAP)
    assert gap == Gap(
        since=NOON - timedelta(hours=5, minutes=30),
        until=NOON - timedelta(minutes=4),
        reason="the platform gives only the newest 4",
    )


def test_items_that_cannot_be_read_count_for_the_limit() -> None:
    """A dead letter takes a place among the newest that a platform gives, and hides an item below."""
    before = Cursor(since=NOON - timedelta(hours=5))
    bad = Reject(native_id=None, reason="", raw=b"")
    _, gap = advance(
        before, page(_at(1), rejects=(bad,), horizon_items=2, server_time=NOON), known=False, overlap=OVERLAP
    )
    assert gap is not None


def test_a_walk_that_met_what_was_stored_tells_of_late_items_only() -> None:
    """Where a full walk joins what was stored, only what showed late can be missing, and the gap says so."""
    before = Cursor(since=NOON - timedelta(minutes=3))
    _, gap = advance(before, page(_at(1), _at(5), horizon_items=2, server_time=NOON), known=True, overlap=OVERLAP)
    assert gap is not None
    assert "showed late" in gap.reason


def test_a_full_walk_that_reached_the_floor_has_no_gap() -> None:
    """A limit that is reached below the floor hides nothing."""
    before = Cursor(since=NOON - timedelta(minutes=3))
    _, gap = advance(before, page(_at(1), _at(40), horizon_items=2, server_time=NOON), known=True, overlap=OVERLAP)
    assert gap is None


def test_more_than_the_limit_shows_that_there_is_no_limit() -> None:
    """A walk that brings over a page more than the platform says it gives has no gap; one that is just full has."""
    before = Cursor(since=NOON - timedelta(hours=5))
    for count, short in ((800, True), (900, True), (901, False)):
        items = [_at(1 + number / 100) for number in range(count)]
        _, gap = advance(before, page(*items, horizon_items=800, server_time=NOON), known=False, overlap=OVERLAP)
        assert (gap is not None) == short, count


def test_context_does_not_tell_how_far_a_walk_has_come() -> None:
    """An old post that another one hangs on is neither counted nor the oldest."""
    moved, _ = advance(
        Cursor(), page(_at(1), _at(900, context=True), next="a", server_time=NOON), known=False, overlap=OVERLAP
    )
    assert (moved.items, moved.oldest) == (1, NOON - timedelta(minutes=1))


@given(st.lists(st.integers(0, 3), min_size=1, max_size=12), st.integers(1, 600))
def test_however_many_pages_the_mark_is_when_the_walk_began(pages: list[int], ago: int) -> None:
    """For every number of pages and items, the mark moves once, at the end, to when the first page came."""
    start = Cursor(since=NOON - timedelta(minutes=ago))
    mark = start
    for number, count in enumerate(pages):
        last = number == len(pages) - 1
        items = [_at(number + one / 10) for one in range(count)]
        told = page(*items, next=None if last else str(number), server_time=NOON + timedelta(seconds=number))
        mark, gap = advance(mark, told, known=False, overlap=OVERLAP)
        assert gap is None
        assert mark.since == (NOON if last else start.since)
    assert not mark.walking

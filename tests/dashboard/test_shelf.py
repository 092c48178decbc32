"""Rows that are looked at keep their places."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from making import page, row

from social_listener.dashboard.shelf import LOOKAHEAD, SHORT, Shelf, extended, following, lay_out, refresh, without

LIMIT = 10


def ids(shelf: Shelf) -> list[str]:
    """Return the shown conversations in their order."""
    return [one.conversation_id for one in shelf.rows]


def test_a_new_conversation_is_announced_and_moves_no_row() -> None:
    """What arrives while the list is looked at is counted, not inserted, however pressing it is."""
    shelf = lay_out(page(*(row(n) for n in range(8))), LIMIT)
    changed = refresh(shelf, page(row(99, priority=100), *(row(n) for n in range(8))), LIMIT)
    assert ids(changed) == ids(shelf)
    assert changed.fresh == {"x:c99"}
    assert ids(lay_out(page(row(99), *(row(n) for n in range(8))), LIMIT))[0] == "x:c99"


def test_a_change_is_drawn_where_the_row_stands() -> None:
    """A shown conversation whose priority rises stays in its place with its new figures."""
    shelf = lay_out(page(*(row(n) for n in range(8))), LIMIT)
    changed = refresh(shelf, page(row(7, priority=99), *(row(n) for n in range(7))), LIMIT)
    assert ids(changed) == ids(shelf)
    assert changed.rows[7].priority == 99
    assert not changed.fresh


def test_a_conversation_that_left_the_view_stays_and_is_marked() -> None:
    """An answered conversation is not pulled from under the pointer."""
    shelf = lay_out(page(*(row(n) for n in range(8))), LIMIT)
    changed = refresh(shelf, page(*(row(n) for n in range(8) if n != 3)), LIMIT)
    assert ids(changed) == ids(shelf)
    assert changed.gone == {"x:c3"}
    back = refresh(changed, page(*(row(n) for n in range(8))), LIMIT)
    assert not back.gone


def test_an_answered_conversation_is_marked_in_a_long_list_too() -> None:
    """With far more conversations than are read, a row above all of them that is not found has left the view."""
    top = [row(n, priority=90) for n in range(3)]
    rest = [row(n, priority=40) for n in range(3, LIMIT + LOOKAHEAD)]
    shelf = lay_out(page(*top, *rest, total=400), LIMIT)
    changed = refresh(shelf, page(top[0], top[2], *rest, total=399), LIMIT)
    assert changed.gone == {"x:c1"}
    assert refresh(changed, page(top[0], top[2], *rest, total=399), LIMIT).gone == {"x:c1"}
    assert not refresh(changed, page(*top, *rest, total=400), LIMIT).gone


def test_rows_further_down_are_neither_new_nor_gone() -> None:
    """With more conversations than are read, what is not among them is not taken for done, nor the rest for new."""
    everything = [row(n) for n in range(200)]
    shelf = lay_out(page(*everything[: LIMIT + LOOKAHEAD], total=200), LIMIT)
    pushed = [row(1000 + n) for n in range(LOOKAHEAD + LIMIT)]
    changed = refresh(shelf, page(*pushed, total=260), LIMIT)
    assert not changed.gone
    same = refresh(shelf, page(*everything[: LIMIT + LOOKAHEAD], total=200), LIMIT)
    assert not same.fresh


def test_a_short_list_fills_by_itself_from_below() -> None:
    """While the list is short new rows are added below: nothing moves by that."""
    shelf = lay_out(page(row(1)), LIMIT)
    changed = refresh(shelf, page(row(2, priority=99), row(1)), LIMIT)
    assert ids(changed) == ["x:c1", "x:c2"]
    assert not changed.fresh
    crowd = refresh(shelf, page(*(row(n) for n in range(100, 120)), row(1)), LIMIT)
    assert len(crowd.rows) == SHORT
    assert len(crowd.fresh) == 20 - (SHORT - 1)


@given(st.lists(st.lists(st.integers(0, 30), unique=True, max_size=25), min_size=1, max_size=8))
def test_no_refresh_ever_moves_or_removes_a_shown_row(pages: list[list[int]]) -> None:
    """Whatever the queue does, the shown rows are a prefix of what is shown later."""
    shelf = lay_out(page(*(row(n) for n in pages[0])), LIMIT)
    for numbers in pages[1:]:
        before = ids(shelf)
        shelf = refresh(shelf, page(*(row(n) for n in numbers)), LIMIT)
        assert ids(shelf)[: len(before)] == before
        assert shelf.gone == {one for one in ids(shelf) if int(one[3:]) not in numbers}
        assert not shelf.fresh & set(ids(shelf))


def test_a_list_in_the_pages_own_order_would_move_rows() -> None:
    """Negative control: laying the list out anew at every change fails the property above."""
    before = ids(lay_out(page(row(1), row(2)), LIMIT))
    after = ids(lay_out(page(row(9), row(1), row(2)), LIMIT))
    assert after[: len(before)] != before


def test_the_next_conversation_opens_after_one_is_put_away() -> None:
    """It is the next below that is still here; at the end of the list the one above."""
    shelf = refresh(
        lay_out(page(*(row(n) for n in range(8))), LIMIT), page(*(row(n) for n in range(8) if n != 4)), LIMIT
    )
    assert following(shelf, "x:c3") == "x:c5"
    assert following(shelf, "x:c7") == "x:c6"
    assert following(shelf, "x:elsewhere") == "x:c0"
    assert following(lay_out(page(row(1)), LIMIT), "x:c1") is None
    assert "x:c3" not in ids(without(shelf, "x:c3"))


def test_more_rows_come_below_and_none_comes_twice() -> None:
    """The next stretch stands below what is shown; a row that moved down meanwhile is not shown a second time."""
    shelf = lay_out(page(*(row(n) for n in range(LIMIT))), LIMIT)
    more = extended(shelf, page(row(3), *(row(n) for n in range(LIMIT, LIMIT + 8))), 5)
    assert ids(more) == [f"x:c{n}" for n in range(LIMIT + 4)]
    assert not refresh(more, replace(page(*(row(n) for n in range(LIMIT + 8))), kept=more.rows), LIMIT).fresh


def test_what_the_view_holds_no_more_is_told_from_what_lies_deep() -> None:
    """When the desk was asked for the shown rows, what it does not return has left the view, however deep it stood."""
    shelf = lay_out(page(*(row(n) for n in range(LIMIT))), LIMIT)
    kept = tuple(row(n, priority=9) for n in range(LIMIT - 1))
    changed = refresh(shelf, replace(page(row(0), total=500), kept=kept), LIMIT)
    assert changed.gone == {f"x:c{LIMIT - 1}"}
    assert changed.rows[1].priority == 9

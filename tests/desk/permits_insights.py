"""How figures over time are asked for, for the matrix of who may do what."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from social_listener.desk_types.insights import Annotation, By, Slice
from social_listener.periods import Period

if TYPE_CHECKING:
    from collections.abc import Callable

    from social_listener.desk import Desk


def around(desk: Desk, *accounts: str) -> Slice:
    """Return what was said on accounts yesterday, today and tomorrow."""
    today = desk._office.clock().date()
    return Slice(period=Period(today - timedelta(days=1), today + timedelta(days=1)), accounts=accounts)


def remark(desk: Desk, account_id: str | None) -> Annotation:
    """Return a remark that is not stored yet."""
    now = desk._office.clock()
    return Annotation(
        id="", kind="outage", text="down", since=now, until=None, account_id=account_id, by_staff="", version=0
    )


#: method → how it is asked for a slice in the name of somebody, and whether the answer has anything of the slice
READINGS: dict[str, tuple[Callable[[Any, Slice, str], Any], Callable[[Any], bool]]] = {
    "overview": (lambda desk, cut, who: desk.overview(cut, who), lambda found: found.now.items > 0),
    "total": (lambda desk, cut, who: desk.total(cut, who), lambda found: found.items > 0),
    "board": (lambda desk, cut, who: desk.board(cut, who, By.ACCOUNT), lambda found: bool(found.points)),
    "lines": (lambda desk, cut, who: desk.lines(cut, who, By.ACCOUNT), bool),
    "chart": (lambda desk, cut, who: desk.chart(cut, who), lambda found: bool(found.points)),
    "week": (lambda desk, cut, who: desk.week(cut, who), lambda found: any(one.items for one in found.values())),
    "voice": (lambda desk, cut, who: desk.voice(cut, who), lambda found: found.items > 0),
    "items": (lambda desk, cut, who: desk.items(cut, who), lambda found: found.total > 0),
}

"""The charts of figures over time, with what each point opens. Pure.

A step that is not over, or up to which not every stream was read, is a gap and no low. So is, where something is
counted, a week or month of which only a part lies in the period, and the step in which what is stored begins.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from social_listener.dashboard.draw_insights import (
    BY_WORDS,
    Opens,
    known_up_to,
    length,
    number,
    share,
    span,
    time_unit,
    wait_range,
)
from social_listener.dashboard.insights_cards import Card, Cell, Spots, Table
from social_listener.desk_types.insights import By, Tally, Waits
from social_listener.periods import Step
from social_listener.reports import charts
from social_listener.reports.charts import Line, Mark, Point
from social_listener.scoring.measures import wilson

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from social_listener.dashboard.insights_scene import Scene
    from social_listener.desk_types.insights import Board, Overview

#: lines that are told apart at most: of more nobody could tell which is which
MOST_LINES: Final = 6
NOW, BEFORE = "this period", "before"
#: why a step is not known, or not all of it, as tables say it
SO_FAR, NOTHING, PART = "so far", "nothing is stored of it", "in part"


@dataclass(frozen=True, slots=True)
class Stretch:
    """One step of a period."""

    start: datetime  #: by the clocks of the house, without a zone
    since: datetime  #: UTC
    until: datetime
    at: datetime  #: where it stands on the time axis of the house
    note: str  #: why it is not known, or not all of it; "": it is

    @property
    def known(self) -> bool:
        """Return whether it is over, every stream was read up to its end, and something is stored from before that."""
        return self.note in {"", PART}

    @property
    def counted(self) -> bool:
        """Return whether its counts can stand beside those of others: all of it is known."""
        return not self.note


class TimeCharts:
    """Makes the charts of a board; `sql`: what writes the SQL of steps and of waiting times."""

    def __init__(self, board: Board, scene: Scene) -> None:
        self._board = board
        self._scene = scene
        self._zone: ZoneInfo = scene.zone
        self._opens = Opens(scene.wanted)
        self._steps = stretches(board.step, scene, board.overview)
        self._tallies = {one.start: one.tally for one in board.points}

    def items(self, sql: str) -> Card:
        """Return how much was said, beside the period before."""
        before = scene_before(self._scene, self._board)
        lines = [Line(NOW, self._line(lambda tally: tally.items))]
        moved = [
            Point(one.at, count if whole else None) for one, (count, _, whole) in zip(self._steps, before, strict=False)
        ]
        lines.append(Line(BEFORE, tuple(moved), before=True))
        opens: Spots = {self._place(one, NOW): self._within(one, self._tally(one).items) for one in self._steps}
        opens |= {self._place(one, BEFORE): told for one, (_, told, _) in zip(self._steps, before, strict=False)}
        rows = []
        for at, one in enumerate(self._steps):
            count, told, whole = before[at] if at < len(before) else (None, "", True)
            earlier = number(count) if whole else f"{number(count)} ({PART})"
            items = self._tally(one).items
            rows.append((*self._named(one), Cell(_told(one, items), self._within(one, items)), Cell(earlier, told)))
        return self._card(
            "items", f"Items per {self._board.step}", lines, unit="items", opens=opens, sql=sql,
            table=Table((self._step_name(), "Items", "Period before"), tuple(rows)),
        )  # fmt: skip

    def negative(self, sql: str) -> Card:
        """Return which part of the told items is negative, with its interval."""

        def point(one: Stretch) -> Point:
            tally = self._tally(one)
            if not tally.told or not one.known:
                return Point(one.at, None)
            told = wilson(tally.negative, tally.told)
            return Point(one.at, *(round(100 * part, 4) for part in (told.value, told.low, told.high)))

        opens: Spots = {}
        rows = []
        for one in self._steps:
            tally = self._tally(one)
            told = self._opens.mood(tally, "negative", within=(one.since, one.until))
            known = self._opens.mood(tally, "negative", "neutral", "positive", within=(one.since, one.until))
            opens[self._place(one, "negative")] = known
            spread = wilson(tally.negative, tally.told) if tally.told else None
            spanned = span((share(spread.low), share(spread.high))) if spread else ""
            cells = (Cell(_told(one, tally.negative), told), Cell(_told(one, tally.told), known))
            rows.append((*self._named(one), *cells, Cell(share(tally.negative_share)), Cell(spanned)))
        return self._card(
            "negative", "Negative items, of those with a told sentiment",
            [Line("negative", tuple(point(one) for one in self._steps))], unit="share, %", opens=opens, sql=sql,
            table=Table((self._step_name(), "Negative", "Told", "Share", "95 of 100 between"), tuple(rows)),
        )  # fmt: skip

    def reach(self, sql: str) -> Card:
        """Return the followers of those who wrote."""
        opens: Spots = {self._place(one, "reach"): self._within(one, self._tally(one).items) for one in self._steps}
        rows = tuple(
            (
                *self._named(one),
                Cell(_told(one, self._tally(one).known_reach), self._within(one, self._tally(one).items)),
            )
            for one in self._steps
        )
        return self._card(
            "reach", "Reach: followers of the authors, added up over items",
            [Line("reach", self._line(lambda tally: tally.known_reach))], unit="followers", opens=opens, sql=sql,
            table=Table((self._step_name(), "Reach"), rows),
        )  # fmt: skip

    def waits(self, sql: str, *, p90: bool) -> Card:
        """Return how long customers waited for an answer, with its interval, in minutes, hours or days."""
        unit, seconds = time_unit(
            one if p90 else replace(one, p90_s=None, p90_range_s=None) for one in self._board.waits
        )
        found = {one.start: one for one in self._board.waits}
        fields = {"median": "median", **({"90 of 100": "p90"} if p90 else {})}
        opens: Spots = {}
        rows = []
        for one in self._steps:
            waits = found.get(one.start, Waits())
            told = self._opens.all(waits.number, answered=True, within=(one.since, one.until))
            opens |= {self._place(one, name): told for name in fields}
            cells = [Cell(_told(one, waits.number), told)]
            for field in ("median", "p90"):
                cells += [Cell(length(getattr(waits, f"{field}_s")), told), Cell(wait_range(waits, field))]
            rows.append((*self._named(one), *cells))
        columns = ("Answered", "Median", "95 of 100 between", "90 of 100 within", "95 of 100 between ")
        return self._card(
            "waits", "Waiting time to the first answer",
            [Line(name, self._wait_line(field, seconds)) for name, field in fields.items()],
            unit=unit, opens=opens, sql=sql,
            table=Table((self._step_name(), *columns), tuple(rows)),
        )  # fmt: skip

    def apart(self, sql: str) -> Card:
        """Return how much was said, told apart: a line for each of those that were talked about most."""
        by, shown = self._board.by, self._board.lines[:MOST_LINES]
        names = {line.key: name for line, name in zip(shown, charts.unlike([one.name for one in shown]), strict=True)}
        tallies = {(one.key, one.start): one.tally for one in self._board.apart}
        opens: Spots = {}
        lines = []
        for key, name in names.items():
            counts = {one.start: tallies.get((key, one.start), Tally()).items for one in self._steps}
            known = {one.start: one.counted and not self._unseen(key, one) for one in self._steps}
            lines.append(
                Line(name, tuple(Point(one.at, counts[one.start] if known[one.start] else None) for one in self._steps))
            )
            for one in self._steps:
                opens[self._place(one, name)] = self._within(one, counts[one.start], **self._opens.of(by, key))
        rows = tuple(
            (
                *self._named(one),
                *(
                    Cell(_told(one, tallies.get((key, one.start), Tally()).items), opens[self._place(one, name)])
                    for key, name in names.items()
                ),
            )
            for one in self._steps
        )
        more = len(self._board.lines) - len(shown)
        note = f"{more} more are in the table above." if more > 0 else ""
        return self._card(
            "apart", f"Items per {self._board.step}, by {BY_WORDS[by].lower()}", lines,
            unit="items", opens=opens, sql=sql,
            table=Table((self._step_name(), *names.values()), rows), note=note,
        )  # fmt: skip

    def _unseen(self, key: str, one: Stretch) -> bool:
        """Whether a stream did not watch yet for all of a step: that it saw nothing says nothing."""
        begun = self._board.overview.standing.begun.get(key) if self._board.by is By.STREAM else None
        return begun is not None and one.since < begun

    # -- how -----------------------------------------------------------------------------------------------------------

    def _tally(self, one: Stretch) -> Tally:
        return self._tallies.get(one.start, Tally())

    def _line(self, value: Callable[[Tally], int | None]) -> tuple[Point, ...]:
        return tuple(Point(one.at, value(self._tally(one)) if one.counted else None) for one in self._steps)

    def _wait_line(self, field: str, seconds: float) -> tuple[Point, ...]:
        found = {one.start: one for one in self._board.waits}
        points = []
        for one in self._steps:
            waits = found.get(one.start, Waits())
            value, told = getattr(waits, f"{field}_s"), getattr(waits, f"{field}_range_s") or (None, None)
            parts = (value, *told) if one.known else (None, None, None)
            points.append(Point(one.at, *(None if part is None else round(part / seconds, 3) for part in parts)))
        return tuple(points)

    def _within(self, one: Stretch, count: int, **narrower: Any) -> str:
        return self._opens.all(count, within=(one.since, one.until), **narrower) if one.since < one.until else ""

    def _place(self, one: Stretch, name: str) -> tuple[str, ...]:
        return f"{one.start:%Y-%m-%dT%H:%M:%SZ}", charts.short(name)

    def _named(self, one: Stretch) -> tuple[Cell, ...]:
        words = step_words(one.start, self._board.step)
        return (Cell(f"{words} ({one.note})" if one.note else words),)

    def _step_name(self) -> str:
        return {Step.WEEK: "Week from", Step.MONTH: "Month"}.get(self._board.step, self._board.step.capitalize())

    def _card(
        self, name: str, title: str, lines: list[Line], *, unit: str, opens: Spots, sql: str,
        table: Table, note: str = "",
    ) -> Card:  # fmt: skip
        known = any(point.value is not None for line in lines for point in line.points)
        blank = "" if known else f"No whole {self._board.step} of this period is known yet. The table tells what is."
        figure = charts.over_time(
            title, lines, zone=self._zone.key, unit=unit, marks=self._marks(), theme=self._scene.theme, height=260
        )
        return Card(
            id=name, figure=figure, table=table, sql=sql, pick=("at", "name"), opens=opens, note=note, blank=blank
        )

    def _marks(self) -> list[Mark]:
        wanted = self._scene.wanted  # a remark may have begun long before the period, and may end long after it
        return [
            Mark(max(one.since, wanted.since), one.text, min(one.until, wanted.until) if one.until else None)
            for one in self._board.annotations
        ]


def _told(one: Stretch, count: int | None) -> str:
    """Return a count of a step: nobody knows what was said before anything was stored."""
    return number(None if one.note == NOTHING and not count else count)


def stretches(step: Step, scene: Scene, told: Overview) -> list[Stretch]:
    """Return the steps of a period, and which are known: not what is to come, nor what was before we listened."""
    known, first = known_up_to(told), told.first or datetime.max.replace(tzinfo=UTC)
    period = scene.wanted.period

    def note(start: datetime, since: datetime, until: datetime) -> str:
        if until > known:
            return SO_FAR
        if first >= until:
            return NOTHING
        return "" if period.holds(start, step) and first <= since else PART

    return [
        Stretch(start, since, until, start.replace(tzinfo=scene.zone), note(start, since, until))
        for start, since, until in period.spans(step)
    ]


def scene_before(scene: Scene, board: Board) -> list[tuple[int | None, str, bool]]:
    """Return the count of every step of the period before, the items behind it, and whether it holds all of the step.

    None: before what is stored.
    """
    first = board.overview.first or datetime.max.replace(tzinfo=UTC)
    before = scene.wanted.before()
    opens, counts = Opens(before), {one.start: one.tally.items for one in board.points_before}
    return [
        (
            counts.get(start, 0),
            opens.all(counts.get(start, 0), within=(since, until)) if since < until else "",
            before.period.holds(start, board.step) and first <= since,
        )
        if first < until
        else (None, "", True)
        for start, since, until in before.period.spans(board.step)
    ]


def step_words(start: datetime, step: Step) -> str:
    """Return a step in words."""
    return {
        Step.HOUR: f"{start:%a %-d %b, %H:%M}",
        Step.MONTH: f"{start:%B %Y}",
    }.get(step, f"{start:%a %-d %b %Y}")

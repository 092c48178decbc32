"""Charts of what is told apart, of the hours of the week and of shares of voice, with what each part opens. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from social_listener.dashboard.draw_insights import (
    BY_WORDS,
    Opens,
    change,
    hours_heard,
    is_known,
    length,
    number,
    share,
    span,
    time_unit,
    wait_range,
)
from social_listener.dashboard.insights_address import SENTIMENTS
from social_listener.dashboard.insights_cards import Card, Cell, Spots, Table
from social_listener.desk_types.insights import Waits
from social_listener.reports import charts
from social_listener.reports.charts import Bar

if TYPE_CHECKING:
    from collections.abc import Mapping

    from social_listener.dashboard.insights_scene import Scene
    from social_listener.desk_types.insights import Board, Line, Tally, Voice
    from social_listener.reports.sheets import Figure

#: bars of a chart at most; its table has them all
MOST_BARS: Final = 12


def bars(board: Board, scene: Scene, sql: str) -> Card:
    """Return how much was said, told apart, beside the period before."""
    opens, earlier = Opens(scene.wanted), Opens(scene.wanted.before())
    before = {one.key: one.tally for one in board.lines_before}
    rows = tuple(_line(one, board, opens, earlier, before.get(one.key)) for one in board.lines)
    shown = board.lines[:MOST_BARS]
    figure = charts.bars(
        f"Items by {BY_WORDS[board.by].lower()}", [Bar(one.name, one.tally.items) for one in shown], theme=scene.theme
    )
    places: Spots = {(str(row["row"]),): cells[1].open for row, cells in zip(_data(figure), rows, strict=False)}
    columns = (
        *(BY_WORDS[board.by], "Items", "Period before", "Change", "Negative", "Of told", "Positive", "Unsure"),
        *("Not scored", "Reach", "Answered", "Median wait"),
    )
    return Card(
        id="bars", figure=figure, table=Table(columns, rows), sql=sql, pick=("row",), opens=places,
        note=_more(len(board.lines)),
    )  # fmt: skip


def _line(one: Line, board: Board, opens: Opens, earlier: Opens, before: Tally | None) -> tuple[Cell, ...]:
    tally, here = one.tally, opens.of(board.by, one.key)
    waits = next((waits for waits in board.lines_waits if waits.key == one.key), Waits())
    answered = opens.all(tally.answered, answered=True, **here)
    said = before.items if before else 0
    known = is_known(board.overview, earlier.wanted)
    return (
        Cell(one.name),
        Cell(number(tally.items), opens.all(tally.items, **here)),
        Cell(number(said if known else None), earlier.all(said, **here)),
        Cell(change(tally.items, said)),
        Cell(number(tally.negative), opens.mood(tally, "negative", **here)),
        Cell(share(tally.negative_share)),
        Cell(number(tally.positive), opens.mood(tally, "positive", **here)),
        Cell(number(tally.unsure), opens.mood(tally, "unsure", **here)),
        Cell(number(tally.unscored), opens.mood(tally, "none", **here)),
        Cell(number(tally.known_reach), opens.all(tally.items, **here)),
        Cell(number(tally.answered), answered),
        Cell(length(waits.median_s), answered),
    )


def moods(board: Board, scene: Scene, sql: str) -> Card:
    """Return the sentiment of what was said, told apart."""
    opens, shown = Opens(scene.wanted), board.lines[:MOST_BARS]
    names = charts.unlike([charts.short(one.name) for one in shown])
    rows = [(name, counts(one.tally)) for name, one in zip(names, shown, strict=True)]
    figure = charts.moods(f"Sentiment by {BY_WORDS[board.by].lower()}", rows, theme=scene.theme)
    told = [one for one in shown if one.tally.told]  # of the others nothing is drawn
    drawn = dict(zip(dict.fromkeys(str(row["row"]) for row in _data(figure)), told, strict=False))
    places: Spots = {
        (row, mood): opens.mood(one.tally, mood, **opens.of(board.by, one.key))
        for row, one in drawn.items()
        for mood in SENTIMENTS
    }
    table = tuple(
        (
            Cell(one.name),
            *(
                Cell(number(count), opens.mood(one.tally, mood, **opens.of(board.by, one.key)))
                for mood, count in counts(one.tally).items()
            ),
        )
        for one in board.lines
    )
    columns = (BY_WORDS[board.by], *(charts.MOOD_WORDS[mood].capitalize() for mood in SENTIMENTS))
    return Card(
        id="moods", figure=figure, table=Table(columns, table), sql=sql, pick=("row", "mood"), opens=places,
        note=_more(len(board.lines)),
    )  # fmt: skip


def counts(tally: Tally) -> dict[str, int]:
    """Return the items of each sentiment."""
    told = {"negative": tally.negative, "neutral": tally.neutral, "positive": tally.positive}
    return {**told, "unsure": tally.unsure, "none": tally.unscored}


def week(board: Board, scene: Scene, sql: str) -> Card:
    """Return when in the week was written; an hour of which none is known has no number."""
    opens, hours = Opens(scene.wanted), board.week
    heard = hours_heard(board.overview, scene.wanted, scene.zone)
    known = {hour: tally.items for hour, tally in hours.items() if tally.items or hour in heard}
    cells = {(hour // 24, hour % 24): float(items) for hour, items in known.items()}
    figure = charts.heat("When people write", cells, zone=scene.zone.key, theme=scene.theme)
    at = {hour: opens.all(tally.items, hour_of_week=hour) for hour, tally in hours.items()}
    places: Spots = {(charts.DAYS[hour // 24], f"{hour % 24:02d}"): told for hour, told in at.items()}
    rows = tuple(
        (Cell(f"{hour:02d}:00"), *(Cell(number(known.get(24 * day + hour)), at[24 * day + hour]) for day in range(7)))
        for hour in range(24)
    )
    return Card(
        id="week", figure=figure, table=Table(("Hour", *charts.DAYS), rows), sql=sql, pick=("day", "hour"), opens=places
    )  # fmt: skip


def waits_apart(board: Board, scene: Scene, sql: str) -> Card:
    """Return how long customers waited, told apart, with intervals, in minutes, hours or days."""
    opens = Opens(scene.wanted)
    names = {one.key: one.name for one in board.lines}
    found = sorted(board.lines_waits, key=lambda one: (-one.number, one.key))
    shown = found[:MOST_BARS]
    unit, seconds = time_unit([replace(one, p90_s=None, p90_range_s=None) for one in shown])
    figure = charts.bars(
        f"Median waiting time by {BY_WORDS[board.by].lower()}",
        [Bar(names.get(one.key, one.key), *_median(one, seconds)) for one in shown],
        unit=unit, theme=scene.theme,
    )  # fmt: skip
    told = {one.key: opens.all(one.number, answered=True, **opens.of(board.by, one.key)) for one in found}
    places: Spots = {(str(row["row"]),): told[one.key] for row, one in zip(_data(figure), shown, strict=False)}
    rows = tuple(
        (
            Cell(names.get(one.key, one.key)),
            Cell(number(one.number), told[one.key]),
            Cell(length(one.median_s), told[one.key]),
            Cell(wait_range(one, "median")),
            Cell(length(one.p90_s), told[one.key]),
            Cell(wait_range(one, "p90")),
        )
        for one in found
    )
    columns = ("Answered", "Median", "95 of 100 between", "90 of 100 within", "95 of 100 between ")
    return Card(
        id="waits_by", figure=figure, table=Table((BY_WORDS[board.by], *columns), rows), sql=sql, pick=("row",),
        opens=places, note=_more(len(found)),
    )  # fmt: skip


def _median(one: Waits, seconds: float) -> tuple[float | None, ...]:
    """Return a median with its interval, in units of so many seconds."""
    low, high = one.median_range_s or (None, None)
    return tuple(None if part is None else round(part / seconds, 1) for part in (one.median_s, low, high))


def voice(found: Voice, before: Voice, scene: Scene, sql: str, *, known: bool = True) -> Card:
    """Return which part of the items each query saw, with its interval, beside the period before.

    `known`: something is stored of that.
    """
    opens, earlier = Opens(scene.wanted), Opens(scene.wanted.before())
    past = {one.stream_id: one for one in before.lines}
    shown = [one for one in found.lines if found.items][:MOST_BARS]
    figure = charts.bars(
        "Share of voice", [Bar(one.name, *(100 * part for part in (one.share, one.low, one.high))) for one in shown],
        unit="share of items, %", theme=scene.theme,
    )  # fmt: skip
    told = {one.stream_id: opens.all(one.items, streams=(one.stream_id,)) for one in found.lines}
    places: Spots = {(str(row["row"]),): told[one.stream_id] for row, one in zip(_data(figure), shown, strict=False)}
    rows = []
    for one in found.lines:
        old = past.get(one.stream_id)
        was = old.items if old else 0
        rows.append(
            (
                Cell(one.name),
                Cell(number(one.items), told[one.stream_id]),
                Cell(number(found.items), opens.all(found.items)),
                Cell(share(one.share)),
                Cell(span((share(one.low), share(one.high)))),
                Cell(number(was if known else None), earlier.all(was, streams=(one.stream_id,))),
                Cell(share(old.share if old else None)),
            )
        )
    columns = ("Query or stream", "Items", "Of", "Share", "95 of 100 between", "Items before", "Share before")
    return Card(
        id="voice", figure=figure, table=Table(columns, tuple(rows)), sql=sql, pick=("row",), opens=places,
        note=_more(len(found.lines)),
    )  # fmt: skip


def _data(figure: Figure) -> list[Mapping[str, object]]:
    """Return the rows of a chart's data."""
    rows: list[Mapping[str, object]] = figure.spec["data"]["values"]
    return rows


def _more(rows: int) -> str:
    return f"The chart shows the first {MOST_BARS} of {rows}; the table has them all." if rows > MOST_BARS else ""

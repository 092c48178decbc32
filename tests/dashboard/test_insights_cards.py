"""Charts of the Insights page: what a point opens, where a line is broken, and what stands in the table beside it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from poisoned_insights import overview

from social_listener.dashboard import draw_insights, draw_insights_items, insights_shapes, insights_voice
from social_listener.dashboard.insights_address import Look, Place, look_of, told_look
from social_listener.dashboard.insights_cards import Card, pickable
from social_listener.dashboard.insights_charts import TimeCharts
from social_listener.dashboard.insights_look import Opened
from social_listener.dashboard.insights_scene import Scene
from social_listener.desk_types.insights import Board, By, Line, Point, Share, Slice, Standing, Tally, Voice, Waits
from social_listener.periods import Period, Step
from social_listener.reports.charts import Theme

ZONE = ZoneInfo("Europe/Berlin")
DAY = date(2026, 10, 25)  # of 25 hours
WANTED = Slice(period=Period(DAY, DAY, ZONE.key))
SCENE = Scene(Place(section="overview", preset="own", wanted=WANTED), ZONE, Theme.LIGHT)
AT_TWO = datetime(2026, 10, 25, 2)  # noqa: DTZ001 - local time, told twice that day
NOON = datetime(2026, 10, 25, 11, tzinfo=UTC)


def board(**changes: Any) -> Board:
    """Return figures of a day: three items at two, of X and Facebook; nothing is known from noon on."""
    tally = Tally(items=3, negative=1, positive=1, unsure=1, reach=30, answered=1)
    standing = Standing(as_of=NOON, complete_up_to=NOON, lagging=(), counting=0)
    waits = Waits(number=1, median_s=60.0, p90_s=90.0)
    base = Board(
        overview=replace(overview(), standing=standing, first=WANTED.before().since), step=Step.HOUR,
        points=(Point(AT_TWO, "", tally),),
        points_before=(Point(AT_TWO - timedelta(days=1), "", tally),), waits=(replace(waits, start=AT_TWO),),
        by=By.CHANNEL, lines=(Line("x", "X", tally), Line("facebook", "Facebook", tally)), lines_before=(),
        lines_waits=(replace(waits, key="x"),), apart=(Point(AT_TWO, "x", tally),),
        week={hour: tally if hour == 6 * 24 + 2 else Tally() for hour in range(168)}, annotations=(),
    )  # fmt: skip
    return replace(base, **changes)


def picked(card: Card, **values: object) -> Look | None:
    """Return what a click on a point opens."""
    return look_of(card.picked({"selection": {"pick": [values]}}), ZONE)


def test_a_point_opens_the_hours_that_the_clock_showed() -> None:
    """The hour that clocks show twice is two hours of items; the day before, one; a number of nothing opens nothing."""
    card = TimeCharts(board(), SCENE).items("")
    told = AT_TWO.replace(tzinfo=UTC).timestamp() * 1000
    look = picked(card, at=told, name="this period")
    assert look is not None
    assert look.count == 3
    assert look.wanted.within == (datetime(2026, 10, 25, 0, tzinfo=UTC), datetime(2026, 10, 25, 2, tzinfo=UTC))
    earlier = picked(card, at=told, name="before")
    assert earlier is not None
    assert earlier.wanted.within == (datetime(2026, 10, 24, 0, tzinfo=UTC), datetime(2026, 10, 24, 1, tzinfo=UTC))
    assert picked(card, at=told + 3_600_000, name="this period") is None
    for odd in (None, [], {}, {"selection": {"pick": []}}, {"selection": {"pick": [{"at": "x"}]}}):
        assert card.picked(odd) == ""


def test_what_is_not_over_or_not_read_is_a_gap() -> None:
    """From noon on no point is drawn; where a stream lags, none behind what it was read up to."""

    def drawn(**changes: Any) -> int:
        standing = replace(board().overview.standing, **changes)
        told = board(overview=replace(board().overview, standing=standing))
        rows = TimeCharts(told, SCENE).items("").figure.spec["data"]["values"]
        return sum(row["name"] == "this period" and row["value"] is not None for row in rows)

    assert drawn() == 12
    early = datetime(2026, 10, 25, 3, tzinfo=UTC)
    assert drawn(complete_up_to=early, lagging=("X · mentions",)) == 4
    assert drawn(complete_up_to=None, lagging=("X · mentions",)) == 0
    assert drawn(complete_up_to=early) == 12  # it is not late: an interval has not passed yet


def test_a_chart_without_a_known_step_says_so_in_words() -> None:
    """On the first day nothing is known as a whole: there is no axis without a line, but what to look at instead."""
    early = replace(overview().standing, complete_up_to=WANTED.since, lagging=("X · mentions",))
    first = replace(overview(), standing=early, first=WANTED.since)
    nothing = TimeCharts(board(overview=first, points_before=()), SCENE).items("")
    assert nothing.blank == "No whole hour of this period is known yet. The table tells what is."
    assert any(cell.text == "3" for row in nothing.table.rows for cell in row)
    assert TimeCharts(board(), SCENE).items("").blank == ""


@pytest.mark.parametrize("make", [insights_shapes.bars, insights_shapes.moods, insights_shapes.waits_apart])
def test_a_bar_opens_its_line(make: Any) -> None:
    """What is drawn as the second bar is the second line, and the table beside it opens the same."""
    card = make(board(), SCENE, "")
    rows = list(dict.fromkeys(row["row"] for row in card.figure.spec["data"]["values"]))
    look = picked(card, row=rows[-1], mood="negative")
    assert look is not None
    assert look.wanted.channels == ("x" if make is insights_shapes.waits_apart else "facebook",)
    assert look.answered is (make is insights_shapes.waits_apart)
    assert told_look(look) in {cell.open for row in card.table.rows for cell in row}


def test_an_hour_of_the_week_opens_its_items() -> None:
    """Sunday at two."""
    look = picked(insights_shapes.week(board(), SCENE, ""), day="Sun", hour="02")
    assert look is not None
    assert (look.wanted.hour_of_week, look.count) == (146, 3)


def test_an_hour_of_the_week_that_was_not_heard_has_no_number() -> None:
    """Of a Sunday that was heard until noon Monday is not nought, nor is Sunday evening; Sunday night is."""
    card = insights_shapes.week(board(), SCENE, "")
    sunday = [row[7].text for row in card.table.rows]
    assert (sunday[0], sunday[2], sunday[11], sunday[12]) == ("0", "3", "0", "–")
    assert {row[1].text for row in card.table.rows} == {"–"}
    assert len(card.figure.spec["data"]["values"]) == 12


def test_points_can_be_picked_on_the_page_alone() -> None:
    """The page's chart hears clicks and has no ground of its own; that of the picture stays as it was."""
    charts = TimeCharts(board(), SCENE)
    for card in (charts.items(""), charts.waits("", p90=True), insights_shapes.bars(board(), SCENE, "")):
        before = repr(card.figure.spec)
        told = pickable(card)
        assert sum("params" in layer for layer in told["layer"][0]["layer"]) == 1
        assert told["background"] == "transparent"
        assert repr(card.figure.spec) == before


def test_a_filter_on_sentiment_holds_in_what_a_number_opens() -> None:
    """Where only positive items are asked for, the scored ones are the positive ones."""
    wanted = replace(WANTED, sentiments=("positive", "none"))
    told = draw_insights.Opens(wanted).mood(Tally(items=5, positive=2, unscored=3), "negative", "positive")
    look = look_of(told, ZONE)
    assert look is not None
    assert (look.wanted.sentiments, look.count) == (("positive",), 2)


def test_changes_are_told_in_words() -> None:
    """With a sign and a word, never by colour; what cannot be compared says nothing."""
    assert draw_insights.change(150, 100) == "▲ 50 % more"
    assert draw_insights.change(50, 100) == "▼ 50 % less"
    assert draw_insights.change(5, 0) == ""
    assert draw_insights.points(0.5, 0.25) == "▲ 25.0 points more"
    assert draw_insights.length(3_725) == "1 h 2 min"


def test_nothing_to_show_says_why() -> None:
    """Nothing stored yet, nothing in this period, nothing that the filters leave, days to come, days before it all."""
    bare = replace(board().overview, now=Tally())
    assert draw_insights.empty(overview(), WANTED, ZONE) is None
    words = [
        draw_insights.empty(told, wanted, ZONE)
        for told, wanted in (
            (bare, WANTED),
            (replace(bare, first=None), WANTED),
            (bare, replace(WANTED, private=True)),
            (bare, replace(WANTED, period=Period(DAY + timedelta(days=1), DAY + timedelta(days=2), ZONE.key))),
            (replace(bare, first=NOON), replace(WANTED, period=Period(DAY, DAY, ZONE.key)).before()),
        )
    ]
    assert len({str(one and one["words"]) for one in words}) == 5
    assert [str(one and one["words"])[:20] for one in words[3:]] == [
        "These days are still",
        "Nothing is known of t"[:20],
    ]
    assert look_of(str(words[0] and words[0]["open"]), ZONE) is not None


def test_a_stream_that_did_not_watch_yet_has_a_gap_and_no_nought() -> None:
    """Before it began its line is broken, and shares of voice say that they do not compare; another line goes on."""
    tally, begun = Tally(items=3, reach=30), datetime(2026, 10, 25, 6, tzinfo=UTC)
    lines = (Line("main/brand", "brand", tally), Line("main/rival", "rival", tally))
    made = board(by=By.STREAM, lines=lines, apart=(Point(datetime(2026, 10, 25, 8), "main/brand", tally),))  # noqa: DTZ001 - local
    standing = replace(made.overview.standing, begun={"main/brand": begun})
    late = replace(made, overview=replace(made.overview, standing=standing))

    def values(of: Board, name: str) -> list[object]:
        rows: Any = TimeCharts(of, SCENE).apart("").figure.spec["data"]["values"]
        return [row["value"] for row in rows if row["name"] == name]

    assert values(made, "brand")[:8] == [0] * 8
    assert values(late, "brand")[:9] == [*[None] * 7, 0, 3]
    assert values(late, "rival") == values(made, "rival")
    shares = Voice(
        lines=tuple(
            Share(stream_id=one.key, name=one.name, items=3, share=0.5, low=0.2, high=0.8) for one in lines
        ),
        items=6, several=0,
    )  # fmt: skip
    wanted = replace(WANTED, period=Period(DAY - timedelta(days=9), DAY, ZONE.key))
    scene = replace(SCENE, place=replace(SCENE.place, wanted=wanted))
    whole = replace(late.overview, first=wanted.before().since)
    told = insights_voice.begun(shares, whole, scene)
    assert told.endswith("do not compare: brand since 25 Oct 2026, 07:00.")
    fresh = replace(whole, first=begun - timedelta(hours=2))  # all that is stored begins then
    assert {insights_voice.begun(shares, one, scene) for one in (fresh, made.overview)} == {""}


def test_waiting_times_are_told_in_what_can_be_read() -> None:
    """In minutes as long as nobody waited for hours, and so on: the longest that the chart draws decides."""
    told = [Waits(number=1, median_s=one) for one in (60.0, 5 * 3600.0, 7 * 3600.0, 20 * 86400.0)]
    units = [draw_insights.time_unit(told[: at + 1]) for at in range(4)]
    assert [name for name, _ in units] == ["minutes", "minutes", "hours", "days"]
    assert draw_insights.time_unit([Waits(number=2, median_s=60.0, median_range_s=(30.0, 9e5))])[0] == "days"
    assert draw_insights.time_unit([]) == ("minutes", 60.0)
    slow = board(lines_waits=(Waits(key="x", number=1, median_s=2 * 86400.0),))
    spec: Any = insights_shapes.waits_apart(slow, SCENE, "").figure.spec
    assert "hours" in str(spec)
    assert 48.0 in [row.get("value") for row in spec["data"]["values"]]


def test_reach_that_no_platform_tells_is_no_nought() -> None:
    """Items of whose authors nobody knows the followers have no reach; where nothing was said it is 0."""
    assert (Tally(items=3).known_reach, Tally(items=3, reach=7).known_reach, Tally().known_reach) == (None, 7, 0)
    rows: Any = (
        TimeCharts(board(points=(Point(AT_TWO, "", Tally(items=3)),)), SCENE).reach("").figure.spec["data"]["values"]
    )
    assert {row["value"] for row in rows if row["value"] is not None} == {0}
    assert len([row for row in rows if row["value"] is None]) > len(
        [row for row in TimeCharts(board(), SCENE).reach("").figure.spec["data"]["values"] if row["value"] is None]
    )


def test_what_was_before_anything_is_stored_is_not_called_nought() -> None:
    """A period that lies before it has no numbers, one that begins before it is called partial; charts have gaps."""
    before = WANTED.before()

    def told(first: datetime) -> list[tuple[str, str]]:
        return [(one["before"], one["change"]) for one in draw_insights.tiles(overview(first=first), WANTED)]

    assert told(before.until) == [("nothing is stored of it", "")] * 6
    assert told(before.since + timedelta(hours=1))[0] == ("4, stored in part only", "")
    assert told(before.since)[0] == ("4", "▲ 125 % more")
    late = board(overview=replace(board().overview, first=WANTED.since + timedelta(hours=2)))
    assert {row[2].text for row in insights_shapes.bars(late, SCENE, "").table.rows} == {"–"}
    assert {row[2].text for row in insights_shapes.bars(board(), SCENE, "").table.rows} == {"0"}
    rows = TimeCharts(late, SCENE).items("").figure.spec["data"]["values"]
    assert sum(row["name"] == "this period" and row["value"] is not None for row in rows) == 10
    assert not any(row["name"] == "before" and row["value"] is not None for row in rows)


def test_a_part_of_a_week_is_no_low() -> None:
    """A week of which only some days lie in the period has no point in lines of counts, and is marked in the table."""
    period = Period(date(2026, 1, 1), date(2026, 6, 30), ZONE.key)  # from a Thursday to a Tuesday
    wanted = Slice(period=period)
    scene = Scene(Place(section="overview", preset="own", wanted=wanted), ZONE, Theme.LIGHT)
    assert period.step() is Step.WEEK
    starts = [*period.starts(Step.WEEK)]
    standing = Standing(as_of=datetime(2026, 11, 1, tzinfo=UTC), complete_up_to=None, lagging=(), counting=0)
    told = board(
        step=Step.WEEK, overview=replace(overview(), standing=standing, first=datetime(2025, 1, 1, tzinfo=UTC)),
        points=tuple(Point(start, "", Tally(items=7)) for start in starts), points_before=(), waits=(), apart=(),
    )  # fmt: skip
    card = TimeCharts(told, scene).items("")
    rows = [row for row in card.figure.spec["data"]["values"] if row["name"] == "this period"]
    drawn = [row["value"] for row in sorted(rows, key=lambda row: str(row["at"]))]
    assert (drawn[0], drawn[-1], set(drawn[1:-1])) == (None, None, {7})
    assert card.table.rows[0][0].text == "Mon 29 Dec 2025 (in part)"
    assert card.table.rows[0][1].text == "7"
    assert "(" not in card.table.rows[1][0].text


def test_time_before_anything_is_stored_has_no_counts_in_tables_either() -> None:
    """There it says so, and not that it is still going on."""
    late = board(overview=replace(board().overview, first=WANTED.since + timedelta(hours=2)))
    name, count, _ = TimeCharts(late, SCENE).items("").table.rows[0]
    assert name.text.endswith("(nothing is stored of it)")
    assert count.text == "–"
    begun = board(overview=replace(board().overview, first=WANTED.since + timedelta(hours=2, minutes=30)))
    card = TimeCharts(begun, SCENE).items("")
    assert [row[0].text.endswith("(in part)") for row in card.table.rows[:4]] == [False, False, True, False]
    values = [row for row in card.figure.spec["data"]["values"] if row["name"] == "this period"]
    assert sum(row["value"] is not None for row in values) == 9


def test_what_rounds_to_nought_has_no_sign() -> None:
    """A mean of minus a thousandth is nought, and a half per cent is no change of nought per cent."""
    tally = Tally(items=1000, neutral=1000, sentiment_sum=-1.0)
    (mean,) = [one for one in draw_insights.tiles(overview(now=tally), WANTED) if one["label"] == "Mean sentiment"]
    assert mean["value"] == "0"
    assert draw_insights.change(201, 200) == "about the same"


def test_a_list_that_could_not_be_read_is_not_called_empty() -> None:
    """How many items there are is told once it is known."""
    opened = Opened(Look(WANTED, count=3), "Sam", problem="These items could not be read just now. Try it again.")
    told = str(draw_insights_items.listed(opened, ZONE)["told"])
    assert told.startswith("Items, said from")

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from PIL import Image

from social_listener.reports import charts, png
from social_listener.reports.charts import Bar, Line, Mark, Point, Theme
from social_listener.reports.png import PictureFailed, pictures
from social_listener.reports.sheets import Figure

START = datetime(2026, 5, 1, tzinfo=UTC)


def line(name: str, values: list[float | None], *, before: bool = False, width: float | None = None) -> Line:
    """Return a line of one value a day; `width`: of its intervals."""
    points = [
        Point(
            START + timedelta(days=at),
            value,
            None if width is None or value is None else value - width,
            None if width is None or value is None else value + width,
        )
        for at, value in enumerate(values)
    ]
    return Line(name, tuple(points), before)


def every_chart(theme: Theme) -> list[Figure]:
    """Return one chart of each kind."""
    counts = {"negative": 40, "neutral": 31, "positive": 12, "unsure": 20, "none": 4}
    return [
        charts.over_time(
            "Items a day",
            [
                line("last month", [7, 9, 8], before=True),
                line("x", [30, None, 41], width=3),
                line("facebook", [5, 6, 7]),
            ],
            marks=[Mark(START + timedelta(days=1), "Outage", START + timedelta(days=2))],
            zone="Europe/Berlin",
            theme=theme,
        ),
        charts.moods("By channel", [("x", counts), ("nothing", {})], theme=theme),
        charts.moods("By channel", [("x", counts)], diverging=False, theme=theme),
        charts.heat("Week", {(0, 9): 17, (6, 23): 88}, theme=theme),
        charts.bars(
            "Share of voice", [Bar("ours", 34.5, 30.1, 39.2), Bar("theirs", 65.5), Bar("gone", None)], theme=theme
        ),
    ]


def values_of(part: Any) -> Iterator[dict[str, Any]]:
    """Yield every row of data in a chart."""
    if isinstance(part, dict):
        for key, value in part.items():
            if key == "values":
                yield from value
            else:
                yield from values_of(value)
    elif isinstance(part, list):
        for one in part:
            yield from values_of(one)


@pytest.mark.parametrize("theme", [Theme.LIGHT, pytest.param(Theme.DARK, marks=pytest.mark.long)])
def test_every_chart_is_drawn(theme: Theme) -> None:
    """Each kind of chart becomes a picture of the asked width that shows more than its ground, on light and dark."""
    made = pictures(every_chart(theme), 400)
    assert len(made) == 5
    for data in made:
        picture = Image.open(io.BytesIO(data))
        assert picture.width == 400
        colours = picture.convert("RGB").getcolors(1 << 20) or []
        assert len(colours) > 10
        assert max(colours)[1] == tuple(bytes.fromhex(charts.GROUND[theme][1:]))


def test_charts_hold_the_numbers_they_were_given() -> None:
    """What is drawn is what was counted: no number is changed, left out or made up."""
    lines, diverging, stacked, heat, bars = every_chart(Theme.LIGHT)
    found = [(row["name"], row["value"]) for row in values_of(lines.spec) if "low" in row]
    assert found == [
        *(("last month", value) for value in (7, 9, 8)),
        *(("x", value) for value in (30, None, 41)),
        *(("facebook", value) for value in (5, 6, 7)),
    ]
    told = {row["mood"]: row["items"] for row in values_of(diverging.spec)}
    assert told == {"negative": 40, "neutral": 31, "positive": 12}
    assert sum(row["to"] - row["from"] for row in values_of(stacked.spec)) == pytest.approx(100)
    assert {(row["day"], row["hour"]): row["value"] for row in values_of(heat.spec)} == {
        ("Mon", "09"): 17,
        ("Sun", "23"): 88,
    }
    assert [(row["value"], row["low"], row["high"]) for row in values_of(bars.spec)] == [
        (34.5, 30.1, 39.2),
        (65.5, None, None),
        (None, None, None),
    ]


def test_negative_stands_left_and_positive_right_of_the_middle() -> None:
    """The neutral bar lies astride of zero, so that the eye sees which side is heavier."""
    rows = {row["mood"]: row for row in values_of(every_chart(Theme.LIGHT)[1].spec)}
    assert rows["negative"]["to"] == pytest.approx(rows["neutral"]["from"])
    assert rows["neutral"]["from"] == pytest.approx(-rows["neutral"]["to"])
    assert rows["positive"]["from"] == pytest.approx(rows["neutral"]["to"])


def test_charts_say_in_words_what_they_show() -> None:
    """The alternative text holds the figures, what is not known, and remarks."""
    lines, moods, _, heat, bars = every_chart(Theme.LIGHT)
    assert "x: from 30 on 1 May 2026 02:00 to 41 on 3 May 2026 02:00, highest 41" in lines.alt
    assert "not known at 1 of 3 points" in lines.alt
    assert "Outage" in lines.alt
    assert "40 negative, 31 neutral, 20 unsure, 12 positive, 4 not scored" in moods.alt
    assert "nothing: no items" in moods.alt
    assert "Most: 88 on Sun at 23:00" in heat.alt
    assert "ours: 34.5 (between 30.1 and 39.2)" in bars.alt


def test_moments_are_those_of_the_houses_clock() -> None:
    """A chart shows the same hours wherever it is looked at: in the house's zone, summer time included."""
    made = charts.over_time("t", [line("x", [1])], zone="Europe/Berlin")
    assert next(values_of(made.spec))["at"] == "2026-05-01T02:00:00Z"
    assert "utc" in json.dumps(made.spec)


def test_lines_that_end_alike_have_names_that_can_be_read() -> None:
    """Names at the ends keep a distance; a single one stands at its line's end."""
    made = charts.over_time("t", [line(name, [10, 10]) for name in ("a", "b", "c")])
    places = sorted(row["place"] for row in values_of(made.spec) if "place" in row)
    assert places[0] == 10
    assert all(later - earlier > 0.4 for earlier, later in pairwise(places))
    alone = charts.over_time("t", [line("a", [3, 4])])
    assert [row["place"] for row in values_of(alone.spec) if "place" in row] == [4]


@pytest.mark.parametrize("theme", Theme)
def test_lines_can_be_seen_and_words_be_read(theme: Theme) -> None:
    """The first three colours have a contrast of 3 against the ground, and words one of 4.5."""
    ground = charts.GROUND[theme]
    assert all(contrast(colour, ground) >= 3 for colour in charts.COLOURS[:3])
    assert contrast(charts._INK[theme], ground) >= 4.5
    assert contrast(charts._PALE[theme], ground) >= 4.5
    assert contrast("#F0E442", "#ffffff") < 3  # the check is able to fail: yellow on white


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, by WCAG 2."""
    first, second = sorted((_light(one), _light(other)), reverse=True)
    return (first + 0.05) / (second + 0.05)


def _light(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.long
def test_names_of_customers_do_no_harm_in_a_chart() -> None:
    """A name stays a name, whatever it holds: quotes, expressions, invisible signs, half characters."""
    names = ['"; datum.x = 1 //', "a\u202eb\x00c", "half \ud83d", "n" * 200, "<img src=x>", "日本 😀"]
    made = [
        charts.over_time(names[0], [line(name, [1, 2], before=at == 0) for at, name in enumerate(names)]),
        charts.bars("b", [Bar(name, 1) for name in names]),
        charts.moods("m", [(name, {"negative": 1}) for name in names]),
    ]
    assert all(data.startswith(b"\x89PNG") for data in pictures(made, 300))


def test_rows_of_one_name_stay_apart() -> None:
    """Two bars of the same name are two bars."""
    made = charts.bars("b", [Bar("same", 1), Bar("same", 2)])
    assert [row["row"] for row in values_of(made.spec)] == ["same", "same (2)"]


@pytest.mark.long
def test_nothing_counted_is_a_chart_too() -> None:
    """With no rows each kind is drawn, empty."""
    made = [charts.over_time("t", []), charts.moods("t", []), charts.heat("t", {}), charts.bars("t", [])]
    assert len(pictures(made, 300)) == 4


# -- pictures ----------------------------------------------------------------------------------------------------------


@pytest.mark.long
def test_the_same_chart_is_the_same_picture() -> None:
    """Drawn by two processes, a chart has the same bytes; another number gives others."""
    first, second = pictures([charts.bars("b", [Bar("x", 1)])], 300), pictures([charts.bars("b", [Bar("x", 1)])], 300)
    assert first == second
    assert first != pictures([charts.bars("b", [Bar("x", 2)])], 300)


@pytest.mark.parametrize(
    "bad",
    [
        {"data": {"url": "http://127.0.0.1:9/data.csv"}},
        {"data": {"url": "file:///etc/hostname"}},
        {"layer": [{"mark": "image", "encoding": {"url": {"value": "http://127.0.0.1:9/"}}}]},
        {"layer": [{"mark": {"type": "bar", "href": "http://127.0.0.1:9/"}}]},
    ],
)
def test_a_chart_that_names_something_outside_is_refused(bad: dict[str, Any]) -> None:
    """Nothing is fetched for a picture: neither from a machine nor from a file."""
    good = charts.bars("b", [Bar("x", 1)])
    with pytest.raises(PictureFailed, match="names nothing outside it"):
        pictures([replace(good, spec={**good.spec, **bad})])


@pytest.mark.long
def test_data_may_be_called_anything() -> None:
    """A row of data with a field called url is data."""
    good = charts.bars("b", [Bar("x", 1)])
    rows = [{"row": "x", "value": 1, "url": "https://example.com", "low": None, "high": None, "told": "1"}]
    assert pictures([replace(good, spec={**good.spec, "data": {"values": rows}})], 300)


@pytest.mark.long
def test_what_is_no_chart_says_why() -> None:
    """A chart that cannot be drawn, is too wide, too high, or holds too much is refused with words."""
    good = charts.bars("b", [Bar("x", 1)])
    bad = replace(good, spec={**good.spec, "layer": [{"mark": "nonsense"}]})
    with pytest.raises(PictureFailed, match="this is no chart"):
        pictures([bad])
    with pytest.raises(PictureFailed, match="pixels wide"):
        pictures([good], 100_000)
    with pytest.raises(PictureFailed, match="how high"):
        pictures([replace(good, spec={**good.spec, "height": 10**6})])
    rows = [{"row": "x" * 1000}] * 5_000
    with pytest.raises(PictureFailed, match="bytes of data"):
        pictures([replace(good, spec={**good.spec, "data": {"values": rows}})])


@pytest.mark.long
def test_a_chart_that_takes_too_long_is_given_up() -> None:
    """The process that draws is ended, and the next chart has a new one."""
    good = charts.bars("b", [Bar("x", 1)])
    with pytest.raises(PictureFailed, match="took longer"):
        pictures([good], patience=timedelta(milliseconds=1))
    assert pictures([good], 300)


@pytest.mark.long
def test_no_process_stays_behind() -> None:
    """Drawing takes no memory of ours: the library is loaded by the other process only."""
    pictures([charts.bars("b", [Bar("x", 1)])], 300)
    assert "vl_convert" not in sys.modules
    assert png._lock.acquire(blocking=False)
    png._lock.release()


@pytest.mark.long
def test_emoji_in_long_names_break_no_picture() -> None:
    """Where a name is shortened no sign is parted, wherever it falls; two names that differ in one stay two bars."""
    long = [Bar("x" * at + "😀" * 30, at + 1) for at in range(2)]
    lines = [line("🎉" * 30, [1, 2]), replace(line("🎉" * 29 + "🔥", [2, 1]), before=True)]
    marks = [Mark(START, "Spring 🌷🌷🌷 " * 5)]
    figures = [charts.bars("😀" * 100, long), charts.over_time("Items", lines, marks=marks)]
    figures.append(charts.moods("Moods", [("😀" * 39, {"negative": 1}), ("😀" * 38 + "🎉", {"negative": 2})]))
    figures += [charts.bars("b", [Bar(name, 1), Bar("🔥", 1)]) for name in ("🎉", "🌷")]
    made = pictures(figures, 300)
    assert len(made) == 5
    assert made[3] != made[4]


def test_a_remark_at_the_right_end_stands_off_the_names() -> None:
    """There its text is to the left of its line; elsewhere to the right of it."""
    marks = [Mark(START, "Sale"), Mark(START + timedelta(days=8), "Outage")]
    chart = charts.over_time("Items", [line("x", [1.0] * 9), line("y", [2.0] * 9)], marks=marks)
    drawing = "import json, sys, vl_convert; print(vl_convert.vegalite_to_svg(json.load(sys.stdin), vl_version='6.4'))"
    order = json.dumps(chart.spec)
    made = subprocess.run([sys.executable, "-c", drawing], input=order, capture_output=True, text=True, check=True)
    told = {"Sale": "start", "Outage": "end", "x": "start"}
    ends = {text: re.search(rf'text-anchor="(\w+)"[^>]*>{text}<', made.stdout) for text in told}
    assert {text: found and found[1] for text, found in ends.items()} == told


def test_remarks_close_to_each_other_stand_below_each_other() -> None:
    """Of the same moment, or of one so near that its text would reach into the other's; one far off stands on top."""
    at = [timedelta(days=day) for day in (0, 0, 1, 7)]
    marks = [Mark(START + one, f"Remark {place}") for place, one in enumerate(at)]
    chart = charts.over_time("Items", [line("x", [1.0] * 9)], marks=marks)
    rows = [row for layer in chart.spec["layer"] for row in layer.get("data", {}).get("values", ()) if "lane" in row]
    assert {row["text"]: row["lane"] for row in rows} == {"Remark 0": 0, "Remark 1": 1, "Remark 2": 2, "Remark 3": 0}
    drawing = "import json, sys, vl_convert; print(vl_convert.vegalite_to_svg(json.load(sys.stdin), vl_version='6.4'))"
    order = json.dumps(chart.spec)
    made = subprocess.run([sys.executable, "-c", drawing], input=order, capture_output=True, text=True, check=True)
    places = re.findall(r'transform="translate\(([\d.-]+),([\d.-]+)\)"[^>]*>Remark (\d)<', made.stdout)
    heights = {name: float(y) for _, y, name in places}
    assert heights["0"] < heights["1"] < heights["2"]
    assert heights["3"] == heights["0"]

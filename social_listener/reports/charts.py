"""Charts as Vega-Lite: the same for a page and for a picture, with their data and the same in words.

Lines are named where they end, not in a box beside the chart, and differ in their dashes as well as in colour. Colours
are those of Okabe and Ito (https://jfly.uni-koeln.de/color/), which people who see colours in another way can tell
apart. Moments are shown as the clocks of the house showed them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from zoneinfo import ZoneInfo

from social_listener.reports.sheets import Figure, printable


class Theme(StrEnum):
    """On what a chart stands."""

    LIGHT = "light"
    DARK = "dark"


@dataclass(frozen=True, slots=True)
class Point:
    """What was counted in the stretch of time that begins `at`; None: not known, and the line is broken there."""

    at: datetime
    value: float | None
    low: float | None = None  #: where an interval begins and ends, if it has one
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a chart."""

    name: str
    points: tuple[Point, ...]
    before: bool = False  #: the period before, moved onto this one: thin and dashed


@dataclass(frozen=True, slots=True)
class Mark:
    """A remark on the time axis."""

    at: datetime
    text: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar."""

    name: str
    value: float | None
    low: float | None = None
    high: float | None = None


#: kept apart by everybody, on white and on black; the first three have a contrast of 3 and more on both
COLOURS: Final = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
_DASHES: Final = ([1, 0], [8, 3], [3, 3], [10, 3, 2, 3], [2, 2], [14, 4])
#: label → colour
MOODS: Final[Mapping[str, str]] = {
    "negative": "#D55E00",
    "neutral": "#999999",
    "unsure": "#CCBB88",
    "positive": "#0072B2",
    "none": "#666666",
}
MOOD_WORDS: Final[Mapping[str, str]] = {**{name: name for name in MOODS}, "none": "not scored"}
DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_INK: Final = {Theme.LIGHT: "#1b1b1b", Theme.DARK: "#eeeeee"}
_PALE: Final = {Theme.LIGHT: "#6b6b6b", Theme.DARK: "#a8a8a8"}
_GRID: Final = {Theme.LIGHT: "#e4e4e4", Theme.DARK: "#3a3a3a"}
GROUND: Final = {Theme.LIGHT: "#ffffff", Theme.DARK: "#0e1117"}
_NAMES_MOST: Final = 40
_NAME_HEIGHT: Final = 15  #: pixels from one name at a line's end to the next
#: a place on the time axis, which says hours as a clock of 24 does, and days, months and years where they begin
_TIME: Final[Mapping[str, Any]] = {
    "field": "at",
    "type": "temporal",
    "scale": {"type": "utc"},
    "axis": {
        "labelExpr": "utcFormat(datum.value, utchours(datum.value) || utcminutes(datum.value) ? '%H:%M'"
        " : utcdate(datum.value) != 1 ? '%-d %b' : utcmonth(datum.value) ? '%b' : '%Y')"
    },
}
_AROUND: Final = 80  #: pixels above and below the lines: title, axis


def over_time(
    title: str,
    lines: Sequence[Line],
    *,
    zone: str = "UTC",
    unit: str = "items",
    marks: Sequence[Mark] = (),
    theme: Theme = Theme.LIGHT,
    height: int = 320,
) -> Figure:
    """Return lines over time: each named at its end, broken where nothing is known, with a band for its intervals.

    Lines of the period before are drawn thin and dashed under the others.
    """
    here = ZoneInfo(zone)
    names = [short(line.name) for line in lines]
    rows = [
        {"at": wall(point.at, here), "name": name, "value": point.value, **_band(point)}
        for line, name in zip(lines, names, strict=True)
        for point in line.points
    ]
    ends = [_end(line, name, here) for line, name in zip(lines, names, strict=True)]
    now = [name for line, name in zip(lines, names, strict=True) if not line.before]
    colours = {name: COLOURS[at % len(COLOURS)] for at, name in enumerate(now)}
    style = [(name, colours.get(name, _PALE[theme]), _dash(name, now)) for name in dict.fromkeys(names)]
    colour = {
        "field": "name",
        "type": "nominal",
        "legend": None,
        "scale": {"domain": [name for name, _, _ in style], "range": [shade for _, shade, _ in style]},
    }
    dash = {
        "field": "name",
        "type": "nominal",
        "legend": None,
        "scale": {"domain": [name for name, _, _ in style], "range": [pattern for _, _, pattern in style]},
    }
    x = {**_TIME, "title": f"time ({zone})"}
    y = {"field": "value", "type": "quantitative", "title": unit}
    earlier = [name for line, name in zip(lines, names, strict=True) if line.before]
    layers: list[dict[str, Any]] = []
    if any(row["low"] is not None for row in rows):
        layers.append(
            {
                "mark": {"type": "area", "opacity": 0.18, "invalid": "break-paths-show-domains"},
                "encoding": {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}, "color": colour},
            }
        )
    layers.append(
        {
            "mark": {"type": "line", "invalid": "break-paths-show-domains"},
            "encoding": {
                "x": x,
                "y": y,
                "color": colour,
                "strokeDash": dash,
                "strokeWidth": {"condition": {"test": _among(earlier), "value": 1.2}, "value": 2.4},
                "tooltip": [
                    {"field": "name", "title": "what"},
                    {"field": "at", "type": "temporal", "title": "time", "format": "%a %d %b %Y %H:%M"},
                    {"field": "value", "type": "quantitative", "title": unit},
                ],
            },
        }
    )
    layers.append(_lonely(x, y, colour))
    layers += _annotations(marks, here, theme, _span(lines))
    top = max((size for line in lines for one in line.points for size in (one.value, one.high) if size), default=1.0)
    layers.append(_names_at_ends(_spread(ends, top, height), x, y, theme))
    room = 20 + 7 * max((len(name) for name in names), default=0)
    spec = {**_frame(title, theme, height, right=min(room, 180)), "data": {"values": rows}, "layer": layers}
    return Figure(title, spec, _told_over_time(title, lines, here, unit, marks))


def _band(point: Point) -> dict[str, float | None]:
    """Return where the interval of a point stands; what is not known has none."""
    if point.value is None or point.low is None or point.high is None:
        return {"low": None, "high": None}
    return {"low": point.low, "high": point.high}


def _spread(ends: Sequence[dict[str, Any]], top: float, height: int) -> list[dict[str, Any]]:
    """Return the names at the ends of lines so far apart that each can be read; the lowest stays where it is."""
    least = top * _NAME_HEIGHT / max(height - _AROUND, _NAME_HEIGHT)
    placed: list[dict[str, Any]] = []
    for end in sorted((end for end in ends if end["value"] is not None), key=lambda one: (one["value"], one["name"])):
        floor = placed[-1]["place"] + least if placed else end["value"]
        placed.append({**end, "place": max(end["value"], floor)})
    return placed


def _end(line: Line, name: str, zone: ZoneInfo) -> dict[str, Any]:
    """Return where the name of a line stands: at its last point that is known."""
    known = [point for point in line.points if point.value is not None]
    last = known[-1] if known else Point(datetime(1970, 1, 1, tzinfo=UTC), None)
    return {"at": wall(last.at, zone), "value": last.value, "name": name}


def _dash(name: str, now: Sequence[str]) -> list[int]:
    return list(_DASHES[now.index(name) % len(_DASHES)]) if name in now else [4, 3]


def _among(names: Sequence[str]) -> str:
    return " || ".join(f"datum.name === {_quoted(name)}" for name in names) or "false"


def _quoted(text: str) -> str:
    """Return a text as it stands in an expression of Vega: no sign of it is anything but itself."""
    return '"' + "".join(f"\\u{part:04x}" for part in _units(text)) + '"'


def _units(text: str) -> list[int]:
    data = text.encode("utf-16-le", "surrogatepass")
    return [int.from_bytes(data[at : at + 2], "little") for at in range(0, len(data), 2)]


def _lonely(x: Mapping[str, Any], y: Mapping[str, Any], colour: Mapping[str, Any]) -> dict[str, Any]:
    """Return small dots: a point between two gaps would be a line of no length."""
    return {
        "transform": [{"filter": "isValid(datum.value)"}],
        "mark": {"type": "point", "filled": True, "size": 9, "opacity": 1},
        "encoding": {"x": x, "y": y, "color": colour},
    }


def _names_at_ends(
    ends: Sequence[Mapping[str, Any]], x: Mapping[str, Any], y: Mapping[str, Any], theme: Theme
) -> dict[str, Any]:
    return {
        "data": {"values": list(ends)},
        "mark": {"type": "text", "align": "left", "dx": 7, "color": _INK[theme], "fontSize": 12, "limit": 170},
        "encoding": {"x": x, "y": {**y, "field": "place"}, "text": {"field": "name", "type": "nominal"}},
    }


#: a remark's text stands to the left of its line where it would reach over the names at the right end
_REMARK_WIDE: Final = 200
#: the part of a chart's time over which a remark's text may reach; lines of remarks at most, and how high one is
_REMARK_SHARE: Final = 0.35
_LANES: Final = 6
_LANE_HIGH: Final = 13
_AT_RIGHT: Final = f"scale('x', datum.at) > width - min({_REMARK_WIDE}, width / 2)"


def _span(lines: Sequence[Line]) -> timedelta:
    """Return how much time lines take."""
    moments = [one.at for line in lines for one in line.points]
    return max(moments) - min(moments) if moments else timedelta(0)


def _lanes(marks: Sequence[Mark], span: timedelta) -> list[int]:
    """Return below how many others each remark's text stands, so that those close to each other are all read."""
    ends: list[datetime] = []
    lanes = []
    for mark in marks:
        free = next((lane for lane, end in enumerate(ends) if end <= mark.at), len(ends))
        ends[free : free + 1] = [mark.at + span * _REMARK_SHARE]
        lanes.append(free % _LANES)
    return lanes


def _annotations(marks: Sequence[Mark], zone: ZoneInfo, theme: Theme, span: timedelta) -> list[dict[str, Any]]:
    """Return a rule with its text for each remark, and a pale part for those that last. `span`: of the chart."""
    if not marks:
        return []
    marks = sorted(marks, key=lambda mark: (mark.at, mark.text))
    rows = [
        {
            "at": wall(mark.at, zone),
            "until": wall(mark.until or mark.at, zone),
            "text": short(mark.text),
            "lane": lane,
        }
        for mark, lane in zip(marks, _lanes(marks, span), strict=True)
    ]
    return [
        {
            "data": {"values": rows},
            "mark": {"type": "rect", "opacity": 0.12, "color": _PALE[theme]},
            "encoding": {"x": _TIME, "x2": {"field": "until"}},
        },
        {
            "data": {"values": rows},
            "mark": {"type": "rule", "color": _PALE[theme], "strokeDash": [2, 2]},
            "encoding": {"x": _TIME},
        },
        {
            "data": {"values": rows},
            "mark": {
                "type": "text",
                "align": {"expr": f"{_AT_RIGHT} ? 'right' : 'left'"},
                "baseline": "top",
                "dx": {"expr": f"{_AT_RIGHT} ? -4 : 4"},
                "dy": {"expr": f"datum.lane * {_LANE_HIGH}"},
                "color": _INK[theme],
                "limit": _REMARK_WIDE,
            },
            "encoding": {"x": _TIME, "y": {"value": 2}, "text": {"field": "text", "type": "nominal"}},
        },
    ]


#: how wide the names of rows may be: on a phone the bars need the room
_NAMES_WIDE: Final = {"expr": "isFinite(containerSize()[0]) ? min(260, 0.4 * containerSize()[0]) : 260"}
#: how wide the part of a bar is drawn, on whatever screen; what a share and a word with it take, in pixels
_WIDE: Final = "abs(scale('x', datum.to) - scale('x', datum.from))"
_SHARE_WIDE: Final = 30
_TOLD_WIDE: Final = 80


def moods(
    title: str,
    rows: Sequence[tuple[str, Mapping[str, int]]],
    *,
    diverging: bool = True,
    theme: Theme = Theme.LIGHT,
) -> Figure:
    """Return a bar a row, in shares of its items: negative to the left, positive to the right, neutral astride.

    What is unsure or not scored is told behind the name, with how many items there are. `diverging` False: one after
    the other from 0 to 100 %, the unsure and the unscored too.
    """
    parts = [part for name, counts in rows for part in _parts(name, counts, diverging=diverging)]
    told = {name: _row_name(name, counts) for name, counts in rows}
    values = [{**part, "row": told[part["row"]]} for part in parts]
    shown = ("negative", "neutral", "positive") if diverging else tuple(MOODS)
    x_title = "← negative   share of told items, %   positive →" if diverging else "share of items, %"
    encoding = {
        "y": {
            "field": "row",
            "type": "nominal",
            "sort": list(told.values()),
            "title": None,
            "axis": {"labelLimit": _NAMES_WIDE},
        },
        "x": {"field": "from", "type": "quantitative", "title": x_title, "axis": {"labelExpr": "abs(datum.value)"}},
        "x2": {"field": "to"},
        "color": {
            "field": "mood",
            "type": "nominal",
            "legend": None,
            "scale": {"domain": list(MOODS), "range": list(MOODS.values())},
        },
        "tooltip": [
            {"field": "row", "title": "what"},
            {"field": "mood", "title": "sentiment"},
            {"field": "items", "type": "quantitative"},
            {"field": "share", "type": "quantitative", "title": "share, %"},
        ],
    }
    text = {
        "mark": {"type": "text", "fontSize": 11, "limit": 110},
        "encoding": {
            "y": encoding["y"],
            "x": {"field": "middle", "type": "quantitative"},
            "text": {
                "condition": [
                    {"test": f"{_WIDE} < {_SHARE_WIDE}", "value": ""},
                    {"test": f"{_WIDE} < {_TOLD_WIDE}", "field": "briefly", "type": "nominal"},
                ],
                "field": "told",
                "type": "nominal",
            },
            "color": {"field": "ink", "type": "nominal", "legend": None, "scale": None},
        },
    }
    spec = {
        **_frame(title, theme, _high(len(rows))),
        "data": {"values": values},
        "layer": [{"mark": {"type": "bar", "height": 18}, "encoding": encoding}, text],
    }
    words = "; ".join(f"{name}: {_mood_words(counts)}" for name, counts in rows) or "nothing was counted"
    return Figure(title, spec, f"Bars of sentiment. {title}. {words}. Shown: {', '.join(shown)}.")


def _parts(name: str, counts: Mapping[str, int], *, diverging: bool) -> list[dict[str, Any]]:
    """Return the parts of one bar, with where each begins and ends in per cent."""
    shown = ("negative", "neutral", "positive") if diverging else tuple(MOODS)
    items = {mood: counts.get(mood, 0) for mood in shown}
    total = sum(items.values())
    if not total:
        return []
    at = -100.0 * (items["negative"] + items["neutral"] / 2) / total if diverging else 0.0
    parts = []
    for mood in shown:
        share = 100.0 * items[mood] / total
        if items[mood]:
            parts.append(
                {
                    "row": name,
                    "mood": mood,
                    "ink": "#ffffff" if mood in {"positive", "none"} else "#000000",
                    "items": items[mood],
                    "share": round(share, 2),
                    "from": round(at, 6),
                    "to": round(at + share, 6),
                    "middle": round(at + share / 2, 6),
                    "told": f"{MOOD_WORDS[mood]} {share:.0f} %",
                    "briefly": f"{share:.0f} %",
                }
            )
        at += share
    return parts


def _row_name(name: str, counts: Mapping[str, int]) -> str:
    total = sum(counts.values())
    left = counts.get("unsure", 0) + counts.get("none", 0)
    return f"{short(name)} ({total:,}{f', {left:,} not told' if left else ''})"


def _mood_words(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{counts[mood]:,} {MOOD_WORDS[mood]}" for mood in MOODS if counts.get(mood)) or "no items"


def heat(
    title: str,
    cells: Mapping[tuple[int, int], float],
    *,
    unit: str = "items",
    zone: str = "UTC",
    theme: Theme = Theme.LIGHT,
) -> Figure:
    """Return a map of the week: `cells` by weekday (0 is Monday) and hour of the house's clock; none: an empty one."""
    values = [{"day": DAYS[day], "hour": f"{hour:02d}", "value": value} for (day, hour), value in sorted(cells.items())]
    x = {
        "field": "hour",
        "type": "ordinal",
        "title": f"hour ({zone})",
        "scale": {"domain": [f"{hour:02d}" for hour in range(24)]},
        "axis": {"labelAngle": 0},
    }
    y = {"field": "day", "type": "ordinal", "title": None, "scale": {"domain": list(DAYS)}}
    most = max(cells.values(), default=0.0)
    # From the ground to one blue: a scale of lightness alone, which everybody can read and a printer can print.
    shades = [GROUND[theme], "#0072B2"] if theme is Theme.LIGHT else ["#16202b", "#56B4E9"]
    square = {
        "mark": {"type": "rect"},
        "encoding": {
            "x": x,
            "y": y,
            "color": {
                "field": "value",
                "type": "quantitative",
                "legend": None,
                "scale": {"domain": [0, most or 1], "range": shades, "interpolate": "rgb"},
            },
            "tooltip": [
                {"field": "day"},
                {"field": "hour"},
                {"field": "value", "type": "quantitative", "title": unit},
            ],
        },
    }
    dark_on = "datum.value > " + repr(0.55 * (most or 1))
    over, under = ("#ffffff", _INK[theme]) if theme is Theme.LIGHT else ("#000000", _INK[theme])
    number = {
        "mark": {"type": "text", "fontSize": 9},
        "encoding": {
            "x": x,
            "y": y,
            "text": {
                "condition": {"test": "bandwidth('x') < 5.5 * length(format(datum.value, '.3~s'))", "value": ""},
                "field": "value",
                "type": "quantitative",
                "format": ".3~s",
            },
            "color": {"condition": {"test": dark_on, "value": over}, "value": under},
        },
    }
    spec = {**_frame(title, theme, 240), "data": {"values": values}, "layer": [square, number]}
    return Figure(title, spec, _told_heat(title, cells, unit, zone))


def bars(
    title: str,
    rows: Sequence[Bar],
    *,
    unit: str = "items",
    theme: Theme = Theme.LIGHT,
) -> Figure:
    """Return a bar a row, in the order given, with its number behind it and its interval as a thin line."""
    names = unlike([short(row.name) for row in rows])
    values = [
        {"row": name, "value": row.value, "low": row.low, "high": row.high, "told": _number(row.value)}
        for name, row in zip(names, rows, strict=True)
    ]
    y = {"field": "row", "type": "nominal", "sort": names, "title": None, "axis": {"labelLimit": _NAMES_WIDE}}
    x = {"field": "value", "type": "quantitative", "title": unit, "scale": {"zero": True}}
    tip = [{"field": "row", "title": "what"}] + [
        {"field": field, "type": "quantitative", "title": words}
        for field, words in (("value", unit), ("low", "from"), ("high", "to"))
    ]
    layers: list[dict[str, Any]] = [
        {
            "mark": {"type": "bar", "color": COLOURS[0], "height": 16},
            "encoding": {"y": y, "x": x, "tooltip": tip},
        },
        {
            "transform": [{"filter": "datum.low !== null && datum.high !== null"}],
            "mark": {"type": "rule", "color": _INK[theme], "strokeWidth": 1.5},
            "encoding": {"y": y, "x": {**x, "field": "low"}, "x2": {"field": "high"}},
        },
        {
            "transform": [
                {"filter": "isValid(datum.value)"},
                {"calculate": "max(datum.value, isValid(datum.high) ? datum.high : datum.value)", "as": "edge"},
            ],
            "mark": {"type": "text", "align": "left", "dx": 5, "color": _INK[theme]},
            "encoding": {"y": y, "x": {**x, "field": "edge"}, "text": {"field": "told", "type": "nominal"}},
        },
    ]
    spec = {**_frame(title, theme, _high(len(rows)), right=60), "data": {"values": values}, "layer": layers}
    words = "; ".join(f"{row.name}: {_number(row.value)}{_interval(row.low, row.high)}" for row in rows)
    return Figure(title, spec, f"Bars of {unit}. {title}. {words or 'Nothing was counted'}.")


def _frame(title: str, theme: Theme, height: int, *, right: int = 12) -> dict[str, Any]:
    """Return what every chart has: ground, ink, and room on the right for names."""
    text = {
        "labelColor": _INK[theme],
        "titleColor": _INK[theme],
        "gridColor": _GRID[theme],
        "domainColor": _PALE[theme],
    }
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "title": {"text": short(title, 120), "color": _INK[theme], "anchor": "start", "fontSize": 15},
        "width": "container",
        "height": height,
        "padding": {"left": 8, "top": 8, "bottom": 8, "right": right},
        "background": GROUND[theme],
        "config": {
            "view": {"stroke": None, "clip": False},
            "axis": {**text, "tickColor": _PALE[theme], "labelFontSize": 11, "titleFontSize": 12},
        },
    }


def _high(rows: int) -> int:
    return 26 * rows + 90


def wall(moment: datetime, zone: ZoneInfo) -> str:
    """Return what the clocks of the house showed, as a chart reads it.

    It is written as if it were UTC, and the axes say so: a browser elsewhere shows the same.
    """
    return moment.astimezone(zone).strftime("%Y-%m-%dT%H:%M:%SZ")


def short(text: str, most: int = _NAMES_MOST) -> str:
    """Return a name in one line that a chart has room for; signs that nobody sees are left out."""
    plain = " ".join("".join(sign if sign.isprintable() else " " for sign in printable(text)).split())
    return plain if len(plain) <= most else plain[: most - 1] + "…"


def unlike(names: Sequence[str]) -> list[str]:
    """Return names no two of which are alike: of two rows of one name a chart would make one."""
    seen: dict[str, int] = {}
    made = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        made.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return made


def _number(value: float | None) -> str:
    """Return a number as people read it: "1,234", "12.5"."""
    if value is None:
        return "not known"
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.1f}"


def _interval(low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else f" (between {_number(low)} and {_number(high)})"


def _told_over_time(title: str, lines: Sequence[Line], zone: ZoneInfo, unit: str, marks: Sequence[Mark]) -> str:
    """Return what lines show, in words: from what to what, the highest, and how much is not known."""
    words = []
    for line in lines:
        known = [(point.at, point.value) for point in line.points if point.value is not None]
        if not known:
            words.append(f"{line.name}: nothing is known")
            continue
        top = max(known, key=lambda one: one[1])
        gone = len(line.points) - len(known)
        lost = f", not known at {gone} of {len(line.points)} points" if gone else ""
        words.append(
            f"{line.name}: from {_number(known[0][1])} on {_day(known[0][0], zone)} to {_number(known[-1][1])} on "
            f"{_day(known[-1][0], zone)}, highest {_number(top[1])} on {_day(top[0], zone)}{lost}"
        )
    told = "; ".join(f"{_day(mark.at, zone)}: {mark.text}" for mark in marks)
    remarks = f" Remarks: {told}." if told else ""
    return printable(f"Lines of {unit} over time ({zone.key}). {title}. {'; '.join(words) or 'No lines'}.{remarks}")


def _told_heat(title: str, cells: Mapping[tuple[int, int], float], unit: str, zone: str) -> str:
    if not cells:
        return f"Map of the week. {title}. Nothing was counted."
    (day, hour), most = max(cells.items(), key=lambda one: (one[1], one[0]))
    total = sum(cells.values())
    busiest = {DAYS[one]: sum(value for (at, _), value in cells.items() if at == one) for one in range(7)}
    days = ", ".join(f"{name} {_number(value)}" for name, value in busiest.items())
    return (
        f"Map of the week by hour ({zone}), {unit}. {title}. Most: {_number(most)} on {DAYS[day]} at {hour:02d}:00. "
        f"By day: {days}. In all {_number(total)}."
    )


def _day(moment: datetime, zone: ZoneInfo) -> str:
    here = moment.astimezone(zone)
    return f"{here.day} {here:%b %Y}" + (f" {here:%H:%M}" if here.hour or here.minute else "")

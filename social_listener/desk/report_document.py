"""A kept report as a document: what it is of, its charts, its sheets. Made of what was kept, and of nothing else."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from social_listener.desk.report_figures import period_of, slice_of
from social_listener.periods import Step
from social_listener.reports import charts
from social_listener.reports.charts import Bar, Mark, Point, Theme
from social_listener.reports.charts import Line as ChartLine
from social_listener.reports.sheets import Column, ColumnKind, Document, Figure, Sheet, Value
from social_listener.scoring.measures import wilson

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from social_listener.desk_types.reports import KeptReport
    from social_listener.periods import Period

_TEXT, _COUNT, _NUMBER = ColumnKind.TEXT, ColumnKind.COUNT, ColumnKind.NUMBER
_MOODS: Final = ("negative", "neutral", "positive", "unsure")
#: what people look at first → in what it is counted
_KEY_FIGURES: Final = {
    **dict.fromkeys(("items", *_MOODS, "not scored"), "items"),
    "negative share": "0 to 1",
    "mean sentiment": "-1 to 1",
    "reach": "followers",
    "answered": "items",
    "median wait": "seconds",
    "90 of 100 waited no longer than": "seconds",
}
#: of longer lists the charts show the first
_MOST_BARS: Final = 12

_TALLY: Final = (
    Column("items", _COUNT, "inbound items that are neither context nor deleted", "items"),
    Column("negative", _COUNT, "of them those called negative", "items"),
    Column("neutral", _COUNT, "of them those called neutral", "items"),
    Column("positive", _COUNT, "of them those called positive", "items"),
    Column("unsure", _COUNT, "of them those of which no label is told", "items"),
    Column("not_scored", _COUNT, "of them those in a language that no scorer reads", "items"),
    Column("negative_share", _NUMBER, "negative, of negative, neutral and positive", "0 to 1"),
    Column("mean_sentiment", _NUMBER, "mean of those with a number", "-1 to 1"),
    Column("reach", _COUNT, "followers of the authors, added up over the items", "followers"),
    Column("answered", _COUNT, "of them those that were answered", "items"),
)
_WAITS: Final = (
    Column("median_wait_s", _NUMBER, "half of the answered items waited no longer", "seconds"),
    Column("p90_wait_s", _NUMBER, "nine of ten answered items waited no longer", "seconds"),
)


def document(report: KeptReport) -> Document:
    """Return what a report tells; the same report, the same document."""
    figures = report.figures
    period = slice_of(report.slice_json).period
    sheets = [_overview(figures), _steps(figures), *_apart(figures), _week(figures), _voice(figures)]
    if figures["remarks"]:
        sheets.append(_remarks(figures))
    return Document(
        title=report.title,
        facts=tuple(_facts(report, period)),
        sheets=tuple(sheets),
        figures=tuple(_charts(report, period)),
        made_at=report.as_of,
    )


def _facts(report: KeptReport, period: Period) -> list[tuple[str, str]]:
    figures = report.figures
    facts = [("Period", days(period.first, period.last)), ("Time zone", period.zone)]
    if before := figures["before_period"]:
        first, last = date.fromisoformat(before["first"]), date.fromisoformat(before["last"])
        facts.append(("Compared with", days(first, last)))
    facts += [(f"Only {what}", names) for what, names in figures["filters"]]
    facts.append(("As of", moment(report.as_of, period.zone)))
    reached = moment(report.complete_up_to, period.zone) if report.complete_up_to else "not known for every stream"
    facts.append(("Complete up to", reached))
    if figures["lagging"]:
        facts.append(("Not read to the end", ", ".join(figures["lagging"])))
    facts += [("Report", report.id), ("Digest", report.digest)]
    return facts


def days(first: date, last: date) -> str:
    """Return a period in words: "1 May to 7 May 2026"."""
    if first == last:
        return f"{first.day} {first:%B %Y}"
    year = "" if first.year == last.year else f" {first.year}"
    return f"{first.day} {first:%B}{year} to {last.day} {last:%B %Y}"


def moment(at: datetime, zone: str) -> str:
    """Return a moment in words, by the clocks of a zone."""
    here = at.astimezone(ZoneInfo(zone))
    return f"{here.day} {here:%B %Y, %H:%M} {zone}"


# -- sheets ------------------------------------------------------------------------------------------------------------


def key_figures(figures: Mapping[str, Any]) -> list[tuple[str, str, float | None, float | None]]:
    """Return name, unit, value and value of the period before, of what people look at first."""
    now, before = _values(figures["now"]), _values(figures["before"])
    return [(name, unit, now.get(name), before.get(name)) for name, unit in _KEY_FIGURES.items()]


def _values(side: Mapping[str, Any] | None) -> dict[str, float | None]:
    """Return the key figures of one period by name; of none, none."""
    if side is None:
        return {}
    tally, waits = side["tally"], side["waits"] or {}
    return {
        **{name: tally[name] for name in ("items", *_MOODS, "reach", "answered")},
        "not scored": tally["unscored"],
        "negative share": _negative_share(tally),
        "mean sentiment": _mean(tally),
        "median wait": waits.get("median_s"),
        "90 of 100 waited no longer than": waits.get("p90_s"),
    }


def _overview(figures: Mapping[str, Any]) -> Sheet:
    columns = (
        Column("figure", _TEXT, "what is told"),
        Column("value", _NUMBER, "in the period"),
        Column("from", _NUMBER, "where its interval begins, 95 of 100; empty: it is a count, or there is too little"),
        Column("to", _NUMBER, "where its interval ends"),
        Column("before", _NUMBER, "in the period before; empty: not compared, or nothing to tell"),
        Column("change", _NUMBER, "value less before"),
        Column("unit", _TEXT, "in what it is counted"),
    )
    spans = _intervals(figures["now"])
    rows = []
    for name, unit, now, before in key_figures(figures):
        change = None if now is None or before is None else now - before
        rows.append((name, now, *spans.get(name, (None, None)), before, change, unit))
    return Sheet("Overview", columns, tuple(rows))


def _intervals(side: Mapping[str, Any]) -> dict[str, tuple[float, float]]:
    """Return the intervals of those figures that have one."""
    tally, waits = side["tally"], side["waits"] or {}
    told = _told(tally)
    spans: dict[str, tuple[float, float]] = {}
    if told:
        share = wilson(tally["negative"], told)
        spans["negative share"] = (share.low, share.high)
    for name, key in (("median wait", "median_range_s"), ("90 of 100 waited no longer than", "p90_range_s")):
        if waits.get(key):
            spans[name] = (waits[key][0], waits[key][1])
    return spans


def _steps(figures: Mapping[str, Any]) -> Sheet:
    by_hour = figures["step"] == "hour"
    words = "hour" if by_hour else f"first day of the {figures['step']}" if figures["step"] != "day" else "day"
    start = Column("start", _TEXT if by_hour else ColumnKind.DAY, f"{words}, by the clocks of the report's time zone")
    before = Column("items_before", _COUNT, "items of the same step of the period before", "items")
    earlier = [one["tally"]["items"] for one in figures["before"]["steps"]] if figures["before"] else []
    rows = []
    for at, one in enumerate(figures["now"]["steps"]):
        begins = datetime.fromisoformat(one["start"])
        label: Value = f"{begins:%Y-%m-%d %H:%M}" if by_hour else begins.date()
        rows.append((label, *_row(one), earlier[at] if at < len(earlier) else None))
    return Sheet("Over time", (start, *_TALLY, *_WAITS, before), tuple(rows))


def _apart(figures: Mapping[str, Any]) -> list[Sheet]:
    sheets = []
    for by, lines in figures["by"].items():
        columns = (Column(by, _TEXT, f"name of the {by}"), Column("key", _TEXT, f"by which the {by} is known"))
        rows = tuple((one["name"], one["key"], *_row(one)) for one in lines)
        sheets.append(Sheet(f"By {by}", (*columns, *_TALLY, *_WAITS), rows))
    return sheets


def _row(one: Mapping[str, Any]) -> tuple[Value, ...]:
    tally, waits = one["tally"], one["waits"] or {}
    counts = [tally[name] for name in ("items", *_MOODS, "unscored")]
    told = (*counts, _negative_share(tally), _mean(tally), tally["reach"], tally["answered"])
    return (*told, waits.get("median_s"), waits.get("p90_s"))


def _week(figures: Mapping[str, Any]) -> Sheet:
    columns = (
        Column("weekday", _TEXT, "day of the week in the report's time zone"),
        Column("hour", _COUNT, "hour of the day, 0 is from midnight to one", "hours"),
        Column("items", _COUNT, "items said in that hour", "items"),
    )
    hours = figures["week"]
    rows = tuple((charts.DAYS[at // 24], at % 24, hours.get(str(at), 0)) for at in range(168))
    return Sheet("Hours of the week", columns, rows)


def _voice(figures: Mapping[str, Any]) -> Sheet:
    columns = (
        Column("stream", _TEXT, "name of the stream"),
        Column("key", _TEXT, "by which the stream is known"),
        Column("items", _COUNT, "items that it saw", "items"),
        Column("of_items", _COUNT, "items that at least one of these streams saw", "items"),
        Column("share", _NUMBER, "one of the other; they add up to more than 1 where several saw an item", "0 to 1"),
        Column("from", _NUMBER, "where the share's interval begins, 95 of 100 (Wilson)", "0 to 1"),
        Column("to", _NUMBER, "where it ends", "0 to 1"),
    )
    voice = figures["voice"]
    rows = tuple((one["name"], one["stream"], one["items"], voice["of_items"], *one["share"]) for one in voice["lines"])
    return Sheet("Share of voice", columns, rows)


def _remarks(figures: Mapping[str, Any]) -> Sheet:
    columns = (
        Column("since", ColumnKind.MOMENT, "when it began", "UTC"),
        Column("until", ColumnKind.MOMENT, "when it ended; empty: it was one moment", "UTC"),
        Column("kind", _TEXT, "campaign, outage or other"),
        Column("text", _TEXT, "what staff wrote"),
    )
    rows = tuple(
        (
            datetime.fromisoformat(one["since"]),
            datetime.fromisoformat(one["until"]) if one["until"] else None,
            one["kind"],
            one["text"],
        )
        for one in figures["remarks"]
    )
    return Sheet("Remarks", columns, rows)


def _told(tally: Mapping[str, Any]) -> int:
    return int(tally["negative"] + tally["neutral"] + tally["positive"])


def _negative_share(tally: Mapping[str, Any]) -> float | None:
    told = _told(tally)
    return tally["negative"] / told if told else None


def _mean(tally: Mapping[str, Any]) -> float | None:
    scored = tally["items"] - tally["unscored"]
    return tally["sentiment_sum"] / scored if scored else None


# -- charts ------------------------------------------------------------------------------------------------------------


def _charts(report: KeptReport, period: Period) -> list[Figure]:
    figures = report.figures
    moods = [
        (one["name"], {**{name: one["tally"][name] for name in _MOODS}, "none": one["tally"]["unscored"]})
        for one in figures["by"]["channel"]
    ]
    cells = {(int(hour) // 24, int(hour) % 24): float(items) for hour, items in figures["week"].items()}
    shares = [
        Bar(one["name"], *(None if part is None else 100 * part for part in one["share"]))
        for one in figures["voice"]["lines"][:_MOST_BARS]
    ]
    made = [
        _over_time(report, period),
        charts.moods("Sentiment by channel", moods),
        charts.heat("When customers write", cells, zone=period.zone),
    ]
    if any(one["waits"] for one in figures["now"]["steps"]):
        made.append(_wait_chart(report, period))
    if len(shares) > 1:
        made.append(charts.bars("Share of voice by stream", shares, unit="share of items, %"))
    return made


def _over_time(report: KeptReport, period: Period) -> Figure:
    figures = report.figures
    zone = ZoneInfo(period.zone)
    known = _known_up_to(report)
    steps = figures["now"]["steps"]
    starts = [datetime.fromisoformat(one["start"]).replace(tzinfo=zone) for one in steps]
    step = Step(figures["step"])
    now = [
        Point(start, one["tally"]["items"] if start + _length(starts, at, period) <= known and whole else None)
        for at, (start, one, whole) in enumerate(zip(starts, steps, _wholes(steps, period, step), strict=True))
    ]
    lines = [ChartLine("this period", tuple(now))]
    if figures["before"]:
        earlier = figures["before"]["steps"]
        before = period_of(figures["before_period"])
        moved = [
            Point(start, one["tally"]["items"] if whole else None)
            for start, one, whole in zip(starts, earlier, _wholes(earlier, before, step), strict=False)
        ]
        lines.append(ChartLine("period before", tuple(moved), before=True))
    return charts.over_time(
        f"Items a {figures['step']}", lines, zone=period.zone, marks=_marks(figures), theme=Theme.LIGHT
    )


def _wholes(steps: Sequence[Mapping[str, Any]], period: Period, step: Step) -> list[bool]:
    """Return of each step whether all of it lies in the period: a part of a week is no low."""
    return [period.holds(datetime.fromisoformat(one["start"]), step) for one in steps]


def _wait_chart(report: KeptReport, period: Period) -> Figure:
    """Return how long the middle customer waited, with its interval, in minutes."""
    zone = ZoneInfo(period.zone)
    points = []
    for one in report.figures["now"]["steps"]:
        waits = one["waits"] or {}
        span = waits.get("median_range_s") or (None, None)
        low, middle, high = (None if part is None else part / 60 for part in (span[0], waits.get("median_s"), span[1]))
        points.append(Point(datetime.fromisoformat(one["start"]).replace(tzinfo=zone), middle, low, high))
    lines = [ChartLine("median", tuple(points))]
    return charts.over_time(
        "Waiting time to the first answer", lines, zone=period.zone, unit="minutes", marks=_marks(report.figures)
    )


def _marks(figures: Mapping[str, Any]) -> list[Mark]:
    return [
        Mark(
            datetime.fromisoformat(one["since"]),
            one["text"],
            datetime.fromisoformat(one["until"]) if one["until"] else None,
        )
        for one in figures["remarks"]
    ]


def _known_up_to(report: KeptReport) -> datetime:
    """Return up to when counts are whole: the moment they were read, or less far where a stream lags behind."""
    reached = [report.as_of]
    if report.figures["lagging"]:
        reached.append(report.complete_up_to or datetime.min.replace(tzinfo=UTC) + timedelta(days=1))
    return min(reached)


def _length(starts: Sequence[datetime], at: int, period: Period) -> timedelta:
    """Return how long a step is, by the calendar; the last one ends with the period."""
    end = starts[at + 1] if at + 1 < len(starts) else period.until
    return end.astimezone(UTC) - starts[at].astimezone(UTC)

"""A kept report as a document: what it is of, its charts, its sheets. Made of what was kept, and of nothing else."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from social_listener.desk.report_figures import slice_of
from social_listener.desk.report_known import Known
from social_listener.reports import charts
from social_listener.reports.charts import Bar, Mark, Point, Theme
from social_listener.reports.charts import Line as ChartLine
from social_listener.reports.sheets import Column, ColumnKind, Document, Figure, Sheet, Value
from social_listener.scoring.measures import wilson

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from social_listener.desk_types.reports import KeptReport
    from social_listener.periods import Period

    #: value of a step, with its interval if it has one
    Told = Callable[[Mapping[str, Any]], tuple[float | None, ...]]

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
_STATES: Final = {
    Known.WHOLE: "all of it is stored",
    Known.PART: "what is stored begins within it, or it lies in the period only in part",
    Known.SO_FAR: "it was not over, or a stream was not read up to its end",
    Known.NOT_YET: "it was to come",
    Known.NOT: "it lies before everything that is stored",
    Known.SKIPPED: "clocks skipped it",
}
#: of what nothing can be told the cells are empty, and never 0
_KNOWN: Final = Column(
    "known",
    _TEXT,
    "what is known of it; where nothing is, numbers are empty. "
    + "; ".join(f"{state.value}: {words}" for state, words in _STATES.items()),
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
    facts = [("Period", _stretch(period.first, period.last, figures["now"])), ("Time zone", period.zone)]
    if before := figures["before_period"]:
        first, last = date.fromisoformat(before["first"]), date.fromisoformat(before["last"])
        facts.append(("Compared with", _stretch(first, last, figures["before"])))
    facts += [(f"Only {what}", names) for what, names in figures["filters"]]
    facts.append(("As of", moment(report.as_of, period.zone)))
    reached = moment(report.complete_up_to, period.zone) if report.complete_up_to else "not known for every stream"
    facts.append(("Complete up to", reached))
    if stored := _stored(figures, period):
        facts.append(("Stored", stored))
    if figures["lagging"]:
        facts.append(("Not read to the end", ", ".join(figures["lagging"])))
    facts += [("Report", report.id), ("Digest", report.digest)]
    return facts


def _stretch(first: date, last: date, side: Mapping[str, Any]) -> str:
    """Return a period in words, and what is known of it where that is not the whole."""
    known = known_of(side)
    return days(first, last) + ("" if known is Known.WHOLE else f" ({known_words(known)})")


def known_words(known: Known) -> str:
    """Return in words what is known of a period, as pages call it."""
    return {Known.PART: "stored in part only", Known.NOT: "nothing is stored of it"}.get(known, known.value)


def _stored(figures: Mapping[str, Any], period: Period) -> str:
    """Return in words from when on anything is stored, where that is not all that is told; "": it is."""
    sides = [figures["now"], figures["before"] or {}]
    if not any(side.get("known") in {Known.NOT, Known.PART} for side in sides):
        return ""
    if figures["first"] is None:
        return "nothing yet: nobody knows what was said"
    return f"from {moment(datetime.fromisoformat(figures['first']), period.zone)} on: nobody knows what was said before"


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
    """Return the key figures of one period by name; of none, and of one of which nothing is known, none."""
    if side is None or side["tally"] is None:
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


def known_of(side: Mapping[str, Any]) -> Known:
    """Return what is known of a period or a step; reports of the first form tell nothing of that."""
    return Known(side.get("known", Known.WHOLE))


def _overview(figures: Mapping[str, Any]) -> Sheet:
    columns = (
        Column("figure", _TEXT, "what is told"),
        Column("value", _NUMBER, "in the period; empty: not known, or nothing to tell"),
        Column("from", _NUMBER, "where its interval begins, 95 of 100; empty: it is a count, or there is too little"),
        Column("to", _NUMBER, "where its interval ends"),
        Column("before", _NUMBER, "in the period before; empty: not compared, not known, or nothing to tell"),
        Column("change", _NUMBER, "value less before; empty where the period before is not known whole"),
        Column("unit", _TEXT, "in what it is counted"),
        _KNOWN,
        Column("known_before", _TEXT, "what is known of the period before, likewise; empty: not compared"),
    )
    now, earlier, spans = figures["now"], figures["before"], _intervals(figures["now"])
    states = (known_of(now).value, known_of(earlier).value if earlier else None)
    whole = earlier is not None and known_of(earlier) is Known.WHOLE
    rows = []
    for name, unit, value, before in key_figures(figures):
        change = value - before if whole and value is not None and before is not None else None
        rows.append((name, value, *spans.get(name, (None, None)), before, change, unit, *states))
    return Sheet("Overview", columns, tuple(rows))


def _intervals(side: Mapping[str, Any]) -> dict[str, tuple[float, float]]:
    """Return the intervals of those figures that have one."""
    tally, waits = side["tally"], side["waits"] or {}
    told = _told(tally) if tally else 0
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
    before = (
        Column("items_before", _COUNT, "items of the same step of the period before; empty: not known", "items"),
        Column("known_before", _TEXT, "what is known of that step, likewise; empty: not compared"),
    )
    earlier = figures["before"]["steps"] if figures["before"] else []
    rows = []
    for at, one in enumerate(figures["now"]["steps"]):
        begins = datetime.fromisoformat(one["start"])
        label: Value = f"{begins:%Y-%m-%d %H:%M}" if by_hour else begins.date()
        rows.append((label, known_of(one).value, *_row(one), *_was(earlier[at] if at < len(earlier) else None)))
    return Sheet("Over time", (start, _KNOWN, *_TALLY, *_WAITS, *before), tuple(rows))


def _was(step: Mapping[str, Any] | None) -> tuple[Value, Value]:
    """Return how many items a step of the period before has, and what is known of it."""
    if step is None:
        return None, None
    return (step["tally"] or {}).get("items"), known_of(step).value


def _apart(figures: Mapping[str, Any]) -> list[Sheet]:
    sheets = []
    for by, lines in figures["by"].items():
        columns = (Column(by, _TEXT, f"name of the {by}"), Column("key", _TEXT, f"by which the {by} is known"))
        rows = tuple((one["name"], one["key"], *_row(one)) for one in lines)
        sheets.append(Sheet(f"By {by}", (*columns, *_TALLY, *_WAITS), rows))
    return sheets


def _row(one: Mapping[str, Any]) -> tuple[Value, ...]:
    tally, waits = one["tally"], one["waits"] or {}
    if tally is None:
        return (None,) * (len(_TALLY) + len(_WAITS))
    counts = [tally[name] for name in ("items", *_MOODS, "unscored")]
    told = (*counts, _negative_share(tally), _mean(tally), tally["reach"], tally["answered"])
    return (*told, waits.get("median_s"), waits.get("p90_s"))


def _week(figures: Mapping[str, Any]) -> Sheet:
    columns = (
        Column("weekday", _TEXT, "day of the week in the report's time zone"),
        Column("hour", _COUNT, "hour of the day, 0 is from midnight to one", "hours"),
        Column("items", _COUNT, "items said in that hour; empty: it is not in the period, or not known", "items"),
    )
    hours, none = figures["week"], 0 if figures["version"] == 1 else None
    rows = tuple((charts.DAYS[at // 24], at % 24, hours.get(str(at), none)) for at in range(168))
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
    voice, begun = figures["voice"], figures.get("begun")
    rows = [(one["name"], one["stream"], one["items"], voice["of_items"], *one["share"]) for one in voice["lines"]]
    if begun is None:  # a report that was kept before this was told
        return Sheet("Share of voice", columns, tuple(rows))
    watched = Column(
        "watched_from",
        ColumnKind.MOMENT,
        "since when it is known what the stream saw; empty: for the whole period",
        "UTC",
    )
    moments = [datetime.fromisoformat(begun[row[1]]) if row[1] in begun else None for row in rows]
    told = tuple((*row, moment) for row, moment in zip(rows, moments, strict=True))
    return Sheet("Share of voice", (*columns, watched), told)


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
    if any(one["waits"] for one in figures["now"]["steps"] if _drawn(one)):
        made.append(_wait_chart(report, period))
    if len(shares) > 1:
        made.append(charts.bars("Share of voice by stream", shares, unit="share of items, %"))
    return made


def _over_time(report: KeptReport, period: Period) -> Figure:
    """Return items over time: of what is not known, not over or not read, nothing is drawn."""
    figures = report.figures
    now = figures["now"]["steps"]
    lines = [ChartLine("this period", _points(now, now, period, _items))]
    if figures["before"]:
        moved = _points(now, figures["before"]["steps"], period, _items)
        lines.append(ChartLine("period before", moved, before=True))
    marks = _marks(figures, period)
    return charts.over_time(f"Items a {figures['step']}", lines, zone=period.zone, marks=marks, theme=Theme.LIGHT)


def _points(
    starts: Sequence[Mapping[str, Any]], steps: Sequence[Mapping[str, Any]], period: Period, value: Told
) -> tuple[Point, ...]:
    """Return steps as points at the same places of the period; an hour that clocks skip has none."""
    zone = ZoneInfo(period.zone)
    return tuple(
        Point(datetime.fromisoformat(at["start"]).replace(tzinfo=zone), *(value(one) if _drawn(one) else (None,)))
        for at, one in zip(starts, steps, strict=False)
        if known_of(at) is not Known.SKIPPED
    )


def _drawn(step: Mapping[str, Any]) -> bool:
    """Return whether a line has a point there: of a part it would be a low that was none."""
    return known_of(step) is Known.WHOLE


def _items(step: Mapping[str, Any]) -> tuple[float | None, ...]:
    return (step["tally"]["items"],)


def _minutes(step: Mapping[str, Any]) -> tuple[float | None, ...]:
    """Return the median wait of a step in minutes, with its interval."""
    waits = step["waits"] or {}
    told = (waits.get("median_s"), *(waits.get("median_range_s") or (None, None)))
    return tuple(None if part is None else part / 60 for part in told)


def _wait_chart(report: KeptReport, period: Period) -> Figure:
    """Return how long the middle customer waited, with its interval, in minutes."""
    steps = report.figures["now"]["steps"]
    lines = [ChartLine("median", _points(steps, steps, period, _minutes))]
    marks = _marks(report.figures, period)
    return charts.over_time("Waiting time to the first answer", lines, zone=period.zone, unit="minutes", marks=marks)


def _marks(figures: Mapping[str, Any], period: Period) -> list[Mark]:
    """Return the remarks, within the period: one may have begun long before it, and end long after."""
    return [
        Mark(
            max(datetime.fromisoformat(one["since"]), period.since),
            one["text"],
            min(datetime.fromisoformat(one["until"]), period.until) if one["until"] else None,
        )
        for one in figures["remarks"]
    ]

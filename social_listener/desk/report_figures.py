"""The figures of a report: read at one moment, as plain JSON, and compared with those of another."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from social_listener.desk.insights import names_of, standing_of
from social_listener.desk.insights_streams import compared, is_theirs
from social_listener.desk.report_known import UNTOLD, Known, reach_of
from social_listener.desk_types.insights import By, Slice, Tally
from social_listener.desk_types.reports import Difference
from social_listener.periods import Period, Step
from social_listener.scoring.measures import wilson
from social_listener.store import annotated, insights, stats_live

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from duckdb import DuckDBPyConnection

    from social_listener.desk.office import Office
    from social_listener.desk.report_known import Reach
    from social_listener.desk_types.insights import Standing, Waits
    from social_listener.desk_types.people import Accounts
    from social_listener.store import stats

#: of the figures' form: whoever changes it writes how the older one is read
#: 1: nothing told of a step what is known of it, and every number was taken for known
VERSION: Final = 2
#: by what a report tells figures apart
APART: Final = (By.CHANNEL, By.ACCOUNT, By.STREAM, By.LANGUAGE, By.LABEL, By.VISIBILITY)
_LISTED: Final = ("channels", "accounts", "streams", "languages", "sentiments", "labels")


def read(
    office: Office, cursor: DuckDBPyConnection, wanted: Slice, within: Accounts, *, compare: bool
) -> tuple[dict[str, Any], Standing]:
    """Return the figures of a slice, all of one state of the store, and how far they can be trusted."""
    standing = standing_of(office, cursor, wanted, within)
    step, first = wanted.period.step(), insights.first(cursor, within)
    here = _Here(office, cursor, within, reach_of(standing, first), stats_live.once())
    figures: dict[str, Any] = {
        "version": VERSION,
        "step": step.value,
        "first": _iso(first),
        "now": _side(here, wanted, step),
        "before": _side(here, wanted.before(), step) if compare else None,
        "before_period": _period(wanted.before().period) if compare else None,
        "by": {by.value: _lines(here, wanted, by) for by in APART},
        "week": _week(here, wanted),
        "voice": _voice(here, wanted),
        "begun": {stream: _iso(at) for stream, at in standing.begun.items()},
        "remarks": [
            {"kind": one.kind, "text": one.text, "since": _iso(one.since), "until": _iso(one.until)}
            for one in annotated.between(cursor, wanted.since, wanted.until, within)
        ],
        "filters": _filters(office, cursor, wanted),
        "lagging": list(standing.lagging),
    }
    return figures, standing


class _Here(NamedTuple):
    """One state of the store, for whom it is read, and what can be known of it."""

    office: Office
    cursor: DuckDBPyConnection
    within: Accounts
    reach: Reach
    live: stats.Live


def _side(here: _Here, wanted: Slice, step: Step) -> dict[str, Any]:
    """Return totals, waiting times and every step of one period, those in which nothing was said included.

    Of what nobody can know there is no tally: nought would be told as if it were known.
    """
    points = {
        one.start: one.tally for one in insights.points(here.cursor, wanted, here.within, step, None, live=here.live)
    }
    waits = {one.start: one for one in insights.waits(here.cursor, wanted, here.within, step=step, live=here.live)}
    total = insights.total(here.cursor, wanted, here.within, live=here.live)
    steps = []
    for start, since, until in wanted.period.spans(step):
        tally = points.get(start, Tally())
        known = here.reach.of(since, until, tally.items)
        if known is Known.WHOLE and not wanted.period.holds(start, step):
            known = Known.PART
        told = _waits(waits[start]) if start in waits else None
        steps.append({"start": start.isoformat(), **_known(known, tally), "waits": told})
    return {
        **_known(here.reach.of(wanted.since, wanted.until, total.items), total),
        "waits": _first(insights.waits(here.cursor, wanted, here.within, live=here.live)),
        "steps": steps,
    }


def _known(known: Known, tally: Tally) -> dict[str, Any]:
    return {"known": known.value, "tally": None if known in UNTOLD else _tally(tally)}


def _week(here: _Here, wanted: Slice) -> dict[str, int]:
    """Return items by hour of the week, of those hours of which anything can be told."""
    hours = dict.fromkeys(here.reach.hours(wanted.since, wanted.until, ZoneInfo(wanted.period.zone)), 0)
    if wanted.hour_of_week is not None:
        hours = {hour: 0 for hour in hours if hour == wanted.hour_of_week}
    hours |= {
        hour: tally.items for hour, tally in insights.week(here.cursor, wanted, here.within, live=here.live).items()
    }
    return {str(hour): hours[hour] for hour in sorted(hours)}


def _lines(here: _Here, wanted: Slice, by: By) -> list[dict[str, Any]]:
    name = names_of(here.office, here.cursor, by)
    waits = {one.key: one for one in insights.waits(here.cursor, wanted, here.within, by=by, live=here.live)}
    return [
        {
            "key": one.key,
            "name": name(one.key),
            "tally": _tally(one.tally),
            "waits": _waits(waits[one.key]) if one.key in waits else None,
        }
        for one in insights.lines(here.cursor, wanted, here.within, by, live=here.live)
        if by is not By.STREAM or wanted.streams or is_theirs(one.key, here.within)
    ]


def _voice(here: _Here, wanted: Slice) -> dict[str, Any]:
    """Return the shares of voice of the streams that the slice names, or that saw something, with the denominator."""
    sets = insights.voices(here.cursor, wanted, here.within, live=here.live)
    name = names_of(here.office, here.cursor, By.STREAM)
    of_items = sum(number for _, number in sets)
    lines = []
    for stream in wanted.streams or compared(wanted, here.within, [seen for seen, _ in sets]):
        items = sum(number for seen, number in sets if stream in seen)
        share = wilson(items, of_items)
        told = [None, None, None] if not of_items else [share.value, share.low, share.high]
        lines.append({"stream": stream, "name": name(stream), "items": items, "share": told})
    lines.sort(key=lambda one: (-int(str(one["items"])), str(one["stream"])))
    if here.reach.of(wanted.since, wanted.until, of_items) in UNTOLD:
        return {"of_items": None, "lines": [{**one, "items": None} for one in lines]}
    return {"of_items": of_items, "lines": lines}


def _tally(tally: Tally) -> dict[str, Any]:
    return {**asdict(tally), "reach": tally.known_reach}


def _waits(waits: Waits) -> dict[str, Any]:
    spans = {"median_range_s": waits.median_range_s, "p90_range_s": waits.p90_range_s}
    return {
        "number": waits.number,
        "median_s": waits.median_s,
        "p90_s": waits.p90_s,
        **{name: list(span) if span else None for name, span in spans.items()},
    }


def _first(found: list[Waits]) -> dict[str, Any] | None:
    return _waits(found[0]) if found else None


def _filters(office: Office, cursor: DuckDBPyConnection, wanted: Slice) -> list[list[str]]:
    """Return in words what the slice leaves out."""
    kinds = (By.CHANNEL, By.ACCOUNT, By.STREAM, By.LANGUAGE, By.SENTIMENT, By.LABEL)
    told = []
    for field, by in zip(_LISTED, kinds, strict=True):
        chosen = getattr(wanted, field)
        if chosen:
            name = names_of(office, cursor, by)
            told.append([by.value, ", ".join(name(one) for one in chosen)])
    if wanted.private is not None:
        told.append(["visibility", "private" if wanted.private else "public"])
    return told


# -- slices as JSON ----------------------------------------------------------------------------------------------------


def slice_json(wanted: Slice) -> str:
    """Return a slice as JSON; the same slice, the same text."""
    return canonical(
        {
            "period": _period(wanted.period),
            **{field: list(getattr(wanted, field)) for field in _LISTED},
            "private": wanted.private,
            "within": [_iso(one) for one in wanted.within] if wanted.within else None,
            "hour_of_week": wanted.hour_of_week,
        }
    )


def slice_of(text: str) -> Slice:
    """Return the slice that `slice_json` wrote."""
    told = json.loads(text)
    within = [datetime.fromisoformat(one) for one in told["within"]] if told["within"] else None
    return Slice(
        period=period_of(told["period"]),
        **{field: tuple(told[field]) for field in _LISTED},
        private=told["private"],
        within=(within[0], within[1]) if within else None,
        hour_of_week=told["hour_of_week"],
    )


def canonical(value: Any) -> str:
    """Return JSON that is the same for the same value."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def digest_of(title: str, slice_text: str, as_of: datetime, complete_up_to: datetime | None, figures: str) -> str:
    """Return the digest by which a report is known: SHA-256 of everything that it tells."""
    told = canonical([title, slice_text, _iso(as_of), _iso(complete_up_to), figures])
    return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()


def _period(period: Period) -> dict[str, str]:
    return {"first": period.first.isoformat(), "last": period.last.isoformat(), "zone": period.zone}


def period_of(told: Mapping[str, str]) -> Period:
    """Return a period as it stands among figures, and in a slice's JSON."""
    return Period(date.fromisoformat(told["first"]), date.fromisoformat(told["last"]), told["zone"])


def _iso(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat() if moment else None


# -- comparing ---------------------------------------------------------------------------------------------------------


def differences(then: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Difference]:
    """Yield every number or word that is not what it was, by its place."""
    before, after = dict(_leaves(then, ())), dict(_leaves(now, ()))
    for place in [*before, *(place for place in after if place not in before)]:
        if before.get(place) != after.get(place):
            yield Difference(" · ".join(place), before.get(place), after.get(place))


def _leaves(part: Any, place: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield what is neither a mapping nor a list, with its place; rows of lists are named by what they are of."""
    if isinstance(part, dict):
        for key, value in part.items():
            if key not in {"key", "stream", "start"}:
                yield from _leaves(value, (*place, key.replace("_", " ")))
    elif isinstance(part, list):
        for number, value in enumerate(part):
            yield from _leaves(value, (*place, _row_name(value, number)))
    else:
        yield place, part


def _row_name(row: Any, number: int) -> str:
    if isinstance(row, dict):
        if "since" in row:  # a remark: several may say the same
            return f"{row['text']} ({row['since']})"
        for key in ("key", "stream", "start"):
            if key in row:
                return str(row[key]) or "not known"
    return str(number + 1)

"""The Insights page as its components draw it: numbers with what they open, changes, remarks. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from social_listener.dashboard.insights_address import SENTIMENTS, Look, told_look
from social_listener.desk_types.insights import By
from social_listener.scoring.measures import wilson

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from zoneinfo import ZoneInfo

    from social_listener.dashboard.component import Json
    from social_listener.desk_types.insights import Annotation, Overview, Slice, Tally, Waits

#: by what lines are told apart → field of a slice that narrows it to one of them
FIELDS: Final[Mapping[By, str]] = {
    By.CHANNEL: "channels",
    By.ACCOUNT: "accounts",
    By.STREAM: "streams",
    By.LANGUAGE: "languages",
    By.LABEL: "labels",
    By.SENTIMENT: "sentiments",
}
BY_WORDS: Final[Mapping[By, str]] = {
    By.CHANNEL: "Channel",
    By.ACCOUNT: "Account",
    By.STREAM: "Query or stream",
    By.LABEL: "Label",
    By.LANGUAGE: "Language",
    By.VISIBILITY: "Visibility",
}


# -- numbers -----------------------------------------------------------------------------------------------------------


def number(value: float | None) -> str:
    """Return a number as people read it."""
    if value is None:
        return "–"
    told = f"{value:,.0f}" if float(value).is_integer() else f"{value:,.2f}"
    return told.replace("-", "−")


def share(value: float | None) -> str:
    """Return a part of one in per cent."""
    return "–" if value is None or value != value else f"{100 * value:.1f} %"  # noqa: PLR0124 - nan is not itself


def length(seconds: float | None) -> str:
    """Return a length of time in words of two units at most."""
    if seconds is None:
        return "–"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min" + (f" {whole % 60} s" if whole < 600 and whole % 60 else "")
    if whole < 2 * 86400:
        return f"{whole // 3600} h" + (f" {whole % 3600 // 60} min" if whole % 3600 >= 60 else "")
    return f"{whole // 86400} days" + (f" {whole % 86400 // 3600} h" if whole % 86400 >= 3600 else "")


def span(told: tuple[str, str] | None) -> str:
    """Return an interval in words; "": there is none."""
    return f"{told[0]} to {told[1]}" if told else ""


# -- what numbers open -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Opens:
    """Tells the items behind the numbers of a slice. A number of nothing opens nothing."""

    wanted: Slice

    def all(self, count: int, *, answered: bool = False, **narrower: Any) -> str:
        """Return what opens `count` items of the slice, narrowed."""
        return told_look(Look(replace(self.wanted, **narrower), answered, count)) if count else ""

    def mood(self, tally: Tally, *moods: str, **narrower: Any) -> str:
        """Return what opens the items of some sentiments."""
        counts = {"none": tally.unscored, **{one: getattr(tally, one) for one in SENTIMENTS if one != "none"}}
        asked = tuple(one for one in moods if not self.wanted.sentiments or one in self.wanted.sentiments)
        return self.all(sum(counts[one] for one in asked), sentiments=asked, **narrower)

    def of(self, by: By, key: str) -> dict[str, Any]:
        """Return how the slice is narrowed to one line."""
        return {"private": key == "private"} if by is By.VISIBILITY else {FIELDS[by]: (key,)}


# -- the first numbers -------------------------------------------------------------------------------------------------


def tiles(told: Overview, wanted: Slice) -> list[Json]:
    """Return what people look at first, each beside the period before."""
    now, before = told.now, told.before
    opens, earlier = Opens(wanted), Opens(wanted.before())
    scored = tuple(one for one in SENTIMENTS if one != "none")
    spread = wilson(now.negative, now.told) if now.told else None
    found = [
        _tile("Items", number(now.items), opens.all(now.items), number(before.items), earlier.all(before.items))
        | {"change": change(now.items, before.items)},
        _tile(
            "Negative", share(now.negative_share), opens.mood(now, "negative"),
            share(before.negative_share), earlier.mood(before, "negative"),
        )
        | {
            "change": points(now.negative_share, before.negative_share),
            "range": span((share(spread.low), share(spread.high))) if spread else "",
            "of": f"{now.negative:,} of {now.told:,} that are told",
        },
        _tile(
            "Mean sentiment", number(_rounded(now.mean)), opens.mood(now, *scored),
            number(_rounded(before.mean)), earlier.mood(before, *scored),
        )
        | {"of": "from −1 to 1"},
        _tile(
            "Reach", number(now.known_reach), opens.all(now.items),
            number(before.known_reach), earlier.all(before.items),
        )
        | {
            "change": change(now.known_reach, before.known_reach),
            "of": "no platform told who follows them" if now.known_reach is None else "followers, added up over items",
        },
        *_waits(told, opens, earlier)[:1],
        _answered(now, before, opens, earlier),
    ]  # fmt: skip
    return [beside(one, told, wanted) for one in found]


def is_known(told: Overview, before: Slice) -> bool:
    """Return whether anything is stored of a period before: nought there would say what nobody knows."""
    return told.first is not None and told.first < before.until


def beside(tile: Json, told: Overview, wanted: Slice) -> Json:
    """Return a tile that says where the period before lies before what is stored: nought there is not known."""
    before = wanted.before()
    if told.first is not None and told.first <= before.since:
        return tile
    if not is_known(told, before):
        return tile | {"before": "nothing is stored of it", "beforeOpen": "", "change": ""}
    return tile | {"before": f"{tile['before']}, stored in part only", "change": ""}


def wait_tiles(told: Overview, wanted: Slice) -> list[Json]:
    """Return how long customers waited, beside the period before."""
    opens, earlier = Opens(wanted), Opens(wanted.before())
    found = [*_waits(told, opens, earlier), _answered(told.now, told.before, opens, earlier)]
    return [beside(one, told, wanted) for one in found]


def _waits(told: Overview, opens: Opens, earlier: Opens) -> list[Json]:
    found = []
    for label, field, of in (
        ("Median wait", "median", "half of the answered waited no longer"),
        ("90 of 100 waited at most", "p90", "of the answered"),
    ):
        now, before = (getattr(one, f"{field}_s") for one in (told.waits, told.waits_before))
        found.append(
            _tile(
                label, length(now), opens.all(told.now.answered, answered=True),
                length(before), earlier.all(told.before.answered, answered=True),
            )
            | {"change": change(now, before), "range": wait_range(told.waits, field), "of": of}
        )  # fmt: skip
    return found


def wait_range(waits: Waits, field: str) -> str:
    """Return the interval of a median or of a p90 in words; "": too few were answered."""
    told = getattr(waits, f"{field}_range_s")
    return span((length(told[0]), length(told[1]))) if told else ""


def _answered(now: Tally, before: Tally, opens: Opens, earlier: Opens) -> Json:
    part = f"{share(now.answered / now.items)} of the items" if now.items else ""
    return _tile(
        "Answered", number(now.answered), opens.all(now.answered, answered=True),
        number(before.answered), earlier.all(before.answered, answered=True),
    ) | {"change": change(now.answered, before.answered), "of": part}  # fmt: skip


def _tile(label: str, value: str, opened: str, before: str, before_opened: str) -> Json:
    return {
        "label": label, "value": value, "open": opened, "before": before, "beforeOpen": before_opened,
        "change": "", "range": "", "of": "",
    }  # fmt: skip


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2) or 0.0  # what rounds to nought has no sign


def change(now: float | None, before: float | None) -> str:
    """Return how much more or less it is than before, in words and in per cent; "": that cannot be told."""
    if now is None or not before:
        return ""
    part = 100 * (now - before) / before
    if round(abs(part)) < 1:
        return "about the same"
    return f"▲ {part:,.0f} % more" if part > 0 else f"▼ {-part:,.0f} % less"


def points(now: float | None, before: float | None) -> str:
    """Return how a share has changed, in points of a hundred."""
    if now is None or before is None:
        return ""
    part = 100 * (now - before)
    if round(abs(part), 1) < 0.1:
        return "about the same"
    return f"▲ {part:.1f} points more" if part > 0 else f"▼ {-part:.1f} points less"


def time_unit(waits: Iterable[Waits]) -> tuple[str, float]:
    """Return in what a chart of waiting times tells them, and how many seconds that is: the longest fits the axis."""
    spans = [end for one in waits for end in (*(one.median_range_s or ()), *(one.p90_range_s or ()))]
    told = [part for one in waits for part in (one.median_s, one.p90_s) if part is not None]
    longest = max((*spans, *told), default=0.0)
    return next((name, size) for name, size, most in _TIME_UNITS if longest < most)


#: name, seconds, and what is told in the next one
_TIME_UNITS: Final = (("minutes", 60.0, 6 * 3600.0), ("hours", 3600.0, 5 * 86400.0), ("days", 86400.0, math.inf))


# -- what is known -----------------------------------------------------------------------------------------------------


def known_up_to(told: Overview) -> datetime:
    """Return up to when counts are whole: the moment they were read, or less far where a stream lags behind."""
    standing = told.standing
    if not standing.lagging:
        return standing.as_of
    return min(standing.as_of, standing.complete_up_to or datetime.min.replace(tzinfo=UTC))


def hours_heard(told: Overview, wanted: Slice, zone: ZoneInfo) -> frozenset[int]:
    """Return the hours of the week of which some lie in a period and are known; 0 is Monday from midnight to one."""
    until = min(wanted.until, known_up_to(told))
    since = max(wanted.since, told.first or until)
    if until - since >= timedelta(days=8):
        return frozenset(range(168))
    quarters = (
        since + number * timedelta(minutes=15) for number in range(int((until - since) / timedelta(minutes=15)))
    )
    return frozenset(one.weekday() * 24 + one.hour for one in (each.astimezone(zone) for each in quarters))


# -- nothing to show, and remarks --------------------------------------------------------------------------------------


def empty(told: Overview, wanted: Slice, zone: ZoneInfo) -> Json | None:
    """Return what stands there when nothing was said; None: something was."""
    if told.now.items:
        return None
    narrowed = any(getattr(wanted, field) for field in FIELDS.values()) or wanted.private is not None
    if told.first is None:
        words = "Nothing was said yet that is stored here. As soon as something is, it is counted on this page."
        return {"words": words, "open": "", "button": ""}
    if wanted.since >= told.standing.as_of:
        return {"words": "These days are still to come.", "open": "", "button": ""}
    if narrowed and wanted.until > told.first:
        return {"words": "Nothing was said in this period that these filters leave.", "open": "", "button": ""}
    first = told.first.astimezone(zone).date()
    last = told.standing.as_of.astimezone(zone).date()
    period = replace(wanted.period, first=first, last=max(first, last))
    known = "Nothing was said in this period." if wanted.until > told.first else "Nothing is known of this period."
    words = f"{known} What is stored begins on {first:%-d %B %Y}."
    return {"words": words, "open": told_look(Look(replace(wanted, period=period))), "button": "Show all there is"}


def remarks(
    found: Sequence[Annotation], zone: ZoneInfo, accounts: Mapping[str, str], *, may_write: bool
) -> dict[str, Any]:
    """Return the remarks of a period."""
    return {
        "mayWrite": may_write,
        "remarks": [
            {
                "id": one.id,
                "kind": one.kind.capitalize(),
                "text": one.text,
                "when": _when(one.since, zone) + (f" to {_when(one.until, zone)}" if one.until else ""),
                "about": "" if one.account_id is None else accounts.get(one.account_id, one.account_id),
                "by": one.by_staff,
            }
            for one in found
        ],
    }


def _when(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%-d %b %Y, %H:%M}"

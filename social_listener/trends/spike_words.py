"""A spike in one sentence, for people; and how grave it is. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from math import sqrt
from typing import TYPE_CHECKING, Final

from social_listener.desk_types.spikes import Basis, Severity, SpikeKind

if TYPE_CHECKING:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from social_listener.desk_types.spikes import Why

_DAYS: Final = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")
#: a crisis: the strongest hour has at least so many times the usual …
_CRISIS_TIMES: Final = 3.0
#: … or, where nothing is usual yet, at least so many items; and more than this part is surely negative
_CRISIS_WITHOUT: Final = 60
_CRISIS_NEGATIVE: Final = 0.4
#: copies are told as copies when most come from accounts that are new or have next to no followers
_THIN: Final = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The numbers of a spike that are told."""

    peak: int
    usual: float
    peak_at: datetime
    basis: Basis
    negative_only: bool
    why: Why


def severity(told: Told) -> Severity:
    """Return how grave a spike is. Far more than usual is a crisis when it is negative for sure, and no copies."""
    why = told.why
    if why.kind is SpikeKind.COPIES and why.thin >= _THIN:
        return Severity.COPIES
    if why.kind in {SpikeKind.LULL, SpikeKind.FEW_AUTHORS}:
        return Severity.NOTABLE
    enough = (
        told.peak >= _CRISIS_WITHOUT if told.basis is Basis.NONE else told.peak >= _CRISIS_TIMES * max(told.usual, 0.5)
    )
    negative = _surely(why.negative, why.scored) > _CRISIS_NEGATIVE
    return Severity.CRISIS if enough and negative else Severity.NOTABLE


def sentence(told: Told, zone: ZoneInfo) -> str:
    """Return what is told of a spike: how much, instead of what, how negative, of what, and on what it hangs."""
    parts = [_how_much(told, zone)]
    why = told.why
    if why.kind is not SpikeKind.LULL:
        if why.scored >= 5:
            parts.append(f"{round(100 * why.negative / why.scored)} % negative")
        words = ", ".join(f"“{word.word}”" for word in why.words[:3])
        parts += [one for one in (words, _shape(why)) if one]
    return "; ".join(parts) + "."


def _how_much(told: Told, zone: ZoneInfo) -> str:
    peak, usual = f"{told.peak:,}", _rounded(told.usual)
    if told.basis is Basis.NONE:
        return f"Customers write much: {peak} messages within an hour; what is usual is not known yet"
    local = (told.peak_at - timedelta(minutes=30)).astimezone(zone)  # the middle of that hour
    when = f"on {_DAYS[local.weekday()]} at {local.hour}" if told.basis is Basis.WEEK else f"at {local.hour}"
    if told.why.kind is SpikeKind.LULL:
        return (
            f"Customers write far less than is usual {when}: {peak} instead of {usual} within three hours, "
            "though everything is polled well"
        )
    if told.negative_only:
        return (
            "Customers do not write much more than usual, but what they write is worse: "
            f"{peak} negative messages instead of {usual} within an hour"
        )
    start = "A wave of copies: " if severity(told) is Severity.COPIES else ""
    times = told.peak / max(told.usual, 0.5)
    often = f"{times:.0f}" if times >= 3 else f"{times:.1f}"
    begun = "customers" if start else "Customers"
    return f"{start}{begun} write {often} times as much as is usual {when}: {peak} instead of {usual} within an hour"


def _shape(why: Why) -> str:
    if why.kind is SpikeKind.ONE_POST:
        return f"{round(100 * why.threads[0].share)} % hang on one post"
    if why.kind is SpikeKind.COPIES:
        return (
            f"{round(100 * why.copies)} % are nearly the same text, from {why.authors:,} accounts, "
            f"{round(100 * why.thin)} % of them new or with hardly a follower"
        )
    if why.kind is SpikeKind.FEW_AUTHORS:
        return f"most come from {max(1, round(why.effective_authors))} people"
    return f"from {why.authors:,} people"


def _rounded(value: float) -> str:
    return f"{value:,.0f}" if value >= 3 else f"{value:.1f}"


def _surely(part: int, whole: int) -> float:
    """Return the lower end of Wilson's 95 % interval (E. B. Wilson, JASA 22, 1927)."""
    if not whole:
        return 0.0
    share, z = part / whole, 1.96
    middle = share + z * z / (2 * whole)
    return (middle - z * sqrt(share * (1 - share) / whole + z * z / (4 * whole**2))) / (1 + z * z / whole)

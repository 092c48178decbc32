"""How pressing an item is: a sum of explained points.

The base (0 to 100) is stored with the item. What waiting adds is computed when the queue is read, so that no row has
to be scored again because time went by.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import timedelta
from typing import Final

from social_listener.model import Factor
from social_listener.scoring.cues import Found
from social_listener.scoring.labels import Feeling

MOST = 100
"""No priority is higher."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """Points by factor. `docs/scoring.md` tells each; settings.yaml may change any of them."""

    received: float = 12.0  #: every item of somebody else
    sentiment: float = 20.0  #: at the most negative compound, -1; in proportion below
    complaint: float = 18.0  #: the first words of a complaint
    complaint_more: float = 4.0  #: each further one, twice at most
    request: float = 8.0
    question: float = 5.0
    refund: float = 14.0
    cancel: float = 11.0
    outage: float = 13.0
    legal: float = 22.0
    safety: float = 32.0
    irony: float = 5.0  #: kind words beside a complaint
    praise: float = -12.0  #: nothing but praise or thanks
    spam: float = -45.0
    direct: float = 8.0  #: a direct message
    reach: float = 8.0  #: at a million followers; from a thousand on, by the logarithm
    verified: float = 3.0
    repeat: float = 3.0  #: each earlier item of the contact in seven days, three times at most
    silence: float = 5.0  #: each of those that we left without an answer, three times at most
    waiting_at_target: float = 8.0  #: when the target for a first answer is reached; in proportion before and after
    #: waiting adds no more than that; so little that old chatter does not pass a fresh complaint
    waiting_most: float = 16.0

    def __post_init__(self) -> None:
        """Refuse weights that would turn a factor around; ValueError names the weight."""
        for each in fields(self):
            value = getattr(self, each.name)
            if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
                raise ValueError(f"{each.name}: must be a number (found {value!r})")
            if each.name in ("praise", "spam"):
                if value > 0:
                    raise ValueError(f"{each.name}: takes points away and cannot be above 0 (found {value!r})")
            elif value < 0:
                raise ValueError(f"{each.name}: cannot be below 0 (found {value!r})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What is known about an item besides its text."""

    private: bool = False  #: a direct message
    outbound: bool = False  #: ours: it has no priority
    followers: int = 0
    verified: bool = False
    contacts_in_7_days: int = 0  #: earlier inbound items of the same contact in the seven days before this one
    unanswered_before: int = 0  #: how many of those had no answer from us when this one was sent
    platform_language: str | None = None  #: the platform's guess, BCP 47; None: none given


def fault_of(default: object, value: object) -> str | None:
    """Return what a circumstance must be, when `value` is not; `default` is the usual one, and tells its type."""
    if isinstance(default, bool):
        return None if isinstance(value, bool) else "true or false"
    if isinstance(default, int):
        good = isinstance(value, int) and not isinstance(value, bool) and value >= 0
        return None if good else "a whole number, 0 or more"
    return None if isinstance(value, str) else "a text"


def waiting_points(waited: timedelta, target: timedelta, weights: Weights) -> float:
    """Return what waiting adds: `waiting_at_target` when the target is reached, in proportion, `waiting_most` at most.

    In SQL: least(waiting_most, greatest(0, waiting_at_target * seconds waited / seconds of the target)).
    ValueError when the target is not longer than nothing.
    """
    if target <= timedelta(0):
        raise ValueError("a target must be longer than nothing")
    return min(weights.waiting_most, max(0.0, weights.waiting_at_target * (waited / target)))


#: factors that do not come from the text
OF_SENDER: Final = frozenset({"direct", "reach", "verified", "repeat", "silence"})

#: cue -> (weight and factor name, sentence)
_SENTENCES = {
    "safety": "speaks of danger, injury or stolen data",
    "legal": "speaks of lawyers, authorities or fraud",
    "outage": "says that something is down or cannot be reached",
    "refund": "is about money that was taken or should come back",
    "cancel": "wants to leave or cancel",
    "request": "asks for something to be done",
}


def factors(of_text: Sequence[Factor], about: Circumstances, weights: Weights) -> tuple[Factor, ...]:
    """Return the factors of an item in the order they are told; none for our own. Their points sum up to 0 … 100.

    `of_text` are those that its text gives (`text_factors`).
    """
    return () if about.outbound else summed(of_text, _of_sender(about, weights), weights)


def summed(of_text: Sequence[Factor], of_sender: Sequence[Factor], weights: Weights) -> tuple[Factor, ...]:
    """Return the factors of an inbound item, in order; their points sum up to 0 … 100."""
    received = Factor(name="received", points=weights.received, because="somebody said this to us or about us")
    parts = [part for part in (received, *of_text, *of_sender) if part.points]
    total = math.fsum(part.points for part in parts)
    if total < 0:
        parts.append(Factor(name="limit", points=-total, because="no priority is below 0"))
    elif total > MOST:
        parts.append(Factor(name="limit", points=MOST - total, because=f"no priority is above {MOST}"))
    return tuple(parts)


#: compound at most → how negative that is, the strongest first
_DEGREES: Final = ((-0.7, "very"), (-0.35, "clearly"))


def _how_negative(sentiment: float) -> str:
    """Return in words how negative a text is; `sentiment`: -1 to below 0."""
    degree = next((words for least, words in _DEGREES if sentiment <= least), "a little")
    return f"its words are {degree} negative"


def text_factors(feeling: Feeling, found: Found, weights: Weights) -> list[Factor]:
    """Return the factors that the text itself gives."""
    parts: list[Factor] = []
    if feeling.sentiment is not None and feeling.sentiment < 0:
        parts.append(
            Factor(
                name="sentiment",
                points=round(-feeling.sentiment * weights.sentiment, 1),
                because=_how_negative(feeling.sentiment),
            )
        )
    for name, sentence in _SENTENCES.items():
        if name in feeling.cues:
            parts.append(Factor(name=name, points=getattr(weights, name), words=found.get(name), because=sentence))
    if "complaint" in feeling.cues:
        words = found.get("complaint")
        points = weights.complaint + min(len(words) - 1, 2) * weights.complaint_more
        parts.append(Factor(name="complaint", points=points, words=words, because="complains"))
    if feeling.question:
        parts.append(Factor(name="question", points=weights.question, words=("?",), because="asks a question"))
    if feeling.ironic:
        parts.append(
            Factor(
                name="irony",
                points=weights.irony,
                words=found.get("irony"),
                because="kind words beside a complaint or rolled eyes: most likely not meant kindly",
            )
        )
    if feeling.praise:
        parts.append(
            Factor(
                name="praise",
                points=round(weights.praise * feeling.praise, 1),
                words=found.get("solved") + found.get("praise"),
                because="praise or thanks, and nothing to be done",
            )
        )
    if "spam" in feeling.cues:
        parts.append(
            Factor(name="spam", points=weights.spam, words=found.get("spam"), because="reads like advertising")
        )
    return parts


def _of_sender(about: Circumstances, weights: Weights) -> list[Factor]:
    """Return the factors that who wrote, where and how often gives."""
    parts: list[Factor] = []
    if about.private:
        parts.append(Factor(name="direct", points=weights.direct, because="a direct message"))
    if about.followers > 1_000:
        share = min(1.0, math.log10(about.followers / 1_000) / 3)
        points = round(share * weights.reach, 1)
        parts.append(Factor(name="reach", points=points, because=f"{about.followers:,} followers"))
    if about.verified:
        parts.append(Factor(name="verified", points=weights.verified, because="a verified account"))
    if about.contacts_in_7_days > 0:
        times = about.contacts_in_7_days
        points = min(times, 3) * weights.repeat
        parts.append(Factor(name="repeat", points=points, because=f"wrote {_times(times)} in the seven days before"))
    if about.unanswered_before > 0:
        times = about.unanswered_before
        points = min(times, 3) * weights.silence
        parts.append(Factor(name="silence", points=points, because=f"got no answer from us {_times(times)} before"))
    return parts


def _times(count: int) -> str:
    return "once" if count == 1 else "twice" if count == 2 else f"{count} times"

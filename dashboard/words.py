"""Our words for what the pages show: labels, tones and sentences. Nothing here comes from a platform."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from social_listener.channels import TITLES
from social_listener.desk_types import View
from social_listener.levels import band
from social_listener.model import Kind, ReplyState, SentimentLabel, Status
from social_listener.scoring.language_names import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime, timedelta

#: stands for the text of a reply that has none
WORDLESS = "A picture, without words"

CHANNELS: Mapping[str, str] = TITLES

VIEWS: Mapping[View, tuple[str, str]] = {
    View.WAITING: ("Waiting", "Customers who wait for an answer"),
    View.BREACHED: ("Breached", "A promised time has passed, snoozed or not"),
    View.MINE: ("Mine", "Open and assigned to you"),
    View.UNASSIGNED: ("Unassigned", "Open, and nobody has taken it"),
    View.OPEN: ("All open", "Everything open, answered or not"),
    View.TO_APPROVE: ("To approve", "A reply waits for approval"),
    View.IN_DOUBT: ("In doubt", "A reply may have gone out, and nobody knows: somebody decides"),
    View.SNOOZED: ("Snoozed", "Put away until a time"),
    View.RESOLVED: ("Resolved", "Put away for good, unless they write again"),
    View.SPAM: ("Muted", "Of muted contacts and spam: stored, and in no other view but where we have to decide"),
}

KINDS: Mapping[Kind, str] = {
    Kind.MENTION: "mention",
    Kind.COMMENT: "comment",
    Kind.MESSAGE: "direct message",
    Kind.REVIEW: "review",
    Kind.POST: "post",
}

SENTIMENTS: Mapping[SentimentLabel, tuple[str, str]] = {
    SentimentLabel.NEGATIVE: ("Negative", "red"),
    SentimentLabel.NEUTRAL: ("Neutral", ""),
    SentimentLabel.POSITIVE: ("Positive", "green"),
    SentimentLabel.UNSURE: ("Unsure", ""),
}

#: the same by the name that figures and lists of items use → words, tone; "none": no scorer reads its language
MOODS: Mapping[str, tuple[str, str]] = {one.value: told for one, told in SENTIMENTS.items()} | {
    "none": ("Not scored", "")
}

STATUSES: Mapping[Status, str] = {
    Status.OPEN: "open",
    Status.SNOOZED: "snoozed",
    Status.RESOLVED: "resolved",
}

REPLY_STATES: Mapping[ReplyState, str] = {
    ReplyState.QUEUED: "Waiting to be sent",
    ReplyState.SENDING: "Being sent",
    ReplyState.IN_DOUBT: "In doubt: it may have gone out",
    ReplyState.SENT: "Sent",
    ReplyState.REJECTED: "Not sent",
    ReplyState.CANCELLED: "Taken back",
    ReplyState.EXPIRED: "Not sent in time",
}

#: in a text of no more, a language that has no name in LANGUAGES is not believed
_FEW_WORDS = 5

_HIDDEN = re.compile("[\u202a-\u202e\u2066-\u2069\u0000-\u0008\u000b-\u001f]")


def channel(name: str) -> str:
    """Return how a channel is written."""
    return CHANNELS.get(name, name.capitalize())


def language(code: str | None) -> str:
    """Return a language's English name, or its code when we have no name for it."""
    return LANGUAGES.get(code or "", code or "not known")


def tongue(code: str | None, text: str) -> str:
    """Return the language of a text where it is worth a word; "": English, not known, or a rare one by a word or two.

    A text of few words in a language that we have no name for is most often none: a name, a sound, a typing error.
    """
    rare = code not in LANGUAGES and len(text.split()) <= _FEW_WORDS
    return "" if not code or code == "en" or rare else language(code)


def tone(priority: int) -> str:
    """Return the colour class of a priority; the figure itself always stands beside it."""
    return band(priority).value


def count(number: int, one: str, many: str | None = None) -> str:
    """Return "1 item", "1,204 items"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def short(number: int) -> str:
    """Return a figure for where there is little room: "980", "9,999", "12.3k", "150k"; never more than there are."""
    if number < 10_000:
        return f"{number:,}"
    if number >= 10_000_000:
        return f"{number // 1_000_000:,}M"
    return f"{number // 1000:,}k" if number >= 100_000 or number % 1000 < 100 else f"{number // 100 / 10}k"


def lasting(length: timedelta) -> str:
    """Return a length of time in words of one or two units."""
    seconds = max(0, int(length.total_seconds()))
    for size, name in ((86400, "day"), (3600, "h"), (60, "min")):
        if seconds >= size:
            number = seconds // size
            return f"{number} {name}{'s' if name == 'day' and number != 1 else ''}"
    return f"{seconds} s"


def iso(moment: datetime | None) -> str | None:
    """Return a moment as the pages' scripts read it."""
    return None if moment is None else moment.isoformat()


def visible(text: str) -> str:
    """Return platform text without control and direction characters, for places that show plain text natively."""
    return _HIDDEN.sub("", text)


def capital(text: str) -> str:
    """Return what the desk says with a capital first."""
    return text[:1].upper() + text[1:]


def sentence(text: str) -> str:
    """Return what the desk says as a sentence: with a capital first and a full stop last."""
    text = text.strip()
    if not text:
        return ""
    return capital(text) + ("" if text[-1] in ".!?…\N{RIGHT DOUBLE QUOTATION MARK}" else ".")

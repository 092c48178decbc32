"""What a search text asks for.

    refund "late parcel" -voucher from:mara after:3 May channel:x is:private

Words, phrases and names are looked for in single messages and notes; what is said of a conversation (`is:open`,
`label:`, `assigned:`) narrows the conversations that they stand in.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Final

from social_listener.model import SentimentLabel
from social_listener.search.days import Days, days
from social_listener.search.words import LEAST_BEGUN, fold, tokens

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

#: so much of a text is read
LONGEST_TEXT: Final = 500
#: so many parts count; more only make a search slower
MOST_PARTS: Final = 20

_CHANNELS: Final[Mapping[str, str]] = {
    "twitter": "x",
    "fb": "facebook",
    "messenger": "facebook",
    "ig": "instagram",
    "insta": "instagram",
}
#: what may stand behind is: → what is meant
IS: Final[Mapping[str, str]] = {
    "open": "open",
    "snoozed": "snoozed",
    "resolved": "resolved",
    "done": "resolved",
    "waiting": "waiting",
    "unanswered": "waiting",
    "unread": "waiting",
    "answered": "answered",
    "assigned": "assigned",
    "unassigned": "unassigned",
    "mine": "mine",
    "doubt": "doubt",
    "in-doubt": "doubt",
}
_WHEN: Final = frozenset({"before", "until", "after", "since", "on"})
_MINUTE: Final = re.compile(r"(\d{4}-\d\d-\d\d[Tt]\d\d:\d\d)([Zz]?)", re.ASCII)
_PART: Final = re.compile(
    r"""(?P<no>-)?(?:(?P<key>[A-Za-z]+):)?(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))""",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Words that stand one after the other."""

    words: tuple[str, ...]  #: as the index has them
    shown: str  #: as they were typed
    begun: bool = False  #: the last word may only begin so
    phrase: bool = False  #: it was typed in quotes
    no: bool = False  #: what has them is not wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Something that an item or a conversation has, or has not."""

    name: str
    value: str
    no: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What is looked for: all of it at once."""

    words: tuple[Wanted, ...] = ()  #: in what was said and noted, in names and handles
    authors: tuple[Wanted, ...] = ()  #: in the name or handle of the customer who said it
    ours: bool | None = None  #: said by us
    marks: tuple[Mark, ...] = ()  #: of items: channel, account, private, lang, sentiment
    talks: tuple[Mark, ...] = ()  #: of conversations: is, label, assigned
    since: datetime | None = None  #: sent then or later
    until: datetime | None = None  #: sent earlier
    days: tuple[tuple[str, Days], ...] = ()  #: the same as they were typed: word, days
    moments: tuple[tuple[str, datetime], ...] = ()  #: those that name a minute: word, moment by the searcher's clock
    today: date = field(default=date(1970, 1, 1))  #: for the searcher

    @property
    def of_items(self) -> bool:
        """Return whether anything is asked of single messages."""
        return bool(self.words or self.authors or self.marks or self.since or self.until or self.ours is not None)

    def __bool__(self) -> bool:
        """Return whether anything is asked for."""
        return self.of_items or bool(self.talks)


@dataclass(frozen=True, slots=True)
class _Part:
    no: bool
    key: str
    value: str
    phrase: bool
    typed: str
    end: int  #: in the text


def parse(text: str, now: datetime, zone: tzinfo = UTC) -> Search:
    """Return what a text asks for; days are those of `zone`. Any text has a meaning."""
    text = text[:LONGEST_TEXT].replace("\u201c", '"').replace("\u201d", '"').replace("\u201e", '"')
    found = Search(today=now.astimezone(zone).date())
    parts = _parts(text)
    at = 0
    while at < len(parts):
        part = parts[at]
        at += 1
        last = at == len(parts) and part.end == len(text)
        taken, more = _keyed(found, part, parts[at : at + 2], zone, last=last)
        if taken is None:
            taken, more = _word(found, part, begun=last), 0
        found, at = taken, at + more
    return found


def _parts(text: str) -> list[_Part]:
    found = []
    for match in _PART.finditer(text):
        phrase = match["phrase"] is not None
        value = match["phrase"] if phrase else match["word"]
        key = (match["key"] or "").lower()
        found.append(_Part(bool(match["no"]), key, value, phrase, match[0].removeprefix("-"), match.end()))
    return found[:MOST_PARTS]


def _word(found: Search, part: _Part, *, begun: bool) -> Search:
    """Return the search with a part that is looked for as words."""
    text = part.value if not part.key else part.typed
    words = tokens(text)
    if not words:
        return found
    begun = (begun and not part.phrase and not part.no) or (text.endswith("*") and not part.phrase)
    shown = text.strip().strip("*") if not part.phrase else text.strip()
    one = Wanted(
        words=words,
        shown=shown,
        begun=begun and len(words[-1]) >= LEAST_BEGUN and fold(text.rstrip("*"))[-1:].isalnum(),
        phrase=part.phrase,
        no=part.no,
    )
    return replace(found, words=(*found.words, one))


def _keyed(found: Search, part: _Part, after: list[_Part], zone: tzinfo, *, last: bool) -> tuple[Search | None, int]:
    """Return the search with a part like `from:mara`, and how many parts behind it belong to it; None: it is none."""
    value = part.value.strip()
    if not part.key or not value:
        return None, 0
    if part.key in _WHEN:
        return _when(found, part, after, zone)
    if part.key in {"from", "by"}:
        return _author(found, part, value, begun=last and not part.phrase), 0
    if part.key in {"label", "tag"}:
        return _talk(found, "label", fold(value), part.no), 0
    if part.key in {"assigned", "assignee"}:
        return _talk(found, "assigned", value.removeprefix("@"), part.no), 0
    return _fixed(found, part, fold(value)), 0


def _fixed(found: Search, part: _Part, value: str) -> Search | None:
    """Return the search with a part whose values are a list of our own; None when this is not in it."""
    if part.key == "is":
        if value in {"private", "public"}:
            return _mark(found, "private", "yes", part.no != (value == "public"))
        return _talk(found, "is", IS[value], part.no) if value in IS else None
    read = _FIXED.get(part.key)
    meant = read(value) if read else None
    return _mark(found, _NAMES.get(part.key, part.key), meant, part.no) if meant else None


def _sentiment(value: str) -> str | None:
    return next((label.value for label in SentimentLabel if len(value) >= 3 and label.value.startswith(value)), None)


#: key → its value as the index has it, None where it cannot be one
_FIXED: Final[Mapping[str, Callable[[str], str | None]]] = {
    "channel": lambda value: _CHANNELS.get(value, value) if re.fullmatch(r"[a-z0-9_]+", value) else None,
    "account": lambda value: value,
    "lang": lambda value: value if re.fullmatch(r"[a-z]{2,3}", value) else None,
    "language": lambda value: value if re.fullmatch(r"[a-z]{2,3}", value) else None,
    "sentiment": _sentiment,
    "mood": _sentiment,
}
_NAMES: Final = {"language": "lang", "mood": "sentiment"}


def _mark(found: Search, name: str, value: str, no: bool) -> Search:
    return replace(found, marks=(*found.marks, Mark(name=name, value=value, no=no)))


def _talk(found: Search, name: str, value: str, no: bool) -> Search:
    return replace(found, talks=(*found.talks, Mark(name=name, value=value, no=no)))


def _author(found: Search, part: _Part, value: str, *, begun: bool) -> Search | None:
    if fold(value) in {"us", "we", "me"}:
        return replace(found, ours=not part.no)
    words = tokens(value)
    if not words:
        return None
    begun = (begun or value.endswith("*")) and len(words[-1]) >= LEAST_BEGUN and not part.no
    one = Wanted(words=words, shown=value.strip("@*"), begun=begun, phrase=part.phrase, no=part.no)
    return replace(found, authors=(*found.authors, one))


def _when(found: Search, part: _Part, after: list[_Part], zone: tzinfo) -> tuple[Search | None, int]:
    """Read a date that may go on in the next parts: before:3 May 2026."""
    if part.no:
        return None, 0
    if moment := _moment(part.value, zone):
        return _at(found, part.key, moment), 0
    follows = [] if part.phrase else [one.value for one in after if not (one.key or one.phrase or one.no)]
    for more in range(len(follows), -1, -1):
        stretch = days(" ".join([part.value, *follows[:more]]), found.today)
        if stretch is not None:
            return _within(found, part.key, stretch, zone), more
    return None, 0


def _moment(text: str, zone: tzinfo) -> datetime | None:
    """Return the minute that a text like 2026-05-03T14:30 names, in `zone` or, with a Z behind it, in UTC."""
    match = _MINUTE.fullmatch(text)
    if match is None:
        return None
    try:
        moment = datetime.fromisoformat(match[1].upper())
        return moment.replace(tzinfo=UTC if match[2] else zone).astimezone(zone)
    except (ValueError, OverflowError):  # a thirtieth of February, an end of the calendar
        return None


def _at(found: Search, key: str, moment: datetime) -> Search | None:
    """Return the search from, or up to, a minute; the minute itself is in it but for `before` and `after`."""
    first, end = moment.astimezone(UTC), moment.astimezone(UTC) + timedelta(minutes=1)
    return replace(_narrowed(found, key, first, end), moments=(*found.moments, (key, moment)))


def _within(found: Search, key: str, stretch: Days, zone: tzinfo) -> Search:
    first, end = (_midnight(day, zone) for day in stretch)
    return replace(_narrowed(found, key, first, end), days=(*found.days, (key, stretch)))


def _narrowed(found: Search, key: str, first: datetime, end: datetime) -> Search:
    """Return the search with a stretch of time [first, end) that `key` puts it before, after or into."""
    since = {"since": first, "on": first, "after": end}.get(key)
    until = {"before": first, "on": end, "until": end}.get(key)
    return replace(
        found,
        since=max(filter(None, (found.since, since)), default=None),
        until=min(filter(None, (found.until, until)), default=None),
    )


def _midnight(day: date, zone: tzinfo) -> datetime:
    try:
        return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
    except OverflowError:  # at the ends of the calendar
        return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(0)

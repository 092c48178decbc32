"""What was understood of a search, in words: "messages from mara before 3 May that say refund"."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from social_listener.search import days

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from social_listener.search.parse import Mark, Search, Wanted

_IS: Final[Mapping[str, str]] = {
    "open": "are open",
    "snoozed": "are snoozed",
    "resolved": "are resolved",
    "waiting": "wait for an answer",
    "answered": "were answered",
    "assigned": "are assigned",
    "unassigned": "nobody has taken",
    "mine": "are mine",
    "doubt": "have a reply in doubt",
}
_NOT: Final[Mapping[str, str]] = {
    "open": "are not open",
    "snoozed": "are not snoozed",
    "resolved": "are not resolved",
    "waiting": "do not wait for an answer",
    "answered": "were not answered",
    "assigned": "nobody has taken",
    "unassigned": "are assigned",
    "mine": "are not mine",
    "doubt": "have no reply in doubt",
}
_TIMES: Final = {"before": "before", "until": "until", "after": "after", "since": "since", "on": "on"}


def spoken(search: Search) -> str:
    """Return what is looked for as a phrase without a full stop; "" when nothing is."""
    if not search:
        return ""
    parts = []
    if search.of_items:
        parts.append(f"{_kind(search.marks)}messages")
        parts += [*_authors(search), *_places(search.marks), *_times(search), *_words(search.words)]
    talks = _talks(search.talks)
    if talks:
        parts.append(f"in conversations that {talks}" if parts else f"conversations that {talks}")
    return " ".join(parts)


def _kind(marks: Sequence[Mark]) -> str:
    """Return what stands before "messages"."""
    words = []
    for mark in marks:
        if mark.name == "private":
            words.append("public" if mark.no else "private")
        elif mark.name in {"sentiment", "lang"}:
            value = mark.value.upper() if mark.name == "lang" else mark.value
            words.append(f"not {value}" if mark.no else value)
    return "".join(f"{word} " for word in words)


def _authors(search: Search) -> list[str]:
    yes = [_quoted(one) for one in search.authors if not one.no]
    no = [_quoted(one) for one in search.authors if one.no]
    if search.ours is not None:
        (yes if search.ours else no).append("us")
    return [*([f"from {' and '.join(yes)}"] if yes else []), *([f"not from {' or '.join(no)}"] if no else [])]


def _places(marks: Sequence[Mark]) -> list[str]:
    return [
        ("not " if mark.no else "") + (f"on {mark.value}" if mark.name == "channel" else f"at account {mark.value}")
        for mark in marks
        if mark.name in {"channel", "account"}
    ]


def _times(search: Search) -> list[str]:
    told = [f"{_TIMES[word]} {days.spoken(stretch, search.today)}" for word, stretch in search.days]
    for word, moment in search.moments:
        day = moment.date()
        on = "" if day == search.today else f" on {days.spoken((day, day + timedelta(days=1)), search.today)}"
        told.append(f"{_TIMES[word]} {moment:%H:%M}{on}")
    return told


def _words(words: Sequence[Wanted]) -> list[str]:
    yes = [_quoted(one) for one in words if not one.no]
    no = [_quoted(one) for one in words if one.no]
    told = []
    if yes:
        told.append(f"that say {' and '.join(yes)}")
    if no:
        told.append(f"{'but not' if yes else 'that do not say'} {' or '.join(no)}")
    return told


def _quoted(one: Wanted) -> str:
    text = f"{one.shown}…" if one.begun else one.shown
    return f"“{text}”" if one.phrase or len(one.words) > 1 else text


def _talks(marks: Sequence[Mark]) -> str:
    told = []
    for mark in marks:
        if mark.name == "is":
            told.append((_NOT if mark.no else _IS)[mark.value])
        elif mark.name == "label":
            told.append(f"are {'not ' if mark.no else ''}labelled {mark.value}")
        else:
            told.append(f"are {'not ' if mark.no else ''}assigned to {mark.value}")
    return " and ".join(told)

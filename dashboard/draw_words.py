"""Words that rise, as they are drawn. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from social_listener.dashboard import words
from social_listener.dashboard.draw_spikes import line
from social_listener.desk_types.words import Against, TermKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from social_listener.dashboard.component import Json
    from social_listener.desk_types.words import RisingTerm, RisingWords

_KINDS: Mapping[TermKind, str] = {
    TermKind.WORD: "",
    TermKind.PAIR: "",
    TermKind.HASHTAG: "",
    TermKind.LABEL: "label",
}


def rising(found: RisingWords, names: Mapping[str, str], narrowed: Mapping[str, str] | None = None) -> Json:
    """Return the table of what rises, and what is to be known of it; `names`: our accounts' names by id.

    `narrowed`: what it was narrowed to, by the names that the inbox has for it in its address.
    """
    return {
        "told": _told(found),
        "sample": _sample(found),
        "seen": words.iso(found.as_of),
        "since": words.iso(found.since),
        "until": words.iso(found.until),
        "rows": [_row(one, found, names, narrowed or {}) for one in found.terms],
        "none": "" if found.terms else _none(found),
        "topics": [", ".join(topic) for topic in found.topics],
        "method": (
            f"People are counted, not messages. {words.count(found.tested, 'word')}, pairs of words, hashtags and "
            "labels were looked at; of what is listed at most 5 of 100 is there by chance (Fisher's exact test, "
            "Benjamini and Hochberg). Fewer than three people are never listed."
        ),
    }


def _told(found: RisingWords) -> str:
    against = "the period before" if found.against is Against.BEFORE else "the same times one to four times before"
    return (
        f"{words.count(found.now.items, 'message')}, beside {words.count(found.before.items, 'message')} of {against}."
    )


def _sample(found: RisingWords) -> str:
    """Return that not everything was read, and how much was; "": everything was."""
    if found.share >= 1:
        return ""
    return (
        f"That is more than is read at once: {found.share:.1%} of the people were drawn by chance, the same ones in "
        f"both periods, and all they said was read: {words.count(found.now.read, 'message')} now, "
        f"{words.count(found.before.read, 'message')} before. Numbers below are of those."
    )


def _none(found: RisingWords) -> str:
    if not found.now.read:
        return "Nothing was said in this period."
    if not found.before.read:
        return "Nothing is stored that was said in the time before, so nothing can be told of what rose."
    return "No word is said by clearly more of the people than before."


def _row(one: RisingTerm, found: RisingWords, names: Mapping[str, str], narrowed: Mapping[str, str]) -> Json:
    until = "" if one.times_high is None else f" to {_times(one.times_high)}"
    interval = f"{_times(one.times_low)}{until}" if until else f"{_times(one.times_low)} or more"
    return {
        "key": f"{one.kind.value} {one.term}",
        "term": one.term,
        "kind": one.kind.value,
        "kind_told": _KINDS[one.kind],
        "items": words.count(one.items, "message"),
        "people": f"{one.authors:,} of {found.now.people:,}",
        "part": _part(one.part),
        "before": f"{one.authors_before:,} of {found.before.people:,}",
        "part_before": _part(one.part_before),
        "times": "new" if one.times is None else f"× {_times(one.times)}",
        "interval": f"× {interval}",
        "samples": [line(said, names) for said in one.samples],
        "inbox": None if one.kind is TermKind.LABEL else _inbox(one, found, narrowed),
    }


def _inbox(one: RisingTerm, found: RisingWords, narrowed: Mapping[str, str]) -> str:
    """Return the address of the inbox at the conversations that say it."""
    term = one.term.removeprefix("#")
    query = f'"{term}" since:{found.since:%Y-%m-%dT%H:%MZ} before:{found.until:%Y-%m-%dT%H:%MZ}'
    return f"/?{urlencode({'view': 'open', **narrowed, 'q': query})}"


def _times(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:.1f}"


def _part(value: float) -> str:
    return f"{100 * value:.1f} %"

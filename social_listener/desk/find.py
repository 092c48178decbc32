"""Searching: what a text asks for, what of it is shown beside each row, and what is said about it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from social_listener.desk_types import FoundLine, SearchNote
from social_listener.search.parse import Search, parse
from social_listener.search.spoken import spoken
from social_listener.search.words import marked
from social_listener.store import found as texts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from duckdb import DuckDBPyConnection

    from social_listener.desk_types import QueueFilter
    from social_listener.store.found import FoundText
    from social_listener.store.queue import ListedRow
    from social_listener.store.search_index import SearchIndex
    from social_listener.store.sought import Sought

#: characters of a text that are shown, and how many of them at most before the first word that was looked for
_SHOWN = 200
_BEFORE = 50

Stretches = tuple[tuple[int, int], ...]


def parsed(wanted: QueueFilter, now: datetime) -> Search:
    """Return what a filter's search asks for."""
    try:
        zone = ZoneInfo(wanted.zone)
    except (KeyError, ValueError, OSError):  # names that no list of zones on this machine has
        zone = ZoneInfo("UTC")
    return parse(wanted.search, now, zone)


def note(index: SearchIndex, search: Search, sought: Sought | None) -> SearchNote | None:
    """Return what became of a search; None: nothing was searched for."""
    if sought is None:
        return None
    progress = index.progress
    whole = progress.whole or not search.of_items
    percent = 100 if whole else min(99, 100 * progress.done // max(1, progress.total))
    return SearchNote(
        spoken=spoken(search), cut=sought.cut, cut_elsewhere=sought.cut_elsewhere, whole=whole, percent=percent
    )


def lines(
    cursor: DuckDBPyConnection, search: Search, sought: Sought | None, rows: Sequence[ListedRow]
) -> Mapping[str, FoundLine]:
    """Return for each listed conversation what was found in it."""
    if sought is None or not search.of_items:
        return {}
    items = {**sought.items(resolved=True), **sought.items(resolved=False)}
    wanted = {row.conversation_id: items[row.conversation_id] for row in rows if row.conversation_id in items}
    found = texts.read(cursor, sorted(set(wanted.values())))
    names = {row.conversation_id: row.name or row.handle for row in rows}
    return {
        conversation_id: _line(found[item_id], search, names[conversation_id])
        for conversation_id, item_id in wanted.items()
        if item_id in found
    }


def _line(text: FoundText, search: Search, name: str) -> FoundLine:
    words = [(one.words, one.begun) for one in search.words if not one.no]
    authors = [(one.words, one.begun) for one in search.authors if not one.no]
    excerpt, marks = cut(text.text, marked(text.text, words))
    return FoundLine(
        by=text.by, excerpt=excerpt, marks=marks, name_marks=marked(name, [*words, *authors]), sent_at=text.sent_at
    )


def cut(text: str, marks: Stretches) -> tuple[str, Stretches]:
    """Return the part of a text in which the first mark stands, and the marks in it."""
    start = max(0, marks[0][0] - _BEFORE) if marks else 0
    if start:  # at a space, so that no word is cut in two
        space = text.find(" ", start, marks[0][0])
        start = space + 1 if space >= 0 else start
    lead = "…" if start else ""
    part = text[start : start + _SHOWN]
    moved = len(lead) - start
    inside = tuple((first + moved, min(end, start + _SHOWN) + moved) for first, end in marks if first < start + _SHOWN)
    return lead + part + ("…" if start + _SHOWN < len(text) else ""), inside

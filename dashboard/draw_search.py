"""What the list says about a search: pure functions from what the desk tells to JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from social_listener.dashboard import words
from social_listener.desk_types import View

if TYPE_CHECKING:
    from collections.abc import Sequence

    from social_listener.dashboard.component import Json
    from social_listener.desk_types import FoundLine, QueueFilter, QueuePage, QueueRow

_BY = {"us": "We: ", "note": "Note: "}

#: what may be typed, and what it does; each is put into the box when it is picked
EXAMPLES: Sequence[tuple[str, str]] = (
    ("refund", "messages, notes, names and handles with that word; the last word may still be typed"),
    ('"late parcel"', "these words one after the other"),
    ("-voucher", "without that word"),
    ("from:mara", "said by this customer; from:us what we said"),
    ("before:3 May", "also after:, since: and on:, with 2026-05-03, yesterday or 7d"),
    ("is:private", "also public, open, snoozed, resolved, waiting, assigned, unassigned, mine"),
    ("label:vip", "conversations with that label"),
    ("assigned:me", "or a colleague's name"),
    ("channel:instagram", "also account:"),
    ("lang:de", "in that language"),
    ("sentiment:negative", "also neutral, positive, unsure"),
)


def told(page: QueuePage | None, wanted: QueueFilter) -> Json | None:
    """Return what was understood, whether it is all, and where else something was found; None without a search."""
    if page is None or not wanted.search.strip():
        return None
    note = page.search
    if note is None:
        return {"text": "Type a letter or a figure: signs alone are not looked for.", "warn": "", "elsewhere": []}
    warn = ""
    if not note.whole:
        warn = f"The search index is being built ({note.percent} %): not everything is found yet."
    elif note.cut:
        warn = "More than is looked through: these have the newest messages. Add a word or a date."
    return {"text": words.sentence(note.spoken), "warn": warn, "elsewhere": elsewhere(page, wanted)}


def elsewhere(page: QueuePage, wanted: QueueFilter) -> list[Json]:
    """Return the views besides the shown one in which something was found: the widest, and those outside of it."""
    views = [view for view in (View.OPEN, View.SNOOZED, View.RESOLVED) if view is not wanted.view]
    if wanted.view in {View.WAITING, View.MINE, View.UNASSIGNED} and page.counts.get(View.OPEN) == page.total:
        views.remove(View.OPEN)
    more = page.search is not None and page.search.cut_elsewhere
    return [
        {"view": view.value, "text": f"{words.VIEWS[view][0]} {page.counts[view]}{_plus(view, wanted, more=more)}"}
        for view in views
        if page.counts.get(view)
    ]


def _plus(view: View, wanted: QueueFilter, *, more: bool) -> str:
    """Return "+" where a count is of the newest only: on the side that is not shown, resolved or not."""
    return "+" if more and (view is View.RESOLVED) != (wanted.view is View.RESOLVED) else ""


def parts(text: str, marks: Sequence[tuple[int, int]]) -> list[Json]:
    """Return a text in its order as pieces, each with whether it was looked for."""
    pieces, at = [], 0
    for start, end in marks:
        pieces += [(text[at:start], False), (text[start:end], True)]
        at = end
    pieces.append((text[at:], False))
    return [{"text": piece, "mark": mark} for piece, mark in pieces if piece]


def line(one: QueueRow) -> Json:
    """Return what of a row differs because something was found in it; {} when nothing was."""
    found: FoundLine | None = one.found
    if found is None:
        return {}
    name = one.name or one.handle or "Unknown"
    return {
        "by": _BY.get(found.by, ""),
        "found": parts(found.excerpt, found.marks),
        "named": parts(name, found.name_marks),
    }

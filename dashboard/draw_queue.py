"""The queue as its component draws it: pure functions from what the desk tells to JSON."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from social_listener.dashboard import draw_bench, draw_due, draw_search, inbox_filter, words
from social_listener.desk_types import View
from social_listener.model import ReplyState, SentimentLabel, Status

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from social_listener.dashboard.component import Json
    from social_listener.dashboard.shelf import Shelf
    from social_listener.desk_types import HealthView, QueueFilter, QueuePage, QueueRow
    from social_listener.desk_types.organising import SavedView

#: replies on their way and not sent, as a mark of the row: words, tone
_PENDING: Mapping[ReplyState, tuple[str, str]] = {
    ReplyState.IN_DOUBT: ("Reply in doubt", "amber"),
    ReplyState.REJECTED: ("Reply not sent", "red"),
    ReplyState.EXPIRED: ("Reply not sent", "red"),
    ReplyState.SENDING: ("Sending", "accent"),
    ReplyState.QUEUED: ("Reply on its way", "accent"),
}


#: what stands before the id of a saved view where views are named
SAVED = "saved:"


def views(page: QueuePage | None, wanted: QueueFilter, saved: Sequence[SavedView], counts: Mapping[str, int]) -> Json:
    """Return the views with their counts, saved ones behind; without a page the counts are unknown.

    Muted contacts are not worth a place while there are none.
    """
    same = next((view for view in saved if replace(view.wanted, zone=wanted.zone) == wanted), None)
    return {
        "chosen": SAVED + same.id if same else wanted.view.value,
        "views": [
            *(
                {"id": view.value, "label": label} | _counted(title, page.counts.get(view, 0) if page else None)
                for view, (label, title) in words.VIEWS.items()
                if view is not View.SPAM or wanted.view is view or (page and page.counts.get(view))
            ),
            *(_saved(view, page if view is same else None, counts) for view in saved),
        ],
    }


def _saved(view: SavedView, page: QueuePage | None, counts: Mapping[str, int]) -> Json:
    """Return a saved view; `page`: what it shows, when it is the one shown."""
    count = page.total if page else counts.get(view.id)
    title = "A view of yours" if view.owner else "A view for everybody"
    return {"id": SAVED + view.id, "label": view.name, "saved": True} | _counted(title, count)


def _counted(title: str, count: int | None) -> Json:
    """Return what a view holds: in short where it stands, in full where the pointer rests."""
    figure = "–" if count is None else words.short(count)
    cut = count is not None and figure != f"{count:,}"
    return {"title": f"{title} ({count:,})" if cut else title, "count": count, "figure": figure}


def queue(
    shelf: Shelf,
    page: QueuePage | None,
    wanted: QueueFilter,
    *,
    chosen: str | None,
    staff: str,
    several_channels: bool,
    health: Json,
    now: datetime,
) -> Json:
    """Return the list: rows in their places, what is new, what lies further down, and whether all is well."""
    total = page.total if page else 0
    rest = total - len(shelf.rows) - len(shelf.fresh) + len(shelf.gone)
    return {
        "rows": [
            row(one, staff, gone=one.conversation_id in shelf.gone, name_channel=several_channels) for one in shelf.rows
        ],
        "chosen": chosen,
        "news": len(shelf.fresh),
        "more": f"Show more ({rest:,} further down)" if rest > 0 else None,
        "count": words.count(total, "conversation"),
        "total": total,
        "filter": "&".join(f"{key}={value}" for key, value in inbox_filter.to_query(wanted).items()),
        "empty": empty(wanted),
        "told": draw_search.told(page, wanted),
        "health": health,
        "now": words.iso(now),
    }


def row(one: QueueRow, staff: str, *, gone: bool, name_channel: bool) -> Json:
    """Return one conversation of the list."""
    return {
        "id": one.conversation_id,
        "name": one.name or one.handle or "Unknown",
        "handle": one.handle,
        "priority": one.priority,
        "tone": words.tone(one.priority),
        "reasons": [words.capital(reason) for reason in one.reasons],
        "excerpt": one.excerpt or "(no words)",
        "waiting": words.iso(one.waiting_since),
        "due": draw_due.due(one.due),
        "last": words.iso(one.last_at),
        "marks": _marks(one, staff, gone=gone, name_channel=name_channel),
        "labels": draw_bench.worn(one.labels),
        "gone": gone,
    } | draw_search.line(one)


def _marks(one: QueueRow, staff: str, *, gone: bool, name_channel: bool) -> list[Json]:
    """Return the row's badges in words: what differs from the usual only, the visibility always."""
    marks: list[Json] = []
    if gone:
        marks.append({"text": "Done here", "tone": "", "icon": "check"})
    else:
        marks += _answers(one)
    if one.private:
        marks.append({"text": "Private", "tone": "violet", "icon": "lock"})
    else:
        marks.append({"text": "Public", "tone": "", "icon": "globe"})
    if name_channel:
        marks.append({"text": words.channel(one.channel), "tone": ""})
    if one.sentiment in {SentimentLabel.NEGATIVE, SentimentLabel.POSITIVE}:
        label, tone = words.SENTIMENTS[one.sentiment]
        marks.append({"text": label, "tone": tone})
    if one.unanswered > 1:
        marks.append({"text": f"{one.unanswered} unanswered", "tone": "amber"})
    if tongue := words.tongue(one.language, one.excerpt):
        marks.append({"text": tongue, "tone": ""})
    if one.assignee:
        mine = one.assignee == staff
        marks.append({"text": "You" if mine else one.assignee, "tone": "accent" if mine else "", "icon": "person"})
    if one.status is Status.RESOLVED:
        marks.append({"text": "Resolved", "tone": "green", "icon": "check"})
    return marks


def _answers(one: QueueRow) -> list[Json]:
    """Return what becomes of our answers, where somebody may have to see to it."""
    marks: list[Json] = []
    if one.pending is not None and one.pending in _PENDING:
        text, tone = _PENDING[one.pending]
        marks.append({"text": text, "tone": tone})
    if one.proposed:
        marks.append({"text": "To approve", "tone": "amber"})
    return marks


def empty(wanted: QueueFilter) -> Json:
    """Return what stands in place of an empty list."""
    if wanted.search or wanted != type(wanted)(view=wanted.view):
        return {
            "icon": "eye",
            "title": f"Nothing found in {words.VIEWS[wanted.view][0]}" if wanted.search else "Nothing found",
            "text": "No conversation in this view matches the search and the filters."
            + (" Fewer words, or the beginning of one, find more." if wanted.search else ""),
        }
    text = {
        View.WAITING: "Nobody waits for an answer. New messages appear here by themselves.",
        View.BREACHED: "Nobody waits for longer than promised.",
        View.MINE: "Nothing is assigned to you. Press A in a conversation to take it.",
        View.UNASSIGNED: "Everything open has somebody who takes care of it.",
        View.OPEN: "No open conversations. New messages appear here by themselves.",
        View.TO_APPROVE: "No reply waits for approval.",
        View.IN_DOUBT: "No reply is in doubt.",
        View.SNOOZED: "Nothing is put away for later.",
        View.RESOLVED: "Nothing was resolved yet. Press E in a conversation when it is done.",
        View.SPAM: "Nobody is muted. Press B in a conversation to mute its contact.",
    }[wanted.view]
    title = "All answered" if wanted.view is View.WAITING else "Nothing here"
    return {"icon": "check", "title": title, "text": text}


def health_line(health: HealthView | None) -> Json:
    """Return one line on whether anything is missed, for the foot of the list."""
    if health is None:
        return {"ok": False, "text": "Health is not known"}
    if not health.ok:
        return {"ok": False, "text": words.count(len(health.problems), "problem") + " – see Health"}
    ends = [stream.complete_up_to for stream in health.streams if stream.active and not stream.pushed_only]
    known = [end for end in ends if end is not None]
    if not ends:
        return {"ok": True, "text": "No streams are set up"}
    if len(known) < len(ends):
        return {"ok": True, "text": "First reading under way"}
    # A moment, not a length of time: an open page draws it again only once a minute, and it stays true.
    return {"ok": True, "text": f"Everything read up to {min(known):%Y-%m-%d %H:%M:%S} UTC"}

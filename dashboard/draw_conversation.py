"""A conversation as its components draw it: headline, thread and context card. Pure: desk types to JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from social_listener.dashboard import draw_bench, draw_due, words
from social_listener.dashboard.draw_proposal import NOBODY
from social_listener.dashboard.draw_thread import correctable, merged
from social_listener.model import SentimentLabel, Status

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from social_listener.dashboard.component import Json
    from social_listener.dashboard.draw_proposal import Eyes
    from social_listener.dashboard.frames import Frames
    from social_listener.desk_types import ContactCard, ConversationView, PastConversation
    from social_listener.model import Allowed, Contact, Factor


def headline(view: ConversationView, staff: str, now: datetime, frames: Frames | None = None) -> Json:
    """Return who it is, where, and how long they have been waiting."""
    contact = view.contact.contact if view.contact else None
    status = []
    if view.assignee:
        status.append("Yours" if view.assignee == staff else f"{view.assignee} has it")
    elif view.team:
        status.append(f"In the queue of {view.team}")
    if view.status is Status.SNOOZED and view.snoozed_until:
        status.append(f"Snoozed for {words.lasting(view.snoozed_until - now)}")
    elif view.status is not Status.OPEN:
        status.append(words.STATUSES[view.status].capitalize())
    elif view.waiting_since is None:
        status.append("Answered")
    if view.elsewhere:
        status.append("Another app has this conversation")
    kind = "Private" if view.private else "Public"
    return {
        "id": view.conversation_id,
        "name": contact.name or contact.handle if contact else "Unknown",
        "handle": contact.handle if contact else "",
        "face": frames.face(contact) if frames else None,
        "where": f"{kind} on {words.channel(view.channel)} · {view.account_name}",
        "private": view.private,
        "waiting": words.iso(view.waiting_since),
        "due": draw_due.due(view.due),
        "status": status,
        "labels": draw_bench.worn(view.labels),
        "now": words.iso(now),
    }


def deeds(view: ConversationView, staff: str, *, may_assign: bool, may_organise: bool, takers: bool) -> Sequence[str]:
    """Return what can be done with the whole conversation, in the order of the buttons.

    `takers`: whether there is anybody who could take it over.
    """
    found = []
    if may_assign:
        found.append("give_back" if view.assignee == staff else "assign")
        found += ["hand_over"] if takers else []
    if may_organise:
        found += ["snooze", "resolve"] if view.status is Status.OPEN else ["reopen"]
    return found


def thread(
    view: ConversationView,
    now: datetime,
    menu: tuple[str, Sequence[Allowed]] | None,
    problem: str | None,
    *,
    eyes: Eyes = NOBODY,
    at_line: tuple[str, str] = ("", ""),
    frames: Frames | None = None,
) -> Json:
    """Return everything that was said, in order of time; `menu` is the item whose menu is open, and what it offers.

    `eyes`: who looks; `at_line`: the key of the line to open it at, and what asked for that.
    """
    return {
        "id": view.conversation_id,
        "version": view.version,
        "atLine": {"key": at_line[0], "asked": at_line[1]},
        "lines": merged(view, menu, eyes, frames),
        "menu": menu[0] if menu else None,
        "problem": problem,
        "now": words.iso(now),
    }


def no_thread(problem: str | None = None, *, none: bool = False) -> Json:
    """Return what stands where a conversation would be; `none`: the list is empty, and nothing can be picked."""
    if none:
        empty = {
            "icon": "check",
            "title": "Nothing to pick here",
            "text": "The list is empty. New messages appear in it by themselves.",
            "keys": [["V", "another view"], ["/", "search"], ["?", "all keys"]],
        }
        return {"id": "", "lines": [], "problem": problem, "empty": empty}
    return {
        "id": "",
        "lines": [],
        "problem": problem,
        "empty": {
            "icon": "reply",
            "title": "Pick a conversation",
            "text": "The most pressing one stands at the top of the list.",
            "keys": [["J", "next"], ["K", "previous"], ["/", "search"], ["?", "all keys"]],
        },
    }


def context(view: ConversationView | None, now: datetime, frames: Frames | None = None) -> Json:
    """Return the right pane: why it is urgent, who it is, and what we had with them."""
    if view is None:
        return {"id": "", "now": words.iso(now)}
    focus = next((line for line in view.items if line.item.id == view.focus_id), None)
    mood = None
    if focus is not None and focus.sentiment_label is not None:
        mood = _mood(focus.sentiment, focus.sentiment_label, focus.sentiment_reason)
    others = ""
    if view.others_in_thread:
        others = words.count(view.others_in_thread, "other customer") + " wrote under the same post."
    return {
        "id": view.conversation_id,
        "priority": view.priority,
        "factors": [_factor(factor) for factor in view.factors if round(factor.points)],
        "mood": mood,
        "said": {"tone": focus.sentiment_label.value}
        if focus and correctable(view) and focus.sentiment_label
        else None,
        "labels": draw_bench.worn(view.labels),
        "contact": _contact(view.contact, now, frames) if view.contact else None,
        "silence": draw_bench.silence(view.contact),
        "history": _history(view.contact),
        "others": others,
        "level": draw_due.level(view),
        "now": words.iso(now),
    }


def _history(card: ContactCard | None) -> list[Json]:
    """Return the other conversations; of a customer on several channels each says on which."""
    return [_past(past, others=bool(card.others)) for past in card.history] if card else []


def _factor(factor: Factor) -> Json:
    title = factor.because or factor.name.replace("_", " ").capitalize()
    return {
        "title": words.capital(title.rstrip(".")),
        "points": round(factor.points),
        "words": "“" + "”, “".join(factor.words) + "”" if factor.words else "",
    }


def _contact(card: ContactCard, now: datetime, frames: Frames | None) -> Json:
    contact = card.contact
    return {
        "name": contact.name or contact.handle or "Unknown",
        "handle": contact.handle,
        "face": frames.face(contact) if frames else None,
        "url": contact.url,
        "verified": contact.verified,
        "description": contact.description,
        "others": [
            {"name": other.name or other.handle, "handle": other.handle, "channel": words.channel(other.channel)}
            for other in card.others
        ],
        "facts": [fact for fact in _facts(card, contact, now) if fact.get("value") or fact.get("at")],
    }


def _mood(sentiment: float | None, label: SentimentLabel, reason: str) -> str:
    """Return what is said of an item's sentiment; what was not scored is not called unsure, and never neutral."""
    told = "not scored" if sentiment is None else words.SENTIMENTS[label][0].lower()
    return f"Sentiment: {told}. {words.sentence(reason.removeprefix('not scored: '))}".strip()


def _facts(card: ContactCard, contact: Contact, now: datetime) -> list[Json]:
    mood = [
        f"{card.sentiment.get(label, 0)} {words.SENTIMENTS[label][0].lower()}"
        for label in (SentimentLabel.NEGATIVE, SentimentLabel.NEUTRAL, SentimentLabel.POSITIVE)
        if card.sentiment.get(label)
    ]
    followers = "" if contact.followers is None else f"{contact.followers:,}"
    return [
        {"name": "Followers", "value": followers},
        {"name": "Lives in", "value": contact.location},
        {"name": "Wrote to us", "value": words.count(card.inbound, "time")},
        {"name": "In the last 7 days", "value": str(card.in_7_days) if card.in_7_days else ""},
        {"name": "We wrote", "value": words.count(card.outbound, "time")},
        {"name": "Unanswered", "value": str(card.unanswered) if card.unanswered else ""},
        {"name": "Mood so far", "value": ", ".join(mood)},
        {"name": "Known to us for", "value": words.lasting(now - card.first_seen_at)},
        {"name": "On the platform since", "value": str(contact.joined_at.year) if contact.joined_at else ""},
    ]


def _past(past: PastConversation, *, others: bool) -> Json:
    return {
        "id": past.conversation_id,
        "kind": ("Private" if past.private else "Public") + (f" on {words.channel(past.channel)}" if others else ""),
        "private": past.private,
        "status": words.STATUSES[past.status],
        "at": words.iso(past.last_at),
        "excerpt": past.excerpt,
    }

"""What waits for whoever looks, as the bell draws it. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from social_listener.dashboard import words
from social_listener.desk_types.team import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from social_listener.dashboard.component import Json
    from social_listener.desk_types.team import Notification, Notifications

#: kind → what happened, its icon
_TOLD: Mapping[Kind, tuple[str, str]] = {
    Kind.MENTION: ("{by} named you in a note", "note"),
    Kind.ASSIGNED: ("{by} gave you a conversation", "person"),
    Kind.PROPOSED: ("{by} waits for approval of a reply", "check"),
    Kind.APPROVED: ("{by} approved your reply", "check"),
    Kind.REFUSED: ("{by} refused your reply; its text is in the composer", "back"),
    Kind.CLOSING: ("The time to answer ends soon, and a reply waits for approval", "clock"),
    Kind.LAPSED: ("The time to answer ended before your reply was approved; its text is in the composer", "clock"),
    Kind.HANDED_BACK: ("A conversation of yours went back to the queue", "back"),
    Kind.ESCALATION: ("A promised time ends soon, or has passed", "warn"),
    Kind.SPIKE: ("Customers write far more than usual", "warn"),
}
#: of an escalation: what is promised and how it stands
_PROMISED: Mapping[str, str] = {
    "answer soon": "An answer is due soon",
    "answer late": "An answer is late",
    "resolution soon": "A resolution is due soon",
    "resolution late": "A resolution is late",
}
_ABOUT_PROPOSAL = frozenset({Kind.PROPOSED, Kind.APPROVED, Kind.REFUSED, Kind.CLOSING, Kind.LAPSED})


def bell(waiting: Notifications | None, now: datetime) -> Json:
    """Return the count of what was not read, and the list; None: it could not be read."""
    return {
        "unread": waiting.unread if waiting else 0,
        "lines": [_line(line) for line in waiting.lines] if waiting else [],
        "problem": None if waiting else "This could not be read just now; it is tried again by itself.",
        "now": words.iso(now),
    }


def _line(line: Notification) -> Json:
    told, icon = _TOLD[line.kind]
    if line.kind is Kind.ASSIGNED and (line.about or "").isdecimal():
        told = f"{{by}} gave you {int(line.about or 0):,} conversations; the first"
    contact, excerpt = line.contact, line.excerpt
    if line.kind is Kind.SPIKE and excerpt:
        told, contact, excerpt = excerpt.replace("{", "{{").replace("}", "}}"), "", ""
    return {
        "id": line.id,
        "conversation": line.conversation_id,
        "at_line": place(line),
        "spike": line.about if line.kind is Kind.SPIKE else None,
        "words": _PROMISED.get(line.about or "", told).format(by=line.by),
        "icon": icon,
        "contact": contact,
        "excerpt": excerpt,
        "at": words.iso(line.created_at),
        "unread": line.read_at is None,
    }


def place(line: Notification) -> str:
    """Return the key of the line of the conversation that it is about; "": of none in particular."""
    if line.about is None or line.kind in {Kind.ESCALATION, Kind.ASSIGNED, Kind.SPIKE}:
        return ""
    return f"proposal {line.about}" if line.kind in _ABOUT_PROPOSAL else f"note {line.about}"

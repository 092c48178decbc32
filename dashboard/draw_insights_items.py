"""The list of items behind a number, as its component draws it. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from social_listener.dashboard import words

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from social_listener.dashboard.component import Json
    from social_listener.dashboard.insights_look import Opened
    from social_listener.desk_types.insights import ItemLine


def listed(opened: Opened, zone: ZoneInfo) -> Json:
    """Return a list as far as it was read."""
    since, until = (one.astimezone(zone) for one in (opened.look.wanted.since, opened.look.wanted.until))
    answered = ", answered" if opened.look.answered else ""
    count = f"{words.count(opened.total, 'item')}{answered}"
    if opened.as_of is None:
        count = "Items"  # how many there are could not be read
    return {
        "told": f"{count}, said from {since:%-d %b %Y, %H:%M} to {until:%-d %b %Y, %H:%M} ({zone.key})",
        "asOf": f"As of {opened.as_of.astimezone(zone):%-d %b %Y, %H:%M:%S}" if opened.as_of else "",
        "differs": _differs(opened),
        "lines": [_line(one, zone) for one in opened.lines],
        "left": max(0, opened.total - len(opened.lines)) if opened.next else 0,
        "problem": opened.problem,
    }


def _differs(opened: Opened) -> str:
    """Return what to say when there are more or fewer items now than when the number was shown."""
    shown = opened.look.count
    if not shown or not opened.as_of or shown == opened.total:
        return ""
    return f"The page showed {shown:,}, as it was read earlier: items came, were deleted or changed since."


def _line(one: ItemLine, zone: ZoneInfo) -> Json:
    mood, tone = words.MOODS.get(one.sentiment_label, words.MOODS["none"])
    reach = "" if one.reach is None else words.count(one.reach, "follower")
    return {
        "id": one.id,
        "author": one.author,
        "channel": words.channel(one.channel),
        "private": one.private,
        "text": one.text,
        "when": f"{one.sent_at.astimezone(zone):%-d %b %Y, %H:%M}",
        "mood": mood,
        "tone": tone,
        "language": words.tongue(one.language, one.text),
        "reach": reach,
        "answered": "Answered" if one.answered_at else "",
        "at": f"/?{urlencode({'c': one.conversation_id})}",
    }

"""What is due, as the components draw it: moments, from which the page's scripts count down by themselves. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from social_listener.dashboard import words
from social_listener.levels import Due

if TYPE_CHECKING:
    from social_listener.dashboard.component import Json
    from social_listener.desk_types import ConversationView
    from social_listener.desk_types.levels import DueLine, EscalationLine

_WHAT = {Due.ANSWER: "Answer", Due.RESOLUTION: "Resolution"}


def due(line: DueLine | None) -> Json | None:
    """Return what a countdown needs; None: nothing is due."""
    if line is None:
        return None
    return {
        "what": _WHAT[line.what],
        "at": words.iso(line.at),
        "since": words.iso(line.since),
        "seen": words.iso(line.seen_at),
    }


def level(view: ConversationView) -> Json:
    """Return the card on what is promised in a conversation, and who was told."""
    promise = ""
    if view.due is not None:
        done = "An answer is" if view.due.what is Due.ANSWER else "A resolution is"
        hours = " of opening time" if view.due.target < view.due.at - view.due.since else ""
        promise = f"{done} promised within {words.lasting(view.due.target)}{hours}."
    return {
        "due": due(view.due),
        "promise": promise,
        "told": [{"text": told(line), "at": words.iso(line.told_at)} for line in view.escalations],
    }


def told(line: EscalationLine) -> str:
    """Return who was told of what."""
    what = "an answer" if line.what is Due.ANSWER else "resolving it"
    when = "was due soon" if line.step == "soon" else "was late"
    return f"{_names(line.told)} told that {what} {when}"


def _names(names: tuple[str, ...]) -> str:
    if len(names) < 2:
        was = "were" if names == ("you",) else "was"  # signed in under that very name
        return f"{names[0]} {was}" if names else "Nobody was"
    if len(names) > 3:
        return f"{names[0]}, {names[1]} and {len(names) - 2} others were"
    return f"{', '.join(names[:-1])} and {names[-1]} were"

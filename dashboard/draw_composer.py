"""The composer as it is drawn: who will read what is written, what is allowed, and the drafts. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from social_listener.dashboard import words
from social_listener.desk_types.opened import LINK
from social_listener.model import ReplyState

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from social_listener.dashboard.component import Json
    from social_listener.desk_types import ConversationView, Draft
    from social_listener.model import Allowed, TextLength

PUBLIC, PRIVATE, NOTE = "public", "private", "note"
MODES = (PUBLIC, PRIVATE, NOTE)

#: how many of the last items are compared
_LAST = 12
_UNDER_WAY = frozenset({ReplyState.QUEUED, ReplyState.SENDING, ReplyState.IN_DOUBT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of the last text that was handed over; `at` tells two outcomes of the same text apart."""

    nonce: str
    at: str
    mode: str
    refused: str | None = None  #: None: it went into the outbox
    conflict: bool = False  #: refused only because something was said meanwhile


def composer(
    view: ConversationView,
    drafts: Mapping[str, Draft],
    lengths: Mapping[str, TextLength],
    staff: str,
    outcome: Outcome | None,
    *,
    sends: bool = True,
    colleagues: Sequence[str] = (),
    links: Mapping[str, int] | None = None,
    pictures: Mapping[str, Json] | None = None,
    read_at: tuple[str, int] = ("", 0),
) -> Json:
    """Return everything the composer needs for this conversation.

    `sends`: what is written leaves without approval; `colleagues`: who can be named in a note; `links`: how long LINK
    is here, by mode; `pictures`: what goes along, by mode; `read_at`: which run of the service read it, after how many
    commits.
    """
    allowed = {one.verb: one for one in view.allowed}
    public, private = allowed.get("reply_public"), allowed.get("reply_private")
    modes = []
    if not view.private:
        modes.append(_mode(PUBLIC, view, public, drafts, lengths))
    if view.private or private is not None:
        modes.append(_mode(PRIVATE, view, private, drafts, lengths))
    if not sends:
        modes = [mode | {"button": "Send for approval"} for mode in modes]
    modes.append(_note(drafts))
    for mode in modes:
        mode["pictures"] = (pictures or {}).get(str(mode["mode"]))
        mode["links"] = link_hint((links or {}).get(str(mode["mode"])))
    return {
        "id": view.conversation_id,
        "boot": read_at[0],
        "commits": read_at[1],
        "account": view.account_id,
        "item": view.focus_id,
        "staff": staff,
        "approval": not sends,
        "mayAsk": sends and bool(colleagues),
        "colleagues": list(colleagues),
        "version": view.version,
        "language": _language(view),
        "modes": modes,
        "mode": default_mode(modes),
        "refused": refusals(view, public, private),
        "said": said(view),
        "done": None if outcome is None or outcome.refused else {"nonce": outcome.nonce, "at": outcome.at},
        "refusal": None
        if outcome is None or not outcome.refused
        else {
            "nonce": outcome.nonce,
            "at": outcome.at,
            "mode": outcome.mode,
            "words": outcome.refused,
            "conflict": outcome.conflict,
        },
    }


def link_hint(used: int | None) -> str:
    """Return how links count, where that is not by their characters; `used` is what LINK counts."""
    return f"A link counts {used} characters, however long it is." if used is not None and used < len(LINK) else ""


def _language(view: ConversationView) -> str | None:
    """Return the language of the item that is answered, for the browser's spelling; None: it could not be told."""
    return next((line.language for line in view.items if line.item.id == view.focus_id), None)


def said(view: ConversationView) -> list[Json]:
    """Return the last things said, replies under way included: news among them is shown before a text is sent."""
    lines: list[Json] = [
        {
            "id": line.item.id,
            "ours": line.item.outbound,
            "name": line.author.name or line.author.handle if line.author else view.account_name,
            "text": line.item.text,
        }
        for line in view.items[-_LAST:]
    ]
    under_way = [reply for reply in view.replies if reply.state in _UNDER_WAY]
    return lines + [
        {"id": f"reply {reply.id}", "ours": True, "name": reply.author, "text": reply.text or words.WORDLESS}
        for reply in under_way
    ]


def default_mode(modes: Sequence[Json]) -> str:
    """Return the mode to begin with: the one that holds a draft, else the first that is allowed."""
    usable = [mode for mode in modes if mode["ok"]]
    drafted = [mode for mode in usable if mode["text"]]
    return str((drafted or usable)[0]["mode"])


def refusals(view: ConversationView, public: Allowed | None, private: Allowed | None) -> list[str]:
    """Return in words what cannot be done here, and by which rule."""
    lines = []
    if view.private:
        lines.append("A private message is never answered in public.")
    elif public is not None and not public.ok:
        lines.append(f"No public reply: {words.sentence(public.because)}")
    if private is not None and not private.ok:
        lines.append(f"No private reply: {words.sentence(private.because)}")
    return lines


def _mode(
    mode: str,
    view: ConversationView,
    allowed: Allowed | None,
    drafts: Mapping[str, Draft],
    lengths: Mapping[str, TextLength],
) -> Json:
    contact = view.contact.contact if view.contact else None
    who = (f"@{contact.handle}" if contact.handle else contact.name) if contact else "the customer"
    name = contact.name or who if contact else who
    reader = name if name == who else f"{name} ({who})"
    public = mode == PUBLIC
    channel = words.channel(view.channel)
    return {
        "mode": mode,
        "label": "Public reply" if public else "Private message",
        "icon": "globe" if public else "lock",
        "ok": allowed is not None and allowed.ok,
        "reader": f"Everybody on {channel} can read this. It is posted by {view.account_name}, in answer to {who}."
        if public
        else f"Only {reader} can read this. It comes from {view.account_name}.",
        "placeholder": f"Answer {who} in public …" if public else f"Write to {who} privately …",
        "button": "Post in public" if public else "Send privately",
        "because": words.sentence(allowed.because) if allowed else "",
        "until": words.iso(allowed.until) if allowed and allowed.ok else None,
        "text": drafts[mode].text,
        "nonce": drafts[mode].nonce,
        "used": lengths[mode].used,
        "limit": lengths[mode].limit,
    }


def _note(drafts: Mapping[str, Draft]) -> Json:
    return {
        "mode": NOTE,
        "label": "Note",
        "icon": "note",
        "ok": True,
        "reader": "Only your team can read this. It is never sent.",
        "placeholder": "Write a note for your team …",
        "button": "Save note",
        "because": "",
        "until": None,
        "text": drafts[NOTE].text,
        "nonce": drafts[NOTE].nonce,
        "used": len(drafts[NOTE].text),
        "limit": None,
    }

"""The lines of a conversation: what was said, notes, and replies on their way, in order of time. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from social_listener.dashboard import draw_proposal, words
from social_listener.dashboard.frames import plain
from social_listener.model import ReplyState, SentimentLabel
from social_listener.rights import SYSTEM

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from social_listener.dashboard.component import Json
    from social_listener.dashboard.draw_proposal import Eyes
    from social_listener.dashboard.frames import Frames
    from social_listener.desk_types import ConversationView, LinkLine, NoteLine, ReplyLine, ThreadItem
    from social_listener.model import Allowed

#: verb → how the button says it, its icon
VERBS: Mapping[str, tuple[str, str]] = {
    "like": ("Like", "heart"),
    "unlike": ("Take the like back", "heart"),
    "hide": ("Hide", "eye"),
    "unhide": ("Show again", "eye"),
    "edit": ("Change our words", "note"),
    "delete": ("Delete our post", "warn"),
}

#: offered in the menu only
_RARE = frozenset({"delete", "edit"})

_TODO: Mapping[ReplyState, str] = {
    ReplyState.REJECTED: "Its text is back in the composer: change it and send again, or drop it.",
    ReplyState.EXPIRED: "It waited too long to be sent unasked. Its text is back in the composer: is it still right?",
    ReplyState.IN_DOUBT: (
        "The platform did not tell whether it was posted. It is being looked for; it is never sent again by itself."
    ),
}

_LOOK = (
    "It was not found, or could not be looked for. Look on the platform, then decide: it is never sent again by itself."
)

#: sent ones are items by now; the text of one that was taken back stands in the composer
_SETTLED = frozenset({ReplyState.SENT, ReplyState.CANCELLED})

_TONES: Mapping[ReplyState, str] = {
    ReplyState.QUEUED: "going",
    ReplyState.SENDING: "going",
    ReplyState.IN_DOUBT: "going doubt",
    ReplyState.REJECTED: "going bad",
    ReplyState.EXPIRED: "going bad",
}


def merged(
    view: ConversationView,
    menu: tuple[str, Sequence[Allowed]] | None,
    eyes: Eyes = draw_proposal.NOBODY,
    frames: Frames | None = None,
) -> list[Json]:
    """Return the context first, then items, notes, proposals and replies by time."""
    lines: list[tuple[datetime, Json]] = [
        (line.item.sent_at, item(line, view, menu, frames=frames)) for line in view.items
    ]
    lines += [(note.created_at, _note(note)) for note in view.notes]
    lines += [(link.made_at, _link(link)) for link in view.links]
    lines += draw_proposal.lines(view, eyes)
    approved = draw_proposal.approvers(view)
    lines += [
        (reply.created_at, _reply(reply) | {"words": approved.get(reply.id, "")})
        for reply in view.replies
        if reply.state not in _SETTLED
    ]
    lines.sort(key=lambda pair: pair[0])
    return [item(line, view, menu, context=True, frames=frames) for line in view.context] + [line for _, line in lines]


def item(
    line: ThreadItem,
    view: ConversationView,
    menu: tuple[str, Sequence[Allowed]] | None,
    *,
    context: bool = False,
    frames: Frames | None = None,
) -> Json:
    """Return one thing that was said."""
    said = line.item
    focus = said.id == view.focus_id and not said.outbound
    tone = ["context" if context else "ours" if said.outbound else "theirs"]
    if said.private:
        tone.append("private")
    if focus:
        tone.append("focus")
    name, handle = _author(line, view)
    return {
        "key": said.id,
        "type": "item",
        "item": said.id,
        "tone": " ".join(tone),
        "name": name,
        "handle": handle,
        "words": "",
        "at": words.iso(said.sent_at),
        "text": said.text,
        "deleted": _tombstone(line),
        "attachments": frames.of(said) if frames else [plain(one) for one in said.attachments],
        "marks": _marks(line, context=context, focus=focus, alone=len(view.items) == 1),
        "versions": [{"text": version.text, "at": words.iso(version.seen_at)} for version in line.versions],
        "canFocus": not (context or focus or said.outbound or line.deleted_at),
        "canMenu": line.deleted_at is None,
        "verbs": [verb(one) for one in _fitting(line, view.allowed) if one.verb not in _RARE and one.ok]
        if focus and line.deleted_at is None
        else [],
        "menu": [verb(one) for one in _fitting(line, menu[1])] if menu and menu[0] == said.id else None,
        "url": said.url if line.deleted_at is None else None,
        "channel": words.channel(said.channel),
    }


def correctable(view: ConversationView | None) -> str:
    """Return the item whose sentiment and priority are explained, for who wants to correct them; "": there is none."""
    line = next((line for line in view.items if line.item.id == view.focus_id), None) if view else None
    if line is None or line.item.outbound or line.deleted_at is not None or line.sentiment_label is None:
        return ""
    return line.item.id


def _fitting(line: ThreadItem, rules: Sequence[Allowed]) -> list[Allowed]:
    """Return what makes sense for an item as it is: what is liked can be unliked, what is hidden can be shown."""
    pointless = {"like" if line.liked_by_us else "unlike", "hide" if line.item.hidden else "unhide"}
    return [one for one in rules if one.verb in VERBS and one.verb not in pointless]


def verb(one: Allowed) -> Json:
    """Return one thing that may be done to an item, or why it may not."""
    label, icon = VERBS[one.verb]
    return {"verb": one.verb, "label": label, "icon": icon, "ok": one.ok, "because": words.sentence(one.because)}


def _author(line: ThreadItem, view: ConversationView) -> tuple[str, str]:
    if line.author is not None:
        return line.author.name or line.author.handle or "Unknown", line.author.handle
    return (view.account_name, "") if line.item.outbound else ("Somebody", "")


def _tombstone(line: ThreadItem) -> str | None:
    """Return what stands in place of a deleted item's words; None when it is there."""
    if line.deleted_at is None:
        return None
    who = "We" if line.item.outbound else "They"
    return f"{who} deleted this on the platform; its words were removed here too."


def _marks(line: ThreadItem, *, context: bool, focus: bool, alone: bool) -> list[Json]:
    marks: list[Json] = []
    said = line.item
    if context:
        marks.append({"text": "What it hangs on", "tone": ""})
    if focus and not alone:
        marks.append({"text": "Your answer goes to this one", "tone": "accent", "icon": "reply"})
    if said.hidden:
        marks.append({"text": "Hidden on the platform", "tone": "amber", "icon": "eye"})
    if line.liked_by_us:
        marks.append({"text": "Liked by us", "tone": "", "icon": "heart"})
    if line.sentiment_label in {SentimentLabel.NEGATIVE, SentimentLabel.POSITIVE}:
        label, tone = words.SENTIMENTS[line.sentiment_label]
        marks.append({"text": label, "tone": tone, "title": line.sentiment_reason})
    if not said.outbound and (tongue := words.tongue(line.language, said.text)):
        marks.append({"text": tongue, "tone": ""})
    if not said.outbound and not context and line.answered_at is not None:
        marks.append({"text": "Answered", "tone": "green", "icon": "check"})
    return marks


def _note(note: NoteLine) -> Json:
    return {
        "key": f"note {note.id}",
        "type": "note",
        "tone": "note",
        "name": "By itself" if note.staff == SYSTEM else note.staff,
        "handle": "",
        "words": "Note – only your team sees this",
        "at": words.iso(note.created_at),
        "text": note.text,
    }


def _link(link: LinkLine) -> Json:
    """Return that the conversation goes on in another one; a direct one opens once the customer has written in it."""
    told = "Continued in private" if link.private else "Began with a public comment"
    return {
        "key": f"link {link.conversation_id} {link.item_id}",
        "type": "link",
        "tone": "link private" if link.private else "link",
        "icon": "lock" if link.private else "globe",
        "words": told if link.known or not link.private else f"{told}; they have not written there yet",
        "at": words.iso(link.made_at),
        "text": link.excerpt,
        "go": link.conversation_id if link.known else None,
        "label": "Open the private conversation" if link.private else "Open the public conversation",
    }


_NOT_GONE = frozenset({ReplyState.REJECTED, ReplyState.CANCELLED, ReplyState.EXPIRED})


def _reply(reply: ReplyLine) -> Json:
    """Return a reply that is on its way or did not go."""
    queued = reply.state is ReplyState.QUEUED
    undoable = queued and reply.attempts == 0
    return {
        "key": f"reply {reply.id}",
        "type": "reply",
        "tone": _TONES.get(reply.state, "going") + (" private" if reply.private else ""),
        "intent": reply.id,
        "name": reply.author,
        "handle": "",
        "words": "",
        "at": words.iso(reply.created_at),
        "text": reply.text or words.WORDLESS,
        "state": _state(reply),
        "undo": undoable,
        "alone": queued and reply.after in _NOT_GONE,
        "until": words.iso(reply.not_before) if undoable and not reply.reason else None,
        "reason": words.sentence(reply.reason or ""),
        "todo": _LOOK if reply.asks_for_a_person else _TODO.get(reply.state, ""),
        "health": reply.asks_for_a_person,
    }


def _state(reply: ReplyLine) -> str:
    """Return in words where a reply stands; the page adds the seconds that are left to take it back."""
    where = "Private reply" if reply.private else "Public reply"
    if reply.state is ReplyState.QUEUED and not reply.reason:
        return f"{where} goes out"
    told = words.REPLY_STATES[reply.state]
    return f"{where}{' ' if ':' in told else ': '}{told[0].lower()}{told[1:]}"

"""Replies that wait for approval, as lines of a conversation. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from social_listener.dashboard import words
from social_listener.desk_types.team import ProposalState

if TYPE_CHECKING:
    from datetime import datetime

    from social_listener.dashboard.component import Json
    from social_listener.desk_types import ConversationView
    from social_listener.desk_types.team import Proposal


@dataclass(frozen=True, slots=True, kw_only=True)
class Eyes:
    """Who looks, and what they may decide."""

    staff: str = ""
    approves: bool = False


NOBODY = Eyes()


def lines(view: ConversationView, eyes: Eyes) -> list[tuple[datetime, Json]]:
    """Return the proposals of a conversation that did not become replies, with the times that they are sorted by."""
    return [(one.created_at, line(one, eyes)) for one in view.proposals if one.state is not ProposalState.APPROVED]


def approvers(view: ConversationView) -> dict[str | None, str]:
    """Return who approved each reply that was proposed first, by the reply's id."""
    return {one.reply_id: f"approved by {one.decided_by}" for one in view.proposals if one.reply_id}


def line(one: Proposal, eyes: Eyes) -> Json:
    """Return one proposal: its words, where it stands, and what whoever looks can do about it."""
    waits = one.state is ProposalState.WAITING
    mine = one.author == eyes.staff
    return {
        "key": f"proposal {one.id}",
        "type": "proposal",
        "tone": "proposal" + ("" if waits else " over") + (" private" if one.private else ""),
        "proposal": one.id,
        "version": one.version,
        "name": one.author,
        "handle": "",
        "words": "",
        "at": words.iso(one.created_at),
        "text": one.text,
        "state": _state(one),
        "until": words.iso(one.until) if waits else None,
        "stale": "Something was said since this was written: read it before you decide." if one.stale else "",
        "reason": words.sentence(one.reason or ""),
        "todo": _todo(one, mine=mine),
        "acts": _acts(mine=mine, approves=eyes.approves) if waits else [],
    }


def _state(one: Proposal) -> str:
    where = "Private reply" if one.private else "Public reply"
    if one.state is ProposalState.WAITING:
        return f"{where} waits for approval; nothing was sent"
    if one.state is ProposalState.REFUSED:
        return f"{where} refused by {one.decided_by}"
    return f"{where} not sent: nobody approved it in time"


def _todo(one: Proposal, *, mine: bool) -> str:
    if one.state is ProposalState.WAITING or not mine:
        return ""
    return "Its text is back in the composer."


def _acts(*, mine: bool, approves: bool) -> list[Json]:
    if mine:
        return [
            _act("revise", "Change", "Shift Y", "Y"),
            _act("withdraw", "Withdraw and change", "D", "d"),
        ]
    if not approves:
        return []
    return [
        _act("approve", "Approve", "Y", "y"),
        _act("reword", "Change and approve", "Shift Y", "Y"),
        _act("refuse", "Refuse", "D", "d"),
    ]


def _act(do: str, label: str, key: str, press: str) -> Json:
    """Return one button; `key`: its key as people read it, `press`: as a browser tells it."""
    return {"do": do, "label": label, "strong": do == "approve", "key": key, "press": press}

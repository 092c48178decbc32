"""Many conversations at once: asked about with their number, then changed by a thread while the page goes on."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from social_listener.dashboard import session, state
from social_listener.dashboard.inbox_actions import SNOOZES
from social_listener.desk.bulk import Change, Deed
from social_listener.desk_types.contacts import Likeness
from social_listener.errors import DeskError
from social_listener.model import Contact

log = logging.getLogger(__name__)

#: a selection of single rows is no longer than what was shown; more is "all of this view"
_MOST_ROWS = 10_000


def ask(wish: Mapping[str, Any]) -> str:
    """Count what a change is about; the bench shows the number and asks."""
    try:
        deed = Deed(str(wish.get("deed")))
    except ValueError:
        return ""
    until = moment(wish) if deed is Deed.SNOOZE else end_of_mute(wish) if deed is Deed.MUTE else None
    value = wish.get("value")
    change = Change(deed=deed, value=str(value) if value else None, until=until)
    rows = wish.get("ids")
    ids = [str(one) for one in rows[:_MOST_ROWS]] if isinstance(rows, list) else []
    wanted = session.inbox().wanted if wish.get("all") else None
    prepared = state.desk().bulk.prepare(change, state.staff(), ids=ids, wanted=wanted)
    if not prepared.total:
        raise DeskError("there is nothing left to change: look at the list again")
    session.inbox().prepared = prepared
    return ""


def go(_: Mapping[str, Any]) -> str:
    """Begin what was asked about; how far it has come is in the store, so that every page of theirs tells it."""
    now = session.inbox()
    prepared, now.prepared = now.prepared, None
    if prepared is None:
        return ""
    desk = state.desk()
    run_id = desk.bulk.begin(prepared)
    threading.Thread(target=_work, args=(run_id,), name=f"bulk {run_id}", daemon=True).start()
    return ""


def _work(run_id: str) -> None:
    try:
        state.desk().bulk.work(run_id)
    except Exception:
        # What was done is written with its undo; the page tells that the rest was cut off.
        log.exception("dashboard: a change of many conversations was cut off")


def stay(_: Mapping[str, Any]) -> str:
    """Change nothing."""
    session.inbox().prepared = None
    return ""


def moment(wish: Mapping[str, Any]) -> datetime | None:
    """Return until when to snooze: a preset, or a date and time by the reader's own clock; `DeskError` for neither."""
    zone = state.zone()
    choice = str(wish.get("choice") or "")
    if choice in SNOOZES:
        return SNOOZES[choice](state.service().clock().astimezone(zone))
    try:
        return datetime.fromisoformat(str(wish.get("local"))).replace(tzinfo=zone)
    except ValueError:
        raise DeskError("say a date and a time until which it is snoozed") from None


def told(wish: Mapping[str, Any]) -> str:
    """Return how long something is snoozed, in words."""
    choice = str(wish.get("choice") or "")
    if choice in SNOOZES:
        return f"Snoozed {choice[0].lower()}{choice[1:]}, or until they write"
    until = datetime.fromisoformat(str(wish.get("local")))
    return f"Snoozed until {until:%d %b %Y, %H:%M}, or until they write"


def end_of_mute(wish: Mapping[str, Any]) -> datetime | None:
    """Return until when to mute; None: until it is taken back."""
    days = wish.get("days")
    if not isinstance(days, int) or not 1 <= days <= 3650:
        return None
    return state.service().clock() + timedelta(days=days)


def member(contact: Contact) -> Likeness:
    """Return a contact that staff said is the same customer."""
    return Likeness(contact=contact, why="", together=True)

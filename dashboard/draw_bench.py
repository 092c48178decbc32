"""The bench as its component draws it: pure functions from what the desk tells to JSON."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from social_listener.dashboard import words
from social_listener.dashboard.bench_data import MACRO
from social_listener.dashboard.draw_thread import correctable
from social_listener.desk_types import QueueFilter, View
from social_listener.desk_types.organising import COLOURS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from social_listener.dashboard.bench_data import Bench
    from social_listener.dashboard.component import Json
    from social_listener.dashboard.session import Inbox
    from social_listener.desk.bulk import Prepared
    from social_listener.desk_types import ContactCard
    from social_listener.desk_types.contacts import Likeness
    from social_listener.desk_types.organising import BulkRun, Label, SavedView, UndoOffer

#: what stands before a channel's name, a label's or a team's id where views are named
CHANNEL, LABEL, TEAM = "channel:", "label:", "team:"

_DEEDS = {
    "assign": "Assign",
    "label": "Label",
    "unlabel": "Take the label off",
    "snooze": "Snooze",
    "resolve": "Resolve",
    "reopen": "Reopen",
    "mute": "Mute the contacts of",
    "spam": "Call spam the contacts of",
}


def bench(
    now: Inbox,
    *,
    me: str,
    snoozes: Sequence[str],
    time: datetime,
    channels: Sequence[str] = (),
) -> Json:
    """Return what the bench needs: of the open conversation, of labels and views, of what runs and can be undone.

    `channels`: those of the accounts that who is looking has access to.
    """
    view, shown = now.view, now.bench
    card = view.contact if view else None
    return {
        "conversation": view.conversation_id if view else "",
        "item": correctable(view),
        "name": card.contact.name or card.contact.handle if card else "",
        "worn": [one.id for one in view.labels] if view else [],
        "labels": [{**label(one), "archived": one.archived, "version": one.version} for one in shown.labels],
        "colours": COLOURS,
        "views": [*_views(shown.views), *open_views(shown, channels)],
        "staff": list(shown.staff),
        "me": me,
        "snoozes": list(snoozes),
        "silence": silence(card),
        "alike": [_alike(one) for one in now.alike],
        "alikeFor": now.alike_for,
        "takers": None if now.takers is None else list(now.takers),
        "confirm": _confirm(now.prepared),
        "run": _run(shown.run),
        "undo": None if _told_above(now) else _offer(shown.offer),
        "now": words.iso(time),
    }


def label(one: Label) -> Json:
    """Return a label."""
    return {"id": one.id, "name": one.name, "colour": one.colour, "hex": COLOURS.get(one.colour, COLOURS["grey"])}


def worn(labels: Sequence[Label]) -> list[Json]:
    """Return the labels of a conversation as chips."""
    return [label(one) for one in labels]


def _views(saved: Sequence[SavedView]) -> list[Json]:
    fixed: list[Json] = [{"id": view.value, "name": name} for view, (name, _) in words.VIEWS.items()]
    kept: list[Json] = [
        {"id": f"saved:{one.id}", "key": one.id, "name": one.name, "shared": one.owner is None, "version": one.version}
        for one in saved
    ]
    return fixed + kept


def open_views(shown: Bench, channels: Sequence[str]) -> list[Json]:
    """Return what is open by channel, when there are several, by label in use and by team, with its count."""
    counts = shown.open
    return [
        *(
            _open_view(f"{CHANNEL}{one}", words.channel(one), counts.channels.get(one, 0))
            for one in channels
            if len(channels) > 1
        ),
        *(
            _open_view(f"{LABEL}{one.id}", one.name, counts.labels[one.id]) | {"hex": label(one)["hex"]}
            for one in shown.labels
            if one.id in counts.labels
        ),
        *(_open_view(f"{TEAM}{one.id}", f"Team {one.name}", counts.teams.get(one.id, 0)) for one in shown.teams),
    ]


def _open_view(key: str, name: str, count: int) -> Json:
    return {"id": key, "name": name, "count": f"{count:,}"}


def open_filter(name: str) -> QueueFilter | None:
    """Return what a view by channel, label or team shows; None: it is none of these."""
    fields = {CHANNEL: "channel", LABEL: "label", TEAM: "team_id"}
    for start, field in fields.items():
        if name.startswith(start) and name != start:
            return replace(QueueFilter(view=View.OPEN), **{field: name.removeprefix(start)})  # type: ignore[arg-type]  # all of them are text
    return None


def silence(card: ContactCard | None) -> str | None:
    """Return in words that a contact is muted; None: they are not."""
    if card is None or card.silence is None:
        return None
    until = f" until {card.silence.until:%d %b %Y}" if card.silence.until else ""
    return f"{card.silence.kind.value}{until}, by {card.silence.staff}"


def _alike(one: Likeness) -> Json:
    contact = one.contact
    return {
        "id": contact.id,
        "name": contact.name or contact.handle or "Unknown",
        "handle": contact.handle,
        "channel": words.channel(contact.channel),
        "why": one.why,
        "together": one.together,
    }


def _confirm(prepared: Prepared | None) -> Json | None:
    """Return the question before many are changed: the count first."""
    if prepared is None:
        return None
    deed = _DEEDS[prepared.change.deed.value]
    what = words.count(prepared.total, "conversation")
    more = f" ({prepared.done})" if prepared.change.deed.value in {"assign", "label", "unlabel"} else ""
    return {
        "words": f"{deed} {what}{more}?",
        "button": f"{deed.split()[0]} {prepared.total:,}",
        "total": prepared.total,
    }


def _run(run: BulkRun | None) -> Json | None:
    if run is None:
        return None
    ended = run.ended_at is not None
    told = f"{run.words}: {run.done:,} of {words.count(run.total, 'conversation')}"
    if ended:
        told = f"{run.words}: {run.changed:,} changed, {words.count(run.failed, 'was', 'were')} left as they were"
    if run.cut_off:
        told = f"{run.words}: cut off after {run.done:,} of {run.total:,} by a restart"
    return {
        "id": run.id,
        "words": told,
        "done": run.done,
        "total": run.total,
        "ended": ended,
        "telling": bool(run.failed or run.cut_off),
        "failures": [[one.name or one.id, words.sentence(one.why)] for one in run.failures[:50]],
    }


def _told_above(now: Inbox) -> bool:
    """Return whether what was done last is a macro whose own message, with its own button, is still shown."""
    offer = now.bench.offer
    return now.macro is not None and offer is not None and offer.id == MACRO + now.macro.id


def _offer(offer: UndoOffer | None) -> Json | None:
    if offer is None:
        return None
    about = f" · {offer.about}" if offer.about else ""
    return {"id": offer.id, "words": f"{offer.words}{about}", "at": words.iso(offer.done_at)}

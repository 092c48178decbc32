"""The bench as its component draws it: pure functions from what the desk tells to JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from social_listener.dashboard import words
from social_listener.desk_types.organising import COLOURS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from social_listener.dashboard.bench_data import Bench
    from social_listener.dashboard.component import Json
    from social_listener.desk_types import ConversationView
    from social_listener.desk_types.organising import Label, UndoOffer


def bench(shown: Bench, view: ConversationView | None, now: datetime) -> Json:
    """Return what the bench needs of the open conversation, of labels, and of what can be taken back."""
    contact = view.contact.contact if view and view.contact else None
    return {
        "conversation": view.conversation_id if view else "",
        "name": contact.name or contact.handle if contact else "",
        "worn": [label.id for label in view.labels] if view else [],
        "labels": [{**label(one), "archived": one.archived, "version": one.version} for one in shown.labels],
        "colours": COLOURS,
        "undo": _offer(shown.offer),
        "now": words.iso(now),
    }


def label(one: Label) -> Json:
    """Return a label."""
    return {"id": one.id, "name": one.name, "colour": one.colour, "hex": COLOURS.get(one.colour, COLOURS["grey"])}


def worn(labels: Sequence[Label]) -> list[Json]:
    """Return the labels of a conversation as chips."""
    return [label(one) for one in labels]


def _offer(offer: UndoOffer | None) -> Json | None:
    if offer is None:
        return None
    about = f" · {offer.about}" if offer.about else ""
    return {"id": offer.id, "words": f"{offer.words}{about}", "at": words.iso(offer.done_at)}

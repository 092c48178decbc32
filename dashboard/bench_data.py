"""What the bench shows: labels, saved views, what runs, and what can be taken back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from social_listener.desk import Desk
    from social_listener.desk_types.organising import Label, UndoOffer


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """What was last read for the bench."""

    labels: tuple[Label, ...] = ()
    offer: UndoOffer | None = None


def read(desk: Desk, staff: str) -> Bench:
    """Return what the bench shows to somebody."""
    return Bench(labels=desk.labels.all(staff, archived=True), offer=desk.undoing.latest(staff))

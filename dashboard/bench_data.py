"""What the bench shows: labels, saved views, what is open of each kind, what runs, and what can be taken back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from social_listener.desk_types.organising import OpenCounts

if TYPE_CHECKING:
    from social_listener.desk import Desk
    from social_listener.desk_types.organising import BulkRun, Label, SavedView, UndoOffer
    from social_listener.desk_types.team import Team

#: what stands before the id of a macro's run where deeds are named
MACRO = "macro:"

_NOTHING = OpenCounts(channels={}, labels={}, teams={})


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """What was last read for the bench."""

    labels: tuple[Label, ...] = ()
    offer: UndoOffer | None = None  #: what was done last; of a macro with MACRO before its id
    views: tuple[SavedView, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)  #: saved view → conversations; absent: not counted
    run: BulkRun | None = None
    open: OpenCounts = _NOTHING
    teams: tuple[Team, ...] = ()
    staff: tuple[str, ...] = ()  #: sign-in names of all who work here


def read(desk: Desk, staff: str) -> Bench:
    """Return what the bench shows to somebody."""
    views = desk.views.all(staff)
    return Bench(
        labels=desk.labels.all(staff, archived=True),
        offer=latest(desk, staff),
        views=views,
        counts=desk.views.counts(views, staff) if views else {},
        run=desk.bulk.latest(staff),
        open=desk.views.open_counts(staff),
        teams=desk.team.teams(staff),
        staff=tuple(line.id for line in desk.people.colleagues(staff)),
    )


def renewed(bench: Bench, desk: Desk, staff: str) -> Bench:
    """Return the bench with the counts of saved views, which stand in the bar; all else may be half a minute old."""
    return replace(bench, counts=desk.views.counts(bench.views, staff)) if bench.views else bench


def latest(desk: Desk, staff: str) -> UndoOffer | None:
    """Return what somebody did last and may take back: a deed, or a macro as a whole; None: there is nothing."""
    deed, run = desk.undoing.latest(staff), desk.macros.latest(staff)
    if run is not None and (deed is None or run.done_at >= deed.done_at):
        return replace(run, id=MACRO + run.id)
    return deed

"""What the desk hands out about organising the queue: labels, saved views, what can be undone, changes of many."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from social_listener.desk_types import QueueFilter

#: colours of labels, told apart by the colour-blind too (the set of Okabe and Ito, with grey for its black)
COLOURS: Final[Mapping[str, str]] = {
    "grey": "#8a8f98",
    "blue": "#0072b2",
    "sky": "#56b4e9",
    "green": "#009e73",
    "yellow": "#f0e442",
    "orange": "#e69f00",
    "vermilion": "#d55e00",
    "purple": "#cc79a7",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A word of ours on conversations."""

    id: str
    name: str
    colour: str  #: a name in COLOURS
    archived: bool  #: not offered any more; where it was put on it stays
    version: int  #: to be handed back with every change


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoOffer:
    """What somebody did last and may take back."""

    id: str
    words: str  #: what was done: "Resolved", "Assigned to ben"
    about: str  #: the customer it concerns; "": several
    done_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """A conversation, or a contact, that was left as it is, and why."""

    id: str
    name: str  #: the customer's
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Undone:
    """What became of an undo."""

    words: str  #: of the step that was taken back
    restored: int  #: things that are again what they were
    left: tuple[Left, ...]  #: changed by somebody since, or not ours to change
    only: str | None  #: the one conversation, or contact, that it concerned; None: several
    of_conversations: bool = True  #: False: what it concerned are contacts


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedView:
    """Filter and search under a name."""

    id: str
    owner: str | None  #: None: it is everybody's
    name: str
    wanted: QueueFilter
    version: int  #: to be handed back with every change


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCounts:
    """How many open conversations there are of each kind; what has none is absent."""

    channels: Mapping[str, int]  #: by the channel's name
    labels: Mapping[str, int]  #: by the label's id
    teams: Mapping[str, int]  #: by the id of the team in whose queue they are


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkRun:
    """One change of many conversations, and how far it has come."""

    id: str
    words: str  #: what is done: "Resolved", "Assigned to ben"
    total: int
    done: int  #: looked at so far
    changed: int
    failed: int
    failures: tuple[Left, ...]  #: the first of those that failed
    started_at: datetime
    ended_at: datetime | None  #: None: under way
    cut_off: bool = False  #: a crash or a restart ended it before its time

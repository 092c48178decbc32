"""Answering well: saved replies, what they look like for one customer, and macros. Plain frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from social_listener.model import TextLength


class Fits(StrEnum):
    """What a saved reply is meant for."""

    ANY = "any"
    PUBLIC = "public"
    PRIVATE = "private"


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedText:
    """What people write of a saved reply."""

    name: str
    text: str  #: with variables: "Hello {contact.first_name|there}"
    language: str | None = None  #: ISO 639-1; None: any
    channels: tuple[str, ...] = ()  #: (): every one
    fits: Fits = Fits.ANY
    folder: str = ""
    tags: tuple[str, ...] = ()
    shared: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedReply:
    """A text with variables, kept under a name."""

    id: str
    owner: str | None  #: whose own it is; None: shared by all
    name: str
    text: str
    language: str | None
    channels: tuple[str, ...]
    fits: Fits
    folder: str
    tags: tuple[str, ...]
    version: int  #: to be handed back with every change
    archived_at: datetime | None
    updated_by: str
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedWording:
    """An earlier wording of a saved reply."""

    version: int
    name: str
    text: str
    changed_by: str
    changed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A saved reply with its variables filled in."""

    text: str
    empty: tuple[str, ...]  #: variables that have no value here and no default: nothing stands in their place
    unknown: tuple[str, ...]  #: names that are no variables: they stand there as they were written


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A saved reply as it would answer one item."""

    saved: SavedReply
    rendered: Rendered
    length: TextLength  #: of the rendered text, by the channel's rules
    speaks: bool  #: it is in the language of the item
    why: str  #: why it is suggested, in words; "": it is not


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """That a saved reply answered an item, and what that item was like."""

    saved_reply_id: str
    text: str  #: the item's; "" once it is deleted
    language: str | None
    sentiment: str | None
    edited: float  #: 0: sent as it was inserted; 1: not a word of it was left


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """How well a saved reply fits an item, by what similar items were answered with."""

    saved_reply_id: str
    points: float
    why: str  #: in words, with the count


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What came of a file of saved replies."""

    added: int
    problems: tuple[str, ...]  #: one sentence for each line that was left out


# -- macros ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class MacroStep:
    """One action of a macro."""

    kind: str  #: a name in `desk.macro_steps.STEPS`
    value: str = ""  #: a saved reply's id, who, hours or a text, by its kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Macro:
    """Several actions under one name."""

    id: str
    owner: str | None  #: whose own it is; None: shared by all
    name: str
    steps: tuple[MacroStep, ...]
    version: int  #: to be handed back with every change
    archived_at: datetime | None
    updated_by: str
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StepPlan:
    """What one step does here, or did."""

    kind: str
    words: str  #: in words: "Post in public"
    text: str  #: the very text that goes out or is kept; "": none
    problem: str | None  #: why it is not possible, in words; None: it is


@dataclass(frozen=True, slots=True, kw_only=True)
class MacroPlan:
    """Exactly what a macro would do to one conversation now."""

    macro: Macro
    steps: tuple[StepPlan, ...]

    @property
    def possible(self) -> bool:
        """Return whether anything of it can be done."""
        return any(step.problem is None for step in self.steps)


@dataclass(frozen=True, slots=True, kw_only=True)
class MacroRun:
    """What a macro did."""

    id: str
    name: str
    conversation_id: str
    steps: tuple[StepPlan, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MacroUndone:
    """What became of taking a macro back."""

    name: str
    conversation_id: str
    left: tuple[str, ...]  #: what stays as it is, each with the reason

"""What the desk hands out about contacts: silences, and which contacts are one customer."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from social_listener.model import Contact


class Silencing(StrEnum):
    """Why a contact's items raise no queue row."""

    MUTED = "muted"
    SPAM = "spam"


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """That a contact's items are stored and scored, and raise no queue row."""

    kind: Silencing
    until: datetime | None  #: None: until somebody takes it back
    staff: str  #: who said so
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """A contact who may be the same person as another one."""

    contact: Contact
    why: str  #: "the same handle"; "": found by a name that somebody typed
    together: bool  #: staff said already that they are one customer

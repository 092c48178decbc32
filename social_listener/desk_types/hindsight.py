"""Priority in hindsight: what it would do with other weights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from social_listener.levels import Band


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """An item that would have another priority."""

    item_id: str
    account_id: str
    sent_at: datetime
    before: int  #: without waiting time, as the next ones
    after: int
    band_before: Band
    band_after: Band
    waits: bool  #: nobody has answered it yet
    excerpt: str
    factors: tuple[str, ...]  #: names of the factors whose points would change


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What other weights would do with the items of some days."""

    items: int
    changed: int  #: how many would have another priority
    moves: tuple[Move, ...]  #: those that would change their band, those that change most first; then the others
    chosen: int  #: items between which staff had to choose
    agreement_before: float  #: how often priority agrees with what staff put first, with the weights that hold
    agreement_after: float  #: with the other ones; NaN where staff never had to choose

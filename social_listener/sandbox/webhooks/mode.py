"""How the platforms' pushing misbehaves, and what is not known of it and can be had either way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Mode:
    """The whole manner of pushing; what is not named is as it was at first."""

    lost: float = 0.0
    """Share of changes that nobody is told of."""
    doubled: float = 0.0
    """Share of changes that are told twice: half of them in the same bytes, the others in a delivery of their own."""
    shuffled: bool = False
    """Changes go out up to `spread` seconds of the sandbox's clock late, so that they overtake each other."""
    hold: bool = False
    """Nothing goes out until `flush`."""
    batch: int = 1
    """So many changes of one channel that wait at once go out in one delivery; X always tells one by one."""
    own: bool = True
    """Whether Meta tells of what the brand itself wrote in public (not known of the real one)."""
    top_parent: Literal["post", "absent"] = "post"
    """What `parent_id` of a top-level comment is (not known of the real one)."""
    edit_verb: Literal["edited", "edit"] = "edited"
    """Both are documented."""
    spread: float = 5.0
    patience: float = 5.0
    """So many seconds of real time an answer may take."""

    def __post_init__(self) -> None:
        """Refuse what makes no sense."""
        if not (0 <= self.lost <= 1 and 0 <= self.doubled <= 1):
            raise ValueError("lost and doubled are shares from 0 to 1")
        if not 1 <= self.batch <= 1_000:
            raise ValueError("a delivery has 1 to 1,000 changes")
        if self.spread < 0 or self.patience <= 0:
            raise ValueError("spread is a time from 0 seconds on, patience one above 0")
        if self.top_parent not in ("post", "absent") or self.edit_verb not in ("edited", "edit"):
            raise ValueError("top_parent is 'post' or 'absent', and edit_verb 'edited' or 'edit'")

"""Walks of a few steps: lists one after the other, then single nodes. Where one stands travels in its page token."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

_FORM: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """Where such a walk stands. The defaults are its beginning."""

    step: int = 0  #: which of the lists; as many as there are: all were read
    way: Mapping[str, str] = field(default_factory=dict)  #: to the next page of that list
    apart: tuple[str, ...] = ()  #: nodes that are read by themselves after the lists
    count: int = 0  #: how much was read of the first of those
    sides: Mapping[str, str] = field(default_factory=dict)  #: of those that are conversations: the person in each
    most: int | None = None  #: entries to a page of a list, where Meta gives no more at once; None: as many as usual
    refused: Mapping[str, str] = field(default_factory=dict)  #: node → why it could not be read

    def written(self) -> str:
        """Return the page token that stands for this."""
        state: dict[str, Any] = {"f": _FORM, "s": self.step, "w": self.way, "a": self.apart, "n": self.count}
        state |= {"p": self.sides, "r": self.refused, "m": self.most}
        return json.dumps({key: value for key, value in state.items() if value}, separators=(",", ":"))


def read_steps(token: str) -> Steps | None:
    """Return what a page token of ours stands for; None: it is none."""
    try:
        state = json.loads(token)
        if state["f"] != _FORM:
            return None
        return Steps(
            step=int(state.get("s", 0)),
            way=dict(state.get("w", {})),
            apart=tuple(state.get("a", ())),
            count=int(state.get("n", 0)),
            sides=dict(state.get("p", {})),
            refused=dict(state.get("r", {})),
            most=state.get("m"),
        )
    except (ValueError, TypeError, KeyError):
        return None

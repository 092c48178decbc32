"""What the Library page has open, and how its callbacks tell what went wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar, cast

import streamlit as st

from social_listener.dashboard import state, words
from social_listener.errors import ListenerError

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

NEW = "new"


@dataclass(frozen=True, slots=True)
class Shelf:
    """What is open: an id with the version that was in view, NEW, or nothing."""

    id: str | None = None
    version: int = 0
    turn: int = 0  #: rises whenever something is opened, so that fields begin anew

    def key(self, field: str) -> str:
        """Return the key of a field: of this opening alone, so that typed text is never shown under another name."""
        return f"library_{self.id}_{self.turn}_{field}"


def shelf() -> Shelf:
    """Return what is open."""
    return cast("Shelf", st.session_state.get("library_open", Shelf()))


def choose(id_: str, version: int) -> None:
    """Open something."""
    st.session_state["library_open"] = Shelf(id_, version, shelf().turn + 1)


def close() -> None:
    """Open nothing."""
    st.session_state["library_open"] = Shelf(None, 0, shelf().turn + 1)


def tried(do: Callable[[], T], told: str) -> T | None:
    """Do something at the desk; what stands against it is told, and None returned."""
    try:
        result = do()
    except ListenerError as error:
        state.flash(words.sentence(str(error)), ":material/error:")
        return None
    if told:
        state.flash(told)
    return result

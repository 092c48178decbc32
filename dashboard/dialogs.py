"""What the dialogs of all pages have in common: their foot, and how they end.

Every button is a callback. A button that is asked in the drawing whether it was pressed is never heard when the live
feed's callback, in the same run, decides that something else is drawn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import streamlit as st

from social_listener.dashboard import state, words
from social_listener.errors import ListenerError

if TYPE_CHECKING:
    from collections.abc import Callable


def foot(key: str, leave: tuple[str, Callable[[], None]], do: tuple[str, Callable[[], None]], *, ready: bool) -> None:
    """Draw what stands against it, and both buttons: name and callback of each."""
    if problem():
        st.error(state.escape_markdown(problem()))
    with st.container(horizontal=True, horizontal_alignment="right", key=f"{key}_buttons"):
        st.button(leave[0], key=f"{key}_no", on_click=leave[1])
        st.button(do[0], key=f"{key}_yes", type="primary", on_click=do[1], disabled=not ready)


def typed(key: str) -> str:
    """Return what stands in a dialog's field."""
    return cast("str", st.session_state.get(key, ""))


def succeeds(do: Callable[[], object], told: str) -> bool:
    """Do it and have it told; what stands against it is kept for the dialog, which stays with its text."""
    try:
        do()
    except ListenerError as error:
        st.session_state["dialog_problem"] = words.sentence(str(error))
        return False
    forget_problem()
    state.flash(told)
    return True


def problem() -> str:
    """Return what stood against the last attempt in the open dialog; empty: nothing."""
    return typed("dialog_problem")


def forget_problem() -> None:
    """Forget it: the dialog is closed, or another is opened."""
    st.session_state.pop("dialog_problem", None)

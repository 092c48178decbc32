"""The health page: is anything missed, and what has a person to decide?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from social_listener.dashboard import draw_health, session, state, words
from social_listener.dashboard.component import component
from social_listener.errors import DeskError, ListenerError
from social_listener.rights import Right

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from social_listener.dashboard.component import Json
    from social_listener.desk_types import HealthView

BOARD = component("health")


def show() -> None:
    """Draw the page."""
    session.leave()
    board()


@st.fragment(key="board", run_every="5s")
def board() -> None:
    """Draw everything, and look again every five seconds."""
    state.show_flash()
    view, problem = state.guarded(lambda: state.desk().health(state.staff()), None)
    kept: HealthView | None = view or st.session_state.get("health_view")
    st.session_state["health_view"] = kept
    names = {account.id: account.name for account in state.service().settings.accounts}
    nothing: Json = {"banner": None, "figures": [], "sections": []}
    data = draw_health.for_reader(
        draw_health.health(kept, names) if kept else nothing,
        settles=state.may(Right.SETTLE),
        operates=state.may(Right.OPERATE),
    )
    BOARD(key="health_board", data={**data, "problem": problem}, on_act_change=acted)


def acted() -> None:
    """Do what was pressed."""
    wish = st.session_state["health_board"].act
    if not isinstance(wish, dict):
        return
    do = _ACTS.get(str(wish.get("name")))
    if do is None:
        return
    try:
        state.flash(do(wish.get("value")))
    except ListenerError as error:
        state.flash(words.sentence(str(error)), ":material/error:")


def _there(value: object) -> str:
    if not isinstance(value, dict):
        raise DeskError("Nothing was pasted.")
    line = state.desk().settle(str(value.get("intent")), state.staff(), str(value.get("platform", "")))
    return f"Settled: {words.REPLY_STATES[line.state].lower()}"


def _back(value: object) -> str:
    state.desk().settle(str(value), state.staff(), None)
    return "Settled: not sent. Its text is back in the composer."


def _again(value: object) -> str:
    state.desk().send_again(str(value), state.staff())
    return "It is sent again now."


def _gap(value: object) -> str:
    state.desk().close_gap(str(value), state.staff())
    return "Gap acknowledged"


def _dismiss(value: object) -> str:
    state.desk().dismiss_dead_letter(str(value), state.staff())
    return "Dismissed"


def _replay(_: object) -> str:
    return f"{words.count(state.desk().replay_dead_letters(None, state.staff()), 'item')} could be read now"


_ACTS: Mapping[str, Callable[[object], str]] = {
    "there": _there,
    "back": _back,
    "again": _again,
    "gap": _gap,
    "dismiss": _dismiss,
    "replay": _replay,
}

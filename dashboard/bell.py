"""The bell: what waits for whoever looks, and opening a conversation at it."""

from __future__ import annotations

import streamlit as st

from social_listener.dashboard import draw_bell, session, state
from social_listener.dashboard.component import component
from social_listener.dashboard.inbox_actions import draw

BELL = component("bell")


def show() -> None:
    """Draw the bell with its count."""
    BELL(
        key="bell",
        data=draw_bell.bell(session.inbox().notices, state.service().clock()),
        on_open_change=opened,
        on_read_change=read_all,
    )


def opened() -> None:
    """Open a conversation at the line that a notification is about, and mark the notification as read."""
    wish = st.session_state["bell"].open
    if not isinstance(wish, dict):
        return
    state.guarded(lambda: state.desk().team.read(state.staff(), [str(wish.get("id"))]), 0)
    if session.is_newest(wish.get("at")):
        session.choose(str(wish.get("conversation")))
        session.inbox().at_line = (str(wish.get("line") or ""), str(wish.get("id")))
    draw(*session.PANES)


def read_all() -> None:
    """Mark everything as read."""
    state.guarded(lambda: state.desk().team.read(state.staff()), 0)
    draw("bell")

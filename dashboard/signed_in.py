"""Who is signed in, on every page: their name, the way to their account, and out."""

from __future__ import annotations

import streamlit as st

from social_listener.dashboard import state
from social_listener.dashboard.component import component
from social_listener.rights import ROLE_WORDS, Right

MENU = component("signed_in", "session")


def show() -> None:
    """Draw the menu; nothing else is drawn for somebody whose session has ended."""
    me = state.me()
    if me is None:
        st.info("You were signed out.")
        st.link_button("Sign in", "/sign-in", type="primary")
        st.stop()
    MENU(
        key="signed_in",
        data={
            "name": me.name,
            "role": ROLE_WORDS[me.role],
            "staff": me.may(Right.STAFF),
            "demo": state.is_demo(),
        },
    )

"""The page script: Streamlit runs it for every visit. The service hands its path to the web server."""

from __future__ import annotations

import streamlit as st

from social_listener.dashboard import health, inbox, state
from social_listener.dashboard.component import ASSETS, asset

st.set_page_config(
    page_title="Social Listener",
    page_icon=str(ASSETS / "mark.svg"),
    layout="wide",
    initial_sidebar_state="collapsed",
)
st.logo(str(ASSETS / "mark.svg"), size="medium")
st.html(f"<style>\n{asset('page.css')}\n</style>")
state.service()
page = st.navigation(
    [
        st.Page(inbox.show, title="Inbox", url_path="inbox", default=True),
        st.Page(health.show, title="Health", url_path="health"),
    ],
    position="top",
)
page.run()

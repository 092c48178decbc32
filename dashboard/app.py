"""The page script: Streamlit runs it for every visit. The service hands its path to the web server."""

from __future__ import annotations

import streamlit as st

from social_listener.dashboard import health, inbox, insights, library, sentiment, signed_in, spikes, state, team
from social_listener.dashboard.component import asset, component
from social_listener.rights import Right

#: our mark, a picture of its own: nothing is asked of another server for it
MARK = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill'
    '="#2A55C9"/><path d="M8 9.5h16a1.5 1.5 0 0 1 1.5 1.5v9a1.5 1.5 0 0 1-1.5 1.5h-9l-5 4v-4H8A1.5 1.5 0 '
    '0 1 6.5 20v-9A1.5 1.5 0 0 1 8 9.5z" fill="#fff"/><path d="M11 15.5h2l1.5-2.8 2.5 5.6 1.6-2.8H21" fil'
    'l="none" stroke="#2A55C9" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round"/></svg>'
)

st.set_page_config(
    page_title="Social Listener",
    page_icon=MARK,
    layout="wide",
    initial_sidebar_state="collapsed",
)
st.logo(MARK, size="medium")
st.html(f"<style>\n{asset('page.css')}\n</style>")
component("outage", "session", "toasts")(key="outage", data={})
state.service()
signed_in.show()
page = st.navigation(
    [
        st.Page(inbox.show, title="Inbox", url_path="inbox", default=True),
        *([st.Page(insights.show, title="Insights", url_path="insights")] if state.may(Right.READ) else []),
        st.Page(spikes.show, title="Spikes", url_path="spikes"),
        *([st.Page(sentiment.show, title="Sentiment", url_path="sentiment")] if state.may(Right.CORRECT) else []),
        st.Page(library.show, title="Library", url_path="library"),
        st.Page(team.show, title="Team", url_path="team"),
        st.Page(health.show, title="Health", url_path="health"),
    ],
    position="top",
)
state.turned_to(page.url_path)
page.run()

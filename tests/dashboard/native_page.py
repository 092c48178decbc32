"""Where Streamlit itself shows what others wrote: toasts, a dialog, texts to be changed, a search, filters."""

from __future__ import annotations

import streamlit as st
from payloads import PAYLOADS

from social_listener.dashboard import state, words

TOGETHER = 12

for start in range(0, len(PAYLOADS), TOGETHER):
    state.flash(" \u00b7 ".join(PAYLOADS[start : start + TOGETHER]))
    state.show_flash()


@st.dialog("Delete our post?")
def dialog() -> None:
    """Show all of them as the dialogs of the inbox do."""
    for number, payload in enumerate(PAYLOADS):
        with st.container(border=True, key=f"shown_{number}"):
            st.text(words.visible(payload))
    st.multiselect("Members", PAYLOADS, PAYLOADS[::8], key="members", format_func=lambda code: code)
    st.text_area("Everybody on the platform sees the new wording at once.", "\n".join(PAYLOADS), key="reword")


st.text_input("Search", PAYLOADS[0], key="search")
st.selectbox("Stream", PAYLOADS, key="stream", format_func=lambda code: code)
dialog()

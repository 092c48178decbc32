"""By what the lines of the Insights page are told apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from social_listener.dashboard.draw_insights import BY_WORDS
from social_listener.dashboard.insights_address import APART
from social_listener.desk_types.insights import By

if TYPE_CHECKING:
    from social_listener.dashboard.insights_scene import Scene

_KEY = "insights_by"


def by_field(scene: Scene) -> None:
    """Draw the choice."""

    def picked() -> None:
        st.query_params["by"] = By(st.session_state[_KEY]).value

    if st.session_state.get(_KEY) != scene.place.by.value:
        st.session_state[_KEY] = scene.place.by.value
    codes = [one.value for one in APART]
    st.segmented_control(
        "Told apart by", codes, key=_KEY, required=True, format_func=lambda code: BY_WORDS[By(code)], on_change=picked
    )

"""The Insights page: figures over time, each of which opens the items behind it. Its sections are modules of their own.

The address is the truth: whoever presses something changes it, and the page is drawn from it. So going back works.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from social_listener.dashboard import insights_bar, insights_look, insights_remarks, insights_scene, session, state
from social_listener.dashboard.insights_sections import KEYS, SECTIONS

if TYPE_CHECKING:
    from social_listener.dashboard.insights_address import Place


def show() -> None:
    """Draw the page."""
    session.leave()
    state.show_flash()
    place = insights_scene.read_address(KEYS)
    scene = insights_scene.Scene(place, insights_scene.house(), insights_scene.theme())
    insights_bar.show(scene, SECTIONS, lambda changed: insights_scene.write_address(changed, KEYS))
    section = next(one for one in SECTIONS if one.key == place.section)
    with st.container(key="insights_section"):
        section.show(scene)
    _dialogs(place)


def _dialogs(place: Place) -> None:
    """Open what was asked for beside the page: one dialog at a time, the list of items first."""
    if place.look is not None:
        insights_look.show(place.look)
    else:
        insights_remarks.dialogs_of(place)

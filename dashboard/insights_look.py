"""The items behind a number, in a drawer beside the page."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

import streamlit as st

from social_listener.dashboard import draw_insights_items, insights_scene, state
from social_listener.dashboard.component import component

if TYPE_CHECKING:
    from datetime import datetime

    from social_listener.dashboard.insights_address import Look
    from social_listener.desk_types.insights import ItemLine

log = logging.getLogger(__name__)

LIST = component("insights_items")
_OPEN = "insights_look"
STEP = 50


@dataclass(slots=True)
class Opened:
    """A list that is open, as far as it was read."""

    look: Look
    staff: str
    total: int = 0
    lines: list[ItemLine] = field(default_factory=list)
    next: tuple[datetime, str] | None = None
    as_of: datetime | None = None  #: when the number was counted; None: not yet
    problem: str | None = None


def show(look: Look) -> None:
    """Open the drawer."""
    _drawer(look)


def _closed() -> None:
    st.session_state.pop(_OPEN, None)
    insights_scene.look_away()


@st.dialog("Items behind this number", width=720, position="right", on_dismiss=_closed)
def _drawer(look: Look) -> None:
    """Draw the list; further items are read when they are asked for."""
    opened = _opened(look)
    if opened.as_of is None:
        _read(opened)
    data = draw_insights_items.listed(opened, insights_scene.house())
    LIST(key="insights_items", data=data, on_more_change=lambda: _read(opened))


def _opened(look: Look) -> Opened:
    kept = cast("Opened | None", st.session_state.get(_OPEN))
    if kept is None or (kept.look, kept.staff) != (look, state.staff()):
        kept = Opened(look, state.staff())
        st.session_state[_OPEN] = kept
    return kept


def _read(opened: Opened) -> None:
    """Read the next stretch behind what is shown."""
    look, after = opened.look, opened.next
    if opened.as_of is not None and after is None and not opened.problem:
        return
    try:
        page = state.desk().insights.items(look.wanted, state.staff(), limit=STEP, after=after, answered=look.answered)
    except Exception:
        log.exception("dashboard: the items behind a number could not be read")
        opened.problem = "These items could not be read just now. Try it again."
        return
    opened.problem = None
    opened.lines += page.lines
    opened.next = page.next
    if opened.as_of is None:
        opened.total, opened.as_of = page.total, state.service().clock()

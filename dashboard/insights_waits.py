"""Response times: how long customers waited for an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from social_listener.dashboard import draw_insights, insights_remarks, insights_shapes, state
from social_listener.dashboard.insights_by import by_field
from social_listener.dashboard.insights_charts import TimeCharts
from social_listener.dashboard.insights_scene import Section
from social_listener.desk_types.reports import ChartKind

if TYPE_CHECKING:
    from social_listener.dashboard.component import Json
    from social_listener.dashboard.insights_scene import Scene
    from social_listener.desk_types.insights import Board


def show(scene: Scene) -> None:
    """Draw the section."""
    board = scene.board(scene.place.by)
    if board is None:
        return
    told = board.overview
    empty = draw_insights.empty(told, scene.wanted, scene.zone) or _unanswered(board)
    scene.head(told.standing, draw_insights.wait_tiles(told, scene.wanted), empty=empty)
    if empty is not None:
        return
    reports, me, wanted = state.desk().reports, state.staff(), scene.wanted
    steps = scene.sql(lambda: reports.sql(ChartKind.WAITS, wanted, me, step=board.step))
    scene.card(TimeCharts(board, scene).waits(steps, p90=True))
    insights_remarks.show(scene, board.annotations)
    by_field(scene)
    if not board.lines_waits:
        st.text("Nothing was answered that can be told apart in this way.")
        return
    lines = scene.sql(lambda: reports.sql(ChartKind.WAITS, wanted, me, by=board.by))
    scene.card(insights_shapes.waits_apart(board, scene, lines))


def _unanswered(board: Board) -> Json | None:
    if board.overview.waits.number:
        return None
    return {
        "words": "Nothing that was said in this period was answered, so nobody's wait has ended.",
        "open": "",
        "button": "",
    }


SECTION = Section(key="response", title="Response times", show=show)

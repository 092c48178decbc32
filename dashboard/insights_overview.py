"""Overview: how much was said, how, by whom it could be read, and how long customers waited."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from social_listener.dashboard import draw_insights, insights_remarks, insights_shapes, state
from social_listener.dashboard.insights_by import by_field
from social_listener.dashboard.insights_charts import TimeCharts
from social_listener.dashboard.insights_scene import Section
from social_listener.desk_types.reports import ChartKind

if TYPE_CHECKING:
    from social_listener.dashboard.insights_scene import Scene
    from social_listener.desk_types.insights import Board


def show(scene: Scene) -> None:
    """Draw the section."""
    board = scene.board(scene.place.by)
    if board is None:
        return
    told = board.overview
    empty = draw_insights.empty(told, scene.wanted, scene.zone)
    scene.head(told.standing, draw_insights.tiles(told, scene.wanted), empty=empty)
    if empty is None:
        _charts(scene, board)


def _charts(scene: Scene, board: Board) -> None:
    made, wanted = TimeCharts(board, scene), scene.wanted
    reports, me = state.desk().reports, state.staff()
    points = scene.sql(lambda: reports.sql(ChartKind.POINTS, wanted, me, step=board.step))
    waits = scene.sql(lambda: reports.sql(ChartKind.WAITS, wanted, me, step=board.step))
    scene.card(made.items(points))
    insights_remarks.show(scene, board.annotations)
    left, right = st.columns(2, gap="medium")
    with left:
        scene.card(made.negative(points))
        scene.card(made.reach(points))
    with right:
        if board.overview.waits.number:
            scene.card(made.waits(waits, p90=False))
        else:
            st.text("Nothing that was said in this period was answered yet: nobody's wait has ended.")
        week = scene.sql(lambda: reports.sql(ChartKind.WEEK, wanted, me))
        scene.card(insights_shapes.week(board, scene, week))
    by_field(scene)
    if not board.lines:
        st.text("Nothing was said that can be told apart in this way.")
        return
    lines = scene.sql(lambda: reports.sql(ChartKind.LINES, wanted, me, by=board.by))
    left, right = st.columns(2, gap="medium")
    with left:
        scene.card(insights_shapes.bars(board, scene, lines))
    with right:
        scene.card(insights_shapes.moods(board, scene, lines))
    apart = scene.sql(lambda: reports.sql(ChartKind.POINTS, wanted, me, by=board.by, step=board.step))
    scene.card(made.apart(apart))


SECTION = Section(key="overview", title="Overview", show=show)

"""Share of voice: of what at least one of several queries saw, the part that each of them saw."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

import streamlit as st

from social_listener.dashboard import draw_insights, insights_shapes, state
from social_listener.dashboard.draw_insights import Opens, number
from social_listener.dashboard.insights_scene import Section
from social_listener.desk_types.reports import ChartKind

if TYPE_CHECKING:
    from social_listener.dashboard.component import Json
    from social_listener.dashboard.insights_scene import Scene
    from social_listener.desk_types.insights import Overview, Voice


def show(scene: Scene) -> None:
    """Draw the section."""
    desk, me, wanted = state.desk(), state.staff(), scene.wanted
    told = scene.read("overview", lambda: desk.insights.overview(wanted, me))
    found = scene.read("voice", lambda: (desk.insights.voice(wanted, me), desk.insights.voice(wanted.before(), me)))
    if told is None or found is None:
        return
    empty = draw_insights.empty(told, wanted, scene.zone)
    tiles = [draw_insights.beside(one, told, wanted) for one in _tiles(*found, scene)]
    scene.head(told.standing, tiles, empty=empty)
    if empty is not None:
        return
    sql = scene.sql(lambda: desk.reports.sql(ChartKind.VOICE, wanted, me))
    scene.card(insights_shapes.voice(*found, scene, sql, known=draw_insights.is_known(told, wanted.before())))
    since = begun(found[0], told, scene)
    if since:
        st.text(since)
    st.text(
        "Choose the queries to compare under Filters: your brand's and those of competitors. What several of them saw "
        "counts for each, so shares can add up to more than 100 %."
    )


def begun(found: Voice, told: Overview, scene: Scene) -> str:
    """Return which of the compared streams began a day or more after what is known of the period; "": none."""
    since = max(scene.wanted.since, told.first or scene.wanted.since)
    begins = told.standing.begun
    late = {one.name: begins[one.stream_id] for one in found.lines if one.stream_id in begins}
    late = {name: at for name, at in late.items() if at - since >= _TOGETHER}
    if not late:
        return ""
    named = "; ".join(f"{name} since {at.astimezone(scene.zone):%-d %b %Y, %H:%M}" for name, at in late.items())
    return f"Not all of them watched all the time, so shares of the whole period do not compare: {named}."


def _tiles(found: Voice, before: Voice, scene: Scene) -> list[Json]:
    """Return the denominator, and how much of it several queries saw."""
    opens, earlier = Opens(scene.wanted), Opens(scene.wanted.before())
    return [
        {
            "label": "Items that any of them saw",
            "value": number(found.items),
            "open": opens.all(found.items),
            "before": number(before.items),
            "beforeOpen": earlier.all(before.items),
            "change": draw_insights.change(found.items, before.items),
            "range": "",
            "of": f"the denominator; {found.several:,} of them were seen by several",
        }
    ]


#: a stream that begins within this time of what is known at all began with it
_TOGETHER: Final = timedelta(days=1)

SECTION = Section(key="voice", title="Share of voice", show=show)

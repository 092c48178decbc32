"""The bar above the Insights page: sections, period, filters, files."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

import streamlit as st

from social_listener.dashboard import insights_address, insights_files, state, words
from social_listener.dashboard.insights_address import PRESETS, SENTIMENTS
from social_listener.desk_types.insights import Choices, Slice
from social_listener.rights import Right

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from social_listener.dashboard.insights_address import Place
    from social_listener.dashboard.insights_scene import Scene, Section

    Go = Callable[[Place], None]

_MOODS = {one: words.MOODS[one][0] for one in SENTIMENTS}
_WHO = {"": "Public and private", "public": "Public", "private": "Private"}
_NOTHING = Choices(channels={}, accounts={}, streams={}, languages={}, labels={})


def show(scene: Scene, sections: Sequence[Section], go: Go) -> None:
    """Draw the bar; `go` writes what is asked for into the address."""
    place = scene.place
    with st.container(key="insights_bar", horizontal=True, vertical_alignment="center", gap="small"):
        titles = {one.key: one.title for one in sections}
        _told("insights_section_pick", place.section)
        st.segmented_control(
            "Section", list(titles), key="insights_section_pick", required=True, label_visibility="collapsed",
            format_func=titles.__getitem__, on_change=lambda: go(replace(place, section=_picked("section_pick"))),
        )  # fmt: skip
        _period(scene, go)
        _filters(place, go)
        if state.may(Right.EXPORT):
            insights_files.show(place.wanted)


def _told(key: str, value: object) -> None:
    """Have a field show what the address says."""
    if st.session_state.get(key) != value:
        st.session_state[key] = value


def _picked(name: str) -> Any:
    return st.session_state[f"insights_{name}"]


# -- the period --------------------------------------------------------------------------------------------------------


def _period(scene: Scene, go: Go) -> None:
    place, zone = scene.place, scene.zone

    def preset() -> None:
        code = str(_picked("period"))
        period = place.wanted.period if code == "own" else insights_address.period_of(code, _now(), zone)
        go(replace(place, preset=code, wanted=replace(place.wanted, period=period), look=None))

    def dates() -> None:
        told = cast("tuple[Any, ...]", _picked("dates"))
        period = insights_address.own_period(*told, zone) if len(told) == 2 else None
        if period is not None:
            go(replace(place, preset="own", wanted=replace(place.wanted, period=period), look=None))
        elif len(told) == 2:
            state.flash("At most ten years, from 2000 on, can be shown: choose fewer days", ":material/info:")

    _told("insights_period", place.preset)
    st.selectbox(
        "Period", list(PRESETS), key="insights_period", format_func=PRESETS.__getitem__, on_change=preset,
        label_visibility="collapsed", width=150,
    )  # fmt: skip
    period = place.wanted.period
    # While the second date is not picked yet, the first stays as it was picked.
    if place.preset == "own" and len(st.session_state.get("insights_dates") or (1, 2)) == 2:
        _told("insights_dates", (period.first, period.last))
    if place.preset == "own":
        st.date_input(
            "From, to", key="insights_dates", on_change=dates, label_visibility="collapsed", width=230,
            format="YYYY-MM-DD",
        )  # fmt: skip


def _now() -> Any:
    return state.service().clock()


# -- filters -----------------------------------------------------------------------------------------------------------


def _filters(place: Place, go: Go) -> None:
    number = insights_address.narrowed(place.wanted)
    label = f"Filters ({number})" if number else "Filters"
    popover = st.popover(label, key="insights_filters", icon=":material/tune:", on_change="rerun")
    with popover:
        if popover.open:
            _fields(place, go)


def _fields(place: Place, go: Go) -> None:
    found, problem = state.guarded(lambda: state.desk().insights.choices(state.staff()), _NOTHING)
    if problem:
        st.text(problem)
    with st.container(key="insights_filter_fields"):
        _several(place, go, "Channel", "channels", found.channels)
        _several(place, go, "Account", "accounts", found.accounts)
        _several(place, go, "Query or stream", "streams", found.streams)
        _several(place, go, "Sentiment", "sentiments", _MOODS)
        _several(place, go, "Label", "labels", found.labels)
        _several(place, go, "Language", "languages", found.languages)
        _who(place, go)
    bare = Slice(period=place.wanted.period)
    st.button(
        "Take all filters off", key="insights_clear", disabled=not insights_address.narrowed(place.wanted),
        on_click=lambda: go(replace(place, wanted=bare, look=None)),
    )  # fmt: skip


def _several(place: Place, go: Go, label: str, field: str, options: Mapping[str, str]) -> None:
    """Draw a field in which several can be picked; what is picked and not there any more stays to be taken off."""
    chosen = list(getattr(place.wanted, field))
    codes = [*options, *(one for one in chosen if one not in options)]
    key = f"insights_filter_{field}"
    if len(codes) < 2 and not chosen:
        return
    _told(key, chosen)

    def picked() -> None:
        chosen = tuple(st.session_state[key])
        wanted = replace(place.wanted, **{field: chosen})  # type: ignore[arg-type]  # one of FILTERS, by name
        go(replace(place, wanted=wanted, look=None))

    st.multiselect(
        label, codes, key=key, on_change=picked, placeholder="All", format_func=lambda code: options.get(code, code)
    )


def _who(place: Place, go: Go) -> None:
    told = {None: "", False: "public", True: "private"}[place.wanted.private]
    _told("insights_who", told)

    def picked() -> None:
        private = {"public": False, "private": True}.get(str(_picked("who")))
        go(replace(place, wanted=replace(place.wanted, private=private), look=None))

    st.selectbox("Visibility", list(_WHO), key="insights_who", format_func=_WHO.__getitem__, on_change=picked)

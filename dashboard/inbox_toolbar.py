"""The bar above the panes: views with counts, search, filters, who is looking."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

import streamlit as st

from social_listener.dashboard import bell, draw_bench, draw_queue, draw_search, inbox_filter, session, state, words
from social_listener.dashboard.component import component
from social_listener.desk_types import View
from social_listener.model import SentimentLabel

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from social_listener.dashboard.component import Json
    from social_listener.desk_types import QueueFilter

VIEWS = component("views")
SEARCH_HELP = component("search_help")

_ANY = ""
_EXAMPLES = [{"text": text, "means": means} for text, means in draw_search.EXAMPLES]


def toolbar() -> None:
    """Draw the bar. Its counts change with every message: what somebody types or picks in stands apart from them."""
    with st.container(key="toolbar", horizontal=True, vertical_alignment="center", gap="small"):
        with st.container(key="toolbar_views", width="stretch"):
            _views()
        with st.container(key="toolbar_fields", width="content"):
            _search_and_filters()
        with st.container(key="toolbar_bell", width="content"):
            _bell()


@st.fragment(key="toolbar")
def _views() -> None:
    """Draw the views with their counts."""
    with session.drawing("toolbar"):
        VIEWS(key="views", data=views(), on_view_change=_view_chosen)


def views() -> Json:
    """Return the views with their counts. The list tells of new counts; the bar is not drawn for them."""
    now = session.inbox()
    return draw_queue.views(now.page, now.wanted, now.bench.views, now.bench.counts)


@st.fragment(key="bell")
def _bell() -> None:
    """Draw what waits for whoever looks."""
    with session.drawing("bell"):
        bell.show()


@st.fragment(key="filters")
def _search_and_filters() -> None:
    """Draw the search with its help, and the filters."""
    row = st.container(key="toolbar_row", horizontal=True, vertical_alignment="center", gap="small", width="content")
    with session.drawing("filters"), row:
        now = session.inbox()
        st.session_state.setdefault("search", now.wanted.search)
        st.text_input(
            "Search",
            type="search",
            live="300ms",
            key="search",
            placeholder="Search words, names, handles",
            label_visibility="collapsed",
            width=260,
            on_change=_searched,
        )
        with st.container(key="toolbar_search_help", width="content"):
            SEARCH_HELP(key="search_help", data={"examples": _EXAMPLES})
        number = inbox_filter.narrowed(now.wanted)
        label = f"Filters ({number})" if number else "Filters"
        # What is in it is drawn once it is opened, with the counts of that moment.
        popover = st.popover(label, key="filters", icon=":material/tune:", on_change="rerun")
        with popover:
            if popover.open:
                _filters()


def _filters() -> None:
    """Draw the filters: one select box each, and one button that takes all of them off."""
    wanted = session.inbox().wanted
    with st.container(key="filter_fields"):
        _fields(wanted)
    st.button("Take all filters off", key="clear_filters", on_click=_clear, disabled=not inbox_filter.narrowed(wanted))


def _fields(wanted: QueueFilter) -> None:
    """Draw one select box for each thing that can be asked for."""
    channels = inbox_filter.channels(state.accounts())
    shown = session.inbox().bench
    streams = inbox_filter.streams(state.accounts())
    accounts = {account.id: account.name for account in state.accounts()}
    _select("Visibility", "private", ["public", "private"], _who(wanted.private), lambda code: code.capitalize())
    labels = [label.value for label in SentimentLabel]
    _select("Sentiment", "sentiment", labels, wanted.sentiment, lambda code: words.SENTIMENTS[SentimentLabel(code)][0])
    due = inbox_filter.due_code(wanted)
    _select(
        "Due", "due_within", list(inbox_filter.DUE), due, lambda code: f"within {words.lasting(inbox_filter.DUE[code])}"
    )
    _select("Stream", "stream_id", list(streams), wanted.stream_id, lambda code: streams.get(code, code))
    worn = {label.id: label.name for label in shown.labels}
    if worn:
        _select("Label", "label", list(worn), wanted.label, lambda code: worn.get(code, code), counts=shown.open.labels)
    if len(accounts) > 1:
        _select("Account", "account_id", list(accounts), wanted.account_id, lambda code: accounts.get(code, code))
    if len(channels) > 1:
        _select("Channel", "channel", channels, wanted.channel, words.channel, counts=shown.open.channels)
    names = state.colleagues()
    if len(names) > 1:
        _select("Assigned to", "assignee", names, wanted.assignee, str)
    teams = {team.id: team.name for team in shown.teams}
    if teams:
        _select(
            *("Team", "team_id", list(teams), wanted.team_id),
            lambda code: teams.get(code, "a team that is gone"),
            counts=shown.open.teams,
        )


def _who(private: bool | None) -> str | None:
    return {True: "private", False: "public", None: None}[private]


def _select(
    label: str,
    field: str,
    options: Sequence[str],
    value: str | None,
    shown: Callable[[str], str],
    *,
    counts: Mapping[str, int] | None = None,
) -> None:
    """Draw one select box; `counts`: how many open conversations each option has, where that is told."""
    key = f"filter_{field}"
    codes = [_ANY, *options, *([value] if value and value not in options else [])]
    names = {code: inbox_filter.option(shown(code), code, counts) if code else "Any" for code in codes}
    chosen = (value or _ANY, names[value or _ANY])
    # The page knows an option by its words: when its count changes, it is told anew which one is chosen.
    if (st.session_state.get(key), st.session_state.get(f"{key}_words")) != chosen:
        st.session_state[key], st.session_state[f"{key}_words"] = chosen
    st.selectbox(label, codes, key=key, format_func=names.__getitem__, on_change=_filtered, args=(field, names))


def _filtered(field: str, names: Mapping[str, str]) -> None:
    code = inbox_filter.picked(cast("str", st.session_state[f"filter_{field}"]), names) or None
    value: object = code
    if field == "private":
        value = {"private": True, "public": False}.get(code or "")
    elif field == "due_within":
        value = inbox_filter.DUE.get(code or "")
    elif field == "sentiment" and code:
        value = SentimentLabel(code)
    _want(replace(session.inbox().wanted, **{field: value}))  # type: ignore[arg-type]  # the field's own type, by name


def _view_chosen() -> None:
    show_view(str(st.session_state["views"].view))


def view_in_list() -> None:
    """Show the view that was picked below what a search told."""
    show_view(str(st.session_state["queue_list"].view))


def show_view(name: str) -> None:
    """Show a view of the queue, a saved one by its id behind SAVED, or what is open by channel, label or team."""
    now = session.inbox()
    saved = next((one for one in now.bench.views if draw_queue.SAVED + one.id == name), None)
    if saved is not None:
        st.session_state["search"] = saved.wanted.search
        _want(replace(saved.wanted, zone=now.wanted.zone))
    if (by := draw_bench.open_filter(name)) is not None:
        st.session_state["search"] = ""
        _want(replace(by, zone=now.wanted.zone))
    try:
        view = View(name)
    except ValueError:
        return
    _want(replace(now.wanted, view=view))


def _searched() -> None:
    _want(inbox_filter.searching(session.inbox().wanted, cast("str", st.session_state["search"] or "")))


def _clear() -> None:
    st.session_state["search"] = ""
    _want(inbox_filter.cleared(session.inbox().wanted))


def _want(wanted: QueueFilter) -> None:
    session.want(wanted)
    session.read_queue(anew=True)
    session.write_address()
    session.redraw("toolbar", "filters", "queue")

"""The Spikes page: what goes on and what was, one spike from close by, and the words that rise."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import streamlit as st

from social_listener.dashboard import draw_spike, draw_spikes, session, spikes_words, state
from social_listener.dashboard.component import component
from social_listener.desk_types.crisis import Behind
from social_listener.desk_types.team import Kind
from social_listener.errors import DeskError
from social_listener.rights import Right

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from social_listener.dashboard.component import Json

BOARD = component("spikes", "sheet", "course")
#: items that a list shows at first, and that every "show more" adds
_STEP = 50


def show() -> None:
    """Draw the page."""
    session.leave()
    query = st.query_params.to_dict()
    if query.get("view") == "words":
        spikes_words.show()
        return
    if st.session_state.get("spike_seen") != query.get("spike"):
        st.session_state["spike_seen"] = query.get("spike")
        st.session_state.pop("spike_behind", None)
        state.guarded(lambda: _bell_read(query.get("spike") or ""), None)
    board()


def _bell_read(spike_id: str) -> None:
    """Mark what the bell told of a spike as read: whoever looks at it knows."""
    told = state.desk().team.notifications(state.staff()).lines if spike_id else ()
    ids = [one.id for one in told if one.kind is Kind.SPIKE and one.about == spike_id and one.read_at is None]
    if ids:
        state.desk().team.read(state.staff(), ids)


@st.fragment(key="spikes_board", run_every="5s")
def board() -> None:
    """Draw what the address asks for, and look again every five seconds."""
    state.show_flash()
    query = st.query_params.to_dict()
    spike_id = query.get("spike") or ""
    data, problem = state.guarded(lambda: _one(spike_id) if spike_id else _list(), None)
    key = f"spikes_data {spike_id}"
    kept: Json = data or st.session_state.get(key) or {"list": None, "one": None, "gone": ""}
    st.session_state[key] = kept
    shown = {**kept, "calm": query.get("view") == "crisis", "problem": problem, "sheet": _sheet(spike_id)}
    BOARD(key="spikes_table", data=shown, on_act_change=_acted)


def _list() -> Json:
    desk, staff, now = state.desk().spikes, state.staff(), state.service().clock()
    past = desk.past(now - timedelta(days=draw_spikes.PAST_DAYS), now + timedelta(days=1), staff)
    listed = draw_spikes.listing(desk.current(staff), past, desk.watching(staff), state.names(), now)
    return {"list": listed, "one": None, "gone": ""}


def _one(spike_id: str) -> Json:
    desk, staff = state.desk().spikes, state.staff()
    try:
        view, now = desk.one(spike_id, staff), desk.situation(spike_id, staff)
    except DeskError:
        return {"list": None, "one": None, "gone": "There is no such spike, or not for you."}
    drawn = draw_spike.spike(view, now, state.names(), may_acknowledge=state.may(Right.ORGANISE))
    return {"list": None, "one": drawn, "gone": ""}


def _sheet(spike_id: str) -> Json | None:
    """Return the list of items that is open; it is read when it is opened, and when more is asked for."""
    open_ = st.session_state.get("spike_behind")
    return open_["drawn"] if open_ and open_["spike"] == spike_id else None


def _acted() -> None:
    """Do what was pressed."""
    state.act(st.session_state["spikes_table"].act, _ACTS)


def _open(value: object) -> None:
    """Show a spike, or with "" the list."""
    query = {"spike": str(value)} if value else {}
    st.query_params.from_dict(query)
    st.session_state.pop("spike_behind", None)
    st.session_state["spike_seen"] = query.get("spike")
    state.guarded(lambda: _bell_read(query.get("spike", "")), None)


def _calm(value: object) -> None:
    """Show one calm screen, or everything."""
    spike_id = st.query_params.get("spike", "")
    st.query_params.from_dict({"spike": spike_id, **({"view": "crisis"} if value else {})})


def _behind(value: object) -> None:
    """Open the items behind a number."""
    if not isinstance(value, dict):
        return
    st.session_state["spike_behind"] = {
        "spike": st.query_params.get("spike", ""),
        "which": (_kind(value.get("kind")), str(value.get("key") or "")),
        "title": str(value.get("title") or ""),
        "limit": _STEP,
    }
    _read_behind()


def _kind(value: object) -> Behind:
    try:
        return Behind(str(value))
    except ValueError as error:
        raise DeskError("There is no such list.") from error


def _more(_: object) -> None:
    open_ = st.session_state.get("spike_behind")
    if open_:
        open_["limit"] += _STEP
        _read_behind()


def _read_behind() -> None:
    open_ = st.session_state["spike_behind"]
    try:
        page = state.desk().spikes.behind(open_["spike"], state.staff(), open_["which"], limit=open_["limit"])
    except DeskError:
        st.session_state.pop("spike_behind", None)
        raise
    open_["drawn"] = draw_spikes.sheet(page, open_["title"], state.names())


def _close(_: object) -> None:
    st.session_state.pop("spike_behind", None)


def _acknowledge(value: object) -> None:
    note = str(value or "")
    state.desk().spikes.acknowledge(st.query_params.get("spike", ""), state.staff(), note)
    state.flash("Acknowledged: nobody is told of it again.")


_ACTS: Mapping[str, Callable[[object], None]] = {
    "open": _open,
    "calm": _calm,
    "behind": _behind,
    "more": _more,
    "close": _close,
    "acknowledge": _acknowledge,
}

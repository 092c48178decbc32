"""The Team page: who is here and how much they have, who is away, and who shares a queue."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import streamlit as st

from social_listener.dashboard import dialogs, draw_team, session, state, words
from social_listener.dashboard.component import component

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from social_listener.dashboard.component import Json
    from social_listener.desk_types.team import Team, TeamView, Workload

BOARD = component("team")
_LIVE = component("live", "beats")


def show() -> None:
    """Draw the page."""
    session.leave()
    _LIVE(key="team_live", data={"staff": state.staff(), "at": state.desk().revision}, on_changed_change=_heard)
    board()
    _dialogs()


def _heard() -> None:
    """Draw the page anew when something has changed."""
    st.rerun("team_board")


@st.fragment(key="team_board", run_every="15s")
def board() -> None:
    """Draw everything, and look again: who is here is told by no change in the store."""
    state.show_flash()
    me = state.staff()
    read, problem = state.guarded(lambda: state.desk().team.view(me), None)
    kept: TeamView | None = read or st.session_state.get("team_view")
    st.session_state["team_view"] = kept
    data: Json = draw_team.board(kept, me) if kept else {"people": [], "teams": [], "rules": [], "problems": []}
    BOARD(key="team_table", data={**data, "problem": problem}, on_change_change=_asked)


def _dialogs() -> None:
    """Open the dialog that was asked for; outside of the fragment, whose updates would empty what is being typed."""
    kept: TeamView | None = st.session_state.get("team_view")
    wish = st.session_state.get("team_dialog")
    if kept is not None and isinstance(wish, dict):
        _dialog(kept, str(wish.get("what")), str(wish.get("id", "")))


def _asked() -> None:
    st.session_state["team_dialog"] = st.session_state["team_table"].change
    st.rerun()


def _closed() -> None:
    st.session_state.pop("team_dialog", None)
    dialogs.forget_problem()


def _dialog(view: TeamView, what: str, id_: str) -> None:
    """Open the dialog that was asked for."""
    person = next((one for one in view.people if what == "person" and one.staff == id_), None)
    team = next((one for one in view.teams if what == "team" and one.id == id_), None)
    if person is not None:
        _person(person)
    elif team is not None or what == "new":
        (_team if team else _new_team)(team, [one.staff for one in view.people])
    else:
        _closed()


def _left() -> None:
    _closed()
    st.rerun()


def _ends(do: Callable[[], object], told: str) -> None:
    """Do it, and close the dialog unless something stands against it."""
    if dialogs.succeeds(do, told):
        _left()


# -- one person --------------------------------------------------------------------------------------------------------


@st.dialog("Workload and absence", on_dismiss=_closed)
def _person(one: Workload) -> None:
    """Let a capacity and an absence be changed, in the reader's own time zone."""
    zone = state.zone()
    st.text(words.visible(one.staff))
    usual = st.checkbox("As many open conversations as the settings say", one.own_capacity is None, key="person_usual")
    st.number_input("Open conversations at a time", 0, 1000, one.capacity, key="person_capacity", disabled=usual)
    now = state.service().clock().astimezone(zone)
    over = one.away_until is not None and one.away_until.astimezone(zone) <= now
    was_away = one.away_from is not None and not over
    away = st.checkbox("Away", was_away, key="person_away")
    begin = one.away_from.astimezone(zone) if one.away_from and was_away else now.replace(second=0, microsecond=0)
    end = one.away_until.astimezone(zone) if one.away_until and was_away else _next_morning(begin)
    _moment("From", "person_from", begin, disabled=not away)
    _moment("Until", "person_until", end, disabled=not away)
    st.text("From the first minute on, what they hold goes back to the queue.")

    def save() -> None:
        away, usual = st.session_state["person_away"], st.session_state["person_usual"]
        _ends(
            lambda: state.desk().team.set_workload(
                state.staff(),
                one.staff,
                one.version,
                capacity=None if usual else int(st.session_state["person_capacity"]),
                away_from=_entered("person_from").replace(tzinfo=zone) if away else None,
                away_until=_entered("person_until").replace(tzinfo=zone) if away else None,
            ),
            "Saved",
        )

    _foot("person", save)


def _next_morning(begin: datetime) -> datetime:
    return (begin + timedelta(days=1)).replace(hour=9, minute=0)


def _moment(label: str, key: str, value: datetime, *, disabled: bool) -> None:
    """Let a day and a time of day be entered."""
    with st.container(horizontal=True, key=key):
        st.date_input(label, value.date(), key=f"{key}_day", disabled=disabled)
        hour = value.time().replace(tzinfo=None)
        st.time_input(f"{label}, time", hour, key=f"{key}_time", disabled=disabled, step=900)


def _entered(key: str) -> datetime:
    """Return the day and the time of day that were entered."""
    return datetime.combine(st.session_state[f"{key}_day"], st.session_state[f"{key}_time"])


# -- one team ----------------------------------------------------------------------------------------------------------


@st.dialog("Team", on_dismiss=_closed)
def _team(one: Team | None, everybody: Sequence[str]) -> None:
    """Let a team be changed or removed."""
    _team_fields(one, everybody)


@st.dialog("New team", on_dismiss=_closed)
def _new_team(one: Team | None, everybody: Sequence[str]) -> None:
    """Let a team be made."""
    _team_fields(one, everybody)


def _team_fields(one: Team | None, everybody: Sequence[str]) -> None:
    st.text_input("Name", one.name if one else "", key="team_name", max_chars=60)
    st.multiselect(
        "Members",
        everybody,
        [m for m in one.members if m in everybody] if one else [],
        key="team_members",
        placeholder="Choose colleagues",
    )
    if one is not None:
        sure = st.checkbox("Remove this team; its conversations stay in everybody's queue", key="team_sure")

        def remove() -> None:
            _ends(lambda: state.desk().team.remove_team(state.staff(), one.id, one.version), "Removed")

        if sure:
            st.button("Remove it", key="team_remove", on_click=remove)

    def save() -> None:
        name, members = st.session_state["team_name"], st.session_state["team_members"]
        of = (one.id, one.version) if one else (None, 0)
        _ends(lambda: state.desk().team.save_team(state.staff(), name, members, *of), "Saved")

    _foot("team", save)


def _foot(key: str, save: Callable[[], None]) -> None:
    dialogs.foot(key, ("Leave it as it was", _left), ("Save", save), ready=True)

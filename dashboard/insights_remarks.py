"""Remarks on the time axis: campaigns, outages. Listed below a chart, written and taken away in dialogs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, cast

import streamlit as st

from social_listener.dashboard import dialogs, draw_insights, insights_scene, state
from social_listener.dashboard.component import component
from social_listener.desk.insights import KINDS
from social_listener.desk_types.insights import Annotation
from social_listener.rights import Right

if TYPE_CHECKING:
    from collections.abc import Sequence
    from zoneinfo import ZoneInfo

    from social_listener.dashboard.insights_address import Place
    from social_listener.dashboard.insights_scene import Scene

LIST = component("insights_remarks")
_WISH: Final = "insights_remark"
_EVERY: Final = ""
_KIND_WORDS: Final = {"campaign": "Campaign", "outage": "Outage", "other": "Other"}


def show(scene: Scene, found: Sequence[Annotation]) -> None:
    """Draw the remarks of the period, with what one may do about them."""
    names = {account.id: account.name for account in state.accounts()}
    data = draw_insights.remarks(found, scene.zone, names, may_write=state.may(Right.NOTE))
    LIST(key="insights_remarks", data=data, on_change_change=lambda: _asked(found), on_remove_change=_remove)


def _asked(found: Sequence[Annotation]) -> None:
    """Open the dialog: for a remark that is listed, or for a new one."""
    told = str(st.session_state["insights_remarks"].change)
    st.session_state[_WISH] = next((one for one in found if one.id == told), None) or "new"


def _remove() -> None:
    told = str(st.session_state["insights_remarks"].remove)
    if dialogs.succeeds(lambda: state.desk().insights.take_away(told, state.staff()), "Taken away"):
        insights_scene.again()
    else:
        state.flash(dialogs.problem(), ":material/error:")
        dialogs.forget_problem()


def dialogs_of(place: Place) -> None:
    """Open the dialog that was asked for."""
    wish = cast("Annotation | str | None", st.session_state.get(_WISH))
    if wish is not None:
        _dialog(wish if isinstance(wish, Annotation) else None, place)


def _closed() -> None:
    st.session_state.pop(_WISH, None)
    dialogs.forget_problem()


@st.dialog("Remark on the time axis", on_dismiss=_closed)
def _dialog(one: Annotation | None, place: Place) -> None:
    """Let a remark be written, in the house's time zone."""
    zone = insights_scene.house()
    st.text_input("What happened", one.text if one else "", key="remark_text", max_chars=200)
    kinds = list(KINDS)
    st.segmented_control(
        "Kind", kinds, key="remark_kind", default=one.kind if one else kinds[0], required=True,
        format_func=_KIND_WORDS.__getitem__,
    )  # fmt: skip
    begin = one.since.astimezone(zone) if one else _start(place, zone)
    _moment("From", "remark_from", begin)
    lasts = st.checkbox("It lasted", one is not None and one.until is not None, key="remark_lasts")
    end = one.until.astimezone(zone) if one and one.until else begin + timedelta(days=1)
    _moment("Until", "remark_until", end, disabled=not lasts)
    accounts = {_EVERY: "All accounts", **{account.id: account.name for account in state.accounts()}}
    codes = list(accounts)
    known = one.account_id if one and one.account_id in accounts else _EVERY
    st.selectbox("About", codes, codes.index(known or _EVERY), key="remark_account", format_func=accounts.__getitem__)

    def save() -> None:
        if _WISH not in st.session_state:
            return  # a double click: the first has saved it
        told = Annotation(
            id=one.id if one else "",
            kind=str(st.session_state["remark_kind"]),
            text=dialogs.typed("remark_text"),
            since=_entered("remark_from", zone),
            until=_entered("remark_until", zone) if st.session_state["remark_lasts"] else None,
            account_id=str(st.session_state["remark_account"]) or None,
            by_staff="",
            version=one.version if one else 0,
        )
        if dialogs.succeeds(lambda: state.desk().insights.annotate(told, state.staff()), "Saved"):
            insights_scene.again()
            _left()

    dialogs.foot("remark", ("Leave it as it was", _left), ("Save", save), ready=True)


def _left() -> None:
    _closed()
    st.rerun()


def _start(place: Place, zone: ZoneInfo) -> datetime:
    """Return when a new remark begins unless somebody says otherwise: now, or at the end of an older period."""
    now = state.service().clock().astimezone(zone).replace(minute=0, second=0, microsecond=0)
    last = (place.wanted.until - timedelta(hours=1)).astimezone(zone)
    return min(now, last.replace(minute=0))


def _moment(label: str, key: str, value: datetime, *, disabled: bool = False) -> None:
    """Let a day and a time of day be entered."""
    with st.container(horizontal=True, key=key):
        st.date_input(label, value.date(), key=f"{key}_day", disabled=disabled)
        hour = value.time().replace(tzinfo=None, second=0, microsecond=0)
        st.time_input(f"{label}, time", hour, key=f"{key}_time", disabled=disabled, step=900)


def _entered(key: str, zone: ZoneInfo) -> datetime:
    """Return the moment that was entered, UTC."""
    local = datetime.combine(st.session_state[f"{key}_day"], st.session_state[f"{key}_time"], tzinfo=zone)
    return local.astimezone(UTC)

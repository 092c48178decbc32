"""Deciding on replies that wait for approval: callbacks of the conversation, and the dialogs that belong to them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from social_listener.dashboard import dialogs, session, state, words
from social_listener.dashboard.draw_proposal import Eyes
from social_listener.dashboard.inbox_actions import draw
from social_listener.errors import ListenerError

if TYPE_CHECKING:
    from collections.abc import Callable

    from social_listener.desk_types.team import Around


@dataclass(frozen=True, slots=True)
class Deciding:
    """The proposal that a dialog is about, as it was when it was opened."""

    do: str  #: reword | refuse | revise
    proposal: str
    version: int
    seen: int  #: version of the conversation
    text: str


def eyes(about: Around) -> Eyes:
    """Return what whoever looks may decide in a conversation."""
    return Eyes(staff=state.staff(), approves=about.approves)


def decide() -> None:
    """Do what was pressed at a proposal; changing and refusing are asked about first."""
    wish = session.told_by("thread", "decide")
    view = session.inbox().view
    if not isinstance(wish, dict) or view is None:
        return
    one = next((one for one in view.proposals if one.id == wish.get("proposal")), None)
    seen, version = wish.get("seen"), wish.get("version")
    if one is None or not isinstance(seen, int) or not isinstance(version, int):
        return
    do, me, team = wish.get("do"), state.staff(), state.desk().team
    if do == "approve":
        _perform(lambda: team.approve(one.id, me, version, seen_version=seen), "Approved: it is on its way")
    elif do == "withdraw":
        with state.DRAFTS:
            _perform(lambda: team.withdraw(one.id, me, version), "Withdrawn. Its text is in the composer.")
    elif do in {"reword", "refuse", "revise"}:
        session.inbox().deciding = Deciding(str(do), one.id, version, seen, one.text)
    draw(*session.PANES)


def _perform(do: Callable[[], object], done: str) -> bool:
    try:
        do()
    except ListenerError as error:
        state.flash(words.sentence(str(error)), ":material/error:")
        return False
    state.flash(done)
    return True


def _closed() -> None:
    session.inbox().deciding = None
    dialogs.forget_problem()


def _left() -> None:
    _closed()
    session.redraw()


def dialog(about: Deciding) -> None:
    """Open the dialog that was asked for."""
    if about.do == "reword":
        _reword(about)
    elif about.do == "revise":
        _revise(about)
    else:
        _refuse(about)


@st.dialog("Change and approve", on_dismiss=_closed)
def _reword(about: Deciding) -> None:
    """Let an approver put a proposal into other words; what was typed stays when it is refused by a rule."""
    key = f"approve_{about.proposal}_{about.version}"
    text = st.text_area("This goes out under the name of its author.", about.text, key=key)
    team, me = state.desk().team, state.staff()

    def approve() -> None:
        text = dialogs.typed(key)
        _ends(
            lambda: team.approve(about.proposal, me, about.version, text=text, seen_version=about.seen),
            "Approved: it is on its way",
        )

    dialogs.foot("approve", ("Leave it waiting", _left), ("Approve and send", approve), ready=bool(text.strip()))


@st.dialog("Change what waits for approval", on_dismiss=_closed)
def _revise(about: Deciding) -> None:
    """Let an author put their own proposal into other words; it keeps waiting, and whoever approves sees these."""
    key = f"revise_{about.proposal}_{about.version}"
    text = st.text_area("It keeps waiting; whoever approves reads these words.", about.text, key=key)
    team, me = state.desk().team, state.staff()

    def revise() -> None:
        text = dialogs.typed(key)
        _ends(
            lambda: team.revise(about.proposal, me, text, about.version, seen_version=about.seen),
            "Changed; it waits for approval",
        )

    dialogs.foot("revise", ("Leave it as it is", _left), ("Change", revise), ready=bool(text.strip()))


@st.dialog("Refuse this reply", on_dismiss=_closed)
def _refuse(about: Deciding) -> None:
    """Ask for the reason; the author reads it."""
    with st.container(border=True, key="refuse_text"):
        st.text(words.visible(about.text))
    key = f"refuse_{about.proposal}"
    st.text_area("Why? Its author reads this, and has the text in the composer again.", key=key)
    team, me = state.desk().team, state.staff()

    def refused() -> object:
        with state.DRAFTS:
            return team.refuse(about.proposal, me, dialogs.typed(key), about.version)

    def refuse() -> None:
        _ends(refused, "Refused; its author is told why")

    dialogs.foot("refuse", ("Leave it waiting", _left), ("Refuse", refuse), ready=True)


def _ends(do: Callable[[], object], told: str) -> None:
    """Do it, and close the dialog unless something stands against it."""
    if dialogs.succeeds(do, told):
        _closed()
    draw(*session.PANES)

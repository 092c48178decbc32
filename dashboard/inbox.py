"""The inbox: the queue, the conversation with its composer, and what is known about the customer.

Every pane is one keyed fragment, drawn by one component; a pane that cannot be read keeps what it showed.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import streamlit as st

from social_listener.dashboard import (
    draw_composer,
    draw_conversation,
    draw_macros,
    draw_queue,
    inbox_bench,
    inbox_macros,
    inbox_toolbar,
    session,
    state,
)
from social_listener.dashboard import (
    inbox_actions as actions,
)
from social_listener.dashboard import (
    inbox_proposals as proposals,
)
from social_listener.dashboard import (
    inbox_replies as replies,
)
from social_listener.dashboard.component import component
from social_listener.dashboard.frames import Frames
from social_listener.dashboard.shelf import Shelf
from social_listener.errors import DeskError
from social_listener.model import Status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from social_listener.dashboard.component import Json
    from social_listener.desk_types import ConversationView
    from social_listener.model import Allowed

QUEUE = component("queue", "selection")
HEADLINE = component("headline", "pictures", "presence")
THREAD = component("thread", "pictures")
MACROS = component("macros", "finder")
COMPOSER = component("composer", "drafts", "mention", "finder", "emoji", "insert", "followup")
CONTEXT = component("context", "pictures")
LIVE = component("live", "beats")


def show() -> None:
    """Draw the inbox."""
    session.follow_address()
    session.read_queue(anew=session.inbox().shelf is None)
    session.read_conversation()
    session.read_bench()
    session.write_address()
    live()
    inbox_toolbar.toolbar()
    with st.container(key="panes", horizontal=True, gap="small", wrap=False):
        with st.container(key="pane_list", width=372):
            queue()
        with st.container(key="pane_conversation", width="stretch"):
            conversation()
        with st.container(key="pane_details", width=304):
            context()
    inbox_bench.bench()


@st.fragment(key="live")
def live() -> None:
    """Hear of changes in the store; what differs for the eye is drawn again, nothing else."""
    LIVE(key="live_feed", data={"staff": state.staff()}, on_changed_change=actions.changed)


@st.fragment(key="queue", run_every="30s")
def queue() -> None:
    """Draw the list."""
    actions.fresh_queue()
    session.drawn("queue")
    now = session.inbox()
    data = draw_queue.queue(
        now.shelf or Shelf(),
        now.page,
        now.wanted,
        chosen=now.chosen,
        staff=state.staff(),
        several_channels=len({account.channel for account in state.service().settings.accounts}) > 1,
        health=session.health_line(),
        now=state.service().clock(),
    )
    QUEUE(
        key="queue_list",
        data={**data, "problem": now.queue_problem},
        on_pick_change=actions.picked,
        on_show_change=actions.show_new,
        on_more_change=actions.show_more,
        on_help_change=actions.show_help,
    )


@st.fragment(key="conversation", run_every="30s")
def conversation() -> None:
    """Draw the headline with its buttons, what was said, and the composer."""
    state.show_flash()
    actions.fresh_conversation()
    session.drawn("conversation")
    with st.container(key="talk", gap=None):
        _talk(session.inbox())
    MACROS(
        key="macros",
        data=draw_macros.macros(session.inbox().view, state.staff(), session.inbox().macro),
        on_do_change=inbox_macros.do,
    )
    _dialogs()


@st.fragment(key="context")
def context() -> None:
    """Draw why it is urgent and who it is."""
    session.drawn("context")
    now = session.inbox()
    data = draw_conversation.context(now.view, state.service().clock(), _frames())
    CONTEXT(key="context_card", data=data, on_pick_change=actions.picked_past)


def _talk(now: session.Inbox) -> None:
    """Draw the conversation, or what stands in its place."""
    view = now.view
    if view is None:
        THREAD(key="thread", data=draw_conversation.no_thread(now.view_problem if now.chosen else None))
        if now.chosen:
            st.button("Back to the list", key="back_to_list", on_click=actions.back)
        return
    _header(view)
    THREAD(
        key="thread",
        data=draw_conversation.thread(
            view,
            state.service().clock(),
            _menu(now),
            now.view_problem,
            eyes=proposals.eyes(view),
            at_line=now.at_line,
            frames=_frames(),
        ),
        on_do_change=replies.act,
        on_menu_change=replies.open_menu,
        on_focus_change=replies.focus,
        on_undo_change=replies.undo,
        on_alone_change=replies.send_alone,
        on_go_change=actions.went,
        on_decide_change=proposals.decide,
    )
    data = _composer_data(view)
    if data is not None:
        COMPOSER(key="composer", data=data, on_send_change=replies.send)


def _header(view: ConversationView) -> None:
    """Draw who it is and what can be done with the whole conversation."""
    me = state.staff()
    with st.container(key="header", horizontal=True, vertical_alignment="center", gap="xsmall"):
        with st.container(key="header_words", width="stretch"):
            HEADLINE(
                key="headline",
                data=draw_conversation.headline(view, me, state.service().clock(), _frames()),
                on_back_change=actions.back,
            )
        with st.container(key="header_buttons", horizontal=True, gap="xsmall", width="content"):
            mine = view.assignee == me
            st.button(
                "Give back" if mine else "Assign to me",
                key="assign",
                shortcut="A",
                on_click=actions.assign,
                args=(None if mine else me,),
            )
            others = actions.takers(view, me)
            if others:
                st.menu_button("Hand over", list(others), key="hand_over", on_click=actions.hand_over)
            if view.status is Status.OPEN:
                st.menu_button("Snooze", list(actions.SNOOZES), key="snooze", on_click=actions.snooze)
                st.button("Resolve", key="resolve", shortcut="E", type="primary", on_click=actions.resolve)
            else:
                st.button("Reopen", key="reopen", shortcut="E", type="primary", on_click=actions.reopen)


def _frames() -> Frames:
    """Return where this reader's page asks for pictures."""
    return Frames(state.desk().media, state.staff())


def _menu(now: session.Inbox) -> tuple[str, Sequence[Allowed]] | None:
    """Return the item whose menu is open with what may be done to it."""
    if now.menu is None:
        return None
    with suppress(DeskError):
        return now.menu, state.desk().allowed(now.menu)
    return None


def _composer_data(view: ConversationView) -> Json | None:
    """Return what the composer shows; the last it was given when that cannot be read just now."""
    desk, me = state.desk(), state.staff()

    def read() -> Json:
        drafts = {mode: desk.draft(view.conversation_id, me, mode) for mode in draw_composer.MODES}
        lengths = {
            mode: desk.length(view.account_id, drafts[mode].text, mode == draw_composer.PRIVATE)
            for mode in (draw_composer.PUBLIC, draw_composer.PRIVATE)
        }
        links = {
            mode: desk.length(view.account_id, draw_composer.LINK, mode == draw_composer.PRIVATE).used
            for mode in lengths
        }
        return draw_composer.composer(
            view,
            drafts,
            lengths,
            me,
            session.inbox().outcome,
            sends=desk.team.may_send(me, view.account_id),
            colleagues=desk.team.colleagues(view.conversation_id, me),
            links=links,
        )

    kept: dict[str, Any] = st.session_state.setdefault("composer_data", {})
    data, _ = state.guarded(read, kept.get(view.conversation_id))
    if data is not None:
        st.session_state["composer_data"] = {view.conversation_id: data}
    return data


def _dialogs() -> None:
    """Open the dialog that was asked for, if any."""
    now = session.inbox()
    if now.confirm:
        replies.confirm_delete(now.confirm)
    elif now.reword:
        replies.reword(now.reword)
    elif now.deciding:
        proposals.dialog(now.deciding)
    elif now.help:
        replies.help_sheet()

"""The inbox: the queue, the conversation with its composer, and what is known about the customer.

Every pane is one keyed fragment, drawn by one component; a pane that cannot be read keeps what it showed.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from social_listener.dashboard import (
    draw_composer,
    draw_conversation,
    draw_macros,
    draw_queue,
    file_routes,
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
from social_listener.rights import RIGHT_WORDS, Right

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from social_listener.dashboard.component import Json
    from social_listener.desk_types import ConversationView
    from social_listener.desk_types.opened import Opened
    from social_listener.desk_types.team import Around
    from social_listener.model import Allowed

QUEUE = component("queue", "marked", "selection")
HEADLINE = component("headline", "presence", "pictures")
THREAD = component("thread", "pictures")
MACROS = component("macros", "finder")
COMPOSER = component(
    "composer", "selection", "session", "drafts", "mention", "finder", "emoji", "insert", "followup", "attach"
)
CONTEXT = component("context", "pictures")
LIVE = component("live", "beats")


def show() -> None:
    """Draw the inbox."""
    session.follow_address()
    session.read_queue(anew=session.inbox().shelf is None)
    session.read_conversation()
    session.read_notices()
    session.read_bench()
    session.write_address()
    inbox_toolbar.toolbar()
    with st.container(key="panes", horizontal=True, gap="small", wrap=False):
        with st.container(key="pane_list", width=372):
            queue()
        with st.container(key="pane_conversation", width="stretch"):
            conversation()
        with st.container(key="pane_details", width=304):
            context()
    inbox_bench.bench()
    ask()


@st.fragment(key="queue", run_every="60s")
def queue() -> None:
    """Draw the list, and hear of changes in the store: it is what most of them change."""
    with st.container(key="live_box"):
        heard_at = session.inbox().read_at
        LIVE(key="live_feed", data={"staff": state.staff(), "at": heard_at}, on_changed_change=actions.changed)
    actions.fresh_queue()
    with session.drawing("queue"):
        _list(session.inbox())


def _list(now: session.Inbox) -> None:
    data = draw_queue.queue(
        now.shelf or Shelf(),
        now.page,
        now.wanted,
        chosen=now.chosen,
        staff=state.staff(),
        several_channels=len({account.channel for account in state.accounts()}) > 1,
        health=session.health_line(),
        now=state.service().clock(),
    )
    QUEUE(
        key="queue_list",
        data={**data, "problem": now.queue_problem, "picked": now.picked_at, "views": inbox_toolbar.views()["views"]},
        on_pick_change=actions.picked,
        on_show_change=actions.show_new,
        on_more_change=actions.show_more,
        on_help_change=actions.show_help,
        on_view_change=inbox_toolbar.view_in_list,
    )


@st.fragment(key="conversation", run_every="60s")
def conversation() -> None:
    """Draw the headline with its buttons, what was said, and the composer."""
    state.show_flash()
    actions.fresh_conversation()
    with session.drawing("conversation"):
        with st.container(key="talk", gap=None):
            _talk(session.inbox())
        MACROS(
            key="macros",
            data=draw_macros.macros(session.inbox().view, state.staff(), session.inbox().macro),
            on_do_change=inbox_macros.do,
        )


@st.fragment(key="context")
def context() -> None:
    """Draw why it is urgent and who it is."""
    with session.drawing("context"):
        data = draw_conversation.context(session.inbox().view, state.service().clock(), _frames())
        CONTEXT(key="context_card", data=data, on_pick_change=actions.picked_past)


def _talk(now: session.Inbox) -> None:
    """Draw the conversation, or what stands in its place."""
    if now.opened is None:
        THREAD(key="thread", data=_no_thread(now))
        if now.chosen:
            st.button("Back to the list", key="back_to_list", on_click=actions.back)
        return
    view, about = now.opened.view, now.opened.around
    _header(view, about)
    THREAD(
        key="thread",
        data=draw_conversation.thread(
            view,
            state.service().clock(),
            _menu(now),
            now.view_problem,
            eyes=proposals.eyes(about),
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
    data = _composer_data(now.opened)
    if data is not None:
        COMPOSER(key="composer", data=data, on_send_change=replies.send)


def _no_thread(now: session.Inbox) -> Json:
    """Return what stands where no conversation is open."""
    none = not now.chosen and now.page is not None and not now.page.total
    return draw_conversation.no_thread(now.view_problem if now.chosen else None, none=none)


def _header(view: ConversationView, about: Around) -> None:
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
            if state.may(Right.ASSIGN):
                _assign_buttons(view, me, about)
            if state.may(Right.ORGANISE):
                _status_buttons(view)


def _assign_buttons(view: ConversationView, me: str, about: Around) -> None:
    """Draw what says who answers it."""
    mine = view.assignee == me
    st.button(
        "Give back" if mine else "Assign to me",
        key="assign",
        icon=":material/person_remove:" if mine else ":material/person_add:",
        help="Give it back to the queue" if mine else "Take it yourself",
        shortcut="A",
        on_click=actions.assign,
        args=(None if mine else me,),
    )
    others = actions.takers(view, about)
    if others:
        st.menu_button(
            "Hand over",
            list(others),
            key="hand_over",
            icon=":material/forward:",
            help="Hand it over",
            format_func=state.escape_markdown,  # teams are named by people, and a menu reads Markdown
            on_click=actions.hand_over,
        )


def _status_buttons(view: ConversationView) -> None:
    """Draw what puts it away, or brings it back."""
    if view.status is Status.OPEN:
        _snooze()
        _put_away("Resolve", actions.resolve, ":material/check:")
    else:
        _put_away("Reopen", actions.reopen, ":material/replay:")


def _snooze() -> None:
    """Draw the menu of times to put it away until."""
    st.menu_button(
        "Snooze",
        list(actions.SNOOZES),
        key="snooze",
        icon=":material/schedule:",
        help="Put it away until a time, or until they write",
        on_click=actions.snooze,
    )


def _put_away(label: str, do: Callable[[], None], icon: str) -> None:
    """Draw the button that resolves a conversation, or opens it again."""
    key, said = label.lower(), "It is done" if label == "Resolve" else "It is not done"
    st.button(label, key=key, icon=icon, help=said, shortcut="E", type="primary", on_click=do)


def _frames() -> Frames:
    """Return where this reader's page asks for pictures."""
    return Frames(state.desk().media, state.staff())


def _menu(now: session.Inbox) -> tuple[str, Sequence[Allowed]] | None:
    """Return the item whose menu is open with what may be done to it."""
    if now.menu is None:
        return None
    with suppress(DeskError):
        return now.menu, state.desk().allowed(now.menu, state.staff())
    return None


def _composer_data(opened: Opened) -> Json | None:
    """Return what the composer shows; None: the account is gone, and nothing can be sent or drafted."""
    me, view = state.staff(), opened.view
    typing = {mode: one for mode, one in opened.typing.items() if one.files is not None}
    if not typing:
        return None
    return draw_composer.composer(
        _as_far_as_may(view),
        {mode: one.draft for mode, one in opened.typing.items()},
        {mode: one.length for mode, one in typing.items() if one.length is not None},
        me,
        session.inbox().outcome,
        sends=opened.around.sends,
        colleagues=opened.around.colleagues,
        links={mode: one.link for mode, one in typing.items() if one.link is not None},
        pictures={
            mode: file_routes.pictures(one.files, me, view.conversation_id, mode)
            for mode, one in typing.items()
            if one.files is not None
        },
    )


def _as_far_as_may(view: ConversationView) -> ConversationView:
    """Return a conversation in which somebody who only reads is offered no reply."""
    if state.may(Right.REPLY) or state.may(Right.PROPOSE):
        return view
    because = f"your role does not let you {RIGHT_WORDS[Right.PROPOSE]}"
    rules = (replace(rule, ok=False, because=because) for rule in view.allowed if rule.verb.startswith("reply"))
    return replace(view, allowed=tuple(rules))


@st.fragment(key="dialogs")
def ask() -> None:
    """Open the dialog that was asked for, if any; by itself: drawn anew with a pane, what is typed would be lost."""
    with session.drawing("dialogs"):
        now = session.inbox()
        if now.confirm:
            replies.confirm_delete(now.confirm)
        elif now.reword:
            replies.reword(now.reword)
        elif now.deciding:
            proposals.dialog(now.deciding)
        elif now.help:
            replies.help_sheet()

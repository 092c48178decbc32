"""The inbox: the queue, the conversation with its composer, and what is known about the customer.

The list is a keyed fragment of one component. What belongs to the open conversation is drawn in panes that are fed
together (component.py). A pane that cannot be read keeps what it showed.
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
from social_listener.dashboard.component import component, feed, pane
from social_listener.dashboard.frames import Frames
from social_listener.dashboard.shelf import Shelf
from social_listener.errors import DeskError
from social_listener.rights import RIGHT_WORDS, Right

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from social_listener.dashboard.component import Json
    from social_listener.desk_types import ConversationView
    from social_listener.desk_types.opened import Opened
    from social_listener.model import Allowed

QUEUE = component("queue", "marked", "selection")
LIVE = component("live", "beats")
HEADLINE = pane("headline", "presence", "pictures", "selection")
THREAD = pane("thread", "pictures")
COMPOSER = pane(
    "composer", "selection", "session", "drafts", "mention", "finder", "emoji", "insert", "followup", "attach"
)
MACROS = pane("macros", "finder")
CONTEXT = pane("context", "pictures")
BENCH = pane("bench", "selection", "picker", "organise")
FEED = feed(session.FEED)

#: what happens in a pane → what is called then
TOLD: Mapping[str, Mapping[str, Callable[[], None]]] = {
    "queue": {"pick": actions.picked},
    "headline": {"back": actions.back, "do": actions.do},
    "thread": {
        "do": replies.act,
        "menu": replies.open_menu,
        "focus": replies.focus,
        "undo": replies.undo,
        "alone": replies.send_alone,
        "go": actions.went,
        "decide": proposals.decide,
        "back": actions.back,
    },
    "composer": {"send": replies.send},
    "macros": {"do": inbox_macros.do},
    "context": {"pick": actions.picked_past},
    "bench": {"do": inbox_bench.do},
}


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
            with st.container(key="talk", gap=None):
                HEADLINE()
                THREAD()
                COMPOSER()
            MACROS()
        with st.container(key="pane_details", width=304):
            CONTEXT()
    BENCH()
    conversation()
    ask()


@st.fragment(key="queue", run_every="60s")
def queue() -> None:
    """Draw the list, and hear of changes in the store: it is what most of them change."""
    live = st.container(key="live_box")
    heard_at = session.inbox().read_at
    actions.fresh_queue()
    with session.drawing("queue"):
        _list(session.inbox())
    with live:  # last: where the rest of a drawing gets lost, the feed does not take the list for drawn
        LIVE(key="live_feed", data={"staff": state.staff(), "at": heard_at}, on_changed_change=actions.changed)


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
        on_show_change=actions.show_new,
        on_more_change=actions.show_more,
        on_help_change=actions.show_help,
        on_view_change=inbox_toolbar.view_in_list,
    )


@st.fragment(key="conversation", run_every="60s")
def conversation() -> None:
    """Feed the panes that belong to the open conversation: all of them show the same, at the same moment."""
    state.show_flash()
    actions.fresh_conversation()
    with session.drawing("conversation"):
        now, time = session.inbox(), state.service().clock()
        FEED(
            data={
                "headline": _headline(now, time),
                "thread": _thread(now, time),
                "composer": _composer_data(now.opened) if now.opened else None,
                "macros": draw_macros.macros(now.view, state.staff(), now.macro),
                "context": draw_conversation.context(now.view, time, _frames()),
                "bench": inbox_bench.data(now, time),
            },
            told=TOLD,
        )


def _headline(now: session.Inbox, time: datetime) -> Json | None:
    """Return who it is and what can be done with the whole conversation; None: none is open."""
    if now.opened is None:
        return None
    view, about = now.opened.view, now.opened.around
    deeds = draw_conversation.deeds(
        view,
        state.staff(),
        may_assign=state.may(Right.ASSIGN),
        may_organise=state.may(Right.ORGANISE),
        takers=bool(actions.takers(view, about)),
    )
    return {**draw_conversation.headline(view, state.staff(), time, _frames()), "deeds": deeds}


def _thread(now: session.Inbox, time: datetime) -> Json:
    """Return what was said, or what stands in its place."""
    if now.opened is None:
        return _no_thread(now)
    return draw_conversation.thread(
        now.opened.view,
        time,
        _menu(now),
        now.view_problem,
        eyes=proposals.eyes(now.opened.around),
        at_line=now.at_line,
        frames=_frames(),
    )


def _no_thread(now: session.Inbox) -> Json:
    """Return what stands where no conversation is open."""
    none = not now.chosen and now.page is not None and not now.page.total
    data = draw_conversation.no_thread(now.view_problem if now.chosen else None, none=none)
    return {**data, "back": bool(now.chosen)}


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
        read_at=(state.service().boot_id, opened.commits),
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

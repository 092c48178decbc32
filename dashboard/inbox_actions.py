"""What staff do in the inbox: callbacks that call the desk, remember what became of it, and draw what it touches."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NoReturn
from zoneinfo import ZoneInfo

import streamlit as st

from social_listener.dashboard import session, shelf, state, words
from social_listener.dashboard.draw_composer import MODES, NOTE, PUBLIC, Outcome
from social_listener.errors import Conflict, DeskError, ListenerError
from social_listener.model import ActionKind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

#: the panes that a conversation's change touches
ALL = ("toolbar", "queue", "conversation", "context")

SNOOZES: Mapping[str, Callable[[datetime], datetime]] = {
    "For 1 hour": lambda now: now + timedelta(hours=1),
    "For 4 hours": lambda now: now + timedelta(hours=4),
    "Until tomorrow 9:00": lambda now: _nine(now + timedelta(days=1)),
    "Until Monday 9:00": lambda now: _nine(now + timedelta(days=7 - now.weekday())),
}

_DONE: Mapping[ActionKind, str] = {
    ActionKind.HIDE: "Hidden on the platform",
    ActionKind.UNHIDE: "Shown again on the platform",
    ActionKind.LIKE: "Liked",
    ActionKind.UNLIKE: "Like taken back",
    ActionKind.DELETE: "Deleted on the platform",
}


def _nine(day: datetime) -> datetime:
    return day.replace(hour=9, minute=0, second=0, microsecond=0)


def _rerun(*panes: str) -> NoReturn:
    st.rerun(list(panes))


# -- what changed behind the page --------------------------------------------------------------------------------------


def changed() -> None:
    """Read again, and draw what differs for the eye; called by the live feed."""
    before = session.queue_look(), session.conversation_look()
    session.read_queue()
    session.read_conversation()
    panes = []
    if session.queue_look() != before[0]:
        panes += ["toolbar", "queue"]
    if session.conversation_look() != before[1]:
        panes += ["conversation", "context"]
    if panes:
        st.session_state["just_read"] = set(panes)
        _rerun(*panes)


def fresh_queue() -> None:
    """Read the queue for a slow tick; a callback that has just read it saves the second reading."""
    if not _was_read("queue"):
        session.read_queue()


def fresh_conversation() -> None:
    """Read the conversation for a slow tick; a callback that has just read it saves the second reading."""
    if not _was_read("conversation"):
        session.read_conversation()


def _was_read(pane: str) -> bool:
    read: set[str] = st.session_state.setdefault("just_read", set())
    if pane in read:
        read.discard(pane)
        return True
    return False


def _draw(*panes: str) -> NoReturn:
    """Read what the panes show and draw them."""
    if "queue" in panes:
        session.read_queue()
    if "conversation" in panes:
        session.read_conversation()
    st.session_state["just_read"] = set(panes)
    session.write_address()
    _rerun(*panes)


# -- the list ----------------------------------------------------------------------------------------------------------


def picked() -> None:
    """Open the conversation that was picked in the list."""
    open_conversation(st.session_state["queue_list"].pick)


def picked_past() -> None:
    """Open a conversation from the contact's history."""
    open_conversation(st.session_state["context_card"].pick)


def open_conversation(conversation_id: object) -> None:
    """Open a conversation."""
    if isinstance(conversation_id, str) and conversation_id:
        session.choose(conversation_id)
        _draw("conversation", "context")


def back() -> None:
    """Close the conversation: the list is shown on a narrow screen."""
    session.choose(None)
    _draw("queue", "conversation", "context")


def show_new() -> None:
    """Lay the list out anew, with what arrived."""
    session.inbox().shelf = None
    _draw("toolbar", "queue")


def show_more() -> None:
    """Show further rows below those that are shown."""
    now = session.inbox()
    now.limit += session.STEP
    now.shelf = None
    _draw("toolbar", "queue")


def show_help() -> None:
    """Open the sheet of keys."""
    session.inbox().help = True
    _rerun("conversation")


# -- the conversation as a whole ---------------------------------------------------------------------------------------


def _change(change: Callable[[str, str, int], object], done: str) -> bool:
    """Change the open conversation by compare-and-set; what stands against it is told, and the page is read again."""
    view = session.inbox().view
    if view is None:
        return False
    try:
        change(view.conversation_id, state.staff(), view.version)
    except ListenerError as error:
        state.flash(str(error), ":material/error:")
        return False
    state.flash(done)
    return True


def assign(to: str | None) -> None:
    """Assign the conversation to a colleague, or to nobody."""
    done = f"Assigned to {to}" if to else "Given back: nobody has it now"
    _change(lambda id_, me, version: state.desk().assign(id_, me, to, version), done)
    _draw(*ALL)


def hand_over() -> None:
    """Assign the conversation to the colleague picked in the menu."""
    to = st.session_state["hand_over"]
    if to in state.service().settings.dashboard.staff:
        assign(to)


def snooze() -> None:
    """Put the conversation away until the time picked in the menu, by the reader's own clock."""
    choice = st.session_state["snooze"]
    if choice not in SNOOZES:
        return
    zone = ZoneInfo(st.context.timezone or "UTC")
    until = SNOOZES[choice](state.service().clock().astimezone(zone))
    words_ = f"Snoozed: it comes back {choice.lower().replace('for', 'in').replace('until', 'on')}, or when they write"
    if _change(lambda id_, me, version: state.desk().snooze(id_, me, until, version), words_):
        _put_away()
    _draw(*ALL)


def resolve() -> None:
    """Resolve the conversation and open the next."""
    if _change(lambda id_, me, version: state.desk().resolve(id_, me, version), "Resolved"):
        _put_away()
    _draw(*ALL)


def reopen() -> None:
    """Open a resolved or snoozed conversation again."""
    _change(lambda id_, me, version: state.desk().reopen(id_, me, version), "Open again")
    _draw(*ALL)


def _put_away() -> None:
    """Take the open conversation off the list and open the next one."""
    now = session.inbox()
    if now.shelf is None or now.chosen is None:
        return
    following = shelf.following(now.shelf, now.chosen)
    now.shelf = shelf.without(now.shelf, now.chosen)
    session.choose(following)


# -- single items ------------------------------------------------------------------------------------------------------


def focus() -> None:
    """Answer another item of the conversation."""
    now = session.inbox()
    now.focus = st.session_state["thread"].focus
    now.menu = None
    _draw("conversation", "context")


def open_menu() -> None:
    """Open or close an item's menu."""
    session.inbox().menu = st.session_state["thread"].menu or None
    _draw("conversation")


def act(wish: object = None) -> None:
    """Hide, like …; deleting is asked about first."""
    wish = wish or st.session_state["thread"].do
    if not isinstance(wish, dict):
        return
    try:
        kind, item = ActionKind(wish.get("verb")), str(wish.get("item"))
    except ValueError:
        return
    now = session.inbox()
    now.menu = None
    if kind is ActionKind.DELETE:
        now.confirm = item
    else:
        _perform(item, kind)
    _draw("queue", "conversation")


def _perform(item: str, kind: ActionKind) -> None:
    try:
        state.desk().act(item, kind, state.staff())
        state.flash(_DONE[kind])
    except ListenerError as error:
        state.flash(f"{_DONE[kind].split()[0]}? No: {error}", ":material/error:")


def _unconfirmed() -> None:
    session.inbox().confirm = None


@st.dialog("Delete our post?", on_dismiss=_unconfirmed)
def confirm_delete(item: str) -> None:
    """Ask before our own words are deleted on the platform."""
    st.write("It is deleted on the platform for everybody, at once. This cannot be undone.")
    try:
        text = state.desk().item(item).item.text
    except DeskError as error:
        text = str(error)
    with st.container(border=True, key="confirm_text"):
        st.text(words.visible(text))
    with st.container(horizontal=True, horizontal_alignment="right", key="confirm_buttons"):
        if st.button("Keep it", key="confirm_no"):
            _unconfirmed()
            st.rerun()
        if st.button("Delete it", key="confirm_yes", type="primary"):
            _unconfirmed()
            _perform(item, ActionKind.DELETE)
            st.rerun()


# -- replies and notes -------------------------------------------------------------------------------------------------


def send() -> None:
    """Hand over what was written: a reply to the outbox, a note to the conversation."""
    wish = st.session_state["composer"].send
    if not isinstance(wish, dict):
        return
    text, nonce, mode = str(wish.get("text", "")), str(wish.get("nonce", "")), str(wish.get("mode"))
    item, conversation_id, seen = str(wish.get("item")), str(wish.get("conversation")), wish.get("seen")
    if mode not in MODES:
        return
    refused, conflict = None, False
    try:
        _hand_over(mode, conversation_id, item, text, nonce, seen if isinstance(seen, int) else 0)
    except Conflict as error:
        refused, conflict = str(error), True
    except ListenerError as error:
        refused = str(error)
    except Exception:
        state.log.exception("dashboard: a text could not be handed over")
        refused = "The service could not take it just now. Nothing was sent. Try again in a moment."
    at = state.service().clock().isoformat()
    session.inbox().outcome = Outcome(nonce=nonce, at=at, mode=mode, refused=refused, conflict=conflict)
    _draw(*ALL)


def _hand_over(mode: str, conversation_id: str, item: str, text: str, nonce: str, seen: int) -> None:
    desk, me = state.desk(), state.staff()
    if mode == NOTE:
        desk.note(conversation_id, text, me)
        desk.save_draft(conversation_id, me, NOTE, "")
        state.flash("Note saved", ":material/sticky_note_2:")
    elif mode == PUBLIC:
        desk.reply_public(item, text, me, nonce, seen_version=seen)
    else:
        desk.reply_private(item, text, me, nonce, seen_version=seen)


def undo() -> None:
    """Take a reply back, if it has not left."""
    intent = st.session_state["thread"].undo
    try:
        if state.desk().undo(str(intent), state.staff()):
            state.flash("Taken back. Its text is in the composer.", ":material/undo:")
        else:
            state.flash("Too late: it was on its way already.", ":material/error:")
    except ListenerError as error:
        state.flash(str(error), ":material/error:")
    _draw(*ALL)


# -- the sheet of keys -------------------------------------------------------------------------------------------------

KEYS: Mapping[str, str] = {
    "J / K": "next and previous conversation",
    "R": "write the answer",
    "N": "write a note",
    "Ctrl + Enter": "send what is written",
    "Esc": "leave the composer",
    "A": "assign to me, or give back",
    "E": "resolve, or reopen",
    "/": "search",
    "?": "this sheet",
}


def _help_closed() -> None:
    session.inbox().help = False


@st.dialog("Keys", on_dismiss=_help_closed)
def help_sheet() -> None:
    """Show the keys."""
    rows = "\n".join(f"| **{key}** | {meaning} |" for key, meaning in KEYS.items())
    st.markdown(f"| Key | What it does |\n|---|---|\n{rows}")

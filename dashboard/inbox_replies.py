"""What staff do to what was said: reply, note, undo, like, hide, delete; and the dialogs that belong to it."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING

import streamlit as st

from social_listener.dashboard import dialogs, session, state, words
from social_listener.dashboard.draw_composer import MODES, NOTE, PUBLIC, Outcome
from social_listener.dashboard.inbox_actions import draw, resolve_answered
from social_listener.desk.reply import PublicAndPrivate
from social_listener.errors import Conflict, DeskError, ListenerError
from social_listener.model import ActionKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from social_listener.desk_types import ReplyLine

log = logging.getLogger(__name__)

_DONE: Mapping[ActionKind, str] = {
    ActionKind.HIDE: "Hidden on the platform",
    ActionKind.UNHIDE: "Shown again on the platform",
    ActionKind.LIKE: "Liked",
    ActionKind.UNLIKE: "Like taken back",
    ActionKind.DELETE: "Deleted on the platform",
    ActionKind.EDIT: "Changed on the platform",
}


# -- single items ------------------------------------------------------------------------------------------------------


def focus() -> None:
    """Answer another item of the conversation."""
    now = session.inbox()
    now.focus = session.told_by("thread", "focus")
    now.menu = None
    draw("conversation")


def open_menu() -> None:
    """Open or close an item's menu."""
    session.inbox().menu = session.told_by("thread", "menu") or None
    draw("conversation")


def act(wish: object = None) -> None:
    """Hide, like …; deleting is asked about first."""
    wish = wish or session.told_by("thread", "do")
    if not isinstance(wish, dict):
        return
    try:
        kind, item = ActionKind(str(wish.get("verb"))), str(wish.get("item"))
    except ValueError:
        return
    now = session.inbox()
    now.menu = None
    if kind is ActionKind.DELETE:
        now.confirm = item
    elif kind is ActionKind.EDIT:
        now.reword = item
    else:
        _perform(item, kind)
    draw("queue", "conversation")


def _perform(item: str, kind: ActionKind) -> None:
    try:
        state.desk().act(item, kind, state.staff())
        state.flash(_DONE[kind])
    except ListenerError as error:
        state.flash(words.sentence(str(error)), ":material/error:")


def _unconfirmed() -> None:
    session.inbox().confirm = None


def _undeleted() -> None:
    _unconfirmed()
    session.redraw()


@st.dialog("Delete our post?", on_dismiss=_unconfirmed)
def confirm_delete(item: str) -> None:
    """Ask before our own words are deleted on the platform."""
    st.write("It is deleted on the platform for everybody, at once. This cannot be undone.")
    try:
        text = state.desk().item(item, state.staff()).item.text
    except DeskError as error:
        text = str(error)
    with st.container(border=True, key="confirm_text"):
        st.text(words.visible(text))

    def delete() -> None:
        _unconfirmed()
        _perform(item, ActionKind.DELETE)
        draw("queue", "conversation")

    dialogs.foot("confirm", ("Keep it", _undeleted), ("Delete it", delete), ready=True)


def _kept() -> None:
    session.inbox().reword = None
    dialogs.forget_problem()


def _unchanged() -> None:
    _kept()
    session.redraw()


@st.dialog("Change our words", on_dismiss=_kept)
def reword(item: str) -> None:
    """Let our own words be changed on the platform; the wording before stays visible here as a version."""
    try:
        text = state.desk().item(item, state.staff()).item.text
    except DeskError as error:
        st.text(words.visible(str(error)))
        return
    key = f"reword_{item}"
    wording = st.text_area("Everybody on the platform sees the new wording at once.", text, key=key)

    def change() -> None:
        wording = dialogs.typed(key)
        if dialogs.succeeds(
            lambda: state.desk().act(item, ActionKind.EDIT, state.staff(), wording), _DONE[ActionKind.EDIT]
        ):
            _kept()
        draw("queue", "conversation")

    same = wording.strip() in {"", text.strip()}
    dialogs.foot("reword", ("Keep it as it was", _unchanged), ("Change it", change), ready=not same)


# -- replies and notes -------------------------------------------------------------------------------------------------


def send() -> None:
    """Hand over what was written: a reply to the outbox, a note to the conversation."""
    wish = session.told_by("composer", "send")
    if not isinstance(wish, dict):
        return
    text, nonce, mode = str(wish.get("text", "")), str(wish.get("nonce", "")), str(wish.get("mode"))
    if mode not in MODES:
        return
    refused, conflict = None, False
    try:
        _hand_over(wish, mode, text, nonce)
    except Conflict as error:
        refused, conflict = words.sentence(str(error)), True
    except ListenerError as error:
        refused = words.sentence(str(error))
    except Exception:
        log.exception("dashboard: a text could not be handed over")
        refused = "The service could not take it just now. Send it again in a moment: it cannot go out twice."
    at = str(time.monotonic_ns())
    session.inbox().outcome = Outcome(nonce=nonce, at=at, mode=mode, refused=refused, conflict=conflict)
    if refused is None and wish.get("resolve") is True and mode != NOTE and not wish.get("approval"):
        follow = wish.get("follow")
        then = (str(follow.get("text", "")),) if isinstance(follow, dict) else ()
        resolve_answered(str(wish.get("conversation")), (text, *then))
    draw(*session.PANES)


def _hand_over(wish: Mapping[str, object], mode: str, text: str, nonce: str) -> None:
    desk, me = state.desk(), state.staff()
    conversation_id, item, seen = str(wish.get("conversation")), str(wish.get("item")), wish.get("seen")
    version = seen if isinstance(seen, int) else 0
    follow = wish.get("follow")
    if mode == NOTE:
        desk.note(conversation_id, text, me)
        desk.save_draft(conversation_id, me, NOTE, "")
        state.flash("Note saved", ":material/sticky_note_2:")
    elif wish.get("approval"):
        if isinstance(follow, dict):
            raise DeskError("a reply and its private follow-up wait for approval one after the other: take one off")
        desk.team.propose(item, text, me, nonce, version, private=mode != PUBLIC)
        state.flash("It waits for approval", ":material/hourglass_top:")
    elif mode == PUBLIC and isinstance(follow, dict):
        then, then_nonce = str(follow.get("text", "")), str(follow.get("nonce", ""))
        texts = PublicAndPrivate(public=text, public_nonce=nonce, private=then, private_nonce=then_nonce)
        first, second = desk.reply_both(item, texts, me, seen_version=version)
        _began_from(first, wish.get("saved"))
        _began_from(second, follow.get("saved"))
    else:
        say = desk.reply_public if mode == PUBLIC else desk.reply_private
        _began_from(say(item, text, me, nonce, seen_version=version), wish.get("saved"))


def _began_from(reply: ReplyLine, saved: object) -> None:
    """Remember which saved reply was inserted into a text; what is suggested for similar items hangs on it."""
    if not isinstance(saved, dict):
        return
    try:
        state.desk().library.used(reply.id, str(saved.get("id")), str(saved.get("text", "")), state.staff())
    except ListenerError:
        log.exception("dashboard: the use of a saved reply could not be written down")


def send_alone() -> None:
    """Let a private message go though the public answer before it did not go out."""
    intent = session.told_by("thread", "alone")
    try:
        state.desk().send_alone(str(intent), state.staff())
        state.flash("It goes out now.")
    except ListenerError as error:
        state.flash(words.sentence(str(error)), ":material/error:")
    draw(*session.PANES)


def undo() -> None:
    """Take a reply back, if it has not left."""
    intent = session.told_by("thread", "undo")
    try:
        with state.DRAFTS:
            undone = state.desk().undo(str(intent), state.staff())
        if undone:
            state.flash("Taken back. Its text is in the composer.", ":material/undo:")
        else:
            state.flash("Too late: it was on its way already.", ":material/error:")
    except ListenerError as error:
        state.flash(words.sentence(str(error)), ":material/error:")
    draw(*session.PANES)


# -- the sheet of keys -------------------------------------------------------------------------------------------------

KEYS: Mapping[str, str] = {
    "J / K": "next and previous conversation; J at the end shows more",
    ".": "show what is new in the list",
    "R": "write the answer",
    "U": "answer the message above; Shift + U: the one below",
    "P": "write in public, or in private",
    "I": "insert a saved reply; while writing: ; at the start of a word",
    "F": "write a private message that follows the public answer",
    "M": "run a macro: it shows first what it will do",
    "Ctrl + .": "insert an emoji, while writing",
    "N": "write a note",
    "Ctrl + Enter": "send what is written; with Shift: and resolve",
    "Alt + Enter": "ask a colleague to approve what is written",
    "Esc": "leave the composer; let go of what is selected",
    "A": "assign to me, or give back",
    "G": "hand over to a colleague or a team",
    "H": "hide what is answered, or show it again",
    "T": "like what is answered, or take the like back",
    "O": "change or delete our last words",
    "E": "resolve, or reopen",
    "@": "in a note: name a colleague, who is told",
    "W": "what waits for you (the bell)",
    "Y": "approve the reply that waits for approval; Shift + Y: change it first",
    "D": "refuse it; one of your own: withdraw and change it",
    "L": "put a label on, or take it off",
    "S": "snooze, until a time of your own too",
    "B": "mute the contact, or call it spam",
    "C": "say who is the same customer on another channel",
    "1 / 2 / 3": "what is explained at the right is negative, neutral, positive, whatever the program says",
    "+ / -": "its priority is too low; too high",
    "V": "go to a view; save what is shown as one",
    "X": "select; Shift + X up to there. L, S, A, G, E, B then do it to all that are selected",
    "Z": "take back what you did last, to one or to many; not what a platform has: replies, likes, hiding",
    "/": "search",
    "Shift + F": "filters",
    "?": "this sheet",
}


def _help_closed() -> None:
    session.inbox().help = False


@st.dialog("Keys", width="large", on_dismiss=_help_closed)
def help_sheet() -> None:
    """Show the keys, in two columns where there is room: all of them at a glance."""
    rows = [f"| **{key}** | {meaning} |" for key, meaning in KEYS.items()]
    half = (len(rows) + 1) // 2
    for column, part in zip(st.columns(2), (rows[:half], rows[half:]), strict=True):
        column.markdown("\n".join(["| Key | What it does |", "|---|---|", *part]))

"""What staff do in the inbox: callbacks that call the desk, remember what became of it, and draw what it touches."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NoReturn

import streamlit as st

from social_listener.dashboard import session, shelf, sight, state, words
from social_listener.desk_types.team import Around
from social_listener.errors import Conflict, ListenerError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from social_listener.desk_types import ConversationView

SNOOZES: Mapping[str, Callable[[datetime], datetime]] = {
    "Until tomorrow 9:00": lambda now: _nine(now + timedelta(days=1)),
    "For 1 hour": lambda now: _later(now, timedelta(hours=1)),
    "For 4 hours": lambda now: _later(now, timedelta(hours=4)),
    "Until Monday 9:00": lambda now: _nine(now + timedelta(days=7 - now.weekday())),
}

#: how a page names itself to those who look at the same; see assets/beats.js
PAGE = re.compile(r"[A-Za-z0-9-]{8,64}")
#: said when somebody wished for something with a conversation that is not open any more
ANOTHER_IS_OPEN = "nothing was done: another conversation is open now"
#: how often a change is tried on a conversation that is still what was decided on; a reply's way has three steps
_TRIES = 4


def _later(now: datetime, span: timedelta) -> datetime:
    """Return a moment that much time after `now`; on the wall it is more or less where the clocks are changed."""
    return (now.astimezone(UTC) + span).astimezone(now.tzinfo)


def _nine(day: datetime) -> datetime:
    return day.replace(hour=9, minute=0, second=0, microsecond=0)


# -- what changed behind the page --------------------------------------------------------------------------------------


def changed() -> None:
    """Read again, and draw what differs for the eye; called by the live feed."""
    session.read_queue()
    if session.is_outdated():
        session.read_conversation()
    if session.own_is_outdated():
        session.read_notices()
        session.read_bench()
    else:
        session.renew_bench()
    panes = session.outdated()
    st.session_state["just_read"] = {*panes, "queue"}
    if set(panes) - {"queue"}:
        session.redraw(*panes)
    session.owe("queue")  # it is drawn in this very run, in which the change was heard


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


def draw(*panes: str) -> NoReturn:
    """Read what the panes show and draw them."""
    if "queue" in panes:
        session.read_queue()
    if "bell" in panes:
        session.read_notices()
    if "conversation" in panes:
        session.read_conversation()
        session.read_bench()
    st.session_state["just_read"] = set(panes)
    session.write_address()
    session.redraw(*panes)


# -- the list ----------------------------------------------------------------------------------------------------------


def picked() -> None:
    """Open the conversation that was picked in the list."""
    wish = session.told_by("queue", "pick")
    if isinstance(wish, dict) and session.is_newest(wish.get("at")):
        open_conversation(wish.get("id"))
        page, view = wish.get("page"), session.inbox().view
        if view is not None and isinstance(page, str) and PAGE.fullmatch(page):
            # They have just been handed it, so nobody asks again whether they may see it.
            state.desk().team.presence.beat(page, state.staff(), view.conversation_id, "", state.service().clock())


def picked_past() -> None:
    """Open a conversation from the contact's history."""
    open_conversation(session.told_by("context", "pick"))


def went() -> None:
    """Open the conversation in which the open one goes on, or from which it came."""
    open_conversation(session.told_by("thread", "go"))


def open_conversation(conversation_id: object) -> None:
    """Open a conversation."""
    if isinstance(conversation_id, str) and conversation_id:
        session.choose(conversation_id)
        session.read_conversation()
        st.session_state["just_read"] = {"conversation"}
        session.write_address()
        session.owe("conversation")  # it is drawn in this very run: whoever opens one does so in a pane


def back() -> None:
    """Close the conversation: the list is shown on a narrow screen."""
    session.choose(None)
    draw("queue", "conversation")


def show_new() -> None:
    """Lay the list out anew, with what arrived."""
    session.inbox().shelf = None
    draw("toolbar", "queue")


def show_more() -> None:
    """Show further rows below those that are shown."""
    session.read_more()
    draw("toolbar", "queue")


def show_help() -> None:
    """Open the sheet of keys."""
    session.inbox().help = True
    session.redraw()


# -- the conversation as a whole ---------------------------------------------------------------------------------------


def _change(change: Callable[[str, str, int], object], done: str) -> bool:
    """Change the open conversation by compare-and-set; what stands against it is told, and the page is read again.

    When only a reply that was in sight went its way meanwhile, it is what was decided on, and is changed all the same.
    """
    view = session.inbox().view
    problem: ListenerError | None = None
    for _ in range(_TRIES):
        if view is None:
            return False
        try:
            change(view.conversation_id, state.staff(), view.version)
        except Conflict as error:
            problem, view = error, _still_in_sight(view)
            if view is None:
                break
        except ListenerError as error:
            problem = error
            break
        else:
            state.flash(done)
            return True
    state.flash(words.sentence(str(problem)), ":material/error:")
    return False


def _still_in_sight(before: ConversationView) -> ConversationView | None:
    """Return the open conversation as it is now; None when it is not any more what somebody decided on."""
    session.read_conversation()
    view = session.inbox().view
    return view if view is not None and sight.unchanged(before, view) else None


def do() -> None:
    """Do what a button of the headline says, with the conversation that it was pressed for."""
    wish = session.told_by("headline", "do")
    now = session.inbox()
    if not isinstance(wish, dict) or now.chosen is None:
        return
    if wish.get("id") != now.chosen:
        state.flash(words.sentence(ANOTHER_IS_OPEN), ":material/error:")
        return
    what = wish.get("what")
    if what in {"assign", "give_back"}:
        assign(state.staff() if what == "assign" else None)
    elif what == "resolve":
        resolve()
    elif what == "reopen":
        reopen()


def assign(to: str | None) -> None:
    """Assign the conversation to a colleague, or to nobody."""
    done = f"Assigned to {to}" if to else "Given back: nobody has it now"
    _change(lambda id_, me, version: state.desk().assign(id_, me, to, version), done)
    draw(*session.PANES)


def takers(view: ConversationView, about: Around) -> dict[str, tuple[str, bool]]:
    """Return who can take the conversation over: how the menu says it → name or id, and whether it is a team."""
    people = {name: (name, False) for name in about.colleagues if name != view.assignee}
    return people | {f"Team: {team.name}": (team.id, True) for team in about.teams if team.name != view.team}


def offered() -> dict[str, tuple[str, bool]]:
    """Return who can take the open conversation over, as `takers` does; nobody when none is open."""
    view = session.inbox().view
    if view is None:
        return {}
    about, _ = state.guarded(lambda: state.desk().team.around(view.conversation_id, state.staff()), Around())
    return takers(view, about)


def hand_over_to(picked: str) -> None:
    """Give the conversation to whom `takers` names so; nothing happens when nobody is named so any more."""
    if (found := offered().get(picked)) is None:
        return
    to, is_team = found
    if not is_team:
        assign(to)
    else:
        _change(
            lambda id_, me, version: state.desk().team.hand_over(id_, me, to, version),
            f"In the queue now: {picked}",
        )
        draw(*session.PANES)


def snooze_until(until: datetime, told: str) -> None:
    """Put the open conversation away until then, and open the next."""
    if _change(lambda id_, me, version: state.desk().snooze(id_, me, until, version), told):
        put_away()


def resolve() -> None:
    """Resolve the conversation and open the next."""
    if _change(lambda id_, me, version: state.desk().resolve(id_, me, version), "Resolved"):
        put_away()
    draw(*session.PANES)


def resolve_answered(conversation_id: str, said: Sequence[str]) -> None:
    """Resolve the open conversation, in which `said` was just answered, unless anything else happened there."""
    before = session.inbox().view
    session.read_conversation()
    view = session.inbox().view
    if before is None or view is None or view.conversation_id != conversation_id:
        return
    if not sight.unchanged(before, view, said):
        state.flash("Sent. Not resolved: something else happened here meanwhile", ":material/error:")
    elif _change(lambda id_, me, version: state.desk().resolve(id_, me, version), "Sent, and resolved"):
        put_away()


def reopen() -> None:
    """Open a resolved or snoozed conversation again."""
    _change(lambda id_, me, version: state.desk().reopen(id_, me, version), "Open again")
    draw(*session.PANES)


def put_away() -> None:
    """Take the open conversation off the list and open the next one."""
    now = session.inbox()
    if now.shelf is None or now.chosen is None:
        return
    following = shelf.following(now.shelf, now.chosen)
    now.shelf = shelf.without(now.shelf, now.chosen)
    session.choose(following)

"""What one open page remembers: its filter, the shelf of shown rows, the conversation that is open.

Everything lasting is in the store; this may be lost at any moment and is read again.
"""

from __future__ import annotations

import logging
import time
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, replace
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NoReturn, cast

import streamlit as st

from social_listener.dashboard import bench_data, component, dialogs, draw_queue, inbox_filter, shelf, state, words
from social_listener.dashboard.bench_data import Bench
from social_listener.desk_types import QueueRow, View
from social_listener.errors import DeskError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from social_listener.dashboard.component import Json
    from social_listener.dashboard.draw_composer import Outcome
    from social_listener.dashboard.inbox_proposals import Deciding
    from social_listener.desk.bulk import Prepared
    from social_listener.desk_types import ConversationView, QueueFilter, QueuePage, QueuePlace
    from social_listener.desk_types.answering import MacroRun
    from social_listener.desk_types.contacts import Likeness
    from social_listener.desk_types.opened import Opened
    from social_listener.desk_types.team import Notifications

log = logging.getLogger(__name__)

#: rows that are shown at first, and that every "show more" adds
STEP = 50
#: seconds for which an answer about health is good enough for the foot of the list
_HEALTH_GOOD_FOR = 10.0
#: seconds for which what is the reader's own is good enough while nobody touched it: an offer to take back runs out
_OWN_GOOD_FOR = 30.0
_NEVER = (-1, float("-inf"))

UNREADABLE = "This could not be read just now. What you see may be old; it is tried again by itself."


@dataclass(slots=True)
class Inbox:
    """What this page shows."""

    wanted: QueueFilter
    place: QueuePlace | None = None  #: behind the last row that is shown
    page: QueuePage | None = None
    shelf: shelf.Shelf | None = None
    queue_problem: str | None = None
    chosen: str | None = None
    picked_at: float = 0  #: when the conversation was picked, by the page's clock
    focus: str | None = None  #: the item that is answered; None: the desk's own choice
    opened: Opened | None = None
    view_problem: str | None = None
    menu: str | None = None  #: the item whose menu is open
    confirm: str | None = None  #: our item that is about to be deleted
    reword: str | None = None  #: our item that is about to be reworded
    help: bool = False
    reach: frozenset[str] | None = None  #: the accounts that the reader had access to when the list was last read
    bench: Bench = field(default_factory=Bench)
    prepared: Prepared | None = None  #: a change of many that was counted, and is asked about
    alike: tuple[Likeness, ...] = ()  #: contacts that may be the same customer, when somebody looks for them
    alike_for: str = ""  #: conversation and text that `alike` was found for
    takers: tuple[str, ...] | None = None  #: who can take the conversation over, once somebody has asked
    outcome: Outcome | None = None
    notices: Notifications | None = None  #: what waits for whoever looks
    at_line: tuple[str, str] = ("", "")  #: the line to open the conversation at, and what asked for it
    deciding: Deciding | None = None  #: the proposal that a dialog is about
    macro: MacroRun | None = None  #: what was run last, until its message is closed
    read_at: int = -1  #: revision of the store that the list was last read at
    own_read: tuple[int, float] = _NEVER  #: revision, and by this machine's clock, when the reader's own was read

    @property
    def view(self) -> ConversationView | None:
        """What was last read of the conversation that is open."""
        return self.opened.view if self.opened else None


def inbox() -> Inbox:
    """Return what this page shows; made from its address at the first call."""
    return state.of_page("inbox", _inbox)


def _inbox() -> Inbox:
    query = st.query_params.to_dict()
    return Inbox(wanted=inbox_filter.from_query(query), chosen=query.get("c") or None)


def follow_address() -> None:
    """Take up what the address says after the reader went back or forward, or opened a link in this page.

    What it does not hold was not there either: going back closes a conversation and takes a filter off. Only when the
    reader comes from another page, whose link holds nothing, the inbox is as it was left.
    """
    now = inbox()
    query = st.query_params.to_dict()
    returned = st.session_state.pop("left_inbox", False) and not query.keys() & {*inbox_filter.KEYS, "c"}
    if returned:
        return
    if (query.get("c") or None) != now.chosen:
        choose(query.get("c") or None)
    wanted = inbox_filter.from_query(query)
    if wanted != now.wanted:
        want(wanted)
        st.session_state["search"] = wanted.search


def leave() -> None:
    """Note that another page is shown."""
    st.session_state["left_inbox"] = True


def write_address() -> None:
    """Write what is shown into the address, so that it can be kept and sent to a colleague."""
    now = inbox()
    query = inbox_filter.to_query(now.wanted)
    if now.chosen:
        query["c"] = now.chosen
    if st.query_params.to_dict() != query:
        st.query_params.from_dict(query)


def want(wanted: QueueFilter) -> None:
    """Show another part of the queue, laid out anew."""
    now = inbox()
    now.wanted, now.place, now.shelf, now.page = wanted, None, None, None


def choose(conversation_id: str | None, focus: str | None = None) -> None:
    """Open a conversation, or none."""
    now = inbox()
    if conversation_id != now.chosen:
        now.opened, now.view_problem, now.alike, now.takers = None, None, (), None
    now.chosen, now.focus, now.menu, now.confirm, now.reword = conversation_id, focus, None, None, None
    now.at_line, now.deciding = ("", ""), None
    dialogs.forget_problem()  # of a dialog that is closed by that


def is_newest(at: object) -> bool:
    """Note when a conversation was picked, and return whether none was picked after that.

    Two wishes that wait for the same run come in the order of the panes, whichever was made first.
    """
    now = inbox()
    if not isinstance(at, int | float) or at < now.picked_at:
        return False
    now.picked_at = at
    return True


#: what is drawn by itself, in that order; each is the key of a fragment
PANES = ("toolbar", "filters", "bell", "queue", "conversation")
#: what feeds the panes of the open conversation; see component.py
FEED = "feed"
#: the fragment of the dialogs, drawn by itself and only when another is asked for, or its answer is there
DIALOGS = "dialogs"


def told_by(pane: str, what: str) -> Any:
    """Return the value that came with what happened in a pane that is fed: whatever a page sends, or None."""
    return component.told_by(FEED, pane, what)


def owe(*panes: str) -> None:
    """Note that these panes are to be drawn: in the run in which this was heard, or in one that another asks for."""
    _owed().update(panes)


def redraw(*panes: str) -> NoReturn:
    """Draw these panes again, and every other that was asked for and not drawn yet; ends the callback.

    When two callbacks meet in one run, the one that asks last decides what is drawn; what the other asked for is
    remembered here. One that does not ask, since what it changed is drawn in this run anyway, may come after one that
    does: so the list and the conversation are always drawn, or one that was picked at such a moment would not open.
    A dialog is closed by a drawing of the whole page only.
    """
    owe(*panes, "queue", "conversation")
    owed = _owed()
    if _looks().get(DIALOGS) != look(DIALOGS):
        if not any(cast("tuple[object, ...]", look(DIALOGS))):
            st.rerun()
        owed.add(DIALOGS)
    st.rerun([pane for pane in (*PANES, DIALOGS) if pane in owed])


@contextmanager
def drawing(pane: str) -> Iterator[None]:
    """Note that a pane was drawn, as what it shows was last read, once all of it was.

    A run that is cut off in the middle, because somebody pressed the next key, still owes what it did not draw.
    """
    yield
    _owed().discard(pane)
    _looks()[pane] = look(pane)


def outdated() -> list[str]:
    """Return the panes that show something else than what was last read."""
    return [pane for pane in PANES if pane not in _looks() or _looks()[pane] != look(pane)]


def look(pane: str) -> object:
    """Return what makes a difference to the eye in a pane; what only grows with time is left to the slow tick."""
    now = inbox()
    return _LOOKS.get(pane, _look_of_conversation)(now)


def _look_of_conversation(now: Inbox) -> object:
    view = now.view and replace(now.view, priority=0, factors=())
    return view, now.view_problem, now.bench, now.prepared, now.alike, now.alike_for, now.takers, now.macro


#: all of a row of the list but what only grows with time
_ROW_LOOK = attrgetter(*(one.name for one in fields(QueueRow) if one.name not in {"priority", "reasons"}))


def _look_of_queue(now: Inbox) -> object:
    rows = now.shelf.rows if now.shelf else ()
    marks = (now.shelf.gone, now.shelf.fresh) if now.shelf else ()
    return (
        [_ROW_LOOK(row) for row in rows],
        marks,
        now.page.total if now.page else 0,
        now.page and now.page.counts,
        dict(now.bench.counts),
        now.queue_problem,
        now.page and now.page.search,
    )


_LOOKS: Mapping[str, Callable[[Inbox], object]] = {
    "toolbar": lambda now: (now.wanted, now.bench.views, bool(now.page and now.page.counts.get(View.SPAM))),
    "filters": lambda now: (now.wanted, now.bench.labels, now.bench.teams),
    "bell": lambda now: now.notices,
    "queue": _look_of_queue,
    DIALOGS: lambda now: (now.confirm, now.reword, now.deciding, now.help, dialogs.problem()),
}


def _looks() -> dict[str, object]:
    return cast("dict[str, object]", st.session_state.setdefault("looks", {}))


def _owed() -> set[str]:
    return cast("set[str]", st.session_state.setdefault("owed", set()))


def read_queue(*, anew: bool = False) -> None:
    """Read the queue again. Rows on the screen keep their places unless they are laid out `anew`."""
    now = inbox()
    read_at = state.desk().revision  # before the reading, which may be newer than it tells, never older
    try:
        page = _read_queue(anew=anew or now.shelf is None or not now.shelf.rows)
    except Exception:
        log.exception("dashboard: the queue could not be read")
        now.queue_problem = UNREADABLE
        return
    now.queue_problem = None
    now.page, now.read_at = page, read_at
    reach = frozenset(account.id for account in state.accounts())
    # A row that is done stays under the eye for a while; one that they have no access to any more does not.
    other_reach = now.reach not in {None, reach}
    now.reach = reach
    if page.kept is None or now.shelf is None or other_reach:
        now.shelf, now.place = shelf.lay_out(page, STEP), page.next
    else:
        now.shelf = shelf.refresh(now.shelf, page, STEP)


def read_notices() -> None:
    """Read again what waits for whoever looks; a fault leaves what it was."""
    now = inbox()
    now.notices, _ = state.guarded(lambda: state.desk().team.notifications(state.staff()), now.notices)


def _read_queue(*, anew: bool) -> QueuePage:
    """Return the top of the queue, and unless it is laid out `anew` the rows that are shown."""
    now = inbox()
    wanted = replace(now.wanted, zone=st.context.timezone or "UTC")
    keep = None if anew or now.shelf is None else [row.conversation_id for row in now.shelf.rows]
    return state.desk().queue(wanted, state.staff(), limit=STEP, ahead=shelf.LOOKAHEAD, keep=keep)


def read_more() -> None:
    """Read the rows behind those that are shown, in the order in which the list was laid out."""
    now = inbox()
    if now.shelf is None:
        return
    wanted = replace(now.wanted, zone=st.context.timezone or "UTC")
    page, problem = state.guarded(
        lambda: state.desk().queue(wanted, state.staff(), limit=STEP, after=now.place, ahead=shelf.LOOKAHEAD), None
    )
    now.queue_problem = problem
    if page is not None:
        now.shelf, now.place = shelf.extended(now.shelf, page, STEP), page.next


def read_bench() -> None:
    """Read again what the bench shows; a fault leaves what it showed."""
    now, at = inbox(), (state.desk().revision, time.monotonic())
    now.bench, fault = state.guarded(lambda: bench_data.read(state.desk(), state.staff()), now.bench)
    now.own_read = at if fault is None else _NEVER


def own_is_outdated() -> bool:
    """Return whether what is the reader's own has to be read again: what waits for them, what they can take back."""
    revision, at = inbox().own_read
    return time.monotonic() - at > _OWN_GOOD_FOR or state.desk().is_own_outdated(state.staff(), revision)


def renew_bench() -> None:
    """Read again what others' work changes on the bench."""
    now = inbox()
    now.bench, _ = state.guarded(lambda: bench_data.renewed(now.bench, state.desk(), state.staff()), now.bench)


def is_outdated() -> bool:
    """Return whether the open conversation may have changed since it was read."""
    now = inbox()
    if now.opened is None or now.view_problem:
        return True
    return state.desk().is_outdated(now.opened.view, now.opened.read_at)


def read_conversation() -> None:
    """Read the open conversation again."""
    now = inbox()
    if now.chosen is None:
        now.opened, now.view_problem = None, None
        return
    try:
        now.opened = state.desk().opened(now.chosen, state.staff(), now.focus)
        now.view_problem = None
    except DeskError as error:
        now.opened, now.view_problem = None, words.sentence(str(error))
    except Exception:
        log.exception("dashboard: a conversation could not be read")
        now.view_problem = UNREADABLE


#: accounts that somebody has access to → the last line on health of those, and when it was read
_HEALTH: dict[frozenset[str], tuple[Json, float]] = {}


def health_line() -> Json:
    """Return one line on whether anything is missed; at most ten seconds old.

    It is shared by all pages of the process whose readers have access to the same accounts.
    """
    theirs = frozenset(account.id for account in state.accounts())
    known = _HEALTH.get(theirs)
    if known is not None and time.monotonic() - known[1] <= _HEALTH_GOOD_FOR:
        return known[0]
    view, problem = state.guarded(lambda: state.desk().health(state.staff()), None)
    line = draw_queue.health_line(None if problem else view)
    _HEALTH[theirs] = (line, time.monotonic())
    return line

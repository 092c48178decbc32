"""The bench: labels, views, undo, snoozing, muting, merging, and changes of many. One pane, one callback."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from social_listener.dashboard import (
    bench_data,
    draw_bench,
    inbox_actions,
    inbox_bulk,
    inbox_filter,
    inbox_macros,
    inbox_toolbar,
    session,
    state,
    words,
)
from social_listener.dashboard.bench_data import MACRO
from social_listener.dashboard.inbox_actions import draw
from social_listener.desk.corrections import LABELS
from social_listener.desk_types.contacts import Silencing
from social_listener.desk_types.organising import COLOURS
from social_listener.errors import DeskError, ListenerError
from social_listener.levels import Band, band

if TYPE_CHECKING:
    from datetime import datetime

    from social_listener.dashboard.component import Json

Wish = Mapping[str, Any]  #: what the bench asks for; every value is looked at before it is used


def data(now: session.Inbox, time: datetime) -> Json:
    """Return what the bench shows."""
    return draw_bench.bench(
        now,
        me=state.staff(),
        snoozes=list(inbox_actions.SNOOZES),
        time=time,
        channels=inbox_filter.channels(state.accounts()),
    )


def do() -> None:
    """Do what the bench asks for, and draw what it touches."""
    wish = session.told_by("bench", "do")
    run = WISHES.get(str(wish.get("what"))) if isinstance(wish, dict) else None
    if run is None:
        return
    try:
        told = run(wish)
    except ListenerError as error:
        state.flash(words.sentence(str(error)), ":material/error:")
    else:
        if told:
            state.flash(told)
    draw(*session.PANES)


def _text(wish: Wish, key: str) -> str:
    return str(wish.get(key) or "")


def _version(wish: Wish) -> int:
    version = wish.get("version")
    return version if isinstance(version, int) else 0


def _undo(wish: Wish) -> str:
    """Take a deed back, the last one when none is named, and tell what stayed."""
    desk, me, step = state.desk(), state.staff(), _text(wish, "id")
    if not step:
        last = bench_data.latest(desk, me)
        if last is None:
            return ""
        step = last.id
    if step.startswith(MACRO):
        inbox_macros.take_back(step.removeprefix(MACRO))
        return ""
    done = desk.undoing.undo(step, me)
    now = session.inbox()
    now.shelf = None  # what comes back stands in its place, not among the new ones
    if done.only and done.restored and done.of_conversations:
        session.choose(done.only)
    if not done.left:
        return f"Taken back: {done.words}"
    taken = f"{done.restored:,} taken back, {len(done.left):,} not" if done.restored else "Not taken back"
    first = done.left[0]
    return words.sentence(f"{taken}. {first.name or 'One'}: {first.why}")


# -- labels ------------------------------------------------------------------------------------------------------------


def _label(wish: Wish) -> str:
    on = bool(wish.get("on"))
    state.desk().labels.put(_text(wish, "conversation"), _text(wish, "label"), state.staff(), on=on)
    return ""


def _define(wish: Wish) -> str:
    """Make a label and put it on; the colours take turns."""
    desk, me = state.desk(), state.staff()
    colours = list(COLOURS)
    number = len(desk.labels.all(me, archived=True))
    label = desk.labels.define(_text(wish, "name"), colours[(number + 1) % len(colours)], me)
    if conversation := _text(wish, "conversation"):
        desk.labels.put(conversation, label.id, me)
    return ""


def _relabel(wish: Wish) -> str:
    """Rename a label, give it another colour, put it away."""
    archived = wish.get("archived")
    state.desk().labels.change(
        _text(wish, "label"),
        state.staff(),
        _version(wish),
        name=_text(wish, "name") or None,
        colour=_text(wish, "colour") or None,
        archived=archived if isinstance(archived, bool) else None,
    )
    return "Label changed"


# -- views -------------------------------------------------------------------------------------------------------------


def _view(wish: Wish) -> str:
    inbox_toolbar.show_view(_text(wish, "view"))
    return ""


def _save_view(wish: Wish) -> str:
    wanted, shared = session.inbox().wanted, bool(wish.get("shared"))
    view = state.desk().views.save(_text(wish, "name"), wanted, state.staff(), shared=shared)
    return f"Saved as {view.name}" + (", for everybody" if shared else "")


def _change_view(wish: Wish) -> str:
    """Rename, move or delete a saved view, or have it hold what is shown."""
    views, key, me = state.desk().views, _text(wish, "view"), state.staff()
    if wish.get("delete"):
        views.delete(key, me, _version(wish))
        return "View deleted"
    if wish.get("by") in {-1, 1}:
        views.move(key, me, int(wish["by"]))
        return ""
    wanted = session.inbox().wanted if wish.get("refile") else None
    views.change(key, me, _version(wish), name=_text(wish, "name") or None, wanted=wanted)
    return "View changed"


# -- the open conversation and its contact -----------------------------------------------------------------------------


def _snooze(wish: Wish) -> str:
    if _text(wish, "conversation") != session.inbox().chosen:
        raise DeskError(inbox_actions.ANOTHER_IS_OPEN)
    if until := inbox_bulk.moment(wish):
        inbox_actions.snooze_until(until, inbox_bulk.told(wish))
    return ""


def _takers(_: Wish) -> str:
    """Look who can take the open conversation over."""
    session.inbox().takers = tuple(inbox_actions.offered())
    return ""


def _hand_over(wish: Wish) -> str:
    if _text(wish, "conversation") != session.inbox().chosen:
        raise DeskError(inbox_actions.ANOTHER_IS_OPEN)
    inbox_actions.hand_over_to(_text(wish, "to"))
    return ""


_BANDS = (Band.LOW, Band.MIDDLE, Band.HIGH)


def _correct(wish: Wish) -> str:
    """Say what the item that is explained really is: its sentiment, or that its priority is too high or too low."""
    desk, me, item = state.desk(), state.staff(), _text(wish, "item")
    if _text(wish, "conversation") != session.inbox().chosen:
        raise DeskError(inbox_actions.ANOTHER_IS_OPEN)
    if wish.get("priority") in {"up", "down"}:
        now = band(desk.item(item, me).priority or 0)
        place = _BANDS.index(now) + (1 if wish["priority"] == "up" else -1)
        if not 0 <= place < len(_BANDS):
            return f"Its priority is {now.value} already"
        desk.corrections.correct(item, me, priority=_BANDS[place])
        return ""
    sentiment = next((one for one in LABELS if one.value == wish.get("sentiment")), None)
    if sentiment is not None and not desk.corrections.correct(item, me, sentiment=sentiment):
        return f"It is called {sentiment.value} already"
    return ""


def _silence(wish: Wish) -> str:
    """Mute the contact, call them spam, or hear them again; the next conversation opens."""
    desk, me, conversation = state.desk(), state.staff(), _text(wish, "conversation")
    if wish.get("kind") is None:
        desk.contacts.hear(conversation, me)
        session.inbox().shelf = None
        return "They are heard again"
    kind = Silencing.SPAM if wish.get("kind") == Silencing.SPAM else Silencing.MUTED
    desk.contacts.silence(conversation, kind, me, inbox_bulk.end_of_mute(wish))
    if conversation == session.inbox().chosen:
        inbox_actions.put_away()
    return "Their items are stored, and raise no row in the queue"


def _alike(wish: Wish) -> str:
    """Look for contacts that may be the same customer: by what they have in common, or by a name."""
    contacts, conversation, me = state.desk().contacts, _text(wish, "conversation"), state.staff()
    text = _text(wish, "text")[:80]
    session.inbox().alike, session.inbox().alike_for = (), f"{conversation}\n{text}"
    found = contacts.find(conversation, text, me) if text.strip() else contacts.suggest(conversation, me)
    view = session.inbox().view
    whole = view.contact.others if view and view.contact else ()
    known = {one.contact.id for one in found}
    session.inbox().alike = (*(inbox_bulk.member(one) for one in whole if one.id not in known), *found)
    return ""


def _merge(wish: Wish) -> str:
    state.desk().contacts.merge(_text(wish, "conversation"), _text(wish, "contact"), state.staff())
    return "One customer now"


def _split(wish: Wish) -> str:
    state.desk().contacts.split(_text(wish, "conversation"), _text(wish, "contact"), state.staff())
    return "Two customers again"


WISHES: Mapping[str, Callable[[Wish], str]] = {
    "undo": _undo,
    "label": _label,
    "define": _define,
    "relabel": _relabel,
    "view": _view,
    "save_view": _save_view,
    "change_view": _change_view,
    "snooze": _snooze,
    "takers": _takers,
    "hand_over": _hand_over,
    "correct": _correct,
    "silence": _silence,
    "alike": _alike,
    "merge": _merge,
    "split": _split,
    "bulk": inbox_bulk.ask,
    "go": inbox_bulk.go,
    "stay": inbox_bulk.stay,
}

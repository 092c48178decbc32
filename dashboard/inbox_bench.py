"""The bench: labels, undo, and what is done to several conversations at once. One component, one callback."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from social_listener.dashboard import draw_bench, session, state, words
from social_listener.dashboard.component import component
from social_listener.dashboard.inbox_actions import draw
from social_listener.desk_types.organising import COLOURS
from social_listener.errors import ListenerError

BENCH = component("bench", "selection", "picker")

Wish = Mapping[str, Any]  #: what the component asks for; every value is looked at before it is used


@st.fragment(key="bench")
def bench() -> None:
    """Draw it."""
    session.drawn("bench")
    now = session.inbox()
    BENCH(key="bench", data=draw_bench.bench(now.bench, now.view, state.service().clock()), on_do_change=_do)


def _do() -> None:
    """Do what the component asks for, and draw what it touches."""
    wish = st.session_state["bench"].do
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


def _undo(wish: Wish) -> str:
    """Take the last deed back, and tell what stayed."""
    done = state.desk().undoing.undo(_text(wish, "id"), state.staff())
    now = session.inbox()
    now.shelf = None  # what comes back stands in its place, not among the new ones
    if done.only and done.restored:
        session.choose(done.only)
    if not done.left:
        return f"Taken back: {done.words}"
    first = done.left[0]
    stayed = (
        f"{first.name or 'One'}: {first.why}"
        if len(done.left) == 1
        else words.count(len(done.left), "stayed", "stayed")
    )
    taken = f"{words.count(done.restored, 'taken back', 'taken back')}, " if done.restored else "Not taken back. "
    return words.sentence(f"{taken}{stayed}")


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
    version, archived = wish.get("version"), wish.get("archived")
    state.desk().labels.change(
        _text(wish, "label"),
        state.staff(),
        version if isinstance(version, int) else 0,
        name=_text(wish, "name") or None,
        colour=_text(wish, "colour") or None,
        archived=archived if isinstance(archived, bool) else None,
    )
    return "Label changed"


WISHES: Mapping[str, Callable[[Wish], str]] = {
    "undo": _undo,
    "label": _label,
    "define": _define,
    "relabel": _relabel,
}

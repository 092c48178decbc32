"""Macros on the Library page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from social_listener.dashboard import draw_library, state
from social_listener.dashboard.component import component
from social_listener.dashboard.library_state import NEW, Shelf, choose, close, tried
from social_listener.desk.macro_steps import ME, MOST_HOURS, STEPS
from social_listener.desk.macros import MOST_STEPS
from social_listener.desk_types.answering import MacroStep

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from social_listener.desk_types.answering import Macro, SavedReply
    from social_listener.desk_types.organising import Label

LIST = component("library")


def show(left: object, right: object, open_now: Shelf, *, archived: bool) -> None:
    """Draw the list of macros, and the open one."""
    nothing: Sequence[Macro] = ()
    found, problem = state.guarded(lambda: state.desk().macros.all(state.staff(), archived=archived), nothing)
    known = {one.id: one for one in found}
    with left:  # type: ignore[attr-defined]  # a column of Streamlit
        data = draw_library.macros(found, open_now.id)
        LIST(key="macro_list", data={**data, "problem": problem}, on_pick_change=lambda: _picked(known))
    with right:  # type: ignore[attr-defined]  # a column of Streamlit
        if open_now.id is None:
            with st.container(key="library_none"):
                st.text("Pick a macro to change it, or make a new one." if found else "New makes the first one.")
        else:
            _form(known.get(open_now.id), open_now)


def _picked(known: Mapping[str, Macro]) -> None:
    one = known.get(str(st.session_state["macro_list"].pick))
    if one is not None:
        choose(one.id, one.version)


def _form(one: Macro | None, open_now: Shelf) -> None:
    """Draw the name and the steps of one macro."""
    st.text_input("Name", one.name if one else "", key=open_now.key("macro"), max_chars=80)
    steps = one.steps if one else ()
    count = st.session_state.setdefault(open_now.key("count"), max(1, len(steps)))
    for number in range(count):
        _step(open_now, number, steps[number] if number < len(steps) else None)
    with st.container(horizontal=True):
        more = count < MOST_STEPS
        st.button("Add a step", key="macro_more", disabled=not more, on_click=_count, args=(open_now, count + 1))
        st.button("Remove the last", key="macro_less", disabled=count < 2, on_click=_count, args=(open_now, count - 1))
    st.toggle("Shared with everybody", one is None or one.owner is None, key=open_now.key("macro_shared"))
    with st.container(horizontal=True):
        st.button("Save", key="macro_save", type="primary", on_click=_save, args=(open_now, count))
        st.button("Close", key="macro_close", on_click=close)
        if one is not None:
            label = "Bring back" if one.archived_at else "Archive"
            st.button(label, key="macro_archive", on_click=_archive, args=(one, open_now.version))


def _step(open_now: Shelf, number: int, step: MacroStep | None) -> None:
    """Draw one step: what is done, and with what."""
    kinds = list(STEPS)
    at = kinds.index(step.kind) if step and step.kind in kinds else 0
    with st.container(horizontal=True, key=open_now.key(f"step{number}")):
        kind = st.selectbox(
            f"Step {number + 1}",
            kinds,
            at,
            key=open_now.key(f"kind{number}"),
            format_func=lambda name: STEPS[name].label,
        )
        wanted, key = STEPS[kind].value, open_now.key(f"value{number}_{STEPS[kind].value}")
        value = step.value if step and step.kind == kind else ""
        if wanted == "saved_reply":
            names = _saved_replies()
            ids = list(names)
            chosen = ids.index(value) if value in ids else 0
            st.selectbox("Saved reply", ids, chosen, key=key, format_func=lambda id_: names.get(id_, id_))
        elif wanted == "staff":
            people = [ME, *state.colleagues(), ""]
            chosen = people.index(value) if value in people else 0
            st.selectbox("To", people, chosen, key=key, format_func=_person)
        elif wanted == "label":
            names = _labels()
            ids = list(names)
            chosen = ids.index(value) if value in ids else 0
            st.selectbox("Label", ids, chosen, key=key, format_func=lambda id_: names.get(id_, id_))
        elif wanted == "hours":
            st.number_input("Hours", 1, MOST_HOURS, int(value) if value.isdecimal() else 24, key=key)
        elif wanted == "text":
            st.text_area("Text", value, key=key, height=80)


def _saved_replies() -> Mapping[str, str]:
    nothing: Sequence[SavedReply] = ()
    found, _ = state.guarded(lambda: state.desk().library.all(state.staff()), nothing)
    return {one.id: one.name for one in found}


def _labels() -> Mapping[str, str]:
    nothing: Sequence[Label] = ()
    found, _ = state.guarded(lambda: state.desk().labels.all(state.staff()), nothing)
    return {one.id: one.name for one in found}


def _person(name: str) -> str:
    return {ME: "whoever runs it", "": "nobody"}.get(name, name)


def _count(open_now: Shelf, count: int) -> None:
    st.session_state[open_now.key("count")] = count


def _save(open_now: Shelf, count: int) -> None:
    get = st.session_state.get
    steps = []
    for number in range(count):
        kind = str(get(open_now.key(f"kind{number}")))
        value = get(open_now.key(f"value{number}_{STEPS[kind].value}")) if kind in STEPS else None
        steps.append(MacroStep(kind=kind, value="" if value is None else str(value)))
    known = None if open_now.id == NEW else open_now.id
    name, shared = str(get(open_now.key("macro")) or ""), bool(get(open_now.key("macro_shared")))
    save = state.desk().macros.save
    made = tried(
        lambda: save(name, steps, state.staff(), shared=shared, macro_id=known, version=open_now.version), "Saved"
    )
    if made is not None:
        choose(made.id, made.version)


def _archive(one: Macro, version: int) -> None:
    back = one.archived_at is not None
    archive = state.desk().macros.archive
    told = "It is back" if back else "Archived: it is not offered any more"
    if tried(lambda: archive(one.id, state.staff(), version, back=back), told) is not None:
        close()

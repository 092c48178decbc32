"""The Library: saved replies and macros, kept in order. A list on the left, what is open beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import streamlit as st

from social_listener.dashboard import downloads, draw_library, library_macros, session, state, words
from social_listener.dashboard.downloads import Offer
from social_listener.dashboard.library_macros import LIST
from social_listener.dashboard.library_state import NEW, Shelf, choose, close, shelf, tried
from social_listener.desk.rendering import VARIABLES, render
from social_listener.desk_types.answering import Fits, SavedText
from social_listener.scoring.language_names import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from social_listener.desk_types.answering import SavedReply, SavedWording

SAVED, MACROS = "Saved replies", "Macros"
_ANY = ""
#: what the preview shows in place of variables
SAMPLE: Mapping[str, str] = {
    "contact.name": "Mara Koch",
    "contact.first_name": "Mara",
    "contact.handle": "marakoch",
    "account.name": "our account",
    "channel.name": "X",
    "item.excerpt": "my parcel has not arrived",
}


def show() -> None:
    """Draw the page."""
    session.leave()
    state.show_flash()
    with st.container(key="library_bar", horizontal=True, vertical_alignment="center"):
        st.segmented_control(
            "Show", [SAVED, MACROS], key="library_kind", default=SAVED, required=True, label_visibility="collapsed",
            on_change=close,
        )  # fmt: skip
        st.button("New", key="library_new", type="primary", on_click=choose, args=(NEW, 0))
        st.toggle("Archived too", key="library_archived")
        if _kind() == SAVED:
            with st.popover("Import, export", key="library_files"):
                _files()
    left, right = st.columns([2, 3], gap="medium")
    open_now = shelf()
    if _kind() == SAVED:
        _saved_replies(left, right, open_now)
    else:
        library_macros.show(left, right, open_now, archived=bool(st.session_state.get("library_archived")))


def _kind() -> str:
    return cast("str", st.session_state.get("library_kind") or SAVED)


def _saved_replies(left: object, right: object, open_now: Shelf) -> None:
    me, archived = state.staff(), bool(st.session_state.get("library_archived"))
    desk = state.desk().library
    nothing: Sequence[SavedReply] = ()
    found, problem = state.guarded(lambda: desk.all(me, archived=archived), nothing)
    unused: Mapping[str, int] = {}
    uses, _ = state.guarded(lambda: desk.use_counts(me), unused)
    known = {one.id: one for one in found}
    with left:  # type: ignore[attr-defined]  # a column of Streamlit
        data = draw_library.saved_replies(found, uses, open_now.id)
        LIST(key="library_list", data={**data, "problem": problem}, on_pick_change=lambda: _picked(known))
    with right:  # type: ignore[attr-defined]  # a column of Streamlit
        if open_now.id is None:
            with st.container(key="library_none"):
                st.text("Pick a saved reply to change it, or make a new one." if found else "New makes the first one.")
        else:
            _form(known.get(open_now.id), open_now)


def _picked(known: Mapping[str, SavedReply]) -> None:
    one = known.get(str(st.session_state["library_list"].pick))
    if one is not None:
        choose(one.id, one.version)


def _form(one: SavedReply | None, open_now: Shelf) -> None:
    """Draw the fields of one saved reply; what is typed stays until it is saved or closed."""
    channels = sorted({account.channel for account in state.service().settings.accounts})
    languages = [_ANY, *LANGUAGES]
    fits = list(Fits)
    language = one.language if one and one.language in languages else _ANY
    st.text_input("Name", one.name if one else "", key=open_now.key("name"), max_chars=80)
    text = st.text_area("Text", one.text if one else "", key=open_now.key("text"), height=180)
    st.caption("Variables: " + ", ".join(f"`{{{name}}}`" for name in VARIABLES) + ". `{contact.first_name|there}` says "
               "what stands there when nothing is known.")  # fmt: skip
    _preview(text)
    with st.container(horizontal=True, key="library_fits"):
        st.selectbox(
            "Language", languages, languages.index(language), key=open_now.key("language"),
            format_func=lambda code: words.language(code) if code else "Any",
        )  # fmt: skip
        st.selectbox(
            "For", fits, fits.index(one.fits if one else Fits.ANY), key=open_now.key("fits"),
            format_func=lambda code: draw_library.FITS[code],
        )  # fmt: skip
        chosen = [channel for channel in (one.channels if one else ()) if channel in channels]
        st.multiselect(
            "Channels",
            channels,
            chosen,
            key=open_now.key("channels"),
            format_func=words.channel,
            placeholder="Every one",
        )
    with st.container(horizontal=True):
        st.text_input("Folder", one.folder if one else "", key=open_now.key("folder"), max_chars=60)
        st.text_input(
            "Tags", ", ".join(one.tags) if one else "", key=open_now.key("tags"), placeholder="refund, apology"
        )
    st.toggle("Shared with everybody", one is None or one.owner is None, key=open_now.key("shared"))
    with st.container(horizontal=True):
        st.button("Save", key="library_save", type="primary", on_click=_save, args=(open_now,))
        st.button("Close", key="library_close", on_click=close)
        if one is not None:
            label = "Bring back" if one.archived_at else "Archive"
            st.button(label, key="library_archive", on_click=_archive, args=(one, open_now.version))
    if one is not None:
        _wordings(one)


def _preview(text: str) -> None:
    """Show a text as a customer would read it, and how long that is on each account."""
    values = {**SAMPLE, "staff.name": state.staff()}
    rendered = render(text, values)
    if not rendered.text.strip():
        return
    with st.container(border=True, key="library_preview"):
        st.text(words.visible(rendered.text))
    lines = [f"{{{name}}} is no variable." for name in rendered.unknown]
    for account in state.accounts():
        for private in (False, True):
            length = state.desk().length(account.id, rendered.text, private, state.staff())
            if length.left < 0:
                where = "private" if private else "public"
                lines.append(f"Too long for {account.name}, {where}: {length.used} of {length.limit}.")
    for line in lines:
        st.text(words.visible(line))


def _wordings(one: SavedReply) -> None:
    nothing: Sequence[SavedWording] = ()
    earlier, _ = state.guarded(lambda: state.desk().library.wordings(one.id, state.staff()), nothing)
    if earlier:
        with st.expander("Earlier wordings"):
            for wording in earlier:
                st.text(f"{wording.changed_at:%Y-%m-%d %H:%M} UTC, {wording.changed_by}: {words.visible(wording.text)}")


def _save(open_now: Shelf) -> None:
    """Keep what was written; what is wrong with it is told, and nothing that was typed is lost."""
    get = st.session_state.get
    text = SavedText(
        name=str(get(open_now.key("name")) or ""),
        text=str(get(open_now.key("text")) or ""),
        language=get(open_now.key("language")) or None,
        channels=tuple(get(open_now.key("channels")) or ()),
        fits=get(open_now.key("fits")) or Fits.ANY,
        folder=str(get(open_now.key("folder")) or ""),
        tags=tuple(str(get(open_now.key("tags")) or "").split(",")),
        shared=bool(get(open_now.key("shared"))),
    )
    known = None if open_now.id == NEW else open_now.id
    saved = tried(lambda: state.desk().library.save(text, state.staff(), known, open_now.version), "Saved")
    if saved is not None:
        choose(saved.id, saved.version)


def _archive(one: SavedReply, version: int) -> None:
    back = one.archived_at is not None
    told = "It is back" if back else "Archived: it is not offered any more"
    archive = state.desk().library.archive
    if tried(lambda: archive(one.id, state.staff(), version, back=back), told) is not None:
        close()


# -- files -------------------------------------------------------------------------------------------------------------


def _files() -> None:
    """Draw import and export."""
    me = state.staff()
    library = state.desk().library
    offer = Offer(
        word="Export as CSV", name="saved-replies.csv", type="text/csv", make=lambda: library.export_csv(me).encode()
    )
    downloads.show([offer], "library_export")
    file = st.file_uploader("Import from CSV", type="csv", key="library_import")
    st.text("Columns: name, text; language, channels, fits, folder, tags, shared if there are any.")
    if file is not None:
        st.button("Import", key="library_import_now", on_click=_import, args=(file.getvalue(),))
    for line in st.session_state.get("library_problems", ()):
        st.text(words.visible(line))


def _import(content: bytes) -> None:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        state.flash("This file is not UTF-8: save it as CSV in UTF-8 and try again.", ":material/error:")
        return
    result = tried(lambda: state.desk().library.import_csv(text, state.staff()), "")
    if result is not None:
        st.session_state["library_problems"] = result.problems[:50]
        left = f", {words.count(len(result.problems), 'line')} left out" if result.problems else ""
        state.flash(f"{words.count(result.added, 'saved reply', 'saved replies')} added{left}")

"""What the pages share: the service behind them, who is looking, and messages for the next run."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, TypeVar, cast

import streamlit as st

if TYPE_CHECKING:
    from collections.abc import Callable

    from social_listener.desk import Desk
    from social_listener.service import Service

log = logging.getLogger(__name__)

T = TypeVar("T")


#: held while a draft is read and written, and while a reply comes back into one: neither overwrites the other
DRAFTS = threading.Lock()


class _Holder:
    """The one service of this process."""

    service: Service | None = None


def set_service(service: Service) -> None:
    """Name the service that the pages of this process show; called once, before the first page is served."""
    _Holder.service = service


def service() -> Service:
    """Return the service behind the pages; RuntimeError when the process was started without one."""
    if _Holder.service is None:
        message = "the dashboard runs inside the service: start it with `social-listener serve`"
        raise RuntimeError(message)
    return _Holder.service


def desk() -> Desk:
    """Return the desk behind the pages."""
    return service().desk


def staff() -> str:
    """Return who is looking: the name chosen in this session, in the address, or the only one there is."""
    names = service().settings.dashboard.staff
    chosen = st.session_state.get("staff") or st.query_params.get("staff")
    return chosen if chosen in names else names[0]


def choose_staff() -> None:
    """Draw the selector of names; nothing when there is one name only."""
    names = service().settings.dashboard.staff
    if len(names) < 2:
        return
    if "staff_select" not in st.session_state:
        st.session_state["staff_select"] = staff()
    st.selectbox(
        "You are",
        names,
        key="staff_select",
        label_visibility="collapsed",
        width=150,
        on_change=_staff_chosen,
        persist_state="session",
    )


def _staff_chosen() -> None:
    name = cast("str", st.session_state["staff_select"])
    st.session_state["staff"] = name
    st.query_params["staff"] = name
    for forget in ("shelf", "view_cache"):
        st.session_state.pop(forget, None)
    st.rerun()


def flash(message: str, icon: str = ":material/check:") -> None:
    """Keep a message for the next run, which shows it as a toast; platform text in it is escaped."""
    st.session_state["flash"] = (message, icon)


def show_flash() -> None:
    """Show the message that a callback left, once."""
    waiting = cast("tuple[str, str] | None", st.session_state.pop("flash", None))
    if waiting:
        st.toast(escape_markdown(waiting[0]), icon=waiting[1])


_PUNCTUATION = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")


def escape_markdown(text: str) -> str:
    """Return `text` so that Streamlit's Markdown shows it literally: no link, picture, emoji code or formula.

    An invisible word joiner parts what is turned into links and arrows after unescaping, so the result is for the eye
    only, never for copying.
    """
    parts = []
    for char in text.replace("\r\n", "\n").replace("\r", "\n"):
        if char in _PUNCTUATION:
            parts.append("\\" + char + ("\u2060" if char in "-<>=~:@." else ""))
        elif char in "wW":
            parts.append(char + "\u2060")
        else:
            parts.append(char)
    return "".join(parts)


def guarded(read: Callable[[], T], fallback: T) -> tuple[T, str | None]:
    """Return what `read` gives and None, or `fallback` and a sentence: no fault may take a pane from the screen."""
    try:
        return read(), None
    except Exception:
        log.exception("dashboard: a pane could not be read")
        return fallback, "This could not be read just now. What you see may be old; it is tried again by itself."

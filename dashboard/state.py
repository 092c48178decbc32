"""What the pages share: the service behind them, who is looking, and messages for the next run."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, TypeVar, cast
from zoneinfo import ZoneInfo

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from social_listener.dashboard.entrance import USER_KEY
from social_listener.errors import ListenerError, SignInFailed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from streamlit.runtime.scriptrunner import ScriptRunContext

    from social_listener.desk import Desk
    from social_listener.desk_types.people import StaffLine
    from social_listener.rights import Right
    from social_listener.service import Service
    from social_listener.settings import AccountSettings

log = logging.getLogger(__name__)

T = TypeVar("T")

#: where a page remembers its session
_SESSION = "session_id"


#: held while a draft is read and written, and while a reply comes back into one: neither overwrites the other
DRAFTS = threading.Lock()


class _Holder:
    """The one service of this process."""

    service: Service | None = None
    demo: bool = False


def set_service(service: Service, *, demo: bool = False) -> None:
    """Name the service that the pages of this process show; called once, before the first page is served."""
    _Holder.service, _Holder.demo = service, demo


def service() -> Service:
    """Return the service behind the pages; RuntimeError when the process was started without one."""
    if _Holder.service is None:
        message = "the dashboard runs inside the service: start it with `social-listener serve`"
        raise RuntimeError(message)
    return _Holder.service


def desk() -> Desk:
    """Return the desk behind the pages."""
    return service().desk


class _Run(threading.local):
    """What a run of a page has looked up already; Streamlit runs each in a thread of its own."""

    context: ScriptRunContext | None = None
    found: dict[str, object]


_RUN = _Run()


def of_page(name: str, make: Callable[[], T]) -> T:
    """Return what a page keeps under this name for as long as it is open, made at the first call; it is never replaced.

    Streamlit takes long to look something up, and one click asks for the same dozens of times.
    """
    context = get_script_run_ctx(suppress_warning=True)
    if context is None or _RUN.context is not context:
        _RUN.context, _RUN.found = context, {}
    if name not in _RUN.found:
        if name not in st.session_state:
            st.session_state[name] = make()
        _RUN.found[name] = st.session_state[name]
    return cast("T", _RUN.found[name])


def session_id() -> str:
    """Return the session of this browser, as the gate told it when the page connected; it stays for the page's life.

    Streamlit reads its secrets file anew whenever it is asked who somebody is, and one click asks a dozen times.
    """
    return of_page(_SESSION, lambda: str(st.user.to_dict().get(USER_KEY) or ""))


def me() -> StaffLine | None:
    """Return who is looking; None: their session has ended."""
    return desk().door.who(session_id())


def staff() -> str:
    """Return the sign-in name of who is looking; `SignInFailed` once their session has ended."""
    line = me()
    if line is None:
        raise SignInFailed("You were signed out. Sign in again.")
    return line.id


def may(right: Right) -> bool:
    """Return whether who is looking may do this; pages hide what they may not, the desk refuses it."""
    line = me()
    return line is not None and line.may(right)


def zone() -> ZoneInfo:
    """Return the reader's own time zone; UTC where their browser names one that this machine does not know."""
    try:
        return ZoneInfo(st.context.timezone or "UTC")
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")


def accounts() -> tuple[AccountSettings, ...]:
    """Return the accounts that who is looking has access to."""
    line = me()
    return tuple(one for one in service().settings.accounts if line is not None and line.reaches(one.id))


def names() -> dict[str, str]:
    """Return what our accounts are called, by id; those that whoever looks has no access to among them."""
    return {one.id: one.name or one.id for one in service().settings.accounts}


def colleagues(account_id: str | None = None) -> list[str]:
    """Return the sign-in names of all who work here; with an account, of those who may answer there."""
    nobody: tuple[StaffLine, ...] = ()
    found, _ = guarded(lambda: desk().people.colleagues(staff(), account_id), nobody)
    return [line.id for line in found]


def is_demo() -> bool:
    """Return whether this is the demo."""
    return _Holder.demo


def turned_to(page: str) -> None:
    """Note which page is drawn; called before each drawing."""
    st.session_state["page_before"], st.session_state["page_now"] = st.session_state.get("page_now"), page


def came_from_another_page() -> bool:
    """Return whether the page drawn before was another one of ours."""
    return st.session_state.get("page_before") not in {None, st.session_state.get("page_now")}


def flash(message: str, icon: str = ":material/check:") -> None:
    """Keep a message for the next run, which shows it as a toast; platform text in it is escaped."""
    st.session_state["flash"] = (message, icon)


def act(wish: object, acts: Mapping[str, Callable[[object], None]]) -> None:
    """Do what a component asks for, as {name, value}; what stands against it is told."""
    do = acts.get(str(wish.get("name"))) if isinstance(wish, dict) else None
    if do is None:
        return
    try:
        do(cast("dict[str, object]", wish).get("value"))
    except ListenerError as error:
        flash(str(error), ":material/error:")


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

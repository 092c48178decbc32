"""Words that rise in any period: a section of the Spikes page. It is read when it is asked for, and stays as it is.

The address is the truth: whoever chooses something changes it, and the page is drawn from it. So going back works.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

import streamlit as st

from social_listener.dashboard import draw_spikes, draw_words, insights_scene, state, words_address
from social_listener.dashboard.component import component
from social_listener.dashboard.words_address import AGAINST, PERIODS, SENTIMENTS, UNKNOWN, USUAL_PERIOD, WHO
from social_listener.desk_types.insights import Choices
from social_listener.desk_types.words import TermKind
from social_listener.errors import DeskError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    from social_listener.dashboard.component import Json
    from social_listener.dashboard.words_address import Asked

TABLE = component("rising", "sheet")
_STEP: Final = 50
_NOTHING: Final = Choices(channels={}, accounts={}, streams={}, languages={}, labels={})


def show() -> None:
    """Draw the section."""
    words()


@st.fragment(key="words_board")
def words() -> None:
    """Draw the period to choose and what rises in it."""
    state.show_flash()
    today = state.service().clock().astimezone(insights_scene.house()).date()
    asked = words_address.asked_of(st.query_params.to_dict(), today)
    with st.container(key="words_bar", horizontal=True, vertical_alignment="bottom"):
        _choice("period", "Period", PERIODS, asked.period, USUAL_PERIOD)
        if asked.days is not None:
            _days(asked.days, today)
        _choice("against", "Compared with", AGAINST, asked.against.value, "before")
        _filters(asked)
        _choice("sentiment", "Sentiment", SENTIMENTS, asked.sentiment, "")
        _choice("who", "Visible to", WHO, asked.who, "")
    data, problem = state.guarded(lambda: _read(asked), None)
    kept: Json = data or st.session_state.get("words_data") or draw_nothing()
    st.session_state["words_data"] = kept
    open_ = st.session_state.get("words_behind")
    TABLE(
        key="words_table",
        data={**kept, "problem": problem, "sheet": open_["drawn"] if open_ else None},
        on_act_change=_acted,
    )


def draw_nothing() -> Json:
    """Return the table before anything could be read."""
    return {
        **dict.fromkeys(("told", "sample", "none", "method"), ""),
        **dict.fromkeys(("seen", "since", "until")),
        "rows": [],
        "topics": [],
    }


# -- what is asked for -------------------------------------------------------------------------------------------------


def _told(key: str, value: object) -> None:
    """Have a field show what the address says."""
    if st.session_state.get(key) != value:
        st.session_state[key] = value


def _choice(name: str, title: str, options: Mapping[str, str], chosen: str, usual: str) -> None:
    """Draw a list to choose from, kept in the address by its code; what is usual does not stand there."""
    key = f"words_{name}"
    _told(key, chosen)

    def picked() -> None:
        told = str(st.session_state[key])
        if told == usual:
            st.query_params.pop(name, None)
        else:
            st.query_params[name] = told
        _forget()

    st.selectbox(
        title, list(options), key=key, format_func=lambda code: options.get(code, code), on_change=picked, width=190
    )


def _filters(asked: Asked) -> None:
    """Draw what the words can be narrowed to, as far as there is a choice."""
    found, _ = state.guarded(lambda: state.desk().insights.choices(state.staff()), _NOTHING)
    languages = {code or UNKNOWN: name for code, name in found.languages.items()}
    fields = {
        "channel": ("Channel", "All channels", found.channels),
        "account": ("Account", "All accounts", {one.id: one.name or one.id for one in state.accounts()}),
        "query": ("Query or stream", "All streams", found.streams),
        "label": ("Label", "Any label", found.labels),
        "language": ("Language", "Any language", languages),
    }
    for name, chosen in asked.filters:
        title, everything, options = fields[name]
        # What is chosen and not there any more stays to be taken off.
        more = {chosen: chosen} if chosen and chosen not in options else {}
        least = 1 if name == "label" else 2
        if chosen or len(options) >= least:
            _choice(name, title, {"": everything, **options, **more}, chosen, "")


def _days(chosen: tuple[date, date], today: date) -> None:
    """Draw the days to choose."""
    key = "words_days"
    # While the second date is not picked yet, the first stays as it was picked.
    if len(st.session_state.get(key) or chosen) == 2:
        _told(key, chosen)

    def picked() -> None:
        told = cast("tuple[Any, ...]", st.session_state[key])
        if len(told) != 2:
            return
        first, last = words_address.own_days(told[0], told[1], today)
        if (last - told[0]).days >= words_address.MOST_DAYS:
            state.flash(f"At most {words_address.MOST_DAYS} days are read at once", ":material/info:")
        st.query_params["since"], st.query_params["until"] = first.isoformat(), last.isoformat()
        _forget()

    st.date_input(
        "Days", min_value=words_address.EARLIEST, max_value=today, key=key, on_change=picked, width=230,
        format="YYYY-MM-DD",
    )  # fmt: skip


def _forget() -> None:
    for name in ("words_behind", "words_read"):
        st.session_state.pop(name, None)


def _read(asked: Asked) -> Json:
    """Return what rises; it is read once, and again when something else is asked for or somebody looks again."""
    known = st.session_state.get("words_read")
    if known is not None and (known["asked"], known["staff"]) == (asked, state.staff()):
        return known["drawn"]  # type: ignore[no-any-return]
    st.session_state.pop("words_behind", None)
    wanted = asked.slice(state.service().clock(), insights_scene.house())
    found = state.desk().words.rising(wanted, state.staff(), asked.against)
    drawn = draw_words.rising(found, state.names(), asked.of_inbox())
    told = {"asked": asked, "staff": state.staff(), "wanted": wanted, "against": asked.against, "drawn": drawn}
    st.session_state["words_read"] = told
    return drawn


# -- what is pressed ---------------------------------------------------------------------------------------------------


def _acted() -> None:
    """Do what was pressed."""
    state.act(st.session_state["words_table"].act, _ACTS)


def _behind(value: object) -> None:
    """Open the messages that say something."""
    if not isinstance(value, dict):
        return
    try:
        kind = TermKind(str(value.get("kind")))
    except ValueError as error:
        raise DeskError("There is no such list.") from error
    term = (kind, str(value.get("key") or ""))
    st.session_state["words_behind"] = {"term": term, "title": str(value.get("title") or ""), "limit": _STEP}
    _list()


def _more(_: object) -> None:
    open_ = st.session_state.get("words_behind")
    if open_:
        open_["limit"] += _STEP
        _list()


def _list() -> None:
    open_, read = st.session_state["words_behind"], st.session_state.get("words_read")
    if read is None:
        st.session_state.pop("words_behind", None)
        return
    page = state.desk().words.saying(
        read["wanted"], state.staff(), open_["term"], read["against"], limit=open_["limit"] + 1
    )
    drawn = draw_spikes.sheet(page, open_["title"], state.names())
    lines = drawn["lines"]
    more = isinstance(lines, list) and len(lines) > open_["limit"]
    open_["drawn"] = {**drawn, "lines": lines[: open_["limit"]] if isinstance(lines, list) else [], "more": more}


def _close(_: object) -> None:
    st.session_state.pop("words_behind", None)


def _again(_: object) -> None:
    _forget()


_ACTS: Mapping[str, Callable[[object], None]] = {"behind": _behind, "more": _more, "close": _close, "again": _again}

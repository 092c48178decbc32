"""Words that rise in any period: a section of the Spikes page. It is read when it is asked for, and stays as it is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import streamlit as st

from social_listener.dashboard import draw_spikes, draw_words, state
from social_listener.dashboard.component import component
from social_listener.dashboard.words import MOODS
from social_listener.desk_types.insights import Slice
from social_listener.desk_types.words import Against, TermKind
from social_listener.errors import DeskError
from social_listener.periods import Period, last_days

if TYPE_CHECKING:
    from collections.abc import Callable
    from zoneinfo import ZoneInfo

    from social_listener.dashboard.component import Json

TABLE = component("rising", "sheet")
_STEP: Final = 50
_LONGEST: Final = 366
#: code in the address → words
PERIODS: Mapping[str, str] = {
    "3h": "The last 3 hours",
    "24h": "The last 24 hours",
    "yesterday": "Yesterday",
    "7d": "The last 7 days",
    "28d": "The last 28 days",
    "own": "Other days",
}
AGAINST: Mapping[str, str] = {"before": "the period before", "usual": "what is usual then"}
WHO: Mapping[str, str] = {"": "Public and private", "public": "Public only", "private": "Private only"}
_SENTIMENTS: Mapping[str, str] = {"": "Any sentiment"} | {
    one: MOODS[one][0] for one in ("negative", "neutral", "positive")
}


def show() -> None:
    """Draw the section."""
    words()


@st.fragment(key="words_board")
def words() -> None:
    """Draw the period to choose and what rises in it."""
    state.show_flash()
    accounts = {"": "All accounts", **{one.id: one.name or one.id for one in state.accounts()}}
    with st.container(key="words_bar", horizontal=True, vertical_alignment="bottom"):
        _choice("period", "Period", PERIODS, "7d")
        _choice("against", "Compared with", AGAINST, "before")
        _choice("account", "Account", accounts, "")
        _choice("sentiment", "Sentiment", _SENTIMENTS, "")
        _choice("who", "Visible to", WHO, "")
    own = _days() if st.query_params.get("period") == "own" else None
    data, problem = state.guarded(lambda: _read(own), None)
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


def _choice(name: str, title: str, options: Mapping[str, str], usual: str) -> None:
    """Draw a list to choose from, kept in the address by its code."""
    codes = list(options)
    now = st.query_params.get(name, usual)
    key = f"words_{name}"
    if st.session_state.get(key) not in codes:
        st.session_state[key] = now if now in codes else usual

    def chosen() -> None:
        st.query_params[name] = st.session_state[key]
        _forget()

    st.selectbox(title, codes, key=key, format_func=lambda code: options.get(code, code), on_change=chosen, width=190)


def _days() -> tuple[date, date]:
    """Draw the days to choose; the last seven before any are."""
    zone = state.zone()
    today = state.service().clock().astimezone(zone).date()
    usual = (_day("since", today - timedelta(days=6)), _day("until", today))
    told = st.date_input("Days", value=usual, max_value=today, key="words_days", on_change=_forget)
    if not isinstance(told, tuple) or len(told) < 2:
        return usual  # only the first day was chosen yet
    first, last = told[0], told[1]
    st.query_params["since"], st.query_params["until"] = first.isoformat(), last.isoformat()
    return first, last


def _day(name: str, usual: date) -> date:
    try:
        return min(date.fromisoformat(st.query_params.get(name, "")), usual + timedelta(days=6))
    except ValueError:
        return usual


def _forget() -> None:
    for name in ("words_behind", "words_read"):
        st.session_state.pop(name, None)


def cut(query: Mapping[str, str], own: tuple[date, date] | None, now: datetime, zone: ZoneInfo) -> Slice:
    """Return the slice that an address asks for; what it holds wrongly is left out. `own`: days that were chosen."""
    code = query.get("period", "7d")
    filters: dict[str, Any] = {
        "accounts": tuple(filter(None, [query.get("account")])),
        "sentiments": tuple(one for one in [query.get("sentiment", "")] if one and one in _SENTIMENTS),
        "private": {"private": True, "public": False}.get(query.get("who", "")),
    }
    if code in {"3h", "24h"}:
        until = now.replace(minute=now.minute // 15 * 15, second=0, microsecond=0) + timedelta(minutes=15)
        since = until - timedelta(hours=int(code[:-1]))
        days = Period(since.astimezone(zone).date(), until.astimezone(zone).date(), zone.key)
        return Slice(period=days, within=(since, until), **filters)
    if code == "own" and own is not None:
        first, last = min(own), max(own)
        return Slice(period=Period(max(first, last - timedelta(days=_LONGEST)), last, zone.key), **filters)
    number = {"yesterday": 1, "28d": 28}.get(code, 7)
    return Slice(period=last_days(number, now, zone.key), **filters)


def _read(own: tuple[date, date] | None) -> Json:
    """Return what rises; it is read once, and again when something else is asked for or somebody looks again."""
    query = st.query_params.to_dict()
    asked = (*(query.get(name) for name in ("period", "against", "account", "sentiment", "who")), own)
    known = st.session_state.get("words_read")
    if known is not None and known["asked"] == asked:
        return known["drawn"]  # type: ignore[no-any-return]
    wanted = cut(query, own, state.service().clock(), state.zone())
    against = Against.USUAL if query.get("against") == "usual" else Against.BEFORE
    drawn = draw_words.rising(state.desk().words.rising(wanted, state.staff(), against), state.names())
    st.session_state["words_read"] = {"asked": asked, "wanted": wanted, "against": against, "drawn": drawn}
    return drawn


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

"""The Sentiment page: what people taught the program. Sample, figures, rules, corrections, one at a time."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, cast

import streamlit as st

from social_listener.dashboard import component, dialogs, draw_rules, draw_sentiment, session, state, words
from social_listener.dashboard.component import feed, pane
from social_listener.desk.samples import WAITS
from social_listener.errors import Conflict, ListenerError
from social_listener.model import SentimentLabel
from social_listener.rights import Right

if TYPE_CHECKING:
    from collections.abc import Callable

    from social_listener.dashboard.component import Json
    from social_listener.desk_types.teaching import Rule, RuleTrial, Sample

PANE = pane("sentiment", "sample", "figures", "rules")
_FEED_NAME = "sentiment_feed"
FEED = feed(_FEED_NAME)
#: the address names the part that is shown
_ADDRESS = "show"
#: a sample is drawn at any moment of a day, and counted to the end of it
_AHEAD = timedelta(days=1)


@dataclass(slots=True)
class Shown:
    """What one open page remembers. Everything lasting is in the store."""

    mode: str = "sample"
    items: dict[str, Sample] = field(default_factory=dict)  #: that were asked about since the page was opened
    said: dict[str, str] = field(default_factory=dict)  #: sample → what the reader said: a label, or skip
    span: str = "13"
    behind: str = ""  #: the figure whose answers are listed
    tried: tuple[Rule, ...] = ()  #: that are tried together, as they stood then
    trial: RuleTrial | None = None
    days: int = 30
    difference: RuleTrial | None = None  #: what scoring anew would change; None: nobody has looked
    fast: bool = False  #: something is at work that one wants to see go on
    writing: bool = False  #: the dialog of one's own rule is open
    problem: str = ""  #: what stood against the last deed
    kept: dict[str, Json] = field(default_factory=dict)  #: part → what was read of it last


def show() -> None:
    """Draw the page."""
    session.leave()
    now = shown()
    wanted = str(st.query_params.get(_ADDRESS, now.mode))
    now.mode = wanted if wanted in draw_sentiment.PARTS else "sample"
    PANE()
    now.fast = _at_work()
    st.fragment(board, key="sentiment_board", run_every="2s" if now.fast else "60s")()
    if now.writing:
        _writing()


def shown() -> Shown:
    """Return what this page remembers."""
    return cast("Shown", st.session_state.setdefault("sentiment_shown", Shown()))


def board() -> None:
    """Feed what is shown; read again after every deed and once a minute, more often while something is at work."""
    state.show_flash()
    now = shown()
    if now.fast != _at_work():
        st.rerun()
    read: dict[str, Callable[[], Json]] = {
        "sample": _sample, "figures": _figures, "rules": _rules, "corrections": _corrections,
    }  # fmt: skip
    nothing: Json | None = None
    part, problem = state.guarded(read[now.mode], nothing)
    if part is not None:
        now.kept[now.mode] = part
    data: Json = {
        "mode": now.mode,
        "parts": draw_sentiment.parts(now.mode),
        "problem": now.problem or problem or "",
        now.mode: now.kept.get(now.mode),
    }
    FEED(data={"sentiment": data}, told=TOLD)


# -- what is read ------------------------------------------------------------------------------------------------------


def _sample() -> Json:
    now, me, desk = shown(), state.staff(), state.desk().samples
    waiting = {one.id: one for one in desk.open(me)}
    for key in [key for key in now.items if key not in waiting and key not in now.said]:
        del now.items[key]  # a colleague was faster, or it was reworded
    now.items |= waiting
    time = state.service().clock()
    whole = desk.figures(time - WAITS, time + _AHEAD, me).whole
    wanted = state.service().settings.sentiment.sample
    return draw_sentiment.sample([*now.items.values()], now.said, whole, wanted=wanted)


def _figures() -> Json:
    now, me, desk = shown(), state.staff(), state.desk().samples
    time = state.service().clock()
    since = time - timedelta(weeks=int(now.span))
    behind = draw_sentiment.behind(desk.behind(since, time + _AHEAD, me), now.behind) if now.behind else None
    model = state.desk().lessons.model(me)
    return draw_sentiment.figures(desk.figures(since, time + _AHEAD, me), now.span, behind, model)


def _rules() -> Json:
    now, me, desk = shown(), state.staff(), state.desk().rules
    teach, line = state.may(Right.TEACH), state.me()
    decide = teach and line is not None and line.accounts is None  # a rule scores what is said on every account
    trial = draw_rules.trial(now.tried, now.trial, now.days, decide=decide) if now.trial else None
    renewal = draw_rules.renewal(desk.renewal(me), now.difference, now.days) if teach else None
    return draw_rules.rules(desk.all(me), desk.history(me), trial, renewal, teach=teach, decide=decide)


def _at_work() -> bool:
    """Return whether what is stored is being scored anew, and whoever looks sees it."""
    told, _ = state.guarded(lambda: state.desk().rules.renewal(state.staff()), None)
    return told is not None and not told.ended and shown().mode == "rules" and state.may(Right.TEACH)


def _corrections() -> Json:
    return draw_sentiment.corrections(state.desk().corrections.newest(state.staff()))


# -- what is done ------------------------------------------------------------------------------------------------------


def _told(what: str) -> object:
    return component.told_by(_FEED_NAME, "sentiment", what)


def _tried(do: Callable[[], object]) -> bool:
    """Do it; what stands against it is shown above everything until something else is done."""
    now = shown()
    try:
        do()
    except ListenerError as error:
        now.problem = words.sentence(str(error))
        return False
    now.problem = ""
    return True


def _showing() -> None:
    wanted = str(_told("show"))
    if wanted in draw_sentiment.PARTS:
        now = shown()
        now.mode, now.problem = wanted, ""
        st.query_params[_ADDRESS] = wanted


def _answered() -> None:
    """Take an answer; of an item that was answered already by this page, in place of the earlier one."""
    value, now = _told("answer"), shown()
    key, what = (str(value.get("id")), str(value.get("verb"))) if isinstance(value, dict) else ("", "")
    if key not in now.items or now.said.get(key) == what:
        return
    me, desk = state.staff(), state.desk().samples

    def answer() -> None:
        if key in now.said:
            desk.ask_again(key, me)
            del now.said[key]
        if what == "skip":
            desk.skip(key, me)
        else:
            desk.answer(key, SentimentLabel(what), me)
        now.said[key] = what

    if what == "skip" or what in {one.value for one in SentimentLabel}:
        _tried(answer)


def _spanned() -> None:
    wanted, now = str(_told("span")), shown()
    if wanted in draw_sentiment.SPANS:
        now.span, now.behind = wanted, ""


def _opened() -> None:
    shown().behind = str(_told("behind") or "")


def _trying() -> None:
    """Try rules together, on the items of so many days; without any the trial is closed."""
    value = _told("try")
    keys = value.get("keys") if isinstance(value, dict) else None
    _days_of(value)
    _try([str(one) for one in keys[: draw_rules.TOGETHER]] if isinstance(keys, list) else [])


def _days_of(value: object) -> None:
    days, now = value.get("days") if isinstance(value, dict) else None, shown()
    now.days = next((one for one in draw_rules.DAYS if str(one) == str(days)), now.days)


def _try(keys: list[str]) -> None:
    now, me, desk = shown(), state.staff(), state.desk().rules
    stand = {one.id: one for one in desk.all(me)}
    now.tried, now.trial = tuple(stand[key] for key in dict.fromkeys(keys) if key in stand), None

    def look() -> None:
        now.trial = desk.trial([one.id for one in now.tried], now.days, me)

    if now.tried:
        _tried(look)


def _named(what: str) -> list[str]:
    """Return the rules that something is asked for."""
    told = _told(what)
    return [str(one) for one in told] if isinstance(told, list) else []


def _held() -> None:
    """Let the rules hold that were tried: nobody lets one hold unseen, nor one that a colleague turned down since."""
    now, keys = shown(), _named("hold")
    if now.trial is None or keys != [one.id for one in now.tried]:
        return

    def hold() -> None:
        desk, me = state.desk().rules, state.staff()
        stand = {one.id: one.state for one in desk.all(me)}
        other = next((one for one in now.tried if stand.get(one.id) is not one.state), None)
        if other is not None:
            raise Conflict(f"somebody decided on “{other.phrase}” meanwhile; try it again")
        desk.activate(keys, me)

    phrases = ", ".join(f"“{one.phrase}”" for one in now.tried)
    several = len(now.tried) > 1
    if _tried(hold):
        _decided(f"{phrases} {'hold' if several else 'holds'} from now on")


def _withdrew() -> None:
    keys = _named("withdraw")
    if _tried(lambda: state.desk().rules.withdraw(keys, state.staff())):
        _decided("Withdrawn", keys)


def _decided(told: str, keys: list[str] | None = None) -> None:
    """Tell it; a trial of those rules (None: whichever) is over, and what scoring anew would change is another."""
    now = shown()
    if keys is None or any(one.id in keys for one in now.tried):
        now.tried, now.trial = (), None
    now.difference = None
    state.flash(told)


def _looked() -> None:
    """Look what scoring anew would change, on the items of so many days; without days it is closed."""
    value, now = _told("look"), shown()
    now.difference = None
    if not isinstance(value, dict) or "days" not in value:
        return
    _days_of(value)
    found: list[RuleTrial] = []
    if _tried(lambda: found.append(state.desk().rules.difference(now.days, state.staff()))):
        now.difference = found[0]


def _renewed() -> None:
    """Have what was looked at scored anew."""
    now = shown()
    if now.difference is not None and _tried(lambda: state.desk().rules.renew(now.days, state.staff())):
        now.difference = None


def _proposed() -> None:
    found: list[Rule] = []
    if _tried(lambda: found.extend(state.desk().rules.propose(state.staff()))):
        state.flash(
            f"{words.count(len(found), 'rule')} proposed" if found else "The labels of people speak for no rule yet"
        )


def _took_back() -> None:
    key = str(_told("take_back"))
    if _tried(lambda: state.desk().corrections.take_back(key, state.staff())):
        state.flash("Taken back: what the program makes of it holds again")


def _ask_to_write() -> None:
    shown().writing = True
    st.rerun()


# -- one's own rule ----------------------------------------------------------------------------------------------------


def _closed() -> None:
    shown().writing = False
    dialogs.forget_problem()


@st.dialog("Write a rule", on_dismiss=_closed)
def _writing() -> None:
    """Let a rule be written; it is tried at once, and holds when somebody lets it."""
    st.text_input("Word or phrase, up to three words", key="rule_phrase", max_chars=80)
    st.number_input("Points, below zero for what is negative", -4.0, 4.0, -1.0, 0.5, key="rule_points", format="%.1f")
    st.text("It is proposed first, and you see which items would move.")

    def leave() -> None:
        _closed()
        st.rerun()

    def save() -> None:
        if not shown().writing:
            return  # a double click: the first has proposed it
        made: list[Rule] = []
        phrase, points = dialogs.typed("rule_phrase"), float(st.session_state["rule_points"])
        if dialogs.succeeds(lambda: made.append(state.desk().rules.write(phrase, points, state.staff())), "Proposed"):
            _try([made[0].id])
            leave()

    dialogs.foot("rule", ("Leave it", leave), ("Propose it", save), ready=True)


TOLD: component.Told = {
    "sentiment": {
        "show": _showing,
        "answer": _answered,
        "span": _spanned,
        "behind": _opened,
        "try": _trying,
        "hold": _held,
        "look": _looked,
        "renew": _renewed,
        "withdraw": _withdrew,
        "propose": _proposed,
        "write": _ask_to_write,
        "take_back": _took_back,
    }
}

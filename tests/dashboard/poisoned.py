"""Everything that our components are given, with one hostile text in every place where a text can stand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import filled
import filled_spikes
import making
import poisoned_insights as figures
from making import NOW, rule

from social_listener.dashboard import (
    draw_bell,
    draw_bench,
    draw_composer,
    draw_conversation,
    draw_health,
    draw_library,
    draw_macros,
    draw_queue,
    draw_rules,
    draw_sentiment,
    draw_spike,
    draw_spikes,
    draw_team,
    draw_words,
    saved_reply_routes,
)
from social_listener.dashboard.draw_composer import Outcome
from social_listener.dashboard.draw_proposal import Eyes
from social_listener.dashboard.session import Inbox
from social_listener.dashboard.shelf import lay_out
from social_listener.desk_types import Draft, QueueFilter
from social_listener.desk_types.teaching import Renewal
from social_listener.model import TextLength

#: names of what is ours alone: what decides how something is drawn, times, and addresses that we made
OURS = frozenset(
    (
        "at",
        "boot",
        "colour",
        "colours",
        "deeds",
        "face",
        "hex",
        "icon",
        "key",
        "mode",
        "now",
        "since",
        "seen",
        "src",
        "tone",
        "type",
    )
) | {"until", "verb", "waiting", "whole"}

Step = tuple[Any, ...]  #: what is done to a component: its name in feed.js, and what it needs


@dataclass(frozen=True, kw_only=True)
class State:
    """What a component is given, and what is done then; `within`: where every text has to be read."""

    data: Any
    steps: tuple[Step, ...] = ()
    within: str = ""  #: "": anywhere
    answers: Mapping[str, Any] = field(default_factory=dict)  #: path of the service → what it answers


@dataclass(frozen=True, kw_only=True)
class Component:
    """One component: the parts of its script, and all its states."""

    parts: tuple[str, ...] = ()
    states: tuple[State, ...]


def poisoned(value: Any, text: str, name: str = "") -> Any:
    """Return a component's data with `text` in place of every other text."""
    if isinstance(value, dict):
        return {key: poisoned(inner, text, key) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [poisoned(inner, text, name) for inner in value]
    return text if isinstance(value, str) and name not in OURS else value


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, object]]:
    """Give every leaf of a component's data with its path, an empty list as a leaf of its own."""
    if isinstance(value, Mapping) and value:
        for key, inner in value.items():
            yield from leaves(inner, f"{path}.{key}")
    elif isinstance(value, list | tuple) and value:
        for inner in value:
            yield from leaves(inner, f"{path}[]")
    else:
        yield path, value


def unfed(component: Component) -> set[str]:
    """Return the fields of a component's data that are empty in all of its states: no payload ever stands there."""
    told = [leaf for state in component.states for leaf in (*leaves(state.data), *leaves(state.answers))]
    full = [path for path, value in told if value not in (None, "", (), [], {})]
    empty = {path for path, _ in told if path.rpartition(".")[2].rstrip("[]") not in OURS} - {*full}
    # What is nothing in one state may be a list or a record in another.
    return {path for path in empty if not any(one.startswith((f"{path}.", f"{path}[")) for one in full)}


def components() -> dict[str, Component]:
    """Return every component with its states: together they hold everything that there can be."""
    return {
        "queue": Component(parts=("marked", "selection"), states=_queue()),
        "headline": Component(parts=("presence", "pictures", "selection"), states=_headline()),
        "thread": Component(parts=("pictures",), states=_thread()),
        "composer": Component(
            parts=("selection", "session", "drafts", "mention", "finder", "emoji", "insert", "followup", "attach"),
            states=_composer(),
        ),
        "library": Component(states=_library()),
        "context": Component(parts=("pictures",), states=(State(data=_context()),)),
        "views": Component(states=(State(data=_views()),)),
        "health": Component(states=_health()),
        "bell": Component(states=_bell()),
        "team": Component(states=_team()),
        "sentiment": Component(parts=("sample", "figures", "rules"), states=_sentiment()),
        "spikes": Component(parts=("sheet", "course"), states=_spikes()),
        "rising": Component(parts=("sheet",), states=_rising()),
        "downloads": Component(
            parts=("download",),
            states=(
                State(data=figures.files(), within=".file"),
                State(data=figures.files(), steps=(("press", ".file"), ("until", ".problem")), within=".problem"),
            ),
        ),
        "signed_in": Component(
            parts=("session",),
            states=(State(data={"name": "Sam", "role": "role", "staff": True, "demo": True}),),
        ),
        **_insights(),
        "macros": Component(parts=("finder",), states=_macros()),
        "bench": Component(parts=("selection", "picker", "organise"), states=_bench()),
    }


# -- the queue ---------------------------------------------------------------------------------------------------------


def _queue() -> tuple[State, ...]:
    page = filled.found_page()
    data = draw_queue.queue(
        lay_out(page, 50),
        page,
        QueueFilter(search="words"),
        chosen="x:c1",
        staff="Sam",
        several_channels=True,
        health=draw_queue.health_line(filled.unwell()),
        now=NOW,
    )
    full = {**data, "problem": "p", "picked": 1, "news": 2, "views": _views()["views"]}
    return (State(data=full), State(data={**full, "rows": []}, within=".empty"))


def _views() -> Any:
    wanted = filled.SHARED.wanted
    return draw_queue.views(filled.found_page(), wanted, (filled.SHARED, filled.OWN), {"v": 1, "w": 2})


# -- the conversation --------------------------------------------------------------------------------------------------


def _headline() -> tuple[State, ...]:
    data = draw_conversation.headline(filled.whole(), "Sam", NOW, filled.FRAMES)
    data = {
        **data,
        "deeds": draw_conversation.deeds(filled.whole(), "Sam", may_assign=True, may_organise=True, takers=True),
    }
    here = [{"staff": "Kim", "typing": "note", "conversation": data["id"]}]
    return (State(data=data), State(data=data, steps=(("hear", here),), within=".here"))


def _thread() -> tuple[State, ...]:
    menu = ("x:1", (rule("unlike"), rule("unhide")))
    eyes = Eyes(staff="Sam", approves=True)
    data = draw_conversation.thread(
        filled.whole(), NOW, menu, "problem", eyes=eyes, at_line=("x:1", "asked"), frames=filled.FRAMES
    )
    return (
        State(data=data),
        State(data={**draw_conversation.no_thread("problem"), "back": True}, within=".empty"),
    )


def _context() -> Any:
    return draw_conversation.context(filled.whole(), NOW, filled.FRAMES)


def _composer() -> tuple[State, ...]:
    drafts = {mode: Draft(text="a", nonce=mode) for mode in draw_composer.MODES}
    lengths = {mode: TextLength(used=1, limit=280) for mode in ("public", "private")}
    refused = Outcome(nonce="public", at="1", mode="public", refused="no", conflict=True)

    def data(outcome: Outcome | None = refused, **more: Any) -> Any:
        whole = filled.whole(**more)
        extra: dict[str, Any] = {"colleagues": ("Kim",), "links": {"public": 23, "private": 23}}
        return draw_composer.composer(
            whole, drafts, lengths, "Sam", outcome, pictures=filled.tray(), read_at=("boot", 7), **extra
        )

    barred = tuple(rule(verb, ok=verb == "reply_public") for verb in ("reply_public", "reply_private"))
    offers = {"offers": [saved_reply_routes.offer(filled.suggested())], "any": True}
    silent = {**data(), "said": []}
    sent = replace(refused, refused=None)
    return (
        State(data=data(), within=".banner.bad"),
        State(data=data(sent, allowed=barred), within=".why"),
        State(data=silent, steps=(("again", data()),), within=".banner q"),
        State(data=data(), steps=(("key", "f"),), within=".follow"),
        State(data=data(), steps=(("key", "n"), ("type", ".box > textarea", "@")), within=".mentions"),
        State(
            data=data(),
            steps=(("key", "i"), ("until", ".finder .entry")),
            within=".finder",
            answers={"/saved-replies": offers},
        ),
    )


def _macros() -> tuple[State, ...]:
    data: Any = draw_macros.macros(filled.whole(), "Sam", filled.ran())
    plans = {"plans": [draw_macros.plan(filled.plan())]}
    opened = (("key", "m"), ("until", ".finder .entry"))
    return (
        State(data=data, within=".ran"),
        State(data=data, steps=opened, within=".finder", answers={"/macros": plans}),
    )


# -- the other pages ---------------------------------------------------------------------------------------------------


def _library() -> tuple[State, ...]:
    saved: Any = draw_library.saved_replies([filled.saved_reply()], {"s": 2}, "s")
    macros: Any = draw_library.macros([filled.macro()], "m")
    return (
        State(data={**saved, "problem": None}),
        State(data={**macros, "problem": None}),
        State(data={**saved, "problem": "problem"}, within=".problem"),
        State(data={**saved, "entries": [], "problem": None}, within=".empty"),
    )


def _health() -> tuple[State, ...]:
    data = draw_health.health(filled.unwell(), {"fernhill": "name"})
    return (State(data={**data, "problem": "p"}),)


def _bell() -> tuple[State, ...]:
    return (State(data=draw_bell.bell(filled.notices(), NOW)), State(data=draw_bell.bell(None, NOW), within=".problem"))


def _team() -> tuple[State, ...]:
    return (
        State(data={**draw_team.board(filled.team(), "Sam"), "problem": "problem"}),
        State(data={**draw_team.board(filled.team(rules=()), "Sam"), "problem": None}),
    )


def _sentiment() -> tuple[State, ...]:
    drawn: Step = ("until", ".part")  # what waits for something gets a share of the payloads: these parts are large

    def part(mode: str, data: Any, *, within: str, problem: str = "", step: Step = drawn) -> State:
        told = {"mode": mode, "parts": draw_sentiment.parts(mode), "problem": problem, mode: data}
        return State(data=told, steps=(step,), within=within)

    report = filled.sample_report()
    behind: Any = draw_sentiment.behind([filled.sample_answer()], "x en negative")
    figures: Any = draw_sentiment.figures(report, "13", {**behind, "more": "more"}, filled.model())
    both = (filled.rule_proposed(), replace(filled.rule_proposed(), id="another"))
    tried: Any = draw_rules.trial(both, filled.rule_trial(), 30, decide=True)
    trial = {**tried, "more": "more"}
    renewed: Any = draw_rules.renewal(
        Renewal(days=30, staff="Sam", began_at=NOW, items=9, ended=True), filled.rule_trial(), 30
    )
    renewed["found"] |= {"keys": ["r"], "more": "more"}
    rules: Any = draw_rules.rules(filled.rules(), filled.rule_events(), trial, renewed, teach=True, decide=True)
    sample: Any = draw_sentiment.sample([filled.sample()], {"s": "negative"}, report.whole, wanted=20)
    waits: Any = {**sample, "items": [{**sample["items"][0], "verb": ""}]}
    return (
        part("sample", sample, within=".told", problem="problem", step=("key", "ArrowLeft")),
        part("sample", waits, within=".where"),
        part("sample", {**sample, "items": []}, within=".empty"),
        part("figures", figures, within=".behind"),
        part("figures", figures, within="table"),
        part("figures", {**figures, "rows": []}, within=".empty"),
        part("rules", rules, within=".trial"),
        part("rules", rules, within=".history"),
        part("rules", {**rules, "trial": {**rules["trial"], "verb": ""}}, within=".rulehead"),
        part("rules", {**rules, "groups": []}, within=".empty"),
        part("corrections", draw_sentiment.corrections([filled.correction()]), within=".says"),
    )


def _insights() -> dict[str, Component]:
    table, listed = figures.table(), figures.listed()
    return {
        "insights": Component(states=tuple(State(data=data, within=within) for data, within in figures.head())),
        "insights_table": Component(
            parts=("download",),
            states=(
                State(data=table, within=".note"),
                State(data=table, steps=(("press", "summary"), ("until", "tbody")), within="tbody"),
                State(data=table, steps=(("press", "details + details summary"), ("until", "pre")), within="pre"),
                State(data=table, steps=(("press", ".file"), ("until", ".problem")), within=".problem"),
            ),
        ),
        "insights_items": Component(
            states=(
                State(data=listed, within=".item"),
                State(data=listed, within=".told"),
                State(data={**listed, "problem": "problem"}, within=".problem"),
            )
        ),
        "insights_remarks": Component(states=(State(data=figures.remarks(), within="li"),)),
    }


# -- spikes ------------------------------------------------------------------------------------------------------------


def _spikes() -> tuple[State, ...]:
    names = {"fernhill": "name", "other": "other"}
    ended, known = filled_spikes.ended(), filled_spikes.spike(closed_by="Kim", closed_at=NOW, note="note")
    listed: Any = draw_spikes.listing([filled_spikes.spike(), known], [ended], filled_spikes.watching(), names, NOW)
    nothing: Any = {"list": None, "one": None, "gone": "", "calm": False, "problem": None, "sheet": None}

    def one(view: Any, **changes: Any) -> Any:
        drawn = draw_spike.spike(view, filled_spikes.situation(), names, may_acknowledge=True)
        return {**nothing, "one": drawn, **changes}

    sheet = draw_spikes.sheet(filled_spikes.page(), "title", names)
    return (
        State(data={**nothing, "list": listed, "problem": "problem"}),
        State(data={**nothing, "list": {**listed, "past": []}}),
        State(data={**nothing, "gone": "gone"}),
        State(data=one(filled_spikes.view(), sheet=sheet)),
        State(data=one(filled_spikes.view(ended), calm=True)),
        State(data=one(filled_spikes.view(known)), steps=(("press", ".course summary"),)),
    )


def _rising() -> tuple[State, ...]:
    names = {"fernhill": "name"}
    sheet = draw_spikes.sheet(filled_spikes.page(), "title", names)
    full: Any = draw_words.rising(filled_spikes.rising(), names)
    none: Any = draw_words.rising(filled_spikes.rising(terms=(), topics=()), names)
    return (
        State(data={**full, "problem": "problem", "sheet": sheet}),
        State(data={**none, "problem": None, "sheet": None}),
    )


# -- the bench ---------------------------------------------------------------------------------------------------------


def _bench() -> tuple[State, ...]:
    now = Inbox(
        wanted=QueueFilter(),
        opened=making.opened(filled.whole()),
        bench=filled.bench(),
        alike=filled.alike(),
        alike_for="what was looked for",
        takers=("Kim",),
        prepared=filled.prepared(),
    )
    full: Any = draw_bench.bench(now, me="Sam", snoozes=("For 1 hour",), time=NOW, channels=("x", "instagram"))
    data = {**full, "confirm": None}
    selected: Step = ("select",)

    def picking(*steps: Step, within: str = ".panel") -> State:
        return State(data=data, steps=steps, within=within)

    return (
        State(data=full, within=".bar"),
        State(data=data, within=".bar"),
        State(data={**data, "run": {**data["run"], "ended": False}}, within=".bar"),
        *(picking(("key", key)) for key in "lvgsbc"),
        picking(("key", "l"), ("press", ".manage"), within=""),
        picking(("key", "v"), ("press", ".manage"), within=""),
        picking(("key", "v"), ("press", ".manage:last-child"), within=""),
        *(picking(selected, ("key", key), within=".panel" if key in "al" else "") for key in "alsb"),
    )

"""What every section of the Insights page is given: what is asked for, the figures, and how charts are drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar, cast
from zoneinfo import ZoneInfo

import streamlit as st

from social_listener.dashboard import downloads, insights_address, insights_cards, insights_files, state, words
from social_listener.dashboard.component import component
from social_listener.dashboard.downloads import Offer
from social_listener.reports.charts import Theme
from social_listener.rights import Right

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

    from social_listener.dashboard.component import Json
    from social_listener.dashboard.insights_address import Place
    from social_listener.dashboard.insights_cards import Card
    from social_listener.desk_types.insights import Board, By, Slice, Standing

T = TypeVar("T")

HEAD = component("insights")
TABLE = component("insights_table", downloads.PART)
#: where the page remembers the figures that it shows, and how often its charts were drawn anew
_KEPT, _ROUND = "insights_kept", "insights_round"
#: what its address said last, but for an open list
_LEFT = "insights_left"


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One section of the page."""

    key: str  #: in the address
    title: str
    show: Callable[[Scene], None]


@dataclass(frozen=True, slots=True)
class Scene:
    """What a section draws from, and with."""

    place: Place
    zone: ZoneInfo  #: the house's
    theme: Theme

    @property
    def wanted(self) -> Slice:
        """What is counted."""
        return self.place.wanted

    # -- figures -------------------------------------------------------------------------------------------------------

    def read(self, key: Hashable, read: Callable[[], T]) -> T | None:
        """Return figures; they stay as they were read until another slice is asked for, or "Read again" is pressed.

        None: they could not be read; the page has said so.
        """
        kept = cast("dict[Hashable, Any]", st.session_state.setdefault(_KEPT, {}))
        if kept.get("wanted") != (self.wanted, state.staff()):
            kept.clear()
            kept["wanted"] = (self.wanted, state.staff())
        if key not in kept:
            found, problem = state.guarded(lambda: (read(),), None)
            if found is None:
                self.problem(problem or "")
                return None
            kept[key] = found[0]
        return cast("T", kept[key])

    def board(self, by: By) -> Board | None:
        """Return figures over time, told apart."""
        return self.read(("board", by), lambda: state.desk().insights.board(self.wanted, state.staff(), by))

    # -- drawing -------------------------------------------------------------------------------------------------------

    def head(self, standing: Standing, tiles: Sequence[Json], *, empty: Json | None = None) -> None:
        """Draw how far the numbers can be trusted, and the first of them; `empty`: why there is nothing to show."""
        data: Json = {"standing": told_standing(standing, self.wanted, self.zone), "tiles": tiles, "empty": empty}
        HEAD(
            key="insights_head", data={**data, "problem": None}, on_open_change=lambda: _opened("insights_head"),
            on_again_change=again, on_show_change=_shown,
        )  # fmt: skip

    def problem(self, told: str) -> None:
        """Draw that something could not be read, with a button to try it again."""
        data: Json = {"standing": None, "tiles": [], "empty": None, "problem": told}
        HEAD(key="insights_problem", data=data, on_again_change=again)

    def card(self, card: Card) -> None:
        """Draw a chart with its table, its SQL and its picture."""
        key = f"insights_{card.id}_{self.theme.value}_{st.session_state.get(_ROUND, 0)}"
        with st.container(key=f"insights_card_{card.id}", gap="small"):
            if card.blank:
                with st.container(key=f"insights_blank_{card.id}", border=True):
                    st.text(card.figure.title)
                    st.caption(card.blank)
            elif card.pick:
                st.vega_lite_chart(
                    insights_cards.pickable(card), key=key, theme=None, alt=card.figure.alt,
                    on_select=lambda: _picked(card, key), selection_mode=insights_cards.PICK,
                )  # fmt: skip
            else:
                st.vega_lite_chart(insights_cards.pickable(card), key=key, theme=None, alt=card.figure.alt)
            self._foot(card)

    def _foot(self, card: Card) -> None:
        """Draw what stands below a chart."""
        table = f"insights_table_{card.id}"
        with st.container(key=f"insights_foot_{card.id}", horizontal=True, vertical_alignment="top"):
            told = {**card.table.json(), "title": card.figure.title, "sql": card.sql, "note": card.note}
            TABLE(key=table, data={**told, "picture": self._picture(card)}, on_open_change=lambda: _opened(table))

    def _picture(self, card: Card) -> Json | None:
        """Return the chart as a file to take away; None: there is none, or they may not."""
        if card.blank or not state.may(Right.EXPORT):
            return None
        me, reports = state.staff(), state.desk().reports
        offer = Offer(
            word="PNG", name=f"{card.id}.png", type="image/png", make=lambda: reports.picture(card.figure, me)
        )
        return downloads.told(offer, f"insights_{card.id}")

    def sql(self, write: Callable[[], str]) -> str:
        """Return the SQL behind a chart; "": it could not be written, which takes nothing from the chart."""
        return state.guarded(write, "")[0]


# -- where the page stands ---------------------------------------------------------------------------------------------


def house() -> ZoneInfo:
    """Return the time zone of the house, by which days are counted."""
    return ZoneInfo(state.service().settings.spikes.zone)


def theme() -> Theme:
    """Return on what charts stand in the reader's browser."""
    return Theme.DARK if st.context.theme.type == "dark" else Theme.LIGHT


def read_address(sections: Sequence[str]) -> Place:
    """Return what the address says; who comes back from another page, whose link says nothing, finds what they left."""
    if state.came_from_another_page() and not st.query_params:
        st.query_params.from_dict(st.session_state.get(_LEFT, {}))
    query = {name: st.query_params.get_all(name) for name in st.query_params}
    st.session_state[_LEFT] = {name: values for name, values in query.items() if name != "items"}
    return insights_address.place_of(query, state.service().clock(), house(), sections)


def write_address(place: Place, sections: Sequence[str]) -> None:
    """Write what is shown into the address."""
    query = insights_address.query_of(place, sections)
    if {name: st.query_params.get_all(name) for name in st.query_params} != query:
        st.query_params.from_dict(query)


def again() -> None:
    """Read all figures anew."""
    st.session_state.pop(_KEPT, None)
    insights_files.forget()


def look_at(told: str) -> None:
    """Open the items behind a number."""
    if insights_address.look_of(told, house()) is not None:
        st.query_params["items"] = told


def look_away() -> None:
    """Close the list of items; a chart lets the same point be picked once more."""
    st.query_params.pop("items", None)
    st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1


def _opened(key: str) -> None:
    look_at(str(st.session_state[key].open))


def _picked(card: Card, key: str) -> None:
    look_at(card.picked(st.session_state.get(key)))


def _shown() -> None:
    """Show the period that an empty page offers."""
    told = insights_address.look_of(str(st.session_state["insights_head"].show), house())
    if told is not None:
        period = told.wanted.period
        st.query_params["period"] = "own"
        st.query_params["from"], st.query_params["to"] = period.first.isoformat(), period.last.isoformat()


def told_standing(standing: Standing, wanted: Slice, zone: ZoneInfo) -> Json:
    """Return how far numbers can be trusted, in words."""
    reached = standing.complete_up_to
    lagging = list(standing.lagging)
    until = "not known for every stream" if reached is None else f"{reached.astimezone(zone):%-d %b %Y, %H:%M}"
    return {
        "asOf": f"As of {standing.as_of.astimezone(zone):%-d %b %Y, %H:%M:%S} {zone.key}",
        "complete": "" if reached is not None and reached >= wanted.until else f"Complete up to {until}",
        "lagging": f"Not read to the end: {', '.join(lagging)}. What is missing there is a gap." if lagging else "",
        "counting": f"{words.count(standing.counting, 'quarter')} of an hour are being counted anew; the numbers are "
        "right meanwhile." if standing.counting > 500 else "",
    }  # fmt: skip

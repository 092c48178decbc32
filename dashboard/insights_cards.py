"""A chart of the Insights page with all that belongs to it: what a click opens, its table, its SQL. Pure.

Charts are those of `reports.charts`, so that page, picture and PDF show the same. Added here is only that points and
bars can be picked; every number of the table beside it opens the same items for keys and screen readers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, TypeAlias

if TYPE_CHECKING:
    from social_listener.dashboard.component import Json
    from social_listener.reports.sheets import Figure

#: values of the fields by which a point is told from the others → the items behind it
Spots: TypeAlias = dict[tuple[str, ...], str]
#: name of what was picked in a chart
PICK: Final = "pick"


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in a table: words, and the items that they open; "": none."""

    text: str
    open: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A chart's numbers as a table; the first column names the row."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    def json(self) -> Json:
        """Return it as the page's script reads it."""
        return {
            "columns": list(self.columns),
            "rows": [[{"text": cell.text, "open": cell.open} for cell in row] for row in self.rows],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A chart and what belongs to it."""

    id: str
    figure: Figure
    table: Table
    sql: str = ""  #: the SQL behind it, to be run on a snapshot
    pick: tuple[str, ...] = ()  #: fields of its data by which a point is told from the others
    opens: Mapping[tuple[str, ...], str] = field(default_factory=dict)  #: values of those fields → the items behind
    note: str = ""  #: what one should know before one believes it
    blank: str = ""  #: why there is nothing to draw, which then stands in place of the chart

    def picked(self, told: object) -> str:
        """Return the items that a selection in the chart opens; "": none."""
        points = told.get("selection", {}).get(PICK, []) if isinstance(told, Mapping) else []
        if not isinstance(points, list) or not points or not isinstance(points[-1], Mapping):
            return ""
        return self.opens.get(tuple(_value(points[-1].get(name)) for name in self.pick), "")


def _value(told: object) -> str:
    """Return a value of a picked point as it stood in the chart's data; a moment comes as milliseconds."""
    if isinstance(told, int | float):
        return f"{datetime.fromtimestamp(told / 1000, UTC):%Y-%m-%dT%H:%M:%SZ}"
    return str(told)


def pickable(card: Card) -> dict[str, Any]:
    """Return what Vega-Lite draws for a page: the chart on the page's own ground, its points to be picked.

    The data stands one level deeper: Streamlit makes tables of what stands on the top, which takes its time.
    """
    spec = dict(card.figure.spec)
    layers, data = [dict(one) for one in spec.pop("layer")], spec.pop("data")
    if card.pick:
        select = {"type": "point", "fields": list(card.pick), "on": "click", "toggle": False, "clear": False}
        params = [{"name": PICK, "select": select}]
        at = next((at for at, one in enumerate(layers) if _kind(one) in {"bar", "rect"} and "data" not in one), None)
        if at is None:
            layers.append({**_targets(layers), "params": params})
        else:
            mark = layers[at]["mark"]
            layers[at] |= {"params": params, "mark": {**mark, "cursor": "pointer"}}
    # Who cannot see it is told the chart in a sentence and has the table: marks without words would only be in the way.
    config = {**spec["config"], "mark": {"aria": False}}
    return {**spec, "config": config, "background": "transparent", "layer": [{"data": data, "layer": layers}]}


def _kind(layer: Mapping[str, Any]) -> str:
    return str(layer["mark"]["type"])


def _targets(layers: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return large points that nobody sees, over those of the lines: what a pointer or a finger meets."""
    line = next(one for one in layers if _kind(one) == "line")
    encoding = {name: line["encoding"][name] for name in ("x", "y", "tooltip")}
    return {
        "transform": [{"filter": "isValid(datum.value)"}],
        "mark": {"type": "point", "filled": True, "size": 320, "opacity": 0, "cursor": "pointer"},
        "encoding": {**encoding, "detail": {"field": "name", "type": "nominal"}},
    }

"""What `evaluate` prints."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING

from social_listener.cli.watch import table
from social_listener.scoring.measures import Figure

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from social_listener.cli.shapes import Json
    from social_listener.scoring.measures import Measured
    from social_listener.scoring.urgency import Urgency

    Both = tuple[Measured, ...]  #: ours, and plain VADER


def sentiment(name: str, scorer: str, both: Both, groups: Mapping[tuple[str, str], Both]) -> Iterator[str]:
    """Yield what is said of sentiment."""
    ours, _ = both
    counts = ", ".join(f"{one.count:,} {one.label.value}" for one in ours.labels)
    yield f"{name}: {ours.count:,} texts that people labelled: {counts}"
    yield f"{scorer} beside plain VADER with its bounds of ±0.05; in brackets the interval of 95 %"
    yield ""
    yield "Forced to one of three labels; a text that is not scored counts as missed"
    yield from table(("", "ours", "plain VADER"), [(label, *cells) for label, cells in _forced(both)])
    yield ""
    yield "Free to say unsure"
    yield from table(("", "ours", "plain VADER"), [(label, *cells) for label, cells in _free(both)])
    if ours.calibration_error is not None and ours.brier is not None:
        yield ""
        yield "Chances that were told of the forced label, and how often it was right; plain VADER tells none"
        rows = [(f"{one.count:,}", f"{one.told:.2f}", _cell(one.right)) for one in ours.bins]
        yield from table(("texts", "told", "right"), rows)
        yield f"  expected calibration error {_cell(ours.calibration_error)}; Brier {_cell(ours.brier)}"
    if groups:
        yield ""
        head = ("", "", "texts", "not scored", "label told", "macro-F1 forced", "of plain VADER")
        yield from table(head, [_group(group, of_group) for group, of_group in groups.items()])


def _forced(both: Both) -> Iterator[tuple[str, list[str]]]:
    yield "accuracy", [_cell(one.accuracy) for one in both]
    yield "macro-F1", [_cell(one.macro_f1) for one in both]
    yield "macro-recall", [_cell(one.macro_recall) for one in both]
    for number, label in enumerate(one.label.value for one in both[0].labels):
        yield f"{label}: precision", [_cell(one.labels[number].precision) for one in both]
        yield f"{label}: recall", [_cell(one.labels[number].recall) for one in both]
        yield f"{label}: F1", [_cell(one.labels[number].f1) for one in both]


def _free(both: Both) -> Iterator[tuple[str, list[str]]]:
    yield "label told", [_cell(one.covered) for one in both]
    for number, label in enumerate(one.label.value for one in both[0].labels):
        yield f"label told, of {label}", [_cell(one.labels[number].covered) for one in both]
    yield "accuracy where told", [_cell(one.decided_accuracy) for one in both]
    yield "macro-F1 where told", [_cell(one.decided_macro_f1) for one in both]
    yield "macro-F1, unsure counts as missed", [_cell(one.missed_macro_f1) for one in both]
    yield "not scored", [f"{one.unscored:,}" for one in both]


def _group(group: tuple[str, str], both: Both) -> tuple[str, ...]:
    ours, plain = both
    return (
        group[0],
        group[1][:20],
        f"{ours.count:,}",
        f"{ours.unscored:,}",
        _cell(ours.covered),
        _cell(ours.macro_f1) if ours.unscored < ours.count else "not scored",
        _cell(plain.macro_f1),
    )


def priority(head: str, found: Urgency) -> Iterator[str]:
    """Yield what is said of priority. `head`: what was measured."""
    yield head
    if not found.first:
        yield "  there is nothing to measure with"
        return
    base = f"{found.first / found.count:.3f}"
    agrees = "–" if math.isnan(found.agreement) else f"{found.agreement:.3f}"
    yield f"  by chance {base} of any are right; of two, the right one stands higher: {agrees} (by chance 0.5)"
    compared = any(cut.other_precision is not None for cut in found.cuts)
    columns: tuple[str, ...] = ("priority", "items", "precision", "recall")
    if compared:
        columns += ("precision by VADER", "recall by VADER")
    rows = []
    for cut in found.cuts:
        row = [f"{cut.priority} and more", f"{cut.count:,}", _cell(cut.precision), _cell(cut.recall)]
        if cut.other_precision is not None and cut.other_recall is not None:
            row += [_cell(cut.other_precision), _cell(cut.other_recall)]
        rows.append(tuple(row))
    yield from table(columns, rows)
    if compared:
        yield "  by VADER: as many items, the most negative ones"


def _cell(figure: Figure) -> str:
    if math.isnan(figure.value):
        return "–"
    return f"{figure.value:.3f} ({figure.low:.3f}–{figure.high:.3f})"


def sentiment_json(name: str, scorer: str, both: Both, groups: Mapping[tuple[str, str], Both]) -> dict[str, Json]:
    """Return what is printed of sentiment as JSON."""
    ours, plain = both
    return {
        "file": name,
        "scorer": scorer,
        "ours": jsonable(ours),
        "vader": jsonable(plain),
        "groups": [
            {"column": column, "value": value, "ours": jsonable(two[0]), "vader": jsonable(two[1])}
            for (column, value), two in groups.items()
        ],
    }


def priority_json(name: str, found: Urgency) -> dict[str, Json]:
    """Return what is printed of priority as JSON."""
    return {"file": name, "urgency": jsonable(found)}


def jsonable(value: object) -> Json:
    """Return a value as JSON; a figure as an object, and null where there is none."""
    if isinstance(value, Figure):
        if math.isnan(value.value):
            return None
        return {"value": round(value.value, 6), "low": _number(value.low), "high": _number(value.high)}
    if isinstance(value, float):
        return _number(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: jsonable(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, tuple | list):
        return [jsonable(one) for one in value]
    return value if value is None or isinstance(value, bool | int) else str(value)


def _number(value: float) -> float | None:
    return None if math.isnan(value) else round(value, 6)

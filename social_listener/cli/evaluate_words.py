"""What `evaluate` prints."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING

from social_listener.cli.watch import table
from social_listener.scoring.measures import Figure

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from social_listener.cli.shapes import Json
    from social_listener.scoring.measures import Measured
    from social_listener.scoring.urgency import Urgency

    Sides = tuple[Measured, ...]  #: ours, ours without rules where that is asked for, and plain VADER

#: how many are compared → what each is called, and its name in JSON
SIDES = {2: ("ours", "plain VADER"), 3: ("ours", "without rules", "plain VADER")}
KEYS = {"ours": "ours", "without rules": "without_rules", "plain VADER": "vader"}


def sentiment(name: str, scorer: str, sides: Sides, groups: Mapping[tuple[str, str], Sides]) -> Iterator[str]:
    """Yield what is said of sentiment."""
    ours = sides[0]
    counts = ", ".join(f"{one.count:,} {one.label.value}" for one in ours.labels)
    yield f"{name}: {ours.count:,} texts that people labelled: {counts}"
    yield f"{scorer} beside plain VADER with its bounds of ±0.05; in brackets the interval of 95 %"
    yield ""
    yield from figures(SIDES[len(sides)], sides)
    yield from calibration(ours, "plain VADER tells none")
    if groups:
        yield ""
        columns = ("", "", "texts", "not scored", "label told", "macro-F1 forced", "of plain VADER")
        yield from table(columns, [_group(group, of_group) for group, of_group in groups.items()])


def figures(names: Sequence[str], sides: Sides) -> Iterator[str]:
    """Yield the tables of several scorers side by side, under what each is called."""
    yield "Forced to one of three labels; a text that is not scored counts as missed"
    yield from table(("", *names), [(label, *cells) for label, cells in _forced(sides)])
    yield ""
    yield "Free to say unsure"
    yield from table(("", *names), [(label, *cells) for label, cells in _free(sides)])


def calibration(measured: Measured, whose: str) -> Iterator[str]:
    """Yield how far told chances can be believed; nothing of who tells none. `whose`: what stands behind the title."""
    if measured.calibration_error is None or measured.brier is None:
        return
    yield ""
    yield f"Chances that were told of the forced label, and how often it was right; {whose}"
    rows = [(f"{one.count:,}", f"{one.told:.2f}", _cell(one.right)) for one in measured.bins]
    yield from table(("texts", "told", "right"), rows)
    yield f"  expected calibration error {_cell(measured.calibration_error)}; Brier {_cell(measured.brier)}"


def _forced(sides: Sides) -> Iterator[tuple[str, list[str]]]:
    yield "accuracy", [_cell(one.accuracy) for one in sides]
    yield "macro-F1", [_cell(one.macro_f1) for one in sides]
    yield "macro-recall", [_cell(one.macro_recall) for one in sides]
    for number, label in enumerate(one.label.value for one in sides[0].labels):
        yield f"{label}: precision", [_cell(one.labels[number].precision) for one in sides]
        yield f"{label}: recall", [_cell(one.labels[number].recall) for one in sides]
        yield f"{label}: F1", [_cell(one.labels[number].f1) for one in sides]


def _free(sides: Sides) -> Iterator[tuple[str, list[str]]]:
    yield "label told", [_cell(one.covered) for one in sides]
    for number, label in enumerate(one.label.value for one in sides[0].labels):
        yield f"label told, of {label}", [_cell(one.labels[number].covered) for one in sides]
    yield "accuracy where told", [_cell(one.decided_accuracy) for one in sides]
    yield "macro-F1 where told", [_cell(one.decided_macro_f1) for one in sides]
    yield "macro-F1, unsure counts as missed", [_cell(one.missed_macro_f1) for one in sides]
    yield "not scored", [f"{one.unscored:,}" for one in sides]


def _group(group: tuple[str, str], sides: Sides) -> tuple[str, ...]:
    ours, plain = sides[0], sides[-1]
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


def sentiment_json(name: str, scorer: str, sides: Sides, groups: Mapping[tuple[str, str], Sides]) -> dict[str, Json]:
    """Return what is printed of sentiment as JSON."""
    return {
        "file": name,
        "scorer": scorer,
        **_sides(sides),
        "groups": [{"column": column, "value": value, **_sides(two)} for (column, value), two in groups.items()],
    }


def _sides(sides: Sides) -> dict[str, Json]:
    return {KEYS[name]: jsonable(one) for name, one in zip(SIDES[len(sides)], sides, strict=True)}


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

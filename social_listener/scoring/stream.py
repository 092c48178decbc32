"""Scoring many texts: in order, in bounded memory, in several processes when there is much to do."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, fields
from functools import partial
from itertools import chain, islice
from typing import Literal, TypeVar

from social_listener.model import Score
from social_listener.scoring.child import ChildDied, Children
from social_listener.scoring.plugs import OURS, Tuning
from social_listener.scoring.priority import Circumstances, Weights, fault_of
from social_listener.scoring.scorer import score_all
from social_listener.scoring.worker import processors

LONG = 2_000
"""So many items are scored here, one by one; what comes beyond them is given to worker processes."""
BATCH = 500
"""How many items a worker gets at a time."""

Form = Literal["auto", "text", "json"]
"""What a line is: a text, a JSON object, or ("auto") an object when it begins with "{" and a text otherwise."""

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True, kw_only=True)
class LineError:
    """A line that could not be scored; the lines around it are."""

    line: int  #: counted from 1
    error: str  #: what is wrong with it, for people


def score_many(
    items: Iterable[tuple[str, Circumstances]],
    weights: Weights,
    workers: int | None = None,
    tuning: Tuning = OURS,
) -> Iterator[Score]:
    """Yield the score of every (text, circumstances), in order. `workers` as in `score_lines`."""
    return _in_order(items, partial(_score_items, weights=weights, tuning=tuning), workers)


def score_lines(
    lines: Iterable[str | bytes],
    weights: Weights,
    workers: int | None = None,
    form: Form = "auto",
    tuning: Tuning = OURS,
) -> Iterator[Score | LineError]:
    """Yield a score, or what is wrong, for every line, in order.

    A JSON object needs "text" and may have the fields of `Circumstances`; its other keys are not looked at. Bytes are
    read as UTF-8. The first 2,000 lines are scored as they come; further ones by `workers` processes (None: one for
    each processor; 1: none, so that every line is answered at once).
    """
    return _in_order(enumerate(lines, 1), partial(_score_lines, weights=weights, form=form, tuning=tuning), workers)


def score_lines_to_json(
    lines: Iterable[str | bytes],
    weights: Weights,
    workers: int | None = None,
    form: Form = "auto",
    tuning: Tuning = OURS,
) -> Iterator[str]:
    """Yield for every line what `score_lines` does, as one line of JSON (made by the workers, which is faster)."""
    return _in_order(enumerate(lines, 1), partial(_lines_to_json, weights=weights, form=form, tuning=tuning), workers)


def to_record(result: Score | LineError) -> dict[str, object]:
    """Return a result as what scripts read: see `docs/scoring.md`."""
    if isinstance(result, LineError):
        return {"line": result.line, "error": result.error}
    return {
        "sentiment": result.sentiment,
        "sentiment_label": result.sentiment_label.value,
        "sentiment_reason": result.sentiment_reason,
        "language": result.language,
        "priority": result.priority,
        "priority_factors": [
            {"name": part.name, "points": part.points, "words": list(part.words), "because": part.because}
            for part in result.factors
        ],
        "scorer": result.scorer,
    }


def parse_line(number: int, line: str | bytes, form: Form) -> tuple[str, Circumstances] | LineError:
    """Return the text and circumstances that a line tells, or what is wrong with it."""
    try:
        text = line.decode("utf-8") if isinstance(line, bytes) else line
        text.encode("utf-8")
    except UnicodeError:
        return LineError(line=number, error="is not UTF-8 text; convert it first")
    text = text.rstrip("\r\n")
    if number == 1:
        text = text.removeprefix("\ufeff")
    if form == "text" or (form == "auto" and not text.lstrip().startswith("{")):
        return text, Circumstances()
    try:
        told = json.loads(text)
    except (ValueError, RecursionError) as error:
        reason = f"{error.msg} at column {error.colno}" if isinstance(error, json.JSONDecodeError) else "too deep"
        return LineError(line=number, error=f"is not JSON: {reason}")
    if not isinstance(told, dict):
        return LineError(line=number, error='must be a JSON object with "text"')
    return _from_object(number, told)


def _from_object(number: int, told: dict[str, object]) -> tuple[str, Circumstances] | LineError:
    text = told.get("text")
    if not isinstance(text, str):
        return LineError(line=number, error=f'"text" must be a text (found {json.dumps(text)[:40]})')
    given: dict[str, object] = {}
    for each in fields(Circumstances):
        value = told.get(each.name)
        if value is None:
            continue
        fault = fault_of(each.default, value)
        if fault:
            return LineError(line=number, error=f'"{each.name}" must be {fault} (found {json.dumps(value)[:40]})')
        given[each.name] = value
    return text, Circumstances(**given)  # type: ignore[arg-type]  # every value was checked just above


def _score_items(items: list[tuple[str, Circumstances]], weights: Weights, tuning: Tuning) -> list[Score]:
    return score_all(items, weights, tuning=tuning)


def _score_lines(
    lines: list[tuple[int, str | bytes]], weights: Weights, form: Form, tuning: Tuning
) -> list[Score | LineError]:
    parsed = [parse_line(number, line, form) for number, line in lines]
    scores = iter(score_all([item for item in parsed if not isinstance(item, LineError)], weights, tuning=tuning))
    return [item if isinstance(item, LineError) else next(scores) for item in parsed]


def _lines_to_json(lines: list[tuple[int, str | bytes]], weights: Weights, form: Form, tuning: Tuning) -> list[str]:
    # Lone surrogates can come out of JSON escapes; escaped again they do no harm to whoever prints this.
    encode = json.JSONEncoder(ensure_ascii=True).encode
    return [encode(to_record(result)) for result in _score_lines(lines, weights, form, tuning)]


def _in_order(
    items: Iterable[Item], work: Callable[[list[Item]], list[Result]], workers: int | None
) -> Iterator[Result]:
    """Yield the results of all items in order, holding a few batches at a time."""
    source = iter(items)
    workers = processors() if workers is None else workers
    if workers < 1:
        raise ValueError(f"workers: must be 1 or more (found {workers})")
    for item in islice(source, LONG if workers > 1 else None):
        yield work([item])[0]
    first = list(islice(source, BATCH))
    if len(first) < BATCH:  # not worth starting processes for
        yield from work(first)
        return
    yield from _in_processes(chain(first, source), work, workers)


def _in_processes(source: Iterator[Item], work: Callable[[list[Item]], list[Result]], workers: int) -> Iterator[Result]:
    """Yield the results of batches that worker processes make; where a worker dies, its batches are done here."""
    children = Children(workers)
    waiting: deque[tuple[list[Item], Future[list[Result]] | None]] = deque()
    broken = False
    try:
        while True:
            while len(waiting) < workers * 3 and (batch := list(islice(source, BATCH))):
                future = None
                if not broken:
                    future = children.submit(work, batch)
                waiting.append((batch, future))
            if not waiting:
                return
            batch, future = waiting.popleft()
            results: list[Result] | None = None
            if future is not None:
                try:
                    results = future.result()
                except (ChildDied, OSError):
                    broken = True
            yield from work(batch) if results is None else results
    finally:
        children.close()

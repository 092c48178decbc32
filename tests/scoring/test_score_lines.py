from __future__ import annotations

import json
import os
import signal
import sys
import threading
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from types import ModuleType

import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st
from messages import MESSAGES, PLAIN_COMPLAINTS

from social_listener.scoring import (
    Circumstances,
    LineError,
    Weights,
    score,
    score_lines,
    score_lines_to_json,
    score_many,
    stream,
    to_record,
)

WEIGHTS = Weights()
TEXTS = [*PLAIN_COMPLAINTS, *(text for texts in MESSAGES.values() for text in texts)]


def numbered(count: int) -> list[str]:
    """Return that many different texts."""
    return [f"{TEXTS[number % len(TEXTS)]} no{number}" for number in range(count)]


def one(line: str | bytes, form: stream.Form = "auto") -> object:
    """Return the result of one line."""
    return next(score_lines([line], WEIGHTS, form=form))


def test_a_line_is_a_text() -> None:
    """A plain line is scored as it stands, without its line end."""
    assert one("Where is my order?\r\n") == score("Where is my order?", Circumstances(), WEIGHTS)
    assert one("\ufeffWhere is my order?".encode()) == score("Where is my order?", Circumstances(), WEIGHTS)
    assert one('{"text": "a"}', form="text") == score('{"text": "a"}', Circumstances(), WEIGHTS)


def test_a_line_is_an_object() -> None:
    """A JSON object brings circumstances along; null is as good as nothing, and other keys are not looked at."""
    line = json.dumps({"text": "Hi", "private": True, "followers": 5000, "verified": None, "id": 7})
    assert one(line) == score("Hi", Circumstances(private=True, followers=5000), WEIGHTS)


@pytest.mark.parametrize(
    ("line", "form", "fault"),
    [
        ('{"text": "a"', "auto", "is not JSON"),
        ("{" * 100_000, "auto", "is not JSON"),
        ('{"txt": "a"}', "auto", '"text" must be a text (found null)'),
        ('{"text": 5}', "auto", '"text" must be a text (found 5)'),
        ('{"text": "a", "followers": -1}', "auto", '"followers" must be a whole number, 0 or more (found -1)'),
        ('{"text": "a", "followers": true}', "auto", '"followers" must be a whole number'),
        ('{"text": "a", "private": "yes"}', "auto", '"private" must be true or false (found "yes")'),
        ('{"text": "a", "platform_language": 3}', "auto", '"platform_language" must be a text'),
        ("[1]", "json", "must be a JSON object"),
        ("", "json", "is not JSON"),
        (b"caf\xe9", "auto", "is not UTF-8"),
        ("caf\udce9", "auto", "is not UTF-8"),
    ],
)
def test_a_bad_line_is_told_and_nothing_stops(line: str | bytes, form: stream.Form, fault: str) -> None:
    """What is wrong is told with the line's number, and the lines around it are scored."""
    good = '{"text": "Where is my order?"}'
    before, bad, after = score_lines([good, line, good], WEIGHTS, form=form)
    assert isinstance(bad, LineError)
    assert bad.line == 2
    assert fault in bad.error
    assert before == after == score("Where is my order?", Circumstances(), WEIGHTS)
    assert to_record(bad) == {"line": 2, "error": bad.error}


@given(st.lists(st.text() | st.binary() | st.text().map(lambda text: "{" + text), max_size=5))
def test_any_lines(lines: list[str | bytes]) -> None:
    """Whatever stands there, every line has one result, which is one line of JSON."""
    results = list(score_lines_to_json(lines, WEIGHTS, workers=1))
    assert len(results) == len(lines)
    for result in results:
        assert "\n" not in result
        assert json.loads(result)


def test_records() -> None:
    """A record has what scripts read, and is what the workers write as JSON."""
    text = "I still have not received my refund"
    record = to_record(score(text, Circumstances(), WEIGHTS))
    assert {"sentiment", "sentiment_label", "language", "priority", "priority_factors"} <= record.keys()
    assert json.loads(next(score_lines_to_json([text], WEIGHTS))) == record


@pytest.mark.long
def test_processes_give_the_same_in_the_same_order() -> None:
    """What worker processes score is what one process scores, in the order of the lines; errors keep their numbers."""
    lines: list[str | bytes] = list(numbered(4_700))
    lines[3_333] = "{broken"
    alone = list(score_lines(lines, WEIGHTS, workers=1))
    assert list(score_lines(iter(lines), WEIGHTS, workers=2)) == alone
    assert isinstance(alone[3_333], LineError)
    assert alone[3_333].line == 3_334
    assert list(map(json.loads, score_lines_to_json(lines, WEIGHTS, workers=2))) == [to_record(each) for each in alone]


def test_short_input_starts_no_process() -> None:
    """Fewer lines than a worker is worth are scored here."""
    before = psutil.Process().children()
    results = score_lines(numbered(2_300), WEIGHTS, workers=2)
    next(results)
    assert psutil.Process().children() == before
    assert len(list(results)) == 2_299


def test_lines_are_answered_as_they_come() -> None:
    """The first results are there before the next line is asked for."""
    asked = []

    def lines() -> Iterator[str]:
        for number in range(100):
            asked.append(number)
            yield "hello"

    next(score_lines(lines(), WEIGHTS, workers=2))
    assert asked == [0]


def is_worker(child: psutil.Process) -> bool:
    """Say whether that process scores."""
    return "scoring.child" in " ".join(child.cmdline())


@pytest.mark.long
def test_the_main_module_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers do not load the main module, which Streamlit replaces with the dashboard's script."""
    script = tmp_path / "dashboard.py"
    script.write_text(f"open({str(tmp_path / 'ran')!r}, 'w').close()\nraise SystemExit('not in a worker')\n")
    main = ModuleType("__main__")
    main.__file__ = str(script)
    monkeypatch.setitem(sys.modules, "__main__", main)
    results = score_lines(numbered(6_000), WEIGHTS, workers=2)
    got = list(islice(results, 2_501))
    assert any(is_worker(child) for child in psutil.Process().children())
    assert len(got) + len(list(results)) == 6_000
    assert not (tmp_path / "ran").exists()


def test_stopping_early_leaves_no_process() -> None:
    """Closing the results ends the workers."""
    before = set(psutil.Process().children())
    results = score_many(((text, Circumstances()) for text in numbered(6_000)), WEIGHTS, workers=2)
    assert len(list(islice(results, 2_600))) == 2_600
    results.close()  # type: ignore[attr-defined]
    left = {child for child in psutil.Process().children() if "resource_tracker" not in " ".join(child.cmdline())}
    assert left <= before


def test_a_killed_worker_loses_nothing() -> None:
    """When the workers are killed, their lines are scored here: every line has its result, in order."""
    lines = numbered(8_000)
    before = set(psutil.Process().children())
    results = score_lines(lines, WEIGHTS, workers=2)
    got = list(islice(results, 2_501))  # the workers are at work now
    workers = {child for child in psutil.Process().children() if is_worker(child)} - before
    assert workers
    for worker in workers:
        os.kill(worker.pid, signal.SIGKILL)
    got += results
    assert [each.language for each in got] == [score(t, Circumstances(), WEIGHTS).language for t in lines]  # type: ignore[union-attr]


def test_works_beside_threads() -> None:
    """Processes can be started from a service with threads."""
    done = threading.Event()
    thread = threading.Thread(target=done.wait)
    thread.start()
    try:
        assert len(list(score_many(((text, Circumstances()) for text in numbered(2_600)), WEIGHTS, workers=2))) == 2_600
    finally:
        done.set()
        thread.join()


@pytest.mark.long
def test_only_a_few_batches_are_read_ahead() -> None:
    """The input is read only so far ahead of the results that memory stays bounded, however long it is."""
    asked = 0

    def lines() -> Iterator[str]:
        nonlocal asked
        for line in numbered(12_000):
            asked += 1
            yield line

    answered = 0
    for _ in score_lines_to_json(lines(), WEIGHTS, workers=2):
        answered += 1
        assert asked - answered <= stream.BATCH * 7
    assert answered == 12_000


def test_no_workers_is_refused() -> None:
    """A number of workers that makes no sense is told."""
    with pytest.raises(ValueError, match="workers"):
        next(score_lines(["a"], WEIGHTS, workers=0))

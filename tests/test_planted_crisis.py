"""Crises planted in the sandbox among weeks of ordinary traffic, read over HTTP, found by the real watch."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "benchmarks"))
from planted_crisis import PLAN, Play, judged


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_planted_crises_are_found_as_what_they_are_and_nothing_else_is(tmp_path: Path) -> None:
    """An outage, a complaint that goes round and bots within half an hour each; nights, Sundays and a lull: nothing."""
    play = Play(tmp_path)
    try:
        play.run(4)
        lines, right = judged(play)
        assert right, "\n".join(lines)
    finally:
        play.close()


def test_a_table_says_so_when_a_crisis_was_missed(tmp_path: Path) -> None:
    """The check is able to fail: what was planted and never looked for is told as not found."""
    play = Play(tmp_path)
    try:
        play.begun.append((PLAN[0], play.now()))
        lines, right = judged(play)
    finally:
        play.close()
    assert not right
    assert "not found" in lines[2]

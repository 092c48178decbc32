"""Counts anew what changed, so that figures over time are read from roll-ups."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from social_listener.jobs.work import Work


def run(work: Work) -> str | None:
    """Count a week of dirty buckets, and again while there are more; others write in between."""
    while not work.stopping.is_set() and work.service.desk.insights.count():
        work.stopping.wait(_BREATH)
    return None


#: seconds left to others between two weeks of a backlog
_BREATH = 0.1

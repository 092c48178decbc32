"""Gives conversations to who is at work, hands back what lies, and follows what waits for approval."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from social_listener.jobs.work import Work


def run(work: Work) -> str | None:
    """Do what is due, a stretch at a time."""
    return None if work.stopping.is_set() else work.service.desk.team.tend()

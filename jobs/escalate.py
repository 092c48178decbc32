"""Tells somebody of promised times that end soon, or have passed."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from social_listener.jobs.work import Work


def run(work: Work) -> str | None:
    """Tell of everything that nobody was told of yet."""
    told = 0 if work.stopping.is_set() else work.service.desk.levels.escalate()
    return f"{told} escalations" if told else None

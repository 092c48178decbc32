"""Draws the weekly sample: what was missed while nothing ran is drawn at the next start."""

from __future__ import annotations

from typing import TYPE_CHECKING

from social_listener.rights import SYSTEM

if TYPE_CHECKING:
    from social_listener.jobs.work import Work


def run(work: Work) -> str | None:
    """Draw the sample of the last whole week, unless that was done."""
    drawn = work.service.desk.samples.draw(SYSTEM)
    return f"{drawn} items drawn for staff to say what they are" if drawn else None

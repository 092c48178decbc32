"""Looks whether far more is said than usual, and tells who should know."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from social_listener.jobs.work import Work


def run(work: Work) -> str | None:
    """Look at everything up to now; what was missed while the service did not run is looked at too."""
    found = 0 if work.stopping.is_set() else work.service.desk.spikes.watch()
    return f"{found} spikes found" if found else None

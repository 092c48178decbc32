"""Ends what was to last until a time: contacts who were muted until now are heard again."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from social_listener.jobs.work import Work


def run(work: Work) -> str | None:
    """Bring the conversations of those contacts back into the queue."""
    number = work.service.desk.contacts.wake()
    return f"{number} heard again" if number else None

"""Letting something wait for one person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from social_listener.desk_types.team import Kind
from social_listener.rights import SYSTEM
from social_listener.store import notifications

if TYPE_CHECKING:
    from datetime import datetime

    from duckdb import DuckDBPyConnection


def notify(  # noqa: PLR0917 - promised in this order
    cursor: DuckDBPyConnection,
    to: str,
    kind: str,
    conversation_id: str,
    by: str,
    now: datetime,
    about: str | None = None,
) -> None:
    """Let something wait for `to`, in the caller's transaction; nobody is told what they did themselves.

    `kind`: one of `desk_types.team.Kind`; `about`: the note or the proposal it is about; of an escalation what
    is promised and how it stands ("answer late"); of many that were assigned at once how many ("12").
    """
    if to in {by, SYSTEM}:
        return
    notifications.insert(cursor, to=to, kind=Kind(kind), conversation_id=conversation_id, by=by, about=about, now=now)

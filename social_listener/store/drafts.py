"""Text being typed, so that a reload loses nothing, and text that comes back because it was not sent."""

from __future__ import annotations

import hashlib
import secrets
from typing import TYPE_CHECKING, NamedTuple

from social_listener.desk_types import Draft
from social_listener.store.rows import marks

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from duckdb import DuckDBPyConnection


class Place(NamedTuple):
    """Where a text is being typed."""

    staff: str
    conversation_id: str
    mode: str  #: public | private | note

    @property
    def id(self) -> str:
        """Return the row's id."""
        return " ".join(self)


def new_nonce() -> str:
    """Return a nonce for a newly composed text."""
    return secrets.token_hex(16)


def read(cursor: DuckDBPyConnection, place: Place) -> Draft:
    """Return the text being typed; an empty one has a nonce too, which stays until it is saved or sent."""
    return read_all(cursor, [place])[place]


def read_all(cursor: DuckDBPyConnection, places: Sequence[Place]) -> dict[Place, Draft]:
    """Return the texts being typed in several places, each as `read` does."""
    ids = [place.id for place in places]
    rows = cursor.execute(f"SELECT id, text, nonce FROM drafts WHERE id IN ({marks(ids)})", ids).fetchall()
    kept = {row[0]: Draft(text=row[1], nonce=row[2]) for row in rows}
    return {place: kept.get(place.id) or empty(place) for place in places}


def empty(place: Place) -> Draft:
    """Return what stands where nothing is typed yet; its nonce stays until it is saved or sent."""
    return Draft(text="", nonce=hashlib.sha256(place.id.encode()).hexdigest()[:32])


def write(cursor: DuckDBPyConnection, place: Place, draft: Draft, now: datetime) -> None:
    """Keep a text being typed."""
    changed = cursor.execute(
        "UPDATE drafts SET text = ?, nonce = ?, updated_at = ? WHERE id = ? RETURNING id",
        [draft.text, draft.nonce, now, place.id],
    ).fetchone()
    if changed is None:
        cursor.execute(
            """INSERT INTO drafts (id, staff, conversation_id, mode, text, nonce, updated_at)
               VALUES (?, ?, ?, ?, ?, ?, ?)""",
            [place.id, *place, draft.text, draft.nonce, now],
        )


def taken(cursor: DuckDBPyConnection, place: Place, nonce: str, now: datetime) -> None:
    """Begin a new text, because the one that `nonce` identifies was handed over; another text stays."""
    draft = read(cursor, place)
    if draft.nonce == nonce:
        write(cursor, place, Draft(text="", nonce=new_nonce()), now)


def give_back(cursor: DuckDBPyConnection, place: Place, text: str, now: datetime) -> None:
    """Put a text that was not sent back into the composer, before what was typed there meanwhile."""
    draft = read(cursor, place)
    both = text if draft.text.strip() in {"", text.strip()} else f"{text}\n\n{draft.text}" if text else draft.text
    write(cursor, place, Draft(text=both, nonce=draft.nonce), now)

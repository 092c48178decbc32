"""Which conversations are on the screen, and in what order, while the queue changes behind it.

Rows that are looked at keep their places: a change of a shown conversation is drawn where it stands, one that no longer
belongs here stays and says so, and new ones are announced. The order is laid out anew only when staff ask for it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from social_listener.desk_types import QueuePage, QueueRow

#: how many rows beyond the shown ones are read to tell new ones from those further down
LOOKAHEAD = 50
#: while fewer rows than this are shown, new ones are added below at once: nothing is moved by that
SHORT = 6


@dataclass(frozen=True, slots=True)
class Shelf:
    """The rows on the screen, in the order they were laid out in."""

    rows: tuple[QueueRow, ...] = ()
    gone: frozenset[str] = frozenset()  #: shown, though the filter does not find them any more
    fresh: frozenset[str] = frozenset()  #: found since the order was laid out, and not shown
    known: frozenset[str] = field(default=frozenset(), repr=False)  #: ids found when the order was laid out


def lay_out(page: QueuePage, limit: int) -> Shelf:
    """Return the first `limit` rows in the page's own order."""
    return Shelf(
        rows=page.rows[:limit],
        known=frozenset(row.conversation_id for row in page.rows),
    )


def refresh(shelf: Shelf, page: QueuePage, limit: int) -> Shelf:
    """Return the shelf with the page's present state of its rows; no row changes its place.

    `page` was asked for `limit` + LOOKAHEAD rows.
    """
    found = {row.conversation_id: row for row in (*page.rows, *(page.kept or ()))}
    shown = {row.conversation_id for row in shelf.rows}
    rows = tuple(found.get(row.conversation_id, row) for row in shelf.rows)
    gone = (shelf.gone - found.keys()) | _left(shelf, page)
    fresh = [row for row in page.rows if row.conversation_id not in shown and row.conversation_id not in shelf.known]
    known = shelf.known
    if fresh and len(rows) < SHORT:
        added = fresh[: min(SHORT, limit) - len(rows)]
        rows += tuple(added)
        known |= {row.conversation_id for row in added}
        fresh = fresh[len(added) :]
    return Shelf(rows=rows, gone=gone, fresh=frozenset(row.conversation_id for row in fresh), known=known)


def extended(shelf: Shelf, page: QueuePage, step: int) -> Shelf:
    """Return the shelf with the first `step` rows of the next page below; those that are shown already stay."""
    shown = {row.conversation_id for row in shelf.rows}
    added = tuple(row for row in page.rows[:step] if row.conversation_id not in shown)
    known = shelf.known | {row.conversation_id for row in page.rows}
    return Shelf(
        rows=shelf.rows + added,
        gone=shelf.gone,
        fresh=shelf.fresh - {row.conversation_id for row in added},
        known=known,
    )


def _left(shelf: Shelf, page: QueuePage) -> frozenset[str]:
    """Return which shown rows left the view.

    The page holds everything more pressing than its last row, and waiting only makes a conversation more pressing: a
    row that stood above that and is not found was answered or put away. One below it may merely be further down.
    """
    if page.kept is not None:
        here = {row.conversation_id for row in page.kept}
        return frozenset(row.conversation_id for row in shelf.rows) - here
    found = {row.conversation_id for row in page.rows}
    whole = page.total <= len(page.rows)
    lowest = page.rows[-1].priority if page.rows else 0
    return frozenset(
        row.conversation_id
        for row in shelf.rows
        if row.conversation_id not in found and (whole or row.priority > lowest)
    )


def without(shelf: Shelf, conversation_id: str) -> Shelf:
    """Return the shelf without a conversation that staff put away themselves."""
    rows = tuple(row for row in shelf.rows if row.conversation_id != conversation_id)
    return Shelf(rows=rows, gone=shelf.gone - {conversation_id}, fresh=shelf.fresh, known=shelf.known)


def following(shelf: Shelf, conversation_id: str | None) -> str | None:
    """Return the conversation to open after this one was put away: the next below that is still here, else above."""
    ids = [row.conversation_id for row in shelf.rows]
    if conversation_id not in ids:
        return next((id_ for id_ in ids if id_ not in shelf.gone), None)
    at = ids.index(conversation_id)
    candidates = ids[at + 1 :] + ids[:at][::-1]
    return next((id_ for id_ in candidates if id_ not in shelf.gone), None)

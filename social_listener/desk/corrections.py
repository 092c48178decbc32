"""Corrections: what staff say an item really is. The person's word holds until the item says something else."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Final

from social_listener.desk_types.teaching import NOT_SCORED, Correction, CorrectionLine, What
from social_listener.errors import DeskError, NotAllowed
from social_listener.levels import Band, band
from social_listener.model import SentimentLabel
from social_listener.rights import Right
from social_listener.store import audit, conversations, corrections, queue_upkeep, samples, undoing
from social_listener.store.undoing import CORRECTED, Line

if TYPE_CHECKING:
    from datetime import datetime

    from duckdb import DuckDBPyConnection

    from social_listener.desk.office import Office
    from social_listener.desk_types import ThreadItem

#: what a person may say that a text is
LABELS: Final = (SentimentLabel.NEGATIVE, SentimentLabel.NEUTRAL, SentimentLabel.POSITIVE)


class CorrectionDesk:
    """Say what an item really is, take it back, look what was said."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def correct(
        self,
        item_id: str,
        staff: str,
        *,
        sentiment: SentimentLabel | None = None,
        priority: Band | None = None,
    ) -> tuple[Correction, ...]:
        """Say what an item's sentiment, or the band of its priority, really is; return the corrections made.

        (): that is what it was called already. `NotAllowed` for an item that nobody scored: ours, deleted, context.
        """
        said: list[tuple[What, SentimentLabel | Band]] = []
        if sentiment is not None:
            said.append((What.SENTIMENT, sentiment))
        if priority is not None:
            said.append((What.PRIORITY, priority))
        with self._office.store.transaction() as cursor:
            line = self._office.item(cursor, staff, Right.CORRECT, item_id)
            made = [write(self._office, cursor, line, one, staff) for one in said]
            return tuple(one for one in made if one is not None)

    def take_back(self, correction_id: str, staff: str) -> None:
        """Take a correction back: what the program makes of the item holds again. `DeskError`: it does not hold."""
        now = self._office.clock()
        with self._office.store.transaction() as cursor:
            self._office.permit(cursor, staff, Right.CORRECT)
            one = corrections.by_id(cursor, correction_id)
            missing = DeskError(f"there is no correction {correction_id!r}")
            if one is None:
                raise missing
            try:
                line = self._office.item(cursor, staff, Right.CORRECT, one.item_id)
            except DeskError:
                raise missing from None
            if one.undone_at is not None:
                raise DeskError("this correction does not hold any more")
            drop(self._office, cursor, line, one, staff, now)

    def of_item(self, item_id: str, staff: str) -> tuple[Correction, ...]:
        """Return what holds for an item."""
        with self._office.store.read() as cursor:
            self._office.item(cursor, staff, Right.READ, item_id)
            return tuple(corrections.holding(cursor, [item_id]))

    def made(self, since: datetime, until: datetime, staff: str) -> tuple[Correction, ...]:
        """Return the corrections made from `since` to before `until`, oldest first, those taken back too."""
        with self._office.store.read() as cursor:
            return tuple(corrections.made(cursor, since, until, self._office.accounts(cursor, staff)))

    def newest(self, staff: str, limit: int = 200) -> tuple[CorrectionLine, ...]:
        """Return the newest corrections with what their items say, newest first, those taken back too."""
        with self._office.store.read() as cursor:
            return tuple(corrections.newest(cursor, limit, self._office.accounts(cursor, staff)))


def write(
    office: Office,
    cursor: DuckDBPyConnection,
    line: ThreadItem,
    said: tuple[What, SentimentLabel | Band],
    staff: str,
    *,
    sample_id: str | None = None,
) -> Correction | None:
    """Write what somebody says of an item, within a transaction; None: that is what it is called already."""
    what, is_now = said
    if line.item.outbound or line.item.context or line.deleted_at is not None or line.sentiment_label is None:
        raise NotAllowed("only what somebody said to us or about us is scored, and can be corrected")
    if what is What.SENTIMENT and is_now not in LABELS:
        raise DeskError(f"an item is {', '.join(label.value for label in LABELS)}, not {is_now.value!r}")
    held = _held(cursor, line.item.id, what)
    was = _made(cursor, line, what)
    if is_now.value == (held.is_now if held else was):
        return None
    now, item = office.clock(), line.item
    one = Correction(
        id=secrets.token_hex(8),
        item_id=item.id,
        account_id=item.account_id,
        what=what,
        was=was,
        is_now=is_now.value,
        staff=staff,
        made_at=now,
        sample_id=sample_id,
        undone_at=None,
        undone_why=None,
    )
    corrections.add(cursor, one)
    audit.record(cursor, now, staff, "item.corrected", item.id, what=what.value, was=was, is_now=is_now.value)
    words = f"Called {is_now.value}" if what is What.SENTIMENT else f"Priority called {is_now.value}"
    step = Line(
        field=f"{CORRECTED}{what.value} {item.id}",
        object_id=item.conversation_id,
        before=held.id if held else None,
        after=one.id,
    )
    undoing.record(cursor, now, staff, words, [step])
    _follow(office, cursor, line, staff, now)
    return one


# -- taking back -------------------------------------------------------------------------------------------------------


def why_not(cursor: DuckDBPyConnection, line: Line) -> str:
    """Return why an undo line of a correction cannot be taken back; "": it can."""
    if line.covered_by:
        return f"{line.covered_by} changed it since"
    one = corrections.by_id(cursor, line.after)
    if one is None or one.undone_at is not None:
        return "it was changed since"
    item = conversations.item(cursor, one.item_id)
    return "" if item is not None and item.deleted_at is None else "it is not there any more"


def put_back(cursor: DuckDBPyConnection, line: Line, staff: str, now: datetime) -> None:
    """Take the correction of an undo line back; the one that it replaced holds again."""
    corrections.end(cursor, [line.after], now, corrections.TAKEN_BACK)
    if line.before is not None:
        corrections.hold_again(cursor, line.before)
    one = corrections.by_id(cursor, line.after)
    if one is not None:
        corrections.show(cursor, [one.item_id])
        _unanswer(cursor, one)
        audit.record(cursor, now, staff, "correction.taken_back", one.id)
    queue_upkeep.refresh(cursor, [line.object_id], now)


def drop(  # noqa: PLR0917 - what a taking back needs, in the order in which it is found
    office: Office, cursor: DuckDBPyConnection, line: ThreadItem, one: Correction, staff: str, now: datetime
) -> None:
    """Take a correction back, within a transaction."""
    corrections.end(cursor, [one.id], now, corrections.TAKEN_BACK)
    corrections.show(cursor, [one.item_id])
    _unanswer(cursor, one)
    audit.record(cursor, now, staff, "correction.taken_back", one.id)
    _follow(office, cursor, line, staff, now)


def _unanswer(cursor: DuckDBPyConnection, one: Correction) -> None:
    """Ask a sample again whose answer made the correction that is taken back."""
    if one.sample_id is not None:
        samples.ask_again(cursor, one.sample_id)


def _follow(office: Office, cursor: DuckDBPyConnection, line: ThreadItem, staff: str, now: datetime) -> None:
    """Bring queue and search in step with an item that is shown otherwise now."""
    row = conversations.row(cursor, line.item.conversation_id)
    if row is not None:
        office.only(row, staff)
    queue_upkeep.refresh(cursor, [line.item.conversation_id], now)


def _held(cursor: DuckDBPyConnection, item_id: str, what: What) -> Correction | None:
    """Return what somebody has said of an item already, and holds."""
    return next((one for one in corrections.holding(cursor, [item_id]) if one.what is what), None)


def _made(cursor: DuckDBPyConnection, line: ThreadItem, what: What) -> str:
    """Return what the program makes of an item, whatever people say of it."""
    row = corrections.machine(cursor, line.item.id)
    sentiment = row["sentiment"] if row else line.sentiment
    label = row["sentiment_label"] if row else line.sentiment_label
    priority = row["priority"] if row else line.priority
    if what is What.SENTIMENT:
        return NOT_SCORED if sentiment is None else str(label)
    return band(priority or 0).value

"""Everything else staff do to conversations and items: assign, snooze, resolve, note, hide, like, delete, type."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from social_listener import channels as registry
from social_listener.channels import Billed
from social_listener.desk import colleagues, proposals
from social_listener.desk.notes import write_note
from social_listener.desk.notify import notify
from social_listener.desk.office import find_rule, fits, span
from social_listener.desk.undoing import status_value
from social_listener.desk_types import Draft, NoteLine
from social_listener.desk_types.team import Kind
from social_listener.errors import ChannelError, Conflict, DeskError, NotAllowed, RateLimited, Unavailable
from social_listener.model import Action, ActionKind, Status
from social_listener.rights import Right
from social_listener.store import (
    audit,
    drafts,
    queue_upkeep,
    quota,
    spend,
    staff_changes,
    streams,
    undoing,
)
from social_listener.store import outbox as replies
from social_listener.store import proposals as stored_proposals
from social_listener.store.drafts import Place
from social_listener.store.undoing import ASSIGNEE, STATUS, Line

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from duckdb import DuckDBPyConnection

    from social_listener.desk.office import Office
    from social_listener.desk_types import ThreadItem

MODES = ("public", "private", "note")
#: status → what was done, in words
DONE: Mapping[Status, str] = {Status.OPEN: "Reopened", Status.SNOOZED: "Snoozed", Status.RESOLVED: "Resolved"}
_MOST_NOTE = 10_000
_MOST_DRAFT = 100_000


# -- conversations -----------------------------------------------------------------------------------------------------


def assign(office: Office, conversation_id: str, staff: str, to: str | None, version: int) -> int:
    """Say who answers a conversation; None: nobody in particular. Return the new version; `Conflict` for an old one."""
    now = office.clock()
    with office.store.transaction() as cursor:
        before = office.conversation(cursor, staff, Right.ASSIGN, conversation_id)
        office.only(before, staff, *([to] if to else []))
        if to is not None:
            colleagues.may_have(office, cursor, to, before.account_id)
        changed = staff_changes.set_assignee(cursor, conversation_id, version, now, to)
        if changed is not None:
            line = Line(field=ASSIGNEE, object_id=conversation_id, before=before.assignee, after=to)
            undoing.record(cursor, now, staff, f"Assigned to {to}" if to else "Given back", [line])
            audit.record(cursor, now, staff, "conversation.assigned", conversation_id, to=to)
            if to is not None:
                notify(cursor, to, Kind.ASSIGNED, conversation_id, staff, now)
    return _or_conflict(changed)


def set_status(
    office: Office,
    conversation_id: str,
    staff: str,
    version: int,
    *,
    status: Status,
    until: datetime | None = None,
) -> int:
    """Resolve, snooze or reopen a conversation. Return the new version; `Conflict` for an old one."""
    now = office.clock()
    if until is not None and (until.tzinfo is None or until <= now):
        raise DeskError("snooze until a time that is still to come, with a time zone")
    with office.store.transaction() as cursor:
        before = office.conversation(cursor, staff, Right.ORGANISE, conversation_id)
        office.only(before, staff)
        if status is Status.RESOLVED:
            proposals.none_waits(cursor, conversation_id)
        changed = staff_changes.set_status(cursor, conversation_id, version, now, status=status, snoozed_until=until)
        if changed is not None:
            was = status_value(before.status, before.snoozed_until, before.said_version)
            now_is = status_value(status, until, before.said_version)
            line = Line(field=STATUS, object_id=conversation_id, before=was, after=now_is)
            undoing.record(cursor, now, staff, DONE[status], [line])
            details = {"until": until.isoformat() if until else None}
            audit.record(cursor, now, staff, f"conversation.{status}", conversation_id, **details)
    return _or_conflict(changed)


def _or_conflict(version: int | None) -> int:
    if version is None:
        raise Conflict("this conversation was changed meanwhile; look at it again")
    return version


def note(office: Office, conversation_id: str, text: str, staff: str) -> NoteLine:
    """Keep a note for staff; it is never sent. Colleagues whom it names after an "@" are told, if they may see it."""
    words = text.strip()
    if not words:
        raise DeskError("there is no text to note")
    if len(words) > _MOST_NOTE:
        raise DeskError(f"a note has room for {_MOST_NOTE} characters; this one has {len(words)}")
    now = office.clock()
    line = NoteLine(id=secrets.token_hex(8), staff=staff, text=words, created_at=now)
    with office.store.transaction() as cursor:
        row = office.conversation(cursor, staff, Right.NOTE, conversation_id)
        told = write_note(cursor, conversation_id, row.account_id, line)
        office.only(row, staff, *told)
    return line


# -- items -------------------------------------------------------------------------------------------------------------


def act(office: Office, item_id: str, kind: ActionKind, staff: str, text: str = "") -> None:
    """Do something to an item at the platform, now; what came of it is stored. Raises `NotAllowed` or `DeskError`.

    `text`: the new wording, for edits of our own words.
    """
    now = office.clock()
    words = text.strip()
    with office.store.read() as cursor:
        line = office.item(cursor, staff, Right.ACT, item_id)
        channel = office.channel(line.item.account_id)
        rule = find_rule(office.rules(cursor, line, now), kind.value)
        until = streams.throttled_until(cursor, line.item.account_id, now)
    if rule is None:
        raise NotAllowed(f"{line.item.channel} cannot {kind.value} items")
    if not rule.ok:
        raise NotAllowed(rule.because)
    if until is not None:
        raise DeskError(f"the platform asked this account to wait; it can be done in {span(until - now)}")
    if kind is ActionKind.EDIT:
        fits(office, line, words, private=line.item.private)
    action = Action(
        kind=kind,
        account_id=line.item.account_id,
        item_id=item_id,
        item_native_id=item_id.partition(":")[2],
        text=words,
    )
    failure: ChannelError | None = None
    try:
        channel.act(action)
    except ChannelError as error:
        failure = error
    problem = str(failure) if failure is not None else None
    with office.store.transaction() as cursor:
        if failure is not None:
            _throttled(cursor, failure, now)
        elif isinstance(channel, Billed):
            day = (now + replies.clock_offset(cursor, action.account_id)).date()
            prices = {**registry.prices(line.item.channel), **office.settings.budget.prices}
            spend.add(cursor, action.account_id, day, channel.charges(action), prices)
        audit.record_action(cursor, now, staff, action, problem)
        audit.record(cursor, now, staff, f"item.{kind}", item_id, problem=problem)
        if problem is None:
            _done(cursor, line, action, now)
    if failure is not None:
        raise _undone(kind, failure)


def _undone(kind: ActionKind, failure: ChannelError) -> DeskError:
    """Return in words that an action was not done, or that nobody knows."""
    if isinstance(failure, Unavailable):
        return DeskError(f"nobody knows whether the platform did {kind.value} it; look again in a while: {failure}")
    return DeskError(f"the platform did not {kind.value} it: {failure}")


def _throttled(cursor: DuckDBPyConnection, error: ChannelError, now: datetime) -> None:
    """Have the account wait when the platform wants no call of it."""
    if isinstance(error, RateLimited) and error.whole_account:
        until = max(error.retry_at or now, now + timedelta(minutes=1))
        quota.throttle(cursor, error.account_id, until, str(error))


def _done(cursor: DuckDBPyConnection, line: ThreadItem, action: Action, now: datetime) -> None:
    """Write what an action that went well changes."""
    item_id, kind = line.item.id, action.kind
    if kind in {ActionKind.HIDE, ActionKind.UNHIDE}:
        staff_changes.set_hidden(cursor, item_id, hidden=kind is ActionKind.HIDE)
    elif kind in {ActionKind.LIKE, ActionKind.UNLIKE}:
        staff_changes.set_liked(cursor, item_id, liked=kind is ActionKind.LIKE)
    elif kind is ActionKind.EDIT:
        staff_changes.set_text(cursor, line.item, action.text, now)
    else:
        staff_changes.set_deleted(cursor, item_id, now)
        queue_upkeep.refresh(cursor, [line.item.conversation_id], now)


# -- text being typed --------------------------------------------------------------------------------------------------


def read_draft(office: Office, place: Place) -> Draft:
    """Return the text being typed, with the nonce that identifies it."""
    with office.store.read() as cursor:
        _checked(place)
        office.conversation(cursor, place.staff, Right.READ, place.conversation_id)
        return drafts.read(cursor, place)


def save_draft(office: Office, place: Place, text: str, nonce: str | None) -> Draft:
    """Keep the text being typed; return it.

    A late save of a text that was sent or proposed already (its nonce tells) changes nothing.
    """
    now = office.clock()
    with office.store.read() as cursor:
        _checked(place)
        office.conversation(cursor, place.staff, Right.NOTE, place.conversation_id)
        draft = drafts.read(cursor, place)
        if _handed_over(cursor, draft, nonce) or draft.text == text:
            return draft
    if len(text) > _MOST_DRAFT:
        raise DeskError(f"a draft has room for {_MOST_DRAFT} characters; this one has {len(text)}")
    with office.store.transaction(quiet=True) as cursor:
        draft = drafts.read(cursor, place)
        if _handed_over(cursor, draft, nonce):
            return draft
        kept = Draft(text=text, nonce=draft.nonce)
        drafts.write(cursor, place, kept, now)
    return kept


def _handed_over(cursor: DuckDBPyConnection, draft: Draft, nonce: str | None) -> bool:
    """Return whether the text of this nonce left the composer: it was sent, or waits for approval."""
    if nonce is None or nonce == draft.nonce:
        return False
    return replies.by_nonce(cursor, nonce) is not None or stored_proposals.by_nonce(cursor, nonce) is not None


def _checked(place: Place) -> None:
    if place.mode not in MODES:
        raise DeskError(f"a draft is {', '.join(MODES)}, not {place.mode!r}")

"""What a macro can do: one table. A kind of step says what it would do here, does it, and takes it back.

Everything happens in the transaction of the run. A further kind is a further line in `STEPS`.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from social_listener.desk import colleagues, proposals, settle
from social_listener.desk.library import fits_here
from social_listener.desk.notes import write_note
from social_listener.desk.notify import notify
from social_listener.desk.office import fits, known_conversation
from social_listener.desk.rendering import render
from social_listener.desk.reply import Composed, may_answer
from social_listener.desk_types import Draft, NoteLine
from social_listener.desk_types.team import Kind
from social_listener.errors import DeskError, NotAllowed
from social_listener.model import Status
from social_listener.rights import Right
from social_listener.store import (
    audit,
    drafts,
    labels,
    macros,
    notifications,
    organised,
    saved_replies,
    staff_changes,
)
from social_listener.store import outbox as replies
from social_listener.store.drafts import Place

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from social_listener.desk.office import Office
    from social_listener.desk_types import ThreadItem

ME: Final = "me"
MOST_HOURS: Final = 24 * 90


@dataclass(frozen=True, slots=True, kw_only=True)
class Here:
    """Where a macro runs."""

    office: Office
    cursor: DuckDBPyConnection
    line: ThreadItem  #: what is answered
    staff: str
    values: Mapping[str, str]  #: of the variables
    now: datetime

    @property
    def conversation_id(self) -> str:
        """Return the conversation."""
        return self.line.item.conversation_id


@dataclass(frozen=True, slots=True, kw_only=True)
class StepKind:
    """One kind of step."""

    label: str  #: as it is offered to whoever makes a macro
    value: str  #: what its value is: saved_reply | staff | label | hours | text | none
    right: Right
    describe: Callable[[Here, str], tuple[str, str]]
    """Return what it does in words, and its text; `DeskError` says why it is not possible."""
    do: Callable[[Here, str], Mapping[str, Any]] | None  #: do it, return what takes it back; None: it is a reply
    take_back: Callable[[Here, Mapping[str, Any]], str]
    """Take it back; return why not, "" when it was; `DeskError` says why not, too."""
    puts_away: bool = False  #: it takes the customer out of sight: not done when a reply of the macro cannot go


# -- replies -----------------------------------------------------------------------------------------------------------


def text_of(here: Here, saved_reply_id: str, *, private: bool) -> str:
    """Return a saved reply filled in; `DeskError` when it is gone or a variable of it has no value here."""
    saved = saved_replies.by_id(here.cursor, saved_reply_id)
    if saved is None or saved.owner not in {None, here.staff}:
        raise DeskError("its saved reply is not there any more; change the macro")
    if saved.archived_at is not None:
        raise DeskError(f"the saved reply “{saved.name}” was archived; bring it back, or change the macro")
    if not fits_here(saved, here.line.item.channel, private=private):
        raise DeskError(f"the saved reply “{saved.name}” is not meant for here; choose another for the macro")
    rendered = render(saved.text, here.values)
    if rendered.empty:
        raise DeskError(f"nothing is known here for {', '.join(rendered.empty)}; write this one by hand")
    return rendered.text


def _reply(here: Here, value: str, *, private: bool) -> tuple[str, str]:
    words = text_of(here, value, private=private)
    may_answer(here.office, here.cursor, here.line, here.now, private=private)
    fits(here.office, here.line, words, private=private)
    slot = replies.slot_id(here.line.item.account_id, here.line.item.id, private=private)
    if replies.slot_holder(here.cursor, slot) is not None:
        raise NotAllowed("another reply to this item is on its way; one at a time")
    return "Send privately" if private else "Post in public", words


def composed(here: Here, value: str, *, private: bool) -> Composed:
    """Return what a step sends."""
    return Composed(text=text_of(here, value, private=private), nonce=drafts.new_nonce(), private=private)


def _unsend(here: Here, done: Mapping[str, Any]) -> str:
    reply = replies.by_id(here.cursor, done["reply"])
    if reply is not None and settle.take_back(here.cursor, reply, here.staff, here.now):
        return ""
    where = "private" if reply is not None and reply.private else "public"
    return f"the {where} reply was on its way already"


def _insert_words(here: Here, value: str, *, private: bool) -> tuple[str, str]:
    words = text_of(here, value, private=private)
    if here.line.item.private and not private:
        raise NotAllowed("a direct message is never answered in public")
    return f"Put into the composer, {'private' if private else 'public'}", words


def _insert(here: Here, value: str, *, private: bool) -> Mapping[str, Any]:
    mode = "private" if private else "public"
    place = Place(here.staff, here.conversation_id, mode)
    before = drafts.read(here.cursor, place)
    words = text_of(here, value, private=private)
    after = f"{before.text.rstrip()}\n\n{words}" if before.text.strip() else words
    drafts.write(here.cursor, place, Draft(text=after, nonce=before.nonce), here.now)
    return {"mode": mode, "before": before.text, "after": after, "nonce": before.nonce}


def _uninsert(here: Here, done: Mapping[str, Any]) -> str:
    place = Place(here.staff, here.conversation_id, done["mode"])
    draft = drafts.read(here.cursor, place)
    if (draft.text, draft.nonce) != (done["after"], done["nonce"]):
        return "the text in the composer was changed since"
    drafts.write(here.cursor, place, Draft(text=done["before"], nonce=draft.nonce), here.now)
    return ""


# -- organising --------------------------------------------------------------------------------------------------------


def _assign_words(here: Here, value: str) -> tuple[str, str]:
    to = here.staff if value == ME else value or None
    if to is not None and to not in colleagues.names(here.cursor):
        raise DeskError(f"{to} does not work here any more; change the macro")
    if to is not None:
        colleagues.may_have(here.office, here.cursor, to, here.line.item.account_id)
    return f"Assign to {to}" if to else "Give back: nobody has it", ""


def _assign(here: Here, value: str) -> Mapping[str, Any]:
    to = here.staff if value == ME else value or None
    before = known_conversation(here.cursor, here.conversation_id)
    staff_changes.set_assignee(here.cursor, before.id, before.version, here.now, to)
    audit.record(here.cursor, here.now, here.staff, "conversation.assigned", before.id, to=to)
    if to is not None and to != before.assignee:
        notify(here.cursor, to, Kind.ASSIGNED, before.id, here.staff, here.now)
    return {"before": before.assignee, "after": to}


def _unassign(here: Here, done: Mapping[str, Any]) -> str:
    row = known_conversation(here.cursor, here.conversation_id)
    if row.assignee != done["after"]:
        return f"{row.assignee or 'nobody'} has it since"
    if done["before"] is not None:
        colleagues.may_have(here.office, here.cursor, done["before"], row.account_id)
    staff_changes.set_assignee(here.cursor, row.id, row.version, here.now, done["before"])
    audit.record(here.cursor, here.now, here.staff, "conversation.assigned", row.id, to=done["before"])
    return ""


def hours(value: str) -> int:
    """Return for how many hours a step snoozes; `DeskError` for what is none."""
    if not value.isdecimal() or not 1 <= int(value) <= MOST_HOURS:
        raise DeskError(f"snooze for 1 to {MOST_HOURS} hours, not {value!r}")
    return int(value)


def _snooze_words(_: Here, value: str) -> tuple[str, str]:
    time = hours(value)
    return f"Snooze for {time} hour{'' if time == 1 else 's'}, or until they write", ""


def _snooze(here: Here, value: str) -> Mapping[str, Any]:
    return _set_status(here, Status.SNOOZED, here.now + timedelta(hours=hours(value)))


def _resolve_words(here: Here, _: str) -> tuple[str, str]:
    proposals.none_waits(here.cursor, here.conversation_id)
    return "Resolve", ""


def _resolve(here: Here, _: str) -> Mapping[str, Any]:
    return _set_status(here, Status.RESOLVED, None)


def _set_status(here: Here, status: Status, until: datetime | None) -> Mapping[str, Any]:
    before = known_conversation(here.cursor, here.conversation_id)
    staff_changes.set_status(here.cursor, before.id, before.version, here.now, status=status, snoozed_until=until)
    audit.record(here.cursor, here.now, here.staff, f"conversation.{status}", before.id)
    return {
        "before": {"status": before.status.value, "until": _iso(before.snoozed_until)},
        "after": {"status": status.value, "until": _iso(until)},
    }


def _restatus(here: Here, done: Mapping[str, Any]) -> str:
    row = known_conversation(here.cursor, here.conversation_id)
    if {"status": row.status.value, "until": _iso(row.snoozed_until)} != done["after"]:
        return "the conversation was resolved, snoozed or reopened since"
    before = done["before"]
    until = datetime.fromisoformat(before["until"]) if before["until"] else None
    status = Status(before["status"])
    if status is Status.RESOLVED:
        proposals.none_waits(here.cursor, row.id)
    staff_changes.set_status(here.cursor, row.id, row.version, here.now, status=status, snoozed_until=until)
    audit.record(here.cursor, here.now, here.staff, f"conversation.{status}", row.id)
    return ""


def _iso(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat() if moment else None


def _note_words(here: Here, value: str) -> tuple[str, str]:
    return "Note for the team", render(value, here.values).text


def _note(here: Here, value: str) -> Mapping[str, Any]:
    text = render(value, here.values).text
    note = NoteLine(id=secrets.token_hex(8), staff=here.staff, text=text, created_at=here.now)
    write_note(here.cursor, here.conversation_id, here.line.item.account_id, note)
    return {"note": note.id}


def _unnote(here: Here, done: Mapping[str, Any]) -> str:
    notifications.withdraw(here.cursor, done["note"])
    return "" if macros.delete_note(here.cursor, done["note"]) else "the note is gone already"


def _label_words(here: Here, value: str) -> tuple[str, str]:
    label = labels.by_id(here.cursor).get(value)
    if label is None or label.archived:
        raise DeskError("its label is not there any more; change the macro")
    return f"Put on the label {label.name}", ""


def _label(here: Here, value: str) -> Mapping[str, Any]:
    return {"label": value, "worn": _wear(here, value, on=True)}


def _unlabel(here: Here, done: Mapping[str, Any]) -> str:
    if not done["worn"]:
        _wear(here, done["label"], on=False)
    return ""


def _wear(here: Here, label_id: str, *, on: bool) -> bool:
    """Put a label on, or take it off; return whether it was on before."""
    talk = organised.read(here.cursor, [here.conversation_id])[here.conversation_id]
    worn = organised.with_label(talk.labels, label_id, on=on)
    if worn != talk.labels:
        organised.write(here.cursor, [replace(talk, labels=worn)], here.now)
        verb = "labelled" if on else "unlabelled"
        audit.record(here.cursor, here.now, here.staff, f"conversation.{verb}", talk.id, label=label_id)
    return label_id in talk.labels.split()


PUBLIC, PRIVATE = "reply_public", "reply_private"

#: every kind of step, in the order in which they are offered
STEPS: Final[Mapping[str, StepKind]] = {
    PUBLIC: StepKind(
        label="Post a saved reply in public", value="saved_reply", right=Right.REPLY, do=None, take_back=_unsend,
        describe=lambda here, value: _reply(here, value, private=False),
    ),
    PRIVATE: StepKind(
        label="Send a saved reply privately", value="saved_reply", right=Right.REPLY, do=None, take_back=_unsend,
        describe=lambda here, value: _reply(here, value, private=True),
    ),
    "insert_public": StepKind(
        label="Put a saved reply into the public composer", value="saved_reply", right=Right.PROPOSE,
        describe=lambda here, value: _insert_words(here, value, private=False),
        do=lambda here, value: _insert(here, value, private=False), take_back=_uninsert,
    ),
    "insert_private": StepKind(
        label="Put a saved reply into the private composer", value="saved_reply", right=Right.PROPOSE,
        describe=lambda here, value: _insert_words(here, value, private=True),
        do=lambda here, value: _insert(here, value, private=True), take_back=_uninsert,
    ),
    "note": StepKind(
        label="Write a note", value="text", right=Right.NOTE, describe=_note_words, do=_note, take_back=_unnote
    ),
    "assign": StepKind(
        label="Assign", value="staff", right=Right.ASSIGN, describe=_assign_words, do=_assign, take_back=_unassign
    ),
    "label": StepKind(
        label="Put a label on",
        value="label",
        right=Right.ORGANISE,
        describe=_label_words,
        do=_label,
        take_back=_unlabel,
    ),
    "snooze": StepKind(
        label="Snooze", value="hours", right=Right.ORGANISE, puts_away=True,
        describe=_snooze_words, do=_snooze, take_back=_restatus,
    ),
    "resolve": StepKind(
        label="Resolve", value="none", right=Right.ORGANISE, puts_away=True,
        describe=_resolve_words, do=_resolve, take_back=_restatus,
    ),
}  # fmt: skip

"""Changing many conversations at once: counted first, done in steps, with what failed, and one undo for the whole."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from social_listener.desk import colleagues, find
from social_listener.desk.contacts import BEYOND
from social_listener.desk.contacts import DONE as SILENCED
from social_listener.desk.labels import known_label
from social_listener.desk.notify import notify
from social_listener.desk.proposals import waiting_words
from social_listener.desk.undoing import silence_value, value_of
from social_listener.desk_types.contacts import Silence, Silencing
from social_listener.desk_types.team import Kind
from social_listener.errors import DeskError
from social_listener.model import Status
from social_listener.rights import Right
from social_listener.store import audit, bulk, labels, organised, proposals, silences, undoing
from social_listener.store.sought import seek
from social_listener.store.undoing import ASSIGNEE, LABEL, SILENCE, STATUS, Line

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from duckdb import DuckDBPyConnection

    from social_listener.desk.office import Office
    from social_listener.desk_types import QueueFilter
    from social_listener.desk_types.organising import BulkRun
    from social_listener.store.organised import Organised

#: conversations that one transaction changes: whoever else writes waits for no more than that
STEP: Final = 250
#: why the rest of a run is left: whoever takes it back while it goes on means all of it
_TAKEN_BACK: Final = "all of it was taken back before its turn came"
#: seconds between two steps, in which others write
_PAUSE: Final = 0.01


class Deed(StrEnum):
    """What is done to many."""

    ASSIGN = "assign"
    LABEL = "label"
    UNLABEL = "unlabel"
    SNOOZE = "snooze"
    RESOLVE = "resolve"
    REOPEN = "reopen"
    MUTE = "mute"
    SPAM = "spam"


_RIGHTS: Final = {Deed.ASSIGN: Right.ASSIGN, Deed.MUTE: Right.BLOCK, Deed.SPAM: Right.BLOCK}
_SILENCES: Final = {Deed.MUTE: Silencing.MUTED, Deed.SPAM: Silencing.SPAM}
_STATUSES: Final = {Deed.SNOOZE: Status.SNOOZED, Deed.RESOLVE: Status.RESOLVED, Deed.REOPEN: Status.OPEN}
_DONE: Final = {Deed.SNOOZE: "Snoozed", Deed.RESOLVE: "Resolved", Deed.REOPEN: "Reopened"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What is done."""

    deed: Deed
    value: str | None = None  #: who it is assigned to (None: nobody), or the label's id
    until: datetime | None = None  #: of a snooze, or of a mute (None: until it is taken back)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A change that was counted, of conversations as they were then."""

    change: Change
    staff: str
    done: str  #: "Resolved"
    versions: Mapping[str, int]

    @property
    def total(self) -> int:
        """Return how many conversations it is about."""
        return len(self.versions)


class BulkDesk:
    """Count, then change. A run is worked off by whoever calls `work`: a thread of the page's process."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._runs: dict[str, Prepared] = {}
        self._lock = threading.Lock()

    def prepare(
        self, change: Change, staff: str, *, ids: Sequence[str] = (), wanted: QueueFilter | None = None
    ) -> Prepared:
        """Return a change with its conversations, `ids` or all that `wanted` finds; nothing is changed yet.

        Those of accounts that are not theirs are left out, as if they were not there.
        """
        now = self._office.clock()
        with self._office.store.read() as cursor:
            self._office.permit(cursor, staff, _RIGHTS.get(change.deed, Right.ORGANISE))
            done = self._checked(cursor, change, now)
            if wanted is None:
                found: Mapping[str, int] = bulk.versions(cursor, ids, self._office.accounts(cursor, staff))
            else:
                found = self._found(cursor, wanted, staff)
        return Prepared(change=change, staff=staff, done=done, versions=found)

    def _found(self, cursor: DuckDBPyConnection, wanted: QueueFilter, staff: str) -> Mapping[str, int]:
        """Return all conversations that a filter finds, with their versions."""
        wanted = replace(wanted, within=self._office.accounts(cursor, staff))
        times, index, known = self._office.times(cursor), self._office.store.index, labels.by_id(cursor)
        search = find.parsed(wanted, times.ours)
        sought = seek(cursor, index, search, wanted, known.values(), staff=staff, now=times.ours)
        return bulk.versions_in(cursor, wanted, staff, times, sought)

    def begin(self, prepared: Prepared) -> str:
        """Write that a run begins; return its id, with which `work` does it."""
        run_id, now = undoing.new_id(), self._office.clock()
        with self._office.store.read() as cursor:
            self._office.permit(cursor, prepared.staff, _RIGHTS.get(prepared.change.deed, Right.ORGANISE))
        with self._lock:
            self._runs[run_id] = prepared
        with self._office.store.transaction() as cursor:
            bulk.begin(cursor, now, prepared.staff, run_id=run_id, words=prepared.done, total=prepared.total)
            deed = prepared.change.deed
            audit.record(cursor, now, prepared.staff, "bulk.begun", run_id, deed=deed, total=prepared.total)
        return run_id

    def work(self, run_id: str) -> None:
        """Do a run that was begun, in steps of `STEP`; others write between them."""
        prepared = self._runs[run_id]
        progress = bulk.Progress(failures=[])
        ids = list(prepared.versions)
        try:
            for start in range(0, max(1, len(ids)), STEP):
                self._step(run_id, prepared, ids[start : start + STEP], progress)
                threading.Event().wait(_PAUSE)
        finally:
            with self._lock:
                del self._runs[run_id]

    def latest(self, staff: str) -> BulkRun | None:
        """Return what somebody began in the last minutes; one that a crash cut off is told as ended there."""
        with self._office.store.read() as cursor:
            self._office.permit(cursor, staff, Right.READ)
            run = bulk.latest(cursor, staff, self._office.clock())
        if run is None or run.ended_at is not None or run.id in self._runs:
            return run
        return replace(run, ended_at=run.started_at, cut_off=True)

    def _checked(self, cursor: DuckDBPyConnection, change: Change, now: datetime) -> str:
        """Return in words what is done; `DeskError` when it cannot be."""
        if change.until is not None and (change.until.tzinfo is None or change.until <= now):
            raise DeskError("put it away until a time that is still to come, with a time zone")
        if change.deed is Deed.SNOOZE and change.until is None:
            raise DeskError("say until when it is snoozed")
        if change.deed is Deed.ASSIGN:
            if change.value is not None:
                colleagues.known(cursor, change.value)
            return f"Assigned to {change.value}" if change.value else "Given back"
        if change.deed in {Deed.LABEL, Deed.UNLABEL}:
            label = known_label(cursor, change.value or "")
            if label.archived and change.deed is Deed.LABEL:
                raise DeskError(f"the label {label.name!r} was put away; bring it back first")
            return f"Label {label.name} {'put on' if change.deed is Deed.LABEL else 'taken off'}"
        return SILENCED[_SILENCES[change.deed]] if change.deed in _SILENCES else _DONE[change.deed]

    def _step(self, run_id: str, prepared: Prepared, ids: Sequence[str], progress: bulk.Progress) -> None:
        """Change some conversations in one transaction, with their undo, their audit and the progress."""
        now, staff, change = self._office.clock(), prepared.staff, prepared.change
        with self._office.store.transaction() as cursor:
            talks = organised.read(cursor, ids)
            stopped = undoing.is_begun(cursor, run_id)
            why = dict.fromkeys(ids, _TAKEN_BACK) if stopped else self._failures(cursor, prepared, ids, talks)
            good = [talks[one] for one in ids if one not in why]
            if change.deed in _SILENCES:
                lines = _silence(cursor, good, change, staff, now)
            else:
                lines = _organise(cursor, good, change, now)
            words = f"{prepared.done}, {prepared.total:,} conversations"
            undoing.record(cursor, now, staff, words, lines, step_id=run_id)
            changed = [line.object_id for line in lines]
            audit.record_many(cursor, now, staff, f"bulk.{change.deed}", changed, run=run_id)
            progress.done += len(ids)
            progress.changed += len(changed)
            progress.failed += len(why)
            progress.failures += why.items()
            progress.first = progress.first or next(iter(changed), None)
            if progress.done >= prepared.total and not stopped:
                _tell(cursor, prepared, progress, now)
            bulk.advance(cursor, run_id, progress, now if progress.done >= prepared.total else None)

    def _failures(
        self, cursor: DuckDBPyConnection, prepared: Prepared, ids: Sequence[str], talks: Mapping[str, Organised]
    ) -> dict[str, str]:
        """Return conversation → why it is left as it is."""
        right = _RIGHTS.get(prepared.change.deed, Right.ORGANISE)
        forbidden: dict[str, str] = {}
        to = prepared.change.value if prepared.change.deed is Deed.ASSIGN else None
        for account_id in {talk.account_id for talk in talks.values()}:
            try:
                self._office.permit(cursor, prepared.staff, right, account_id)
                if to is not None:
                    colleagues.may_have(self._office, cursor, to, account_id)
            except DeskError as error:
                forbidden[account_id] = str(error)
        beyond = self._beyond(cursor, prepared, talks)
        waits = proposals.waiting_by(cursor, ids) if prepared.change.deed is Deed.RESOLVE else {}
        found = {}
        for one in ids:
            talk = talks.get(one)
            if talk is None:
                found[one] = "it is not there any more"
            elif talk.account_id in forbidden:
                found[one] = forbidden[talk.account_id]
            elif talk.version != prepared.versions[one]:
                found[one] = "it was changed meanwhile"
            elif talk.contact_id in beyond:
                found[one] = BEYOND
            elif one in waits:
                found[one] = waiting_words(waits[one])
        return found

    def _beyond(
        self, cursor: DuckDBPyConnection, prepared: Prepared, talks: Mapping[str, Organised]
    ) -> Collection[str]:
        """Return the contacts who are not to be silenced by who asks."""
        if prepared.change.deed not in _SILENCES:
            return ()
        mine = self._office.accounts(cursor, prepared.staff)
        return silences.beyond(cursor, {talk.contact_id for talk in talks.values()}, mine)


def _tell(cursor: DuckDBPyConnection, prepared: Prepared, progress: bulk.Progress, now: datetime) -> None:
    """Tell whoever was given conversations, once for all of them: with the first, and how many there are."""
    change = prepared.change
    if change.deed is Deed.ASSIGN and change.value is not None and progress.first is not None:
        about = str(progress.changed) if progress.changed > 1 else None
        notify(cursor, change.value, Kind.ASSIGNED, progress.first, prepared.staff, now, about)


def changed(talk: Organised, change: Change) -> Organised:
    """Return a conversation as a change leaves it."""
    if change.deed is Deed.ASSIGN:
        return replace(talk, assignee=change.value)
    if change.deed in {Deed.LABEL, Deed.UNLABEL}:
        labels = organised.with_label(talk.labels, change.value or "", on=change.deed is Deed.LABEL)
        return replace(talk, labels=labels)
    until = change.until if change.deed is Deed.SNOOZE else None
    return replace(talk, status=_STATUSES[change.deed], snoozed_until=until)


def field_of(change: Change) -> str:
    """Return the field that a change is about, as undo has it."""
    if change.deed in {Deed.LABEL, Deed.UNLABEL}:
        return LABEL + (change.value or "")
    return ASSIGNEE if change.deed is Deed.ASSIGN else STATUS


def _organise(cursor: DuckDBPyConnection, talks: Sequence[Organised], change: Change, now: datetime) -> list[Line]:
    """Write a change of those conversations; return what it changed."""
    field = field_of(change)
    pairs = [(talk, changed(talk, change)) for talk in talks]
    pairs = [(before, after) for before, after in pairs if before != after]
    organised.write(cursor, [after for _, after in pairs], now)
    return [
        Line(field=field, object_id=before.id, before=value_of(before, field), after=value_of(after, field))
        for before, after in pairs
    ]


def _silence(
    cursor: DuckDBPyConnection, talks: Sequence[Organised], change: Change, staff: str, now: datetime
) -> list[Line]:
    """Mute the contacts of those conversations; return what that changed. One who is silenced so already stays so."""
    contacts = {talk.contact_id for talk in talks}
    before = silences.of(cursor, contacts)
    kind = _SILENCES[change.deed]
    same = {key for key, one in before.items() if (one.kind, one.until) == (kind, change.until)}
    after = Silence(kind=kind, until=change.until, staff=staff, since=now)
    silences.write(cursor, dict.fromkeys(contacts - same, after), now)
    return [
        Line(field=SILENCE, object_id=key, before=silence_value(before.get(key)), after=silence_value(after))
        for key in sorted(contacts - same)
    ]

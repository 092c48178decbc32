"""Taking back what was organised: exactly what it was, unless somebody changed it since."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from social_listener.desk import colleagues, corrections
from social_listener.desk_types.contacts import Silence, Silencing
from social_listener.desk_types.organising import Left, Undone, UndoOffer
from social_listener.errors import DeskError, NotPermitted
from social_listener.model import Status
from social_listener.rights import Right
from social_listener.store import assignments, audit, customers, organised, proposals, silences, teams, undoing
from social_listener.store.assignments import Assignment
from social_listener.store.organised import Organised
from social_listener.store.undoing import ASSIGNEE, CORRECTED, CUSTOMER, LABEL, SILENCE, STATUS, TEAM, Line

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from duckdb import DuckDBPyConnection

    from social_listener.desk.office import Office

#: what it takes to change a field; the rest takes Right.ORGANISE
_RIGHTS: Final = {ASSIGNEE: Right.ASSIGN, TEAM: Right.ASSIGN, SILENCE: Right.BLOCK, CUSTOMER: Right.MERGE}
#: things that one transaction takes back: the writer is free again soon
_STEP: Final = 250
#: things that were left which are told by name
_TOLD: Final = 200


class UndoDesk:
    """Take back assignments, handing over, labels, snoozes, resolving, reopening, muting, merging, corrections."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def latest(self, staff: str) -> UndoOffer | None:
        """Return what somebody did last and may take back; None: nothing of the last minutes is left."""
        with self._office.store.read() as cursor:
            self._office.permit(cursor, staff, Right.READ)
            step = undoing.latest(cursor, staff, self._office.clock())
            if step is None:
                return None
            one = undoing.only_object(cursor, step.id)
            about = called(self._office, cursor, staff, [one])[one] if one else ""
            ends = step.expires_at
            done_at = ends - undoing.GOOD_FOR
            return UndoOffer(id=step.id, words=step.words, about=about, done_at=done_at, expires_at=ends)

    def undo(self, step_id: str, staff: str) -> Undone:
        """Take a deed back; what somebody changed since stays as they left it, and is told.

        `DeskError` when it is too late, or somebody else's. Cut off half-way, it goes on where it was when asked again.
        """
        restored, fields = 0, set[str]()
        left: list[Left] = []
        while True:
            now = self._office.clock()
            with self._office.store.transaction() as cursor:
                self._office.permit(cursor, staff, Right.READ)
                step = self._known(cursor, step_id, staff, now)
                lines = undoing.open_lines(cursor, step_id, _STEP)
                only = undoing.only_object(cursor, step_id)
                if not lines:
                    undoing.finish(cursor, step_id, now)
                    audit.record(cursor, now, staff, "undo.finished", step_id, restored=restored, left=len(left))
                    break
                done, stayed = self._take_back(cursor, staff, lines, now)
                undoing.settle(cursor, step_id, done, [line for line, _ in stayed])
                names = called(self._office, cursor, staff, [line.object_id for line, _ in stayed])
            restored += len(done)
            fields |= {line.field for line in lines}
            left += [Left(id=line.object_id, name=names[line.object_id], why=why) for line, why in stayed]
        return Undone(
            words=step.words,
            restored=restored,
            left=tuple(left[:_TOLD]),
            only=only,
            of_conversations=fields.isdisjoint({SILENCE, CUSTOMER}),
        )

    def _known(self, cursor: DuckDBPyConnection, step_id: str, staff: str, now: datetime) -> undoing.Step:
        step = undoing.step(cursor, step_id)
        if step is None or step.staff != staff or step.expires_at <= now:
            raise DeskError("this cannot be taken back any more")
        if step.undone_at is not None:
            raise DeskError("this was taken back already")
        return step

    def _take_back(
        self, cursor: DuckDBPyConnection, staff: str, lines: Sequence[Line], now: datetime
    ) -> tuple[list[Line], list[tuple[Line, str]]]:
        """Write what stood before; return the lines taken back, and those left with the reason."""
        of_contacts = [line for line in lines if line.field in {SILENCE, CUSTOMER}]
        done, left = self._take_back_contacts(cursor, staff, of_contacts, now)
        said = [line for line in lines if line.field.startswith(CORRECTED)]
        also_done, also_left = self._take_back_corrections(cursor, staff, said, now)
        others = [line for line in lines if line not in of_contacts and line not in said]
        more_done, more_left = self._take_back_talks(cursor, staff, others, now)
        return done + also_done + more_done, left + also_left + more_left

    def _take_back_corrections(
        self, cursor: DuckDBPyConnection, staff: str, lines: Sequence[Line], now: datetime
    ) -> tuple[list[Line], list[tuple[Line, str]]]:
        done, left = [], []
        talks = organised.read(cursor, [line.object_id for line in lines])
        for line in lines:
            why = self._forbidden(cursor, staff, line.field, talks.get(line.object_id))
            why = why or corrections.why_not(cursor, line)
            if why:
                left.append((line, why))
            else:
                corrections.put_back(cursor, line, staff, now)
                done.append(line)
        return done, left

    def _take_back_talks(
        self, cursor: DuckDBPyConnection, staff: str, lines: Sequence[Line], now: datetime
    ) -> tuple[list[Line], list[tuple[Line, str]]]:
        talks = organised.read(cursor, [line.object_id for line in lines])
        of_team = [line.object_id for line in lines if line.field == TEAM]
        queues = assignments.of(cursor, of_team) if of_team else {}
        known = {None, *(team.id for team in teams.teams(cursor))} if of_team else set()
        waits = proposals.waiting_by(cursor, list(talks)) if talks else {}
        changed: dict[str, Organised] = {}
        done, left = [], []
        for line in lines:
            talk = changed.get(line.object_id) or talks.get(line.object_id)
            why = self._forbidden(cursor, staff, line.field, talk)
            if line.field == TEAM:
                why = why or _why_no_team(line, talk, queues.get(line.object_id, Assignment()), known)
            else:
                why = why or why_not(line, talk)
            why = why or _why_not_away(line, waits) or self._why_not_theirs(cursor, line, talk)
            if why:
                left.append((line, why))
            elif talk is not None and line.field == TEAM:
                assignments.take_back_team(cursor, talk.id, _team_of(line.before))
                changed.setdefault(talk.id, talk)
                done.append(line)
            elif talk is not None:
                changed[talk.id] = with_value(talk, line.field, line.before)
                done.append(line)
        organised.write(cursor, list(changed.values()), now)
        audit.record_many(cursor, now, staff, "conversation.undone", [line.object_id for line in done])
        return done, left

    def _take_back_contacts(
        self, cursor: DuckDBPyConnection, staff: str, lines: Sequence[Line], now: datetime
    ) -> tuple[list[Line], list[tuple[Line, str]]]:
        done, left = [], []
        ids = [line.object_id for line in lines]
        silenced, members = silences.of(cursor, ids), customers.of(cursor, ids)
        within, met = self._office.accounts(cursor, staff), customers.accounts(cursor, ids)
        for line in lines:
            key = line.object_id
            value = silence_value(silenced.get(key)) if line.field == SILENCE else members.get(key)
            why = self._forbidden(cursor, staff, line.field, None)
            if within is not None and within.isdisjoint(met.get(key, ())):
                why = why or "it is not there any more"
            why = why or changed_since(line, same=value == line.after)
            if why:
                left.append((line, why))
            else:
                done.append(line)
        quiet = {line.object_id: silence_of(line.before) for line in done if line.field == SILENCE}
        silences.write(cursor, quiet, now)
        merged = {line.object_id: line.before for line in done if line.field == CUSTOMER}
        customers.write(cursor, merged, staff, now)
        audit.record_many(cursor, now, staff, "contact.undone", [line.object_id for line in done])
        return done, left

    def _forbidden(self, cursor: DuckDBPyConnection, staff: str, field: str, talk: Organised | None) -> str:
        right = Right.CORRECT if field.startswith(CORRECTED) else _RIGHTS.get(field, Right.ORGANISE)
        try:
            self._office.permit(cursor, staff, right, talk.account_id if talk else None)
        except NotPermitted as error:
            return str(error)
        return ""

    def _why_not_theirs(self, cursor: DuckDBPyConnection, line: Line, talk: Organised | None) -> str:
        """Return why somebody is not given a conversation again: they left, or may not see its account any more."""
        if line.field != ASSIGNEE or line.before is None or talk is None:
            return ""
        try:
            colleagues.may_have(self._office, cursor, line.before, talk.account_id)
        except DeskError as error:
            return str(error)
        return ""


def called(office: Office, cursor: DuckDBPyConnection, staff: str, ids: Sequence[str]) -> dict[str, str]:
    """Return for conversations, or contacts, how the customer is called; "" for whoever may not see them any more."""
    names, within = organised.names(cursor, ids), office.accounts(cursor, staff)
    if within is None:
        return names
    theirs = {one.id for one in organised.read(cursor, ids).values() if one.account_id in within}
    theirs |= {one for one, met in customers.accounts(cursor, ids).items() if not within.isdisjoint(met)}
    return {one: name if one in theirs else "" for one, name in names.items()}


def why_not(line: Line, talk: Organised | None) -> str:
    """Return why a line cannot be taken back; "": it can."""
    if talk is None:
        return "it is not there any more"
    return changed_since(line, same=_as_left(line, value_of(talk, line.field)))


def _why_not_away(line: Line, waits: Mapping[str, str]) -> str:
    """Return why a conversation is not resolved again: a proposal in it would vanish from who approves."""
    if line.field != STATUS or line.before["status"] != Status.RESOLVED or line.object_id not in waits:
        return ""
    return f"a proposal of {waits[line.object_id]} waits for approval in it"


def _why_no_team(line: Line, talk: Organised | None, queue: Assignment, known: Collection[str | None]) -> str:
    """Return why a conversation stays in a team's queue; "": it can go back to where it was."""
    if talk is None:
        return "it is not there any more"
    if _team_of(line.before).team_id not in known:
        return "the team that had it is not there any more"
    return changed_since(line, same=queue.team_id == _team_of(line.after).team_id)


def team_value(queue: Assignment) -> Mapping[str, Any]:
    """Return in whose queue a conversation is, as a line has it."""
    return {"team": queue.team_id, "passed_by": list(queue.passed_by)}


def _team_of(value: Any) -> Assignment:
    return Assignment(team_id=value["team"], passed_by=tuple(value["passed_by"]))


def changed_since(line: Line, *, same: bool) -> str:
    """Return who changed a thing since, in words; "": nobody, and it is the `same` as it was left."""
    if line.covered_by:
        return f"{line.covered_by} changed it since"
    if line.covered_by is not None or not same:
        return "it was changed since"
    return ""


def _as_left(line: Line, value: Any) -> bool:
    """Return whether a thing is as its line left it. Nothing is put away again over words that came since."""
    if line.field != STATUS:
        return bool(value == line.after)
    same = all(value[key] == line.after[key] for key in ("status", "until"))
    return same and (line.before["status"] == Status.OPEN or value["said"] == line.after["said"])


def value_of(talk: Organised, field: str) -> Any:
    """Return what stands in a field of a conversation, as a line has it."""
    if field == STATUS:
        return status_value(talk.status, talk.snoozed_until, talk.said_version)
    if field == ASSIGNEE:
        return talk.assignee
    return field.removeprefix(LABEL) in talk.labels.split()


def status_value(status: Status, until: datetime | None, said: int) -> Mapping[str, str | int | None]:
    """Return a status as a line has it; `said`: the version in which something was said last."""
    return {"status": status.value, "until": until.astimezone(UTC).isoformat() if until else None, "said": said}


def with_value(talk: Organised, field: str, value: Any) -> Organised:
    """Return a conversation with what a line has in its field."""
    if field == STATUS:
        until = datetime.fromisoformat(value["until"]) if value["until"] else None
        return replace(talk, status=Status(value["status"]), snoozed_until=until)
    if field == ASSIGNEE:
        return replace(talk, assignee=value)
    return replace(talk, labels=organised.with_label(talk.labels, field.removeprefix(LABEL), on=value))


def silence_value(silence: Silence | None) -> dict[str, str | None] | None:
    """Return a silence as a line has it."""
    if silence is None:
        return None
    until = silence.until.astimezone(UTC).isoformat() if silence.until else None
    since = silence.since.astimezone(UTC).isoformat()
    return {"kind": silence.kind.value, "staff": silence.staff, "until": until, "since": since}


def silence_of(value: Any) -> Silence | None:
    """Return the silence that a line has."""
    if value is None:
        return None
    until = datetime.fromisoformat(value["until"]) if value["until"] else None
    since = datetime.fromisoformat(value["since"])
    return Silence(kind=Silencing(value["kind"]), staff=value["staff"], until=until, since=since)

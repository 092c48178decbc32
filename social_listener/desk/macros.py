"""Macros: several actions under one name, shown before they are done, done as one, taken back as one."""

from __future__ import annotations

import secrets
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from social_listener.desk.macro_steps import PRIVATE, PUBLIC, STEPS, Here, composed, hours
from social_listener.desk.office import known_conversation
from social_listener.desk.rendering import unknown_in, values_for
from social_listener.desk.reply import write_replies
from social_listener.desk.undoing import called
from social_listener.desk_types.answering import Macro, MacroPlan, MacroRun, MacroStep, MacroUndone, StepPlan
from social_listener.desk_types.organising import UndoOffer
from social_listener.errors import Conflict, DeskError, ListenerError
from social_listener.rights import Right
from social_listener.store import audit, macros, saved_replies
from social_listener.store.macros import StoredRun

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from duckdb import DuckDBPyConnection

    from social_listener.desk.office import Office

MOST_STEPS: Final = 10
MOST_NAME: Final = 80
MOST_NOTE: Final = 10_000
#: how long a run can be taken back; its replies only until they leave
GOOD_FOR: Final = timedelta(minutes=10)
#: a macro that somebody runs again on a conversation within so long was pressed twice
_TWICE: Final = timedelta(seconds=3)


class Macros:
    """The macros of the house, and of each person."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def all(self, staff: str, *, archived: bool = False) -> tuple[Macro, ...]:
        """Return what somebody may run, by name: the shared ones and their own; archived ones only if asked."""
        with self._office.store.read() as cursor:
            self._office.permit(cursor, staff, Right.READ)
            return tuple(macros.for_staff(cursor, staff, archived=archived))

    def save(
        self,
        name: str,
        steps: Sequence[MacroStep],
        staff: str,
        *,
        shared: bool = False,
        macro_id: str | None = None,
        version: int | None = None,
    ) -> Macro:
        """Keep a macro: a new one, or a known one changed, whose `version` was in view; `Conflict`: it is older."""
        now = self._office.clock()
        tidy = check(name, steps)
        with self._office.store.transaction() as cursor:
            self._office.permit(cursor, staff, Right.LIBRARY if shared else Right.PROPOSE)
            before = self._known(cursor, macro_id, staff) if macro_id else None
            if before is not None and before.owner is None:
                self._office.permit(cursor, staff, Right.LIBRARY)
            after = Macro(
                id=macro_id or secrets.token_hex(8),
                owner=None if shared else staff,
                name=tidy,
                steps=tuple(steps),
                version=before.version + 1 if before else 1,
                archived_at=before.archived_at if before else None,
                updated_by=staff,
                updated_at=now,
            )
            if before is None:
                macros.insert(cursor, after)
            elif before.version != version or not macros.change(cursor, before, after):
                raise Conflict(f"{before.updated_by} changed “{before.name}” meanwhile; look at it again")
            audit.record(cursor, now, staff, "macro.saved", after.id, version=after.version, name=after.name)
        return after

    def archive(self, macro_id: str, staff: str, version: int, *, back: bool = False) -> Macro:
        """Put a macro away, or bring it `back`."""
        now = self._office.clock()
        with self._office.store.transaction() as cursor:
            before = self._known(cursor, macro_id, staff)
            self._office.permit(cursor, staff, Right.LIBRARY if before.owner is None else Right.PROPOSE)
            gone = None if back else now
            after = replace(before, archived_at=gone, version=before.version + 1, updated_by=staff, updated_at=now)
            if before.version != version or not macros.change(cursor, before, after):
                raise Conflict(f"{before.updated_by} changed “{before.name}” meanwhile; look at it again")
            audit.record(cursor, now, staff, "macro.restored" if back else "macro.archived", macro_id)
        return after

    # -- running -------------------------------------------------------------------------------------------------------

    def plans(self, item_id: str, staff: str) -> tuple[MacroPlan, ...]:
        """Return exactly what each macro would do in answer to an item now; nothing is changed."""
        with self._office.store.read() as cursor:
            here = self._here(cursor, item_id, staff)
            return tuple(MacroPlan(macro=one, steps=plan(here, one)) for one in macros.for_staff(cursor, staff))

    def run(self, macro_id: str, version: int, item_id: str, staff: str, seen_version: int) -> MacroRun:
        """Do what can be done of a macro, in one transaction; each step that cannot be says why.

        `Conflict`: macro or conversation are not what was shown any more; then nothing is done.
        """
        with self._office.store.transaction() as cursor:
            here = self._here(cursor, item_id, staff)
            macro = self._known(cursor, macro_id, staff)
            row = known_conversation(cursor, here.conversation_id)
            if macro.version != version or macro.archived_at is not None:
                raise Conflict(f"“{macro.name}” was changed meanwhile; look at what it does now")
            if row.version != seen_version:
                raise Conflict("this conversation was changed meanwhile; look at it again before you run a macro")
            # A macro that only writes notes leaves the conversation's version as it is.
            if macros.ran_since(cursor, macro.id, row.id, staff, here.now - _TWICE):
                raise Conflict(f"“{macro.name}” ran here a moment ago; look at what it did before you run it again")
            planned = plan(here, macro)
            steps, done = _do(here, macro, planned)
            run = StoredRun(
                id=secrets.token_hex(8),
                macro_id=macro.id,
                name=macro.name,
                conversation_id=row.id,
                staff=staff,
                ran_at=here.now,
                done=tuple({**one, "item": item_id} for one in done),
                undone_at=None,
            )
            macros.insert_run(cursor, run)
            failed = sum(step.problem is not None for step in steps)
            audit.record(cursor, here.now, staff, "macro.ran", macro.id, run=run.id, conversation=row.id, failed=failed)
        return MacroRun(id=run.id, name=macro.name, conversation_id=row.id, steps=steps)

    def latest(self, staff: str) -> UndoOffer | None:
        """Return the last run, if somebody may still take it back; None: there is none."""
        with self._office.store.read() as cursor:
            self._office.permit(cursor, staff, Right.READ)
            last = macros.latest_run(cursor, staff, self._office.clock() - GOOD_FOR)
            run = macros.run(cursor, last) if last else None
            if run is None:
                return None
            about = called(self._office, cursor, staff, [run.conversation_id])[run.conversation_id]
            ends = run.ran_at + GOOD_FOR
            return UndoOffer(id=run.id, words=f"Ran “{run.name}”", about=about, done_at=run.ran_at, expires_at=ends)

    def undo(self, run_id: str, staff: str) -> MacroUndone:
        """Take back what a run did, the last first; what was changed since, or has left, stays and is told."""
        now = self._office.clock()
        with self._office.store.transaction() as cursor:
            run = macros.run(cursor, run_id)
            if run is None or run.staff != staff or now >= run.ran_at + GOOD_FOR:
                raise DeskError("this macro cannot be taken back any more")
            if run.undone_at is not None:
                raise DeskError("this macro was taken back already")
            left = []
            for done in reversed(run.done):
                here = self._here(cursor, str(done["item"]), staff)
                problem = _taken_back(here, done)
                left += [problem] if problem else []
            macros.set_undone(cursor, run_id, now)
            audit.record(cursor, now, staff, "macro.undone", run.macro_id, run=run_id, left=len(left))
        return MacroUndone(name=run.name, conversation_id=run.conversation_id, left=tuple(left))

    def _here(self, cursor: DuckDBPyConnection, item_id: str, staff: str) -> Here:
        line = self._office.item(cursor, staff, Right.READ, item_id)
        account_id = line.item.account_id
        account = next((one.name for one in self._office.settings.accounts if one.id == account_id), account_id)
        return Here(
            office=self._office,
            cursor=cursor,
            line=line,
            staff=staff,
            values=values_for(line.item, line.author, staff=staff, account=account),
            now=self._office.clock(),
        )

    def _known(self, cursor: DuckDBPyConnection, macro_id: str, staff: str) -> Macro:
        """Return a macro that is shared or somebody's own; one of somebody else is as if it were not there."""
        self._office.permit(cursor, staff, Right.READ)
        macro = macros.by_id(cursor, macro_id)
        if macro is None or macro.owner not in {None, staff}:
            raise DeskError(f"there is no macro {macro_id!r}")
        return macro


def check(name: str, steps: Sequence[MacroStep]) -> str:
    """Return a macro's name, tidied; `DeskError` names what is wrong with it."""
    tidy = " ".join(name.split())
    kinds = Counter(step.kind for step in steps)
    strange = [kind for kind in kinds if kind not in STEPS]
    if not tidy or len(tidy) > MOST_NAME:
        raise DeskError(f"give the macro a name of up to {MOST_NAME} characters")
    if not steps or len(steps) > MOST_STEPS:
        raise DeskError(f"a macro has 1 to {MOST_STEPS} steps, not {len(steps)}")
    if strange:
        raise DeskError(f"there is no step {strange[0]!r}; there are {', '.join(STEPS)}")
    twice = [STEPS[kind].label for kind, number in kinds.items() if number > 1 and kind != "note"]
    if twice or (kinds["snooze"] and kinds["resolve"]):
        raise DeskError(f"do one thing once: {twice[0] if twice else 'snooze or resolve'} stands there twice")
    for step in steps:
        _check_value(step)
    return tidy


def _check_value(step: MacroStep) -> None:
    kind = STEPS[step.kind]
    if kind.value == "hours":
        hours(step.value)
    if kind.value == "saved_reply" and not step.value:
        raise DeskError(f"choose the saved reply for “{kind.label}”")
    if kind.value == "label" and not step.value:
        raise DeskError("choose the label to put on; labels are made in the inbox with L")
    if kind.value == "text" and not 0 < len(step.value.strip()) <= MOST_NOTE:
        raise DeskError(f"write the text for “{kind.label}”, up to {MOST_NOTE} characters")
    if kind.value == "text" and (unknown := unknown_in(step.value)):
        raise DeskError(f"there is no variable {', '.join(unknown)}")


def plan(here: Here, macro: Macro) -> tuple[StepPlan, ...]:
    """Return what every step would do here, or why it cannot. Nobody is put away while a reply of it cannot go."""
    steps = [_planned(here, step) for step in macro.steps]
    stuck = any(step.problem and step.kind in {PUBLIC, PRIVATE} for step in steps)
    because = "the reply cannot go, and nobody is put away without it"
    return tuple(
        replace(step, problem=because) if stuck and not step.problem and STEPS[step.kind].puts_away else step
        for step in steps
    )


def _taken_back(here: Here, done: Mapping[str, Any]) -> str:
    """Take one step back; return why not, "" when it was. It takes the right that doing it takes."""
    kind = STEPS[done["kind"]]
    try:
        here.office.permit(here.cursor, here.staff, kind.right, here.line.item.account_id)
        return kind.take_back(here, done)
    except DeskError as error:
        return str(error)


def _planned(here: Here, step: MacroStep) -> StepPlan:
    kind = STEPS[step.kind]
    try:
        here.office.permit(here.cursor, here.staff, kind.right, here.line.item.account_id)
        words, text = kind.describe(here, step.value)
    except ListenerError as error:
        return StepPlan(kind=step.kind, words=kind.label, text="", problem=str(error))
    return StepPlan(kind=step.kind, words=words, text=text, problem=None)


def _do(here: Here, macro: Macro, planned: Sequence[StepPlan]) -> tuple[tuple[StepPlan, ...], list[Mapping[str, Any]]]:
    """Do what is planned; return what came of each step, and what takes it back.

    The replies are handed over first, as one answer: what comes later must not count as said meanwhile.
    """
    pairs = list(zip(macro.steps, planned, strict=True))
    done: list[Mapping[str, Any]] = []
    talk = [step for step, one in pairs if one.problem is None and step.kind in {PUBLIC, PRIVATE}]
    if talk:
        texts = [composed(here, step.value, private=step.kind == PRIVATE) for step in talk]
        made = write_replies(
            here.office,
            here.cursor,
            texts,
            line=here.line,
            staff=here.staff,
            seen_version=None,
            undo=None,
            now=here.now,
        )
        for step, reply in zip(talk, made, strict=True):
            done.append({"kind": step.kind, "reply": reply.id})
            saved_replies.use(
                here.cursor,
                reply_id=reply.id,
                saved_reply_id=step.value,
                item_id=reply.item_id,
                edited=0,
                now=here.now,
            )
    for step, one in pairs:
        do = STEPS[step.kind].do
        if one.problem is None and do is not None:
            done.append({"kind": step.kind, **do(here, step.value)})
    return tuple(planned), done

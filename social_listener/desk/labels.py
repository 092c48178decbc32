"""Labels: our own words for conversations."""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import TYPE_CHECKING

from social_listener.desk_types.organising import COLOURS, Label
from social_listener.errors import Conflict, DeskError
from social_listener.rights import Right
from social_listener.store import audit, labels, organised, undoing
from social_listener.store.undoing import LABEL, Line

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from social_listener.desk.office import Office

_LONGEST = 40


class LabelDesk:
    """Define labels, put them on conversations, take them off."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def all(self, staff: str, *, archived: bool = False) -> tuple[Label, ...]:
        """Return the labels by name; with `archived` also those that are not offered any more."""
        with self._office.store.read() as cursor:
            self._office.permit(cursor, staff, Right.READ)
            known = self._office.roster.labels(cursor)
            return tuple(label for label in known.values() if archived or not label.archived)

    def define(self, name: str, colour: str, staff: str) -> Label:
        """Make a label; `DeskError` for a name that there is, or a colour that there is not."""
        label = Label(id=secrets.token_hex(6), name=name, colour=colour, archived=False, version=1)
        now = self._office.clock()
        with self._office.store.transaction() as cursor:
            self._office.permit(cursor, staff, Right.LIBRARY)
            label = _checked(cursor, label)
            labels.insert(cursor, label, staff, now)
            audit.record(cursor, now, staff, "label.defined", label.id, name=label.name)
        return label

    def change(
        self,
        label_id: str,
        staff: str,
        version: int,
        *,
        name: str | None = None,
        colour: str | None = None,
        archived: bool | None = None,
    ) -> Label:
        """Rename a label, give it another colour, put it away or bring it back; `Conflict` for an old version."""
        now = self._office.clock()
        with self._office.store.transaction() as cursor:
            self._office.permit(cursor, staff, Right.LIBRARY)
            label = known_label(cursor, label_id)
            told = {"name": name, "colour": colour, "archived": archived}
            changes = {key: value for key, value in told.items() if value is not None}
            label = _checked(cursor, replace(label, version=version, **changes))  # type: ignore[arg-type]  # by name
            if not labels.change(cursor, label):
                raise Conflict(f"the label {label.name!r} was changed meanwhile; look at it again")
            audit.record(cursor, now, staff, "label.changed", label_id, name=label.name)
        return replace(label, version=version + 1)

    def put(self, conversation_id: str, label_id: str, staff: str, *, on: bool = True) -> None:
        """Put a label on a conversation, or take it off; twice is once."""
        now = self._office.clock()
        with self._office.store.transaction() as cursor:
            self._office.only(self._office.conversation(cursor, staff, Right.ORGANISE, conversation_id), staff)
            talk = organised.read(cursor, [conversation_id])[conversation_id]
            label = known_label(cursor, label_id)
            if on and label.archived:
                raise DeskError(f"the label {label.name!r} was put away; bring it back first")
            worn = organised.with_label(talk.labels, label_id, on=on)
            if worn == talk.labels:
                return
            organised.write(cursor, [replace(talk, labels=worn)], now)
            words = "labelled" if on else "unlabelled"
            audit.record(cursor, now, staff, f"conversation.{words}", conversation_id, label=label_id)
            line = Line(field=LABEL + label_id, object_id=conversation_id, before=not on, after=on)
            undoing.record(cursor, now, staff, f"Label {label.name} {'put on' if on else 'taken off'}", [line])


def known_label(cursor: DuckDBPyConnection, label_id: str) -> Label:
    """Return a label; `DeskError` when there is none of that id."""
    label = labels.by_id(cursor).get(label_id)
    if label is None:
        raise DeskError(f"there is no label {label_id!r}")
    return label


def _checked(cursor: DuckDBPyConnection, label: Label) -> Label:
    """Return a label with its name tidied; `DeskError` when it cannot be kept so."""
    name = " ".join(label.name.split())
    if not name or len(name) > _LONGEST or not name.isprintable() or ";" in name:
        raise DeskError(f"a label has a name of 1 to {_LONGEST} characters, without a semicolon, not {label.name!r}")
    if label.colour not in COLOURS:
        raise DeskError(f"a label is {', '.join(COLOURS)}, not {label.colour!r}")
    for other in labels.by_id(cursor).values():
        if other.id != label.id and other.name.casefold() == name.casefold():
            what = ", put away" if other.archived else ""
            raise DeskError(f"there is a label {other.name!r} already{what}")
    return replace(label, name=name)

"""Teams, capacities, absences, and handing a conversation over to a team."""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import TYPE_CHECKING

from social_listener.desk import colleagues
from social_listener.desk.assigning import read_people
from social_listener.desk.undoing import team_value
from social_listener.desk_types.team import Team, TeamView, Workload
from social_listener.errors import Conflict, DeskError
from social_listener.rights import Right
from social_listener.store import assignments, audit, staff_changes, teams, undoing
from social_listener.store.assignments import Assignment
from social_listener.store.undoing import ASSIGNEE, TEAM, Line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from duckdb import DuckDBPyConnection

    from social_listener.desk.office import Office
    from social_listener.desk.presence import Presence
    from social_listener.settings import AssignmentRule
    from social_listener.store.teams import StoredWorkload

_MOST_NAME = 60
_MOST_CAPACITY = 1000
_CHANGED = "this was changed meanwhile; look at it again"


def view(office: Office, presence: Presence, staff: str) -> TeamView:
    """Return all that the Team page shows."""
    now = office.clock()
    with office.store.read() as cursor:
        office.permit(cursor, staff, Right.READ)
        everything = teams.teams(cursor)
        waiting = assignments.waiting_by_team(cursor, now)
        people = tuple(
            Workload(
                staff=name,
                capacity=person.capacity,
                own_capacity=own.capacity,
                load=person.load,
                away_from=own.away_from,
                away_until=own.away_until,
                away=person.away,
                at_work=person.at_work,
                teams=tuple(team.name for team in everything if name in team.members),
                version=own.version,
            )
            for name, (person, own) in read_people(office, cursor, presence, now).items()
        )
        may_change = colleagues.may(office, cursor, staff, Right.TEAM)
    rules = office.settings.assignment.rules
    known = {team.name.casefold() for team in everything}
    return TeamView(
        people=people,
        teams=tuple(replace(team, waiting=waiting.get(team.id, 0)) for team in everything),
        rules=tuple(_told(rule) for rule in rules),
        problems=tuple(
            f"the settings assign to a team {rule.team!r}, and there is none of that name: make it here"
            for rule in rules
            if rule.team.casefold() not in known
        ),
        may_change=may_change,
        as_of=now,
    )


def _told(rule: AssignmentRule) -> str:
    """Return a rule as a sentence."""
    what = "what is said"
    if rule.account:
        what += f" to {rule.account}"
    if rule.channel:
        what += f" on {rule.channel}"
    how = "to each in turn" if rule.by == "round_robin" else "to who has least"
    return f"{rule.team} gets {what}, {how}"


def save_team(  # noqa: PLR0917 - as TeamDesk.save_team
    office: Office, staff: str, name: str, members: Sequence[str], team_id: str | None, version: int
) -> Team:
    """Make a team, or change the one of that id; `Conflict` for an old version."""
    now = office.clock()
    called = " ".join(name.split())
    if not called or len(called) > _MOST_NAME:
        raise DeskError(f"a team has a name of 1 to {_MOST_NAME} characters")
    with office.store.transaction() as cursor:
        office.permit(cursor, staff, Right.TEAM)
        for member in members:
            colleagues.known(cursor, member)
        for other in teams.teams(cursor):
            if other.name.casefold() == called.casefold() and other.id != team_id:
                raise DeskError(f"there is a team {other.name!r} already")
        wanted = Team(
            id=team_id or secrets.token_hex(8),
            name=called,
            members=tuple(dict.fromkeys(members)),
            version=version if team_id else 1,
        )
        if team_id is None:
            teams.insert(cursor, wanted, now)
        elif not teams.change(cursor, wanted):
            raise Conflict(_CHANGED)
        audit.record(cursor, now, staff, "team.saved", wanted.id, name=called, members=", ".join(wanted.members))
        return next(team for team in teams.teams(cursor) if team.id == wanted.id)


def remove_team(office: Office, staff: str, team_id: str, version: int) -> None:
    """Remove a team; its conversations stay in everybody's queue."""
    now = office.clock()
    with office.store.transaction() as cursor:
        office.permit(cursor, staff, Right.TEAM)
        _team(cursor, team_id)
        if not teams.remove(cursor, team_id, version):
            raise Conflict(_CHANGED)
        assignments.leave_team(cursor, team_id)
        audit.record(cursor, now, staff, "team.removed", team_id)


def set_workload(office: Office, staff: str, wanted: StoredWorkload) -> None:
    """Say how much somebody takes at a time, and when they are away; one's own without any further right."""
    now = office.clock()
    if wanted.capacity is not None and not 0 <= wanted.capacity <= _MOST_CAPACITY:
        raise DeskError(f"a capacity is a number from 0 to {_MOST_CAPACITY}")
    for moment in (wanted.away_from, wanted.away_until):
        if moment is not None and moment.tzinfo is None:
            raise DeskError("say when with a time zone")
    if wanted.away_until is not None and (wanted.away_from is None or wanted.away_until <= wanted.away_from):
        raise DeskError("an absence ends after it has begun")
    with office.store.transaction() as cursor:
        office.permit(cursor, staff, Right.READ if wanted.staff == staff else Right.TEAM)
        colleagues.known(cursor, wanted.staff)
        if not teams.put_workload(cursor, wanted):
            raise Conflict(_CHANGED)
        away = f"{wanted.away_from or ''} to {wanted.away_until or ''}" if wanted.away_from else None
        audit.record(cursor, now, staff, "workload.changed", wanted.staff, capacity=wanted.capacity, away=away)


def hand_over(office: Office, conversation_id: str, staff: str, team_id: str, version: int) -> int:
    """Put a conversation into a team's queue; nobody has it then. Return its new version; `Conflict` for an old one."""
    now = office.clock()
    with office.store.transaction() as cursor:
        before = office.conversation(cursor, staff, Right.ASSIGN, conversation_id)
        was = assignments.of(cursor, [conversation_id]).get(conversation_id, Assignment())
        team = _team(cursor, team_id)
        given = Assignment(team_id=team.id)
        changed = staff_changes.set_assignee(cursor, conversation_id, version, now, None)
        if changed is None:
            raise Conflict("this conversation was changed meanwhile; look at it again")
        assignments.give_team(cursor, conversation_id, team.id)
        lines = [
            Line(field=ASSIGNEE, object_id=conversation_id, before=before.assignee, after=None),
            Line(field=TEAM, object_id=conversation_id, before=team_value(was), after=team_value(given)),
        ]
        undoing.record(cursor, now, staff, f"Handed to {team.name}", lines)
        audit.record(cursor, now, staff, "conversation.handed_over", conversation_id, team=team.id)
    return changed


def _team(cursor: DuckDBPyConnection, team_id: str) -> Team:
    found = next((team for team in teams.teams(cursor) if team.id == team_id), None)
    if found is None:
        raise DeskError("there is no such team any more")
    return found

"""What the job `assign` does: hand back what lies, and give what nobody has to who is at work."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from social_listener.desk import colleagues
from social_listener.desk.assignment import Case, Person, is_away, plan
from social_listener.desk.notify import notify
from social_listener.desk.office import span
from social_listener.desk_types import NoteLine
from social_listener.desk_types.team import Kind
from social_listener.rights import SYSTEM, Right
from social_listener.store import assignments, audit, conversations, staff_changes, teams

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from duckdb import DuckDBPyConnection

    from social_listener.desk.office import Office
    from social_listener.desk.presence import Presence
    from social_listener.desk_types.team import Team
    from social_listener.settings import AssignmentRule
    from social_listener.store.assignments import Held

#: conversations that one run changes at most, so that nobody else waits for long; the next run goes on
_AT_ONCE = 25
#: how far down a team's queue a run looks for conversations that somebody can take
_LOOKED_AT = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class _Facts:
    """What a run knows."""

    now: datetime
    people: tuple[Person, ...]
    teams: Mapping[str, Team]  #: by id
    looked_at: int  #: how far down a team's queue

    def named(self, name: str) -> Team | None:
        return next((team for team in self.teams.values() if team.name.casefold() == name.casefold()), None)


def read_people(
    office: Office, cursor: DuckDBPyConnection, presence: Presence, now: datetime
) -> dict[str, tuple[Person, teams.StoredWorkload]]:
    """Return everybody who works here, with what is written of them."""
    wanted = office.settings.assignment
    written, loads = teams.workloads(cursor), assignments.loads(cursor, now)
    here = presence.at_work(wanted.at_work_within, now)
    found = {}
    for name in colleagues.names(cursor):
        own = written.get(name) or teams.StoredWorkload(staff=name)
        person = Person(
            staff=name,
            capacity=wanted.capacity if own.capacity is None else own.capacity,
            load=loads.get(name, 0),
            turn=own.turn,
            at_work=name in here,
            away=is_away(own.away_from, own.away_until, now),
        )
        found[name] = (person, own)
    return found


def tend(office: Office, presence: Presence, looked_at: int = _LOOKED_AT) -> tuple[int, int]:
    """Hand back and assign what is due; return how many went back, and how many were given to somebody."""
    with office.store.read() as cursor:
        facts = _facts(office, cursor, presence, looked_at)
        if not _due(office, cursor, facts):
            return 0, 0
    with office.store.transaction() as cursor:
        facts = _facts(office, cursor, presence, looked_at)  # again: by hand, somebody may have been faster
        back = sum(_hand_back(office, cursor, facts, held, why) for held, why in _lying(office, cursor, facts))
        given = 0
        if not back:
            decided, queued = _decided(office, cursor, facts)
            given = sum(_give(cursor, facts, held, to) for held, to in decided)
            for held, team_id in queued:
                assignments.give_team(cursor, held.conversation_id, team_id)
        return back, given


def _facts(office: Office, cursor: DuckDBPyConnection, presence: Presence, looked_at: int) -> _Facts:
    now = office.clock()
    people = tuple(person for person, _ in read_people(office, cursor, presence, now).values())
    return _Facts(now=now, people=people, teams={team.id: team for team in teams.teams(cursor)}, looked_at=looked_at)


def _due(office: Office, cursor: DuckDBPyConnection, facts: _Facts) -> bool:
    return bool(_lying(office, cursor, facts)) or any(_decided(office, cursor, facts))


# -- back to the queue -------------------------------------------------------------------------------------------------


def _lying(office: Office, cursor: DuckDBPyConnection, facts: _Facts) -> list[tuple[Held, str]]:
    """Return what somebody has who left, lost access, is away or does not answer, and why it goes back."""
    away = [person.staff for person in facts.people if person.away]
    found = [(held, f"{held.assignee} is away") for held in assignments.held_by(cursor, away, facts.now, _AT_ONCE)]
    known = {held.conversation_id for held, _ in found}
    for account in office.settings.accounts:
        theirs = colleagues.who_may(cursor, Right.READ, account.id)
        lost = assignments.held_by_strangers(cursor, account.id, theirs, facts.now, _AT_ONCE)
        why = f"does not work on {account.name} any more"
        found += [(held, f"{held.assignee} {why}") for held in lost if held.conversation_id not in known]
    patience = office.settings.assignment.hand_back_after
    if patience is None:
        return found
    why = f"did not answer within {span(patience)}"
    slow = assignments.ignored(cursor, facts.now - patience, facts.now, _AT_ONCE)
    known = {held.conversation_id for held, _ in found}
    return found + [(held, f"{held.assignee} {why}") for held in slow if held.conversation_id not in known]


def _hand_back(office: Office, cursor: DuckDBPyConnection, facts: _Facts, held: Held, why: str) -> bool:
    """Put a conversation back into its team's queue, with a note of why."""
    who = held.assignee or ""
    if staff_changes.set_assignee(cursor, held.conversation_id, held.version, facts.now, None) is None:
        return False
    team = facts.teams.get(held.team_id or "") or _team_of(office, facts, held)
    if team is not None and team.id != held.team_id:
        assignments.give_team(cursor, held.conversation_id, team.id)
    if who not in {person.staff for person in facts.people if person.away}:
        assignments.pass_by(cursor, held.conversation_id, [*held.passed_by, who])
    where = f"the queue of {team.name}" if team else "the queue"
    text = f"{why}: back to {where}."
    note = NoteLine(id=secrets.token_hex(8), staff=SYSTEM, text=text, created_at=facts.now)
    conversations.insert_note(cursor, held.conversation_id, note)
    audit.record(cursor, facts.now, SYSTEM, "conversation.handed_back", held.conversation_id, held_by=who, why=why)
    notify(cursor, who, Kind.HANDED_BACK, held.conversation_id, SYSTEM, facts.now, note.id)
    return True


# -- to who is at work -------------------------------------------------------------------------------------------------


def _decided(
    office: Office, cursor: DuckDBPyConnection, facts: _Facts
) -> tuple[list[tuple[Held, str]], list[tuple[Held, str]]]:
    """Return which conversation goes to whom, and which goes into the queue of which team for now."""
    if not office.settings.assignment.rules:
        return [], []
    wanted = [
        (held, rule, team)
        for each in _ruled(office, facts)
        for held in assignments.nobodys(cursor, each.id, _accounts(office, each), facts.now, facts.looked_at)
        for rule, team in [_rule(office, facts, held)]
        if rule is not None and team is not None and team.id == each.id
    ]
    last = _last(cursor, [held for held, _, _ in wanted])
    able: dict[str, tuple[str, ...]] = {}
    cases = []
    for held, rule, team in wanted:
        if held.account_id not in able:
            able[held.account_id] = colleagues.who_may(cursor, Right.PROPOSE, held.account_id)
        cases.append(
            Case(
                conversation_id=held.conversation_id,
                members=tuple(name for name in team.members if name in able[held.account_id]),
                by=rule.by,
                last=last.get((held.account_id, held.contact_id)),
                passed=held.passed_by,
            )
        )
    by_id = {held.conversation_id: held for held, _, _ in wanted}
    given = [(by_id[one], to) for one, to in plan(cases, facts.people)][:_AT_ONCE]
    queued = [(held, team.id) for held, _, team in wanted if held.team_id != team.id][:_AT_ONCE]
    return given, queued


def _ruled(office: Office, facts: _Facts) -> list[Team]:
    """Return the teams that rules name, each once: each is looked at by itself, so that none waits behind another."""
    found = [facts.named(rule.team) for rule in office.settings.assignment.rules]
    return list({team.id: team for team in found if team is not None}.values())


def _accounts(office: Office, team: Team) -> list[str]:
    """Return the accounts of which a team gets something by a rule."""
    rules = [rule for rule in office.settings.assignment.rules if rule.team.casefold() == team.name.casefold()]
    return [
        one.id
        for one in office.settings.accounts
        if any(rule.account in {None, one.id} and rule.channel in {None, one.channel} for rule in rules)
    ]


def _rule(office: Office, facts: _Facts, held: Held) -> tuple[AssignmentRule | None, Team | None]:
    """Return the rule for a conversation: that of the team that has it, else the first that fits its account."""
    for rule in office.settings.assignment.rules:
        team = facts.named(rule.team)
        if team is None:
            continue
        if held.team_id in facts.teams:
            if held.team_id == team.id:
                return rule, team
        elif rule.account in {None, held.account_id} and rule.channel in {None, held.channel}:
            return rule, team
    return None, None


def _team_of(office: Office, facts: _Facts, held: Held) -> Team | None:
    return _rule(office, facts, held)[1]


def _last(cursor: DuckDBPyConnection, wanted: Sequence[Held]) -> dict[tuple[str, str], str]:
    """Return who last answered the customers of those conversations, by account and contact."""
    found = {}
    for account_id in {held.account_id for held in wanted}:
        contacts = sorted({held.contact_id for held in wanted if held.account_id == account_id})
        for contact_id, staff in assignments.answered_last(cursor, account_id, contacts).items():
            found[account_id, contact_id] = staff
    return found


def _give(cursor: DuckDBPyConnection, facts: _Facts, held: Held, to: str) -> bool:
    if staff_changes.set_assignee(cursor, held.conversation_id, held.version, facts.now, to) is None:
        return False
    teams.took_turn(cursor, to)
    audit.record(cursor, facts.now, SYSTEM, "conversation.assigned", held.conversation_id, to=to, by_rule=1)
    return True

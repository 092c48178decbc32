"""The Team page as its component draws it: people, teams, how conversations are shared out. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from social_listener.dashboard import words

if TYPE_CHECKING:
    from social_listener.dashboard.component import Json
    from social_listener.desk_types.team import Team, TeamView, Workload


def board(view: TeamView, staff: str) -> Json:
    """Return everything the page shows to `staff`."""
    return {
        "people": [_person(one, view, staff) for one in view.people],
        "teams": [_team(one, view) for one in view.teams],
        "mayChange": view.may_change,
        "rules": [words.sentence(rule) for rule in view.rules],
        "off": ""
        if view.rules
        else "Nothing is assigned by itself. Rules in the settings under “assignment” switch it on.",
        "problems": [words.sentence(problem) for problem in view.problems],
        "now": words.iso(view.as_of),
    }


def _person(one: Workload, view: TeamView, staff: str) -> Json:
    state, tone = ("Away", "amber") if one.away else ("At work", "green") if one.at_work else ("Not here", "")
    return {
        "id": one.staff,
        "name": f"{one.staff} (you)" if one.staff == staff else one.staff,
        "state": state,
        "tone": tone,
        "load": one.load,
        "capacity": one.capacity,
        "full": one.load >= one.capacity,
        "from": words.iso(one.away_from),
        "until": words.iso(one.away_until),
        "over": one.away_until is not None and one.away_until <= view.as_of,
        "teams": ", ".join(one.teams),
        "change": view.may_change or one.staff == staff,
    }


def _team(one: Team, view: TeamView) -> Json:
    return {
        "id": one.id,
        "name": one.name,
        "members": ", ".join(one.members) or "Nobody yet",
        "waiting": one.waiting,
        "change": view.may_change,
    }

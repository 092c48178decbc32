"""Who gets a conversation by itself: the decision alone, and the job on a real store."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from desk_kit import Kit, make_kit
from hypothesis import given, settings
from hypothesis import strategies as st
from staff_kit import seed_staff

from social_listener.desk import assigning
from social_listener.desk.assignment import LOAD, ROUND_ROBIN, Case, Person, choose, is_away, plan
from social_listener.desk.bulk import Change, Deed
from social_listener.desk_types import QueueFilter, View
from social_listener.desk_types.team import Kind, Team
from social_listener.errors import Conflict, DeskError, NotPermitted
from social_listener.rights import Role
from social_listener.settings import AssignmentRule, AssignmentSettings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NAMES = ("ana", "ben", "cleo", "dov")


@st.composite
def crews(draw: st.DrawFn) -> list[Person]:
    """Make some people, present or not, with room or not."""
    return [
        Person(
            staff=name,
            capacity=draw(st.integers(0, 6)),
            load=draw(st.integers(0, 6)),
            turn=draw(st.integers(0, 5)),
            at_work=draw(st.booleans()),
            away=draw(st.booleans()),
        )
        for name in NAMES
    ]


cases = st.lists(
    st.builds(
        Case,
        conversation_id=st.uuids().map(str),
        members=st.lists(st.sampled_from(NAMES), unique=True).map(tuple),
        by=st.sampled_from([LOAD, ROUND_ROBIN]),
        last=st.sampled_from([None, *NAMES]),
        passed=st.lists(st.sampled_from(NAMES), unique=True, max_size=2).map(tuple),
    ),
    max_size=25,
    unique_by=lambda case: case.conversation_id,
)


def faults(wanted: list[Case], people: list[Person], given_: list[tuple[str, str]]) -> list[str]:
    """Return what a plan does against the rules."""
    by_name, by_id = {one.staff: one for one in people}, {case.conversation_id: case for case in wanted}
    found = []
    for name, count in Counter(to for _, to in given_).items():
        person = by_name[name]
        if not person.at_work or person.away:
            found.append(f"{name} is not there")
        if person.load + count > person.capacity:
            found.append(f"{name} has more than they take")
    for conversation_id, to in given_:
        if to not in by_id[conversation_id].members or to in by_id[conversation_id].passed:
            found.append(f"{to} may not have it")
    return found


@settings(deadline=None)
@given(cases, crews())
def test_a_plan_keeps_the_rules(wanted: list[Case], people: list[Person]) -> None:
    """Never over capacity, never to the absent or a stranger, never twice; the same facts give the same plan."""
    made = plan(wanted, people)
    assert faults(wanted, people, made) == []
    assert len({conversation for conversation, _ in made}) == len(made)
    assert made == plan(wanted, list(reversed(people)))
    left = {case.conversation_id for case in wanted} - {conversation for conversation, _ in made}
    after = Counter(to for _, to in made)
    full = {one.staff for one in people if not one.free or one.load + after[one.staff] >= one.capacity}
    for case in wanted:
        if case.conversation_id in left:  # nobody who could have taken it has room left
            assert set(case.members) - set(case.passed) <= full


@settings(deadline=None)
@given(st.integers(0, 40), st.sampled_from([LOAD, ROUND_ROBIN]), st.integers(1, 4))
def test_a_plan_is_fair_within_one(number: int, by: str, people: int) -> None:
    """Among people with equal room and nothing to do, nobody gets more than one more than any other."""
    crew = [Person(staff=name, capacity=20, load=0, turn=0, at_work=True, away=False) for name in NAMES[:people]]
    wanted = [Case(conversation_id=str(one), members=NAMES, by=by) for one in range(number)]
    counts = Counter(to for _, to in plan(wanted, crew))
    shares = [counts[one.staff] for one in crew]
    assert max(shares) - min(shares) <= 1
    assert sum(shares) == min(number, 20 * people)


def test_a_greedy_plan_would_be_seen() -> None:
    """The known-bad plan "all to the first" breaks the rules in these very checks."""
    people = [
        Person(staff="ana", capacity=1, load=0, turn=0, at_work=True, away=False),
        Person(staff="ben", capacity=5, load=0, turn=0, at_work=False, away=False),
    ]
    wanted = [Case(conversation_id=str(one), members=("ana", "ben"), by=LOAD) for one in range(3)]
    assert faults(wanted, people, [(case.conversation_id, "ana") for case in wanted]) == ["ana has more than they take"]
    assert faults(wanted, people, [("0", "ben")]) == ["ben is not there"]


def test_load_and_turn_differ() -> None:
    """By load goes to who has least; in turn goes to who had the last one longest ago, whatever they have."""
    people = {
        "ana": Person(staff="ana", capacity=9, load=5, turn=1, at_work=True, away=False),
        "ben": Person(staff="ben", capacity=9, load=2, turn=7, at_work=True, away=False),
    }
    case = Case(conversation_id="c", members=("ana", "ben"), by=LOAD)
    assert choose(case, people) == "ben"
    assert choose(Case(conversation_id="c", members=("ana", "ben"), by=ROUND_ROBIN), people) == "ana"
    assert choose(Case(conversation_id="c", members=("ana", "ben"), by=LOAD, last="ana"), people) == "ana"


@pytest.fixture
def crew(tmp_path: Path) -> Iterator[Kit]:
    """Return a desk on which a rule gives everything to the team Support: ana and ben."""
    kit = make_kit(tmp_path)
    rules = (AssignmentRule(team="support"),)
    wanted = AssignmentSettings(rules=rules, capacity=2, hand_back_after=timedelta(minutes=30))
    kit.settings = kit.settings.model_copy(update={"assignment": wanted})
    kit.again()
    kit.desk.team.save_team("ana", "Support", ["ana", "ben"])
    yield kit
    kit.close()


def arrive(kit: Kit, *names: str) -> None:
    """Let people have a page open."""
    for name in names:
        kit.desk.team.presence.beat(f"page of {name}", name, "", "", kit.now())


def holders(kit: Kit) -> dict[str, str | None]:
    """Return whose each conversation is."""
    return {row.handle: row.assignee for row in kit.desk.queue(QueueFilter(view=View.OPEN), "ana").rows}


def test_only_who_is_at_work_gets_something(crew: Kit) -> None:
    """With nobody there it waits in the team's queue; who comes gets it, up to their capacity."""
    for name in ("c1", "c2", "c3"):
        crew.mention(author=name)
    crew.desk.team.tend()
    assert set(holders(crew).values()) == {None}
    (team,) = crew.desk.team.view("ana").teams
    assert team.waiting == 3
    arrive(crew, "ben")
    assert crew.desk.team.tend() == "2 assigned"
    assert Counter(holders(crew).values()) == {"ben": 2, None: 1}
    crew.pass_time(minutes=6)
    crew.mention(author="c4")
    assert crew.desk.team.tend() is None
    arrive(crew, "ana")
    assert crew.desk.team.tend() == "2 assigned"
    assert Counter(holders(crew).values()) == {"ben": 2, "ana": 2}


def test_what_lies_goes_back_with_a_note(crew: Kit) -> None:
    """Not answered in time, it returns to the queue, says why, tells whose it was, and goes to another."""
    item = crew.mention()
    conversation = crew.desk.conversation_of(item)
    arrive(crew, "ana")
    crew.desk.team.tend()
    assert holders(crew) == {"mara": "ana"}
    crew.pass_time(minutes=31)
    arrive(crew, "ana")
    assert crew.desk.team.tend() == "1 handed back"
    view = crew.desk.conversation(conversation, "ana")
    assert (view.assignee, view.team) == (None, "Support")
    assert [note.text for note in view.notes] == ["ana did not answer within 30 min: back to the queue of Support."]
    assert [line.kind for line in crew.desk.team.notifications("ana").lines] == [Kind.HANDED_BACK]
    assert crew.desk.team.tend() is None, "it does not go to who let it lie"
    arrive(crew, "ben")
    assert crew.desk.team.tend() == "1 assigned"
    assert holders(crew) == {"mara": "ben"}


def test_what_was_answered_stays(crew: Kit) -> None:
    """An answered conversation does not go back for lying."""
    item = crew.mention()
    arrive(crew, "ana")
    crew.desk.team.tend()
    crew.reply(item)
    crew.outbox.deliver()
    crew.pass_time(hours=2)
    assert crew.desk.team.tend() is None
    assert holders(crew) == {"mara": "ana"}


def test_an_absence_gives_everything_back_when_it_begins(crew: Kit) -> None:
    """From its first minute on nothing is left with somebody who is away, and they get nothing until it ends."""
    crew.mention()
    arrive(crew, "ana")
    crew.desk.team.tend()
    begin, end = crew.now() + timedelta(minutes=10), crew.now() + timedelta(minutes=20)
    crew.desk.team.set_workload("ana", "ana", _version(crew, "ana"), capacity=None, away_from=begin, away_until=end)
    assert crew.desk.team.tend() is None
    crew.pass_time(minutes=11)
    arrive(crew, "ana")
    assert crew.desk.team.tend() == "1 handed back"
    view = crew.desk.conversation(crew.desk.queue(QueueFilter(view=View.OPEN), "ana").rows[0].conversation_id, "ana")
    assert view.notes[0].text == "ana is away: back to the queue of Support."
    assert crew.desk.team.tend() is None
    crew.pass_time(minutes=10)
    arrive(crew, "ana")
    assert crew.desk.team.tend() == "1 assigned"


def _version(kit: Kit, staff: str) -> int:
    return next(one.version for one in kit.desk.team.view("ana").people if one.staff == staff)


def test_a_customer_returns_to_who_answered_last(crew: Kit) -> None:
    """Who writes again, be it under another post, goes to who answered them, when that one is at work."""
    item = crew.mention()
    crew.reply(item, staff="ben")
    crew.outbox.deliver()
    for number in range(2):
        crew.mention(text=f"@fernhill again {number}")
    arrive(crew, "ana", "ben")
    crew.desk.team.tend()
    waiting = crew.desk.queue(QueueFilter(view=View.WAITING), "ana").rows
    assert [row.assignee for row in waiting] == ["ben", "ben"]


def test_a_team_takes_over(crew: Kit) -> None:
    """Handed over, a conversation is in the team's queue and nobody's; the filter finds it, and an old view is told."""
    sales = crew.desk.team.save_team("ana", "Sales", ["ben"])
    conversation = crew.desk.conversation_of(crew.mention())
    version = crew.desk.conversation(conversation, "ana").version
    crew.desk.assign(conversation, "ana", "ana", version)
    with pytest.raises(Conflict):
        crew.desk.team.hand_over(conversation, "ana", sales.id, version)
    crew.desk.team.hand_over(conversation, "ana", sales.id, version + 1)
    view = crew.desk.conversation(conversation, "ana")
    assert (view.assignee, view.team) == (None, "Sales")
    found = crew.desk.queue(QueueFilter(view=View.OPEN, team_id=sales.id), "ana")
    assert [row.conversation_id for row in found.rows] == [conversation]
    other = next(team for team in crew.desk.team.teams("ana") if team.name == "Support")
    assert crew.desk.queue(QueueFilter(view=View.OPEN, team_id=other.id), "ana").rows == ()
    arrive(crew, "ana", "ben")
    assert crew.desk.team.tend() is None, "no rule is for Sales"
    crew.desk.team.remove_team("ana", sales.id, sales.version)
    assert crew.desk.conversation(conversation, "ana").team is None
    with pytest.raises(DeskError, match="no such team"):
        crew.desk.team.hand_over(conversation, "ana", sales.id, view.version)


def test_teams_are_kept_by_who_may(crew: Kit) -> None:
    """Names are unique, members work here, an old version and a stranger are refused."""
    (support,) = crew.desk.team.teams("ana")
    assert support == Team(id=support.id, name="Support", members=("ana", "ben"), version=1)
    with pytest.raises(DeskError, match="a team 'Support' already"):
        crew.desk.team.save_team("ana", " support ", ["ana"])
    with pytest.raises(DeskError, match="does not work here"):
        crew.desk.team.save_team("ana", "Other", ["mallory"])
    with pytest.raises(DeskError, match="1 to 60"):
        crew.desk.team.save_team("ana", "  ", [])
    with pytest.raises(NotPermitted):
        crew.desk.team.save_team("mallory", "Other", [])
    crew.desk.team.save_team("ana", "Support", ["ana"], support.id, support.version)
    with pytest.raises(Conflict):
        crew.desk.team.save_team("ben", "Support", ["ben"], support.id, support.version)
    with pytest.raises(Conflict):
        crew.desk.team.remove_team("ben", support.id, support.version)


def test_a_workload_is_checked(crew: Kit) -> None:
    """A capacity is a number, an absence ends after it began, and of two who change one the second is told."""
    now = crew.now()
    change = crew.desk.team.set_workload
    with pytest.raises(DeskError, match="from 0 to"):
        change("ana", "ben", 0, capacity=-1, away_from=None, away_until=None)
    with pytest.raises(DeskError, match="ends after"):
        change("ana", "ben", 0, capacity=1, away_from=now, away_until=now)
    with pytest.raises(DeskError, match="does not work here"):
        change("ana", "mallory", 0, capacity=1, away_from=None, away_until=None)
    change("ana", "ben", 0, capacity=0, away_from=None, away_until=None)
    with pytest.raises(Conflict):
        change("ana", "ben", 0, capacity=3, away_from=None, away_until=None)
    crew.mention()
    arrive(crew, "ben")
    crew.desk.team.tend()
    assert holders(crew) == {"mara": None}


def test_without_rules_nothing_is_assigned(kit: Kit) -> None:
    """By default nobody gets anything by itself, and nothing goes back."""
    kit.desk.team.save_team("ana", "Support", ["ana", "ben"])
    kit.mention()
    arrive(kit, "ana", "ben")
    assert kit.desk.team.tend() is None
    assert holders(kit) == {"mara": None}


@pytest.mark.parametrize(
    ("since", "until", "away"),
    [(None, None, False), (0, None, True), (-5, 5, True), (1, 5, False), (-5, 0, False)],
)
def test_an_absence_has_a_beginning_and_an_end(since: int | None, until: int | None, away: bool, kit: Kit) -> None:
    """It counts from its beginning to just before its end; without an end it goes on."""
    now = kit.now()

    def at(minutes: int | None) -> datetime | None:
        return None if minutes is None else now + timedelta(minutes=minutes)

    assert is_away(at(since), at(until), now) is away


def test_no_team_waits_behind_another(tmp_path: Path) -> None:
    """A team at work gets its own, however much more pressing work lies in the queue of one that is not there."""
    kit = make_kit(tmp_path, accounts=("main", "other"))
    rules = (AssignmentRule(team="Day", account="main"), AssignmentRule(team="Night", account="other"))
    kit.settings = kit.settings.model_copy(update={"assignment": AssignmentSettings(rules=rules)})
    kit.again()
    kit.desk.team.save_team("ana", "Day", ["ana"])
    kit.desk.team.save_team("ana", "Night", ["ben"])
    for number in range(4):
        kit.mention(author=f"day{number}")
    kit.mention(text="@other hello", author="late", account="other")
    arrive(kit, "ben")
    assigning.tend(kit.desk._office, kit.desk.team.presence, looked_at=2)
    assert {name for name, holder in holders(kit).items() if holder} == {"late"}
    kit.close()


def assign_many(kit: Kit, to: str | None, *ids: str) -> str:
    """Let ana assign many at once; return the run."""
    run_id = kit.desk.bulk.begin(kit.desk.bulk.prepare(Change(deed=Deed.ASSIGN, value=to), "ana", ids=ids))
    kit.desk.bulk.work(run_id)
    return run_id


@pytest.mark.parametrize("by", ["many", "undo"])
def test_what_was_assigned_among_many_is_handed_back_too(crew: Kit, by: str) -> None:
    """Ignored for half an hour, it goes back to the queue; the half hour is counted from when they got it."""
    conversation = crew.desk.conversation_of(crew.mention())
    run_id = assign_many(crew, "ben", conversation)
    if by == "undo":  # ben has it again, from now on
        crew.pass_time(minutes=5)
        run_id = assign_many(crew, None, conversation)
        crew.pass_time(minutes=5)
        crew.desk.undoing.undo(run_id, "ana")
    crew.pass_time(minutes=29)
    assert crew.desk.team.tend() is None
    crew.pass_time(minutes=2)
    assert crew.desk.team.tend() == "1 handed back"
    assert holders(crew) == {"mara": None}


def test_who_is_given_many_is_told_once(crew: Kit) -> None:
    """One line tells of all of them and leads to the first; giving back tells nobody, nor taking them oneself."""
    talks = [crew.desk.conversation_of(crew.mention(author=name)) for name in ("mara", "nils", "olga")]
    assign_many(crew, "ben", *talks)
    (line,) = crew.desk.team.notifications("ben").lines
    assert (line.kind, line.by, line.about, line.conversation_id) == (Kind.ASSIGNED, "ana", "3", talks[0])
    assign_many(crew, None, *talks)
    assign_many(crew, "ana", *talks)
    crew.pass_time(seconds=1)
    assign_many(crew, "ben", talks[1])
    assert [one.about for one in crew.desk.team.notifications("ben").lines] == [None, "3"]
    assert crew.desk.team.notifications("ana").lines == ()


def test_handing_over_is_taken_back(crew: Kit) -> None:
    """Z gives a conversation back to whoever had it and to its team's queue, and leaves the deed before alone."""
    sales, support = (crew.desk.team.save_team("ana", name, ["ben"]) for name in ("Sales", "Returns"))
    conversation = crew.desk.conversation_of(crew.mention())
    version = crew.desk.conversation(conversation, "ana").version
    version = crew.desk.team.hand_over(conversation, "ana", sales.id, version)
    version = crew.desk.assign(conversation, "ana", "ben", version)
    crew.desk.team.hand_over(conversation, "ana", support.id, version)
    seen = []
    for _ in range(3):
        offer = crew.desk.undoing.latest("ana")
        assert offer is not None
        assert crew.desk.undoing.undo(offer.id, "ana").left == ()
        view = crew.desk.conversation(conversation, "ana")
        seen.append((offer.words, view.assignee, view.team))
    assert seen == [
        ("Handed to Returns", "ben", "Sales"),
        ("Assigned to ben", None, "Sales"),
        ("Handed to Sales", None, None),
    ]


def test_handing_over_stays_where_the_team_is_gone_or_it_went_on(crew: Kit) -> None:
    """To a team that was removed nothing returns, and what a colleague handed on since stays there; both are told."""
    sales, returns = (crew.desk.team.save_team("ana", name, ["ben"]) for name in ("Sales", "Returns"))
    conversation = crew.desk.conversation_of(crew.mention())
    version = crew.desk.conversation(conversation, "ana").version
    version = crew.desk.team.hand_over(conversation, "ana", sales.id, version)
    version = crew.desk.team.hand_over(conversation, "ben", returns.id, version)
    for staff, why in (("ana", "ben changed it since"), ("ben", "the team that had it is not there any more")):
        offer = crew.desk.undoing.latest(staff)
        assert offer is not None
        crew.desk.team.remove_team("ana", sales.id, sales.version) if staff == "ben" else None
        assert [one.why for one in crew.desk.undoing.undo(offer.id, staff).left] == [why]
        assert crew.desk.conversation(conversation, "ana").team == "Returns"


@pytest.mark.parametrize("how", ["left", "access"])
def test_what_somebody_had_who_is_gone_goes_back(tmp_path: Path, how: str) -> None:
    """Who left, or works on other accounts now, keeps no customer waiting: it goes back with a note, without a rule."""
    kit = make_kit(tmp_path, accounts=("main", "other"))
    seed_staff(kit.desk, "zoe")
    talk = kit.desk.conversation_of(kit.mention())
    kit.desk.assign(talk, "ana", "zoe", kit.desk.conversation(talk, "ana").version)
    assert kit.desk.team.tend() is None
    if how == "left":
        kit.desk.people.set_active("ana", "zoe", False, 1)
    else:
        kit.desk.people.set_rights("ana", "zoe", Role.COMMUNITY_MANAGER, frozenset({"other"}), 1)
    assert kit.desk.team.tend() == "1 handed back"
    view = kit.desk.conversation(talk, "ana")
    assert view.assignee is None
    assert view.notes[0].text.startswith("zoe does not work on ")
    assert kit.desk.team.tend() is None
    kit.close()

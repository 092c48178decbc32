"""What a team sees, from what the desk tells: notifications, proposals, the Team page. No browser."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from making import NOW, reply, view

from social_listener.dashboard import draw_bell, draw_composer, draw_proposal, draw_team, inbox_filter
from social_listener.dashboard.draw_conversation import headline
from social_listener.dashboard.draw_proposal import Eyes
from social_listener.dashboard.draw_thread import merged
from social_listener.desk_types import Draft, NoteLine, QueueFilter
from social_listener.desk_types.team import (
    Kind,
    Notification,
    Notifications,
    Proposal,
    ProposalState,
    Team,
    TeamView,
    Workload,
)
from social_listener.model import ReplyState, TextLength

PROPOSAL = Proposal(
    id="p1",
    conversation_id="x:c1",
    account_id="fernhill",
    item_id="x:1",
    private=False,
    text="On Monday.",
    author="Kim",
    state=ProposalState.WAITING,
    created_at=NOW,
    until=NOW + timedelta(hours=2),
    decided_by=None,
    decided_at=None,
    reason=None,
    reply_id=None,
    version=3,
)
NOTE = Notification(
    id="n1",
    kind=Kind.MENTION,
    conversation_id="x:c1",
    account_id="fernhill",
    by="Sam",
    about="note1",
    created_at=NOW,
    read_at=None,
    contact="Mara",
    excerpt="@Kim please",
)


@pytest.mark.parametrize("kind", Kind)
def test_every_notification_has_its_words(kind: Kind) -> None:
    """Each kind says what happened, and leads to the line that it is about."""
    data = draw_bell.bell(Notifications(lines=(replace(NOTE, kind=kind),), unread=1), NOW)
    json.dumps(data)
    (line,) = data["lines"]
    assert line["words"]
    assert "{" not in line["words"]
    keys = {line["key"] for line in merged(view(proposals=(replace(PROPOSAL, id="note1"),), notes=(_note(),)), None)}
    assert line["at_line"] in (keys if kind not in {Kind.ESCALATION, Kind.ASSIGNED, Kind.SPIKE} else {""})


def test_a_spike_is_told_in_its_own_sentence() -> None:
    """The bell shows what the watch wrote, and no customer's name before it."""
    told = replace(NOTE, kind=Kind.SPIKE, about="s1", contact="Mara", excerpt="6 times as much as usual; “{by}”.")
    (line,) = draw_bell.bell(Notifications(lines=(told,), unread=1), NOW)["lines"]
    assert (line["words"], line["contact"], line["excerpt"]) == ("6 times as much as usual; “{by}”.", "", "")


def test_of_many_that_were_given_the_bell_tells_how_many() -> None:
    """What was given at once is one line, with its number; one alone is told as one."""
    lines = tuple(replace(NOTE, kind=Kind.ASSIGNED, by="Sam", about=about) for about in ("1204", None))
    told = [line["words"] for line in draw_bell.bell(Notifications(lines=lines, unread=2), NOW)["lines"]]
    assert told == ["Sam gave you 1,204 conversations; the first", "Sam gave you a conversation"]


def _note() -> NoteLine:
    return NoteLine(id="note1", staff="Sam", text="@Kim please", created_at=NOW)


def test_the_bell_says_what_is_due_and_whether_it_is_late() -> None:
    """Of a promised time it is told which one it is; of one that was told before that was kept, what it may be."""
    lines = [replace(NOTE, kind=Kind.ESCALATION, about=about) for about in ("answer soon", "resolution late", None)]
    told = [line["words"] for line in draw_bell.bell(Notifications(lines=tuple(lines), unread=3), NOW)["lines"]]
    assert told[:2] == ["An answer is due soon", "A resolution is late"]
    assert told[2] == "A promised time ends soon, or has passed"


def test_a_bell_that_could_not_be_read_says_so() -> None:
    """It counts nothing, and says that what it shows is not known."""
    data = draw_bell.bell(None, NOW)
    assert (data["unread"], data["lines"]) == (0, [])
    assert "could not be read" in data["problem"]
    assert draw_bell.place(replace(NOTE, about=None)) == ""


@pytest.mark.parametrize(
    ("eyes", "acts"),
    [
        (Eyes(staff="Kim", approves=True), ["revise", "withdraw"]),
        (Eyes(staff="Sam", approves=True), ["approve", "reword", "refuse"]),
        (Eyes(staff="Sam"), []),
    ],
)
def test_a_waiting_proposal_offers_what_one_may(eyes: Eyes, acts: list[str]) -> None:
    """Its author changes it or takes it back, an approver decides, anybody else reads; nobody approves their own."""
    line = draw_proposal.line(PROPOSAL, eyes)
    assert [one["do"] for one in line["acts"]] == acts
    assert "nothing was sent" in line["state"]
    assert line["until"] is not None


@pytest.mark.parametrize("state", [ProposalState.REFUSED, ProposalState.LAPSED])
def test_a_closed_proposal_says_why_and_offers_nothing(state: ProposalState) -> None:
    """Who decided and why stands there; its author is told where the text is."""
    closed = replace(PROPOSAL, state=state, decided_by="Sam", reason="name the day")
    line = draw_proposal.line(closed, Eyes(staff="Kim", approves=True))
    assert line["acts"] == []
    assert line["reason"] == "Name the day."
    assert line["todo"] == "Its text is back in the composer."
    assert draw_proposal.line(closed, Eyes(staff="Sam", approves=True))["todo"] == ""


def test_an_approved_proposal_stands_with_its_reply() -> None:
    """It is no line of its own any more; the reply says who approved it."""
    approved = replace(PROPOSAL, state=ProposalState.APPROVED, decided_by="Sam", reply_id="r1")
    lines = merged(view(proposals=(approved,), replies=(reply(ReplyState.QUEUED),)), None)
    assert [line["type"] for line in lines] == ["item", "reply"]
    assert lines[-1]["words"] == "approved by Sam"


def test_a_stale_proposal_is_marked() -> None:
    """What was said since it was written is pointed at before anybody decides."""
    assert draw_proposal.line(replace(PROPOSAL, stale=True), Eyes())["stale"]
    assert not draw_proposal.line(PROPOSAL, Eyes())["stale"]


@pytest.mark.parametrize(("sends", "button"), [(True, "Post in public"), (False, "Send for approval")])
def test_the_composer_says_whether_it_is_sent_or_waits(sends: bool, button: str) -> None:
    """Who may not answer alone is never shown a button that says it is posted; notes are saved either way."""
    empty = dict.fromkeys(draw_composer.MODES, Draft(text="", nonce="n"))
    lengths = dict.fromkeys(draw_composer.MODES, TextLength(used=0, limit=280))
    data = draw_composer.composer(view(), empty, lengths, "Kim", None, sends=sends, colleagues=("Sam",))
    assert data["modes"][0]["button"] == button
    assert data["modes"][-1]["button"] == "Save note"
    assert data["approval"] is not sends
    assert data["mayAsk"] is sends


def test_the_headline_says_in_whose_queue_it_is() -> None:
    """Nobody's own, a conversation names its team; with an assignee it names that one."""
    assert "In the queue of Sales" in headline(view(team="Sales"), "Sam", NOW)["status"]
    assert headline(view(team="Sales", assignee="Sam"), "Sam", NOW)["status"][0] == "Yours"


def test_a_team_filter_stands_in_the_address() -> None:
    """A link to a team's queue opens that queue."""
    wanted = QueueFilter(team_id="t1")
    assert inbox_filter.from_query(inbox_filter.to_query(wanted)) == wanted
    assert inbox_filter.narrowed(wanted) == 1


def test_the_team_page_shows_who_is_there() -> None:
    """Away counts before at work; who may not change others changes themselves only."""
    person = Workload(
        staff="Sam",
        capacity=2,
        own_capacity=None,
        load=2,
        away_from=None,
        away_until=None,
        away=False,
        at_work=True,
        teams=("Sales",),
        version=0,
    )
    people = (person, replace(person, staff="Kim", away=True), replace(person, staff="Lou", at_work=False))
    team = Team(id="t", name="Sales", members=("Sam",), version=1, waiting=3)
    shown = TeamView(people=people, teams=(team,), rules=(), problems=("no team",), may_change=False, as_of=NOW)
    data = draw_team.board(shown, "Sam")
    json.dumps(data)
    assert [one["state"] for one in data["people"]] == ["At work", "Away", "Not here"]
    assert [one["change"] for one in data["people"]] == [True, False, False]
    assert [one["change"] for one in draw_team.board(replace(shown, may_change=True), "Sam")["people"]] == [True] * 3
    assert data["people"][0]["full"]
    assert data["off"]
    assert data["problems"] == ["No team."]

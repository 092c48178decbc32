"""What is due at the desk: countdown, breaches, escalations, figures; by a clock that is moved by hand."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from desk_kit import START, make_kit
from staff_kit import seed_staff

from social_listener.desk_types import QueueFilter, View
from social_listener.desk_types.team import Kind, Team
from social_listener.levels import Due
from social_listener.rights import Role
from social_listener.settings import ServiceLevelSettings
from social_listener.store import assignments, teams

if TYPE_CHECKING:
    from pathlib import Path

    from desk_kit import Kit

    from social_listener.desk_types.levels import DueLine, EscalationLine

HOUR = timedelta(hours=1)


def promise(kit: Kit, **levels: object) -> None:
    """Let other service levels hold from now on, as a restart with other settings does."""
    block = ServiceLevelSettings.model_validate(levels)
    kit.settings = kit.settings.model_copy(update={"service_levels": block})
    kit.again()


def due(kit: Kit, conversation: str) -> DueLine | None:
    """Return what is due in a conversation; its row in the queue tells the same."""
    shown = kit.desk.conversation(conversation, "ana").due
    rows = [
        row
        for view in (View.OPEN, View.SNOOZED)
        for row in kit.desk.queue(QueueFilter(view=view), "ana").rows
        if row.conversation_id == conversation
    ]
    assert [row.due for row in rows] in ([shown], [])
    return shown


def start(kit: Kit, author: str = "mara", priority: int = 40) -> str:
    """Let a customer begin a conversation; return it."""
    kit.sandbox.world.add_user(author)
    return kit.desk.conversation_of(kit.hear(kit.sandbox.world.post(author, "@fernhill hello?"), priority=priority))


def more(kit: Kit, conversation: str, author: str = "mara", priority: int = 40) -> str:
    """Let the customer write once more below their first post; return the item."""
    first = kit.sandbox.world.find(conversation.split(":")[1])
    return kit.hear(kit.sandbox.world.post(author, "@fernhill and?", reply_to=first), priority=priority)


def answer(kit: Kit, conversation: str) -> None:
    """Answer what presses most there, and send it."""
    kit.reply(kit.desk.conversation(conversation, "ana").focus_id)
    kit.outbox.deliver()


def version(kit: Kit, conversation: str) -> int:
    """Return the version to change a conversation by."""
    return kit.desk.conversation(conversation, "ana").version


def breached(kit: Kit) -> set[str]:
    """Return the breached conversations; their count says how many there are."""
    page = kit.desk.queue(QueueFilter(view=View.BREACHED), "ana")
    assert page.total == page.counts[View.BREACHED] == len(page.rows)
    return {row.conversation_id for row in page.rows}


# -- answers -----------------------------------------------------------------------------------------------------------


def test_an_answer_is_due_from_when_the_item_was_sent(kit: Kit) -> None:
    """The clock goes by the platform's time of the item, not by when we read it; how late that was stands apart."""
    post = kit.sandbox.world.post(kit.sandbox.world.add_user("mara").handle, "@fernhill where is it?")
    kit.pass_time(minutes=100)
    conversation = kit.desk.conversation_of(kit.hear(post))
    found = due(kit, conversation)
    assert found is not None
    assert (found.what, found.since, found.at) == (Due.ANSWER, START, START + HOUR)
    assert found.target == HOUR
    assert found.seen_at == START + timedelta(minutes=100)
    assert breached(kit) == {conversation}


def test_every_item_is_due_by_its_own_promise(kit: Kit) -> None:
    """Of several items that wait the one that is due first counts, be it the later one."""
    promise(kit, rules=[{"priority": "high", "first_answer": "10m"}])
    conversation = start(kit)
    kit.pass_time(minutes=5)
    more(kit, conversation, priority=75)
    found = due(kit, conversation)
    assert found is not None
    assert (found.since, found.at) == (START + timedelta(minutes=5), START + timedelta(minutes=15))
    kit.pass_time(minutes=1)
    private = kit.desk.conversation_of(kit.message(author="ben"))
    line = due(kit, private)
    assert line is not None
    assert line.at - line.since == timedelta(minutes=30)


def test_an_answer_ends_its_clock(kit: Kit) -> None:
    """After our answer nothing is due until the customer writes again; then from that item on."""
    conversation = start(kit)
    answer(kit, conversation)
    assert due(kit, conversation) is None
    kit.pass_time(hours=5)
    assert breached(kit) == set()
    more(kit, conversation)
    found = due(kit, conversation)
    assert found is not None
    assert found.since == START + 5 * HOUR


def test_snoozing_hides_no_breach(kit: Kit) -> None:
    """Who snoozes while a customer waits does not stop the clock: it is breached, snoozed or not."""
    conversation = start(kit)
    kit.desk.snooze(conversation, "ana", kit.now() + 9 * HOUR, version(kit, conversation))
    kit.pass_time(minutes=59)
    assert breached(kit) == set()
    kit.pass_time(minutes=1)
    assert breached(kit) == {conversation}


def test_what_was_resolved_without_an_answer_starts_no_clock_again(kit: Kit) -> None:
    """Thanks that were resolved unanswered are settled: when the customer comes back, only the new item is due."""
    conversation = start(kit)
    kit.desk.resolve(conversation, "ana", version(kit, conversation))
    assert due(kit, conversation) is None
    kit.pass_time(hours=50)
    more(kit, conversation)
    found = due(kit, conversation)
    assert found is not None
    assert found.since == START + 50 * HOUR
    assert breached(kit) == set()


def test_who_reopens_owes_what_waited(kit: Kit) -> None:
    """When staff take a resolve back, what waited is due as it was."""
    conversation = start(kit)
    before = due(kit, conversation)
    kit.pass_time(minutes=10)
    kit.desk.resolve(conversation, "ana", version(kit, conversation))
    kit.desk.reopen(conversation, "ana", version(kit, conversation))
    assert due(kit, conversation) == before


def test_a_clock_ahead_is_taken_into_account(kit: Kit) -> None:
    """Items carry the platform's time; where our clock is behind, what is shown as due is moved by as much."""
    conversation = start(kit)
    ahead = timedelta(minutes=7)
    with kit.store.transaction() as cursor:
        cursor.execute(
            "INSERT INTO raw_pages VALUES ('p', 'main/mentions', ?, ?, 1, '', ''::BLOB)", [kit.now(), kit.now() + ahead]
        )
    kit.again()
    found = due(kit, conversation)
    assert found is not None
    assert found.at == START + HOUR - ahead
    kit.pass_time(minutes=54)
    assert breached(kit) == {conversation}


# -- resolutions -------------------------------------------------------------------------------------------------------


def test_a_resolution_is_due_once_the_answer_is_given(kit: Kit) -> None:
    """Answered and open, its resolution is due, from the customer's first item on; resolved, nothing is."""
    promise(kit, resolution={"public": "8h"})
    conversation = start(kit)
    kit.pass_time(minutes=30)
    answer(kit, conversation)
    found = due(kit, conversation)
    assert found is not None
    assert (found.what, found.since, found.at, found.seen_at) == (Due.RESOLUTION, START, START + 8 * HOUR, None)
    kit.pass_time(hours=8)
    assert breached(kit) == {conversation}
    kit.desk.resolve(conversation, "ana", version(kit, conversation))
    assert due(kit, conversation) is None


def test_the_resolution_waits_while_the_customer_is_to_answer(kit: Kit) -> None:
    """Answered and snoozed, it is their turn: the clock stands, and goes on when they write or the snooze ends."""
    promise(kit, resolution={"public": "8h"})
    conversation = start(kit)
    kit.pass_time(hours=1)
    answer(kit, conversation)
    kit.desk.snooze(conversation, "ana", kit.now() + 100 * HOUR, version(kit, conversation))
    found = due(kit, conversation)
    assert found is not None
    assert found.at == START + 101 * HOUR + 7 * HOUR
    kit.pass_time(hours=20)
    answer_due = more(kit, conversation)
    assert answer_due
    answer(kit, conversation)
    found = due(kit, conversation)
    assert found is not None
    assert (found.what, found.at) == (Due.RESOLUTION, START + 21 * HOUR + 7 * HOUR)


def test_a_snooze_that_ended_by_itself_let_the_clock_go_on(kit: Kit) -> None:
    """Nobody has to touch it: from the end of the snooze on the clock runs."""
    promise(kit, resolution={"public": "8h"})
    conversation = start(kit)
    kit.pass_time(hours=1)
    answer(kit, conversation)
    kit.desk.snooze(conversation, "ana", kit.now() + 10 * HOUR, version(kit, conversation))
    kit.pass_time(hours=12)
    kit.desk.reopen(conversation, "ana", version(kit, conversation))
    found = due(kit, conversation)
    assert found is not None
    assert found.at == START + 11 * HOUR + 7 * HOUR


def test_reopening_goes_on_and_coming_back_begins_anew(kit: Kit) -> None:
    """Time while it was resolved does not count; a customer who comes back has a whole resolution before them."""
    promise(kit, resolution={"public": "8h"})
    conversation = start(kit)
    answer(kit, conversation)
    kit.pass_time(hours=1)
    kit.desk.resolve(conversation, "ana", version(kit, conversation))
    kit.pass_time(hours=30)
    kit.desk.reopen(conversation, "ana", version(kit, conversation))
    found = due(kit, conversation)
    assert found is not None
    assert found.at == START + 31 * HOUR + 7 * HOUR
    kit.desk.resolve(conversation, "ana", version(kit, conversation))
    kit.pass_time(hours=9)
    more(kit, conversation)
    answer(kit, conversation)
    found = due(kit, conversation)
    assert found is not None
    assert found.at == START + 40 * HOUR + 8 * HOUR


# -- hours, and other settings -----------------------------------------------------------------------------------------

OFFICE = {
    "name": "office",
    "zone": "Europe/Berlin",
    "hours": {"mon": "09:00-17:00", "tue": "09:00-17:00"},
    "accounts": ["main"],
}


def test_only_opening_time_counts_and_new_settings_hold_for_what_waits(kit: Kit) -> None:
    """Monday 10:00 in Berlin and 8 hours promised: an hour is left for Tuesday; without hours it was due at 18:00."""
    promise(kit, first_answer={"public": "8h"})
    conversation = start(kit)
    before = due(kit, conversation)
    assert before is not None
    assert before.at == START + 8 * HOUR
    promise(kit, first_answer={"public": "8h"}, calendars=[OFFICE])
    found = due(kit, conversation)
    assert found is not None
    assert found.at == datetime(2026, 11, 3, 9, 0, tzinfo=UTC)
    assert found.target == 8 * HOUR


def test_waiting_counts_by_what_is_due(kit: Kit) -> None:
    """A priority grows by the share of the way to when it is due, in the queue's order as in the conversation."""
    promise(kit, first_answer={"public": "8h"}, rules=[{"priority": "high", "first_answer": "30m"}])
    slow, fast = start(kit, "a", 69), start(kit, "b", 70)
    kit.pass_time(minutes=15)
    rows = {row.conversation_id: row for row in kit.desk.queue(QueueFilter(), "ana").rows}
    assert (rows[slow].priority, rows[fast].priority) == (69, 77)
    assert kit.desk.conversation(fast, "ana").priority == 77
    assert any("15 min for an answer, within the 30 min" in reason for reason in rows[fast].reasons)
    kit.pass_time(hours=7, minutes=45)
    assert [row.conversation_id for row in kit.desk.queue(QueueFilter(), "ana").rows] == [fast, slow]
    assert rows.keys() == {slow, fast}


@pytest.mark.parametrize(("minutes", "found"), [(15, set()), (50, {"a"}), (60, {"a", "b"})])
def test_what_is_due_within_a_time_is_found(kit: Kit, minutes: int, found: set[str]) -> None:
    """The filter leaves what is due by then, late ones included, and counts go by it; resolved ones never are."""
    names = {start(kit, "a"): "a"}
    kit.pass_time(minutes=10)
    names[start(kit, "b")] = "b"
    answered = start(kit, "c")
    answer(kit, answered)
    wanted = QueueFilter(due_within=timedelta(minutes=minutes))
    page = kit.desk.queue(wanted, "ana")
    assert {names[row.conversation_id] for row in page.rows} == found
    assert page.total == len(found)
    assert page.counts[View.RESOLVED] == 0
    kit.pass_time(hours=9)
    assert kit.desk.queue(wanted, "ana").total == 2


# -- escalation --------------------------------------------------------------------------------------------------------


def told(kit: Kit, conversation: str) -> list[tuple[str, tuple[str, ...]]]:
    """Return which steps were told, to whom, oldest first."""
    lines: tuple[EscalationLine, ...] = kit.desk.conversation(conversation, "ana").escalations
    return [(line.step, line.told) for line in reversed(lines)]


def waiting_for(kit: Kit, staff: str) -> int:
    """Return how many escalations wait for somebody as notifications."""
    return sum(line.kind is Kind.ESCALATION for line in kit.desk.team.notifications(staff).lines)


def test_somebody_is_told_before_it_is_late_and_when_it_is(kit: Kit) -> None:
    """At three quarters of the time who has it is told, at its end everybody; each once, however often it is asked."""
    conversation = start(kit)
    kit.desk.assign(conversation, "ana", "ben", version(kit, conversation))
    kit.pass_time(minutes=44)
    assert kit.desk.levels.escalate() == 0
    kit.pass_time(minutes=1)
    assert [kit.desk.levels.escalate() for _ in range(3)] == [1, 0, 0]
    assert told(kit, conversation) == [("soon", ("ben",))]
    assert (waiting_for(kit, "ana"), waiting_for(kit, "ben")) == (0, 1)
    kit.pass_time(minutes=15)
    assert [kit.desk.levels.escalate() for _ in range(3)] == [1, 0, 0]
    assert told(kit, conversation) == [("soon", ("ben",)), ("late", ("ben", "ana"))]
    assert (waiting_for(kit, "ana"), waiting_for(kit, "ben")) == (1, 2)
    health = kit.desk.health()
    assert (health.breached, [line.step for line in health.escalations]) == (1, ["late", "soon"])
    with kit.store.read() as cursor:
        verbs = cursor.execute("SELECT verb FROM audit_events WHERE staff = 'system' ORDER BY rowid").fetchall()
    assert verbs == [("escalation.soon",), ("escalation.late",)]


def test_nobody_has_it_so_everybody_is_told(kit: Kit) -> None:
    """An unassigned conversation that is due soon is everybody's."""
    conversation = start(kit)
    kit.pass_time(minutes=45)
    kit.desk.levels.escalate()
    assert told(kit, conversation) == [("soon", ("ana", "ben"))]


def test_its_team_is_told_when_nobody_has_it(kit: Kit) -> None:
    """What lies in a team's queue is that team's; who leads hears of it once it is late."""
    conversation = start(kit)
    with kit.store.transaction() as cursor:
        teams.insert(cursor, Team(id="t", name="Refunds", members=("ben",), version=1), kit.now())
        assignments.give_team(cursor, conversation, "t")
    kit.pass_time(minutes=45)
    kit.desk.levels.escalate()
    kit.pass_time(minutes=15)
    kit.desk.levels.escalate()
    assert told(kit, conversation) == [("soon", ("ben",)), ("late", ("ben", "ana"))]


def test_a_restart_tells_nobody_twice_and_forgets_nobody(kit: Kit) -> None:
    """What was told before a restart is not told again; what came due while nothing ran is told once, as late."""
    first = start(kit, "a")
    kit.pass_time(minutes=45)
    kit.desk.levels.escalate()
    second = start(kit, "b")
    kit.again()
    assert kit.desk.levels.escalate() == 0
    kit.pass_time(hours=3)
    kit.again()
    assert kit.desk.levels.escalate() == 2
    kit.again()
    assert kit.desk.levels.escalate() == 0
    assert [step for step, _ in told(kit, first)] == ["soon", "late"]
    assert [step for step, _ in told(kit, second)] == ["late"]


def test_each_waiting_period_is_told_by_itself(kit: Kit) -> None:
    """After our answer and the customer's next item the steps begin anew; other settings alone tell nobody again."""
    conversation = start(kit)
    kit.pass_time(minutes=61)
    kit.desk.levels.escalate()
    answer(kit, conversation)
    more(kit, conversation)
    assert kit.desk.levels.escalate() == 0
    kit.pass_time(minutes=45)
    assert kit.desk.levels.escalate() == 1
    promise(kit, first_answer={"public": "2h"})
    kit.pass_time(minutes=44)
    assert kit.desk.levels.escalate() == 0
    kit.pass_time(minutes=31)
    assert kit.desk.levels.escalate() == 1
    assert [step for step, _ in told(kit, conversation)] == ["late", "soon", "late"]


def test_the_warning_goes_by_opening_time(kit: Kit) -> None:
    """Three quarters of eight hours are six: told on Monday at 16:00 in Berlin, not at night."""
    promise(kit, first_answer={"public": "8h"}, calendars=[OFFICE], warn_at=0.75)
    conversation = start(kit)
    kit.pass_time(hours=5, minutes=59)
    assert kit.desk.levels.escalate() == 0
    kit.pass_time(minutes=1)
    assert kit.desk.levels.escalate() == 1
    kit.pass_time(hours=17, minutes=59)
    assert kit.desk.levels.escalate() == 0
    kit.pass_time(minutes=1)
    assert kit.desk.levels.escalate() == 1
    assert [step for step, _ in told(kit, conversation)] == ["soon", "late"]


# -- figures -----------------------------------------------------------------------------------------------------------


@pytest.mark.long
def test_the_share_of_answers_in_time_is_what_counting_gives(kit: Kit) -> None:
    """Every day's figures are those of going through the items one by one; a deleted item counts nowhere."""
    promise(kit, first_answer={"public": "6h"}, rules=[{"priority": "high", "first_answer": "1h"}])
    expected: Counter[tuple[date, str]] = Counter()
    for number in range(24):
        sent = kit.now()
        target = HOUR if number % 3 == 0 else 6 * HOUR
        conversation = start(kit, f"c{number}", 80 if number % 3 == 0 else 50)
        after = timedelta(minutes=[20, 100, 500, 0][number % 4])
        if after:
            kit.pass_time(minutes=after.total_seconds() / 60)
            answer(kit, conversation)
        in_time = timedelta(0) < after <= target
        day = (kit.now() if in_time else sent + target).date()
        expected[day, "within" if in_time else "late" if after else "missing"] += 1
    kit.pass_time(hours=7)
    gone = kit.desk.conversation_of(kit.mention(author="gone"))
    item = kit.desk.conversation(gone, "ana").focus_id
    with kit.store.transaction() as cursor:
        cursor.execute("UPDATE interactions SET deleted_at = sent_at WHERE id = ?", [item])
    kit.pass_time(hours=7)
    days = [START.date() + timedelta(days=number) for number in range(8)]
    found = kit.desk.levels.answered(days[0], days[-1], "ana")
    assert [one.day for one in found] == days
    for one in found:
        counted = {name: expected[one.day, name] for name in ("within", "late", "missing")}
        assert {"within": one.within, "late": one.late, "missing": one.missing} == counted
        total = sum(counted.values())
        assert one.share == (counted["within"] / total if total else None)
    assert sum(expected.values()) == 24


def test_what_was_resolved_in_time_without_an_answer_is_not_missing(kit: Kit) -> None:
    """Thanks that need no answer spoil no figures, unless they were resolved only after an answer was due."""
    early, late = start(kit, "a"), start(kit, "b")
    kit.desk.resolve(early, "ana", version(kit, early))
    kit.pass_time(hours=2)
    kit.desk.resolve(late, "ana", version(kit, late))
    (figures,) = kit.desk.levels.answered(START.date(), START.date(), "ana")
    assert (figures.within, figures.late, figures.missing) == (0, 0, 1)


def test_health_tells_of_ones_own_accounts_only(tmp_path: Path) -> None:
    """Neither the number of what is breached nor who was told shows anything of an account that is not theirs."""
    kit = make_kit(tmp_path, accounts=("main", "other"))
    seed_staff(kit.desk, "mo", role=Role.MARKETER, accounts=frozenset({"other"}))
    kit.mention(author="mara")
    kit.mention(author="ben", account="other")
    kit.pass_time(hours=3)
    kit.desk.levels.escalate()
    whole, theirs = kit.desk.health(), kit.desk.health("mo")
    assert (whole.breached, theirs.breached) == (2, 1)
    assert {line.account_id for line in whole.escalations} == {"main", "other"}
    assert {line.account_id for line in theirs.escalations} == {"other"}
    kit.close()

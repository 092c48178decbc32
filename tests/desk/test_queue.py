from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from social_listener.desk_types import QueueFilter, View
from social_listener.errors import Conflict, DeskError
from social_listener.model import ReplyState, SentimentLabel
from social_listener.store import answers, queue_upkeep, search_log

if TYPE_CHECKING:
    from desk_kit import Kit


def mention(kit: Kit, author: str, priority: int, text: str = "@fernhill hello?") -> str:
    """Let a customer post something of a known priority; return the conversation."""
    kit.sandbox.world.add_user(author)
    item = kit.hear(kit.sandbox.world.post(author, text), priority=priority)
    return kit.desk.conversation_of(item)


def read_whole(kit: Kit, wanted: QueueFilter, limit: int) -> list[str]:
    """Read a list stretch by stretch to its end."""
    found: list[str] = []
    page = kit.desk.queue(wanted, "ana", limit=limit)
    found += [row.conversation_id for row in page.rows]
    while page.next is not None:
        page = kit.desk.queue(wanted, "ana", limit=limit, after=page.next)
        found += [row.conversation_id for row in page.rows]
    return found


def test_the_most_pressing_stands_first(kit: Kit) -> None:
    """The queue goes by priority, and of equal ones the longest waiting stands first."""
    low, first, second = mention(kit, "a", 20), mention(kit, "b", 60), mention(kit, "c", 60)
    assert kit.waiting() == [first, second, low]


def test_waiting_lifts(kit: Kit) -> None:
    """Who waits rises without any row being written, by at most what the weights say, and never above 100."""
    old = mention(kit, "a", 40)
    kit.pass_time(hours=3)
    new = mention(kit, "b", 60)
    top = mention(kit, "c", 95)
    revision = kit.store.revision
    rows = {row.conversation_id: row for row in kit.desk.queue(QueueFilter(), "ana").rows}
    assert rows[old].priority == 70
    assert any("3 h" in reason and "1 h" in reason for reason in rows[old].reasons)
    assert kit.waiting() == [top, old, new]
    kit.pass_time(hours=5)
    assert [row.priority for row in kit.desk.queue(QueueFilter(), "ana").rows] == [100, 90, 70]
    assert kit.store.revision == revision


def test_what_is_shown_is_what_it_is_sorted_by(kit: Kit) -> None:
    """The priority in a row, in the conversation and in the order of the queue are one and the same."""
    for number in range(12):
        mention(kit, f"c{number}", (number * 37) % 90)
        kit.pass_time(minutes=7)
    rows = kit.desk.queue(QueueFilter(), "ana").rows
    assert [row.priority for row in rows] == sorted((row.priority for row in rows), reverse=True)
    for row in rows:
        view = kit.desk.conversation(row.conversation_id, "ana")
        assert (view.priority, view.focus_id, view.waiting_since) == (row.priority, row.item_id, row.waiting_since)
        assert int(sum(factor.points for factor in view.factors) + 0.5) in {row.priority, row.priority + 1}


def test_views_and_their_counts(kit: Kit) -> None:
    """Each view holds what its name says, and its count is the number of its conversations."""
    waits, mine, snoozed, resolved, answered = (mention(kit, name, 40) for name in "abcde")
    version = {one: kit.desk.conversation(one, "ana").version for one in (mine, snoozed, resolved)}
    kit.desk.assign(mine, "ana", "ana", version[mine])
    kit.desk.snooze(snoozed, "ana", kit.now() + timedelta(hours=1), version[snoozed])
    kit.desk.resolve(resolved, "ana", version[resolved])
    item = kit.desk.conversation(answered, "ana").focus_id
    kit.reply(item)
    kit.outbox.deliver()
    expected = {
        View.WAITING: {waits, mine},
        View.BREACHED: set(),
        View.OPEN: {waits, mine, answered},
        View.MINE: {mine},
        View.UNASSIGNED: {waits, answered},
        View.IN_DOUBT: set(),
        View.SNOOZED: {snoozed},
        View.RESOLVED: {resolved},
        View.TO_APPROVE: set(),
        View.SPAM: set(),
    }
    for view, conversations in expected.items():
        page = kit.desk.queue(QueueFilter(view=view), "ana")
        assert {row.conversation_id for row in page.rows} == conversations, view
        assert page.total == len(conversations)
        assert page.counts == {name: len(found) for name, found in expected.items()}
    assert kit.desk.queue(QueueFilter(view=View.MINE), "ben").rows == ()


def test_a_snooze_ends_by_itself(kit: Kit) -> None:
    """When its time has come a snoozed conversation is open again."""
    conversation = mention(kit, "a", 40)
    kit.desk.snooze(
        conversation, "ana", kit.now() + timedelta(hours=1), kit.desk.conversation(conversation, "ana").version
    )
    assert kit.waiting() == []
    kit.pass_time(hours=1)
    assert kit.waiting() == [conversation]


def test_filters(kit: Kit) -> None:
    """Every filter leaves what it names and nothing else, in each view."""
    public, private = mention(kit, "a", 40), kit.desk.conversation_of(kit.message(author="b"))
    cases = {
        QueueFilter(private=True): {private},
        QueueFilter(private=False): {public},
        QueueFilter(channel="x", account_id="main", stream_id="main/mentions"): {public, private},
        QueueFilter(channel="facebook"): set(),
        QueueFilter(account_id="other"): set(),
        QueueFilter(stream_id="main/search"): set(),
        QueueFilter(sentiment=SentimentLabel.NEGATIVE, language="en"): {public, private},
        QueueFilter(sentiment=SentimentLabel.POSITIVE): set(),
        QueueFilter(language="de"): set(),
        QueueFilter(assignee="ben"): set(),
    }
    for wanted, expected in cases.items():
        assert {row.conversation_id for row in kit.desk.queue(wanted, "ana").rows} == expected, wanted
    for conversation in (public, private):
        kit.desk.resolve(conversation, "ana", kit.desk.conversation(conversation, "ana").version)
    for wanted, expected in cases.items():
        fields = {name: getattr(wanted, name) for name in wanted.__slots__}
        page = kit.desk.queue(QueueFilter(**{**fields, "view": View.RESOLVED}), "ana")
        assert {row.conversation_id for row in page.rows} == expected, wanted
        assert (page.total, page.counts[View.RESOLVED]) == (len(expected), len(expected))


@pytest.mark.thinned(3)
@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("ORDER", {"a"}),
        ("order hello", {"a"}),
        ("hello", {"a", "b"}),
        ("mara_one", {"a"}),
        ("@MARA_ONE order", {"a"}),
        ("100%", {"b"}),
        ("%", {"a", "b", "c"}),
        ("nothing like it", set()),
        ("hel", {"a", "b"}),
        ("hel ", set()),
        ("   ", {"a", "b", "c"}),
    ],
)
def test_search_finds_words_names_and_handles(kit: Kit, words: str, found: set[str]) -> None:
    """Every word has to be found, upper or lower case; the last one may still be typed; signs alone ask for nothing."""
    texts = {"a": ("mara_one", "hello, my order 5?"), "b": ("ben_two", "hello 100% sure"), "c": ("cleo", "hallo")}
    ids = {}
    for key, (author, text) in texts.items():
        kit.sandbox.world.add_user(author)
        ids[kit.desk.conversation_of(kit.hear(kit.sandbox.world.post(author, text)))] = key
    page = kit.desk.queue(QueueFilter(search=words), "ana")
    assert {ids[row.conversation_id] for row in page.rows} == found
    assert page.total == len(found)
    for conversation in ids:
        kit.desk.resolve(conversation, "ana", kit.desk.conversation(conversation, "ana").version)
    page = kit.desk.queue(QueueFilter(search=words, view=View.RESOLVED), "ana")
    assert {ids[row.conversation_id] for row in page.rows} == found


def test_a_long_queue_is_read_in_stretches(kit: Kit) -> None:
    """Stretch after stretch, every conversation comes once, in the order of the whole."""
    whole = [mention(kit, f"c{number}", number) for number in range(7)][::-1]
    assert read_whole(kit, QueueFilter(), limit=3) == whole


def test_a_reply_on_its_way_is_seen_in_the_queue(kit: Kit) -> None:
    """A row tells of the reply that presses most: in doubt before queued."""
    item = kit.mention()
    assert kit.desk.queue(QueueFilter(), "ana").rows[0].pending is None
    kit.channels["main"].behaviours.append("unsure_not_taken")
    kit.reply(item)
    kit.desk.reply_private(item, "Hi", "ana", nonce="p", undo=timedelta(hours=1))
    assert kit.desk.queue(QueueFilter(), "ana").rows[0].pending is ReplyState.QUEUED
    kit.outbox.deliver()
    assert kit.desk.queue(QueueFilter(), "ana").rows[0].pending is ReplyState.IN_DOUBT


def test_a_reply_that_did_not_go_out_is_seen_in_the_queue(kit: Kit) -> None:
    """Until another one is given: what was refused before that is settled."""
    item = kit.mention()
    kit.channels["main"].behaviours.append("rejected")
    kit.reply(item)
    kit.outbox.deliver()
    assert kit.desk.queue(QueueFilter(), "ana").rows[0].pending is ReplyState.REJECTED
    kit.pass_time(seconds=1)
    kit.reply(item, "Once more.")
    assert kit.desk.queue(QueueFilter(), "ana").rows[0].pending is ReplyState.QUEUED
    kit.outbox.deliver()
    assert kit.desk.queue(QueueFilter(view=View.OPEN), "ana").rows[0].pending is None


def test_a_reply_that_waits_for_approval_is_seen_in_the_queue(kit: Kit) -> None:
    """From the moment it is proposed until somebody decides."""
    item = kit.mention()
    assert not kit.desk.queue(QueueFilter(), "ana").rows[0].proposed
    proposal = kit.desk.team.propose(item, "May I say this?", "ana", "one", private=False)
    assert kit.desk.queue(QueueFilter(), "ana").rows[0].proposed
    kit.desk.team.withdraw(proposal.id, "ana", proposal.version)
    assert not kit.desk.queue(QueueFilter(), "ana").rows[0].proposed


# -- what staff do to conversations ------------------------------------------------------------------------------------


def test_who_acts_on_an_older_view_is_told(kit: Kit) -> None:
    """Assigning, snoozing, resolving and reopening go by the version seen; an older one is a conflict."""
    conversation = mention(kit, "a", 40)
    version = kit.desk.conversation(conversation, "ana").version
    newer = kit.desk.assign(conversation, "ana", "ben", version)
    for change in (
        lambda: kit.desk.assign(conversation, "ben", None, version),
        lambda: kit.desk.snooze(conversation, "ben", kit.now() + timedelta(hours=1), version),
        lambda: kit.desk.resolve(conversation, "ben", version),
        lambda: kit.desk.reopen(conversation, "ben", version),
    ):
        with pytest.raises(Conflict, match="meanwhile"):
            change()
    newer = kit.desk.resolve(conversation, "ben", newer)
    newer = kit.desk.reopen(conversation, "ben", newer)
    assert kit.desk.conversation(conversation, "ben").version == newer
    assert kit.waiting() == [conversation]


def test_only_people_who_work_here_are_assigned(kit: Kit) -> None:
    """Another name is refused with those that are known."""
    conversation = mention(kit, "a", 40)
    with pytest.raises(DeskError, match="ana, ben"):
        kit.desk.assign(conversation, "ana", "nobody", 1)
    assert kit.desk.conversation(conversation, "ana").assignee is None


def test_snoozing_into_the_past_is_refused(kit: Kit) -> None:
    """A snooze needs a time to come, with a time zone."""
    conversation = mention(kit, "a", 40)
    for until in (kit.now(), kit.now() - timedelta(hours=1), kit.now().replace(tzinfo=None) + timedelta(days=1)):
        with pytest.raises(DeskError, match="still to come"):
            kit.desk.snooze(conversation, "ana", until, 1)


def test_everything_done_is_in_the_audit(kit: Kit) -> None:
    """Each change names who did it and to what, without the words of customers."""
    conversation = mention(kit, "a", 40, "my secret story")
    version = kit.desk.assign(conversation, "ana", "ben", kit.desk.conversation(conversation, "ana").version)
    version = kit.desk.snooze(conversation, "ben", kit.now() + timedelta(hours=1), version)
    version = kit.desk.resolve(conversation, "ben", version)
    kit.desk.reopen(conversation, "ana", version)
    kit.desk.note(conversation, "VIP", "ana")
    with kit.store.read() as cursor:
        rows = cursor.execute("SELECT staff, verb, object_id, details FROM audit_events ORDER BY rowid").fetchall()
    assert [row[:3] for row in rows] == [
        ("ana", "conversation.assigned", conversation),
        ("ben", "conversation.snoozed", conversation),
        ("ben", "conversation.resolved", conversation),
        ("ana", "conversation.open", conversation),
        ("ana", "conversation.noted", conversation),
    ]
    assert "secret" not in str(rows)


def test_reasons_follow_a_rewording(kit: Kit) -> None:
    """What the queue remembers of an item's factors is forgotten when the item says something else."""
    item = kit.mention()
    assert kit.desk.queue(QueueFilter(), "ana").rows[0].reasons == ("complains",)
    with kit.store.transaction() as cursor:
        cursor.execute(
            "UPDATE scores SET factors = replace(factors, 'complains', 'threatens') WHERE interaction_id = ?", [item]
        )
        conversation = kit.desk.conversation_of(item)
        answers.touch(cursor, conversation, kit.now())
        queue_upkeep.refresh(cursor, [conversation], kit.now())
    assert kit.desk.queue(QueueFilter(), "ana").rows[0].reasons == ("threatens",)


def test_a_time_zone_that_nobody_here_knows_hides_no_list(kit: Kit) -> None:
    """A browser may be newer than this machine's list of zones: days are those of UTC then."""
    item = kit.mention()
    rows = kit.desk.queue(QueueFilter(search="since:2020", zone="Mars/Olympus_Mons"), "ana").rows
    assert [row.item_id for row in rows] == [item]


@pytest.mark.thinned(3)
@pytest.mark.parametrize(
    ("asked", "found"),
    [
        *(("since:2020", 1), ("after:2020", 1), ("before:2027", 1), ("until:2027", 1), ("on:2026", 1)),
        *(("since:2027", 0), ("after:2026", 0), ("before:2020", 0), ("on:2020", 0), ("order since:2020", 1)),
    ],
)
def test_a_day_may_bound_one_side_only(kit: Kit, asked: str, found: int) -> None:
    """What was said since, after, before, until or on a day is found, with words and without."""
    kit.mention(text="@fernhill where is my order?")
    assert len(kit.desk.queue(QueueFilter(search=asked), "ana").rows) == found


def test_a_search_says_where_it_found_more_than_it_counts(kit: Kit) -> None:
    """Of resolved ones the newest thousand are counted beside another view; where they are listed, two thousand are."""
    item = kit.mention(text="@fernhill where is my order?")
    conversation = kit.desk.conversation_of(item)
    with kit.store.transaction() as cursor:
        copies = "FROM {}, range(1001) AS numbers(n) WHERE {} = ?"
        cursor.execute(
            "INSERT INTO interactions SELECT interactions.* REPLACE (id || '-' || n AS id,"
            f" conversation_id || '-' || n AS conversation_id) {copies.format('interactions', 'conversation_id')}",
            [conversation],
        )
        cursor.execute(
            "INSERT INTO conversations SELECT conversations.* REPLACE (id || '-' || n AS id, 'resolved' AS status)"
            f" {copies.format('conversations', 'id')}",
            [conversation],
        )
        search_log.touch(cursor, [f"{conversation}-{n}" for n in range(1001)])
    here = kit.desk.queue(QueueFilter(search="order"), "ana")
    assert here.search is not None
    assert (here.total, here.search.cut, here.search.cut_elsewhere) == (1, False, True)
    assert here.counts[View.RESOLVED] == 1000
    there = kit.desk.queue(QueueFilter(search="order", view=View.RESOLVED), "ana")
    assert there.search is not None
    assert (there.total, there.search.cut, there.search.cut_elsewhere) == (1001, False, False)

"""Spikes at the desk: found in minutes, told to whoever leads, with why, seen by whoever may see the account."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from desk_kit import Kit, make_kit
from spike_house import FIRST, MINUTE, NOW, day, house, play, told
from spike_kit import Post, listen, ordinary, outage, store_posts
from staff_kit import seed_staff

from social_listener.desk_types.spikes import Basis, Severity, SpikeKind
from social_listener.errors import DeskError, NotPermitted
from social_listener.rights import Role
from social_listener.store import spikes as table


@pytest.fixture
def kit(tmp_path: Path) -> Iterator[Kit]:
    """Return a desk with one account."""
    made = house(tmp_path)
    yield made
    made.close()


def test_an_outage_is_told_in_minutes_with_why_and_ends(kit: Kit) -> None:
    """Six times the usual is told within ten minutes, in one sentence, once; what it is about stands in it."""
    since = kit.now() + 30 * MINUTE
    found = play(kit, [*day(kit), *outage(since, 70, 180)], 95)
    assert len(found) == 1
    assert timedelta(0) < found[0] - since <= 10 * MINUTE
    (spike,) = kit.desk.spikes.current("ana")
    assert (spike.kind, spike.severity, spike.basis, spike.weeks) == (
        SpikeKind.MANY_VOICES,
        Severity.CRISIS,
        Basis.WEEK,
        8,
    )
    assert abs(spike.began_at - since) <= 5 * MINUTE
    assert 4 < spike.times < 9
    assert {"payment", "declined"} & {part for one in spike.why.words[:2] for part in one.word.split()}
    assert len(told(kit, "ana")) == 1
    for part in ("times as much as is usual on Mondays at", "within an hour", "% negative", "declined"):
        assert part in spike.words
    assert told(kit, "ana") == [spike.words]
    view = kit.desk.spikes.one(spike.id, "ana")
    assert {one.item_id for one in spike.why.best} <= {one.id for one in view.items}
    assert max(one.items or 0 for one in view.course) > 3 * max(one.usual or 0 for one in view.course)
    play(kit, day(kit, 78), 120, step=5)
    (ended,) = kit.desk.spikes.current("ana")
    assert ended.id == spike.id
    assert ended.ended_at is not None
    assert abs(ended.ended_at - since - 70 * MINUTE) <= 75 * MINUTE
    assert ended.negative >= 0.8 * 180


@pytest.mark.long
def test_an_ordinary_morning_tells_nobody(kit: Kit) -> None:
    """From ten at night to noon of the next day nothing is found, at every quarter of an hour."""
    kit.pass_time(hours=12)
    assert play(kit, ordinary(kit.now(), kit.now() + timedelta(hours=14), 20, 9), 14 * 60, step=15) == []
    assert kit.desk.spikes.current("ana") == ()
    assert told(kit, "ana") == []


@pytest.mark.long
def test_a_wave_of_copies_is_told_as_such(kit: Kit) -> None:
    """The same text from accounts that joined yesterday is no crisis, however negative; its accounts are counted."""
    since = kit.now() + 5 * MINUTE
    bots = [
        Post(
            since + at * MINUTE / 3,
            f"bot{at}",
            f"Fernhill stole {at} dollars from my own poor sister, shame",
            "negative",
            None,
            at % 3,
            NOW - timedelta(days=1),
        )
        for at in range(120)
    ]
    play(kit, [*day(kit), *bots], 45)
    (spike,) = kit.desk.spikes.current("ana")
    assert (spike.kind, spike.severity) == (SpikeKind.COPIES, Severity.COPIES)
    assert spike.words.startswith("A wave of copies")
    assert spike.why.thin > 0.7


@pytest.mark.long
def test_a_complaint_that_goes_round_hangs_on_one_post(kit: Kit) -> None:
    """Most hangs below one thread: the sentence says so, and the thread is named."""
    since = kit.now() + 5 * MINUTE
    below = [replace_thread(one, "x:viral") for one in outage(since, 50, 150, 5)]
    play(kit, [*day(kit), *below], 60)
    (spike,) = kit.desk.spikes.current("ana")
    assert spike.kind is SpikeKind.ONE_POST
    assert spike.why.threads[0].id == "x:viral"
    assert "hang on one post" in spike.words


def replace_thread(one: Post, thread: str) -> Post:
    """Return a post in another thread."""
    return one._replace(thread=thread)


@pytest.mark.long
def test_silence_is_a_lull_only_while_everything_is_polled_well(kit: Kit) -> None:
    """Nothing for hours is kept as a lull and rings no bell; where polls fail it is Health's matter and no lull."""
    play(kit, [], 240, step=5)
    (lull,) = kit.desk.spikes.current("ana")
    assert lull.kind is SpikeKind.LULL
    assert told(kit, "ana") == []
    play(kit, day(kit), 60, step=5)
    assert [one.ended_at is not None for one in kit.desk.spikes.past(NOW, kit.now(), "ana")] == [True]


@pytest.mark.long
@pytest.mark.parametrize(("an_hour", "lulls"), [(8, 1), (20, 2)])
def test_a_lull_of_days_is_one(kit: Kit, an_hour: int, lulls: int) -> None:
    """A little more between, as by night, does not part it, though it is told as ended then; hours as usual do."""
    play(kit, [], 8 * 60, step=15)
    play(kit, ordinary(kit.now(), kit.now() + timedelta(hours=15), an_hour, 5), 15 * 60, step=15)
    (first,) = kit.desk.spikes.past(NOW, kit.now(), "ana")
    assert first.ended_at is not None
    play(kit, [], 8 * 60, step=15)
    found = kit.desk.spikes.past(NOW, kit.now(), "ana")
    assert [one.kind for one in found] == [SpikeKind.LULL] * lulls
    assert (found[0].id == first.id, found[0].ended_at) == (lulls == 1, None)
    assert told(kit, "ana") == []


@pytest.mark.long
def test_a_dead_stream_is_no_lull(kit: Kit) -> None:
    """The same silence, but nothing was polled: nothing is said of it."""
    for _ in range(48):
        kit.pass_time(minutes=5)
        kit.desk.spikes.watch()
    assert kit.desk.spikes.past(NOW, kit.now(), "ana") == ()


@pytest.mark.long
def test_what_was_missed_is_found_at_the_next_look(kit: Kit) -> None:
    """A crisis during four hours in which the service stood still has begun and ended when it is back."""
    kit.desk.spikes.watch()
    since = kit.now() + 30 * MINUTE
    posts = [*day(kit), *outage(since, 60, 180)]
    kit.pass_time(hours=5)
    store_posts(kit, [one for one in posts if one.at <= kit.now()])
    kit.again()
    listen(kit, FIRST)
    assert kit.desk.spikes.watch() == 1
    (spike,) = kit.desk.spikes.past(NOW, kit.now(), "ana")
    assert spike.ended_at is not None
    assert abs(spike.began_at - since) <= 10 * MINUTE
    assert kit.desk.spikes.watch() == 0


@pytest.mark.long
def test_a_restart_in_the_middle_goes_on_with_the_same_spike(kit: Kit) -> None:
    """One event is one spike and one bell, whatever the process does."""
    posts = [*day(kit), *outage(kit.now() + 5 * MINUTE, 90, 180)]
    play(kit, posts, 30)
    kit.again()
    play(kit, [one for one in posts if one.at > kit.now()], 30)
    assert len(kit.desk.spikes.past(NOW, kit.now(), "ana")) == 1
    assert len(told(kit, "ana")) == 1


@pytest.mark.long
def test_acknowledged_spikes_keep_their_note_while_they_go_on(kit: Kit) -> None:
    """The next looks change neither who said it nor what; once it has ended it is not current any more."""
    play(kit, [*day(kit), *outage(kit.now() + MINUTE, 40, 200)], 30)
    (spike,) = kit.desk.spikes.current("ana")
    assert kit.desk.spikes.acknowledge(spike.id, "ben", " the payment provider is down ").closed_by == "ben"
    play(kit, day(kit, 79), 180, step=5)
    assert kit.desk.spikes.current("ana") == ()
    (kept,) = kit.desk.spikes.past(NOW, kit.now(), "ana")
    assert (kept.note, kept.closed_by) == ("the payment provider is down", "ben")
    with pytest.raises(DeskError, match="at most"):
        kit.desk.spikes.acknowledge(spike.id, "ben", "x" * 1001)
    with pytest.raises(DeskError, match="there is no spike"):
        kit.desk.spikes.acknowledge("nothing", "ben")


@pytest.mark.long
def test_deleted_words_are_gone_from_the_items_of_a_spike(kit: Kit) -> None:
    """Only ids and words that several people said are kept; a tombstone is not listed."""
    play(kit, [*day(kit), *outage(kit.now() + MINUTE, 40, 200)], 40)
    (spike,) = kit.desk.spikes.current("ana")
    gone = spike.why.best[0].item_id
    with kit.store.transaction() as cursor:
        cursor.execute("UPDATE interactions SET text = '', deleted_at = ? WHERE id = ?", [kit.now(), gone])
    assert gone not in {one.id for one in kit.desk.spikes.one(spike.id, "ana").items}


@pytest.mark.long
@pytest.mark.parametrize(
    ("rules", "rings"),
    [
        ({"tell": "leads"}, {"ana", "ben", "chief"}),
        ({"tell": "everybody"}, {"ana", "ben", "chief", "agent", "reader"}),
        ({"tell": "nobody"}, set()),
        ({"tell": "nobody", "also": ("agent", "stranger", "nobody")}, {"agent"}),
    ],
)
def test_the_settings_decide_who_is_told_of_those_who_may_see_it(
    tmp_path: Path, rules: dict[str, object], rings: set[str]
) -> None:
    """Who has no access to the account hears nothing, and finds nothing."""
    kit = house(tmp_path, "main", "other", **rules)
    main = frozenset({"main"})
    seed_staff(kit.desk, "chief", role=Role.MANAGER, accounts=main)
    seed_staff(kit.desk, "agent", role=Role.COMMUNITY_MANAGER, accounts=main)
    seed_staff(kit.desk, "reader", role=Role.MARKETER, accounts=main)
    seed_staff(kit.desk, "stranger", accounts=frozenset({"other"}))
    play(kit, [*day(kit), *outage(kit.now() + MINUTE, 30, 200)], 20)
    everybody = ("ana", "ben", "chief", "agent", "reader", "stranger")
    assert {name for name in everybody if told(kit, name)} == rings
    (spike,) = kit.desk.spikes.current("reader")
    assert kit.desk.spikes.current("stranger") == ()
    assert kit.desk.spikes.past(FIRST, kit.now(), "stranger") == ()
    with pytest.raises(DeskError, match="there is no spike"):
        kit.desk.spikes.one(spike.id, "stranger")
    with pytest.raises(NotPermitted):
        kit.desk.spikes.acknowledge(spike.id, "reader")
    kit.close()


@pytest.mark.long
def test_what_no_account_shows_alone_is_found_over_all(tmp_path: Path) -> None:
    """Two accounts with a little more each are one spike of the house; who sees one account only never sees it."""
    kit = house(tmp_path, "main", "other")
    seed_staff(kit.desk, "agent", accounts=frozenset({"main"}))
    since = kit.now() + 5 * MINUTE
    for _ in range(24):
        kit.pass_time(minutes=5)
        for account, seed in (("main", 5), ("other", 6)):
            more = [one._replace(label="neutral") for one in outage(since, 115, 31, seed)]
            posts = [*ordinary(since, since + timedelta(hours=2), 20, seed), *more]
            store_posts(kit, [one for one in posts if kit.now() - 5 * MINUTE < one.at <= kit.now()], account)
            listen(kit, FIRST, account)
        kit.desk.spikes.watch()
    found = kit.desk.spikes.past(NOW, kit.now(), "ana")
    assert [one.account_id for one in found] == [None]
    assert {one.id for one in found[0].why.accounts} == {"main", "other"}
    assert {one.account_id for one in kit.desk.spikes.past(NOW, kit.now(), "agent")} <= {"main"}
    assert found[0].words not in told(kit, "agent")
    assert len(told(kit, "ana")) == 1
    kit.close()


@pytest.mark.long
def test_a_new_account_raises_nothing_by_its_first_walk(tmp_path: Path) -> None:
    """Eight hundred items of the past that come at once are no spike: they were sent long before."""
    kit = make_kit(tmp_path)
    store_posts(kit, ordinary(NOW - timedelta(days=4), NOW, 9, 3))
    listen(kit, NOW - timedelta(days=4))
    assert kit.desk.spikes.watch() == 0
    kit.close()


@pytest.mark.long
def test_a_spike_is_kept_as_it_was_made(kit: Kit) -> None:
    """What is written is what is read."""
    play(kit, [*day(kit), *outage(kit.now() + MINUTE, 30, 200)], 20)
    with kit.store.transaction() as cursor:
        (stored,) = table.newest(cursor, lulls=False).values()
        again = replace(stored, spike=replace(stored.spike, id="again", note="é{}"))
        table.put(cursor, again)
        assert table.one(cursor, "again") == again

"""Changing many conversations at once."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from desk_kit import make_kit
from staff_kit import seed_staff

from social_listener.desk import bulk as desk_bulk
from social_listener.desk.bulk import Change, Deed
from social_listener.desk_types import QueueFilter, View
from social_listener.errors import DeskError, NotPermitted
from social_listener.model import Status
from social_listener.rights import Role

if TYPE_CHECKING:
    from pathlib import Path

    from desk_kit import Kit

    from social_listener.desk_types.organising import BulkRun


def many(kit: Kit, number: int) -> list[str]:
    """Store as many conversations."""
    return [kit.desk.conversation_of(kit.mention(author=f"guest{one}")) for one in range(number)]


def done(kit: Kit, change: Change, *ids: str, wanted: QueueFilter | None = None) -> BulkRun:
    """Do a change at once; return how it ended."""
    kit.pass_time(seconds=1)
    kit.desk.bulk.work(kit.desk.bulk.begin(kit.desk.bulk.prepare(change, "ana", ids=ids, wanted=wanted)))
    run = kit.desk.bulk.latest("ana")
    assert run is not None
    assert run.ended_at is not None
    assert run.done == run.total
    return run


def snapshot(kit: Kit, talks: list[str]) -> list[object]:
    """Return what can be undone of conversations, and the queue."""
    views = [kit.desk.conversation(talk, "ana") for talk in talks]
    state = [(view.status, view.snoozed_until, view.assignee, view.labels) for view in views]
    return [*state, *(sorted(kit.desk.queue(QueueFilter(view=one), "ana", 500).counts.items()) for one in View)]


@pytest.mark.thinned(3)
@pytest.mark.parametrize("deed", Deed)
def test_every_deed_is_done_to_many_and_taken_back_whole(kit: Kit, deed: Deed, monkeypatch: pytest.MonkeyPatch) -> None:
    """A change of nine in steps of four reaches each of them, is told whole, and one undo restores every one."""
    monkeypatch.setattr(desk_bulk, "STEP", 4)
    talks = many(kit, 9)
    label = kit.desk.labels.define("vip", "blue", "ana")
    if deed is Deed.UNLABEL:
        done(kit, Change(deed=Deed.LABEL, value=label.id), *talks)
    if deed is Deed.REOPEN:
        done(kit, Change(deed=Deed.RESOLVE), *talks)
    before = snapshot(kit, talks)
    value = {Deed.ASSIGN: "ben", Deed.LABEL: label.id, Deed.UNLABEL: label.id}.get(deed)
    until = kit.now() + timedelta(hours=2) if deed in {Deed.SNOOZE, Deed.MUTE} else None
    run = done(kit, Change(deed=deed, value=value, until=until), *talks)
    assert (run.total, run.changed, run.failed, run.failures) == (9, 9, 0, ())
    after = snapshot(kit, talks)
    assert len({str(one) for one in after[:9]}) == 1
    assert after != before
    kit.pass_time(minutes=1)
    offer = kit.desk.undoing.latest("ana")
    assert offer is not None
    assert offer.id == run.id
    assert offer.words.endswith(", 9 conversations")
    assert kit.desk.undoing.undo(offer.id, "ana").restored == 9
    assert snapshot(kit, talks) == before


@pytest.mark.long
def test_all_of_a_view_means_all_of_it(kit: Kit) -> None:
    """What a filter finds is counted first and changed then, also beyond the rows that a page shows; the rest stays."""
    talks = many(kit, 60)
    label = kit.desk.labels.define("recall", "blue", "ana")
    done(kit, Change(deed=Deed.LABEL, value=label.id), *talks[:55])
    wanted = QueueFilter(label=label.id)
    prepared = kit.desk.bulk.prepare(Change(deed=Deed.RESOLVE), "ana", wanted=wanted)
    assert prepared.total == 55
    assert len(kit.waiting()) == 50
    late = kit.desk.conversation_of(kit.mention(author="late"))
    kit.desk.labels.put(late, label.id, "ana")
    kit.desk.bulk.work(kit.desk.bulk.begin(prepared))
    assert set(kit.waiting()) == {*talks[55:], late}
    resolved = QueueFilter(view=View.RESOLVED, label=label.id)
    assert kit.desk.bulk.prepare(Change(deed=Deed.REOPEN), "ana", wanted=resolved).total == 55


def test_what_changed_meanwhile_is_left_and_listed(kit: Kit) -> None:
    """A conversation in which somebody acted after the count stays as it is, and is told by name with the reason."""
    talks = many(kit, 3)
    prepared = kit.desk.bulk.prepare(Change(deed=Deed.RESOLVE), "ana", ids=[*talks])
    kit.desk.assign(talks[1], "ben", "ben", kit.desk.conversation(talks[1], "ben").version)
    kit.desk.bulk.work(kit.desk.bulk.begin(prepared))
    run = kit.desk.bulk.latest("ana")
    assert run is not None
    assert (run.changed, run.failed) == (2, 1)
    assert [(one.id, one.name, one.why) for one in run.failures] == [(talks[1], "Guest1", "it was changed meanwhile")]
    assert [kit.desk.conversation(talk, "ana").status for talk in talks] == [
        Status.RESOLVED,
        Status.OPEN,
        Status.RESOLVED,
    ]


def test_undo_of_many_leaves_what_somebody_changed_since(kit: Kit) -> None:
    """One undo restores the rest, and names the conversation that a colleague reopened."""
    talks = many(kit, 3)
    run = done(kit, Change(deed=Deed.RESOLVE), *talks)
    kit.desk.reopen(talks[0], "ben", kit.desk.conversation(talks[0], "ben").version)
    undone = kit.desk.undoing.undo(run.id, "ana")
    assert (undone.restored, [(one.id, one.why) for one in undone.left]) == (2, [(talks[0], "ben changed it since")])
    assert len(kit.waiting()) == 3


@pytest.mark.long
def test_others_write_between_the_steps(kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    """While many are changed a colleague's note goes in before the run has ended."""
    monkeypatch.setattr(desk_bulk, "STEP", 1)
    monkeypatch.setattr(desk_bulk, "_PAUSE", 0.05)
    talks = many(kit, 30)
    run_id = kit.desk.bulk.begin(kit.desk.bulk.prepare(Change(deed=Deed.RESOLVE), "ana", ids=talks))
    thread = threading.Thread(target=kit.desk.bulk.work, args=(run_id,))
    thread.start()
    kit.desk.note(talks[0], "looking", "ben")
    run = kit.desk.bulk.latest("ana")
    thread.join()
    assert run is not None
    assert run.ended_at is None
    assert run.done < 30


def test_a_run_that_was_cut_off_is_told_and_undone(kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a crash in the middle the next process says how far it came, and undo takes back just that."""
    monkeypatch.setattr(desk_bulk, "STEP", 2)
    talks = many(kit, 6)
    step, seen = desk_bulk.BulkDesk._step, []

    def dying(self: desk_bulk.BulkDesk, *arguments: object) -> None:
        seen.append(1)
        if len(seen) == 3:
            raise RuntimeError("the process dies")
        step(self, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(desk_bulk.BulkDesk, "_step", dying)
    with pytest.raises(RuntimeError):
        done(kit, Change(deed=Deed.RESOLVE), *talks)
    kit.again()
    run = kit.desk.bulk.latest("ana")
    assert run is not None
    assert (run.cut_off, run.done, run.total) == (True, 4, 6)
    assert len(kit.waiting()) == 2
    assert kit.desk.undoing.undo(run.id, "ana").restored == 4
    assert len(kit.waiting()) == 6


def test_what_cannot_be_is_refused_before_it_is_counted(kit: Kit) -> None:
    """A stranger, an unknown colleague, a label that is not there and a time gone by change nothing."""
    talks = many(kit, 1)
    with pytest.raises(NotPermitted):
        kit.desk.bulk.prepare(Change(deed=Deed.RESOLVE), "mallory", ids=talks)
    for bad in (
        Change(deed=Deed.ASSIGN, value="mallory"),
        Change(deed=Deed.LABEL, value="404"),
        Change(deed=Deed.SNOOZE),
        Change(deed=Deed.SNOOZE, until=kit.now()),
    ):
        with pytest.raises(DeskError):
            kit.desk.bulk.prepare(bad, "ana", ids=talks)
    assert kit.desk.bulk.latest("ana") is None
    assert kit.waiting() == talks


def test_where_a_proposal_waits_nothing_is_resolved(kit: Kit) -> None:
    """Many are resolved but the one in which a reply waits for approval, as when it is resolved alone."""
    item = kit.mention(author="mara")
    kit.desk.team.propose(item, "We are on it.", "ben", nonce="one", private=False)
    waits = kit.desk.conversation_of(item)
    talks = many(kit, 2)
    run = done(kit, Change(deed=Deed.RESOLVE), waits, *talks)
    because = "a proposal of ben waits here: approve, refuse or withdraw it first"
    assert [(one.id, one.why) for one in run.failures] == [(waits, because)]
    assert kit.waiting() == [waits]
    assert done(kit, Change(deed=Deed.LABEL, value=kit.desk.labels.define("vip", "blue", "ana").id), waits).changed == 1


def test_many_that_are_resolved_count_as_one_does(kit: Kit) -> None:
    """What was resolved in time is not missing, alone or among many; taken back it is due as before, and missing."""
    alone, *talks = many(kit, 3)
    kit.desk.resolve(alone, "ana", kit.desk.conversation(alone, "ana").version)
    before = [kit.desk.conversation(talk, "ana").due for talk in talks]
    day = kit.now().date()
    run = done(kit, Change(deed=Deed.RESOLVE), *talks)
    kit.pass_time(minutes=5)
    kit.desk.undoing.undo(run.id, "ana")
    assert [kit.desk.conversation(talk, "ana").due for talk in talks] == before
    assert None not in before
    done(kit, Change(deed=Deed.RESOLVE), talks[0])
    kit.pass_time(hours=2)
    assert [one.missing for one in kit.desk.levels.answered(day, day, "ana")] == [1]


def test_nobody_is_given_what_they_may_not_see(tmp_path: Path) -> None:
    """Of many that are assigned those of an account that the colleague may not see are left, with the reason."""
    kit = make_kit(tmp_path, accounts=("main", "other"))
    seed_staff(kit.desk, "dora", role=Role.MARKETER, accounts=frozenset({"main"}))
    talks = [kit.desk.conversation_of(kit.mention(account=account)) for account in ("main", "other")]
    run = done(kit, Change(deed=Deed.ASSIGN, value="dora"), *talks)
    because = "dora may not see the account 'other', and so cannot answer there"
    assert [(one.id, one.why) for one in run.failures] == [(talks[1], because)]
    assert [kit.desk.conversation(talk, "ana").assignee for talk in talks] == ["dora", None]
    kit.close()


@pytest.mark.parametrize("deed", [Deed.RESOLVE, Deed.ASSIGN, Deed.MUTE])
def test_taken_back_while_it_goes_on_it_ends_there(kit: Kit, deed: Deed, monkeypatch: pytest.MonkeyPatch) -> None:
    """Undo in the middle of a run restores what was done and stops the rest, which is told; nobody hears of it."""
    monkeypatch.setattr(desk_bulk, "STEP", 2)
    talks = many(kit, 6)
    before = snapshot(kit, talks)
    step, seen = desk_bulk.BulkDesk._step, []

    def overtaken(self: desk_bulk.BulkDesk, run_id: str, *arguments: object) -> None:
        seen.append(run_id)
        if len(seen) == 2:
            assert kit.desk.undoing.undo(run_id, "ana").restored == 2
        step(self, run_id, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(desk_bulk.BulkDesk, "_step", overtaken)
    run = done(kit, Change(deed=deed, value="ben" if deed is Deed.ASSIGN else None), *talks)
    assert (run.changed, run.failed, {one.why for one in run.failures}) == (
        2,
        4,
        {"all of it was taken back before its turn came"},
    )
    assert snapshot(kit, talks) == before
    assert kit.desk.team.notifications("ben").lines == ()
    assert kit.desk.undoing.latest("ana") is None


def test_conversations_of_a_foreign_account_are_as_if_they_were_not_there(tmp_path: Path) -> None:
    """Who asks for one by its id learns neither that there is one nor how its customer is called."""
    kit = make_kit(tmp_path, accounts=("main", "other"))
    try:
        seed_staff(kit.desk, "lim", role=Role.MANAGER, accounts=frozenset({"main"}))
        mine = kit.desk.conversation_of(kit.mention(author="mara", account="main"))
        theirs = kit.desk.conversation_of(kit.mention(author="secretguest", account="other"))
        prepared = kit.desk.bulk.prepare(Change(deed=Deed.RESOLVE), "lim", ids=[mine, theirs, "x:404"])
        assert prepared.versions.keys() == {mine}
        kit.desk.bulk.work(kit.desk.bulk.begin(prepared))
        assert "secretguest" not in repr(kit.desk.bulk.latest("lim")).lower()
        assert kit.desk.conversation(theirs, "ana").status is Status.OPEN
    finally:
        kit.close()

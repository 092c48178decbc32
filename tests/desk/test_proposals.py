"""Replies that wait for approval: who decides, what is looked at again, and what becomes of the text."""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from desk_kit import Kit, make_kit
from staff_kit import seed_staff

from social_listener import failpoints
from social_listener.desk.reply import Composed, write_replies
from social_listener.desk_types import QueueFilter, View
from social_listener.desk_types.team import Kind, Proposal, ProposalState
from social_listener.errors import Conflict, DeskError, NotAllowed, NotPermitted
from social_listener.failpoints import FailpointReached
from social_listener.model import ReplyState, Status
from social_listener.rights import Role
from social_listener.store import reply_files
from social_listener.store.reply_files import StoredFile

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from social_listener.model import TextLength


def propose(kit: Kit, item: str, text: str = "We are on it.", *, private: bool = False) -> Proposal:
    """Let ana propose a reply."""
    return kit.desk.team.propose(item, text, "ana", nonce=f"{item}{text}", private=private)


def kinds(kit: Kit, staff: str) -> list[Kind]:
    """Return what waits for somebody, by kind."""
    return [line.kind for line in kit.desk.team.notifications(staff).lines]


def events(kit: Kit, object_id: str) -> list[tuple[str, str, dict[str, object]]]:
    """Return who did what to something."""
    with kit.store.read() as cursor:
        rows = cursor.execute(
            "SELECT staff, verb, details FROM audit_events WHERE object_id = ? ORDER BY happened_at, verb", [object_id]
        ).fetchall()
    return [(staff, verb, json.loads(details)) for staff, verb, details in rows]


def test_what_is_proposed_waits_and_is_seen(kit: Kit) -> None:
    """A proposal is not sent; it makes the view to approve, tells approvers, and empties its author's composer."""
    item = kit.mention()
    conversation = kit.desk.conversation_of(item)
    nonce = kit.desk.save_draft(conversation, "ana", "public", "We are on it.").nonce
    proposal = kit.desk.team.propose(item, "We are on it.", "ana", nonce, private=False)
    again = kit.desk.team.propose(item, "We are on it.", "ana", nonce, private=False)
    assert again.id == proposal.id
    kit.outbox.deliver()
    assert kit.posted(item) == 0
    assert kit.desk.draft(conversation, "ana", "public").text == ""
    assert [row.conversation_id for row in kit.desk.queue(QueueFilter(view=View.TO_APPROVE), "ben").rows] == [
        conversation
    ]
    assert kinds(kit, "ben") == [Kind.PROPOSED]
    assert kinds(kit, "ana") == []
    assert [one.state for one in kit.desk.conversation(conversation, "ben").proposals] == [ProposalState.WAITING]


def test_a_late_save_does_not_bring_a_proposed_text_back(kit: Kit) -> None:
    """What is saved under the nonce of a text that was proposed changes nothing; what is typed after it is kept."""
    item = kit.mention()
    conversation = kit.desk.conversation_of(item)
    nonce = kit.desk.save_draft(conversation, "ana", "public", "We are on it.").nonce
    kit.desk.team.propose(item, "We are on it.", "ana", nonce, private=False)
    assert kit.desk.save_draft(conversation, "ana", "public", "We are on it", nonce).text == ""
    fresh = kit.desk.draft(conversation, "ana", "public")
    assert fresh.text == ""
    kit.desk.save_draft(conversation, "ana", "public", "Another", fresh.nonce)
    assert kit.desk.draft(conversation, "ana", "public").text == "Another"


def test_an_approved_one_is_sent_once_under_its_authors_name(kit: Kit) -> None:
    """Approving queues it; its author stays the author, the audit names who approved; twice is once."""
    item = kit.mention()
    proposal = propose(kit, item)
    line = kit.desk.team.approve(proposal.id, "ben", proposal.version)
    assert kit.desk.team.approve(proposal.id, "ben", proposal.version).id == line.id
    assert (line.author, line.state, line.text) == ("ana", ReplyState.QUEUED, "We are on it.")
    kit.outbox.deliver()
    kit.outbox.deliver()
    assert kit.posted(item) == 1
    assert kinds(kit, "ana") == [Kind.APPROVED]
    assert kit.desk.queue(QueueFilter(view=View.TO_APPROVE), "ben").rows == ()
    (approved,) = [event for event in events(kit, proposal.id) if event[1] == "proposal.approved"]
    assert approved == ("ben", "proposal.approved", {"author": "ana", "reply": line.id, "reworded": 0})
    (queued,) = [event for event in events(kit, line.id) if event[1] == "reply.queued"]
    assert (queued[0], queued[2]["author"]) == ("ben", "ana")


def test_an_approver_may_put_it_into_other_words(kit: Kit) -> None:
    """The approver's wording is what is sent, and the audit says that it is another."""
    item = kit.mention()
    proposal = propose(kit, item)
    line = kit.desk.team.approve(proposal.id, "ben", proposal.version, text="We are looking into it, Mara.")
    assert line.text == "We are looking into it, Mara."
    assert [event[2]["reworded"] for event in events(kit, proposal.id) if event[1] == "proposal.approved"] == [1]
    with pytest.raises(NotAllowed, match="too long"):
        kit.desk.team.approve(propose(kit, kit.mention(author="cleo")).id, "ben", 1, text="x" * 300)


def test_a_refusal_has_a_reason_and_gives_the_text_back(kit: Kit) -> None:
    """Without a reason nothing is refused; with one its author is told why, and has the text in the composer."""
    item = kit.mention()
    conversation = kit.desk.conversation_of(item)
    proposal = propose(kit, item)
    with pytest.raises(DeskError, match="say why"):
        kit.desk.team.refuse(proposal.id, "ben", "  ", proposal.version)
    refused = kit.desk.team.refuse(proposal.id, "ben", "Say when it arrives.", proposal.version)
    assert (refused.state, refused.reason, refused.decided_by) == (
        ProposalState.REFUSED,
        "Say when it arrives.",
        "ben",
    )
    assert kit.desk.draft(conversation, "ana", "public").text == "We are on it."
    (line,) = kit.desk.team.notifications("ana").lines
    assert (line.kind, line.excerpt) == (Kind.REFUSED, "Say when it arrives.")
    with pytest.raises(Conflict, match="refused by ben"):
        kit.desk.team.approve(proposal.id, "ben", proposal.version)
    kit.outbox.deliver()
    assert kit.posted(item) == 0


@pytest.mark.parametrize("gone", [True, False])
def test_a_refusal_of_who_left_goes_back_to_the_queue(kit: Kit, gone: bool) -> None:
    """Nobody would write it anew: the conversation is open, nobody has it, and its history says why."""
    item = kit.mention()
    conversation = kit.desk.conversation_of(item)
    proposal = propose(kit, item)
    version = kit.desk.assign(conversation, "ben", "ana", kit.desk.conversation(conversation, "ben").version)
    kit.desk.snooze(conversation, "ben", kit.now() + timedelta(days=1), version)
    if gone:
        seed_staff(kit.desk, "cleo")
        kit.desk.people.set_active("cleo", "ana", False, 1)
    kit.desk.team.refuse(proposal.id, "ben", "Say when it arrives.", proposal.version)
    view = kit.desk.conversation(conversation, "ben")
    assert (view.status, view.assignee) == ((Status.OPEN, None) if gone else (Status.SNOOZED, "ana"))
    assert [note.text for note in view.notes] == [
        "ana cannot answer here any more, and their proposal was refused: back to the queue."
    ][: int(gone)]
    assert [(one.text, one.reason) for one in view.proposals] == [("We are on it.", "Say when it arrives.")]
    assert [event[0] for event in events(kit, proposal.id) if event[1] == "proposal.orphaned"] == ["system"] * gone


def test_an_author_withdraws_or_revises(kit: Kit) -> None:
    """Only its author changes a proposal or takes it back; whoever approves an older wording is told so."""
    item = kit.mention()
    conversation = kit.desk.conversation_of(item)
    proposal = propose(kit, item)
    with pytest.raises(NotAllowed, match="a proposal of ana"):
        kit.desk.team.revise(proposal.id, "ben", "Other words", proposal.version)
    with pytest.raises(NotAllowed, match="a proposal of ana"):
        kit.desk.team.withdraw(proposal.id, "ben", proposal.version)
    revised = kit.desk.team.revise(proposal.id, "ana", "It arrives on Monday.", proposal.version)
    with pytest.raises(Conflict, match="changed this proposal"):
        kit.desk.team.approve(proposal.id, "ben", proposal.version)
    assert kit.desk.team.withdraw(proposal.id, "ana", revised.version).state is ProposalState.WITHDRAWN
    assert kit.desk.draft(conversation, "ana", "public").text == "It arrives on Monday."
    assert kit.desk.conversation(conversation, "ben").proposals == ()
    with pytest.raises(Conflict, match="withdrawn"):
        kit.desk.team.approve(proposal.id, "ben", revised.version)


def test_other_words_written_without_a_look_leave_a_proposal_stale(kit: Kit) -> None:
    """Who changes a proposal before they see what the customer wrote meanwhile has not answered it."""
    item = kit.mention()
    proposal = propose(kit, item)
    before = kit.desk.conversation(kit.desk.conversation_of(item), "ana").version
    post = kit.sandbox.world.find(item.partition(":")[2])
    kit.hear(kit.sandbox.world.post("mara", "@fernhill never mind, it came", reply_to=post))
    blind = kit.desk.team.revise(proposal.id, "ana", "It comes today.", proposal.version, seen_version=before)
    assert blind.stale
    with pytest.raises(Conflict, match="wrote or changed something"):
        kit.desk.team.approve(blind.id, "ben", blind.version)
    now = kit.desk.conversation(kit.desk.conversation_of(item), "ana").version
    seeing = kit.desk.team.revise(blind.id, "ana", "Glad to hear!", blind.version, seen_version=now)
    assert not seeing.stale
    assert kit.desk.team.approve(seeing.id, "ben", seeing.version).id


def test_nobody_approves_their_own(kit: Kit) -> None:
    """Two people see every reply that needs approval, and strangers decide nothing."""
    proposal = propose(kit, kit.mention())
    with pytest.raises(NotAllowed, match="wrote themselves"):
        kit.desk.team.approve(proposal.id, "ana", proposal.version)
    with pytest.raises(NotPermitted):
        kit.desk.team.approve(proposal.id, "mallory", proposal.version)
    with pytest.raises(NotPermitted):
        kit.desk.team.refuse(proposal.id, "mallory", "no", proposal.version)
    with pytest.raises(NotPermitted):
        kit.desk.team.propose(kit.mention(author="cleo"), "hello", "mallory", "n", private=False)
    with pytest.raises(DeskError, match="no proposal"):
        kit.desk.team.approve("nothing", "ben", 1)


def test_what_was_said_meanwhile_is_looked_at_before_approving(kit: Kit) -> None:
    """New words make a proposal stale: it goes only when the approver had them in view."""
    item = kit.mention()
    proposal = propose(kit, item)
    post = kit.sandbox.world.find(item.partition(":")[2])
    kit.hear(kit.sandbox.world.post("mara", "@fernhill never mind, it came", reply_to=post))
    conversation = kit.desk.conversation_of(item)
    view = kit.desk.conversation(conversation, "ben")
    assert view.proposals[0].stale
    with pytest.raises(Conflict, match="wrote or changed something"):
        kit.desk.team.approve(proposal.id, "ben", proposal.version)
    assert kit.desk.team.approve(proposal.id, "ben", proposal.version, seen_version=view.version).id


def test_a_proposal_waits_for_the_reply_that_is_on_its_way(kit: Kit) -> None:
    """One reply at a time for an item: a colleague's on its way refuses proposing and approving alike."""
    item = kit.mention()
    proposal = propose(kit, item)
    with pytest.raises(Conflict, match="one at a time"):
        kit.desk.team.propose(item, "Mine too", "ben", "other", private=False)
    kit.reply(item, "I was faster", staff="ben")
    version = kit.desk.conversation(kit.desk.conversation_of(item), "ben").version
    with pytest.raises(Conflict, match="one at a time"):
        kit.desk.team.approve(proposal.id, "ben", proposal.version, seen_version=version)
    kit.outbox.deliver()
    assert kit.posted(item) == 1


def test_a_window_that_ends_is_told_before_and_after(kit: Kit) -> None:
    """Approvers hear of an end within the hour, once; after it the text is back with its author, who is told."""
    kit.channels["main"].window = timedelta(hours=3)
    item = kit.mention()
    conversation = kit.desk.conversation_of(item)
    proposal = propose(kit, item)
    assert proposal.until == kit.now() + timedelta(hours=3)
    assert kit.desk.team.tend() is None
    kit.pass_time(hours=2, minutes=10)
    assert kit.desk.team.tend() == "1 proposals followed"
    assert kit.desk.team.tend() is None
    assert kinds(kit, "ben") == [Kind.CLOSING, Kind.PROPOSED]
    kit.pass_time(hours=1)
    with pytest.raises(NotAllowed):
        kit.desk.team.approve(proposal.id, "ben", proposal.version)
    assert kit.desk.team.tend() == "1 proposals followed"
    assert kit.desk.team.tend() is None
    (lapsed,) = kit.desk.conversation(conversation, "ana").proposals
    assert lapsed.state is ProposalState.LAPSED
    assert "before anybody approved it" in (lapsed.reason or "")
    assert kinds(kit, "ana") == [Kind.LAPSED]
    assert kit.desk.draft(conversation, "ana", "public").text == "We are on it."


def test_a_conversation_with_a_proposal_is_not_put_away(kit: Kit) -> None:
    """It cannot be resolved while one waits, and one for a resolved conversation opens it again."""
    item = kit.mention()
    conversation = kit.desk.conversation_of(item)
    kit.desk.resolve(conversation, "ana", kit.desk.conversation(conversation, "ana").version)
    proposal = propose(kit, item)
    view = kit.desk.conversation(conversation, "ben")
    assert view.status is Status.OPEN
    with pytest.raises(Conflict, match="a proposal of ana waits here"):
        kit.desk.resolve(conversation, "ben", view.version)
    kit.desk.team.refuse(proposal.id, "ben", "too late", proposal.version)
    kit.desk.resolve(conversation, "ben", view.version)


def test_what_may_not_be_said_cannot_be_proposed(kit: Kit) -> None:
    """The rules of a reply hold for a proposal: never public to a direct message, never empty, never too long."""
    message = kit.message()
    with pytest.raises(NotAllowed, match="never answered in public"):
        propose(kit, message)
    with pytest.raises(NotAllowed, match="no text"):
        propose(kit, message, "  ", private=True)
    proposal = propose(kit, message, "Only for you", private=True)
    kit.desk.team.approve(proposal.id, "ben", proposal.version)
    kit.outbox.deliver()
    assert kit.messages() == ["Only for you"]
    assert not [post for post in kit.sandbox.world.truth().posts if post.text == "Only for you"]


def test_an_approved_reply_that_is_taken_back_returns_to_its_author(kit: Kit) -> None:
    """Undo within its window gives the text to who wrote it, not to who approved it."""
    item = kit.mention()
    conversation = kit.desk.conversation_of(item)
    proposal = propose(kit, item)
    line = kit.desk.team.approve(proposal.id, "ben", proposal.version, undo=timedelta(minutes=1))
    assert kit.desk.undo(line.id, "ben")
    assert kit.desk.draft(conversation, "ana", "public").text == "We are on it."
    assert kit.desk.draft(conversation, "ben", "public").text == ""


@pytest.mark.parametrize("place", [name for name in failpoints.NAMES if name.startswith("proposal.")])
def test_a_crash_while_approving_loses_and_doubles_nothing(kit: Kit, place: str) -> None:
    """Whatever the moment, the proposal waits or is one reply; approving again after the crash comes to one post."""
    item = kit.mention()
    proposal = propose(kit, item)
    failpoints.arm(f"{place}=raise")
    with pytest.raises(FailpointReached):
        kit.desk.team.approve(proposal.id, "ben", proposal.version)
    failpoints.disarm()
    kit.again()
    (left,) = kit.desk.conversation(kit.desk.conversation_of(item), "ben").proposals
    replies = kit.desk.outbox(include_settled=True)
    committed = place == "proposal.after_approve"
    assert (left.state, len(replies)) == ((ProposalState.APPROVED, 1) if committed else (ProposalState.WAITING, 0))
    kit.desk.team.approve(proposal.id, "ben", proposal.version)
    kit.outbox.deliver()
    assert kit.posted(item) == 1
    assert kinds(kit, "ana") == [Kind.APPROVED]


def meanwhile(kit: Kit, monkeypatch: pytest.MonkeyPatch, happens: Callable[[], object]) -> None:
    """Let something happen between what is looked at and what is written: when the platform is asked for the length."""
    channel, length = kit.channels["main"], kit.channels["main"].length

    def asked(text: str, *, private: bool) -> TextLength:
        monkeypatch.undo()
        happens()
        return length(text, private=private)

    monkeypatch.setattr(channel, "length", asked)


@pytest.mark.parametrize("way", ["role", "account", "left"])
def test_who_lost_the_right_in_that_very_moment_approves_nothing(
    tmp_path: Path, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What somebody may do is asked again where it is written, of the one who approves and the one who proposes."""
    kit = make_kit(tmp_path, accounts=("main", "other"))
    seed_staff(kit.desk, "cleo", "dan", role=Role.MANAGER)
    item = kit.mention()
    proposal = propose(kit, item)

    def lose(staff: str) -> None:
        if way == "left":
            kit.desk.people.set_active("ana", staff, False, 1)
        else:
            role, accounts = (Role.MARKETER, None) if way == "role" else (Role.MANAGER, frozenset({"other"}))
            kit.desk.people.set_rights("ana", staff, role, accounts, 1)

    meanwhile(kit, monkeypatch, lambda: lose("cleo"))
    with pytest.raises(DeskError, match=r"may not|no proposal"):
        kit.desk.team.approve(proposal.id, "cleo", proposal.version)
    second = kit.mention(author="zed")
    meanwhile(kit, monkeypatch, lambda: lose("dan"))
    with pytest.raises(DeskError, match=r"may not|no item"):
        kit.desk.team.propose(second, "Hello", "dan", "n", private=False)
    assert [one.state for one in kit.desk.conversation(kit.desk.conversation_of(item), "ben").proposals] == [
        ProposalState.WAITING
    ]
    assert kit.desk.conversation(kit.desk.conversation_of(second), "ben").proposals == ()
    assert kit.desk.outbox() == ()
    kit.close()


def test_a_picture_that_comes_in_that_very_moment_goes_with_no_proposal(
    kit: Kit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What waits for approval goes without pictures, whenever they were added."""
    item = kit.mention()
    values = {field.name: "" for field in fields(StoredFile)}
    values |= {"id": "1", "nonce": "n", "private": False, "number": 0, "bytes": 1, "media_id": None}
    file = StoredFile(**values | {"account_id": "main", "created_at": kit.now()})

    def added() -> None:
        with kit.store.transaction() as cursor:
            reply_files.insert(cursor, file)

    meanwhile(kit, monkeypatch, added)
    with pytest.raises(NotAllowed, match="without pictures"):
        kit.desk.team.propose(item, "Hello", "ana", "n", private=False)


def test_what_lost_its_picture_in_that_very_moment_is_no_reply(kit: Kit) -> None:
    """A reply of a picture alone whose picture is gone when it is written says nothing, and is not written."""
    item = kit.desk.item(kit.mention())
    composed = Composed(text="", nonce="n", private=False)
    with pytest.raises(NotAllowed, match="no text to send"), kit.store.transaction() as cursor:
        write_replies(
            kit.desk._office, cursor, [composed], line=item, staff="ana", seen_version=None, undo=None, now=kit.now()
        )
    assert kit.desk.outbox() == ()

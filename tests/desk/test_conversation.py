from __future__ import annotations

import json
from datetime import timedelta
from itertools import product
from typing import TYPE_CHECKING

import pytest

from social_listener.errors import DeskError, NotAllowed
from social_listener.model import ActionKind, Interaction, Kind, PrivateReply, PublicReply, SentimentLabel, Status

if TYPE_CHECKING:
    from desk_kit import Kit


def context(kit: Kit, item_id: str, author: str, text: str, **facts: object) -> None:
    """Store a post that another one hangs on."""
    item = Interaction(
        id=item_id,
        channel="x",
        account_id="main",
        conversation_id=f"{item_id}:{author}",
        thread_id=item_id,
        author_id=f"x:{author}",
        kind=Kind.POST,
        private=False,
        outbound=False,
        text=text,
        sent_at=kit.now() - timedelta(days=1),
        version_id=item_id.partition(":")[2],
        context=True,
        **facts,
    )
    with kit.store.transaction() as cursor:
        values = {name: getattr(item, name) for name in item.__slots__} | {
            "kind": "post",
            "attachments": json.dumps([{"kind": "photo", "url": "https://pics.example/1", "alt": "a cup"}]),
            "first_seen_at": kit.now(),
            "checked_at": kit.now(),
            "liked_by_us": False,
        }
        cursor.execute(
            f"INSERT INTO interactions ({', '.join(values)}) VALUES ({', '.join('?' * len(values))})",
            list(values.values()),
        )


def test_a_conversation_is_shown_whole(kit: Kit) -> None:
    """Items, replies that did not go, notes, contact and rules stand in one view, in the order of time."""
    item = kit.mention("@fernhill first")
    post = kit.sandbox.world.find(int(item.partition(":")[2]))
    kit.pass_time(minutes=1)
    second = kit.hear(kit.sandbox.world.post(post.author, "and second", reply_to=post), priority=70)
    conversation = kit.desk.conversation_of(item)
    kit.desk.note(conversation, "be kind", "ben")
    kit.channels["main"].behaviours.append("rejected")
    kit.reply(second, "Sorry")
    kit.outbox.deliver()
    view = kit.desk.conversation(conversation, "ana")
    assert [line.item.id for line in view.items] == [item, second]
    assert (view.focus_id, view.status, view.private) == (second, Status.OPEN, False)
    assert [(note.staff, note.text) for note in view.notes] == [("ben", "be kind")]
    assert [(line.text, line.state.value) for line in view.replies] == [("Sorry", "rejected")]
    assert {rule.verb for rule in view.allowed} >= {"reply_public", "reply_private", "hide"}
    assert view.factors[0].name == "complaint"
    assert view.contact is not None
    assert (view.contact.inbound, view.contact.outbound, view.contact.unanswered) == (2, 0, 2)
    assert view.contact.sentiment[SentimentLabel.NEGATIVE] == 2
    assert kit.desk.conversation(conversation, "ana", focus_id=item).focus_id == item


def test_what_it_hangs_on_is_shown_up_to_the_root(kit: Kit) -> None:
    """Parents, quoted posts and the thread's first post are there as context, oldest first, and never as items."""
    context(kit, "x:1", "9", "the first post")
    context(kit, "x:2", "9", "the second post", reply_to_id="x:1", quoted_id="x:404")
    item = kit.mention()
    with kit.store.transaction() as cursor:
        cursor.execute("UPDATE interactions SET reply_to_id = 'x:2' WHERE id = ?", [item])
    view = kit.desk.conversation(kit.desk.conversation_of(item), "ana")
    assert [line.item.id for line in view.context] == ["x:1", "x:2"]
    assert [line.item.id for line in view.items] == [item]
    assert view.context[0].item.attachments[0].alt == "a cup"


def test_posts_that_answer_each_other_end(kit: Kit) -> None:
    """A platform that tells of a circle of posts does not keep the page from being drawn."""
    context(kit, "x:1", "9", "chicken", reply_to_id="x:2")
    context(kit, "x:2", "9", "egg", reply_to_id="x:1")
    item = kit.mention()
    with kit.store.transaction() as cursor:
        cursor.execute("UPDATE interactions SET reply_to_id = 'x:2' WHERE id = ?", [item])
    view = kit.desk.conversation(kit.desk.conversation_of(item), "ana")
    assert {line.item.id for line in view.context} == {"x:1", "x:2"}


def test_earlier_wordings_are_shown(kit: Kit) -> None:
    """An edited item has its earlier wordings, oldest first, and its present one only once."""
    item = kit.mention("now")
    with kit.store.transaction() as cursor:
        for number, text in enumerate(("first", "then", "now")):
            cursor.execute(
                "INSERT INTO interaction_versions VALUES (?, ?, ?, ?, ?)",
                [f"x:v{number}", item, f"v{number}", text, kit.now() + timedelta(minutes=number)],
            )
        cursor.execute("UPDATE interactions SET version_id = 'v2', edited_at = ? WHERE id = ?", [kit.now(), item])
    line = kit.desk.item(item)
    assert [version.text for version in line.versions] == ["first", "then"]


def test_the_contact_has_a_history(kit: Kit) -> None:
    """Other conversations with the same person are listed, newest first; strangers under the same post are counted."""
    older = kit.desk.conversation_of(kit.mention("@fernhill older"))
    kit.pass_time(days=8)
    item = kit.mention("@fernhill newer")
    post = kit.sandbox.world.find(int(item.partition(":")[2]))
    kit.sandbox.world.add_user("stranger")
    kit.hear(kit.sandbox.world.post("stranger", "same here", reply_to=post))
    view = kit.desk.conversation(kit.desk.conversation_of(item), "ana")
    assert view.contact is not None
    assert [(past.conversation_id, past.excerpt) for past in view.contact.history] == [(older, "@fernhill older")]
    assert (view.contact.inbound, view.contact.in_7_days, view.others_in_thread) == (2, 1, 1)


def test_waiting_is_explained(kit: Kit) -> None:
    """Waiting is a factor of its own, with how long and what we promise, and it goes when we have answered."""
    item = kit.mention()
    conversation = kit.desk.conversation_of(item)
    kit.pass_time(minutes=90)
    view = kit.desk.conversation(conversation, "ana")
    factor = next(factor for factor in view.factors if factor.name == "waiting")
    assert (factor.points, view.priority) == (22.5, 62)
    assert factor.because == "has waited 90 min for an answer, past the 1 h we promise"
    kit.reply(item)
    kit.outbox.deliver()
    view = kit.desk.conversation(conversation, "ana")
    assert (view.waiting_since, [factor.name for factor in view.factors], view.priority) == (None, ["complaint"], 40)


# -- actions -----------------------------------------------------------------------------------------------------------


def test_hiding_and_liking_are_done_and_shown(kit: Kit) -> None:
    """What is done at the platform is stored with who did it, and answers nothing."""
    item = kit.mention()
    kit.desk.act(item, ActionKind.HIDE, "ana")
    kit.desk.act(item, ActionKind.LIKE, "ana")
    post = kit.sandbox.world.truth().post(item.partition(":")[2])
    line = kit.desk.item(item)
    assert (post.hidden, post.likes, line.item.hidden, line.liked_by_us) == (
        True,
        (kit.channels["main"].owner.id,),
        True,
        True,
    )
    kit.desk.act(item, ActionKind.UNHIDE, "ben")
    kit.desk.act(item, ActionKind.UNLIKE, "ben")
    assert not kit.sandbox.world.truth().post(item.partition(":")[2]).hidden
    with kit.store.read() as cursor:
        rows = cursor.execute("SELECT kind, staff, state FROM actions ORDER BY rowid").fetchall()
    assert rows == [
        ("hide", "ana", "done"),
        ("like", "ana", "done"),
        ("unhide", "ben", "done"),
        ("unlike", "ben", "done"),
    ]
    assert kit.waiting()


def test_an_action_that_fails_says_why(kit: Kit) -> None:
    """A refusal of the platform is shown and kept, and the item stays as it was."""
    item = kit.mention()
    kit.channels["main"].behaviours.append("limited")
    with pytest.raises(DeskError, match="too many"):
        kit.desk.act(item, ActionKind.HIDE, "ana")
    assert not kit.desk.item(item).item.hidden
    with kit.store.read() as cursor:
        assert cursor.execute("SELECT state, reason FROM actions").fetchall() == [("failed", "too many")]


def test_only_our_own_words_are_deleted(kit: Kit) -> None:
    """Deleting a customer's item is not allowed; deleting our own leaves a tombstone without its text."""
    item = kit.mention()
    with pytest.raises(NotAllowed, match="our own"):
        kit.desk.act(item, ActionKind.DELETE, "ana")
    kit.reply(item, "A slip of the pen")
    kit.outbox.deliver()
    ours = kit.desk.conversation(kit.desk.conversation_of(item), "ana").items[-1].item.id
    kit.desk.act(ours, ActionKind.DELETE, "ana")
    line = kit.desk.item(ours)
    assert (line.item.text, line.deleted_at) == ("", kit.now())
    assert kit.sandbox.world.truth().post(ours.partition(":")[2]).deleted
    with pytest.raises(NotAllowed, match="deleted"):
        kit.desk.act(ours, ActionKind.DELETE, "ana")


@pytest.mark.parametrize(("text", "words"), [("  ", "no text"), ("x" * 10_001, "room for 10000")])
def test_a_note_has_words(kit: Kit, text: str, words: str) -> None:
    """An empty note and an endless one are refused."""
    with pytest.raises(DeskError, match=words):
        kit.desk.note(kit.desk.conversation_of(kit.mention()), text, "ana")


# -- private stays private ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "private"), list(product(("mention", "message"), (False, True))))
@pytest.mark.parametrize("behaviour", ["ok", "unsure_taken", "unsure_not_taken", "refused", "limited", "crash_taken"])
def test_private_words_never_reach_a_public_call(kit: Kit, kind: str, private: bool, behaviour: str) -> None:
    """For every kind of item, visibility and answer, what is meant for one person reaches only them."""
    item = kit.mention() if kind == "mention" else kit.message()
    text = "canary-7f3a" if private else "hello"
    kit.channels["main"].behaviours.append(behaviour)
    if kind == "message" and not private:
        with pytest.raises(NotAllowed, match="never"):
            kit.reply(item, text)
        assert kit.channels["main"].calls == []
        return
    kit.reply(item, text, private=private)
    for _ in range(8):
        kit.outbox.deliver()
        kit.outbox.reconcile()
        kit.pass_time(minutes=4)
    assert {type(call) for call in kit.channels["main"].calls} == {PrivateReply if private else PublicReply}
    assert not [post for post in kit.sandbox.world.truth().posts if "canary" in post.text]
    assert len(kit.messages()) <= 1
    recipients = {one.participants for one in kit.sandbox.world.truth().messages}
    assert all(kit.sandbox.world.user("mara").id in people for people in recipients)


def test_an_item_that_turned_private_is_not_answered_in_public(kit: Kit) -> None:
    """Even when a queued public reply finds its item private, nothing is said in public."""
    item = kit.mention()
    intent = kit.reply(item)
    with kit.store.transaction() as cursor:
        cursor.execute("UPDATE interactions SET private = true WHERE id = ?", [item])
    kit.outbox.deliver()
    assert (kit.channels["main"].calls, kit.desk.reply_line(intent).state.value) == ([], "rejected")

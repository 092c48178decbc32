"""A public conversation that goes on in private: both sides show the other."""

from __future__ import annotations

from datetime import timedelta

import pytest
from desk_kit import Kit

from social_listener.errors import DeskError, NotAllowed
from social_listener.model import ActionKind, ReplyState
from social_listener.store.standing import standing


def test_a_private_reply_to_a_public_item_links_both_sides(kit: Kit) -> None:
    """The direct thread is known at once; when the customer answers there, each side opens the other."""
    item = kit.mention("@fernhill my card was charged twice")
    sent = kit.reply(item, "May we call you?", private=True)
    kit.outbox.deliver(kit.now())
    assert kit.state(sent) is ReplyState.SENT
    public = kit.desk.conversation(kit.desk.item(item).item.conversation_id, "ana")
    (link,) = public.links
    assert (link.private, link.excerpt, link.known) == (True, "May we call you?", False)
    assert public.waiting_since is None
    answer = kit.message("yes please")
    (link,) = kit.desk.conversation(public.conversation_id, "ana").links
    direct = kit.desk.conversation(kit.desk.item(answer).item.conversation_id, "ana")
    assert link.known
    assert link.conversation_id == direct.conversation_id
    (back,) = direct.links
    assert (back.private, back.conversation_id, back.item_id) == (False, public.conversation_id, item)
    assert back.excerpt == "@fernhill my card was charged twice"
    assert [line.item.text for line in direct.items] == ["May we call you?", "yes please"]


def test_our_private_words_never_show_as_public(kit: Kit) -> None:
    """What we wrote in private stands in the direct conversation only, as a private item."""
    item = kit.mention()
    kit.reply(item, "only for you", private=True)
    kit.outbox.deliver(kit.now())
    public = kit.desk.conversation(kit.desk.item(item).item.conversation_id, "ana")
    assert [line.item.id for line in public.items] == [item]
    assert kit.posted(item) == 0


def test_standing_knows_private_replies_and_when_we_heard(kit: Kit) -> None:
    """Private replies to an item are counted, but for the one that asks; the last private word is known."""
    item = kit.mention()
    with kit.store.read() as cursor:
        before = standing(cursor, kit.desk.item(item).item)
    assert (before.private_replies, before.heard_at) == (0, None)
    sent = kit.reply(item, "one", private=True)
    kit.outbox.deliver(kit.now())
    kit.pass_time(minutes=5)
    kit.message("hello?")
    with kit.store.read() as cursor:
        after = standing(cursor, kit.desk.item(item).item)
        without = standing(cursor, kit.desk.item(item).item, but=sent)
    assert (after.private_replies, without.private_replies) == (1, 0)
    assert after.heard_at == kit.now()


def test_the_channel_is_told_the_standing(kit: Kit) -> None:
    """A rule that hangs on the standing holds when composing and again when sending."""
    item = kit.mention()
    kit.reply(item, "first", private=True)
    kit.outbox.deliver(kit.now())
    kit.channels["main"].once = True
    with pytest.raises(NotAllowed, match="one private reply"):
        kit.reply(item, "second", private=True)
    kit.channels["main"].once = False
    second = kit.reply(item, "second", private=True)
    kit.channels["main"].once = True
    kit.outbox.deliver(kit.now())
    assert kit.state(second) is ReplyState.REJECTED
    assert kit.messages() == ["first"]


def test_our_own_words_are_reworded(kit: Kit) -> None:
    """An edit of ours is made at the platform; the wording before stays as a version."""
    item = kit.mention()
    kit.reply(item, "We are on it, Marra.")
    kit.outbox.deliver(kit.now())
    conversation = kit.desk.item(item).item.conversation_id
    ours = kit.desk.conversation(conversation, "ana").items[-1].item
    kit.pass_time(minutes=1)
    kit.desk.act(ours.id, ActionKind.EDIT, "ana", " We are on it, Mara. ")
    line = kit.desk.conversation(conversation, "ana").items[-1]
    assert line.item.text == "We are on it, Mara."
    assert [version.text for version in line.versions] == ["We are on it, Marra."]
    assert kit.channels["main"].acts[-1].text == "We are on it, Mara."
    with pytest.raises(NotAllowed, match="too long"):
        kit.desk.act(ours.id, ActionKind.EDIT, "ana", "x" * 300)
    with pytest.raises(NotAllowed):
        kit.desk.act(item, ActionKind.EDIT, "ana", "not ours")


def test_an_edit_that_the_platform_refuses_changes_nothing(kit: Kit) -> None:
    """A refused edit is told, and the words stay."""
    item = kit.mention()
    kit.reply(item, "We are on it.")
    kit.outbox.deliver(kit.now())
    conversation = kit.desk.item(item).item.conversation_id
    ours = kit.desk.conversation(conversation, "ana").items[-1].item
    kit.channels["main"].behaviours.append("rejected")
    with pytest.raises(DeskError, match="did not edit"):
        kit.desk.act(ours.id, ActionKind.EDIT, "ana", "Other words.")
    assert kit.desk.conversation(conversation, "ana").items[-1].item.text == "We are on it."
    assert kit.settings.outbox.undo == timedelta(0)

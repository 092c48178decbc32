"""What counts as news for somebody who has just decided on a conversation."""

from __future__ import annotations

from dataclasses import replace

import pytest
from making import NOW, item, reply, view

from social_listener.dashboard.sight import unchanged
from social_listener.desk_types import ConversationView, NoteLine
from social_listener.model import ReplyState, Status

MINE = reply(text="We are on it.")
THEIRS = item(1)


def test_a_reply_that_was_in_sight_may_go_its_way() -> None:
    """Queued, then being sent, then there: it is what was decided on, whatever the version."""
    before = view(THEIRS, replies=(MINE,))
    sending = view(THEIRS, replies=(replace(MINE, state=ReplyState.SENDING),), version=4)
    there = view(THEIRS, item(2, "We are on it.", outbound=True), version=5)
    assert unchanged(before, sending)
    assert unchanged(before, there)


@pytest.mark.parametrize(
    "after",
    [
        view(THEIRS, item(2, "Of a colleague", outbound=True)),
        view(THEIRS, replies=(MINE, replace(MINE, id="r2", text="Of a colleague"))),
        view(THEIRS, item(2, "Never mind"), replies=(MINE,)),
        view(item(1, "Reworded"), replies=(MINE,)),
        view(replace(THEIRS, deleted_at=NOW), replies=(MINE,)),
        view(THEIRS, replies=(MINE,), assignee="Kim"),
        view(THEIRS, replies=(MINE,), status=Status.RESOLVED),
        view(THEIRS, replies=(MINE,), notes=(NoteLine(id="n", staff="Kim", text="Wait!", created_at=NOW),)),
        view(THEIRS, replies=(MINE,), conversation_id="x:c2"),
    ],
)
def test_everything_else_is_news(after: ConversationView) -> None:
    """Words of customers and colleagues, where it stands and who has it are looked at again first."""
    assert not unchanged(view(THEIRS, replies=(MINE,)), after)


def test_what_one_has_just_said_oneself_is_no_news() -> None:
    """Who answers and resolves in one go knows the own reply without having seen it; a colleague's is news."""
    mine, ann = replace(MINE, id="r2", text="It left today. "), replace(MINE, id="r3", text="Of a colleague")
    assert unchanged(view(THEIRS), view(THEIRS, replies=(mine,)), ["It left today."])
    assert not unchanged(view(THEIRS), view(THEIRS, replies=(mine,)))
    assert not unchanged(view(THEIRS), view(THEIRS, replies=(mine, ann)), ["It left today."])

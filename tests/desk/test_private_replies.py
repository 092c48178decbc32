"""Private replies to a comment when Meta tells less, or other things, than it should."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from meta_kit import NAMES, MetaKit, Name

from social_listener.model import ReplyState

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def make(tmp_path: Path) -> Iterator[list[MetaKit]]:
    """Return a list; the services in it are ended after the test."""
    kits: list[MetaKit] = []
    yield kits
    for kit in kits:
        kit.close()


@pytest.mark.parametrize("fault", ["invalid_json", "wrong_types"])
@pytest.mark.parametrize("name", NAMES)
def test_an_unreadable_answer_before_anything_was_said_is_no_doubt(
    make: list[MetaKit], tmp_path: Path, name: Name, fault: str
) -> None:
    """After a start Meta's clock is asked first: rubbish in that answer only puts the reply off, and it goes once."""
    make.append(kit := MetaKit(tmp_path, (name,)))
    item = kit.comment(name, "mara")
    kit.poll()
    kit.again()
    kit.sandbox.faults.add("GET /me", fault, times=1)
    intent = kit.reply(item, "We are sorry.")
    kit.service.outbox.deliver()
    assert kit.line(intent).state is ReplyState.QUEUED
    assert kit.writes() == 0
    kit.work()
    assert kit.line(intent).state is ReplyState.SENT
    assert kit.writes() == 1


def test_an_author_who_is_told_by_name_only_gets_a_private_reply(make: list[MetaKit], tmp_path: Path) -> None:
    """A private reply goes to the comment: what the composer allows is sent, also where no id of the person is told."""
    make.append(kit := MetaKit(tmp_path, ("instagram",)))
    kit.graph.policy.change(names_only=True)
    item = kit.comment("instagram", "mara")
    kit.poll()
    with kit.service.store.read() as cursor:
        row = cursor.execute("SELECT author_id FROM interactions WHERE id = ?", [item]).fetchone()
    assert row == ("instagram:name-mara",)
    assert kit.rule(item).ok
    intent = kit.reply(item, "We are sorry.")
    kit.work()
    assert kit.line(intent).state is ReplyState.SENT
    assert [one.text for one in kit.graph.truth().messages] == ["We are sorry."]


def test_the_direct_conversation_that_a_private_reply_goes_into_is_told(make: list[MetaKit], tmp_path: Path) -> None:
    """Who wrote in private too, and is told by name only below the post, is seen answered wherever one looks."""
    make.append(kit := MetaKit(tmp_path, ("instagram",)))
    kit.message("instagram", "mara")
    kit.poll()
    kit.graph.policy.change(names_only=True)
    item = kit.comment("instagram", "mara")
    kit.poll()
    desk = kit.service.desk
    with kit.service.store.read() as cursor:
        ((direct,),) = cursor.execute("SELECT id FROM conversations WHERE private").fetchall()
    before = desk.opened(direct, "ana")
    kit.reply(item, "We are sorry.")
    kit.service.outbox.deliver()
    assert desk.is_outdated(before.view, before.read_at)
    now = desk.opened(direct, "ana").view
    assert [line.item.text for line in now.items][-1] == "We are sorry."
    assert len(now.links) == 1

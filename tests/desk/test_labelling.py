"""Labels: our own words for conversations."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from social_listener.desk_types import QueueFilter, View
from social_listener.desk_types.organising import COLOURS
from social_listener.errors import Conflict, DeskError, NotPermitted

if TYPE_CHECKING:
    from desk_kit import Kit


def labelled(kit: Kit, view: View, label_id: str) -> list[str]:
    """Return the conversations of a view that wear a label."""
    return [row.conversation_id for row in kit.desk.queue(QueueFilter(view=view, label=label_id), "ana").rows]


def test_a_label_is_put_on_and_taken_off(kit: Kit) -> None:
    """What is put on is seen in the queue and in the conversation, is found by its filter, and goes when taken off."""
    talk, other = (kit.desk.conversation_of(kit.mention(author=author)) for author in ("mara", "ben"))
    refund = kit.desk.labels.define("  Refund ", "blue", "ana")
    shop = kit.desk.labels.define("shop", "green", "ana")
    assert refund.name == "Refund"
    for label in (refund, shop, refund):
        kit.desk.labels.put(talk, label.id, "ben")
    assert [label.name for label in kit.desk.conversation(talk, "ana").labels] == ["Refund", "shop"]
    rows = {row.conversation_id: row for row in kit.desk.queue(QueueFilter(), "ana").rows}
    assert {label.name for label in rows[talk].labels} == {"Refund", "shop"}
    assert rows[other].labels == ()
    assert labelled(kit, View.WAITING, refund.id) == [talk]
    kit.desk.labels.put(talk, refund.id, "ana", on=False)
    assert labelled(kit, View.WAITING, refund.id) == []
    assert labelled(kit, View.WAITING, shop.id) == [talk]


def test_a_label_stays_when_the_customer_writes_and_when_it_is_resolved(kit: Kit) -> None:
    """New words and a resolution leave labels where they are; resolved conversations are found by label too."""
    item = kit.mention()
    talk = kit.desk.conversation_of(item)
    label = kit.desk.labels.define("vip", "orange", "ana")
    kit.desk.labels.put(talk, label.id, "ana")
    post = kit.sandbox.world.find(int(item.partition(":")[2]))
    kit.hear(kit.sandbox.world.post(post.author, "hello?", reply_to=post))
    assert labelled(kit, View.OPEN, label.id) == [talk]
    kit.desk.resolve(talk, "ana", kit.desk.conversation(talk, "ana").version)
    assert labelled(kit, View.RESOLVED, label.id) == [talk]
    assert kit.desk.queue(QueueFilter(view=View.RESOLVED), "ana").rows[0].labels == (label,)


def test_a_label_is_renamed_and_put_away(kit: Kit) -> None:
    """A new name shows everywhere at once; one put away is not offered and not put on, but stays where it is."""
    talk, other = (kit.desk.conversation_of(kit.mention(author=author)) for author in ("mara", "ben"))
    label = kit.desk.labels.define("refnud", "blue", "ana")
    kit.desk.labels.put(talk, label.id, "ana")
    label = kit.desk.labels.change(label.id, "ana", label.version, name="refund", colour="purple")
    shown = kit.desk.conversation(talk, "ana").labels
    assert [(one.name, one.colour) for one in shown] == [("refund", "purple")]
    label = kit.desk.labels.change(label.id, "ana", label.version, archived=True)
    assert kit.desk.labels.all("ana") == ()
    assert kit.desk.labels.all("ana", archived=True) == (label,)
    with pytest.raises(DeskError, match="'refund' was put away"):
        kit.desk.labels.put(other, label.id, "ana")
    assert [one.name for one in kit.desk.conversation(talk, "ana").labels] == ["refund"]
    kit.desk.labels.put(talk, label.id, "ana", on=False)
    assert kit.desk.conversation(talk, "ana").labels == ()


def test_who_changes_an_old_version_is_told(kit: Kit) -> None:
    """Two who edit the same label do not overwrite each other."""
    label = kit.desk.labels.define("refund", "blue", "ana")
    kit.desk.labels.change(label.id, "ana", label.version, name="refunds")
    with pytest.raises(Conflict, match="changed meanwhile"):
        kit.desk.labels.change(label.id, "ben", label.version, name="money back")


@pytest.mark.parametrize("name", ["", "  ", "x" * 41, "REFUND", "a\u202eb", "a; b"])
def test_a_bad_name_is_refused(kit: Kit, name: str) -> None:
    """No name, a long one, one that is there already in other letters, or one with hidden marks makes no label."""
    kit.desk.labels.define("Refund", "blue", "ana")
    with pytest.raises(DeskError, match="label"):
        kit.desk.labels.define(name, "blue", "ana")
    assert len(kit.desk.labels.all("ana")) == 1


def test_every_colour_is_taken_and_no_other(kit: Kit) -> None:
    """Labels have the colours of the set."""
    for colour in COLOURS:
        kit.desk.labels.define(f"a {colour} one", colour, "ana")
    with pytest.raises(DeskError, match="not 'pink'"):
        kit.desk.labels.define("a pink one", "pink", "ana")


def test_a_stranger_labels_nothing(kit: Kit) -> None:
    """Who does not work here neither defines labels nor puts them on."""
    talk = kit.desk.conversation_of(kit.mention())
    label = kit.desk.labels.define("refund", "blue", "ana")
    with pytest.raises(NotPermitted):
        kit.desk.labels.define("mine", "blue", "mallory")
    with pytest.raises(NotPermitted):
        kit.desk.labels.put(talk, label.id, "mallory")
    with pytest.raises(DeskError, match="no conversation"):
        kit.desk.labels.put("x:404", label.id, "ana")
    assert kit.desk.conversation(talk, "ana").labels == ()

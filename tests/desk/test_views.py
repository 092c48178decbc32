"""Saved views: filter and search under a name."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from social_listener.desk_types import QueueFilter, View
from social_listener.errors import Conflict, DeskError, NotPermitted
from social_listener.model import SentimentLabel
from social_listener.store import views

if TYPE_CHECKING:
    from desk_kit import Kit

ANGRY = QueueFilter(
    view=View.OPEN,
    sentiment=SentimentLabel.NEGATIVE,
    private=False,
    search="refund",
    due_within=timedelta(hours=2),
)


def names(kit: Kit, staff: str) -> list[str]:
    """Return the names of somebody's views, in order."""
    return [view.name for view in kit.desk.views.all(staff)]


def test_a_view_keeps_a_filter_for_oneself_or_for_all(kit: Kit) -> None:
    """One's own view nobody else sees; a shared one everybody does, before their own; both hold the very filter."""
    kit.desk.views.save(" Angry  ones ", ANGRY, "ana")
    kit.desk.views.save("On X", QueueFilter(channel="x"), "ana", shared=True)
    assert (names(kit, "ana"), names(kit, "ben")) == (["On X", "Angry ones"], ["On X"])
    assert [view.wanted for view in kit.desk.views.all("ana")] == [QueueFilter(channel="x"), ANGRY]


def test_a_view_is_renamed_refiled_moved_and_deleted(kit: Kit) -> None:
    """Each change stays; an old version is refused; another's own view is as if it were not there."""
    first, second = (kit.desk.views.save(name, QueueFilter(), "ana") for name in ("first", "second"))
    first = kit.desk.views.change(first.id, "ana", first.version, name="one", wanted=ANGRY)
    assert kit.desk.views.all("ana")[0] == first
    with pytest.raises(Conflict):
        kit.desk.views.change(first.id, "ana", 1, name="uno")
    kit.desk.views.move(second.id, "ana", -1)
    assert names(kit, "ana") == ["second", "one"]
    kit.desk.views.move(second.id, "ana", -1)
    assert names(kit, "ana") == ["second", "one"]
    with pytest.raises(DeskError, match="no saved view"):
        kit.desk.views.delete(first.id, "ben", first.version)
    with pytest.raises(Conflict):
        kit.desk.views.delete(first.id, "ana", 1)
    kit.desk.views.delete(first.id, "ana", first.version)
    assert names(kit, "ana") == ["second"]


def test_views_are_counted_in_one_pass(kit: Kit) -> None:
    """The counts are those of the queue itself; what would be slow to count has none."""
    for author, text in (("a", "@fernhill one"), ("b", "@fernhill two")):
        kit.mention(text, author)
    kit.message(author="c")
    kit.desk.assign(talk := kit.waiting()[0], "ana", "ana", kit.desk.conversation(talk, "ana").version)
    wanted = {
        "private": QueueFilter(private=True),
        "mine": QueueFilter(view=View.MINE),
        "none": QueueFilter(language="fr"),
        "all": QueueFilter(view=View.OPEN, channel="x"),
    }
    saved = [kit.desk.views.save(name, one, "ana") for name, one in wanted.items()]
    slow = [
        kit.desk.views.save("words", ANGRY, "ana"),
        kit.desk.views.save("r", QueueFilter(view=View.RESOLVED), "ana"),
    ]
    counts = kit.desk.views.counts([*saved, *slow], "ana")
    assert counts == {view.id: kit.desk.queue(view.wanted, "ana").total for view in saved}
    assert sorted(counts.values()) == [0, 1, 1, 3]
    assert kit.desk.views.counts([], "ana") == {}


def test_a_view_of_another_version_opens_with_what_is_known(kit: Kit) -> None:
    """What this program does not know of a kept filter is left out."""
    assert views._wanted('{"view": "burning", "mood": "cross", "channel": "x"}') == QueueFilter(channel="x")


@pytest.mark.parametrize("name", ["", "x" * 41, "MINE ONLY", "a\u202eb"])
def test_a_bad_name_is_refused(kit: Kit, name: str) -> None:
    """No name, a long one, one that is there already or one with hidden marks makes no view."""
    kit.desk.views.save("mine only", ANGRY, "ana")
    with pytest.raises(DeskError, match="view"):
        kit.desk.views.save(name, ANGRY, "ana")
    with pytest.raises(NotPermitted):
        kit.desk.views.save("other", ANGRY, "mallory")
    assert names(kit, "ana") == ["mine only"]

"""Saved views: filter and search under a name."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from desk_kit import make_kit
from staff_kit import seed_staff

from social_listener.desk_types import QueueFilter, View
from social_listener.desk_types.contacts import Silencing
from social_listener.desk_types.organising import OpenCounts
from social_listener.errors import Conflict, DeskError, NotPermitted
from social_listener.model import SentimentLabel
from social_listener.rights import Role
from social_listener.store import views

if TYPE_CHECKING:
    from pathlib import Path

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


def test_open_conversations_are_counted_by_channel_label_and_team(kit: Kit) -> None:
    """The counts are those of the queue filtered so; what is snoozed, resolved or muted is in none of them."""
    for name in "abcdefg":
        kit.mention(f"@fernhill I am {name}", name)
    vip, late = (kit.desk.labels.define(name, "blue", "ana").id for name in ("VIP", "late"))
    team = kit.desk.team.save_team("ana", "Support", ["ana"]).id
    talks = kit.waiting()
    for talk in talks[:5]:
        kit.desk.labels.put(talk, vip, "ana")
        kit.desk.team.hand_over(talk, "ana", team, kit.desk.conversation(talk, "ana").version)
    kit.desk.labels.put(talks[0], late, "ana")
    kit.desk.snooze(talks[2], "ana", kit.now() + timedelta(hours=1), kit.desk.conversation(talks[2], "ana").version)
    kit.desk.resolve(talks[3], "ana", kit.desk.conversation(talks[3], "ana").version)
    kit.desk.contacts.silence(talks[4], Silencing.MUTED, "ana")
    counts = kit.desk.views.open_counts("ana")
    assert counts == OpenCounts(channels={"x": 4}, labels={vip: 2, late: 1}, teams={team: 2})
    for wanted in (QueueFilter(channel="x"), QueueFilter(label=vip), QueueFilter(team_id=team)):
        total = kit.desk.queue(replace(wanted, view=View.OPEN), "ana").total
        assert total == (4 if wanted.channel else 2)
    kit.pass_time(hours=2)
    assert kit.desk.views.open_counts("ana").labels == {vip: 3, late: 1}


def test_a_foreign_account_is_in_no_count(tmp_path: Path) -> None:
    """Who has access to one account is told of what is open there only, though labels and teams are everybody's."""
    kit = make_kit(tmp_path, accounts=("main", "other"))
    for account in ("main", "other", "other"):
        kit.mention("@fernhill hello", f"on {account}", account=account)
    vip = kit.desk.labels.define("VIP", "blue", "ana").id
    for talk in kit.waiting():
        kit.desk.labels.put(talk, vip, "ana")
    seed_staff(kit.desk, "mo", role=Role.MARKETER, accounts=frozenset({"main"}))
    seed_staff(kit.desk, "no", role=Role.MARKETER, accounts=frozenset())
    everything, part, none = (kit.desk.views.open_counts(who) for who in ("ana", "mo", "no"))
    assert (everything.labels[vip], part.labels[vip]) == (len(kit.waiting()), 1)
    assert everything.labels[vip] > 1
    assert none == OpenCounts(channels={}, labels={}, teams={})
    kit.close()


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

"""What the bench is given: questions with their numbers, what runs, what can be taken back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from making import NOW, opened, page, row, view

from social_listener.dashboard import draw_bench, draw_queue, inbox_filter
from social_listener.dashboard.bench_data import Bench
from social_listener.dashboard.session import Inbox
from social_listener.desk.bulk import Change, Deed, Prepared
from social_listener.desk_types import QueueFilter, View
from social_listener.desk_types.organising import COLOURS, BulkRun, Label, Left, OpenCounts, SavedView, UndoOffer
from social_listener.desk_types.team import Team

VIP = Label(id="a" * 12, name="vip", colour="blue", archived=False, version=1)
RUN = BulkRun(
    id="r",
    words="Resolved",
    total=1204,
    done=500,
    changed=498,
    failed=2,
    failures=(Left(id="x:c1", name="Mara", why="it was changed meanwhile"),),
    started_at=NOW,
    ended_at=None,
)


def bench(now: Inbox) -> dict[str, Any]:
    """Return what the component is given."""
    return draw_bench.bench(now, me="Sam", snoozes=["For 1 hour"], time=NOW)


def asked(deed: Deed, done: str, number: int) -> str:
    """Return the question before so many are changed."""
    versions = {str(one): 1 for one in range(number)}
    prepared = Prepared(change=Change(deed=deed), staff="Sam", done=done, versions=versions)
    return bench(Inbox(wanted=QueueFilter(), prepared=prepared))["confirm"]["words"]


def test_the_number_stands_in_the_question() -> None:
    """Whoever is asked reads what is done, and to how many."""
    assert asked(Deed.RESOLVE, "Resolved", 1204) == "Resolve 1,204 conversations?"
    assert asked(Deed.ASSIGN, "Assigned to Ann", 1) == "Assign 1 conversation (Assigned to Ann)?"
    assert "spam" in asked(Deed.SPAM, "Called spam", 2)
    assert bench(Inbox(wanted=QueueFilter()))["confirm"] is None


@pytest.mark.parametrize("deed", Deed)
def test_every_deed_has_its_question(deed: Deed) -> None:
    """None is without words, and no two are asked alike."""
    assert asked(deed, "Done", 3).endswith("?")
    assert len({asked(one, "Done", 3) for one in Deed}) == len(Deed)


def test_a_run_tells_how_far_it_is_and_what_failed() -> None:
    """Under way it counts; at its end it says what was left, by name and with the reason; cut off it says so."""
    told = bench(Inbox(wanted=QueueFilter(), bench=Bench(run=RUN)))["run"]
    assert (told["ended"], told["done"], told["total"]) == (False, 500, 1204)
    ended = draw_bench._run(BulkRun(**{**_plain(RUN), "ended_at": NOW, "done": 1204}))
    assert ended is not None
    assert ended["telling"]
    assert ended["failures"] == [["Mara", "It was changed meanwhile."]]
    cut = draw_bench._run(BulkRun(**{**_plain(RUN), "ended_at": NOW, "cut_off": True}))
    assert cut is not None
    assert "cut off after 500 of 1,204" in str(cut["words"])


def _plain(run: BulkRun) -> dict[str, Any]:
    return {name: getattr(run, name) for name in run.__slots__}


def test_the_offer_names_deed_and_customer() -> None:
    """What Z would take back is told with whom it concerns."""
    offer = UndoOffer(id="u", words="Resolved", about="Mara", done_at=NOW, expires_at=NOW + timedelta(minutes=10))
    told = bench(Inbox(wanted=QueueFilter(), bench=Bench(offer=offer)))["undo"]
    assert (told["id"], told["words"], told["at"]) == ("u", "Resolved · Mara", NOW.isoformat())


def test_a_conversation_tells_what_it_wears() -> None:
    """Labels of the open conversation are marked; all have a colour of the set, also one that is not known."""
    odd = Label(id="b" * 12, name="odd", colour="pink", archived=True, version=3)
    now = Inbox(wanted=QueueFilter(), opened=opened(view(labels=(VIP,))), bench=Bench(labels=(VIP, odd)))
    told = bench(now)
    assert told["worn"] == [VIP.id]
    assert {one["hex"] for one in told["labels"]} == {COLOURS["blue"], COLOURS["grey"]}


def test_saved_views_stand_behind_the_fixed_ones() -> None:
    """Each has its count, and the one shown is marked; the view of the muted has no place while it is empty."""
    mine = SavedView(id="v1", owner="Sam", name="Angry", wanted=QueueFilter(search="angry"), version=1)
    all_ = SavedView(id="v2", owner=None, name="Public", wanted=QueueFilter(private=False), version=1)
    shown = draw_queue.views(page(row(1), total=7), mine.wanted, (all_, mine), {"v2": 3})
    assert shown["chosen"] == "saved:v1"
    assert [(one["label"], one["count"]) for one in shown["views"][-2:]] == [("Public", 3), ("Angry", 7)]
    assert View.SPAM.value in {one["id"] for one in shown["views"]}
    none = page()
    assert View.SPAM.value not in {one["id"] for one in draw_queue.views(none, QueueFilter(), (), {})["views"]}


def test_views_by_channel_label_and_team_have_their_counts() -> None:
    """Each channel when there are several, each label in use, each team; choosing one shows all that is open of it."""
    unused = Label(id="b" * 12, name="unused", colour="grey", archived=False, version=1)
    shown = Bench(
        labels=(VIP, unused),
        open=OpenCounts(channels={"instagram": 1200}, labels={VIP.id: 3}, teams={}),
        teams=(Team(id="t1", name="Support", members=(), version=1),),
    )
    views = draw_bench.open_views(shown, ["instagram", "x"])
    assert [(one["name"], one["count"]) for one in views] == [
        ("Instagram", "1,200"),
        ("X", "0"),
        ("vip", "3"),
        ("Team Support", "0"),
    ]
    assert [draw_bench.open_filter(one["id"]) for one in views] == [
        QueueFilter(view=View.OPEN, channel="instagram"),
        QueueFilter(view=View.OPEN, channel="x"),
        QueueFilter(view=View.OPEN, label=VIP.id),
        QueueFilter(view=View.OPEN, team_id="t1"),
    ]
    assert [one["name"] for one in draw_bench.open_views(shown, ["x"])] == ["vip", "Team Support"]
    assert [draw_bench.open_filter(name) for name in ("waiting", "saved:1", "label:", "")] == [None] * 4


def test_a_filter_is_picked_by_its_words_whatever_it_counted() -> None:
    """An option that was picked while the page showed an older count is that very option; another word is none."""
    counts = {"x": 1300}
    names = {"": "Any"} | {code: inbox_filter.option(code.upper(), code, counts) for code in ("x", "vk")}
    assert names == {"": "Any", "x": "X (1,300)", "vk": "VK (0)"}
    assert inbox_filter.option("Public", "public", None) == "Public"
    picked = [inbox_filter.picked(told, names) for told in ("x", "X (1,299)", "VK (7)", "", "Y (1,300)")]
    assert picked == ["x", "x", "vk", "", ""]

"""One short history for each rule of reading Facebook and Instagram: it ends well, and badly without the rule."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any

import pytest
from graph_kit import GRAM, LATEST, PAGE
from reading_kit import rows
from test_ingest_graph import Machine

from social_listener.channels import facebook_parse, facebook_reading, graph_walk
from social_listener.channels.facebook_wire import Said
from social_listener.channels.graph_found import moment
from social_listener.cursor import Cursor, Gap
from social_listener.cursor import advance as advance_rightly
from social_listener.ingest import walk
from social_listener.model import Interaction, Page
from social_listener.sandbox.webhooks import Delivery
from social_listener.store import facts, pages

Patch = pytest.MonkeyPatch
LATE = LATEST.total_seconds()


@pytest.fixture
def machine() -> Machine:
    """Return the state machine, to be led by hand, with nothing said yet; at the end store and truth are compared."""
    return Machine()


# -- the histories -----------------------------------------------------------------------------------------------------


def shows_late(machine: Machine) -> None:
    """Let a comment show when later ones were read long ago."""
    unpushed(machine)
    post = machine.graph.page_post("news")
    machine.say(post, "mara", "where is my order?", LATE)
    machine.say(post, "ben", "thanks", 0.0)
    for _ in range(6):
        machine.poll()
        machine.pass_time(300)


def read_hours_later(machine: Machine) -> None:
    """Have a walk meet on its last page what was said hours before it began."""
    unpushed(machine)
    machine.say(machine.posts[-140], "mara", "where is my order?", 0.0)
    machine.pass_time(4 * 3600)


def below_an_old_post(machine: Machine) -> None:
    """Comment on a post that is hours old by then."""
    unpushed(machine)
    post = machine.graph.page_post("news")
    machine.poll()
    machine.pass_time(4 * 3600)
    machine.poll()
    machine.say(post, "mara", "where is my order?", 0.0)
    machine.poll()


def below_a_very_old_post(machine: Machine) -> None:
    """Comment on a post that is on none of the newest pages."""
    unpushed(machine)
    machine.say(machine.posts[3], "mara", "where is my order?", 0.0)
    machine.poll()


def unpushed(machine: Machine) -> None:
    """Lose everything that is pushed from now on."""
    machine.house.sandbox.webhooks.mode(hold=True, lost=1.0)


def accept(machine: Machine, account: str, *deliveries: Delivery) -> None:
    """Push those deliveries, and read each before the next."""
    for one in deliveries:
        machine.house.ingest.accept(account, {name.lower(): value for name, value in one.headers.items()}, one.body)
        machine.house.read()


def taken_back_first(machine: Machine) -> None:
    """Let the push that a message was taken back overtake the one that tells of it."""
    unpushed(machine)
    webhooks = machine.house.sandbox.webhooks
    message = machine.graph.message("mara", "a word", "instagram")
    told = webhooks.build("instagram", message)
    machine.pass_time(60)
    machine.graph.unsend(message)
    accept(machine, GRAM, webhooks.build("instagram", message, "remove"), told)
    machine.known.taken_back.add(message.id)


def edited_first(machine: Machine) -> None:
    """Let the push of an edit overtake the one that tells of the comment."""
    unpushed(machine)
    webhooks = machine.house.sandbox.webhooks
    comment = machine.graph.comment("mara", machine.graph.page_post("news"), "good")
    told = webhooks.build("facebook", comment)
    machine.pass_time(60)
    machine.graph.edit(comment, "bad")
    accept(machine, PAGE, webhooks.build("facebook", comment, "edited"), told)


def half_pushed(machine: Machine) -> None:
    """Push only the newest of more messages than the platform gives again."""
    unpushed(machine)
    machine.write("mara", "messenger", 20)
    machine.house.sandbox.webhooks.mode(hold=True)
    machine.write("mara", "messenger", 14)
    machine.house.push()
    machine.house.read()
    machine.poll()


def more_than_is_given(machine: Machine) -> None:
    """Write more between two polls than the platform gives."""
    unpushed(machine)
    machine.write("ben", "instagram", 23)
    machine.poll()


def deleted_while_down(machine: Machine) -> None:
    """Delete the only comment below a picture while the service does not run."""
    unpushed(machine)
    picture = machine.graph.media("news")
    machine.say(picture, "mara", "where is my order?", 0.0)
    machine.poll()
    machine.down([machine.said[-1]])
    machine.poll()


# -- what goes without the rule ----------------------------------------------------------------------------------------


def no_overlap(patch: Patch, machine: Machine) -> None:
    """Read nothing again."""
    machine.house.overlap = machine.overlap = timedelta(0)
    machine.house.restart()


def moved_with_the_first_page(patch: Patch, machine: Machine) -> None:
    """Move the mark with the first page of a walk."""

    def moves(cursor: Cursor, page: Page, *, known: bool, overlap: timedelta) -> tuple[Cursor, Gap | None]:
        moved, gap = advance_rightly(cursor, page, known=known, overlap=overlap)
        return replace(moved, since=page.server_time), gap

    patch.setattr(walk, "advance", moves)


def found_by_time_of_making(patch: Patch, machine: Machine) -> None:
    """Look below those posts only that are new."""

    def has_moved(post: Said, since: int | None) -> bool:
        return since is None or post.created_at >= moment(since)

    patch.setattr(facebook_parse, "has_moved", has_moved)
    patch.setattr(facebook_reading, "has_moved", has_moved)


def no_rotation(patch: Patch, machine: Machine) -> None:
    """Look at the newest page of posts only."""
    listed = graph_walk.Rotation.listed
    patch.setattr(graph_walk.Rotation, "listed", lambda self, **facts: replace(listed(self, **facts), ended=True))


def early_deletions_forgotten(patch: Patch, machine: Machine) -> None:
    """Forget what was deleted before it was told."""
    patch.setattr(facts, "gone", lambda *_: set())


def words_in_order_of_arrival(patch: Patch, machine: Machine) -> None:
    """Take the words that come last for the newest."""

    def worded(stored: Interaction, since: datetime | None, told: Interaction, told_at: datetime) -> Interaction:
        if told.text == stored.text:
            return replace(told, version_id=stored.version_id, edited_at=stored.edited_at)
        stamp = max(told_at, stored.edited_at or told_at) + timedelta(seconds=1)
        return replace(told, version_id=f"{told.id.partition(':')[2]}~{stamp.timestamp():.0f}", edited_at=stamp)

    patch.setattr(import_module("social_listener.ingest.decide"), "worded_then", worded)


def pushed_is_sighted(patch: Patch, machine: Machine) -> None:
    """Take what was pushed for what a poll has brought."""
    patch.setattr(walk, "met_before", lambda _, page, known: any(item.id in known.items for item in page.interactions))


def cut_ignored(patch: Patch, machine: Machine) -> None:
    """Take no notice of a thread that is not given whole."""
    patch.setattr(walk.Walk, "_cut", lambda *_: None)


def threads_forgotten(patch: Patch, machine: Machine) -> None:
    """Look things up without the thread they are stored in."""
    patch.setattr(pages, "threads", lambda _cursor, _account, natives: dict.fromkeys(natives))


RULES: dict[str, tuple[Callable[[Machine], None], Callable[[Patch, Machine], None], str]] = {
    "the overlap is read again": (shows_late, no_overlap, "was lost"),
    "the mark moves at the end of a walk": (read_hours_later, moved_with_the_first_page, "was lost"),
    "posts are found by what moved": (below_an_old_post, found_by_time_of_making, "was lost"),
    "old posts take their turn": (below_a_very_old_post, no_rotation, "was lost"),
    "early deletions are remembered": (taken_back_first, early_deletions_forgotten, "was taken back"),
    "words have an order of their own": (edited_first, words_in_order_of_arrival, "came back"),
    "what is pushed is no sighting": (half_pushed, pushed_is_sighted, "was lost"),
    "the thread of what is looked up is known": (deleted_while_down, threads_forgotten, "nobody noticed"),
    "a cut is a gap": (more_than_is_given, cut_ignored, "was lost"),
}


#: one rule in sixteen is tried every day, all of them in the long run
TRIED = [pytest.param(name, marks=[pytest.mark.long] if at % 16 else []) for at, name in enumerate(RULES)]


@pytest.mark.parametrize("name", TRIED)
def test_the_history_ends_well(machine: Machine, name: str) -> None:
    """With the rule, store and truth agree at the end."""
    RULES[name][0](machine)
    machine.teardown()


@pytest.mark.parametrize("name", TRIED)
def test_without_the_rule_it_is_noticed(machine: Machine, name: str, monkeypatch: Patch) -> None:
    """Negative control: without the rule something is wrong at the end, and it is found."""
    history, without, words = RULES[name]
    without(monkeypatch, machine)
    with pytest.raises(AssertionError, match=words):
        _lived(machine, history)


def _lived(machine: Machine, history: Callable[[Machine], Any]) -> None:
    try:
        history(machine)
    finally:
        machine.teardown()


def test_what_stood_below_a_deleted_post_goes_with_it(machine: Machine) -> None:
    """A comment is a tombstone too, though its post was found to be gone long before it was looked up itself."""
    unpushed(machine)
    post = machine.graph.visitor_post("mara", "hello")
    machine.poll()
    machine.pass_time(50 * 60)
    machine.say(post, "ben", "hello, Mara", 0.0)
    machine.poll()
    machine.pass_time(11 * 60)
    machine.alter(post, "delete")
    machine.recheck()
    assert len(rows(machine.house.ingest.store, "SELECT id FROM interactions WHERE deleted_at IS NOT NULL")) == 1
    machine.teardown()


def test_a_comment_on_an_advertisement_is_met_through_our_answer(machine: Machine) -> None:
    """When its own push was lost, a customer's comment is stored, and answered, with the push of our answer to it."""
    unpushed(machine)
    machine.say(machine.graph.media("buy this", ad=True), "mara", "where is my order?", 0.0)
    machine.house.push()
    machine.house.sandbox.webhooks.mode(hold=True)
    machine.say(machine.said[-1], machine.graph.brand.handle, "on its way", 0.0)
    machine.house.push()
    machine.house.read()
    (item,) = rows(machine.house.ingest.store, "SELECT * FROM interactions WHERE NOT outbound")
    assert (item["text"], item["context"], item["answered_at"] is not None) == ("where is my order? 1", False, True)
    machine.teardown()


def test_a_comment_pushed_late_was_said_when_the_list_says(machine: Machine) -> None:
    """Instagram pushes no time of saying: the list's earlier time holds, and what else the list tells is taken."""
    unpushed(machine)
    comment = machine.graph.ig_comment("mara", machine.graph.media("news"), "where is my order?")
    machine.pass_time(5)
    machine.graph.hide(comment, True)
    machine.house.restart()
    accept(machine, GRAM, machine.house.sandbox.webhooks.build("instagram", comment))
    machine.poll()
    (item,) = rows(machine.house.ingest.store, "SELECT * FROM interactions WHERE NOT outbound")
    assert item["hidden"]
    for table in ("conversations", "queue"):
        (row,) = rows(machine.house.ingest.store, f"SELECT last_at FROM {table} WHERE account_id = 'gram'")
        assert row["last_at"] == item["sent_at"], table
    machine.teardown()


def test_each_thread_that_is_cut_has_a_gap_of_its_own(machine: Machine) -> None:
    """Two customers who each wrote more than is given are two gaps: each says whose words are missing."""
    unpushed(machine)
    machine.write("ben", "messenger", 23)
    machine.write("mara", "messenger", 24)
    machine.poll()
    machine.teardown()

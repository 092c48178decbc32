"""A day of two people at one inbox, told from morning to evening; the platform's truth is asked at its end."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from conftest import MakeStage, Open
from doubts import leave_in_doubt
from playwright.sync_api import Locator, Page, expect
from stage import Stage, until
from test_browser_work import pick

if TYPE_CHECKING:
    from collections.abc import Mapping

pytestmark = pytest.mark.browser

KETTLE, RETURN, PARCEL, GRINDER = "my kettle is late", "may I return it?", "where is my parcel?", "is it loud?"
LOST = "Your refund left us on Monday."  #: what Sam wrote before the service went down


@dataclass(frozen=True, kw_only=True)
class Day:
    """The service, the page of each of the two, and the customers' posts by what they say."""

    stage: Stage
    sam: Page
    kim: Page
    posts: Mapping[str, str]
    slow: int  #: the fault by which the platform keeps its answer to the first reply back

    def both_open(self, said: str) -> None:
        """Let both go to a conversation."""
        for page in (self.sam, self.kim):
            go_to(page, said)

    def answers(self, said: str) -> list[str]:
        """Return what was really posted below a post."""
        return [one.text for one in self.stage.answers(self.posts[said])]


def area(page: Page) -> Locator:
    """Return the composer's text area."""
    return page.locator(".st-key-composer .box > textarea")


def go_to(page: Page, said: str) -> None:
    """Open a conversation from the list."""
    page.locator(".st-key-queue_list .row", has_text=said).click()
    expect(page.locator(".said.focus")).to_contain_text(said)


def write(page: Page, text: str) -> None:
    """Write into the composer and hand it over."""
    area(page).fill(text)
    area(page).press("Control+Enter")


def bell(page: Page, words: str) -> None:
    """Look what came last of what waits for somebody, and go there; of late answers both are told too."""
    line = page.locator(".st-key-bell .line").first
    expect(line).to_contain_text(words)
    page.keyboard.press("w")
    expect(line).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".st-key-bell .panel")).to_be_hidden()


# -- the scenes --------------------------------------------------------------------------------------------------------


def begins(stage: Stage, open_page: Open) -> Day:
    """Begin the day: in the night a reply of Sam's got lost on its way, four customers wrote, both sign in."""
    posts = leave_in_doubt(stage, [LOST], taken=True)
    posts |= {said: stage.mention(said) for said in (KETTLE, RETURN, PARCEL, GRINDER)}
    stage.serve()
    sam, kim = (open_page(f"{stage.address}/?staff={name}", staff=name) for name in ("Sam", "Kim"))
    for page in (sam, kim):
        expect(page.locator(".st-key-queue_list .row")).to_have_count(len(posts))
    slow = stage.sandbox.faults.add("POST /2/tweets", "stall", times=1)
    return Day(stage=stage, sam=sam, kim=kim, posts=posts, slow=slow)


def each_sees_the_other(day: Day) -> None:
    """Both open the kettle, and each is told that the other is there and types."""
    day.both_open(KETTLE)
    for me, other, name in ((day.sam, day.kim, "Kim"), (day.kim, day.sam, "Sam")):
        expect(me.locator(".chip.here")).to_have_text(f"{name} is here too")
        area(other).press_sequentially("I look", delay=10)
        expect(me.locator(".chip.here")).to_have_text(f"{name} writes a reply")


def the_slower_one_is_stopped(day: Day) -> None:
    """Sam sends; Kim's text was written to what is not so any more: it stays, and does not go."""
    area(day.kim).fill("It comes tomorrow.")
    write(day.sam, "It comes on Friday, sorry!")
    banner = day.kim.locator(".banner")
    expect(banner).to_contain_text("A reply was given meanwhile")
    expect(banner).to_contain_text("Sam: It comes on Friday, sorry!")
    expect(day.kim.get_by_role("button", name="Post in public")).to_be_disabled()
    area(day.kim).press("Control+Enter")
    expect(area(day.kim)).to_have_value("It comes tomorrow.")
    expect(area(day.sam)).to_have_value("")


def and_decides(day: Day) -> None:
    """Kim reads it and goes on; while Sam's is on its way a second one is refused; it arrives, and she drops hers."""
    day.kim.get_by_role("button", name="Read it, go on with my text").click()
    expect(day.kim.locator(".banner")).to_have_count(0)
    area(day.kim).press("Control+Enter")
    expect(day.kim.locator(".banner.bad")).to_contain_text("A reply of Sam to this item is")
    expect(area(day.kim)).to_have_value("It comes tomorrow.")
    day.stage.sandbox.faults.clear(day.slow)
    expect(day.kim.locator(".said.ours")).to_contain_text("It comes on Friday, sorry!")
    expect(day.kim.get_by_role("button", name="Post in public")).to_be_enabled()
    area(day.kim).fill("")
    assert day.answers(KETTLE) == ["It comes on Friday, sorry!"]


def a_note_and_an_assignment_go_across(day: Day) -> None:
    """Kim names Sam in a note, Sam follows the bell to it and hands the conversation to Kim, whose bell tells her."""
    day.kim.get_by_role("radio", name="Note").click()
    area(day.kim).press_sequentially("The carrier says tomorrow, @s", delay=20)
    expect(day.kim.get_by_role("option", name="Sam")).to_be_visible()
    area(day.kim).press("Enter")
    area(day.kim).press("Control+Enter")
    expect(day.kim.locator(".said.note")).to_contain_text("The carrier says tomorrow, @Sam")
    go_to(day.sam, GRINDER)
    bell(day.sam, "Kim named you in a note")
    expect(day.sam.locator(".said.note.asked")).to_contain_text("The carrier says tomorrow")
    pick(day.sam, "g", "kim")
    expect(day.sam.locator(".st-key-headline")).to_contain_text("Kim")
    go_to(day.kim, RETURN)
    bell(day.kim, "Sam")
    expect(day.kim.locator(".said.focus")).to_contain_text(KETTLE)
    expect(day.kim.locator(".tab", has_text="Mine").locator(".count")).to_have_text("1")


def one_is_taken_back(day: Day) -> None:
    """Sam regrets a reply within its window: its text is in the composer again."""
    go_to(day.sam, GRINDER)
    write(day.sam, "As a jet!")
    expect(day.sam.locator(".said.going .state")).to_contain_text("goes out in")
    expect(area(day.sam)).to_have_value("")
    day.sam.get_by_role("button", name="Undo", exact=True).click()
    expect(area(day.sam)).to_have_value("As a jet!")
    expect(day.sam.locator(".said.going")).to_have_count(0)


def from_noon_on_kim_needs_approval(day: Day, open_page: Open) -> None:
    """Sam changes Kim's role; her open page offers to ask, and not to send, any more."""
    page = open_page(f"{day.stage.address}/staff", staff="Sam")
    kim = page.get_by_role("row", name=re.compile("^Kim"))
    kim.get_by_text("Change", exact=True).click()
    kim.get_by_label("Role").select_option(label="Replies with approval")
    kim.get_by_role("button", name="Save role and accounts").click()
    expect(page.get_by_role("status")).to_contain_text("Changed what Kim may do")
    go_to(day.kim, RETURN)
    expect(day.kim.locator(".send")).to_contain_text("Send for approval")


def one_is_changed_and_approved(day: Day) -> None:
    """Kim asks, Sam finds it in the view To approve, puts it into better words and lets it go."""
    write(day.kim, "Within a year.")
    expect(day.kim.locator(".said.proposal")).to_contain_text("waits for approval; nothing was sent")
    pick(day.sam, "v", "to approve")
    go_to(day.sam, RETURN)
    expect(day.sam.get_by_role("button", name="Change and approve")).to_be_visible()
    day.sam.keyboard.press("Shift+Y")
    dialog = day.sam.get_by_role("dialog")
    expect(dialog.get_by_role("textbox")).to_have_value("Within a year.")
    dialog.get_by_role("textbox").fill("Within two years, and we pay the postage.")
    dialog.get_by_role("button", name="Approve and send").click()
    expect(dialog).to_have_count(0)
    bell(day.kim, "Sam approved your reply")


def another_is_refused(day: Day) -> None:
    """Sam says why not; Kim reads it, and has her text again."""
    go_to(day.kim, PARCEL)
    write(day.kim, "Soon.")
    expect(day.kim.locator(".said.proposal")).to_be_visible()
    go_to(day.sam, PARCEL)
    expect(day.sam.get_by_role("button", name="Refuse")).to_be_visible()
    day.sam.keyboard.press("d")
    dialog = day.sam.get_by_role("dialog")
    dialog.get_by_role("textbox").fill("Name the day, please.")
    dialog.get_by_role("button", name="Refuse").click()
    expect(dialog).to_have_count(0)
    expect(day.kim.locator(".said.proposal")).to_contain_text("Name the day, please.")
    expect(area(day.kim)).to_have_value("Soon.")


def kim_may_not_decide_on_the_lost_one(day: Day) -> None:
    """Show the lost reply to Kim too, in the view In doubt; deciding is not hers."""
    pick(day.kim, "v", "in doubt")
    expect(day.kim.locator(".st-key-queue_list .row")).to_have_count(1)
    go_to(day.kim, "where is my refund?")
    expect(day.kim.locator(".said.doubt")).to_contain_text(LOST)
    day.kim.get_by_role("link", name="Decide on the Health page").click()
    card = day.kim.locator(".card", has_text=LOST)
    expect(card).to_be_visible()
    expect(card.get_by_role("button")).to_have_count(0)


def sam_finds_it_on_the_platform(day: Day) -> None:
    """Sam looked, and it is there: its address settles it, and nothing is posted again."""
    pick(day.sam, "v", "in doubt")
    go_to(day.sam, "where is my refund?")
    day.sam.get_by_role("link", name="Decide on the Health page").click()
    card = day.sam.locator(".card", has_text=LOST)
    (there,) = day.stage.answers(day.posts[LOST])
    card.get_by_placeholder("Address or id of the post on the platform").fill(
        f"https://x.com/fernhill/status/{there.id}"
    )
    card.get_by_role("button", name="Settle as sent").click()
    expect(card).to_have_count(0)
    day.sam.get_by_role("link", name="Inbox").click()
    expect(day.sam.locator(".tab", has_text="In doubt").locator(".count")).to_have_text("0")


def in_the_evening(day: Day) -> None:
    """Ask the platform: what was to go out is there once, under its own post, and nothing else is."""
    until(lambda: day.answers(RETURN), "the approved reply is posted, long after the one taken back would have been")
    day.stage.stop()  # while both pages are open: what is told to them ends quietly
    assert "traceback" not in day.stage.log().lower()
    assert {said: day.answers(said) for said in day.posts} == {
        LOST: [LOST],
        KETTLE: ["It comes on Friday, sorry!"],
        RETURN: ["Within two years, and we pay the postage."],
        PARCEL: [],
        GRINDER: [],
    }
    assert len(day.stage.truth.made_by_api()) == 3
    assert not day.stage.truth.messages_by_api()


@pytest.mark.timeout(400)  # a whole day: slow on a machine that does much else
def test_a_day_of_two_people(open_page: Open, make_stage: MakeStage) -> None:
    """Two people meet, are stopped, ask, refuse, take back and decide; each word that was meant is there once."""
    stage = make_stage(dashboard={"staff": ["Sam", "Kim"]}, outbox={"undo": "8s"}, polling={"read_timeout": "2m"})
    day = begins(stage, open_page)
    each_sees_the_other(day)
    the_slower_one_is_stopped(day)
    and_decides(day)
    a_note_and_an_assignment_go_across(day)
    one_is_taken_back(day)
    from_noon_on_kim_needs_approval(day, open_page)
    one_is_changed_and_approved(day)
    another_is_refused(day)
    kim_may_not_decide_on_the_lost_one(day)
    sam_finds_it_on_the_platform(day)
    in_the_evening(day)

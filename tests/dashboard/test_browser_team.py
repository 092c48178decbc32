"""A day's work of two people at once, each in a browser of their own, on one service."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import requests
from conftest import MakeStage, Open
from playwright.sync_api import Page, expect
from stage import Stage, staged, until

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Return a service on which Sam and Kim work."""
    with staged(tmp_path_factory.mktemp("pair"), dashboard={"staff": ["Sam", "Kim"]}) as stage:
        yield stage.serve()


def at(open_page: Open, stage: Stage, post: str, staff: str) -> Page:
    """Return somebody's page at the conversation of a mention."""
    page = open_page(f"{stage.address}/?c={stage.conversation(post)}&staff={staff}")
    expect(area(page)).to_be_visible()
    return page


def area(page: Page):
    """Return the composer's text area."""
    return page.locator(".st-key-composer .box > textarea")


def nothing_waits(page: Page) -> None:
    """Mark what waits for somebody as read: other tests tell them of things too."""
    expect(page.locator(".st-key-bell .knob")).to_be_visible()
    if page.locator(".st-key-bell .count").is_visible():
        page.keyboard.press("w")
        page.get_by_role("button", name="Mark all as read").click()
        page.keyboard.press("Escape")
    expect(page.locator(".st-key-bell .count")).to_be_hidden()
    expect(page.locator(".st-key-bell .panel")).to_be_hidden()


@pytest.mark.long
def test_who_types_is_seen_at_once_and_what_is_not(pair: Stage, open_page: Open) -> None:
    """Kim's page says within moments that Sam is there, and types; no request and no page of hers holds the words."""
    post = pair.mention("is anybody there?")
    kim = at(open_page, pair, post, "Kim")
    heard: list[str] = []
    sam = at(open_page, pair, post, "Sam")
    sam.on("request", lambda request: heard.append(request.post_data or "") if "/presence" in request.url else None)
    here = kim.locator(".st-key-headline .chip.here")
    expect(here).to_have_text("Sam is here too")
    area(sam).press_sequentially("SECRET words", delay=20)
    expect(here).to_have_text("Sam writes a reply")
    assert any('"typing":"public"' in one for one in heard)
    assert not any("SECRET" in one for one in heard)
    assert "SECRET" not in kim.content()
    sam.get_by_role("radio", name="Note").click()
    area(sam).press_sequentially("hm", delay=20)
    expect(here).to_have_text("Sam writes a note")
    expect(here).to_have_text("Sam is here too")  # nothing more is typed: it ends by itself
    sam.close()
    expect(here).to_have_count(0)


@pytest.mark.long
def test_a_colleague_is_named_in_a_note_and_opens_it(pair: Stage, open_page: Open) -> None:
    """Typing @ offers colleagues by keyboard; the bell counts, W opens it, Enter opens the conversation at the note."""
    post = pair.mention("do you have this in green?")
    other = pair.mention("something else")
    kim = at(open_page, pair, other, "Kim")
    sam = at(open_page, pair, post, "Sam")
    nothing_waits(kim)
    sam.keyboard.press("n")
    area(sam).press_sequentially("Green one, @k", delay=20)
    offered = sam.get_by_role("option", name="Kim")
    expect(offered).to_be_visible()
    expect(sam.get_by_role("listbox", name="Colleagues").get_by_role("option")).to_have_count(1)
    area(sam).press("Enter")
    expect(area(sam)).to_have_value("Green one, @Kim ")
    area(sam).press_sequentially("please?")
    area(sam).press("Control+Enter")
    expect(sam.locator(".said.note")).to_contain_text("Green one, @Kim please?")
    expect(kim.locator(".st-key-bell .count")).to_have_text("1")
    kim.keyboard.press("w")
    line = kim.locator(".st-key-bell .line").first
    expect(line).to_be_focused()
    expect(line).to_contain_text("Sam named you in a note")
    kim.keyboard.press("Enter")
    expect(kim.locator(".said.note.asked")).to_contain_text("Green one, @Kim please?")
    expect(kim.locator(".st-key-bell .count")).to_be_hidden()
    kim.keyboard.press("w")
    expect(kim.locator(".st-key-bell .panel")).to_be_visible()
    kim.keyboard.press("Escape")
    expect(kim.locator(".st-key-bell .panel")).to_be_hidden()


@pytest.mark.long
def test_what_comes_while_the_bell_is_open_is_reached_by_keys(open_page: Open, make_stage: MakeStage) -> None:
    """W opens an empty list; what comes then has the focus at once, and Enter opens it."""
    stage = make_stage(dashboard={"staff": ["Sam", "Kim"]})
    post = stage.mention("do you have this in green?")
    stage.serve()
    kim = open_page(stage.address, staff="Kim")
    expect(kim.locator(".row")).to_have_count(1)
    kim.keyboard.press("w")
    expect(kim.locator(".st-key-bell .panel .none")).to_be_visible()
    sam = at(open_page, stage, post, "Sam")
    sam.keyboard.press("n")
    area(sam).press_sequentially("@Kim , please")
    area(sam).press("Control+Enter")
    expect(kim.locator(".st-key-bell .line")).to_be_focused()
    kim.keyboard.press("Enter")
    expect(kim.locator(".said.note")).to_contain_text("please")


@pytest.mark.long
def test_a_reply_waits_for_approval_and_is_sent_once(pair: Stage, open_page: Open) -> None:
    """Kim asks, Sam sees it in the view to approve and presses Y: one post, and Kim hears of it."""
    post = pair.mention("can I return it after a year?")
    kim = at(open_page, pair, post, "Kim")
    area(kim).fill("Within two years, of course.")
    area(kim).press("Alt+Enter")
    waits = kim.locator(".said.proposal")
    expect(waits).to_contain_text("waits for approval; nothing was sent")
    expect(area(kim)).to_have_value("")
    expect(kim.get_by_role("button", name="Withdraw and change")).to_be_visible()
    expect(kim.get_by_role("button", name="Approve", exact=True)).to_have_count(0)
    sam = open_page(f"{pair.address}/?view=to_approve&staff=Sam")
    sam.locator(".row", has_text="after a year").click()
    expect(sam.locator(".said.proposal")).to_contain_text("Within two years, of course.")
    assert not pair.answers(post)
    sam.keyboard.press("y")
    until(lambda: pair.answers(post), "the approved reply is posted")
    expect(sam.locator(".said.proposal")).to_have_count(0)
    expect(sam.locator(".said.ours")).to_contain_text("Within two years")
    assert [one.text for one in pair.answers(post)] == ["Within two years, of course."]
    kim.keyboard.press("w")
    expect(kim.locator(".st-key-bell .panel")).to_contain_text("Sam approved your reply")


@pytest.mark.long
def test_an_author_changes_what_waits(pair: Stage, open_page: Open) -> None:
    """Kim puts a waiting proposal into other words; it keeps waiting, and Sam approves the new words."""
    post = pair.mention("is the blue one back in stock?")
    kim = at(open_page, pair, post, "Kim")
    area(kim).fill("Soon.")
    kim.get_by_role("button", name="Ask for approval").click()
    kim.locator(".said.proposal").get_by_role("button", name="Change Shift Y", exact=True).click()
    dialog = kim.get_by_role("dialog")
    dialog.get_by_role("textbox").fill("On Monday.")
    dialog.get_by_role("button", name="Change", exact=True).click()
    expect(dialog).to_have_count(0)
    expect(kim.locator(".said.proposal")).to_contain_text("On Monday.")
    expect(area(kim)).to_have_value("")
    sam = at(open_page, pair, post, "Sam")
    expect(sam.locator(".said.proposal")).to_contain_text("On Monday.")
    expect(sam.get_by_role("button", name="Change Shift Y", exact=True)).to_have_count(0)
    sam.keyboard.press("y")
    until(lambda: pair.answers(post), "the changed reply is posted")
    assert [one.text for one in pair.answers(post)] == ["On Monday."]


@pytest.mark.long
def test_a_refusal_gives_text_and_reason_back(pair: Stage, open_page: Open) -> None:
    """Sam refuses with a reason; Kim has the text in the composer again, and reads why; then it is changed and sent."""
    post = pair.mention("when does my parcel come?")
    kim = at(open_page, pair, post, "Kim")
    area(kim).fill("Soon.")
    kim.get_by_role("button", name="Ask for approval").click()
    expect(kim.locator(".said.proposal")).to_be_visible()
    sam = at(open_page, pair, post, "Sam")
    sam.get_by_role("button", name="Refuse").click()
    dialog = sam.get_by_role("dialog")
    dialog.get_by_role("button", name="Refuse").click()
    expect(dialog.get_by_role("alert")).to_contain_text("refused")
    dialog.get_by_role("textbox").fill("Name the day, please.")
    dialog.get_by_role("button", name="Refuse").click()
    expect(dialog).to_have_count(0)
    expect(kim.locator(".said.proposal")).to_contain_text("Name the day, please.")
    expect(area(kim)).to_have_value("Soon.")
    area(kim).fill("On Monday.")
    kim.get_by_role("button", name="Ask for approval").click()
    sam.get_by_role("button", name="Change and approve").click()
    dialog.get_by_role("textbox").fill("On Monday, before noon.")
    dialog.get_by_role("button", name="Approve and send").click()
    until(lambda: pair.answers(post), "the changed reply is posted")
    assert [one.text for one in pair.answers(post)] == ["On Monday, before noon."]


@pytest.mark.long
def test_news_is_marked_before_a_begun_reply_goes(pair: Stage, open_page: Open) -> None:
    """What was said meanwhile stands marked in the thread; the text stays, and one step reads it and sends."""
    writer = pair.somebody()
    post = pair.mention("my kettle is late", writer)
    sam = at(open_page, pair, post, "Sam")
    area(sam).fill("We look where it is.")
    pair.sandbox.world.post(writer, "@fernhill never mind, it is here", reply_to=post)
    expect(sam.locator(".log")).to_contain_text("never mind", timeout=60_000)
    expect(sam.locator(".unseen")).to_have_count(1)
    marked = sam.locator(".said", has=sam.locator(".unseen"))
    expect(marked).to_contain_text("never mind, it is here")
    expect(sam.locator(".banner")).to_contain_text("They wrote again meanwhile")
    expect(sam.get_by_role("button", name="Post in public")).to_be_disabled()
    area(sam).press("Control+Enter")
    expect(area(sam)).to_have_value("We look where it is.")
    said = [one.text for one in pair.truth.made_by_api()]
    assert "We look where it is." not in said
    sam.get_by_role("button", name="Read it, send anyway").click()
    expect(sam.locator(".said.ours")).to_contain_text("We look where it is.")
    assert [one.text for one in pair.truth.made_by_api()].count("We look where it is.") == 1
    expect(sam.locator(".unseen")).to_have_count(0)


@pytest.mark.long
def test_a_team_is_made_and_takes_a_conversation_over(pair: Stage, open_page: Open) -> None:
    """On the Team page a team is made; a conversation that is handed over stands in its queue, and in its filter."""
    post = pair.mention("wholesale prices, please")
    page = open_page(f"{pair.address}/team?staff=Sam")
    teams = page.get_by_role("region", name="Teams")
    expect(page.get_by_role("row", name=re.compile("^Kim"))).to_be_visible()
    page.get_by_role("button", name="New team").click()
    dialog = page.get_by_role("dialog")
    picker = dialog.get_by_role("combobox")
    picker.focus()  # by keyboard: a list opened by a click closes when the dialog is drawn once more
    picker.press_sequentially("Kim")
    page.get_by_role("option", name="Kim").click()
    expect(dialog.get_by_text("Kim", exact=True)).to_be_visible()
    page.keyboard.press("Escape")
    dialog.get_by_label("Name").fill("Sales")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_have_count(0)
    expect(teams.get_by_role("row", name=re.compile("Sales"))).to_contain_text("Kim")
    sam = at(open_page, pair, post, "Sam")
    sam.get_by_role("button", name="Hand over").click()
    sam.locator(".choice", has_text="Team: Sales").click()
    expect(sam.locator(".st-key-headline")).to_contain_text("In the queue of Sales")
    expect(teams.get_by_role("row", name=re.compile("Sales"))).to_contain_text("1")


@pytest.mark.long
def test_an_absence_is_entered_and_shown(pair: Stage, open_page: Open) -> None:
    """Somebody says on the Team page how much they take and that they are away; the page shows both."""
    page = open_page(f"{pair.address}/team?staff=Kim")
    page.get_by_role("button", name="Change Kim (you)").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("As many open conversations").click()
    number = dialog.get_by_label("Open conversations at a time")
    expect(number).to_be_enabled()
    number.fill("7")
    number.press("Enter")
    dialog.get_by_text("Away", exact=True).click()
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_have_count(0)
    row = page.get_by_role("row", name=re.compile("^Kim"))
    expect(row).to_contain_text("of 7")
    expect(row).to_contain_text("Away")


def test_presence_is_refused_from_elsewhere(pair: Stage) -> None:
    """Another origin, a strange body, a stranger's name or a text too long is not heard; a page of ours is."""
    beat = {"page": "page-of-a-test", "conversation": "", "typing": ""}

    def status(body: dict[str, object], staff: str = "Sam", **headers: str) -> int:
        sent = {"Origin": pair.address, **headers}
        address = f"{pair.address}/presence"
        cookies = pair.cookie("Sam")
        return requests.post(
            address, params={"staff": staff}, json=body, headers=sent, cookies=cookies, timeout=10
        ).status_code

    assert status(beat) == 204
    assert status(beat, Origin="http://evil.example") == 403
    assert status(beat, **{"Content-Type": "text/plain"}) == 415
    assert status(beat | {"text": "what is typed"}) == 400
    assert status(beat | {"typing": "shouting"}) == 400
    assert status(beat | {"conversation": "x" * 3000}) == 413
    assert status(beat, staff="Mallory") in {401, 404}

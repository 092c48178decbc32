"""What is pressed in quick succession, or while the page is still loading or drawn anew: each press is heard once."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

import pytest
from conftest import Open
from playwright.sync_api import Locator, Page, Route, expect
from stage import Stage, staged, until
from test_browser_moments import Hold, notes
from test_browser_team import area, at, nothing_waits

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def desks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Return a service on which Sam and Kim work."""
    with staged(tmp_path_factory.mktemp("presses"), dashboard={"staff": ["Sam", "Kim"]}) as stage:
        yield stage.serve()


def row(page: Page, words: str) -> Locator:
    """Return a row of the list, once it is there."""
    expect(page.locator(".row", has_text=words)).to_be_visible()
    return page.locator(".row", has_text=words)


@pytest.mark.long
def test_a_reply_goes_out_though_another_conversation_is_picked_at_once(desks: Stage, open_page: Open) -> None:
    """The reply, an assignment and a pick reach a service that still draws the news of a note: all three are done."""
    post, other, third = (desks.mention(words) for words in ("is it heavy?", "is it light?", "is it new?"))
    sam, kim = at(open_page, desks, post, "Sam"), at(open_page, desks, third, "Kim")
    hold = Hold(sam)
    row(sam, "is it light?")
    area(sam).fill("Three kilos.")
    expect(sam.locator(".saved")).to_have_text("Draft saved")
    hold.holds = True
    notes(kim, "@Sam is it?")
    until(lambda: hold.has(1), "the page asks for what changed")
    area(sam).press("Control+Enter")
    until(lambda: hold.has(2), "the reply is on its way")
    sam.get_by_role("button", name="Assign to me").click()
    until(lambda: hold.has(3), "the assignment is on its way")
    row(sam, "is it light?").click()
    until(lambda: hold.has(4), "the pick is on its way")
    hold.let_go()
    expect(sam.locator(".said.focus")).to_contain_text("is it light?")
    assert f"c={quote(desks.conversation(other), safe='')}" in sam.url
    until(lambda: desks.answers(post), "the reply is posted")
    row(sam, "is it heavy?").click()
    expect(sam.get_by_role("button", name="Give back")).to_be_visible()
    assert [one.text for one in desks.answers(post)] == ["Three kilos."]


@pytest.mark.long
def test_a_page_that_is_fed_twice_while_it_loads_hears_what_is_pressed(desks: Stage, open_page: Open) -> None:
    """A note comes while the panes' script is on its way: afterwards the note is there, and a button does something."""
    post = desks.mention("does it load?")
    sam, kim = at(open_page, desks, post, "Sam"), at(open_page, desks, post, "Kim")
    nothing_waits(sam)
    waiting: list[Route] = []
    sam.route("**/parts/panes.*", lambda one: waiting.append(one))  # noqa: PLW0108 - Playwright marks what it calls
    sam.reload()
    expect(sam.locator(".st-key-bell .knob")).to_be_visible()
    until(lambda: sam.evaluate("1") and waiting, "the page asks for the panes' script")
    notes(kim, "@Sam it does not")
    expect(sam.locator(".st-key-bell .count")).to_have_text("1")
    for one in waiting:
        one.continue_()
    expect(sam.locator(".said.note")).to_contain_text("it does not")
    sam.get_by_role("button", name="Assign to me").click()
    expect(sam.get_by_role("button", name="Give back")).to_be_visible()


@pytest.mark.long
def test_a_row_picked_while_the_panes_load_opens(desks: Stage, open_page: Open) -> None:
    """The list is there before the panes: what is picked in it then opens when they are."""
    post, other = desks.mention("is it early?"), desks.mention("is it late?")
    sam = at(open_page, desks, post, "Sam")
    waiting: list[Route] = []
    sam.route("**/parts/panes.*", lambda one: waiting.append(one))  # noqa: PLW0108 - Playwright marks what it calls
    sam.reload()
    row(sam, "is it late?").click()
    until(lambda: sam.evaluate("1") and waiting, "the page asks for the panes' script")
    for one in waiting:
        one.continue_()
    expect(sam.locator(".said.focus")).to_contain_text("is it late?")
    assert f"c={quote(desks.conversation(other), safe='')}" in sam.url


@pytest.mark.long
def test_a_double_click_puts_one_conversation_away(desks: Stage, open_page: Open) -> None:
    """Two clicks on Resolve, slow enough for the next to be shown between: that one stays open, and hears Enter."""
    first, _ = desks.mention("first of two"), desks.mention("second of two")
    sam = at(open_page, desks, first, "Sam")
    resolve = sam.get_by_role("button", name="Resolve", exact=True)
    expect(resolve).to_be_visible()
    box = resolve.bounding_box()
    assert box is not None
    place = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    name = sam.locator(".st-key-headline h1").text_content()
    sam.mouse.move(*place)
    sam.mouse.down(click_count=1)
    sam.mouse.up(click_count=1)
    expect(sam.locator(".st-key-headline h1")).not_to_have_text(str(name))
    shown = sam.locator(".st-key-headline h1").text_content()
    sam.mouse.down(click_count=2)
    sam.mouse.up(click_count=2)
    sam.get_by_role("button", name="Assign to me").press("Enter")
    expect(sam.get_by_role("button", name="Give back")).to_be_visible()
    expect(sam.locator(".st-key-headline h1")).to_have_text(str(shown))


@pytest.mark.long
def test_a_list_stays_where_it_is_while_the_thread_goes_on(desks: Stage, open_page: Open) -> None:
    """Somebody looks further down in the list of views; a note of Kim moves neither the list nor what is chosen."""
    post = desks.mention("does it scroll?")
    sam, kim = at(open_page, desks, post, "Sam"), at(open_page, desks, post, "Kim")
    sam.set_viewport_size({"width": 1280, "height": 420})
    sam.keyboard.press("v")
    choices = sam.locator(".st-key-bench .choices")
    expect(choices.locator("[aria-selected=true]")).to_have_count(1)
    chosen = choices.locator("[aria-selected=true]").inner_text()
    choices.evaluate("one => one.scrollTop = 60")
    notes(kim, "It scrolled.")
    expect(sam.locator(".said.note")).to_contain_text("It scrolled.")
    assert choices.evaluate("one => one.scrollTop") == 60
    assert choices.locator("[aria-selected=true]").inner_text() == chosen


@pytest.mark.long
def test_a_time_picked_for_one_that_is_not_open_any_more_is_told_of(desks: Stage, open_page: Open) -> None:
    """Another conversation is opened behind the list of times: none of the two is snoozed, and that is said."""
    post, other = desks.mention("snooze me?"), desks.mention("or me?")
    sam = at(open_page, desks, post, "Sam")
    behind = row(sam, "or me?")
    sam.get_by_role("button", name="Snooze", exact=True).click()
    expect(sam.locator(".st-key-bench .choice").first).to_be_visible()
    behind.dispatch_event("click")
    expect(sam.locator(".said.focus")).to_contain_text("or me?")
    sam.keyboard.press("Enter")
    expect(sam.locator("[data-testid=stToast]")).to_contain_text("another conversation is open")
    assert f"c={quote(desks.conversation(other), safe='')}" in sam.url

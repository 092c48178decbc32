"""Searching in the inbox, in a real browser against the real service."""

from __future__ import annotations

import pytest
from conftest import MakeStage, Open
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


@pytest.mark.long
def test_results_come_while_one_types(open_page: Open, make_stage: MakeStage) -> None:
    """The list narrows with every letter, says what it looked for, marks the words, and leads to where more is."""
    stage = make_stage()
    stage.mention("the grinder smells of <b>burnt</b> plastic")
    stage.mention("where is my refund for the kettle?")
    done = stage.mention("the grinder is loud")
    stage.serve()
    page = open_page(f"{stage.address}/?c={stage.conversation(done)}")
    expect(page.locator(".row")).to_have_count(3)
    page.get_by_role("button", name="Resolve", exact=True).click()
    expect(page.locator(".row")).to_have_count(2)

    page.keyboard.press("Escape")
    search = page.locator(".st-key-search input")
    search.press_sequentially("grin")
    expect(page.locator(".row")).to_have_count(1)
    expect(page.locator(".st-key-queue_list div.told")).to_contain_text("Messages that say grin…")
    expect(page.locator(".row mark")).to_have_text("grinder")
    expect(page.locator(".row .excerpt")).to_contain_text("<b>burnt</b>")
    page.locator(".st-key-queue_list div.told").get_by_role("button", name="Resolved 1").click()
    expect(page.locator(".row .excerpt")).to_contain_text("is loud")

    search.fill("nobody says this")
    expect(page.locator(".empty b")).to_have_text("Nothing found in Resolved")


@pytest.mark.long
def test_the_language_is_learnt_by_keyboard(open_page: Open, make_stage: MakeStage) -> None:
    """The help opens from the keyboard, arrows walk through it, Enter puts an example into the box."""
    stage = make_stage()
    stage.mention("where is my refund?")
    stage.serve()
    page = open_page(stage.address)
    expect(page.locator(".row")).to_have_count(1)
    page.locator(".opener").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".st-key-search_help .panel")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".st-key-search_help .panel")).to_be_hidden()
    page.locator(".opener").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".example").first).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page.locator(".st-key-search input")).to_have_value("refund")
    expect(page.locator(".st-key-search input")).to_be_focused()
    expect(page.locator(".row mark")).to_have_text("refund")

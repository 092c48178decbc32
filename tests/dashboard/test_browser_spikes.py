"""A spike from the bell to being acknowledged, and the words that rise, with axe-core at every stop."""

from __future__ import annotations

import pytest
from conftest import MakeStage
from playwright.sync_api import Page, expect
from spike_stage import plant
from stage import sign_in
from walk import Walk

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


@pytest.mark.long
def test_from_the_bell_to_the_items_and_what_is_typed_stays(page: Page, make_stage: MakeStage) -> None:
    """The bell leads to the spike; numbers open their messages; ticks take no typed word; words that rise are told."""
    stage = make_stage(spikes={"zone": "Europe/Berlin"})
    spike = plant(stage, weeks=3)
    stage.serve()
    walk = Walk(page)
    sign_in(page.context, stage.address)
    page.goto(stage.address)
    page.get_by_role("button", name="What waits for you").click()
    page.locator(".st-key-bell .line").filter(has_text="Customers write").click()
    page.wait_for_url(f"**/spikes?spike={spike}")
    expect(page.locator(".one h1")).to_contain_text("declined")
    expect(page.locator(".chart .usual")).to_have_count(1)
    walk.look("spike")
    note = "the payment provider is down"
    page.locator(".known-box summary").click()
    page.get_by_label("What it is").fill(note)
    numbered = page.locator(".figure").filter(has_text="negative")
    numbered.click()
    expect(page.locator(".sheet .said-line").first).to_be_visible()
    number = numbered.locator("small").inner_text().split()[0]
    expect(page.locator(".sheet-body > p")).to_have_text(f"{number} messages, the newest first.")
    expect(page.locator(".sheet .shut")).to_be_focused()
    walk.look("messages")
    page.keyboard.press("Escape")
    expect(page.locator(".sheet")).to_be_hidden()
    expect(numbered).to_be_focused()
    page.locator("[data-testid=stApp][data-test-script-state=running]").wait_for()  # a tick
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()
    expect(page.get_by_label("What it is")).to_have_value(note)
    page.get_by_role("button", name="Crisis view").click()
    expect(page.locator(".one.calm")).to_be_visible()
    walk.look("crisis view")
    page.get_by_role("button", name="I know of it").click()
    expect(page.locator(".known-box .note")).to_have_text(note)
    page.get_by_role("button", name="All spikes").click()
    expect(page.locator(".card .known")).to_contain_text(f"Sam: {note}")
    walk.look("list")
    page.goto(f"{stage.address}/spikes?view=words&period=24h")
    expect(page.get_by_role("rowheader").filter(has_text="payment declined")).to_be_visible()
    walk.look("words")
    page.locator(".rising .link-button").first.click()
    expect(page.locator(".sheet .said-line").first).to_be_visible()
    walk.look("who says it")
    walk.done()


@pytest.mark.long
def test_nothing_unusual_is_told_with_what_is_watched(page: Page, make_stage: MakeStage) -> None:
    """A fresh service: what is watched, that usual is not known yet; an unknown spike is told as such."""
    stage = make_stage().serve()
    walk = Walk(page)
    sign_in(page.context, stage.address)
    page.goto(f"{stage.address}/spikes")
    expect(page.locator(".banner.unsure")).to_be_visible()
    expect(page.locator(".watched")).to_contain_text("not known yet")
    walk.look("nothing")
    page.goto(f"{stage.address}/spikes?spike=nothing")
    expect(page.get_by_text("There is no such spike")).to_be_visible()
    walk.look("gone")
    walk.done()


@pytest.mark.long
def test_words_are_those_that_the_address_asks_for(page: Page, make_stage: MakeStage) -> None:
    """Going back takes fields and table back; what is not there stands in its field; days to come are none."""
    stage = make_stage().serve()
    sign_in(page.context, stage.address)
    page.goto(f"{stage.address}/spikes?view=words&sentiment=negative")
    period, told = page.get_by_role("combobox", name="Period"), page.locator(".told")
    expect(period).to_have_value("The last 7 days")
    week = told.inner_text()
    period.click()
    page.get_by_role("option", name="Yesterday").click()
    page.wait_for_url("**period=yesterday*")
    expect(told).not_to_have_text(week)
    page.go_back()
    expect(period).to_have_value("The last 7 days")
    expect(told).to_have_text(week)
    expect(page.get_by_role("combobox", name="Sentiment")).to_have_value("Negative")
    page.goto(f"{stage.address}/spikes?view=words&period=own&since=2026-01-01&until=2199-01-01&account=nobodys")
    expect(page.get_by_role("combobox", name="Account")).to_have_value("nobodys")
    expect(page.locator(".none")).to_have_text("Nothing was said in this period.")

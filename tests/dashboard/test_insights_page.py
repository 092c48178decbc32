"""The Insights page in a browser: its numbers are those of a plain count, each opens its items, and back works."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from axe import faults
from conftest import MakeStage, Open
from hostility import strangers, watched
from playwright.sync_api import Page, expect
from stage import sign_in, until
from walk import Walk

if TYPE_CHECKING:
    from stage import Stage

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


def told(stage: Stage, number: int = 7) -> list[datetime]:
    """Let people write, some today and some yesterday; return when."""
    now = datetime.now(UTC)
    said = [now - timedelta(minutes=2 + 3 * at) for at in range(number)] + [now - timedelta(days=1, minutes=5)] * 2
    for at, moment in enumerate(said):
        words = ("this is terrible, I am so angry", "I love it, wonderful", "how do I descale it?")[at % 3]
        stage.sandbox.world.post(stage.somebody(followers=100 + at), f"@fernhill {words}", sent_at=moment)
    return said


def opened(page: Page, stage: Stage, query: str) -> None:
    """Open the page and wait until it is drawn."""
    page.goto(f"{stage.address}/insights?{query}")
    expect(page.locator(".tile").first).to_be_visible()


def read(page: Page, stage: Stage, count: int, query: str) -> None:
    """Open the page as soon as everything that was said is counted."""

    def counted() -> bool:
        opened(page, stage, query)
        return page.locator(".tile .value").first.inner_text() == str(count)

    until(counted, f"{count} items are counted")


def test_every_number_is_a_plain_count_and_opens_those_items(make_stage: MakeStage, open_page: Open) -> None:
    """Number, list, chart and address say the same; from an item one comes to its conversation, and back."""
    stage = make_stage()
    said = told(stage)
    stage.serve()
    today = datetime.now(UTC).date()
    mine = [one for one in said if one.date() == today]
    page = open_page(stage.address)
    read(page, stage, len(mine), "period=today")
    before = len(said) - len(mine)  # what is stored begins within the day before
    assert page.locator(".tile .before").first.inner_text() == f"{before}, stored in part only"
    page.get_by_text("Table", exact=True).first.click()
    cells = page.locator(".st-key-insights_card_items tbody tr").evaluate_all(
        "rows => rows.map(row => row.cells[1].textContent)"
    )
    hours = [sum(one.hour == hour for one in mine) for hour in range(24)]
    assert [int(one) for one in cells] == hours
    page.locator(".tile button.value").first.click()
    items = page.locator(".st-key-insights_items .item")
    expect(items).to_have_count(len(mine))
    assert "items=" in page.url
    shared = page.url
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.wait_for_url(re.compile("^[^=]*period=today$"))  # the list is closed there too
    expect(page.locator(".tile button.value").first).to_be_focused()
    page.go_back()
    expect(items).to_have_count(len(mine))
    page.goto(shared)
    expect(items).to_have_count(len(mine))
    items.first.get_by_role("link").click()
    expect(page.locator(".said.focus, .st-key-headline h1").first).to_be_visible()
    page.go_back()
    expect(items).to_have_count(len(mine))


@pytest.mark.long
def test_who_looks_at_another_page_finds_what_they_left(make_stage: MakeStage, open_page: Open) -> None:
    """Section and period are still there; a bare address in a new page shows the first section."""
    stage = make_stage().serve()
    page = open_page(f"{stage.address}/insights?section=voice&period=yesterday")
    expect(page.locator(".st-key-insights_head .empty")).to_be_visible()
    page.get_by_role("link", name="Team").click()
    expect(page.get_by_role("button", name="New team")).to_be_visible()
    page.get_by_role("link", name="Insights").click()
    page.wait_for_url(re.compile("section=voice"))
    expect(page.get_by_role("radio", name="Share of voice")).to_be_checked()
    expect(page.get_by_role("combobox", name="Period")).to_have_value("Yesterday")


@pytest.mark.long
def test_a_bar_opens_its_items_and_files_come_out(make_stage: MakeStage, open_page: Open) -> None:
    """A click on a bar is a click on its number; the picture of a chart and the report can be taken away."""
    stage = make_stage()
    mine = [one for one in told(stage) if one.date() == datetime.now(UTC).date()]
    page = open_page(stage.serve().address)
    read(page, stage, len(mine), "period=today")
    bar = page.locator(".st-key-insights_card_bars .mark-rect path").first
    bar.scroll_into_view_if_needed()
    bar.click()
    expect(page.locator(".st-key-insights_items .item")).to_have_count(len(mine))
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    with page.expect_download() as taken:
        page.locator(".st-key-insights_foot_bars .file").first.click()
    assert taken.value.path().read_bytes().startswith(b"\x89PNG")
    page.get_by_role("button", name="Export").click()
    with page.expect_download() as taken:
        page.get_by_role("button", name="CSV, zipped").click()
    assert taken.value.path().read_bytes().startswith(b"PK")


@pytest.mark.long
def test_remarks_are_written_shown_and_taken_away(make_stage: MakeStage, open_page: Open) -> None:
    """A remark stands in the list and in the chart, as text whatever it is, until somebody takes it away."""
    words = "<img src=x onerror=alert(1)> **b**"
    stage = make_stage()
    mine = [one for one in told(stage) if one.date() == datetime.now(UTC).date()]
    page = open_page(stage.serve().address, bypass_csp=True)
    foreign, dialogs = watched(page, stage.address)
    read(page, stage, len(mine), "period=today")
    page.get_by_role("button", name="Add a remark").click()
    page.get_by_label("What happened").fill(words)
    page.get_by_role("button", name="Save").click()
    remark = page.locator(".st-key-insights_remarks li")
    expect(remark).to_contain_text(words)
    expect(page.locator(".st-key-insights_card_items svg").get_by_text(words).first).to_be_visible()
    assert [one for one in strangers(page) if "vega-bindings" not in one] == []  # that form is each chart's own
    remark.get_by_role("button", name=re.compile("^Take away")).click()
    sure = remark.get_by_role("button", name="Really take it away")
    sure.click(delay=700)  # its first moment hears nothing: a double click on the button before is no answer
    expect(remark).to_have_count(0)
    assert (foreign, dialogs) == ([], [])


@pytest.mark.long
def test_the_page_can_be_used_by_everybody(page: Page, make_stage: MakeStage) -> None:
    """Every section, an open table, the list of items and a dialog, in the light and in the dark."""
    stage = make_stage()
    mine = [one for one in told(stage) if one.date() == datetime.now(UTC).date()]
    stage.serve()
    walk = Walk(page)
    sign_in(page.context, stage.address)
    read(page, stage, len(mine), "period=today")
    for name in ("Table", "SQL"):
        page.get_by_text(name, exact=True).first.click()
    expect(page.locator(".st-key-insights_card_items tbody")).to_be_visible()
    walk.look("overview")
    page.locator(".tile button.value").first.click()
    expect(page.locator(".st-key-insights_items .item").first).to_be_visible()
    walk.look("items")
    opened(page, stage, "period=today&section=voice")
    walk.look("voice")
    page.goto(f"{stage.address}/insights?period=today&section=response")
    expect(page.locator(".st-key-insights_head .empty")).to_be_visible()
    walk.look("nothing answered")
    opened(page, stage, "period=today")
    page.get_by_role("button", name="Add a remark").click()
    expect(page.get_by_label("What happened")).to_be_visible()
    walk.look("remark")
    assert faults(page) == []
    walk.done()

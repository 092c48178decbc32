"""What is due, in a real browser: it counts down there, and nothing is asked of the service for it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from conftest import MakeStage, Open
from playwright.sync_api import expect
from stage import sign_in

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from stage import Stage

pytestmark = pytest.mark.browser


def ago(stage: Stage, text: str, **time: float) -> str:
    """Let somebody new mention the brand, some time ago by the platform's clock; return the post."""
    sent_at = datetime.now(UTC) - timedelta(**time)
    return str(stage.sandbox.world.post(stage.somebody(), f"@fernhill {text}", sent_at=sent_at).root)


def opened(open_page: Open, address: str) -> Page:
    """Return a page whose clock a test moves by hand, the service's own time at first."""
    page = open_page("about:blank")
    page.clock.install(time=datetime.now(UTC))
    sign_in(page.context, address)
    page.goto(address)
    expect(page.locator(".row").first).to_be_visible()
    return page


@pytest.mark.long
def test_a_bad_day_does_not_push_health_off_the_screen(open_page: Open, make_stage: MakeStage) -> None:
    """Of many escalations the newest eight are shown, below what is missed; all are on request."""
    stage = make_stage()
    for hours in range(2, 14):
        ago(stage, "three weeks and no refund", hours=hours)
    stage.serve()
    page = open_page(f"{stage.address}/health")
    more = page.get_by_role("button", name="Show all 12")
    expect(more).to_be_visible()
    late = page.locator("tr", has_text="Answer breached")
    expect(late).to_have_count(8)
    titles = page.locator("section h2, section h3").all_inner_texts()
    assert titles.index("Streams") < titles.index("Escalations")
    more.press("Enter")
    expect(late).to_have_count(12)
    expect(more).to_have_count(0)
    expect(page.get_by_role("region", name="Escalations")).to_be_focused()


@pytest.mark.long
def test_it_counts_down_in_the_browser_alone(open_page: Open, make_stage: MakeStage) -> None:
    """Row, headline and card count down to the breach and beyond with the service gone."""
    stage = make_stage(jobs={"poll_every": "0.3s", "escalate_every": "1h"})
    post = ago(stage, "is it dishwasher safe?", minutes=40)
    stage.serve()
    page = opened(open_page, f"{stage.address}/?c={stage.conversation(post)}")
    row, headline, card = page.locator(".row .wait"), page.locator(".st-key-headline .due"), page.locator(".level .due")
    expect(row).to_have_text("19m left")
    expect(headline).to_have_text("Answer due in 19 min")
    expect(card).to_have_text("Answer due in 19 min")
    stage.stop()
    page.clock.fast_forward(10 * 60 * 1000)
    page.clock.run_for(2_000)
    expect(row).to_have_text("9m left")
    expect(row).to_have_class("wait soon")
    expect(headline).to_have_text("Answer due in 9 min")
    page.clock.fast_forward(30 * 60 * 1000)
    page.clock.run_for(2_000)
    expect(row).to_have_text("20m late")
    expect(row).to_have_class("wait over")
    expect(headline).to_contain_text("Answer 20 min late")
    expect(card).to_contain_text("Answer breached by 20 min")


@pytest.mark.long
def test_what_is_breached_has_a_view_and_says_what_we_could_not_know(open_page: Open, make_stage: MakeStage) -> None:
    """Late ones stand in their view, with how much of it lay before we knew; who was told is said beside it."""
    stage = make_stage()
    late = ago(stage, "three weeks and no refund", hours=3)
    ago(stage, "is it dishwasher safe?", minutes=10)
    stage.serve()
    page = open_page(f"{stage.address}/?view=breached")
    expect(page.locator(".row")).to_have_count(1)
    expect(page.locator(".tab", has_text="Breached").locator(".count")).to_have_text("1")
    page.locator(".row").click()
    expect(page.locator(".level .due")).to_contain_text("of it before we knew")
    expect(page.locator(".level .delay")).to_contain_text("We learned of it 3 h after it was sent")
    expect(page.locator(".level .told")).to_contain_text("Sam was told that an answer was late")
    page.goto(f"{stage.address}/health")
    expect(page.locator("tr", has_text="Answer breached")).to_contain_text("Sam")
    page.get_by_role("link", name="Open").click()
    expect(page.locator(".said.focus")).to_contain_text("no refund")
    page.wait_for_function("id => new URL(location).searchParams.get('c') === id", arg=stage.conversation(late))


@pytest.mark.long
def test_what_is_due_soon_is_found_by_the_filter(open_page: Open, make_stage: MakeStage) -> None:
    """The filter leaves what is due within its time, and stands in the address for a colleague."""
    stage = make_stage()
    ago(stage, "is it dishwasher safe?", minutes=50)
    ago(stage, "do you ship to Norway?", minutes=1)
    stage.serve()
    page = open_page(stage.address)
    expect(page.locator(".row")).to_have_count(2)
    page.get_by_role("button", name="Filters").click()
    page.get_by_label("Due").click()
    page.get_by_role("option", name="within 15 min").click()
    expect(page.locator(".row")).to_have_count(1)
    expect(page.locator(".row")).to_contain_text("dishwasher")
    page.wait_for_function("() => new URL(location).searchParams.get('due') === '15m'")
    page.reload()
    expect(page.locator(".row")).to_have_count(1)


@pytest.mark.long
def test_health_shows_one_clock(open_page: Open, make_stage: MakeStage) -> None:
    """Every moment in Health is told by the reader's clock, with UTC in its title; no sentence holds another one."""
    stage = make_stage()
    ago(stage, "three weeks and no refund", hours=3)
    stage.serve()
    page = open_page(f"{stage.address}/health")
    expect(page.locator("tr", has_text="Answer breached")).to_be_visible()
    assert "UTC" not in page.locator(".st-key-health_board").inner_text()
    titles = page.locator(".st-key-health_board time").evaluate_all("nodes => nodes.map((node) => node.title)")
    assert titles
    assert all(title.rstrip(")").endswith("UTC") for title in titles)


@pytest.mark.long
@pytest.mark.parametrize("width", [1280, 1440])
def test_the_buttons_of_a_conversation_stand_beside_its_name(open_page: Open, stage: Stage, width: int) -> None:
    """Name and buttons share a line, the buttons keep their names for those who hear them, and none is cut off."""
    post = stage.mention("do the buttons fit?")
    page = open_page(f"{stage.address}/?c={stage.conversation(post)}", width=width)
    expect(page.locator(".said.focus")).to_be_visible()
    name, buttons = (
        page.locator(".st-key-headline .words"),
        page.locator(".st-key-headline .deeds button").filter(visible=True),
    )
    words, header = name.bounding_box(), page.locator(".st-key-headline").bounding_box()
    assert words
    assert header
    for label in ("Assign to me", "Snooze", "Resolve"):
        expect(page.locator(".st-key-headline").get_by_role("button", name=label)).to_be_visible()
    expect(buttons).to_have_count(3)
    for one in buttons.all():
        box = one.bounding_box()
        assert box
        assert box["x"] >= words["x"] + words["width"]
        assert box["x"] + box["width"] <= header["x"] + header["width"]
        assert header["y"] <= box["y"] <= box["y"] + box["height"] <= header["y"] + header["height"]

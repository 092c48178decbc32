"""The Sentiment page in a browser: a sample is labelled blind, a rule is tried and let hold, by keyboard alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect
from stage import sign_in
from taught import COLD, OTHERS, corrected, taught
from walk import Walk

from social_listener.desk_types.teaching import RuleState
from social_listener.service import build

if TYPE_CHECKING:
    from conftest import MakeStage, Open

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


def tabbed(page: Page, name: str) -> None:
    """Go with Tab to the button of that name, and press it."""
    for _ in range(80):
        page.keyboard.press("Tab")
        held = page.evaluate(
            """() => {
                let node = document.activeElement;
                while (node?.shadowRoot?.activeElement) node = node.shadowRoot.activeElement;
                return node?.getAttribute('aria-label') || node?.textContent || '';
            }"""
        )
        if held == name:
            page.keyboard.press("Enter")
            return
    raise AssertionError(f"no way to {name} with Tab")


def test_a_sample_is_labelled_and_a_rule_let_hold_by_keyboard(make_stage: MakeStage, open_page: Open) -> None:
    """Fast presses are all heard, an answer can be changed, and the difference is seen before the rule holds."""
    stage = make_stage()
    taught(stage)
    corrected(stage)
    page = open_page(f"{stage.serve().address}/sentiment")
    card = page.locator(".card")
    expect(card).to_contain_text("1 of 8")
    assert not {"unsure", "score"} & {*page.locator(".part").inner_text().lower().split()}
    for key in "13s2":
        page.keyboard.press(key)
    expect(page.locator(".progress")).to_contain_text("4 items left")
    expect(page.locator(".progress")).to_contain_text("3 answered, 1 skipped")
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".told")).to_have_text("You said: Neutral")
    page.keyboard.press("1")
    expect(card).to_contain_text("5 of 8")
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".told")).to_have_text("You said: Negative")
    expect(page.locator(".progress")).to_contain_text("3 answered, 1 skipped")
    tabbed(page, "Rules")
    expect(page.locator(".rule")).to_contain_text("“gone cold”")
    tabbed(page, "Try “gone cold”")
    expect(page.locator(".trial")).to_contain_text("would have another label")
    tabbed(page, "Let it hold")
    expect(page.locator(".history li").first).to_contain_text("let hold")
    page.close()
    stage.stop()
    service = build(stage.settings, offline=True)
    try:
        (rule,) = service.desk.rules.all("Sam")
        assert (rule.state, rule.decided_by) == (RuleState.ACTIVE, "Sam")
    finally:
        service.close()


@pytest.mark.long
def test_no_part_of_it_has_a_fault_for_those_who_see_little(page: Page, make_stage: MakeStage) -> None:
    """Each part, empty and full, with what is open in it."""
    stage = make_stage()
    more = [f"order {number} arrived late and broken, awful" for number in range(20)]
    taught(stage, (*COLD, *OTHERS, *more), answers=15)
    corrected(stage)
    stage.serve()
    walk = Walk(page)
    sign_in(page.context, stage.address)
    page.goto(f"{stage.address}/sentiment")
    expect(page.locator(".card")).to_be_visible()
    walk.look("sample")
    page.keyboard.press("1")
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".told")).to_contain_text("You said")
    walk.look("answered")
    for _ in range(5):
        page.keyboard.press("s")
    expect(page.locator(".empty")).to_contain_text("All done")
    walk.look("done")
    page.locator(".tab", has_text="How good is it").click()
    page.locator(".figure").first.click()
    expect(page.locator(".behind")).to_be_visible()
    walk.look("figures")
    page.locator(".tab", has_text="Rules").click()
    page.get_by_role("button", name="Write one").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    walk.look("write a rule")
    page.get_by_label("Word or phrase").fill("broken")
    page.get_by_role("button", name="Propose it").click()
    expect(page.locator(".trial")).to_contain_text("If “broken” −1 held")
    page.get_by_role("button", name="Try too “gone cold”").click()
    expect(page.locator(".trial h2")).to_have_text("If “broken” −1 and “gone cold” −1.5 held")
    walk.look("rules")
    page.get_by_role("button", name="Let them hold").dblclick()
    expect(page.locator(".history li")).to_have_count(3)
    page.get_by_role("button", name="See what would change").click()
    expect(page.locator(".renewal .trial")).to_be_visible()
    walk.look("what scoring anew would change")
    page.locator(".renewal .decide").click()
    expect(page.locator(".renewal .lead")).to_contain_text("Scored anew for Sam")
    expect(page.locator(".problem")).to_have_count(0)
    walk.look("scored anew")
    page.locator(".tab", has_text="Corrections").click()
    expect(page.locator(".corrections li").first).to_be_visible()
    walk.look("corrections")
    walk.done()

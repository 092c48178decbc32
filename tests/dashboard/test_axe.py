"""No page, dialog or state has a serious or critical fault for people who cannot see it well, or use no mouse."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import pytest
from axe import faults
from conftest import MakeStage
from playwright.sync_api import Page, expect
from stage import sign_in
from walk import Walk, crowd, turn

if TYPE_CHECKING:
    from stage import Stage

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


@pytest.mark.long
def test_an_empty_inbox_and_health(page: Page, make_stage: MakeStage) -> None:
    """Before anybody has written: the inbox, its keys, and Health."""
    stage = make_stage().serve()
    walk = Walk(page)
    sign_in(page.context, stage.address)
    page.goto(stage.address)
    expect(page.locator(".empty").first).to_be_visible()
    walk.look("empty")
    page.goto(f"{stage.address}/health")
    expect(page.locator(".banner.good")).to_be_visible()
    walk.look("health")
    walk.done()


def test_the_inbox_with_a_conversation(page: Page, make_stage: MakeStage) -> None:
    """The list beside an item with its composer, and the saved replies."""
    stage = make_stage()
    posts = crowd(stage)
    stage.serve()
    walk = Walk(page)
    sign_in(page.context, stage.address)
    page.goto(f"{stage.address}/?c={stage.conversation(posts['late'])}")
    expect(page.locator(".st-key-composer .box > textarea").first).to_be_visible()
    walk.look("conversation")
    page.get_by_role("button", name="Saved replies").click()
    expect(page.locator(".finder:visible")).to_be_visible()
    walk.look("saved replies")
    walk.done()


@pytest.mark.long
def test_every_state_of_the_inbox(page: Page, make_stage: MakeStage) -> None:
    """The list, a conversation in all its modes, menus, filters, sheets and dialogs, and Health with a red line."""
    stage = make_stage(dashboard={"staff": ["Sam", "Ana"]}, outbox={"undo": "8s"})
    posts = crowd(stage)
    stage.serve()
    walk = Walk(page)
    sign_in(page.context, stage.address)
    page.goto(stage.address)
    expect(page.locator(".row")).to_have_count(13)
    walk.look("many")
    page.get_by_role("button", name="Filters").click()
    expect(page.get_by_text("Take all filters off")).to_be_visible()
    walk.look("filters")
    page.keyboard.press("Escape")
    page.goto(f"{stage.address}/?q=dishwasher")
    expect(page.locator(".row")).to_have_count(1)
    walk.look("one")
    page.goto(f"{stage.address}/?q=nothing-like-it")
    expect(page.locator(".empty").first).to_be_visible()
    walk.look("nothing found")
    talk(walk, stage, posts["late"])
    page.goto(f"{stage.address}/health")
    expect(page.locator(".figure").first).to_be_visible()
    walk.look("health")
    team(walk, stage)
    walk.done()


def team(walk: Walk, stage: Stage) -> None:
    """Look at the Team page with its dialog, at labels, at selected rows and at what waits for one."""
    page = walk.page
    page.goto(f"{stage.address}/team")
    page.get_by_role("button", name="New team").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    walk.look("new team")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    walk.look("team")
    page.goto(stage.address)
    expect(page.locator(".row").first).to_be_visible()
    page.locator(".row").first.click()
    expect(page.locator(".said.focus")).to_be_visible()
    expect(page.locator(".st-key-bench .offer")).to_be_attached()  # what hears the keys is there
    for key, what in (("l", "labels"), ("v", "views")):
        page.keyboard.press(key)
        expect(page.get_by_role("dialog")).to_be_visible()
        walk.look(what)
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
    if walk.phone():
        page.get_by_role("button", name="Inbox").last.click()
    page.get_by_role("button", name="What waits for you").click()
    expect(page.get_by_role("region", name="What waits for you")).to_be_visible()
    walk.look("bell")


def talk(walk: Walk, stage: Stage, post: str) -> None:
    """Look at a conversation: its modes, an item's menu, an answer on its way, the dialogs."""
    page = walk.page
    page.goto(f"{stage.address}/?c={stage.conversation(post)}")
    area = page.locator(".st-key-composer .box > textarea").first
    expect(area).to_be_visible()
    walk.look("conversation")
    for mode in page.get_by_role("radio", disabled=False).all():
        mode.click()
        walk.look(f"mode {mode.inner_text()}")
    page.get_by_role("radio", name="Public reply").click()
    for name in ("Saved replies", "Macros"):
        page.get_by_role("button", name=name).click()
        finder = page.locator(".finder:visible")
        expect(finder).to_be_visible()
        walk.look(name)
        page.keyboard.press("Escape")
        expect(finder).to_have_count(0)
    page.get_by_role("button", name="Snooze", exact=True).click()
    expect(page.get_by_text("For 1 hour")).to_be_visible()
    walk.look("snooze list")
    page.keyboard.press("Escape")
    page.get_by_role("radio", name="Public reply").click()
    area.fill("We are so sorry. Your refund leaves today.")
    area.press("Control+Enter")
    expect(page.locator(".said.going")).to_be_visible()
    walk.look("reply on its way")
    expect(page.locator(".said.ours")).to_be_visible()
    walk.look("answered")
    page.locator(".said.ours").get_by_role("button", name="What else can be done").click()
    expect(page.locator(".st-key-thread .menu")).to_be_visible()
    walk.look("item menu")
    page.locator(".st-key-thread .menu").get_by_role("button", name="Delete").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    walk.look("delete dialog")
    page.get_by_role("button", name="Keep it").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    if walk.phone():
        page.get_by_role("button", name="Details").click()
        walk.look("details")
    else:
        page.keyboard.press("?")
        expect(page.get_by_role("dialog")).to_be_visible()
        walk.look("keys")


@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.long)])
def test_a_planted_fault_is_found(page: Page, make_stage: MakeStage, scheme: Literal["light", "dark"]) -> None:
    """The check is able to fail: words that cannot be read and a nameless button are told, in a shadow tree."""
    address = make_stage().serve().address
    sign_in(page.context, address)
    page.goto(address)
    expect(page.locator(".empty").first).to_be_visible()
    turn(page, scheme)
    assert faults(page) == []
    page.evaluate(
        """() => {
            const host = document.createElement('div');
            host.style.cssText = 'position: fixed; inset: 90px auto auto 9px; z-index: 9999999';  // nothing hides it
            document.querySelector('.stMain').append(host);
            host.attachShadow({ mode: 'open' }).innerHTML =
                '<p class="faint">hardly there</p><button></button>' +
                '<style>.faint { color: light-dark(#999, #777); background: light-dark(#aaa, #666); }</style>';
        }"""
    )
    told = " ".join(faults(page))
    assert "color-contrast" in told
    assert "button-name" in told
    assert "color-contrast" in " ".join(faults(page, colours_only=True))

"""The same of what takes longer to walk to: lists in front of the page, many at once, approval, Library, signing in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from browsing import Browser as Hand
from browsing import link_of
from doubts import leave_in_doubt
from playwright.sync_api import Page, expect
from staff_kit import PASSWORD
from stage import sign_in
from walk import Walk, crowd

from social_listener.desk_types.answering import MacroStep, SavedText
from social_listener.service import build

if TYPE_CHECKING:
    from conftest import MakeStage
    from stage import Stage

pytestmark = [pytest.mark.browser, pytest.mark.long, pytest.mark.timeout(900)]


def at(walk: Walk, stage: Stage, post: str, staff: str = "Sam") -> None:
    """Open a conversation as somebody."""
    sign_in(walk.page.context, stage.address, staff)
    walk.page.goto(f"{stage.address}/?view=open&c={stage.conversation(post)}")
    expect(walk.page.locator(".said.focus")).to_be_visible()
    expect(walk.page.locator(".st-key-bench .offer")).to_be_attached()  # what hears the keys is there


def closed(walk: Walk) -> None:
    """Close the dialog that is open."""
    walk.page.keyboard.press("Escape")
    expect(walk.page.get_by_role("dialog")).to_have_count(0)


def test_lists_in_front_of_the_page_and_many_at_once(page: Page, make_stage: MakeStage) -> None:
    """Every list that a key opens with its forms, selected rows, the question before many, what became of them."""
    stage = make_stage(dashboard={"staff": ["Sam", "Ana"]})
    posts = crowd(stage)
    stage.serve()
    walk = Walk(page)
    at(walk, stage, posts["late"])
    page.keyboard.press("l")
    page.keyboard.type("vip")
    page.keyboard.press("Enter")
    expect(page.locator(".st-key-headline .chip.label")).to_contain_text("vip")
    walk.look("with a label, and what can be taken back")
    for key in "lvgsbc":
        page.keyboard.press(key)
        expect(page.get_by_role("dialog")).to_be_visible()
        expect(page.locator(".choices .none", has_text="Looking")).to_have_count(0)
        walk.look(f"list {key}")
        closed(walk)
    for key, form in (("l", "Change labels …"), ("v", "Save what is shown as a view …"), ("v", "Change views …")):
        page.keyboard.press(key)
        page.get_by_role("button", name=form).click()
        walk.look(form)
        closed(walk)
    if not walk.phone():
        many_at_once(walk)
        page.get_by_role("button", name="Search help").click()
        expect(page.get_by_role("group", name="What may be typed into the search")).to_be_visible()
        walk.look("search help")
    walk.done()


def many_at_once(walk: Walk) -> None:
    """Look at selected rows, their lists, the question and what is told in the end."""
    page = walk.page
    page.keyboard.press("x")
    bar = page.get_by_role("region", name="Selected conversations")
    expect(bar).to_contain_text("1 selected")
    walk.look("selected")
    for key in "als":
        page.keyboard.press(key)
        expect(page.get_by_role("dialog")).to_be_visible()
        walk.look(f"list {key} for many")
        closed(walk)
    page.keyboard.press("e")
    expect(bar).to_contain_text("Resolve 1 conversation?")
    walk.look("the question before many")
    page.keyboard.press("Enter")
    expect(page.locator(".st-key-bench .offer")).to_contain_text("Resolved")
    walk.look("many were changed")


def test_approval_and_our_own_words(page: Page, make_stage: MakeStage) -> None:
    """A proposal as its author and as an approver sees it, both dialogs, what was refused; rewording our own words."""
    stage = make_stage(dashboard={"staff": ["Sam", "Kim"]})
    post = stage.mention("when does it come?")
    stage.serve()
    walk = Walk(page)
    at(walk, stage, post, "Kim")
    area = page.locator(".st-key-composer .box > textarea").first
    area.fill("Soon.")
    area.press("Alt+Enter")
    expect(page.locator(".said.proposal")).to_be_visible()
    walk.look("one's own proposal")
    at(walk, stage, post, "Sam")
    walk.look("a proposal to decide on")
    for key, name in (("Shift+Y", "Change and approve"), ("d", "Refuse this reply")):
        page.keyboard.press(key)
        dialog = page.get_by_role("dialog")
        expect(dialog).to_contain_text(name)
        walk.look(name)
        page.get_by_role("button", name="Leave it waiting").click()
        expect(dialog).to_have_count(0)
    page.keyboard.press("d")
    page.get_by_role("dialog").get_by_role("textbox").fill("Name the day.")
    page.keyboard.press("Tab")
    page.get_by_role("dialog").get_by_role("button", name="Refuse").click()
    expect(page.locator(".said.proposal")).to_contain_text("refused")
    walk.look("refused")
    page.keyboard.press("n")
    area.fill("@")
    area.press("End")
    area.press_sequentially("k")
    expect(page.get_by_role("option", name="Kim")).to_be_visible()
    walk.look("naming a colleague")
    walk.done()


def test_a_reply_in_doubt(page: Page, make_stage: MakeStage) -> None:
    """The line in the conversation, the card on Health, and its question."""
    stage = make_stage()
    posts = leave_in_doubt(stage, ["It comes on Friday."])
    stage.serve()
    walk = Walk(page)
    sign_in(page.context, stage.address)
    page.goto(f"{stage.address}/health")
    card = page.locator(".card").first
    expect(card).to_be_visible()
    walk.look("a reply to decide on")
    card.get_by_role("button", name="Send it again").click()
    walk.look("asked once more")
    at(walk, stage, next(iter(posts.values())))
    walk.look("a reply in doubt")
    walk.done()


def test_the_library(page: Page, make_stage: MakeStage) -> None:
    """Empty, a new one, the list with one open, macros, files."""
    stage = make_stage()
    stage.hire()
    service = build(stage.settings, offline=True)
    text = SavedText(name="Refund", text="We refund it, {contact.first_name|there}.", language="en", shared=True)
    service.desk.library.save(text, "Sam")
    service.desk.macros.save("Done", [MacroStep(kind="resolve")], "Sam", shared=True)
    service.close()
    stage.serve()
    walk = Walk(page)
    sign_in(page.context, stage.address)
    page.goto(f"{stage.address}/library")
    for kind, one in (("Saved replies", "Refund"), ("Macros", "Done")):
        page.get_by_text(kind, exact=True).first.click()
        entry = page.get_by_role("navigation", name=kind.lower()).locator(".entry")
        expect(entry).to_contain_text(one)
        walk.look(kind)
        entry.click()
        expect(page.get_by_label("Name", exact=True).last).to_have_value(one)
        walk.look(f"{kind}: one is open")
        page.get_by_role("button", name="New", exact=True).click()
        expect(page.get_by_label("Name", exact=True).last).to_have_value("")
        walk.look(f"{kind}: a new one")
        page.get_by_role("button", name="Close", exact=True).click()
    page.get_by_text("Saved replies", exact=True).first.click()
    page.get_by_role("button", name="Import, export").click()
    expect(page.get_by_role("button", name="Export as CSV")).to_be_visible()
    walk.look("files")
    walk.done()


def test_signing_in_and_staff(page: Page, make_stage: MakeStage) -> None:
    """Signing in, what is wrong with it, who works here, one's own account with its second factor, an invitation."""
    stage = make_stage(dashboard={"staff": ["Sam", "Kim"]}).serve()
    walk = Walk(page)
    page.goto(f"{stage.address}/sign-in?why=ended")
    walk.look("sign in")
    page.get_by_label("Sign-in name").fill("Sam")
    page.get_by_label("Password").fill("not the password")
    page.get_by_label("Password").press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    walk.look("it was wrong")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("Password").press("Enter")
    expect(page.locator(".st-key-signed_in summary")).to_be_visible()
    page.locator(".st-key-signed_in summary").click()
    walk.look("menu of who is signed in")
    page.goto(f"{stage.address}/staff")
    page.locator("details summary").first.click()
    walk.look("staff")
    page.locator("#name").fill("Mia")
    page.get_by_role("button", name="Make a link").click()
    expect(page.locator("#link")).to_be_visible()
    walk.look("a link")
    code = link_of(page.content())
    page.goto(f"{stage.address}/account")
    walk.look("account")
    page.locator("#proof").fill(PASSWORD)
    page.get_by_role("button", name="Set it up").click()
    expect(page.locator(".qr")).to_be_visible()
    walk.look("second factor")
    page.context.clear_cookies()
    page.goto(f"{stage.address}/join")
    walk.look("a link without its end")
    page.goto("about:blank")
    page.goto(f"{stage.address}/join#{code}")
    expect(page.get_by_role("heading", name="Welcome")).to_be_visible()
    walk.look("join")
    page.goto(f"{stage.address}/nowhere")
    walk.look("an address that leads nowhere")
    assert not Hand(stage.address).signed_in()
    walk.done()

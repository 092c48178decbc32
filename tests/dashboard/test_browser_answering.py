"""Answering well, in a real browser: saved replies, emoji, and a public answer with a private follow-up."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import MakeStage, Open
from house import housed
from playwright.sync_api import Browser, Page, expect
from staff_kit import seed_staff
from stage import Stage, sign_in, until

from social_listener.cli.demo import free_port
from social_listener.desk_types.answering import MacroStep, SavedText
from social_listener.service import build

pytestmark = pytest.mark.browser


def area(page: Page):
    """Return the composer's main text area."""
    return page.locator(".st-key-composer .box > textarea")


def keep(stage: Stage, *texts: SavedText) -> None:
    """Keep saved replies before the service starts."""
    service = build(stage.settings, environment=stage.environment, offline=True)
    seed_staff(service.desk, "Sam")
    for text in texts:
        service.desk.library.save(text, "Sam")
    service.close()


def opened(open_page: Open, stage: Stage, post: str) -> Page:
    """Return a page at the conversation of a mention."""
    page = open_page(f"{stage.address}/?c={stage.conversation(post)}")
    expect(area(page)).to_be_visible()
    return page


@pytest.mark.long
def test_a_saved_reply_is_found_by_typing_and_inserted_at_the_cursor(open_page: Open, make_stage: MakeStage) -> None:
    """A semicolon opens the list, typing narrows it, Enter inserts what was found in its place; the rest stays."""
    stage = make_stage()
    keep(
        stage,
        SavedText(name="Refund", text="we refund it today, {contact.first_name|there}.", shared=True, language="en"),
        SavedText(name="Rabatt", text="leider nein", shared=True, language="de"),
        SavedText(name="Novel", text="x" * 300, shared=True),
    )
    post = stage.mention("my grinder broke after one week, I am very disappointed", name="Mara Koch")
    stage.serve()
    page = opened(open_page, stage, post)
    expect(area(page)).to_have_attribute("lang", "en")
    assert area(page).evaluate("area => area.spellcheck")
    area(page).click()
    page.keyboard.type("Sorry! ;")
    picker = page.locator(".finder.saved-replies")
    expect(picker.locator(".entry b")).to_have_text(["Refund", "Novel", "Rabatt"])
    expect(picker.locator(".entry").first).to_contain_text("we refund it today, Mara.")
    expect(picker.locator(".entry").nth(1).locator(".warning")).to_contain_text("too many for 280")
    page.keyboard.type("refu")
    expect(picker.locator(".entry")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(area(page)).to_have_value("Sorry! we refund it today, Mara.")
    expect(area(page)).to_be_focused()
    page.keyboard.type(" Bye")
    page.keyboard.press("Control+.")
    page.keyboard.type("coffee")
    expect(page.locator(".finder.emoji .entry")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(area(page)).to_have_value("Sorry! we refund it today, Mara. Bye☕")
    page.keyboard.press("Control+Enter")
    until(lambda: stage.answers(post), "it is posted")
    assert [one.text for one in stage.answers(post)] == ["Sorry! we refund it today, Mara. Bye☕"]
    page.close()
    stage.stop()
    service = build(stage.settings, environment=stage.environment, offline=True)
    assert list(service.desk.library.use_counts("Sam").values()) == [1]
    service.close()


@pytest.mark.long
def test_a_macro_is_shown_run_and_taken_back_by_keys(open_page: Open, make_stage: MakeStage) -> None:
    """M shows exactly what will happen, Enter does it and opens the next; Undo takes back all of it, and so does Z."""
    stage = make_stage(outbox={"undo": "60s"})
    service = build(stage.settings, environment=stage.environment, offline=True)
    seed_staff(service.desk, "Sam")
    text = SavedText(name="Refund", text="We refund it today, {contact.first_name|there}.", shared=True)
    refund = service.desk.library.save(text, "Sam").id
    steps = [
        MacroStep(kind="reply_public", value=refund),
        MacroStep(kind="assign", value="me"),
        MacroStep(kind="resolve"),
    ]
    service.desk.macros.save("Refund and done", steps, "Sam", shared=True)
    service.desk.macros.save("Only private", [MacroStep(kind="reply_private", value=refund)], "Sam")
    service.close()
    post = stage.mention("I want my money back", name="Mara Koch")
    stage.serve()
    page = opened(open_page, stage, post)
    page.keyboard.press("m")
    entries = page.locator(".finder.macros .entry")
    expect(entries.first.locator("b")).to_have_text("Only private")
    expect(entries.first).to_contain_text("Not possible here")
    expect(entries.first.locator(".warning")).to_contain_text("X allows direct messages only")
    page.keyboard.type("refund")
    expect(entries).to_have_count(1)
    expect(entries.first.locator("li")).to_have_count(3)
    expect(entries.first).to_contain_text("We refund it today, Mara.")
    page.keyboard.press("Enter")
    expect(page.locator(".ran")).to_contain_text("Refund and done: Post in public, assign to Sam, resolve.")
    page.get_by_role("button", name="Undo all of it").click()
    expect(page.locator(".ran")).to_be_hidden()
    expect(area(page)).to_have_value("We refund it today, Mara.")
    expect(page.get_by_role("button", name="Assign to me")).to_be_visible()
    with page.expect_response("**/drafts/**"):
        area(page).fill("")
    page.reload()
    expect(area(page)).to_have_value("")
    page.keyboard.press("m")
    page.keyboard.type("refund")
    expect(entries).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.locator(".ran")).to_contain_text("Refund and done: Post in public, assign to Sam, resolve.")
    offer = page.locator(".st-key-bench .offer")
    expect(offer).to_be_hidden()  # the macro's own message offers it
    page.get_by_role("button", name="Close this").click()
    expect(offer).to_contain_text("Ran “Refund and done” · Mara Koch")
    page.keyboard.press("z")
    expect(area(page)).to_have_value("We refund it today, Mara.")
    expect(page.get_by_role("button", name="Assign to me")).to_be_visible()
    page.close()
    stage.stop()
    assert not stage.answers(post)


@pytest.mark.long
def test_leaving_the_list_leaves_the_text_alone(open_page: Open, make_stage: MakeStage) -> None:
    """I opens the list from anywhere; Esc goes back; without saved replies it says where they come from."""
    stage = make_stage()
    post = stage.mention("hello")
    stage.serve()
    page = opened(open_page, stage, post)
    area(page).fill("half a sentence")
    area(page).press("Escape")
    page.keyboard.press("i")
    expect(page.locator(".finder.saved-replies .told")).to_contain_text("no saved replies yet")
    page.keyboard.press("Escape")
    expect(page.locator(".finder.saved-replies")).to_be_hidden()
    expect(area(page)).to_have_value("half a sentence")
    expect(area(page)).to_be_focused()


@pytest.mark.long
def test_both_in_one_go(chromium: Browser, tmp_path: Path) -> None:
    """A comment on Facebook gets a public answer and a private message from one composer, each where it belongs."""
    with housed(tmp_path, free_port(0)) as house:
        graph = house.sandbox.graph
        comment = graph.comment("asker", graph.page_post("Our new kettle"), "where is my order?")
        context = chromium.new_context(viewport={"width": 1280, "height": 900})
        sign_in(context, house.address)
        page = context.new_page()
        page.goto(house.address)
        page.locator(".row", has_text="where is my order").click()
        expect(page.locator(".said.focus")).to_contain_text("where is my order")
        area(page).fill("CANARY-OPEN we wrote to you.")
        area(page).press("Escape")
        page.keyboard.press("p")
        expect(page.get_by_role("radio", name="Private")).to_be_checked()
        expect(area(page)).to_have_value("")
        area(page).press("Escape")
        page.keyboard.press("p")
        expect(area(page)).to_have_value("CANARY-OPEN we wrote to you.")
        area(page).press("Escape")
        page.keyboard.press("f")
        second = page.locator(".follow textarea")
        expect(second).to_be_focused()
        expect(page.locator(".send")).to_be_disabled()
        second.fill("CANARY-SECRET order 4711 leaves today.")
        expect(page.locator(".send")).to_contain_text("then send privately")
        second.press("Control+Enter")
        expect(page.locator(".follow")).to_be_hidden()
        expect(area(page)).to_have_value("")
        until(lambda: [one for one in graph.truth().messages if "CANARY" in one.text], "the private one is there")
        said = [one.text for one in graph.truth().comments if one.answered_id == comment.id]
        told = [one.text for one in graph.truth().messages if "CANARY" in one.text]
        context.close()
    assert said == ["CANARY-OPEN we wrote to you."]
    assert told == ["CANARY-SECRET order 4711 leaves today."]


@pytest.mark.long
def test_the_library_page(open_page: Open, make_stage: MakeStage) -> None:
    """An empty library says what it is for; what is saved there is offered; a colleague's change is not overwritten."""
    stage = make_stage()
    stage.serve()
    page = open_page(f"{stage.address}/library")
    expect(page.locator(".empty")).to_contain_text("No saved replies yet")
    page.get_by_role("button", name="New").click()
    page.get_by_label("Name", exact=True).fill("Refund")
    page.get_by_label("Text", exact=True).fill("We refund it, {contact.first_name}. {discount}")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("[data-testid=stToast]")).to_contain_text("no variable discount")
    expect(page.get_by_label("Text", exact=True)).to_have_value("We refund it, {contact.first_name}. {discount}")
    page.get_by_label("Text", exact=True).fill("We refund it, {contact.first_name}.")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".entry")).to_have_count(1)
    expect(page.locator(".st-key-library_preview")).to_contain_text("We refund it, Mara.")
    other = open_page(f"{stage.address}/library")
    other.locator(".entry").click()
    other.get_by_label("Text", exact=True).fill("Theirs")
    other.get_by_role("button", name="Save").click()
    expect(other.locator(".entry")).to_contain_text("Theirs")
    page.get_by_label("Text", exact=True).fill("Mine")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("[data-testid=stToast]").last).to_contain_text("Sam changed")
    expect(page.get_by_label("Text", exact=True)).to_have_value("Mine")
    expect(page.locator(".entry")).to_contain_text("Theirs")
    page.get_by_role("button", name="Archive").click()
    expect(page.locator("[data-testid=stToast]").last).to_contain_text("Sam changed")

"""Signing in and being signed out in a real browser: nothing typed is lost, and two people are two people."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from browsing import Browser, link_of
from conftest import MakeStage, Open
from playwright.sync_api import Locator, Page, expect
from staff_kit import PASSWORD
from stage import Stage, until

pytestmark = pytest.mark.browser


def area(page: Page) -> Locator:
    """Return where a reply is typed."""
    return page.locator(".st-key-composer .box > textarea")


def sign_in(page: Page, name: str, password: str = PASSWORD) -> None:
    """Type a name and a password, and press Enter."""
    page.get_by_label("Sign-in name").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_label("Password").press("Enter")


def sam(stage: Stage) -> Browser:
    """Return a browser without a screen in which Sam, an administrator, is signed in."""
    browser = Browser(stage.address)
    browser.plant(stage.cookie("Sam"))
    return browser


def end_sessions(stage: Stage, name: str) -> None:
    """Let Sam end all sessions of somebody."""
    told = sam(stage).fill("/staff", do="end", whose=name, version="1")
    assert f"{name} is signed out" in told.text


def serious(page: Page) -> list[str]:
    """Return what makes a page hard to use for somebody, by axe."""
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {one['help']}" for one in found if one["impact"] in {"serious", "critical"}]


@pytest.mark.long
def test_who_signs_in_comes_to_what_they_asked_for(open_page: Open, make_stage: MakeStage) -> None:
    """A wrong password is told without leaving; the right one leads to the conversation of the link."""
    stage = make_stage()
    post = stage.mention("who are you?")
    stage.serve()
    page = open_page(f"{stage.address}/?c={stage.conversation(post)}", staff="")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert serious(page) == []
    sign_in(page, "Sam", "not the password")
    expect(page.get_by_role("alert")).to_contain_text("do not belong together")
    expect(page.get_by_label("Sign-in name")).to_have_value("Sam")
    sign_in(page, "Sam")
    expect(area(page)).to_be_visible()
    expect(page.locator(".st-key-signed_in summary")).to_contain_text("Sam")
    expect(page.locator(".said.focus")).to_contain_text("who are you?")


@pytest.mark.long
@pytest.mark.parametrize("path", ["/", "/health"])
def test_an_open_page_goes_to_sign_in_when_its_session_ends(open_page: Open, make_stage: MakeStage, path: str) -> None:
    """On every page, by itself, without a click."""
    stage = make_stage(dashboard={"staff": ["Sam", "Kim"]}).serve()
    page = open_page(stage.address + path, staff="Kim")
    expect(page.locator(".st-key-signed_in summary")).to_contain_text("Kim")
    end_sessions(stage, "Kim")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    expect(page.locator(".told")).to_contain_text("You were signed out")


@pytest.mark.long
def test_what_is_being_typed_survives_the_end_of_the_session(open_page: Open, make_stage: MakeStage) -> None:
    """The session ends between two keys: the same person finds every letter again, and another finds none."""
    stage = make_stage(dashboard={"staff": ["Sam", "Kim", "Lou"]})
    post = stage.mention("type something")
    stage.serve()
    page = open_page(f"{stage.address}/?c={stage.conversation(post)}", staff="Kim")
    # Nothing is saved: what is typed is known to this tab alone when the session ends.
    page.route("**/drafts/**", lambda route: route.abort())
    area(page).press_sequentially("Half a sentence, and ano", delay=5)
    end_sessions(stage, "Kim")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.unroute("**/drafts/**")
    sign_in(page, "Kim")
    expect(area(page)).to_have_value("Half a sentence, and ano")
    expect(page.locator(".saved")).to_have_text("Draft saved")
    end_sessions(stage, "Kim")
    sign_in(page, "Lou")
    expect(page.locator(".st-key-signed_in summary")).to_contain_text("Lou")
    expect(area(page)).to_have_value("")
    assert page.evaluate("sessionStorage.length") == 0


@pytest.mark.long
def test_a_text_left_by_one_is_not_found_by_another(open_page: Open, make_stage: MakeStage) -> None:
    """What was kept in the tab goes when somebody else signs in there."""
    stage = make_stage(dashboard={"staff": ["Sam", "Kim", "Lou"]})
    post = stage.mention("a secret of Kim's")
    stage.serve()
    page = open_page(f"{stage.address}/?c={stage.conversation(post)}", staff="Kim")
    page.route("**/drafts/**", lambda route: route.abort())
    area(page).press_sequentially("only Kim may read this", delay=5)
    end_sessions(stage, "Kim")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert "only Kim" in page.evaluate("JSON.stringify({...sessionStorage})")  # it was kept
    page.unroute("**/drafts/**")
    sign_in(page, "Lou")
    expect(area(page)).to_have_value("")
    until(lambda: "only Kim" not in page.evaluate("JSON.stringify({...sessionStorage})"), "it is gone from the tab")


@pytest.mark.long
def test_two_browsers_are_two_people(open_page: Open, make_stage: MakeStage) -> None:
    """Each acts in their own name at the same time, and sees what the other did."""
    stage = make_stage(dashboard={"staff": ["Sam", "Kim"]})
    post = stage.mention("who takes it?")
    stage.serve()
    address = f"{stage.address}/?c={stage.conversation(post)}"
    first, second = open_page(address, staff="Sam"), open_page(address, staff="Kim")
    expect(area(first)).to_be_visible()
    expect(area(second)).to_be_visible()
    first.get_by_role("button", name="Assign to me").click()
    expect(second.locator(".st-key-headline")).to_contain_text("Sam has it")
    area(second).fill("From Kim")
    area(second).press("Control+Enter")
    expect(first.locator(".st-key-thread")).to_contain_text("From Kim")
    expect(first.locator(".st-key-thread")).to_contain_text("Kim")
    until(lambda: stage.answers(post), "the reply is posted")


@pytest.mark.long
def test_signing_out_saves_what_is_typed(open_page: Open, make_stage: MakeStage) -> None:
    """The menu's way out takes the last letters along, and the way back needs the password."""
    stage = make_stage()
    post = stage.mention("bye")
    stage.serve()
    page = open_page(f"{stage.address}/?c={stage.conversation(post)}")
    area(page).press_sequentially("last letters", delay=5)
    page.locator(".st-key-signed_in summary").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_text("You are signed out.")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    sign_in(page, "Sam")
    expect(area(page)).to_have_value("last letters")


def test_access_that_is_taken_away_goes_from_the_open_page(open_page: Open, make_stage: MakeStage) -> None:
    """The conversation and its row are gone without a click, and the page goes on."""
    stage = make_stage(dashboard={"staff": ["Sam", "Kim"]})
    post = stage.mention("now you see me")
    stage.serve()
    page = open_page(f"{stage.address}/?c={stage.conversation(post)}", staff="Kim")
    expect(page.locator(".st-key-thread")).to_contain_text("now you see me")
    sam(stage).fill("/staff", do="rights", whose="Kim", role="community_manager", version="1")
    expect(page.locator(".st-key-thread")).not_to_contain_text("now you see me")
    expect(page.locator(".st-key-queue_list")).not_to_contain_text("now you see me")
    expect(page.locator(".st-key-thread")).to_contain_text("There is no conversation")


@pytest.mark.long
def test_the_way_of_a_new_colleague(open_page: Open, make_stage: MakeStage) -> None:
    """From the first administrator's link over an invitation to the second person's inbox, all in a browser."""
    stage = make_stage(dashboard={"staff": []}).serve()
    file: Path = stage.settings.data_dir / "first-administrator.txt"
    link = file.read_text(encoding="utf-8").splitlines()[1].replace("127.0.0.1", "localhost")
    page = open_page(stage.address, staff="")
    expect(page.get_by_role("heading", name="Nobody works here yet")).to_be_visible()
    page.goto(link)
    expect(page.get_by_role("heading", name="The first administrator")).to_be_visible()
    assert "#" not in page.url
    assert serious(page) == []
    page.get_by_label("Sign-in name").fill("Root")
    page.get_by_label("Your name, as colleagues read it").fill("Ruth Otto")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Join").click()
    expect(page.locator(".st-key-signed_in summary")).to_contain_text("Ruth Otto")
    page.goto(f"{stage.address}/staff")
    assert serious(page) == []
    page.locator("#name").fill("Mia")
    page.locator("#role-new").select_option("community_manager")
    page.get_by_role("button", name="Make a link").click()
    code = link_of(page.content())
    other = open_page(f"{stage.address}/join#{code}", staff="", width=390, height=800)
    expect(other.get_by_role("heading", name="Welcome")).to_be_visible()
    expect(other.get_by_label("Sign-in name")).to_have_value("Mia")
    other.get_by_label("Password").fill(PASSWORD)
    other.get_by_role("button", name="Join").click()
    expect(other.locator(".st-key-signed_in summary")).to_contain_text("Mia")
    other.goto(f"{stage.address}/account")
    assert serious(other) == []
    assert other.evaluate("document.documentElement.scrollWidth <= innerWidth")
    again = open_page(f"{stage.address}/join#{code}", staff="")
    expect(again.get_by_role("alert")).to_contain_text("was used")

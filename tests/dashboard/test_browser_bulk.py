"""Many conversations at once, views, muting, customers and snoozing: by keyboard, in a real browser."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import MakeStage, Open
from playwright.sync_api import Page, expect
from stage import CREDENTIALS, PREFIX, Stage
from test_browser_work import opened, pick

pytestmark = pytest.mark.browser


def tab(page: Page, name: str) -> str:
    """Return the locator text of a view's tab."""
    return f".st-key-views .tab:has-text('{name}')"


def stage_of(make_stage: MakeStage, number: int, **changes: Any) -> tuple[Stage, str]:
    """Return a service with as many mentions, and the conversation of the first."""
    stage = make_stage(dashboard={"port": 0, "staff": ["Sam", "Ann"]}, **changes)
    posts = [stage.mention(f"where is order number {one}?") for one in range(number)]
    stage.serve()
    return stage, stage.conversation(posts[0])


@pytest.mark.long
def test_a_whole_view_is_resolved_and_taken_back(open_page: Open, make_stage: MakeStage) -> None:
    """X selects, Shift + X up to there; all of the view is more than the list shows.

    The number is asked about first, and one Z takes everything back.
    """
    stage, talk = stage_of(make_stage, 56)
    page = opened(open_page, f"{stage.address}/?c={talk}")
    expect(page.locator(tab(page, "Waiting"))).to_contain_text("56")
    bar = page.locator(".st-key-bench .bar")
    page.locator(".row").first.click()
    page.keyboard.press("x")
    expect(bar).to_contain_text("1 selected")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("Shift+X")
    expect(bar).to_contain_text("3 selected")
    expect(page.locator(".row[aria-checked=true]")).to_have_count(3)
    page.keyboard.press("Escape")
    expect(bar).to_be_hidden()
    page.locator(".row .score").nth(1).click()
    page.get_by_role("button", name="All 56 of this view").click()
    page.keyboard.press("e")
    expect(bar).to_contain_text("Resolve 56 conversations?")
    expect(page.locator(tab(page, "Waiting"))).to_contain_text("56")
    page.keyboard.press("Enter")
    expect(page.locator(tab(page, "Waiting"))).to_have_text("Waiting0")
    expect(page.locator(tab(page, "Resolved"))).to_contain_text("56")
    expect(page.locator(".offer")).to_contain_text("Resolved, 56 conversations")
    page.keyboard.press("z")
    expect(page.locator(tab(page, "Waiting"))).to_contain_text("56")
    expect(page.locator(tab(page, "Resolved"))).to_have_text("Resolved0")


@pytest.mark.long
def test_what_is_selected_is_meant_even_while_another_opens(open_page: Open, make_stage: MakeStage) -> None:
    """X, J and E in one breath ask about what is selected; the conversation that opens meanwhile is not touched."""
    stage, talk = stage_of(make_stage, 3)
    page = opened(open_page, f"{stage.address}/?c={talk}")
    page.locator(".row").first.click()
    for key in ("x", "j", "e"):
        page.keyboard.press(key)
    expect(page.locator(".st-key-bench .bar")).to_contain_text("Resolve 1 conversation?")
    expect(page.locator(tab(page, "Waiting"))).to_contain_text("3")
    page.keyboard.press("Enter")
    expect(page.locator(tab(page, "Waiting"))).to_contain_text("2")
    expect(page.locator(tab(page, "Resolved"))).to_contain_text("1")


@pytest.mark.long
def test_a_change_of_many_is_called_off(open_page: Open, make_stage: MakeStage) -> None:
    """Escape at the question changes nothing; a list opened and closed by keys changes nothing either."""
    stage, talk = stage_of(make_stage, 3)
    page = opened(open_page, f"{stage.address}/?c={talk}")
    bar = page.locator(".st-key-bench .bar")
    page.keyboard.press("x")
    page.keyboard.press("a")
    page.keyboard.type("ann")
    page.keyboard.press("Enter")
    expect(bar).to_contain_text("Assign 1 conversation (Assigned to Ann)?")
    page.keyboard.press("Escape")
    expect(bar).not_to_contain_text("?")
    page.keyboard.press("Escape")
    expect(bar).to_be_hidden()
    expect(page.locator(".chip", has_text="Ann")).to_have_count(0)


@pytest.mark.long
def test_a_view_is_saved_and_gone_to_by_keyboard(open_page: Open, make_stage: MakeStage) -> None:
    """V saves a filter under a name; it stands behind the fixed views with its count, and V goes back to it.

    The address holds it, for a colleague too.
    """
    stage, talk = stage_of(make_stage, 3)
    page = opened(open_page, f"{stage.address}/?c={talk}&who=public&view=unassigned")
    page.keyboard.press("v")
    page.get_by_role("button", name="Save what is shown").click()
    page.keyboard.type("Public, free")
    page.keyboard.press("Enter")
    saved = page.locator(".st-key-views .tab.saved")
    expect(saved).to_have_text("Public, free3")
    expect(saved).to_have_attribute("aria-pressed", "true")
    pick(page, "v", "resolved")
    expect(page.locator(tab(page, "Resolved"))).to_have_attribute("aria-pressed", "true")
    expect(saved).to_have_attribute("aria-pressed", "false")
    pick(page, "v", "public")
    expect(saved).to_have_attribute("aria-pressed", "true")
    page.wait_for_function("new URL(location).searchParams.get('who') === 'public'")
    assert "view=unassigned" in page.url


@pytest.mark.long
def test_a_channel_and_a_label_are_gone_to_by_keyboard(open_page: Open, make_stage: MakeStage) -> None:
    """V lists each channel and each label in use with its count, and shows it; the address and Filters hold it."""
    keys = dict.fromkeys(("access_token", "app_secret", "verify_token"), f"{PREFIX}_{CREDENTIALS[0].upper()}")
    idle = {"id": "fernhill_page", "channel": "facebook", "name": "Fernhill", "options": {"page_id": "1"}}
    more = [idle | {"credentials": keys, "base_url": "http://127.0.0.1:9"}]
    stage, talk = stage_of(make_stage, 3, more_accounts=more)
    page = opened(open_page, f"{stage.address}/?c={talk}")
    pick(page, "l", "vip")
    expect(page.locator(".st-key-headline .chip.label")).to_have_text("vip")
    page.keyboard.press("v")
    choices = page.locator(".st-key-bench .choice")
    expect(choices.filter(has_text="vip")).to_have_text("vip1")
    expect(choices.filter(has_text="Facebook")).to_have_text("Facebook0")
    page.keyboard.press("Escape")
    pick(page, "v", "vip")
    expect(page.locator(".st-key-queue_list .row")).to_have_count(1)
    page.wait_for_function("new URL(location).searchParams.get('label') && location.search.includes('view=open')")
    pick(page, "v", "x")
    expect(page.locator(".st-key-queue_list .row")).to_have_count(3)
    page.wait_for_function("new URL(location).searchParams.get('channel') === 'x'")
    assert "label=" not in page.url
    page.get_by_role("button", name="Filters (1)").click()
    expect(page.get_by_role("combobox", name="Channel")).to_have_value("X (3)")
    pick_option(page, "filter_label", "vip (1)")
    expect(page.locator(".st-key-queue_list .row")).to_have_count(1)


def pick_option(page: Page, key: str, words: str) -> None:
    """Choose an option of a filter."""
    page.locator(f".st-key-{key} input").click()
    page.get_by_role("option", name=words, exact=True).click()


@pytest.mark.long
def test_spam_leaves_the_queue_and_comes_back(open_page: Open, make_stage: MakeStage) -> None:
    """B calls a contact spam: their conversation stands under Muted only, new words of theirs too, until Z."""
    stage, talk = stage_of(make_stage, 2)
    page = opened(open_page, f"{stage.address}/?c={talk}")
    expect(page.locator(".row")).to_have_count(2)
    pick(page, "b", "spam")
    expect(page.locator(".row")).to_have_count(1)
    expect(page.locator(tab(page, "Muted"))).to_contain_text("1")
    stage.mention("buy my coins", "guest1")
    expect(page.locator(tab(page, "Muted"))).to_contain_text("2")
    expect(page.locator(tab(page, "Waiting"))).to_contain_text("1")
    page.keyboard.press("z")
    expect(page.locator(tab(page, "Waiting"))).to_contain_text("3")


#: presses C, and reads the list before anything can have been answered
_PRESS_AND_READ = """() => {
  document.body.dispatchEvent(new KeyboardEvent('keydown', {key: 'c', bubbles: true, cancelable: true}));
  return document.querySelector('.st-key-bench [data-testid=stBidiComponentIsolated]').shadowRoot
    .querySelector('.choices').textContent;
}"""


@pytest.mark.long
def test_two_contacts_are_said_to_be_one_customer(open_page: Open, make_stage: MakeStage) -> None:
    """C finds the other contact by name; the card shows both and the other's conversation; Z parts them."""
    stage, talk = stage_of(make_stage, 2)
    page = opened(open_page, f"{stage.address}/?c={talk}")
    assert page.evaluate(_PRESS_AND_READ) == "Looking …"
    expect(page.locator(".choices .none")).to_have_text("Nothing of that name")
    page.keyboard.type("guest 2")
    expect(page.locator(".choice")).to_contain_text("Guest 2 @guest2 on X")
    page.keyboard.press("Enter")
    card = page.locator(".st-key-context")
    expect(card.locator(".other")).to_contain_text("Guest 2 @guest2 on X")
    expect(card.locator(".past")).to_contain_text("order number 1")
    page.keyboard.press("z")
    expect(card.locator(".other")).to_have_count(0)


@pytest.mark.long
def test_it_is_snoozed_until_a_time_of_ones_own(open_page: Open, make_stage: MakeStage) -> None:
    """S offers the usual times and a date and time; the conversation comes back when the customer writes."""
    stage, talk = stage_of(make_stage, 1)
    page = opened(open_page, f"{stage.address}/?c={talk}")
    page.keyboard.press("s")
    page.locator(".st-key-bench .panel input[type=datetime-local]").fill("2031-05-06T07:08")
    page.locator(".st-key-bench .panel input[type=datetime-local]").press("Enter")
    expect(page.locator(tab(page, "Snoozed"))).to_contain_text("1")
    expect(page.locator("[data-testid=stToast]").last).to_contain_text("Snoozed until 06 May 2031")
    handle = "guest1"
    stage.sandbox.world.post(
        handle, "@fernhill still nothing", reply_to=stage.sandbox.world.find(int(talk.split(":")[1]))
    )
    expect(page.locator(tab(page, "Snoozed"))).to_have_text("Snoozed0")
    expect(page.locator(tab(page, "Waiting"))).to_contain_text("1")

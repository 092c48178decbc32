"""The health page, and the decisions it asks for."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from conftest import MakeStage, Open
from doubts import leave_in_doubt
from playwright.sync_api import Locator, Page, expect
from stage import Stage, sign_in, staged, until

pytestmark = pytest.mark.browser


AGAIN, THERE, DROPPED = "Your refund is on its way.", "It left our warehouse.", "Not needed any more?"


@pytest.fixture(scope="module")
def doubtful(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Stage, dict[str, str]]]:
    """Return a service with three replies in doubt, one of which is there after all, and their posts by text."""
    with staged(tmp_path_factory.mktemp("doubtful")) as stage:
        posts = leave_in_doubt(stage, (AGAIN, THERE, DROPPED))
        stage.sandbox.world.post(stage.sandbox.brand, THERE, reply_to=posts[THERE])
        yield stage.serve(), posts


Doubtful = tuple[Stage, dict[str, str]]


def card(page: Page, stage: Stage, text: str) -> Locator:
    """Return the card of a reply on the health page."""
    sign_in(page.context, stage.address)
    page.goto(f"{stage.address}/health")
    found = page.locator(".card", has_text=text)
    expect(found).to_be_visible()
    return found


@pytest.mark.long
def test_a_reply_that_is_not_there_is_sent_again(open_page: Open, doubtful: Doubtful) -> None:
    """A person looked and it is not there: it asks once more, and then exactly one post stands below the item."""
    stage, posts = doubtful
    page = open_page("about:blank")
    lost = card(page, stage, AGAIN)
    expect(page.locator(".banner")).to_contain_text("may or may not have gone out")
    again = lost.get_by_role("button", name="Send it again")
    again.press("Enter")  # by keyboard: whoever is asked has the answer before them
    expect(lost.get_by_role("button", name="Yes")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(again).to_be_focused()
    page.keyboard.press("Enter")
    assert not stage.answers(posts[AGAIN])
    page.keyboard.press("Enter")
    until(lambda: stage.answers(posts[AGAIN]), "the reply is posted")
    expect(lost).to_have_count(0)
    assert len(stage.answers(posts[AGAIN])) == 1


@pytest.mark.long
def test_a_reply_that_is_there_is_settled_with_its_address(open_page: Open, doubtful: Doubtful) -> None:
    """What is being typed survives the ticks of the page; the address settles it, and nothing is posted again."""
    stage, posts = doubtful
    (there,) = stage.answers(posts[THERE])
    page = open_page("about:blank")
    lost = card(page, stage, THERE)
    field = lost.get_by_placeholder("Address or id of the post on the platform")
    settle = lost.get_by_role("button", name="Settle as sent")
    expect(settle).to_be_disabled()
    field.fill("https://x.com/fernhill/status/")
    stored = page.locator(".figure", has_text="interactions stored").locator("b")
    before = stored.inner_text()
    stage.mention("something that the next tick of the page brings")
    expect(stored).not_to_have_text(before)
    expect(field).to_have_value("https://x.com/fernhill/status/")
    field.fill(f"https://x.com/fernhill/status/{there.id}?s=20")
    field.press("Enter")
    expect(lost).to_have_count(0)
    assert len(stage.answers(posts[THERE])) == 1


@pytest.mark.long
def test_a_reply_that_is_dropped_returns_to_the_composer(open_page: Open, doubtful: Doubtful) -> None:
    """Back to the draft: nothing is sent, and its author finds the text where it was written."""
    stage, posts = doubtful
    page = open_page("about:blank")
    lost = card(page, stage, DROPPED)
    lost.get_by_role("button", name="Back to the draft").click()
    lost.get_by_role("button", name="Yes").click()
    expect(lost).to_have_count(0)
    page.goto(f"{stage.address}/?c={stage.conversation(posts[DROPPED])}")
    expect(page.locator(".st-key-composer .box > textarea")).to_have_value(DROPPED)
    assert not stage.answers(posts[DROPPED])


@pytest.mark.long
def test_what_fails_is_told_in_words_and_heals(open_page: Open, make_stage: MakeStage) -> None:
    """A refused token stands in the first sentence; when it works again the page says that all is well, by itself."""
    stage = make_stage(polling={"backoff_first": "1s", "backoff_most": "1s"})
    page = open_page(f"{stage.serve().address}/health")
    expect(page.locator(".banner h1")).to_contain_text("All is well")
    faults = stage.sandbox.faults
    broken = faults.add("GET /2/users/*/mentions", "html_503")
    expect(page.locator(".banner.bad h1")).to_contain_text("fernhill")
    expect(page.locator("tr[data-key='fernhill/mentions']")).to_contain_text("Failing")
    page.goto(f"{stage.address}/")
    expect(page.locator(".st-key-queue_list .foot")).to_contain_text("see Health")
    page.goto(f"{stage.address}/health")
    faults.clear(broken)
    expect(page.locator(".banner.good h1")).to_contain_text("All is well")


@pytest.mark.long
def test_a_phone_breaks_no_button_and_no_name(open_page: Open, make_stage: MakeStage) -> None:
    """On a narrow screen the tables are moved sideways; what is pressed and what is named stays in one piece."""
    stage = make_stage()
    stage.sandbox.faults.add("GET /2/users/*/mentions", "wrong_types", times=1)
    stage.mention("this one comes as nonsense")
    page = open_page(f"{stage.serve().address}/health", width=390, height=844)
    dismiss = page.get_by_role("button", name="Dismiss")
    expect(dismiss).to_be_visible()
    assert dismiss.evaluate("node => node.scrollHeight <= node.clientHeight && node.scrollWidth <= node.clientWidth")
    name = page.locator("tr[data-key='fernhill/mentions'] td").first.locator("span")
    assert name.evaluate("node => node.getClientRects().length") == 1
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

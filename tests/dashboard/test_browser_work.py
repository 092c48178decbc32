"""Working the queue by keyboard, in a real browser: labels, undo."""

from __future__ import annotations

import pytest
from conftest import MakeStage, Open
from playwright.sync_api import Page, expect
from stage import Stage, until
from test_browser_moments import Hold

pytestmark = pytest.mark.browser


def pick(page: Page, key: str, typed: str) -> None:
    """Open a list with a key, type, and take what is found first."""
    page.keyboard.press(key)
    expect(page.locator(".st-key-bench .panel input").first).to_be_focused()
    page.keyboard.type(typed)
    page.keyboard.press("Enter")
    expect(page.locator(".st-key-bench .panel")).to_be_hidden()


def opened(open_page: Open, address: str, **changes: int) -> Page:
    """Return a page whose bench hears keys."""
    page = open_page(address, **changes)
    expect(page.locator(".said.focus")).to_be_visible()
    expect(page.locator(".st-key-bench .bar")).to_be_attached()
    return page


@pytest.mark.long
def test_a_conversation_is_labelled_and_unlabelled_by_keyboard(open_page: Open, make_stage: MakeStage) -> None:
    """L and a name make a label and put it on; it shows in list, headline and card; Z takes it off, after a reload too.

    Keys typed into the list reach nothing behind it.
    """
    stage = make_stage()
    post = stage.mention("my card was charged twice, fix this")
    stage.mention("lovely beans")
    stage.serve()
    page = opened(open_page, f"{stage.address}/?c={stage.conversation(post)}")
    expect(page.locator(".said.focus")).to_contain_text("charged twice")
    pick(page, "l", "release e")
    for place in (".st-key-queue_list .chip.label", ".st-key-headline .chip.label", ".st-key-context .chip.label"):
        expect(page.locator(place)).to_have_text("release e")
    expect(page.get_by_role("button", name="Resolve", exact=True)).to_be_visible()
    page.keyboard.press("l")
    expect(page.locator(".choice")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.locator(".st-key-bench .panel")).to_be_hidden()
    page.reload()
    expect(page.locator(".offer")).to_contain_text("Label release e put on · Guest 1")
    page.keyboard.press("z")
    expect(page.locator(".st-key-headline .chip.label")).to_have_count(0)
    expect(page.locator(".st-key-queue_list .chip.label")).to_have_count(0)
    expect(page.locator(".offer")).to_be_hidden()
    pick(page, "l", "rel")
    expect(page.locator(".st-key-headline .chip.label")).to_have_text("release e")


@pytest.mark.long
def test_a_resolved_conversation_comes_back_by_undo(open_page: Open, make_stage: MakeStage) -> None:
    """E resolves and opens the next; Z brings it back into the queue."""
    stage = make_stage()
    post = stage.mention("the app burned my hand, dangerous!")
    stage.mention("lovely beans")
    stage.serve()
    page = opened(open_page, f"{stage.address}/?c={stage.conversation(post)}")
    expect(page.locator(".said.focus")).to_contain_text("burned my hand")
    page.keyboard.press("e")
    expect(page.locator(".said.focus")).to_contain_text("lovely beans")
    expect(page.locator(".row")).to_have_count(1)
    expect(page.locator(".offer")).to_contain_text("Resolved · Guest 1")
    page.keyboard.press("z")
    expect(page.locator(".row")).to_have_count(2)
    expect(page.locator(".offer")).to_be_hidden()


def burnt(open_page: Open, stage: Stage) -> Page:
    """Return a page at the most pressing of four conversations."""
    post = stage.mention("the app burned my hand, dangerous!")
    for number in range(3):
        stage.mention(f"question {number}")
    stage.serve()
    page = opened(open_page, f"{stage.address}/?c={stage.conversation(post)}")
    expect(page.locator(".said.focus")).to_contain_text("burned my hand")
    expect(page.locator(".row")).to_have_count(4)
    return page


def all_is_heard(page: Page) -> None:
    """Assign the open conversation: when that is shown, the service has heard of all that was pressed before."""
    page.keyboard.press("a")
    expect(page.get_by_role("button", name="Give back")).to_be_visible()


@pytest.mark.long
def test_e_twice_at_once_puts_away_one_only(open_page: Open, make_stage: MakeStage) -> None:
    """Pressed again before the next conversation is shown, or held down, E leaves what nobody has looked at alone."""
    page = burnt(open_page, make_stage())
    hold = Hold(page)
    expect(page.locator(".said.focus")).to_contain_text("burned my hand")
    hold.holds_answers = True
    for _ in range(3):
        page.keyboard.press("e", delay=400)  # slower than a double tap: here it is the page that is slow
    for _ in range(3):
        page.keyboard.down("e")  # from the second on it is a key held down
    page.keyboard.up("e")
    hold.let_answers_go()
    expect(page.locator(".said.focus")).to_contain_text("question")
    expect(page.locator(".st-key-views .tab:has-text('Resolved')")).to_contain_text("1")
    all_is_heard(page)
    expect(page.locator(".row")).to_have_count(3)


def test_a_double_tap_on_e_puts_away_one_only(open_page: Open, make_stage: MakeStage) -> None:
    """A second press, quicker than anybody can look, does nothing, though the next is shown; a later one does."""
    page = burnt(open_page, make_stage())

    def tap(at: int) -> None:
        page.evaluate(
            """at => {
                const event = new KeyboardEvent("keydown", { key: "e", bubbles: true, cancelable: true });
                Object.defineProperty(event, "timeStamp", { value: at });
                document.body.dispatchEvent(event);
            }""",
            at,
        )

    tap(10_000)
    expect(page.locator(".said.focus")).to_contain_text("question")
    tap(10_200)
    all_is_heard(page)
    expect(page.locator(".row")).to_have_count(3)
    tap(12_000)
    expect(page.locator(".row")).to_have_count(2)


@pytest.mark.long
def test_an_answer_is_sent_and_its_conversation_resolved_in_one_go(open_page: Open, make_stage: MakeStage) -> None:
    """Ctrl + Shift + Enter sends once and opens the next; what was refused for news is neither sent nor put away."""
    stage = make_stage()
    first, second = stage.mention("my kettle leaks", verified=True), stage.mention("lovely beans")
    stage.serve()
    page = opened(open_page, f"{stage.address}/?c={stage.conversation(first)}")
    expect(page.locator(".said.focus")).to_contain_text("kettle leaks")
    page.keyboard.press("r")
    page.keyboard.type("A new one left today.")
    page.keyboard.press("Control+Shift+Enter")
    expect(page.locator(".said.focus")).to_contain_text("lovely beans")
    expect(page.locator(".row")).to_have_count(1)
    page.keyboard.press("r")
    page.keyboard.type("Thank you!")
    world = stage.sandbox.world
    post = world.find(int(second))
    world.post(post.author, "@fernhill but they were late", reply_to=post)
    expect(page.locator(".st-key-composer .banner")).to_contain_text("They wrote again meanwhile")
    page.keyboard.press("Control+Shift+Enter")
    expect(page.locator(".st-key-composer .banner")).to_contain_text("Read it, send anyway")
    expect(page.locator(".st-key-composer .box > textarea").first).to_have_value("Thank you!")
    expect(page.locator(".row")).to_have_count(1)
    ours = until(lambda: [post for post in stage.truth.posts if post.author == "fernhill"], "the first answer is there")
    assert [post.text for post in ours] == ["A new one left today."]


@pytest.mark.long
def test_what_an_item_really_is_is_said_by_key_and_by_button(open_page: Open, make_stage: MakeStage) -> None:
    """1, 2 and 3 correct the sentiment and + and - the priority, shown at once with who said so; Z takes it back."""
    stage = make_stage()
    post = stage.mention("my card was charged twice, fix this")
    stage.mention("lovely beans")
    stage.serve()
    page = opened(open_page, f"{stage.address}/?c={stage.conversation(post)}")
    card, offer = page.locator(".st-key-context"), page.locator(".offer")
    before = card.locator(".mood").inner_text()
    page.keyboard.press("3")
    expect(card.locator(".mood")).to_contain_text("Sentiment: positive. Corrected by")
    expect(card.locator(".say [aria-pressed=true]")).to_have_text("Positive3")
    expect(page.locator(".said.focus")).to_contain_text("Positive")
    expect(offer).to_contain_text("Called positive · Guest 1")
    page.keyboard.press("z")
    expect(card.locator(".mood")).to_have_text(before)
    card.get_by_role("button", name="Neutral").click()
    expect(card.locator(".mood")).to_contain_text("Sentiment: neutral. Corrected by")
    page.keyboard.press("-")
    page.keyboard.press("+")
    page.keyboard.press("+")
    expect(card.locator(".factor")).to_contain_text(["says that its priority is"])
    page.keyboard.press("n")
    page.keyboard.type("1 or 2")
    expect(page.locator(".st-key-composer .box > textarea")).to_have_value("1 or 2")
    expect(card.locator(".mood")).to_contain_text("Sentiment: neutral")

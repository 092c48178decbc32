"""What staff do in the inbox, in a real browser, against the real service and the sandbox's truth."""

from __future__ import annotations

import pytest
from conftest import MakeStage, Open
from playwright.sync_api import Browser, Page, Route, expect
from stage import Stage, put_draft, sign_in, until

from social_listener.dashboard.shelf import SHORT

pytestmark = pytest.mark.browser


def area(page: Page):
    """Return the composer's text area."""
    return page.locator(".st-key-composer .box > textarea")


def opened(open_page: Open, stage: Stage, post: str, **changes: int) -> Page:
    """Return a page at the conversation of a mention; it opens by itself once the mention is stored."""
    page = open_page(f"{stage.address}/?c={stage.conversation(post)}", **changes)
    expect(area(page)).to_be_visible()
    return page


def test_the_top_item_is_answered_in_public(open_page: Open, make_stage: MakeStage) -> None:
    """Open the inbox, pick the top item, reply in public, see it sent: exactly one post under the right parent."""
    stage = make_stage(outbox={"undo": "8s"})  # long enough to be seen on a busy machine
    calm = stage.mention("lovely beans, thank you")
    angry = stage.mention("my machine caught fire and burned my hand, this is dangerous, I want a refund!")
    stage.serve()
    page = open_page(stage.address)
    expect(page.locator(".row")).to_have_count(2)
    top = page.locator(".row").first
    expect(top).to_contain_text("caught fire")
    top.click()
    expect(page.locator(".said.focus")).to_contain_text("caught fire")
    expect(page.locator("#reader")).to_contain_text("Everybody on X can read this")
    area(page).fill("We are so sorry. Please unplug it now, we call you in five minutes.")
    page.get_by_role("button", name="Post in public").click()
    expect(page.locator(".said.going")).to_contain_text("Public reply")
    expect(page.locator(".said.ours")).to_contain_text("Please unplug it now")
    expect(page.locator(".said.going")).to_have_count(0)
    answers = stage.answers(angry)
    assert [answer.text for answer in answers] == [
        "We are so sorry. Please unplug it now, we call you in five minutes."
    ]
    assert not stage.answers(calm)
    assert len(stage.truth.made_by_api()) == 1
    assert area(page).input_value() == ""


@pytest.mark.long
def test_a_direct_message_is_answered_in_private(open_page: Open, stage: Stage) -> None:
    """The reply to a direct message is one message to that person, and nothing public."""
    sender = stage.message("Can you tell me where my parcel is? It is private.")
    public = len(stage.truth.made_by_api())
    page = open_page(f"{stage.address}/?q=parcel")
    page.locator(".row", has_text="where my parcel is").click()
    expect(page.locator(".switch button")).to_have_count(2)
    expect(page.get_by_role("radio", name="Public reply")).to_have_count(0)
    expect(page.locator(".why")).to_contain_text("never answered in public")
    area(page).fill("It leaves the warehouse today.")
    area(page).press("Control+Enter")
    expect(page.locator(".said.ours.private")).to_contain_text("leaves the warehouse")
    mine = [one for one in stage.truth.messages_by_api() if stage.sandbox.world.user(sender).id in one.participants]
    assert [one.text for one in mine] == ["It leaves the warehouse today."]
    assert len(stage.truth.made_by_api()) == public


@pytest.mark.long
def test_undo_leaves_nothing_and_gives_the_text_back(open_page: Open, make_stage: MakeStage) -> None:
    """A reply that is taken back in its window is never posted, and its text stands in the composer again."""
    stage = make_stage(outbox={"undo": "20s"})
    post = stage.mention("where is my grinder?")
    stage.serve()
    page = opened(open_page, stage, post)
    area(page).fill("On its way, promised!")
    area(page).press("Control+Enter")
    expect(page.locator(".said.going .state")).to_contain_text("goes out in")
    expect(area(page)).to_have_value("")
    page.get_by_role("button", name="Undo").click()
    expect(area(page)).to_have_value("On its way, promised!")
    expect(page.locator(".said.going")).to_have_count(0)
    page.close()
    stage.stop()
    assert not stage.answers(post)


@pytest.mark.long
def test_undo_keeps_what_was_typed_meanwhile_too(open_page: Open, make_stage: MakeStage) -> None:
    """A text begun a moment before the undo, and not saved yet, stands below the one that comes back."""
    stage = make_stage(outbox={"undo": "60s"})
    post = stage.mention("where is my kettle?")
    stage.serve()
    page = opened(open_page, stage, post)
    area(page).fill("On its way!")
    area(page).press("Control+Enter")
    expect(page.locator(".said.going .state")).to_contain_text("goes out in")
    expect(area(page)).to_have_value("")
    area(page).press_sequentially("And another thing", delay=0)
    page.get_by_role("button", name="Undo").click()
    expect(area(page)).to_have_value("On its way!\n\nAnd another thing")
    page.reload()
    expect(area(page)).to_have_value("On its way!\n\nAnd another thing")


@pytest.mark.long
@pytest.mark.parametrize("width", [1280, 390])
def test_going_back_undoes_every_step(open_page: Open, stage: Stage, width: int) -> None:
    """Back closes a conversation and takes off a search that was there before it; no step leads to where one is."""
    post = stage.mention(f"back on {width}, please")
    page = open_page(f"{stage.address}/?q=back+on+{width}", width=width)
    page.locator(".row").click()
    expect(page.locator(".said.focus")).to_be_visible()
    page.wait_for_function("id => new URL(location).searchParams.get('c') === id", arg=stage.conversation(post))
    page.evaluate("history.back()")
    expect(page.locator(".said.focus")).to_have_count(0)
    expect(page.locator(".row")).to_be_visible()
    page.wait_for_function("!new URL(location).searchParams.has('c')")
    page.evaluate("history.forward()")
    expect(page.locator(".said.focus")).to_contain_text(f"back on {width}")


def test_a_reload_in_mid_typing_loses_no_text(open_page: Open, stage: Stage) -> None:
    """What was typed a moment before a reload, not even a pause later, is there again."""
    post = stage.mention("does it fit under a 38 cm cupboard?")
    page = opened(open_page, stage, post)
    area(page).press_sequentially("Yes, it is 36 cm high and ", delay=5)
    area(page).press_sequentially("needs 2 cm above", delay=0)
    page.reload()
    expect(area(page)).to_have_value("Yes, it is 36 cm high and needs 2 cm above")


def test_drafts_belong_to_their_conversation_and_mode(open_page: Open, stage: Stage) -> None:
    """Changing the conversation or the mode keeps every text where it was written."""
    first = stage.mention("question one")
    stage.mention("question two")
    page = open_page(f"{stage.address}/?q=question&c={stage.conversation(first)}")
    area(page).fill("answer one")
    page.get_by_role("radio", name="Note").click()
    expect(area(page)).to_have_value("")
    area(page).fill("note one")
    page.locator(".row", has_text="question two").click()
    expect(page.locator(".said.focus")).to_contain_text("question two")
    expect(area(page)).to_have_value("")
    area(page).fill("answer two")
    page.locator(".row", has_text="question one").click()
    expect(page.locator(".said.focus")).to_contain_text("question one")
    expect(area(page)).to_have_value("note one")
    page.get_by_role("radio", name="Public reply").click()
    expect(area(page)).to_have_value("answer one")


def test_a_live_update_takes_neither_text_nor_focus_nor_place(open_page: Open, stage: Stage) -> None:
    """While somebody types, the customer writes again and others arrive: text, focus, cursor and rows stay."""
    writer = stage.somebody()
    for number in range(SHORT):
        stage.mention(f"already here {number}")
    post = stage.mention("where is my order?", writer)
    found = open_page(f"{stage.address}/?q=%22already+here%22")
    expect(found.locator(".row")).to_have_count(SHORT)  # or they would be news too
    page = opened(open_page, stage, post)
    area(page).fill("Let me look")
    area(page).press("Home")
    before = page.locator(".row").evaluate_all("rows => rows.map(row => row.dataset.id)")
    stage.sandbox.world.post(writer, "@fernhill hello? anybody?", reply_to=post)
    expect(page.locator(".log")).to_contain_text("anybody?")
    expect(page.locator(".banner")).to_contain_text("They wrote again meanwhile")
    page.keyboard.type("Hi! ")
    expect(area(page)).to_have_value("Hi! Let me look")
    assert page.evaluate("document.activeElement.shadowRoot.activeElement.tagName") == "TEXTAREA"
    expect(page.get_by_role("button", name="Post in public")).to_be_disabled()
    for number in range(8):
        stage.mention(f"newcomer {number}: machine on fire, refund now!")
    expect(page.locator(".news")).to_contain_text("8 new")
    after = page.locator(".row").evaluate_all("rows => rows.map(row => row.dataset.id)")
    assert after[: len(before)] == before
    page.get_by_role("button", name="Read it, go on with my text").click()
    expect(page.get_by_role("button", name="Post in public")).to_be_enabled()
    area(page).press("Escape")
    page.keyboard.press(".")
    expect(page.locator(".row", has_text="newcomer 7")).to_be_visible()
    expect(area(page)).to_have_value("Hi! Let me look")


@pytest.mark.long
def test_the_counter_counts_by_the_channels_own_rule(open_page: Open, stage: Stage) -> None:
    """An address weighs 23, a Japanese sign 2; a text that is too long cannot be sent."""
    post = stage.mention("how long may it be?")
    page = opened(open_page, stage, post)
    area(page).fill("https://example.com/a/very/long/address/that/is/shortened/by/the/platform/anyway 日本")
    expect(page.locator(".actions .left")).to_have_text("28 / 280")
    area(page).fill("日" * 141)
    expect(page.locator(".actions .left")).to_have_text("2 characters too many")
    expect(page.get_by_role("button", name="Post in public")).to_be_disabled()
    area(page).press("Control+Enter")
    assert not stage.answers(post)


def test_a_double_click_sends_once(open_page: Open, stage: Stage) -> None:
    """Two quick presses of the button, and Ctrl+Enter on top, are one reply."""
    post = stage.mention("twice, please?")
    page = opened(open_page, stage, post)
    area(page).fill("Once is enough.")
    page.get_by_role("button", name="Post in public").dblclick()
    page.keyboard.press("Control+Enter")
    until(lambda: stage.answers(post), "the reply is posted")
    expect(page.locator(".said.ours")).to_have_count(1)
    assert len(stage.answers(post)) == 1


def looks(page: Page, name: str) -> tuple[str | None, ...]:
    """Return how the composer looks in a mode: colour, button, reader, sign and label."""
    page.get_by_role("radio", name=name).click()
    expect(page.get_by_role("radio", name=name)).to_be_checked()
    return (
        page.locator(".send").evaluate("node => getComputedStyle(node).backgroundColor"),
        page.locator(".send span").inner_text(),
        page.locator(".reader span").inner_text(),
        page.locator(".reader path").get_attribute("d"),
        area(page).get_attribute("aria-label"),
    )


@pytest.mark.long
def test_the_switch_cannot_be_confused(open_page: Open, stage: Stage) -> None:
    """Colour, sign, words and button of the three modes all differ, and what is sent goes where they say."""
    post = stage.mention("hello in public")
    stage.message("hello in private")
    page = opened(open_page, stage, post)
    public, note = looks(page, "Public reply"), looks(page, "Note")
    expect(page.get_by_role("radio", name="Private message")).to_be_disabled()
    expect(page.locator(".why")).to_contain_text("No private reply: ")
    area(page).fill("CANARY only for us")
    page.get_by_role("button", name="Save note").click()
    expect(page.locator(".said.note")).to_contain_text("CANARY only for us")
    expect(page.locator(".said.note")).to_contain_text("only your team sees this")
    page.goto(f"{stage.address}/?q=hello+in+private")
    page.locator(".row", has_text="hello in private").click()
    expect(page.get_by_role("radio", name="Public reply")).to_have_count(0)
    private = looks(page, "Private message")
    for parts in zip(public, private, note, strict=True):
        assert len(set(parts)) == 3, parts
    area(page).fill("CANARY only for you")
    page.get_by_role("button", name="Send privately").click()
    until(
        lambda: [one for one in stage.truth.messages_by_api() if one.text == "CANARY only for you"],
        "the private message is sent",
    )
    assert not any("CANARY" in one.text for one in stage.truth.posts)
    assert not any("only for us" in one.text for one in stage.truth.messages)


@pytest.mark.long
def test_an_answer_given_meanwhile_is_shown_before_mine_is_sent(open_page: Open, make_stage: MakeStage) -> None:
    """Two people answer one item: the second sees what was said, and the text is kept."""
    stage = make_stage(dashboard={"staff": ["Sam", "Kim"]})
    post = stage.mention("two of you?")
    stage.serve()
    first = opened(open_page, stage, post)
    second = open_page(f"{stage.address}/?c={stage.conversation(post)}&staff=Kim")
    expect(area(second)).to_be_visible()
    area(second).fill("Mine, a little slower")
    area(first).fill("Mine, first")
    area(first).press("Control+Enter")
    expect(second.locator(".banner")).to_contain_text("A reply was given meanwhile")
    expect(second.locator(".banner")).to_contain_text("Mine, first")
    expect(area(second)).to_have_value("Mine, a little slower")
    area(second).press("Control+Enter")
    until(lambda: stage.answers(post), "the first reply is posted")
    assert [one.text for one in stage.answers(post)] == ["Mine, first"]


@pytest.mark.long
def test_an_item_is_liked_and_our_own_is_deleted_after_a_question(open_page: Open, stage: Stage) -> None:
    """A like reaches the platform; our post goes only after the dialog is answered, and leaves a tombstone."""
    post = stage.mention("best coffee of my life")
    page = opened(open_page, stage, post)
    page.locator(".said.focus").get_by_role("button", name="Like").click()
    expect(page.locator(".said.focus")).to_contain_text("Liked by us")
    assert stage.truth.post(post).likes == (stage.sandbox.brand.id,)
    area(page).fill("Thank yuo!")
    area(page).press("Control+Enter")
    ours = page.locator(".said.ours")
    expect(ours).to_contain_text("Thank yuo!")
    for answer, deleted in (("Keep it", False), ("Delete it", True)):
        ours.get_by_role("button", name="What else can be done").click()
        ours.get_by_role("button", name="Delete our post").click()
        dialog = page.get_by_role("dialog")
        expect(dialog).to_contain_text("Thank yuo!")
        dialog.get_by_role("button", name=answer).click()
        expect(dialog).to_have_count(0)
        assert stage.answers(post)[0].deleted is deleted
    expect(ours).to_contain_text("We deleted this")
    expect(ours).not_to_contain_text("Thank yuo!")


@pytest.mark.long
def test_what_came_while_the_page_connected_is_shown(chromium: Browser, stage: Stage) -> None:
    """A message that was stored after the list was read and before its feed was heard comes into the list."""
    word = "between the chairs"
    context = chromium.new_context()
    sign_in(context, stage.address)
    page = context.new_page()
    held: list[Route] = []
    page.route("**/live?*", lambda route: held.append(route))  # noqa: PLW0108 - Playwright looks into what it calls
    page.goto(f"{stage.address}/?q={word.replace(' ', '+')}")
    expect(page.locator(".st-key-queue_list")).to_contain_text("Nothing found")
    until(lambda: page.evaluate("1") and held, "the page asks for its feed")
    talk = stage.conversation(stage.mention(f"{word}, somebody writes"))
    until(lambda: put_draft(stage, talk, "note", "", "none").status_code != 404, "the message is stored")
    for route in held:
        route.continue_()
    expect(page.locator(".row")).to_have_count(1)
    context.close()


@pytest.mark.long
def test_the_keyboard_is_enough(open_page: Open, stage: Stage) -> None:
    """J and K walk, R writes, Esc leaves, T likes, A assigns, E resolves and opens the next, / searches."""
    for number in range(3):
        stage.mention(f"keyboard {number}, where is my refund?")
    page = open_page(f"{stage.address}/?q=keyboard")
    expect(page.locator(".row")).to_have_count(3)
    page.keyboard.press("j")
    expect(page.locator(".row").nth(0)).to_have_attribute("aria-selected", "true")
    expect(page.locator(".said.focus")).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    expect(page.locator(".row").nth(1)).to_have_attribute("aria-selected", "true")
    chosen = page.locator(".row").nth(1).get_attribute("data-id")
    assert chosen is not None
    page.wait_for_function("id => new URL(location).searchParams.get('c') === id", arg=chosen)
    expect(page.locator(".said.focus")).to_contain_text("keyboard 1")
    page.keyboard.press("r")
    page.keyboard.type("jkae/?")
    expect(area(page)).to_have_value("jkae/?")
    page.keyboard.press("Escape")
    page.keyboard.press("t")
    expect(page.locator(".said.focus")).to_contain_text("Liked by us")
    page.keyboard.press("a")
    expect(page.locator(".row").nth(1)).to_contain_text("You")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("next and previous conversation")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("e")
    expect(page.locator(".row")).to_have_count(2)
    page.wait_for_function("id => new URL(location).searchParams.get('c') !== id", arg=chosen)
    page.keyboard.press("Shift+F")
    expect(page.get_by_role("combobox", name="Visibility")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("combobox", name="Visibility")).to_have_count(0)
    page.keyboard.press("/")
    expect(page.locator(".st-key-search input")).to_be_focused()


def _named_focus(page: Page) -> str:
    """Return what has the focus, however deep it lies, by its name."""
    return str(
        page.evaluate(
            """() => {
              let node = document.activeElement;
              while (node.shadowRoot?.activeElement) node = node.shadowRoot.activeElement;
              return (node.getAttribute('aria-label') || node.innerText || node.tagName).trim();
            }"""
        )
    )


@pytest.mark.long
def test_what_is_answered_and_what_was_said_by_keyboard(open_page: Open, stage: Stage) -> None:
    """U answers the message above, Shift + U the one below, O opens what can be done with our words; Enter, Esc."""
    handle = stage.somebody()
    post = stage.mention("upstairs", handle)
    page = open_page(f"{stage.address}/?view=open&c={stage.conversation(post)}")
    area(page).fill("We look into it.")
    area(page).press("Control+Enter")
    expect(page.locator(".said.ours")).to_be_visible()
    (ours,) = stage.answers(post)
    stage.sandbox.world.post(handle, "@fernhill downstairs", reply_to=stage.sandbox.world.find(int(ours.id)))
    focus = page.locator(".said.focus")
    expect(focus).to_contain_text("downstairs")
    area(page).fill("half an answer")
    page.locator("ul.list").focus()
    reached = [
        _named_focus(page) for _ in range(29) if page.keyboard.press("Tab") is None
    ]  # five ways to correct, then Label
    stops = (
        "Assign to me",
        "Resolve",
        "Conversation",
        "Answer this",
        "Like",
        "Public reply",
        "Macros",
        "Post in",
        "Label",
    )
    places = [next((place for place, name in enumerate(reached) if stop in name), -1) for stop in stops]
    assert places == sorted(places)
    assert places[0] >= 0
    page.locator("ul.list").focus()
    page.keyboard.press("u")
    expect(focus).to_contain_text("upstairs")
    page.keyboard.press("Shift+U")
    expect(focus).to_contain_text("downstairs")
    page.locator(".said", has_text="upstairs").get_by_role("button", name="Answer this").press("Enter")
    expect(focus).to_contain_text("upstairs")
    expect(focus.get_by_role("button").first).to_be_focused()
    page.keyboard.press("o")
    menu = page.locator(".st-key-thread .menu")
    expect(menu.get_by_role("button", name="Delete")).to_be_focused()
    page.keyboard.press("Escape")
    expect(menu).to_have_count(0)
    expect(page.locator(".said.ours .menu-button")).to_be_focused()
    page.keyboard.press("Enter")
    expect(menu.get_by_role("button", name="Delete")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_contain_text("We look into it.")
    page.get_by_role("button", name="Keep it").press("Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)


@pytest.mark.long
def test_a_deep_link_opens_what_it_names(open_page: Open, stage: Stage) -> None:
    """View, filters, search and conversation stand in the address, and an unknown conversation is told in words."""
    post = stage.mention("a link to this, please")
    page = open_page(f"{stage.address}/?view=open&who=public&q=a+link+to+this&c={stage.conversation(post)}")
    expect(page.locator(".row")).to_have_count(1)
    expect(page.locator(".said.focus")).to_contain_text("a link to this")
    expect(page.locator(".tab[aria-pressed=true]")).to_contain_text("All open")
    expect(page.locator(".st-key-filters")).to_contain_text("Filters (1)")
    page.goto(f"{stage.address}/?c=x:0:0")
    expect(page.locator(".st-key-thread .problem")).to_be_visible()


@pytest.mark.long
def test_a_narrow_screen_shows_one_pane_with_a_way_back(open_page: Open, stage: Stage) -> None:
    """List, conversation and details each fill the phone; nothing is wider than the screen."""
    post = stage.mention("from my phone to yours")
    page = open_page(f"{stage.address}/?q=phone", width=390, height=844)
    row = page.locator(".row", has_text="from my phone")
    row.click()
    expect(area(page)).to_be_visible()
    expect(row).to_be_hidden()
    page.get_by_role("button", name="Details").click()
    expect(page.get_by_text("Why this priority")).to_be_visible()
    expect(area(page)).to_be_hidden()
    page.get_by_role("button", name="Conversation").click()
    expect(area(page)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("button", name="Inbox").click()
    expect(row).to_be_visible()
    assert not stage.answers(post)


def test_a_draft_is_refused_from_elsewhere(stage: Stage, open_page: Open) -> None:
    """Another origin, a wrong name, a strange body or an old nonce keep nothing."""
    post = stage.mention("who may write here?")
    opened(open_page, stage, post)
    conversation = stage.conversation(post)
    assert put_draft(stage, conversation, "public", "x", "n", Origin="http://evil.example").status_code == 403
    assert put_draft(stage, conversation, "public", "x", "n", Host="evil.example").status_code == 403
    assert put_draft(stage, conversation, "shout", "x", "n").status_code == 404
    assert put_draft(stage, conversation, "public", "x" * 60_000, "n").status_code == 400
    late = put_draft(stage, conversation, "public", "x", "of another text")
    assert late.status_code == 409
    kept = put_draft(stage, conversation, "public", "mine", late.json()["nonce"])
    assert kept.status_code == 200
    assert kept.json()["used"] == 4


@pytest.mark.long
@pytest.mark.parametrize("pause", [60, *(pytest.param(ms, marks=pytest.mark.long) for ms in (0, 150))])
def test_a_key_right_after_a_step_means_where_the_step_leads(
    open_page: Open, make_stage: MakeStage, pause: int
) -> None:
    """J and then E at once resolves the next conversation, not the one that is still shown."""
    stage = make_stage()
    for number in range(3):
        stage.mention(f"number {number} where is my refund")
    stage.serve()
    page = open_page(stage.address)
    rows = page.locator(".row")
    expect(rows).to_have_count(3)
    ids = [row.get_attribute("data-id") for row in rows.all()]
    page.keyboard.press("j")
    expect(page.locator(".said.focus")).to_be_visible()
    expect(page.get_by_role("button", name="Resolve", exact=True)).to_be_visible()
    page.keyboard.press("j")
    page.wait_for_timeout(pause)  # how fast somebody types is what is tested
    page.keyboard.press("e")
    expect(rows).to_have_count(2)
    assert [row.get_attribute("data-id") for row in rows.all()] == [ids[0], ids[2]]

"""What somebody does in the moment in which the page is told of a change: it is heard, and what is typed stays."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

import pytest
from conftest import MakeStage, Open
from playwright.sync_api import Locator, Page, Route, WebSocketRoute, expect
from stage import Stage, staged, until
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from test_browser_team import area, at

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Return a service on which Sam and Kim work."""
    with staged(tmp_path_factory.mktemp("dialogs"), dashboard={"staff": ["Sam", "Kim"]}) as stage:
        yield stage.serve()


class Hold:
    """What a page sends to the service, or is sent, held back while somebody wishes so."""

    def __init__(self, page: Page) -> None:
        self.page, self.held, self.holds = page, [], False
        self.answers, self.holds_answers = [], False
        self.loses, self.lost = "", 0
        page.route_web_socket(lambda address: "/stream" in address, self._opened)
        page.reload()
        expect(area(page)).to_be_visible()

    def _opened(self, route: WebSocketRoute) -> None:
        self.server = route.connect_to_server()
        self.route = route
        route.on_message(self._sent)
        self.server.on_message(self._answered)

    def _answered(self, message: str | bytes) -> None:
        if self.loses and self._is_drawn(message):
            return
        self.answers.append(message)
        if not self.holds_answers:
            self.let_answers_go()

    def _is_drawn(self, message: str | bytes) -> bool:
        """Return whether the service hands over what is to be lost, or says that all was drawn; with that it ends."""
        told = ForwardMsg.FromString(bytes(message)) if isinstance(message, bytes) else ForwardMsg()
        if told.WhichOneof("type") == "script_finished":
            self.loses = "" if self.lost else self.loses
            return True
        if told.delta.new_element.bidi_component.id.endswith(self.loses):
            self.lost += 1
        return self.lost > 0

    def let_answers_go(self) -> None:
        """Hand over all that the service sent meanwhile."""
        self.holds_answers = False
        while self.answers:
            self.route.send(self.answers.pop(0))

    def _sent(self, message: str | bytes) -> None:
        self.held.append(message)
        if not self.holds:
            self.let_go()

    def has(self, number: int) -> bool:
        """Return whether so many messages are held back, after Playwright had a look at the page's socket."""
        self.page.evaluate("0")
        return len(self.held) >= number

    def let_go(self) -> None:
        """Hand over all that was held back, at once."""
        self.holds = False
        while self.held:
            self.server.send(self.held.pop(0))


def asked(stage: Stage, open_page: Open, words: str, writer: str | None = None) -> tuple[str, Page, Page]:
    """Return a post, the page of Kim who asked to answer it, and the page of Sam who is to decide."""
    post = stage.mention(words, writer)
    kim = at(open_page, stage, post, "Kim")
    area(kim).fill("Soon.")
    kim.get_by_role("button", name="Ask for approval").click()
    expect(kim.locator(".said.proposal")).to_be_visible()
    return post, kim, at(open_page, stage, post, "Sam")


def changes(sam: Page) -> Locator:
    """Open the dialog in which a proposal is changed."""
    expect(sam.get_by_role("button", name="Change and approve")).to_be_visible()
    sam.keyboard.press("Shift+Y")
    dialog = sam.get_by_role("dialog")
    expect(dialog.get_by_role("textbox")).to_have_value("Soon.")
    return dialog


def notes(page: Page, text: str) -> None:
    """Write a note, which every page at the conversation is told of."""
    page.get_by_role("radio", name="Note").click()
    area(page).fill(text)
    area(page).press("Control+Enter")
    expect(page.locator(".said.note").last).to_contain_text(text)


@pytest.mark.long
def test_a_button_is_heard_in_the_moment_of_a_change(pair: Stage, open_page: Open) -> None:
    """The press of the button and the news of a colleague's note reach a service that still draws an earlier note."""
    post, kim, sam = asked(pair, open_page, "is it in stock?")
    hold = Hold(sam)
    dialog = changes(sam)
    dialog.get_by_role("textbox").fill("On Monday.")
    hold.holds = True
    notes(kim, "I ask the warehouse")
    until(lambda: hold.has(1), "the page asks for what changed")
    dialog.get_by_role("button", name="Approve and send").click()
    until(lambda: hold.has(2), "the press is on its way")
    notes(kim, "They say Monday")
    until(lambda: hold.has(3), "the page asks again")
    hold.let_go()
    expect(dialog).to_have_count(0)
    expect(sam.locator(".said.note").last).to_contain_text("They say Monday")
    until(lambda: pair.answers(post), "the approved reply is posted")
    assert [one.text for one in pair.answers(post)] == ["On Monday."]


@pytest.mark.long
def test_what_is_typed_in_a_dialog_stays_while_the_thread_goes_on(pair: Stage, open_page: Open) -> None:
    """What the customer adds appears behind the dialog; text and cursor stay, and the approval is refused in it."""
    writer = pair.somebody()
    post, _, sam = asked(pair, open_page, "does it float?", writer)
    dialog = changes(sam)
    box = dialog.get_by_role("textbox")
    box.fill("It floats")
    pair.sandbox.world.post(writer, "@fernhill never mind, it sank", reply_to=post)
    expect(sam.locator(".log")).to_contain_text("never mind, it sank")
    expect(box).to_be_focused()
    sam.keyboard.type(", for a while")
    expect(box).to_have_value("It floats, for a while")
    dialog.get_by_role("button", name="Approve and send").click()
    expect(dialog.get_by_role("alert")).to_be_visible()
    expect(box).to_have_value("It floats, for a while")
    assert not pair.answers(post)
    dialog.get_by_role("button", name="Leave it waiting").click()
    expect(dialog).to_have_count(0)
    expect(sam.locator(".said.proposal")).to_contain_text("Soon.")


@pytest.mark.long
def test_a_conversation_opens_that_was_picked_in_the_moment_of_a_change(pair: Stage, open_page: Open) -> None:
    """A pick and the news that a colleague named me reach the service at once: what was picked opens."""
    post, other, third = (
        pair.mention(words) for words in ("is it waterproof?", "which colours are there?", "how big?")
    )
    sam, kim = at(open_page, pair, post, "Sam"), at(open_page, pair, third, "Kim")
    hold = Hold(sam)
    row = sam.locator(".row", has_text="which colours are there?")
    expect(row).to_be_visible()
    hold.holds = True
    notes(kim, "@Sam do you know?")
    until(lambda: hold.has(1), "the page asks for what changed")
    row.click()
    until(lambda: hold.has(2), "the pick is on its way")
    notes(kim, "@Sam or does Lee?")
    until(lambda: hold.has(3), "the page asks again")
    hold.let_go()
    expect(sam.locator(".said.focus")).to_contain_text("which colours are there?")
    assert f"c={quote(pair.conversation(other), safe='')}" in sam.url


@pytest.mark.long
def test_what_was_picked_is_shown_though_its_drawing_was_lost(pair: Stage, open_page: Open) -> None:
    """What Streamlit draws in the moment in which another message arrives may get lost: the page asks for it again."""
    post, _ = pair.mention("does it come in red?"), pair.mention("and in blue?")
    sam = at(open_page, pair, post, "Sam")
    hold = Hold(sam)
    row = sam.locator(".st-key-queue_list .row", has_text="and in blue?")
    expect(row).to_be_visible()
    hold.loses = "-feed"
    row.click()
    expect(sam.locator(".said.focus")).to_contain_text("and in blue?")
    assert hold.lost == 1


def test_what_is_new_is_shown_though_its_drawing_was_lost(pair: Stage, open_page: Open) -> None:
    """The same for the list: a change that the page was told of and that is not drawn is asked for again."""
    sam = at(open_page, pair, pair.mention("is it heavy?"), "Sam")
    hold = Hold(sam)
    hold.loses = "-queue_list"
    pair.mention("is it light?")
    until(lambda: sam.evaluate("0") == 0 and hold.lost, "the drawing of what is new is lost")
    queue = sam.locator(".st-key-queue_list")
    # Where earlier tests left so many rows that one more would move them, it is announced.
    told = queue.locator(".row", has_text="is it light?").or_(queue.get_by_role("button", name="1 new"))
    expect(told).to_be_visible()


@pytest.mark.long
def test_what_was_read_before_a_text_was_saved_takes_none_of_it_away(open_page: Open, make_stage: MakeStage) -> None:
    """A reply is taken back, and the drawing of that comes after the answer to what was typed meanwhile: both stay."""
    stage = make_stage(outbox={"undo": "60s"})
    post = stage.mention("where is my kettle?")
    stage.serve()
    page = at(open_page, stage, post, stage.staff[0])
    hold = Hold(page)
    area(page).fill("On its way!")
    area(page).press("Control+Enter")
    expect(page.locator(".said.going .state")).to_contain_text("goes out in")
    expect(area(page)).to_have_value("")
    saves: list[Route] = []
    through = [False]
    page.route("**/drafts/**", lambda route: route.continue_() if through[0] else saves.append(route))
    area(page).press_sequentially("And another thing")
    until(lambda: page.evaluate("0") == 0 and saves, "the page saves what is typed")
    hold.holds_answers = True
    page.get_by_role("button", name="Undo").click()
    until(lambda: page.evaluate("0") == 0 and any(b"On its way!" in bytes(one) for one in hold.answers), "it is undone")
    through[0] = True
    for save in saves:
        save.continue_()
    expect(area(page)).to_have_value("On its way!\n\nAnd another thing")
    hold.let_answers_go()
    expect(page.locator(".said.going")).to_have_count(0)
    expect(area(page)).to_have_value("On its way!\n\nAnd another thing")
    page.reload()
    expect(area(page)).to_have_value("On its way!\n\nAnd another thing")


@pytest.mark.long
def test_who_is_there_is_shown_though_it_is_told_before_the_conversation_is_drawn(pair: Stage, open_page: Open) -> None:
    """The service tells once that Kim is there, and the page draws what was picked after that: Kim is still shown."""
    post, other = pair.mention("who waits there?"), pair.mention("who comes from here?")
    at(open_page, pair, post, "Kim")
    sam = at(open_page, pair, other, "Sam")
    hold = Hold(sam)
    row = sam.locator(".st-key-queue_list .row", has_text="who waits there?")
    expect(row).to_be_visible()
    hold.holds_answers = True
    row.click()
    told = "(window.socialListenerHere || []).some((one) => one.staff === 'Kim')"
    until(lambda: sam.evaluate(told), "the page is told that Kim is there")
    expect(sam.locator(".chip.here")).to_have_count(0)
    hold.let_answers_go()
    expect(sam.locator(".said.focus")).to_contain_text("who waits there?")
    # What is lost here comes back only when Kim's page is forgotten and heard anew, after far longer than this.
    expect(sam.locator(".st-key-headline .chip.here")).to_have_text("Kim is here too", timeout=8_000)

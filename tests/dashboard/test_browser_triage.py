"""Twenty conversations are worked off by keys alone; store and platform then tell what became of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from conftest import MakeStage, Open
from playwright.sync_api import Locator, Page, expect
from staff_kit import seed_staff
from stage import Stage, sign_in, until

from social_listener.desk_types.answering import SavedText
from social_listener.model import Status
from social_listener.service import build

if TYPE_CHECKING:
    from collections.abc import Mapping

    from social_listener.desk import Desk

pytestmark = pytest.mark.browser

#: a row of the list; replies under way have rows too
ROW = ".st-key-queue_list .row"
#: notes every press, move and turn of a mouse; what scripts press has no pointer
RECORDER = """
window.mouse = [];
for (const kind of ["pointerdown", "pointermove", "mousedown", "wheel", "touchstart"])
  document.addEventListener(kind, (event) => mouse.push(kind), true);
"""


@dataclass(frozen=True, kw_only=True)
class End:
    """What became of a conversation, by the store and by the platform's truth."""

    status: Status = Status.RESOLVED
    said: tuple[str, ...] = ()  #: what the brand posted below it
    assignee: str | None = None
    label: str | None = None
    note: str | None = None
    hidden: bool = False
    spam: bool = False


class Keys:
    """A page that is worked by its keyboard only."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self.look = page.locator  #: looking is not pressing
        self.press = page.keyboard.press
        self.type = page.keyboard.type

    def area(self) -> Locator:
        """Return the composer's text area."""
        return self.look(".st-key-composer .box > textarea")

    def pick(self, key: str, typed: str) -> None:
        """Open a list with a key, type, and take what is found first."""
        self.press(key)
        expect(self.look(".st-key-bench .panel input").first).to_be_focused()
        self.type(typed)
        expect(self.look(".st-key-bench .panel .choice").first).to_contain_text(typed, ignore_case=True)
        self.press("Enter")
        expect(self.look(".st-key-bench .panel")).to_be_hidden()

    def rows(self) -> list[str]:
        """Return the conversations of the list, from the top."""
        return list(self.look(ROW).evaluate_all("rows => rows.map(row => row.dataset.id)"))

    def come_to(self, conversation: str) -> None:
        """Walk to a conversation, or stay where the last deed led; look who reads it before anything is pressed."""
        chosen = self.look(f"{ROW}[aria-selected=true]")
        for _ in range(2 * len(TWENTY)):
            here = chosen.evaluate_all("rows => rows.map(row => row.dataset.id)")
            if here == [conversation]:
                break
            rows = self.rows()
            self.press("j" if not here or rows.index(here[0]) < rows.index(conversation) else "k")
        else:
            raise AssertionError(f"J and K do not lead to {conversation}")
        self._page.wait_for_function("id => window.socialListenerShown === id", arg=conversation)
        handle = self.look(".st-key-headline .handle").inner_text()
        expect(self.look("#reader")).to_contain_text(f"{handle}.")
        expect(self.look(".said.focus header .handle")).to_have_text(handle)

    def view(self, name: str, rows: int) -> None:
        """Go to a view, which has as many rows."""
        self.pick("v", name)
        expect(self.look(f".st-key-views .tab[aria-pressed=true]:has-text('{name}')")).to_be_visible()
        expect(self.look(ROW)).to_have_count(rows)

    def mouse(self) -> list[str]:
        """Return what a mouse did."""
        return list(self._page.evaluate("mouse"))


# -- what is done to one -----------------------------------------------------------------------------------------------


def send(keys: Keys) -> None:
    """Hand over what is written, and see it taken."""
    keys.press("Control+Enter")
    expect(keys.area()).to_have_value("")
    expect(keys.area()).not_to_be_focused()


def resolve(keys: Keys) -> None:
    """Put away the conversation, which makes the list shorter."""
    before = keys.rows()
    here = str(keys.look(f"{ROW}[aria-selected=true]").get_attribute("data-id"))
    keys.press("e")
    expect(keys.look(f"{ROW}[data-id='{here}']")).to_have_count(0)
    assert keys.rows() == [one for one in before if one != here]


def answer(text: str) -> Callable[[Keys], None]:
    """Return what answers in public, and puts away."""

    def do(keys: Keys) -> None:
        keys.press("r")
        expect(keys.area()).to_be_focused()
        keys.type(text)
        send(keys)
        resolve(keys)

    return do


def saved_reply(keys: Keys) -> None:
    """Answer with a saved reply, found by typing, and a word of one's own."""
    keys.press("i")
    keys.type("hours")
    expect(keys.look(".finder.saved-replies .entry")).to_have_count(1)
    keys.press("Enter")
    expect(keys.area()).to_have_value(OPEN)
    keys.type(" Bye!")
    send(keys)
    resolve(keys)


def label_and_snooze(keys: Keys) -> None:
    """Put a label on, then put away until tomorrow."""
    rows = keys.look(ROW).count()
    keys.pick("l", "delivery")
    expect(keys.look(".st-key-headline .chip.label")).to_have_text("Delivery", ignore_case=True)
    keys.pick("s", "until tomorrow")
    expect(keys.look(ROW)).to_have_count(rows - 1)


def take(keys: Keys) -> None:
    """Take it oneself, for later."""
    keys.press("a")
    expect(keys.look(".st-key-headline .words")).to_contain_text("yours", ignore_case=True)


def hand_over(keys: Keys) -> None:
    """Give it to Kim."""
    keys.pick("g", "Kim")
    expect(keys.look(".st-key-headline .words")).to_contain_text("Kim")


def hide(keys: Keys) -> None:
    """Hide it on the platform, and put it away."""
    keys.press("h")
    expect(keys.look(".said.focus")).to_contain_text("Hidden on the platform")
    resolve(keys)


def call_spam(keys: Keys) -> None:
    """Call its author spam."""
    rows = keys.look(ROW).count()
    keys.pick("b", "spam")
    expect(keys.look(ROW)).to_have_count(rows - 1)


def slip_and_answer(keys: Keys) -> None:
    """Put it away by mistake, take that back, and answer after all."""
    here = str(keys.look(f"{ROW}[aria-selected=true]").get_attribute("data-id"))
    resolve(keys)
    keys.press("z")
    expect(keys.look(f"{ROW}[data-id='{here}']")).to_be_visible()
    keys.come_to(here)
    answer("Four weeks, sadly.")(keys)


def note(keys: Keys) -> None:
    """Leave a note, and put it away."""
    keys.press("n")
    expect(keys.area()).to_be_focused()
    keys.type("Told the shop.")
    send(keys)
    expect(keys.look(".said.note")).to_contain_text("Told the shop.")
    resolve(keys)


def later(_: Keys) -> None:
    """Leave it for the end, when several are put away at once."""


# -- the twenty --------------------------------------------------------------------------------------------------------

OPEN = "We are open from nine to six."
THANKS = tuple(f"thank you, {what}" for what in ("lovely beans", "great service", "it works"))
BELOW_OURS = ("buy my coins", "this is a scam")  #: said below a post of the brand

#: what is said → what is done, and what becomes of it
TWENTY: Mapping[str, tuple[Callable[[Keys], None], End]] = {
    "do you ship to Norway?": (answer("We do, within a week."), End(said=("We do, within a week.",))),
    "is it dishwasher safe?": (answer("The cup is."), End(said=("The cup is.",))),
    "does it fit below 38 cm?": (answer("It is 36 cm high."), End(said=("It is 36 cm high.",))),
    "is there a decaf?": (answer("Two of them."), End(said=("Two of them.",))),
    "when do you open?": (saved_reply, End(said=(f"{OPEN} Bye!",))),
    "until when are you there?": (saved_reply, End(said=(f"{OPEN} Bye!",))),
    "my parcel is late": (label_and_snooze, End(status=Status.SNOOZED, label="delivery")),
    "parcel went to my neighbour": (label_and_snooze, End(status=Status.SNOOZED, label="delivery")),
    "my grinder squeaks": (take, End(said=("Please send us a film of it.",), assignee="Sam")),
    "my kettle drips": (take, End(said=("Please send us a film of it.",), assignee="Sam")),
    "wholesale prices, please": (hand_over, End(status=Status.OPEN, assignee="Kim")),
    "may I write about you?": (hand_over, End(status=Status.OPEN, assignee="Kim")),
    BELOW_OURS[0]: (call_spam, End(status=Status.OPEN, spam=True)),
    BELOW_OURS[1]: (hide, End(hidden=True)),
    "win a phone, click here": (call_spam, End(status=Status.OPEN, spam=True)),
    "how long for a repair?": (slip_and_answer, End(said=("Four weeks, sadly.",))),
    "your shop window is broken": (note, End(note="Told the shop.")),
    **{said: (later, End()) for said in THANKS},
}


def crowd(stage: Stage) -> dict[str, str]:
    """Let twenty people say something; return their posts by what they say."""
    world = stage.sandbox.world
    ours = world.post(stage.sandbox.brand, "New in the shop: the Duo.")
    posts = {said: stage.mention(said) for said in TWENTY if said not in BELOW_OURS}
    for said in BELOW_OURS:
        posts[said] = str(world.post(stage.somebody(), f"@fernhill {said}", reply_to=ours).root)
    return posts


def opened(open_page: Open, stage: Stage) -> Keys:
    """Return a page at the view of what nobody has taken, on which a mouse would be noticed."""
    page = open_page("about:blank")
    page.add_init_script(RECORDER)
    sign_in(page.context, stage.address)
    page.goto(f"{stage.address}/?view=unassigned")
    expect(page.locator(ROW)).to_have_count(len(TWENTY))
    return Keys(page)


def prepared(make_stage: MakeStage) -> Stage:
    """Return a stage with a saved reply and a label."""
    stage = make_stage(dashboard={"staff": ["Sam", "Kim"]})
    service = build(stage.settings, environment=stage.environment, offline=True)
    seed_staff(service.desk, "Sam")
    service.desk.library.save(SavedText(name="Hours", text=OPEN, shared=True), "Sam")
    service.desk.labels.define("delivery", "blue", "Sam")
    service.close()
    return stage


def work_off(keys: Keys, talks: Mapping[str, str]) -> None:
    """Go from the top to the bottom and do to each what its words ask for."""
    said = {talk: words for words, talk in talks.items()}
    order = keys.rows()
    assert sorted(order) == sorted(said)
    for talk in order:
        keys.come_to(talk)
        do, _ = TWENTY[said[talk]]
        do(keys)


def thank_all(keys: Keys, talks: Mapping[str, str]) -> None:
    """Select those who only say thanks, wherever they stand, and put them away at once."""
    keys.view("Unassigned", len(THANKS))
    for talk in keys.rows():
        assert talk in {talks[said] for said in THANKS}
        keys.come_to(talk)
        keys.press("x")
    keys.press("e")
    expect(keys.look(".st-key-bench .bar")).to_contain_text("Resolve 3 conversations?")
    keys.press("Enter")
    expect(keys.look(".st-key-views .tab[aria-pressed=true]")).to_have_text("Unassigned0")


def do_what_was_taken(keys: Keys) -> None:
    """Answer, in the view Mine, what was taken for later."""
    keys.view("Mine", 2)
    for talk in keys.rows():
        keys.come_to(talk)
        answer("Please send us a film of it.")(keys)
    expect(keys.look(ROW)).to_have_count(0)


def end_of(desk: Desk, stage: Stage, post: str, talk: str) -> End:
    """Return what became of a conversation."""
    view = desk.conversation(talk, "Sam")
    silence = view.contact.silence if view.contact else None
    return End(
        status=view.status,
        said=tuple(one.text for one in stage.answers(post)),
        assignee=view.assignee,
        label=" ".join(one.name for one in view.labels) or None,
        note=" ".join(one.text for one in view.notes) or None,
        hidden=stage.truth.post(post).hidden,
        spam=silence is not None and silence.kind.value == "spam",
    )


def ends(stage: Stage, posts: Mapping[str, str], talks: Mapping[str, str]) -> dict[str, End]:
    """Return what became of all, of a service that has ended."""
    service = build(stage.settings, environment=stage.environment, offline=True)
    try:
        return {said: end_of(service.desk, stage, posts[said], talks[said]) for said in posts}
    finally:
        service.close()


@pytest.mark.long
@pytest.mark.timeout(400)  # some eighty presses, each with an answer of the service: slow beside much else
def test_twenty_are_worked_off_by_keys_alone(open_page: Open, make_stage: MakeStage) -> None:
    """Nobody touches a mouse; the queue is empty but for what was given to Kim, and each one ended as it was meant."""
    stage = prepared(make_stage)
    posts = crowd(stage)
    talks = {said: stage.conversation(post) for said, post in posts.items()}
    stage.serve()
    keys = opened(open_page, stage)
    work_off(keys, talks)
    thank_all(keys, talks)
    do_what_was_taken(keys)
    for view, deed in (("Snoozed", label_and_snooze), ("Muted", call_spam), ("Waiting", hand_over)):
        there = {talks[said] for said, (do, _) in TWENTY.items() if do is deed}
        keys.view(view, len(there))
        until(lambda there=there: set(keys.rows()) == there, f"the view {view} holds what was put there")
    meant = {said: end for said, (_, end) in TWENTY.items()}
    answered = sum(len(end.said) for end in meant.values())
    until(lambda: len(stage.truth.made_by_api()) == answered, "all answers are posted")
    assert keys.mouse() == []
    keys.look("body").page.close()
    stage.stop()
    assert ends(stage, posts, talks) == meant
    assert len(stage.truth.made_by_api()) == answered


@pytest.mark.long
def test_a_mouse_would_have_been_noticed(open_page: Open, make_stage: MakeStage) -> None:
    """The recorder that saw no mouse sees one when there is one, and none when a key presses a button."""
    stage = make_stage()
    stage.mention("hello")
    page = open_page("about:blank")
    page.add_init_script(RECORDER)
    sign_in(page.context, stage.serve().address)
    page.goto(stage.address)
    expect(page.locator(ROW)).to_have_count(1)
    page.keyboard.press("j")
    page.get_by_role("button", name="Assign to me").press("Enter")
    expect(page.get_by_role("button", name="Give back")).to_be_visible()
    assert Keys(page).mouse() == []
    page.locator(ROW).click()
    assert "mousedown" in Keys(page).mouse()

"""What others write is shown as they wrote it, and does nothing.

Three ways, so that every payload meets every place: the real scripts of all components are fed each payload in every
field; Streamlit's own toasts, dialogs and boxes show all of them; and the whole service shows what really came.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

import pytest
from conftest import Open
from feeding import feed, script_of
from hostility import CSP, strangers, watched
from payloads import PAYLOADS
from playwright.sync_api import Browser, Page, expect
from poisoned import Component, State, components, unfed
from stage import Stage, sign_in, staged, until

from social_listener.dashboard.component import ASSETS
from social_listener.dashboard.inbox_filter import KEYS

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

COMPONENTS = components()


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Return a service to which every payload was written, as text, name, biography and description at once."""
    with staged(tmp_path_factory.mktemp("hostile")) as stage:
        world = stage.sandbox.world
        for number, payload in enumerate(PAYLOADS):
            writer = stage.somebody(name=payload[:50], bio=payload[:150])
            world.post(writer, f"@fernhill item{number:03} {payload}", media=[("photo", payload[:1000])])
        teller = stage.somebody("Teller <img src=x onerror=alert(0)>")
        first = world.post(teller, "@fernhill storyteller")
        for payload in PAYLOADS:
            world.post(teller, f"@fernhill {payload}", reply_to=first, media=[("video", payload[:1000])])
        yield stage.serve()


# -- the components ----------------------------------------------------------------------------------------------------


class Board(NamedTuple):
    """A page to draw components in."""

    page: Page
    share: int
    foreign: list[str]
    dialogs: list[str]


#: what the policy does × which part of the payloads each state gets: every day one of eight, with no policy behind
BOARDS = [
    pytest.param((True, 8), id="policy off"),
    pytest.param((False, 1), id="policy on, all", marks=pytest.mark.long),
    pytest.param((True, 1), id="policy off, all", marks=pytest.mark.long),
]


@pytest.fixture(scope="module", params=BOARDS)
def board(hostile: Stage, chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Board]:
    """Return a page of ours to draw components in, with what is noticed of requests elsewhere and of dialogs."""
    bypass, share = request.param
    context = chromium.new_context(bypass_csp=bypass)
    page = context.new_page()
    sign_in(page.context, hostile.address)
    foreign, dialogs = watched(page, hostile.address)
    page.goto(f"{hostile.address}/health")
    expect(page.locator(".figure").first).to_be_visible()
    # What is pressed may sign somebody out, and lead the page away while the next component is drawn in it.
    page.route("**/sign-in?*", lambda route: route.fulfill(status=204))
    yield Board(page, share, foreign, dialogs)
    context.close()


@pytest.mark.thinned(3)
@pytest.mark.parametrize("name", COMPONENTS)
def test_no_component_makes_anything_of_a_payload(board: Board, name: str) -> None:
    """Payloads in every field of a component, in all its states: they can be read, become nothing, ask nothing."""
    component = COMPONENTS[name]
    told = feed(board.page, script_of(name, component.parts), *component.states, share=board.share)
    assert told.bad == []
    assert told.unread == {}
    assert told.empty() == set()
    assert told.harmless() == set()
    assert (board.foreign, board.dialogs) == ([], [])


@pytest.mark.parametrize("name", COMPONENTS)
def test_no_field_of_a_component_is_left_out(name: str) -> None:
    """Whatever a component is given stands in one of the states that it is fed in, so that payloads can stand there."""
    assert unfed(COMPONENTS[name]) == set()


def test_a_field_that_is_left_out_would_be_noticed() -> None:
    """Negative control: a field that is empty in every state, and one that a script read in vain, are named."""
    lines = {"lines": [{"text": "text", "why": ""}, {"text": "", "why": None}]}
    assert unfed(Component(states=(State(data=lines), State(data={"lines": []})))) == {".lines[].why"}
    assert unfed(Component(states=(State(data=lines), State(data={"lines": [{"why": "why"}]})))) == set()


def test_every_component_is_fed() -> None:
    """A component that is added has to be fed here too; three show nothing that anybody wrote."""
    scripts = {file.stem for file in ASSETS.glob("*.js") if "export default" in file.read_text(encoding="utf-8")}
    assert scripts - {"live", "outage", "search_help"} == set(COMPONENTS)


_CARELESS = """export default ({data, parentElement}) => {
  parentElement.querySelector('.root').innerHTML = data.text;
  parentElement.querySelector('.root').title = data.new + data.list.length;
};"""


@CSP
def test_a_careless_component_would_be_noticed(hostile: Stage, open_page: Open, bypass: bool) -> None:
    """Negative control: with markup, the same payloads act without the policy, and do nothing more with it."""
    page = open_page("about:blank", bypass_csp=bypass)
    sign_in(page.context, hostile.address)
    foreign, dialogs = watched(page, hostile.address)
    page.goto(f"{hostile.address}/health")
    expect(page.locator(".figure").first).to_be_visible()
    data = {"text": "text", "list": []}
    told = feed(page, _CARELESS, State(data=data), State(data=data, steps=(("key", "l"),)))
    assert len(told.bad) > 120
    assert len(told.unread) == 2
    assert told.empty() == {".new", ".list"}
    if bypass:
        until(lambda: page.evaluate("1") and dialogs, "a dialog is noticed")
        until(lambda: page.evaluate("1") and foreign, "a request is noticed")
    else:
        page.wait_for_load_state("networkidle")
        assert (foreign, dialogs) == ([], [])


# -- Streamlit's own --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def native() -> Iterator[str]:
    """Return the address of a page on which Streamlit itself shows all payloads."""
    command = [sys.executable, str(Path(__file__).with_name("native_serve.py"))]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        yield process.stdout.readline().strip()
        process.terminate()


@CSP
@pytest.mark.long
def test_toasts_dialogs_and_boxes_show_text_only(native: str, open_page: Open, bypass: bool) -> None:
    """All payloads in toasts, in a dialog, in boxes: text, no element, no link, no request."""
    page = open_page("about:blank", bypass_csp=bypass)
    foreign, dialogs = watched(page, native)
    page.goto(native)
    shown = page.locator("[role=dialog] [data-testid=stText]")
    expect(shown).to_have_count(len(PAYLOADS))
    expect(page.locator("[data-testid=stToast]").first).to_be_attached()
    assert strangers(page) == []
    members = page.locator("[role=dialog]").get_by_label("Members")
    members.focus()  # by keyboard: a list opened by a click closes when the dialog is drawn once more
    members.press("ArrowDown")
    expect(page.get_by_role("option").first).to_be_visible()
    assert page.locator("[data-testid=stToast] a, [data-testid=stToast] .katex").count() == 0
    texts = "".join(shown.all_inner_texts())
    assert all(sign in texts for sign in ("<script>alert(1)</script>", "onerror=alert(2)", ":material/delete:"))
    assert strangers(page) == []
    assert (foreign, dialogs) == ([], [])


def plain(text: str) -> str:
    """Return text without the invisible marks that keep Markdown from reading it."""
    return text.replace("\u2060", "")


# -- the whole --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "bypass", [pytest.param(False, id="policy on", marks=pytest.mark.long), pytest.param(True, id="policy off")]
)
def test_no_payload_does_anything(hostile: Stage, open_page: Open, bypass: bool) -> None:
    """All in the list, all in one conversation with their pictures, some opened: no dialog, request or element."""
    page = open_page("about:blank", bypass_csp=bypass)
    sign_in(page.context, hostile.address)
    foreign, dialogs = watched(page, hostile.address)
    page.goto(f"{hostile.address}/")
    expect(page.locator(".st-key-queue_list .foot")).to_contain_text(f"{len(PAYLOADS) + 1} conversations")
    page.reload()
    rows = page.locator(".row")
    for shown in range(100, len(PAYLOADS) + 50, 50):
        page.locator("button.more").click()
        expect(rows).to_have_count(min(shown, len(PAYLOADS) + 1))
    assert strangers(page) == []
    for number in range(3):
        page.keyboard.press("j")
        row = page.locator(".row[aria-selected=true]")
        expect(row).to_have_count(1)
        expect(page.locator(".st-key-headline h1")).to_contain_text(row.locator(".name").inner_text().strip()[:20])
        assert strangers(page) == [], number
    page.goto(f"{hostile.address}/?q=storyteller")
    page.locator(".row", has_text="Teller").first.click()
    expect(page.locator(".said")).to_have_count(len(PAYLOADS) + 1)
    assert strangers(page) == []
    links = page.locator(".log a:not(.picture)").evaluate_all(
        "links => links.map(link => [link.protocol, link.rel, link.referrerPolicy])"
    )
    assert links
    assert all(link[0] in {"http:", "https:"} and link[1:] == links[0][1:] for link in links)
    assert (foreign, dialogs) == ([], [])


@CSP
@pytest.mark.long
def test_addresses_and_notes_that_attack_do_nothing(hostile: Stage, open_page: Open, bypass: bool) -> None:
    """Payloads in every part of the address, many at a time, and in a note: shown as text, asked for nowhere."""
    page = open_page("about:blank", bypass_csp=bypass)
    sign_in(page.context, hostile.address)
    foreign, dialogs = watched(page, hostile.address)
    parts = ("c", "staff", *KEYS)
    step = -(-len(PAYLOADS) // 3)
    for start in range(0, len(PAYLOADS), step):
        text = " ".join(PAYLOADS[start : start + step])[:5_000]
        query = "&".join(f"{part}={quote(text if part == 'c' else text[:900])}" for part in parts)
        page.goto(f"{hostile.address}/?{query}")
        expect(page.locator(".st-key-queue_list .empty")).to_be_visible()
        assert strangers(page) == []
    page.goto(f"{hostile.address}/?q=item000")
    page.locator(".row").first.click()
    page.get_by_role("radio", name="Note").click()
    note = "\n".join(PAYLOADS)
    page.locator(".st-key-composer .box > textarea").fill(note)
    page.locator(".st-key-composer .box > textarea").press("Control+Enter")
    expect(page.locator(".said.note").first).to_contain_text("onerror=alert(2)")
    assert strangers(page) == []
    assert (foreign, dialogs) == ([], [])


def test_a_platforms_refusal_that_attacks_is_text(hostile: Stage, open_page: Open) -> None:
    """The reason that a platform gives stands in a toast as it was told."""
    page = open_page(f"{hostile.address}/?q=item000", bypass_csp=True)
    foreign, dialogs = watched(page, hostile.address)
    page.locator(".row").first.click()
    words = "<img src=x onerror=alert(1)> [x](javascript:alert(2)) ![x](http://tracker.invalid/p.png) :red[x]"
    hostile.sandbox.faults.add("POST /2/users/**", "status_403", times=1, detail=words)
    page.locator(".said.focus").get_by_role("button", name="Like").click()
    toast = page.locator("[data-testid=stToast]", has_text="onerror")
    expect(toast).to_be_visible()
    assert toast.locator("img:not([role=img]), a").count() == 0
    assert (foreign, dialogs) == ([], [])


def test_the_text_is_all_there(hostile: Stage, open_page: Open) -> None:
    """Nothing is swallowed: the words of a payload are read as they were written, direction marks apart."""
    page = open_page(f"{hostile.address}/?q=item000")
    expect(page.locator(".row")).to_have_count(1)
    page.keyboard.press("j")
    expect(page.locator(".said.focus .text")).to_have_text("@fernhill item000 <script>alert(1)</script>")
    page.goto(f"{hostile.address}/?q=item031")
    expect(page.locator(".row")).to_have_count(1)
    page.keyboard.press("j")
    expect(page.locator(".said.focus .removed").first).to_be_visible()
    expect(page.locator(".said.focus .text")).to_contain_text("gnp.exe")


def test_the_policy_holds_where_escaping_would_fail(hostile: Stage, open_page: Open) -> None:
    """With the policy on, markup in the page loads nothing and runs nothing: the second layer stands."""
    page = open_page("about:blank")
    sign_in(page.context, hostile.address)
    foreign, dialogs = watched(page, hostile.address)
    page.goto(f"{hostile.address}/")
    expect(page.locator(".st-key-queue_list")).to_be_visible()
    page.evaluate(
        "document.querySelector('.st-key-queue_list').insertAdjacentHTML('beforeend',"
        " `<img id='canary' src='http://tracker.invalid/p.png' onerror='alert(1)'>`)"
    )
    page.wait_for_function("document.querySelector('#canary').complete")
    assert strangers(page)
    assert foreign == []
    assert dialogs == []

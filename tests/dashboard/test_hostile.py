"""What others write is shown as they wrote it, and does nothing.

Three ways, so that every payload meets every place: the real scripts of all components are fed each payload in every
field; Streamlit's own toasts, dialogs and boxes show all of them; and the whole service shows what really came.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
from conftest import Open
from payloads import PAYLOADS
from playwright.sync_api import Browser, Page, Request, expect
from poisoned import components, poisoned
from stage import Stage, sign_in, staged, until

from social_listener.dashboard.component import ASSETS, asset
from social_listener.dashboard.inbox_filter import KEYS

pytestmark = pytest.mark.browser

#: elements that platform text must never become, in the document or in a component
FORBIDDEN = (
    "script:not([src^='./static'], [src^='/static']), img:not([src*='/pictures/']), iframe, object, embed, video,"
    " audio, base, form, math, template, link[href*=tracker], [onerror], [onload], [onfocus], [style*=tracker]"
)

_COUNT = """selector => {
  const roots = [document.body];
  for (const host of document.querySelectorAll('[data-testid=stBidiComponentIsolated]')) roots.push(host.shadowRoot);
  return roots.flatMap(root => [...root.querySelectorAll(selector)])
    .filter(node => !node.closest('[data-testid=stHeader], [data-testid=stLogo], noscript'))
    .filter(node => !(node.tagName === 'TEMPLATE' && node.outerHTML.startsWith('<template><div class="st-emotion-')))
    .filter(node => !(node.tagName === 'IMG' && node.src.startsWith(location.origin + '/pictures/')))
    .map(node => node.outerHTML.slice(0, 200));
}"""

#: every component has got its root; one without would be passed over unseen
_DRAWN = """() => {
  const hosts = [...document.querySelectorAll('[data-testid=stBidiComponentIsolated]')];
  return hosts.every(host => host.shadowRoot);
}"""

#: Draws a component's script once for each of `datas` in this page, under its policy; returns which elements there
#: came to be that must not, and how many of the texts can be read. What is drawn stays until all had its chance to act.
_FEED = """async ({script, datas, texts, forbidden, keys}) => {
  const {default: draw} = await import(URL.createObjectURL(new Blob([script], {type: 'text/javascript'})));
  const shelf = document.createElement('div');
  document.body.append(shelf);
  const plain = text => text.replace(/[\\u202A-\\u202E\\u2066-\\u2069]/g, '').replace(/\\s+/g, ' ').trim();
  const ends = [], bad = [];
  let read = 0;
  for (const [number, data] of datas.entries()) {
    const host = document.createElement('div');
    // Apart from all others, so that laying out one does not lay out all.
    host.style.cssText = 'display:block;contain:strict;width:600px;height:300px';
    shelf.append(host);
    const shadow = host.attachShadow({mode: 'open'});
    const root = document.createElement('div');
    root.className = 'root';
    shadow.append(root);
    ends.push(draw({data, parentElement: shadow, setTriggerValue: () => {}}));
    if (keys) {
      // What opens on a key is open in one of them at a time.
      window.dispatchEvent(new KeyboardEvent('keydown', {key: keys, bubbles: true, cancelable: true}));
      ends.pop()();
      document.documentElement.removeAttribute('data-picker');
    }
    const words = shadow.textContent + [...shadow.querySelectorAll('textarea, input')].map(one => one.value).join(' ');
    read += plain(words).includes(plain(texts[number])) ? 1 : 0;
  }
  for (let turn = 0; turn < 3; turn++) await new Promise(done => requestAnimationFrame(done));
  for (const host of shelf.children) {
    bad.push(...[...host.shadowRoot.querySelectorAll(forbidden)].map(node => node.outerHTML.slice(0, 200)));
    const links = [...host.shadowRoot.querySelectorAll('a[href]')];
    bad.push(...links.filter(one => !['http:', 'https:'].includes(one.protocol)).map(one => one.outerHTML));
    bad.push(...links.filter(one => one.host !== location.host && one.relList.length < 3).map(one => one.outerHTML));
  }
  ends.filter(Boolean).forEach(end => end());
  shelf.remove();
  return {bad, read};
}"""

COMPONENTS = components()
#: component → the key that opens what it shows
KEYS_OF = {"bench": "l"}

CSP = pytest.mark.parametrize("bypass", [False, True], ids=["policy on", "policy off"])


def watched(page: Page, address: str) -> tuple[list[str], list[str]]:
    """Return two lists that fill up: requests that went elsewhere (not those the policy stopped), and dialogs."""
    own = urlsplit(address).netloc
    foreign: list[str] = []
    dialogs: list[str] = []

    def went(request: Request) -> None:
        place = urlsplit(request.url)
        blocked = request.failure is not None and "csp" in request.failure
        if place.scheme in {"http", "https", "ws"} and place.netloc != own and not blocked:
            foreign.append(request.url)

    page.on("requestfinished", went)
    page.on("requestfailed", went)

    def shown(dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", shown)
    return foreign, dialogs


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


def feed(page: Page, script: str, datas: list[object], keys: str = "") -> tuple[list[str], int]:
    """Draw a component for each payload; return what must not be there, and how many payloads can be read."""
    told = page.evaluate(
        _FEED, {"script": script, "datas": datas, "texts": list(PAYLOADS), "forbidden": FORBIDDEN, "keys": keys}
    )
    return told["bad"], told["read"]


def script_of(name: str, parts: tuple[str, ...]) -> str:
    """Return a component's whole script, as Streamlit is given it."""
    return "\n".join(asset(f"{part}.js") for part in ("common", *parts, name))


Board = tuple[Page, list[str], list[str]]


@pytest.fixture(
    scope="module", params=[False, pytest.param(True, marks=pytest.mark.long)], ids=["policy on", "policy off"]
)
def board(hostile: Stage, chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Board]:
    """Return a page of ours to draw components in, with what is noticed of requests elsewhere and of dialogs."""
    context = chromium.new_context(bypass_csp=request.param)
    page = context.new_page()
    sign_in(page.context, hostile.address)
    foreign, dialogs = watched(page, hostile.address)
    page.goto(f"{hostile.address}/health")
    expect(page.locator(".figure").first).to_be_visible()
    yield page, foreign, dialogs
    context.close()


@pytest.mark.parametrize("name", COMPONENTS)
def test_no_component_makes_anything_of_a_payload(board: Board, name: str) -> None:
    """Every payload in every field of a component: it can be read, it becomes nothing, it asks for nothing."""
    page, foreign, dialogs = board
    parts, data = COMPONENTS[name]
    datas = [poisoned(data, payload) for payload in PAYLOADS]
    bad, read = feed(page, script_of(name, parts), datas, KEYS_OF.get(name, ""))
    assert bad == []
    assert read == len(PAYLOADS)
    assert (foreign, dialogs) == ([], [])


def test_every_component_is_fed() -> None:
    """A component that is added has to be fed here too; three show nothing that anybody wrote."""
    scripts = {file.stem for file in ASSETS.glob("*.js") if "export default" in file.read_text(encoding="utf-8")}
    assert scripts - {"live", "outage", "search_help"} == set(COMPONENTS)


_CARELESS = "export default ({data, parentElement}) => { parentElement.querySelector('.root').innerHTML = data.text; };"


@CSP
def test_a_careless_component_would_be_noticed(hostile: Stage, open_page: Open, bypass: bool) -> None:
    """Negative control: with markup, the same payloads act without the policy, and do nothing more with it."""
    page = open_page("about:blank", bypass_csp=bypass)
    sign_in(page.context, hostile.address)
    foreign, dialogs = watched(page, hostile.address)
    page.goto(f"{hostile.address}/health")
    expect(page.locator(".figure").first).to_be_visible()
    bad, read = feed(page, _CARELESS, [{"text": payload} for payload in PAYLOADS])
    assert len(bad) > 60
    assert read < len(PAYLOADS)
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
def test_toasts_dialogs_and_boxes_show_text_only(native: str, open_page: Open, bypass: bool) -> None:
    """All payloads in toasts, in a dialog, in boxes: text, no element, no link, no request."""
    page = open_page("about:blank", bypass_csp=bypass)
    foreign, dialogs = watched(page, native)
    page.goto(native)
    shown = page.locator("[role=dialog] [data-testid=stText]")
    expect(shown).to_have_count(len(PAYLOADS))
    expect(page.locator("[data-testid=stToast]").first).to_be_attached()
    assert page.evaluate(_COUNT, FORBIDDEN) == []
    assert page.locator("[data-testid=stToast] a, [data-testid=stToast] .katex").count() == 0
    texts = "".join(shown.all_inner_texts())
    assert all(sign in texts for sign in ("<script>alert(1)</script>", "onerror=alert(2)", ":material/delete:"))
    assert (foreign, dialogs) == ([], [])


# -- the whole --------------------------------------------------------------------------------------------------------


@CSP
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
    assert page.evaluate(_COUNT, FORBIDDEN) == []
    for number in range(3):
        page.keyboard.press("j")
        row = page.locator(".row[aria-selected=true]")
        expect(row).to_have_count(1)
        expect(page.locator(".st-key-headline h1")).to_contain_text(row.locator(".name").inner_text().strip()[:20])
        page.wait_for_function(_DRAWN)
        assert page.evaluate(_COUNT, FORBIDDEN) == [], number
    page.goto(f"{hostile.address}/?q=storyteller")
    page.locator(".row", has_text="Teller").first.click()
    expect(page.locator(".said")).to_have_count(len(PAYLOADS) + 1)
    assert page.evaluate(_COUNT, FORBIDDEN) == []
    links = page.locator(".log a:not(.picture)").evaluate_all(
        "links => links.map(link => [link.protocol, link.rel, link.referrerPolicy])"
    )
    assert links
    assert all(link[0] in {"http:", "https:"} and link[1:] == links[0][1:] for link in links)
    assert (foreign, dialogs) == ([], [])


@CSP
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
        page.wait_for_function(_DRAWN)
        assert page.evaluate(_COUNT, FORBIDDEN) == []
    page.goto(f"{hostile.address}/?q=item000")
    page.locator(".row").first.click()
    page.get_by_role("radio", name="Note").click()
    note = "\n".join(PAYLOADS)
    page.locator(".st-key-composer .box > textarea").fill(note)
    page.locator(".st-key-composer .box > textarea").press("Control+Enter")
    expect(page.locator(".said.note").first).to_contain_text("onerror=alert(2)")
    assert page.evaluate(_COUNT, FORBIDDEN) == []
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
    assert page.evaluate(_COUNT, FORBIDDEN)
    assert foreign == []
    assert dialogs == []

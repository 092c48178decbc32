"""What customers write is shown as they wrote it, and does nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

import pytest
from conftest import Open
from payloads import PAYLOADS
from playwright.sync_api import Page, Request, expect
from stage import Stage, staged, until

pytestmark = pytest.mark.browser

#: elements that platform text must never become, in the document or in a component
FORBIDDEN = (
    "script:not([src^='./static'], [src^='/static']), img, iframe, object, embed, video, base, form, math, template"
)

_COUNT = """selector => {
  const roots = [document.body];
  for (const host of document.querySelectorAll('[data-testid=stBidiComponentIsolated]')) roots.push(host.shadowRoot);
  return roots.flatMap(root => [...root.querySelectorAll(selector)])
    .filter(node => !node.closest('[data-testid=stHeader], [data-testid=stLogo], noscript'))
    .map(node => node.outerHTML.slice(0, 200));
}"""

#: every component has got its root; one without would be passed over unseen
_DRAWN = """() => {
  const hosts = [...document.querySelectorAll('[data-testid=stBidiComponentIsolated]')];
  return hosts.every(host => host.shadowRoot);
}"""


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Return a service to which every payload was written, as text, name, biography and place at once."""
    with staged(tmp_path_factory.mktemp("hostile")) as stage:
        for number, payload in enumerate(PAYLOADS):
            writer = stage.somebody(name=payload[:50], bio=payload[:150])
            stage.mention(f"item{number:02} {payload}", writer)
        yield stage.serve()


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


@pytest.mark.parametrize(
    ("bypass", "opened"), [(False, PAYLOADS[::4]), (True, PAYLOADS)], ids=["policy on", "policy off"]
)
def test_no_payload_does_anything(hostile: Stage, open_page: Open, bypass: bool, opened: Sequence[str]) -> None:
    """All in the list, and opened one by one (some of them with CSP): no dialog, no request elsewhere, no element."""
    page = open_page("about:blank", bypass_csp=bypass)
    foreign, dialogs = watched(page, hostile.address)
    page.goto(f"{hostile.address}/")
    expect(page.locator(".foot")).to_contain_text(f"{len(PAYLOADS)} conversations")
    page.reload()
    expect(page.locator(".row")).to_have_count(len(PAYLOADS))
    for number, payload in enumerate(opened):
        page.keyboard.press("j")
        row = page.locator(".row[aria-selected=true]")
        expect(row).to_have_count(1)
        name = row.locator(".name").inner_text()
        expect(page.locator(".st-key-headline h1")).to_contain_text(name.strip()[:20])
        page.wait_for_function(_DRAWN)
        assert page.evaluate(_COUNT, FORBIDDEN) == [], (number, payload)
    links = page.locator(".log a").evaluate_all(
        "links => links.map(link => [link.protocol, link.rel, link.referrerPolicy])"
    )
    assert all(
        link == ["https:", "noopener noreferrer nofollow", "no-referrer"] or link[0] == "http:" for link in links
    )
    assert foreign == []
    assert dialogs == []


def test_the_text_is_all_there(hostile: Stage, open_page: Open) -> None:
    """Nothing is swallowed: the words of a payload are read as they were written, direction marks apart."""
    page = open_page(f"{hostile.address}/?q=item00")
    expect(page.locator(".row")).to_have_count(1)
    page.keyboard.press("j")
    expect(page.locator(".said.focus .text")).to_have_text("@fernhill item00 <script>alert(1)</script>")
    page.goto(f"{hostile.address}/?q=item31")
    expect(page.locator(".row")).to_have_count(1)
    page.keyboard.press("j")
    expect(page.locator(".said.focus .removed")).to_be_visible()
    expect(page.locator(".said.focus .text")).to_contain_text("gnp.exe")


def test_the_watch_sees_what_it_must(hostile: Stage, open_page: Open) -> None:
    """Negative control: markup that is really put into the page is noticed by every one of the three watches."""
    page = open_page("about:blank", bypass_csp=True)
    foreign, dialogs = watched(page, hostile.address)
    page.goto(f"{hostile.address}/")
    expect(page.locator(".st-key-queue_list")).to_be_visible()
    page.evaluate(
        "document.querySelector('.st-key-queue_list').insertAdjacentHTML('beforeend',"
        " `<img src='http://tracker.invalid/p.png' onerror='alert(1)'>`)"
    )
    until(lambda: page.evaluate("1") and dialogs, "the dialog is noticed")
    assert any("tracker.invalid" in url for url in foreign)
    assert page.evaluate(_COUNT, FORBIDDEN)


def test_the_policy_holds_where_escaping_would_fail(hostile: Stage, open_page: Open) -> None:
    """With the policy on, the same markup loads nothing and runs nothing: the second layer stands."""
    page = open_page("about:blank")
    foreign, dialogs = watched(page, hostile.address)
    page.goto(f"{hostile.address}/")
    expect(page.locator(".st-key-queue_list")).to_be_visible()
    page.evaluate(
        "document.querySelector('.st-key-queue_list').insertAdjacentHTML('beforeend',"
        " `<img id='canary' src='http://tracker.invalid/p.png' onerror='alert(1)'>`)"
    )
    page.wait_for_function("document.querySelector('#canary').complete")
    assert foreign == []
    assert dialogs == []
